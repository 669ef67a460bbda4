"""Work: what one search may cost, counted in steps that are the same on every machine, never in time.

A step is a posting that is decoded, which takes a microsecond or two; all else is counted in such steps. How much a
search may do goes with the size of the newsroom, so that what is usual is whole in a large one too.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

LEAST = 100_000
FOR_EACH_RELEASE = 10
"""Steps of a search: this many for each release of the newsroom, or `LEAST` if that is more."""
TERM = 50
"""Steps to look a term up, beside its postings."""
PLACE = 2
"""Steps to look where a term stands in one text."""
NEAR = 8_000
"""Steps to look through the words of the newsroom for those that are nearly like one."""
TEXTS = 2_000_000
"""Characters of texts in which one search looks for excerpts."""

_EXCERPTS = "the words asked for in some of the texts"


class WorkSpent(Exception):
    """What a search asks for costs more than it has left; nothing that costs is done for it from then on."""


class Work:
    """The work of one search among so many ``releases``: the ``steps`` and the characters of ``texts`` that are left.

    ``left_out`` is what was not done for want of them, in words for whoever asked.
    """

    def __init__(self, releases: int) -> None:
        self.releases = releases
        self.steps = max(LEAST, FOR_EACH_RELEASE * releases)
        self.texts = TEXTS
        self.left_out: list[str] = []

    def pay(self, steps: int) -> None:
        """Take steps off what is left. Raises WorkSpent if these are more, and leaves nothing."""
        if steps > self.steps:
            self.steps = 0
            raise WorkSpent
        self.steps -= steps

    def part(self, text: str) -> str:
        """As much of a text as may be looked at, which is taken off what is left."""
        part = text[: self.texts]
        self.texts -= len(part)
        if len(part) < len(text) and _EXCERPTS not in self.left_out:
            self.left_out.append(_EXCERPTS)
        return part

    @contextmanager
    def or_else(self, left_out: str) -> Iterator[None]:
        """Do it, or leave out what is said, from where the work ends."""
        try:
            yield
        except WorkSpent:
            self.left_out.append(left_out)
