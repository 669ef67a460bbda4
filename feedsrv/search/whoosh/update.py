"""The next generation of the Whoosh index in the making."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Set
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from math import inf
from pathlib import Path

import msgspec

from feedsrv.errors import IndexUnavailable
from feedsrv.file_record import FileRecord
from feedsrv.newsroom import FILE_NAME, NO_NAMES, Newsroom, TopicNames
from feedsrv.release import Release, Withdrawal, to_json
from feedsrv.search import NO_FILES, Content
from feedsrv.search.attachments import Attachments
from feedsrv.search.documents import digest_of
from feedsrv.search.generations import KEPT, TRUE_UNTIL, Generations, link
from feedsrv.search.ledger import Ledger
from feedsrv.search.manifest import ASSETS, ATTACHMENTS, LISTED, SEGMENTS, TOPICS
from feedsrv.search.whoosh import arrays
from feedsrv.search.whoosh.documents import engine_version
from feedsrv.search.whoosh.draft import QUICK, Draft
from feedsrv.search.whoosh.segments import Segments
from feedsrv.search.whoosh.storage import BuildingStorage, MappedStorage
from feedsrv.search.whoosh.table import EMPTY, Table

TABLE = "table"
"""The file of the columns, beside the segments."""

_COUNT = "published"
_UNPURGED = "unpurged"
"""Beside the generations while there may be bytes on the disk of what was withdrawn: the segments that hold them."""


@dataclass(frozen=True, slots=True)
class Base:
    """The generation that an update starts from."""

    name: str
    newsroom: Newsroom
    storage: MappedStorage
    table: Table
    segments: Segments
    is_untidy: bool = False
    """Whether segments are to be merged that this process left as they were, for it would have taken too long."""


class WhooshUpdate:
    """The changes to one generation; implements `feedsrv.search.Update`.

    Nothing is written before the first real change: a run that finds everything as it was costs no generation.
    """

    def __init__(
        self,
        generations: Generations,
        base: Base | None,
        ledger: Ledger,
        open_: Callable[[str], Base],
        *,
        is_rebuild: bool,
    ) -> None:
        self._generations = generations
        self._open = open_
        self._base = None if is_rebuild else base
        self.sources: Set[str] = base.table.sources if base else _public(ledger.records)
        self.published_before = len(self.sources) or (0 if base else _count_beside(generations))
        self.newsroom = base.newsroom if base else None
        self._ledger = ledger
        is_known = not is_rebuild and ledger.generation == (base.name if base else None)
        self._known = ledger.records if is_known else {}
        self._newsroom = self.newsroom or Newsroom()
        self._files = Attachments(generations.folder / ATTACHMENTS, is_distrusted=self._base is None)
        self._building: Path | None = None
        self._draft: Draft | None = None
        self._is_withdrawing = bool(tainted(generations))
        self._conclusion: tuple[Mapping[str, FileRecord | None], datetime | None] | None = None

    def known(self) -> Mapping[str, FileRecord]:
        """What is remembered of every file, by source."""
        return self._known

    def remembered(self) -> Mapping[str, FileRecord]:
        """What was last remembered of every file, whichever generation that was."""
        return self._ledger.records

    def published(self, sources: Set[str] | None = None) -> Iterator[Release | Withdrawal]:
        """What these sources, or all, have in the generation it starts from."""
        for number in self._base.table.numbers_of(sources) if self._base else ():
            if self._base and not (self._draft and number in self._draft.gone):
                yield self._base.segments.record(number)

    def set_newsroom(self, newsroom: Newsroom, files: Mapping[str, Content] = NO_FILES) -> None:
        """Let the next generation have these editorial settings and assets."""
        self._files.take(FILE_NAME, {asset.digest for asset in newsroom.assets.values()}, files)
        self._newsroom = newsroom

    def put(self, record: Release | Withdrawal, files: Mapping[str, Content]) -> bool:
        """Let it be in the next generation, in place of what its source had; whether that is different."""
        stored = to_json(record)
        known = self._table.document(record.source) if self._table else None
        if known and known.is_of(digest_of(record, stored, self._newsroom)):
            return False
        self._files.take(record.source, record.digests if isinstance(record, Release) else frozenset(), files)
        is_notice = isinstance(record, Withdrawal)
        self._is_withdrawing |= is_notice
        self._opened_draft().put(stored, known.number if known else None, is_notice=is_notice)
        return True

    def remove(self, source: str) -> None:
        """Let what this source has not be in the next generation."""
        self._is_withdrawing = True
        if self._table and (known := self._table.document(source)):
            self._opened_draft().remove(known.number)

    def staged(self, sources: Set[str] | None = None) -> Iterator[tuple[str, bool]]:
        """What the next generation holds by now, read back from it: each source, and whether it is a notice only."""
        table, segments = self._held()
        return map(segments.source, table.numbers_of(sources))

    def _held(self) -> tuple[Table, Segments]:
        if self._draft:
            return self._draft.settle(), self._draft.segments()
        return (self._base.table, self._base.segments) if self._base else (EMPTY, Segments([]))

    def finish(
        self, changes: Mapping[str, FileRecord | None], true_until: datetime | None, names: TopicNames = NO_NAMES
    ) -> None:
        """State the rest of what makes the next generation."""
        self._conclusion = changes, true_until
        self._newsroom = replace(self._newsroom, names=names)

    def publish(self) -> Base | None:
        """Make the next generation current, if it is different, and write the ledger beside it; returns it."""
        if self._conclusion is None:
            self.discard()
            return self._base
        changes, true_until = self._conclusion
        if self._draft or not (self._base and self.newsroom and self.newsroom.is_published_as(self._newsroom)):
            self._base = self._next(self._opened_draft(), QUICK if self._base else inf)
        self._ledger.write(self._base.name, changes, is_all=self._known is not self._ledger.records)
        self._state(TRUE_UNTIL, true_until.isoformat() if true_until else "")
        self._state(_COUNT, str(len(self._base.table.documents())))
        return self._base

    def purge(self) -> None:
        """Publish the same without the bytes of what was withdrawn, and in as few segments as it should be."""
        if self._base is None:  # what is there is damaged, and goes when it is made anew
            return
        draft = self._opened_draft()
        draft.purge()
        self._base = self._next(draft, inf)
        self._ledger.write(self._base.name, {}, is_all=False)

    def discard(self) -> None:
        """Leave everything as it was."""
        if self._draft:
            self._draft.close()
        if self._building:
            self._generations.discard(self._building)

    def _next(self, draft: Draft, most: float) -> Base:
        """Publish what holds now, to go on from there; ``most`` documents are merged into one segment."""
        draft.settle()
        is_untidy = draft.tidy(most)
        if draft.tainted:
            self._generations.write_beside(_UNPURGED, " ".join(sorted(draft.tainted)))
        is_purged = self._is_withdrawing and not draft.tainted  # then what is gone is in generations before alone
        base = self._publish(draft, 1 if is_purged else KEPT)
        if is_purged:
            (self._generations.folder / _UNPURGED).unlink(missing_ok=True)
        return replace(base, is_untidy=is_untidy)

    def _publish(self, draft: Draft, kept: int) -> Base:
        building, table = self._opened_building(), draft.settle()
        draft.write()
        (building / SEGMENTS / TABLE).unlink(missing_ok=True)
        arrays.write(building / SEGMENTS / TABLE, table.columns.items(), {"values": table.values, "size": table.size})
        newsroom_toml, assets = self._newsroom.text.encode("utf8"), self._newsroom.assets
        of_assets = b"".join(sorted(bytes.fromhex(asset.digest) for asset in assets.values()))
        listed, looks = table.columns["file"].tobytes() + of_assets, msgspec.json.encode(assets, order="sorted")
        names = msgspec.json.encode(self._newsroom.names, order="sorted")
        is_listed = self._wrote_again(LISTED, listed)
        self._wrote_again(FILE_NAME, newsroom_toml)
        self._wrote_again(TOPICS, names)
        self._wrote_again(ASSETS, looks)
        digest = sha256(newsroom_toml + names + looks + table.content()).hexdigest()
        counts = {"releases": table.size, "withdrawn": len(table.documents()) - table.size}
        base = self._base.name if self._base else None
        had_the_same = self._generations.have_the_same_attachments()
        name = self._generations.publish(building, engine_version(), digest, counts, base, kept=kept)
        if not (had_the_same and is_listed):
            with suppress(IndexUnavailable):  # what a damaged generation lists is not known
                self._files.prune(self._generations.attachments())
        self._building = self._draft = None
        return replace(self._open(name), table=table)

    def _state(self, name: str, text: str) -> None:
        """Have a file beside the generations say this."""
        if self._generations.read_beside(name) != text.encode("utf8"):
            self._generations.write_beside(name, text)

    def _wrote_again(self, name: str, content: bytes) -> bool:
        """Put a file into the next generation; whether it is that of the one before, which costs nothing."""
        target = self._opened_building() / name
        before = self._generations.path(self._base.name) / name if self._base else None
        if before and before.read_bytes() == content:
            link(before, target)
            return True
        target.write_bytes(content)
        return False

    @property
    def _table(self) -> Table | None:
        if self._draft:
            return self._draft.table
        return self._base.table if self._base else None

    def _opened_building(self) -> Path:
        if self._building is None:
            self._building = self._generations.start(self._base.name if self._base else None)
        return self._building

    def _opened_draft(self) -> Draft:
        if self._draft is None:
            segments = self._opened_building() / SEGMENTS
            storage = BuildingStorage(segments, self._base.storage if self._base else None)
            table = self._base.table if self._base else None
            self._draft = Draft(storage, table, self._newsroom, tainted(self._generations))
        return self._draft


def tainted(generations: Generations) -> set[str]:
    """The ids of the segments that may hold bytes of what was withdrawn."""
    return set((generations.read_beside(_UNPURGED) or b"").decode("ascii").split())


def _public(records: Mapping[str, FileRecord]) -> frozenset[str]:
    return frozenset(source for source, record in records.items() if record.is_known_to_the_public)


def _count_beside(generations: Generations) -> int:
    """How many releases were last published, by what stands beside the generations; 0 where nothing does."""
    return int(generations.read_beside(_COUNT) or 0)
