"""What those who poll the feed of a list are shown of it: how many releases, and how far it reaches back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from feedsrv.release import Release

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


def reached(newest: Sequence[Release]) -> int:
    """How many of the ``newest`` releases, of which there are `MOST` at most, those who poll are shown."""
    first = newest[0].appeared if newest else None
    characters = 0
    for number, release in enumerate(newest):
        characters += len(release.body)
        is_near = first and release.appeared and release.appeared >= first - REACH
        if number >= FEED_SIZE and (not is_near or characters > MOST_CHARACTERS):
            return number
    return len(newest)
