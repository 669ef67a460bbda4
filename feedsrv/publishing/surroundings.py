"""Surroundings: the files that a release is read with, and whether one of them is being written."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import partial
from hashlib import sha256
from pathlib import PurePosixPath

from feedsrv.errors import ConversionPending, FileUnreadable
from feedsrv.file_record import FileRecord
from feedsrv.files.bundles import shared
from feedsrv.files.catalogue import Catalogue
from feedsrv.files.kinds import is_document_name, is_release_name
from feedsrv.files.listing import FolderListing
from feedsrv.files.settling import Unsettled
from feedsrv.newsroom import Newsroom
from feedsrv.readers import companions
from feedsrv.reading import EMBARGO_LINE, Origin, Reading, Status, Visibility


class Surroundings:
    """What lies in the folder beside each release that is listed: companions, indexes of folders, and enclosures."""

    def __init__(self, catalogue: Catalogue, newsroom: Newsroom, unsettled: Unsettled, listed: FolderListing) -> None:
        self._catalogue = catalogue
        self._newsroom = newsroom
        self._unsettled = unsettled
        self._data = dict[str, bytes]()
        self._indexes = dict[str, tuple[str, ...]]()
        self._waiting = set[str]()
        self.listing = listed.without(set(self._belonging(listed)))
        self.enclosures = catalogue.enclosures(self.listing, partial(_own_visibility, catalogue, newsroom))
        self._unsettled_beside = defaultdict[str, list[str]](list)  # by folder
        for path in unsettled.paths:
            self._unsettled_beside[PurePosixPath(path).parent.as_posix()].append(path)
        self._waiting |= {owner for path in unsettled.paths for owner in self.enclosures.belongings.owners(path)}

    def indexes(self, source: str) -> tuple[str, ...]:
        """The indexes of the folder of a text that has no date of its own and is none of their bundle."""
        return self._indexes.get(source, ())

    def beside(self, source: str) -> dict[str, bytes]:
        """What the files say that state something of a release, by their paths."""
        paths = [*self.listing.companions.of(source), *self.indexes(source)]
        for path in paths:
            if path not in self._data:
                try:
                    self._data[path] = self._catalogue.data(path)
                except FileNotFoundError:  # gone since it was listed
                    self._data[path] = b""
        return {path: self._data[path] for path in paths}

    def read(self, catalogue: Catalogue, source: str, data: bytes) -> Reading:
        """What a file says, as this catalogue reads it, its companions, and the indexes that it lies beside.

        Raises FileUnreadable, FileNotFoundError and ConversionPending, as `Catalogue.read` does.
        """
        beside = self.beside(source)
        indexes = {path: beside.pop(path) for path in self.indexes(source)}
        reading = catalogue.read(source, data, self._newsroom, beside)
        for path, index in indexes.items():
            reading = self._behind(reading, path, index)
        return reading

    def _behind(self, reading: Reading, path: str, data: bytes) -> Reading:
        """A text without a date of its own, which is seen while the index file beside it is, and no longer."""
        try:
            index = self._catalogue.read(path, data, self._newsroom, {}).visibility
        except FileUnreadable:
            index = Visibility(Status.HELD)
        own = reading.visibility
        is_never = index.is_withdrawn and index.withdrawal is None
        is_held = own.barred is None and (is_never or index.barred not in {None, Status.NO_RELEASE})
        origins = {**reading.origins, "barred": Origin(0, f"beside {path}, which is not public")}
        opens = max((moment for moment in (own.opens, index.opens) if moment), default=None)
        closes = min((moment for moment in (own.closes, index.closes, index.withdrawal) if moment), default=None)
        window = replace(own, barred=Status.HELD if is_held else own.barred, opens=opens, closes=closes)
        return replace(reading, visibility=window, origins=origins if is_held else reading.origins)

    def digest(self, source: str, named: Iterable[str], *, is_notice: bool) -> str:
        """What is another when the settings are, or any file that a release is read with. Times are no part of it.

        A release that is published is tagged again as it stands in the index; a notice has no words there, and so its
        topics are read again from the file, whatever of the settings has changed.
        """
        beside = "".join(f"{path}\0{sha256(stated).hexdigest()}\0" for path, stated in self.beside(source).items())
        settings = self._newsroom.text if is_notice else self._newsroom.reading_key()
        state = f"{settings}\0{self.enclosures.state(source, named)}\0{beside}"
        return sha256(state.encode()).hexdigest()

    def are_unsettled(self, source: str, known: FileRecord | None) -> bool:
        """Whether a file is being written, or one that it is read with."""
        if not self._unsettled.paths:
            return source in self._waiting
        if known is None and is_document_name(source) and self._may_be_attached:
            return True
        if source in self._waiting or any(companions.of(source, self._unsettled_beside)):
            return True
        named = known.named if known else ()
        return any(path in self._unsettled for path in (source, *self.indexes(source), *named))

    def have_changed(self, source: str, named: Iterable[str]) -> bool:
        """Whether a file that was just read names one that is being written, or somebody has begun with any of them."""
        beside = (*self.listing.companions.of(source), *self.indexes(source))
        files = {source, *beside, *self.enclosures.belongings.of(source), *named}
        return any(path in self._unsettled for path in named) or any(
            self._unsettled.has_begun(self._catalogue.folder / path) for path in files
        )

    @property
    def _may_be_attached(self) -> bool:
        """Whether a text is being written: a document that is new may go with it."""
        fresh = self._unsettled.paths - self._unsettled.growing
        return any(is_release_name(path) and not is_document_name(path) for path in fresh)

    def _belonging(self, listed: FolderListing) -> Iterator[str]:
        """The texts that belong to the bundle they lie in; of the others it is noted which index they lie beside.

        All of a folder waits where that cannot be told yet.
        """
        for folder in shared(listed.sources):
            try:
                dated = {text for text in folder.texts if self._states_a_date(text)}
            except ConversionPending:  # what the folder is depends on what a document says
                self._waiting.update(folder.indexes, folder.texts)
                continue
            if folder.may_be_bundle and not dated:
                yield from folder.texts
            else:
                self._indexes |= dict.fromkeys(set(folder.texts) - dated, folder.indexes)

    def _states_a_date(self, source: str) -> bool:
        try:
            reading = self._catalogue.read(source, self._catalogue.data(source), self._newsroom, {})
        except (FileUnreadable, FileNotFoundError):
            return False
        stated = reading.origins.get("published")
        return bool(stated and stated.how != EMBARGO_LINE and not stated.how.startswith("folder "))


def _own_visibility(catalogue: Catalogue, newsroom: Newsroom, path: str) -> Visibility | None:
    """When a text that goes with a release may be seen by what it says itself; None for what is no text."""
    if not is_release_name(path) or is_document_name(path):
        return None
    try:
        return catalogue.read(path, catalogue.data(path), newsroom, {}).visibility
    except FileUnreadable:
        return Visibility(Status.HELD)
    except FileNotFoundError:
        return None
