"""Trust: a file of the index is opened only if nobody but us can have written it.

The engine unpickles what it finds: whoever can write there can run code here.
"""

from __future__ import annotations

import os
import pwd
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from stat import S_ISDIR, S_ISREG

from feedsrv.errors import IndexUnavailable

OTHERS_MAY_WRITE = 0o022


@contextmanager
def opened(path: Path) -> Iterator[int]:
    """A descriptor of a file that is read. Raises IndexUnavailable for a link, a pipe, or what others may write."""
    with translating_errors(path):
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        with translating_errors(path):
            status = os.fstat(descriptor)
        if not S_ISREG(status.st_mode):
            raise IndexUnavailable(f"{path} is no file: delete it")
        _insist(path, status)
        yield descriptor
    finally:
        os.close(descriptor)


def read(path: Path) -> bytes:
    """What is in a file. Raises IndexUnavailable, like `opened`."""
    with opened(path) as descriptor, translating_errors(path), os.fdopen(descriptor, "rb", closefd=False) as file:
        return file.read()


def insist_on_folder(path: Path) -> None:
    """Raise IndexUnavailable for what is no folder, but a link to one, and for one that others may write."""
    with translating_errors(path):
        status = path.lstat()
    if not S_ISDIR(status.st_mode):
        raise IndexUnavailable(f"{path} is no folder: delete it")
    _insist(path, status)


def stamp(path: Path) -> tuple[int, ...]:
    """What is another once somebody has written to a file or put another in its place. Raises OSError."""
    status = path.lstat()
    return status.st_ino, status.st_mode, status.st_uid, status.st_size, status.st_mtime_ns


@contextmanager
def translating_errors(path: Path) -> Iterator[None]:
    """Turn the errors of the disk into IndexUnavailable."""
    try:
        yield
    except OSError as error:
        raise IndexUnavailable(f"{path} cannot be opened: {error.strerror or error}") from error


def user(number: int) -> str:
    """What a user is called."""
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return f"user {number}"


def _insist(path: Path, status: os.stat_result) -> None:
    if status.st_uid not in {0, os.geteuid()} or status.st_mode & OTHERS_MAY_WRITE:
        raise IndexUnavailable(
            f"{path} belongs to {user(status.st_uid)} with mode {status.st_mode & 0o777:o}; it must belong to "
            f"{user(os.geteuid())} or root and be writable by nobody else: chown it, or chmod go-w"
        )
