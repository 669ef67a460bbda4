"""A draft: the next generation's segments and table in the making."""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set
from pathlib import Path
from shutil import rmtree

import numpy as np
from numpy.typing import NDArray
from whoosh.codec.base import Segment
from whoosh.index import TOC

from feedsrv.newsroom import Newsroom
from feedsrv.search.whoosh import codec
from feedsrv.search.whoosh.batches import Batches, Written
from feedsrv.search.whoosh.codec import INDEX
from feedsrv.search.whoosh.documents import schema
from feedsrv.search.whoosh.inverted import merged
from feedsrv.search.whoosh.segments import Leaf, Segments
from feedsrv.search.whoosh.splicing import changed
from feedsrv.search.whoosh.storage import BuildingStorage
from feedsrv.search.whoosh.table import Table

TIER = 4
"""So many segments of about one size become one; each level has segments of so many times as many documents."""
MOST = 16_384
"""Documents of a segment that becomes part of a larger one no more."""
QUICK = 4_096
"""Documents that are written into one segment, of others, while somebody waits: which takes half a second at most."""

_Numbers = NDArray[np.int64]


class Draft:
    """What is put into the next generation and taken out of it, on top of the ``table`` of the one it starts from.

    ``table`` is what holds by now; `settle` has it hold all that was put and taken out.
    """

    def __init__(self, storage: BuildingStorage, table: Table | None, newsroom: Newsroom, tainted: Set[str]) -> None:
        self._storage = storage
        self.table = table
        toc = TOC.read(storage, INDEX) if table else TOC(schema(), [], 0)
        self._number = toc.generation
        self._segments: list[Segment] = toc.segments
        self.gone: set[int] = set()
        """The numbers of the documents that were taken out or replaced since it was settled."""
        self._withdrawn: set[int] = set()  # of which no byte is to stay
        self.tainted = set(tainted)
        """The ids of the segments that hold what is to leave no byte behind."""
        self._batches = Batches(Path(storage.folder), newsroom)

    def put(self, record: bytes, replaced: int | None, *, is_notice: bool) -> None:
        """Let a record, as JSON, be a document, in place of the one that has this number.

        Of what a notice replaces no byte is to stay once `purge` is through.
        """
        self._batches.add(record)
        if replaced is not None:
            self.gone.add(replaced)
            if is_notice:
                self._withdrawn.add(replaced)

    def remove(self, number: int) -> None:
        """Let there be no such document, and no byte of it either once `purge` is through."""
        self.gone.add(number)
        self._withdrawn.add(number)

    def settle(self) -> Table:
        """Write what was put, and return the table of all that there is then."""
        written = self._batches.finish()
        if not (written or self.gone) and self.table is not None:
            return self.table
        numbers = np.arange(self._size, dtype=np.int64)
        numbers[list(self.gone)] = -1
        self._delete()
        batches: list[Written | None] = [*written] or [None]
        for batch in batches:
            facts = batch.facts() if batch else []
            self.table = changed(self.table, numbers, list(enumerate(facts, self._size)))
            self._segments += [batch.segment] if batch else []
            numbers = np.arange(self._size, dtype=np.int64)
        assert self.table is not None  # noqa: S101 - the loop has one round at least
        return self.table

    def segments(self) -> Segments:
        """The segments there are by now, to be read."""
        return Segments.of(self._storage, self._segments)

    def tidy(self, most: float) -> bool:
        """Merge small segments where there are many of about one size, and what is mostly deleted; after `settle`.

        What has more documents than ``most`` together is left as it is; returns whether there is such.
        """
        while chosen := min(_to_merge(self._segments), key=_documents, default=()):
            if _documents(chosen) > most:
                return True
            self._merge(chosen)
        return False

    def purge(self) -> None:
        """Write what is tainted anew without what is deleted; a segment that is not known may have become any."""
        known = {segment.segment_id() for segment in self._segments}
        tainted = min(self.tainted, known)
        for segment in [segment for segment in self._segments if segment.has_deletions()]:
            if segment.segment_id() in tainted:
                self._merge([segment])
        self.tainted = set()

    def write(self) -> None:
        """Write the table of contents, and let no file be there that it does not name."""
        self._number += 1
        TOC(schema(), self._segments, self._number).write(self._storage, INDEX)
        named = {TOC._filename(INDEX, self._number).partition(".")[0]}  # noqa: SLF001
        named |= {segment.segment_id() for segment in self._segments}
        for name in self._storage.list():
            path = Path(self._storage.folder, name)
            if path.is_dir():  # of a process that was killed
                rmtree(path)
            elif name.partition(".")[0] not in named:
                path.unlink()

    def close(self) -> None:
        """Let nothing be under way any more."""
        self._batches.close()

    @property
    def _size(self) -> int:
        return sum(segment.doc_count_all() for segment in self._segments)

    def _delete(self) -> None:
        bases = np.cumsum([0, *(segment.doc_count_all() for segment in self._segments)])
        for number in sorted(self.gone):
            at = int(np.searchsorted(bases, number, "right")) - 1
            self._segments[at].delete_document(number - int(bases[at]))
            if number in self._withdrawn:
                self.tainted.add(self._segments[at].segment_id())
        self.gone, self._withdrawn = set(), set()

    def _merge(self, segments: Sequence[Segment]) -> None:
        """Put one segment in the place of several, with the documents that there still are."""
        chosen = [Leaf(self._storage, segment) for segment in self._segments if segment in segments]
        others = [segment for segment in self._segments if segment not in segments]
        renumbered = {id(leaf.segment): numbers for leaf, numbers in zip(chosen, _renumbered(chosen), strict=True)}
        size = sum(int(np.count_nonzero(numbers >= 0)) for numbers in renumbered.values())
        names = sorted({name for leaf in chosen for name in leaf.fields})
        fields = (
            (name, merged([(leaf.inverted.whole(name), renumbered[id(leaf.segment)]) for leaf in chosen]))
            for name in names
        )
        records = (
            leaf.records[number]
            for leaf in chosen
            for number in np.flatnonzero(renumbered[id(leaf.segment)] >= 0).tolist()
        )
        new = [codec.write(Path(self._storage.folder), records, fields, size)] if size else []
        base = sum(segment.doc_count_all() for segment in others)
        position, numbers = 0, []
        for segment in self._segments:
            if id(segment) in renumbered:
                of_segment = renumbered[id(segment)]
                numbers.append(np.where(of_segment >= 0, of_segment + base, -1))
            else:
                numbers.append(np.arange(position, position + segment.doc_count_all()))
                position += segment.doc_count_all()
        for leaf in chosen:
            leaf.release()
            self.tainted.discard(leaf.segment.segment_id())
        self._segments = [*others, *new]
        self.table = changed(self.table, np.concatenate(numbers), [])


