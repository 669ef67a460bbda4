"""Originals: files of the folder, and the bytes of them that are served."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from feedsrv.files import metadata
from feedsrv.files.metadata.traces import Untreatable
from feedsrv.files.opening import TRACES, opened

LARGEST_FILE = 100_000_000
"""Bytes."""

_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Original:
    """A file that belongs to a release."""

    path: Path

    def served(self) -> Iterator[bytes]:
        """Its bytes, those of a picture without what it tells of place, camera and owner.

        Raises OSError for what cannot be read, or is a picture that must not be served; see
        `feedsrv.files.opening.in_words`.
        """
        with opened(self.path) as file:
            chunk = file.read(_CHUNK)
            if metadata.is_picture(chunk[: metadata.LENGTH]):
                try:
                    yield metadata.treated(chunk + file.read(LARGEST_FILE))
                except Untreatable as error:
                    raise OSError(errno.ENOTSUP, *TRACES) from error
                return
            while chunk:
                yield chunk
                chunk = file.read(_CHUNK)
