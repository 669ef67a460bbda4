"""Suggestions: topics and titles that have what somebody has begun to type into a browser's search bar."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from feedsrv.locales import voice_of
from feedsrv.query import Query
from feedsrv.query.parser import parse
from feedsrv.query.tokens import SHORTEST_PREFIX
from feedsrv.query.tree import Node
from feedsrv.search import Snapshot
from feedsrv.text.analysis import forms
from feedsrv.text.cleaning import clean
from feedsrv.web.addresses import Addresses
from feedsrv.web.inventory import take_inventory

MOST = 10
"""Suggestions at once."""
MOST_TOPICS = 4
"""Of which so many may be topics."""
MOST_WORDS = 8
"""Words that are looked for in titles: the last ones that were typed."""

_SIGNS = re.compile(r'[()"“”„«»:*-]+')


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What may be searched for, what is there in a few words, and the path of its page."""

    text: str
    description: str
    path: str


def suggestions(snapshot: Snapshot, typed: str, addresses: Addresses, language: str = "") -> list[Suggestion]:
    """What begins with what was typed, then what has it; topics before titles, the newest first.

    Of releases in one language, where one is given. The work is that of one search.
    """
    typed = clean(typed)
    begun = _key(typed)
    if not begun:
        return []
    found = sorted(_topics(snapshot, begun, addresses, language), key=lambda topic: _rank(topic, begun))[:MOST_TOPICS]
    found += sorted(_titles(snapshot, typed, addresses, language), key=lambda title: _rank(title, begun))
    kept: dict[str, Suggestion] = {}
    for each in found:
        kept.setdefault(each.text.casefold(), each)
    return list(kept.values())[:MOST]


def _rank(suggestion: Suggestion, begun: str) -> bool:
    return not _key(suggestion.text).startswith(begun)


def _topics(snapshot: Snapshot, begun: str, addresses: Addresses, language: str) -> Iterator[Suggestion]:
    """The topics whose name has what was typed, in any language of the newsroom, that most releases are in first."""
    newsroom = snapshot.newsroom
    voice = voice_of(language or newsroom.language)
    held = take_inventory(snapshot, voice, language).topics.values()
    for topic in sorted(held, key=lambda topic: -topic.count):
        tags = [language] if language else [newsroom.language, *newsroom.languages]
        labels = dict.fromkeys(newsroom.topic_label(topic.value, tag) for tag in tags)
        having = (label for label in labels if topic.count and begun in _key(label))
        for label in list(having)[:1]:
            yield Suggestion(label, voice.releases(topic.count), addresses.topic(topic.value))


def _titles(snapshot: Snapshot, typed: str, addresses: Addresses, language: str) -> Iterator[Suggestion]:
    """The titles that have the words which were typed, the last of them as far as it was."""
    wanted = _of_titles(typed)
    if wanted is None:
        return
    newsroom, voice = snapshot.newsroom, voice_of(language or snapshot.newsroom.language)
    query = Query(text=wanted, languages=(language,) if language else (), per_page=MOST)
    for hit in snapshot.search(query).hits:
        release = hit.release
        day = voice.day(newsroom.day(release.published)) if release.published else ""
        yield Suggestion(release.title, day, addresses.release(release.id))


def _of_titles(typed: str) -> Node | None:
    """The question to titles; a word of which next to nothing is typed yet is not asked for beside others."""
    words = _SIGNS.sub(" ", typed).split()[-MOST_WORDS:]
    if len(words) > 1 and len(words[-1]) < SHORTEST_PREFIX:
        words.pop()
    question = " ".join(f"title:{word}" for word in words)
    return parse(f"{question}*").tree if question else None


@lru_cache(maxsize=10_000)
def _key(text: str) -> str:
    return " ".join(forms(text))