def _renumbered(leaves: Sequence[Leaf]) -> Iterator[_Numbers]:
    """The numbers that the documents of each have in a segment of all of them; -1 for those that are deleted."""
    position = 0
    for leaf in leaves:
        is_kept = np.ones(leaf.size, np.bool_)
        is_kept[list(leaf.segment.deleted_docs())] = False
        kept = int(np.count_nonzero(is_kept))
        numbers = np.full(leaf.size, -1, np.int64)
        numbers[is_kept] = np.arange(position, position + kept)
        position += kept
        yield numbers


def _to_merge(segments: Sequence[Segment]) -> Iterator[Sequence[Segment]]:
    """What is mostly deleted, alone, and of those of one level so many as become one of the next."""
    by_level: dict[int, list[Segment]] = {}
    for segment in segments:
        if segment.deleted_count() * 2 > segment.doc_count_all():
            yield [segment]
        elif (level := _level(segment.doc_count_all())) < _level(MOST):
            by_level.setdefault(level, []).append(segment)
    yield from (alike[:TIER] for alike in by_level.values() if len(alike) >= TIER)


def _documents(segments: Sequence[Segment]) -> int:
    return sum(segment.doc_count() for segment in segments)


def _level(documents: int) -> int:
    level = 0
    while TIER ** (level + 1) <= documents:
        level += 1
    return level
