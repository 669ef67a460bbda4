"""Readers: a release file -> what it says, and where each part of it came from."""

from __future__ import annotations

from datetime import datetime

from feedsrv import ids
from feedsrv.newsroom import Newsroom
from feedsrv.readers import decoding, fields, manuscript, moments, visibility
from feedsrv.readers.complaints import Complaints
from feedsrv.readers.document import Document, Place
from feedsrv.readers.fields import Found
from feedsrv.readers.manuscript import Manuscript
from feedsrv.readers.markup import plain, sanitise
from feedsrv.reading import Origin, Reading
from feedsrv.release import Release

READER_VERSION = 1
"""Part of every fingerprint: raise it when files would be read differently, and all are read again."""
SUFFIXES = manuscript.MARKDOWN | manuscript.HTML | manuscript.PLAIN
"""The endings of release files, in small letters."""
LARGEST_FILE = 5_000_000
"""Bytes."""


def read(source: str, data: bytes, newsroom: Newsroom) -> Reading:
    """What a file says; the same for the same arguments always.

    ``source`` is its path within the folder, with "/". Raises FileUnreadable for a file that is empty, too
    large, no text, or whose front matter cannot be read.
    """
    complaints = Complaints(source)
    if len(data) > LARGEST_FILE:
        raise complaints.unreadable(0, f"it has more than {LARGEST_FILE:,} bytes", "shorten it")
    text = decoding.decode(data, complaints)
    if not text.strip():
        raise complaints.unreadable(0, "it is empty", "write the release, or delete the file")
    return _Reader(manuscript.take_apart(source, text, newsroom, complaints)).reading()


class _Reader:
    """Puts the fields of one release together, and notes where each came from."""

    def __init__(self, taken_apart: Manuscript) -> None:
        self._manuscript = taken_apart
        self._origins: dict[str, Origin] = {}
        self._said: set[Place] = set()  # the lines that have become fields
