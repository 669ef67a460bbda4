"""The cache of renderings: documents ready to be sent, each made once a generation and kept while there is room."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from operator import attrgetter
from threading import Condition

from cachetools import LRUCache, cachedmethod

ROOM = 64 * 1024 * 1024
"""Bytes of documents that one process keeps."""


@dataclass(frozen=True, slots=True)
class Rendering:
    """A document in UTF-8 with all that its answers need; ``headers`` are those that are its own."""

    body: bytes
    zipped: bytes
    etag: str
    content_type: str
    headers: tuple[tuple[str, str], ...] = ()

    @classmethod
    def of(cls, body: bytes, content_type: str, headers: tuple[tuple[str, str], ...] = ()) -> Rendering:
        """The rendering of a document. The same bytes have the same tag on every machine."""
        return cls(body, gzip.compress(body, 6, mtime=0), sha256(body).hexdigest()[:24], content_type, headers)

    @property
    def size(self) -> int:
        """Bytes that it takes, about."""
        return len(self.body) + len(self.zipped) + 1024


class RenderingCache:
    """The renderings that this process keeps, shared between threads; the least recently used make room."""

    def __init__(self, room: int = ROOM) -> None:
        self._kept: LRUCache[tuple[str, str], Rendering] = LRUCache(room, getsizeof=attrgetter("size"))
        self._condition = Condition()

    @cachedmethod(
        attrgetter("_kept"),
        key=lambda _self, generation, address, _render: (generation, address),
        condition=attrgetter("_condition"),
    )
    def get(self, generation: str, address: str, render: Callable[[], Rendering]) -> Rendering:
        """What stands at an address in a generation; made now unless it is kept. Many who ask at once wait for one."""
        return render()
