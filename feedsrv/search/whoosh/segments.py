"""The segments of a generation: which documents have a term, where it stands in them, and the documents themselves.

The documents of all segments are numbered through. One that was replaced or taken out keeps its number until segments
are merged, and is among the postings: the table of the generation knows which documents there still are.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from itertools import accumulate
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from whoosh.codec.base import Segment

from feedsrv.release import Release, Withdrawal, from_json, source_of
from feedsrv.search.whoosh import codec
from feedsrv.search.whoosh.inverted import Inverted, runs
from feedsrv.search.whoosh.storage import BuildingStorage, MappedStorage
from feedsrv.search.whoosh.words import Words

Numbers = NDArray[np.uint32]
"""Document numbers, ascending."""

_AFTER_ALL = b"\xff"  # which is in no UTF-8


class Leaf:
    """One segment, as it lies in the storage of a generation, of which it keeps its own files: it outlives it."""

    def __init__(self, storage: MappedStorage | BuildingStorage, segment: Segment) -> None:
        self._storage = storage.part(f"{segment.segment_id()}.")
        self.segment = segment
        self.inverted: Inverted = codec.inverted(self._storage, segment)
        self.fields = frozenset(self.inverted.fields())
        self._words: dict[str, Words] = {}

    @property
    def size(self) -> int:
        """How many documents it has, deleted ones included."""
        return int(self.segment.doc_count_all())

    @cached_property
    def records(self) -> Sequence[bytes]:
        """The records by the numbers of their documents within the segment."""
        return codec.records(self._storage, self.segment)

    def release(self) -> None:
        """Have nothing of it count as memory of this process."""
        for name in self._storage:
            self._storage.mapped(name).release()

    def words(self, field: str) -> Words:
        """The terms of a field, to look for those that are like another."""
        if field not in self._words:
            self._words[field] = Words(self.inverted, field)
        return self._words[field]

    def find(self, field: str, term: bytes) -> int | None:
        """The number of a term; None where no document has it."""
        return self.inverted.find(field, term) if field in self.fields else None


class Beginning(NamedTuple):
    """The postings of all terms that begin alike.

    ``words`` is how many terms these are; of each posting the document, how often it has the term, and which of the
    terms that is, by the order of their UTF-8 bytes. The terms of one document are in this order.
    """

    words: int
    numbers: NDArray[np.uint32]
    counts: NDArray[np.uint32]
    of_words: NDArray[np.uint32]


class Segments:
    """All segments of a generation, as one; shared between threads."""

    def __init__(self, leaves: Sequence[Leaf]) -> None:
        self.leaves = leaves
        sizes = [leaf.size for leaf in leaves]
        self._bases = [0, *accumulate(sizes)]

    @classmethod
    def of(
        cls,
        storage: MappedStorage | BuildingStorage,
        segments: Iterable[Segment],
        before: Segments | None = None,
    ) -> Segments:
        """These, in the storage of a generation; what ``before`` has open of the same files stays open."""
        known = {leaf.inverted.mapped: leaf for leaf in before.leaves} if before else {}
        return cls([known.get(codec.mapped(storage, segment)) or Leaf(storage, segment) for segment in segments])

    @property
    def size(self) -> int:
        """How many documents there are, deleted ones included."""
        return self._bases[-1]

    def postings(self, field: str, term: str) -> tuple[Numbers, NDArray[np.uint32]]:
        """The documents that have a term in a field, and how often each has it; deleted ones are among them."""
        numbers: list[NDArray[Any]] = []
        counts: list[NDArray[Any]] = []
        for base, leaf, number in self._with(field, term):
            documents, occurrences = leaf.inverted.postings(field, number)
            numbers.append(documents + np.uint32(base))
            counts.append(occurrences)
        return _joined(numbers), _joined(counts)

    def frequency(self, field: str, term: str) -> int:
        """How many documents have a term in a field, deleted ones included; no posting is looked at."""
        return sum(leaf.inverted.frequency(field, number) for _, leaf, number in self._with(field, term))

    def places(self, field: str, term: str, numbers: Numbers) -> NDArray[np.uint64]:
        """Where a term stands in these documents, as ``number << 32 | position``, ascending."""
        found: list[NDArray[Any]] = [np.zeros(0, np.uint64)]
        for base, leaf, number in self._with(field, term, numbers):
            documents, counts = leaf.inverted.postings(field, number)
            first, last = numbers.searchsorted((base, base + leaf.size)).tolist()
            wanted = numbers[first:last] - np.uint32(base)
            there = documents.searchsorted(wanted)
            there = there[documents.take(there, mode="clip") == wanted]
            lengths = counts[there]
            starts = np.cumsum(counts, dtype=np.int64)[there] - lengths
            places = leaf.inverted.places(field, number)[runs(starts, lengths)]
            keys = (documents[there].astype(np.uint64) + np.uint64(base)) << np.uint64(32)
            found.append(np.repeat(keys, lengths) | places)
        return np.concatenate(found)

    def postings_of_beginning(self, field: str, prefix: str) -> Beginning:
        """The postings of all terms of a field that begin so."""
        found = list(self._of_beginning(field, prefix))
        terms = [inverted.terms(field, first, last) for _, inverted, first, last in found]
        words = sorted(set().union(*terms))
        places = {word: place for place, word in enumerate(words)}
        numbers: list[NDArray[Any]] = [_NONE]
        counts: list[NDArray[Any]] = [_NONE]
        of_words: list[NDArray[Any]] = [_NONE]
        for (base, inverted, first, last), own in zip(found, terms, strict=True):
            if own:
                lengths, documents, occurrences = inverted.postings_of(field, first, last)
                numbers.append(documents + np.uint32(base))
                counts.append(occurrences)
                of_words.append(np.repeat(np.array([places[word] for word in own], np.uint32), lengths))
        return Beginning(len(words), np.concatenate(numbers), np.concatenate(counts), np.concatenate(of_words))

    def beginning(self, field: str, prefix: str) -> list[str]:
        """The terms of a field that begin so, by their UTF-8 bytes, each once."""
        found = (inverted.terms(field, first, last) for _, inverted, first, last in self._of_beginning(field, prefix))
        words = sorted(set().union(*found))
        return b"\n".join(words).decode("utf8").split("\n") if words else []  # at once: no term has a line's end

    def near(self, field: str, form: str, mistakes: int) -> set[str]:
        """The terms of a field that are so many mistakes of a typist away at most."""
        leaves = (leaf for leaf in self.leaves if field in leaf.fields)
        return set().union(*(leaf.words(field).near(form, mistakes) for leaf in leaves))

    def documents_of_beginning(self, field: str, prefix: str) -> NDArray[np.uint32]:
        """The documents that have terms of a field which begin so, once for each of these terms."""
        return _joined(
            [
                inverted.postings_of(field, first, last)[1] + np.uint32(base)
                for base, inverted, first, last in self._of_beginning(field, prefix)
            ]
        )

    def _of_beginning(self, field: str, prefix: str) -> Iterator[tuple[int, Inverted, int, int]]:
        """Of each segment its first document, and from which number to before which its terms begin so."""
        start = prefix.encode("utf8")
        for base, leaf in zip(self._bases, self.leaves, strict=False):
            if field in leaf.fields:
                first, last = (leaf.inverted.place(field, end) for end in (start, start + _AFTER_ALL))
                yield base, leaf.inverted, first, last

    def record(self, number: int) -> Release | Withdrawal:
        """The release, or the notice of its withdrawal, in a document."""
        return from_json(self._stored(number))

    def source(self, number: int) -> tuple[str, bool]:
        """The source of a document, and whether it is the notice of a withdrawal."""
        return source_of(self._stored(number))

    def _stored(self, number: int) -> bytes:
        at = bisect_right(self._bases, number) - 1
        return self.leaves[at].records[number - self._bases[at]]

    def _with(self, field: str, term: str, numbers: Numbers | None = None) -> Iterator[tuple[int, Leaf, int]]:
        """The segments that have a term, and its number there; only those of these documents, where any are given."""
        encoded = term.encode("utf8")
        edges = None if numbers is None else np.searchsorted(numbers, self._bases).tolist()
        for at, leaf in enumerate(self.leaves):
            if edges is None or edges[at] < edges[at + 1]:
                number = leaf.find(field, encoded)
                if number is not None:
                    yield self._bases[at], leaf, number


_NONE = np.zeros(0, np.uint32)


def _joined(parts: Sequence[NDArray[Any]]) -> NDArray[Any]:
    """One after another; a single one is not copied."""
    return parts[0] if len(parts) == 1 else np.concatenate([_NONE, *parts])
