"""The summary of a run: what it did, and what is to be said of the folder."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from feedsrv.file_record import FileRecord
from feedsrv.newsroom import Newsroom
from feedsrv.problem import Problem
from feedsrv.publishing import collection
from feedsrv.publishing.run import Run
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


def of(run: Run, complaints: tuple[Problem, ...], of_assets: tuple[Problem, ...]) -> Summary:
    """What a run did; ``complaints`` are those of newsroom.toml, beside those ``of_assets`` that it names."""
    before, all_files = run.update.sources, run.standing.collection
    others = (
        *complaints,
        *of_assets,
        *run.standing.problems(),
        *run.unsettled.problems(),
        *(run.losses.problems if run.losses else ()),
        *run.moves.problems(),
    )
    return Summary(
        added=sum(source not in before and run.is_public(source) for source in run.touched),
        changed=sum(source in before for source in run.changed),
        removed=len(run.lost()),
        statuses=dict(all_files.statuses),
        news=(*others, *_news(run)),
        complaints=complaints,
        others=others,
        true_until=all_files.next_change(run.now),
        records=run.records,
        rivals=all_files.rivals,
        newsroom=run.newsroom,
        is_edited=run.is_newsroom_changed or any(_is_another(run, source) for source in run.touched),
    )


def _news(run: Run) -> Iterator[Problem]:
    """The problems of files that were not there before."""
    remembered, rivals = run.update.remembered(), run.standing.collection.rivals
    for source in filter(run.records.__contains__, (*run.found, *(run.touched - run.found.keys()))):
        before = remembered.get(source)
        if before is None or before != run.records[source]:
            said = set(collection.of_file(before, run.newsroom)) if before else set()
            yield from (it for it in collection.of_file(run.records[source], run.newsroom) if it not in said)
    rivals_before = run.rivals_before() if rivals else {}
    for key, group in rivals.items():
        yield from (problem for problem in group if problem not in rivals_before.get(key, ()))


def _is_another(run: Run, source: str) -> bool:
    """Whether a file that is public now, or was, is another, or read with others."""
    before, after = run.update.remembered().get(source), run.records.get(source)
    is_seen = any(record and record.is_known_to_the_public for record in (before, after))
    return is_seen and _bytes_of(before) != _bytes_of(after)


def _bytes_of(record: FileRecord | None) -> object:
    """What of a record is another when the file is, or what it is read with."""
    return record and (record.basis.digest, record.basis.surroundings)
