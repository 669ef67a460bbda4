"""Answers: what an index says beside releases; values of the seam, which `feedsrv.search` hands on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from feedsrv.release import Release


@dataclass(frozen=True, slots=True)
class Edition:
    """What a machine publishes: the digest of its generation, and when files last made a difference to it.

    The moment is the latest that any of those knows which publish the same, so it tells which of two editions is the
    newer one.
    """

    digest: str
    changed: datetime


def digest_in(generation: str) -> str:
    """The digest of what a generation holds, by its name: the same on every machine, as the number in it is not."""
    return generation.rpartition("-")[2]


@dataclass(frozen=True, slots=True)
class IndexStatus:
    """What the publisher left word of.

    ``published`` is the name of the newest generation, None before the first, and ``published_at`` when it became so.
    Past ``true_until`` a release ought to have appeared or gone; it is long past where that word was lost.
    ``heartbeat`` is when a publisher last showed that it lives, None if none has. ``is_degraded``: it cannot read
    newsroom.toml, so what is published stays as it was. ``edition`` is what this machine was last known to publish,
    and ``in_step_until`` until when no peer has anything newer; None: nobody asks them.
    """

    published: str | None
    true_until: datetime | None
    heartbeat: datetime | None
    is_degraded: bool
    published_at: datetime | None = None
    edition: Edition | None = None
    in_step_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class SitemapYear:
    """A year of the newsroom's calendar, None for what is undated: how many releases, and when one last changed.

    ``updated`` is None where that is known of none.
    """

    year: int | None
    count: int
    updated: datetime | None


@dataclass(frozen=True, slots=True)
class SitemapEntry:
    """A release without its words: its id, and when it was last changed; None where that is not known."""

    id: str
    updated: datetime | None


@dataclass(frozen=True, slots=True)
class Held:
    """A topic, year or language that releases have: how many, and when the newest appeared; None: all undated."""

    value: str
    count: int
    newest: datetime | None


@dataclass(frozen=True, slots=True)
class Neighbours:
    """The releases in the language of one that appeared just before it, and just after it; None where none did."""

    earlier: Release | None
    later: Release | None
