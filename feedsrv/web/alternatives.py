"""Alternatives: what else may be looked for where a search finds nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from feedsrv.locales.message import Message
from feedsrv.search import Snapshot
from feedsrv.web.filters import SwitchedOn
from feedsrv.web.listing import Listing

MOST_FILTERS = 5
"""Filters that are tried without, one by one: each costs a search."""


@dataclass(frozen=True, slots=True)
class Alternative:
    """Another search, how it differs, and how many releases answer it."""

    listing: Listing
    difference: Message
    count: int


def alternatives(
    snapshot: Snapshot, asked: Listing, filters: Sequence[SwitchedOn], unfiltered: Listing
) -> list[Alternative]:
    """The searches without a filter, without any, and for some of the words alone; those that find something."""
    found = []
    for listing, difference in _tried(asked, filters, unfiltered):
        query = listing.query(snapshot.newsroom, in_feed=False)
        if count := snapshot.search(replace(query, per_page=0)).total:
            found.append(Alternative(listing, difference, count))
    return found


def _tried(asked: Listing, filters: Sequence[SwitchedOn], unfiltered: Listing) -> Iterator[tuple[Listing, Message]]:
    for filter_ in filters[:MOST_FILTERS]:
        yield filter_.without, Message("Without “%(filter)s”", filter=filter_.label)
    if len(filters) > 1:
        yield unfiltered, Message("Without any filter")
    if asked.text and asked.sort:
        yield replace(asked, sort=None, page=1), Message("With some of the words, the best first")
