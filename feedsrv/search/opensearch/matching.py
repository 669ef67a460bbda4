"""Matching: the words of a question as a query of OpenSearch, and what spelling asks of one generation."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

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
    leaves,
    mapped,
    positive_leaves,
)
from feedsrv.release import Release, from_json
from feedsrv.search import question
from feedsrv.search.opensearch.clauses import NEWEST, NONE, any_of, between, every, none_of, said
from feedsrv.search.opensearch.cluster import Json
from feedsrv.search.opensearch.counting import Counting
from feedsrv.search.opensearch.mapping import ANYWHERE
from feedsrv.search.question import FORMS, MOST_EXPANSIONS, stems_of
from feedsrv.search.work import Work
from feedsrv.text import analysis
from feedsrv.topic_names import topic_id

MOST_NEAR = 100
"""Words that are looked at as what may have been meant."""

_FIELDS: Mapping[str, Sequence[str]] = {
    "forms": ("forms", "boilerplate_forms"), "title_forms": ("title_forms",), "contacts": ("contacts",),
}  # fmt: skip
_SPECIAL = re.compile(r"([^\w])")


@dataclass(frozen=True, slots=True)
class Matcher:
    """Answers for one search, as `spelling.Vocabulary`, too."""

    counting: Counting
    newsroom: Newsroom
    languages: Sequence[str]
    work: Work
    _expanded: dict[tuple[str, str], list[str]] = field(default_factory=dict)

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
        return self.counting.count(query)

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
                return self._all(self._written(word, ANYWHERE, "forms") for word in analysis.needed(text))
            case FieldTerm("title", Word(text)):
                return self._all(self._written(word, "title", FORMS["title"]) for word in analysis.needed(text))
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

    def titled(self, parts: Sequence[str]) -> Json:
        """What has a word in the title: all in one, or its telling parts."""
        apart = [self.stemmed(part, "title") for part in question.telling(parts, self.languages)]
        return any_of([self.stemmed("".join(parts), "title"), *([every(apart)] if len(parts) > 1 else [])])

    def phrase(self, forms: Sequence[str], name: str = "forms") -> Json:
        """What has these words one after another."""
        return any_of(said(forms, part) for part in _FIELDS[name]) if forms else NONE

    def beginning(self, text: str, name: str = "forms") -> Json:
        """What has a word that begins so; of too many such words the first by the alphabet count."""
        return any_of({"terms": {part: self._begun(text, part)[:MOST_EXPANSIONS]}} for part in _FIELDS[name])

    def _begun(self, text: str, part: str) -> list[str]:
        """The words of a field that begin so, and one more than are looked for where there are more."""
        letters = "".join(analysis.forms(text))
        self._expand([(letters, part)])
        return self._expanded.get((letters, part), [])

    def expand(self, tree: Node) -> None:
        """Ask at once for the words that all beginnings in a tree stand for."""
        told = [
            (leaf.part, FORMS[leaf.name]) if isinstance(leaf, FieldTerm) else (leaf, "forms") for leaf in leaves(tree)
        ]
        begun = [("".join(analysis.forms(leaf.text)), name) for leaf, name in told if isinstance(leaf, Prefix)]
        self._expand((letters, part) for letters, name in begun for part in _FIELDS[name])

    def _expand(self, beginnings: Iterable[tuple[str, str]]) -> None:
        unknown = [each for each in dict.fromkeys(beginnings) if each[0] and each not in self._expanded]
        self._ask_for_words(unknown, _known_words)
        many = [each for each in unknown if len(self._expanded[each]) > MOST_EXPANSIONS]
        self._ask_for_words(many, _words_of_releases)  # words of what is gone are to take no place

    def _ask_for_words(self, beginnings: Sequence[tuple[str, str]], asking: Callable[[str, str], Json]) -> None:
        answers = self.counting.ask([asking(*each) for each in beginnings])
        for each, answer in zip(beginnings, answers, strict=True):
            self._expanded[each] = [word["key"] for word in answer["aggregations"]["words"]["buckets"]]

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

    def having_each(self, asked: Iterable[Leaf]) -> list[int]:
        """How many releases match each of these leaves, asked at once."""
        return self.counting.each(every([self._leaf(leaf)]) for leaf in asked)

    def saying(self, forms: Sequence[str], field: str, beside: Sequence[Leaf] = ()) -> list[int]:
        """How many releases have each word just as it is written in a field, and match all leaves beside it."""
        others = [self._leaf(leaf) for leaf in beside]
        return self.counting.each(every([self.phrase([form], field), *others]) for form in forms)

    def near(self, form: str, mistakes: int, field: str) -> set[str]:
        """The words of a field that are so many mistakes away at most; some may be of what is no release any more."""
        bounds = {
            "suggest_mode": "always", "max_edits": mistakes, "prefix_length": mistakes - 1, "min_word_length": 1,
            "size": MOST_NEAR, "max_inspections": MOST_NEAR, "max_term_freq": 2_000_000_000, "accuracy": 0.0,
        }  # fmt: skip
        asked = [{"near": {"text": form, "term": {"field": part, **bounds}}} for part in _FIELDS[field]]
        answers = self.counting.ask([{"size": 0, "suggest": each} for each in asked])
        found = {option["text"] for it in answers for each in it["suggest"]["near"] for option in each["options"]}
        near = sorted(word for word in found if OSA.distance(word, form) <= mistakes)
        return {word for word, having in zip(near, self.saying(near, field), strict=True) if having}

    def newest_with(self, form: str, field: str, most: int) -> Iterator[Release]:
        """The newest releases that have a word just as it is written in a field."""
        asked = {"query": self.phrase([form], field), "size": most, "sort": list(NEWEST), "_source": ["record"]}
        for hit in self.counting.ask([asked])[0]["hits"]["hits"]:
            record = from_json(hit["_source"]["record"].encode("utf8"))
            if isinstance(record, Release):
                yield record


def _known_words(begun: str, part: str) -> Json:
    """Asks for the words of a field that begin so, also of what is no release any more: no release is gone through."""
    return {"size": 0, "query": {"match_none": {}}, "aggs": {"words": _words(begun, part, min_doc_count=0)}}


def _words_of_releases(begun: str, part: str) -> Json:
    """Asks the same of all that have such a word, which takes seconds for 200,000 of them."""
    return {"size": 0, "query": {"prefix": {f"{part}.word": begun}}, "aggs": {"words": _words(begun, part)}}


def _words(begun: str, part: str, **more: int) -> Json:
    words = {"field": f"{part}.word", "include": _SPECIAL.sub(r"\\\1", begun) + ".*", "order": {"_key": "asc"},
             "size": MOST_EXPANSIONS + 1}  # fmt: skip
    return {"terms": {**words, **more}}
