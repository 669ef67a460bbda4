"""Telling: others are told which addresses have changed, a hub of feeds and a cache of all it may hold.

What each has been told is kept in a file beside the index, so that a change is told of once, and none is forgotten
when a process ends or the other is away. Without the file, all is told again.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable, Iterator, Mapping
from http.client import HTTPException
from threading import Event, Thread
from time import monotonic, sleep
from typing import Protocol
from urllib.request import HTTPHandler, HTTPSHandler, OpenerDirector, ProxyHandler, Request

from feedsrv import __version__
from feedsrv.cli.purging import Cache
from feedsrv.cli.websub import Hub
from feedsrv.errors import IndexUnavailable
from feedsrv.search import LAG, SearchIndex, Snapshot
from feedsrv.settings import Settings

PAUSE = 2.0
"""Seconds between two looks at what is published: a burst of publications ends in one round."""

LONGEST_PAUSE = 45.0
"""Seconds after which one that was away is tried again, at the latest: it is told within a minute of its return."""

TIMEOUT = 10.0

_log = logging.getLogger(__name__)

# A director with these handlers alone follows no redirects, knows no other schemes, and raises for no status.
_director = OpenerDirector()
for _handler in (ProxyHandler(), HTTPHandler(), HTTPSHandler()):
    _director.add_handler(_handler)


class Listener(Protocol):
    """One who is told: ``name`` is for messages, ``memory`` the name of the file of what it was told.

    ``again`` is the number of seconds after which it is told once more; 0: never.
    """

    name: str
    memory: str
    again: float

    def states(self, snapshot: Snapshot, known: Iterable[str]) -> Mapping[str, str]:
        """The addresses that it is told of, each with what changes when what is there does; "" for what is gone."""

    def message(self, address: str) -> Request:
        """How it is told that what is at an address has changed."""

    def has_taken(self, status: int) -> bool:
        """Whether an answer to that says that it need not be told again."""


def tellers(index: SearchIndex, settings: Settings) -> list[Teller]:
    """One for each who is to be told, by the settings."""
    listeners: list[Listener] = [Hub(settings)] if settings.hub else []
    listeners += [Cache(settings)] if settings.purge else []
    return [Teller(index, settings, listener) for listener in listeners]


def start_telling(index: SearchIndex, settings: Settings, stop: Event) -> list[Teller]:
    """Tell all of every change, in threads of their own, until ``stop`` is set."""
    started = tellers(index, settings)
    for teller in started:
        Thread(target=teller.run, args=[stop], daemon=True).start()
    return started


class Teller:
    """Keeps one listener informed about one index.

    It counts how often the listener has taken note and failed to, and the addresses that it has still to be told of.
    """

    def __init__(self, index: SearchIndex, settings: Settings, listener: Listener) -> None:
        self.kind = type(listener).__name__.lower()
        self.taken = self.failed = self.pending = 0
        self._index = index
        self._listener = listener
        self._memory = settings.index / listener.memory
        self._generation = ""  # the listener knows all of it
        self._complaint = ""
        self._again: dict[str, float] = {}  # when each address is told of once more

    def run(self, stop: Event) -> None:
        """Tell of every change until ``stop`` is set; ask ever less often while it is not taken."""
        pause = PAUSE
        while not stop.wait(pause):
            pause = PAUSE if self.tell() else min(2 * pause, LONGEST_PAUSE)
            self._tell_again()

    def tell(self) -> bool:
        """Tell of each address that is not as it was when it was told of; whether the listener knows them all now."""
        if self._index.status().published == self._generation:
            return True
        sleep(LAG)  # a hub fetches at once, and from any of the servers
        try:
            snapshot = self._index.snapshot()
        except IndexUnavailable:  # whoever publishes or serves has said so
            return True
        known = self._recall()
        states = self._listener.states(snapshot, known)
        told = {address: known.get(address, "") for address in states}
        changed = [address for address in states if told[address] != states[address]]
        self.pending = len(changed)
        for address in self._taken(changed):
            told[address] = states[address]
            self.pending -= 1
            if self._listener.again:
                self._again[address] = monotonic() + self._listener.again
        if (remembered := {address: state for address, state in told.items() if state}) != known:
            self._remember(remembered)
        if told == states:
            self._generation, self._complaint = snapshot.generation, ""
        return told == states

    def _tell_again(self) -> None:
        due = [address for address, moment in self._again.items() if moment <= monotonic()]
        for address in due:
            del self._again[address]
        list(self._taken(due))  # this was already told: whether it is taken does not matter

    def _taken(self, addresses: Iterable[str]) -> Iterator[str]:
        """Those of the addresses that the listener has taken note of; none after it could not be reached."""
        for address in addresses:
            try:
                status = self._send(self._listener.message(address))
            except (OSError, HTTPException) as error:
                self.failed += 1
                self._complain(f"{self._listener.name} cannot be told of changes: {error}")
                return
            if self._listener.has_taken(status):
                self.taken += 1
                yield address
            else:
                self.failed += 1
                self._complain(f"{self._listener.name} answers {status} when told of {address}")

    def _send(self, request: Request) -> int:
        request.add_header("User-Agent", f"feedsrv/{__version__}")
        with _director.open(request, timeout=TIMEOUT) as answer:
            status: int = answer.status
            return status

    def _complain(self, complaint: str) -> None:
        """Log what is wrong, once until all is well again."""
        if not self._complaint:
            _log.error("%s; it is tried again", complaint)
        self._complaint = complaint

    def _recall(self) -> dict[str, str]:
        try:
            return dict(json.loads(self._memory.read_text("utf8")))
        except (OSError, ValueError, TypeError):
            return {}

    def _remember(self, told: Mapping[str, str]) -> None:
        temporary = self._memory.with_suffix(".new")
        try:
            temporary.write_text(json.dumps(told, indent=1), "utf8")
            temporary.replace(self._memory)
        except OSError as error:
            self._complain(f"{self._memory} cannot be written: {error}")
