"""IPTC (IIM 4) in the resources of Photoshop: caption, credit and copyright as agencies write them, and what stays."""

from __future__ import annotations

import struct
from collections.abc import Iterator

from feedsrv.files.metadata.traces import Untreatable

_IIM = 0x0404
_KEPT = frozenset({_IIM, 0x03ED, 0x040A, 0x040B, 0x040F})
"""IIM, resolution, whether and where there is a copyright, colour profile; no thumbnail, no EXIF, no XMP."""
_LAST_OF_TEXT = 199  # of record 2; then follows a preview


def kept(resources: bytes) -> bytes:
    """What stays of a block of resources. Raises Untreatable for one that cannot be read."""
    return b"".join(_resources(resources))


def _resources(data: bytes) -> Iterator[bytes]:
    at = 0
    while at < len(data):
        if data[at : at + 4] != b"8BIM" or at + 7 > len(data):
            _check_padding(data, at)
            return
        name = 1 + data[at + 6]
        head = at + 6 + name + name % 2
        if head + 4 > len(data):
            raise Untreatable
        kind = struct.unpack_from(">H", data, at + 4)[0]
        size = struct.unpack_from(">I", data, head)[0]
        content = data[head + 4 : head + 4 + size]
        if len(content) < size:
            raise Untreatable
        at = head + 4 + size + size % 2
        if kind in _KEPT:
            content = b"".join(_datasets(content)) if kind == _IIM else content
            yield b"8BIM" + struct.pack(">HHI", kind, 0, len(content)) + content + bytes(len(content) % 2)


def _datasets(data: bytes) -> Iterator[bytes]:
    """What is stated of the envelope (record 1) and of the picture (record 2)."""
    at = 0
    while at < len(data):
        if data[at] != 0x1C or at + 5 > len(data):
            _check_padding(data, at)
            return
        record, number, size = struct.unpack_from(">BBH", data, at + 1)
        whole = data[at : at + 5 + size]
        if len(whole) < 5 + size:
            raise Untreatable
        if record == 1 or (record == 2 and number <= _LAST_OF_TEXT):
            yield whole
        at += 5 + size


def _check_padding(data: bytes, at: int) -> None:
    if data[at:].strip(b"\0"):
        raise Untreatable
