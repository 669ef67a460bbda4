"""A snapshot of the Whoosh index: queries answered from one generation.

Whoosh finds the documents of each word and scores them. How words combine, what filters leave, what is counted
and in which order things stand is decided here, on sets of releases: that keeps clear of what Whoosh does oddly
(deleted documents found by Not, an empty filter that filters nothing, undated documents that sort as newest).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from functools import reduce
from itertools import islice
from operator import and_, or_

from whoosh import query as whoosh
from whoosh.scoring import BM25F
from whoosh.searching import Searcher

from feedsrv import analysis
from feedsrv.errors import ReleaseNotFound, ReleaseWithdrawn
from feedsrv.language import And, Filter, Node, Not, Or, Phrase, Reference, Word, positive_leaves
from feedsrv.newsroom import Newsroom
from feedsrv.query import Facet, Hit, Query, Results, Sort
from feedsrv.release import Release
from feedsrv.search import Stamp
from feedsrv.search.excerpts import Wanted, excerpt
from feedsrv.search.whoosh_documents import Documents
from feedsrv.search.whoosh_table import FACETS, Table, members

WEIGHTING = BM25F(B=0.75, K1=1.5)
REFERENCE_BOOST = 1000.0
UNSCORED = 0.0
"""The weight of the boilerplate: a release that has a word only there stands after all that have it in the text."""


class WhooshSnapshot:
    """One generation for one thread: a Whoosh searcher is not safe to share (wrong results were seen)."""

    def __init__(self, generation: str, newsroom: Newsroom, table: Table, searcher: Searcher) -> None:
        self.generation = generation
        self.newsroom = newsroom
        self._table = table
        self._searcher = searcher
        self._documents = Documents(searcher.reader())

    def search(self, query: Query) -> Results:
        """The answer to a query; total and facets are exact, a page past the last one is empty."""
        table = self._table
        found = (
            table.between(_timestamp(query.since), _timestamp(query.before)) if _has_dates(query) else table.everything
        )
        if query.text is not None:
            found &= self._matches(query.text)
        filters = self._filters(query)
        total = reduce(and_, filters.values(), found)
        offset = (query.page - 1) * query.per_page
        ranks = islice(self._ordered(query, total), offset, offset + query.per_page)
        wanted = self._wanted(query.text)
        return Results(
            hits=tuple(self._hit(rank, wanted) for rank in ranks),
            total=total.bit_count(),
            page=query.page,
            per_page=query.per_page,
            sort=query.sort,
            facets={name: self._facet(name, found, filters) for name in FACETS},
        )

    def get(self, release_id: str) -> Release:
        """A release. Raises ReleaseNotFound, or ReleaseWithdrawn with the notice."""
        number = self._table.by_id.get(release_id)
        if number is None:
            raise ReleaseNotFound(f"there is no release {release_id!r}")
        record = self._documents.record(number)
        if not isinstance(record, Release):
            raise ReleaseWithdrawn(record)
        return record

    def alias(self, path: str) -> str | None:
        """The id of the release that this address leads to."""
        return self._table.by_alias.get(path)

    def stamps(self) -> list[Stamp]:
        """Every release in few words, in order of their ids."""
        stamps = (
            Stamp(facts.id, facts.year, None if facts.updated is None else datetime.fromtimestamp(facts.updated, UTC))
            for _, facts in self._documents.facts()
            if not facts.is_withdrawn
        )
        return sorted(stamps, key=lambda stamp: stamp.id)

    def siblings(self, release_id: str) -> tuple[Release, ...]:
        """The translations of a release, by language."""
        table = self._table
        rank = table.ranks.get(table.by_id.get(release_id, -1), -1)
        return tuple(map(self._release, table.siblings.get(rank, ())))

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

    def _ordered(self, query: Query, releases: int) -> Iterator[int]:
        match query.sort:
            case Sort.OLDEST:
                dated = (1 << len(self._table.ages)) - 1
                yield from reversed(list(members(releases & dated)))
                yield from members(releases & ~dated)
            case Sort.RELEVANCE if query.text is not None:
                yield from self._by_relevance(query.text, releases)
            case _:
                yield from members(releases)

    def _by_relevance(self, tree: Node, releases: int) -> list[int]:
        scores = dict.fromkeys(members(releases), 0.0)
        leaves = [self._leaf(leaf) for leaf in positive_leaves(tree)]
        if leaves:
            for score, number in self._searcher.search(whoosh.Or(leaves), limit=None).top_n:
                rank = self._table.ranks.get(number)
                if rank in scores:
                    scores[rank] = score
        return sorted(scores, key=lambda rank: (-scores[rank], rank))

    def _matches(self, tree: Node) -> int:
        """The releases that a tree matches."""
        match tree:
            case And(parts):
                return reduce(and_, map(self._matches, parts))
            case Or(parts):
                return reduce(or_, map(self._matches, parts))
            case Not(part):
                return self._table.everything & ~self._matches(part)
            case Filter("topic", value):
                return self._table.any_of("topic", [self.newsroom.topic_id(value.replace(" ", "-"))])
            case Filter(name, value):
                return self._table.any_of(name, [value])
        return self._table.numbered(self._searcher.docs_for_query(self._leaf(tree)))

    def _leaf(self, leaf: Word | Phrase | Reference) -> whoosh.Query:
        """The Whoosh query of one word, phrase or reference."""
        match leaf:
            case Word(text):
                words = list(analysis.words(text))
                return _all([self._word(word.parts) for word in words])
            case Phrase(text):
                return _phrase(analysis.forms(text))
            case Reference(text):
                number = whoosh.Term("reference", leaf.key, boost=REFERENCE_BOOST)
                return whoosh.Or([number, _phrase(analysis.forms(text))])

    def _word(self, parts: Sequence[str]) -> whoosh.Query:
        """One word as written: its stems in any language of the newsroom, for a compound its parts or all in one."""
        whole = self._stemmed("".join(parts))
        return whoosh.Or([whole, _all([self._stemmed(part) for part in parts])]) if len(parts) > 1 else whole

    def _stemmed(self, form: str) -> whoosh.Query:
        fields = {"title": 1.0, "body": 1.0, "boilerplate": UNSCORED}
        stems = self._stems(form)
        return whoosh.Or([whoosh.Term(field, stem, boost=boost) for field, boost in fields.items() for stem in stems])

    def _stems(self, form: str) -> list[str]:
        languages = self.newsroom.languages or (self.newsroom.language,)
        published = self._table.facets["lang"]
        return list(dict.fromkeys(analysis.stem(form, language) for language in (*languages, *published)))

    def _wanted(self, tree: Node | None) -> Wanted | None:
        if tree is None:
            return None
        stems: set[str] = set()
        forms: set[str] = set()
        for leaf in positive_leaves(tree):
            if isinstance(leaf, Word):
                for word in analysis.words(leaf.text):
                    stems.update(stem for form in word.forms for stem in self._stems(form))
            else:
                forms.update(analysis.forms(leaf.text))
        return Wanted(frozenset(stems), frozenset(forms))

    def _hit(self, rank: int, wanted: Wanted | None) -> Hit:
        release = self._release(rank)
        texts = (release.text, release.boilerplate)
        return Hit(release, excerpt(texts, release.language, wanted) if wanted else "")

    def _release(self, rank: int) -> Release:
        record = self._documents.record(self._table.numbers[rank])
        assert isinstance(record, Release)  # noqa: S101 - the table ranks nothing else
        return record


def _phrase(forms: list[str]) -> whoosh.Query:
    if not forms:
        return whoosh.NullQuery
    fields = {"forms": 1.0, "boilerplate_forms": UNSCORED}
    if len(forms) == 1:
        return whoosh.Or([whoosh.Term(field, forms[0], boost=boost) for field, boost in fields.items()])
    return whoosh.Or([whoosh.Phrase(field, forms, boost=boost) for field, boost in fields.items()])


def _all(queries: list[whoosh.Query]) -> whoosh.Query:
    if not queries:
        return whoosh.NullQuery
    return queries[0] if len(queries) == 1 else whoosh.And(queries)


def _has_dates(query: Query) -> bool:
    return query.since is not None or query.before is not None


def _timestamp(moment: datetime | None) -> float | None:
    return moment.timestamp() if moment else None
