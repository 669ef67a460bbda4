"""The language of the search box: text -> tree -> text.

One language for the box, the API, the terminal and the topics' rules. ::

    query   = all *( "OR" all )
    all     = term *( [ "AND" ] term )
    term    = ( "-" / "NOT" ) term / "(" query ")" / phrase / filter / reference / word
    phrase  = DQUOTE words DQUOTE            ; also “ ” and « »
    filter  = ( "topic" / "year" / "lang" ) ":" ( word / phrase )
    reference = "PR039-2018" / "039-2018" / "PR 039/2018" / "IP/18/2231" ...

Words stand for all of them together, so ``mars rover OR phobos`` is ``(mars AND rover) OR phobos``.
Operators are in capitals; in small letters they are words. Parsing never fails: what cannot be read is
taken as words, what exceeds a limit is cut, and both are said in `Parsed.notes`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

LONGEST_QUERY = 400
"""Characters that are read."""
MOST_CLAUSES = 32
"""Words, phrases, filters and references that are read."""
DEEPEST_NESTING = 8
"""Parentheses inside one another; deeper ones are ignored, the words in them are not."""
LONGEST_PHRASE = 12
"""Words of a phrase that are read."""


@dataclass(frozen=True, slots=True)
class Word:
    """Any word with the same stem."""

    text: str

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True)
class Phrase:
    """These very words, one after another."""

    text: str

    def __str__(self) -> str:
        return f'"{self.text}"'


@dataclass(frozen=True, slots=True)
class Reference:
    """The release with this reference number, however it is written."""

    text: str

    @property
    def key(self) -> str:
        """The number in the form in which references are compared."""
        return reference_key(self.text)

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True)
class Filter:
    """A topic, a year or a language, by ``name``: "topic", "year" or "lang"."""

    name: str
    value: str

    def __str__(self) -> str:
        return f'{self.name}:"{self.value}"' if re.search(r"[\s()]", self.value) else f"{self.name}:{self.value}"


@dataclass(frozen=True, slots=True)
class Not:
    """Whatever its part is not."""

    part: Node

    def __str__(self) -> str:
        return f"NOT {_grouped(self.part)}"


@dataclass(frozen=True, slots=True)
class And:
    """Whatever all of its parts are; two parts or more, none of them an `And`."""

    parts: tuple[Node, ...]

    def __str__(self) -> str:
        return " AND ".join(_grouped(part) for part in self.parts)


@dataclass(frozen=True, slots=True)
class Or:
    """Whatever one of its parts is; two parts or more, none of them an `Or`."""

    parts: tuple[Node, ...]

    def __str__(self) -> str:
        return " OR ".join(_grouped(part) for part in self.parts)


Node = Word | Phrase | Reference | Filter | Not | And | Or


@dataclass(frozen=True, slots=True)
class Parsed:
    """A query as it was read: None for a text without words; ``notes`` are sentences on what was cut."""

    tree: Node | None
    notes: tuple[str, ...] = ()

    def __str__(self) -> str:
        return "" if self.tree is None else str(self.tree)


def parse(text: str) -> Parsed:
    """The tree of a query; never raises, whatever the text."""
    notes = []
    if len(text) > LONGEST_QUERY:
        notes.append(f"Only the first {LONGEST_QUERY} characters were read.")
    parser = _Parser(list(_tokens(join_ordinals(text[:LONGEST_QUERY]))))
    tree = parser.query(0)
    return Parsed(tree, (*notes, *dict.fromkeys(parser.notes)))


def join_ordinals(text: str) -> str:
    """The text with "23 rd", as taken from ``23<sup>rd</sup>`` by many a program, written "23rd"."""
    return _ORDINAL_GAP.sub("", text)


def reference_key(reference: str) -> str:
    """A reference in the form in which references are compared: "PR 039/2018" is "pr-039-2018"."""
    return "-".join(re.findall(r"[^\W\d_]+|\d+", reference.lower()))


def positive_leaves(node: Node | None) -> Iterator[Word | Phrase | Reference]:
    """The words, phrases and references that a match may contain: those not under a `Not`."""
    match node:
        case Word() | Phrase() | Reference():
            yield node
        case And(parts) | Or(parts):
            for part in parts:
                yield from positive_leaves(part)


def _grouped(node: Node) -> str:
    return f"({node})" if isinstance(node, And | Or) else str(node)


_QUOTES = {'"': '"', "“": "”", "„": "“", "«": "»"}
_REFERENCE = r"(?:[A-Z]{1,5}[ \u00a0]?|[A-Za-z]{1,5}[-/]?)?\d{1,5}[-/‐‑–]\d{2,5}(?:[-/‐‑–]\d{1,5})?"
_TOKEN = re.compile(
    r"""\s+
    | (?P<open>\() | (?P<close>\))
    | (?P<not>-(?=[^\s)-]))
    | (?P<filter>(?:topic|year|lang):(?=\S))
    | (?P<quote>["“„«])
    | (?P<reference>(?<![\w/-])"""
    + _REFERENCE.replace(" ", r"\ ")
    + r"""(?![\w/-]))
    | (?P<word>[^\s()"“”„«»]+)
    | .""",
    re.VERBOSE | re.DOTALL,
)
_TWO_YEARS = re.compile(r"(?:19|20)\d\d\D(?:19|20)?\d\d")
_ORDINAL_GAP = re.compile(r"(?<=\d)[\s\u00a0\u202f]+(?=(?:st|nd|rd|th)\b)", re.IGNORECASE)
_EDGES = re.compile(r"^[\W_]+|[\W_]+$")


def _tokens(text: str) -> Iterator[tuple[str, str]]:
    """The kinds and texts of the tokens: "(", ")", "-", "AND", "OR", "NOT", or a leaf's."""
    position = 0
    pending = ""
    while match := _TOKEN.match(text, position):
        kind, token, position = match.lastgroup or "", match.group(), match.end()
        if kind == "filter":
            pending = token[:-1]
            continue
        if kind == "quote":
            kind, token, position = _quoted(text, match.start())
        elif kind == "reference" and _TWO_YEARS.fullmatch(token):
            kind = "word"
        if pending:
            yield from _filter(pending, kind, token)
            pending = ""
        elif kind == "word" and token in {"AND", "OR", "NOT"}:
            yield token, token
        elif kind in {"open", "close", "not"}:
            yield kind, token
        elif kind in {"word", "phrase", "reference"}:
            cleaned = re.sub(r"\s+", "" if kind == "reference" else " ", _EDGES.sub("", token))
            if cleaned:
                yield kind, cleaned


def _quoted(text: str, start: int) -> tuple[str, str, int]:
    end = text.find(_QUOTES[text[start]], start + 1)
    if end < 0:
        return "", "", start + 1
    return "phrase", text[start + 1 : end].replace('"', " "), end + 1


def _filter(name: str, kind: str, token: str) -> Iterator[tuple[str, str]]:
    value = " ".join(_EDGES.sub("", token).split()).lower()
    if kind not in {"word", "phrase", "reference"} or not value:
        yield "word", name
    elif name == "year" and not re.fullmatch(r"\d{4}", value, re.ASCII):
        yield from (("word", name), ("word", value))
    else:
        yield name, value


class _Parser:
    """Recursive descent over the tokens; the depth of recursion is bounded by DEEPEST_NESTING."""

    def __init__(self, tokens: list[tuple[str, str]]) -> None:
        self._tokens = tokens
        self._at = 0
        self._clauses = 0
        self.notes: list[str] = []

    def query(self, depth: int) -> Node | None:
        alternatives = [self._all(depth)]
        while self._peek() in {"OR", "close"}:
            if self._peek() == "close" and depth:
                break
            closes = self._take() == "close"  # one too many, at the top: ignored
            following = self._all(depth)
            if closes:
                alternatives[-1] = _join(And, [alternatives[-1], following])
            else:
                alternatives.append(following)
        return _join(Or, alternatives)

    def _all(self, depth: int) -> Node | None:
        parts: list[Node | None] = []
        while (kind := self._peek()) and kind not in {"OR", "close"}:
            if kind == "AND":
                self._take()
            else:
                parts.append(self._term(depth))
        return _join(And, parts)

    def _term(self, depth: int) -> Node | None:
        is_negated = False
        while self._peek() in {"not", "NOT"}:
            self._take()
            is_negated = not is_negated
        node = self._group(depth) if self._peek() == "open" else self._leaf()
        if not is_negated or node is None:
            return node
        return node.part if isinstance(node, Not) else Not(node)

    def _group(self, depth: int) -> Node | None:
        if depth == DEEPEST_NESTING:
            while self._peek() == "open":
                self._take()
            self.notes.append(f"Parentheses more than {DEEPEST_NESTING} deep were ignored.")
            return self._term(depth) if self._peek() not in {"", "close", "AND", "OR"} else None
        self._take()
        node = self.query(depth + 1)
        if self._peek() == "close":
            self._take()
        return node

    def _leaf(self) -> Node | None:
        if self._peek() in {"", "close", "AND", "OR"}:
            return None
        kind, text = self._tokens[self._at]
        self._at += 1
        self._clauses += 1
        if self._clauses > MOST_CLAUSES:
            self.notes.append(f"Only the first {MOST_CLAUSES} words were read.")
            return None
        match kind:
            case "word":
                return Word(text)
            case "reference":
                return Reference(text)
            case "phrase":
                return self._phrase(text)
        return Filter(kind, text)

    def _phrase(self, text: str) -> Phrase:
        words = text.split(" ")
        if len(words) > LONGEST_PHRASE:
            self.notes.append(f"Only the first {LONGEST_PHRASE} words of a phrase were read.")
        return Phrase(" ".join(words[:LONGEST_PHRASE]))

    def _peek(self) -> str:
        return self._tokens[self._at][0] if self._at < len(self._tokens) else ""

    def _take(self) -> str:
        kind = self._peek()
        self._at += 1
        return kind


def _join(kind: type[And] | type[Or], parts: list[Node | None]) -> Node | None:
    """One node of the parts that there are: flat, and without repetition."""
    flat: dict[Node, None] = {}
    for part in parts:
        if isinstance(part, kind):
            flat.update(dict.fromkeys(part.parts))
        elif part is not None:
            flat[part] = None
    if len(flat) < 2:
        return next(iter(flat), None)
    return kind(tuple(flat))
