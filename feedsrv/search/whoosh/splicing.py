"""Splicing: the next table of a generation, made of the last one and of what changed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from feedsrv import ids
from feedsrv.search.documents import Facts
from feedsrv.search.whoosh.columns import FIXED, RAGGED, age_of, key_of, short
from feedsrv.search.whoosh.table import EMPTY, FACETS, Mask, Table


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
            "age": (age_of(each) for each in facts),
            "published": map(_moment, (each.published for each in facts)),
            "updated": map(_moment, (each.updated for each in facts)),
            "day": (each.day for each in facts),
            "year": (codes["year"][str(each.year)] + 1 if each.year else 0 for each in facts),
            "lang": (codes["lang"][each.language] + 1 for each in facts),
            "id_lang": (codes["lang"][each.id_language or each.language] + 1 for each in facts),
            "length": (each.length for each in facts),
            "title_length": (each.title_length for each in facts),
            "id_key": (key_of(ids.key(each.id)) for each in facts),
            "source_key": (key_of(each.source) for each in facts),
            "noindex": (each.is_noindex for each in facts),
        }
        self.columns = {name: np.fromiter(found, FIXED[name], len(new)) for name, found in fixed.items()}
        self.columns["digest"] = np.frombuffer(bytes.fromhex("".join(short(each.digest) for each in facts)), "V16")
        ragged: dict[str, list[NDArray[Any]]] = {
            "id": [np.frombuffer(each.id.encode("utf8"), "u1") for each in facts],
            "source": [np.frombuffer(each.source.encode("utf8"), "u1") for each in facts],
            "alias": [np.array([key_of(ids.former_address(alias)) for alias in each.aliases], "u8") for each in facts],
            "translation": [np.array([key_of(key) for key in each.translation_keys], "u8") for each in facts],
            "file": [_bytes(each.files) for each in facts],
        }
        for name, found in ragged.items():
            self.columns[name] = np.concatenate([np.zeros(0, RAGGED[name]), *found])
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
    for name, kind in FIXED.items():
        if name != "number":
            yield name, _concatenated(kind, (old[name], new[name]), pieces)
    for name, kind in RAGGED.items():
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
    return facts.is_withdrawn, 0.0 if facts.is_withdrawn else age_of(facts), facts.id


def _moment(timestamp: float | None) -> float:
    return np.nan if timestamp is None else timestamp


def _bytes(digests: Iterable[str]) -> NDArray[np.void]:
    return np.frombuffer(bytes.fromhex("".join(digests)), "V32")
