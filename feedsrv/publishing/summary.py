"""The summary of a run: what it did, and what is to be said of the folder."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from feedsrv.file_record import FileRecord
from feedsrv.newsroom import Newsroom
from feedsrv.problem import Problem
from feedsrv.publishing import collection
from feedsrv.reading import Status


@dataclass(frozen=True, slots=True)
class Summary:
    """What a run did: releases that came, changed and went, files by what they are to the public, and problems.

    ``records`` tell what each file is, by source, and ``rivals`` what is said of those who claim an id that another
    has, by its key, as long as nothing else is published with the same `Memory`. ``news`` are those of the problems
    that the run before did not meet, ``complaints`` those of newsroom.toml, whose last settings hold, and ``others``
    those and all that are not in the records. ``is_edited``: files or settings made a difference to the public, and not
    time alone or another version of feedsrv.
    """

    added: int
    changed: int
    removed: int
    statuses: Mapping[Status, int]
    news: tuple[Problem, ...]
    complaints: tuple[Problem, ...]
    others: tuple[Problem, ...]
    true_until: datetime | None
    records: Mapping[str, FileRecord]
    rivals: Mapping[str, Sequence[Problem]]
    newsroom: Newsroom
    is_edited: bool

    @property
    def problems(self) -> tuple[Problem, ...]:
        """All problems; they are gathered anew each time."""
        return (*self.others, *collection.problems(self.records, self.rivals, self.newsroom))

    @property
    def skipped(self) -> int:
        """Files that are not public."""
        return sum(count for status, count in self.statuses.items() if status is not Status.PUBLIC)
