"""Access logs: who asked for what and when, in the combined format of nginx, Varnish and others, or in our own.

Of lines that are none nothing more is known than that. They come from anywhere and may hold anything: they are read one
after another, and no more of one than a limit.
"""

from __future__ import annotations

import gzip
import io
import json
import re
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import IO, Any

LONGEST_LINE = 32_768
MOST_TIMES = 500
"""How many times its size a compressed log may unpack to, beyond what any log does; zeros give a thousand."""
_UNSUSPECTED = 64_000_000

_QUOTED = r'"((?:[^"\\]|\\.)*+)"'
_COMBINED = re.compile(
    rf"\[(\d\d/\w{{3}}/\d{{4}}:\d\d:\d\d:\d\d [+-]\d{{4}})\] {_QUOTED} (\d{{3}}) \S+ {_QUOTED} {_QUOTED}"
)
_REQUEST = re.compile(r"([A-Z]{1,20}) (\S+)(?: HTTP/[\d.]+)?")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_ESCAPED = re.compile(r"\\x([0-9A-Fa-f]{2})")


@dataclass(frozen=True, slots=True)
class Request:
    """A request that was answered; ``target`` is what was asked for, with or without the host in front."""

    at: datetime
    method: str
    target: str
    status: int
    agent: str


class LogCutShort(Exception):
    """A log cannot be read to its end; the message says why."""


def read_lines(stream: IO[bytes], progress: Callable[[int], object]) -> Iterator[bytes]:
    """The lines of a log, which may be compressed with gzip; an empty one for one that is too long.

    ``progress`` is told how many bytes more of the file have been read. Raises LogCutShort.
    """
    raw = _Counted(stream, progress)
    packed = io.BufferedReader(raw)
    unpacked, is_rest = 0, False
    try:
        is_packed = packed.peek(2)[:2] == b"\x1f\x8b"
        file = gzip.GzipFile(fileobj=packed) if is_packed else packed
        while piece := file.readline(LONGEST_LINE):
            unpacked += len(piece)
            if is_packed and unpacked > _UNSUSPECTED and unpacked > MOST_TIMES * raw.count:
                raise LogCutShort("it unpacks to more than any log does")
            is_whole = piece.endswith(b"\n") or len(piece) < LONGEST_LINE
            if not is_rest:
                yield piece if is_whole else b""
            is_rest = not is_whole
    except (OSError, EOFError, zlib.error) as error:
        raise LogCutShort(str(error)) from error


class _Counted(io.RawIOBase):
    """A stream that tells how many bytes of it have been read."""

    def __init__(self, stream: IO[bytes], progress: Callable[[int], object]) -> None:
        self._stream = stream
        self._progress = progress
        self.count = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data = self._stream.read(len(buffer))
        buffer[: len(data)] = data
        self.count += len(data)
        self._progress(len(data))
        return len(data)


def request_of(line: bytes) -> Request | None:
    """The request that a line is about; None where it cannot be understood."""
    if line.startswith(b"{"):
        return _of_our_own(line)
    match = _COMBINED.search(line.decode("ascii", "replace"))
    said = _REQUEST.fullmatch(match[2]) if match else None
    at = _moment(match[1]) if match else None
    if not match or not said or not at:
        return None
    return Request(at, said[1], _ESCAPED.sub(r"%\1", said[2]), int(match[3]), match[5])


def _of_our_own(line: bytes) -> Request | None:
    try:
        said = json.loads(line)
        at = datetime.fromisoformat(said["time"])
        request = Request(at, said["method"], said["target"], said["status"], said["user_agent"])
    except (ValueError, TypeError, KeyError, RecursionError):
        return None
    is_sound = isinstance(request.status, int) and all(
        isinstance(text, str) for text in (request.method, request.target, request.agent)
    )
    return request if is_sound and at.tzinfo else None


@lru_cache(maxsize=256)
def _moment(text: str) -> datetime | None:
    """A moment as in 10/Oct/2026:13:55:36 +0200, whatever the language of this machine."""
    day, month, rest = text.split("/", 2)
    year, _, clock = rest.partition(":")
    time, zone = clock.split(" ")
    try:
        return datetime.fromisoformat(f"{year}-{_MONTHS.index(month) + 1:02}-{day}T{time}{zone[:3]}:{zone[3:]}")
    except ValueError:
        return None
