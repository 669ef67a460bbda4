"""Parts of a Word document, made ready for mammoth: without what is not shown, and with their pictures numbered."""

from __future__ import annotations

import io
import itertools
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree

from feedsrv.converting import packages
from feedsrv.converting.word_styles import Styles, is_marked, value

Element = etree._Element  # noqa: SLF001 - lxml has no other name for it

_TEXT = "{*}txbxContent"
_TEXTS = {"document", "footnotes", "endnotes"}
_AROUND = {"hdr", "ftr"}
_EMU = 36_000
"""To a millimetre."""
_POINT = 12_700
"""Of these units to a point."""
_MAIN = "http://schemas.openxmlformats.org/drawingml/2006"
_DRAWING, _GRAPHIC, _PICTURE = (f"{{{_MAIN}/{name}}}" for name in ("wordprocessingDrawing", "main", "picture"))
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"


@dataclass(frozen=True, slots=True)
class Drawing:
    """What the document says of a picture where it stands: what is to be seen on it, its height in mm, 0: unknown.

    ``is_cut``: a part of it is not to be seen.
    """

    description: str = ""
    height: float = 0
    is_cut: bool = False


class Parts:
    """A document taken apart.

    ``package`` is the document as mammoth is to read it: a picture is a file that holds its own name, and the number
    of its ``drawings`` is its description. ``around`` are the lines that head and foot its pages.
    """

    def __init__(self, archive: zipfile.ZipFile) -> None:
        names = sorted(filter(_is_part, archive.namelist()), key=lambda name: name.count("/"))
        parts = {name: packages.xml(archive, name) for name in names}
        by_kind = [(etree.QName(part).localname, part) for part in parts.values() if part is not None]
        self.styles = Styles(next((part for kind, part in by_kind if kind == "styles"), None))
        self.drawings: list[Drawing] = []
        for kind, part in by_kind:
            if kind in _TEXTS | _AROUND:
                self._make_ready(part)
        self.around = [line for kind, part in by_kind if kind in _AROUND for line in _lines(part)]
        self.package = io.BytesIO()
        with zipfile.ZipFile(self.package, "w") as copy:
            for name in archive.namelist():
                if (text := parts.get(name)) is not None:
                    copy.writestr(name, etree.tostring(text))
                elif name.endswith(".rels"):
                    copy.writestr(name, archive.read(name))
                else:
                    copy.writestr(name, name)

    def _make_ready(self, part: Element) -> None:
        for alternatives in list(part.iter("{*}AlternateContent")):
            _choose(alternatives)
        for around in part.iter("{*}fldSimple", "{*}dir", "{*}bdo", "{*}ruby", "{*}rubyBase"):
            around.tag = etree.QName(etree.QName(around).namespace, "smartTag")
        for drawing in list(part.iter("{*}drawing")):
            _open(drawing)
        for element in list(part.iter("{*}r", "{*}p", "{*}tc")):
            if self._is_hidden(element):
                _take_out(element)
        for picture in list(part.iter("{*}imagedata")):
            _draw(picture)
        for drawing in part.iter("{*}inline", "{*}anchor"):
            self._number(drawing)

    def _is_hidden(self, element: Element) -> bool:
        """Whether a run is marked as hidden, the style of a run or of a paragraph is, or a cell was deleted."""
        if etree.QName(element).localname == "tc":
            return element.find("{*}tcPr/{*}cellDel") is not None
        if etree.QName(element).localname == "p":
            return self.styles.of(value(element.find("{*}pPr/{*}pStyle"))).is_hidden
        properties = element.find("{*}rPr")
        marked = is_marked(properties, "vanish", "webHidden")
        style = value(properties.find("{*}rStyle")) if properties is not None else ""
        return bool(style and self.styles.of(style).is_hidden) if marked is None else marked

    def _number(self, drawing: Element) -> None:
        """Let the description of a picture be its number."""
        told, extent = drawing.find("{*}docPr"), drawing.find("{*}extent")
        if told is not None:
            height = extent.get("cy", "") if extent is not None else ""
            said = told.get("descr", "").strip() or told.get("title", "")
            told.set("descr", str(len(self.drawings)))
            is_cut = any(map(_is_cut, drawing.iter("{*}srcRect")))
            self.drawings.append(Drawing(said, int(height) / _EMU if height.isdecimal() else 0, is_cut))


