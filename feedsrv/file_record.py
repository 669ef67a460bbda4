"""The record of a file: what the publisher remembers of it, public or not.

All of them are the ledger, see `feedsrv.search.ledger`. It lets the next run tell what changed without reading
everything again. It holds no text of a release, and no web worker ever reads it. Losing it costs time, never truth.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from feedsrv.problem import Problem
from feedsrv.reading import Link, Status, Visibility


@dataclass(frozen=True, slots=True)
class Basis:
    """What the reading of a file rests on: when nothing of it is another, the file need not be read again.

    ``digest`` is the SHA-256 of its bytes, "" where they are not known; ``surroundings`` changes with the settings and
    the files beside it; ``readers`` is the version of the readers that read it, "" for what is to be read again.
    """

    digest: str = ""
    surroundings: str = ""
    readers: str = ""


@dataclass(frozen=True, slots=True)
class Names:
    """By what a release is known to the public: its ``id``, its ``guid``, and the former addresses that it states."""

    id: str
    guid: str = ""
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FileRecord:
    """What is remembered of one file.

    ``claim`` is the id it claims, ``id`` the one it has been given ("" while it is not public), ``status``
    what it was to the public when the record was written, ``edition`` how many of its updates the public knew then,
    ``named`` the places of the files that its text names. ``aliases`` are the former addresses that it states,
    ``claimed_guid`` the permanent id for feeds that it states, and ``guid`` that if no other has it. ``last_names`` are
    those under which the public knew it before it was held again. ``topics`` are the names of those it states to be in.
    ``links`` are those of its text to other files. ``id_language`` is the language that its id ends in, unless it is
    the newsroom's first.
    """

    source: str
    claim: str
    published: datetime | None
    visibility: Visibility
    status: Status
    problems: tuple[Problem, ...] = ()
    id: str = ""
    named: tuple[str, ...] = ()
    basis: Basis = Basis()
    language: str = ""
    aliases: tuple[str, ...] = ()
    claimed_guid: str = ""
    guid: str = ""
    edition: int = 0
    last_names: Names | None = None
    topics: tuple[str, ...] = ()
    links: tuple[Link, ...] = ()
    id_language: str = ""

    @property
    def names(self) -> Names | None:
        """By what the public knows it or, where it is not public now, last knew it; None if it never did."""
        return Names(self.id, self.guid, self.aliases) if self.id else self.last_names

    def as_of(self, now: datetime) -> FileRecord:
        """The same with what the file is to the public at ``now``, by what is known of it."""
        if self.holds(now):
            return self
        return replace(self, status=self.visibility.status(now), edition=self.visibility.edition(now))

    def holds(self, now: datetime) -> bool:
        """Whether the file is to the public at ``now`` what it was when the record was written."""
        return self.visibility.status(now) is self.status and self.visibility.edition(now) == self.edition

    @property
    def is_known_to_the_public(self) -> bool:
        """Whether all of it, or the notice of its withdrawal, was public when the record was written."""
        return self.status.is_known_to_the_public
