"""Spelling: what may have been meant by a word that no release has, or next to none (did you mean)."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Protocol

from rapidfuzz.distance import OSA

from feedsrv.query.natural import as_words
from feedsrv.query.tokens import beginning
from feedsrv.query.tree import NOTHING, And, FieldTerm, Leaf, Node, Phrase, Prefix, Word, joined, leaves, mapped
from feedsrv.release import Release
from feedsrv.search.question import FORMS, each_word, one_form, stems_of
from feedsrv.search.ranking import SHORT
from feedsrv.search.work import Work
from feedsrv.text import analysis, stems
from feedsrv.text.cutting import cut, is_unspaced
from feedsrv.text.folding import APOSTROPHES, fold

SHORTEST_CORRECTED = 4
"""Letters of a word that may be mistyped; where one is left out, or two have changed places, it has one less."""
SHORTEST_TWICE_WRONG = 6
"""Letters of a word that may have two mistakes, none of them in the first letter."""
SELDOM = 2
"""Releases that have a word which may be mistyped all the same, and that answer a question in which one may be."""
SHORTEST_PARTED = 2
"""Letters of each of two words that a blank is missing between."""
MOST_SELDOM = 4
"""Words of a question that may be mistyped; where more are seldom, it is of something else."""
FAR_MORE = 10
"""How many times as many releases have what was meant by a word that some do have, just as it was typed."""
SLIPPED = 10
"""How much likelier it is that a letter was left out, or two changed places, than that just this one was put in."""
MOST_READ = 5
"""Releases in which it is looked how a word is written, accents and all."""
USUAL = 4
"""A spelling is usual that is found one time for so many of the commonest: "marche" beside "marché"."""

_PIECES = re.compile(f"[-‐‑.{APOSTROPHES}]")


class Vocabulary(Protocol):
    """What spelling asks of one generation, for one search."""

    @property
    def languages(self) -> Sequence[str]:
        """Those by whose rules a word may be stemmed."""

    @property
    def work(self) -> Work:
        """What the search may still cost."""

    def having(self, *asked: Leaf) -> int:
        """How many releases match all of these leaves."""

    def having_each(self, asked: Sequence[Leaf]) -> Sequence[int]:
        """How many releases match each of these leaves."""

    def saying(self, forms: Sequence[str], field: str, beside: Sequence[Leaf] = ()) -> Sequence[int]:
        """How many releases have each word just as it is written in a field, and match all leaves beside it."""

    def near(self, form: str, mistakes: int, field: str) -> set[str]:
        """The words of a field that are so many mistakes of a typist away at most."""

    def newest_with(self, form: str, field: str, most: int) -> Iterator[Release]:
        """The newest releases that have a word just as it is written in a field."""


def meant(known: Vocabulary, asked: Node, having: int, counted: Callable[[Node], tuple[int, int]]) -> Node | None:
    """What may have been meant by a question that so few releases have all of; None where nothing else finds more.

    Where none has all, that may be its words alone. ``counted``: how many releases answer another question, and how
    many of these have all of it. What some have all of is more likely than what is found in part.
    """
    attempts = [corrected(known, asked)]
    if not having:
        attempts.append(corrected(known, as_words(attempts[0]) or asked))
    in_part = None
    for attempt in attempts:
        if attempt != asked:
            answers, complete = counted(attempt)
            if complete > having:
                return attempt
            in_part = in_part or (attempt if answers and not having else None)
    return in_part


def corrected(known: Vocabulary, tree: Node) -> Node:
    """The tree with words that no release has, or next to none, replaced by the nearest that some have.

    A word that is near to none is taken as half typed, and becomes a beginning. Paid for with the search's work.
    """
    telling = [leaf for leaf in dict.fromkeys(leaves(tree)) if not _is_small(leaf, known)]
    seldom = _seldom(known, telling)
    words = [word for leaf in seldom for word in each_word(leaf)]
    unsaid = _unsaid(known, [leaf for leaf in telling if leaf not in seldom])
    if len(words) + unsaid > MOST_SELDOM and len(_seldom(known, words)) + unsaid > MOST_SELDOM:
        return tree
    if isinstance(tree, And):
        with known.work.or_else("what may be one word"):
            tree = _without_blanks(known, tree.parts, seldom)
    parts = tree.parts if isinstance(tree, And) else ()
    beside = [part for part in parts if isinstance(part, Leaf) and known.having(part)]
    return mapped(tree, _Spelling(known, beside).meant) or tree


def _seldom(known: Vocabulary, asked: Sequence[Leaf]) -> list[Leaf]:
    """Those that may be mistyped."""
    return [leaf for leaf, having in zip(asked, known.having_each(asked), strict=True) if _is_seldom(known, having)]


def _unsaid(known: Vocabulary, asked: Sequence[Leaf]) -> int:
    """How many of these words next to none have, and none as it is written: they are looked for as if mistyped."""
    counted = zip(asked, known.having_each(asked), strict=True)
    forms = [one_form(leaf.text) for leaf, having in counted if isinstance(leaf, Word) and having <= SELDOM]
    told = [form for form in forms if form]
    return len(told) - sum(map(bool, known.saying(told, "forms"))) if told else 0


def _is_seldom(known: Vocabulary, having: int) -> bool:
    """Whether so few releases have it that far more may have what was meant."""
    return having <= SELDOM and having * FAR_MORE < known.work.releases


@dataclass(frozen=True, slots=True)
class _Spelling:
    """What was meant by the leaves of a question: likelier a word of releases that have the leaves ``beside`` it."""

    known: Vocabulary
    beside: Sequence[Leaf]

    def meant(self, leaf: Leaf) -> Leaf:
        """A leaf with what was meant in place of words that may be mistyped, which stopwords are not."""
        match leaf:
            case Word() if _is_small(leaf, self.known):
                return leaf
            case Word(text) | Phrase(text):
                return self._in(text, type(leaf), "forms")
            case FieldTerm(name, Word(text) | Phrase(text) as part):
                return self._in(text, partial(_in_field, name, type(part)), FORMS[name])
        return leaf

    def _in(self, text: str, make: Callable[[str], Leaf], field: str) -> Leaf:
        """It in the leaf of a text, which ``make`` makes of any text; what it looks for is in a field."""
        found = [make(text)]
        with self.known.work.or_else(f"how “{text}” may be meant"):
            found.append(self._meant(text, make, field))
        return found[-1]

    def _meant(self, text: str, make: Callable[[str], Leaf], field: str) -> Leaf:
        near = self._respelt(text, make, field, 1)
        if self._having(make(text)):
            return make(near)
        begun, having = _beginning(make(text)), self._having(make(near))
        if having and (_is_beginning(text, near) or having >= self._having(begun)):
            return make(near)
        if self._having(begun):
            return begun
        small = self._respelt(near, make, field, 1, of_small=True)
        if self._having(make(small)):
            return make(small)
        return self._parted(text, make, field) or make(self._respelt(near, make, field, 2))

    def _parted(self, text: str, make: Callable[[str], Leaf], field: str) -> Leaf | None:
        """A word as the two that it may be with a blank in it, which most releases have; None where none has."""
        if not isinstance(make(text), Word) or not (form := one_form(text)):
            return None
        ways = [(form[:at], form[at:]) for at in range(SHORTEST_PARTED, len(form) - SHORTEST_PARTED + 1)]
        said = iter(self.known.saying([part for way in ways for part in way], field))
        ways = [way for way in ways if all([next(said), next(said)])]
        having = self.known.having_each([Phrase(" ".join(way)) for way in ways])
        if not any(having):
            return None
        _, best = max(zip(having, ways, strict=True))
        parted = Phrase(" ".join(self.as_written(part, part, field) for part in best))
        return parted if self._having(parted) else None

    def _having(self, leaf: Leaf) -> int:
        return self.known.having(leaf)

    def _respelt(
        self, text: str, make: Callable[[str], Leaf], field: str, mistakes: int, *, of_small: bool = False
    ) -> str:
        """A text with what was meant by so many mistakes in place of words that may be mistyped.

        These are no stopwords, or nothing else, ``of_small``.
        """
        words = []
        for word in analysis.tokens(text):
            near = tuple(self._nearest(part, make, field, mistakes, of_small=of_small) for part in word.parts)
            typed = text[word.start : word.end]
            written = (self.as_written(each, typed, field) for each in near)
            words.append(typed if near == word.parts else " ".join(written))
        as_typed = [text[word.start : word.end] for word in analysis.tokens(text)]
        return text if words == as_typed else " ".join(words)

    def _nearest(self, form: str, make: Callable[[str], Leaf], field: str, mistakes: int, *, of_small: bool) -> str:
        """The word that was meant; digits, short words and what is unspaced stay, and what enough releases have."""
        shortest = SHORTEST_CORRECTED - 1 if mistakes == 1 else SHORTEST_TWICE_WRONG
        having = self._having(make(form))
        is_said = having > 0 and self.known.saying([form], field)[0] > 0
        is_word = stems.is_of_letters(form) and not is_unspaced(form)
        if len(form) < shortest or not is_word or (is_said and not _is_seldom(self.known, having)):
            return form
        words = [word for word in self.known.near(form, mistakes, field) if self._may_be_meant(word, of_small=of_small)]
        if len(form) < SHORTEST_CORRECTED:
            words = [word for word in words if not having and _has_slipped(form, word)]
        fits = self._fits([word for word in words if mistakes == 1 or word[0] == form[0]], form, field)
        best = max(fits, key=lambda word: (fits[word], word), default=form)
        has_kin = having and any(self._is_kin(form, word) for word in words if word != form)
        is_meant = any(fits.get(best, ())) and self._having(make(best)) > having * (FAR_MORE if is_said else 1)
        return best if is_meant and not has_kin else form

    def _may_be_meant(self, word: str, *, of_small: bool) -> bool:
        return stems.is_of_letters(word) and analysis.is_stopword(word, self.known.languages) is of_small

    def _is_kin(self, form: str, other: str) -> bool:
        """Whether two forms have a stem in common."""
        first, second = (stems_of(each, self.known.languages) for each in (form, other))
        return not {*first}.isdisjoint(second)

    def _fits(self, words: Sequence[str], form: str, field: str) -> Mapping[str, tuple[int, int]]:
        """How likely it is that each was meant: by those that have it, beside all else of the question and at all."""
        counted = zip(words, self.known.saying(words, field, self.beside), self.known.saying(words, field), strict=True)
        times = {word: SLIPPED if _has_slipped(form, word) else 1 for word in words}
        return {word: (times[word] * within, times[word] * all_) for word, within, all_ in counted}

    def as_written(self, form: str, typed: str, field: str) -> str:
        """A form as texts write it, in small letters, with accents: of the usual ways the nearest to what was typed."""
        written = _ways(self.known, form, field)
        usual = [word for word, times in written.items() if times * USUAL >= max(written.values())]
        return min(usual, key=lambda word: (OSA.distance(word, typed.lower()), -written[word], word), default=form)


def _without_blanks(known: Vocabulary, parts: Sequence[Node], seldom: Sequence[Leaf]) -> Node:
    """Words of a question with one word in place of two that no release has, where releases have both in one.

    In a long question these are only those of which one is seldom.
    """
    found: list[Node] = []
    for part in parts:
        pair = [each for each in (*found[-1:], part) if isinstance(each, Word)]
        forms = [one_form(word.text) for word in pair]
        if len(pair) == 2 and all(forms) and (len(parts) <= SHORT or not {*pair}.isdisjoint(seldom)):
            whole = "".join(forms)
            if not known.having(*pair) and any(known.saying([whole], "forms")):
                found[-1] = Word(_Spelling(known, ()).as_written(whole, whole, "forms"))
                continue
        found.append(part)
    return joined(And, found) or NOTHING


def _has_slipped(form: str, word: str) -> bool:
    """Whether a word was meant of which a letter is left out, or two have changed places."""
    return len(word) > len(form) or sorted(word) == sorted(form)


def _ways(known: Vocabulary, form: str, field: str) -> Counter[str]:
    """How the newest releases with a form write it, and how often."""
    words: Counter[str] = Counter()
    for release in known.newest_with(form, field, MOST_READ):
        people = " ".join(contact.name for contact in release.contacts)
        text = known.work.part("\n".join((release.title, release.text, release.boilerplate, people)))
        words.update(text[start:end] for start, end in cut(text) if 2 * (end - start) >= len(form))  # œ
    written: Counter[str] = Counter()
    for word, times in words.items():
        piece = next((piece for piece in (*_PIECES.split(word), word) if fold(piece) == form), "")
        if piece:
            written[piece.lower()] += times
    return written


def _is_small(leaf: Leaf, known: Vocabulary) -> bool:
    return isinstance(leaf, Word) and analysis.is_small(leaf.text, known.languages)


def _in_field(name: str, part: type[Word] | type[Phrase], text: str) -> FieldTerm:
    return FieldTerm(name, part(text))


def _beginning(leaf: Leaf) -> Leaf:
    """A word as if it were half typed; what is none stays."""
    match leaf:
        case Word(text):
            return beginning(f"{text}*") or leaf
        case FieldTerm(name, Word() as word) if isinstance(begun := _beginning(word), Prefix):
            return FieldTerm(name, begun)
    return leaf


def _is_beginning(text: str, longer: str) -> bool:
    return "".join(analysis.forms(longer)).startswith("".join(analysis.forms(text)))
