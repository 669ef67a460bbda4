"""The matcher: which releases of one generation the words of a question match, and how well (the scorer)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations, pairwise

from feedsrv.query import Query
from feedsrv.query.tree import (
    NOTHING,
    And,
    FieldTerm,
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
    without,
)
from feedsrv.text.analysis import Token
from tests.oracle import analysis, ranking
from tests.oracle.excerpts import Wanted
from tests.oracle.table import members
from tests.oracle.terms import MOST_EXPANSIONS, NO_POSTINGS, Postings, Terms
from tests.oracle.work import WorkSpent

_FORMS = {"title": "title_forms", "contact": "contacts"}


Weight = float | Mapping[int, float]
"""What a term counts: the same for all releases, or for each by its rank, nothing for others."""


@dataclass(frozen=True, slots=True)
class Matcher:
    """Answers for one search, which looks up terms."""

    terms: Terms

    def read(self, query: Query) -> Query:
        """The query with words in place of what looks like a reference number, where none here begins so."""
        return replace(query, text=mapped(query.text, self._as_words))

    def _as_words(self, leaf: Leaf) -> Node:
        """A leaf, or the words that it is: "of 9-11", in a newsroom whose references never begin with "of"."""
        if not isinstance(leaf, Reference) or not leaf.typed:
            return leaf
        letters = leaf.key.partition("-")[0]
        is_known = not letters.isalpha() or self.terms.is_known_beginning("reference", f"{letters}-")
        return leaf if is_known else _joined([*map(Word, leaf.typed.split())])

    def afforded(self, tree: Node) -> Node | None:
        """What is required by a tree, without what is more work than is left; None where nothing is.

        Words are looked for before beginnings, and these before phrases. From then on all that stays costs nothing.
        """
        tree = self.required(tree)
        left_out = []
        for leaf in sorted(dict.fromkeys(leaves(tree)), key=_costliness):
            try:
                self.releases(leaf)
                list(self._evidence(leaf, 1.0, 1.0))
            except WorkSpent:
                left_out.append(leaf)
        self.terms.work.left_out += map(str, left_out)
        return without(tree, left_out) if left_out else tree

    def releases(self, leaf: Node) -> int:
        """The releases that a word, phrase, beginning or reference matches."""
        match leaf:
            case Word(text):
                return _all(self._word(word.parts) | self._otherwise(word) for word in analysis.needed(text))
            case FieldTerm("title", Word(text)):
                return _all(
                    self._in_title(word.parts, word.parts) | self._otherwise(word, _FORMS["title"])
                    for word in analysis.needed(text)
                )
            case FieldTerm(name, Word(text) | Phrase(text)):
                return self._phrase(text, _FORMS[name]).releases
            case FieldTerm(name, Prefix(text)):
                return self._beginning(text, _FORMS[name]).releases
            case Phrase(text):
                return self._phrase(text).releases
            case Prefix(text):
                return self._beginning(text).releases
            case Reference(text):
                return self._reference(leaf).releases | self._phrase(text).releases
        return 0

    def required(self, tree: Node) -> Node:
        """The tree without stopwords, where it has other words: they are not required, and weigh nothing."""
        match tree:
            case And(parts):
                telling = [self.required(part) for part in parts if not self._is_stopword(part)]
                return _joined(telling) if any(True for part in telling for _ in positive_leaves(part)) else tree
            case Or(parts):
                return Or(tuple(dict.fromkeys(map(self.required, parts)))) if len(parts) > 1 else tree
            case Not(part):
                return Not(self.required(part))
        return tree

    def loosened(self, tree: Node, *, is_pasted: bool) -> Node:
        """What a release has at least that answers in part: one of the words, and whatever else was asked for.

        ``is_pasted``: it is a long text, in which what is in quotes is no more than words are.
        """
        tree = self.required(tree)
        match tree:
            case And(parts):
                kinds = Word | Prefix | Or | Phrase if is_pasted else Word | Prefix | Or
                words = [
                    part for part in parts if isinstance(part, kinds) or (isinstance(part, Reference) and part.typed)
                ]
                others = [part for part in parts if part not in words]
                aparts = [analysis.apart(part.text) if isinstance(part, Word) else [] for part in words]
                words = [
                    one for part, apart in zip(words, aparts, strict=True) for one in (*map(Word, apart),) or (part,)
                ]
                return _joined([*others, Or(tuple(dict.fromkeys(words))[:300])]) if len(words) > 1 else tree
            case Or(parts):
                return Or(tuple(self.loosened(part, is_pasted=is_pasted) for part in parts))
            case Word(text) if apart := analysis.apart(text):
                return Or(tuple(map(Word, apart[:300])))
        return tree

    def by_relevance(self, tree: Node, typed: Node, releases: int) -> list[int]:
        """The ranks of the releases, those first that answer best; of equals the newest first.

        ``typed`` is the tree with what is not required, which has neighbours, too.
        """
        scores = dict.fromkeys(members(releases), 0.0)
        if len(scores) < 2:
            return list(scores)
        words = words_of(tree)
        likeness = self._likeness(words)
        weight_in_title = ranking.title_weight(len(words))
        in_title = {rank: weight_in_title * each for rank, each in likeness.items()}
        for leaf, times in Counter(positive_leaves(tree)).items():
            for weight, said in self._evidence(leaf, in_title, self._numbered(leaf, typed)):
                for rank in scores.keys() & said.keys():
                    scores[rank] += _of(weight, rank) * times * said[rank]
        for rank in scores.keys() & likeness.keys():
            scores[rank] += ranking.worth_of_likeness(len(self.terms.table.numbers)) * likeness[rank]
        order = ranking.best_first(scores, scores)
        best = order[: ranking.MOST_RERANKED]
        for rank, bonus in self._second_look(typed, best).items():
            scores[rank] += bonus
        return ranking.best_first(scores, best) + order[ranking.MOST_RERANKED :]

    def _likeness(self, words: Sequence[tuple[str, ...]]) -> dict[int, float]:
        """How like the title of each release is to the question, of those that have any of its words."""
        found = Counter(rank for word in words for rank in members(self._in_title(word, self._telling(word))))
        lengths = self.terms.table.title_lengths
        return {
            rank: ranking.likeness(min(shared, lengths[rank]), len(words), lengths[rank])
            for rank, shared in found.items()
        }

    def wanted(self, tree: Node) -> Wanted:
        """What is marked in excerpts: all that was asked for."""
        stems: set[str] = set()
        forms: set[str] = set()
        beginnings: set[str] = set()
        for leaf in positive_leaves(tree):
            match leaf.part if isinstance(leaf, FieldTerm) else leaf:
                case Word(text):
                    stems.update(
                        stem
                        for word in analysis.tokens(text)
                        for form in word.spelling.found_by
                        for stem in self._stems(form)
                    )
                case Prefix(text):
                    beginnings.update(analysis.forms(text)[-1:])
                case other:
                    forms.update(analysis.forms(other.text))
        return Wanted(frozenset(stems), frozenset(forms), tuple(sorted(beginnings)))

    def notes(self, tree: Node | None, typed: Node) -> Iterator[str]:
        """Sentences on what was cut or passed over, once all else is done."""
        for leaf in dict.fromkeys(positive_leaves(tree)):
            if isinstance(leaf, Prefix) and self._beginning(leaf.text).is_cut:
                yield f"Only the first {MOST_EXPANSIONS} words that begin with “{leaf.text}” were looked for."
        if typed == NOTHING:
            yield "There is no word in this question, so nothing was looked for."
        for leaf in dict.fromkeys(leaves(typed)):
            if isinstance(leaf, Reference) and self._as_words(leaf) != leaf:
                yield f"No number here begins like “{leaf.typed}”, so it was taken as words."
        passed = [leaf.text for leaf in positive_leaves(typed) if isinstance(leaf, Word)]
        kept = Counter(leaf.text for leaf in positive_leaves(self.required(typed)) if isinstance(leaf, Word))
        if small := list(dict.fromkeys(text for text in passed if not kept[text])):
            yield f"Small words were passed over: {', '.join(small)}. In quotes they count."
        if left_out := self.terms.work.left_out:
            yield f"This question is more work than one search may be. Left out: {', '.join(left_out)}."

    def _is_stopword(self, part: Node) -> bool:
        if not isinstance(part, Word):
            return False
        forms = analysis.forms(part.text)
        return bool(forms) and all(analysis.is_stopword(form, self.terms.languages) for form in forms)

    def _numbered(self, leaf: Leaf, typed: Node) -> float:
        """What a reference number counts: where it may be any number of a long text, no more than a rare word."""
        is_any = isinstance(leaf, Reference) and leaf.typed and leaf.key[:1].isdigit()
        return ranking.rarity(1, len(self.terms.table.numbers)) if is_any and not is_short(typed) else 1000.0

    def _evidence(self, leaf: Leaf, in_title: Weight, numbered: float) -> Iterator[tuple[Weight, dict[int, float]]]:
        """What speaks for each release that a leaf matches, and its weight.

        ``in_title`` is that of a word there, ``numbered`` that of a reference number.
        """
        match leaf:
            case Word(text):
                for word in analysis.tokens(text):
                    yield from self._once(word.parts, {"stem": 1.0, "title": in_title})
                    yield from ((1.0, self.terms.phrase(other).by_rank()) for other in word.spelling.others)
            case FieldTerm("title", Word(text)):
                for word in analysis.tokens(text):
                    yield from self._once(word.parts, {"title": 1.0})
            case _:
                yield from ((weight, postings.by_rank()) for weight, postings in self._other_evidence(leaf, numbered))

    def _other_evidence(self, leaf: Leaf, numbered: float) -> Iterator[tuple[float, Postings]]:
        match leaf:
            case FieldTerm(name, part):
                is_beginning = isinstance(part, Prefix)
                yield 1.0, (self._beginning if is_beginning else self._phrase)(part.text, _FORMS[name])
            case Phrase(text):
                yield 1.0, self._phrase(text)
            case Prefix(text):
                yield 1.0, self._beginning(text)
            case Reference(text):
                yield numbered, self._reference(leaf)
                yield 1.0, self._phrase(text)

    def _once(self, parts: Sequence[str], kinds: Mapping[str, Weight]) -> Iterator[tuple[Weight, dict[int, float]]]:
        """What a word as written says: a compound by its telling parts, or all in one, whichever says more."""

        def say(form: str) -> list[tuple[Weight, dict[int, float]]]:
            stems = self._stems(form)
            return [(weight, getattr(self.terms, kind)(*stems).by_rank()) for kind, weight in kinds.items()]

        if len(parts) == 1:
            yield from say(parts[0])
        else:
            apart = _summed(said for part in self._telling(parts) for said in say(part))
            whole = _summed(say("".join(parts)))
            yield 1.0, {rank: max(apart.get(rank, 0.0), whole.get(rank, 0.0)) for rank in apart | whole}

    def _word(self, parts: Sequence[str]) -> int:
        """One word as written: its stems in any language, for a compound its parts or all in one."""
        whole = self.stemmed("".join(parts))
        return whole | _all(self.stemmed(part) for part in parts) if len(parts) > 1 else whole

    def _otherwise(self, word: Token, name: str = "forms") -> int:
        """The releases that have a word as it may be written otherwise."""
        return _any(self.terms.phrase(other, name).releases for other in word.spelling.others)

    def stemmed(self, form: str) -> int:
        """The releases that have a word in any of its forms, in any language."""
        return self.terms.stem(*self._stems(form)).releases

    def is_kin(self, form: str, other: str) -> bool:
        """Whether two forms have a stem in common."""
        return not {*self._stems(form)}.isdisjoint(self._stems(other))

    def _telling(self, parts: Sequence[str]) -> Sequence[str]:
        """The parts of a word that are no stopwords; all of them, where it has no others."""
        return [part for part in parts if not analysis.is_stopword(part, self.terms.languages)] or parts

    def _in_title(self, parts: Sequence[str], needed: Sequence[str]) -> int:
        """The releases that have a word in the title: all in one, or its parts that are needed."""
        whole = self._titled("".join(parts))
        return whole | _all(map(self._titled, needed)) if len(parts) > 1 else whole

    def _titled(self, form: str) -> int:
        return self.terms.title(*self._stems(form)).releases

    def _phrase(self, text: str, name: str = "forms") -> Postings:
        return self.terms.phrase(analysis.forms(text), name)

    def _beginning(self, text: str, name: str = "forms") -> Postings:
        *before, last = analysis.forms(text) or [""]
        return self.terms.beginning("".join((*before, last)), name)

    def _reference(self, leaf: Reference) -> Postings:
        return self.terms.reference(leaf.key)

    def _stems(self, form: str) -> list[str]:
        return list(dict.fromkeys(analysis.stem(form, language) for language in self.terms.languages))

    def _second_look(self, tree: Node, ranks: Sequence[int]) -> dict[int, float]:
        """What it adds to the score of each release that it has words as written, together, and begun alike."""
        forms = [form for leaf in positive_leaves(tree) if isinstance(leaf, Word) for form in analysis.forms(leaf.text)]
        numbers = self.terms.table.numbers
        wanted_in = sorted(numbers[rank] for rank in ranks)
        bonus = dict.fromkeys(ranks, 0.0)
        with self.terms.work.or_else("which words stand side by side"):
            told = {form: self.terms.stem(*self._stems(form)) for form in self._telling(list(dict.fromkeys(forms)))}
            worth = {form: self.terms.form(form).rarity for form in forms}
            standing = {form: self.terms.places(form, wanted_in) for form in dict.fromkeys(forms)}
            for rank in ranks:
                places = {form: found.get(numbers[rank], _NOWHERE) for form, found in standing.items()}
                for parts in words_of(tree):
                    telling = [form for form in parts if form in told]
                    bonus[rank] += sum(
                        ranking.AS_WRITTEN / len(telling) * worth[form] for form in telling if places[form]
                    )
                for first, second, weight, distances in self._pairs(forms, list(told)[: ranking.MOST_NEAR]):
                    if any(place + distance in places[second] for place in places[first] for distance in distances):
                        bonus[rank] += weight * (worth[first] + worth[second])
            long = [form for form in told if len(form) >= ranking.BEGINNING and not any(map(str.isdigit, form))]
            words = long if len(told) > 1 else []
            for form in sorted(words, key=lambda form: -told[form].rarity)[: ranking.MOST_BEGUN]:
                lacking = [rank for rank in ranks if rank not in told[form].by_rank()]
                begun = self.terms.begun(form[: ranking.BEGINNING]) if lacking else NO_POSTINGS
                for rank in lacking:
                    bonus[rank] += ranking.BEGUN_ALIKE * begun.rarity * (rank in begun.by_rank())
        return bonus

    @staticmethod
    def _pairs(forms: Sequence[str], told: Sequence[str]) -> Iterator[tuple[str, str, float, Sequence[int]]]:
        """The words that may stand together, what it counts if they do, and how far apart."""
        for first, second in dict.fromkeys(pairwise(forms)):
            yield first, second, ranking.NEIGHBOURS, (1,)
        for first, second in combinations(told, 2):
            yield first, second, ranking.nearness(len(told)), range(-ranking.NEAR, ranking.NEAR + 1)


_NOWHERE: frozenset[int] = frozenset()


def _of(weight: Weight, rank: int) -> float:
    return weight if isinstance(weight, float) else weight.get(rank, 0.0)


def _summed(found: Iterable[tuple[Weight, dict[int, float]]]) -> dict[int, float]:
    scores: dict[int, float] = {}
    for weight, said in found:
        for rank, score in said.items():
            scores[rank] = scores.get(rank, 0.0) + _of(weight, rank) * score
    return scores


def is_short(tree: Node | None) -> bool:
    """Whether what has all that is asked stands first, however well the others answer."""
    return tree is None or len(words_of(tree)) <= ranking.SHORT


def words_of(tree: Node) -> list[tuple[str, ...]]:
    """The different words of a question as written, each by its parts."""
    texts = (leaf.text for leaf in positive_leaves(tree) if isinstance(leaf, Word))
    return list(dict.fromkeys(word.parts for text in texts for word in analysis.tokens(text)))


def _costliness(leaf: Leaf) -> int:
    part = leaf.part if isinstance(leaf, FieldTerm) else leaf
    return 2 if isinstance(part, Phrase) else isinstance(part, Prefix)


def _all(sets: Iterable[int]) -> int:
    """What is in all of the sets; nothing where there are none."""
    found: int | None = None
    for releases in sets:
        found = releases if found is None else found & releases
    return found or 0


def _any(sets: Iterable[int]) -> int:
    found = 0
    for releases in sets:
        found |= releases
    return found


def _joined(parts: Sequence[Node]) -> Node:
    return parts[0] if len(parts) == 1 else And(tuple(parts))
