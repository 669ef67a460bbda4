"""What was found out about single words, remembered: a text has most of its words from others."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Generic, TypeVar

LONGEST = 40
"""Characters of what is remembered."""

T = TypeVar("T")


class Remembered(dict[str, T]):
    """What ``ask`` says of each word; it is asked once of those that are short and pass ``is_kept``.

    Where there would be more than ``most``, those that were not met for long are forgotten.
    """

    def __init__(self, ask: Callable[[str], T], most: int, is_kept: Callable[[str], bool] = bool) -> None:
        self._ask = ask
        self._most = most // 2
        self._is_kept = is_kept
        self._before: dict[str, T] = {}

    def __missing__(self, word: str) -> T:
        if len(word) > LONGEST or not self._is_kept(word):
            return self._ask(word)
        before = self._before  # which another thread may put another in the place of
        found = before[word] if word in before else self._ask(word)
        if len(self) >= self._most:
            self._before = dict(self)
            self.clear()
        self[word] = found
        return found


class Telling(Generic[T]):
    """What ``ask`` says of the words of a text: nothing of most, and those are remembered and passed over together.

    Where there would be more than ``most``, those that were not met for long are forgotten.
    """

    def __init__(self, ask: Callable[[str], Iterable[T]], most: int) -> None:
        self._ask = ask
        self._most = most // 2
        self._silent: set[str] = set()
        self._before: set[str] = set()

    def of(self, words: Iterable[str]) -> list[T]:
        """All that is said of the words, each asked of once, in any order."""
        found: list[T] = []
        for word in set(words) - self._silent:
            said = () if word in self._before else tuple(self._ask(word))
            found.extend(said)
            if not said and len(word) <= LONGEST:
                self._pass_over(word)
        return found

    def _pass_over(self, word: str) -> None:
        if len(self._silent) >= self._most:
            self._silent, self._before = set(), self._silent
        self._silent.add(word)
