"""What is in one generation: every question is asked within it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from feedsrv.errors import IndexUnavailable
from feedsrv.newsroom import Newsroom
from feedsrv.query import Facet
from feedsrv.release import Release, Withdrawal, from_json
from feedsrv.search.opensearch.clauses import NEWEST, every, none_of
from feedsrv.search.opensearch.cluster import Json
from feedsrv.search.opensearch.counting import Counting
from feedsrv.search.opensearch.matching import Matcher
from feedsrv.search.opensearch.releases import Releases
from feedsrv.search.work import Work

MOST_VALUES = 100_000
"""Values of a facet, days, years."""
_IS_RELEASE: Json = {"term": {"is_notice": False}}


class View:
    """The documents of one generation, for all threads; ``damaged`` is why they cannot be asked, "" while they can."""

    def __init__(self, stored: Releases, newsroom: Newsroom, valid: Json, damaged: str) -> None:
        self.newsroom = newsroom
        self.damaged = damaged
        self._stored = stored
        self._valid = valid
        self._known: tuple[Sequence[str], int] | None = None
        self._id_languages: Sequence[str] | None = None

    def about(self) -> tuple[Sequence[str], int]:
        """The languages of the newsroom and of its releases, and how many these are; they stay the same."""
        if self._known is None:
            newest_of = {"newest": {"max": {"field": "appeared"}}}
            by_language = {"lang": {**values_of("lang"), "aggs": newest_of}}
            answer = self.ask({"size": 0, "track_total_hits": True, "aggs": by_language})
            buckets = answer["aggregations"]["lang"]["buckets"]
            newest = sorted(buckets, key=lambda each: (-(each["newest"]["value"] or 0), each["key"]))
            named = self.newsroom.languages or (self.newsroom.language,)
            languages = tuple(dict.fromkeys((*named, *(each["key"] for each in newest))))
            self._known = languages, answer["hits"]["total"]["value"]
        return self._known

    def id_languages(self) -> Sequence[str]:
        """The languages that ids may end in: those of the newsroom and of its releases, then others."""
        if self._id_languages is None:
            answer = self.ask({"size": 0, "aggs": {"id_lang": values_of("id_lang")}}, is_any=True)
            others = sorted(each["key"] for each in answer["aggregations"]["id_lang"]["buckets"])
            self._id_languages = tuple(dict.fromkeys((*self.about()[0], *others)))
        return self._id_languages

    def matcher(self) -> Matcher:
        """Matches the words of one question."""
        languages, releases = self.about()
        return Matcher(Counting(self.ask_each, self._stored), self.newsroom, languages, Work(releases))

    def ask(self, body: Json, *, is_any: bool = False) -> Json:
        """The answer to a search among the releases; ``is_any``: and the notices. Raises IndexUnavailable."""
        return self.ask_each([body], is_any=is_any)[0]

    def ask_each(self, bodies: Iterable[Json], *, is_any: bool = False) -> list[Json]:
        """The answers to several, asked at once."""
        self.insist()
        within = [self._valid] if is_any else [self._valid, _IS_RELEASE]
        asked = ((body, body.get("query", {"match_all": {}})) for body in bodies)
        return self._stored.search_each(
            [{**body, "query": {"bool": {"must": [query], "filter": within}}} for body, query in asked]
        )

    def hits(self, body: Json, *, is_any: bool = False) -> list[Json]:
        """What a search finds."""
        hits: list[Json] = self.ask(body, is_any=is_any)["hits"]["hits"]
        return hits

    def records(
        self, query: Json, *, size: int, sort: Iterable[Any] = NEWEST, is_any: bool = False
    ) -> list[Release | Withdrawal]:
        """So many of what a query matches, in order."""
        hits = self.hits({"query": query, "size": size, "sort": list(sort), "_source": ["record"]}, is_any=is_any)
        return [record_of(hit) for hit in hits]

    def ids(self, query: Json) -> Iterator[str]:
        """The ids of what matches, releases before notices, in their order."""
        sort = [{"is_notice": {"order": "asc"}}, *NEWEST]
        hits = self.hits({"query": query, "size": 100, "sort": sort, "_source": ["id"]}, is_any=True)
        return iter([hit["_source"]["id"] for hit in hits])

    def all(self, query: Json, fields: Sequence[str]) -> Iterator[Json]:
        """These fields of all releases that a query matches."""
        self.insist()
        return (hit["_source"] for hit in self._stored.all(every([self._valid, _IS_RELEASE, query]), fields))

    def insist(self) -> None:
        """Raise IndexUnavailable where these are known to be damaged."""
        if self.damaged:
            raise IndexUnavailable(self.damaged)


def values_of(name: str) -> Json:
    """An aggregation: how many have each value of a field."""
    return {"terms": {"field": name, "size": MOST_VALUES}}


def facet(name: str, counted: Json) -> tuple[Facet, ...]:
    """The values of a facet in the order of their numbers, the years from the newest on."""
    found = [Facet(each["key"], each["doc_count"]) for each in counted["values"]["buckets"]]
    if name == "year":
        return tuple(sorted(found, key=lambda facet: -int(facet.value)))
    return tuple(sorted(found, key=lambda facet: (-facet.count, facet.value)))


def behind(last: Json) -> Json:
    """What stands behind a release in the order of the newest first."""
    undated = none_of({"exists": {"field": "appeared"}})
    if last.get("appeared") is None:
        return every([undated, {"range": {"id": {"gt": last["id"]}}}])
    return {"bool": {"should": [undated, is_earlier(last["appeared"], last["id"])]}}


def is_earlier(appeared: int | None, release_id: str) -> Json:
    """What has a date and stands behind this in the order of the newest first."""
    same = every([{"term": {"appeared": appeared}}, {"range": {"id": {"gt": release_id}}}])
    return {"bool": {"should": [{"range": {"appeared": {"lt": appeared}}}, same]}}


def is_later(appeared: int | None, release_id: str) -> Json:
    """What stands before this in that order."""
    same = every([{"term": {"appeared": appeared}}, {"range": {"id": {"lt": release_id}}}])
    return {"bool": {"should": [{"range": {"appeared": {"gt": appeared}}}, same]}}


def record_of(hit: Json) -> Release | Withdrawal:
    """The record that was found."""
    return from_json(hit["_source"]["record"].encode("utf8"))


def moment(stored: float | None) -> datetime | None:
    """A moment from millionths of a second since 1970."""
    return None if stored is None else datetime.fromtimestamp(stored / 1_000_000, UTC)
