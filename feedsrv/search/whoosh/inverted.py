"""The inverted index of a segment: its terms, which documents have each of them, how often, and where.

It is made of documents, or merged of segments, and written as arrays: field by field the terms in the order of their
UTF-8 bytes, and what belongs to each one after another (Zobel, Moffat: Inverted files for text search engines, 2006).
"""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from feedsrv.search.whoosh.arrays import Arrays

Numbers = NDArray[np.integer[Any]]

_HEADED = 8  # bytes of each term that stand in an array of numbers, in which it is looked for
_AT_ONCE = 1_000_000  # postings that are merged together
_NONE = np.zeros(0, np.int64)


@dataclass(frozen=True)
class Field:
    """The postings of one field: ``documents`` and ``counts`` those of one term after another, from ``starts`` on.

    ``places`` are the positions of each posting one after another, None where they are not kept.
    """

    terms: Sequence[bytes]
    starts: Numbers
    documents: Numbers
    counts: Numbers
    places: Numbers | None

    @cached_property
    def firsts(self) -> Numbers:
        """Where the places of each term start, and where those of the last one end."""
        return np.concatenate(([0], np.cumsum(self.counts, dtype=np.int64)))[self.starts]


class Gathered:
    """The terms of one field of documents, which are added in the order of their numbers."""

    def __init__(self, *, has_places: bool) -> None:
        self._has_places = has_places
        self._ids = _Ids()
        self._said = array("I")
        self._lengths = array("I")

    def add(self, terms: Iterable[str]) -> None:
        """Add the terms of the next document, in their order."""
        before = len(self._said)
        self._said.extend(map(self._ids.__getitem__, terms))
        self._lengths.append(len(self._said) - before)

    def field(self) -> Field:
        """The postings of all that was added."""
        terms = [term.encode("utf8") for term in self._ids]
        order = sorted(range(len(terms)), key=terms.__getitem__)
        ranks = np.empty(len(terms), np.uint64)
        ranks[order] = np.arange(len(terms), dtype=np.uint64)
        said, lengths = np.frombuffer(self._said, np.uint32), np.frombuffer(self._lengths, np.uint32)
        keys = np.sort(ranks[said] << np.uint64(32) | np.arange(len(said), dtype=np.uint64))
        at = (keys & np.uint64(0xFFFFFFFF)).astype(np.int64)
        documents = np.repeat(np.arange(len(lengths), dtype=np.uint32), lengths)[at]
        firsts = np.flatnonzero(_is_first(keys >> np.uint64(32), documents))
        places = None
        if self._has_places:
            ends = np.cumsum(lengths, dtype=np.int64)
            places = _small(at - (ends - lengths)[documents])
        of_postings = (keys[firsts] >> np.uint64(32)).astype(np.int64)
        starts = np.searchsorted(of_postings, np.arange(len(terms) + 1))
        counts = np.diff(firsts, append=len(said))
        return Field([terms[number] for number in order], starts, _small(documents[firsts]), _small(counts), places)


class _Ids(dict[str, int]):
    """The number of each term, in the order in which they are met."""

    def __missing__(self, term: str) -> int:
        number = self[term] = len(self)
        return number


def _is_first(terms: Numbers, documents: Numbers) -> NDArray[np.bool_]:
    """Whether each occurrence is the first of its term in its document."""
    is_first = np.ones(len(terms), np.bool_)
    is_first[1:] = (terms[1:] != terms[:-1]) | (documents[1:] != documents[:-1])
    return is_first


