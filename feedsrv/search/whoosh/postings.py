"""Postings: which releases have a term, and how much it says for each.

A cache of them, found once a generation and kept while there is room; shared between threads.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from operator import attrgetter
from threading import Lock
from typing import Any, Protocol, TypeVar, cast

import numpy as np
from cachetools import LRUCache
from numpy.typing import NDArray

from feedsrv.search import ranking
from feedsrv.search.whoosh.table import Mask, Table
from feedsrv.search.work import TERM

ROOM = 32_000_000
"""Bytes of what is kept."""
OVERHEAD = 1_000
"""Bytes of a term, beside its postings: words that no release has are asked for, too."""

Ranks = NDArray[np.integer[Any]]
"""Releases by their ranks, each once."""


@dataclass(frozen=True, slots=True)
class Tally:
    """How many releases have a term; ``rarity`` is what it says for one that has it once.

    ``work`` are the steps that it takes to find this out: a property of the generation, whoever has found it before.
    """

    having: int = 0
    rarity: float = 0.0
    work: int = TERM

    @property
    def nbytes(self) -> int:
        """The room that it takes, in bytes."""
        return OVERHEAD


@dataclass(frozen=True, slots=True, eq=False)
class Postings(Tally):
    """The releases that have a term, in any order, and how much it says for each.

    ``is_cut``: it stands for more words than were looked for.
    """

    ranks: Ranks = field(default_factory=lambda: np.zeros(0, np.uint32))
    scores: NDArray[np.floating[Any]] = field(default_factory=lambda: np.zeros(0, np.float32))
    is_cut: bool = False

    @property
    def nbytes(self) -> int:
        """The room that it takes, in bytes."""
        return OVERHEAD + self.ranks.nbytes + self.scores.nbytes

    @property
    def at(self) -> NDArray[np.intp]:
        """The ranks as an index: numpy takes five times as long with any other kind of numbers."""
        return self.ranks.astype(np.intp)


NO_POSTINGS = Postings()


def union(found: Iterable[Postings], size: int) -> Mask:
    """The releases, of so many, that have one of these terms."""
    releases = np.zeros(size, np.bool_)
    for postings in found:
        releases[postings.at] = True
    return releases


Weight = float | NDArray[np.float64]
"""What a term counts: the same for all releases, or for each by its rank."""
Weighted = tuple[Weight, Postings]
"""What a term says, and its weight."""


def summed(found: Iterable[Weighted]) -> Postings:
    """What several terms say together, each as much as its weight."""
    weighted = list(found)
    ranks, at = np.unique(np.concatenate([postings.at for _, postings in weighted]), return_inverse=True)
    said = np.concatenate([_said(postings, weight) for weight, postings in weighted])
    scores = np.zeros(len(ranks))
    np.add.at(scores, at, said)
    return Postings(len(ranks), ranks=ranks, scores=scores)


def _said(postings: Postings, weight: Weight) -> NDArray[np.float64]:
    """How much a term says for each of its releases, with this weight."""
    of_each = weight[postings.at] if isinstance(weight, np.ndarray) else weight
    return of_each * postings.scores.astype(np.float64)


def better(first: Postings, second: Postings) -> Postings:
    """For each release what says more."""
    ranks = np.union1d(first.ranks, second.ranks)
    scores = np.zeros(len(ranks))
    for each in (first, second):
        at = np.searchsorted(ranks, each.ranks)
        scores[at] = np.maximum(scores[at], each.scores)
    return Postings(len(ranks), ranks=ranks, scores=scores)


class Scores:
    """How well each of so many releases answers: what speaks for it is added up, in the order in which it is told."""

    def __init__(self, size: int) -> None:
        self._of = np.zeros(size)

    def add(self, postings: Postings, weight: Weight) -> None:
        """What a term says, times its weight."""
        np.add.at(self._of, postings.at, _said(postings, weight))

    def reward(self, ranks: Any, bonus: Any) -> None:
        """Something beside the terms, for a release or for different ones."""
        self._of[ranks] += bonus

    def above_nothing(self, releases: Mask) -> Mask:
        """Those of the releases for which anything speaks."""
        return releases & (self._of > 0)

    def best(self, ranks: Ranks, most: int) -> Ranks:
        """Of releases by ascending rank the best, so many of them: those first that answer best, the newest of equals.

        What is no better than as many of a sample is none of them, so next to nothing has to be put in order.
        """
        scores = self._of[ranks]
        for step in (_SAMPLE, 1):
            sample = scores[::step]
            if 0 < most < len(sample):
                chosen = np.flatnonzero(scores >= np.partition(sample, -most)[-most])
                ranks, scores = ranks[chosen], scores[chosen]
        return ranks[np.argsort(-scores, kind="stable")[:most]]


_SAMPLE = 16  # of so many releases one


class Kept(Protocol):
    """What can be kept: it says how much room it takes."""

    @property
    def nbytes(self) -> int:
        """Bytes."""


T = TypeVar("T", bound=Kept)


_LARGEST = 6 << 20
"""Bytes. Once as much as this was freed, glibc keeps twice as much for the next arrays, instead of having the kernel
give it anew page by page, which takes longer than what is done with most of them (mallopt(3), M_MMAP_THRESHOLD)."""


class PostingsCache:
    """What terms say in one generation, as far as it has been asked for; the least recently used makes room.

    ``norms`` are those of the texts (see `ranking.norms`) by the numbers of their documents.
    """

    def __init__(self, table: Table) -> None:
        self.table = table
        self.norms = np.ones(int(table.numbers.max()) + 1 if table.size else 1)
        self.norms[table.numbers] = ranking.norms(table.lengths)
        self._kept: LRUCache[Hashable, Kept] = LRUCache(ROOM, getsizeof=attrgetter("nbytes"))
        self._lock = Lock()
        np.empty(_LARGEST, np.uint8)

    def get(self, key: Hashable, find: Callable[[], T]) -> T:
        """What is known by this key: found now unless it is kept."""
        with self._lock:
            kept = self._kept.get(key)
        if kept is None:
            kept = find()
            with self._lock, suppress(ValueError):  # what is larger than all the room
                self._kept[key] = kept
        return cast("T", kept)
