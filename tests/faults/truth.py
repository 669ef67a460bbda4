"""What was true when: of every release what its file said, of the service what was in its way, of its clock the error.

An answer is right if what it shows of a release is what its file said at some moment while it was asked for, or so
short a while before that nobody had to know better yet. Nothing is right before its file says it.
"""

from __future__ import annotations

import math
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from operator import itemgetter
from threading import Lock

ABSENT, WITHDRAWN = "absent", "withdrawn"

RESTLESS = 5.0
"""Seconds after a change in which the next one finds the file not settled: slow writing takes up to three of them."""

Shown = int | str
"""What is to be seen of a release: the number of its edition, or that it is absent or withdrawn."""


@dataclass(frozen=True, slots=True)
class Said:
    """What a file says from some moment on: the last write began at ``begun`` and was over at ``done``.

    Until ``opens``, by the clock of the service, it is absent.
    """

    shown: Shown
    begun: float
    done: float
    opens: float = 0.0


class Truth:
    """What may be shown at which moment. Moments are those of `time.time`."""

    def __init__(self, patience: float) -> None:
        self.patience = patience
        self.hindrances: list[tuple[str, float, float]] = []
        self._said: dict[str, list[Said]] = defaultdict(list)
        self._excused: list[tuple[str, float, float]] = []
        self._clock = [(0.0, 0.0)]
        self._lock = Lock()

    @property
    def releases(self) -> list[str]:
        """The ids of all releases there ever were."""
        with self._lock:
            return list(self._said)

    def say(self, release: str, said: Said) -> None:
        """Note that the file of a release says something else now."""
        with self._lock:
            self._said[release].append(said)

    def latest(self, release: str) -> Said:
        """What the file of a release says."""
        with self._lock:
            return self._said[release][-1] if release in self._said else Said(ABSENT, 0.0, 0.0)

    @contextmanager
    def hindrance(self, name: str, afterwards: float = 0.0) -> Iterator[None]:
        """For as long as the block lasts, and a while afterwards, nothing can be published."""
        begun, number = time.time(), len(self.hindrances)
        self.hindrances.append((name, begun, math.inf))
        try:
            yield
        finally:
            self.hindrances[number] = (name, begun, time.time() + afterwards)

    def is_hindered(self, start: float, end: float, *names: str) -> bool:
        """Whether something (of these names) was in the way between two moments."""
        hindrances = [(begun, over) for name, begun, over in self.hindrances if not names or name in names]
        return any(begun <= end and over >= start for begun, over in hindrances)

    def excuse(self, release: str, start: float, end: float) -> None:
        """Note that nothing can be said of a release between two moments, and for a while after."""
        self._excused.append((release, start, end + self.patience))

    def set_clock(self, offset: float) -> None:
        """Note that the clock of the service is wrong by so many seconds from now on."""
        self._clock.append((time.time(), offset))

    def age(self, release: str, shown: Shown, asked: float, answered: float) -> float:
        """For how many seconds before it was asked for this was no longer so, but for those in which nothing could be.

        They begin when the file has come to rest: one that is changed again and again stays what it was. Infinite where
        it never was so, or is not yet.
        """
        if any(name == release and start <= answered and end >= asked for name, start, end in self._excused):
            return 0.0
        with self._lock:
            said = [Said(ABSENT, 0.0, 0.0), *self._said.get(release, ())]
        age = math.inf
        for number, each in enumerate(said):
            later = said[number + 1 :]
            until = later[0].done if later else math.inf
            for is_open in (True, False):
                if shown == (each.shown if is_open else ABSENT):
                    last = self._last(each, min(until, answered), is_open=is_open)
                    for restless in later:
                        last = max(last, restless.done) if restless.begun < last + RESTLESS else last
                    age = min(age, asked - last - self._hindered(last, asked))
        return age

    def _last(self, said: Said, until: float, *, is_open: bool) -> float:
        """The last moment before ``until`` at which the clock of the service was past ``opens``, or was not."""
        last = -math.inf
        for (since, offset), (end, _) in pairwise([*self._clock, (math.inf, 0.0)]):
            begun, over, opens = max(since, said.begun), min(end, until), said.opens - offset
            begun, over = (max(begun, opens), over) if is_open else (begun, min(over, opens))
            if begun <= over:
                last = max(last, over)
        return last

    def _hindered(self, start: float, end: float) -> float:
        """For how many seconds between two moments something was in the way."""
        hindered, reached = 0.0, start
        for _, begun, over in sorted(self.hindrances, key=itemgetter(1)):
            hindered += max(0.0, min(over, end) - max(begun, reached))
            reached = max(reached, min(over, end))
        return hindered