def _is_part(name: str) -> bool:
    """Whether a member may be a part of the text; what other programs keep in the archive may be anything."""
    return name.endswith(".xml") and not name.startswith("customXml/")


def _is_cut(edges: Element) -> bool:
    """Whether the edges of a picture are, by more than its margin."""
    cut = (str(edges.get(side, "0")) for side in ("l", "t", "r", "b"))  # in thousandths of a percent
    return not all(re.fullmatch(r"-\d+|[01]%|\d{1,3}|[01]\d{3}", part) for part in cut)


def _choose(alternatives: Element) -> None:
    """Leave one of several forms, where mammoth looks for it: the first in which there is a text or a picture."""
    forms = [*alternatives.iterfind("{*}Choice"), *alternatives.iterfind("{*}Fallback")]
    telling = (form for form in forms if next(form.iter(_TEXT, "{*}blip", "{*}imagedata"), None) is not None)
    chosen = next(telling, forms[-1] if forms else None)
    for form in forms:
        if form is chosen:
            form.tag = str(form.tag).replace("}Choice", "}Fallback")
        else:
            alternatives.remove(form)


def _open(drawing: Element) -> None:
    """Let the texts and the pictures in a drawing be where mammoth looks for them."""
    texts = [text for text in drawing.iter(_TEXT) if _is_outermost(text, drawing)]
    if texts:
        tail = drawing.tail
        drawing.clear()
        drawing.tag, drawing.tail = str(drawing.tag).replace("}drawing", "}pict"), tail
        drawing.extend(texts)
        return
    for graphic in drawing.iterfind("{*}*/{*}graphic/{*}graphicData"):
        graphic.extend([picture for picture in graphic.iter("{*}pic") if picture.getparent() is not graphic])


def _is_outermost(text: Element, drawing: Element) -> bool:
    above = itertools.takewhile(lambda one: one is not drawing, text.iterancestors())
    return not any(etree.QName(one).localname == etree.QName(text).localname for one in above)


def _draw(picture: Element) -> None:
    """Let a picture of the old kind be one of the new, which has a description and a height."""
    shape = next(picture.iterancestors("{*}shape", "{*}rect"), picture)
    height = re.search(r"(?:^|;)\s*height:([0-9]{1,4}(?:\.[0-9]+)?)pt", shape.get("style", ""))
    drawing = etree.Element(f"{_DRAWING}inline")
    etree.SubElement(drawing, f"{_DRAWING}extent", cy=str(round(float(height[1]) * _POINT) if height else ""))
    etree.SubElement(drawing, f"{_DRAWING}docPr", descr=shape.get("alt", "") or value(picture, "title"))
    graphic = etree.SubElement(etree.SubElement(drawing, f"{_GRAPHIC}graphic"), f"{_GRAPHIC}graphicData")
    blip = etree.SubElement(etree.SubElement(graphic, f"{_PICTURE}pic"), f"{_PICTURE}blipFill")
    etree.SubElement(blip, f"{_GRAPHIC}blip", {f"{_RELATION}embed": value(picture, "id")})
    if any(str(name).startswith("crop") for name in picture.attrib):
        etree.SubElement(blip, f"{_GRAPHIC}srcRect", l="all")
    if (parent := picture.getparent()) is not None:
        parent.replace(picture, drawing)


def _take_out(element: Element) -> None:
    if (parent := element.getparent()) is not None:
        parent.remove(element)


def _lines(part: Element) -> Iterator[str]:
    """The paragraphs of a part as plain text."""
    for paragraph in part.iter("{*}p"):
        if words := " ".join("".join(paragraph.itertext("{*}t")).split()):
            yield words
