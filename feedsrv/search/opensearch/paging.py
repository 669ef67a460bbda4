"""Paging: which hits are on a page, in which order; those that score best are looked at once more before that."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from feedsrv.search import ranking
from feedsrv.search.opensearch.clauses import NEWEST
from feedsrv.search.opensearch.cluster import Json

BEST: Sequence[Any] = ("_score", *NEWEST)
"""Those first that score best; of equals the newest."""


@dataclass(frozen=True, slots=True)
class Part:
    """Of what a query finds, in this order, the hits on a page: ``most`` of them from the ``first`` on.

    ``has_second_look``: the order of those that score best is found by a second look at them. ``is_partial``: they have
    some of the words only; None where that is to be asked of each.
    """

    query: Json
    first: int
    most: int
    order: Sequence[Any] = BEST
    has_second_look: bool = False
    is_partial: bool | None = False

    @property
    def is_again(self) -> bool:
        """Whether some are among those."""
        return self.has_second_look and self.first < ranking.MOST_RERANKED

    @property
    def asked(self) -> Json:
        """The search for them, or for all from the very first on where their order is not known yet."""
        begin, size = self.first, self.most
        if self.is_again:
            begin, size = 0, max(self.first + self.most, ranking.MOST_RERANKED)
        return {"query": self.query, "from": begin, "size": size, "sort": [*self.order], "_source": ["record"]}

    def best(self, hits: Sequence[Json]) -> Sequence[Json]:
        """Those of the hits that were found that are looked at again."""
        return hits[: ranking.MOST_RERANKED] if self.is_again else ()

    def ordered(self, hits: Sequence[Json], added: Mapping[str, float]) -> Sequence[Json]:
        """Those of the hits that are on the page, with what is to be added to the scores of the best, by name."""
        if not self.is_again:
            return hits
        best = sorted(self.best(hits), key=lambda hit: _place(hit, added.get(hit["_id"], 0.0)))
        return [*best, *hits[len(best) :]][self.first : self.first + self.most]


def _place(hit: Json, added: float) -> tuple[float, int, str]:
    score, appeared, release_id = hit["sort"]
    return -(score + added), -appeared, release_id
