"""Scoring: how well releases answer, as clauses of OpenSearch with the figures of `feedsrv.search.ranking`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise

from feedsrv.query.tree import FieldTerm, Leaf, Node, Phrase, Prefix, Reference, Word, positive_leaves
from feedsrv.search import ranking
from feedsrv.search.opensearch.clauses import NONE, said
from feedsrv.search.opensearch.cluster import Json
from feedsrv.search.opensearch.mapping import OR_ELSE
from feedsrv.search.opensearch.matching import Matcher
from feedsrv.search.opensearch.releases import idf
from feedsrv.search.question import FORMS, stems_of, telling, words_of
from feedsrv.text import analysis

_REFERENCE_FIRST = 1000.0
_TITLE_AND_TEXT = [f"title^{ranking.TITLE}", f"body^{ranking.TEXT}"]


def evidence(matcher: Matcher, tree: Node, typed: Node) -> list[Json]:
    """What speaks for a release that matches a tree; ``typed`` is it with what is not required."""
    matcher.learn(_words_in(matcher, tree))
    matcher.learn_phrases(_phrases_in(tree))
    in_title = ranking.title_weight(len(words_of(tree)))
    found = [
        {"bool": {"should": list(_of_leaf(matcher, leaf, in_title)), "boost": float(times)}}
        for leaf, times in Counter(positive_leaves(tree)).items()
    ]
    return [*found, *_neighbours(matcher, typed)]


def worded(matcher: Matcher, stems: Sequence[str]) -> list[Json]:
    """What it says that title and text have a word of one of these stems, which is as rare as all of them together.

    OpenSearch takes each for as rare as it is, old versions included: that is divided out, and ours put in its place.
    """
    word = matcher.frequency(stems)
    worth = ranking.rarity(word.having, matcher.work.releases) * (ranking.SATURATION + 1)
    taken = {stem: word.taken.idf(("title", "body"), [stem]) for stem in stems}
    return [
        {"combined_fields": {"query": stem, "fields": _TITLE_AND_TEXT, "boost": worth / each}}
        for stem, each in taken.items()
        if each
    ]


def _of_leaf(matcher: Matcher, leaf: Leaf, in_title: float) -> Iterator[Json]:
    match leaf:
        case Word(text):
            for word in analysis.tokens(text):
                yield _once(matcher, word.parts, in_title)
                yield from (_phrase(matcher, other) for other in word.spelling.others)
        case Phrase(text):
            yield _phrase(matcher, analysis.forms(text))
        case Reference(text):
            yield _constant({"term": {"reference": leaf.key}}, _REFERENCE_FIRST)
            yield _phrase(matcher, analysis.forms(text))
        case FieldTerm("title", Word(text)):
            for form in analysis.forms(text):
                yield _titled(matcher, stems_of(form, matcher.languages), 1.0)
        case FieldTerm(name, Word(text) | Phrase(text)):
            yield _phrase(matcher, analysis.forms(text), FORMS[name])
        case Prefix() | FieldTerm(_, Prefix()):
            yield _constant(matcher.matches(leaf), 1.0)


def _once(matcher: Matcher, parts: Sequence[str], in_title: float) -> Json:
    """What a word as written says: a compound by its telling parts, or all in one, whichever says more."""
    whole = _anywhere(matcher, ["".join(parts)], in_title)
    if len(parts) == 1:
        return whole
    return {"dis_max": {"queries": [whole, _anywhere(matcher, telling(parts, matcher.languages), in_title)]}}


def _words_in(matcher: Matcher, tree: Node) -> Iterator[Sequence[str]]:
    """The stems of each word that is looked for anywhere, or in the title."""
    for leaf in positive_leaves(tree):
        if isinstance(leaf, FieldTerm) and leaf.name == "title" and isinstance(leaf.part, Word):
            yield from (stems_of(form, matcher.languages) for form in analysis.forms(leaf.part.text))
        for word in analysis.tokens(leaf.text) if isinstance(leaf, Word) else ():
            forms = ["".join(word.parts), *(telling(word.parts, matcher.languages) if len(word.parts) > 1 else ())]
            yield from (stems_of(form, matcher.languages) for form in forms)


def _anywhere(matcher: Matcher, forms: Sequence[str], in_title: float) -> Json:
    stems = [stems_of(form, matcher.languages) for form in forms]
    return {
        "bool": {
            "should": [
                clause for each in stems for clause in (*worded(matcher, each), _titled(matcher, each, in_title))
            ]
        }
    }


def _titled(matcher: Matcher, stems: Sequence[str], weight: float) -> Json:
    """What it says that the title has a word of one of these stems: the more, the shorter it is."""
    word = matcher.frequency(stems)
    taken = word.taken.idf(["title"], stems)
    if not (word.titled and taken):
        return NONE
    boost = weight * idf(word.titled, matcher.work.releases) / taken
    return {"match": {"title": {"query": OR_ELSE.join(stems), "boost": boost}}}


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
    known = matcher.phrased(forms, field)
    if not (known.having and known.taken):
        return NONE
    worth = ranking.rarity(known.having, matcher.work.releases) * (ranking.SATURATION + 1)
    return said(forms, field, worth / known.taken)


def _constant(query: Json, boost: float) -> Json:
    return {"constant_score": {"filter": query, "boost": boost}}


def _neighbours(matcher: Matcher, typed: Node) -> Iterator[Json]:
    """What it says that words of the question stand side by side."""
    words = (leaf.text for leaf in positive_leaves(typed) if isinstance(leaf, Word))
    forms = [form for text in words for form in analysis.forms(text)]
    matcher.learn_phrases(("forms", [form]) for form in forms)
    for pair in dict.fromkeys(pairwise(forms)):
        having = [matcher.phrased([form], "forms").having for form in pair]
        if all(having):
            worth = sum(ranking.rarity(each, matcher.work.releases) for each in having)
            yield _constant(said(pair, "forms"), ranking.NEIGHBOURS * worth)
