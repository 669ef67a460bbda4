"""The terms of one search: which releases have them, how much that says for each, and what it costs to know."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, product

from cachetools import LRUCache
from rapidfuzz.distance import OSA
from whoosh.reading import IndexReader, TermNotFound

from tests.oracle import analysis, ranking
from tests.oracle.table import Table, members
from tests.oracle.work import NEAR, PLACE, TERM, Work, WorkSpent

MOST_EXPANSIONS = 256
"""Words that a beginning stands for."""

_ALL_SMALL = 2  # words of a phrase of nothing but small words by which its releases are chosen

_STEMS = {"title": ranking.TITLE, "body": ranking.TEXT, "boilerplate": ranking.BOILERPLATE}
_FORMS: Mapping[str, Mapping[str, float]] = {
    "forms": {"forms": 1.0, "boilerplate_forms": ranking.BOILERPLATE},
    "title_forms": {"title_forms": 1.0},
    "contacts": {"contacts": 1.0},
}


@dataclass(frozen=True, slots=True)
class Postings:
    """The releases that have a term, as a set and by rank, and how much it says for each.

    ``rarity`` is what it says for one that has it once; ``is_cut``: it stands for more words than were looked for.
    ``work`` are the steps that it takes to find this out.
    """

    releases: int
    ranks: Sequence[int]
    scores: Sequence[float]
    rarity: float = 0.0
    is_cut: bool = False
    work: int = TERM

    def by_rank(self) -> dict[int, float]:
        """What it says for each release."""
        return dict(zip(self.ranks, self.scores, strict=True))

    def weighed(self, weight: float, scores: dict[int, float]) -> None:
        """Add what it says to the scores of the releases that are in them."""
        for rank, score in zip(self.ranks, self.scores, strict=True):
            if rank in scores:
                scores[rank] += weight * score


NO_POSTINGS = Postings(0, (), ())


class Cache:
    """The postings that have been asked for, some millions of them."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self.norms = ranking.norms(table.lengths)
        self._kept: LRUCache[tuple[str, str], Postings] = LRUCache(20_000_000, lambda found: len(found.ranks) + 100)

    def get(self, kind: str, text: str, find: Callable[[], Postings]) -> Postings:
        """The postings of a term of some kind: found now unless they are kept."""
        found = self._kept.get((kind, text))
        if found is None:
            found = self._kept[kind, text] = find()
        return found


