"""Matching: the words of a question as a query of OpenSearch, and what spelling asks of one generation."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from rapidfuzz.distance import OSA

from feedsrv.newsroom import Newsroom
from feedsrv.query import Query
from feedsrv.query.tree import (
    And,
    Dates,
    FieldTerm,
    Filter,
    Leaf,
    Node,
    Not,
    Or,
    Phrase,
    Prefix,
    Reference,
    Word,
    mapped,
    positive_leaves,
)
from feedsrv.release import Release, from_json
from feedsrv.search import question
from feedsrv.search.opensearch.clauses import NEWEST, NONE, any_of, between, every, none_of, said
from feedsrv.search.opensearch.cluster import Json
from feedsrv.search.opensearch.mapping import ANYWHERE, OR_ELSE
from feedsrv.search.opensearch.releases import Releases, Statistics
from feedsrv.search.question import FORMS, MOST_EXPANSIONS, stems_of
from feedsrv.search.work import Work
from feedsrv.text import analysis
from feedsrv.topic_names import topic_id

_MOST_COUNTED = 500  # that are counted with one request
MOST_NEAR = 100
"""Words that are looked at as what may have been meant."""

_SCORED = ("title", "body")
_FIELDS: Mapping[str, Sequence[str]] = {
    "forms": ("forms", "boilerplate_forms"), "title_forms": ("title_forms",), "contacts": ("contacts",),
}  # fmt: skip
_SPECIAL = re.compile(r"([^\w])")


@dataclass(frozen=True, slots=True)
class Frequency:
    """How many releases of a generation have a word, how many in their title, and what OpenSearch takes it for."""

    having: int
    titled: int
    taken: Statistics


@dataclass(frozen=True, slots=True)
class Phrased:
    """How many releases of a generation have words one after another in a field; what OpenSearch takes them for."""

    having: int
    taken: float


@dataclass(frozen=True, slots=True)
class Matcher:
    """Answers for one search; ``ask`` looks among the releases of one generation. See `spelling.Vocabulary`."""

    ask: Callable[[Json], Json]
    stored: Releases
    newsroom: Newsroom
    languages: Sequence[str]
    work: Work
    _expanded: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    _counted: dict[str, int] = field(default_factory=dict)
    _frequent: dict[str, Frequency] = field(default_factory=dict)
    _phrased: dict[tuple[str, tuple[str, ...]], Phrased] = field(default_factory=dict)

    def read(self, query: Query) -> Query:
        """The query with words in place of what looks like a reference number, where none here begins so."""
        return replace(query, text=mapped(query.text, self._as_words))

    def _as_words(self, leaf: Leaf) -> Node:
        return leaf.words if isinstance(leaf, Reference) and not self.is_known(leaf) else leaf

    def is_known(self, leaf: Leaf) -> bool:
        """Whether a leaf is no reference, or one that begins like that of a release."""
        if not isinstance(leaf, Reference) or not leaf.typed:
            return True
        letters = leaf.key.partition("-")[0]
        return not letters.isalpha() or self.count({"prefix": {"reference": f"{letters}-"}}) > 0

    def count(self, query: Json) -> int:
        """How many releases a query matches."""
        told = repr(query)
        if told not in self._counted:
            answer = self.ask({"query": query, "size": 0, "track_total_hits": True})
            self._counted[told] = answer["hits"]["total"]["value"]
        return self._counted[told]

    def matches(self, tree: Node) -> Json:
        """The releases that a tree matches."""
        match tree:
            case And(parts):
                return every(map(self.matches, parts))
            case Or(parts):
                return any_of(map(self.matches, parts))
            case Not(part):
                return none_of(self.matches(part))
            case Filter("topic", value):
                return {"term": {"topic": self.newsroom.topic_meant(topic_id(value))}}
            case Filter(name, value):
                return {"term": {name: value}}
            case Dates(since, before):
                return between(*(self.newsroom.midnight(day) if day else None for day in (since, before)))
        return self._leaf(tree)

    def _leaf(self, leaf: Leaf) -> Json:
        match leaf:
            case Word(text):
                return self._all(self._written(word, ANYWHERE, "forms") for word in analysis.tokens(text))
            case FieldTerm("title", Word(text)):
                return self._all(self._written(word, "title", FORMS["title"]) for word in analysis.tokens(text))
            case FieldTerm(name, Word(text) | Phrase(text)):
                return self.phrase(analysis.forms(text), FORMS[name])
            case FieldTerm(name, Prefix(text)):
                return self.beginning(text, FORMS[name])
            case Phrase(text):
                return self.phrase(analysis.forms(text))
            case Prefix(text):
                return self.beginning(text)
            case Reference(text):
                return any_of([{"term": {"reference": leaf.key}}, self.phrase(analysis.forms(text))])
        return NONE

    def _all(self, queries: Iterable[Json]) -> Json:
        found = list(queries)
        return every(found) if found else NONE

    def _written(self, word: analysis.Token, field: str, forms: str) -> Json:
        """One word as written: its stems in any language, for a compound its parts or all in one; or otherwise."""
        ways = [self.stemmed("".join(word.parts), field)]
        if len(word.parts) > 1:
            ways.append(every(self.stemmed(part, field) for part in word.parts))
        return any_of([*ways, *(self.phrase(other, forms) for other in word.spelling.others)])

    def stemmed(self, form: str, field: str = ANYWHERE) -> Json:
        """What has a word in any of its forms, in any language."""
        return {"terms": {field: stems_of(form, self.languages)}}

    def learn(self, words: Iterable[Sequence[str]]) -> None:
        """Ask at once for the `frequency` of several words, each by its stems."""
        unknown = {OR_ELSE.join(stems): stems for stems in words if OR_ELSE.join(stems) not in self._frequent}
        if not unknown:
            return
        statistics = self.stored.statistics(_SCORED, sorted({stem for stems in unknown.values() for stem in stems}))
        asked = ({"terms": {name: list(stems)}} for stems in unknown.values() for name in (ANYWHERE, "title"))
        told = iter(self._having_each(asked))
        for name in unknown:
            self._frequent[name] = Frequency(next(told), next(told), statistics)

    def learn_phrases(self, phrases: Iterable[tuple[str, Sequence[str]]]) -> None:
        """Ask at once for the `phrased` of several, each a field and its words."""
        asked = dict.fromkeys((name, tuple(forms)) for name, forms in phrases if forms)
        if not (unknown := [each for each in asked if each not in self._phrased]):
            return
        statistics = self.stored.statistics(
            sorted({name for name, _ in unknown}), sorted({form for _, forms in unknown for form in forms})
        )
        counts = self._having_each(said(forms, name) for name, forms in unknown)
        for (name, forms), having in zip(unknown, counts, strict=True):
            taken = sum(statistics.idf([name], [form]) for form in forms)
            self._phrased[name, forms] = Phrased(having, taken)

    def phrased(self, forms: Sequence[str], name: str) -> Phrased:
        """How frequent it is that these words stand one after another in a field."""
        self.learn_phrases([(name, forms)])
        return self._phrased.get((name, tuple(forms)), Phrased(0, 0.0))

    def _having_each(self, queries: Iterable[Json]) -> list[int]:
        """How many releases each query matches, asked at once."""
        asked, found = list(queries), []
        for at in range(0, len(asked), _MOST_COUNTED):
            part = {"filters": {"filters": asked[at : at + _MOST_COUNTED]}}
            answer = self.ask({"size": 0, "aggs": {"each": part}})
            found += [each["doc_count"] for each in answer["aggregations"]["each"]["buckets"]]
        return found

    def frequency(self, stems: Sequence[str]) -> Frequency:
        """How frequent a word of one of these stems is."""
        self.learn([stems])
        return self._frequent[OR_ELSE.join(stems)]

    def phrase(self, forms: Sequence[str], name: str = "forms") -> Json:
        """What has these words one after another."""
        return any_of(said(forms, part) for part in _FIELDS[name]) if forms else NONE

    def beginning(self, text: str, name: str = "forms") -> Json:
        """What has a word that begins so; of too many such words the first by the alphabet count."""
        return any_of({"terms": {part: self._begun(text, part)[:MOST_EXPANSIONS]}} for part in _FIELDS[name])

    def _begun(self, text: str, part: str) -> list[str]:
        """The words of a field that begin so, and one more than are looked for where there are more."""
        begun = "".join(analysis.forms(text) or [""])
        if not begun:
            return []
        if (begun, part) not in self._expanded:
            words = {"field": f"{part}.word", "include": _SPECIAL.sub(r"\\\1", begun) + ".*", "order": {"_key": "asc"},
                     "size": MOST_EXPANSIONS + 1}  # fmt: skip
            answer = self.ask(
                {"size": 0, "query": {"prefix": {f"{part}.word": begun}}, "aggs": {"words": {"terms": words}}}
            )
            self._expanded[begun, part] = [each["key"] for each in answer["aggregations"]["words"]["buckets"]]
        return self._expanded[begun, part]

    def notes(self, tree: Node | None, typed: Node) -> Iterator[str]:
        """Sentences on what was cut or passed over."""
        for leaf in dict.fromkeys(positive_leaves(tree)):
            if isinstance(leaf, Prefix) and any(
                len(self._begun(leaf.text, part)) > MOST_EXPANSIONS for part in _FIELDS["forms"]
            ):
                yield question.cut_note(leaf)
        yield from question.notes(typed, self.languages, self.is_known)

    def having(self, *asked: Leaf) -> int:
        """How many releases match all of these leaves."""
        return self.count(every(map(self._leaf, asked)))

    def saying(self, form: str, field: str, beside: Sequence[Leaf] = ()) -> int:
        """How many releases have a word just as it is written in a field, and match all leaves beside it."""
        return self.count(every([self.phrase([form], field), *map(self._leaf, beside)]))

    def near(self, form: str, mistakes: int, field: str) -> set[str]:
        """The words of a field that are so many mistakes away at most; some may be of what is no release any more."""
        found: set[str] = set()
        for part in _FIELDS[field]:
            asked: dict[str, Any] = {
                "field": part, "suggest_mode": "always", "max_edits": mistakes, "prefix_length": mistakes - 1,
                "min_word_length": 1, "size": MOST_NEAR, "max_inspections": MOST_NEAR, "max_term_freq": 2_000_000_000,
                "accuracy": 0.0,
            }  # fmt: skip
            answer = self.ask({"size": 0, "suggest": {"near": {"text": form, "term": asked}}})
            found.update(option["text"] for each in answer["suggest"]["near"] for option in each["options"])
        return {word for word in found if OSA.distance(word, form) <= mistakes and self.saying(word, field)}

    def newest_with(self, form: str, field: str, most: int) -> Iterator[Release]:
        """The newest releases that have a word just as it is written in a field."""
        answer = self.ask(
            {"query": self.phrase([form], field), "size": most, "sort": list(NEWEST), "_source": ["record"]}
        )
        for hit in answer["hits"]["hits"]:
            record = from_json(hit["_source"]["record"].encode("utf8"))
            if isinstance(record, Release):
                yield record
