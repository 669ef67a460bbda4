"""Traces: what a picture tells of the place, the camera and its owner, found wherever in a file it stands."""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from itertools import chain

_MOST = 100_000
"""Entries and beginnings of EXIF in one file; what has more of them is taken for one that has traces."""
_BEGINNING = re.compile(rb"II\*\0|MM\0\*")
_FOLLOWED = {0x8769, 0x014A}  # the entries that lead to other lists: of EXIF, of further pictures
_PRIVATE = {0x8825, 0x927C, 0xA420, 0xA430, 0xA431, 0xA435, 0xC62F}
"""GPS, the maker's note, the picture's own number; owner, body, lens, camera."""
METADATA = re.compile(rb"(?i:exif)|ns\.adobe\.com/xap|adobe:ns:meta|rdf:|Photoshop 3\.0|8BIM")
"""What a container that cannot be taken apart holds some of, if it holds any."""
_PRIVATE_NAME = re.compile(rb"GPS(?:Latitude|Longitude|Position|Coordinates)|SerialNumber|OwnerName", re.IGNORECASE)


class Broken(ValueError):
    """A container that is not what its first bytes say, or ends too early."""


class Untreatable(ValueError):
    """A picture whose traces cannot be taken out."""


def are_in(data: bytes) -> bool:
    """Whether a file holds a position, a serial number, the name of an owner or a maker's note, in EXIF or in XMP."""
    if METADATA.search(data) and _PRIVATE_NAME.search(data):
        return True
    tags = (tag for beginning in _BEGINNING.finditer(data) for tag in chain((0,), _tags(data, beginning.start())))
    return any(tag in _PRIVATE or count == _MOST for count, tag in enumerate(tags))


def _tags(data: bytes, start: int) -> Iterator[int]:
    """The tags of EXIF that begins there, in all of its lists."""
    order = "<" if data[start : start + 2] == b"II" else ">"
    waiting, seen = [_number(data, start + 4, order)], set[int]()
    while waiting:
        at = waiting.pop()
        if at in seen or at < 8 or start + at + 2 > len(data):
            continue
        seen.add(at)
        count = struct.unpack_from(f"{order}H", data, start + at)[0]
        for entry in range(start + at + 2, min(start + at + 2 + 12 * count, len(data) - 11), 12):
            tag = struct.unpack_from(f"{order}H", data, entry)[0]
            yield tag
            if tag in _FOLLOWED:
                waiting.append(_number(data, entry + 8, order))
        waiting.append(_number(data, start + at + 2 + 12 * count, order))


def _number(data: bytes, at: int, order: str) -> int:
    return int(struct.unpack_from(f"{order}I", data, at)[0]) if at + 4 <= len(data) else 0
