"""The generations of an index: folders that never change once published, and the link that says which is current.

::

    index/
        current -> gen-7-3f9a1c04b2d8    switched atomically; readers look where it points
        gen-7-3f9a1c04b2d8/              manifest.json, newsroom.toml, topics (what these are called), assets (of its
                                         appearance), attachments (the digests of these and of the assets), and the
                                         engine's files in segments/
        files/                           those of the releases (see `feedsrv.search.attachments`)
        gen-6-…/                         the one before, for readers that are still in it
        ledger                           what the publisher remembers of every file (see `feedsrv.search.ledger`)
        published                        how many releases there were last, in case all else is lost
        in-step                          what other machines publish beside this one (see `feedsrv.search.in_step`)
        writer.lock  heartbeat  true-until  languages  degraded  damaged

A generation starts as hard links to the files of the one before, which cost nothing, and is flushed to the disk
before it is named: a power failure leaves the old one or the new one, whole.
"""

from __future__ import annotations

import fcntl
import os
import re
import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from feedsrv.errors import IndexLocked, IndexUnavailable, PublishingFailed
from feedsrv.search import trust
from feedsrv.search.checksums import Checksums, sealed, unsealed
from feedsrv.search.manifest import DIGITS, LISTED, SEGMENTS, Manifest, attachments, compared

KEPT = 2
"""Generations that stay on the disk: the current one and the one that readers may still be in."""

_BUILDING = "building-"
_NAME = re.compile(rf"gen-(\d{{1,15}})-[0-9a-f]{{{DIGITS}}}")
TRUE_UNTIL = "true-until"
_DAMAGED = "damaged"
_LANGUAGES = "languages"


