"""The files of releases: each lies once beside the generations, by its digest, and goes with the last that has it."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping, Set
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

from feedsrv.appearance import Asset
from feedsrv.errors import AttachmentNotFound, FileUnreadable, IndexUnavailable
from feedsrv.newsroom import Newsroom
from feedsrv.problem import Problem
from feedsrv.release import Attachment, Release
from feedsrv.search import Content, trust
from feedsrv.search.manifest import named

_COPYING = ".copy"
_IS_OURS = re.compile(rf"[0-9a-f]{{64}}({re.escape(_COPYING)})?")


class Whole:
    """Knows which files are what their names say, for all threads: each is read when it is first asked for."""

    def __init__(self) -> None:
        self._known: dict[str, object] = {}  # those that were whole, as they were then

    def insist(self, path: Path) -> Path:
        """The path, or IndexUnavailable for what is not what was published."""
        with trust.translating_errors(path):
            stamp = trust.stamp(path)
        if self._known.get(path.name) != stamp:
            for _ in named(path):
                pass
            self._known[path.name] = stamp
        return path


class Attachments:
    """The folder of the files of all generations.

    ``is_distrusted``: what lies there is compared with its name before it is used.
    """

    def __init__(self, folder: Path, *, is_distrusted: bool) -> None:
        self._folder = folder
        self._is_distrusted = is_distrusted

    def take(self, source: str, digests: Set[str], found: Mapping[str, Content]) -> None:
        """Have the files of a source there. Raises FileUnreadable for one that is not what its digest says."""
        for digest in sorted(digests):
            self._folder.mkdir(mode=0o700, exist_ok=True)
            target, original = self._folder / digest, found.get(digest)
            if not self._is_there(target) and (original is None or not _copy(original, target)):
                remedy = "nothing is to be done, it is read again soon; if this stays, look at the disk"
                raise FileUnreadable(Problem(source, 0, "a file of it changed while it was read", remedy))

    def prune(self, listed: Iterable[str]) -> None:
        """Let no other files be there."""
        kept = set(listed)
        with suppress(FileNotFoundError):
            for path in self._folder.iterdir():
                if path.name not in kept:
                    path.unlink()

    def _is_there(self, path: Path) -> bool:
        if not path.is_symlink() and path.exists():
            if not self._is_distrusted:
                return True
            with suppress(IndexUnavailable):
                for _ in named(path):
                    pass
                return True
        return False


def is_of_release(name: str) -> bool:
    """Whether a name is one that is given to the files of releases, or to one that is being copied."""
    return bool(_IS_OURS.fullmatch(name))


def attached(folder: Path, release: Release, name: str, *, is_small: bool) -> tuple[Attachment, Path]:
    """A file of a release, or its thumbnail if it has one, and where it lies. Raises AttachmentNotFound."""
    for attachment in release.attachments:
        if attachment.name == name:
            wanted = (attachment.thumbnail if is_small else None) or attachment
            return wanted, folder / wanted.digest
    raise AttachmentNotFound(f"the release {release.id!r} has no file {name!r}")


def asset_of(folder: Path, newsroom: Newsroom, name: str) -> tuple[Asset, Path]:
    """A file of the newsroom's appearance, and where it lies. Raises AttachmentNotFound."""
    if asset := newsroom.assets.get(name):
        return asset, folder / asset.digest
    raise AttachmentNotFound(f"the newsroom has no {name!r}")


def _copy(original: Content, target: Path) -> bool:
    """Copy a file; whether it was what the name of the target says, else nothing is changed."""
    digest = sha256()
    copied = target.with_name(f"{target.name}{_COPYING}")
    with copied.open("wb") as copy:
        copied.chmod(0o600)
        for chunk in _chunks(original):
            digest.update(chunk)
            copy.write(chunk)
        copy.flush()
        os.fsync(copy.fileno())
    if digest.hexdigest() != target.name:
        copied.unlink()
        return False
    copied.replace(target)
    return True


def _chunks(original: Content) -> Iterator[bytes]:
    """The bytes of a file, as far as they can be read."""
    with suppress(OSError):
        yield from original.served()
