"""A codec of Whoosh whose postings are arrays: how a segment is written, and how it is read.

Whoosh has the schema, the segments, their table of contents and the columns of their documents; its own codec pickles
postings in blocks of 128, which take a hundred times as long to decode as an array that is used where it lies. Whoosh's
own reader and searcher read these segments as well.
"""

# ruff: noqa: D102 - the methods are those of Whoosh's TermsReader, which says what they are

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from whoosh.codec.base import Segment, TermsReader
from whoosh.codec.whoosh3 import W3Codec
from whoosh.columns import VarBytesColumn
from whoosh.filedb.filestore import FileStorage, Storage
from whoosh.formats import Format
from whoosh.matching import ListMatcher
from whoosh.reading import TermInfo, TermNotFound
from whoosh.system import pack_uint

from feedsrv.search.whoosh import arrays
from feedsrv.search.whoosh.arrays import Arrays
from feedsrv.search.whoosh.inverted import Field, Inverted, Numbers, columns
from feedsrv.search.whoosh.storage import Mapped

INDEX = "MAIN"
RECORD = "record"
"""The column that holds each release."""

_COLUMN = VarBytesColumn(write_offsets_cutoff=0)  # else it adds up all lengths again whenever it is opened


class ArrayCodec(W3Codec):  # type: ignore[misc]  # Whoosh's classes are untyped where they come from
    """Reads segments that `write` has written."""

    INVERTED_EXT = ".inv"

    def terms_reader(self, storage: Storage, segment: Segment) -> ArrayTermsReader:
        return ArrayTermsReader(inverted(storage, segment))


def write(folder: Path, records: Iterable[bytes], fields: Iterable[tuple[str, Field]], size: int) -> Segment:
    """Write a segment of ``size`` documents into a folder: the record of each, and the postings of all fields."""
    codec = ArrayCodec()
    with TemporaryDirectory(prefix="segment-", dir=folder) as apart:  # all of Whoosh's temporary files have one name
        storage = FileStorage(apart)
        segment = codec.new_segment(storage, INDEX)
        documents = codec.per_document_writer(storage, segment)
        for number, record in enumerate(records):
            documents.start_doc(number)
            documents.add_column_value(RECORD, _COLUMN, record)
            documents.finish_doc()
        documents.close()
        segment.set_doc_count(size)
        arrays.write(Path(apart, segment.make_filename(ArrayCodec.INVERTED_EXT)), columns(fields))
        for path in Path(apart).glob(f"{segment.segment_id()}.*"):
            path.rename(folder / path.name)
    return segment


def mapped(storage: Storage, segment: Segment) -> Mapped:
    """The file of the inverted index of a segment."""
    found: Mapped = storage.mapped(segment.make_filename(ArrayCodec.INVERTED_EXT))
    return found


def inverted(storage: Storage, segment: Segment) -> Inverted:
    """The inverted index of a segment."""
    return Inverted(Arrays(mapped(storage, segment)))


def records(storage: Storage, segment: Segment) -> Sequence[bytes]:
    """The records of a segment by the numbers of their documents."""
    reader = segment.codec().per_document_reader(storage, segment)
    found: Sequence[bytes] = reader.column_reader(RECORD, _COLUMN)
    return found


class ArrayTermsReader(TermsReader):  # type: ignore[misc]
    """The terms of a segment, as Whoosh asks for them."""

    def __init__(self, inverted: Inverted) -> None:
        self._inverted = inverted

    def __contains__(self, term: tuple[str, bytes]) -> bool:
        return self._find(*term) is not None

    def terms(self) -> Iterator[tuple[str, bytes]]:
        for field in sorted(self._inverted.fields()):
            yield from ((field, term) for term in self._inverted.terms(field))

    def terms_from(self, fieldname: str, prefix: bytes) -> Iterator[tuple[str, bytes]]:
        return (term for term in self.terms() if term >= (fieldname, prefix))

    def items(self) -> Iterator[tuple[tuple[str, bytes], TermInfo]]:
        return ((term, self.term_info(*term)) for term in self.terms())

    def items_from(self, fieldname: str, prefix: bytes) -> Iterator[tuple[tuple[str, bytes], TermInfo]]:
        return ((term, self.term_info(*term)) for term in self.terms_from(fieldname, prefix))

    def term_info(self, fieldname: str, text: bytes) -> TermInfo:
        documents, counts = self._postings(fieldname, text)
        return TermInfo(
            weight=int(counts.sum()),
            df=len(documents),
            minlength=1,
            maxlength=2**31,  # not kept, and only an upper bound
            maxweight=int(counts.max()),
            minid=int(documents[0]),
            maxid=int(documents[-1]),
        )

    def frequency(self, fieldname: str, text: bytes) -> int:
        return int(self.term_info(fieldname, text).weight()) if (fieldname, text) in self else 0

    def doc_frequency(self, fieldname: str, text: bytes) -> int:
        number = self._find(fieldname, text)
        return 0 if number is None else self._inverted.frequency(fieldname, number)

    def matcher(self, fieldname: str, text: bytes, format_: Format, scorer: Any = None) -> ListMatcher:
        documents, counts = self._postings(fieldname, text)
        values = list(map(pack_uint, counts.tolist()))
        if format_.supports("positions"):
            places = self._inverted.places(fieldname, self._find(fieldname, text) or 0)
            ends = np.cumsum(counts)
            values = [
                format_.encode(places[end - count : end].tolist())
                for end, count in zip(ends.tolist(), counts.tolist(), strict=True)
            ]
        return ListMatcher(
            documents.tolist(),
            counts.astype(float).tolist(),
            values,
            format_,
            scorer=scorer,
            term=(fieldname, text),
            terminfo=self.term_info(fieldname, text),
        )

    def indexed_field_names(self) -> list[str]:
        return self._inverted.fields()

    def _find(self, field: str, term: bytes) -> int | None:
        return self._inverted.find(field, term) if field in self._inverted.fields() else None

    def _postings(self, field: str, term: bytes) -> tuple[Numbers, Numbers]:
        number = self._find(field, term)
        if number is None:
            raise TermNotFound(f"No term {field}:{term!r}")
        return self._inverted.postings(field, number)
