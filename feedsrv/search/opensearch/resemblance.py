"""Resemblance: which releases are most like another one, by the words that tell most about it."""

from __future__ import annotations

from collections import Counter

from feedsrv.release import Release
from feedsrv.search import ranking
from feedsrv.search.opensearch.clauses import every, none_of
from feedsrv.search.opensearch.cluster import Json
from feedsrv.search.opensearch.matching import Matcher
from feedsrv.search.opensearch.scoring import worded
from feedsrv.text import analysis, stems

_MOST_LOOKED_AT = 60  # words of a text that may be traits
_MOST_TRAITS = 15  # words by which releases resemble each other
_LONGEST_TRAITS = 4000  # characters of a text that traits are taken from


def most_alike(matcher: Matcher, release: Release, population: int) -> Json | None:
    """A query for the releases in its language that share most with a release; None where none can."""
    text = f"{release.title} {release.title} {release.text[:_LONGEST_TRAITS]}"
    said = Counter(
        stems.stem(form, release.language)
        for form in analysis.forms(text)
        if stems.is_of_letters(form) and not analysis.is_stopword(form, [release.language])
    )
    looked_at = dict(sorted(said.items(), key=lambda item: (-item[1], item[0]))[:_MOST_LOOKED_AT])
    if not looked_at:
        return None
    matcher.counting.learn([stem] for stem in looked_at)
    having = {stem: matcher.counting.frequency([stem]).having for stem in looked_at}
    worth = {
        stem: ranking.saturated(times) * ranking.rarity(having[stem], population)
        for stem, times in looked_at.items()
        if having[stem] > 1
    }
    traits = sorted(worth, key=lambda stem: (-worth[stem], stem))[:_MOST_TRAITS]
    if not traits:
        return None
    candidates = every([{"term": {"lang": release.language}}, none_of({"term": {"id": release.id}})])
    alike = [
        {"bool": {"should": worded(matcher, [stem]), "boost": float(ranking.saturated(looked_at[stem]))}}
        for stem in traits
    ]
    return {"bool": {"filter": [candidates], "should": alike, "minimum_should_match": 1}}
