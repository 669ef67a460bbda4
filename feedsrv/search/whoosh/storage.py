"""A storage that maps the files of a generation into memory, all at once.

Whoosh's own storage reads files with a seek and a read a probe, opens some of them only when they are needed,
and loses them when their folder goes. Mapped files are shared between threads and processes, stay readable after
their folder is gone, and need no descriptor each: 1.2 ms to open 20,000 documents, prefixes 3 to 5 times faster.

Whoosh has no checksums, and unpickles much of what it reads: its table of contents, the values of terms, blocks of
postings. So every block of a file is compared with what was published before anything of it is used.
"""

# ruff: noqa: D102 - the methods are those of Whoosh's Storage, which says what they are

from __future__ import annotations

import mmap
import os
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
    """Files of one folder, read-only; ``known`` are the checksums of each, None for one that is just being made.

    Raises IndexUnavailable, here and wherever they are read, if one is not what was published.
    """

    readonly = True

    def __init__(self, folder: Path, known: Mapping[str, Checksums | None]) -> None:
        self._files = {name: _Mapped(folder / name, checksums) for name, checksums in known.items()}

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
        return _MappedFile(self._files[name], name)


class BuildingStorage(FileStorage):  # type: ignore[misc]
    """The folder of a generation in the making; what it has of the one before is read as `MappedStorage` reads it.

    Else what is damaged would be merged into new files, and have right checksums there.
    """

    def __init__(self, folder: Path, known: Mapping[str, Checksums]) -> None:
        super().__init__(str(folder))
        self._checksums = known
        self._known = MappedStorage(folder, known)

    def open_file(self, name: str, *args: Any, **kwargs: Any) -> StructFile:
        if self._known.file_exists(name):
            return self._known.open_file(name)
        return super().open_file(name, *args, **kwargs)

    def mapped(self) -> MappedStorage:
        """All there is by now."""
        return MappedStorage(Path(self.folder), {name: self._checksums.get(name) for name in self.list()})


class _Mapped:
    """The bytes of a file, each block compared with its checksum when it is first read."""

    def __init__(self, path: Path, checksums: Checksums | None) -> None:
        self._path = path
        self._checksums = checksums
        with (trust.opened if checksums else _opened)(path) as descriptor, trust.translating_errors(path):
            self._status = os.fstat(descriptor)
            self.size = self._status.st_size
            if checksums and self.size != checksums.size:
                raise IndexUnavailable(f"{path} is not what was published")
            mapping = mmap.mmap(descriptor, 0, access=mmap.ACCESS_READ) if self.size else b""
        self._view = memoryview(mapping)
        self._unseen = self._all()

    def look(self) -> None:
        try:
            status = self._path.stat()
        except OSError:  # it is gone, and outlives its name here
            return
        if status.st_ino == self._status.st_ino and status.st_mtime_ns != self._status.st_mtime_ns:
            if status.st_size < self.size:
                raise IndexUnavailable(f"{self._path} is not what was published")
            self._status, self._unseen = status, self._all()

    def _all(self) -> bytearray:
        return bytearray(b"\1" * -(-self.size // BLOCK) if self._checksums else b"")

    def read(self, start: int, stop: int) -> bytes:
        if self._unseen.find(1, start // BLOCK, (stop - 1) // BLOCK + 1) >= 0:
            self._compare(range(start // BLOCK, min((stop - 1) // BLOCK + 1, len(self._unseen))))
        return self._view[start:stop].tobytes()

    def _compare(self, numbers: range) -> None:
        for number in numbers:
            block = self._view[number * BLOCK : (number + 1) * BLOCK]
            if self._checksums and not self._checksums.is_block(number, block):
                raise IndexUnavailable(f"{self._path} is not what was published")
            self._unseen[number] = 0


@contextmanager
def _opened(path: Path) -> Iterator[int]:
    """A descriptor of a file that is being made, in a folder where nobody else is let in."""
    with path.open("rb") as file:
        yield file.fileno()


class _MappedFile(StructFile):  # type: ignore[misc]
    def __init__(self, mapped: _Mapped, name: str) -> None:
        super().__init__(_Cursor(mapped), name)
        self._mapped = mapped

    def get(self, position: int, length: int) -> bytes:
        return self._mapped.read(position, position + length)


class _Cursor:
    """A position in a file, read like a file."""

    def __init__(self, mapped: _Mapped) -> None:
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
