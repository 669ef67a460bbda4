"""The ledger beside the generations: what the publisher remembers of every file it has seen, a line a publication.

A line holds what is remembered otherwise than before, as JSON by source, behind a seal and the generation that it goes
with. Each seal covers the one before it, so that no line is believed that was changed, or of which one before is lost.
A publication adds a line at the end and flushes it, which costs what has changed and not what there is; where lines
that no longer hold have become most, all is written anew. A line that a process was killed over counts as not written.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import suppress
from hashlib import sha256
from io import BufferedReader
from itertools import islice

import msgspec

from feedsrv.errors import IndexUnavailable
from feedsrv.file_record import FileRecord
from feedsrv.search import trust
from feedsrv.search.generations import Generations

NAME = "ledger"

_OF_A_LINE = 1_000  # records, where all are written
_SPARE = 1_000  # records that may be written more often than once before all is written anew

_Changes = dict[str, FileRecord | None]


class Ledger:
    """The records of all files by source, and the ``generation`` that they go with, "" where nothing is remembered.

    They stay in memory, and are read again, into another mapping, when somebody else has written them. To lose them
    costs time, never truth.
    """

    def __init__(self, generations: Generations) -> None:
        self._generations = generations
        self._path = generations.folder / NAME
        self.records: dict[str, FileRecord] = {}
        self._stamp: tuple[int, ...] | None = None
        self._size, self._spent = 0, 0  # bytes, and records that were written, some of them more often than once
        self._forget()

    def read(self) -> None:
        """Bring this in line with what stands on the disk: what is damaged there, and all behind it, is forgotten."""
        with suppress(OSError):
            if self._stamp and self._stamp == _stamp(self._path.lstat()):
                return
        self._forget()
        with (
            suppress(IndexUnavailable, ValueError),
            trust.opened(self._path) as descriptor,
            trust.translating_errors(self._path),
        ):
            self._stamp = _stamp(os.fstat(descriptor))
            for seal, size, generation, stated in _lines(os.fdopen(descriptor, "rb", closefd=False)):
                self._note(generation, msgspec.json.decode(stated, type=_Changes))
                self._seal, self._size = seal, self._size + size
            self._is_sound = True

    def stamp(self) -> tuple[int, ...]:
        """What is another when somebody has written to it; () where it is not there."""
        with suppress(OSError):
            return _stamp(self._path.lstat())
        return ()

    def distrust(self) -> None:
        """Have all of it written anew: what stands on the disk is not what was written."""
        self._is_sound = False

    def write(self, generation: str, changes: Mapping[str, FileRecord | None], *, is_all: bool) -> None:
        """Remember files as ``changes`` say, None: not any more; ``is_all``: and no others. Raises OSError."""
        if is_all:
            self._write_all(generation, changes)
        elif not self._is_sound or self._spent + len(changes) > 2 * len(self.records) + _SPARE:
            self._write_all(generation, {**self.records, **changes})
        elif changes or generation != self.generation:
            self._add(generation, changes)

    def compared(self) -> Iterator[None]:
        """Read it again, a line at a step. Raises IndexUnavailable if it is not there, or not what was written."""
        with trust.opened(self._path) as descriptor, trust.translating_errors(self._path):
            try:
                for _ in _lines(os.fdopen(descriptor, "rb", closefd=False)):
                    yield
            except ValueError as error:
                raise IndexUnavailable(f"{self._path} is not what was written") from error

    def _write_all(self, generation: str, changes: Mapping[str, FileRecord | None]) -> None:
        kept = self.records  # the same one goes on, for who keeps what follows from it
        kept.clear()
        self._forget()
        self.records = kept
        self._note(generation, changes)
        self._generations.put_beside(NAME, self._stated(generation, self.records))
        self._stamp, self._is_sound = _stamp(self._path.lstat()), True

    def _add(self, generation: str, changes: Mapping[str, FileRecord | None]) -> None:
        before, self._stamp = self._size, None  # whatever interrupts this: it is read again
        descriptor = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC)
        try:
            with os.fdopen(descriptor, "wb", closefd=False) as file:
                file.writelines(self._stated(generation, changes))
            os.fsync(descriptor)
            self._note(generation, changes)
            self._stamp = _stamp(os.fstat(descriptor))
        except BaseException:
            with suppress(OSError):
                os.ftruncate(descriptor, before)
            raise
        finally:
            os.close(descriptor)

    def _stated(self, generation: str, changes: Mapping[str, FileRecord | None]) -> Iterator[bytes]:
        """The lines that state these changes."""
        rest = iter(changes.items())
        part = dict(islice(rest, _OF_A_LINE))
        while True:
            content = b"%s %s\n" % (generation.encode("ascii"), msgspec.json.encode(part))
            self._seal = _seal(self._seal, content)
            self._size += len(self._seal) + 1 + len(content)
            yield b"%s %s" % (self._seal, content)
            if not (part := dict(islice(rest, _OF_A_LINE))):
                return

    def _note(self, generation: str, changes: Mapping[str, FileRecord | None]) -> None:
        self.generation = generation
        self._spent += len(changes) + 1
        for source, record in changes.items():
            if record is None:
                self.records.pop(source, None)
            else:
                self.records[source] = record

    def _forget(self) -> None:
        self.generation = ""
        self.records = {}
        self._stamp, self._is_sound = None, False
        self._seal = b""
        self._size, self._spent = 0, 0


def _lines(file: BufferedReader) -> Iterator[tuple[bytes, int, str, bytes]]:
    """The seal and the size of each line, and what it states. Raises ValueError at one that is not what was written."""
    last = b""
    for line in file:
        seal, _, content = line.partition(b" ")
        if seal != _seal(last, content) or not content.endswith(b"\n"):
            raise ValueError("a seal is broken")
        generation, _, stated = content.partition(b" ")
        yield seal, len(line), generation.decode("ascii"), stated
        last = seal
    if not last:
        raise ValueError("nothing is written")


def _seal(last: bytes, content: bytes) -> bytes:
    return sha256(last + content).hexdigest().encode("ascii")


def _stamp(status: os.stat_result) -> tuple[int, ...]:
    """What is another when somebody has written to a file, or put another in its place."""
    return status.st_dev, status.st_ino, status.st_mode, status.st_uid, status.st_size, status.st_mtime_ns
