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
Operators are in capitals; in small letters they are words, and so they are in a headline that is all in capitals (see
`feedsrv.query.natural`). A minus before a digit is none. Names of fields may be in capitals or not. ``after:2017``
begins with 1 January 2017, ``before:2018-06`` ends with 31 May, ``2015..2018`` has both years in it.
Parsing never fails: what cannot be read is taken as words, what exceeds a limit is cut, and both are said in
`Parsed.notes`. A tree printed and read again is the same tree, so the print is within the limits, too.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field

from feedsrv.locales.message import Message
from feedsrv.query.natural import natural
from feedsrv.query.tokens import Token, cleaned, tokens
from feedsrv.query.tree import (
    NOTHING,
    And,
    FieldTerm,
    Node,
    Not,
    Or,
    Phrase,
    Prefix,
    Reference,
    grouped,
    joined,
    nesting,
)
from feedsrv.text.cleaning import clean
from feedsrv.text.cutting import join_ordinals, with_gershayim

LONGEST_QUERY = 1000
"""Characters that are read, and of what they print as, where no AND is counted between words."""
MOST_CLAUSES = 120
"""Different words, phrases, filters and references that are read; what is said again weighs more."""
DEEPEST_NESTING = 8
"""Parentheses inside one another, printed ones as well; deeper ones are ignored, the words in them are not."""
LONGEST_PHRASE = 12
"""Words of a phrase that are read."""
MOST_PREFIXES = 2
"""Beginnings that are read as such; further ones are words."""


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

    @property
    def number(self) -> Reference | None:
        """The reference number that is all of it; None where it is anything else."""
        return self.tree if isinstance(self.tree, Reference) else None

    @property
    def is_as_typed(self) -> bool:
        """Whether it was read as anybody would read what was typed, so that nothing needs to be said of it."""
        return _told(clean(self.text)) in {_told(str(self)), _told("" if self.tree is None else typed(self.tree))}

    @property
    def has_no_word(self) -> bool:
        """Whether there is no word in what was typed, which finds nothing for ever."""
        return self.tree is None and bool(self.text.strip())

    @property
    def wanted(self) -> Node | None:
        """What is to be found: everything where nothing was typed, nothing where there is no word in what was."""
        return NOTHING if self.has_no_word else self.tree


NOTHING_ASKED = Parsed()


def parse(text: str, *, is_rule: bool = False) -> Parsed:
    """The tree of a query; never raises, whatever the text. In a rule of newsroom.toml, operators are never words.

    It is read as texts are: in NFC, and without what nobody sees, such as soft hyphens.
    """
    notes = []
    whole = clean(text)
    read = _beginning(whole)
    if read != whole:
        notes.append(Message("Only the first %(most)s characters were read.", most=LONGEST_QUERY))
    found = list(tokens(with_gershayim(join_ordinals(read))))
    if not is_rule:
        found = natural(found, whole)
    tree, of_tree = _read(found)
    if _length(str(tree or "")) > LONGEST_QUERY:
        counts = range(len(found))
        most = bisect_right(counts, LONGEST_QUERY, key=lambda count: _length(str(_read(found[:count])[0] or "")))
        tree, of_tree = _read(found[: most - 1])
        notes.append(
            Message(
                "Only a part was read: written out, the whole has more than %(most)s characters.", most=LONGEST_QUERY
            )
        )
    return Parsed(tree, tuple(dict.fromkeys([*notes, *of_tree])), text)


def _beginning(text: str) -> str:
    """As much of a text as is read."""
    if _length(text) <= LONGEST_QUERY:
        return text
    longest = range(min(len(text), len(_AND) * LONGEST_QUERY))
    return text[: bisect_right(longest, LONGEST_QUERY, key=lambda count: _length(text[:count])) - 1]


def _length(text: str) -> int:
    """The characters of a text, without the AND between words that stands for their being side by side."""
    return len(text) - text.count(_AND) * (len(_AND) - 1)


_AND = " AND "


def _read(tokens: Sequence[Token]) -> tuple[Node | None, list[str]]:
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


_UNTOLD = re.compile(r'[^\w"*:]')
_STRAIGHT = str.maketrans("“”„«»", '"""""')


def _told(text: str) -> str:
    """What of a text says how it is read: letters, digits, and the signs of phrases, beginnings and fields."""
    return _UNTOLD.sub("", text.translate(_STRAIGHT)).casefold()


class _Parser:
    """Recursive descent over the tokens; the depth of recursion is bounded by DEEPEST_NESTING."""

    def __init__(self, tokens: Sequence[Token], deepest: int) -> None:
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
        is_negated = is_word = False
        while (kind := self._peek()) in {"not", "NOT"} or (kind == "open" and depth == self._deepest):
            self._take()
            if kind == "open":
                self.notes.append(Message("Parentheses more than %(most)s deep were ignored.", most=DEEPEST_NESTING))
            else:
                is_negated, is_word = not is_negated, kind == "NOT"
        node = self._group(depth) if kind == "open" else self._leaf()
        if not is_negated or node is None:
            return node
        return node.part if isinstance(node, Not) else Not(node, is_word)

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
            self.notes.append(Message("Only the first %(most)s words were read.", most=MOST_CLAUSES))
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
                    self.notes.append(
                        Message(
                            "Only %(most)s beginnings were read; “%(text)s” was taken as a word.",
                            most=MOST_PREFIXES,
                            text=text,
                        )
                    )
                    without_star = f"{str(leaf)[:-1]},"  # the comma makes a word of an operator
                    return next(word for _, word in tokens(without_star) if not isinstance(word, str))
                self._beginnings.add(text)
        return leaf

    def _phrase(self, text: str) -> str:
        words = text.split(" ")
        if len(words) > LONGEST_PHRASE:
            self.notes.append(Message("Only the first %(most)s words of a phrase were read.", most=LONGEST_PHRASE))
        return cleaned(" ".join(words[:LONGEST_PHRASE]))

    def _peek(self) -> str:
        return self._tokens[self._at][0] if self._at < len(self._tokens) else ""

    def _take(self) -> str:
        kind = self._peek()
        self._at += 1
        return kind
