"""The collection: what only all files together show, who has which id and what is wrong between them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import replace
from datetime import datetime
from heapq import heappop, heappush
from itertools import chain

from feedsrv import ids
from feedsrv.file_record import FileRecord
from feedsrv.files.kinds import attached, is_document_name
from feedsrv.newsroom import Newsroom, TopicNames
from feedsrv.problem import Problem, Severity
from feedsrv.publishing import links, rivals
from feedsrv.publishing.links import Links
from feedsrv.reading import Status
from feedsrv.topic_names import Spellings


class Collection:
    """The records of all files, and what follows from them, kept while single files change.

    ``records`` are by source, with the ids that all that may be known to the public is given; ``statuses`` count them;
    ``rivals`` are what is to be said of those who claim an id that another has, or will, by its key.
    """

    def __init__(self, newsroom: Newsroom) -> None:
        self._newsroom = newsroom
        self._holders = ids.Holders()
        self._waiting = ids.Claimants()  # those who are not public, and may be
        self._guids = ids.Claimants(lambda guid: rivals.guid_key(guid, newsroom))
        self._naming = defaultdict[str, set[str]](set)
        self._moments: list[tuple[datetime, str]] = []  # a heap; what is no longer so is passed over
        self._overdue: set[str] = set()
        self._chained: set[str] = set()
        self._spellings = Spellings()
        self.records: dict[str, FileRecord] = {}
        self._links = Links(newsroom, self.records)
        self.statuses = dict.fromkeys(Status, 0)
        self.rivals: dict[str, tuple[Problem, ...]] = {}

    def change(self, found: Mapping[str, FileRecord | None], now: datetime) -> set[str]:
        """Let these files be what was found, None: gone. Returns them, and all whose ids or links are others."""
        was = {source: self.records[source].id for source in found if source in self.records}
        for source, record in found.items():
            self._forget(source)
            if record:
                self._note(record, now)
        records = [record for record in found.values() if record]
        public = {it.source: self._claim(it) for it in records if it.is_known_to_the_public}
        waiting = {it.source: self._claim(it) for it in records if _may_be_public(it)}
        changed = self._holders.change(dict.fromkeys(found) | public)
        touched = {*found, *changed.sources}
        for source in touched:
            given = self._holders.given.get(source, "")
            if (known := self.records.get(source)) and known.id != given:
                was.setdefault(source, known.id)
                self.records[source] = replace(known, id=given)
        self._tell_rivals(changed.keys | self._waiting.change(dict.fromkeys(found) | waiting))
        names = (name for source in touched for name in (was.get(source), self._holders.given.get(source)) if name)
        touched |= self._give_guids(found, {key for name in names if (key := f":{name}") in self._guids})
        led = self._links.change(touched)
        self.records.update(led)
        return touched | led.keys()

    def _give_guids(self, found: Iterable[str], keys: Set[str]) -> set[str]:
        """Let the first of those who state one guid have it, if it is no id of another. Returns all who have another.

        ``keys`` are those of guids that are made of ids which have come or gone.
        """
        records = [self.records[source] for source in found if source in self.records]
        claims = {it.source: self._claim(it, it.claimed_guid) for it in records if it.id and it.claimed_guid}
        given = {record.source: "" for record in records}
        for key in keys | self._guids.change(dict.fromkeys(found) | claims):
            group = self._guids.of(key)
            self.rivals.pop(key, None)
            if group:
                keeper = self._holders.holder(key[1:]) if key.startswith(":") else ""
                keeper = keeper or group[0].source
                given |= {claimed.source: claimed.id if claimed.source == keeper else "" for claimed in group}
                if told := tuple(rivals.guid_taken(it.source, it.id, keeper) for it in group if it.source != keeper):
                    self.rivals[key] = told
        changed = {source for source, guid in given.items() if self.records[source].guid != guid}
        for source in changed:
            self.records[source] = replace(self.records[source], guid=given[source])
        return changed

    def replace(self, record: FileRecord) -> None:
        """Remember a file otherwise, without any change of what it is to the public or to others."""
        self.records[record.source] = record

    def holder(self, release_id: str) -> str:
        """The source that has an id because it claims it, however it spells it; "" where none does."""
        return next((claimed.source for claimed in self._holders.claimants.of(ids.key(release_id))), "")

    def heir(self, source: str) -> str:
        """The source that takes the id of this one, with another spelling or not, when it is gone; "" for none."""
        record = self.records[source]
        claimants = self._holders.claimants.of(ids.key(record.claim))
        return claimants[1].source if len(claimants) > 1 and claimants[0].source == source else ""

    def rivals_for(self, sources: Set[str]) -> set[str]:
        """The others among the public that claim the ids which these sources claim."""
        groups = map(self._holders.claimants.sources, self._holders.crowded)
        return {rival for group in groups if not group.isdisjoint(sources) for rival in group} - sources

    @property
    def public(self) -> int:
        """How many files may be known to the public."""
        return len(self._holders.given)

    @property
    def is_chained(self) -> bool:
        """Whether a document names documents: then only all files together show which of them are releases."""
        return bool(self._chained)

    @property
    def topic_names(self) -> TopicNames:
        """What topics are called by the releases that are public now."""
        return self._spellings.names(self._newsroom)

    def naming(self, paths: Iterable[str]) -> set[str]:
        """The sources that name any of these files."""
        return {source for path in paths for source in self._naming.get(path, ())}

    def attaching(self, document: str) -> set[str]:
        """The sources that a document goes with because they name it."""
        naming = self._naming.get(document, ())
        return {source for source in naming if document in attached(self.records[source].named)}

    def due(self, now: datetime) -> set[str]:
        """The sources that are something else to the public by now than is remembered. The clock was not set back."""
        self.next_change(now)
        there = (self.records[source] for source in self._overdue if source in self.records)
        self._overdue = {record.source for record in there if not record.holds(now)}
        return self._overdue

    def next_change(self, now: datetime) -> datetime | None:
        """The next moment at which a release appears, becomes another or goes by itself."""
        while self._moments:
            moment, source = self._moments[0]
            known = self.records.get(source)
            if moment > now and known and known.visibility.next_change(now) == moment:
                return moment
            heappop(self._moments)
            if moment <= now and known:
                self._overdue.add(source)
                self._expect(known, now)
        return None

    def _tell_rivals(self, keys: Iterable[str]) -> None:
        """Say anew what is to be said of those who claim ids with these keys."""
        for key in keys:
            public, waiting = self._holders.claimants.of(key), self._waiting.of(key)
            if len(public) + len(waiting) > 1:
                expires = bool(public) and self.records[public[0].source].visibility.closes is not None
                self.rivals[key] = tuple(rivals.for_id(public, waiting, self._holders.given, expires=expires))
            else:
                self.rivals.pop(key, None)

    def _claim(self, record: FileRecord, claimed: str = "") -> ids.Claim:
        return _claim(record, self._newsroom, claimed)

    def _note(self, record: FileRecord, now: datetime) -> None:
        self.records[record.source] = record
        self.statuses[record.status] += 1
        self._count_topics(record, 1)
        for path in record.named:
            self._naming[path].add(record.source)
        if record.named and is_document_name(record.source) and attached(record.named):
            self._chained.add(record.source)
        if not record.holds(now):
            self._overdue.add(record.source)
        self._expect(record, now)

    def _forget(self, source: str) -> None:
        if record := self.records.pop(source, None):
            self.statuses[record.status] -= 1
            self._count_topics(record, -1)
            self._chained.discard(source)
            for path in record.named:
                self._naming[path].discard(source)
                if not self._naming[path]:
                    del self._naming[path]

    def _count_topics(self, record: FileRecord, by: int) -> None:
        if record.is_known_to_the_public:
            self._spellings.count(record.topics, by, is_public=record.status is Status.PUBLIC)

    def _expect(self, record: FileRecord, now: datetime) -> None:
        if moment := record.visibility.next_change(now):
            heappush(self._moments, (moment, record.source))


def _claim(record: FileRecord, newsroom: Newsroom, claimed: str = "") -> ids.Claim:
    """The claim of a file to its id, or to what else is claimed."""
    published = record.published
    day, moment = (newsroom.day(published), published.timestamp()) if published else (None, float("inf"))
    return ids.Claim(record.source, claimed or record.claim, day, (moment, record.source))


def problems(
    records: Mapping[str, FileRecord], rivals: Mapping[str, Sequence[Problem]], newsroom: Newsroom
) -> Iterator[Problem]:
    """The problems of all files, in their order, with why each is not public and what is said of it as a rival."""
    told = defaultdict[str, list[Problem]](list)
    for problem in chain.from_iterable(rivals.values()):
        told[problem.path].append(problem)
    for record in records.values():
        yield from of_file(record, newsroom)
        yield from told.get(record.source, ())


def of_file(record: FileRecord, newsroom: Newsroom) -> Iterator[Problem]:
    """The problems of one file, with why it is not public, and what of it is to come."""
    yield from record.problems
    yield from links.problems(record)
    if record.status in {Status.PUBLIC, Status.EMBARGOED}:
        for moment in record.visibility.updates[record.edition :]:
            if record.visibility.status(moment) is Status.PUBLIC:
                what = f"its update of {newsroom.clock_time(moment)} is none yet: it counts, and is shown, from then"
                yield Problem(record.source, 0, what, severity=Severity.NOTE, kind="update-to-come")
    if why := _why_not_public(record, newsroom):
        yield Problem(record.source, 0, why, severity=Severity.NOTE, kind=record.status.value)


def rivals_of(records: Mapping[str, FileRecord], newsroom: Newsroom, now: datetime) -> Mapping[str, Sequence[Problem]]:
    """What is to be said of those of all who claim an id or a guid that another has, or will, by its key."""
    collection = Collection(newsroom)
    collection.change(records, now)
    return collection.rivals


_NEVER_PUBLIC = {Status.EXPIRED, Status.NO_RELEASE, Status.UNREADABLE}


def _may_be_public(record: FileRecord) -> bool:
    """Whether a file that is not known to the public may be, without another edit or after the one it waits for."""
    return not record.is_known_to_the_public and record.status not in _NEVER_PUBLIC


def _why_not_public(record: FileRecord, newsroom: Newsroom) -> str:
    window = record.visibility
    if record.status is Status.EMBARGOED and window.opens:
        return f"not public before {newsroom.clock_time(window.opens)}"
    if record.status is Status.EXPIRED and window.closes:
        return f"not public since {newsroom.clock_time(window.closes)}, when it expired"
    return "not public, because it is a draft" if record.status is Status.DRAFT else ""
