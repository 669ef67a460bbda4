"""The matcher: which releases of one generation the words of a question match, and what each of them says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import reduce
from itertools import chain
from operator import and_

from feedsrv.locales.message import Message
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
from feedsrv.search.whoosh.postings import Postings, Weighted, better, summed, union
from feedsrv.search.whoosh.table import Mask
from feedsrv.search.whoosh.terms import MOST_EXPANSIONS, Terms
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
                list(self.evidence(leaf, 1.0))
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
                return self._all(self._word(word.parts) | self._otherwise(word) for word in analysis.tokens(text))
            case FieldTerm("title", Word(text)):
                return self._all(
                    self.in_title(word.parts, word.parts) | self._otherwise(word, FORMS["title"])
                    for word in analysis.tokens(text)
                )
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

    def loosened(self, tree: Node, *, is_pasted: bool) -> Node:
        """What a release has at least that answers in part: one of the words, and whatever else was asked for.

        ``is_pasted``: it is a long text, in which what is in quotes is no more than words are.
        """
        tree = self.required(tree)
        match tree:
            case And(parts):
                kinds = Word | Prefix | Or | Phrase if is_pasted else Word | Prefix | Or
                words = [part for part in parts if isinstance(part, kinds)]
                others = [part for part in parts if part not in words]
                return _joined([*others, Or(tuple(dict.fromkeys(words)))]) if len(words) > 1 else tree
            case Or(parts):
                return Or(tuple(self.loosened(part, is_pasted=is_pasted) for part in parts))
        return tree

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
                yield Message(
                    "Only the first %(most)s words that begin with “%(text)s” were looked for.",
                    most=MOST_EXPANSIONS,
                    text=leaf.text,
                )
        if typed == NOTHING:
            yield Message("There is no word in this question, so nothing was looked for.")
        for leaf in dict.fromkeys(leaves(typed)):
            if isinstance(leaf, Reference) and self._as_words(leaf) != leaf:
                yield Message("No number here begins like “%(typed)s”, so it was taken as words.", typed=leaf.typed)
        passed = [leaf.text for leaf in positive_leaves(typed) if isinstance(leaf, Word)]
        kept = Counter(leaf.text for leaf in positive_leaves(self.required(typed)) if isinstance(leaf, Word))
        if small := list(dict.fromkeys(text for text in passed if not kept[text])):
            yield Message("Small words were passed over: %(words)s. In quotes they count.", words=", ".join(small))
        if left_out := self.terms.work.left_out:
            yield Message(
                "This question is more work than one search may be. Left out: %(words)s.", words=", ".join(left_out)
            )

    def _is_stopword(self, part: Node) -> bool:
        if not isinstance(part, Word):
            return False
        forms = analysis.forms(part.text)
        return bool(forms) and all(analysis.is_stopword(form, self.terms.languages) for form in forms)

    def evidence(self, leaf: Leaf, in_title: float) -> Iterator[Weighted]:
        """What speaks for a release that a leaf matches, and its weight; ``in_title``: that of a word in the title."""
        match leaf:
            case Word(text):
                for word in analysis.tokens(text):
                    yield from self._once(word.parts, lambda form: self._anywhere(form, in_title))
                    yield from ((1.0, self.terms.phrase(other)) for other in word.spelling.others)
            case FieldTerm("title", Word(text)):
                for word in analysis.tokens(text):
                    yield from self._once(word.parts, lambda form: [(1.0, self.terms.title(*self._stems(form)))])
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

    def _anywhere(self, form: str, in_title: float) -> Iterator[Weighted]:
        """What it says that a release has a word, and that its title has it."""
        stems = self._stems(form)
        yield 1.0, self.terms.stem(*stems)
        yield in_title, self.terms.title(*stems)

    def _once(self, parts: Sequence[str], say: Callable[[str], Iterable[Weighted]]) -> Iterable[Weighted]:
        """What a word as written says: a compound by its telling parts, or all in one, whichever says more."""
        if len(parts) == 1:
            return say(parts[0])
        apart = summed(chain.from_iterable(map(say, self.telling(parts))))
        return [(1.0, better(apart, summed(say("".join(parts)))))]

    def telling(self, parts: Sequence[str]) -> Sequence[str]:
        """The parts of a word that are no stopwords; all of them, where it has no others."""
        return [part for part in parts if not analysis.is_stopword(part, self.terms.languages)] or parts

    def _word(self, parts: Sequence[str]) -> Mask:
        """One word as written: its stems in any language, for a compound its parts or all in one."""
        whole = self.stemmed("".join(parts))
        return whole | self._all(map(self.stemmed, parts)) if len(parts) > 1 else whole

    def _otherwise(self, word: analysis.Token, name: str = "forms") -> Mask:
        """The releases that have a word as it may be written otherwise."""
        return self._any(self.terms.phrase(other, name) for other in word.spelling.others)

    def stemmed(self, form: str) -> Mask:
        """The releases that have a word in any of its forms, in any language."""
        return self._any([self.terms.stem(*self._stems(form))])

    def is_kin(self, form: str, other: str) -> bool:
        """Whether two forms have a stem in common."""
        return not {*self._stems(form)}.isdisjoint(self._stems(other))

    def in_title(self, parts: Sequence[str], needed: Sequence[str]) -> Mask:
        """The releases that have a word in the title: all in one, or its parts that are needed."""
        whole = self._titled("".join(parts))
        return whole | self._all(map(self._titled, needed)) if len(parts) > 1 else whole

    def _titled(self, form: str) -> Mask:
        return self._any([self.terms.title(*self._stems(form))])

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


def _joined(parts: Sequence[Node]) -> Node:
    return parts[0] if len(parts) == 1 else And(tuple(parts))
