"""Originals: files of the folder, and the bytes of them that are served."""

from __future__ import annotations

import errno
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO
from zipfile import BadZipFile, ZipFile

from feedsrv.files import metadata
from feedsrv.files.metadata.traces import Untreatable
from feedsrv.files.opening import TRACES, opened

LARGEST_FILE = 100_000_000
"""Bytes."""

_BROKEN = (BadZipFile, KeyError, NotImplementedError, RuntimeError, EOFError, zlib.error)
"""What is raised for an archive that is another than when it was looked at."""


@dataclass(frozen=True, slots=True)
class Original:
    """A file that belongs to a release, or a picture within its document, which is a ``member`` of that archive."""

    path: Path
    member: str = ""

    def served(self) -> Iterator[bytes]:
        """Its bytes, those of a picture or a film without what it tells of place, camera and owner.

        Raises OSError for what cannot be read, or is a picture or a film that must not be served; see
        `feedsrv.files.opening.in_words`.
        """
        with opened(self.path) as whole, _member(whole, self.member) as file:
            try:
                yield from metadata.served(file)
            except Untreatable as error:
                raise OSError(errno.ENOTSUP, *TRACES) from error


@contextmanager
def _member(file: IO[bytes], name: str) -> Iterator[IO[bytes]]:
    """A member of the archive that a file is; without a name the file itself. Raises OSError for a damaged one."""
    if not name:
        yield file
        return
    try:
        with ZipFile(file) as archive, archive.open(name) as member:
            yield member
    except _BROKEN as error:
        raise OSError(errno.EIO, "it is damaged within its document") from error
