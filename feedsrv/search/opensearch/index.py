"""The search index, kept by a cluster: snapshots for those who read, updates for the one who writes."""

from __future__ import annotations

import os
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
from feedsrv.errors import FeedsrvError, IndexUnavailable, PublishingFailed
from feedsrv.file_record import FileRecord
from feedsrv.newsroom import Newsroom, TopicNames
from feedsrv.release import from_json
from feedsrv.search import LAG, IndexStatus
from feedsrv.search.generations import Generations
from feedsrv.search.ledger import NAME, Ledger
from feedsrv.search.manifest import ATTACHMENTS
from feedsrv.search.opensearch.cluster import PAGE, Cluster, Conflict, Json
from feedsrv.search.opensearch.mapping import check_of, digest_of, engine_version, make
from feedsrv.search.opensearch.snapshot import OpenSearchSnapshot, valid_in
from feedsrv.search.opensearch.state import Current, Published, State
from feedsrv.search.opensearch.update import Known, OpenSearchUpdate

ROUND = 60.0
"""Seconds after which everything is compared again with what was published; at once, if somebody has written."""


class OpenSearchIndex:
    """The indices of one newsroom in a cluster, with a folder beside it; implements `feedsrv.search.SearchIndex`."""

    def __init__(self, address: str, prefix: str, folder: Path) -> None:
        self._cluster = Cluster(address, prefix)
        self._state = State(self._cluster)
        self._beside = Generations(folder)
        self._files = folder / ATTACHMENTS
        self._ledger = Ledger(self._beside)
        self._opening = Lock()
        self._open: OpenSearchSnapshot | None = None
        self._number = 0
        self._look_again = 0.0
        self._told: str | None = None  # the generation of whose damage `verify` has told
        self._stamp: tuple[object, ...] = ()
        self._looked = 0.0

    def snapshot(self) -> OpenSearchSnapshot:
        """The newest generation, for all threads; never an older one than before. Raises IndexUnavailable."""
        held = self._open
        if held and monotonic() < self._look_again:
            return held
        with self._opening:
            if self._open is None or monotonic() >= self._look_again:
                looked = monotonic()
                self._open = self._newest(self._state.read())
                self._look_again = looked + LAG
            return self._open

    def _newest(self, current: Current) -> OpenSearchSnapshot:
        published = current.published
        if published is None:
            raise IndexUnavailable(f"nothing is published in {self._cluster.address} yet: run feedsrv index")
        if self._open and published.number <= self._number:
            self._open.damaged = current.damaged
            return self._open
        newsroom = _newsroom(published)
        valid = valid_in(published.number, current.abandoned)
        snapshot = OpenSearchSnapshot(self._cluster, published.name, newsroom, valid, self._files, current.damaged)
        self._number = published.number
        return snapshot

    def status(self) -> IndexStatus:
        """What the publisher left word of; never raises, whatever state the index is in."""
        try:
            current, word = self._state.read(), self._word()
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

    def set_degraded(self, *, is_degraded: bool) -> None:
        """Leave word whether newsroom.toml can be read. Raises PublishingFailed."""
        self._leave_word(is_degraded=is_degraded)

    def remembered(self) -> Mapping[str, FileRecord]:
        """What was last remembered of every file, by source. Empty where that was lost."""
        self._ledger.read()
        return self._ledger.records

    def verify(self) -> bool:
        """Compare the newest generation with what was published, once a round; False, once, where it is not."""
        with suppress(IndexUnavailable):
            current = self._state.read()
            published = current.published
            if published is None or published.name == self._told:
                return True
            stamp = (published.name, *self._cluster.writes(), self._ledger_stamp())
            if stamp == self._stamp and monotonic() < self._looked + ROUND:
                return True
            self._stamp, self._looked = stamp, monotonic()
            if why := self._damage(current, published):
                self._told = published.name
                self._state.change(
                    lambda now: msgspec.structs.replace(now, damaged=why) if now.published == published else now
                )
                self._ledger.distrust()
                return False
            if not self._is_ledger_sound():
                self._told = published.name
                self._ledger.distrust()
                return False
        return True

    @contextmanager
    def update(self, *, rebuild: bool = False) -> Iterator[OpenSearchUpdate]:
        """Make the next generation; see `feedsrv.search.SearchIndex.update`."""
        with self._beside.writing(), self._translating_errors():
            make(self._cluster)
            current = self._state.take(f"{socket.gethostname()}:{os.getpid()}:{id(self)}")
            update = None
            try:
                is_sound = current.published is not None and not current.damaged
                is_sound = is_sound and current.published.engine == engine_version()  # type: ignore[union-attr]
                base = dict(self._known_in(current)) if current.published else {}
                self._ledger.read()
                newsroom = _newsroom(current.published) if current.published and is_sound else None
                update = OpenSearchUpdate(
                    self._cluster, current, newsroom, base, self._ledger, self._files,
                    lambda: self._state.renew(current.fence), is_rebuild=rebuild or not is_sound,
                )  # fmt: skip
                yield update
                with self._beside.translating_errors():
                    is_published = update.publish(self._state)
            except BaseException:
                with suppress(FeedsrvError):
                    self._state.leave(current.fence, has_written=bool(update and update.has_written))
                raise
            if not is_published:
                self._state.leave(current.fence, has_written=update.has_written)
            self._told, self._look_again = None, 0.0
            with suppress(IndexUnavailable, Conflict):  # what stays is swept after the next publication
                if update.has_written:
                    self._sweep(current, is_withdrawing=update.is_withdrawing)

    def _sweep(self, before: Current, *, is_withdrawing: bool) -> None:
        """Delete what no reader can see any more; of what was withdrawn no byte is to stay."""
        kept = before.published.number if before.published and not is_withdrawing else before.fence
        ended = {"bool": {"filter": [{"range": {"to": {"lte": kept}}}],
                          "must_not": [{"terms": {"to": list(before.abandoned)}}]}}  # fmt: skip
        never = {"terms": {"from": list(before.abandoned)}}
        query = {"bool": {"should": [ended, never], "minimum_should_match": 1}}
        names = [hit["_id"] for hit in self._cluster.all(query, ["source"])]
        for at in range(0, len(names), PAGE):
            self._cluster.write([{"delete": {"_id": name}} for name in names[at : at + PAGE]])
        if names and is_withdrawing:
            self._cluster.refresh()
            self._cluster.ask("POST", f"/{self._cluster.releases}/_forcemerge", only_expunge_deletes="true")

    @contextmanager
    def _translating_errors(self) -> Iterator[None]:
        try:
            yield
        except (IndexUnavailable, Conflict) as error:
            raise PublishingFailed(f"{error}; what is public stays whole") from error

    def _known_in(self, current: Current) -> Iterator[tuple[str, Known]]:
        """What is known of the documents of the newest generation, by source."""
        valid = valid_in(current.published.number if current.published else 0, current.abandoned)
        for hit in self._cluster.all(valid, ["source", "digest"], seq_no_primary_term=True):
            source = hit["_source"]
            yield source["source"], Known(hit["_id"], source["digest"], hit["_seq_no"], hit["_primary_term"])

    def _damage(self, current: Current, published: Published) -> str:
        """Why what is published, or what lies beside it, is not what it was; "" if it is."""
        count = check = 0
        newsroom = _newsroom(published)
        for hit in self._cluster.all(valid_in(published.number, current.abandoned), ["source", "digest", "record"]):
            stored = hit["_source"]
            if digest_of(from_json(stored["record"].encode("utf8")), newsroom) != stored["digest"]:
                return f"{published.name} is not what was published: {stored['source']}"
            count, check = count + 1, check + check_of(stored["digest"])
        return "" if (count, check) == (published.count, published.check) else f"of {published.name} something is gone"

    def _ledger_stamp(self) -> int:
        with suppress(OSError):
            return (self._beside.folder / NAME).lstat().st_mtime_ns
        return 0

    def _is_ledger_sound(self) -> bool:
        with suppress(IndexUnavailable):
            for _ in self._ledger.compared():
                pass
            return True
        return False

    def _word(self) -> Json:
        found = self._cluster.ask("GET", f"/{self._cluster.state}/_doc/publisher")
        return found["_source"] if found and found["found"] else {}

    def _leave_word(self, **word: object) -> None:
        with self._translating_errors():
            self._cluster.ask("POST", f"/{self._cluster.state}/_update/publisher", {"doc": word, "doc_as_upsert": True})


def _newsroom(published: Published) -> Newsroom:
    names = msgspec.convert(published.names, TopicNames)
    return replace(newsroom_toml.parse(published.toml), names=names)
