"""The oracle: how a question was answered before the answers were made of arrays, for newer ways to be compared with.

It is the executor of an earlier commit, set on a plain Whoosh index that Whoosh's own writer makes in one go: sets of
releases are long integers, scores stand in dictionaries, each word of each text is looked at. It is slow, and was
right. Nothing of `feedsrv.search` is in it, so that it stays what it was; what words, questions and answers are
(`feedsrv.release`, `feedsrv.query`, `feedsrv.newsroom`) it has in common with the product.

::

    analysis      what the words of a text are
    table         the releases in order, and the index of them
    terms         which releases have a word, and how much that says
    matcher       which releases answer a question, and how well
    ranking       the figures of BM25F
    work          what a search may cost
    excerpts      why a release was found
    spelling      what may have been meant
    resemblance   what is like a release
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import reduce
from itertools import islice
from operator import and_, or_
from pathlib import Path

from feedsrv.newsroom import Newsroom
from feedsrv.query import Facet, Hit, Query, Results, Sort
from feedsrv.query.natural import as_words
from feedsrv.query.parser import typed
from feedsrv.query.tree import And, Dates, Filter, Node, Not, Or
from feedsrv.release import Release, Withdrawal, from_json
from feedsrv.topic_names import topic_id
from tests.oracle import ranking, table
from tests.oracle.excerpts import Wanted, excerpt, marked
from tests.oracle.matcher import Matcher, is_short
from tests.oracle.resemblance import resemblance
from tests.oracle.spelling import corrected
from tests.oracle.table import FACETS, members
from tests.oracle.terms import Cache, Terms
from tests.oracle.work import Work

_SELDOM = 2  # releases that answer a question; where there are more, nobody is asked what was meant


class Oracle:
    """What is asked of a `feedsrv.search.Snapshot`, answered from an index of its own in a folder that it makes."""

    def __init__(self, records: Iterable[Release | Withdrawal], newsroom: Newsroom, folder: Path) -> None:
        self.newsroom = newsroom
        self._reader, self._facts = table.write(records, newsroom, folder)
        self._column = self._reader.column_reader("record") if self._facts else ()
        self._table = table.build(self._facts)
        self._cache = Cache(self._table)
        own = newsroom.languages or (newsroom.language,)
        self._languages = tuple(dict.fromkeys((*own, *self._table.facets["lang"])))

    def search(self, query: Query) -> Results:
        """The answer to a query, with its facets."""
        matcher = self._matcher()
        typed, query = query.text, matcher.read(query)
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
            is_complete_first=is_short(query.text),
            facets={name: self._facet(name, found, filters) for name in FACETS},
            did_you_mean=self._did_you_mean(query, matcher, complete.bit_count()),
            notes=tuple(matcher.notes(asked, typed)) if typed else (),
        )

    def days(self, query: Query) -> Mapping[date | None, int]:
        """How many releases answer a query on each day; None: those without a date."""
        matcher = self._matcher()
        query = matcher.read(query)
        asked = matcher.afforded(query.text) if query.text else None
        found, _ = self._found(query, asked, matcher)
        total = reduce(and_, self._filters(query).values(), found)
        counted = Counter(self._table.days[rank] for rank in members(total))
        return {date.fromordinal(day) if day else None: count for day, count in counted.items()}

    def similar(self, release_id: str, limit: int) -> tuple[Release, ...]:
        """The releases in the same language that share most with one, the closest first."""
        number = self._table.by_id[release_id]
        release = self._release(self._table.ranks[number])
        candidates = self._table.any_of("lang", [release.language]) & ~(1 << self._table.ranks[number])
        scores = resemblance(self._matcher().terms, release, candidates)
        return tuple(self._release(rank) for rank in ranking.best_first(scores, scores)[:limit])

    def siblings(self, release_id: str) -> tuple[Release, ...]:
        """The translations of a release, by language."""
        rank = self._table.ranks.get(self._table.by_id.get(release_id, -1), -1)
        return tuple(map(self._release, self._table.siblings.get(rank, ())))

    def alias(self, path: str) -> str | None:
        """The id of the release that this address leads to."""
        return self._table.by_alias.get(path)

    def aliases(self) -> Mapping[str, str]:
        """All such addresses, and where each leads."""
        return self._table.by_alias

    def sitemap_entries(self) -> list[tuple[str, int | None, datetime | None]]:
        """The id of every release, in order, its year, and when it was updated."""
        return sorted(
            (facts.id, facts.year, None if facts.updated is None else datetime.fromtimestamp(facts.updated, UTC))
            for facts in self._facts
            if not facts.is_withdrawn
        )

    def _matcher(self) -> Matcher:
        """For one search, which has its own work."""
        return Matcher(Terms(self._cache, self._reader, self._languages, Work(len(self._table.numbers))))

    def _found(self, query: Query, asked: Node | None, matcher: Matcher) -> tuple[int, int]:
        """The releases that answer the words and dates of a query, and those of them that have all the words.

        ``asked`` is what is looked for of its text; nothing is found where nothing of it is.
        """
        dated = self._between(query.since, query.before)
        if query.is_undated:
            dated &= sum(1 << rank for rank, day in enumerate(self._table.days) if not day)
        if query.text is None:
            return dated, dated
        if asked is None:
            return 0, 0
        complete = dated & self._matches(asked, matcher)
        is_pasted = not is_short(query.text)
        if query.sort is Sort.RELEVANCE and (is_pasted or complete.bit_count() < ranking.ENOUGH):
            return complete | dated & self._matches(matcher.loosened(asked, is_pasted=is_pasted), matcher), complete
        return complete, complete

    def _filters(self, query: Query) -> dict[str, int]:
        """For each facet the releases that its filter leaves."""
        topics = [self.newsroom.topic_meant(topic) for topic in query.topics]
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
                if is_short(query.text):
                    yield from matcher.by_relevance(asked, query.text, complete)
                    yield from matcher.by_relevance(asked, query.text, releases & ~complete)
                else:
                    yield from matcher.by_relevance(asked, query.text, releases)
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
                return self._table.any_of("topic", [self.newsroom.topic_meant(topic_id(value))])
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

    def _did_you_mean(self, query: Query, matcher: Matcher, having: int) -> str | None:
        """What may have been meant by a question that so few answer, if it finds more within the same filters."""
        if query.text is None or having > _SELDOM or matcher.terms.work.left_out:
            return None
        meant = None
        with matcher.terms.work.or_else("what may have been meant"):
            meant = self._meant(query, query.text, matcher, having)
        return meant  # noqa: RET504 - it stays None where the work ends

    def _meant(self, query: Query, asked: Node, matcher: Matcher, having: int) -> str | None:
        attempts = [corrected(matcher, asked)]
        if not having:
            attempts.append(corrected(matcher, as_words(attempts[0]) or asked))
        in_part = None
        for attempt in attempts:
            if attempt != asked:
                both = self._found(replace(query, text=attempt), matcher.afforded(attempt), matcher)
                answers, complete = (reduce(and_, self._filters(query).values(), found).bit_count() for found in both)
                if complete > having:
                    return None if matcher.terms.work.left_out else typed(attempt)
                if answers and not having and in_part is None:
                    in_part = typed(attempt)
        return None if matcher.terms.work.left_out else in_part

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
        release = from_json(self._column[self._table.numbers[rank]])
        assert isinstance(release, Release)
        return release
