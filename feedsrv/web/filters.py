"""Filters: what a list has been narrowed by, and the list as it is without each of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from feedsrv.locales import Voice
from feedsrv.locales.message import Message
from feedsrv.newsroom import Newsroom
from feedsrv.text.languages import language_name
from feedsrv.web.listing import Listing


@dataclass(frozen=True, slots=True)
class SwitchedOn:
    """A filter that is on: ``without`` is the list with it switched off; ``language`` is that of the label."""

    label: str
    without: Listing
    language: str = ""


def switched_on(listing: Listing, newsroom: Newsroom, voice: Voice) -> list[SwitchedOn]:
    """The filters of a search; those of another list where it has several, for of one it has the name."""
    found = list(_filters(listing, newsroom, voice))
    return found if listing.is_search or len(found) > 1 else []


def unfiltered(listing: Listing, newsroom: Newsroom) -> Listing:
    """The list without any filter, in the language that its page speaks where that is not the newsroom's first."""
    languages = tuple(tag for tag in (listing.language,) if tag and tag != newsroom.language)
    return replace(listing.narrowed((), ()), languages=languages, since=None, until=None)


def _filters(listing: Listing, newsroom: Newsroom, voice: Voice) -> Iterator[SwitchedOn]:
    topics, years, languages = listing.topics, listing.years, listing.languages
    for topic in topics:
        others = tuple(other for other in topics if other != topic)
        yield SwitchedOn(newsroom.topic_label(topic, voice.asked), listing.narrowed(others, years))
    for year in years:
        yield SwitchedOn(str(year), listing.narrowed(topics, tuple(other for other in years if other != year)))
    for tag in languages:
        others = tuple(other for other in languages if other != tag)
        yield SwitchedOn(language_name(tag), replace(listing, languages=others, page=1), tag)
    if listing.since:
        label = Message("from %(date)s", date=listing.since.text)
        yield SwitchedOn(label, replace(listing, since=None, page=1))
    if listing.until:
        label = Message("to %(date)s", date=listing.until.text)
        yield SwitchedOn(label, replace(listing, until=None, page=1))
