"""The cache of renderings: documents ready to be sent, each made once a generation and kept while there is room.

Those that are kept are given at once. The others are made by few threads at a time, and few wait for their turn, so
that threads are left for health and for what is kept, whatever is asked by how many.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from hashlib import sha256
from operator import attrgetter
from threading import BoundedSemaphore, Condition, Lock

from cachetools import LRUCache, cachedmethod

from feedsrv.web.codings import CODINGS

ROOM = 64 * 1024 * 1024
"""Bytes of documents that one process keeps."""

AT_ONCE = 2
"""Renderings that are made at the same time: more would take each other's time, for one thread runs at a time."""
WAITING = 12
"""Who waits for a turn, at most; with `AT_ONCE` it leaves two of the threads of gunicorn (`feedsrv.gunicorn_conf`)."""
PATIENCE = 5.0
"""Seconds to wait for a turn."""


class TooBusy(Exception):
    """Too many ask for what has to be made; it is worth asking again."""


_EARLIEST = datetime(1000, 1, 1, tzinfo=UTC)
_SPAN = int((datetime(1582, 1, 1, tzinfo=UTC) - _EARLIEST).total_seconds())


@dataclass(frozen=True, slots=True)
class Rendering:
    """A document in UTF-8 with all that its answers need; ``headers`` are those that are its own.

    ``date`` is another name of its bytes, "" for what has none: see `date_of`.
    """

    body: bytes
    etag: str
    content_type: str
    headers: tuple[tuple[str, str], ...] = ()
    date: str = ""
    _packed: dict[str, bytes] = field(default_factory=dict, repr=False, compare=False)
    _lock: Lock = field(default_factory=Lock, repr=False, compare=False)

    @classmethod
    def of(
        cls, body: bytes, content_type: str, headers: tuple[tuple[str, str], ...] = (), *, is_polled: bool = False
    ) -> Rendering:
        """The rendering of a document; one that feed readers poll has a date.

        The same bytes have the same tag and date on every machine.
        """
        etag = sha256(body).hexdigest()[:24]
        date = date_of(etag) if is_polled else ""
        return cls(body, etag, content_type, headers, date)

    def packed(self, coding: str) -> bytes:
        """The document in one of `CODINGS`, or as it is. It is packed at first use, once however many ask."""
        if not coding:
            return self.body
        with self._lock:
            if coding not in self._packed:
                self._packed[coding] = CODINGS[coding](self.body)
            return self._packed[coding]

    @property
    def size(self) -> int:
        """Bytes that it takes when it is packed, about."""
        return 2 * len(self.body) + 1024


def date_of(etag: str) -> str:
    """A tag as a date of HTTP, for readers that know no tags.

    It says nothing of time, and lies where nobody can take it for that: what compares dates by their order cannot read
    one of a year before 1583. Else libcurl would keep from newsboat what is not dated later than what newsboat has.
    """
    return format_datetime(_EARLIEST + timedelta(seconds=int(etag, 16) % _SPAN), usegmt=True)


class RenderingCache:
    """The renderings that this process keeps, shared between threads; the least recently used make room.

    Those of a generation go when it is no more one of the last two that were asked for: nobody asks for them again.
    """

    def __init__(self, room: int = ROOM) -> None:
        self._kept: LRUCache[tuple[str, str], Rendering] = LRUCache(room, getsizeof=attrgetter("size"))
        self._condition = Condition()
        self._generations = deque[str](maxlen=2)
        self._inside = BoundedSemaphore(AT_ONCE + WAITING)
        self._turns = BoundedSemaphore(AT_ONCE)

    def get(self, generation: str, address: str, render: Callable[[], Rendering]) -> Rendering:
        """What stands at an address in a generation; made now unless it is kept. Many who ask at once wait for one.

        Raises TooBusy where it would have to be made and too many wait already, or it takes too long.
        """
        with self._condition:
            self._note(generation)
            kept = self._kept.get((generation, address))
        if kept:
            return kept
        with self._turn():
            return self._made(generation, address, render)

    @cachedmethod(
        attrgetter("_kept"),
        key=lambda _self, generation, address, _render: (generation, address),
        condition=attrgetter("_condition"),
    )
    def _made(self, generation: str, address: str, render: Callable[[], Rendering]) -> Rendering:
        return render()

    def _note(self, generation: str) -> None:
        if generation not in self._generations:
            self._generations.append(generation)
            for key in [key for key in self._kept if key[0] not in self._generations]:
                del self._kept[key]

    @contextmanager
    def _turn(self) -> Iterator[None]:
        if not self._inside.acquire(blocking=False):
            raise TooBusy
        try:
            if not self._turns.acquire(timeout=PATIENCE):
                raise TooBusy
            try:
                yield
            finally:
                self._turns.release()
        finally:
            self._inside.release()
