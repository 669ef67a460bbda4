"""The segments of a generation: which documents have a term, where it stands in them, and the documents themselves."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from whoosh.reading import IndexReader, TermNotFound

from feedsrv.release import Release, Withdrawal
from feedsrv.search.whoosh.documents import Documents

Numbers = NDArray[np.uint32]
"""Document numbers, ascending."""


class Segments:
    """All segments of a generation, as one; shared between threads."""

    def __init__(self, reader: IndexReader) -> None:
        self._reader = reader
        self._documents = Documents(reader)

    def postings(self, field: str, term: str) -> tuple[Numbers, NDArray[np.uint32]]:
        """The documents that have a term in a field, and how often each has it; deleted ones are among them."""
        try:
            matcher = self._reader.postings(field, term)
        except TermNotFound:
            return np.zeros(0, np.uint32), np.zeros(0, np.uint32)
        numbers, occurrences = [], []
        while matcher.is_active():
            numbers.append(matcher.id())
            occurrences.append(int(matcher.weight()))
            matcher.next()
        return np.array(numbers, np.uint32), np.array(occurrences, np.uint32)

    def frequency(self, field: str, term: str) -> int:
        """How many documents have a term in a field, deleted ones included."""
        return int(self._reader.doc_frequency(field, term))

    def places(self, field: str, term: str, numbers: Numbers | None = None) -> NDArray[np.uint64]:
        """Where a term stands, as ``number << 32 | position``, ascending; in these documents, where any are given."""
        wanted = None if numbers is None else set(numbers.tolist())
        found: list[int] = []
        try:
            matcher = self._reader.postings(field, term)
        except TermNotFound:
            return np.zeros(0, np.uint64)
        decode = self._reader.schema[field].format.decode_positions
        while matcher.is_active():
            number = matcher.id()
            if wanted is None or number in wanted:
                found += (number << 32 | position for position in decode(matcher.value()))
            matcher.next()
        return np.array(found, np.uint64)

    def beginning(self, field: str, prefix: str) -> Iterator[str]:
        """The terms of a field that begin so, by their UTF-8 bytes, each once."""
        for term in self._reader.expand_prefix(field, prefix):
            yield term.decode("utf8")

    def record(self, number: int) -> Release | Withdrawal:
        """The release, or the notice of its withdrawal, in a document."""
        return self._documents.record(number)