class Terms:
    """What one search looks up; ``languages`` are those by whose rules an unmarked word may be stemmed.

    A term is paid for at its first use, the same whether it is in the cache or not: so that what a search leaves out
    depends on the generation alone. All that finds postings raises WorkSpent where there is not enough work left.
    """

    def __init__(self, cache: Cache, reader: IndexReader, languages: Sequence[str], work: Work) -> None:
        self.table = cache.table
        self.reader = reader
        self.languages = languages
        self.work = work
        self._cache = cache
        self._norms = cache.norms
        self._paid: dict[tuple[str, str], Postings] = {}

    def stem(self, *texts: str) -> Postings:
        """The releases that have a word of one of these stems, which are one word in several languages."""
        return self._known("stem", " ".join(texts), lambda: self._scored(self._weighed(_STEMS, *texts)))

    def form(self, text: str, name: str = "forms") -> Postings:
        """The releases that have a word just as it is written, in all of their words or in one field."""
        return self._known(name, text, lambda: self._form(text, name))

    def title(self, *texts: str) -> Postings:
        """The releases that have a word of one of these stems in the title."""
        return self._known("title", " ".join(texts), lambda: self._scored(self._weighed({"title": 1.0}, *texts)))

    def beginning(self, text: str, name: str = "forms") -> Postings:
        """The releases that have a word which begins so; of too many such words the first by the alphabet count."""
        return self._known(f"{name} beginning", text, lambda: self._begun(name, text))

    def begun(self, text: str) -> Postings:
        """The releases that have a word which begins so in title or text."""
        return self._known("begun", text, lambda: self._having_begun(text))

    def phrase(self, forms: Sequence[str], name: str = "forms") -> Postings:
        """The releases that have these words one after another."""
        if len(forms) < 2:
            return self.form(forms[0], name) if forms else NO_POSTINGS
        return self._known(f"{name} phrase", " ".join(forms), lambda: self._in_order(forms, name))

    def is_known_beginning(self, field: str, text: str) -> bool:
        """Whether a release has a term in a field that begins so."""
        words = (word.decode("utf8") for word in self.reader.expand_prefix(field, text))
        return any(number in self.table.ranks for word in words for number, _ in _postings(self.reader, field, word))

    def reference(self, key: str) -> Postings:
        """The releases with this reference number."""
        return self._known(
            "reference",
            key,
            lambda: self._scored(self._even(number for number, _ in _postings(self.reader, "reference", key))),
        )

    def places(self, form: str, numbers: Sequence[int]) -> dict[int, frozenset[int]]:
        """Where a form stands in each of these documents, which are in order."""
        self.work.pay(self._cost_of_places(len(numbers)))
        return _places(self.reader, "forms", form, numbers)

    def near(self, form: str, mistakes: int, name: str = "forms") -> list[str]:
        """The words of a field that are so many mistakes of a typist away at most."""
        near = f"{name} near {mistakes}", form
        if near not in self._paid:
            self.work.pay(NEAR)
            self._paid[near] = NO_POSTINGS
        words = (word.decode("utf8") for word in self.reader.lexicon(name))
        return [word for word in words if OSA.distance(word, form) <= mistakes]

    def _known(self, kind: str, text: str, find: Callable[[], Postings]) -> Postings:
        key = kind, text
        if key not in self._paid:
            self.work.pay(TERM)
            try:
                postings = self._cache.get(kind, text, find)
                self.work.pay(postings.work - TERM)
            except WorkSpent:
                self.work.steps = 0
                raise
            self._paid[key] = postings
        return self._paid[key]

    def _form(self, text: str, name: str) -> Postings:
        return self._cache.get(name, text, lambda: self._scored(self._weighed(_FORMS[name], text)))

    def _weighed(self, fields: Mapping[str, float], *texts: str) -> dict[int, float]:
        """How often each release has one of these terms, by its field and the length of its text."""
        found: dict[int, float] = {}
        ranks, norms = self.table.ranks, self._norms
        for (name, weight), text in product(fields.items(), texts):
            for number, occurrences in _postings(self.reader, name, text):
                rank = ranks.get(number)
                if rank is not None:
                    counted = weight * occurrences
                    found[rank] = found.get(rank, 0.0) + (counted if name == "title" else counted / norms[rank])
        return found

    def _scored(self, found: Mapping[int, float], *, is_cut: bool = False, work: int | None = None) -> Postings:
        rarity = ranking.rarity(len(found), len(self.table.numbers))
        ranks = array("I", sorted(found))
        scores = array("f", (rarity * ranking.saturated(found[rank]) for rank in ranks))
        steps = TERM + (len(ranks) if work is None else work)
        return Postings(self.table.ranked(ranks), ranks, scores, rarity, is_cut, steps)

    def _even(self, numbers: Iterable[int], weight: float = 1.0) -> dict[int, float]:
        ranks = (self.table.ranks.get(number) for number in numbers)
        return dict.fromkeys((rank for rank in ranks if rank is not None), weight)

    def _in_order(self, forms: Sequence[str], name: str) -> Postings:
        """Where all the telling words are, each text is looked at for as long as the words stand one after another."""
        distinct = list(dict.fromkeys(forms))
        telling = [form for form in distinct if not analysis.is_stopword(form, self.languages)]
        having, work = self.table.everything, 0
        for form in telling or distinct[:_ALL_SMALL]:
            postings = self._form(form, name)
            having &= postings.releases
            work = self._within(work + postings.work)
        numbers = sorted(self.table.numbers[rank] for rank in members(having))
        found: dict[int, float] = {}
        for field, weight in reversed(list(_FORMS[name].items())):
            starts: dict[int, frozenset[int]] = {}
            standing: dict[str, dict[int, frozenset[int]]] = {}
            for offset, form in enumerate(forms):
                if form not in standing:
                    looked_at = list(starts) if offset else numbers
                    work = self._within(work + self._cost_of_places(len(looked_at)))
                    standing[form] = _places(self.reader, field, form, looked_at)
                starts = _going_on(starts, standing[form], offset) if offset else standing[form]
            found |= self._even(starts, weight)
        return self._scored(found, work=work)

    def _begun(self, name: str, text: str) -> Postings:
        found: dict[int, float] = {}
        is_cut, work = False, 0
        for field, weight in _FORMS[name].items():
            expanded = 0
            for word in self.reader.expand_prefix(field, text):
                having = self._weighed({field: weight}, word.decode("utf8"))
                expanded += bool(having)  # words that only deleted documents have are none
                if expanded > MOST_EXPANSIONS:
                    is_cut = True
                    break
                for rank, occurrences in having.items():
                    found[rank] = found.get(rank, 0.0) + occurrences
                work = self._within(work + TERM + len(having) if having else work)
        return self._scored(found, is_cut=is_cut, work=work)

    def _having_begun(self, text: str) -> Postings:
        having = [
            self._weighed({"forms": 1.0}, word.decode("utf8")) for word in self.reader.expand_prefix("forms", text)
        ]
        work = self._within(TERM + sum(map(len, having)))
        return self._scored(dict.fromkeys(chain.from_iterable(having), 1.0), work=work)

    def _within(self, work: int) -> int:
        """The work so far of what is being found. Raises WorkSpent if it is more than the search has left."""
        if work > self.work.steps:
            raise WorkSpent
        return work

    def _cost_of_places(self, texts: int) -> int:
        """Steps: of each text its places, and of the postings of the word those on the way there."""
        return TERM + PLACE * texts + min(30 * texts, len(self.table.numbers) // 4)


def _places(reader: IndexReader, name: str, form: str, numbers: Sequence[int]) -> dict[int, frozenset[int]]:
    """Where a form stands in a field of each of these documents, which are in order."""
    found: dict[int, frozenset[int]] = {}
    try:
        matcher = reader.postings(name, form)
    except TermNotFound:
        return found
    decode = reader.schema[name].format.decode_positions
    for number in numbers:
        if matcher.is_active() and matcher.id() < number:
            matcher.next()  # mostly that is it, and to skip costs more
            if matcher.is_active() and matcher.id() < number:
                matcher.skip_to(number)
        if not matcher.is_active():
            break
        if matcher.id() == number:
            found[number] = frozenset(decode(matcher.value()))
    return found


def _going_on(
    starts: Mapping[int, frozenset[int]], standing: Mapping[int, frozenset[int]], offset: int
) -> dict[int, frozenset[int]]:
    """Those of the places where a phrase may start, by document, that have one more of its words so far behind them."""
    going_on = {}
    for number, begun in starts.items():
        there = standing.get(number, _NOWHERE)
        if kept := frozenset(start for start in begun if start + offset in there):
            going_on[number] = kept
    return going_on


_NOWHERE: frozenset[int] = frozenset()


def _postings(reader: IndexReader, name: str, text: str) -> Iterator[tuple[int, float]]:
    """The documents that have a term in a field, and how often."""
    try:
        matcher = reader.postings(name, text)
    except TermNotFound:
        return
    is_active, number, weight, advance = matcher.is_active, matcher.id, matcher.weight, matcher.next
    while is_active():
        yield number(), weight()
        advance()
