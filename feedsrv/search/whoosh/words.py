"""Words: those of a newsroom that are nearly like one that was typed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from sys import getsizeof

from rapidfuzz.distance import Levenshtein
from rapidfuzz.process import extract

_BETWEEN = "\n"  # which is in no word


class Words:
    """The words that begin with one letter, by length; those of one length in one string, which takes little room."""

    def __init__(self, words: Iterable[str]) -> None:
        by_length: dict[int, list[str]] = defaultdict(list)
        for word in words:
            by_length[len(word)].append(word)
        self._by_length = {length: _BETWEEN.join(found) for length, found in by_length.items()}
        self.nbytes = sum(map(getsizeof, self._by_length.values())) + getsizeof(self._by_length)

    def near(self, form: str, mistakes: int) -> list[str]:
        """Those that are so many mistakes of a typist away at most: letters too many, too few, or others."""
        lengths = range(len(form) - mistakes, len(form) + mistakes + 1)
        words = [word for length in lengths for word in self._by_length.get(length, "").split(_BETWEEN)]
        found = extract(form, words, scorer=Levenshtein.distance, score_cutoff=mistakes, limit=None)
        return [word for word, _, _ in found if word]
