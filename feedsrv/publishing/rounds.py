"""Rounds: what is otherwise in the folder than it is remembered, though nobody told, is found out beside all else.

A round reads everything, as a look at all does, but a portion at a time, so that what is told meanwhile does not wait
for its end. It changes nothing: what it finds goes the way of all that was told of, at the end of the round and
together, so that a folder that lost most of its files is not taken for many small changes.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from time import monotonic

from feedsrv.files.catalogue import Catalogue
from feedsrv.files.listing import Contents
from feedsrv.publishing.examination import Examination
from feedsrv.publishing.standing import Standing

PORTION = 0.1
"""Seconds that a portion takes, about."""

_AT_ONCE = 50  # parts of the folder


class Round:
    """A round over a folder that stands so; ``there`` is what was just listed in it.

    ``found`` are the paths that are otherwise than it is remembered, as far as it has come.
    """

    def __init__(self, catalogue: Catalogue, standing: Standing, there: Contents, portion: float = PORTION) -> None:
        self._catalogue = catalogue
        self._portion = portion
        self._left: list[str] = sorted(there.parts())
        self.found: set[str] = standing.contents.unlike(there)

    def go_on(self, standing: Standing, now: datetime) -> bool:
        """Look at the next portion of the folder, as it stands by now; whether there is any left."""
        end = monotonic() + self._portion
        while self._left:
            self.found |= self._unlike(standing, self._left[-_AT_ONCE:], now)
            del self._left[-_AT_ONCE:]
            if monotonic() >= end:
                break
        return bool(self._left)

    def _unlike(self, standing: Standing, parts: Sequence[str], now: datetime) -> set[str]:
        scope = standing.portion(parts)
        examination = Examination(self._catalogue, standing.newsroom, now, scope=scope)
        found = {examined.record.source: examined.record for examined in examination.releases(known=scope.known)}
        releases = {*examination.listing.sources} - examination.attached
        return {source for source in releases if found.get(source) != scope.known.get(source)}
