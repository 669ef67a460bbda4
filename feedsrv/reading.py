"""A reading: what was understood of one release file, where each part came from, and when it may be seen."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from feedsrv.problem import Problem
from feedsrv.release import Release

TOMBSTONE = timedelta(days=90)
"""How long feed readers are told that a release has been withdrawn."""


EMBARGO_LINE = "embargo line"
"""How a release says when it may be seen, and, where it states no other day, when it was published."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where the value of a field came from; ``line`` counts from 1, 0 where it is no line of the file."""

    line: int
    how: str


@dataclass(frozen=True, slots=True)
class Mention:
    """That a release names a file: the address as it is written, its line, 0 where that is not known.

    The rest is what it says of the file, as `feedsrv.release.Attachment` has it.
    """

    address: str
    line: int
    is_picture: bool
    title: str = ""
    description: str = ""
    caption: str = ""
    credit: str = ""


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
class Link:
    """That a text links to what may be a release: the address as written, up to ``#``, its line, 0 if not known.

    ``target`` is where it leads on the page, "" for nowhere: then its text stands alone. ``status`` is that of the
    file that is meant, None where there is none; both are known when all files are.
    """

    address: str
    line: int
    target: str = ""
    status: Status | None = None


@dataclass(frozen=True, slots=True)
class Visibility:
    """When a release may be seen. Every moment is aware and UTC.

    ``barred`` says that no moment makes it public (a draft, a file whose embargo cannot be read).
    ``is_withdrawn`` with ``withdrawn`` None: the file says that, but not when; ``withdrawal_ends`` is the end of the
    day that it names, where it names no hour, and ``withdrawn`` the beginning. ``updates`` are the moments of
    which an update or a correction is stated, in order: at each of them what is public becomes another.
    """

    barred: Status | None = None
    opens: datetime | None = None
    closes: datetime | None = None
    is_withdrawn: bool = False
    withdrawn: datetime | None = None
    withdrawal_ends: datetime | None = None
    withdrawal_reason: str = ""
    updates: tuple[datetime, ...] = ()

    @property
    def withdrawal(self) -> datetime | None:
        """The moment from which it is withdrawn: of a day without an hour its beginning, or when it opens on that day.

        None: it is not, or nobody says when.
        """
        opens, ends = self.opens, self.withdrawal_ends
        opens_that_day = opens and ends and self.withdrawn and self.withdrawn < opens < ends
        return opens if opens_that_day else self.withdrawn

    @property
    def is_withdrawn_unseen(self) -> bool:
        """Whether it is withdrawn before it opens: nobody is told of what was never public."""
        return bool(self.withdrawal and self.opens and self.withdrawal < self.opens)

    def status(self, now: datetime) -> Status:
        """What the file is to the public at ``now``."""
        if self.barred or self.is_withdrawn_unseen:
            return self.barred or Status.HELD
        if self.opens and now < self.opens:
            return Status.EMBARGOED
        if self.opens and self.closes and self.closes <= self.opens:
            return Status.EXPIRED  # never public, so nobody is told of its withdrawal either
        if self.is_withdrawn and (self.withdrawal is None or self.withdrawal <= now):
            is_recent = self.withdrawal is not None and now < self.withdrawal + TOMBSTONE
            return Status.WITHDRAWN if is_recent else Status.LONG_WITHDRAWN
        if self.closes and self.closes <= now:
            return Status.EXPIRED
        return Status.PUBLIC

    def edition(self, now: datetime) -> int:
        """How many of its ``updates`` the public knows at ``now``."""
        if not self.updates or self.status(now) is not Status.PUBLIC:
            return 0
        return bisect_right(self.updates, now)

    def updates_after(self, now: datetime) -> Iterator[datetime]:
        """Those of its ``updates`` that the public is to see when their moment comes."""
        return (moment for moment in self.updates if moment > now and self.status(moment) is Status.PUBLIC)

    def next_change(self, now: datetime) -> datetime | None:
        """The first moment after ``now`` at which the status or the edition may be another; None if there is none."""
        if self.barred or self.is_withdrawn_unseen:
            return None
        forgotten = self.withdrawal + TOMBSTONE if self.withdrawal else None
        moments = (self.opens, self.closes, self.withdrawal, forgotten, *self.updates_after(now))
        return min((moment for moment in moments if moment and moment > now), default=None)


@dataclass(frozen=True, slots=True)
class Reading:
    """What was understood of one file.

    ``release.id`` is the id the file claims, before collisions; ``release.topics`` is empty, topics are
    given out by `feedsrv.files.topics`, and so are its attachments, by `feedsrv.files.attachments`, from the
    ``mentions`` of files outside its body among others. ``pictures`` are those within a document, by the names of its
    members, which are their addresses in the body. ``origins`` is keyed by the names of the fields of `Release`
    and of `Visibility`: that of ``barred`` is the line that first holds the release.
    """

    release: Release
    visibility: Visibility = Visibility()
    origins: Mapping[str, Origin] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    mentions: tuple[Mention, ...] = ()
    pictures: tuple[str, ...] = ()
