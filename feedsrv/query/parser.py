"""The language of the search box: text -> tree -> text.

One language for the box, the API, the terminal and the topics' rules. ::

    query   = all *( "OR" all )
    all     = term *( [ "AND" ] term )
    term    = ( "-" / "NOT" ) term / "(" query ")" / leaf
    leaf    = phrase / filter / within / dates / reference / beginning / word
    phrase  = DQUOTE words DQUOTE            ; also “ ” „ “ and « »
    filter  = ( "topic" / "year" / "lang" ) ":" ( word / phrase )
    within  = ( "title" / "contact" ) ":" ( phrase / beginning / word )
    dates   = ( "before" / "after" ) ":" period / period ".." period / period ".." / ".." period
    period  = "2018" / "2018-03" / "2018-03-23" / DQUOTE "23 March 2018" DQUOTE ...   ; see feedsrv.text.dates
    reference = [ "ref:" ] ( "PR039-2018" / "039-2018" / "PR 039/2018" / "IP/18/2231" ... )
    beginning = word "*"                     ; of three letters or more

Words stand for all of them together, so ``mars rover OR phobos`` is ``(mars AND rover) OR phobos``.
Operators are in capitals; in small letters they are words, and names of fields may be in either. ``after:2017``
begins with 1 January 2017, ``before:2018-06`` ends with 31 May, ``2015..2018`` has both years in it.
Parsing never fails: what cannot be read is taken as words, what exceeds a limit is cut, and both are said in
`Parsed.notes`. A tree printed and read again is the same tree, so the print is within the limits, too.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from feedsrv.query.tree import (
    And,
    Dates,
    FieldTerm,
    Filter,
    Node,
    Not,
    Or,
    Phrase,
    Prefix,
    Reference,
    Word,
    grouped,
    joined,
    nesting,
)
from feedsrv.text.analysis import MARKS, UNDIVIDED, join_ordinals
from feedsrv.text.dates import Period
from feedsrv.text.references import REFERENCE, TWO_YEARS

LONGEST_QUERY = 1000
"""Characters that are read, and of what they print as."""
MOST_CLAUSES = 40
"""Different words, phrases, filters and references that are read; what is said again weighs more."""
DEEPEST_NESTING = 8
"""Parentheses inside one another, printed ones as well; deeper ones are ignored, the words in them are not."""
LONGEST_PHRASE = 12
"""Words of a phrase that are read."""
MOST_PREFIXES = 2
"""Beginnings that are read as such; further ones are words."""
SHORTEST_PREFIX = 3
"""Letters and digits of a beginning; a shorter one is a word."""


@dataclass(frozen=True, slots=True)
class Parsed:
    """A query as it was read: None for a text without words; ``notes`` are sentences on what was cut.

    ``text`` is what was typed; two that were read alike are equal, however they were typed.
    """

    tree: Node | None = None
    notes: tuple[str, ...] = ()
    text: str = field(default="", compare=False)

    def __str__(self) -> str:
        return "" if self.tree is None else str(self.tree)


NOTHING_ASKED = Parsed()


def parse(text: str) -> Parsed:
    """The tree of a query; never raises, whatever the text."""
    notes = []
    if len(text) > LONGEST_QUERY:
        notes.append(f"Only the first {LONGEST_QUERY} characters were read.")
    tokens = list(_tokens(join_ordinals(text[:LONGEST_QUERY])))
    tree, of_tree = _read(tokens)
    if len(str(tree or "")) > LONGEST_QUERY:
        counts = range(len(tokens))
        most = bisect_right(counts, LONGEST_QUERY, key=lambda count: len(str(_read(tokens[:count])[0] or "")))
        tree, of_tree = _read(tokens[: most - 1])
        notes.append(f"Only a part was read: written out, the whole has more than {LONGEST_QUERY} characters.")
    return Parsed(tree, tuple(dict.fromkeys([*notes, *of_tree])), text)


def _read(tokens: Sequence[_Token]) -> tuple[Node | None, list[str]]:
    """The tree of these tokens, within the limit on parentheses also when it is printed, and notes."""
    deepest = DEEPEST_NESTING
    while True:
        parser = _Parser(tokens, deepest)
        tree = parser.query(0)
        if nesting(tree) <= DEEPEST_NESTING:
            return tree, parser.notes
        deepest -= 1


def typed(tree: Node) -> str:
    """The tree as a person would type it: words side by side, unless that reads otherwise ("23 rd", "PR 1-20")."""
    short = " ".join(map(grouped, tree.parts)) if isinstance(tree, And) else ""
    return short if parse(short).tree == tree else str(tree)


_QUOTES = {'"': '"', "“": "”", "„": "“", "«": "»"}
_PERIOD = r"\d{4}(?:[-/.]\d{1,2}(?:[-/.]\d{1,2})?)?"
_TOKEN = re.compile(
    r"""\s+
    | (?P<open>\() | (?P<close>\))
    | (?P<not>-(?=[^\s)-]))
    | (?P<field>(?i:topic|year|lang|ref|title|contact|before|after):(?=[^\s()]))
    | (?P<quote>["“„«])
    | (?P<range>(?:"""
    + f"{_PERIOD}\\.\\.(?:{_PERIOD})?|\\.\\.{_PERIOD}"
    + r""")(?![\w.]))
    | (?P<reference>"""
    + REFERENCE.replace(" ", r"\ ")
    + r"""(?![\w/*-]))
    | (?P<word>[^\s()"“”„«»]+)
    | .""",
    re.VERBOSE | re.DOTALL,
)
_EDGES = re.compile(rf"^(?:[^\w{MARKS}]|_)+|(?:[^\w{MARKS}]|_)+$")
_BEGINNING = re.compile(rf"(?![^*]*[{UNDIVIDED}])(?=(?:[\W_]*[^\W_]){{{SHORTEST_PREFIX}}})[\w{MARKS}'’‐‑-]+\*")

_OPERATORS = frozenset({"AND", "OR", "NOT"})

_Token = tuple[str, "str | Node"]
"""A kind and what it says: "(", ")", "-", "AND", "OR", "NOT" and their text, or "leaf" and the leaf."""


def _tokens(text: str) -> Iterator[_Token]:
    field = ""
    unread = [(text, 0)]
    while unread:
        text, start = unread.pop()
        if not (match := _TOKEN.match(text, start)):
            continue
        kind, token, position = match.lastgroup or "", match.group(), match.end()
        if kind == "quote":
            kind, token, position = _quoted(text, start)
        unread.append((text, position))
        if kind == "field":
            yield from [("leaf", Word(field))] if field else []
            field = token[:-1].lower()
        elif (bare := _bare(kind, token)) != token:
            unread.append((bare, 0))  # without its edges it may be something else
        elif field:
            yield from (("leaf", leaf) for leaf in _of_field(field, kind, token))
            field = ""
        elif kind == "word" and token in _OPERATORS:
            yield token, token
        elif kind in {"open", "close", "not"}:
            yield kind, token
        else:
            yield from (("leaf", leaf) for leaf in _leaves(kind, token))


def _quoted(text: str, start: int) -> tuple[str, str, int]:
    end = text.find(_QUOTES[text[start]], start + 1)
    if end < 0:
        return "", "", start + 1
    return "phrase", text[start + 1 : end].replace('"', " "), end + 1


def _cleaned(text: str) -> str:
    """The words of a text, without what surrounds them."""
    return join_ordinals(" ".join(_EDGES.sub("", text).split()))


def _bare(kind: str, token: str) -> str:
    """A token without its edges, where they say nothing; a beginning or an operator among them is a leaf as it is."""
    if kind not in {"word", "range"} or (kind == "range" and _dates(*token.split(".."))):
        return token
    cleaned = _EDGES.sub("", token)
    return token if cleaned in {"", *_OPERATORS} or _beginning(token) else cleaned


def _leaves(kind: str, token: str) -> Iterator[Node]:
    """What a token says where no field is named."""
    if kind == "range" and (dates := _dates(*token.split(".."))):
        yield dates
    elif kind == "reference" and not TWO_YEARS.fullmatch(token):
        yield Reference(re.sub(r"\s+", "", token))
    elif kind == "phrase":
        if cleaned := _cleaned(token):
            yield Phrase(cleaned)
    elif kind in {"word", "reference", "range"}:
        cleaned = _EDGES.sub("", token)
        if beginning := _beginning(token):
            yield beginning
        elif cleaned:
            yield Word(cleaned.lower() if cleaned in _OPERATORS else cleaned)


def _beginning(token: str) -> Prefix | None:
    bare = token.strip("\"'.,;:!?…")
    return Prefix(_EDGES.sub("", bare)) if _BEGINNING.fullmatch(bare) else None


def _of_field(field: str, kind: str, token: str) -> Iterator[Node]:
    """What a token says of a field; what cannot be one is taken as words."""
    leaves = list(_leaves(kind, token))
    value = _cleaned(token)
    found: Node | None = None
    match field, leaves:
        case "before", _:
            found = _dates("", value, is_open=True)
        case "after", _:
            found = _dates(value, "")
        case "title" | "contact", [Word() | Phrase() | Prefix() as part]:
            found = FieldTerm(field, part)
        case "title" | "contact", [Reference(text)]:
            found = FieldTerm(field, Word(text))
        case "ref", [_, *_]:
            found = Reference(value)
        case "topic" | "lang", [_, *_]:
            found = Filter(field, value.lower())
        case "year", _ if re.fullmatch(r"\d{4}", value, re.ASCII):
            found = Filter(field, value)
    yield from [found] if found else [Word(field), *leaves]


def _dates(since: str, until: str, *, is_open: bool = False) -> Dates | None:
    """The days between two periods; ``is_open``: the second itself is not meant."""
    try:
        first = Period.parse(since).first if since else None
        end = Period.parse(until) if until else None
        before = (end.first if is_open else end.next) if end else None
    except (ValueError, OverflowError):
        return None
    is_span = first < before if first and before else first or before
    return Dates(first, before) if is_span else None


class _Parser:
    """Recursive descent over the tokens; the depth of recursion is bounded by DEEPEST_NESTING."""

    def __init__(self, tokens: Sequence[_Token], deepest: int) -> None:
        self._tokens = tokens
        self._deepest = deepest
        self._at = 0
        self._clauses: set[Node] = set()
        self._beginnings: set[str] = set()
        self.notes: list[str] = []

    def query(self, depth: int) -> Node | None:
        alternatives = [self._all(depth)]
        while self._peek() in {"OR", "close"}:
            if self._peek() == "close" and depth:
                break
            closes = self._take() == "close"  # one too many, at the top: ignored
            following = self._all(depth)
            if closes:
                alternatives[-1] = joined(And, [alternatives[-1], following])
            else:
                alternatives.append(following)
        return joined(Or, alternatives)

    def _all(self, depth: int) -> Node | None:
        parts: list[Node | None] = []
        while (kind := self._peek()) and kind not in {"OR", "close"}:
            if kind == "AND":
                self._take()
            else:
                parts.append(self._term(depth))
        return joined(And, parts)

    def _term(self, depth: int) -> Node | None:
        is_negated = False
        while (kind := self._peek()) in {"not", "NOT"} or (kind == "open" and depth == self._deepest):
            self._take()
            if kind == "open":
                self.notes.append(f"Parentheses more than {DEEPEST_NESTING} deep were ignored.")
            else:
                is_negated = not is_negated
        node = self._group(depth) if kind == "open" else self._leaf()
        if not is_negated or node is None:
            return node
        return node.part if isinstance(node, Not) else Not(node)

    def _group(self, depth: int) -> Node | None:
        self._take()
        node = self.query(depth + 1)
        if self._peek() == "close":
            self._take()
        return node

    def _leaf(self) -> Node | None:
        if self._peek() in {"", "close", "AND", "OR"}:
            return None
        leaf = self._tokens[self._at][1]
        self._at += 1
        assert not isinstance(leaf, str)  # noqa: S101 - all that is left are leaves
        leaf = self._bounded(leaf)
        if leaf not in self._clauses and len(self._clauses) == MOST_CLAUSES:
            self.notes.append(f"Only the first {MOST_CLAUSES} words were read.")
            return None
        self._clauses.add(leaf)
        return leaf

    def _bounded(self, leaf: Node) -> Node:
        match leaf:
            case Phrase(text):
                return Phrase(self._phrase(text))
            case FieldTerm(name, Phrase(text)):
                return FieldTerm(name, Phrase(self._phrase(text)))
            case Prefix(text) | FieldTerm(_, Prefix(text)) if text not in self._beginnings:
                if len(self._beginnings) == MOST_PREFIXES:
                    self.notes.append(f"Only {MOST_PREFIXES} beginnings were read; “{text}” was taken as a word.")
                    without_star = f"{str(leaf)[:-1]},"  # the comma makes a word of an operator
                    return next(word for _, word in _tokens(without_star) if not isinstance(word, str))
                self._beginnings.add(text)
        return leaf

    def _phrase(self, text: str) -> str:
        words = text.split(" ")
        if len(words) > LONGEST_PHRASE:
            self.notes.append(f"Only the first {LONGEST_PHRASE} words of a phrase were read.")
        return _cleaned(" ".join(words[:LONGEST_PHRASE]))

    def _peek(self) -> str:
        return self._tokens[self._at][0] if self._at < len(self._tokens) else ""

    def _take(self) -> str:
        kind = self._peek()
        self._at += 1
        return kind
