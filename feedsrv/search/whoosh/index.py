"""The search index, kept by Whoosh: snapshots for those who read, updates for the one who writes."""

from __future__ import annotations

import gc
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock, local
from time import monotonic

from whoosh.index import FileIndex
from whoosh.searching import Searcher

from feedsrv import file_record, newsroom
from feedsrv.errors import IndexUnavailable, NewsroomInvalid
from feedsrv.newsroom import Newsroom
from feedsrv.search import LAG, IndexStatus
from feedsrv.search.attachments import FOLDER
from feedsrv.search.generations import SEGMENTS, Generations
from feedsrv.search.whoosh.documents import Documents, engine_version
from feedsrv.search.whoosh.postings import PostingsCache
from feedsrv.search.whoosh.snapshot import WhooshSnapshot
from feedsrv.search.whoosh.storage import MappedStorage
from feedsrv.search.whoosh.table import build
from feedsrv.search.whoosh.update import Ledger, WhooshUpdate

RETRY_AFTER = 1.0
"""Seconds before a generation that could not be opened is tried again."""

_DEGRADED = "degraded"

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Generation:
    """What the threads of a process share of a generation."""

    name: str
    newsroom: Newsroom
    folder: Path
    files: MappedStorage
    postings: PostingsCache

    def searcher(self) -> Searcher:
        return FileIndex(self.files).searcher()

    def snapshot(self) -> WhooshSnapshot:
        return WhooshSnapshot(self.name, self.newsroom, self.postings, self.searcher(), self.folder / FOLDER)


class WhooshIndex:
    """A folder of generations, each a Whoosh index; implements `feedsrv.search.SearchIndex`."""

    def __init__(self, folder: Path) -> None:
        self._generations = Generations(folder)
        self._opening = Lock()
        self._open: _Generation | None = None
        self._look_again = 0.0
        self._failed = ("", 0.0)  # the generation that could not be opened, and when that was tried
        self._verified = ""
        self._of_thread = local()

    def snapshot(self) -> WhooshSnapshot:
        """The newest generation that can be opened, for the calling thread. Raises IndexUnavailable."""
        held = self._open
        generation = held if held and monotonic() < self._look_again else self._newest()
        mine: WhooshSnapshot | None = getattr(self._of_thread, "snapshot", None)
        if mine is None or mine.generation != generation.name:
            mine = self._of_thread.snapshot = generation.snapshot()
        return mine

    def status(self) -> IndexStatus:
        """What the publisher left word of; never raises, whatever state the index is in."""
        folder = self._generations.folder
        try:
            true_until = datetime.fromisoformat((folder / "true-until").read_text("ascii"))
        except (OSError, ValueError):
            true_until = None
        try:
            heartbeat = datetime.fromtimestamp((folder / "heartbeat").stat().st_mtime, UTC)
        except OSError:
            heartbeat = None
        return IndexStatus(
            self._generations.current(),
            true_until,
            heartbeat,
            (folder / _DEGRADED).exists(),
            self._generations.published_at(),
        )

    def heartbeat(self) -> None:
        """Leave word that the publisher lives. Raises PublishingFailed."""
        with self._generations.translating_errors():
            (self._generations.folder / "heartbeat").touch(mode=0o644)

    def set_degraded(self, *, is_degraded: bool) -> None:
        """Leave word whether newsroom.toml can be read. Raises PublishingFailed."""
        mark = self._generations.folder / _DEGRADED
        with self._generations.translating_errors():
            mark.touch(mode=0o644) if is_degraded else mark.unlink(missing_ok=True)

    @contextmanager
    def update(self, *, rebuild: bool = False) -> Iterator[WhooshUpdate]:
        """Make the next generation; see `feedsrv.search.SearchIndex.update`."""
        with self._generations.writing():
            base = self._sound_generation()
            update = WhooshUpdate(
                self._generations,
                base.name if base else None,
                Documents(base.searcher().reader()) if base else None,
                base.newsroom if base else None,
                self._ledger(),
                is_rebuild=rebuild,
            )
            with self._generations.translating_errors():
                try:
                    yield update
                    update.publish()
                except BaseException:
                    update.discard()
                    raise
                finally:
                    self._look_again = 0.0

    def _newest(self) -> _Generation:
        looked = monotonic()
        name = self._generations.current()
        held = self._open
        if held and (name is None or held.name == name or self._has_just_failed(name)):
            self._look_again = looked + LAG
            return held
        with self._opening:
            name = self._generations.current()
            if self._open and self._open.name == name:
                return self._open
            try:
                self._open = self._opened(name)
                # Whoosh's readers refer to themselves: without this, generations nobody reads kept 335 files mapped.
                gc.collect()
            except IndexUnavailable as error:
                if self._open is None:
                    raise
                if self._failed[0] != name:
                    _log.error("%s; %s goes on serving", error, self._open.name)
                self._failed = (name or "", monotonic())
            return self._open

    def _has_just_failed(self, name: str) -> bool:
        failed, moment = self._failed
        return failed == name and monotonic() - moment < RETRY_AFTER

    def _opened(self, name: str | None) -> _Generation:
        if name is None:
            raise IndexUnavailable(f"nothing is published in {self._generations.folder} yet: run feedsrv index")
        manifest = self._generations.manifest(name)
        if manifest.engine != engine_version():
            raise IndexUnavailable(
                f"{name} was made with {manifest.engine}, this is {engine_version()}: run feedsrv index"
            )
        path = self._generations.path(name)
        try:
            settings = newsroom.parse((path / newsroom.FILE_NAME).read_bytes().decode("utf8"))
            files = MappedStorage(path / SEGMENTS)
            postings = PostingsCache(build(Documents(FileIndex(files).reader()).facts()))
        except (OSError, NewsroomInvalid) as error:
            raise IndexUnavailable(f"{path} cannot be opened: {error}") from error
        except Exception as error:  # a damaged index makes Whoosh and pickle raise what they like
            raise IndexUnavailable(f"{path} is damaged ({type(error).__name__}: {error}): run feedsrv index") from error
        return _Generation(name, settings, path, files, postings)

    def _sound_generation(self) -> _Generation | None:
        """The generation to start from; None, with a word in the log, if there is none that can be trusted."""
        name = self._generations.current()
        if name is None:
            return None
        try:
            generation = self._opened(name)
            if name != self._verified:
                self._generations.verify(name)
                self._verified = name
        except IndexUnavailable as error:
            _log.warning("%s; the index is made anew from the files", error)
            return None
        return generation

    def _ledger(self) -> Ledger:
        try:
            generation, _, records = (self._generations.folder / "ledger.json").read_bytes().partition(b"\n")
            return Ledger(generation.decode(), file_record.from_json(records))
        except (OSError, ValueError):  # it was lost: that costs time, and the comparison with what was
            return Ledger()