class Generations:
    """The folder that generations live in."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._current = f"{folder}/current"
        self._damaged = f"{folder}/{_DAMAGED}"

    def current(self) -> str | None:
        """The name of the newest published generation; None where there is none."""
        try:
            name = os.readlink(self._current)  # noqa: PTH115 - asked for each request; pathlib takes five times as long
        except OSError:
            return None
        return name if _NAME.fullmatch(name) else None

    def published_at(self) -> datetime | None:
        """When the current generation became so, None if there is none."""
        try:
            return datetime.fromtimestamp(os.lstat(self._current).st_mtime, UTC)
        except (OSError, ValueError, OverflowError):
            return None

    def path(self, name: str) -> Path:
        """The folder of a generation."""
        return self.folder / name

    def manifest(self, name: str) -> Manifest:
        """The manifest of a generation, after making sure that nobody else could have written it.

        Raises IndexUnavailable.
        """
        return Manifest.of(self.path(name))

    def verify(self, name: str) -> None:
        """Compare all of a generation with what was published. Raises IndexUnavailable if it is not."""
        for _ in compared(self.path(name)):
            pass

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Hold the lock of the one writer; the kernel frees it when the process dies.

        Raises IndexLocked at once if somebody else holds it, PublishingFailed if the folder cannot be written.
        """
        lock = self.folder / "writer.lock"
        with self.translating_errors():
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            mode = self.folder.stat().st_mode
            if mode & trust.OTHERS_MAY_WRITE:
                self.folder.chmod(mode & 0o777 & ~trust.OTHERS_MAY_WRITE)
            descriptor = os.open(lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            with self.translating_errors():
                try:
                    fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError as error:
                    raise IndexLocked(
                        f"another process is writing to {self.folder}; wait for it, or stop it"
                    ) from error
            yield
        finally:
            os.close(descriptor)

    @contextmanager
    def translating_errors(self) -> Iterator[None]:
        """Turn the errors of the disk into PublishingFailed, with a sentence that says what to do."""
        try:
            yield
        except PermissionError as error:
            path, user = Path(str(error.filename or self.folder)), trust.user(os.geteuid())
            raise PublishingFailed(
                f"{path} cannot be written by {user}; it belongs to {_owner(path)}: "
                f"run as that user, or give the folder {self.folder} to {user}"
            ) from error
        except OSError as error:
            raise PublishingFailed(f"{self.folder} cannot be written: {error}; what is public stays whole") from error

    def start(self, base: str | None) -> Path:
        """A folder to make the next generation in, with the engine's files of ``base`` linked into it."""
        self._clear_leftovers()
        building = self.folder / f"{_BUILDING}{os.getpid()}"
        segments = building / SEGMENTS
        building.mkdir(mode=0o700)
        segments.mkdir(mode=0o700)
        if base:
            for name in self.manifest(base).segments:
                link(self.path(base) / SEGMENTS / name, segments / name)
        return building

    def publish(
        self,
        building: Path,
        engine: str,
        digest: str,
        counts: Mapping[str, int],
        base: str | None,
        *,
        kept: int = KEPT,
    ) -> str:
        """Make a finished folder the current generation and return its name; all but the newest ``kept`` go."""
        known = self.manifest(base).files if base else {}
        files: dict[str, Checksums] = {}
        for path in sorted(building.rglob("*")):
            relative = path.relative_to(building).as_posix()
            is_taken_over = relative in known and _is_linked(path, self.path(base or "") / relative)
            if path.is_file():
                files[relative] = known[relative] if is_taken_over else Checksums.of(path)
            if not is_taken_over:
                path.chmod(0o700 if path.is_dir() else 0o600)  # whatever the umask of whoever publishes
                _flush(path)
        manifest = Manifest(engine, digest, dict(counts), files).write(building)
        manifest.chmod(0o600)
        for path in (manifest, building):
            _flush(path)
        name = f"gen-{self._next_number()}-{digest[:DIGITS]}"
        building.rename(self.path(name))
        link = self.folder / f"{_BUILDING}link"
        link.unlink(missing_ok=True)
        link.symlink_to(name)
        _flush(self.folder)
        _replace(Path(self._current), link)
        _flush(self.folder)
        (self.folder / _DAMAGED).unlink(missing_ok=True)
        self._prune(kept)
        return name

    def mark(self, name: str, why: str) -> None:
        """Leave word for all processes that a generation is damaged, where this one may write."""
        with suppress(OSError, UnicodeError):
            self.write_beside(_DAMAGED, f"{name}\n{why}")

    def damage(self, name: str) -> str:
        """Why a generation is damaged, as some process has left word; "" if none has."""
        if not os.access(self._damaged, os.F_OK):
            return ""
        marked, _, why = (self.read_beside(_DAMAGED) or b"").decode("utf8", "replace").partition("\n")
        return why if marked == name else ""

    def languages(self) -> tuple[str, ...]:
        """The languages that the publisher has last read of newsroom.toml; empty where no word of it is left."""
        return tuple((self.read_beside(_LANGUAGES) or b"").decode("utf8", "replace").split())

    def set_languages(self, languages: tuple[str, ...]) -> None:
        """Leave word of them."""
        if languages != self.languages():
            with self.translating_errors():
                self.write_beside(_LANGUAGES, " ".join(languages))

    def read_beside(self, name: str) -> bytes | None:
        """What `write_beside` was given; None where that is not there, or is damaged."""
        with suppress(IndexUnavailable, ValueError):
            return unsealed(trust.read(self.folder / name))
        return None

    def write_beside(self, name: str, text: str) -> None:
        """Write a file beside the generations, atomically and with its seal."""
        self.put_beside(name, [sealed(text.encode("utf8"))])

    def put_beside(self, name: str, parts: Iterable[bytes]) -> None:
        """Write a file beside the generations, atomically."""
        temporary = self.folder / f"{_BUILDING}{name}"
        with temporary.open("wb") as file:
            file.writelines(parts)
        temporary.chmod(0o600)
        _flush(temporary)
        _replace(self.folder / name, temporary)
        _flush(self.folder)

    def attachments(self) -> set[str]:
        """The digests of the attachments of all generations there are. Raises IndexUnavailable."""
        return {digest for _, name in self._numbered() for digest in attachments(self.path(name))}

    def have_the_same_attachments(self) -> bool:
        """Whether the lists of attachments of all generations are one file."""
        lists = (self.path(name) / LISTED for _, name in self._numbered())
        return len({path.stat().st_ino for path in lists if path.exists()}) == 1

    def discard(self, building: Path) -> None:
        """Remove an unfinished folder."""
        shutil.rmtree(building, ignore_errors=True)

    def _next_number(self) -> int:
        """One that no generation had that somebody may remember, also where its folder is gone."""
        current = _NAME.fullmatch(self.current() or "")
        return max(int(current[1]) if current else 0, *(number for number, _ in self._numbered()), 0) + 1

    def _numbered(self) -> list[tuple[int, str]]:
        """The numbers and names of the generations there are, oldest first."""
        found = (_NAME.fullmatch(path.name) for path in self.folder.iterdir())
        return sorted((int(match[1]), match.string) for match in found if match)

    def _prune(self, kept: int) -> None:
        for _, name in self._numbered()[:-kept]:
            if name != self.current():
                shutil.rmtree(self.path(name), ignore_errors=True)

    def _clear_leftovers(self) -> None:
        for leftover in self.folder.glob(f"{_BUILDING}*"):
            if leftover.is_dir() and not leftover.is_symlink():
                shutil.rmtree(leftover, ignore_errors=True)
            else:
                leftover.unlink(missing_ok=True)


def link(file: Path, target: Path) -> None:
    """Let a file of one generation be in another."""
    try:
        os.link(file, target)
    except OSError:  # a file system without hard links
        shutil.copy2(file, target)


def _replace(path: Path, new: Path) -> None:
    """Let a file or a link take the place of what has its name, a folder too: a copy that follows links makes such."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    new.rename(path)


def _is_linked(file: Path, other: Path) -> bool:
    """Whether `link` has made a file of another, which may be a copy."""
    try:
        status, of_other = file.stat(), other.stat()
    except OSError:
        return False
    return (status.st_size, status.st_mtime_ns) == (of_other.st_size, of_other.st_mtime_ns)


def _flush(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _owner(path: Path) -> str:
    try:
        return trust.user(path.stat().st_uid)
    except OSError:
        return "somebody else"
