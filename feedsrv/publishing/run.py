"""A run: one publication, from a look at the folder to the next generation of the index."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import IO

from feedsrv import release
from feedsrv.errors import FileUnreadable
from feedsrv.file_record import Basis, FileRecord
from feedsrv.files import topics
from feedsrv.files.catalogue import Catalogue
from feedsrv.files.original import Original
from feedsrv.files.settling import Unsettled
from feedsrv.newsroom import Newsroom
from feedsrv.problem import Problem
from feedsrv.publishing import collection, losses, moves, sentinel
from feedsrv.publishing.examination import Examination, Judge, Progress
from feedsrv.publishing.losses import Losses
from feedsrv.publishing.moves import Moves
from feedsrv.publishing.standing import Scope, Standing
from feedsrv.publishing.thumbnails import with_thumbnails
from feedsrv.reading import Status, Visibility
from feedsrv.release import Release, Withdrawal
from feedsrv.search import Update
from feedsrv.text import links as text_links


@dataclass(slots=True)
class Run:
    """One run: what it has found out so far about each file that it looks at."""

    catalogue: Catalogue
    newsroom: Newsroom
    now: datetime
    judge: Judge
    unsettled: Unsettled
    update: Update
    progress: Progress
    handing: Progress
    standing: Standing = field(init=False)
    scope: Scope = field(init=False)
    examination: Examination = field(init=False)
    found: dict[str, FileRecord] = field(default_factory=dict)
    files: dict[str, Mapping[str, Original]] = field(default_factory=dict)
    touched: set[str] = field(default_factory=set)
    changed: set[str] = field(default_factory=set)
    losses: Losses | None = None
    moves: Moves = field(default_factory=Moves)
    relinked: set[str] = field(default_factory=set)
    is_of_all: bool = True
    _rivals_before: Mapping[str, Sequence[Problem]] | None = None

    @property
    def records(self) -> Mapping[str, FileRecord]:
        """The records of all files, by source."""
        return self.standing.collection.records

    def rivals_before(self) -> Mapping[str, Sequence[Problem]]:
        """What was to be said of rivals when this was last published, by key; costs a look at all records."""
        if self._rivals_before is not None:
            return self._rivals_before
        return collection.rivals_of(self.update.remembered(), self.newsroom, self.now)

    @property
    def is_newsroom_changed(self) -> bool:
        """Whether newsroom.toml is another than was last published."""
        return self.update.newsroom is None or self.newsroom.text != self.update.newsroom.text

    def _recalled(self) -> Standing | None:
        """The folder as it is remembered, of which but names are looked at; None where files are read otherwise now."""
        known, version = self.update.known(), self.catalogue.readers_version
        if not known or self.is_newsroom_changed:
            return None
        if any(record.basis.readers not in {"", version(source)} for source, record in known.items()):
            return None
        standing = Standing(self.catalogue, self.newsroom)
        scope = standing.everything(self.update)
        examination = Examination(self.catalogue, self.newsroom, self.now, self.judge, self.unsettled, scope)
        standing.take(scope, examination.listing, known, self.now)
        standing.remember(self.update)
        return standing

    def look(self, standing: Standing | None, paths: Set[str] | None, spool: IO[bytes], *, recalls: bool) -> None:
        """Look at what these changes have to do with; where that cannot be told, or is not enough, at all.

        ``recalls``: where no folder stands it is the one that is remembered, with what has come and gone since.
        """
        if recalls and standing is None and paths is not None and (standing := self._recalled()):
            paths |= standing.come_and_gone
        if not self._looks_at_parts(standing, paths, spool):
            self._look_at_all(spool)

    def _looks_at_parts(self, standing: Standing | None, paths: Set[str] | None, spool: IO[bytes]) -> bool:
        """Look at what these changes have to do with; whether that can be told, and is enough."""
        if standing is None or paths is None or self.is_newsroom_changed:
            return False
        if not standing.holds(self.update, self.newsroom, self.now):
            return False
        self._rivals_before = dict(standing.collection.rivals)
        if scope := standing.scope(paths, self.now):
            self.is_of_all = False
            self._examine(standing, scope, spool)
        is_enough = scope is not None and standing.is_covered(scope, self.examination.listing, self.found)
        return is_enough and not self.relinked

    def _look_at_all(self, spool: IO[bytes]) -> None:
        """Look at all of the folder: what else the changes have to do with is not known."""
        spool.seek(0)
        spool.truncate()
        self.found, self.files, self.is_of_all = {}, {}, True
        standing = Standing(self.catalogue, self.newsroom)
        self._rivals_before = None
        self._examine(standing, standing.everything(self.update), spool)

    def _examine(self, standing: Standing, scope: Scope, spool: IO[bytes]) -> None:
        """Note what each file is now; what those that were read say to the public goes into the spool."""
        self.standing, self.scope = standing, scope
        self.examination = Examination(self.catalogue, self.newsroom, self.now, self.judge, self.unsettled, scope)
        for examined in self.examination.releases(self.progress, scope.known, scope.told, self.update.remembered()):
            self.found[examined.record.source] = examined.record
            if item := examined.public_part:
                self.files[item.source] = examined.files
                spool.write(release.to_json(item) + b"\n")
        self.touched = standing.take(scope, self.examination.listing, self.found, self.now)
        renamed = self._renamed()
        self.touched |= standing.let_go(renamed, self.now)
        for source in renamed & self.found.keys():
            del self.found[source]
        self._keep_names()
        self._read_relinked(spool)

    def _read_relinked(self, spool: IO[bytes]) -> None:
        """Read again those whose links lead elsewhere by now: of what leads nowhere, the index has only the text."""
        known = self.update.known()
        others = (self.records[source] for source in self.touched - self.files.keys() if self.is_public(source))
        self.relinked = {it.source for it in others if it.source in known and _leads(it) != _leads(known[it.source])}
        if not self.relinked:
            return
        scope = self.standing.around(self.relinked)
        examination = Examination(self.catalogue, self.newsroom, self.now, self.judge, self.unsettled, scope)
        for source in sorted(self.relinked):
            found = examination.examine(source)
            if found and found.record.basis == self.records[source].basis and (item := found.public_part):
                self.relinked.remove(source)
                self.files[source] = found.files
                spool.write(release.to_json(item) + b"\n")

    def _keep_names(self) -> None:
        """Remember by what the public last knew those that are not public now."""
        remembered = self.update.remembered()
        for source in self.touched & remembered.keys() & self.records.keys():
            record, names = self.records[source], remembered[source].names
            if names and not record.id:
                self.standing.collection.replace(replace(record, last_names=names))

    def _renamed(self) -> set[str]:
        """Files that have just gone, and whose id one that has come claims: they would stay for a while beside it."""
        come = {source for source in self.touched if self.is_public(source) and source not in self.update.sources}
        folder = self.catalogue.folder
        return {rival for rival in self.standing.collection.rivals_for(come) if not (folder / rival).exists()}

    def weigh(self, host: str, *, force: bool, move_ids: bool) -> None:
        """Find out what would be lost, and which ids would be others.

        Raises RemovalRefused or FilesUnsettled where most would be lost, and not by ``force``, and MovesRefused where
        many ids would be others, and that is not wanted (``move_ids``), nor by time alone.
        """
        self._weigh_losses(force=force)
        self._weigh_moves(host, move_ids=move_ids)

    def _weigh_losses(self, *, force: bool) -> None:
        sources = None if self.is_of_all else self.touched
        self.losses = losses.of(self.examination, self.update, self.found, self.now, sources)
        if not force:
            self.losses.insist_on_most(self._before, self.standing.collection.public)

    def _weigh_moves(self, host: str, *, move_ids: bool) -> None:
        """What becomes of rivals when an embargo ends has been said since they are there: it ends on its minute."""
        newsrooms = (self.update.newsroom or self.newsroom, self.newsroom)
        known = self.update.remembered()
        forgotten = {source for source in self.touched if source not in known and source in self.update.sources}
        if forgotten:
            known = {**known, **{item.source: _as_published(item) for item in self.update.published(forgotten)}}
        self.moves = moves.of(known, self.standing.collection, self.touched, newsrooms, host)
        if self.moves.are_many(self._before) and self._is_edited(known) and not move_ids:
            raise self.moves.refused(self._before)

    def _is_edited(self, known: Mapping[str, FileRecord]) -> bool:
        """Whether anything but the time made a difference."""
        pairs = ((known.get(source), self.records.get(source)) for source in self.touched)
        return self.is_newsroom_changed or any(_stated(before) != _stated(after) for before, after in pairs)

    @property
    def _before(self) -> int:
        """How many releases there were."""
        return self.update.published_before or len(self.standing.sources)

    def put_read(self, spool: IO[bytes]) -> None:
        """Hand to the index what was read: it is in the spool, in the order in which its files were found."""
        spool.seek(0)
        shown = zip(self.handing([*self.files]), spool, strict=True) if self.files else ()
        self.put(release.from_json(line) for _, line in shown)

    def put(self, found: Iterable[Release | Withdrawal]) -> None:
        """Hand releases to the index, under the ids they have been given.

        One whose files are just being written stays what it was, and is read again in the next run.
        """
        for item in found:
            record = self.records[item.source]
            try:
                given, files = with_thumbnails(_as_given(item, record), self.files.get(item.source, {}))
                if self.update.put(given, files):
                    self.changed.add(item.source)
            except FileUnreadable as error:
                problems = (*record.problems, error.problem)
                self.standing.collection.replace(replace(record, basis=Basis(), problems=problems))

    def affected(self) -> Iterator[Release | Withdrawal]:
        """What did not change itself, but is another release now: by the id it has been given, or by its topics."""
        known = self.update.known()
        public = (self.records[source] for source in self.touched if self.is_public(source))
        was_known = (record for record in public if record.source in known)
        others = {record.source for record in was_known if _ids(known[record.source]) != _ids(record)}
        wanted = set(filter(self.is_public, self.touched)) if self.is_newsroom_changed else others
        if wanted := wanted | self.relinked:
            yield from (self._tagged_again(self._without_lost(item)) for item in self.update.published(wanted))

    def _without_lost(self, item: Release | Withdrawal) -> Release | Withdrawal:
        """What could not be read again, without the links that led to what is gone; they come when it is read."""
        if item.source not in self.relinked or isinstance(item, Withdrawal):
            return item
        record, before = self.records[item.source], _leads(self.update.known()[item.source])
        now = _leads(record)
        left = {address: target for address, target in before.items() if now.get(address) == target}
        kept = tuple(replace(link, target=left.get(link.address, "")) for link in record.links)
        self.standing.collection.replace(replace(record, links=kept))
        return replace(item, body=text_links.without(item.body, {*before.values()} - {*left.values(), ""}))

    def remove_others(self) -> None:
        """Take out what is public no longer."""
        for source in self.lost():
            self.update.remove(source)

    def guard(self, review: sentinel.Share | None) -> None:
        """Have the sentinel look at what was touched, and at a share of the rest, and read again what it took out."""
        reviewed = review.among(self.update.sources) if review else set()
        among = None if self.is_of_all else self.touched | reviewed
        for record in sentinel.guard(self.update, self.records, self.now, among):
            self.standing.collection.replace(record)

    def changes(self) -> dict[str, FileRecord | None]:
        """What is to be remembered otherwise than it is known."""
        known = self.update.known()
        new = ((source, self.records.get(source)) for source in self.touched)
        return {source: record for source, record in new if record != known.get(source)}

    def lost(self) -> list[str]:
        """What was public, and is no longer."""
        among = self.update.sources if self.is_of_all else self.touched
        return [source for source in among if source in self.update.sources and not self.is_public(source)]

    def is_public(self, source: str) -> bool:
        """Whether a file, or the notice of its withdrawal, is public by what is known of it now."""
        record = self.records.get(source)
        return record is not None and record.is_known_to_the_public

    def _tagged_again(self, item: Release | Withdrawal) -> Release | Withdrawal:
        return replace(item, topics=topics.memberships(item, self.newsroom)) if isinstance(item, Release) else item


def _as_given(item: Release | Withdrawal, record: FileRecord) -> Release | Withdrawal:
    """The release with what all files together give it: its ids, and where its links lead."""
    if isinstance(item, Release):
        item = replace(item, body=text_links.settled(item.body, _leads(record)))
    return replace(item, id=record.id, guid=record.guid)


def _leads(record: FileRecord) -> dict[str, str]:
    """Where its links lead, by their addresses."""
    return {link.address: link.target for link in record.links}


def _ids(record: FileRecord) -> tuple[str, str]:
    """What it has been given of what it claims."""
    return record.id, record.guid


def _stated(record: FileRecord | None) -> object:
    """What of a record no time changes."""
    return record and (record.claim, record.claimed_guid, record.published, record.visibility, record.basis.readers)


def _as_published(item: Release | Withdrawal) -> FileRecord:
    """What is to be known of one that is published, and no longer remembered."""
    return FileRecord(item.source, item.id, item.published, Visibility(), Status.PUBLIC, id=item.id, guid=item.guid)
