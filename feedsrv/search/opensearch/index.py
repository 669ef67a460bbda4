"""The search index, kept by a cluster: snapshots for those who read, updates for the one who writes."""

from __future__ import annotations

import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock
from time import monotonic

import msgspec

from feedsrv import newsroom_toml
from feedsrv.appearance import Asset
from feedsrv.errors import FeedsrvError, IndexAway, IndexUnavailable, PublishingFailed
from feedsrv.file_record import FileRecord
from feedsrv.newsroom import Newsroom, TopicNames
from feedsrv.search import LAG, Edition, IndexStatus
from feedsrv.search.attachments import Whole
from feedsrv.search.generations import Generations
from feedsrv.search.ledger import Ledger
from feedsrv.search.manifest import ATTACHMENTS
from feedsrv.search.opensearch.breaker import OPEN_FOR
from feedsrv.search.opensearch.clauses import every
from feedsrv.search.opensearch.cluster import LONGEST, Access, Cluster, Conflict, Json
from feedsrv.search.opensearch.mapping import engine_version, make
from feedsrv.search.opensearch.releases import Releases
from feedsrv.search.opensearch.snapshot import OpenSearchSnapshot
from feedsrv.search.opensearch.state import MOST_ABANDONED, Current, Published, State, valid_in
from feedsrv.search.opensearch.sweeping import prune, reopen, sweep
from feedsrv.search.opensearch.update import Known, OpenSearchUpdate
from feedsrv.search.opensearch.verification import Verification
from feedsrv.search.opensearch.view import View

LOOK = 1.0
"""Seconds that one request may wait to see whether there is a newer generation; the others go on meanwhile."""


