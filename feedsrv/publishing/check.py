"""Checking: reading everything and writing nothing, to tell the press officer what is wrong with which file."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from pathlib import Path
from urllib.parse import unquote

from feedsrv import ids
from feedsrv.errors import IndexUnavailable, NewsroomInvalid
from feedsrv.file_record import FileRecord
from feedsrv.files import topics
from feedsrv.files.catalogue import Catalogue
from feedsrv.newsroom import FILE_NAME, Newsroom
from feedsrv.problem import Problem, Severity
from feedsrv.publishing import collection, moves, rivals
from feedsrv.publishing.anchors import Anchors
from feedsrv.publishing.collection import Collection
from feedsrv.publishing.examination import Examination, Progress
from feedsrv.publishing.moves import Moves
from feedsrv.query import Query
from feedsrv.query.subscription import MOST, reached
from feedsrv.reading import TOMBSTONE, Reading, Status
from feedsrv.release import Release
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


def check(
    catalogue: Catalogue, index: SearchIndex, now: datetime, paths: Sequence[Path], progress: Progress, host: str = ""
) -> Report:
    """Read all files, and report the problems of those below ``paths``, or of all. Raises PublishingFailed.

    ``host`` is that of the public address, of which permanent ids are made where there is no authority; "" where
    nobody asks after these.
    """
    try:
        newsroom = catalogue.newsroom()
    except NewsroomInvalid as error:
        return Report(error.problems, {})
    examination = Examination(catalogue, newsroom, now)
    found = Collection(newsroom)
    records: dict[str, FileRecord | None] = {}
    public: dict[str, _Public] = {}
    lines: dict[str, int] = {}
    untold: dict[str, int] = {}
    anchors = Anchors()
    for examined in examination.releases(progress):
        records[examined.record.source] = examined.record
        if isinstance(item := examined.public_part, Release):
            anchors.meet(item)
            public[item.source] = _Public(item.topic_ids, item.appeared, item.updated, item.title)
        if examined.reading:
            lines[examined.record.source] = _line_of_id(examined.reading)
            if examined.record.status is Status.LONG_WITHDRAWN:
                untold[examined.record.source] = examined.reading.origins["withdrawn"].line
    found.change(records, now)
    is_wanted = _below(paths, catalogue.folder)
    problems = [
        *collection.problems(found.records, found.rivals, newsroom),
        *rivals.for_addresses(found.records),
        *anchors.problems(found.records),
        *_moves(index, found, newsroom, host).problems(lines),
        *moves.without_authority(newsroom, host),
        *topics.complaints(newsroom, [item.topics for item in public.values()]),
        *catalogue.furnished(newsroom).problems,
        *_of_the_house(newsroom, found.records.values()),
        *_one_headline(public),
        *_told_to_nobody(index, public),
        *_withdrawn_untold(index, untold),
    ]
    told = [problem for problem in problems if is_wanted(problem.path)]
    told.extend((*examination.problems_of_the_folder(is_wanted), *examination.unnamed(is_wanted)))
    in_order = sorted(told, key=lambda problem: (problem.path, problem.line))
    return Report(tuple(in_order), dict(found.statuses), tuple(_changes(index, public)))


def _below(paths: Sequence[Path], folder: Path) -> Callable[[str], bool]:
    """Whether a source in the folder lies below one of these paths; without any, all do."""
    wanted = [path.resolve() for path in paths]
    return lambda source: not wanted or any((folder / source).resolve().is_relative_to(path) for path in wanted)


@dataclass(frozen=True, slots=True)
class _Public:
    topics: Sequence[str]
    appeared: datetime | None
    updated: datetime | None
    title: str

    @property
    def is_updated(self) -> bool:
        return self.updated is not None and (self.appeared is None or self.updated > self.appeared)


def _one_headline(public: Mapping[str, _Public]) -> Iterator[Problem]:
    """Headlines that serve several releases: a site's furniture may have been taken for them."""
    bearing: dict[str, list[str]] = defaultdict(list)
    for source, item in public.items():
        bearing[item.title.casefold()].append(source)
    for sources in map(sorted, bearing.values()):
        if len(sources) >= _FEWEST_OF_ONE_HEADLINE:
            first, second, *others = sources
            what = f"“{public[first].title}” is the headline of this, of {second} and of {len(others)} more"
            remedy = "if it stands above every text of the site, give each its own: title: in the front matter"
            yield Problem(first, 0, what, remedy, Severity.NOTE, "headlines")


