"""Examples: what can be asked of this very newsroom. Each is made of what is in it, and finds something there."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from feedsrv.locales.message import Message
from feedsrv.query import Facet, Query, Sort
from feedsrv.query.parser import parse
from feedsrv.release import Release
from feedsrv.search import Snapshot
from feedsrv.text.analysis import forms, is_stopword
from feedsrv.web.listing import Listing, ListingKind

NEWEST = 20
"""Releases whose words examples are made of."""
MOST_WORDS = MOST_TOPICS = 8
LONG = 7
"""Letters of a word that is cut to an example of how one begins."""

_WORD = re.compile(r"[^\W\d_]{4,20}")


@dataclass(frozen=True, slots=True)
class Example:
    """A search, what is meant by it, and how many releases answer it."""

    listing: Listing
    meaning: Message
    count: int


def examples(snapshot: Snapshot, language: str = "") -> list[Example]:
    """A search of each kind that finds something, of the releases in one language where one is given."""
    found = []
    for question, meaning in _questions(_newest(snapshot, language), _held(snapshot, language), language):
        listing = search_for(question, language)
        query = listing.query(snapshot.newsroom, in_feed=False)
        if count := snapshot.search(replace(query, sort=Sort.NEWEST, per_page=0)).total:
            found.append(Example(listing, meaning, count))
    return found


def headline_words(snapshot: Snapshot, language: str = "") -> list[str]:
    """The longest word in the title of each of the newest releases, as it is written there."""
    return _longest_words(_newest(snapshot, language))[:MOST_WORDS]


def topics(snapshot: Snapshot, language: str = "") -> list[str]:
    """The ids of the topics that most releases are in."""
    return [topic.value for topic in _held(snapshot, language)["topic"][:MOST_TOPICS]]


def search_for(question: str, language: str = "") -> Listing:
    """The search for a question, in one language where one is given."""
    return Listing(ListingKind.SEARCH, question=parse(question), languages=(language,) if language else ())


def _newest(snapshot: Snapshot, language: str) -> list[Release]:
    """The newest releases in a language, or that of the newsroom; in any where there are none."""
    own = Query(languages=(language or snapshot.newsroom.language,), per_page=NEWEST)
    hits = snapshot.search(own).hits or snapshot.search(Query(per_page=NEWEST)).hits
    return [hit.release for hit in hits]


def _held(snapshot: Snapshot, language: str) -> Mapping[str, Sequence[Facet]]:
    """The topics, years and languages that there are, of releases in a language where one is given."""
    return snapshot.search(Query(languages=(language,) if language else (), per_page=0, has_facets=True)).facets


def _questions(
    newest: Sequence[Release], held: Mapping[str, Sequence[Facet]], language: str
) -> Iterator[tuple[str, Message]]:
    """What may be asked, and what it means, from the simplest on."""
    yield from _of_words(newest)
    yield from _of_fields(newest)
    years = [year.value for year in held["year"]]
    if len(years) > 1:
        yield f"{years[1]}..{years[0]}", Message("from one day, month or year to another")
        yield f"after:{years[0]}", Message("from that day, month or year on")
        yield f"before:{years[0]}", Message("before that day, month or year")
    for name, meaning in (("topic", Message("in a topic")), ("year", Message("in a year"))):
        yield from ((f"{name}:{each.value}", meaning) for each in held[name][:1])
    tags = [language] if language else [each.value for each in held["lang"][:1]]
    yield from ((f"lang:{tag}", Message("in a language")) for tag in tags)
    numbers = (release.reference for release in newest if parse(release.reference).number)
    yield from ((number, Message("the release of that number")) for number in list(numbers)[:1])


def _of_words(newest: Sequence[Release]) -> Iterator[tuple[str, Message]]:
    first, second, *_ = (*_longest_words(newest), "", "")
    if first:
        yield first, Message("a word in all its forms, with and without accents")
    if pair := next(filter(None, map(_pair, newest)), ""):
        yield f'"{pair}"', Message("these very words, one after another")
    if second:
        yield f"{first} OR {second}", Message("one of them")
        yield f"{first} -{second}", Message("without a word")
    if long := next((word for word in _longest_words(newest) if len(word) >= LONG), ""):
        yield f"{long[: LONG - 2]}*", Message("any word that begins so")


def _of_fields(newest: Sequence[Release]) -> Iterator[tuple[str, Message]]:
    for word in _longest_words(newest)[:1]:
        yield f"title:{word}", Message("in the title")
    names = (name for release in newest for contact in release.contacts for name in _WORD.findall(contact.name)[-1:])
    if name := next(names, ""):
        yield f"contact:{name}", Message("in the contacts")


def _longest_words(newest: Sequence[Release]) -> list[str]:
    """The longest word of each title, each once."""
    longest = (max(_telling(release), key=len, default="") for release in newest)
    return list({word.casefold(): word for word in longest if word}.values())


def _pair(release: Release) -> str:
    """Two words that stand side by side in a title; "" where no two do."""
    words = _telling(release)
    pairs = (f"{one} {other}" for one, other in pairwise(words))
    return next((pair for pair in pairs if pair.casefold() in release.title.casefold()), "")


def _telling(release: Release) -> list[str]:
    """The words of a title that say what it is about; in small letters where it is all in capitals."""
    title = release.title.lower() if release.title.isupper() else release.title
    return [word for word in _WORD.findall(title) if not _says_nothing(word, release.language)]


def _says_nothing(word: str, language: str) -> bool:
    return word.isupper() or all(is_stopword(form, [language]) for form in forms(word))
