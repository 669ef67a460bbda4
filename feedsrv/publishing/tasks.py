"""Tasks: what is to be done about each file, here and, where it is much, in other processes, too."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from feedsrv.file_record import FileRecord
from feedsrv.processes import cores, mapped
from feedsrv.publishing.examined import Examined
from feedsrv.readers import is_converted

FEW = 200
"""Texts that are read here before others are asked for help: to start them takes as long as reading these."""
CONVERSION = 100
"""Texts that are read while a document is converted, about."""
_AT_ONCE = 32  # texts that are handed over: a tenth of a second of reading


@dataclass(frozen=True, slots=True)
class Task:
    """A source that is to be examined, with what is known and was last remembered of it."""

    source: str
    known: FileRecord | None
    last: FileRecord | None
    is_told: bool = True
    is_awaited: bool = True


@dataclass(frozen=True, slots=True)
class Work:
    """How tasks are fulfilled, all of them ``here`` if it is to be done ``alone``.

    ``elsewhere`` is asked in other processes, and gives back a task that only this one can fulfil. ``waits``: for the
    text of documents.
    """

    here: Callable[[Task], Examined | None]
    elsewhere: Callable[[Task], Examined | Task | None]
    waits: bool
    alone: bool

    def results(self, tasks: Iterator[Task], sources: Iterable[str]) -> Iterator[Examined | None]:
        """What comes of the tasks, in their order; the ``sources`` are those of all of them."""
        left = sum(map(self._cost, sources))
        many = left if self.alone or cores() == 1 else FEW
        read = 0
        for task in tasks:
            yield (found := self.here(task))
            cost = self._cost(task.source)
            left -= cost
            read += cost if found and found.reading else 0
            if read >= many and left >= many:
                break
        for result in mapped(self.elsewhere, self._batches(tasks)):
            yield self.here(result) if isinstance(result, Task) else result

    def _cost(self, source: str) -> int:
        """How much there is to do about a file, by its name: as much as to read so many texts."""
        return CONVERSION if self.waits and is_converted(source) else 1

    def _batches(self, tasks: Iterable[Task]) -> Iterator[Sequence[Task]]:
        """The tasks as they are handed over."""
        batch: list[Task] = []
        cost = 0
        for task in tasks:
            batch.append(task)
            cost += self._cost(task.source)
            if cost >= _AT_ONCE:
                yield batch
                batch, cost = [], 0
        if batch:
            yield batch
