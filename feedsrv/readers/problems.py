"""Problems: the problems met while a file is taken apart, in the order they were met."""

from __future__ import annotations

from feedsrv.errors import FileUnreadable
from feedsrv.problem import Problem, Severity


class Problems:
    """Collects what is wrong with one file."""

    def __init__(self, path: str) -> None:
        self._path = path
        self.found: list[Problem] = []

    def warn(self, line: int, what: str, remedy: str = "") -> None:
        """The release is public, and not as it should be."""
        self.found.append(Problem(self._path, line, what, remedy))

    def note(self, line: int, what: str, remedy: str = "") -> None:
        """How something that leaves a choice was read."""
        self.found.append(Problem(self._path, line, what, remedy, Severity.NOTE))

    def unreadable(self, line: int, what: str, remedy: str) -> FileUnreadable:
        """The error to raise where the file as a whole cannot be read."""
        return FileUnreadable(Problem(self._path, line, what, remedy, Severity.ERROR))
