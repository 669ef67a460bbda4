"""Postings: which releases have a term, and how much it says for each.

A cache of them, found once a generation and kept while there is room; shared between threads.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from operator import attrgetter
from threading import Lock

from cachetools import LRUCache, cachedmethod

from feedsrv.search import ranking
from feedsrv.search.whoosh.table import Table
from feedsrv.search.work import TERM

ROOM = 3_000_000
"""What is kept, in postings of 8 bytes."""
OVERHEAD = 100
"""Of a term, beside its postings: words that no release has are asked for, too."""


@dataclass(frozen=True, slots=True)
class Postings:
    """The releases that have a term, as a set and by rank, and how much it says for each.

    ``rarity`` is what it says for one that has it once; ``is_cut``: it stands for more words than were looked for.
    ``work`` are the steps that it takes to find this out: a property of the generation, whoever has found it before.
    """

    releases: int
    ranks: Sequence[int]
    scores: Sequence[float]
    rarity: float = 0.0
    is_cut: bool = False
    work: int = TERM

    @property
    def size(self) -> int:
        """The room that it takes, in postings: its set is an integer of as many bits as there are releases."""
        return len(self.ranks) + self.releases.bit_length() // 64 + OVERHEAD

    def weighed(self, weight: float, scores: dict[int, float]) -> None:
        """Add what it says to the scores of the releases that are in them."""
        for rank, score in zip(self.ranks, self.scores, strict=True):
            if rank in scores:
                scores[rank] += weight * score


NO_POSTINGS = Postings(0, (), ())


class PostingsCache:
    """The postings of one generation, as far as they have been asked for; the least recently used make room."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self.norms = ranking.norms(table.lengths)
        self._kept: LRUCache[tuple[str, str], Postings] = LRUCache(ROOM, getsizeof=attrgetter("size"))
        self._lock = Lock()

    @cachedmethod(attrgetter("_kept"), key=lambda _self, kind, text, _find: (kind, text), lock=attrgetter("_lock"))
    def get(self, kind: str, text: str, find: Callable[[], Postings]) -> Postings:
        """The postings of a term of some kind: found now unless they are kept."""
        return find()
