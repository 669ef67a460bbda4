"""Film and sound in boxes (ISO 14496-12, QuickTime): MP4, MOV, M4A, 3GP. What does not stay is written over.

Boxes say where in the file others begin, so none of them becomes longer or shorter: what goes becomes a box of the kind
`free`, of the same size and empty.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from os import SEEK_END
from typing import IO

from feedsrv.files.metadata.traces import Untreatable

BEGINNING = re.compile(rb"[\0-\x06]...(?:ftyp|moov|mdat|wide|free|skip|pnot)", re.DOTALL)

_LARGEST_BOX = (
    30_000_000  # bytes of one that is read; those that list the pictures of an hour of film have a few million
)
_CHUNK = 1 << 20
_FREE = b"free"
_MEDIA = b"mdat"
_KEPT: Mapping[bytes, frozenset[bytes]] = {
    b"": frozenset(b"ftyp styp sidx ssix pdin mfra moov moof mdat wide".split()),
    b"moov": frozenset(b"mvhd trak mvex iods pssh udta meta".split()),
    b"trak": frozenset(b"tkhd edts mdia tref tapt load matt clip trgr udta meta".split()),
    b"mdia": frozenset(b"mdhd hdlr minf elng".split()),
    b"moof": frozenset(b"mfhd traf".split()),
    b"traf": frozenset(b"tfhd tfdt trun sbgp sgpd subs saiz saio senc".split()),
    b"udta": frozenset(
        b"\xa9nam \xa9ART \xa9alb \xa9aut \xa9cpy \xa9day \xa9dir \xa9prd \xa9des titl auth perf dscp albm yrrc cprt "
        b"name chpl hnti meta".split()
    ),
    b"meta": frozenset(b"hdlr keys ilst".split()),
    b"ilst": frozenset(
        b"\xa9nam \xa9ART aART \xa9alb \xa9wrt \xa9gen \xa9day trkn disk cprt desc ldes tvsh catg keyw stik "
        b"pcst".split()
    ),
}
"""What stays in each box that has others in it, by its kind: title, caption, credit, date, copyright, chapters."""
_KEPT_KEYS = re.compile(rb"com\.apple\.quicktime\.(?:title|displayname|description|author|artist|copyright|album|year)")
_HANDLER, _DESCRIPTIONS = b"hdlr", b"stsd"
_OF_TEXT = frozenset(b"text sbtl subt".split())
_OF_APPLE = b"mebx"
_POSITION = re.compile(rb"(?i)(?:gps|latitude|longitude)[\s:=(\[]*[-+]?\d{1,3}\.\d{3}")
"""What drones write below their films."""


@dataclass(frozen=True, slots=True)
class _Box:
    """A box: its kind, where it begins and ends in what it lies in, and how long its head is."""

    kind: bytes
    start: int
    head: int
    end: int


def treated(file: IO[bytes]) -> Iterator[bytes]:
    """The bytes of a film without position, serial numbers and the name of the owner.

    Raises Untreatable where there are some, or may be, and they cannot be taken out.
    """
    at = 0
    for place, data in [*_patches(file), (file.seek(0, SEEK_END), b"")]:
        file.seek(at)
        while at < place and (chunk := file.read(min(_CHUNK, place - at))):
            yield chunk
            at += len(chunk)
        yield data
        at = place + len(data)


def _patches(file: IO[bytes]) -> Iterator[tuple[int, bytes]]:
    """What is written over a film, and where."""
    end = file.seek(0, SEEK_END)
    at, media, has_text = 0, list[tuple[int, int]](), False
    while at < end:
        file.seek(at)
        box = _box(file.read(16), end - at)
        if box.kind == _MEDIA:
            media.append((at, box.end))
            at += box.end
            continue
        if box.end > min(end - at, _LARGEST_BOX):
            raise Untreatable
        file.seek(at)
        whole = bytearray(file.read(box.end))
        before = bytes(whole)
        _treat(whole, _Box(box.kind, 0, box.head, box.end), b"")
        if whole != before:
            yield at, bytes(whole)
        has_text = has_text or (box.kind == b"moov" and _has_text(whole, box.head))
        at += box.end
    for place, size in media if has_text else ():
        file.seek(place)
        if _POSITION.search(file.read(size)):
            raise Untreatable


def _box(head: bytes, room: int) -> _Box:
    """The box that begins so."""
    size, kind = int.from_bytes(head[:4]), head[4:8]
    length = 8
    if size == 1:
        size, length = int.from_bytes(head[8:16]), 16
    elif size == 0:
        size = room
    if len(kind) < 4 or size < length:
        raise Untreatable
    return _Box(kind, 0, length, size)


def _boxes(data: bytearray, start: int, end: int) -> Iterator[_Box]:
    """The boxes that lie there. Lists may end in zeros."""
    while end - start >= 8 and any(data[start:end]):
        box = _box(bytes(data[start : start + 16]), end - start)
        if start + box.end > end:
            raise Untreatable
        yield _Box(box.kind, start, box.head, start + box.end)
        start += box.end
    if any(data[start:end]):
        raise Untreatable


def _treat(data: bytearray, box: _Box, around: bytes) -> None:
    """Write over what does not stay of a box and of those in it."""
    if box.kind == b"cmov" or (box.kind == b"trak" and _may_tell_positions(bytes(data[box.start : box.end]))):
        raise Untreatable
    start = box.start + box.head
    if box.kind not in _KEPT[around] or (box.kind == b"meta" and not _has_kept_keys(data[start : box.end])):
        data[box.start + 4 : box.start + 8] = _FREE
        data[start : box.end] = bytes(box.end - start)
    elif box.kind in _KEPT:
        for inner in [*_boxes(data, start + _version(box.kind, data[start : box.end]), box.end)]:
            _treat(data, inner, box.kind)


def _version(kind: bytes, content: bytearray) -> int:
    """How long what stands in front of the boxes in a box is: that of a version, which those of QuickTime have not."""
    return 4 if kind == b"meta" and content[4:8] != _HANDLER else 0


def _has_kept_keys(content: bytearray) -> bool:
    """Whether all that is stated by keys of Apple stays; else all of it goes, for each has a number."""
    found = next(
        (box for box in _boxes(content, _version(b"meta", content), len(content)) if box.kind == b"keys"), None
    )
    if found is None:
        return True
    at, names = found.start + found.head + 8, []
    while at < found.end:
        size = max(8, int.from_bytes(content[at : at + 4]))
        names.append(bytes(content[at + 8 : at + size]))
        at += size
    return all(map(_KEPT_KEYS.fullmatch, names))


def _may_tell_positions(track: bytes) -> bool:
    """Whether a track is one of data that cameras write beside the film, but for those of Apple without places."""
    at = track.find(_DESCRIPTIONS)
    described = track[at : at + int.from_bytes(track[at - 4 : at])] if at > 0 else b""
    is_harmless = described[16:20] == _OF_APPLE and b"location" not in described
    return _handler(track) == b"meta" and not is_harmless


def _handler(track: bytes) -> bytes:
    """What a track is for: `vide`, `soun`, `text`."""
    at = track.find(_HANDLER, track.find(b"mdia"))
    return track[at + 12 : at + 16]


def _has_text(movie: bytearray, head: int) -> bool:
    """Whether a film has subtitles."""
    tracks = (box for box in _boxes(movie, head, len(movie)) if box.kind == b"trak")
    return any(_handler(bytes(movie[box.start : box.end])) in _OF_TEXT for box in tracks)
