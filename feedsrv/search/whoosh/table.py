"""The table of a generation: what is known of its releases without reading them, as columns in order of date.

A row is a release, the newest first by when it appeared, which is its *rank*; of equals the first by id, then those
without a date, by id. Behind them stand the withdrawals, by id. A set of releases is an array of flags, one for each
rank: filters are bit operations, counts are sums. A column is an array, mapped from the disk, so that a table opens in
no time whatever its length; `feedsrv.search.whoosh.splicing` makes the next of this one and of what changed.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence, Set
from functools import cached_property
from typing import Any

import numpy as np
import numpy.ma  # which `np.unique` would else load while the first reader waits
from numpy.typing import NDArray

from feedsrv import ids
from feedsrv.search.documents import Facts
from feedsrv.search.whoosh.columns import FIXED, RAGGED, UNDATED, age_of, key_of
from feedsrv.search.whoosh.sources import FEW, Known, Sources

FACETS = ("topic", "year", "lang")

Mask = NDArray[np.bool_]
"""A set of releases: a flag for each rank."""


class Table:
    """The columns of one generation; shared between threads.

    ``columns`` are those of `FIXED` and `RAGGED`, and the rows of each topic; ``values`` are the topics, years and
    languages that stand in them by number.
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
    def title_lengths(self) -> NDArray[np.uint32]:
        """The words of each title that tell anything, by rank."""
        return self.columns["title_length"][: self.size]

    @property
    def days(self) -> NDArray[np.uint32]:
        """The day of publication as an ordinal, by rank; 0 where undated."""
        return self.columns["day"][: self.size]

    @cached_property
    def _dated(self) -> int:
        return int(np.searchsorted(self.columns["age"][: self.size], UNDATED))

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
        codes = [code for value in values if (code := self._codes[facet].get(value)) is not None]
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
            flags, starts = releases[self._topic_rows].view(np.uint8), self._topic_starts  # no topic is without rows
            return np.add.reduceat(flags, starts, dtype=np.int64) if len(starts) else starts
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
        """Another id than this one that a document has which is looked for by it; see `feedsrv.ids.namesakes`.

        Of several languages it is the first of these, then the first by its tag.
        """
        known = dict.fromkeys((*languages, *sorted(self.values["lang"])))
        for key, language in ids.namesakes(name, [*known]):
            code = self._codes["lang"].get(language)
            for row in self._rows("id", key):
                is_in_it = not language or self.columns["id_lang"][row] - 1 == code
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

    @property
    def sources(self) -> Sources:
        """The sources of all documents. Not kept: table and sources would keep each other."""
        return Sources(self)

    def numbers_of(self, sources: Set[str] | None) -> list[int]:
        """The numbers of the documents that these sources have, or of all there are."""
        if sources is None or len(sources) > FEW:
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

    def for_search_engines(self) -> Mask:
        """Which releases do not ask search engines to leave them out, by rank."""
        listed: Mask = ~self.columns["noindex"][: self.size]
        return listed

    def alias(self, path: str) -> str | None:
        """The id of the document that states this address; of several the first, and a release before withdrawals."""
        at = np.flatnonzero(self.columns["alias"] == key_of(ids.former_address(path)))
        rows = np.searchsorted(self.columns["alias.ends"], at, "right")
        return min(((row >= self.size, self.id(row)) for row in rows.tolist()), default=(False, None))[1]

    def sharing(self, keys: Iterable[str]) -> Mapping[str, list[int]]:
        """The ranks of the releases that have each of these translation keys; all are looked for in one pass."""
        wanted = {int(key_of(key)): key for key in keys}
        found: dict[str, list[int]] = {key: [] for key in wanted.values()}
        column = self.columns["translation"]
        at = np.flatnonzero(np.isin(column, np.array([*wanted], "u8")))
        rows = np.searchsorted(self.columns["translation.ends"], at, "right")
        for row, key in zip(rows.tolist(), column[at].tolist(), strict=True):
            if row < self.size:
                found[wanted[key]].append(row)
        return found

    def beside(self, rank: int) -> tuple[int | None, int | None]:
        """The ranks of the releases in its language that appeared just before and just after one, None for no such."""
        languages = self.columns["lang"][: self._dated]
        if rank >= self._dated:
            return None, None
        is_like = languages == languages[rank]
        behind, before = _first(is_like[rank + 1 :]), _first(is_like[:rank][::-1])
        return None if behind is None else rank + 1 + behind, None if before is None else rank - 1 - before

    def content(self) -> bytes:
        """What is another when any release is: the digests of all documents, in their order."""
        return self.columns["digest"].tobytes()

    def place(self, facts: Facts) -> int:
        """Before which row a document stands, or would stand."""
        if facts.is_withdrawn:
            first, last = self.size, len(self.documents())
        else:
            ages = self.columns["age"][: self.size]
            first, last = (int(np.searchsorted(ages, age_of(facts), side)) for side in ("left", "right"))
        return bisect_left(range(last), facts.id, first, key=self.id)

    def seniority(self, row: int) -> tuple[bool, float, str]:
        """The lower, the earlier it appeared; what is undated comes last."""
        age = float(self.columns["age"][row])
        return age == UNDATED, -age, self.id(row)

    @cached_property
    def _topic_rows(self) -> NDArray[np.intp]:
        return self.columns["topic.rows"].astype(np.intp)  # numpy takes twice as long with any other kind of numbers

    @cached_property
    def _topic_starts(self) -> NDArray[np.int64]:
        return np.concatenate(([0], self.columns["topic.ends"][:-1])).astype(np.int64)[: len(self.values["topic"])]

    @cached_property
    def _codes(self) -> Mapping[str, Mapping[str, int]]:
        return {facet: {value: code for code, value in enumerate(values)} for facet, values in self.values.items()}

    def _of_topic(self, code: int) -> NDArray[np.uint32]:
        return self.columns["topic.rows"][self._topic_starts[code] : int(self.columns["topic.ends"][code])]

    def _row_of(self, release_id: str) -> int | None:
        return next((row for row in self._rows("id", ids.key(release_id)) if self.id(row) == release_id), None)

    def _rows(self, column: str, key: str) -> list[int]:
        """The rows that may have this key."""
        rows: list[int] = np.flatnonzero(self.columns[f"{column}_key"] == key_of(key)).tolist()
        return rows

    def _slice(self, column: str, row: int) -> NDArray[Any]:
        ends = self.columns[f"{column}.ends"]
        return self.columns[column][int(ends[row - 1]) if row else 0 : int(ends[row])]

    def _text(self, column: str, row: int) -> str:
        return self._slice(column, row).tobytes().decode("utf8")

    def _texts(self, column: str) -> list[str]:
        blob, ends = self.columns[column].tobytes(), self.columns[f"{column}.ends"].tolist()
        return [blob[start:end].decode("utf8") for start, end in zip([0, *ends], ends, strict=False)]


def _first(flags: Mask) -> int | None:
    """The place of the first flag that is set."""
    at = int(flags.argmax()) if len(flags) else 0
    return at if at < len(flags) and flags[at] else None


EMPTY = Table(
    {name: np.zeros(0, kind) for name, kind in {**FIXED, **RAGGED, "topic.rows": "u4", "topic.ends": "u4"}.items()}
    | {f"{name}.ends": np.zeros(0, "u4") for name in RAGGED},
    dict.fromkeys(FACETS, ()),
    0,
)
