"""The table of a generation: what is known of its releases without reading them, as columns in order of date.

A row is a release, the newest first by when it appeared, which is its *rank*; of equals the first by id, then those
without a date, by id. Behind them stand the withdrawals, by id. A set of releases is an array of flags, one for each
rank: filters are bit operations, counts are sums. A column is an array, mapped from the disk, so that a table opens in
no time whatever its length; the next table is made of this one and of what changed.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from functools import cached_property
from hashlib import blake2b
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from feedsrv import ids
from feedsrv.search.whoosh.documents import Facts

FACETS = ("topic", "year", "lang")

Mask = NDArray[np.bool_]
"""A set of releases: a flag for each rank."""

_UNDATED = np.inf  # the age of what has no date
_FIXED = {
    "number": "u4", "age": "f8", "published": "f8", "updated": "f8", "day": "u4", "year": "u2", "lang": "u2",
    "length": "u4", "digest": "V16", "id_key": "u8", "source_key": "u8",
}  # fmt: skip
_RAGGED = {"id": "u1", "source": "u1", "alias": "u8", "translation": "u8", "file": "V32"}


_FEW = 500  # sources that are looked up one by one


class Sources(Set[str]):
    """The sources of a table; they are held in memory only when many are asked for."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._asked = 0

    def __contains__(self, source: object) -> bool:
        self._asked += 1
        if self._asked > _FEW:
            return source in self._all
        return isinstance(source, str) and self._table.document(source) is not None

    def __iter__(self) -> Iterator[str]:
        return iter(self._all)

    def __len__(self) -> int:
        return len(self._table.documents())

    @classmethod
    def _from_iterable(cls, it: Iterable[str]) -> frozenset[str]:  # type: ignore[override]  # what Set's operators give
        return frozenset(it)

    @cached_property
    def _all(self) -> frozenset[str]:
        return frozenset(self._table.source_names())


class Known(NamedTuple):
    """The number of a document, and the first half of its digest in hexadecimal."""

    number: int
    digest: str

    def is_of(self, digest: str) -> bool:
        """Whether this is the document with such a digest."""
        return self.digest == _short(digest)


