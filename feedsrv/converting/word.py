"""Word documents (.docx) -> HTML, with mammoth: headings, paragraphs, lists, tables, notes, links."""

from __future__ import annotations

import io
import re
import zipfile
from collections import Counter
from collections.abc import Iterator
from html import escape
from typing import Any

from lxml import etree

from feedsrv.converting import Converted, packages, pictures
from feedsrv.converting.layout import Sized, is_headed, larger, opened

_WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_DRAWING = "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}"
_PICTURE = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_TITLES = "p[style-name='Title'] => h1:fresh\np[style-name='Subtitle'] => p.subtitle:fresh"
_TEXT = re.compile(r"word/(?:document|footnotes|endnotes)[0-9]*\.xml")
_AROUND = re.compile(r"word/(?:header|footer)[0-9]*\.xml")
_PICTURES = "word/media/"
_OFF = {"0", "false", "off"}
_LEVEL = re.compile(r"(?:title|heading ([1-6]))", re.IGNORECASE)


def convert(data: bytes) -> Converted:
    """The HTML of a Word document, with what heads and foots its pages beside it. Raises Unreadable."""
    import mammoth

    with packages.opened(data) as archive:
        around = [packages.xml(archive, name) for name in archive.namelist() if _AROUND.fullmatch(name)]
        shown = _without_hidden(archive)
        described = iter(_descriptions(archive))
    found: list[str] = []

    def left_out(image: Any) -> dict[str, str]:
        found.append(" ".join((next(described, "") or image.alt_text or "").split()))
        return {"alt": found[-1]}

    nothing = mammoth.images.img_element(left_out)
    text = mammoth.convert_to_html(shown, convert_image=nothing, style_map=_TITLES, transform_document=_arranged).value
    beside = "".join(f"<p>{escape(line)}</p>" for part in around if part is not None for line in _lines(part))
    return Converted(f"<article>{text}</article><aside>{beside}</aside>", left_out=pictures(found))


def _descriptions(archive: zipfile.ZipFile) -> list[str]:
    """What the document says of its pictures, one after another; nothing where that cannot be told apart."""
    text = packages.xml(archive, "word/document.xml")
    if text is None:
        return []
    said = [one.get("descr") or "" for one in text.iter(f"{_DRAWING}docPr")]
    return said if len(said) == len(list(text.iter(f"{_PICTURE}blip"))) else []


def _without_hidden(archive: zipfile.ZipFile) -> io.BytesIO:
    """The document without text that is marked as hidden, and without the files of its pictures."""
    copied = io.BytesIO()
    with zipfile.ZipFile(copied, "w") as copy:
        for name in archive.namelist():
            part = packages.xml(archive, name) if _TEXT.fullmatch(name) else None
            if part is None:
                copy.writestr(name, b"" if name.startswith(_PICTURES) else archive.read(name))
                continue
            for mark in list(part.iter(f"{_WORD}vanish")):
                run = next(mark.iterancestors(f"{_WORD}r"), None)
                if run is not None and mark.get(f"{_WORD}val") not in _OFF:
                    _take_out(run)
            copy.writestr(name, etree.tostring(part))
    return copied


def _take_out(run: etree._Element) -> None:
    if (parent := run.getparent()) is not None:
        parent.remove(run)


def _lines(part: etree._Element) -> Iterator[str]:
    """The paragraphs of a part as plain text."""
    for paragraph in part.iter(f"{_WORD}p"):
        if words := " ".join("".join(paragraph.itertext(f"{_WORD}t")).split()):
            yield words


def _arranged(document: Any) -> Any:
    """The document with its letterhead as paragraphs and its headline as one, see `feedsrv.converting.layout`."""
    children = opened(document.children, _cells, lambda one: _level(one) > 0, lambda one: _sized(one).is_text)
    sized = [_sized(child) for child in children]
    if not is_headed(map(_level, children)) and (index := larger(sized)) is not None:
        children[index] = children[index].copy(style_name="Title")
    return document.copy(children=children)


def _cells(block: Any) -> list[Any] | None:
    """The blocks in the cells of a table, None for what is none."""
    if type(block).__name__ != "Table":
        return None
    return [child for row in block.children for cell in row.children for child in cell.children]


def _level(block: Any) -> int:
    match = _LEVEL.fullmatch(getattr(block, "style_name", None) or "")
    return int(match[1] or 1) if match else 0


def _sized(block: Any) -> Sized:
    counted = Counter[float]()
    texts = list(_texts(block, 0.0))
    for text, size in texts:
        counted[size] += len(text)
    is_paragraph = type(block).__name__ == "Paragraph"
    words = " ".join("".join(text for text, _ in texts).split()) if is_paragraph else ""
    return Sized(words, max(counted, key=lambda size: counted[size], default=0.0))


def _texts(element: Any, size: float) -> Iterator[tuple[str, float]]:
    """The pieces of text in an element, with the sizes of their letters, 0 where only a style says it."""
    size = getattr(element, "font_size", None) or size
    if isinstance(value := getattr(element, "value", None), str):
        yield value, size
    for child in getattr(element, "children", None) or ():
        yield from _texts(child, size)
