"""What was found out about single words, remembered: a text has most of its words from others."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

_LONGEST = 40

T = TypeVar("T")


class Remembered(dict[str, T]):
    """What ``ask`` says of each word; it is asked once of those that are short and pass ``is_kept``.

    Where there would be more than ``most``, all are forgotten.
    """

    def __init__(self, ask: Callable[[str], T], most: int, is_kept: Callable[[str], bool] = bool) -> None:
        self._ask = ask
        self._most = most
        self._is_kept = is_kept

    def __missing__(self, word: str) -> T:
        found = self._ask(word)
        if len(word) <= _LONGEST and self._is_kept(word):
            if len(self) >= self._most:
                self.clear()
            self[word] = found
        return found
