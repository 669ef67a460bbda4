"""Obstacles: what is in the way of listing a folder, or of reading a file in it, as far as looking at it tells."""

from __future__ import annotations

import os
import stat

from feedsrv.errors import PublishingFailed
from feedsrv.files.kinds import is_release_name
from feedsrv.files.opening import A_LINK, NOT_A_FILE
from feedsrv.problem import Problem, Severity


def mode(entry: os.DirEntry[str]) -> int:
    """What kind of file an entry is, 0 where that cannot be told."""
    try:
        return stat.S_IFREG if entry.is_file(follow_symlinks=False) else entry.stat(follow_symlinks=False).st_mode
    except OSError:
        return 0


def obstacle(path: str, mode: int) -> Problem | None:
    """Why a file is not read, although its name is that of a release, or cannot be named."""
    if problem := _unspeakable(path):
        return problem
    if is_release_name(path):
        if stat.S_ISLNK(mode):
            return Problem(path, 0, *A_LINK, Severity.ERROR, "link")
        if mode and not stat.S_ISREG(mode):  # what is gone, or cannot be told: whoever opens it will say so
            return Problem(path, 0, *NOT_A_FILE, Severity.ERROR, "not-a-file")
    return None


def _unspeakable(path: str) -> Problem | None:
    """What is to be said of a file whose name no text can hold."""
    try:
        path.encode("utf8")
    except UnicodeEncodeError:
        shown = path.encode("utf8", "backslashreplace").decode("utf8")
        return Problem(shown, 0, "the name of this file is not UTF-8", "rename it", Severity.ERROR, "name")
    return None


def refusal(error: OSError) -> PublishingFailed:
    """What is raised where a folder cannot be listed."""
    return PublishingFailed(f"{error.filename} cannot be read: {error.strerror}; nothing was published")
