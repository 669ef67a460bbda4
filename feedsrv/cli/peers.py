"""Peers: the other machines with the same folder, which are asked what they publish, so that none behind them answers.

The files reach each machine in their own time. Each remembers when files last made a difference to what it publishes,
and two that publish the same agree on the later moment. A machine is behind if a peer that is ready publishes something
else, and has the later moment. What a machine publishes while it is behind is on the way to where that peer is, and is
nothing new: only in step does it take the time of a change. So

* of all that are ready, one at least is behind nobody, whatever happens to the others and to their clocks;
* one that comes back, or begins, is behind until it has what a peer has;
* what time does alone, such as an embargo that ends, or another version of feedsrv, puts nobody behind.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from http.client import HTTPException
from threading import Event, Lock
from urllib.request import HTTPHandler, HTTPSHandler, OpenerDirector, Request

from feedsrv.errors import PublishingFailed
from feedsrv.publishing import Summary
from feedsrv.search import Edition, SearchIndex, digest_in
from feedsrv.settings import Settings

PAUSE = 2.0
"""Seconds between two looks at the peers: so much later a machine knows that it is behind, at most."""

LEASE = timedelta(seconds=15)
"""How long what was found holds: a machine whose publisher is gone is in step no longer than that."""

MOST_AHEAD = timedelta(seconds=60)
"""A moment further in the future is that of a clock that is wrong, and tells nothing."""

LONG_AGO = datetime.min.replace(tzinfo=UTC)
"""The moment of an edition of which nobody else has said that it is right."""
AGREED = LONG_AGO + datetime.resolution
"""That of one that is right, and has not changed since somebody said so."""

TIMEOUT = 1.0
_LONGEST = 1_000  # bytes of an answer

_log = logging.getLogger(__name__)

_director = OpenerDirector()  # it follows no redirects, heeds no proxies, and raises for no status
for _handler in (HTTPHandler(), HTTPSHandler()):
    _director.add_handler(_handler)


class Peers:
    """Keeps word of whether this machine is in step with its peers. ``clock`` tells the moment, aware."""

    def __init__(self, index: SearchIndex, settings: Settings, clock: Callable[[], datetime]) -> None:
        self._index = index
        self._addresses = settings.peers
        self._clock = clock
        self._lock = Lock()
        self._edition = index.status().edition or Edition("", LONG_AGO)
        self._seen = ""  # what was published when it was last looked at
        self._ahead = ""  # the address of one that is
        self._silent = frozenset[str]()

    def run(self, stop: Event) -> None:
        """Look every few seconds until ``stop`` is set."""
        while not stop.wait(PAUSE):
            self.look()

    def look(self) -> None:
        """Ask all of them, and leave word of what follows."""
        now = self._clock()
        found = {address: edition for address, edition in self._ask() if edition.changed <= now + MOST_AHEAD}
        with self._lock:
            mine = self._edition = self._agreed(found.values())
            ahead = next((address for address, edition in found.items() if is_newer(edition, mine)), "")
            self._tell(ahead)
            self._leave_word(now)

    def note(self, summary: Summary) -> None:
        """A run has ended: what is published may be another edition."""
        with self._lock:
            before, now = self._edition, self._clock()
            digest = digest_in(self._index.status().published or "")
            if digest == before.digest:
                return
            changed = before.changed
            if before.digest and summary.is_edited and not self._ahead:
                changed = max(now, changed + datetime.resolution)
            self._edition = Edition(digest, changed)
            self._leave_word(now)

    def _agreed(self, found: Collection[Edition]) -> Edition:
        """The edition of this machine, with what those add to it that publish the same, or that there are no others."""
        before, published = self._seen, digest_in(self._index.status().published or "")
        self._seen = published
        mine = self._edition
        if mine.digest != published == before:  # somebody else has published here, and no run tells of it
            mine = Edition(published, mine.changed)
        same = [edition.changed for edition in found if edition.digest == mine.digest]
        if mine.digest and (same or not found):
            mine = Edition(mine.digest, max(mine.changed, *same, AGREED))
        return mine

    def _ask(self) -> Iterator[tuple[str, Edition]]:
        """What each of those publishes that are ready."""
        silent = set[str]()
        for address in self._addresses:
            request = Request(f"{address}/health/ready")  # noqa: S310 - the settings know http and https alone
            try:
                with _director.open(request, timeout=TIMEOUT) as answer:
                    if answer.status == HTTPStatus.OK:
                        yield address, _stated(answer.read(_LONGEST))
            except (OSError, HTTPException, ValueError, TypeError, LookupError, RecursionError) as error:
                silent.add(address)
                if address not in self._silent:
                    _log.warning("the peer %s cannot be asked what it publishes: %s", address, error)
        self._silent = frozenset(silent)

    def _tell(self, ahead: str) -> None:
        """Log whether another is ahead, when that is no longer as it was."""
        if ahead and not self._ahead:
            _log.warning("%s publishes what has not reached this machine yet, which is not ready until then", ahead)
        elif self._ahead and not ahead:
            _log.info("no peer is ahead of this machine any more")
        self._ahead = ahead

    def _leave_word(self, now: datetime) -> None:
        until = LONG_AGO if self._ahead else now + LEASE
        try:
            self._index.set_in_step(self._edition, until)
        except PublishingFailed as error:
            _log.error("no word of the peers: %s", error)


def is_newer(other: Edition, mine: Edition) -> bool:
    """Whether another edition is newer than mine; of two that say the same, or came at the same time, neither is."""
    return other.digest != mine.digest and other.changed > mine.changed


def _stated(answer: bytes) -> Edition:
    """The edition that a peer tells of at /health/ready. Raises ValueError, TypeError or LookupError for nonsense."""
    told = json.loads(answer)
    changed = datetime.fromisoformat(told["changed"]) if "changed" in told else LONG_AGO
    if not changed.tzinfo:
        raise ValueError("the moment has no time zone")
    return Edition(digest_in(str(told["generation"])), changed)


def peers(index: SearchIndex, settings: Settings, clock: Callable[[], datetime]) -> Sequence[Peers]:
    """Those whom the settings name, asked once, so that what is published first is known to be new or not."""
    if not settings.peers:
        with suppress(PublishingFailed):  # whoever publishes says why
            index.set_in_step(None, LONG_AGO)
        return ()
    asked = Peers(index, settings, clock)
    asked.look()
    return (asked,)
