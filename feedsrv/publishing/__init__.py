"""Publishing: bringing the index in line with the folder, so that what is public now is what readers find."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from tempfile import SpooledTemporaryFile

from feedsrv import ids, release
from feedsrv import newsroom as newsroom_module
from feedsrv.errors import FileUnreadable, RemovalRefused
from feedsrv.file_record import FileRecord
from feedsrv.files import topics
from feedsrv.files.attachments import Enclosures
from feedsrv.files.catalogue import Catalogue, attached
from feedsrv.newsroom import Newsroom
from feedsrv.problem import Problem, Severity
from feedsrv.reading import Reading, Status, Visibility
from feedsrv.release import Release, Withdrawal
from feedsrv.search import SearchIndex, Update

FEWEST_TO_PROTECT = 10
"""A newsroom of more releases than this does not lose half of them without being told to."""

_SPOOL_IN_MEMORY = 16_000_000

Progress = Callable[[Sequence[str]], Iterable[str]]


@dataclass(frozen=True, slots=True)
class Summary:
    """What a run did: releases that came, changed and went, files by what they are to the public, and problems."""

    added: int
    changed: int
    removed: int
    statuses: Mapping[Status, int]
    problems: tuple[Problem, ...]
    true_until: datetime | None

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
    only: Collection[str] | None = None,
    progress: Progress = iter,
) -> Summary:
    """Bring the index in line with the folder as of ``now``.

    ``only`` names the files that may have changed, None all of them; ``force`` allows most of the newsroom to go.
    Raises IndexLocked, PublishingFailed (RemovalRefused) or NewsroomInvalid; then everything is as it was.
    """
    with index.update(rebuild=rebuild) as update:
        text = catalogue.newsroom_text()
        update.set_newsroom(text)
        newsroom = newsroom_module.parse(text)
        listing = catalogue.list()
        is_newsroom_changed = text != update.newsroom_text
        run = _Run(catalogue, catalogue.enclosures(listing), newsroom, update, now, is_newsroom_changed)
        if run.is_newsroom_changed:
            only = None
        with SpooledTemporaryFile(_SPOOL_IN_MEMORY, "w+", encoding="utf8") as spool:
            for source in progress(listing.sources):
                reading = None if source in run.attached else run.examine(source, only)
                if reading:
                    spool.write(release.to_json(reading) + "\n")
            if not force:
                _insist_on_most(update.sources, run.records)
            run.give_ids()
            spool.seek(0)
            run.put(release.from_json(line) for line in spool)
        run.put(run.affected())
        for source in update.sources - run.public.keys():
            update.remove(source)
        true_until = _next_change(run.records.values(), now)
        update.finish(run.records, true_until)
    return run.summary(listing.problems, true_until)


@dataclass(slots=True)
class _Run:
    """One run: what it has found out about each file so far."""

    catalogue: Catalogue
    enclosures: Enclosures
    newsroom: Newsroom
    update: Update
    now: datetime
    is_newsroom_changed: bool
    records: dict[str, FileRecord] = field(default_factory=dict)
    files: dict[str, Mapping[str, Path]] = field(default_factory=dict)
    changed: set[str] = field(default_factory=set)
    attached: set[str] = field(default_factory=set)

    @property
    def public(self) -> dict[str, FileRecord]:
        """The records of what may be known to the public."""
        return {source: record for source, record in self.records.items() if record.status.is_known_to_the_public}

    def examine(self, source: str, only: Collection[str] | None) -> Release | Withdrawal | None:
        """Note what a file is now; what it says to the public is returned if that has to be put."""
        found = self._examined(source, only)
        if source in self.records:
            self.attached |= attached(self.records[source].named)
        return found

    def _examined(self, source: str, only: Collection[str] | None) -> Release | Withdrawal | None:
        known = self.update.known().get(source)
        is_told = only is None or source in only
        if known and not is_told and not self._has_turned_public(known):
            self.records[source] = self._aged(known)
            return None
        try:
            data = self.catalogue.data(source)
            is_same = known and known.fingerprint == self._fingerprint(source, data, known.named)
            if known and is_same and not self._has_turned_public(known):
                self.records[source] = self._aged(known)
                return None
            enclosed = self.enclosures.enclose(self.catalogue.read(source, data, self.newsroom), data)
        except FileNotFoundError:
            return None
        except FileUnreadable as error:
            self.records[source] = unreadable(source, error.problem)
            return None
        fingerprint = self._fingerprint(source, data, enclosed.named)
        record = self.records[source] = record_of(enclosed.reading, fingerprint, self.now, enclosed.named)
        if record.status is Status.PUBLIC:
            self.files[source] = enclosed.files
        return public_part(enclosed.reading, record.status)

    def _fingerprint(self, source: str, data: bytes, named: Iterable[str]) -> str:
        return self.catalogue.fingerprint(source, data, self.newsroom, self.enclosures.state(source, named))

    def give_ids(self) -> None:
        """Settle who has which id, and report those who had to yield."""
        given = ids.assign(claims(self.records, self.newsroom))
        for source, record in self.records.items():
            self.records[source] = replace(record, id=given.get(source, ""))

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
                self.records[item.source] = replace(record, fingerprint="", problems=problems)

    def affected(self) -> Iterator[Release | Withdrawal]:
        """What did not change itself, but is another release now: by the id it has been given, or by its topics."""
        known = self.update.known()
        others = {source for source, record in self.public.items() if source in known and known[source].id != record.id}
        if others or self.is_newsroom_changed:
            for item in self.update.published():
                if item.source in others or (self.is_newsroom_changed and item.source in self.public):
                    yield self._tagged_again(item)

    def _tagged_again(self, item: Release | Withdrawal) -> Release | Withdrawal:
        return replace(item, topics=topics.memberships(item, self.newsroom)) if isinstance(item, Release) else item

    def summary(self, problems: Iterable[Problem], true_until: datetime | None) -> Summary:
        before, after = self.update.sources, self.public.keys()
        statuses = dict.fromkeys(Status, 0)
        for record in self.records.values():
            statuses[record.status] += 1
        return Summary(
            added=len(after - before),
            changed=len(self.changed & before),
            removed=len(before - after),
            statuses=statuses,
            problems=(*(one for one in problems if one.path not in self.attached), *all_problems(self.records)),
            true_until=true_until,
        )

    def _has_turned_public(self, known: FileRecord) -> bool:
        status = known.visibility.status(self.now)
        return status is not known.status and status.is_known_to_the_public

    def _aged(self, known: FileRecord) -> FileRecord:
        if known.status is Status.UNREADABLE:
            return known
        return replace(known, status=known.visibility.status(self.now))


def claims(records: Mapping[str, FileRecord], newsroom: Newsroom) -> list[ids.Claim]:
    """The claims to ids of all that may be known to the public."""
    return [
        ids.Claim(
            record.source,
            record.claim,
            newsroom.day(record.published) if record.published else None,
            (record.published.timestamp() if record.published else float("inf"), record.source),
        )
        for record in records.values()
        if record.status.is_known_to_the_public
    ]


def record_of(reading: Reading, fingerprint: str, now: datetime, named: tuple[str, ...] = ()) -> FileRecord:
    """What is remembered of a file that was read."""
    return FileRecord(
        source=reading.release.source,
        fingerprint=fingerprint,
        claim=reading.release.id,
        published=reading.release.published,
        visibility=reading.visibility,
        status=reading.visibility.status(now),
        problems=reading.problems,
        named=named,
    )


def public_part(reading: Reading, status: Status) -> Release | Withdrawal | None:
    """What of a file the public may know: all, the notice of its withdrawal, or nothing."""
    if status is Status.PUBLIC:
        return reading.release
    if status in {Status.WITHDRAWN, Status.LONG_WITHDRAWN}:
        item, window = reading.release, reading.visibility
        return Withdrawal(
            item.id,
            item.source,
            item.published,
            window.withdrawn,
            window.withdrawal_reason,
            item.language,
            item.topic_ids,
            is_recent=status is Status.WITHDRAWN,
        )
    return None


def all_problems(records: Mapping[str, FileRecord]) -> list[Problem]:
    """The problems of all files, in order of their paths, with those that only the collection shows."""
    holders = {record.id.casefold(): record.source for record in records.values() if record.id}
    found: list[Problem] = []
    for record in records.values():
        found.extend(record.problems)
        if record.id and record.id != record.claim:
            found.append(
                Problem(
                    record.source,
                    0,
                    f"{holders.get(record.claim.casefold(), 'another file')} has the id {record.claim}, "
                    f"so this is {record.id}",
                    "give one of the two a reference or a slug of its own",
                )
            )
        elif record.status in {Status.DRAFT, Status.EMBARGOED, Status.EXPIRED}:
            found.append(Problem(record.source, 0, _why_not_public(record), severity=Severity.NOTE))
    return found


def _why_not_public(record: FileRecord) -> str:
    window = record.visibility
    if record.status is Status.EMBARGOED and window.opens:
        return f"not public before {window.opens:%Y-%m-%d %H:%M} UTC"
    if record.status is Status.EXPIRED and window.closes:
        return f"not public since {window.closes:%Y-%m-%d %H:%M} UTC, when it expired"
    return "not public, because it is a draft"


def unreadable(source: str, problem: Problem) -> FileRecord:
    """A file that cannot be read is tried again on each run: it costs little, and it may have been mended."""
    return FileRecord(source, "", "", None, Visibility(Status.UNREADABLE), Status.UNREADABLE, (problem,))


def _insist_on_most(before: Collection[str], records: Mapping[str, FileRecord]) -> None:
    gone = sum(source not in records for source in before)
    if len(before) > FEWEST_TO_PROTECT and gone * 2 > len(before):
        raise RemovalRefused(
            f"{gone} of {len(before)} releases are no longer in the folder, and nothing was changed: "
            "is the disk mounted? If they are to go, say feedsrv index --force"
        )


def _next_change(records: Iterable[FileRecord], now: datetime) -> datetime | None:
    moments = (record.visibility.next_change(now) for record in records)
    return min((moment for moment in moments if moment), default=None)