class Table:
    """The columns of one generation; shared between threads.

    ``columns`` are those of `changed`; ``values`` are the topics, years and languages that stand in them by number.
    """

    def __init__(self, columns: Mapping[str, NDArray[Any]], values: Mapping[str, Sequence[str]], size: int) -> None:
        self.columns = columns
        self.values = values
        self.size = size

    @property
    def numbers(self) -> NDArray[np.uint32]:
        """The number of each document, by rank."""
        return self.columns["number"][: self.size]

    @property
    def ages(self) -> NDArray[np.float64]:
        """Minus the time of appearance, of the dated ones, which come first: it ascends."""
        return self.columns["age"][: self._dated]

    @property
    def appeared(self) -> NDArray[np.float64]:
        """When each release could first be seen, by rank; minus infinity where undated."""
        return -self.columns["age"][: self.size]

    @property
    def lengths(self) -> NDArray[np.uint32]:
        """The words of each text, by rank."""
        return self.columns["length"][: self.size]

    @property
    def days(self) -> NDArray[np.uint32]:
        """The day of publication as an ordinal, by rank; 0 where undated."""
        return self.columns["day"][: self.size]

    @cached_property
    def _dated(self) -> int:
        return int(np.searchsorted(self.columns["age"][: self.size], _UNDATED))

    @cached_property
    def _ranks(self) -> NDArray[np.int32]:
        numbers = self.numbers
        ranks = np.full(int(numbers.max()) + 2 if self.size else 1, -1, np.int32)
        ranks[numbers] = np.arange(self.size, dtype=np.int32)
        return ranks

    def everything(self) -> Mask:
        """All releases."""
        return np.ones(self.size, np.bool_)

    def ranks(self, numbers: NDArray[np.integer[Any]]) -> NDArray[np.int32]:
        """The ranks of documents; -1 for those that are no releases, or no more."""
        return np.take(self._ranks, numbers, mode="clip")  # the last is that of what comes behind all

    def between(self, since: float | None, before: float | None) -> Mask:
        """The releases published at ``since`` or later and earlier than ``before``; without both, all of them."""
        found = self.everything()
        published = self.columns["published"][: self.size]  # of what is undated no comparison is true
        if since is not None:
            found &= published >= since
        if before is not None:
            found &= published < before
        return found

    def any_of(self, facet: str, values: Iterable[str]) -> Mask:
        """The releases that have one of these values in a facet."""
        found = np.zeros(self.size, np.bool_)
        codes = [code for value in values if (code := self._code(facet, value)) is not None]
        if facet == "topic":
            for code in codes:
                found[self._of_topic(code)] = True
            return found
        for code in codes:
            found |= self.columns[facet][: self.size] == code + 1
        return found

    def counts(self, facet: str, releases: Mask) -> NDArray[np.int64]:
        """How many of these releases have each of the values of a facet."""
        if facet == "topic":
            flags = releases[self._topic_rows]
            ends = self.columns["topic.ends"].tolist()
            return np.array([np.count_nonzero(flags[start:end]) for start, end in pairwise([0, *ends])], np.int64)
        codes = np.take(self.columns[facet], np.flatnonzero(releases))
        return np.bincount(codes, minlength=len(self.values[facet]) + 1)[1:]

    def firsts(self, facet: str) -> NDArray[np.int64]:
        """The lowest rank that has each of the values of a facet; the size of the table where none has."""
        if facet == "topic":
            return self.columns["topic.rows"][self._topic_starts].astype(np.int64)
        found = np.full(len(self.values[facet]) + 1, self.size, np.int64)
        found[self.columns[facet][: self.size][::-1]] = np.arange(self.size)[::-1]
        return found[1:]

    def number(self, release_id: str) -> int | None:
        """The number of the document with this id, which may be a withdrawal; None where there is none."""
        row = self._row_of(release_id)
        return None if row is None else int(self.columns["number"][row])

    def rank(self, release_id: str) -> int | None:
        """The rank of a release; None for what is none."""
        row = self._row_of(release_id)
        return None if row is None or row >= self.size else row

    def namesake(self, name: str, languages: Sequence[str]) -> str | None:
        """Another id than this one that a document has which is looked for by it; see `feedsrv.ids.namesakes`."""
        for key, language in ids.namesakes(name, languages):
            code = self._code("lang", language)
            for row in self._rows("id", key):
                is_in_it = not language or self.columns["lang"][row] - 1 == code
                if is_in_it and (found := self.id(row)) != name and ids.key(found) == key:
                    return found
        return None

    def document(self, source: str) -> Known | None:
        """What is known of the document that a source has; None where it has none."""
        row = next((row for row in self._rows("source", source) if self._text("source", row) == source), None)
        if row is None:
            return None
        return Known(int(self.columns["number"][row]), self.columns["digest"][row].tobytes().hex())

    def id(self, row: int) -> str:
        """The id of a release or, behind these, of a withdrawal."""
        return self._text("id", row)

    def source_names(self) -> list[str]:
        """The sources of all documents, by row."""
        return self._texts("source")

    def ids(self) -> list[str]:
        """The ids of all releases, by rank."""
        return self._texts("id")[: self.size]

    @cached_property
    def sources(self) -> Sources:
        """The sources of all documents."""
        return Sources(self)

    def numbers_of(self, sources: Set[str] | None) -> list[int]:
        """The numbers of the documents that these sources have, or of all there are."""
        if sources is None or len(sources) > _FEW:
            numbers = self.documents().tolist()
            named = zip(self._texts("source"), numbers, strict=True)
            return numbers if sources is None else [number for source, number in named if source in sources]
        return [known.number for known in map(self.document, sources) if known]

    def documents(self) -> NDArray[np.uint32]:
        """The numbers of all documents: those of the releases by rank, then the withdrawals."""
        return self.columns["number"]

    def withdrawn(self) -> list[int]:
        """The numbers of the withdrawals."""
        return list(map(int, self.columns["number"][self.size :]))

    def updated(self) -> NDArray[np.float64]:
        """When each release was updated, by rank; not a number where that is not known."""
        return self.columns["updated"][: self.size]

    def years(self) -> NDArray[np.uint16]:
        """Where in the values of that facet the year of each release stands, counted from 1; 0 where undated."""
        return self.columns["year"][: self.size]

    def alias(self, path: str) -> str | None:
        """The id of the document that states this address; of several the first, and a release before withdrawals."""
        at = np.flatnonzero(self.columns["alias"] == _key(path))
        rows = np.searchsorted(self.columns["alias.ends"], at, "right")
        return min(((row >= self.size, self.id(row)) for row in rows.tolist()), default=(False, None))[1]

    def siblings(self, rank: int) -> list[int]:
        """The ranks of the translations of a release, by language: of each the one that was published first."""
        keys = self._slice("translation", rank)
        if not len(keys):
            return []
        at = np.flatnonzero(np.isin(self.columns["translation"], keys))
        found: dict[int, int] = {}
        languages = self.columns["lang"]
        for row in np.unique(np.searchsorted(self.columns["translation.ends"], at, "right")).tolist():
            language = int(languages[row])
            if row < self.size and language != languages[rank]:
                found[language] = min(found.get(language, row), row, key=self._seniority)
        return [found[language] for language in sorted(found, key=lambda code: self.values["lang"][code - 1])]

    def content(self) -> bytes:
        """What is another when any release is: the digests of all documents, in their order."""
        return self.columns["digest"].tobytes()

    def place(self, facts: Facts) -> int:
        """Before which row a document stands, or would stand."""
        if facts.is_withdrawn:
            first, last = self.size, len(self.documents())
        else:
            ages = self.columns["age"][: self.size]
            first, last = (int(np.searchsorted(ages, _age(facts), side)) for side in ("left", "right"))
        return bisect_left(range(last), facts.id, first, key=self.id)

    def _seniority(self, row: int) -> tuple[bool, float, str]:
        age = float(self.columns["age"][row])
        return age == _UNDATED, -age, self.id(row)

    @cached_property
    def _topic_rows(self) -> NDArray[np.intp]:
        return self.columns["topic.rows"].astype(np.intp)  # numpy takes twice as long with any other kind of numbers

    @cached_property
    def _topic_starts(self) -> NDArray[np.int64]:
        return np.concatenate(([0], self.columns["topic.ends"][:-1])).astype(np.int64)[: len(self.values["topic"])]

    @cached_property
    def _codes(self) -> Mapping[str, Mapping[str, int]]:
        return {facet: {value: code for code, value in enumerate(values)} for facet, values in self.values.items()}

    def _code(self, facet: str, value: str) -> int | None:
        return self._codes[facet].get(value)

    def _of_topic(self, code: int) -> NDArray[np.uint32]:
        return self.columns["topic.rows"][self._topic_starts[code] : int(self.columns["topic.ends"][code])]

    def _row_of(self, release_id: str) -> int | None:
        return next((row for row in self._rows("id", ids.key(release_id)) if self.id(row) == release_id), None)

    def _rows(self, column: str, key: str) -> list[int]:
        """The rows that may have this key."""
        rows: list[int] = np.flatnonzero(self.columns[f"{column}_key"] == _key(key)).tolist()
        return rows

    def _slice(self, column: str, row: int) -> NDArray[Any]:
        ends = self.columns[f"{column}.ends"]
        return self.columns[column][int(ends[row - 1]) if row else 0 : int(ends[row])]

    def _text(self, column: str, row: int) -> str:
        return self._slice(column, row).tobytes().decode("utf8")

    def _texts(self, column: str) -> list[str]:
        blob, ends = self.columns[column].tobytes(), self.columns[f"{column}.ends"].tolist()
        return [blob[start:end].decode("utf8") for start, end in zip([0, *ends], ends, strict=False)]


