"""Metadata: pictures and films without what they tell of the place, the camera and its owner, not encoded anew.

What stays is listed, and all else goes: a maker's note, a thumbnail, a second picture behind the first. Pixels, colour
profile, orientation, caption, credit and copyright are as they were.

::

    jpeg, png, webp    the containers that are written anew without what is not listed
    exif, xmp, iptc    what stands in them: of each, the part that stays
    film               film and sound in boxes, of which those that do not stay are written over
    traces             the errors of this room, and a look for what is left, whatever the container
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import IO

from feedsrv.files.metadata import film, jpeg, png, traces, webp
from feedsrv.files.metadata.traces import Broken, Untreatable

CONTAINERS = ((jpeg.BEGINNING, jpeg.treated), (png.BEGINNING, png.treated), (webp.BEGINNING, webp.treated))
"""How each begins, and what treats it."""
_OTHERS = re.compile(
    rb"II\*\0|MM\0\*|GIF8|BM|\0\0\0\x0cJXL |\xff\x0a"
    rb"|.{4}ftyp(?:avi[fs]|hei[cxms]|hev[cx]|mif1|msf1|miaf|crx )", re.DOTALL,
)  # fmt: skip
_LENGTH = 12  # of the first bytes of a file, which tell what it is
_LARGEST_PICTURE = 100_000_000
_CHUNK = 1 << 20


def served(file: IO[bytes]) -> Iterator[bytes]:
    """The bytes of any file as they are served. Raises Untreatable for one that must not be."""
    beginning = file.read(_LENGTH)
    file.seek(0)
    if is_picture(beginning):
        yield treated(file.read(_LARGEST_PICTURE))
    elif film.BEGINNING.match(beginning):
        yield from film.treated(file)
    else:
        while chunk := file.read(_CHUNK):
            yield chunk


def is_picture(beginning: bytes) -> bool:
    """Whether a file that begins so is a picture, whatever its name."""
    return any(mark.match(beginning) for mark in (*(mark for mark, _ in CONTAINERS), _OTHERS))


def treated(data: bytes) -> bytes:
    """The picture without position, serial numbers and the name of the owner.

    Raises Untreatable where there are some, or may be, and they cannot be taken out.
    """
    for mark, treat in CONTAINERS:
        if mark.match(data):
            try:
                data = treat(data)
            except Broken as error:  # it is served as it is, if there is no metadata in it
                if traces.METADATA.search(data):
                    raise Untreatable from error
    if traces.are_in(data):
        raise Untreatable
    return data
