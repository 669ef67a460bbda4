"""WebP (RFC 9649): its chunks, and the ones that stay."""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator

from feedsrv.files.metadata import exif, xmp
from feedsrv.files.metadata.traces import Broken

BEGINNING = re.compile(rb"RIFF.{4}WEBP", re.DOTALL)

_KEPT = {b"VP8 ", b"VP8L", b"VP8X", b"ALPH", b"ANIM", b"ICCP"}
_FLAGS = {b"EXIF": 0x08, b"XMP ": 0x04}
_FRAME = 16  # bytes of a frame's head


def treated(data: bytes) -> bytes:
    """The picture with the chunks that stay. Raises Broken, and Untreatable."""
    size = struct.unpack_from("<I", data, 4)[0]
    if size + 8 > len(data):
        raise Broken
    found = [(kind, _kept(kind, content)) for kind, content in _chunks(data[12 : size + 8])]
    there = {kind for kind, stays in found if stays}
    gone = sum(flag for kind, flag in _FLAGS.items() if kind not in there)
    parts = [
        _written(kind, bytes([stays[0] & ~gone]) + stays[1:] if kind == b"VP8X" else stays)
        for kind, stays in found
        if stays
    ]
    content = b"WEBP" + b"".join(parts)
    return b"RIFF" + struct.pack("<I", len(content)) + content


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = 0
    while at < len(data):
        kind, size = struct.unpack_from("<4sI", data, at) if at + 8 <= len(data) else (b"", 0)
        if not kind or at + 8 + size > len(data):
            raise Broken
        yield kind, data[at + 8 : at + 8 + size]
        at += 8 + size + size % 2


def _kept(kind: bytes, content: bytes) -> bytes:
    """What stays of a chunk, b"" for nothing."""
    match kind:
        case b"EXIF":
            return exif.kept(content.removeprefix(b"Exif\0\0"))
        case b"XMP ":
            return xmp.kept(content)
        case b"ANMF":
            within = _chunks(content[_FRAME:])
            return content[:_FRAME] + b"".join(_written(name, part) for name, part in within if name in _KEPT)
    return content if kind in _KEPT else b""


def _written(kind: bytes, content: bytes) -> bytes:
    return kind + struct.pack("<I", len(content)) + content + bytes(len(content) % 2)