def changed(base: Table | None, numbers: NDArray[np.int64], added: Sequence[tuple[int, Facts]]) -> Table:
    """The table that follows on ``base``.

    ``numbers`` tells for each document number of the base the one that it has now, -1 where it is gone; ``added`` are
    the documents that have come, with their numbers.
    """
    base = base or EMPTY
    new = sorted(added, key=_order)
    values = {facet: list(values) for facet, values in base.values.items()}
    rows = _Rows(new, values)
    kept = numbers[base.documents()] >= 0 if len(base.documents()) else np.zeros(0, np.bool_)
    pieces = list(_pieces(kept, [base.place(facts) for _, facts in new]))
    columns = dict(_spliced(base.columns, rows.columns, pieces))
    old_numbers = np.where(kept, numbers[base.documents()], 0) if len(kept) else np.zeros(0)
    columns["number"] = _concatenated("u4", (old_numbers, rows.columns["number"]), pieces)
    columns |= _topics(base, rows, pieces, values)
    gone = int(np.count_nonzero(~kept[: base.size]))
    return Table(columns, values, base.size - gone + sum(not facts.is_withdrawn for _, facts in new))


class _Rows:
    """Documents that have come, in the order of a table, as columns; adds what is new to ``values``."""

    def __init__(self, new: Sequence[tuple[int, Facts]], values: Mapping[str, list[str]]) -> None:
        codes = {facet: _Codes(values[facet]) for facet in FACETS}
        facts = [facts for _, facts in new]
        fixed: dict[str, Iterable[Any]] = {
            "number": (number for number, _ in new),
            "age": (_age(each) for each in facts),
            "published": map(_moment, (each.published for each in facts)),
            "updated": map(_moment, (each.updated for each in facts)),
            "day": (each.day for each in facts),
            "year": (codes["year"][str(each.year)] + 1 if each.year else 0 for each in facts),
            "lang": (codes["lang"][each.language] + 1 for each in facts),
            "length": (each.length for each in facts),
            "id_key": (_key(ids.key(each.id)) for each in facts),
            "source_key": (_key(each.source) for each in facts),
        }
        self.columns = {name: np.fromiter(found, _FIXED[name], len(new)) for name, found in fixed.items()}
        self.columns["digest"] = np.frombuffer(bytes.fromhex("".join(_short(each.digest) for each in facts)), "V16")
        ragged: dict[str, list[NDArray[Any]]] = {
            "id": [np.frombuffer(each.id.encode("utf8"), "u1") for each in facts],
            "source": [np.frombuffer(each.source.encode("utf8"), "u1") for each in facts],
            "alias": [np.array([_key(alias) for alias in each.aliases], "u8") for each in facts],
            "translation": [np.array([_key(key) for key in each.translation_keys], "u8") for each in facts],
            "file": [_bytes(each.files) for each in facts],
        }
        for name, found in ragged.items():
            self.columns[name] = np.concatenate([np.zeros(0, _RAGGED[name]), *found])
            self.columns[f"{name}.ends"] = np.cumsum([len(each) for each in found], dtype="u4")
        self.topics = [
            (codes["topic"][topic], row)
            for row, each in enumerate(facts)
            if not each.is_withdrawn
            for topic in dict.fromkeys(each.topics)
        ]


