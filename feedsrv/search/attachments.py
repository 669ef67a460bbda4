"""The files of releases within a generation, under their digests: taken over from the one before, or copied in."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path

from feedsrv.errors import FileUnreadable
from feedsrv.problem import Problem
from feedsrv.release import Release, Withdrawal
from feedsrv.search.generations import link
from feedsrv.search.manifest import ATTACHMENTS, OWNERS, attachments, digests

_CHUNK = 1 << 20


class Files:
    """The files of the next generation in the making.

    ``base`` is the folder of the one that it starts from. Raises IndexUnavailable if that is not what was published.
    """

    def __init__(self, base: Path | None) -> None:
        self._base = base
        self._of = attachments(base) if base else {}

    def take(self, building: Path, record: Release | Withdrawal, found: Mapping[str, Path]) -> None:
        """Let the files of a release be in it. Raises FileUnreadable for one that is not what its digest says."""
        found_in = record.attachments if isinstance(record, Release) else ()
        wanted = sorted({attachment.digest for attachment in found_in})
        (building / ATTACHMENTS).mkdir(mode=0o700, exist_ok=True)
        for digest in wanted:
            self._take(building / ATTACHMENTS / digest, found.get(digest), record.source)
        self.drop(record.source)
        if wanted:
            self._of[record.source] = wanted

    def drop(self, source: str) -> None:
        """Let what a source had not be in it, unless another has it too."""
        self._of.pop(source, None)

    def finish(self, building: Path) -> None:
        """Have all of them in place, no other, and word of whose they are."""
        folder = building / ATTACHMENTS
        folder.mkdir(mode=0o700, exist_ok=True)
        wanted = digests(self._of)
        for digest in sorted(wanted):
            self._take(folder / digest, None, "")
        for path in folder.iterdir():
            if path.name not in wanted:
                path.unlink()
        (building / OWNERS).write_text(json.dumps(self._of, sort_keys=True, separators=(",", ":")), "utf8")

    def _take(self, target: Path, original: Path | None, source: str) -> None:
        if target.exists():
            return
        published = self._base / ATTACHMENTS / target.name if self._base else None
        if published and published.exists():
            link(published, target)
        elif original is None or not _copy(original, target):
            remedy = "nothing is to be done, it is read again soon; if this stays, look at the disk"
            raise FileUnreadable(Problem(source, 0, "a file of it changed while it was read", remedy))


def _copy(original: Path, target: Path) -> bool:
    """Copy a file; whether it was what the name of the target says, else nothing is left."""
    try:
        descriptor = os.open(original, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return False
    digest = sha256()
    with os.fdopen(descriptor, "rb") as file, target.open("xb") as copy:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
            copy.write(chunk)
    if digest.hexdigest() == target.name:
        return True
    target.unlink()
    return False
