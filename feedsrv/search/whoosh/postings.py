"""Postings: which releases have a term, and how much it says for each.

A cache of them, decoded once a generation and kept while there is room; shared between threads.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import islice
from operator import and_, attrgetter
from threading import Lock

from cachetools import LRUCache, cachedmethod
from whoosh.reading import IndexReader, TermNotFound

from feedsrv.search import ranking
from feedsrv.search.whoosh.table import Table, members

ROOM = 3_000_000
"""What is kept, in postings of 8 bytes."""
OVERHEAD = 100
"""Of a term, beside its postings: words that no release has are asked for, too."""
MOST_EXPANSIONS = 256
"""Words that a beginning stands for."""

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
    """

    releases: int
    ranks: Sequence[int]
    scores: Sequence[float]
    rarity: float = 0.0
    is_cut: bool = False

    @property
    def size(self) -> int:
        """The room that it takes, in postings: its set is an integer of as many bits as there are releases."""
        return len(self.ranks) + self.releases.bit_length() // 64 + OVERHEAD

    def weighed(self, weight: float, scores: dict[int, float]) -> None:
        """Add what it says to the scores of the releases that are in them."""
        for rank, score in zip(self.ranks, self.scores, strict=True):
            if rank in scores:
                scores[rank] += weight * score


NO_POSTINGS = Postings(0, (), ())


class PostingsCache:
    """The postings of one generation, as far as they have been asked for; the least recently used make room."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self._norms = ranking.norms(table.lengths)
        self._kept: LRUCache[tuple[str, str], Postings] = LRUCache(ROOM, getsizeof=attrgetter("size"))
        self._lock = Lock()

    def stem(self, reader: IndexReader, text: str) -> Postings:
        """The releases that have a word of this stem in title, text or boilerplate."""
        return self._known("stem", text, lambda: self._scored(self._weighed(reader, _STEMS, text)))

    def form(self, reader: IndexReader, text: str, name: str = "forms") -> Postings:
        """The releases that have a word just as it is written, in all of their words or in one field."""
        return self._known(name, text, lambda: self._scored(self._weighed(reader, _FORMS[name], text)))

    def title(self, reader: IndexReader, text: str) -> Postings:
        """The releases that have a word of this stem in the title."""
        return self._known("title", text, lambda: self._scored(self._weighed(reader, {"title": 1.0}, text)))

    def beginning(self, reader: IndexReader, text: str, name: str = "forms") -> Postings:
        """The releases that have a word which begins so; of too many such words the first by the alphabet count."""
        return self._known(f"{name} beginning", text, lambda: self._begun(reader, name, text))

    def phrase(self, reader: IndexReader, forms: Sequence[str], name: str = "forms") -> Postings:
        """The releases that have these words one after another."""
        if len(forms) < 2:
            return self.form(reader, forms[0], name) if forms else NO_POSTINGS
        return self._known(f"{name} phrase", " ".join(forms), lambda: self._scored(self._in_order(reader, forms, name)))

    def reference(self, reader: IndexReader, key: str) -> Postings:
        """The releases with this reference number."""
        return self._known(
            "reference",
            key,
            lambda: self._scored(self._even(number for number, _ in _postings(reader, "reference", key))),
        )

    @cachedmethod(attrgetter("_kept"), key=lambda _self, kind, text, _find: (kind, text), lock=attrgetter("_lock"))
    def _known(self, kind: str, text: str, find: Callable[[], Postings]) -> Postings:
        return find()

    def _weighed(self, reader: IndexReader, fields: Mapping[str, float], text: str) -> dict[int, float]:
        """How often each release has a term, by its field and the length of its text."""
        found: dict[int, float] = {}
        for name, weight in fields.items():
            for number, occurrences in _postings(reader, name, text):
                rank = self.table.ranks.get(number)
                if rank is not None:
                    counted = weight * occurrences
                    found[rank] = found.get(rank, 0.0) + (counted if name == "title" else counted / self._norms[rank])
        return found

    def _scored(self, found: Mapping[int, float], *, is_cut: bool = False) -> Postings:
        rarity = ranking.rarity(len(found), len(self.table.numbers))
        ranks = array("I", sorted(found))
        scores = array("f", (rarity * ranking.saturated(found[rank]) for rank in ranks))
        return Postings(self.table.ranked(ranks), ranks, scores, rarity, is_cut)

    def _even(self, numbers: Iterator[int], weight: float = 1.0) -> dict[int, float]:
        ranks = (self.table.ranks.get(number) for number in numbers)
        return dict.fromkeys((rank for rank in ranks if rank is not None), weight)

    def _in_order(self, reader: IndexReader, forms: Sequence[str], name: str) -> dict[int, float]:
        having_all = reduce(and_, (self.form(reader, form, name).releases for form in forms))
        numbers = sorted(self.table.numbers[rank] for rank in members(having_all))
        found: dict[int, float] = {}
        for field_name, weight in reversed(list(_FORMS[name].items())):
            standing = {form: places(reader, field_name, form, numbers) for form in dict.fromkeys(forms)}
            found |= self._even((number for number in numbers if _follow(number, forms, standing)), weight)
        return found

    def _begun(self, reader: IndexReader, name: str, text: str) -> Postings:
        found: dict[int, float] = {}
        is_cut = False
        for field_name, weight in _FORMS[name].items():
            words = [
                word.decode("utf8") for word in islice(reader.expand_prefix(field_name, text), MOST_EXPANSIONS + 1)
            ]
            is_cut = is_cut or len(words) > MOST_EXPANSIONS
            for word in words[:MOST_EXPANSIONS]:
                for rank, occurrences in self._weighed(reader, {field_name: weight}, word).items():
                    found[rank] = found.get(rank, 0.0) + occurrences
        return self._scored(found, is_cut=is_cut)


def places(reader: IndexReader, name: str, form: str, numbers: Sequence[int]) -> dict[int, frozenset[int]]:
    """Where a form stands in a field of each of these documents, which are in order."""
    found: dict[int, frozenset[int]] = {}
    try:
        matcher = reader.postings(name, form)
    except TermNotFound:
        return found
    for number in numbers:
        if matcher.is_active() and matcher.id() < number:
            matcher.skip_to(number)
        if not matcher.is_active():
            break
        if matcher.id() == number:
            found[number] = frozenset(matcher.value_as("positions"))
    return found


def _follow(number: int, forms: Sequence[str], standing: Mapping[str, Mapping[int, frozenset[int]]]) -> bool:
    """Whether the forms stand one after another somewhere in a document."""
    starts = standing[forms[0]].get(number, frozenset())
    for offset, form in enumerate(forms[1:], 1):
        if not starts:
            return False
        there = standing[form].get(number, frozenset())
        starts = frozenset(start for start in starts if start + offset in there)
    return bool(starts)


def _postings(reader: IndexReader, name: str, text: str) -> Iterator[tuple[int, float]]:
    """The documents that have a term in a field, and how often."""
    try:
        matcher = reader.postings(name, text)
    except TermNotFound:
        return
    while matcher.is_active():
        yield matcher.id(), matcher.weight()
        matcher.next()
