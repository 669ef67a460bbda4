"""A snapshot of the cluster: what is asked of one generation."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path

from feedsrv import ids
from feedsrv.appearance import Asset
from feedsrv.errors import ReleaseNotFound, ReleaseWithdrawn
from feedsrv.newsroom import Newsroom
from feedsrv.query import Query, Results
from feedsrv.release import Attachment, Release, Withdrawal
from feedsrv.search import Held, Neighbours, SitemapEntry, SitemapYear
from feedsrv.search.attachments import Whole, asset_of, attached
from feedsrv.search.opensearch.clauses import NEWEST, every, none_of
from feedsrv.search.opensearch.cluster import Json
from feedsrv.search.opensearch.mapping import micros
from feedsrv.search.opensearch.resemblance import most_alike
from feedsrv.search.opensearch.searching import FACETS, Searching
from feedsrv.search.opensearch.view import (
    MOST_VALUES,
    View,
    behind,
    facet,
    is_earlier,
    is_later,
    moment,
    record_of,
    values_of,
)
from feedsrv.text.references import reference_keys

_FIRST: Sequence[Json] = ({"appeared": {"order": "asc", "missing": "_last"}}, {"id": {"order": "asc"}})
_BACKWARDS: Sequence[Json] = ({"appeared": {"order": "asc", "missing": "_last"}}, {"id": {"order": "desc"}})
_NOINDEX: Json = {"term": {"is_noindex": True}}


class OpenSearchSnapshot:
    """One generation, for all threads; implements `feedsrv.search.Snapshot`."""

    def __init__(self, generation: str, view: View, files: Path, whole: Whole) -> None:
        self.generation = generation
        self.view = view
        self._files = files
        self._whole = whole

    @property
    def newsroom(self) -> Newsroom:
        """The editorial settings as published."""
        return self.view.newsroom

    def search(self, query: Query) -> Results:
        """The answer to a query; total and facets are exact, a page past the last one is empty."""
        return Searching(self.view, query).results()

    def inventory(self) -> Mapping[str, tuple[Held, ...]]:
        """Every topic, year and language that there is."""
        newest = {"newest": {"max": {"field": "appeared"}}}
        answer = self.view.ask({"size": 0, "aggs": {name: {**values_of(name), "aggs": newest} for name in FACETS}})
        found = {}
        for name in FACETS:
            buckets = answer["aggregations"][name]["buckets"]
            held = {each["key"]: moment(each["newest"]["value"]) for each in buckets}
            facets = facet(name, {"values": {"buckets": buckets}})
            found[name] = tuple(Held(facet.value, facet.count, held[facet.value]) for facet in facets)
        return found

    def get(self, release_id: str) -> Release:
        """A release. Raises ReleaseNotFound, or ReleaseWithdrawn with the notice."""
        records = self.view.records({"term": {"id": release_id}}, size=1, is_any=True)
        if not records:
            raise ReleaseNotFound(f"there is no release {release_id!r}")
        if not isinstance(records[0], Release):
            raise ReleaseWithdrawn(records[0])
        return records[0]

    def file(self, release_id: str, name: str, *, is_small: bool = False) -> tuple[Attachment, Path]:
        """A file of a release, and where it lies. Raises like `get`, or AttachmentNotFound."""
        found, path = attached(self._files, self.get(release_id), name, is_small=is_small)
        return found, self._whole.insist(path)

    def asset(self, name: str) -> tuple[Asset, Path]:
        """A file of the newsroom's appearance, and where it lies. Raises AttachmentNotFound."""
        self.view.insist()
        found, path = asset_of(self._files, self.newsroom, name)
        return found, self._whole.insist(path)

    def siblings(self, releases: Sequence[Release]) -> Mapping[str, tuple[Release, ...]]:
        """The translations of each of these releases, by its id."""
        keys = list(dict.fromkeys(key for release in releases for key in release.translation_keys))
        query = {"terms": {"translation": keys}}
        records = self.view.records(query, size=MOST_VALUES, sort=_FIRST) if keys else []
        return _translations(releases, [record for record in records if isinstance(record, Release)])

    def neighbours(self, release_id: str) -> Neighbours:
        """The releases in its language that appeared just before and just after one."""
        own = next(iter(self.view.records({"term": {"id": release_id}}, size=1)), None)
        if not own or own.appeared is None:
            return Neighbours(None, None)
        at, beside = (micros(own.appeared), own.id), {"term": {"lang": own.language}}
        answers = self.view.ask_each(
            {"query": every([beside, query]), "size": 1, "sort": list(sort), "_source": ["record"]}
            for query, sort in ((is_earlier(*at), NEWEST), (is_later(*at), _BACKWARDS))
        )
        found = (next(map(record_of, answer["hits"]["hits"]), None) for answer in answers)
        return Neighbours(*(record if isinstance(record, Release) else None for record in found))

    def alias(self, path: str) -> str | None:
        """The id of the release, else of the notice, that this address leads to."""
        return next(self.view.ids({"term": {"alias": ids.former_address(path)}}), None)

    def namesake(self, name: str) -> str | None:
        """The id of the release that is looked for by this name, where it is another."""
        for key, language in ids.namesakes(name, self.view.id_languages()):
            query = every([{"term": {"id_key": key}}, *([{"term": {"id_lang": language}}] if language else [])])
            for found in self.view.ids(query):
                if found != name:
                    return found
        return None

    def days(self, query: Query) -> Mapping[date | None, int]:
        """How many releases answer a query on each day; None: those without a date."""
        body = {"size": 0, "query": Searching(self.view, query).answers(), "aggs": {"day": values_of("day")}}
        buckets = sorted(self.view.ask(body)["aggregations"]["day"]["buckets"], key=lambda each: -each["key"])
        return {date.fromordinal(each["key"]) if each["key"] else None: each["doc_count"] for each in buckets}

    def recently_updated(self, query: Query, skip: int, limit: int) -> tuple[Release, ...]:
        """Those that answer a query and were updated after they appeared, without the newest."""
        answers = Searching(self.view, query).answers()
        if skip:
            last = self.view.hits(
                {"query": answers, "from": skip - 1, "size": 1, "sort": list(NEWEST), "_source": ["appeared", "id"]}
            )
            if not last:
                return ()
            answers = every([answers, behind(last[0]["_source"])])
        sort = [{"updated": {"order": "desc", "missing": "_last"}}, *NEWEST]
        found = self.view.records(every([answers, {"term": {"is_updated": True}}]), size=limit, sort=sort)
        return tuple(record for record in found if isinstance(record, Release))

    def withdrawals(self) -> tuple[Withdrawal, ...]:
        """The withdrawals that feed readers are still told of."""
        recent = [record for record in self._notices() if record.is_recent and record.date]
        return tuple(sorted(recent, key=lambda record: (-record.date.timestamp() if record.date else 0, record.id)))

    def notices(self, number: str) -> tuple[Withdrawal, ...]:
        """All withdrawals of releases with this number."""
        having = [record for record in self._notices() if number in reference_keys(record.reference)]
        return tuple(sorted(having, key=lambda record: record.id))

    def _notices(self) -> Iterator[Withdrawal]:
        """All withdrawals."""
        records = self.view.records({"term": {"is_notice": True}}, size=MOST_VALUES, is_any=True)
        return (record for record in records if isinstance(record, Withdrawal))

    def similar(self, release_id: str, limit: int) -> tuple[Release, ...]:
        """The releases in the same language that share most with one, the closest first."""
        query = most_alike(self.view.matcher(), self.get(release_id), self.view.about()[1])
        found = self.view.records(query, size=limit, sort=["_score", *NEWEST]) if query else []
        return tuple(record for record in found if isinstance(record, Release))

    def sitemap_years(self) -> list[SitemapYear]:
        """The years that have releases, the newest first, then what is undated."""
        years = values_of("year")
        years["terms"]["missing"] = "0"
        years["aggs"] = {"updated": {"max": {"field": "updated"}}}
        asked = {"query": none_of(_NOINDEX), "size": 0, "aggs": {"years": years}}
        buckets = self.view.ask(asked)["aggregations"]["years"]["buckets"]
        found = [(int(each["key"]), each["doc_count"], moment(each["updated"]["value"])) for each in buckets]
        return [SitemapYear(year or None, count, updated) for year, count, updated in sorted(found, reverse=True)]

    def sitemap_entries(self, year: int | None) -> list[SitemapEntry]:
        """The releases of a year in few words, in order of their ids; None: the undated."""
        query = {"term": {"year": str(year)}} if year else {"term": {"day": 0}}
        found = self.view.all(every([query, none_of(_NOINDEX)]), ["id", "updated"])
        return sorted((SitemapEntry(each["id"], moment(each["updated"])) for each in found), key=lambda entry: entry.id)


def _translations(releases: Sequence[Release], sharing: Sequence[Release]) -> Mapping[str, tuple[Release, ...]]:
    """For each release, of those in order of time that share a key with it the first in each other language."""
    ranks: defaultdict[str, list[int]] = defaultdict(list)
    for rank, other in enumerate(sharing):
        for key in other.translation_keys:
            ranks[key].append(rank)
    found = {}
    for release in releases:
        those = sorted({rank for key in release.translation_keys for rank in ranks[key]}, reverse=True)
        first = {sharing[rank].language: sharing[rank] for rank in those}  # the earliest is the last to be put in
        found[release.id] = tuple(first[language] for language in sorted(first) if language != release.language)
    return found
