"""The next generation in the cluster in the making."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import msgspec

from feedsrv.errors import PublishingFailed
from feedsrv.file_record import FileRecord
from feedsrv.newsroom import FILE_NAME, NO_NAMES, Newsroom, TopicNames
from feedsrv.release import Release, Withdrawal, from_json
from feedsrv.search import NO_FILES, Content
from feedsrv.search.attachments import Attachments
from feedsrv.search.ledger import Ledger
from feedsrv.search.manifest import DIGITS
from feedsrv.search.opensearch.cluster import Conflict, Json
from feedsrv.search.opensearch.mapping import OPEN, check_of, digest_of, engine_version, made_of, name_of
from feedsrv.search.opensearch.releases import PAGE, Releases
from feedsrv.search.opensearch.state import Current, Published, State, valid_in

LARGEST = 10_000_000
"""Bytes that are written at once, if no document has more: a node refuses ten times as many, or what its heap lacks."""


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a document: what it is called, its digest, and what has to hold for it to be changed."""

    name: str
    digest: str
    seq_no: int
    term: int

    @classmethod
    def of(cls, hit: Json) -> Known:
        """What was found."""
        return cls(hit["_id"], hit["_source"]["digest"], hit["_seq_no"], hit["_primary_term"])

    def changed(self, **fields: int) -> tuple[Json, Json]:
        """To change these fields of it, if nobody has touched it in between; what that says in bulk."""
        condition = {"_id": self.name, "if_seq_no": self.seq_no, "if_primary_term": self.term}
        return {"update": condition}, {"doc": fields}


