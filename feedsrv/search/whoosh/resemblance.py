"""Resemblance: which releases are most like another one, by the words that tell most about it."""

from __future__ import annotations

from collections import Counter
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
    telling: dict[str, float] = {}
    with suppress(WorkSpent):
        for stem, times in sorted(said.items(), key=lambda item: (-item[1], item[0]))[:_MOST_LOOKED_AT]:
            if (tally := terms.tally("stem", stem)).having > 1:
                telling[stem] = ranking.saturated(times) * tally.rarity
    scores = Scores(terms.table.size)
    for stem in sorted(telling, key=lambda stem: (-telling[stem], stem))[:_MOST_TRAITS]:
        scores.add(terms.stem(stem), telling[stem])
    return scores.best(np.flatnonzero(scores.above_nothing(candidates)), most)
