"""Searching: the answer to a query, a page of it, and what may have been meant."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from feedsrv.query import Hit, Query, Results, Sort
from feedsrv.query.parser import typed as as_typed
from feedsrv.query.tree import Node
from feedsrv.release import Release
from feedsrv.search import ranking
from feedsrv.search.excerpts import Wanted, excerpt, marked
from feedsrv.search.opensearch.clauses import MOST_CLAUSES, NEWEST, between, clauses_in, every, none_of, within
from feedsrv.search.opensearch.cluster import Json
from feedsrv.search.opensearch.mapping import MOST_PAGED
from feedsrv.search.opensearch.paging import BEST, Part
from feedsrv.search.opensearch.scoring import Scorer
from feedsrv.search.opensearch.view import View, facet, record_of, values_of
from feedsrv.search.question import is_short, loosened, required, wanted
from feedsrv.search.spelling import SELDOM, meant
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
        self._query = query = self._matcher.read(query)
        self._asked = asked = required(query.text, self._matcher.languages) if query.text else None
        is_scored = query.sort is Sort.RELEVANCE and query.per_page > 0
        self._scorer = Scorer(self._matcher, asked, query.text) if is_scored and asked and query.text else None
        self._filters = self._filtering()

    def answers(self) -> Json:
        """All that answer the query."""
        return self._filtered(self._found(self._query, self._asked)[0])

    def results(self) -> Results:
        """The answer; total and facets are exact, a page past the last one is empty.

        It takes few requests: one for what is to be known of the words, one for the counts and the hits, and one for a
        second look at these.
        """
        query, asked, matcher = self._query, self._asked, self._matcher
        if asked:
            matcher.expand(asked)
        if self._scorer:
            complete = self._complete(query, asked)
            self._scorer.learn([complete, self._filtered(complete)])
        found, complete = self._found(query, asked)
        parts = self._parts(found, complete)
        counted, *answers = self._view.ask_each([self._counting(found, complete), *(part.asked for part in parts)])
        counts = counted["aggregations"]
        total, having = counts["total"]["doc_count"], counts["total"]["complete"]["doc_count"]
        marks = wanted(asked, matcher.languages) if asked and query.has_excerpts else None
        page = self._page(parts, [answer["hits"]["hits"] for answer in answers], complete)
        return Results(
            hits=tuple(_hit(hit, marks, matcher.work, is_partial=is_partial) for hit, is_partial in page),
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

    def _complete(self, query: Query, asked: Node | None) -> Json:
        """The releases that have all the words, within the dates of a query."""
        undated = [{"term": {"day": 0}}] if query.is_undated else []
        words = [self._matcher.matches(asked)] if asked else []
        return every([between(query.since, query.before), *undated, *words])

    def _found(self, query: Query, asked: Node | None) -> tuple[Json, Json]:
        """The releases that answer the words and dates of a query, and those of them that have all the words."""
        complete = self._complete(query, asked)
        is_pasted = not is_short(query.text)
        if not asked or query.sort is not Sort.RELEVANCE:
            return complete, complete
        if not is_pasted and self._matcher.count(complete) >= ranking.ENOUGH:
            return complete, complete
        some = self._complete(query, loosened(asked, self._matcher.languages, is_pasted=is_pasted))
        return some if clauses_in(some) <= MOST_CLAUSES else complete, complete

    def _filtering(self) -> dict[str, Json]:
        """For each facet by which is filtered, the releases that its filter leaves."""
        query = self._query
        topics = [self._view.newsroom.topic_meant(topic) for topic in query.topics]
        values = {"topic": topics, "year": [str(year) for year in query.years], "lang": list(query.languages)}
        return {name: {"terms": {name: values[name]}} for name in FACETS if values[name]}

    def _filtered(self, query: Json) -> Json:
        """What a query matches and all filters leave."""
        return every([query, *self._filters.values()])

    def _counting(self, found: Json, complete: Json) -> Json:
        """Asks how many there are, how many have all the words, and how many each value of a facet would leave."""
        whole = {"complete": {"filter": every([complete])}}
        asked: Json = {"total": {"filter": every(self._filters.values()), "aggs": whole}}
        for name in FACETS if self._query.has_facets else ():
            others = every(each for other, each in self._filters.items() if other != name)
            asked[name] = {"filter": others, "aggs": {"values": values_of(name)}}
        return {"size": 0, "query": found, "aggs": asked}

    def _parts(self, found: Json, complete: Json) -> list[Part]:
        """Of which parts the page is made: of those that have all the words and, behind them, the others."""
        query, scorer = self._query, self._scorer
        first, most = (query.page - 1) * query.per_page, query.per_page
        if not most or first + most > MOST_PAGED:
            return []
        if scorer is None:
            order = _OLDEST if query.sort is Sort.OLDEST else NEWEST
            return [Part(self._filtered(found), first, most, order)]
        evidence, has_second_look = scorer.evidence(), bool(scorer.second_look())

        def scored(first: int, most: int, *asked: Json, is_partial: bool | None = False) -> Part:
            filters = [*asked, *self._filters.values()]
            left = MOST_CLAUSES - sum(map(clauses_in, filters))
            query = {"bool": {"filter": filters, "should": within(evidence, left)}}
            return Part(query, first, most, BEST, has_second_look, is_partial)

        if not is_short(query.text):
            return [scored(first, most, found, is_partial=None if found != complete else False)]
        having = self._matcher.count(self._filtered(complete))
        whole = [scored(first, most, complete)] if first < having else []
        left = min(most, first + most - having)
        if left <= 0 or found == complete:
            return whole
        return [*whole, scored(max(0, first - having), left, found, none_of(complete), is_partial=True)]

    def _page(self, parts: Sequence[Part], found: Sequence[list[Json]], complete: Json) -> list[tuple[Json, bool]]:
        """The hits on the page, in order, and of each whether it has but some of the words."""
        both = list(zip(parts, found, strict=True))
        best = [hit["_id"] for part, hits in both if len(hits) > 1 for hit in part.best(hits)]
        unsure = [hit["_id"] for part, hits in both if part.is_partial is None for hit in hits]
        look = self._scorer.second_look() if best and self._scorer else []
        again = [_among(best, {"bool": {"should": within(look, MOST_CLAUSES)}})] if look else []
        told = [_among(unsure, complete)] if unsure else []  # apart, for the clauses would be too many
        answers = [answer["hits"]["hits"] for answer in self._view.ask_each([*again, *told])]
        added = {hit["_id"]: hit["_score"] for hit in answers[0]} if again else {}
        having = {hit["_id"] for hit in answers[-1]} if told else set()
        return [
            (hit, hit["_id"] not in having if part.is_partial is None else part.is_partial)
            for part, hits in both
            for hit in part.ordered(hits, added)
        ]

    def _did_you_mean(self, having: int) -> str | None:
        """What may have been meant by a question that so few answer, if it finds more within the same filters."""
        asked = self._query.text
        other = meant(self._matcher, asked, having, self._counted) if asked and having <= SELDOM else None
        return as_typed(other) if other else None

    def _counted(self, tree: Node) -> tuple[int, int]:
        """How many releases answer the query with this tree, and how many of these have all of it."""
        found = self._found(replace(self._query, text=tree), required(tree, self._matcher.languages))
        answers, complete = self._matcher.counting.each(map(self._filtered, found))
        return answers, complete


def _among(names: Sequence[str], query: Json) -> Json:
    """Asks which of the documents with these names a query matches, and what they score."""
    named = {"bool": {"filter": [{"ids": {"values": names}}], "must": [query]}}
    return {"query": named, "size": len(names), "_source": False}


def _hit(hit: Json, marks: Wanted | None, work: Work, *, is_partial: bool) -> Hit:
    release = record_of(hit)
    assert isinstance(release, Release)  # noqa: S101 - nothing else was asked for
    if marks is None:
        return Hit(release, is_partial=is_partial)
    return Hit(
        release,
        excerpt((release.text, release.boilerplate), release.language, marks, work),
        marked(release.title, release.language, marks),
        is_partial,
    )
