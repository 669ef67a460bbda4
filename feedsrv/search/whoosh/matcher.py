"""The matcher: which releases of one generation the words of a question match, and how well (the scorer)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import reduce
from itertools import pairwise
from operator import and_

import numpy as np

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
from feedsrv.search import ranking
from feedsrv.search.excerpts import Wanted
from feedsrv.search.whoosh.postings import Postings, Ranks, Scores, union
from feedsrv.search.whoosh.table import Mask
from feedsrv.search.whoosh.terms import MOST_EXPANSIONS, NOWHERE, Places, Terms, documents, followed
from feedsrv.search.work import WorkSpent
from feedsrv.text import analysis, stems

FORMS = {"title": "title_forms", "contact": "contacts"}
"""Where the forms of a field are, by the name of the field in a question."""
_REFERENCE_FIRST = 1000.0


@dataclass(frozen=True, slots=True)
class Matcher:
    """Answers for one search, which looks up terms."""

    terms: Terms
    _found: dict[Node, Mask] = field(default_factory=dict)

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
                list(self._evidence(leaf))
            except WorkSpent:
                left_out.append(leaf)
        self.terms.work.left_out += map(str, left_out)
        return without(tree, left_out) if left_out else tree

    def releases(self, leaf: Node) -> Mask:
        """The releases that a word, phrase, beginning or reference matches."""
        if leaf not in self._found:
            self._found[leaf] = self._looked_up(leaf)
        return self._found[leaf]

    def _looked_up(self, leaf: Node) -> Mask:
        match leaf:
            case Word(text):
                return self._all(self._word(word.parts) for word in analysis.tokens(text))
            case FieldTerm("title", Word(text)):
                return self._all(self._in_title(word.parts) for word in analysis.tokens(text))
            case FieldTerm(name, Word(text) | Phrase(text)):
                return self._any([self._phrase(text, FORMS[name])])
            case FieldTerm(name, Prefix(text)):
                return self._any([self._beginning(text, FORMS[name])])
            case Phrase(text):
                return self._any([self._phrase(text)])
            case Prefix(text):
                return self._any([self._beginning(text)])
            case Reference(text):
                return self._any([self._reference(leaf), self._phrase(text)])
        return self._any(())

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

    def loosened(self, tree: Node) -> Node:
        """What a release has at least that answers in part: one of the words, and whatever else was asked for."""
        tree = self.required(tree)
        match tree:
            case And(parts):
                words = [part for part in parts if isinstance(part, Word | Prefix | Or)]
                others = [part for part in parts if part not in words]
                return _joined([*others, Or(tuple(dict.fromkeys(words)))]) if len(words) > 1 else tree
            case Or(parts):
                return Or(tuple(map(self.loosened, parts)))
        return tree

    def by_relevance(self, tree: Node, typed: Node, releases: Mask, most: int) -> Ranks:
        """So many of the releases, those first that answer best; of equals the newest first.

        ``typed`` is the tree with what is not required, which has neighbours, too.
        """
        ranks = np.flatnonzero(releases)
        if len(ranks) < 2:
            return ranks[:most]
        scores = Scores(self.terms.table.size)
        for leaf, times in Counter(positive_leaves(tree)).items():
            for weight, postings in self._evidence(leaf):
                scores.add(postings, weight * times)
        order = scores.best(ranks, max(most, ranking.MOST_RERANKED))
        best = np.sort(order[: ranking.MOST_RERANKED])
        for rank, bonus in self._neighbours(typed, best).items():
            scores.reward(rank, bonus)
        return np.concatenate((scores.best(best, len(best)), order[ranking.MOST_RERANKED :]))[:most]

    def wanted(self, tree: Node) -> Wanted:
        """What is marked in excerpts: all that was asked for."""
        stems: set[str] = set()
        forms: set[str] = set()
        beginnings: set[str] = set()
        for leaf in positive_leaves(tree):
            match leaf.part if isinstance(leaf, FieldTerm) else leaf:
                case Word(text):
                    stems.update(
                        stem for word in analysis.tokens(text) for form in word.forms for stem in self._stems(form)
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

    def _evidence(self, leaf: Leaf) -> Iterator[tuple[float, Postings]]:
        """What speaks for a release that a leaf matches, and its weight."""
        match leaf:
            case Word(text):
                for word in analysis.tokens(text):
                    yield from ((1.0, self.terms.stem(stem)) for form in word.forms for stem in self._stems(form))
            case FieldTerm("title", Word(text)):
                forms = (form for word in analysis.tokens(text) for form in word.forms)
                yield from ((1.0, self.terms.title(stem)) for form in forms for stem in self._stems(form))
            case FieldTerm(name, part):
                is_beginning = isinstance(part, Prefix)
                yield 1.0, (self._beginning if is_beginning else self._phrase)(part.text, FORMS[name])
            case Phrase(text):
                yield 1.0, self._phrase(text)
            case Prefix(text):
                yield 1.0, self._beginning(text)
            case Reference(text):
                yield _REFERENCE_FIRST, self._reference(leaf)
                yield 1.0, self._phrase(text)

    def _word(self, parts: Sequence[str]) -> Mask:
        """One word as written: its stems in any language, for a compound its parts or all in one."""
        whole = self.stemmed("".join(parts))
        return whole | self._all(map(self.stemmed, parts)) if len(parts) > 1 else whole

    def stemmed(self, form: str) -> Mask:
        """The releases that have a word in any of its forms, in any language."""
        return self._any(map(self.terms.stem, self._stems(form)))

    def is_kin(self, form: str, other: str) -> bool:
        """Whether two forms have a stem in common."""
        return not {*self._stems(form)}.isdisjoint(self._stems(other))

    def _in_title(self, parts: Sequence[str]) -> Mask:
        return self._all(self._any(map(self.terms.title, self._stems(part))) for part in parts)

    def _any(self, found: Iterable[Postings]) -> Mask:
        return union(found, self.terms.table.size)

    def _all(self, sets: Iterable[Mask]) -> Mask:
        """What is in all of the sets; nothing where there are none."""
        found = list(sets)
        return reduce(and_, found) if found else self._any(())

    def _phrase(self, text: str, name: str = "forms") -> Postings:
        return self.terms.phrase(analysis.forms(text), name)

    def _beginning(self, text: str, name: str = "forms") -> Postings:
        *before, last = analysis.forms(text) or [""]
        return self.terms.beginning("".join((*before, last)), name)

    def _reference(self, leaf: Reference) -> Postings:
        return self.terms.reference(leaf.key)

    def _stems(self, form: str) -> list[str]:
        return list(dict.fromkeys(stems.stem(form, language) for language in self.terms.languages))

    def _neighbours(self, tree: Node, ranks: Ranks) -> dict[int, float]:
        """What it adds to the score of each release that words of the question stand side by side in it."""
        forms = [form for leaf in positive_leaves(tree) if isinstance(leaf, Word) for form in analysis.forms(leaf.text)]
        wanted = list(dict.fromkeys(pairwise(forms)))
        if not wanted:
            return {}
        numbers = self.terms.table.numbers[ranks]
        wanted_in = np.sort(numbers)
        standing: dict[str, Places] = {}
        worth: dict[str, float] = {}
        with self.terms.work.or_else("which words stand side by side"):
            for form in dict.fromkeys(forms):
                worth[form] = self.terms.tally("forms", form).rarity
                standing[form] = self.terms.places(form, wanted_in)
        together = {
            (first, second): frozenset(documents(followed(places, standing[second], 1)).tolist())
            for first, second in wanted
            if second in standing and (places := standing.get(first, NOWHERE)).size
        }
        return {
            rank: ranking.NEIGHBOURS
            * sum(worth[first] + worth[second] for (first, second), having in together.items() if number in having)
            for rank, number in zip(ranks.tolist(), numbers.tolist(), strict=True)
        }


def _costliness(leaf: Leaf) -> int:
    part = leaf.part if isinstance(leaf, FieldTerm) else leaf
    return 2 if isinstance(part, Phrase) else isinstance(part, Prefix)


def _joined(parts: Sequence[Node]) -> Node:
    return parts[0] if len(parts) == 1 else And(tuple(parts))
