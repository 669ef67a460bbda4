"""Rules: whether a rule of newsroom.toml, a query in the language of the search box, is true of one release."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import cached_property, lru_cache
from itertools import chain
from typing import NamedTuple

from feedsrv.locales.message import Message
from feedsrv.newsroom import Newsroom, Topic
from feedsrv.query.parser import parse
from feedsrv.query.tree import (
    And,
    Dates,
    FieldTerm,
    Filter,
    Leaf,
    Node,
    Not,
    Or,
    Phrase,
    Prefix,
    Reference,
    Word,
    joined,
    leaves,
    mapped,
    positive_leaves,
)
from feedsrv.release import Release
from feedsrv.text import analysis, stems
from feedsrv.text.references import reference_key


class _Words:
    """The words of some texts, as far as a rule asks for them.

    ``stems`` are those that rules name. ``forms`` has a blank around each form, so that phrases are found as text.
    """

    def __init__(self, texts: Sequence[str], language: str, named: frozenset[str]) -> None:
        self._texts = texts
        self._language = language
        self._named = named

    @cached_property
    def stems(self) -> frozenset[str]:
        return frozenset[str]().union(
            *(analysis.stems_among(text, self._language, self._named) for text in self._texts)
        )

    @cached_property
    def forms(self) -> str:
        return " | ".join(f" {' '.join(analysis.forms(text))} " for text in self._texts)


class Subject:
    """A release as rules see it. Of its words only those are looked at that a rule asks for."""

    def __init__(self, release: Release, newsroom: Newsroom) -> None:
        self._release = release
        self.language = release.language
        self.day = newsroom.day(release.published) if release.published else None
        self.reference = reference_key(release.reference)
        rules = tuple(rule for topic in newsroom.topics.values() for rule in (*topic.match, *topic.excluding))
        self._named = _named(rules, release.language)

    @cached_property
    def words(self) -> _Words:
        """Those of its title and its text."""
        return _Words([self._release.title, self._release.text], self.language, self._named)

    @cached_property
    def title(self) -> _Words:
        """Those of its title."""
        return _Words([self._release.title], self.language, self._named)

    @cached_property
    def contact(self) -> _Words:
        """Those of who answers the press."""
        people = [f"{contact.name} {contact.role} {contact.email}" for contact in self._release.contacts]
        return _Words(people, self.language, self._named)

    def reason(self, topic: Topic) -> Message | None:
        """Why the rules put it in a topic; None if they do not."""
        if any(map(self._is_true, topic.excluding)):
            return None
        for rule in filter(self._is_true, topic.match):
            said = next((leaf for leaf in positive_leaves(_tree(rule)) if self._matches(leaf)), None)
            return _saying(said) if said else Message("it matches %(rule)s", rule=rule)
        return None

    def _is_true(self, rule: str) -> bool:
        needed = _needed(rule, self.language)
        if needed is not None and needed.isdisjoint(self.words.stems):  # so it is with most
            return False
        return self._matches(_tree(rule))

    def _matches(self, tree: Node | None) -> bool:
        match tree:
            case And(parts):
                return all(map(self._matches, parts))
            case Or(parts):
                return any(map(self._matches, parts))
            case Not(part):
                return not self._matches(part)
            case FieldTerm(name, part):
                return self._says(part, self.title if name == "title" else self.contact)
            case Word() | Phrase() | Prefix():
                return self._says(tree, self.words)
            case Reference():
                return tree.key == self.reference
            case Filter("lang", value):
                return value == self.language
            case Filter("year", value):
                return self.day is not None and value == str(self.day.year)
            case Dates(since, before):
                return self.day is not None and (since or date.min) <= self.day < (before or date.max)
        return False

    def _says(self, leaf: Word | Phrase | Prefix, words: _Words) -> bool:
        if isinstance(leaf, Word):
            named = _named_words(leaf.text, self.language)
            return bool(named) and all(  # what is too long for a word names none
                word.whole in words.stems
                or words.stems.issuperset(word.parts)
                or any(self._says(other, words) for other in word.others)
                for word in named
            )
        if isinstance(leaf, Phrase):
            needed = _stems_within(leaf.text, self.language)
            if not needed or not words.stems.issuperset(needed):
                return False  # it has no words, or one of them is nowhere
        return _forms(leaf) in words.forms


class _NamedWord(NamedTuple):
    """A word that a rule names: its stem, those of its hyphenated parts, and how it may be written otherwise.

    Of ``stems`` a text has one at least that says it.
    """

    whole: str
    parts: tuple[str, ...]
    others: tuple[Phrase, ...]
    stems: frozenset[str]


@lru_cache(maxsize=10_000)
def _named_words(text: str, language: str) -> tuple[_NamedWord, ...]:
    return tuple(_named_word(word, language) for word in analysis.needed(text))


def _named_word(word: analysis.Token, language: str) -> _NamedWord:
    whole, *parts = (stems.stem(form, language) for form in ("".join(word.parts), *word.parts))
    others = tuple(Phrase(" ".join(other)) for other in word.spelling.others)
    within = (_stems_within(other.text, language) for other in others)
    return _NamedWord(whole, tuple(parts), others, frozenset((whole, *parts)).union(*within))


@lru_cache(maxsize=10_000)
def _stems_within(phrase: str, language: str) -> frozenset[str]:
    return frozenset(stems.stem(form, language) for form in analysis.forms(phrase))


@lru_cache(maxsize=64)
def _named(rules: Sequence[str], language: str) -> frozenset[str]:
    """The stems of all words that rules name, those in phrases too."""
    found = set[str]()
    for leaf in chain.from_iterable(leaves(_tree(rule)) for rule in rules):
        part = leaf.part if isinstance(leaf, FieldTerm) else leaf
        if isinstance(part, Phrase):
            found |= _stems_within(part.text, language)
        elif isinstance(part, Word):
            found.update(*(word.stems for word in _named_words(part.text, language)))
    return frozenset(found)


@lru_cache(maxsize=10_000)
def _needed(rule: str, language: str) -> frozenset[str] | None:
    """Stems of which a release has one at least that a rule is true of; None: it may be true of others, too."""
    return _needed_by(_tree(rule), language)


def _needed_by(tree: Node | None, language: str) -> frozenset[str] | None:
    match tree:
        case Word(text):
            return next((word.stems for word in _named_words(text, language)), None)
        case Phrase(text):
            return frozenset(sorted(_stems_within(text, language), key=len)[-1:]) or None
        case FieldTerm("title", part):
            return _needed_by(part, language)
        case Or(parts):
            of_parts = [_needed_by(part, language) for part in parts]
            return None if None in of_parts else frozenset().union(*filter(None, of_parts))
        case And(parts):
            known = (needed for part in parts if (needed := _needed_by(part, language)) is not None)
            return min(known, key=len, default=None)
    return None


@lru_cache(maxsize=10_000)
def _forms(leaf: Phrase | Prefix) -> str:
    """What a text that has a phrase or a beginning contains, where each form has a blank around it."""
    if isinstance(leaf, Phrase):
        return f" {' '.join(analysis.forms(leaf.text))} "
    return f" {''.join(analysis.forms(leaf.text))}"


def _saying(leaf: Leaf) -> Message:
    match leaf:
        case FieldTerm("title", part):
            return Message("its title says “%(text)s”", text=part.text)
        case FieldTerm(_, part):
            return Message("its contact says “%(text)s”", text=part.text)
    return Message("the text says “%(text)s”", text=f"{leaf.text}{'…' if isinstance(leaf, Prefix) else ''}")


@lru_cache(maxsize=10_000)
def _tree(rule: str) -> Node | None:
    return mapped(parse(rule, is_rule=True).tree, _in_full)


def _in_full(leaf: Leaf) -> Node | None:
    """A leaf, and for what may be a reference number also its words, which the search box finds by it, too."""
    return joined(Or, [leaf, leaf.words]) if isinstance(leaf, Reference) and leaf.typed else leaf
