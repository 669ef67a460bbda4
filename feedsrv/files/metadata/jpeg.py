"""JPEG (ITU-T T.81): its segments, and of those of applications the ones that stay. What follows the picture goes."""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator

from feedsrv.files.metadata import exif, iptc, xmp
from feedsrv.files.metadata.traces import Broken

BEGINNING = re.compile(rb"\xff\xd8\xff")

_END, _SCAN, _COMMENT = 0xD9, 0xDA, 0xFE
_NEXT_MARKER = re.compile(rb"\xff+[^\x00\xff\xd0-\xd7]", re.DOTALL)
_EXIF = b"Exif\0\0"
_XMP = b"http://ns.adobe.com/xap/1.0/\0"
_PHOTOSHOP = b"Photoshop 3.0\0"
_PROFILE = b"ICC_PROFILE\0"
_LONGEST = 0xFFFF - 2


def treated(data: bytes) -> bytes:
    """The picture with the segments that stay. Raises Broken, and Untreatable."""
    written = [data[:2]]
    photoshop: list[bytes] = []
    place = 0
    for marker, content, scan in _segments(data):
        if marker == 0xED and content.startswith(_PHOTOSHOP):
            place = place or len(written)
            photoshop.append(content[len(_PHOTOSHOP) :])
        elif marker == _END:
            written.append(b"\xff\xd9")
        elif (stays := _kept(marker, content)) is not None:
            written += (_segment(marker, stays), scan)
    if photoshop:
        written[place:place] = _split(iptc.kept(b"".join(photoshop)))
    return b"".join(written)


def _segments(data: bytes) -> Iterator[tuple[int, bytes, bytes]]:
    """Marker and content of each segment, with the compressed pixels behind it."""
    at = 2
    while True:
        while data[at : at + 2] == b"\xff\xff":
            at += 1
        if data[at : at + 1] != b"\xff" or at + 2 > len(data):
            raise Broken
        marker = data[at + 1]
        if marker == _END:
            yield marker, b"", b""
            return
        size = int.from_bytes(data[at + 2 : at + 4])
        content = data[at + 4 : at + 2 + size]
        if size < 2 or len(content) < size - 2:
            raise Broken
        at += 2 + size
        found = _NEXT_MARKER.search(data, at) if marker == _SCAN else None
        if marker == _SCAN and found is None:
            yield marker, content, data[at:]  # it was cut off, and browsers show what there is
            return
        behind = found.start() if found else at
        yield marker, content, data[at:behind]
        at = behind


def _kept(marker: int, content: bytes) -> bytes | None:
    """What stays of a segment, None for nothing."""
    if marker == 0xE0 and content.startswith(b"JFIF\0"):
        return content[:12] + b"\0\0"  # without a thumbnail
    if marker == 0xE1 and content.startswith(_EXIF):
        stays = exif.kept(content[len(_EXIF) :])
        return _EXIF + stays if stays else None
    if marker == 0xE1 and content.startswith(_XMP):
        stays = xmp.kept(content[len(_XMP) :])
        return _XMP + stays if stays and len(stays) <= _LONGEST - len(_XMP) else None
    if marker == 0xE2 and content.startswith(_PROFILE):
        return content
    if marker == 0xEE and content.startswith(b"Adobe"):
        return content[:12]
    return None if 0xE0 <= marker <= 0xEF or marker == _COMMENT else content


def _split(resources: bytes) -> list[bytes]:
    room = _LONGEST - len(_PHOTOSHOP)
    return [_segment(0xED, _PHOTOSHOP + resources[at : at + room]) for at in range(0, len(resources), room)]


def _segment(marker: int, content: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(content) + 2) + content
