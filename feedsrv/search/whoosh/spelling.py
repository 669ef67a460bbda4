"""What spelling asks of the Whoosh index."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import and_

import numpy as np

from feedsrv.query.tree import Leaf
from feedsrv.release import Release
from feedsrv.search.whoosh.matcher import Matcher
from feedsrv.search.whoosh.postings import union
from feedsrv.search.whoosh.table import Mask
from feedsrv.search.work import Work


@dataclass(frozen=True, slots=True)
class Known:
    """Implements `feedsrv.search.spelling.Vocabulary` for one search."""

    matcher: Matcher

    @property
    def languages(self) -> Sequence[str]:
        """Those by whose rules a word may be stemmed."""
        return self.matcher.terms.languages

    @property
    def work(self) -> Work:
        """What the search may still cost."""
        return self.matcher.terms.work

    def having(self, *asked: Leaf) -> int:
        """How many releases match all of these leaves."""
        return int(np.count_nonzero(self._all(asked)))

    def having_each(self, asked: Sequence[Leaf]) -> list[int]:
        """How many releases match each of these leaves."""
        return [self.having(leaf) for leaf in asked]

    def saying(self, forms: Sequence[str], field: str, beside: Sequence[Leaf] = ()) -> list[int]:
        """How many releases have each word just as it is written in a field, and match all leaves beside it."""
        terms = self.matcher.terms
        if not beside:
            return [terms.tally(field, form).having for form in forms]
        within, size = self._all(beside), terms.table.size
        return [int(np.count_nonzero(union([terms.form(form, field)], size) & within)) for form in forms]

    def near(self, form: str, mistakes: int, field: str) -> set[str]:
        """The words of a field that are so many mistakes of a typist away at most."""
        return self.matcher.terms.near(form, mistakes, field)

    def newest_with(self, form: str, field: str, most: int) -> Iterator[Release]:
        """The newest releases that have a word just as it is written in a field."""
        terms = self.matcher.terms
        for rank in np.sort(terms.form(form, field).ranks)[:most].tolist():
            release = terms.segments.record(int(terms.table.numbers[rank]))
            if isinstance(release, Release):
                yield release

    def _all(self, leaves: Sequence[Leaf]) -> Mask:
        return reduce(and_, map(self.matcher.releases, leaves), self.matcher.terms.table.everything())
