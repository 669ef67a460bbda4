"""The search index, kept by Whoosh: snapshots for those who read, updates for the one who writes."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock
from time import monotonic

import msgspec
from whoosh.index import TOC

from feedsrv import newsroom_toml
from feedsrv.appearance import Asset
from feedsrv.errors import FeedsrvError, IndexUnavailable, NewsroomInvalid, PublishingFailed
from feedsrv.file_record import FileRecord
from feedsrv.newsroom import FILE_NAME, TopicNames
from feedsrv.search import LAG, Edition, IndexStatus, in_step
from feedsrv.search.generations import TRUE_UNTIL, Generations
from feedsrv.search.guarded import GuardedSnapshot
from feedsrv.search.in_step import Word
from feedsrv.search.ledger import Ledger
from feedsrv.search.manifest import ASSETS, ATTACHMENTS, SEGMENTS, TOPICS, read
from feedsrv.search.verification import Verification
from feedsrv.search.whoosh.arrays import Arrays
from feedsrv.search.whoosh.codec import INDEX
from feedsrv.search.whoosh.documents import engine_version
from feedsrv.search.whoosh.postings import PostingsCache
from feedsrv.search.whoosh.segments import Segments
from feedsrv.search.whoosh.snapshot import WhooshSnapshot
from feedsrv.search.whoosh.storage import MappedStorage
from feedsrv.search.whoosh.table import Table
from feedsrv.search.whoosh.update import TABLE, Base, WhooshUpdate, tainted

LOOK_AFTER = 0.05
"""Seconds after which it is looked again whether anybody has written to the files of the open generation."""

RETRY_AFTER = 1.0
"""Seconds before a generation that could not be opened is tried again."""

_DEGRADED = "degraded"

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Generation:
    """A generation that is open, for all threads of a process."""

    base: Base
    snapshot: GuardedSnapshot

    @property
    def name(self) -> str:
        return self.base.name

    def look(self, verification: Verification) -> None:
        """Have compared anew what has been written to."""
        try:
            self.base.storage.look()
        except IndexUnavailable as error:
            verification.suspect(self.name, error)


class WhooshIndex:
    """A folder of generations, each a Whoosh index; implements `feedsrv.search.SearchIndex`."""

    def __init__(self, folder: Path) -> None:
        self._generations = Generations(folder)
        self._opening = Lock()
        self._open: _Generation | None = None
        self._look_again = self._look_at_files = 0.0
        self._failed = ("", 0.0)  # the generation that could not be opened, and when that was tried
        self._ledger = Ledger(self._generations)
        self._verification = Verification(self._generations)
        self._base: Base | None = None  # what this process published last
        self._is_verified = False  # that which is the first to be gone on from

    def snapshot(self) -> GuardedSnapshot:
        """The newest generation that can be opened, for all threads. Raises IndexUnavailable."""
        held = self._open
        generation = held if held and monotonic() < self._look_again else self._newest()
        return generation.snapshot

    def status(self) -> IndexStatus:
        """What the publisher left word of; never raises, whatever state the index is in."""
        folder = self._generations.folder
        try:
            heartbeat = datetime.fromtimestamp((folder / "heartbeat").stat().st_mtime, UTC)
        except (OSError, ValueError, OverflowError):
            heartbeat = None
        word = in_step.read(folder)
        return IndexStatus(
            self._generations.current(),
            self._true_until(),
            heartbeat,
            (folder / _DEGRADED).exists(),
            self._generations.published_at(),
            word.edition if word else None,
            word.until if word else None,
        )

    def _true_until(self) -> datetime | None:
        stored = self._generations.read_beside(TRUE_UNTIL)
        if stored is None:  # lost, so that nobody can tell
            return datetime.min.replace(tzinfo=UTC)
        return datetime.fromisoformat(stored.decode("ascii")) if stored else None

    def heartbeat(self) -> None:
        """Leave word that the publisher lives. Raises PublishingFailed."""
        with self._generations.translating_errors():
            (self._generations.folder / "heartbeat").touch(mode=0o644)

    def set_degraded(self, *, is_degraded: bool) -> None:
        """Leave word whether newsroom.toml can be read. Raises PublishingFailed."""
        mark = self._generations.folder / _DEGRADED
        with self._generations.translating_errors():
            mark.touch(mode=0o644) if is_degraded else mark.unlink(missing_ok=True)

    def languages(self) -> tuple[str, ...]:
        """The languages of newsroom.toml as the publisher last read it; never raises."""
        return self._generations.languages()

    def set_languages(self, languages: tuple[str, ...]) -> None:
        """Leave word of them. Raises PublishingFailed."""
        self._generations.set_languages(languages)

    def set_in_step(self, edition: Edition | None, until: datetime) -> None:
        """Leave word of what this machine publishes, and until when no peer has anything newer; None: nobody asks.

        Raises PublishingFailed.
        """
        with self._generations.translating_errors():
            in_step.write(self._generations.folder, Word(edition, until) if edition else None)

    def purge(self) -> None:
        """Let no byte be left of what was withdrawn, and merge; see `feedsrv.search.SearchIndex.purge`."""
        if tainted(self._generations) or (self._base and self._base.is_untidy):
            with self.update() as update:
                update.purge()

    @contextmanager
    def update(self, *, rebuild: bool = False) -> Iterator[WhooshUpdate]:
        """Make the next generation; see `feedsrv.search.SearchIndex.update`."""
        with self._generations.writing():
            base = self._sound_base()
            self._ledger.read()
            update = WhooshUpdate(self._generations, base, self._ledger, self._opened, is_rebuild=rebuild)
            with self._generations.translating_errors():
                try:
                    yield update
                    self._base = update.publish()
                    self._verification.begin_anew()
                except BaseException as error:
                    update.discard()
                    if base and (why := self._damage_met(base.name, error)):
                        raise PublishingFailed(why) from error
                    raise
                finally:
                    self._look_again = 0.0

    def remembered(self) -> Mapping[str, FileRecord]:
        """What was last remembered of every file, by source. Empty where that was lost."""
        self._ledger.read()
        return self._ledger.records

    def verify(self) -> bool:
        """Look at a part of the newest generation; False, once, where it has to be made anew."""
        is_sound = self._verification.go_on()
        if not is_sound:
            self._ledger.distrust()
        return is_sound

    def _damage_met(self, name: str, error: BaseException) -> str:
        """Why the generation that an update started from is damaged, if that is what it failed of; else ""."""
        is_ours = isinstance(error, OSError | FeedsrvError) and not isinstance(error, IndexUnavailable)
        if isinstance(error, Exception) and not is_ours:
            self._verification.suspect(name, error)
        return self._verification.damage(name)

    def _newest(self) -> _Generation:
        looked = monotonic()
        name = self._generations.current()
        held = self._open
        if held and looked >= self._look_at_files:
            self._look_at_files = looked + LOOK_AFTER
            held.look(self._verification)
        if held and (name is None or self._is_sound(held, name) or self._has_just_failed(name)):
            self._look_again = looked + LAG
            return held
        if not self._opening.acquire(blocking=held is None):
            assert held  # noqa: S101 - else it was waited for
            return held  # another thread opens the next
        try:
            return self._opened_newest()
        finally:
            self._opening.release()

    def _opened_newest(self) -> _Generation:
        name = self._generations.current()
        if self._open and self._is_sound(self._open, name):
            return self._open
        try:
            base = self._opened(name)
            self._open = _Generation(base, self._snapshot_of(base))
        except IndexUnavailable as error:
            if self._open is None:
                raise
            if self._failed[0] != name:
                _log.error("%s; %s goes on serving", error, self._open.name)
            self._failed = (name or "", monotonic())
        return self._open

    def _is_sound(self, held: _Generation, name: str | None) -> bool:
        return held.name == name and not self._verification.heed(held.name)

    def _has_just_failed(self, name: str) -> bool:
        failed, moment = self._failed
        return failed == name and monotonic() - moment < RETRY_AFTER

    def _opened(self, name: str | None) -> Base:
        if name is None:
            raise IndexUnavailable(f"nothing is published in {self._generations.folder} yet: run feedsrv index")
        self._verification.insist(name)
        manifest = self._generations.manifest(name)
        if manifest.engine != engine_version():
            raise IndexUnavailable(
                f"{name} was made with {manifest.engine}, this is {engine_version()}: run feedsrv index"
            )
        path = self._generations.path(name)
        try:
            names = msgspec.json.decode(read(path, TOPICS), type=TopicNames)
            assets = msgspec.json.decode(read(path, ASSETS), type=dict[str, Asset])
            stated = newsroom_toml.parse(read(path, FILE_NAME).decode("utf8"))
            newsroom = replace(stated, names=names, assets=assets)
            before = self._open.base if self._open else self._base
            storage = MappedStorage.of(path / SEGMENTS, manifest.segments, before.storage if before else None)
            columns = Arrays(storage.mapped(TABLE))
            table = Table(columns, columns.facts["values"], columns.facts["size"])
            segments = Segments.of(storage, TOC.read(storage, INDEX).segments, before.segments if before else None)
        except IndexUnavailable:
            raise
        except (OSError, NewsroomInvalid) as error:
            raise IndexUnavailable(f"{path} cannot be opened: {error}") from error
        except Exception as error:  # a damaged index makes Whoosh and pickle raise what they like
            raise IndexUnavailable(f"{path} is damaged ({type(error).__name__}: {error}): run feedsrv index") from error
        return Base(name, newsroom, storage, table, segments)

    def _snapshot_of(self, base: Base) -> GuardedSnapshot:
        attachments = self._generations.folder / ATTACHMENTS
        snapshot = WhooshSnapshot(base.name, base.newsroom, PostingsCache(base.table), base.segments, attachments)
        return GuardedSnapshot(base.name, base.newsroom, self._verification, lambda: snapshot)

    def _sound_base(self) -> Base | None:
        """The generation to start from; None, with a word in the log, if there is none that can be trusted."""
        name = self._generations.current()
        if name is None:
            return None
        try:
            if self._base and self._base.name == name and not self._verification.heed(name):
                self._base.storage.look()
                return self._base
            base = self._opened(name)
            if not self._is_verified:
                self._generations.verify(name)
        except IndexUnavailable as error:
            _log.warning("%s; the index is made anew from the files", error)
            return None
        finally:
            self._is_verified = True
        return base
