"""A feed: a list of releases made ready for feed readers, and its renderings.

Whoever builds a `Feed` has decided everything: addresses are absolute, bodies sanitised, dates carry an offset.
The renderings only write it down, the same entries, ids, dates and words in each.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any


@dataclass(frozen=True, slots=True)
class Link:
    """A link of a feed, by its relation: "self", "alternate", "next", "hub" ... (RFC 4287, 4.2.7)."""

    rel: str
    href: str
    type: str = ""
    title: str = ""
    hreflang: str = ""


@dataclass(frozen=True, slots=True)
class Category:
    """A topic as an entry carries it: its id, its name, and the address of its page."""

    term: str
    label: str
    scheme: str


@dataclass(frozen=True, slots=True)
class Enclosure:
    """An attached file; ``length`` is in bytes."""

    url: str
    type: str
    length: int
    title: str = ""


@dataclass(frozen=True, slots=True)
class FeedEntry:
    """A release as a feed carries it.

    ``id`` is an absolute URI. ``published`` is None for an undated release. ``summary`` is plain text,
    ``content`` a piece of sanitised HTML, ``image`` the address of a picture. ``translations`` lead to it in other
    languages; ``source_url`` to where it stands elsewhere, "" for nowhere. ``extension`` is what a format with one gets
    beside all this.
    """

    id: str
    url: str
    title: str
    updated: datetime
    published: datetime | None
    language: str
    summary: str
    content: str
    author: str
    categories: tuple[Category, ...] = ()
    image: str = ""
    enclosures: tuple[Enclosure, ...] = ()
    translations: tuple[Link, ...] = ()
    source_url: str = ""
    extension: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Search:
    """What a page of search results says of the whole (OpenSearch 1.1): ``start`` counts from 1."""

    terms: str
    total: int
    start: int
    per_page: int


class History(StrEnum):
    """What a feed document is within the history of its list (RFC 5005, sections 2 and 4)."""

    COMPLETE = "complete"
    ARCHIVE = "archive"


@dataclass(frozen=True, slots=True)
class Tombstone:
    """That an entry has been withdrawn, and when (RFC 6721)."""

    id: str
    when: datetime
    comment: str = ""


SMALL = 64
"""Pixels of a small icon: RSS allows no picture above 144, JSON Feed asks for such a one."""


@dataclass(frozen=True, slots=True)
class Feed:
    """A list of releases with all that its renderings say of it.

    ``url`` is the canonical address of this very document, ``home`` that of the list as a page. ``updated``
    is the newest of its entries and tombstones, never the clock. ``search`` is there if the list answers a search.
    ``stylesheet`` is the address of the CSS in which a browser shows it, "" for none. ``icon`` and ``small_icon`` are
    those of square pictures, the latter shown `SMALL` pixels wide and of a kind that RSS has, ``logo`` that of one
    about twice as wide as high; "" for none.
    ``is_over``: nothing more will come. ``extension`` is what a format with one gets beside all this.
    """

    id: str
    url: str
    home: str
    title: str
    description: str
    language: str
    updated: datetime
    author: str
    author_url: str
    generator_version: str
    links: tuple[Link, ...] = ()
    entries: tuple[FeedEntry, ...] = ()
    search: Search | None = None
    history: History | None = None
    tombstones: tuple[Tombstone, ...] = ()
    stylesheet: str = ""
    icon: str = ""
    small_icon: str = ""
    logo: str = ""
    is_over: bool = False
    extension: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Subscription:
    """A feed as a list of feeds names it (OPML 2.0)."""

    title: str
    feed: str
    home: str


@dataclass(frozen=True, slots=True)
class SubscriptionGroup:
    """Subscriptions that belong together."""

    title: str
    subscriptions: tuple[Subscription, ...]