class _Codes(dict[str, int]):
    """The numbers of values; one that is new is put behind the others."""

    def __init__(self, values: list[str]) -> None:
        super().__init__((value, code) for code, value in enumerate(values))
        self._values = values

    def __missing__(self, value: str) -> int:
        self._values.append(value)
        code = self[value] = len(self._values) - 1
        return code


_Piece = tuple[bool, int, int]
"""Rows that stand one after another: whether they are new, the first, and the first that is no more of them."""


def _pieces(kept: Mask, places: Sequence[int]) -> Iterator[_Piece]:
    """The rows of the next table in order: those that are kept, and the new ones at their places among the old."""
    edges = np.flatnonzero(np.diff(kept.astype(np.int8), prepend=0, append=0))
    runs = edges.reshape(-1, 2).tolist()[::-1]
    new = 0
    while new < len(places):
        place = places[new]
        while runs and runs[-1][1] <= place:
            first, last = runs.pop()
            yield False, first, last
        if runs and runs[-1][0] < place:
            yield False, runs[-1][0], place
            runs[-1][0] = place
        following = new + 1
        while following < len(places) and (places[following] == place or not runs or places[following] <= runs[-1][0]):
            following += 1
        yield True, new, following
        new = following
    for first, last in reversed(runs):
        yield False, first, last


