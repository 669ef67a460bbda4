"""Verification: what is known of the soundness of generations, and how it comes to be known.

The publisher looks at everything, a slice at a time, round after round; whoever meets an error while it reads looks
then. What is found is told to all processes by a mark beside the generations, and healed by the next publication.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from threading import Lock
from time import monotonic

from feedsrv.errors import IndexUnavailable
from feedsrv.search import trust
from feedsrv.search.attachments import Whole
from feedsrv.search.generations import TRUE_UNTIL, Generations
from feedsrv.search.ledger import Ledger
from feedsrv.search.manifest import ATTACHMENTS, SEGMENTS, compared

ROUND = 60.0
"""Seconds in which everything is looked at once, where the share allows it."""
SHARE = 0.05
"""Of the time of one core; of a second that is enough for fifty megabytes, or four times that on newer machines."""

_log = logging.getLogger(__name__)


class Verification:
    """What one process knows of the soundness of generations."""

    def __init__(self, generations: Generations) -> None:
        self._generations = generations
        self.attachments = Whole()
        self._found = ("", "")  # the generation that is known to be damaged, and why
        self._found_in: object = None  # which of its name that was: numbers begin anew where all was deleted
        self._looking = Lock()
        self._looked = ("", 0.0)  # the generation that an error led to, and when it was looked at
        self._told: str | None = None  # the generation, or None for none, that `go_on` has told of; "" once all is well
        self._round: Iterator[bool] = iter(())
        self._of_round: tuple[object, ...] = ()
        self._is_over = True
        self._began = self._went_on = monotonic()

    def damage(self, name: str) -> str:
        """Why a generation is known to be damaged; "" if it is not."""
        return self._found[1] if self._found[0] == name else ""

    def heed(self, name: str) -> str:
        """The same, after a look at what other processes have left word of."""
        if self.damage(name) and self._found_in != self._which(name):
            self._found = ("", "")
        if self._found[0] != name and (why := self._generations.damage(name)):
            self._note(name, why)
        return self.damage(name)

    def insist(self, name: str) -> None:
        """Raise IndexUnavailable where a generation is known to be damaged.

        What this process alone found is looked at again after a while: somebody may have put a file back.
        """
        why = self.heed(name)
        if why and not self._generations.damage(name) and self._is_time(name):
            self._generations.verify(name)
            self._found = ("", "")
        elif why:
            raise IndexUnavailable(why)

    def suspect(self, name: str, error: Exception) -> IndexUnavailable:
        """What to raise in place of an error in which the reading of a generation ended.

        Whether it is damaged is looked at, but not with each error: one may be a fault of ours that anybody can repeat.
        """
        if not self.heed(name) and self._looking.acquire(blocking=False):
            try:
                if self._is_time(name):
                    self._find(name, error)
            finally:
                self._looking.release()
        return IndexUnavailable(self.damage(name) or f"{name} cannot be read: {error!r}")

    def go_on(self) -> bool:
        """Look at the next slice of the current generation; False, once, where it has to be made anew."""
        now = monotonic()
        allowed, self._went_on = SHARE * min(now - self._went_on, 1.0), now
        name = self._generations.current()
        if name is None or self.heed(name):
            is_known, self._told = name == self._told, name
            return is_known
        try:
            is_sound = self._slice(name, now, now + allowed)
        except IndexUnavailable as error:
            if self._generations.current() == name:  # else it is old, and somebody else who publishes takes it away
                self._note(name, str(error))
                self._told = name
                return False
            return True
        self._told = ""
        return is_sound

    def begin_anew(self) -> None:
        """Something was just published: whatever is found from now on is to be told of."""
        self._told = ""

    def _slice(self, name: str, now: float, end: float) -> bool:
        stamps = (name, *_stamps(self._generations.path(name)))
        if stamps != self._of_round or (self._is_over and now - self._began >= ROUND):
            self._of_round, self._began, self._is_over = stamps, now, False
            self._round = _everything(self._generations, name)
        for is_sound in self._round:
            if not is_sound or monotonic() >= end:
                return is_sound
        self._is_over = True
        return True

    def _is_time(self, name: str) -> bool:
        """Whether an error in this generation is to be looked into: at the first, and once a round."""
        looked, now = self._looked, monotonic()
        if looked[0] == name and now - looked[1] < ROUND:
            return False
        self._looked = (name, now)
        return True

    def _find(self, name: str, error: Exception) -> None:
        try:
            self._generations.verify(name)
        except IndexUnavailable as damage:
            if self._generations.current() == name:
                self._note(name, str(damage))
        else:
            _log.error("%s cannot be read, though it is what was published: %r", name, error, exc_info=error)

    def _which(self, name: str) -> object:
        with suppress(OSError):
            return trust.stamp(self._generations.path(name))[:1]
        return None

    def _note(self, name: str, why: str) -> None:
        self._found, self._found_in = (name, why), self._which(name)
        _log.error("%s is damaged: %s; the publisher makes it anew", name, why)
        if not self._generations.damage(name):
            self._generations.mark(name, why)


def _stamps(folder: Path) -> Iterator[object]:
    """What is another when somebody has written to a generation, or has taken from it or added to it."""
    beside = folder.parent / ATTACHMENTS
    for path in (folder, *([beside] if beside.exists() else ()), *_files(folder), *_files(folder / SEGMENTS)):
        with trust.translating_errors(path):
            yield path.name, trust.stamp(path)


def _files(folder: Path) -> Iterable[Path]:
    with trust.translating_errors(folder):
        return list(folder.iterdir())


def _everything(generations: Generations, name: str) -> Iterator[bool]:
    """A round: the generation, and what was written beside it."""
    for _ in compared(generations.path(name)):
        yield True
    yield generations.read_beside(TRUE_UNTIL) is not None
    try:
        for _ in Ledger(generations).compared():
            yield True
    except IndexUnavailable:
        yield False
