"""A breaker: where nothing answers, those who would ask are told at once, and do not wait in a row."""

from __future__ import annotations

import logging
from threading import Lock
from time import monotonic

from feedsrv.errors import IndexAway

OPEN_AFTER = 3
"""Requests one after another that failed, after which none is made for a while."""
OPEN_FOR = 1.0
"""Seconds then until the next one, which finds out for all whether there are answers again."""

_log = logging.getLogger(__name__)


class Breaker:
    """Knows whether what is at an address answers, for all threads; says so in the log when that changes."""

    def __init__(self, address: str) -> None:
        self._away = f"the cluster at {address} does not answer"
        self._lock = Lock()
        self._failed, self._closed_until = 0, 0.0

    def admit(self) -> None:
        """Raise IndexAway if nothing is to be asked now."""
        with self._lock:
            if self._failed >= OPEN_AFTER:
                if monotonic() < self._closed_until:
                    raise IndexAway(self._away)
                self._closed_until = monotonic() + OPEN_FOR

    def answered(self) -> None:
        """Note that there was an answer, whatever it said."""
        with self._lock:
            was_open, self._failed = self._failed >= OPEN_AFTER, 0
        if was_open:
            _log.warning("%s: it does again", self._away)

    def failed(self, error: Exception) -> bool:
        """Note that there was none; whether nothing is asked from now on."""
        with self._lock:
            self._failed += 1
            failed = self._failed
            self._closed_until = monotonic() + OPEN_FOR
        if failed == OPEN_AFTER:
            _log.error("%s: %s", self._away, error)
        return failed >= OPEN_AFTER
