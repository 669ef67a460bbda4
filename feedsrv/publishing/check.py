"""Checking: reading everything and writing nothing, to tell the press officer what is wrong with which file."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import count
from pathlib import Path

from feedsrv import ids, newsroom
from feedsrv.errors import FileUnreadable, IndexUnavailable, NewsroomInvalid
from feedsrv.file_record import FileRecord
from feedsrv.files import topic_rules
from feedsrv.files.catalogue import Catalogue, FolderListing, attached
from feedsrv.newsroom import Newsroom
from feedsrv.problem import Problem
from feedsrv.publishing import Progress, all_problems, claims, record_of, unreadable
from feedsrv.query import Query
from feedsrv.reading import Status
from feedsrv.search import SearchIndex


@dataclass(frozen=True, slots=True)
class TopicChange:
    """Which releases would come to a topic, and which would go, if this were published: their files, sorted."""

    topic: str
    added: tuple[str, ...]
    removed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """What a check found: problems in order of path and line, how many files are what to the public, and topics.

    ``changes`` compare the topics of what is published with those that the files and newsroom.toml give now.
    """

    problems: tuple[Problem, ...]
    statuses: dict[Status, int]
    changes: tuple[TopicChange, ...] = ()


def check(catalogue: Catalogue, index: SearchIndex, now: datetime, paths: Sequence[Path], progress: Progress) -> Report:
    """Read all files, and report the problems of those below ``paths``, or of all. Raises PublishingFailed."""
    text = catalogue.newsroom_text()
    try:
        settings = newsroom.parse(text)
    except NewsroomInvalid as error:
        return Report(error.problems, {})
    listing = catalogue.list()
    records, public, enclosed = _read(catalogue, listing, settings, now, progress)
    given = ids.assign(claims(records, settings))
    records = {source: replace(record, id=given.get(source, "")) for source, record in records.items()}
    wanted = [path.resolve() for path in paths]
    problems = [
        problem
        for problem in (
            *(problem for problem in listing.problems if problem.path not in enclosed),
            *all_problems(records),
            *_rivals_to_come(records),
            *_rivals_for_addresses(records, public),
            *topic_rules.complaints(settings, text, [item.topics for item in public.values()]),
        )
        if not wanted or any((catalogue.folder / problem.path).resolve().is_relative_to(path) for path in wanted)
    ]
    statuses = dict.fromkeys(Status, 0)
    for record in records.values():
        statuses[record.status] += 1
    in_order = sorted(problems, key=lambda problem: (problem.path, problem.line))
    return Report(tuple(in_order), statuses, tuple(_changes(index, public)))


@dataclass(frozen=True, slots=True)
class _Public:
    topics: tuple[str, ...]
    aliases: tuple[str, ...]


def _read(
    catalogue: Catalogue, listing: FolderListing, settings: Newsroom, now: datetime, progress: Progress
) -> tuple[dict[str, FileRecord], dict[str, _Public], set[str]]:
    """What each file is, what of it is public, and the documents that go with texts."""
    enclosures = catalogue.enclosures(listing)
    records: dict[str, FileRecord] = {}
    public: dict[str, _Public] = {}
    with_texts: set[str] = set()
    for source in progress(listing.sources):
        if source in with_texts:
            continue
        try:
            data = catalogue.data(source)
            enclosed = enclosures.enclose(catalogue.read(source, data, settings), data)
        except FileUnreadable as error:
            records[source] = unreadable(source, error.problem)
        except FileNotFoundError:
            continue
        else:
            with_texts |= attached(enclosed.named)
            records[source] = record_of(enclosed.reading, "", now)
            if records[source].status is Status.PUBLIC:
                found = enclosed.reading.release
                public[source] = _Public(found.topic_ids, found.aliases)
    return records, public, with_texts


def _changes(index: SearchIndex, public: Mapping[str, _Public]) -> Iterator[TopicChange]:
    """What publishing would change in the topics of the releases that are published already."""
    added: dict[str, list[str]] = defaultdict(list)
    removed: dict[str, list[str]] = defaultdict(list)
    for source, before in _published_topics(index):
        if source in public:
            after = public[source].topics
            for topic in after:
                if topic not in before:
                    added[topic].append(source)
            for topic in before:
                if topic not in after:
                    removed[topic].append(source)
    for topic in sorted(added.keys() | removed.keys()):
        yield TopicChange(topic, tuple(sorted(added[topic])), tuple(sorted(removed[topic])))


def _published_topics(index: SearchIndex) -> Iterator[tuple[str, tuple[str, ...]]]:
    try:
        snapshot = index.snapshot()
    except IndexUnavailable:  # nothing is published that could change
        return
    for page in count(1):
        results = snapshot.search(Query(page=page, per_page=_PAGE))
        yield from ((hit.release.source, hit.release.topic_ids) for hit in results.hits)
        if page >= results.pages:
            return


_PAGE = 200


def _rivals_for_addresses(records: Mapping[str, FileRecord], public: Mapping[str, _Public]) -> Iterator[Problem]:
    """Releases that state one former address, or one that is the address of another."""
    holders = {f"/releases/{record.id}": source for source, record in records.items() if record.id}
    stated: dict[str, str] = {}
    for source, item in sorted(public.items(), key=lambda pair: records[pair[0]].id):
        for alias in item.aliases:
            address = alias if alias.startswith("/") else f"/releases/{alias}"
            if (other := holders.get(address, source)) != source:
                yield Problem(source, 0, f"the alias {alias} is the address of {other}", "take the alias away")
            elif (first := stated.setdefault(address, source)) != source:
                what = f"the alias {alias} is stated by {first} as well, and leads there"
                yield Problem(source, 0, what, "take one of the two away")


def _rivals_to_come(records: Mapping[str, FileRecord]) -> Iterator[Problem]:
    """Files that are not public and claim what another has: when they become public, an address moves."""
    holders = {record.id.casefold(): record.source for record in records.values() if record.id}
    for record in records.values():
        if not record.id and (holder := holders.get(record.claim.casefold())):
            what = f"this claims the id {record.claim}, which {holder} has"
            yield Problem(record.source, 0, what, "give this one a reference or a slug of its own before it is public")
