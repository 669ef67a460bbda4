"""Publishing: bringing the index in line with the folder, so that what is public now is what readers find.

::

    examination    what each file is now: the one way from a file to what is known of it
    surroundings   what a file is read with, and whether it is being written
    collection     what only all files together show: who has which id
    losses         what was public and would no longer be
    sentinel       whether what is about to be public is what the gate let pass
    watch          when it is time to publish again
    check          what would be said, without doing anything
    explain        where each part of a release came from
    schedule       what is to come, and what waits
    preview        the newsroom as it would be
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from tempfile import SpooledTemporaryFile

from feedsrv import release
from feedsrv.errors import FileUnreadable, NewsroomInvalid
from feedsrv.file_record import Basis, FileRecord
from feedsrv.files import topics
from feedsrv.files.catalogue import Catalogue
from feedsrv.files.settling import Unsettled
from feedsrv.newsroom import FILE_NAME, Newsroom
from feedsrv.problem import Problem
from feedsrv.publishing import collection, losses, sentinel
from feedsrv.publishing.examination import ALL_SETTLED, Examination, Judge, Progress, as_stated
from feedsrv.publishing.losses import Losses
from feedsrv.reading import Status
from feedsrv.release import Release, Withdrawal
from feedsrv.search import SearchIndex, Update

_SPOOL_IN_MEMORY = 16_000_000


@dataclass(frozen=True, slots=True)
class Summary:
    """What a run did: releases that came, changed and went, files by what they are to the public, and problems.

    ``records`` tell what each file is, by source. ``news`` are those of the problems that the run before did not meet,
    ``complaints`` those of newsroom.toml, whose last settings hold.
    """

    added: int
    changed: int
    removed: int
    statuses: Mapping[Status, int]
    problems: tuple[Problem, ...]
    news: tuple[Problem, ...]
    complaints: tuple[Problem, ...]
    true_until: datetime | None
    records: Mapping[str, FileRecord]

    @property
    def skipped(self) -> int:
        """Files that are not public."""
        return sum(count for status, count in self.statuses.items() if status is not Status.PUBLIC)


def publish(
    catalogue: Catalogue,
    index: SearchIndex,
    now: datetime,
    *,
    rebuild: bool = False,
    force: bool = False,
    only: Set[str] | None = None,
    unsettled: Unsettled = ALL_SETTLED,
    progress: Progress = iter,
    judge: Judge = as_stated,
) -> Summary:
    """Bring the index in line with the folder as of ``now``.

    ``only`` names the files that may have changed, None all of them; ``unsettled`` are those being written, which stay
    what they were. ``force`` allows most of the newsroom to go. Another ``judge`` is for an index that is not the
    public one. Where newsroom.toml cannot be read, what was last published of it holds.
    Raises IndexLocked, NewsroomInvalid, PublishingFailed (RemovalRefused, FilesUnsettled): then all is as it was.
    """
    with index.update(rebuild=rebuild) as update:
        newsroom, complaints = _newsroom(catalogue, index, update, unsettled)
        update.set_newsroom(newsroom)
        run = _Run(Examination(catalogue, newsroom, now, judge, unsettled), newsroom, update, complaints)
        with SpooledTemporaryFile(_SPOOL_IN_MEMORY) as spool:
            for found in run.examine(None if run.is_newsroom_changed else only, progress):
                spool.write(release.to_json(found) + b"\n")
            run.losses = losses.of(run.examination, update, run.records, now)
            if not force:
                before = update.published_before or len(run.examination.listing.sources)
                run.losses.insist_on_most(before, len(run.public))
            run.records = collection.with_ids(run.records.values(), newsroom)
            spool.seek(0)
            run.put(release.from_json(line) for line in spool)
        run.put(run.affected())
        for source in update.sources - run.public.keys():
            update.remove(source)
        run.records = sentinel.guard(update, run.records, now)
        true_until = _next_change(run.records.values(), now)
        summary = run.summary(true_until)
        update.finish(run.changes(), true_until)
    return summary


def _newsroom(
    catalogue: Catalogue, index: SearchIndex, update: Update, unsettled: Unsettled
) -> tuple[Newsroom, tuple[Problem, ...]]:
    """What newsroom.toml says, or last said where it is being written or cannot be read; and what is wrong with it.

    Whether it can be read is left word of, for those who ask after health.
    """
    before = update.newsroom
    if before and FILE_NAME in unsettled:
        return before, ()
    try:
        newsroom = catalogue.newsroom()
    except NewsroomInvalid as error:
        index.set_degraded(is_degraded=True)
        if before is None:
            raise
        return before, error.problems
    index.set_degraded(is_degraded=False)
    return newsroom, ()


@dataclass(slots=True)
class _Run:
    """One run: what it has found out about each file so far."""

    examination: Examination
    newsroom: Newsroom
    update: Update
    complaints: tuple[Problem, ...] = ()
    records: dict[str, FileRecord] = field(default_factory=dict)
    files: dict[str, Mapping[str, Path]] = field(default_factory=dict)
    changed: set[str] = field(default_factory=set)
    losses: Losses | None = None

    @property
    def public(self) -> dict[str, FileRecord]:
        """The records of what may be known to the public."""
        return {source: record for source, record in self.records.items() if record.is_known_to_the_public}

    @property
    def is_newsroom_changed(self) -> bool:
        return self.update.newsroom is None or self.newsroom.text != self.update.newsroom.text

    def examine(self, only: Set[str] | None, progress: Progress) -> Iterator[Release | Withdrawal]:
        """Note what each file is now, and give what those that were read say to the public."""
        for found in self.examination.releases(progress, self.update.known(), only, self.update.remembered()):
            self.records[found.record.source] = found.record
            if item := found.public_part:
                self.files[item.source] = found.files
                yield item

    def put(self, found: Iterable[Release | Withdrawal]) -> None:
        """Hand releases to the index, under the ids they have been given.

        One whose files are just being written stays what it was, and is read again in the next run.
        """
        for item in found:
            record = self.records[item.source]
            try:
                if self.update.put(replace(item, id=record.id), self.files.get(item.source, {})):
                    self.changed.add(item.source)
            except FileUnreadable as error:
                problems = (*record.problems, error.problem)
                self.records[item.source] = replace(record, basis=Basis(), problems=problems)

    def affected(self) -> Iterator[Release | Withdrawal]:
        """What did not change itself, but is another release now: by the id it has been given, or by its topics."""
        known, public = self.update.known(), self.public
        others = {source for source, record in public.items() if source in known and known[source].id != record.id}
        wanted = public.keys() if self.is_newsroom_changed else others
        if wanted:
            yield from (self._tagged_again(item) for item in self.update.published() if item.source in wanted)

    def _tagged_again(self, item: Release | Withdrawal) -> Release | Withdrawal:
        return replace(item, topics=topics.memberships(item, self.newsroom)) if isinstance(item, Release) else item

    def changes(self) -> dict[str, FileRecord | None]:
        """What is to be remembered otherwise than it is known."""
        known = self.update.known()
        gone = dict.fromkeys(source for source in known if source not in self.records)
        return gone | {source: record for source, record in self.records.items() if record != known.get(source)}

    def summary(self, true_until: datetime | None) -> Summary:
        before, after = self.update.sources, self.public.keys()
        of_files = (*(self.losses.problems if self.losses else ()), *collection.problems(self.records, self.newsroom))
        problems = (*self.complaints, *self.examination.problems_of_the_folder(), *of_files)
        known = set(collection.problems(self.update.remembered(), self.newsroom))
        return Summary(
            added=len(after - before),
            changed=len(self.changed & before),
            removed=len(before - after),
            statuses=collection.count_statuses(self.records.values()),
            problems=problems,
            news=tuple(problem for problem in problems if problem not in known),
            complaints=self.complaints,
            true_until=true_until,
            records=self.records,
        )


def _next_change(records: Iterable[FileRecord], now: datetime) -> datetime | None:
    moments = (record.visibility.next_change(now) for record in records)
    return min((moment for moment in moments if moment), default=None)
