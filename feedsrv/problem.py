"""A problem: what is wrong with a file, where, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from feedsrv.printable import printable


class Severity(StrEnum):
    """How much a problem costs its release."""

    ERROR = "error"  # the release is not public because of it
    WARNING = "warning"  # the release is public, and not as it should be
    NOTE = "note"  # how feedsrv read something that leaves a choice, or why a release is not public


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to mend in one file; ``line`` counts from 1, 0 where no line can be named.

    ``kind`` is a short name that stays the same whatever the words say of this one file, "" where there is none yet.
    """

    path: str
    line: int
    what: str
    remedy: str = ""
    severity: Severity = Severity.WARNING
    kind: str = ""

    def at(self, path: str) -> Problem:
        """The same with another path, as somebody would type it."""
        return replace(self, path=path)

    @property
    def place(self) -> str:
        """The path, and the line where there is one, as editors and terminals understand it."""
        path = printable(self.path)
        return f"{path}:{self.line}" if self.line else path

    def __str__(self) -> str:
        return f"{self.place}: {printable(self.what)}" + (f"; {printable(self.remedy)}" if self.remedy else "")
