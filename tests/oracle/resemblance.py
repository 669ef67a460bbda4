"""Resemblance: which releases are most like another one, by the words that tell most about it."""

from __future__ import annotations

from collections import Counter
from contextlib import suppress

from feedsrv.release import Release
from tests.oracle import analysis, ranking
from tests.oracle.table import members
from tests.oracle.terms import Terms
from tests.oracle.work import WorkSpent

_MOST_LOOKED_AT = 60  # words of a text that may be traits
_MOST_TRAITS = 15  # words by which releases resemble each other
_LONGEST_TRAITS = 4000  # characters of a text that traits are taken from


def resemblance(terms: Terms, release: Release, candidates: int) -> dict[int, float]:
    """How much each of the candidates resembles a release, by the words that tell most about it."""
    text = f"{release.title} {release.title} {release.text[:_LONGEST_TRAITS]}"
    said = Counter(
        analysis.stem(form, release.language)
        for form in analysis.forms(text)
        if analysis.is_of_letters(form) and not analysis.is_stopword(form, [release.language])
    )
    telling: dict[str, float] = {}
    with suppress(WorkSpent):
        for stem, times in sorted(said.items(), key=lambda item: (-item[1], item[0]))[:_MOST_LOOKED_AT]:
            if len((postings := terms.stem(stem)).ranks) > 1:
                telling[stem] = ranking.saturated(times) * postings.rarity
    scores = dict.fromkeys(members(candidates), 0.0)
    for stem in sorted(telling, key=lambda stem: (-telling[stem], stem))[:_MOST_TRAITS]:
        terms.stem(stem).weighed(telling[stem], scores)
    return {rank: score for rank, score in scores.items() if score}
