"""A reading: what was understood of one release file, where each part came from, and when it may be seen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from feedsrv.problem import Problem
from feedsrv.release import Release

TOMBSTONE = timedelta(days=90)
"""How long feed readers are told that a release has been withdrawn."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where the value of a field came from; ``line`` counts from 1, 0 where it is no line of the file."""

    line: int
    how: str


@dataclass(frozen=True, slots=True)
class Mention:
    """That a release names a file: the address as it is written, its line, 0 where that is not known."""

    address: str
    line: int
    is_picture: bool


class Status(StrEnum):
    """What a file is to the public at a moment."""

    PUBLIC = "public"
    WITHDRAWN = "withdrawn"
    LONG_WITHDRAWN = "withdrawn long ago"  # feed readers are no longer told of it
    DRAFT = "draft"
    EMBARGOED = "embargoed"
    EXPIRED = "expired"
    HELD = "held"  # whether it may be public cannot be told
    NO_RELEASE = "no release"  # a page of the site that the folder is, by its name or by what it states
    UNREADABLE = "unreadable"

    @property
    def is_known_to_the_public(self) -> bool:
        """Whether anything of it may enter a generation: all of it, or the notice of its withdrawal."""
        return self in {Status.PUBLIC, Status.WITHDRAWN, Status.LONG_WITHDRAWN}


@dataclass(frozen=True, slots=True)
class Visibility:
    """When a release may be seen. Every moment is aware and UTC.

    ``barred`` says that no moment makes it public (a draft, a file whose embargo cannot be read).
    ``is_withdrawn`` with ``withdrawn`` None: the file says that, but not when.
    """

    barred: Status | None = None
    opens: datetime | None = None
    closes: datetime | None = None
    is_withdrawn: bool = False
    withdrawn: datetime | None = None
    withdrawal_reason: str = ""

    def status(self, now: datetime) -> Status:
        """What the file is to the public at ``now``. Withdrawn before it was ever public is nowhere at all."""
        if self.barred:
            return self.barred
        if self.opens and now < self.opens:
            return Status.EMBARGOED
        if self.is_withdrawn and (self.withdrawn is None or self.withdrawn <= now):
            if self.withdrawn and self.opens and self.withdrawn <= self.opens:
                return Status.HELD
            is_recent = self.withdrawn is not None and now < self.withdrawn + TOMBSTONE
            return Status.WITHDRAWN if is_recent else Status.LONG_WITHDRAWN
        if self.closes and self.closes <= now:
            return Status.EXPIRED
        return Status.PUBLIC

    def next_change(self, now: datetime) -> datetime | None:
        """The first moment after ``now`` at which the status may be another; None if there is none."""
        if self.barred:
            return None
        forgotten = self.withdrawn + TOMBSTONE if self.withdrawn else None
        moments = (self.opens, self.closes, self.withdrawn, forgotten)
        return min((moment for moment in moments if moment and moment > now), default=None)


@dataclass(frozen=True, slots=True)
class Reading:
    """What was understood of one file.

    ``release.id`` is the id the file claims, before collisions; ``release.topics`` is empty, topics are
    given out by `feedsrv.files.topics`, and so are its attachments, by `feedsrv.files.attachments`, from the
    ``mentions`` of files outside its body among others. ``origins`` is keyed by the names of the fields of `Release`
    and of `Visibility`: that of ``barred`` is the line that first holds the release.
    """

    release: Release
    visibility: Visibility = Visibility()
    origins: Mapping[str, Origin] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    mentions: tuple[Mention, ...] = ()