class OpenSearchIndex:
    """The indices of one newsroom in a cluster, with a folder beside it; implements `feedsrv.search.SearchIndex`.

    The names of the indices begin with ``prefix``. ``files`` is where the files of releases lie, if not in the folder.
    """

    def __init__(self, access: Access, prefix: str, folder: Path, files: Path | None = None) -> None:
        self._cluster = Cluster(access)
        self._prefix = prefix
        self._state = State(self._cluster, f"{prefix}-state")
        self._beside = Generations(folder)
        self._files = files or folder / ATTACHMENTS
        self._holder = f"{socket.gethostname()}:{folder.absolute()}"
        self._ledger = Ledger(self._beside)
        self._whole = Whole()
        self._verification = Verification(self._ledger, self._files)
        self._opening = Lock()
        self._open: OpenSearchSnapshot | None = None
        self._number = 0
        self._look_again = 0.0
        self._is_littered = True  # as far as this process knows, files lie there that nothing names
        self._base: tuple[int, Mapping[str, Known]] | None = None
        """The number under which this has published last, with what it started from and left as it was."""
        self._told: str | None = None  # the generation of whose damage `verify` has told

    def snapshot(self) -> OpenSearchSnapshot:
        """The newest generation, for all threads; never an older one than before, and that while nobody answers.

        Raises IndexUnavailable.
        """
        held = self._open
        if held and monotonic() < self._look_again:
            return held
        if not self._opening.acquire(timeout=LAG if held else -1):
            assert held  # noqa: S101 - else it was waited for
            return held  # another thread looks for the next
        try:
            if self._open is None or monotonic() >= self._look_again:
                self._open = self._looked(monotonic())
            return self._open
        finally:
            self._opening.release()

    def _looked(self, now: float) -> OpenSearchSnapshot:
        try:
            current = self._state.read(within=LOOK if self._open else LONGEST)
        except IndexAway:
            if self._open is None:
                raise
            self._look_again = monotonic() + OPEN_FOR
            return self._open
        newest = self._newest(current)
        self._look_again = now + LAG
        return newest

    def _newest(self, current: Current) -> OpenSearchSnapshot:
        published = current.published
        if published is None:
            if self._open:
                return self._open
            raise IndexUnavailable(f"nothing is published in {self._cluster.address} yet: run feedsrv index")
        if self._open and published.number <= self._number:
            self._open.view.damaged = current.damaged
            return self._open
        if published.engine != engine_version():
            if self._open:
                return self._open
            raise IndexUnavailable(f"{published.name} is of another version of feedsrv: run feedsrv index")
        self._number = published.number
        valid = valid_in(published.number, current.abandoned)
        view = View(Releases(self._cluster, published.index), _newsroom(published), valid, current.damaged)
        return OpenSearchSnapshot(published.name, view, self._files, self._whole)

    def status(self) -> IndexStatus:
        """What the publisher left word of; never raises, whatever state the index is in."""
        try:
            current, word = self._state.read(), self._state.word()
        except (FeedsrvError, msgspec.ValidationError):
            return IndexStatus(None, datetime.min.replace(tzinfo=UTC), None, is_degraded=False)
        published, told = current.published, word.get("heartbeat")
        return IndexStatus(
            published.name if published else None,
            current.true_until,
            datetime.fromisoformat(told) if told else None,
            bool(word.get("is_degraded")),
            published.at if published else None,
        )

    def heartbeat(self) -> None:
        """Leave word that the publisher lives. Raises PublishingFailed."""
        self._leave_word(heartbeat=datetime.now(UTC).isoformat())

    def languages(self) -> tuple[str, ...]:
        """The languages of newsroom.toml as a publisher on this machine last read it; never raises.

        They lie in the folder, for they are asked for while the cluster is away.
        """
        return self._beside.languages()

    def set_languages(self, languages: tuple[str, ...]) -> None:
        """Leave word of them. Raises PublishingFailed."""
        self._beside.set_languages(languages)

    def set_in_step(self, edition: Edition | None, until: datetime) -> None:
        """Machines that share an index are always in step: there is nothing to leave word of."""

    def set_degraded(self, *, is_degraded: bool) -> None:
        """Leave word whether newsroom.toml can be read. Raises PublishingFailed."""
        self._leave_word(is_degraded=is_degraded)

    def _leave_word(self, **word: object) -> None:
        with self._translating_errors():
            make(self._cluster, self._prefix)  # else the cluster makes one of another form for what is written
            self._state.leave_word(**word)

    def remembered(self) -> Mapping[str, FileRecord]:
        """What was last remembered of every file, by source. Empty where that was lost."""
        self._ledger.read()
        return self._ledger.records

    def verify(self) -> bool:
        """Compare the next part of the newest generation with what was published; False, once, where it is not."""
        with suppress(IndexUnavailable):
            current = self._state.read()
            published = current.published
            if published is None:  # as where somebody has deleted the indices
                is_told, self._told = self._told == "", ""
                return is_told or not self.remembered()
            if published.name == self._told or published.engine != engine_version():
                return True
            releases = Releases(self._cluster, published.index)
            why = self._verification.damage(releases, current, published, _newsroom(published))
            if why is None:
                return True
            self._told = published.name
            self._ledger.distrust()
            if why:
                self._state.change(
                    lambda now: msgspec.structs.replace(now, damaged=why) if now.published == published else now
                )
            return False
        return True

    def purge(self) -> None:
        """Nothing is left to do: what is withdrawn is swept as soon as that is published."""

    @contextmanager
    def update(self, *, rebuild: bool = False) -> Iterator[OpenSearchUpdate]:
        """Make the next generation; see `feedsrv.search.SearchIndex.update`."""
        with self._beside.writing(), self._translating_errors():
            releases = make(self._cluster, self._prefix)
            current = self._state.take(self._holder, engine_version())
            with self._state.renewing(current.fence):
                yield from self._updated(releases, current, is_rebuild=rebuild)

    def _updated(self, releases: Releases, current: Current, *, is_rebuild: bool) -> Iterator[OpenSearchUpdate]:
        """The update of one who writes, and what is made of it."""
        update = published = None
        try:
            update = self._begun(releases, current, is_rebuild=is_rebuild)
            yield update
            with self._beside.translating_errors():
                published = update.publish(self._state)
        finally:
            if not published:
                self._is_littered = True
                with suppress(FeedsrvError, Conflict):  # then it is known by who writes next
                    self._state.leave(current.fence, has_written=bool(update and update.has_written))
        self._told = None
        self._base = (current.fence, update.kept()) if update and published else None
        if published:
            with self._opening:
                self._open = self._newest(published)
            with suppress(FeedsrvError, Conflict, OSError):  # what stays is swept after the next publication
                self._swept(releases, current, update)

    def _swept(self, releases: Releases, before: Current, update: OpenSearchUpdate) -> None:
        """Take away what the publication of an update has made obsolete, and what those before have left behind."""
        former = {asset.digest for asset in _newsroom(before.published).assets.values()} if before.published else set()
        if update.has_written or before.resumable:
            sweep(releases, before, update.withdrawn, self._files, former | update.assets)
            old = before.abandoned[:-MOST_ABANDONED]
            if old and reopen(releases, old):
                self._base = None  # some of it has been touched
                self._state.forget(old)
        if self._is_littered or former - update.assets:
            self._is_littered = prune(releases, self._files, update.assets, former)

    def _begun(self, releases: Releases, current: Current, *, is_rebuild: bool) -> OpenSearchUpdate:
        published = current.published
        is_sound = bool(published and published.engine == engine_version() and not current.damaged)
        self._ledger.read()
        releases.refresh()  # what a writer before has closed and not refreshed is to be seen as it is
        return OpenSearchUpdate(
            releases,
            current,
            _newsroom(published) if published and is_sound else None,
            self._known_of(releases, current, is_sound=is_sound),
            dict(_left_in(releases, current)) if not (is_rebuild or current.damaged) else {},
            self._ledger,
            self._files,
            is_rebuild=is_rebuild or not is_sound,
        )

    def _known_of(self, releases: Releases, current: Current, *, is_sound: bool) -> dict[str, Known]:
        """What is known of the documents of the newest generation, by source.

        Where this is who published last, only what that has made is asked for; else, and where that is lost, whatever
        is there.
        """
        valid = valid_in(current.published.number if current.published else current.fence, current.abandoned)
        if is_sound and self._base and self._base[0] + 1 == current.fence:
            number, kept = self._base
            return {**kept, **dict(_known_in(releases, every([valid, {"term": {"from": number}}])))}
        return dict(_known_in(releases, valid))

    @contextmanager
    def _translating_errors(self) -> Iterator[None]:
        try:
            yield
        except (IndexUnavailable, Conflict) as error:
            raise PublishingFailed(f"{error}; what is public stays whole") from error


def _known_in(releases: Releases, query: Json) -> Iterator[tuple[str, Known]]:
    """What is known of the documents that a query matches, by source."""
    for hit in releases.all(query, ["source", "digest"], seq_no_primary_term=True):
        yield hit["_source"]["source"], Known.of(hit)


def _left_in(releases: Releases, current: Current) -> Iterator[tuple[str, Known]]:
    """What is known of the documents of those who have published nothing, by digest."""
    if current.resumable:
        begun = {"terms": {"from": list(current.resumable)}}
        for hit in releases.all(begun, ["digest"], seq_no_primary_term=True):
            yield hit["_source"]["digest"], Known.of(hit)


def _newsroom(published: Published) -> Newsroom:
    names = msgspec.convert(published.names, TopicNames)
    assets = msgspec.convert(published.assets, dict[str, Asset])
    return replace(newsroom_toml.parse(published.toml), names=names, assets=assets)
