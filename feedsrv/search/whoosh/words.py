"""Words: those of a newsroom that are nearly like one that was typed."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import OSA
from rapidfuzz.process import extract

from feedsrv.search.whoosh.inverted import Inverted


class Words:
    """The words of a field of one segment, by their lengths and letters.

    A mistake of a typist changes the length by a letter at most, and which letters there are by two, wherever it is in
    the word: so few words are looked at one by one, and of a million it takes some milliseconds to find these.
    """

    def __init__(self, inverted: Inverted, field: str) -> None:
        self._inverted = inverted
        self._field = field
        spelled, starts, self._lengths = inverted.spelled(field)
        self._letters = np.bitwise_or.reduceat(_flags(spelled), starts) if len(starts) else starts

    def near(self, form: str, mistakes: int) -> list[str]:
        """Those that are so many mistakes away at most: letters too many, too few, others, or in each other's place."""
        spelled = np.frombuffer(form.encode("utf8"), np.uint8)
        widest = mistakes * max(len(letter.encode("utf8")) for letter in form)
        has_length = np.abs(self._lengths - len(spelled)) <= widest
        others = np.bitwise_count(self._letters ^ np.bitwise_or.reduce(_flags(spelled)))
        numbers = np.flatnonzero(has_length & (others <= 2 * widest)).tolist()
        words = [self._inverted.term(self._field, number).decode("utf8") for number in numbers]
        found = extract(form, words, scorer=OSA.distance, score_cutoff=mistakes, limit=None)
        return [word for word, _, _ in found]


def _flags(spelled: NDArray[np.uint8]) -> NDArray[np.uint32]:
    """A flag for each letter, the same for some that are seldom together."""
    flags: NDArray[np.uint32] = np.left_shift(np.uint32(1), spelled & np.uint8(31), dtype=np.uint32)
    return flags