def _spliced(
    old: Mapping[str, NDArray[Any]], new: Mapping[str, NDArray[Any]], pieces: Sequence[_Piece]
) -> Iterator[tuple[str, NDArray[Any]]]:
    """The columns of the next table, but for numbers and topics."""
    for name, kind in _FIXED.items():
        if name != "number":
            yield name, _concatenated(kind, (old[name], new[name]), pieces)
    for name, kind in _RAGGED.items():
        ends = [columns[f"{name}.ends"] for columns in (old, new)]
        bounds = [np.concatenate(([0], each)).astype(np.int64) for each in ends]
        within = [(is_new, int(bounds[is_new][first]), int(bounds[is_new][last])) for is_new, first, last in pieces]
        yield name, _concatenated(kind, (old[name], new[name]), within)
        lengths = _concatenated("u4", tuple(np.diff(each) for each in bounds), pieces)
        yield f"{name}.ends", np.cumsum(lengths, dtype="u4")


def _concatenated(kind: str, parts: Sequence[NDArray[Any]], pieces: Sequence[_Piece]) -> NDArray[Any]:
    return np.concatenate([np.zeros(0, kind), *(parts[is_new][first:last] for is_new, first, last in pieces)]).astype(
        kind, copy=False
    )


def _topics(
    base: Table, rows: _Rows, pieces: Sequence[_Piece], values: dict[str, list[str]]
) -> dict[str, NDArray[Any]]:
    """The rows of each topic, one topic after another; one that nothing is in any more is left out of ``values``."""
    now = [np.full(len(base.documents()), -1, np.int64), np.zeros(len(rows.columns["number"]), np.int64)]
    position = 0
    for is_new, first, last in pieces:
        now[is_new][first:last] = np.arange(position, position + last - first)
        position += last - first
    old_rows = now[False][base.columns["topic.rows"]]
    sizes = np.diff(base.columns["topic.ends"], prepend=np.uint32(0))
    keys = (np.repeat(np.arange(len(sizes)), sizes) << 32 | old_rows)[old_rows >= 0]
    come = np.sort(np.array([code << 32 | int(now[True][row]) for code, row in rows.topics], np.int64))
    keys = np.insert(keys, np.searchsorted(keys, come), come)
    counts = np.bincount(keys >> 32, minlength=len(values["topic"]))
    values["topic"] = [topic for topic, count in zip(values["topic"], counts.tolist(), strict=True) if count]
    return {
        "topic.rows": (keys & 0xFFFFFFFF).astype("u4"),
        "topic.ends": np.cumsum(counts[counts > 0], dtype="u4"),
    }


def _order(document: tuple[int, Facts]) -> tuple[bool, float, str]:
    _, facts = document
    return facts.is_withdrawn, 0.0 if facts.is_withdrawn else _age(facts), facts.id


def _age(facts: Facts) -> float:
    return _UNDATED if facts.appeared is None else -facts.appeared


def _moment(timestamp: float | None) -> float:
    return np.nan if timestamp is None else timestamp


def _short(digest: str) -> str:
    return digest[: len(digest) // 2]


def _bytes(digests: Iterable[str]) -> NDArray[np.void]:
    return np.frombuffer(bytes.fromhex("".join(digests)), "V32")


def _key(text: str) -> np.uint64:
    """A text as a number: what is looked up is compared with all there are at once."""
    return np.uint64(int.from_bytes(blake2b(text.encode("utf8"), digest_size=8).digest(), "little"))


EMPTY = Table(
    {name: np.zeros(0, kind) for name, kind in {**_FIXED, **_RAGGED, "topic.rows": "u4", "topic.ends": "u4"}.items()}
    | {f"{name}.ends": np.zeros(0, "u4") for name in _RAGGED},
    dict.fromkeys(FACETS, ()),
    0,
)
