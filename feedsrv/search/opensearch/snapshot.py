"""A snapshot of the cluster: queries answered from one generation."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from feedsrv import ids
from feedsrv.errors import AttachmentNotFound, IndexUnavailable, ReleaseNotFound, ReleaseWithdrawn
from feedsrv.newsroom import Newsroom
from feedsrv.query import Facet, Hit, Query, Results, Sort
from feedsrv.query.natural import as_words
from feedsrv.query.parser import typed as as_typed
from feedsrv.query.tree import Node
from feedsrv.release import Attachment, Release, Withdrawal, from_json
from feedsrv.search import Held, SitemapEntry, SitemapYear, ranking
from feedsrv.search.excerpts import Wanted, excerpt, marked
from feedsrv.search.opensearch.cluster import Json
from feedsrv.search.opensearch.matching import NEWEST, Matcher, between, every, none_of
from feedsrv.search.opensearch.releases import Releases as Stored
from feedsrv.search.opensearch.resemblance import most_alike
from feedsrv.search.opensearch.scoring import evidence
from feedsrv.search.question import is_short, loosened, required, wanted
from feedsrv.search.spelling import SELDOM, corrected
from feedsrv.search.work import Work

FACETS = ("topic", "year", "lang")
MOST_VALUES = 100_000
"""Values of a facet, days, years."""
_OLDEST: Sequence[Json] = (
    {"appeared": {"order": "asc", "missing": "_last"}},
    {"dated_id": {"order": "desc", "missing": "_last"}},
    {"id": {"order": "asc"}},
)
_IS_RELEASE: Json = {"term": {"is_notice": False}}


class OpenSearchSnapshot:
    """One generation, for all threads; implements `feedsrv.search.Snapshot`.

    ``damaged`` is why it cannot be asked, "" while it can.
    """

    def __init__(
        self, stored: Stored, generation: str, newsroom: Newsroom, valid: Json, attachments: Path, damaged: str
    ) -> None:
        self.generation = generation
        self.newsroom = newsroom
        self.damaged = damaged
        self._stored = stored
        self._valid = valid
        self._attachments = attachments
        self._known: tuple[Sequence[str], int] | None = None

    def search(self, query: Query) -> Results:
        """The answer to a query; total and facets are exact, a page past the last one is empty."""
        matcher = self._matcher()
        typed, query = query.text, matcher.read(query)
        asked = required(query.text, matcher.languages) if query.text else None
        found, complete = self._found(query, asked, matcher)
        filters = self._filters(query)
        counts = self._counts(query, found, complete, filters)
        total, having = counts["total"]["doc_count"], counts["total"]["complete"]["doc_count"]
        marks = wanted(asked, matcher.languages) if asked and query.has_excerpts else None
        page = self._page(query, asked, matcher, every([found, *filters.values()]), complete, having)
        return Results(
            hits=tuple(self._hit(hit, marks, matcher.work) for hit in page),
            total=total,
            page=query.page,
            per_page=query.per_page,
            sort=query.sort,
            complete=having,
            is_complete_first=is_short(query.text),
            facets={name: _facet(name, counts[name]) for name in FACETS} if query.has_facets else {},
            did_you_mean=self._did_you_mean(query, matcher, having),
            notes=tuple(matcher.notes(asked, typed)) if typed else (),
        )

    def inventory(self) -> Mapping[str, tuple[Held, ...]]:
        """Every topic, year and language that there is."""
        newest = {"newest": {"max": {"field": "appeared"}}}
        answer = self._ask({"size": 0, "aggs": {name: {**_values(name), "aggs": newest} for name in FACETS}})
        found = {}
        for name in FACETS:
            buckets = answer["aggregations"][name]["buckets"]
            held = {each["key"]: _moment(each["newest"]["value"]) for each in buckets}
            facets = _facet(name, {"values": {"buckets": buckets}})
            found[name] = tuple(Held(facet.value, facet.count, held[facet.value]) for facet in facets)
        return found

    def get(self, release_id: str) -> Release:
        """A release. Raises ReleaseNotFound, or ReleaseWithdrawn with the notice."""
        records = self._records({"term": {"id": release_id}}, size=1, is_any=True)
        if not records:
            raise ReleaseNotFound(f"there is no release {release_id!r}")
        if not isinstance(records[0], Release):
            raise ReleaseWithdrawn(records[0])
        return records[0]

    def file(self, release_id: str, name: str) -> tuple[Attachment, Path]:
        """A file of a release, and where it lies. Raises like `get`, or AttachmentNotFound."""
        for attachment in self.get(release_id).attachments:
            if attachment.name == name:
                return attachment, self._attachments / attachment.digest
        raise AttachmentNotFound(f"the release {release_id!r} has no file {name!r}")

    def siblings(self, release_id: str) -> tuple[Release, ...]:
        """The translations of a release, by language."""
        own = next(iter(self._records({"term": {"id": release_id}}, size=1)), None)
        if not isinstance(own, Release) or not own.translation_keys:
            return ()
        query = every(
            [{"terms": {"translation": list(own.translation_keys)}}, none_of({"term": {"lang": own.language}})]
        )
        found: dict[str, Release] = {}
        for record in self._records(query, size=MOST_VALUES, sort=_FIRST):
            if isinstance(record, Release):
                found.setdefault(record.language, record)
        return tuple(found[language] for language in sorted(found))

    def alias(self, path: str) -> str | None:
        """The id of the release, else of the notice, that this address leads to."""
        return next(self._ids({"term": {"alias": ids.former_address(path)}}), None)

    def namesake(self, name: str) -> str | None:
        """The id of the release that is looked for by this name, where it is another."""
        for key, language in ids.namesakes(name, self._about()[0]):
            query = every([{"term": {"id_key": key}}, *([{"term": {"lang": language}}] if language else [])])
            for found in self._ids(query):
                if found != name:
                    return found
        return None

    def days(self, query: Query) -> Mapping[date | None, int]:
        """How many releases answer a query on each day; None: those without a date."""
        body = {"size": 0, "query": self._answers(query), "aggs": {"day": _values("day")}}
        buckets = sorted(self._ask(body)["aggregations"]["day"]["buckets"], key=lambda each: -each["key"])
        return {date.fromordinal(each["key"]) if each["key"] else None: each["doc_count"] for each in buckets}

    def recently_updated(self, query: Query, skip: int, limit: int) -> tuple[Release, ...]:
        """Those that answer a query and were updated after they appeared, without the newest."""
        answers = self._answers(query)
        if skip:
            last = self._hits(
                {"query": answers, "from": skip - 1, "size": 1, "sort": list(NEWEST), "_source": ["appeared", "id"]}
            )
            if not last:
                return ()
            answers = every([answers, _behind(last[0]["_source"])])
        sort = [{"updated": {"order": "desc", "missing": "_last"}}, *NEWEST]
        found = self._records(every([answers, {"term": {"is_updated": True}}]), size=limit, sort=sort)
        return tuple(record for record in found if isinstance(record, Release))

    def withdrawals(self) -> tuple[Withdrawal, ...]:
        """The withdrawals that feed readers are still told of."""
        records = self._records({"term": {"is_notice": True}}, size=MOST_VALUES, is_any=True)
        recent = [record for record in records if isinstance(record, Withdrawal) and record.is_recent and record.date]
        return tuple(sorted(recent, key=lambda record: (-record.date.timestamp() if record.date else 0, record.id)))

    def similar(self, release_id: str, limit: int) -> tuple[Release, ...]:
        """The releases in the same language that share most with one, the closest first."""
        query = most_alike(self._matcher(), self.get(release_id), self._about()[1])
        found = self._records(query, size=limit, sort=["_score", *NEWEST]) if query else []
        return tuple(record for record in found if isinstance(record, Release))

    def sitemap_years(self) -> list[SitemapYear]:
        """The years that have releases, the newest first, then what is undated."""
        years = _values("year")
        years["terms"]["missing"] = "0"
        years["aggs"] = {"updated": {"max": {"field": "updated"}}}
        buckets = self._ask({"size": 0, "aggs": {"years": years}})["aggregations"]["years"]["buckets"]
        found = [(int(each["key"]), each["doc_count"], _moment(each["updated"]["value"])) for each in buckets]
        return [SitemapYear(year or None, count, updated) for year, count, updated in sorted(found, reverse=True)]

    def sitemap_entries(self, year: int | None) -> list[SitemapEntry]:
        """The releases of a year in few words, in order of their ids; None: the undated."""
        self._insist()
        query = every([self._valid, _IS_RELEASE, {"term": {"year": str(year)}} if year else {"term": {"day": 0}}])
        found = (hit["_source"] for hit in self._stored.all(query, ["id", "updated"]))
        return sorted(
            (SitemapEntry(each["id"], _moment(each["updated"])) for each in found), key=lambda entry: entry.id
        )

    def _about(self) -> tuple[Sequence[str], int]:
        """The languages of the newsroom and of its releases, and how many these are; they stay the same."""
        if self._known is None:
            newest_of = {"newest": {"max": {"field": "appeared"}}}
            by_language = {"lang": {**_values("lang"), "aggs": newest_of}}
            answer = self._ask({"size": 0, "track_total_hits": True, "aggs": by_language})
            buckets = answer["aggregations"]["lang"]["buckets"]
            newest = sorted(buckets, key=lambda each: (-(each["newest"]["value"] or 0), each["key"]))
            named = self.newsroom.languages or (self.newsroom.language,)
            languages = tuple(dict.fromkeys((*named, *(each["key"] for each in newest))))
            self._known = languages, answer["hits"]["total"]["value"]
        return self._known

    def _matcher(self) -> Matcher:
        languages, releases = self._about()
        return Matcher(self._ask, self.newsroom, languages, Work(releases))

    def _insist(self) -> None:
        if self.damaged:
            raise IndexUnavailable(self.damaged)

    def _ask(self, body: Json, *, is_any: bool = False) -> Json:
        """The answer to a search among the releases of this generation; ``is_any``: and the notices."""
        self._insist()
        query = body.get("query", {"match_all": {}})
        within = [self._valid] if is_any else [self._valid, _IS_RELEASE]
        return self._stored.search({**body, "query": {"bool": {"must": [query], "filter": within}}})

    def _hits(self, body: Json, *, is_any: bool = False) -> list[Json]:
        hits: list[Json] = self._ask(body, is_any=is_any)["hits"]["hits"]
        return hits

    def _records(
        self, query: Json, *, size: int, sort: Iterable[Any] = NEWEST, is_any: bool = False
    ) -> list[Release | Withdrawal]:
        hits = self._hits({"query": query, "size": size, "sort": list(sort), "_source": ["record"]}, is_any=is_any)
        return [_record(hit) for hit in hits]

    def _ids(self, query: Json) -> Iterator[str]:
        """The ids of what matches, releases before notices, in their order."""
        sort = [{"is_notice": {"order": "asc"}}, *NEWEST]
        hits = self._hits({"query": query, "size": 100, "sort": sort, "_source": ["id"]}, is_any=True)
        return iter([hit["_source"]["id"] for hit in hits])

    def _answers(self, query: Query) -> Json:
        """All that answer a query."""
        matcher = self._matcher()
        query = matcher.read(query)
        asked = required(query.text, matcher.languages) if query.text else None
        return every([self._found(query, asked, matcher)[0], *self._filters(query).values()])

    def _found(self, query: Query, asked: Node | None, matcher: Matcher) -> tuple[Json, Json]:
        """The releases that answer the words and dates of a query, and those of them that have all the words."""
        dated = [between(query.since, query.before), *([{"term": {"day": 0}}] if query.is_undated else [])]
        if asked is None:
            return every(dated), every(dated)
        complete = every([*dated, matcher.matches(asked)])
        is_pasted = not is_short(query.text)
        if query.sort is Sort.RELEVANCE and (is_pasted or matcher.count(complete) < ranking.ENOUGH):
            some = loosened(asked, matcher.languages, is_pasted=is_pasted)
            either = {"bool": {"should": [complete, every([*dated, matcher.matches(some)])], "minimum_should_match": 1}}
            return either, complete
        return complete, complete

    def _filters(self, query: Query) -> dict[str, Json]:
        """For each facet by which is filtered, the releases that its filter leaves."""
        topics = [self.newsroom.topic_meant(topic) for topic in query.topics]
        values = {"topic": topics, "year": [str(year) for year in query.years], "lang": list(query.languages)}
        return {name: {"terms": {name: values[name]}} for name in FACETS if values[name]}

    def _counts(self, query: Query, found: Json, complete: Json, filters: Mapping[str, Json]) -> Json:
        """How many there are, how many of them have all the words, and how many each value of a facet would leave."""
        whole = {"complete": {"filter": every([complete])}}
        asked: Json = {"total": {"filter": every(filters.values()), "aggs": whole}}
        for name in FACETS if query.has_facets else ():
            others = every(each for other, each in filters.items() if other != name)
            asked[name] = {"filter": others, "aggs": {"values": _values(name)}}
        counts: Json = self._ask({"size": 0, "query": found, "aggs": asked})["aggregations"]
        return counts

    def _page(
        self, query: Query, asked: Node | None, matcher: Matcher, found: Json, complete: Json, having: int
    ) -> list[Json]:
        """The hits on one page, in order."""
        first, most = (query.page - 1) * query.per_page, query.per_page
        if not most:
            return []
        if query.sort is not Sort.RELEVANCE or not (query.text and asked):
            sort = _OLDEST if query.sort is Sort.OLDEST else NEWEST
            return self._part(found, first, most, sort)
        speaking = evidence(matcher, asked, query.text)

        def scored(within: Json) -> Json:
            told = {"constant_score": {"filter": complete, "boost": 0.0, "_name": "complete"}}
            return {"bool": {"filter": [within], "should": [*speaking, told]}}

        best: list[Any] = ["_score", *NEWEST]
        if not is_short(query.text):
            return self._part(scored(found), first, most, best, is_told=True)
        whole = self._part(scored(every([found, complete])), first, most, best) if first < having else []
        rest = max(0, first - having), most - len(whole)
        others = scored(every([found, none_of(complete)]))
        return [*whole, *(self._part(others, *rest, best, is_told=True) if rest[1] and found != complete else [])]

    def _part(self, query: Json, first: int, most: int, sort: Iterable[Any], *, is_told: bool = False) -> list[Json]:
        hits = self._hits({"query": query, "from": first, "size": most, "sort": list(sort), "_source": ["record"]})
        for hit in hits:
            hit["is_partial"] = is_told and "complete" not in hit.get("matched_queries", ())
        return hits

    def _did_you_mean(self, query: Query, matcher: Matcher, having: int) -> str | None:
        """What may have been meant by a question that so few answer, if it finds more within the same filters."""
        asked = query.text
        if asked is None or having > SELDOM:
            return None
        attempts = [corrected(matcher, asked)]
        if not having:
            attempts.append(corrected(matcher, as_words(attempts[0]) or asked))
        for attempt in attempts:
            if attempt != asked:
                tree = required(attempt, matcher.languages)
                found = self._found(replace(query, text=attempt), tree, matcher)[having > 0]
                if matcher.count(every([found, *self._filters(query).values()])) > having:
                    return as_typed(attempt)
        return None

    def _hit(self, hit: Json, marks: Wanted | None, work: Work) -> Hit:
        release = _record(hit)
        assert isinstance(release, Release)  # noqa: S101 - nothing else was asked for
        if marks is None:
            return Hit(release, is_partial=hit["is_partial"])
        return Hit(
            release,
            excerpt((release.text, release.boilerplate), release.language, marks, work),
            marked(release.title, release.language, marks),
            hit["is_partial"],
        )


_FIRST: Sequence[Json] = ({"appeared": {"order": "asc", "missing": "_last"}}, {"id": {"order": "asc"}})


def _values(name: str) -> Json:
    return {"terms": {"field": name, "size": MOST_VALUES}}


def _facet(name: str, counted: Json) -> tuple[Facet, ...]:
    found = [Facet(each["key"], each["doc_count"]) for each in counted["values"]["buckets"]]
    if name == "year":
        return tuple(sorted(found, key=lambda facet: -int(facet.value)))
    return tuple(sorted(found, key=lambda facet: (-facet.count, facet.value)))


def _behind(last: Json) -> Json:
    """What stands behind a release in the order of the newest first."""
    is_after, undated = {"range": {"id": {"gt": last["id"]}}}, none_of({"exists": {"field": "appeared"}})
    if last.get("appeared") is None:
        return every([undated, is_after])
    older = {"range": {"appeared": {"lt": last["appeared"]}}}
    return {"bool": {"should": [older, undated, every([{"term": {"appeared": last["appeared"]}}, is_after])]}}


def _record(hit: Json) -> Release | Withdrawal:
    return from_json(hit["_source"]["record"].encode("utf8"))


def _moment(stored: float | None) -> datetime | None:
    return None if stored is None else datetime.fromtimestamp(stored / 1_000_000, UTC)
