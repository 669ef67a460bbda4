"""The topics of a release: which it is in, and why; and what is wrong with the rules that put it there.

What the file states comes first, then the folder it lies in, then the rules of newsroom.toml, which are queries
in the language of the search box, asked of this one release.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from datetime import date
from functools import cached_property, lru_cache
from itertools import chain
from pathlib import PurePosixPath

from feedsrv.newsroom import FILE_NAME, Newsroom, Topic
from feedsrv.problem import Problem
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
    leaves,
    positive_leaves,
)
from feedsrv.release import Membership, Release
from feedsrv.text import analysis, stems
from feedsrv.text.references import reference_key
from feedsrv.topic_names import topic_id as topic_id_of

FEWEST_FOR_SIZE = 10
"""Of fewer releases nothing is said of topics that have most of them."""


def memberships(release: Release, newsroom: Newsroom) -> tuple[Membership, ...]:
    """The topics of a release with their reasons, each topic once, in the order of precedence."""
    refused = _refused(release, newsroom)
    found: dict[str, str] = {}
    for name in release.stated_topics:
        if not name.startswith("-"):
            found.setdefault(newsroom.topic_id(topic_id_of(name)), "the file says so")
    for folder in PurePosixPath(release.source).parent.parts:
        topic_id = newsroom.topic_id(topic_id_of(folder))
        if topic_id in newsroom.topics:
            found.setdefault(topic_id, f"it lies in the folder “{folder}”")
    for topic_id in tuple(found):
        for successor in newsroom.successors(topic_id):
            found.setdefault(successor, f"it took the place of “{newsroom.topic_label(topic_id)}”")
    ruled = [topic for topic in newsroom.topics.values() if topic.match and topic.retired is None]
    if ruled:
        subject = _Subject(release, newsroom)
        for topic in ruled:
            if topic.id not in found and (reason := subject.reason(topic)):
                found[topic.id] = reason
    return tuple(Membership(topic, reason) for topic, reason in found.items() if topic not in refused)


def overruled(release: Release, newsroom: Newsroom) -> tuple[Membership, ...]:
    """The topics that a release is not in although something speaks for them, each with what speaks against it."""
    found = dict.fromkeys(sorted(_refused(release, newsroom)), "the file refuses it")
    subject = _Subject(release, newsroom)
    for topic in newsroom.topics.values():
        if topic.id not in found and topic.id not in release.topic_ids and topic.excluding:
            spoken = subject.reason(replace(topic, excluding=()))
            against = subject.reason(replace(topic, match=topic.excluding, excluding=()))
            if spoken and against:
                found[topic.id] = f"{spoken}, but also: {against}"
    return tuple(Membership(topic, reason) for topic, reason in found.items())


def _refused(release: Release, newsroom: Newsroom) -> set[str]:
    return {newsroom.topic_id(topic_id_of(name[1:])) for name in release.stated_topics if name.startswith("-")}


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


class _Subject:
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
        return _Words([self._release.title, self._release.text], self.language, self._named)

    @cached_property
    def title(self) -> _Words:
        return _Words([self._release.title], self.language, self._named)

    @cached_property
    def contact(self) -> _Words:
        people = [f"{contact.name} {contact.role} {contact.email}" for contact in self._release.contacts]
        return _Words(people, self.language, self._named)

    def reason(self, topic: Topic) -> str:
        """Why the rules put it in a topic; "" if they do not."""
        if any(self._matches(_tree(rule)) for rule in topic.excluding):
            return ""
        for rule in topic.match:
            tree = _tree(rule)
            if self._matches(tree):
                said = next((leaf for leaf in positive_leaves(tree) if self._matches(leaf)), None)
                return _saying(said) if said else f"it matches {rule}"
        return ""

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
            return all(
                whole in words.stems or words.stems.issuperset(parts)
                for whole, parts in _stems(leaf.text, self.language)
            )
        if isinstance(leaf, Phrase) and not words.stems.issuperset(_stems_within(leaf.text, self.language)):
            return False  # a word of it is nowhere
        return _forms(leaf) in words.forms


@lru_cache(maxsize=10_000)
def _stems(text: str, language: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """For each word that a rule names, its stem and those of its hyphenated parts."""
    return tuple(
        (stems.stem("".join(word.parts), language), tuple(stems.stem(part, language) for part in word.parts))
        for word in analysis.tokens(text)
    )


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
            found.update(*((whole, *parts) for whole, parts in _stems(part.text, language)))
    return frozenset(found)


@lru_cache(maxsize=10_000)
def _forms(leaf: Phrase | Prefix) -> str:
    """What a text that has a phrase or a beginning contains, where each form has a blank around it."""
    if isinstance(leaf, Phrase):
        return f" {' '.join(analysis.forms(leaf.text))} "
    return f" {''.join(analysis.forms(leaf.text))}"


def _saying(leaf: Leaf) -> str:
    if isinstance(leaf, FieldTerm):
        return f"its {leaf.name} says “{leaf.part.text}”"
    return f"the text says “{leaf.text}{'…' if isinstance(leaf, Prefix) else ''}”"


@lru_cache(maxsize=10_000)
def _tree(rule: str) -> Node | None:
    return parse(rule, is_rule=True).tree


def complaints(newsroom: Newsroom, public: Collection[Sequence[str]]) -> Iterator[Problem]:
    """What is wrong with the rules of newsroom.toml; ``public`` are the topics of each public release."""
    counts = Counter(topic for topics in public for topic in topics)
    lines = newsroom.text.split("\n")
    for topic in newsroom.topics.values():
        line = _line(topic.id, lines)
        for rule in (*topic.match, *topic.excluding):
            for what in _misreadings(rule):
                yield Problem(
                    FILE_NAME, _line_of_rule(rule, line, lines), f"the rule {rule!r} of {topic.id}: {what}", _SEE
                )
        if topic.retired is None and public:
            yield from _size(topic, counts[topic.id], len(public), line)


_SEE = "write it as in the search box, and try it there"


def _size(topic: Topic, having: int, population: int, line: int) -> Iterator[Problem]:
    if not having:
        yield Problem(
            FILE_NAME,
            line,
            f"no release is in {topic.id}",
            "widen its match, or take the topic away",
            kind="topic-empty",
        )
    elif topic.match and population >= FEWEST_FOR_SIZE and having * 2 > population:
        what = f"{having} of {population} releases are in {topic.id}: it tells nothing apart"
        yield Problem(
            FILE_NAME, line, what, "narrow its match; words of the boilerplate do not count", kind="topic-wide"
        )


def _misreadings(rule: str) -> Iterator[str]:
    read = parse(rule, is_rule=True)
    yield from (note.rstrip(".") for note in read.notes)
    if read.tree is None:
        yield "there is no word in it"
    elif not any(True for _ in positive_leaves(read.tree)) and not isinstance(read.tree, Filter):
        yield "it only says what is not wanted, so it matches nearly everything"


def _line(topic_id: str, lines: Sequence[str]) -> int:
    """The line of a topic's table, from 1; 0 if it cannot be told."""
    head = re.compile(rf"""\s*\[\s*topics\s*\.\s*["']?{re.escape(topic_id)}["']?\s*\]|\s*{re.escape(topic_id)}\s*=""")
    return next((number for number, line in enumerate(lines, 1) if head.match(line)), 0)


def _line_of_rule(rule: str, start: int, lines: Sequence[str]) -> int:
    return next((number for number in range(max(start, 1), len(lines) + 1) if rule in lines[number - 1]), start)
