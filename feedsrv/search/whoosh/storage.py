"""A storage that maps the files of a generation into memory, all at once.

Whoosh's own storage reads files with a seek and a read a probe, opens some of them only when they are needed,
and loses them when their folder goes. Mapped files are shared between threads and processes, and stay readable after
their folder is gone: 1.2 ms to open 20,000 documents, prefixes 3 to 5 times faster. What is long and seldom asked for,
postings and documents, is copied from the file instead: of a mapping the system brings up to two megabytes into the
memory of the process for each byte that is looked at.

Whoosh has no checksums, and unpickles much of what it reads: its table of contents, the values of terms, blocks of
postings. So every block of a file is compared with what was published before anything of it is used.
"""

# ruff: noqa: D102 - the methods are those of Whoosh's Storage, which says what they are

from __future__ import annotations

import mmap
import os
import weakref
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from whoosh.filedb.filestore import FileStorage, Storage
from whoosh.filedb.structfile import StructFile

from feedsrv.errors import IndexUnavailable
from feedsrv.search import trust
from feedsrv.search.checksums import BLOCK, Checksums


class MappedStorage(Storage):  # type: ignore[misc]  # Whoosh's classes are untyped where they come from
    """Files by their names, read-only. Raises IndexUnavailable wherever they are read, if one is not as published."""

    readonly = True

    def __init__(self, files: Mapping[str, Mapped]) -> None:
        self._files = files

    @classmethod
    def of(
        cls, folder: Path, known: Mapping[str, Checksums | None], before: MappedStorage | None = None
    ) -> MappedStorage:
        """The files of a folder; ``known`` are the checksums of each, None for one that is just being made.

        What is a link to a file that ``before`` has mapped is not mapped, and not compared, a second time.
        Raises IndexUnavailable if one is not what was published.
        """
        return cls(
            {
                name: (before and before.again(name, folder, checksums)) or Mapped(folder / name, checksums)
                for name, checksums in known.items()
            }
        )

    def part(self, beginning: str) -> MappedStorage:
        """The files whose names begin so: who keeps it keeps nothing else of the generation."""
        return MappedStorage({name: self._files[name] for name in self._files if name.startswith(beginning)})

    def again(self, name: str, folder: Path, checksums: Checksums | None) -> Mapped | None:
        """What is mapped of a file already, if it lies in another folder, too, and is to hold the same there."""
        mapped = self._files.get(name)
        return mapped if mapped and checksums and mapped.is_at(folder / name, checksums) else None

    def mapped(self, name: str) -> Mapped:
        """The bytes of a file."""
        return self._files[name]

    def look(self) -> None:
        """Have compared anew what has been written to since the last look.

        Raises IndexUnavailable where a file was cut off: the process would die of reading what is no longer there.
        """
        for mapped in self._files.values():
            mapped.look()

    def list(self) -> list[str]:
        return list(self._files)

    def __iter__(self) -> Iterator[str]:
        return iter(self._files)

    def file_exists(self, name: str) -> bool:
        return name in self._files

    def file_length(self, name: str) -> int:
        return self._files[name].size

    def open_file(self, name: str, *args: Any, **kwargs: Any) -> StructFile:
        return _OpenFile(self._files[name], name)


class BuildingStorage(FileStorage):  # type: ignore[misc]
    """The folder of a generation in the making; what it has of the one before is read as `MappedStorage` reads it.

    Else what is damaged would be merged into new files, and have right checksums there.
    """

    def __init__(self, folder: Path, known: MappedStorage | None) -> None:
        super().__init__(str(folder))
        self._known = known

    def open_file(self, name: str, *args: Any, **kwargs: Any) -> StructFile:
        if self._known and self._known.file_exists(name):
            return self._known.open_file(name)
        return _OpenFile(self.mapped(name), name)

    def part(self, beginning: str) -> MappedStorage:
        """The files whose names begin so, as they are now."""
        return MappedStorage({name: self.mapped(name) for name in self.list() if name.startswith(beginning)})

    def mapped(self, name: str) -> Mapped:
        """The bytes of a file."""
        if self._known and self._known.file_exists(name):
            return self._known.mapped(name)
        return Mapped(Path(self.folder, name), None)


