"""Changes: what changes in the folder, as the system tells, or as looks at it show where the system tells nothing."""

from __future__ import annotations

import logging
import os
import re
from collections.abc import Iterator
from pathlib import Path
from threading import Event
from time import monotonic, process_time

from watchfiles import watch as watch_files

from feedsrv.files.settling import STEP, signatures

POLL = 5.0
"""Seconds between two looks at a folder of which the system tells nothing; more where a look takes long."""

_SHARE = 0.05  # of a core, that looking may take
_LOOK_UP = 1.0  # seconds between two looks whether the folder is still the same
_MANY = 1_000  # changes at once, of which the kernel may have left out some
_LOCAL = frozenset(
    {"bcachefs", "btrfs", "ext2", "ext3", "ext4", "f2fs", "jfs", "overlay", "ramfs", "tmpfs", "xfs", "zfs"}
)
_MOUNTS = Path("/proc/self/mountinfo")
_OCTAL = re.compile(rb"\\([0-7]{3})")

_log = logging.getLogger(__name__)


def changes(folder: Path, stop: Event, poll: float | None = None) -> Iterator[frozenset[str] | None]:
    """What may have changed in a folder, at every `STEP`: paths in it, often none; None where nobody can tell.

    Ends when ``stop`` is set, when there is no folder, or when it is another one: a link that leads elsewhere, a disk
    that was mounted over it or in it. With ``poll`` it is looked at after so many seconds; without, where the system
    tells nothing (a share of another machine for instance).
    """
    if (here := _identity(folder)) is None:
        return
    look_up = monotonic() + _LOOK_UP
    for paths in _polled(folder, stop, poll or POLL) if poll or not _tells(folder) else _told(folder, stop):
        if monotonic() >= look_up:
            if _identity(folder) != here:
                _log.warning("%s is another folder than before, or has gone", folder)
                return
            look_up = monotonic() + _LOOK_UP
        yield None if paths and len(paths) >= _MANY else paths


def _told(folder: Path, stop: Event) -> Iterator[frozenset[str] | None]:
    root = folder.resolve()
    step = int(STEP * 1000)
    try:
        for found in watch_files(
            root,
            watch_filter=None,
            step=step // 4,
            debounce=step,
            rust_timeout=step,
            yield_on_timeout=True,
            stop_event=stop,
            raise_interrupt=False,
        ):
            yield frozenset(Path(path).relative_to(root).as_posix() for _, path in found)
    except (OSError, RuntimeError) as error:  # there are not enough watches, for instance
        _log.warning("the system does not tell of changes in %s (%s): it is looked at instead", folder, error)
        yield None
        yield from _polled(folder, stop, POLL)


def _polled(folder: Path, stop: Event, poll: float) -> Iterator[frozenset[str]]:
    seen = dict(signatures(folder))
    look = monotonic() + poll
    while not stop.wait(STEP):
        if monotonic() < look:
            yield frozenset()
            continue
        began = process_time()
        found = dict(signatures(folder))
        yield frozenset(path for path, _ in seen.items() ^ found.items())
        seen = found
        look = monotonic() + max(poll, (process_time() - began) / _SHARE)


def _tells(folder: Path) -> bool:
    """Whether the system tells of all changes in a folder: those that other machines make in a share it does not."""
    root = folder.resolve()
    kinds = {place: kind for place, kind, _ in _mounts() if root.is_relative_to(place)}
    return not kinds or kinds[max(kinds, key=lambda place: len(place.parts))] in _LOCAL


def _identity(folder: Path) -> object:
    """What is another when a folder is another one, or a disk was mounted in it; None where there is none."""
    try:
        root, status = folder.resolve(strict=True), folder.stat()
    except OSError:
        return None
    mounts = frozenset((place, number) for place, _, number in _mounts() if place.is_relative_to(root))
    return (root, status.st_dev, status.st_ino, mounts) if folder.is_dir() else None


def _mounts() -> Iterator[tuple[Path, str, str]]:
    """Where file systems are mounted, of which kind, as which device; nothing where that cannot be told (proc(5))."""
    try:
        lines = _MOUNTS.read_bytes().splitlines()
    except OSError:
        return
    for line in lines:
        (_, _, device, _, place, *_), _, (kind, *_) = (part.split() for part in line.partition(b" - "))
        unescaped = _OCTAL.sub(lambda match: bytes([int(match[1], 8)]), place)
        yield Path(os.fsdecode(unescaped)), kind.decode(), device.decode()
