"""The matcher: which releases of one generation the words of a question match, and what each of them says."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import reduce
from itertools import chain
from operator import and_

from feedsrv.locales.message import Message
from feedsrv.query import Query
from feedsrv.query.tree import (
    FieldTerm,
    Leaf,
    Node,
    Phrase,
    Prefix,
    Reference,
    Word,
    leaves,
    mapped,
    positive_leaves,
    without,
)
from feedsrv.search import question
from feedsrv.search.question import FORMS
from feedsrv.search.whoosh.postings import Postings, Weight, Weighted, better, summed, union
from feedsrv.search.whoosh.table import Mask
from feedsrv.search.whoosh.terms import Terms
from feedsrv.search.work import WorkSpent
from feedsrv.text import analysis


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
        return leaf if is_known else leaf.words

    def afforded(self, tree: Node) -> Node | None:
        """What is required by a tree, without what is more work than is left; None where nothing is.

        Words are looked for before beginnings, and these before phrases. From then on all that stays costs nothing.
        """
        tree = question.required(tree, self.terms.languages)
        left_out = []
        for leaf in sorted(dict.fromkeys(leaves(tree)), key=_costliness):
            try:
                self.releases(leaf)
                list(self.evidence(leaf, 1.0, 1.0))
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
                return self._all(self._word(word.parts) | self._otherwise(word) for word in analysis.needed(text))
            case FieldTerm("title", Word(text)):
                return self._all(
                    self.in_title(word.parts, word.parts) | self._otherwise(word, FORMS["title"])
                    for word in analysis.needed(text)
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

    def notes(self, tree: Node | None, typed: Node) -> Iterator[str]:
        """Sentences on what was cut or passed over, once all else is done."""
        for leaf in dict.fromkeys(positive_leaves(tree)):
            if isinstance(leaf, Prefix) and self._beginning(leaf.text).is_cut:
                yield question.cut_note(leaf)
        is_known = lambda leaf: self._as_words(leaf) == leaf  # noqa: E731
        yield from question.notes(typed, self.terms.languages, is_known)
        if left_out := self.terms.work.left_out:
            yield Message(
                "This question is more work than one search may be. Left out: %(words)s.", words=", ".join(left_out)
            )

    def evidence(self, leaf: Leaf, in_title: Weight, numbered: float) -> Iterator[Weighted]:
        """What speaks for a release that a leaf matches, and its weight.

        ``in_title``: that of a word in the title, ``numbered``: that of a reference number.
        """
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
                yield numbered, self._reference(leaf)
                yield 1.0, self._phrase(text)

    def _anywhere(self, form: str, in_title: Weight) -> Iterator[Weighted]:
        """What it says that a release has a word, and that its title has it."""
        stems = self._stems(form)
        yield 1.0, self.terms.stem(*stems)
        yield in_title, self.terms.title(*stems)

    def _once(self, parts: Sequence[str], say: Callable[[str], Iterable[Weighted]]) -> Iterable[Weighted]:
        """What a word as written says: a compound by its telling parts, or all in one, whichever says more."""
        if len(parts) == 1:
            return say(parts[0])
        apart = summed(chain.from_iterable(map(say, question.telling(parts, self.terms.languages))))
        return [(1.0, better(apart, summed(say("".join(parts)))))]

    def _word(self, parts: Sequence[str]) -> Mask:
        """One word as written: its stems in any language, for a compound its parts or all in one."""
        whole = self.stemmed("".join(parts))
        return whole | self._all(map(self.stemmed, parts)) if len(parts) > 1 else whole

    def _otherwise(self, word: analysis.Token, name: str = "forms") -> Mask:
        """The releases that have a word as it may be written otherwise."""
        return self._any(self.terms.phrase(other, name) for other in word.spelling.others)

    def _stems(self, form: str) -> list[str]:
        return question.stems_of(form, self.terms.languages)

    def stemmed(self, form: str) -> Mask:
        """The releases that have a word in any of its forms, in any language."""
        return self._any([self.terms.stem(*self._stems(form))])

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


def _costliness(leaf: Leaf) -> int:
    part = leaf.part if isinstance(leaf, FieldTerm) else leaf
    return 2 if isinstance(part, Phrase) else isinstance(part, Prefix)
