"""The tree of a question: what the search box, the rules of topics and the index understand of one another."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from feedsrv.text.references import REFERENCE_ALONE, TWO_YEARS, reference_key


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
class Prefix:
    """Any word that begins so."""

    text: str

    def __str__(self) -> str:
        return f"{self.text}*"


@dataclass(frozen=True, slots=True)
class Reference:
    """The release with this reference number, however it is written.

    ``typed`` is how it was, where it may be no number at all but words ("of 9-11"): who knows the numbers decides.
    """

    text: str
    typed: str = field(default="", compare=False)

    @property
    def key(self) -> str:
        """The number in the form in which references are compared."""
        return reference_key(self.text)

    @property
    def is_any_number(self) -> bool:
        """Whether it may be any number of a text: no letters are in front of it, and nobody said that it is one."""
        return bool(self.typed) and self.key[:1].isdigit()

    @property
    def words(self) -> Node:
        """The words that it may be instead."""
        found = tuple(map(Word, self.typed.split()))
        return found[0] if len(found) == 1 else And(found)

    def __str__(self) -> str:
        is_alone = REFERENCE_ALONE.fullmatch(self.text) and not TWO_YEARS.fullmatch(self.text)
        return self.text if is_alone and " " not in self.text else f"ref:{_quotable(self.text)}"


@dataclass(frozen=True, slots=True)
class FieldTerm:
    """Words in one field, by ``name``: "title" or "contact"."""

    name: str
    part: Word | Phrase | Prefix

    def __str__(self) -> str:
        return f"{self.name}:{self.part}"


@dataclass(frozen=True, slots=True)
class Dates:
    """Publication on a day from ``since`` on that is earlier than ``before``; None: no limit on that side."""

    since: date | None
    before: date | None

    def __str__(self) -> str:
        if self.since is None:
            return f"before:{self.before}"
        if self.before is None:
            return f"after:{self.since}"
        return f"{self.since}..{self.before - timedelta(days=1)}"


@dataclass(frozen=True, slots=True)
class Filter:
    """A topic, a year or a language, by ``name``: "topic", "year" or "lang"."""

    name: str
    value: str

    def __str__(self) -> str:
        return f"{self.name}:{_quotable(self.value)}"


@dataclass(frozen=True, slots=True)
class Not:
    """Whatever its part is not; ``is_word``: it was typed as NOT, which may have been meant as a word."""

    part: Node
    is_word: bool = field(default=False, compare=False)

    def __str__(self) -> str:
        return f"NOT {grouped(self.part)}"


@dataclass(frozen=True, slots=True)
class And:
    """Whatever all of its parts are; two or more, none of them an `And`. What is there twice weighs more."""

    parts: tuple[Node, ...]

    def __str__(self) -> str:
        return " AND ".join(grouped(part) for part in self.parts)


@dataclass(frozen=True, slots=True)
class Or:
    """Whatever one of its parts is; two parts or more, none of them an `Or`."""

    parts: tuple[Node, ...]

    def __str__(self) -> str:
        return " OR ".join(grouped(part) for part in self.parts)


Leaf = Word | Phrase | Prefix | Reference | FieldTerm

NOTHING = Phrase("")
"""What no release has: asked for by a question that has no word in it."""

Node = Leaf | Filter | Dates | Not | And | Or


def positive_leaves(node: Node | None) -> Iterator[Leaf]:
    """The words, phrases, beginnings and references that a match may contain: those not under a `Not`."""
    match node:
        case Word() | Phrase() | Prefix() | Reference() | FieldTerm():
            yield node
        case And(parts) | Or(parts):
            for part in parts:
                yield from positive_leaves(part)


def leaves(node: Node | None) -> Iterator[Leaf]:
    """All words, phrases, beginnings and references, those under a `Not` as well."""
    match node:
        case Word() | Phrase() | Prefix() | Reference() | FieldTerm():
            yield node
        case And(parts) | Or(parts):
            for part in parts:
                yield from leaves(part)
        case Not(part):
            yield from leaves(part)


def mapped(node: Node | None, change: Callable[[Leaf], Node | None]) -> Node | None:
    """The tree with something else, or nothing, in place of each leaf; None where nothing stays."""
    match node:
        case And(parts) | Or(parts):
            return joined(type(node), [mapped(part, change) for part in parts])
        case Not(part):
            kept = mapped(part, change)
            return kept and (kept.part if isinstance(kept, Not) else replace(node, part=kept))
        case None | Filter() | Dates():
            return node
    return change(node)


def without(node: Node | None, left_out: Collection[Node]) -> Node | None:
    """The tree as if these leaves had never been said; None where nothing stays."""
    return mapped(node, lambda leaf: None if leaf in left_out else leaf)


def joined(kind: type[And] | type[Or], parts: Iterable[Node | None]) -> Node | None:
    """One node of the parts that there are, flat; alternatives each once. None where there are none."""
    flat: list[Node] = []
    for part in parts:
        flat.extend(part.parts if isinstance(part, kind) else [part] if part else [])
    if kind is Or:
        flat = list(dict.fromkeys(flat))
    if len(flat) < 2:
        return next(iter(flat), None)
    return kind(tuple(flat))


def grouped(node: Node) -> str:
    """A node printed as a part of another."""
    return f"({node})" if isinstance(node, And | Or) else str(node)


def nesting(node: Node | None) -> int:
    """How many parentheses of its print are inside one another."""
    match node:
        case Not(part):
            parts: tuple[Node, ...] = (part,)
        case And(parts) | Or(parts):
            pass
        case _:
            return 0
    return max(nesting(part) + isinstance(part, And | Or) for part in parts)


def _quotable(text: str) -> str:
    return text if re.fullmatch(r"\w+(?:[/-]\w+)*", text) else f'"{text}"'
