"""Dimensions: how wide and high a picture is shown, so that a page keeps its place free before it has come."""

from __future__ import annotations

import re
import struct

_FRAME = re.compile(rb"\xff[\xc0-\xc3\xc5-\xc7\xc9-\xcb\xcd-\xcf]")
_TURNED = (5, 6, 7, 8)  # orientations in which the sides of a picture change places (EXIF)
_ORIENTATION = {"<": b"\x12\x01\x03\x00\x01\x00\x00\x00", ">": b"\x01\x12\x00\x03\x00\x00\x00\x01"}

Dimensions = tuple[int, int]
"""Width and height in pixels, 0 where they are not known."""

UNKNOWN: Dimensions = (0, 0)


def of_picture(data: bytes) -> Dimensions:
    """Those that the first bytes of a PNG, GIF, WebP or JPEG tell."""
    try:
        if data.startswith(b"\x89PNG\r\n\x1a\n") and data[12:16] == b"IHDR":
            return _pair(">II", data, 16)
        if data.startswith(b"GIF8"):
            return _pair("<HH", data, 6)
        if data[:4] == b"RIFF" and data[12:16] == b"VP8X":
            return 1 + int.from_bytes(data[24:27], "little"), 1 + int.from_bytes(data[27:30], "little")
        if data[:4] == b"RIFF" and data[12:16] in {b"VP8 ", b"VP8L"}:
            return _of_webp(data)
        return _of_jpeg(data) if data.startswith(b"\xff\xd8\xff") else UNKNOWN
    except struct.error:  # it ends before it has said so
        return UNKNOWN


def _of_webp(data: bytes) -> Dimensions:
    """Those of one without a header of its own for them (RFC 9649, 2.5 and 2.6)."""
    if data[12:16] == b"VP8L":
        packed = struct.unpack_from("<I", data, 21)[0]
        return 1 + (packed & 0x3FFF), 1 + (packed >> 14 & 0x3FFF)
    width, height = _pair("<HH", data, 26)
    return width & 0x3FFF, height & 0x3FFF


def _of_jpeg(data: bytes) -> Dimensions:
    at, is_turned = 2, False
    while not _FRAME.match(data, at):
        marker, size = _pair(">HH", data, at)
        if size < 2 or not 0xFFC0 <= marker < 0xFFFF or marker == 0xFFDA:
            return UNKNOWN
        content = data[at + 4 : at + 2 + size]
        is_turned |= content.startswith(b"Exif\0\0") and _is_turned(content[6:])
        at += 2 + size
    height, width = _pair(">HH", data, at + 5)
    return (height, width) if is_turned else (width, height)


def _is_turned(exif: bytes) -> bool:
    order = "<" if exif[:2] == b"II" else ">"
    at = exif.find(_ORIENTATION[order])
    return at >= 0 and struct.unpack_from(f"{order}H", exif, at + 8)[0] in _TURNED


def _pair(form: str, data: bytes, at: int) -> Dimensions:
    first, second = struct.unpack_from(form, data, at)
    return int(first), int(second)
