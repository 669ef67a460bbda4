"""The sources of a table's documents: which file made each, looked up one by one, or held when many are asked for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Set
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from feedsrv.search.whoosh.columns import short

if TYPE_CHECKING:
    from feedsrv.search.whoosh.table import Table

FEW = 500
"""Sources that are looked up one by one."""


class Sources(Set[str]):
    """The sources of a table; they are held in memory only when many are asked for."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._asked = 0

    def __contains__(self, source: object) -> bool:
        self._asked += 1
        if self._asked > FEW:
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
        return self.digest == short(digest)
