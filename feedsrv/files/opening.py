"""Opening: a file of the folder is opened without waiting for anything, and only if it is a file."""

from __future__ import annotations

import errno
import os
import stat
from io import BufferedReader
from pathlib import Path

NOT_A_FILE = "this is not a file", "take it away"
A_LINK = "this is a link, and links are not followed", "put the file itself here"
TRACES = (
    "this tells where it was taken, with which camera or whose it is, and that cannot be taken out of it here",
    "save a picture as JPEG or PNG, a film or sound without its metadata",
)
_DENIED = "let the user who runs feedsrv read it"

_SAID = {errno.EINVAL: NOT_A_FILE, errno.EISDIR: NOT_A_FILE, errno.ELOOP: A_LINK, errno.ENOTSUP: TRACES}


def opened(path: Path | str, *, follows_links: bool = False) -> BufferedReader:
    """A file, to be read. Raises OSError, also for a pipe, a device or a folder; see `in_words`."""
    flags = os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | (0 if follows_links else os.O_NOFOLLOW)
    file = os.fdopen(os.open(path, flags), "rb")
    if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
        file.close()
        raise OSError(errno.EINVAL, *NOT_A_FILE)
    return file


def in_words(error: OSError) -> tuple[str, str]:
    """What is wrong with a file that could not be read, and what to do about it."""
    remedy = _DENIED if error.errno == errno.EACCES else "look at the disk"
    return _SAID.get(error.errno or 0, (f"this cannot be read: {error.strerror}", remedy))
