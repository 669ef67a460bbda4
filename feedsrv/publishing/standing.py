"""How the folder stands: what a publisher that stays knows of it, so that a run looks at what has changed and no more.

A run looks at a scope: all of the folder, or the parts of it in which something changed. Both are examined in the same
way, and what is found is taken in here in the same way, so that any history of changes leads to what a look at all
would show. Where it is in doubt what a change has to do with, all of the folder is looked at.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass
from datetime import datetime

from feedsrv.file_record import FileRecord
from feedsrv.files.catalogue import Catalogue
from feedsrv.files.kinds import attached, is_document_name, is_text_name, not_read
from feedsrv.files.listing import FolderListing
from feedsrv.files.names import folders
from feedsrv.newsroom import Newsroom
from feedsrv.problem import Problem
from feedsrv.publishing.collection import Collection
from feedsrv.search import Update


@dataclass(frozen=True, slots=True)
class Scope:
    """What one run looks at.

    ``told`` are the files that may have changed, None: any; ``attached`` are documents that go with texts outside.
    """

    listing: FolderListing
    known: Mapping[str, FileRecord]
    told: Set[str] | None
    attached: Set[str] = frozenset()


class Standing:
    """The folder as of the last run. Raises PublishingFailed if it cannot be read."""

    def __init__(self, catalogue: Catalogue, newsroom: Newsroom) -> None:
        self.newsroom = newsroom
        self.contents = catalogue.contents()
        self.collection = Collection(newsroom)
        self.sources: set[str] = set()
        self._files: set[str] = set()
        self._unread: set[str] = set()
        self._unknown: set[str] = set()  # sources that were not examined yet
        self._missing: set[str] = set()  # files that are remembered, and not there
        self._remembered: Mapping[str, FileRecord] | None = None
        self._now: datetime | None = None

    def holds(self, update: Update, newsroom: Newsroom, now: datetime) -> bool:
        """Whether what follows from this may be built on: nobody else has published, and no clock was set back."""
        is_remembered = update.known() is update.remembered() is self._remembered
        return is_remembered and newsroom.text == self.newsroom.text and self._now is not None and self._now <= now

    def everything(self, update: Update) -> Scope:
        """All of the folder; to be asked first, or never."""
        return Scope(self.contents.listing(), update.known(), None)

    def scope(self, paths: Set[str], now: datetime) -> Scope | None:
        """What these changes have to do with, and whose time has come; None where that cannot be told."""
        awaited = self.collection.due(now) | self._unknown
        looked_at = self.contents.look(paths | awaited)
        if looked_at is None or self.collection.is_chained:
            return None
        missing = {path for path in self._missing if not paths.isdisjoint((path, *folders(path)))}
        touched = looked_at - (awaited - paths) | missing  # which may have been seen to go before
        records = self.collection.records
        changed = {self.contents.part(path) for path in touched}
        others = self.collection.naming(touched) | awaited | self._missing
        others |= {path for source in touched | others if source in records for path in attached(records[source].named)}
        parts = changed | {self.contents.part(path) for path in others}
        before = self.contents.paths(parts) | looked_at
        was = self.sources & before
        for kept in (self.sources, self._files, self._unread):
            kept -= before
        listing = self.contents.listing(parts, self._files)
        told = touched | self.collection.naming(touched)
        told |= {source for source in listing.sources if self.contents.part(source) in changed}
        if all(path in was and path in listing.sources and self._is_alone(path) for path in touched):
            told = touched | self.collection.naming(touched)
        known = {source: records[source] for source in before | others if source in records}
        return Scope(listing, known, frozenset(told), self._attached_outside(listing, known))

    def portion(self, parts: Iterable[str]) -> Scope:
        """Parts of the folder as they stand, all of which may have changed."""
        listing, records = self.contents.listing(parts, self._files), self.collection.records
        known = {source: records[source] for source in listing.sources if source in records}
        return Scope(listing, known, None, self._attached_outside(listing, known))

    def around(self, sources: Set[str]) -> Scope:
        """What it takes to read these files again, which have not changed themselves."""
        records = self.collection.records
        with_them = {path for source in sources for path in attached(records[source].named)}
        parts = {self.contents.part(path) for path in sources | with_them}
        return Scope(self.contents.listing(parts, self._files), {}, None)

    def take(self, scope: Scope, listing: FolderListing, found: Mapping[str, FileRecord], now: datetime) -> set[str]:
        """Take in what was found. Returns all whose record may be another; ``listing`` is that which was examined."""
        touched = self.collection.change({**dict.fromkeys(scope.known), **found}, now)
        self.sources.update(listing.sources)
        self._files.update(listing.files)
        self._unread.update(listing.unread)
        records, attaching = self.collection.records, self.collection.attaching
        there = (source for source in {*self._unknown, *listing.sources} if source in self.sources)
        self._unknown = {source for source in there if source not in records and not attaching(source)}
        gone = (source for source in {*self._missing, *scope.known} if source in records)
        self._missing = {source for source in gone if source not in self.sources and source not in self._files}
        self._now = now
        return touched

    def let_go(self, sources: Set[str], now: datetime) -> set[str]:
        """Forget files that have gone. Returns them, and all whose id is another by that."""
        self.sources -= sources
        return self.collection.change(dict.fromkeys(sources), now)

    def is_covered(self, scope: Scope, listing: FolderListing, found: Mapping[str, FileRecord]) -> bool:
        """Whether what was found, and taken in, has to do with nothing outside of what was looked at."""
        inside = {*listing.sources}
        for source in scope.known.keys() | found.keys():
            before, after = (attached(of[source].named) if source in of else set() for of in (scope.known, found))
            if any(document in self.sources and document not in inside for document in before ^ after):
                return False
        return not self.collection.is_chained

    @property
    def come_and_gone(self) -> Set[str]:
        """The files that are there and were not examined yet, and those that are remembered and not there."""
        return self._unknown | self._missing

    def remember(self, update: Update) -> None:
        """The update has been published: what it remembers is what was taken in."""
        self._remembered = update.remembered()

    def problems(self) -> Iterator[Problem]:
        """What is wrong with files that are no releases because of it."""
        yield from self.contents.problems
        yield from not_read(sorted(path for path in self._unread if not self.collection.attaching(path)))

    def _attached_outside(self, listing: FolderListing, known: Mapping[str, FileRecord]) -> set[str]:
        """The documents that go with texts which are not known here."""
        documents = filter(is_document_name, listing.sources)
        return {document for document in documents if self.collection.attaching(document) - known.keys()}

    def _is_alone(self, path: str) -> bool:
        return is_text_name(path) and not self.contents.part(path).endswith("/")
