"""Scoring: how well releases answer, as clauses of OpenSearch with the figures of `feedsrv.search.ranking`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise

from feedsrv.query.tree import FieldTerm, Leaf, Node, Phrase, Prefix, Reference, Word, positive_leaves
from feedsrv.search import ranking
from feedsrv.search.opensearch.clauses import NONE, any_of, constant, multiplied, near, said
from feedsrv.search.opensearch.cluster import Json
from feedsrv.search.opensearch.matching import Matcher
from feedsrv.search.question import FORMS, as_written, forms_of, numbered, stems_of, telling, with_beginnings, words_of
from feedsrv.text import analysis

_TITLE_AND_TEXT = [f"title^{ranking.TITLE}", f"body^{ranking.TEXT}"]


@dataclass(frozen=True, slots=True)
class Scorer:
    """What speaks for releases that answer ``tree``; ``typed`` is it with what is not required."""

    matcher: Matcher
    tree: Node
    typed: Node

    def learn(self, others: Iterable[Json]) -> None:
        """Ask at once for all that is to be known of its words, and for the number of what others match."""
        asked = [*others, *map(_written, forms_of(self.typed)), *map(_begun, with_beginnings(self._told()))]
        self.matcher.counting.learn(_words_in(self.matcher, self.tree), _phrases_in(self.tree), asked)

    def evidence(self) -> list[Json]:
        """What speaks for a release, the more the higher it scores: what it says, and how like its title is to this."""
        said_of = Counter(positive_leaves(self.tree))
        found = [
            {"bool": {"should": list(self._of_leaf(leaf)), "boost": float(times)}} for leaf, times in said_of.items()
        ]
        written = as_written(self.typed, self._told())
        just_so = (constant(_written(form), weight * self._rarity(_written(form))) for form, weight in written)
        return [*found, *self._titled(said_of), *just_so]

    def _of_leaf(self, leaf: Leaf) -> Iterator[Json]:
        matcher = self.matcher
        match leaf:
            case Word(text):
                for word in analysis.tokens(text):
                    yield _once(matcher, word.parts, worded)
                    yield from (_phrase(matcher, other) for other in word.spelling.others)
            case Phrase(text):
                yield _phrase(matcher, analysis.forms(text))
            case Reference(text):
                yield constant({"term": {"reference": leaf.key}}, numbered(leaf, self.typed, matcher.work.releases))
                yield _phrase(matcher, analysis.forms(text))
            case FieldTerm("title", Word(text)):
                yield from (_once(matcher, word.parts, _in_title) for word in analysis.tokens(text))
            case FieldTerm(name, Word(text) | Phrase(text)):
                yield _phrase(matcher, analysis.forms(text), FORMS[name])
            case Prefix() | FieldTerm(_, Prefix()):
                yield constant(matcher.matches(leaf), 1.0)

    def _titled(self, said_of: Counter[Leaf]) -> Iterator[Json]:
        """What the title says by itself, as far as it is like the question: see `ranking.likeness`.

        The words that they share are counted by the functions; how many each title has stands in its document.
        """
        matcher, words = self.matcher, words_of(self.tree)
        if not words:
            return
        weight, worth = ranking.title_weight(len(words)), ranking.worth_of_likeness(matcher.work.releases)
        says = [
            {"bool": {"should": [_once(matcher, word, _in_title) for word in words_of(leaf)], "boost": times * weight}}
            for leaf, times in said_of.items()
            if isinstance(leaf, Word)
        ]
        shared = [matcher.titled(word) for word in words]
        query = {"bool": {"filter": [any_of(shared)], "should": [*says, {"match_all": {"boost": worth}}]}}
        each = [{"filter": word, "weight": ranking.likeness(1, len(words), 1)} for word in shared]
        root = [{"field_value_factor": {"field": "title_length", "modifier": how}} for how in ("reciprocal", "sqrt")]
        yield multiplied(multiplied(query, each, "sum"), root, "multiply")

    def second_look(self) -> list[Json]:
        """What it adds to the score of a release that words stand together in it, and others begin like them."""
        forms, few = forms_of(self.typed), self._told()[: ranking.MOST_NEAR]
        rarity = {form: self._rarity(_written(form)) for form in dict.fromkeys(forms)}
        pairs = [(pair, said(pair, "forms"), ranking.NEIGHBOURS) for pair in dict.fromkeys(pairwise(forms))]
        pairs += [
            (pair, near(pair, "forms", ranking.NEAR), ranking.nearness(len(few))) for pair in combinations(few, 2)
        ]
        together = [
            constant(query, weight * (rarity[first] + rarity[second]))
            for (first, second), query, weight in pairs
            if rarity[first] and rarity[second]
        ]
        return [*together, *self._alike()]

    def _alike(self) -> Iterator[Json]:
        """What it adds that in place of one of the rarest words there is another which begins like it."""
        matcher, words = self.matcher, with_beginnings(self._told())
        having = {form: matcher.counting.frequency(stems_of(form, matcher.languages)).having for form in words}
        for form in sorted(having, key=having.__getitem__)[: ranking.MOST_BEGUN]:
            other = {"bool": {"filter": [_begun(form)], "must_not": [matcher.stemmed(form)]}}
            yield constant(other, ranking.BEGUN_ALIKE * self._rarity(_begun(form)))

    def _rarity(self, query: Json) -> float:
        """What it is worth that a release matches this; 0 where none does."""
        having = self.matcher.count(query)
        return ranking.rarity(having, self.matcher.work.releases) if having else 0.0

    def _told(self) -> Sequence[str]:
        """The different forms of the question that tell something."""
        return telling(list(dict.fromkeys(forms_of(self.typed))), self.matcher.languages)


def _written(form: str) -> Json:
    return said([form], "forms")


def _begun(form: str) -> Json:
    return {"prefix": {"forms": form[: ranking.BEGINNING]}}


def worded(matcher: Matcher, stems: Sequence[str]) -> list[Json]:
    """What it says that title and text have a word of one of these stems, which is as rare as all of them together.

    OpenSearch takes each for as rare as it is, old versions included: that is divided out, and ours put in its place.
    """
    word = matcher.counting.frequency(stems)
    worth = ranking.rarity(word.having, matcher.work.releases) * (ranking.SATURATION + 1)
    taken = {stem: word.taken.idf(("title", "body"), [stem]) for stem in stems}
    return [
        {"combined_fields": {"query": stem, "fields": _TITLE_AND_TEXT, "boost": worth / each}}
        for stem, each in taken.items()
        if each
    ]


def _once(matcher: Matcher, parts: Sequence[str], say: Callable[[Matcher, Sequence[str]], list[Json]]) -> Json:
    """What a word as written says: a compound by its telling parts, or all in one, whichever says more."""

    def said_by(forms: Sequence[str]) -> Json:
        stems = (stems_of(form, matcher.languages) for form in forms)
        return {"bool": {"should": [clause for each in stems for clause in say(matcher, each)]}}

    whole = said_by(["".join(parts)])
    if len(parts) == 1:
        return whole
    return {"dis_max": {"queries": [whole, said_by(telling(parts, matcher.languages))]}}


def _words_in(matcher: Matcher, tree: Node) -> Iterator[Sequence[str]]:
    """The stems of each word that is looked for anywhere, or in the title."""
    for leaf in positive_leaves(tree):
        part = leaf.part if isinstance(leaf, FieldTerm) and leaf.name == "title" else leaf
        for word in analysis.tokens(part.text) if isinstance(part, Word) else ():
            forms = ["".join(word.parts), *(telling(word.parts, matcher.languages) if len(word.parts) > 1 else ())]
            yield from (stems_of(form, matcher.languages) for form in forms)


def _in_title(matcher: Matcher, stems: Sequence[str]) -> list[Json]:
    """What it says that the title has a word of one of these stems."""
    titled = matcher.counting.frequency(stems).titled
    if not titled:
        return []
    return [constant({"terms": {"title": list(stems)}}, ranking.rarity(titled, matcher.work.releases))]


def _phrases_in(tree: Node) -> Iterator[tuple[str, Sequence[str]]]:
    """The field and the words of each phrase, and of what is written otherwise."""
    for leaf in positive_leaves(tree):
        match leaf:
            case Word(text):
                yield from (("forms", other) for word in analysis.tokens(text) for other in word.spelling.others)
            case Phrase(text) | Reference(text):
                yield "forms", analysis.forms(text)
            case FieldTerm(name, Word(text) | Phrase(text)) if name != "title" or isinstance(leaf.part, Phrase):
                yield FORMS[name], analysis.forms(text)


def _phrase(matcher: Matcher, forms: Sequence[str], field: str = "forms") -> Json:
    """What it says that these words stand one after another: in place of OpenSearch's idf of each, ours of them all."""
    known = matcher.counting.phrased(forms, field)
    if not (known.having and known.taken):
        return NONE
    worth = ranking.rarity(known.having, matcher.work.releases) * (ranking.SATURATION + 1)
    return said(forms, field, worth / known.taken)
