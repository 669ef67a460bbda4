"""Counting: how many releases match what a question asks for, and what OpenSearch takes its words for; many at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from feedsrv.search.opensearch.clauses import said
from feedsrv.search.opensearch.cluster import Json
from feedsrv.search.opensearch.mapping import ANYWHERE, OR_ELSE
from feedsrv.search.opensearch.releases import Releases, Statistics

Ask = Callable[[Sequence[Json]], list[Json]]
"""The answers to several searches among the releases of one generation, asked at once."""
Words = Sequence[str]
"""The stems that stand for one word, or the forms of a phrase one after another."""

_SCORED = ("title", "body")


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
class Counting:
    """Counts for one search, and remembers; ``ask`` looks among the releases of one generation."""

    ask: Ask
    stored: Releases
    _counted: dict[str, int] = field(default_factory=dict)
    _frequent: dict[str, Frequency] = field(default_factory=dict)
    _phrased: dict[tuple[str, str], Phrased] = field(default_factory=dict)

    def count(self, query: Json) -> int:
        """How many releases a query matches."""
        return self.each([query])[0]

    def each(self, queries: Iterable[Json]) -> list[int]:
        """How many releases each of these matches: all that is not known yet is asked at once."""
        asked = [(repr(query), query) for query in queries]
        unknown = {told: query for told, query in asked if told not in self._counted}
        answers = self.ask([{"query": query, "size": 0, "track_total_hits": True} for query in unknown.values()])
        for told, answer in zip(unknown, answers, strict=True):
            self._counted[told] = answer["hits"]["total"]["value"]
        return [self._counted[told] for told, _ in asked]

    def learn(
        self, words: Iterable[Words], phrases: Iterable[tuple[str, Words]] = (), others: Iterable[Json] = ()
    ) -> None:
        """Ask at once for the `frequency` of words, the `phrased` of phrases in a field, and the number of others."""
        of_words = {OR_ELSE.join(stems): stems for stems in words if OR_ELSE.join(stems) not in self._frequent}
        of_phrases = {(name, " ".join(forms)): forms for name, forms in phrases if forms}
        of_phrases = {told: forms for told, forms in of_phrases.items() if told not in self._phrased}
        queries = [query for stems in of_words.values() for query in _of_word(stems)]
        self.each([*others, *queries, *(said(forms, name) for (name, _), forms in of_phrases.items())])
        terms = [(name, stem) for stems in of_words.values() for stem in stems for name in _SCORED]
        terms += [(name, form) for (name, _), forms in of_phrases.items() for form in forms]
        taken = self.stored.statistics(terms)
        for told, stems in of_words.items():
            having, titled = self.each(_of_word(stems))
            self._frequent[told] = Frequency(having, titled, taken)
        for (name, told), forms in of_phrases.items():
            rare = sum(taken.idf([name], [form]) for form in forms)
            self._phrased[name, told] = Phrased(self.count(said(forms, name)), rare)

    def frequency(self, stems: Words) -> Frequency:
        """How frequent a word of one of these stems is."""
        if OR_ELSE.join(stems) not in self._frequent:
            self.learn([stems])
        return self._frequent[OR_ELSE.join(stems)]

    def phrased(self, forms: Words, name: str) -> Phrased:
        """How frequent it is that these words stand one after another in a field."""
        if not forms:
            return Phrased(0, 0.0)
        if (name, " ".join(forms)) not in self._phrased:
            self.learn([], [(name, forms)])
        return self._phrased[name, " ".join(forms)]


def _of_word(stems: Words) -> list[Json]:
    return [{"terms": {name: list(stems)}} for name in (ANYWHERE, "title")]
