"""Drawings: SVG that is nothing but a picture, for a script in one would be the publisher's own wherever it runs.

A page shows one as a picture, in which browsers run nothing, and it is served in a sandbox; this is the third lock.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree

from feedsrv.files.dimensions import UNKNOWN, Dimensions

_SVG = "{http://www.w3.org/2000/svg}"
_XHTML = "{http://www.w3.org/1999/xhtml}"
_ACTIVE = {"script", "foreignObject", "handler", "listener", "iframe", "embed", "object", "audio", "video"}
_WITHIN = re.compile(r"\s*(?:#|data:image/(?:png|jpeg|gif|webp)[;,])", re.IGNORECASE)
_LEADING_OUT = re.compile(r"@import|url\(\s*[\"']?\s*(?!#|data:image/(?:png|jpeg|gif|webp)[;,])", re.IGNORECASE)
_LENGTH = re.compile(r"\s*(\d{1,5}(?:\.\d{1,9})?)(?:px)?\s*")


class NoDrawing(Exception):
    """It is no SVG, or more than a picture; ``line`` is where, 0 where no line can be named."""

    def __init__(self, why: str, line: int = 0) -> None:
        super().__init__(why)
        self.line = line


def examine(data: bytes) -> Dimensions:
    """How large a drawing is. Raises NoDrawing where it is none, or anything but a picture."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        raise NoDrawing(f"this is no SVG: {error.msg}", error.lineno or 0) from error
    if root.tag != f"{_SVG}svg":
        raise NoDrawing("this is no SVG")
    document = root.getroottree()
    if document.docinfo.internalDTD is not None and any(document.docinfo.internalDTD.iterentities()):
        raise NoDrawing("this declares entities")
    if any(True for _ in document.xpath("//processing-instruction()")):
        raise NoDrawing("this has an instruction, such as that for a style sheet of its own")
    for line, why in _harm(root):
        raise NoDrawing(why, line)
    return _dimensions(root)


def _harm(root: etree._Element) -> Iterator[tuple[int, str]]:
    """What of it is more than a picture."""
    for element in root.iter("*"):
        line, tag = element.sourceline or 0, str(element.tag)
        name = tag.rpartition("}")[2]
        if name in _ACTIVE or tag.startswith(_XHTML):
            yield line, f"this has a <{name}>, and must be nothing but a picture"
        if name == "style" and _LEADING_OUT.search("".join(map(str, element.itertext()))):
            yield line, "its style asks for something from elsewhere"
        for attribute, value in element.attrib.items():
            yield from ((line, why) for why in _harm_of(str(attribute).rpartition("}")[2].lower(), str(value)))


def _harm_of(attribute: str, value: str) -> Iterator[str]:
    """Why an attribute, by its local name, is more than a part of a picture."""
    if attribute.startswith("on"):
        yield f"this has an {attribute}, and must be nothing but a picture"
    elif attribute in {"href", "src"} and not _WITHIN.match(value):
        yield f"this leads to {value[:60]!r}, and may lead to nothing outside itself"
    elif attribute == "attributename" and value.lower().rpartition(":")[2] == "href":
        yield "this changes where a link leads"
    elif _LEADING_OUT.search(value):
        yield "its style asks for something from elsewhere"


def _dimensions(root: etree._Element) -> Dimensions:
    """Its width and height in pixels, else those of its view box."""
    stated = [_LENGTH.fullmatch(root.get(side, "")) for side in ("width", "height")]
    if not all(stated):
        box = re.split(r"[\s,]+", root.get("viewBox", "").strip())
        stated = [_LENGTH.fullmatch(side) for side in box[2:]] if len(box) == 4 else []
    width, height = ([round(float(side[1])) for side in stated if side] + [0, 0])[:2]
    return (width, height) if width and height else UNKNOWN