class Mapped:
    """The bytes of a file, each block compared with its checksum when it is first read."""

    def __init__(self, path: Path, checksums: Checksums | None) -> None:
        self.path = path
        self._checksums = checksums
        with (trust.opened if checksums else _opened)(path) as descriptor, trust.translating_errors(path):
            self._status = os.fstat(descriptor)
            self.size = self._status.st_size
            if checksums and self.size != checksums.size:
                raise IndexUnavailable(f"{path} is not what was published")
            self._mapping = mmap.mmap(descriptor, 0, access=mmap.ACCESS_READ) if self.size else None
            self._descriptor = os.dup(descriptor)
        weakref.finalize(self, os.close, self._descriptor)
        self.memory = memoryview(self._mapping or b"")
        """What is cut off from the file must not be looked at any more, see `look`."""
        self.version = 0
        """Another one whenever somebody has written to the file: then all of it is compared anew."""
        self._unseen = self._all()

    def release(self) -> None:
        """Take it out of the memory of this process; the system may go on keeping it, and gives it back when asked."""
        if self._mapping:
            self._mapping.madvise(mmap.MADV_DONTNEED)

    def is_at(self, path: Path, checksums: Checksums) -> bool:
        """Whether this is the file that is there, and is to hold the same; from then on it is looked at there."""
        with trust.opened(path) as descriptor:
            status = os.fstat(descriptor)
        is_same = status.st_ino == self._status.st_ino and checksums == self._checksums
        if is_same:
            self.path = path
        return is_same

    def look(self) -> None:
        try:
            status = self.path.stat()
        except OSError:  # it is gone, and outlives its name here
            return
        if status.st_ino == self._status.st_ino and status.st_mtime_ns != self._status.st_mtime_ns:
            if status.st_size < self.size:
                raise IndexUnavailable(f"{self.path} is not what was published")
            self._status, self._unseen, self.version = status, self._all(), self.version + 1

    def _all(self) -> bytearray:
        return bytearray(b"\1" * -(-self.size // BLOCK) if self._checksums else b"")

    def read(self, start: int, stop: int) -> bytes:
        """A copy of these bytes. Raises IndexUnavailable if they are not what was published."""
        self.compare(start, stop)
        return self._copied(start, stop)

    def compare(self, start: int, stop: int) -> None:
        """Raise IndexUnavailable if what lies there in ``memory`` is not what was published."""
        if self._unseen.find(1, start // BLOCK, (stop - 1) // BLOCK + 1) >= 0:
            self._compare(range(start // BLOCK, min((stop - 1) // BLOCK + 1, len(self._unseen))))

    def _compare(self, numbers: range) -> None:
        for number in numbers:
            block = self._copied(number * BLOCK, min((number + 1) * BLOCK, self.size))
            if self._checksums and not self._checksums.is_block(number, block):
                raise IndexUnavailable(f"{self.path} is not what was published")
            self._unseen[number] = 0

    def _copied(self, start: int, stop: int) -> bytes:
        try:
            copied = os.pread(self._descriptor, stop - start, start)
        except OSError as error:
            raise IndexUnavailable(f"{self.path} cannot be read: {error.strerror or error}") from error
        if len(copied) < stop - start:
            raise IndexUnavailable(f"{self.path} is not what was published")
        return copied


@contextmanager
def _opened(path: Path) -> Iterator[int]:
    """A descriptor of a file that is being made, in a folder where nobody else is let in."""
    with path.open("rb") as file:
        yield file.fileno()


class _OpenFile(StructFile):  # type: ignore[misc]
    def __init__(self, mapped: Mapped, name: str) -> None:
        super().__init__(_Cursor(mapped), name)
        self._mapped = mapped

    def get(self, position: int, length: int) -> bytes:
        return self._mapped.read(position, position + length)


class _Cursor:
    """A position in a file, read like a file."""

    def __init__(self, mapped: Mapped) -> None:
        self._mapped = mapped
        self._at = 0

    def read(self, size: int = -1) -> bytes:
        start = self._at
        self._at = self._mapped.size if size < 0 else min(start + size, self._mapped.size)
        return self._mapped.read(start, self._at)

    def readline(self) -> bytes:
        line = b""
        while not line.endswith(b"\n") and (byte := self.read(1)):
            line += byte
        return line

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        self._at = offset + {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self._mapped.size}[whence]
        return self._at

    def tell(self) -> int:
        return self._at

    def close(self) -> None:
        """Nothing to do: the mapping belongs to the storage."""
