"""Settling: which files of the folder are being written, and which have come to rest.

Nothing tells when whoever writes a file is done with it. It is taken to be when its size, its times and its content
have been the same for `SETTLED`. Times alone would not do, for copies keep those of the original and files that are
mapped into memory are written without them.
"""

from __future__ import annotations

import os
import stat
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence, Set
from contextlib import suppress
from dataclasses import dataclass, field
from hashlib import file_digest
from math import inf
from pathlib import Path, PurePosixPath
from time import monotonic, sleep, time

from feedsrv.files.kinds import is_worth_entering, is_worth_noticing
from feedsrv.files.opening import opened
from feedsrv.files.original import LARGEST_FILE
from feedsrv.problem import Problem

SETTLED = 1.2
"""Seconds for which nothing of a file may have changed: a writer may pause for one, and timers are late."""

STEP = 0.2
"""Seconds between two looks at files that are being written."""

PATIENCE = 10.0
"""Seconds after which it is said of a file that it is still being written."""

_RECENT = 60.0  # seconds; a file that changed no later than this may be being written

Signature = tuple[int, ...]
"""What is another when a file was written, as far as the file system tells: mode, inode, size, and its times."""


@dataclass(frozen=True, slots=True)
class Unsettled:
    """The files and folders that were being written ``at`` a moment, and those of them that had been for long.

    They are paths in the folder; the moment is in seconds since the epoch.
    """

    paths: frozenset[str] = frozenset()
    growing: frozenset[str] = frozenset()
    at: float = inf

    def __contains__(self, path: str) -> bool:
        """Whether a file, or a folder that it lies in, is being written."""
        return bool(self.paths) and (path in self.paths or not self.paths.isdisjoint(_above(path)))

    def has_begun(self, path: Path) -> bool:
        """Whether somebody has begun to write this file since, or just before, so that nobody was told yet.

        One that is said to have changed in the future has not.
        """
        if self.at == inf or (found := signature(path)) is None:
            return False
        return self.at - SETTLED < found[-1] / 1e9 <= time()

    def problems(self) -> Iterator[Problem]:
        """What is to be said of files that do not come to rest."""
        for path in sorted(self.growing):
            what = "this is still being written, and is read when it has not changed for a second"
            yield Problem(path, 0, what, "write it under a name that ends in .part, then rename it", kind="unsettled")


ALL_SETTLED = Unsettled()


@dataclass(slots=True)
class _Look:
    """How a file was found: its ``signature`` for so long, its content (``digest``) from the second look on."""

    signature: Signature | None
    since: float
    first: float
    digest: str | None = None

    @property
    def has_come(self) -> bool:
        """Whether it was there at some time."""
        return self.signature is not None or self.since > self.first

    def has_grown_for(self, seconds: float) -> bool:
        """Whether it has been seen to change, and not come to rest for so long."""
        return self.since > self.first and monotonic() - self.first > seconds


@dataclass(slots=True)
class Settling:
    """Keeps an eye on the files of a folder that may be being written."""

    folder: Path
    _looks: dict[str, _Look] = field(default_factory=dict)
    _patience: float = PATIENCE

    @property
    def unsettled(self) -> Unsettled:
        """The files that have not come to rest."""
        growing = frozenset(path for path, look in self._looks.items() if look.has_grown_for(self._patience))
        return Unsettled(frozenset(self._looks), growing, time())

    def survey(self, below: str = "") -> None:
        """Take note of all files that changed in the last minute, or in the future: clocks differ."""
        recently = (time() - _RECENT) * 1e9
        self._take(
            path for path, (*_, written, changed) in signatures(self.folder, below) if max(written, changed) > recently
        )

    def notice(self, paths: Iterable[str]) -> None:
        """Take note of what was told to have changed; of a folder, that all in it may have."""
        worthwhile = [path for path in paths if all(map(is_worth_noticing, PurePosixPath(path).parts))]
        self._take(worthwhile)
        for path in worthwhile:
            if (self.folder / path).is_dir():
                self.survey(path)

    def look(self) -> frozenset[str]:
        """Look again at what is being written; returns what has come to rest since the last look.

        What changed at the same time comes to rest together. One that has gone and one that has come may be the same,
        also where that was written to since: the one waits for the other, but not for what grows and grows.
        """
        resting = {path: look for path, look in self._looks.items() if self._is_at_rest(path, look)}
        changing = sorted(look.since for path, look in self._looks.items() if path not in resting)
        settled = {path for path, look in resting.items() if not _is_near(look.since, changing)}
        while waiting := set(self._waiting(settled)):
            settled -= waiting
        for path in settled:
            del self._looks[path]
        return frozenset(settled)

    def _waiting(self, settled: Set[str]) -> Iterator[str]:
        """Those of them that have gone when another came that has not settled; it may have gone on to a third name."""
        others = [look for path, look in self._looks.items() if path not in settled]
        came = sorted(look.first for look in others if look.has_come and not look.has_grown_for(self._patience))
        for path in settled:
            look = self._looks[path]
            if look.signature is None and _is_near(look.since, came):
                yield path

    def wait(self) -> None:
        """Wait until all files have come to rest but those that go on changing for half of `PATIENCE`."""
        self._patience = PATIENCE / 2
        self.survey()
        while not all(look.has_grown_for(self._patience) for look in self._looks.values()):
            sleep(STEP)
            self.look()

    def _take(self, paths: Iterable[str]) -> None:
        now = monotonic()
        for path in paths:
            if path not in self._looks:
                self._looks[path] = _Look(signature(self.folder / path), now, now)

    def _is_at_rest(self, path: str, look: _Look) -> bool:
        now, found = monotonic(), signature(self.folder / path)
        if found != look.signature:
            look.signature, look.since, look.digest = found, now, None
        elif look.digest is None:
            look.digest = _digest(self.folder / path, found)
        elif now - look.since >= SETTLED:
            digest = _digest(self.folder / path, found)
            if digest == look.digest:
                return True
            look.since, look.digest = now, digest
        return False


def _is_near(moment: float, others: Sequence[float]) -> bool:
    """Whether one of the others, which are sorted, is at about the same time."""
    first = bisect_left(others, moment - 2 * STEP)
    return first < len(others) and others[first] <= moment + 2 * STEP


def signatures(folder: Path, below: str = "") -> Iterator[tuple[str, Signature]]:
    """The files that may be releases or belong to one, by their paths in the folder, with their signatures."""
    root = folder.as_posix()
    for parent, folders, names in os.walk(f"{root}/{below}".rstrip("/")):
        folders[:] = filter(is_worth_entering, folders)
        within = f"{parent[len(root) + 1 :]}/".lstrip("/")
        for name in filter(is_worth_noticing, names):
            if found := signature(f"{parent}/{name}"):
                yield within + name, found


def signature(path: str | Path) -> Signature | None:
    """The signature of a file, or of a link itself; None where there is nothing."""
    try:
        status = os.lstat(path)
    except OSError:
        return None
    return status.st_mode, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns


def _digest(path: Path, found: Signature | None) -> str:
    """The content of a file as a SHA-256; "" for what is none, cannot be read, or is left out anyway."""
    if found and stat.S_ISREG(found[0]) and found[2] <= LARGEST_FILE:
        with suppress(OSError), opened(path) as file:
            return file_digest(file, "sha256").hexdigest()
    return ""


def _above(path: str) -> Iterator[str]:
    """The folders that a file lies in."""
    while (end := path.rfind("/")) > 0:
        path = path[:end]
        yield path