_FEWEST_OF_ONE_HEADLINE = 3


def _of_the_house(newsroom: Newsroom, records: Iterable[FileRecord]) -> Iterator[Problem]:
    """Links of the house, and of its notice, that lead to a release which nobody can read."""
    known = [record for record in records if record.id]
    there = {ids.key(record.id) for record in known}
    former = {ids.former_address(alias) for record in known for alias in record.aliases}
    lines = newsroom.text.split("\n")
    for address in dict.fromkeys(newsroom.appearance.addresses):
        name = _OF_A_RELEASE.match(address)
        if not name or ids.former_address(address) in former:
            continue
        if not any(key in there for key, _ in ids.namesakes(unquote(name[1]), newsroom.languages)):
            line = next((number for number, line in enumerate(lines, 1) if address in line), 0)
            what = f"{address} leads to no release that is public"
            yield Problem(FILE_NAME, line, what, "write the release, or another address", kind="house-link")


_OF_A_RELEASE = re.compile(r"/releases/([^/?#]+)")


def _told_to_nobody(index: SearchIndex, public: Mapping[str, _Public]) -> Iterator[Problem]:
    """Releases that are new or back, under a date so old that the feeds which are polled will not hold them."""
    try:
        results = index.snapshot().search(Query(per_page=MOST))
    except IndexUnavailable:  # nothing is published: the first generation is told to all
        return
    held = [hit.release.appeared for hit in results.hits][: reached([hit.release for hit in results.hits])]
    if results.total <= len(held):
        return
    before, last = index.remembered(), held[-1]
    for source, item in public.items():
        is_new = source not in before or before[source].status is not Status.PUBLIC
        is_seen = last is None or (item.appeared is not None and item.appeared >= last)
        if is_new and not item.is_updated and not is_seen:
            what = "this is new, and dated before what feeds hold: it is in archives, and no feed reader is told of it"
            remedy = "if subscribers are to see it, write updated: and today's date"
            yield Problem(source, 0, what, remedy, Severity.NOTE, "archives")


def _withdrawn_untold(index: SearchIndex, untold: Mapping[str, int]) -> Iterator[Problem]:
    """Releases that are public until the next publication, and withdrawn as of a day so far back that no feed says so.

    So are those of which no day is stated; ``untold`` has the line in which the withdrawal is.
    """
    before = index.remembered() if untold else {}
    for source, line in untold.items():
        if source in before and before[source].status is Status.PUBLIC:
            what = "it is public until now, and no feed will tell that it is withdrawn"
            remedy = f"write the day on which you withdraw it, and feeds tell of it for {TOMBSTONE.days} days"
            yield Problem(source, line, what, remedy, kind="withdrawn-untold")


def _moves(index: SearchIndex, found: Collection, newsroom: Newsroom, host: str) -> Moves:
    """What publishing would change in the ids of the releases that are published already."""
    try:
        before = index.snapshot().newsroom
    except IndexUnavailable:
        before = newsroom
    return moves.of(index.remembered(), found, found.records, (before, newsroom), host)


def _line_of_id(reading: Reading) -> int:
    """The line in which a file states what its id is made of, or else its language; 0 where none does."""
    lines = (reading.origins[name].line for name in ("id", "language") if name in reading.origins)
    return next(filter(None, lines), 0)


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
