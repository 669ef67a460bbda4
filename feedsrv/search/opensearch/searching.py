"""Searching: the answer to a query, a page of it, and what may have been meant."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from feedsrv.query import Hit, Query, Results, Sort
from feedsrv.query.natural import as_words
from feedsrv.query.parser import typed as as_typed
from feedsrv.query.tree import Node
from feedsrv.release import Release
from feedsrv.search import ranking
from feedsrv.search.excerpts import Wanted, excerpt, marked
from feedsrv.search.opensearch.clauses import MOST_CLAUSES, NEWEST, between, clauses_in, every, none_of, within
from feedsrv.search.opensearch.cluster import Json
from feedsrv.search.opensearch.scoring import evidence
from feedsrv.search.opensearch.view import View, facet, record_of, values_of
from feedsrv.search.question import is_short, loosened, required, wanted
from feedsrv.search.spelling import SELDOM, corrected
from feedsrv.search.work import Work

FACETS = ("topic", "year", "lang")
_OLDEST: Sequence[Json] = (
    {"appeared": {"order": "asc", "missing": "_last"}},
    {"dated_id": {"order": "desc", "missing": "_last"}},
    {"id": {"order": "asc"}},
)


class Searching:
    """One search in one generation."""

    def __init__(self, view: View, query: Query) -> None:
        self._view = view
        self._matcher = view.matcher()
        self._typed = query.text
        self._query = self._matcher.read(query)
        text = self._query.text
        self._asked = required(text, self._matcher.languages) if text else None
        self._filters = self._filtering()

    def answers(self) -> Json:
        """All that answer the query."""
        return every([self._found(self._query, self._asked)[0], *self._filters.values()])

    def results(self) -> Results:
        """The answer; total and facets are exact, a page past the last one is empty."""
        query, asked, matcher = self._query, self._asked, self._matcher
        found, complete = self._found(query, asked)
        counts = self._counts(found, complete)
        total, having = counts["total"]["doc_count"], counts["total"]["complete"]["doc_count"]
        marks = wanted(asked, matcher.languages) if asked and query.has_excerpts else None
        is_there = query.per_page and (query.page - 1) * query.per_page < total
        page = self._page(found, complete, having) if is_there else []
        return Results(
            hits=tuple(_hit(hit, marks, matcher.work) for hit in page),
            total=total,
            page=query.page,
            per_page=query.per_page,
            sort=query.sort,
            complete=having,
            is_complete_first=is_short(query.text),
            facets={name: facet(name, counts[name]) for name in FACETS} if query.has_facets else {},
            did_you_mean=self._did_you_mean(having),
            notes=tuple(matcher.notes(asked, self._typed)) if self._typed else (),
        )

    def _found(self, query: Query, asked: Node | None) -> tuple[Json, Json]:
        """The releases that answer the words and dates of a query, and those of them that have all the words."""
        dated = [between(query.since, query.before), *([{"term": {"day": 0}}] if query.is_undated else [])]
        matcher = self._matcher
        if asked is None:
            return every(dated), every(dated)
        complete = every([*dated, matcher.matches(asked)])
        is_pasted = not is_short(query.text)
        if query.sort is Sort.RELEVANCE and (is_pasted or matcher.count(complete) < ranking.ENOUGH):
            some = loosened(asked, matcher.languages, is_pasted=is_pasted)
            return every([*dated, matcher.matches(some)]), complete
        return complete, complete

    def _filtering(self) -> dict[str, Json]:
        """For each facet by which is filtered, the releases that its filter leaves."""
        query = self._query
        topics = [self._view.newsroom.topic_meant(topic) for topic in query.topics]
        values = {"topic": topics, "year": [str(year) for year in query.years], "lang": list(query.languages)}
        return {name: {"terms": {name: values[name]}} for name in FACETS if values[name]}

    def _counts(self, found: Json, complete: Json) -> Json:
        """How many there are, how many of them have all the words, and how many each value of a facet would leave."""
        whole = {"complete": {"filter": every([complete])}}
        asked: Json = {"total": {"filter": every(self._filters.values()), "aggs": whole}}
        for name in FACETS if self._query.has_facets else ():
            others = every(each for other, each in self._filters.items() if other != name)
            asked[name] = {"filter": others, "aggs": {"values": values_of(name)}}
        counts: Json = self._view.ask({"size": 0, "query": found, "aggs": asked})["aggregations"]
        return counts

    def _page(self, found: Json, complete: Json, having: int) -> list[Json]:
        """The hits on one page, in order."""
        query, asked, filters = self._query, self._asked, self._filters.values()
        first, most = (query.page - 1) * query.per_page, query.per_page
        if query.sort is not Sort.RELEVANCE or not (query.text and asked):
            return self._part(every([found, *filters]), first, most, _OLDEST if query.sort is Sort.OLDEST else NEWEST)
        speaking, best = list(evidence(self._matcher, asked, query.text)), ["_score", *NEWEST]

        def scored(*asked: Json) -> Json:
            left = MOST_CLAUSES - sum(map(clauses_in, [*asked, *filters]))
            return {"bool": {"filter": [*asked, *filters], "should": within(speaking, left)}}

        if not is_short(query.text):
            return self._told(self._part(scored(found), first, most, best), complete if found != complete else None)
        whole = self._part(scored(complete), first, most, best) if first < having else []
        left = most - len(whole)
        if not left or found == complete:
            return whole
        others = self._part(scored(found, none_of(complete)), max(0, first - having), left, best)
        return [*whole, *({**hit, "is_partial": True} for hit in others)]

    def _part(self, query: Json, first: int, most: int, sort: Iterable[Any]) -> list[Json]:
        hits = self._view.hits({"query": query, "from": first, "size": most, "sort": list(sort), "_source": ["record"]})
        return [{**hit, "is_partial": False} for hit in hits]

    def _told(self, hits: list[Json], complete: Json | None) -> list[Json]:
        """The hits, and of each whether it has all the words: asked apart, for the clauses would be too many."""
        if complete is None or not hits:
            return hits
        names = {"ids": {"values": [hit["_id"] for hit in hits]}}
        asked = {"query": every([complete, names]), "size": len(hits), "_source": False}
        having = {hit["_id"] for hit in self._view.hits(asked)}
        return [{**hit, "is_partial": hit["_id"] not in having} for hit in hits]

    def _did_you_mean(self, having: int) -> str | None:
        """What may have been meant by a question that so few answer, if it finds more within the same filters."""
        query, matcher, asked = self._query, self._matcher, self._query.text
        if asked is None or having > SELDOM:
            return None
        attempts = [corrected(matcher, asked)]
        if not having:
            attempts.append(corrected(matcher, as_words(attempts[0]) or asked))
        for attempt in attempts:
            if attempt != asked:
                tree = required(attempt, matcher.languages)
                found = self._found(replace(query, text=attempt), tree)[having > 0]
                if matcher.count(every([found, *self._filters.values()])) > having:
                    return as_typed(attempt)
        return None


def _hit(hit: Json, marks: Wanted | None, work: Work) -> Hit:
    release = record_of(hit)
    assert isinstance(release, Release)  # noqa: S101 - nothing else was asked for
    if marks is None:
        return Hit(release, is_partial=hit["is_partial"])
    return Hit(
        release,
        excerpt((release.text, release.boilerplate), release.language, marks, work),
        marked(release.title, release.language, marks),
        hit["is_partial"],
    )
