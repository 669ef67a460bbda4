"""Scoring: which of the releases that match answer best; the figures are those of `feedsrv.search.ranking`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise

import numpy as np
from numpy.typing import NDArray

from feedsrv.query.tree import Node, positive_leaves
from feedsrv.search import ranking
from feedsrv.search.question import (
    as_written,
    forms_of,
    is_short,
    numbered,
    stems_of,
    telling,
    with_beginnings,
    words_of,
)
from feedsrv.search.whoosh.matcher import Matcher
from feedsrv.search.whoosh.postings import NO_POSTINGS, Postings, Ranks, Scores
from feedsrv.search.whoosh.table import Mask
from feedsrv.search.whoosh.terms import Places, documents, followed, near

_Pair = tuple[str, str, float, Callable[[Places, Places, int], Places], int]


@dataclass(frozen=True, slots=True)
class Scorer:
    """How well releases answer ``tree``; ``typed`` is it with what is not required, which has neighbours, too."""

    matcher: Matcher
    tree: Node
    typed: Node

    def best_first(self, releases: Mask, complete: Mask, most: int) -> Ranks:
        """So many of the releases, those first that answer best; of equals the newest first.

        ``complete`` are those that have all of it, which stand before the others where what was typed `is_short`.
        """
        if not most:
            return NO_POSTINGS.ranks
        scores = Scores(self.matcher.terms.table.size)
        if np.count_nonzero(releases) > 1:
            self._score(scores)
        ordered: list[Ranks] = []
        for group in (complete, releases & ~complete) if is_short(self.typed) else (releases,):
            if most > 0:
                ordered.append(self._best(np.flatnonzero(group), scores, most))
                most -= len(ordered[-1])
        return np.concatenate([NO_POSTINGS.ranks, *ordered])

    def _score(self, scores: Scores) -> None:
        """Add up what speaks for each release: all that is asked for, and how like its title is to it."""
        likeness = self._likeness()
        in_title = ranking.title_weight(len(words_of(self.tree))) * likeness
        for leaf, times in Counter(positive_leaves(self.tree)).items():
            for_number = numbered(leaf, self.typed, len(likeness))
            for weight, postings in self.matcher.evidence(leaf, in_title, for_number):
                scores.add(postings, weight * times)
        titled = np.flatnonzero(likeness)
        scores.reward(titled, ranking.worth_of_likeness(len(likeness)) * likeness[titled])

    def _likeness(self) -> NDArray[np.float64]:
        """How like the title of each release is to the question."""
        words, table = words_of(self.tree), self.matcher.terms.table
        shared = np.zeros(table.size, np.uint16)
        for parts in words:
            shared += self.matcher.in_title(parts, telling(parts, self.matcher.terms.languages))
        likeness = np.zeros(table.size)
        titled = np.flatnonzero(shared)
        lengths = table.title_lengths[titled].astype(np.int64)
        likeness[titled] = ranking.likeness(np.minimum(shared[titled], lengths), len(words), lengths)
        return likeness

    def _best(self, ranks: Ranks, scores: Scores, most: int) -> Ranks:
        """So many of these releases, the best of which are looked at again."""
        if len(ranks) < 2:
            return ranks[:most]
        order = scores.best(ranks, max(most, ranking.MOST_RERANKED))
        best = np.sort(order[: ranking.MOST_RERANKED])
        scores.reward(best, self._second_look(best))
        return np.concatenate((scores.best(best, len(best)), order[ranking.MOST_RERANKED :]))[:most]

    def _second_look(self, ranks: Ranks) -> NDArray[np.float64]:
        """What it adds to the score of each release how the words of the question stand in it."""
        terms, added = self.matcher.terms, np.zeros(len(ranks))
        forms = forms_of(self.typed)
        with terms.work.or_else("which words stand side by side"):
            told = {
                form: terms.stem(*stems_of(form, terms.languages))
                for form in telling(list(dict.fromkeys(forms)), terms.languages)
            }
            added += self._standing(ranks, forms, list(told))
            added += self._begun_alike(ranks, told)
        return added

    def _standing(self, ranks: Ranks, forms: Sequence[str], told: Sequence[str]) -> NDArray[np.float64]:
        """What it adds that a release has words as they are written, and together."""
        terms = self.matcher.terms
        numbers = terms.table.numbers[ranks]
        looked_at = np.sort(numbers)
        added = np.zeros(len(ranks))
        worth = {form: terms.tally("forms", form).rarity for form in forms}
        places = {form: terms.places(form, looked_at) for form in worth}

        def add(found: Places, bonus: float) -> None:
            added[np.searchsorted(looked_at, documents(found))] += bonus

        for form, weight in as_written(self.typed, told):
            add(places[form], weight * worth[form])
        for first, second, weight, find, distance in self._pairs(forms, told[: ranking.MOST_NEAR]):
            if places[first].size and places[second].size:
                add(find(places[first], places[second], distance), weight * (worth[first] + worth[second]))
        return added[np.searchsorted(looked_at, numbers)]

    def _begun_alike(self, ranks: Ranks, told: Mapping[str, Postings]) -> NDArray[np.float64]:
        """What it adds that in place of a word a release has another that begins like it."""
        terms = self.matcher.terms
        place = np.zeros(terms.table.size, np.uint8)
        place[ranks] = np.arange(1, len(ranks) + 1)
        added = np.zeros(len(ranks) + 1)
        for form in sorted(with_beginnings(told), key=lambda form: -told[form].rarity)[: ranking.MOST_BEGUN]:
            lacking = np.ones(len(ranks) + 1)
            lacking[place[told[form].at]] = 0.0
            if lacking[1:].any():
                begun = terms.begun(form[: ranking.BEGINNING])
                having = np.zeros(len(ranks) + 1)
                having[place[begun.at]] = ranking.BEGUN_ALIKE * begun.rarity
                added += lacking * having
        return added[1:]

    @staticmethod
    def _pairs(forms: Sequence[str], told: Sequence[str]) -> Iterator[_Pair]:
        """The words that may stand together, what it counts if they do, how that is found, and how far apart."""
        for first, second in dict.fromkeys(pairwise(forms)):
            yield first, second, ranking.NEIGHBOURS, followed, 1
        for first, second in combinations(told, 2):
            yield first, second, ranking.nearness(len(told)), near, ranking.NEAR
