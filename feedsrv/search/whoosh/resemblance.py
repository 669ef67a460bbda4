"""Resemblance: which releases are most like another one, by the words that tell most about it."""

from __future__ import annotations

from bisect import insort
from collections import Counter
from collections.abc import Mapping
from contextlib import suppress

import numpy as np

from feedsrv.release import Release
from feedsrv.search import ranking
from feedsrv.search.whoosh.postings import Ranks, Scores
from feedsrv.search.whoosh.table import Mask
from feedsrv.search.whoosh.terms import Terms
from feedsrv.search.work import WorkSpent
from feedsrv.text import analysis, stems

_MOST_LOOKED_AT = 60  # words of a text that may be traits
_MOST_TRAITS = 15  # words by which releases resemble each other
_LONGEST_TRAITS = 4000  # characters of a text that traits are taken from


def most_alike(terms: Terms, release: Release, candidates: Mask, most: int) -> Ranks:
    """Those of the candidates that share most of the words that tell most about a release, the closest first."""
    text = f"{release.title} {release.title} {release.text[:_LONGEST_TRAITS]}"
    said = Counter(
        stems.stem(form, release.language)
        for form in analysis.forms(text)
        if stems.is_of_letters(form) and not analysis.is_stopword(form, [release.language])
    )
    telling = _most_telling(terms, dict(sorted(said.items(), key=lambda item: (-item[1], item[0]))[:_MOST_LOOKED_AT]))
    scores = Scores(terms.table.size)
    for stem, worth in telling:
        scores.add(terms.stem(stem), worth)
    return scores.best(np.flatnonzero(scores.above_nothing(candidates)), most)


def _most_telling(terms: Terms, said: Mapping[str, int]) -> list[tuple[str, float]]:
    """The stems that tell most of those which other releases have too, and how much each tells, most first.

    What can tell no more than those that are found already is not counted: most are common words of very many releases.
    """
    worth = {stem: ranking.saturated(times) for stem, times in said.items()}
    at_most = {stem: each * terms.most_rarity("stem", stem) for stem, each in worth.items()}
    telling: list[tuple[float, str]] = []  # negative, so that the order is that of the best, and equals are by alphabet
    with suppress(WorkSpent):
        for stem in sorted(at_most, key=lambda stem: (-at_most[stem], stem)):
            if len(telling) == _MOST_TRAITS and -at_most[stem] > telling[-1][0]:
                break
            if (postings := terms.stem(stem)).having > 1:
                insort(telling, (-worth[stem] * postings.rarity, stem))
                del telling[_MOST_TRAITS:]
    return [(stem, -negative) for negative, stem in telling]
