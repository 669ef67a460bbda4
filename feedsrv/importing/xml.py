"""XML, piece by piece: a WordPress export, RSS or Atom, however large, and whoever wrote it."""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Iterable, Iterator
from typing import BinaryIO

from lxml import etree

from feedsrv.errors import ImportFailed

Element = etree._Element  # noqa: SLF001  # its only name
LARGEST_PIECE = 20_000_000
MOST_ELEMENTS = 500_000
"""Bytes, and elements, of one post with its comments."""

_CHUNK = 1 << 16
_NO_FEED = "it is no WordPress export, no RSS, no Atom and no JSON feed"
_FORBIDDEN = dict.fromkeys({*range(32), 0xFFFE, 0xFFFF} - {*b"\t\n\r"})
_DECLARED = re.compile(rb"""\s*<\?xml\s[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9._-]+)["']""")


def pieces(file: BinaryIO, told: Callable[[int], object]) -> Iterator[Element]:
    """What a feed holds, its entries among it, each whole; it is gone when the next one is asked for.

    ``told`` is told of bytes that were read. Raises ImportFailed where it is no feed, or broken: then what stands
    above was given before. Entities are not resolved, and a feed that declares some is refused.
    """
    parser = etree.XMLPullParser(
        events=("start", "end"), resolve_entities=False, no_network=True, remove_comments=True, remove_pis=True
    )
    root, since, elements, failure = None, 0, 0, None
    for chunk in _chunks(file, told):
        try:
            parser.feed(chunk) if chunk else parser.close()
        except etree.XMLSyntaxError as error:
            failure = error
        since += len(chunk)
        for event, element in parser.read_events():
            if root is None:
                root = _checked(element)
            elif event == "end" and _is_piece(element, root):
                yield element
                _forget(element)
                since = elements = 0
            elements += 1
        if failure and root is None:
            raise ImportFailed(f"{_NO_FEED}: {failure.msg}") from failure
        if failure:
            raise ImportFailed(f"it is read to line {failure.lineno}, where it is broken: {failure.msg}") from failure
        if since > LARGEST_PIECE or elements > 2 * MOST_ELEMENTS:
            raise ImportFailed(
                f"a post has more than {LARGEST_PIECE:,} bytes or {MOST_ELEMENTS:,} elements: take it out"
            )


def _chunks(file: BinaryIO, told: Callable[[int], object]) -> Iterator[bytes]:
    """The bytes of a file, and b"" at its end; of UTF-8 without what XML forbids, which databases are full of."""
    head = file.read(_CHUNK).lstrip()
    declared = _DECLARED.match(head)
    is_utf8 = declared[1].lower() == b"utf-8" if declared else not head.startswith((b"\xff\xfe", b"\xfe\xff"))
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    while head:
        told(len(head))
        if text := decoder.decode(head).translate(_FORBIDDEN) if is_utf8 else head:
            yield text.encode() if isinstance(text, str) else text
        head = file.read(_CHUNK)
    yield b""


def _checked(root: Element) -> Element:
    if etree.QName(root).localname not in {"rss", "feed", "RDF"}:
        raise ImportFailed(_NO_FEED)
    declared = root.getroottree().docinfo.internalDTD
    if declared is not None and any(True for _ in declared.iterentities()):
        raise ImportFailed("it declares entities, which no feed needs: take the DOCTYPE out")
    return root


def _is_piece(element: Element, root: Element) -> bool:
    """Whether it is a child of the feed, or of the channel of one."""
    above = element.getparent()
    if above is None or above is root:
        return above is root and etree.QName(element).localname != "channel"
    return above.getparent() is root and etree.QName(above).localname == "channel"


def _forget(element: Element) -> None:
    element.clear()
    above = element.getparent()
    while above is not None and above[0] is not element:
        del above[0]


def children(element: Element, name: str, *, is_own: bool = True) -> list[Element]:
    """Its children of this name: those of its own namespace, or those of others."""
    own = etree.QName(element).namespace
    found = ((child, etree.QName(child)) for child in element)
    return [child for child, tag in found if tag.localname == name and (tag.namespace == own) is is_own]


def texts(element: Element, name: str, *, is_own: bool = True) -> list[str]:
    """The texts of such children."""
    return ["".join(child.itertext()) for child in children(element, name, is_own=is_own)]


def text_of(element: Element, name: str, *, is_own: bool = True) -> str:
    """The first of them that says something, else ""."""
    return first([texts(element, name, is_own=is_own)])


def first(groups: Iterable[list[str]]) -> str:
    """The first text of several lists that says something, else ""."""
    return next((text for group in groups for text in group if text), "")


def notes(item: Element) -> Iterator[tuple[str, str]]:
    """What WordPress and its plug-ins note of a post: names and values."""
    for meta in children(item, "postmeta", is_own=False):
        yield text_of(meta, "meta_key"), text_of(meta, "meta_value")
