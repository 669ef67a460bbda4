"""What those who poll the feed of a list are shown of it: how many releases, and how far it reaches back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

FEED_SIZE = 50
"""Releases that a feed holds at least, if there are so many: the newest."""
REACH = timedelta(days=7)
"""How far it reaches back from its newest release, however many there are."""
MOST = 200
"""Releases to which that makes it grow."""
MOST_CHARACTERS = 500_000
"""Of bodies, to which that makes it grow: what a reader fetches again and again stays bounded."""
UPDATED = 20
"""Older releases that it holds because they were updated last."""


def is_reached(appeared: datetime | None, newest: Sequence[datetime | None]) -> bool:
    """Whether a release that appeared then stands among the `FEED_SIZE` ``newest``, or within `REACH` of the first."""
    if len(newest) < FEED_SIZE:
        return True
    first, last = newest[0], newest[-1]
    return appeared is not None and (first is None or last is None or appeared >= min(last, first - REACH))
