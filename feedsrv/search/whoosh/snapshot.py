"""A snapshot of the Whoosh index: queries answered from one generation.

Whoosh knows the documents of each term. How terms combine, what filters leave, what is counted, how well it answers and
in which order things stand is decided here, on sets of releases: that keeps clear of what Whoosh does oddly
(deleted documents found by Not, an empty filter that filters nothing, undated documents that sort as newest).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import reduce
from itertools import islice
from operator import and_, or_
from pathlib import Path

from whoosh.searching import Searcher

from feedsrv.errors import AttachmentNotFound, ReleaseNotFound, ReleaseWithdrawn
from feedsrv.newsroom import Newsroom
from feedsrv.query import Facet, Hit, Query, Results, Sort
from feedsrv.query.parser import typed
from feedsrv.query.tree import And, Dates, Filter, Node, Not, Or
from feedsrv.release import Attachment, Release, Withdrawal
from feedsrv.search import Held, SitemapEntry, SitemapYear, ranking
from feedsrv.search.excerpts import Wanted, excerpt, marked
from feedsrv.search.whoosh.documents import Documents
from feedsrv.search.whoosh.matcher import Matcher
from feedsrv.search.whoosh.postings import PostingsCache
from feedsrv.search.whoosh.resemblance import resemblance
from feedsrv.search.whoosh.spelling import corrected
from feedsrv.search.whoosh.table import FACETS, members
from feedsrv.search.whoosh.terms import Terms
from feedsrv.search.work import Work


class WhooshSnapshot:
    """One generation for one thread: a Whoosh searcher is not safe to share (wrong results were seen)."""

    def __init__(
        self, generation: str, newsroom: Newsroom, postings: PostingsCache, searcher: Searcher, attachments: Path
    ) -> None:
        self.generation = generation
        self.newsroom = newsroom
        self._postings = postings
        self._reader = searcher.reader()
        self._table = table = postings.table
        self._attachments = attachments
        self._documents = Documents(self._reader)
        self._languages = tuple(dict.fromkeys((*(newsroom.languages or (newsroom.language,)), *table.facets["lang"])))

    def search(self, query: Query) -> Results:
        """The answer to a query; total and facets are exact, a page past the last one is empty."""
        matcher = self._matcher()
        asked = matcher.afforded(query.text) if query.text else None
        found, complete = self._found(query, asked, matcher)
        filters = self._filters(query)
        total, complete = (reduce(and_, filters.values(), releases) for releases in (found, complete))
        offset = (query.page - 1) * query.per_page
        ranks = list(islice(self._ordered(query, asked, matcher, total, complete), offset, offset + query.per_page))
        wanted = matcher.wanted(asked) if asked and query.has_excerpts else None
        return Results(
            hits=tuple(
                self._hit(rank, wanted, matcher.terms.work, is_partial=not complete >> rank & 1) for rank in ranks
            ),
            total=total.bit_count(),
            page=query.page,
            per_page=query.per_page,
            sort=query.sort,
            complete=complete.bit_count(),
            facets={name: self._facet(name, found, filters) for name in FACETS} if query.has_facets else {},
            did_you_mean=None if complete else self._did_you_mean(query, matcher),
            notes=tuple(matcher.notes(asked, query.text)) if query.text else (),
        )

    def inventory(self) -> Mapping[str, tuple[Held, ...]]:
        """Every topic, year and language that there is."""
        everything = dict.fromkeys(FACETS, self._table.everything)
        facets = {name: self._facet(name, self._table.everything, everything) for name in FACETS}
        return {name: tuple(self._held(name, facet) for facet in found) for name, found in facets.items()}

    def _held(self, name: str, facet: Facet) -> Held:
        rank = next(members(self._table.any_of(name, [facet.value])))
        newest = datetime.fromtimestamp(-self._table.ages[rank], UTC) if rank < len(self._table.ages) else None
        return Held(facet.value, facet.count, newest)

    def get(self, release_id: str) -> Release:
        """A release. Raises ReleaseNotFound, or ReleaseWithdrawn with the notice."""
        number = self._table.by_id.get(release_id)
        if number is None:
            raise ReleaseNotFound(f"there is no release {release_id!r}")
        record = self._documents.record(number)
        if not isinstance(record, Release):
            raise ReleaseWithdrawn(record)
        return record

    def file(self, release_id: str, name: str) -> tuple[Attachment, Path]:
        """A file of a release, and where it lies. Raises like `get`, or AttachmentNotFound."""
        for attachment in self.get(release_id).attachments:
            if attachment.name == name:
                return attachment, self._attachments / attachment.digest
        raise AttachmentNotFound(f"the release {release_id!r} has no file {name!r}")

    def alias(self, path: str) -> str | None:
        """The id of the release that this address leads to."""
        return self._table.by_alias.get(path)

    def sitemap_years(self) -> list[SitemapYear]:
        """The years that have releases, the newest first, then what is undated."""
        found: dict[int | None, list[float | None]] = defaultdict(list)
        for _, facts in self._documents.facts():
            if not facts.is_withdrawn:
                found[facts.year].append(facts.updated)
        return [
            SitemapYear(year, len(updates), _moment(max((each for each in updates if each is not None), default=None)))
            for year, updates in sorted(found.items(), key=lambda item: -(item[0] or 0))
        ]

    def sitemap_entries(self, year: int | None) -> list[SitemapEntry]:
        """The releases of a year in few words, in order of their ids; None: the undated."""
        found = (facts for _, facts in self._documents.facts() if facts.year == year and not facts.is_withdrawn)
        return sorted((SitemapEntry(facts.id, _moment(facts.updated)) for facts in found), key=lambda entry: entry.id)

    def siblings(self, release_id: str) -> tuple[Release, ...]:
        """The translations of a release, by language."""
        table = self._table
        rank = table.ranks.get(table.by_id.get(release_id, -1), -1)
        return tuple(map(self._release, table.siblings.get(rank, ())))

    def days(self, query: Query) -> Mapping[date | None, int]:
        """How many releases answer a query on each day; None: those without a date."""
        matcher = self._matcher()
        asked = matcher.afforded(query.text) if query.text else None
        found, _ = self._found(query, asked, matcher)
        total = reduce(and_, self._filters(query).values(), found)
        counted = Counter(self._table.days[rank] for rank in members(total))
        return {date.fromordinal(day) if day else None: count for day, count in counted.items()}

    def withdrawals(self) -> tuple[Withdrawal, ...]:
        """The withdrawals that feed readers are still told of."""
        records = (self._documents.record(number) for number in self._table.withdrawn)
        recent = [record for record in records if isinstance(record, Withdrawal) and record.is_recent and record.date]
        return tuple(sorted(recent, key=lambda record: (-record.date.timestamp() if record.date else 0, record.id)))

    def similar(self, release_id: str, limit: int) -> tuple[Release, ...]:
        """The releases in the same language that share most with one, the closest first."""
        release = self.get(release_id)
        candidates = self._table.any_of("lang", [release.language])
        candidates &= ~(1 << self._table.ranks[self._table.by_id[release_id]])
        scores = resemblance(self._matcher().terms, release, candidates)
        return tuple(self._release(rank) for rank in ranking.best_first(scores, scores)[:limit])

    def _matcher(self) -> Matcher:
        """For one search, which has its own work."""
        return Matcher(Terms(self._postings, self._reader, self._languages, Work(len(self._table.numbers))))

    def _found(self, query: Query, asked: Node | None, matcher: Matcher) -> tuple[int, int]:
        """The releases that answer the words and dates of a query, and those of them that have all the words.

        ``asked`` is what is looked for of its text; nothing is found where nothing of it is.
        """
        dated = self._between(query.since, query.before)
        if query.is_undated:
            dated &= ~((1 << len(self._table.ages)) - 1)
        if query.text is None:
            return dated, dated
        if asked is None:
            return 0, 0
        complete = dated & self._matches(asked, matcher)
        if query.sort is Sort.RELEVANCE and complete.bit_count() < ranking.ENOUGH:
            return complete | dated & self._matches(matcher.loosened(asked), matcher), complete
        return complete, complete

    def _filters(self, query: Query) -> dict[str, int]:
        """For each facet the releases that its filter leaves."""
        topics = [self.newsroom.topic_id(topic) for topic in query.topics]
        values = {"topic": topics, "year": [str(year) for year in query.years], "lang": query.languages}
        everything = self._table.everything
        return {name: self._table.any_of(name, values[name]) if values[name] else everything for name in FACETS}

    def _facet(self, name: str, found: int, filters: dict[str, int]) -> tuple[Facet, ...]:
        for other in FACETS:
            if other != name:
                found &= filters[other]
        counted = [
            Facet(value, count)
            for value, releases in self._table.facets[name].items()
            if (count := (found & releases).bit_count())
        ]
        if name == "year":
            return tuple(sorted(counted, key=lambda facet: -int(facet.value)))
        return tuple(sorted(counted, key=lambda facet: (-facet.count, facet.value)))

    def _ordered(
        self, query: Query, asked: Node | None, matcher: Matcher, releases: int, complete: int
    ) -> Iterator[int]:
        match query.sort:
            case Sort.OLDEST:
                dated = (1 << len(self._table.ages)) - 1
                yield from reversed(list(members(releases & dated)))
                yield from members(releases & ~dated)
            case Sort.RELEVANCE if query.text and asked:
                yield from matcher.by_relevance(asked, query.text, complete)
                yield from matcher.by_relevance(asked, query.text, releases & ~complete)
            case _:
                yield from members(releases)

    def _matches(self, tree: Node, matcher: Matcher) -> int:
        """The releases that a tree matches."""
        match tree:
            case And(parts):
                return reduce(and_, (self._matches(part, matcher) for part in parts))
            case Or(parts):
                return reduce(or_, (self._matches(part, matcher) for part in parts))
            case Not(part):
                return self._table.everything & ~self._matches(part, matcher)
            case Filter("topic", value):
                return self._table.any_of("topic", [self.newsroom.topic_id(value.replace(" ", "-"))])
            case Filter(name, value):
                return self._table.any_of(name, [value])
            case Dates(since, before):
                return self._between(
                    self.newsroom.midnight(since) if since else None, self.newsroom.midnight(before) if before else None
                )
        return matcher.releases(tree)

    def _between(self, since: datetime | None, before: datetime | None) -> int:
        if since is None and before is None:
            return self._table.everything
        return self._table.between(*(moment.timestamp() if moment else None for moment in (since, before)))

    def _did_you_mean(self, query: Query, matcher: Matcher) -> str | None:
        """The question with unknown words replaced by their nearest neighbours, if that finds something as well."""
        if query.text is None or matcher.terms.work.left_out:
            return None
        meant = corrected(matcher, query.text)
        if meant == query.text:
            return None
        found, _ = self._found(replace(query, text=meant), matcher.afforded(meant), matcher)
        return typed(meant) if found and not matcher.terms.work.left_out else None

    def _hit(self, rank: int, wanted: Wanted | None, work: Work, *, is_partial: bool) -> Hit:
        release = self._release(rank)
        if wanted is None:
            return Hit(release, is_partial=is_partial)
        return Hit(
            release,
            excerpt((release.text, release.boilerplate), release.language, wanted, work),
            marked(release.title, release.language, wanted),
            is_partial,
        )

    def _release(self, rank: int) -> Release:
        release = self._documents.record(self._table.numbers[rank])
        assert isinstance(release, Release)  # noqa: S101 - the table ranks nothing else
        return release


def _moment(timestamp: float | None) -> datetime | None:
    return None if timestamp is None else datetime.fromtimestamp(timestamp, UTC)
