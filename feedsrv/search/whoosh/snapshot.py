"""A snapshot of the Whoosh index: queries answered from one generation.

The segments know the documents of each term. How terms combine, what filters leave, what is counted, how well it
answers and in which order things stand is decided here, on sets of releases, which are arrays of flags: that keeps
clear of what Whoosh does oddly (deleted documents found by Not, an empty filter that filters nothing, undated documents
that sort as newest).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from functools import reduce
from operator import and_, or_
from pathlib import Path

import numpy as np

from feedsrv.appearance import Asset
from feedsrv.errors import ReleaseNotFound, ReleaseWithdrawn
from feedsrv.newsroom import Newsroom
from feedsrv.query import Facet, Hit, Query, Results, Sort
from feedsrv.query.parser import typed
from feedsrv.query.tree import And, Dates, Filter, Node, Not, Or
from feedsrv.release import Attachment, Release, Withdrawal
from feedsrv.search import Held, Neighbours, SitemapEntry, SitemapYear, ranking
from feedsrv.search.attachments import asset_of, attached
from feedsrv.search.excerpts import Wanted, excerpt, marked
from feedsrv.search.question import is_short, loosened, wanted
from feedsrv.search.spelling import SELDOM, meant
from feedsrv.search.whoosh import contents
from feedsrv.search.whoosh.matcher import Matcher
from feedsrv.search.whoosh.postings import PostingsCache, Ranks
from feedsrv.search.whoosh.resemblance import most_alike
from feedsrv.search.whoosh.scoring import Scorer
from feedsrv.search.whoosh.segments import Segments
from feedsrv.search.whoosh.spelling import Known
from feedsrv.search.whoosh.table import FACETS, Mask
from feedsrv.search.whoosh.terms import Terms
from feedsrv.search.work import Work
from feedsrv.text.references import reference_keys
from feedsrv.topic_names import topic_id


class WhooshSnapshot:
    """One generation, for all threads."""

    def __init__(
        self, generation: str, newsroom: Newsroom, postings: PostingsCache, segments: Segments, attachments: Path
    ) -> None:
        self.generation = generation
        self.newsroom = newsroom
        self._postings = postings
        self._table = postings.table
        self._segments = segments
        self._attachments = attachments
        languages = (newest.value for newest in contents.held(self._table, "lang"))
        self._languages = tuple(dict.fromkeys((*(newsroom.languages or (newsroom.language,)), *languages)))

    def search(self, query: Query) -> Results:
        """The answer to a query; total and facets are exact, a page past the last one is empty."""
        matcher = self._matcher()
        typed, query = query.text, matcher.read(query)
        asked = matcher.afforded(query.text) if query.text else None
        found, complete = self._found(query, asked, matcher)
        filters = self._filters(query)
        total, complete = (reduce(and_, filters.values(), releases) for releases in (found, complete))
        ranks = self._page(query, asked, matcher, total, complete)
        marks = wanted(asked, matcher.terms.languages) if asked and query.has_excerpts else None
        return Results(
            hits=tuple(
                self._hit(rank, marks, matcher.terms.work, is_partial=not complete[rank]) for rank in ranks.tolist()
            ),
            total=int(np.count_nonzero(total)),
            page=query.page,
            per_page=query.per_page,
            sort=query.sort,
            complete=int(np.count_nonzero(complete)),
            is_complete_first=is_short(query.text),
            facets={name: self._facet(name, found, filters) for name in FACETS} if query.has_facets else {},
            did_you_mean=self._did_you_mean(query, matcher, int(np.count_nonzero(complete))),
            notes=tuple(matcher.notes(asked, typed)) if typed else (),
        )

    def inventory(self) -> Mapping[str, tuple[Held, ...]]:
        """Every topic, year and language that there is."""
        found = {}
        for name in FACETS:
            held = {each.value: each for each in contents.held(self._table, name)}
            found[name] = tuple(held[facet.value] for facet in self._facet(name, self._table.everything(), {}))
        return found

    def get(self, release_id: str) -> Release:
        """A release. Raises ReleaseNotFound, or ReleaseWithdrawn with the notice."""
        number = self._table.number(release_id)
        if number is None:
            raise ReleaseNotFound(f"there is no release {release_id!r}")
        record = self._segments.record(number)
        if not isinstance(record, Release):
            raise ReleaseWithdrawn(record)
        return record

    def file(self, release_id: str, name: str, *, is_small: bool = False) -> tuple[Attachment, Path]:
        """A file of a release, and where it lies. Raises like `get`, or AttachmentNotFound."""
        return attached(self._attachments, self.get(release_id), name, is_small=is_small)

    def asset(self, name: str) -> tuple[Asset, Path]:
        """A file of the newsroom's appearance, and where it lies. Raises AttachmentNotFound."""
        return asset_of(self._attachments, self.newsroom, name)

    def alias(self, path: str) -> str | None:
        """The id of the release, else of the notice, that this address leads to."""
        return self._table.alias(path)

    def namesake(self, name: str) -> str | None:
        """The id of the release that is looked for by this name, where it is another."""
        return self._table.namesake(name, self._languages)

    def sitemap_years(self) -> list[SitemapYear]:
        """The years that have releases, the newest first, then what is undated."""
        return contents.years(self._table)

    def sitemap_entries(self, year: int | None) -> list[SitemapEntry]:
        """The releases of a year in few words, in order of their ids; None: the undated."""
        return contents.entries(self._table, year)

    def siblings(self, releases: Sequence[Release]) -> Mapping[str, tuple[Release, ...]]:
        """The translations of each of these releases, by its id."""
        sharing = self._table.sharing(key for release in releases for key in release.translation_keys)
        ranks = ((each, [rank for key in each.translation_keys for rank in sharing[key]]) for each in releases)
        return {
            each.id: tuple(map(self._release, contents.translations(self._table, each.language, those)))
            for each, those in ranks
        }

    def neighbours(self, release_id: str) -> Neighbours:
        """The releases in its language that appeared just before and just after one."""
        rank = self._table.rank(release_id)
        beside = (None, None) if rank is None else self._table.beside(rank)
        return Neighbours(*(None if other is None else self._release(other) for other in beside))

    def days(self, query: Query) -> Mapping[date | None, int]:
        """How many releases answer a query on each day; None: those without a date."""
        days = self._table.days[self._answers(query)]
        each, counts = (column[::-1].tolist() for column in np.unique(days, return_counts=True))
        return {date.fromordinal(day) if day else None: count for day, count in zip(each, counts, strict=True)}

    def recently_updated(self, query: Query, skip: int, limit: int) -> tuple[Release, ...]:
        """Those that answer a query and were updated after they appeared, without the newest."""
        ranks = np.flatnonzero(self._answers(query))[skip:]
        updated = self._table.updated()
        ranks = ranks[updated[ranks] > self._table.appeared[ranks]]
        return tuple(map(self._release, ranks[np.argsort(-updated[ranks], kind="stable")][:limit].tolist()))

    def withdrawals(self) -> tuple[Withdrawal, ...]:
        """The withdrawals that feed readers are still told of."""
        recent = [record for record in self._notices() if record.is_recent and record.date]
        return tuple(sorted(recent, key=lambda record: (-record.date.timestamp() if record.date else 0, record.id)))

    def notices(self, number: str) -> tuple[Withdrawal, ...]:
        """All withdrawals of releases with this number."""
        return tuple(record for record in self._notices() if number in reference_keys(record.reference))

    def _notices(self) -> Iterator[Withdrawal]:
        """All withdrawals, by id."""
        records = (self._segments.record(number) for number in self._table.withdrawn())
        return (record for record in records if isinstance(record, Withdrawal))

    def similar(self, release_id: str, limit: int) -> tuple[Release, ...]:
        """The releases in the same language that share most with one, the closest first."""
        release = self.get(release_id)
        candidates = self._table.any_of("lang", [release.language])
        candidates[self._table.rank(release_id)] = False
        ranks = most_alike(self._matcher().terms, release, candidates, limit)
        return tuple(map(self._release, ranks.tolist()))

    def _matcher(self) -> Matcher:
        """For one search, which has its own work."""
        return Matcher(Terms(self._postings, self._segments, self._languages, Work(self._table.size)))

    def _answers(self, query: Query) -> Mask:
        """All that answer a query."""
        matcher = self._matcher()
        query = matcher.read(query)
        found, _ = self._found(query, matcher.afforded(query.text) if query.text else None, matcher)
        return reduce(and_, self._filters(query).values(), found)

    def _found(self, query: Query, asked: Node | None, matcher: Matcher) -> tuple[Mask, Mask]:
        """The releases that answer the words and dates of a query, and those of them that have all the words.

        ``asked`` is what is looked for of its text; nothing is found where nothing of it is.
        """
        dated = self._between(query.since, query.before)
        if query.is_undated:
            dated &= self._table.days == 0
        if query.text is None:
            return dated, dated
        if asked is None:
            return ~self._table.everything(), ~self._table.everything()
        complete = dated & self._matches(asked, matcher)
        is_pasted = not is_short(query.text)
        if query.sort is Sort.RELEVANCE and (is_pasted or np.count_nonzero(complete) < ranking.ENOUGH):
            some = loosened(asked, matcher.terms.languages, is_pasted=is_pasted)
            return complete | dated & self._matches(some, matcher), complete
        return complete, complete

    def _filters(self, query: Query) -> dict[str, Mask]:
        """For each facet by which is filtered, the releases that its filter leaves."""
        topics = [self.newsroom.topic_meant(topic) for topic in query.topics]
        values = {"topic": topics, "year": [str(year) for year in query.years], "lang": query.languages}
        return {name: self._table.any_of(name, values[name]) for name in FACETS if values[name]}

    def _facet(self, name: str, found: Mask, filters: Mapping[str, Mask]) -> tuple[Facet, ...]:
        left = reduce(and_, (releases for other, releases in filters.items() if other != name), found)
        counts = zip(self._table.values[name], self._table.counts(name, left).tolist(), strict=True)
        counted = [Facet(value, count) for value, count in counts if count]
        if name == "year":
            return tuple(sorted(counted, key=lambda facet: -int(facet.value)))
        return tuple(sorted(counted, key=lambda facet: (-facet.count, facet.value)))

    def _page(self, query: Query, asked: Node | None, matcher: Matcher, releases: Mask, complete: Mask) -> Ranks:
        """The ranks on one page, in order; nothing is ordered that stands behind it."""
        first = (query.page - 1) * query.per_page
        last = first + query.per_page
        if query.sort is Sort.RELEVANCE and query.text and asked:
            ranks = Scorer(matcher, asked, query.text).best_first(releases, complete, last)
        else:
            ranks = np.flatnonzero(releases)
            if query.sort is Sort.OLDEST:
                dated = np.searchsorted(ranks, len(self._table.ages))
                ranks = np.concatenate((ranks[:dated][::-1], ranks[dated:]))
        return ranks[first:last]

    def _matches(self, tree: Node, matcher: Matcher) -> Mask:
        """The releases that a tree matches."""
        match tree:
            case And(parts):
                return reduce(and_, (self._matches(part, matcher) for part in parts))
            case Or(parts):
                return reduce(or_, (self._matches(part, matcher) for part in parts))
            case Not(part):
                return ~self._matches(part, matcher)
            case Filter("topic", value):
                return self._table.any_of("topic", [self.newsroom.topic_meant(topic_id(value))])
            case Filter(name, value):
                return self._table.any_of(name, [value])
            case Dates(since, before):
                return self._between(
                    self.newsroom.midnight(since) if since else None, self.newsroom.midnight(before) if before else None
                )
        return matcher.releases(tree)

    def _between(self, since: datetime | None, before: datetime | None) -> Mask:
        return self._table.between(*(moment.timestamp() if moment else None for moment in (since, before)))

    def _did_you_mean(self, query: Query, matcher: Matcher, having: int) -> str | None:
        """What may have been meant by a question that so few answer, if it finds more within the same filters."""
        work = matcher.terms.work
        if query.text is None or having > SELDOM or work.left_out:
            return None
        other = None
        with work.or_else("what may have been meant"):
            counted = lambda tree: self._counted(replace(query, text=tree), tree, matcher)  # noqa: E731
            other = meant(Known(matcher), query.text, having, counted)
        return typed(other) if other and not work.left_out else None

    def _counted(self, query: Query, tree: Node, matcher: Matcher) -> tuple[int, int]:
        """How many releases answer a query of this tree, and how many of these have all of it."""
        found, complete = self._found(query, matcher.afforded(tree), matcher)
        is_left = reduce(and_, self._filters(query).values(), self._table.everything())
        return int(np.count_nonzero(found & is_left)), int(np.count_nonzero(complete & is_left))

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
        release = self._segments.record(int(self._table.numbers[rank]))
        assert isinstance(release, Release)  # noqa: S101 - the table ranks nothing else
        return release
