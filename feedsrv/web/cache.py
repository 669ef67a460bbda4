"""Renderings: documents ready to be sent, each made once per generation and kept while there is room."""

from __future__ import annotations

import gzip
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from threading import Lock

ROOM = 64 * 1024 * 1024
"""Bytes of documents that one process keeps."""


@dataclass(frozen=True, slots=True)
class Rendering:
    """A document in UTF-8 with all that its answers need; ``headers`` are those that are its own.

    ``is_past``: it is about what is over, and will hardly change.
    """

    body: bytes
    zipped: bytes
    etag: str
    content_type: str
    headers: tuple[tuple[str, str], ...] = ()
    is_past: bool = False

    @classmethod
    def of(
        cls, body: bytes, content_type: str, headers: tuple[tuple[str, str], ...] = (), *, is_past: bool = False
    ) -> Rendering:
        """The rendering of a document. The same bytes have the same tag on every machine."""
        return cls(body, gzip.compress(body, 6, mtime=0), sha256(body).hexdigest()[:24], content_type, headers, is_past)

    @property
    def size(self) -> int:
        """Bytes that it takes, about."""
        return len(self.body) + len(self.zipped) + 1024


class Renderings:
    """The renderings kept in memory by this process; the least recently used make room."""

    def __init__(self, room: int = ROOM) -> None:
        self._room = room
        self._lock = Lock()
        self._kept: OrderedDict[tuple[str, str], Rendering] = OrderedDict()
        self._in_work: dict[tuple[str, str], Lock] = {}

    def get(self, generation: str, address: str, render: Callable[[], Rendering]) -> Rendering:
        """What stands at an address in a generation; made now unless it is kept. Many who ask at once wait for one."""
        key = generation, address
        with self._lock:
            if kept := self._recent(key):
                return kept
            work = self._in_work.setdefault(key, Lock())
        with work:
            with self._lock:
                if kept := self._recent(key):
                    return kept
            try:
                return self._keep(key, render())
            finally:
                with self._lock:
                    self._in_work.pop(key, None)

    def _recent(self, key: tuple[str, str]) -> Rendering | None:
        if key in self._kept:
            self._kept.move_to_end(key)
        return self._kept.get(key)

    def _keep(self, key: tuple[str, str], rendering: Rendering) -> Rendering:
        with self._lock:
            self._kept[key] = rendering
            self._room -= rendering.size
            while self._room < 0:
                _, oldest = self._kept.popitem(last=False)
                self._room += oldest.size
        return rendering
