"""A query: what can be asked of the newsroom, and what comes back.

Every list there is, home page, topic, year, search, feed, is the answer to a `Query`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from feedsrv.query.tree import Node
from feedsrv.release import Release


class Sort(StrEnum):
    """The order of results: the newest is the one that appeared last.

    Ties are broken by id, so an order is total and the same everywhere.
    """

    RELEVANCE = "relevance"
    NEWEST = "newest"
    OLDEST = "oldest"


@dataclass(frozen=True, slots=True)
class Query:
    """A question.

    ``text`` is a tree of the search language, None asks for everything. Topics are alternatives, so are
    years and languages; different kinds of filter must all hold. ``since`` is the first moment that counts,
    ``before`` the first that does not; ``is_undated`` asks for those without a date. ``page`` counts from 1;
    ``per_page`` 0 asks for counts only. ``has_excerpts``: hits are to show why they were found, which for
    many hits costs more than all the rest. ``has_facets``: it is to be counted by what the results can be narrowed.
    """

    text: Node | None = None
    topics: tuple[str, ...] = ()
    years: tuple[int, ...] = ()
    languages: tuple[str, ...] = ()
    since: datetime | None = None
    before: datetime | None = None
    is_undated: bool = False
    sort: Sort = Sort.NEWEST
    page: int = 1
    per_page: int = 20
    has_excerpts: bool = False
    has_facets: bool = False


@dataclass(frozen=True, slots=True)
class Hit:
    """A release that answers a query.

    ``excerpt`` is HTML with ``<mark>``, ``title`` likewise; both are empty where nothing was searched for, and where
    the query does not ask for excerpts. ``is_partial``: it does not have all the words.
    """

    release: Release
    excerpt: str = ""
    title: str = ""
    is_partial: bool = False


@dataclass(frozen=True, slots=True)
class Facet:
    """One value by which the results could be narrowed, and how many there would be.

    The count is that of the query with all filters of this facet's own kind replaced by this value.
    """

    value: str
    count: int


@dataclass(frozen=True, slots=True)
class Results:
    """An answer: one page of hits, and what is known of all of them.

    ``facets`` has the keys ``topic`` (most first, then by id), ``year`` (newest first) and ``lang`` (most
    first), and none where the query does not ask for them. ``page`` may lie past the last one: then ``hits`` is empty.
    ``complete`` is how many of ``total`` have all that was asked for: by relevance, those with some of the words follow
    where few have all; or stand among them, where the question is so long that ``is_complete_first`` is false.
    ``did_you_mean`` is what may have been meant where no release, or next to none, has all of this question: it without
    what may be mistyped, or without quotes and fields. ``notes`` are sentences on what was cut.
    """

    hits: tuple[Hit, ...]
    total: int
    page: int
    per_page: int
    sort: Sort
    complete: int
    is_complete_first: bool = True
    facets: Mapping[str, tuple[Facet, ...]] = field(default_factory=dict)
    did_you_mean: str | None = None
    notes: tuple[str, ...] = ()

    @property
    def pages(self) -> int:
        """How many pages there are; at least one, so that an empty list has a first page."""
        return max(1, -(-self.total // self.per_page)) if self.per_page else 1
