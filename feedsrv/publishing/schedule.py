"""The schedule: what comes and goes at which moment, and what waits for somebody to do something."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from feedsrv.file_record import FileRecord
from feedsrv.files.catalogue import Catalogue
from feedsrv.newsroom import Newsroom
from feedsrv.problem import Problem, Severity
from feedsrv.publishing.collection import Collection
from feedsrv.publishing.examination import Examination, Progress
from feedsrv.publishing.examined import Examined
from feedsrv.reading import Origin, Reading, Status


class Event(StrEnum):
    """What happens to a release, or what keeps it from happening."""

    OPENS = "opens"
    IS_UPDATED = "is updated"
    EXPIRES = "expires"
    IS_WITHDRAWN = "is withdrawn"
    DRAFT = "draft"
    HELD = "held"
    UNREADABLE = "unreadable"


_WAITING = {Status.DRAFT: Event.DRAFT, Status.HELD: Event.HELD}


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a schedule.

    ``at`` is aware, and None for what happens at no moment; ``why`` says what holds it, with the ``line`` of the file,
    0 where it is no line, or who has its id already.
    """

    event: Event
    at: datetime | None
    path: str
    id: str = ""
    title: str = ""
    line: int = 0
    why: str = ""
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class Schedule:
    """What is to come, the next first; then drafts, what is held, and what cannot be read, by path."""

    entries: tuple[Entry, ...]
    newsroom: Newsroom


def schedule(catalogue: Catalogue, now: datetime, progress: Progress) -> Schedule:
    """Read all files, and say what is to come after ``now``. Raises NewsroomInvalid or PublishingFailed."""
    newsroom = catalogue.newsroom()
    examination = Examination(catalogue, newsroom, now)
    records: dict[str, FileRecord | None] = {}
    entries: list[Entry] = []
    for found in examination.releases(progress):
        records[found.record.source] = found.record
        entries.extend(_entries(found, now))
    entries.extend(_unreadable(problem) for problem in examination.problems_of_the_folder())
    collection = Collection(newsroom)
    collection.change(records, now)
    rivals = {problem.path: problem for group in collection.rivals.values() for problem in group}
    told = (_with_rival(entry, rivals.get(entry.path), collection) for entry in entries)
    return Schedule(tuple(sorted(told, key=_order)), newsroom)


def _entries(found: Examined, now: datetime) -> Iterator[Entry]:
    status, window = found.record.status, found.record.visibility
    if found.reading is None:
        yield _unreadable(found.record.problems[0])
    elif status in _WAITING:
        yield _waiting(found.reading, _WAITING[status])
    elif not window.barred:
        release = found.reading.release
        opens = window.opens if window.opens != window.withdrawal else None  # then it opens for nobody
        moments = {
            Event.OPENS: opens,
            Event.IS_UPDATED: next(window.updates_after(max(now, opens or now)), None),
            Event.EXPIRES: window.closes,
            Event.IS_WITHDRAWN: window.withdrawal,
        }
        for event, at in moments.items():
            if at and at > now:
                yield Entry(event, at, release.source, release.id, release.title)


def _waiting(reading: Reading, event: Event) -> Entry:
    """A release that no moment makes public, with what keeps it."""
    release, bar = reading.release, reading.origins.get("barred", Origin(0, ""))
    errors = (problem for problem in reading.problems if problem.severity is Severity.ERROR)
    cause = next(errors, Problem(release.source, bar.line, bar.how))
    return Entry(event, None, release.source, release.id, release.title, cause.line, cause.what, cause.remedy)


def _unreadable(problem: Problem) -> Entry:
    return Entry(Event.UNREADABLE, None, problem.path, line=problem.line, why=problem.what, remedy=problem.remedy)


def _with_rival(entry: Entry, rival: Problem | None, collection: Collection) -> Entry:
    """The entry with what it does to the ids of others, or others to its own."""
    if rival and entry.event is Event.OPENS:
        return replace(entry, why=rival.what, remedy=rival.remedy)
    if entry.event is Event.EXPIRES and (heir := collection.heir(entry.path)):
        return replace(entry, why=f"then {heir} takes its id", remedy="give one of the two a reference or a slug")
    return entry


def _order(entry: Entry) -> tuple[bool, float, int, str]:
    at = entry.at.timestamp() if entry.at else 0
    return entry.at is None, at, list(Event).index(entry.event), entry.path
