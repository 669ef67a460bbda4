"""Explaining: what was understood of one release, which line each part came from, and why it has its topics."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from feedsrv import ids
from feedsrv.errors import FileUnreadable, IndexUnavailable, ReleaseMissing, ReleaseNotFound, ReleaseWithdrawn
from feedsrv.file_record import FileRecord
from feedsrv.files import topics
from feedsrv.files.catalogue import Catalogue
from feedsrv.files.kinds import attached, not_read
from feedsrv.newsroom import Newsroom
from feedsrv.problem import Problem
from feedsrv.publishing.examination import Examination, Progress
from feedsrv.publishing.examined import Examined
from feedsrv.reading import Origin, Reading, Status
from feedsrv.release import Attachment, Membership, Release
from feedsrv.search import SearchIndex, Snapshot
from feedsrv.text.references import reference_key

_FIELDS = (
    *("title", "published", "updated", "opens", "closes", "barred", "withdrawn", "language", "reference", "id", "guid"),
    *("source_url", "summary", "text", "boilerplate", "contacts", "corrections", "stated_topics", "aliases"),
    "translation_keys",
)


@dataclass(frozen=True, slots=True)
class Part:
    """One field: its value as a text, and where it came from; ``line`` is 0 where it is no line of the file."""

    field: str
    value: str
    line: int
    how: str


@dataclass(frozen=True, slots=True)
class Explanation:
    """What is to be known of one file.

    ``id`` is the id under which it is published, else the one that it claims; ``holder`` is the file that has the id
    it claims, where that is another. ``overruled`` are topics that it is not in although something speaks for them.
    """

    source: str
    id: str
    holder: str
    status: Status
    parts: tuple[Part, ...]
    topics: tuple[Membership, ...]
    overruled: tuple[Membership, ...]
    attachments: tuple[Attachment, ...]
    problems: tuple[Problem, ...]


def explain(catalogue: Catalogue, index: SearchIndex, wanted: str, now: datetime, progress: Progress) -> Explanation:
    """The explanation of the release at a path, or with an id, a former address, or a reference.

    Raises ReleaseNotFound, FileUnreadable with what is wrong with the file, NewsroomInvalid or PublishingFailed.
    """
    newsroom = catalogue.newsroom()
    snapshot = _snapshot(index)
    examination = Examination(catalogue, newsroom, now)
    source = _path(catalogue, wanted) or _published(snapshot, wanted)
    if source is None:
        source = _claimed(examination, wanted, progress)
    if source is None:
        raise ReleaseNotFound(f"there is no file and no release {wanted!r} in {catalogue.folder}; give a path or an id")
    if owner := _owner(examination, source, progress):
        raise ReleaseNotFound(f"{source} is no release of its own: it goes with {owner}; explain that")
    found = _examined(examination, source)
    if found.reading is None:
        raise FileUnreadable(found.record.problems[0])
    return _explained(found.reading, found.record, newsroom, snapshot)


def _examined(examination: Examination, source: str) -> Examined:
    listing = examination.listing
    if found := examination.examine(source) if source in listing.sources else None:
        return found
    for problem in (*listing.problems, *not_read({source}.intersection(listing.unread))):
        if problem.path == source:
            raise FileUnreadable(problem)
    if source in listing.files:
        raise ReleaseNotFound(f"{source} is no release, and goes with none")
    raise ReleaseNotFound(f"{source} is published, and no longer in the folder: run feedsrv index")


def _owner(examination: Examination, source: str, progress: Progress) -> str | None:
    """The release that a file goes with which is none itself; None for a release."""
    if source not in examination.listing.sources:
        return next(iter(examination.owners(source)), None)
    if source in attached([source]):
        for found in examination.releases(progress):
            if found.record.source != source and source in attached(found.record.named):
                return found.record.source
    return None


def _explained(reading: Reading, record: FileRecord, newsroom: Newsroom, snapshot: Snapshot | None) -> Explanation:
    release = reading.release
    published = _id_of(snapshot, release)
    holder = _published(snapshot, release.id) if published != release.id else None
    return Explanation(
        record.source,
        published or release.id,
        holder if holder and holder != record.source else "",
        record.status,
        tuple(_parts(reading, newsroom)),
        release.topics,
        topics.overruled(release, newsroom),
        release.attachments,
        reading.problems,
    )


def _snapshot(index: SearchIndex) -> Snapshot | None:
    try:
        return index.snapshot()
    except IndexUnavailable:  # nothing is published yet: files explain themselves
        return None


def _path(catalogue: Catalogue, wanted: str) -> str | None:
    """The source of a path: within the folder, or from where the command was called."""
    folder = catalogue.folder.resolve()
    for path in (Path(wanted), catalogue.folder / wanted):
        if path.is_file() and path.resolve().is_relative_to(folder):
            return path.resolve().relative_to(folder).as_posix()
    return None


def _published(snapshot: Snapshot | None, wanted: str) -> str | None:
    """The source of what is published under an id or a former address."""
    if snapshot is None:
        return None
    try:
        return snapshot.get(wanted).source
    except ReleaseWithdrawn as error:
        return error.withdrawal.source
    except ReleaseMissing:
        former = snapshot.alias(wanted) or snapshot.alias(f"/{wanted.lstrip('/')}") or _respelt(snapshot, wanted)
    return _published(snapshot, former) if former else None


def _respelt(snapshot: Snapshot, wanted: str) -> str | None:
    found = snapshot.namesake(wanted)
    return found if found and ids.key(found) == ids.key(wanted) else None


def _id_of(snapshot: Snapshot | None, release: Release) -> str:
    """The id under which a file is published; "" if it is not, or under one that carries its date."""
    return release.id if _published(snapshot, release.id) == release.source else ""


def _claimed(examination: Examination, wanted: str, progress: Progress) -> str | None:
    """The source of the file that claims an id or states a reference, public or not."""
    key = reference_key(wanted)
    for source in progress(examination.listing.sources):
        found = examination.examine(source)
        if found and found.reading:
            release = found.reading.release
            if ids.key(release.id) == ids.key(wanted) or (key and reference_key(release.reference) == key):
                return source
    return None


def _parts(reading: Reading, newsroom: Newsroom) -> Iterator[Part]:
    for name in _FIELDS:
        value = getattr(reading.release, name, None) or getattr(reading.visibility, name, None)
        if value:
            origin = reading.origins.get(name, Origin(0, "the file" if name == "text" else ""))
            yield Part(name, _written(value, newsroom), origin.line, origin.how)


def _written(value: object, newsroom: Newsroom) -> str:
    if isinstance(value, datetime):
        return newsroom.clock_time(value)
    if isinstance(value, tuple):
        return "; ".join(_written(item, newsroom) for item in value)
    if isinstance(value, str):
        return " ".join(value.split())
    fields = (getattr(value, name, "") for name in ("date", "text", "name", "role", "phone", "email"))
    return ", ".join(_written(field, newsroom) for field in fields if field)