def merged(fields: Sequence[tuple[Field, Numbers]]) -> Field:
    """Several fields as one; with each the numbers that its documents have in it, -1 for those that are gone.

    A part of the alphabet at a time, so that what this takes beside the fields stays small.
    """
    terms = sorted({term for field, _ in fields for term in field.terms})
    size = sum(len(field.documents) for field, _ in fields)
    parts = max(1, size // _AT_ONCE)
    edges = [len(terms) * part // parts for part in range(parts + 1)]
    found = [_merged([_between(field, terms[first:last]) for field, _ in fields], [each for _, each in fields])
             for first, last in pairwise(edges)]  # fmt: skip
    has_places = any(field.places is not None for field, _ in fields)
    return Field(
        [term for part in found for term in part.terms],
        np.concatenate(([0], np.cumsum(np.concatenate([np.diff(part.starts) for part in found])))),
        np.concatenate([part.documents for part in found]),
        np.concatenate([part.counts for part in found]),
        np.concatenate([part.places for part in found if part.places is not None]) if has_places else None,
    )


def _between(field: Field, terms: Sequence[bytes]) -> Field:
    """The part of a field from the first of these terms to the last."""
    if not terms:
        first = last = 0
    else:
        first, last = bisect_left(field.terms, terms[0]), bisect_right(field.terms, terms[-1])
    start, stop = int(field.starts[first]), int(field.starts[last])
    places = field.places
    if places is not None:
        of_terms = field.firsts[first], field.firsts[last]
        places = places[int(of_terms[0]) : int(of_terms[1])]
    return Field(
        field.terms[first:last],
        field.starts[first : last + 1].astype(np.int64) - start,
        field.documents[start:stop],
        field.counts[start:stop],
        places,
    )


def _merged(fields: Sequence[Field], numbers: Sequence[Numbers]) -> Field:
    terms = sorted({term for field in fields for term in field.terms})
    ranks = {term: rank for rank, term in enumerate(terms)}
    keys, counts, starts, places = [], [], [], []
    position = 0
    for field, renumbered in zip(fields, numbers, strict=True):
        of_terms = np.fromiter(map(ranks.__getitem__, field.terms), np.int64, len(field.terms))
        documents = renumbered[field.documents]
        keys.append(np.repeat(of_terms, np.diff(field.starts)) << 32 | documents)
        keys[-1][documents < 0] = -1
        counts.append(field.counts.astype(np.int64))
        starts.append(position + np.cumsum(counts[-1]) - counts[-1])
        if field.places is not None:
            places.append(field.places)
            position += len(field.places)
    key, count = _joined(keys), _joined(counts)
    order = np.argsort(key, kind="stable")[int(np.count_nonzero(key < 0)) :]
    key, count = key[order], count[order]
    used, first = np.unique(key >> 32, return_index=True)
    return Field(
        [terms[rank] for rank in used.tolist()],
        np.append(first, len(key)),
        _small(key & 0xFFFFFFFF),
        _small(count),
        _small(np.concatenate(places)[runs(_joined(starts)[order], count)]) if places else None,
    )


def _joined(parts: Sequence[Numbers]) -> NDArray[np.int64]:
    return np.concatenate([np.zeros(0, np.int64), *parts])


def runs(starts: Numbers, lengths: Numbers) -> NDArray[np.int64]:
    """Where the items of several runs lie, one run after another."""
    ends = np.cumsum(lengths, dtype=np.int64)
    return np.repeat(starts - (ends - lengths), lengths) + np.arange(int(ends[-1]) if len(ends) else 0)


def columns(fields: Iterable[tuple[str, Field]]) -> Iterator[tuple[str, NDArray[Any]]]:
    """The fields as arrays by name, each of the smallest kind that holds it."""
    for name, field in fields:
        yield f"{name}.heads", _heads(field.terms)
        yield f"{name}.terms", np.frombuffer(b"".join(field.terms), np.uint8)
        yield f"{name}.ends", np.cumsum([0, *map(len, field.terms)], dtype=np.uint32)
        yield f"{name}.starts", field.starts.astype(np.uint32)
        yield f"{name}.documents", _small(field.documents)
        yield f"{name}.counts", _small(field.counts)
        if field.places is not None:
            yield f"{name}.firsts", field.firsts.astype(np.uint32)
            yield f"{name}.places", _small(field.places)


def _small(numbers: Numbers) -> NDArray[Any]:
    return numbers.astype(np.min_scalar_type(int(numbers.max()) if len(numbers) else 0))


def _heads(terms: Sequence[bytes]) -> NDArray[np.uint64]:
    return np.array(terms, f"S{_HEADED}").view(">u8").astype(np.uint64) if terms else np.zeros(0, np.uint64)


class Inverted:
    """The inverted index of a segment, read where it lies."""

    def __init__(self, arrays: Arrays) -> None:
        self._arrays = arrays
        self.mapped = arrays.mapped

    def fields(self) -> list[str]:
        """The names of the fields."""
        return [name.removesuffix(".heads") for name in self._arrays if name.endswith(".heads")]

    def find(self, field: str, term: bytes) -> int | None:
        """The number of a term; None where no document has it."""
        first, last = self._headed(field, term)
        if len(term) < _HEADED or first == last:  # no other begins with all of it and a zero
            return first if first < last else None
        number = bisect_left(range(last), term, first, key=lambda number: self.term(field, number))
        return number if number < last and self.term(field, number) == term else None

    def place(self, field: str, term: bytes) -> int:
        """How many terms stand before this one."""
        first, last = self._headed(field, term)
        return bisect_left(range(last), term, first, key=lambda number: self.term(field, number))

    def _headed(self, field: str, term: bytes) -> tuple[int, int]:
        """From which number on the terms begin like this one, and before which."""
        heads = self._arrays[f"{field}.heads"].data  # to look a few up, numpy takes longer
        head = int.from_bytes(term[:_HEADED].ljust(_HEADED, b"\0"), "big")
        first = bisect_left(heads, head)
        has_any = first < len(heads) and heads[first] == head
        return first, bisect_right(heads, head, first) if has_any else first

    def size(self, field: str) -> int:
        """How many terms there are."""
        return len(self._arrays[f"{field}.heads"])

    def term(self, field: str, number: int) -> bytes:
        """A term by its number."""
        ends = self._arrays[f"{field}.ends"]
        return self._arrays[f"{field}.terms"][int(ends[number]) : int(ends[number + 1])].tobytes()

    def terms(self, field: str, first: int = 0, last: int | None = None) -> list[bytes]:
        """The terms from one number to before another, in order."""
        last = self.size(field) if last is None else last
        ends = self._arrays[f"{field}.ends"][first : last + 1].tolist()
        whole = self._arrays[f"{field}.terms"][ends[0] : ends[-1]].tobytes()
        return [whole[start - ends[0] : end - ends[0]] for start, end in pairwise(ends)]

    def spelled(self, field: str) -> tuple[NDArray[np.uint8], NDArray[np.int64], NDArray[np.int16]]:
        """The letters of all terms in UTF-8, one term after another; where each begins, and how many it has."""
        ends = self._arrays[f"{field}.ends"].astype(np.int64)
        return self._arrays[f"{field}.terms"], ends[:-1], np.diff(ends).astype(np.int16)

    def frequency(self, field: str, number: int) -> int:
        """How many documents have a term."""
        starts = self._arrays[f"{field}.starts"]
        return int(starts[number + 1]) - int(starts[number])

    def postings(self, field: str, number: int) -> tuple[Numbers, Numbers]:
        """The documents that have a term, ascending, and how often each has it."""
        starts = self._arrays[f"{field}.starts"]
        first, last = int(starts[number]), int(starts[number + 1])
        return self._arrays.part(f"{field}.documents", first, last), self._arrays.part(f"{field}.counts", first, last)

    def postings_of(self, field: str, first: int, last: int) -> tuple[Numbers, Numbers, Numbers]:
        """How many postings the terms from one number to before another have, and these, one term after another."""
        starts = self._arrays[f"{field}.starts"][first : last + 1]
        documents, counts = (
            self._arrays.part(f"{field}.{part}", int(starts[0]), int(starts[-1])) for part in ("documents", "counts")
        )
        return np.diff(starts), documents, counts

    def places(self, field: str, number: int) -> Numbers:
        """Where a term stands in each of these documents, one after another."""
        firsts = self._arrays[f"{field}.firsts"]
        return self._arrays.part(f"{field}.places", int(firsts[number]), int(firsts[number + 1]))

    def whole(self, field: str) -> Field:
        """All of a field, to be merged with others."""
        if field not in self.fields():
            return Field([], np.zeros(1, np.int64), _NONE, _NONE, None)
        starts, documents, counts = (self._arrays[f"{field}.{part}"] for part in ("starts", "documents", "counts"))
        return Field(self.terms(field), starts, documents, counts, self._arrays.get(f"{field}.places"))
