"""PNG (W3C, third edition): its chunks, and the ones that stay. What follows the picture goes."""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Callable, Iterator, Mapping

from feedsrv.files.metadata import exif, iptc, xmp
from feedsrv.files.metadata.traces import Broken, Untreatable

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
BEGINNING = re.compile(re.escape(_SIGNATURE))

_KEPT = frozenset(
    b"IHDR PLTE IDAT IEND tRNS cHRM gAMA iCCP sBIT sRGB cICP mDCV mDCv cLLI cLLi pHYs bKGD hIST sPLT tIME acTL fcTL "
    b"fdAT".split()
)
_TEXTS = {b"tEXt", b"zTXt", b"iTXt"}
_KEPT_TEXTS = {b"Title", b"Author", b"Description", b"Copyright", b"Creation Time", b"Disclaimer", b"Warning"}
_XMP = b"XML:com.adobe.xmp"
_PROFILE = b"Raw profile type "
_LARGEST_TEXT = 10_000_000


def treated(data: bytes) -> bytes:
    """The picture with the chunks that stay. Raises Broken, and Untreatable."""
    found = ((kind, _kept(kind, content)) for kind, content in _chunks(data))
    return _SIGNATURE + b"".join(_written(kind, stays) for kind, stays in found if stays is not None)


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    at, kind = len(_SIGNATURE), b""
    while kind != b"IEND":
        size, kind = struct.unpack_from(">I4s", data, at) if at + 8 <= len(data) else (0, b"")
        content = data[at + 8 : at + 8 + size]
        if not kind or at + 12 + size > len(data):
            raise Broken
        yield kind, content
        at += 12 + size


def _kept(kind: bytes, content: bytes) -> bytes | None:
    """What stays of a chunk, None for nothing."""
    if kind == b"eXIf":
        return exif.kept(content) or None
    return _text(kind, content) if kind in _TEXTS else content if kind in _KEPT else None


def _text(kind: bytes, content: bytes) -> bytes | None:
    keyword, _, rest = content.partition(b"\0")
    if keyword in _KEPT_TEXTS:
        return content
    if keyword == _XMP:
        stays = xmp.kept(_decoded(kind, rest))
        return _XMP + bytes(5) + stays if stays and kind == b"iTXt" else None
    keep = _PROFILES.get(keyword.removeprefix(_PROFILE))
    return _profile(kind, keyword, _decoded(kind, rest), keep) if keep and kind != b"iTXt" else None


def _exif(profile: bytes) -> bytes:
    head = b"Exif\0\0"
    stays = exif.kept(profile.removeprefix(head))
    return head + stays if stays else b""


_PROFILES: Mapping[bytes, Callable[[bytes], bytes]] = {
    b"iptc": iptc.kept, b"8bim": iptc.kept, b"exif": _exif, b"APP1": _exif,
}  # fmt: skip


def _decoded(kind: bytes, rest: bytes) -> bytes:
    """The text behind a keyword."""
    is_packed = kind == b"zTXt" or (kind == b"iTXt" and rest[:1] == b"\1")
    if kind == b"iTXt":
        rest = rest[2:].split(b"\0", 2)[-1]
    if not is_packed:
        return rest
    try:
        return zlib.decompressobj().decompress(rest[1:] if kind == b"zTXt" else rest, _LARGEST_TEXT)
    except zlib.error as error:
        raise Untreatable from error


def _profile(kind: bytes, keyword: bytes, text: bytes, keep: Callable[[bytes], bytes]) -> bytes | None:
    """What stays of a profile in hexadecimal digits, as ImageMagick writes it: name, size, digits."""
    try:
        name, _, digits = text.strip().split(None, 2)
        stays = keep(bytes.fromhex(digits.decode("ascii")))
    except ValueError as error:
        raise Untreatable from error
    if not stays:
        return None
    written = b"\n%b\n%8d\n%b\n" % (name, len(stays), stays.hex().encode())
    return keyword + (b"\0\0" + zlib.compress(written) if kind == b"zTXt" else b"\0" + written)


def _written(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