class OpenSearchUpdate:
    """The changes to one generation; implements `feedsrv.search.Update`. ``current`` is what says that we write.

    ``base`` are the documents that it starts from, by source, and ``left`` those, by digest, that others have sent and
    never published: what is to be the same as one of these is not sent again.
    """

    def __init__(
        self, releases: Releases, current: Current, newsroom: Newsroom | None, base: Mapping[str, Known],
        left: dict[str, Known], ledger: Ledger, files: Path, *, is_rebuild: bool,
    ) -> None:  # fmt: skip
        self._releases = releases
        self._current = current
        self._number = current.fence
        self._old = base
        self._left = left
        self._is_rebuild = is_rebuild
        self.newsroom = newsroom
        public = frozenset(source for source, record in ledger.records.items() if record.is_known_to_the_public)
        self.sources: Set[str] = frozenset(base) if newsroom else public
        self.published_before = len(self.sources)
        self._ledger = ledger
        name = current.published.name if current.published and newsroom else None
        self._known = ledger.records if not is_rebuild and ledger.generation == name else {}
        self._newsroom = newsroom or Newsroom()
        self._files = Attachments(files, is_distrusted=not self._known)
        self._lines: list[msgspec.Raw] = []
        self._waiting = 0  # bytes in them
        self._new: dict[str, tuple[str, str]] = {}  # name and digest of what was put, by source
        self._gone: set[str] = set()
        self.has_written = False
        self.withdrawn: set[str] = set()  # the sources of what is not to be seen by anybody any more
        self._conclusion: tuple[Mapping[str, FileRecord | None], datetime | None] | None = None

    def known(self) -> Mapping[str, FileRecord]:
        """What is remembered of every file, by source."""
        return self._known

    def remembered(self) -> Mapping[str, FileRecord]:
        """What was last remembered of every file, whichever generation that was."""
        return self._ledger.records

    def published(self, sources: Set[str] | None = None) -> Iterator[Release | Withdrawal]:
        """What these sources, or all, have in the generation it starts from."""
        if self._is_rebuild or not self._current.published:
            return
        valid = valid_in(self._current.published.number, self._current.abandoned)
        for hit in self._all(valid, sources, ["source", "record"]):
            if hit["source"] not in self._gone:
                yield from_json(hit["record"].encode("utf8"))

    def set_newsroom(self, newsroom: Newsroom, files: Mapping[str, Content] = NO_FILES) -> None:
        """Let the next generation have these editorial settings and assets."""
        self._newsroom = newsroom
        self._files.take(FILE_NAME, self.assets, files)

    @property
    def assets(self) -> Set[str]:
        """The digests of the newsroom's assets."""
        return {asset.digest for asset in self._newsroom.assets.values()}

    def put(self, record: Release | Withdrawal, files: Mapping[str, Content]) -> bool:
        """Let it be in the next generation, in place of what its source had; whether that is different."""
        known = self._old.get(record.source)
        digest = digest_of(record, self._newsroom)
        is_same = bool(known and known.digest == digest and not self._is_rebuild)
        if is_same and self._known:
            return False
        self._files.take(record.source, record.digests if isinstance(record, Release) else frozenset(), files)
        if is_same:
            return False
        if isinstance(record, Withdrawal):
            self.withdrawn.add(record.source)
        self._close(record.source)
        self._new[record.source] = self._have(record, digest), digest
        return True

    def _have(self, record: Release | Withdrawal, digest: str) -> str:
        """Have its document there, valid from the next generation on; what it is called."""
        if left := self._left.pop(digest, None):
            self._write(*left.changed(**{"from": self._number, "to": OPEN}))
            return left.name
        name, document = name_of(record.source, self._number), made_of(record, self._newsroom, self._number)
        self._write({"create": {"_id": name}}, document)
        return name

    def remove(self, source: str) -> None:
        """Let what this source has not be in the next generation."""
        self.withdrawn.add(source)
        self._close(source)
        if source in self._new:
            name, _ = self._new.pop(source)
            self._write({"update": {"_id": name}}, {"doc": {"to": self._number}})

    def staged(self, sources: Set[str] | None = None) -> Iterator[tuple[str, bool]]:
        """What the next generation holds by now, read back from it: each source, and whether it is a notice only."""
        self._settle()
        valid = valid_in(self._number, self._current.abandoned)
        for hit in self._all(valid, sources, ["source", "is_notice"]):
            yield hit["source"], hit["is_notice"]

    def finish(
        self, changes: Mapping[str, FileRecord | None], true_until: datetime | None, names: TopicNames = NO_NAMES
    ) -> None:
        """State the rest of what makes the next generation."""
        self._conclusion = changes, true_until
        self._newsroom = replace(self._newsroom, names=names)

    def publish(self, state: State) -> Current | None:
        """Make the next generation current, if it is different, and write the ledger; None if it was not finished."""
        if self._conclusion is None:
            return None
        changes, true_until = self._conclusion
        published = self._current.published
        is_same = self.newsroom and self.newsroom.is_published_as(self._newsroom)
        if self._new or self._gone or self._is_rebuild or published is None or not is_same:
            published = self._next()
        now = state.publish(self._number, published, true_until)
        self._ledger.write(published.name, changes, is_all=self._known is not self._ledger.records)
        return now

    def kept(self) -> Mapping[str, Known]:
        """What it starts from and has not touched."""
        return {source: known for source, known in self._old.items() if source not in self._gone}

    def _next(self) -> Published:
        """The next generation, once it is sure that the cluster holds it."""
        for source in self._old if self._is_rebuild else ():
            self._close(source)
        self._settle()
        kept = [known.digest for source, known in self._old.items() if source not in self._gone]
        digests = [*kept, *(digest for _, digest in self._new.values())]
        count, check = len(digests), sum(map(check_of, digests))
        valid = valid_in(self._number, self._current.abandoned)
        body = {"size": 0, "track_total_hits": True, "query": valid, "aggs": {"sum": {"sum": {"field": "check"}}}}
        answer = self._releases.search(body)
        found = answer["hits"]["total"]["value"], int(answer["aggregations"]["sum"]["value"])
        if found != (count, check):
            raise PublishingFailed(
                f"the cluster at {self._releases.cluster.address} holds {found[0]} of {count} releases"
            )
        names, assets = map(msgspec.to_builtins, (self._newsroom.names, self._newsroom.assets))
        stated = msgspec.json.encode([names, assets], order="sorted").decode()
        told = "\n".join(sorted(digests)) + self._newsroom.text + stated
        digest = sha256(told.encode("utf8")).hexdigest()[:DIGITS]
        return Published(
            self._number, f"gen-{self._number}-{digest}", self._releases.name, engine_version(), count, check,
            datetime.now(UTC), self._newsroom.text, names, assets,
        )  # fmt: skip

    def _close(self, source: str) -> None:
        """Let what a source has end before the next generation, if nobody has touched it in between."""
        if source in self._gone or not (known := self._old.get(source)):
            return
        self._write(*known.changed(to=self._number))
        self._gone.add(source)

    def _write(self, *told: Json) -> None:
        lines = [msgspec.json.encode(line) for line in told]
        size = sum(map(len, lines))
        if self._waiting + size > LARGEST:
            self._flush()
        self._lines += map(msgspec.Raw, lines)
        self._waiting += size
        if len(self._lines) >= PAGE:
            self._flush()

    def _flush(self) -> None:
        if not self._lines:
            return
        self.has_written = True
        lines, self._lines, self._waiting = self._lines, [], 0
        if changed := self._releases.write(lines):
            spans = self._releases.spans(changed)  # ours, if a try that was never answered has changed them
            if not all(self._number in span for span in spans):
                raise Conflict(f"somebody else writes to the cluster at {self._releases.cluster.address}")

    def _settle(self) -> None:
        """Let all that was put and closed be found."""
        self._flush()
        if self.has_written:
            self._releases.refresh()

    def _all(self, valid: Json, sources: Set[str] | None, fields: list[str]) -> Iterator[Json]:
        """These fields of what these sources have, or all."""
        wanted = sorted(sources) if sources is not None else None
        parts = [None] if wanted is None else [wanted[at : at + PAGE] for at in range(0, len(wanted), PAGE)]
        for part in parts:
            within = [valid] if part is None else [valid, {"terms": {"source": part}}]
            yield from (hit["_source"] for hit in self._releases.all({"bool": {"filter": within}}, fields))
