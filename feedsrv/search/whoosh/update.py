"""The next generation of the Whoosh index in the making."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Set
from contextlib import closing
from datetime import datetime
from hashlib import sha256
from pathlib import Path

from whoosh.codec.base import Segment
from whoosh.index import FileIndex
from whoosh.reading import SegmentReader
from whoosh.writing import SegmentWriter

from feedsrv.file_record import FileRecord
from feedsrv.newsroom import FILE_NAME, Newsroom
from feedsrv.reading import Status
from feedsrv.release import Release, Withdrawal, to_json
from feedsrv.search.attachments import Files
from feedsrv.search.generations import KEPT, TRUE_UNTIL, Generations
from feedsrv.search.ledger import Ledger
from feedsrv.search.manifest import SEGMENTS
from feedsrv.search.whoosh.documents import Documents, digest_of, document, engine_version, schema
from feedsrv.search.whoosh.storage import BuildingStorage

MEMORY = 64
"""MB of postings that are gathered before they are written to the disk."""


_COUNT = "published"


class WhooshUpdate:
    """The changes to one generation; implements `feedsrv.search.Update`.

    Nothing is written before the first real change: a run that finds everything as it was costs no generation.
    """

    def __init__(
        self,
        generations: Generations,
        base: str | None,
        documents: Documents | None,
        newsroom: Newsroom | None,
        ledger: Ledger,
        *,
        is_rebuild: bool,
    ) -> None:
        self._generations = generations
        self._base = None if is_rebuild else base
        self._documents = documents
        self._numbers: dict[str, int] = {}
        self._digests: dict[str, str] = {}
        self._staged = list(documents.facts()) if documents else []
        for number, facts in self._staged:
            self._numbers[facts.source] = number
            self._digests[facts.source] = facts.digest
        remembered = {source for source, record in ledger.records.items() if record.is_known_to_the_public}
        self.sources: Set[str] = frozenset(self._digests if documents else remembered)
        self._count = _count_beside(generations)
        self.published_before = len(self.sources) if documents or remembered else self._count
        if is_rebuild:
            self._digests, self._numbers, self._staged = {}, {}, []
        self.newsroom = newsroom
        self._ledger = ledger
        self._known = {} if is_rebuild or ledger.generation != base else ledger.records
        self._newsroom = newsroom or Newsroom()
        self._files = Files(generations.path(self._base) if self._base else None)
        self._building: Path | None = None
        self._storage: BuildingStorage | None = None
        self._writer: SegmentWriter | None = None
        self._is_changed = self._is_purging = False
        self._conclusion: tuple[Mapping[str, FileRecord | None], datetime | None] | None = None

    def known(self) -> Mapping[str, FileRecord]:
        """What is remembered of every file, by source."""
        return self._known

    def remembered(self) -> Mapping[str, FileRecord]:
        """What was last remembered of every file, whichever generation that was."""
        return self._ledger.records

    def published(self, sources: Set[str] | None = None) -> Iterator[Release | Withdrawal]:
        """What these sources, or all, have in the generation it starts from."""
        if self._documents:
            wanted = self._numbers.keys() if sources is None else self._numbers.keys() & sources
            for number in [self._numbers[source] for source in wanted]:
                yield self._documents.record(number)

    def set_newsroom(self, newsroom: Newsroom) -> None:
        """Let the next generation have these editorial settings."""
        self._newsroom = newsroom

    def put(self, record: Release | Withdrawal, files: Mapping[str, Path]) -> bool:
        """Let it be in the next generation, in place of what its source had; whether that is different."""
        stored = to_json(record)
        digest = digest_of(record, stored, self._newsroom)
        if self._digests.get(record.source) == digest:
            return False
        self._files.take(self._opened_building(), record, files)
        self._delete(record.source)
        self._is_purging |= isinstance(record, Withdrawal)
        self._digests[record.source] = digest
        self._opened_writer().add_document(**document(record, stored, self._newsroom))
        return True

    def remove(self, source: str) -> None:
        """Let what this source has not be in the next generation."""
        self._delete(source)
        self._digests.pop(source, None)
        self._files.drop(source)
        self._is_purging = True

    def staged(self, sources: Set[str] | None = None) -> Iterable[tuple[str, bool]]:
        """What the next generation holds by now, read back from it: each source, and whether it is a notice only."""
        if self._writer:
            self._commit()
            written = Documents(FileIndex(self._opened_storage().mapped()).reader())
            self._staged = list(written.facts())
            self._numbers = {facts.source: number for number, facts in self._staged}
        wanted = (facts for _, facts in self._staged if sources is None or facts.source in sources)
        return [(facts.source, facts.is_withdrawn) for facts in wanted]

    def finish(self, changes: Mapping[str, FileRecord | None], true_until: datetime | None) -> None:
        """State the rest of what makes the next generation."""
        self._conclusion = changes, true_until

    def publish(self) -> None:
        """Make the next generation current, if it is different, and write the ledger beside it."""
        if self._conclusion is None:
            self.discard()
            return
        changes, true_until = self._conclusion
        name = self._base
        if self._is_changed or name is None or self.newsroom is None or self._newsroom.text != self.newsroom.text:
            name = self._publish_generation({**self._known, **changes})
        else:
            self.discard()
        self._ledger.write(name, changes, is_all=self._known is not self._ledger.records)
        self._generations.write_beside(TRUE_UNTIL, true_until.isoformat() if true_until else "")
        if len(self._digests) != self._count:
            self._generations.write_beside(_COUNT, str(len(self._digests)))

    def discard(self) -> None:
        """Leave everything as it was."""
        if self._writer and not self._writer.is_closed:
            self._writer.cancel()
        if self._building:
            self._generations.discard(self._building)

    def _publish_generation(self, records: Mapping[str, FileRecord | None]) -> str:
        if not self._is_changed:
            self._opened_writer()
        self._commit()
        building = self._opened_building()
        self._files.finish(building)
        (building / SEGMENTS / "MAIN_WRITELOCK").unlink(missing_ok=True)
        newsroom_toml = self._newsroom.text.encode("utf8")
        (building / FILE_NAME).write_bytes(newsroom_toml)
        content = sha256(newsroom_toml)
        for digest in sorted(self._digests.values()):
            content.update(digest.encode("ascii"))
        notices = {Status.WITHDRAWN, Status.LONG_WITHDRAWN}
        withdrawn = sum(record is not None and record.status in notices for record in records.values())
        counts = {"releases": len(self._digests) - withdrawn, "withdrawn": withdrawn}
        kept = 1 if self._is_purging else KEPT  # what is gone is in the generation before, too
        return self._generations.publish(building, engine_version(), content.hexdigest(), counts, self._base, kept=kept)

    def _opened_building(self) -> Path:
        if self._building is None:
            self._building = self._generations.start(self._base)
        return self._building

    def _opened_storage(self) -> BuildingStorage:
        if self._storage is None:
            known = self._generations.manifest(self._base).segments if self._base else {}
            self._storage = BuildingStorage(self._opened_building() / SEGMENTS, known)
        return self._storage

    def _opened_writer(self) -> SegmentWriter:
        if self._writer is None:
            storage = self._opened_storage()
            index = storage.open_index() if storage.index_exists() else storage.create_index(schema())
            self._writer = index.writer(compound=False, limitmb=MEMORY)
            self._is_changed = True
        return self._writer

    def _commit(self) -> None:
        """Write what has changed. What was taken out leaves no byte behind: the segments that held it are rewritten."""
        if self._writer:
            self._writer.commit(mergetype=_purged if self._is_purging else None)
            self._writer = None

    def _delete(self, source: str) -> None:
        number = self._numbers.pop(source, None)
        if number is not None:
            self._opened_writer().delete_document(number)


def _count_beside(generations: Generations) -> int:
    """How many releases were last published, by what stands beside the generations; 0 where nothing does."""
    return int(generations.read_beside(_COUNT) or 0)


def _purged(writer: SegmentWriter, segments: list[Segment]) -> list[Segment]:
    """A merge policy: the segments with deleted documents go into the one that is being written, without these."""
    for segment in segments:
        if segment.has_deletions():
            with closing(SegmentReader(writer.storage, writer.schema, segment)) as reader:
                writer.add_reader(reader)
    return [segment for segment in segments if not segment.has_deletions()]
