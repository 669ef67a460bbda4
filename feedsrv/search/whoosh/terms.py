"""The terms of one search: their postings, from the segments or the cache, and paid for with the search's work."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from feedsrv.search import ranking
from feedsrv.search.question import MOST_EXPANSIONS
from feedsrv.search.whoosh.postings import NO_POSTINGS, Postings, PostingsCache, Tally, union
from feedsrv.search.whoosh.segments import Numbers, Segments
from feedsrv.search.work import NEAR, PLACE, TERM, Work, WorkSpent
from feedsrv.text import analysis

_ALL_SMALL = 2  # words of a phrase of nothing but small words by which its releases are chosen

_FIELDS: Mapping[str, Mapping[str, float]] = {
    "stem": {"title": ranking.TITLE, "body": ranking.TEXT, "boilerplate": ranking.BOILERPLATE},
    "title": {"title": 1.0},
    "forms": {"forms": 1.0, "boilerplate_forms": ranking.BOILERPLATE},
    "title_forms": {"title_forms": 1.0},
    "contacts": {"contacts": 1.0},
}
"""Where terms of each kind are looked for, and the weight of an occurrence there."""

Amounts = NDArray[Any]
Weighed = tuple[NDArray[np.integer[Any]], Amounts]
"""Documents, and how much each has of something."""
Places = NDArray[np.uint64]
"""Where terms stand, each as the number of a document << 32 | its position there."""

T = TypeVar("T", bound=Tally)


class Terms:
    """What one search looks up; ``languages`` are those by whose rules an unmarked word may be stemmed.

    A term is paid for at its first use, the same whether it is in the cache or not: so that what a search leaves out
    depends on the generation alone. All that finds postings raises WorkSpent where there is not enough work left.
    """

    def __init__(self, cache: PostingsCache, segments: Segments, languages: Sequence[str], work: Work) -> None:
        self.table = cache.table
        self.segments = segments
        self.languages = languages
        self.work = work
        self._cache = cache
        self._known: dict[tuple[type[Tally], str, str], Tally] = {}
        self._paid: set[tuple[str, str]] = set()

    def stem(self, *texts: str) -> Postings:
        """The releases that have a word of one of these stems in title, text or boilerplate.

        They are one word in several languages, which is as rare as all of them together.
        """
        text = " ".join(texts)
        return self._paid_for(Postings, "stem", text, lambda: self._of("stem", text))

    def form(self, text: str, name: str = "forms") -> Postings:
        """The releases that have a word just as it is written, in all of their words or in one field."""
        return self._paid_for(Postings, name, text, lambda: self._of(name, text))

    def title(self, *texts: str) -> Postings:
        """The releases that have a word of one of these stems in the title."""
        text = " ".join(texts)
        return self._paid_for(Postings, "title", text, lambda: self._of("title", text))

    def tally(self, kind: str, text: str) -> Tally:
        """How many releases have a term, of kind "stem" or "forms", which takes as much work as its postings."""
        known = self._known.get((Postings, kind, text))
        return (
            known if isinstance(known, Postings) else self._paid_for(Tally, kind, text, lambda: self._tally(kind, text))
        )

    def most_rarity(self, kind: str, text: str) -> float:
        """What a term says at most, by the field which counts where it is most often: this takes no work."""
        deleted = self.segments.size - self.table.size
        having = max(self.segments.frequency(name, text) for name, weight in _FIELDS[kind].items() if weight) - deleted
        return ranking.rarity(max(having, 0), self.table.size)

    def beginning(self, text: str, name: str = "forms") -> Postings:
        """The releases that have a word which begins so; of too many such words the first by the alphabet count."""
        return self._paid_for(Postings, f"{name} beginning", text, lambda: self._begun(name, text))

    def begun(self, text: str) -> Postings:
        """The releases that have a word which begins so in title or text, however many such words there are."""
        return self._paid_for(Postings, "begun", text, lambda: self._having_begun(text))

    def phrase(self, forms: Sequence[str], name: str = "forms") -> Postings:
        """The releases that have these words one after another."""
        if len(forms) < 2:
            return self.form(forms[0], name) if forms else NO_POSTINGS
        return self._paid_for(Postings, f"{name} phrase", " ".join(forms), lambda: self._in_order(forms, name))

    def is_known_beginning(self, field: str, text: str) -> bool:
        """Whether a release has a term in a field that begins so."""
        return bool((self.table.ranks(self.segments.documents_of_beginning(field, text)) >= 0).any())

    def reference(self, key: str) -> Postings:
        """The releases with this reference number."""
        return self._paid_for(Postings, "reference", key, lambda: self._with_reference(key))

    def places(self, form: str, numbers: Numbers) -> Places:
        """Where a form stands in these documents, which are in order."""
        self.work.pay(self._cost_of_places(len(numbers)))
        return self.segments.places("forms", form, numbers)

    def near(self, form: str, mistakes: int, name: str = "forms") -> set[str]:
        """The words of a field that are so many mistakes of a typist away at most."""
        near = f"{name} near {mistakes}", form
        if near not in self._paid:
            self.work.pay(NEAR)
            self._paid.add(near)
        return self.segments.near(name, form, mistakes)

    def _paid_for(self, of: type[T], kind: str, text: str, find: Callable[[], T]) -> T:
        known = self._known.get((of, kind, text))
        if not isinstance(known, of):
            is_paid = (kind, text) in self._paid
            if not is_paid:
                self.work.pay(TERM)
            try:
                known = self._cache.get((of, kind, text), find)
                if not is_paid:
                    self.work.pay(known.work - TERM)
            except WorkSpent:
                self.work.steps = 0
                raise
            self._known[of, kind, text] = known
            self._paid.add((kind, text))
        return known

    def _of(self, kind: str, text: str) -> Postings:
        """What one of the terms that a blank divides says, in all fields of a kind."""
        terms = text.split(" ")
        parts = [self._weighed(name, term, weight) for name, weight in _FIELDS[kind].items() for term in terms]
        return self._scored(*self._added_up(parts))

    def _tally(self, kind: str, text: str) -> Tally:
        found = [numbers for name in _FIELDS[kind] if len(numbers := self.segments.postings(name, text)[0])]
        each = found[0] if len(found) == 1 else self._each(found)
        count = int(np.count_nonzero(self.table.ranks(each) >= 0))
        return Tally(count, ranking.rarity(count, self.table.size), TERM + count)

    def _each(self, found: Sequence[Numbers]) -> Numbers:
        """All of these documents, each once, in order."""
        having = np.zeros(self.segments.size, np.bool_)
        for numbers in found:
            having[numbers.astype(np.intp)] = True
        return np.flatnonzero(having).astype(np.uint32)

    def _weighed(self, name: str, text: str, weight: float) -> Weighed:
        """How often each document has a term in one field, by the weight of that and the length of its text."""
        numbers, occurrences = self.segments.postings(name, text)
        counted = weight * occurrences
        return numbers, counted if name == "title" else counted / self._norms(numbers)

    def _norms(self, numbers: Numbers) -> Amounts:
        return np.take(self._cache.norms, numbers, mode="clip")  # whatever it is for what is no release any more

    def _added_up(self, parts: Sequence[Weighed]) -> Weighed:
        """Each document once, with the sum of its amounts, which are added in the order of the parts."""
        parts = [part for part in parts if len(part[0])] or list(parts[:1])
        return self._summed(parts) if len(parts) > 1 else parts[0]

    def _summed(self, parts: Sequence[Weighed]) -> Weighed:
        numbers, amounts = (np.concatenate(column) for column in zip(*parts, strict=True))
        if len(numbers) * _FEW < self.segments.size:
            each, at = np.unique(numbers, return_inverse=True)
            return each, np.bincount(at, amounts, len(each))
        at = numbers.astype(np.intp)
        having = np.zeros(self.segments.size, np.bool_)
        having[at] = True
        each = np.flatnonzero(having)
        return each, np.bincount(at, amounts, self.segments.size)[each]

    def _scored(
        self, numbers: NDArray[np.integer[Any]], amounts: Amounts, *, is_cut: bool = False, work: int | None = None
    ) -> Postings:
        """What is said for those of the documents that are releases."""
        ranks = self.table.ranks(numbers)
        is_live = ranks >= 0
        if not is_live.all():
            ranks, amounts = ranks[is_live], amounts[is_live]
        rarity = ranking.rarity(len(ranks), self.table.size)
        scores = (rarity * ranking.saturated(amounts)).astype(np.float32)
        steps = TERM + (len(ranks) if work is None else work)
        return Postings(len(ranks), rarity, steps, ranks, scores, is_cut)

    def _with_reference(self, key: str) -> Postings:
        numbers, _ = self.segments.postings("reference", key)
        return self._scored(numbers, np.ones(len(numbers)))

    def _in_order(self, forms: Sequence[str], name: str) -> Postings:
        """Where all the telling words are, each text is looked at for as long as the words stand one after another."""
        distinct = list(dict.fromkeys(forms))
        telling = [form for form in distinct if not analysis.is_stopword(form, self.languages)]
        having, work = self.table.everything(), 0
        for form in telling or distinct[:_ALL_SMALL]:
            postings = self._cache.get((Postings, name, form), lambda form=form: self._of(name, form))  # type: ignore[misc]
            having &= union([postings], self.table.size)
            work = self._within(work + postings.work)
        numbers = self._each([self.table.numbers[having]])
        weights = np.full(self.segments.size, np.nan)
        for field, weight in reversed([*_FIELDS[name].items()]):
            starts = NOWHERE
            standing: dict[str, Places] = {}
            for offset, form in enumerate(forms):
                if form not in standing:
                    looked_at = documents(starts) if offset else numbers
                    work = self._within(work + self._cost_of_places(len(looked_at)))
                    standing[form] = self.segments.places(field, form, looked_at)
                starts = followed(starts, standing[form], offset) if offset else standing[form]
            weights[documents(starts)] = weight
        found = np.flatnonzero(~np.isnan(weights))
        return self._scored(found, weights[found], work=work)

    def _begun(self, name: str, text: str) -> Postings:
        parts: list[Weighed] = []
        is_cut, work = False, 0
        for field, weight in _FIELDS[name].items():
            begun = self.segments.postings_of_beginning(field, text)
            is_counted = self.table.ranks(begun.numbers) >= 0
            words = np.flatnonzero(np.bincount(begun.of_words[is_counted]))  # what only deleted documents have is none
            if len(words) > MOST_EXPANSIONS:
                is_cut, words = True, words[:MOST_EXPANSIONS]
                is_counted &= begun.of_words <= words[-1]
            numbers, occurrences = begun.numbers[is_counted], begun.counts[is_counted]
            work = self._within(work + TERM * len(words) + len(numbers))
            parts.append((numbers, weight * occurrences / self._norms(numbers)))
        return self._scored(*self._summed(parts), is_cut=is_cut, work=work)

    def _having_begun(self, text: str) -> Postings:
        ranks = self.table.ranks(self.segments.documents_of_beginning("forms", text))
        ranks = ranks[ranks >= 0]
        work = self._within(TERM + len(ranks))
        having = ~self.table.everything()
        having[ranks] = True
        each = np.flatnonzero(having)
        return Postings(len(each), ranking.rarity(len(each), self.table.size), work, each)

    def _within(self, work: int) -> int:
        """The work so far of what is being found. Raises WorkSpent if it is more than the search has left."""
        if work > self.work.steps:
            raise WorkSpent
        return work

    def _cost_of_places(self, texts: int) -> int:
        """Steps: of each text its places, and of the postings of the word those on the way there."""
        return TERM + PLACE * texts + min(30 * texts, self.table.size // 4)


_FEW = 16  # of so many releases one: then it is quicker to sort than to look at all

NOWHERE: Places = np.zeros(0, np.uint64)


def documents(places: Places) -> Numbers:
    """The documents that have these places, each once."""
    numbers = (places >> np.uint64(32)).astype(np.uint32)
    return numbers[np.flatnonzero(np.diff(numbers, prepend=np.uint32(0xFFFFFFFF)))]


def near(places: Places, others: Places, distance: int) -> Places:
    """Those of the places that have one of the others so far before or behind them at most; all are in order."""
    first = np.searchsorted(others, np.maximum(places, np.uint64(distance)) - np.uint64(distance))
    is_there = first < len(others)
    is_there[is_there] = others[first[is_there]] <= places[is_there] + np.uint64(distance)
    found: Places = places[is_there]
    return found


def followed(places: Places, others: Places, distance: int) -> Places:
    """Those of the places that have one of the others so far behind them; all are in order."""
    both = np.concatenate((places + np.uint64(distance), others))
    both.sort(kind="stable")  # which merges the two
    found: Places = both[:-1][both[:-1] == both[1:]] - np.uint64(distance)
    return found
