"""Conversions: documents that are converted while all else goes on.

Whoever asks for the text of a document is told that it is pending, and asks again when its conversion has ended. So
a document that takes a minute delays itself, and nothing else.
"""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from functools import partial
from subprocess import Popen
from types import TracebackType

from feedsrv.errors import ConversionPending
from feedsrv.readers.formats import documents
from feedsrv.readers.formats.documents import CONVERTED, Found, Key

AT_ONCE = 4
"""Conversions that are under way at once, whatever the cores: most that are slow are not slow for long."""


@dataclass(slots=True)
class _Conversion:
    """One that is under way, and the sources that wait for it."""

    future: Future[Found]
    sources: set[str] = field(default_factory=set)

    def keep(self, key: Key) -> None:
        """Remember what came of it, unless it could not be: that is no verdict on a document."""
        if self.future.exception() is None:
            CONVERTED[key] = self.future.result()


class Conversions:
    """Converts documents, ``most`` at once, and keeps nobody waiting; see `feedsrv.readers.formats.documents.Convert`.

    In another process it converts nothing: who asks there is told to ask here. Children end with it.
    """

    def __init__(self, most: int = AT_ONCE) -> None:
        self._most = most
        self._under_way: dict[Key, _Conversion] = {}
        self._turned_away: dict[str, None] = {}  # sources for which there was no room, in their order
        self._threads = ThreadPoolExecutor(AT_ONCE)  # each waits for one child
        self._children: set[Popen[bytes]] = set()

    def __reduce__(self) -> tuple[type[Conversions], tuple[int]]:
        return Conversions, (0,)

    def __enter__(self) -> Conversions:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        for child in self._children.copy():
            child.kill()
        self._threads.shutdown()

    def __call__(self, source: str, data: bytes) -> Found:
        """What came of a document. Raises ConversionPending as long as nothing did."""
        key = documents.key(source, data)
        if found := CONVERTED.get(key):
            return found
        if key not in self._under_way and len(self._under_way) < self._most:
            self._under_way[key] = _Conversion(self._threads.submit(documents.found_in, key[0], data, self._children))
        if conversion := self._under_way.get(key):
            conversion.sources.add(source)
            self._turned_away.pop(source, None)
        else:
            self._turned_away[source] = None
        raise ConversionPending(source, partial(self._wait, source, data))

    @property
    def pending(self) -> int:
        """How many documents are being converted, or wait for their turn."""
        return len(self._under_way) + len(self._turned_away)

    def ended(self) -> frozenset[str]:
        """The sources that are to ask again: their conversion has ended, or there is room for it by now."""
        ended = self._take_over()
        for source in [*self._turned_away][: self._most - len(self._under_way)]:
            del self._turned_away[source]
            ended.add(source)
        return frozenset(ended)

    def _wait(self, source: str, data: bytes) -> None:
        """Let a document be converted before anything else is done. Raises OSError where that cannot be."""
        key = documents.key(source, data)
        if conversion := self._under_way.get(key):
            wait([conversion.future])
            conversion.keep(key)
        documents.converted(source, data)

    def _take_over(self) -> set[str]:
        """Remember what came of the conversions that have ended; returns who waits for it."""
        ended = [key for key, conversion in self._under_way.items() if conversion.future.done()]
        waiting = set[str]()
        for key in ended:
            conversion = self._under_way.pop(key)
            conversion.keep(key)
            waiting |= conversion.sources
        return waiting
