"""Batches: documents on their way into segments, a segment a batch, in as many processes as there are cores.

Where a batch ends depends on the documents alone, so that an index is the same however many processes made it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import msgspec
from whoosh.codec.base import Segment

from feedsrv.newsroom import Newsroom
from feedsrv.processes import Processes
from feedsrv.release import from_json
from feedsrv.search.documents import Facts, document
from feedsrv.search.whoosh import codec
from feedsrv.search.whoosh.documents import schema
from feedsrv.search.whoosh.inverted import Gathered

LARGEST = 4096
"""Documents of a segment that is written at once; what they say is held in memory meanwhile."""

_SPOOL = "spool-"


@dataclass(frozen=True, slots=True)
class Written:
    """A segment that was written, with what is known of its documents, in the order of their numbers."""

    segment: Segment
    _facts: bytes

    def facts(self) -> list[Facts]:
        """What is known of each document; in few bytes until it is asked for."""
        return msgspec.msgpack.decode(self._facts, type=list[Facts])


@dataclass(slots=True)
class Batches:
    """Gathers records and has them written as segments into a folder."""

    folder: Path
    newsroom: Newsroom
    _records: list[bytes] = field(default_factory=list)
    _written: list[Callable[[], Written]] = field(default_factory=list)
    _stack: ExitStack = field(default_factory=ExitStack)
    _processes: Processes[Path, Written] | None = None

    def add(self, record: bytes) -> None:
        """Let a release or withdrawal, as JSON on one line, be in a segment."""
        self._records.append(record)
        if len(self._records) == LARGEST:
            self._write_elsewhere()

    def finish(self) -> list[Written]:
        """All segments, in the order in which their records were added."""
        last = [write(self.folder, self._records, self.newsroom)] if self._records else []
        written = [answer() for answer in self._written] + last
        self.close()
        self._records, self._written = [], []
        return written

    def close(self) -> None:
        """Let nothing be under way any more."""
        self._stack.close()
        self._processes = None

    def _write_elsewhere(self) -> None:
        if self._processes is None:
            self._processes = self._stack.enter_context(Processes(partial(_write_spooled, newsroom=self.newsroom)))
        spool = self.folder / f"{_SPOOL}{len(self._written)}"
        spool.write_bytes(b"\n".join(self._records))
        self._records = []
        self._written.append(self._processes.submit(spool))


def _write_spooled(spool: Path, newsroom: Newsroom) -> Written:
    written = write(spool.parent, spool.read_bytes().split(b"\n"), newsroom)
    spool.unlink()  # until then it is there for another to try again
    return written


def write(folder: Path, records: Iterable[bytes], newsroom: Newsroom) -> Written:
    """Write one segment of these records."""
    fields = schema()
    indexed = {name: field for name, field in fields.items() if field.indexed}
    gathered = {name: Gathered(has_places=field.format.supports("positions")) for name, field in indexed.items()}
    found, kept = [], []
    for record in records:
        facts, words = document(from_json(record), record, newsroom)
        for name, terms in gathered.items():
            terms.add(words.get(name, ()))
        found.append(facts)
        kept.append(record)
    postings = ((name, gathered.pop(name).field()) for name in list(gathered))
    return Written(codec.write(folder, kept, postings, len(kept)), msgspec.msgpack.encode(found))
