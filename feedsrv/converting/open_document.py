"""OpenDocument texts (.odt) -> HTML: headings, paragraphs, lists, tables, notes, links."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from html import escape

from lxml import etree

from feedsrv.converting import Converted, packages
from feedsrv.converting.layout import LARGEST_LOGO, Sized, Style, is_headed, larger, opened
from feedsrv.converting.pictures import Pictures
from feedsrv.converting.styles import Element, Styles, get, tag

_LINK = "{http://www.w3.org/1999/xlink}href"
_SVG = "{urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0}"
_BOXES = [tag("drawing", name) for name in ("text-box", "custom-shape", "rect", "ellipse", "polygon", "caption")]
"""What a paragraph holds, and has paragraphs of its own."""
_NO_TEXT = {
    "tracked-changes", "annotation", "annotation-end", "table-of-content", "alphabetical-index", "illustration-index",
    "table-index", "user-index", "object-index", "bibliography", "forms", "variable-decls", "sequence-decls",
    "user-field-decls", "hidden-text", "hidden-paragraph", "desc", "title",
}  # fmt: skip
"""What is no text: what was deleted, remarks, lists made by a program."""
_AROUND = {"header", "header-left", "header-first", "footer", "footer-left", "footer-first"}
_MOST_SPACES = 100
_NOTHING = Sized()


def convert(data: bytes) -> Converted:
    """The HTML of an OpenDocument text, with what heads and foots its pages beside it. Raises Unreadable."""
    with packages.opened(data) as archive:
        content, styles = packages.xml(archive, "content.xml"), packages.xml(archive, "styles.xml")
        text = content.find(f".//{tag('office', 'text')}") if content is not None else None
        if text is None:
            return Converted("")
        parts = [part for part in (styles, content) if part is not None]
        pictures, known = Pictures(archive), Styles(parts)
        reader, outside = _Reader(known, pictures), _Reader(known)
        created, called = (packages.text(archive, "meta.xml", name) for name in ("creation-date", "title"))
        shown = "".join(map(str, _arranged(reader.blocks(text), " ".join(called.split()))))
        around = [element for part in parts for element in part.iter() if _name(element) in _AROUND]
        beside = "".join(str(block) for element in around for block in outside.blocks(element))
        html = f"<article>{shown}{reader.notes}</article><aside>{beside}</aside>"
        return Converted(html, left_out=pictures.left_out, pictures=pictures.shown, created=created)


@dataclass(frozen=True, slots=True)
class _Block:
    """A paragraph, a heading, a list or a table: the HTML in its tag; the blocks in the ``cells`` of a table."""

    tag: str
    html: str
    sized: Sized = _NOTHING
    cells: tuple[_Block, ...] | None = None

    @property
    def level(self) -> int:
        """The level of a heading, 0 for all else."""
        return int(self.tag[1]) if self.tag[:1] == "h" else 0

    def __str__(self) -> str:
        return f"<{self.tag}>{self.html}</{self.tag}>"


def _arranged(blocks: Iterator[_Block], called: str) -> list[_Block]:
    """The blocks with the letterhead as paragraphs and the headline as one, see `feedsrv.converting.layout`."""
    found = opened(blocks, lambda one: one.cells, lambda one: one.level > 0, lambda one: one.sized.is_text)
    index = next((index for index, one in enumerate(found) if is_headed([one.level])), None)
    if index is None and (index := larger([one.sized for one in found], called)) is not None:
        found[index] = replace(found[index], tag="h1")
    return [replace(one, html=_LOGO.sub("", one.html)) for one in found[: index or 0]] + found[index or 0 :]


_LOGO = re.compile(r'<img class="logo"[^>]*>')
"""A small picture, which is one of the letterhead where it stands above the headline."""


def _name(element: Element) -> str:
    return etree.QName(element).localname if isinstance(element.tag, str) else ""


class _Reader:
    """Reads the elements of a text, keeps its notes for the end; without ``pictures`` it shows none."""

    def __init__(self, styles: Styles, pictures: Pictures | None = None) -> None:
        self._styles = styles
        self._pictures = pictures
        self._notes: list[str] = []

    @property
    def notes(self) -> str:
        """The list of the notes that have been met."""
        return f"<ol>{''.join(self._notes)}</ol>" if self._notes else ""

    def blocks(self, element: Element) -> Iterator[_Block]:
        """The paragraphs, lists and tables in an element."""
        for child in element:
            match _name(child):
                case "section" if _is_hidden(child):
                    pass
                case "p" | "h":
                    yield from self._paragraph(child)
                case "list":
                    kind = "ol" if self._styles.is_numbered(child) else "ul"
                    yield _Block(kind, self._items(child))
                case "table":
                    yield _Block("table", self._rows(child), cells=tuple(self._cells(child)))
                case "frame" if picture := self._picture(child):
                    yield _Block("p", picture)
                case name if name not in _NO_TEXT:
                    yield from self.blocks(child)

    def _paragraph(self, element: Element) -> Iterator[_Block]:
        style = self._styles.of(element)
        if not style.is_hidden and not any(map(_is_hidden, element.iter(tag("text", "hidden-paragraph")))):
            level = int(get(element, "text", "outline-level") or 1) if _name(element) == "h" else style.level
            html = self._inline(element, style) if level else _emphasised(self._inline(element, style), style, Style())
            words = " ".join("".join(element.itertext()).split())
            yield _Block(
                f"h{min(level, 6)}" if level else "p",
                html,
                Sized(words, self._size(element, style), self._is_bold(element, style)),
            )
        for box in element.iter(*_BOXES):
            if element in itertools.islice(box.iterancestors(tag("text", "p"), tag("text", "h")), 1):
                yield from self.blocks(box)

    def _size(self, element: Element, style: Style) -> float:
        """The size of most letters of a paragraph."""
        sizes = {style.size: len(element.text or "") + sum(len(child.tail or "") for child in element)}
        for span in element.iter(tag("text", "span")):
            size = self._styles.of(span).size or style.size
            sizes[size] = sizes.get(size, 0) + len("".join(span.itertext()))
        return max(sizes, key=lambda size: sizes[size])

    def _is_bold(self, element: Element, style: Style) -> bool:
        """Whether a paragraph is bold, by its own style or by that of the one piece that is all of it."""
        spans = list(element)
        is_one = len(spans) == 1 and not (element.text or "").strip() and not (spans[0].tail or "").strip()
        return style.is_bold or (is_one and _name(spans[0]) == "span" and self._styles.of(spans[0]).is_bold)

    def _items(self, element: Element) -> str:
        items = (child for child in element if _name(child) in {"list-item", "list-header"})
        return "".join(f"<li>{self._within(item)}</li>" for item in items)

    def _rows(self, element: Element) -> str:
        rows = []
        for row in element.iter(tag("table", "table-row")):
            is_head = next(row.iterancestors(tag("table", "table-header-rows")), None) is not None
            kind = "th" if is_head else "td"
            cells = (cell for cell in row if _name(cell) == "table-cell")
            rows.append("".join(f"<{kind}{_span(cell)}>{self._within(cell)}</{kind}>" for cell in cells))
        return "".join(f"<tr>{row}</tr>" for row in rows)

    def _cells(self, element: Element) -> Iterator[_Block]:
        """The paragraphs of all cells, one after another."""
        for cell in element.iter(tag("table", "table-cell")):
            yield from self.blocks(cell)

    def _within(self, element: Element) -> str:
        """What stands in a cell or an item; one paragraph needs no tag of its own."""
        blocks = list(self.blocks(element))
        return blocks[0].html if len(blocks) == 1 and blocks[0].tag == "p" else "".join(map(str, blocks))

    def _inline(self, element: Element, above: Style) -> str:
        return escape(element.text or "") + "".join(
            self._piece(child, above) + escape(child.tail or "") for child in element
        )

    def _piece(self, element: Element, above: Style) -> str:
        match _name(element):
            case "span":
                return self._span(element, above)
            case "a":
                return f'<a href="{escape(element.get(_LINK) or "")}">{self._inline(element, above)}</a>'
            case "s":
                count = get(element, "text", "c")
                return " " * min(int(count) if count.isdigit() else 1, _MOST_SPACES)
            case "tab":
                return " "
            case "line-break":
                return "<br>"
            case "note":
                return self._note(element)
            case "frame":
                return self._picture(element)
            case name if name in _NO_TEXT or element.tag in _BOXES:
                return ""
        return self._inline(element, above)

    def _span(self, element: Element, above: Style) -> str:
        style = self._styles.of(element)
        if style.is_hidden:
            return ""
        return _emphasised(self._inline(element, style), style, above)

    def _note(self, element: Element) -> str:
        body = element.find(tag("text", "note-body"))
        self._notes.append("")
        number = len(self._notes)
        text = "" if body is None else self._within(body)
        self._notes[number - 1] = f'<li id="note-{number}">{text} <a href="#note-ref-{number}">↑</a></li>'
        return f'<sup><a href="#note-{number}" id="note-ref-{number}">[{number}]</a></sup>'

    def _picture(self, frame: Element) -> str:
        """The picture in a frame, "" where there is none: its description stands for one that cannot be shown."""
        members = [(image.get(_LINK) or "").removeprefix("./") for image in frame.iterfind(tag("drawing", "image"))]
        if not members or self._pictures is None:
            return ""
        said = frame.findtext(f"{_SVG}desc") or frame.findtext(f"{_SVG}title") or ""
        shown = self._pictures.attributes([] if self._styles.cuts(frame) else members, said)
        logo = ' class="logo"' if 0 < _millimetres(frame.get(f"{_SVG}height", "")) < LARGEST_LOGO else ""
        attributes = "".join(f' {name}="{escape(text)}"' for name, text in shown.items())
        return f"<img{logo}{attributes}>"


def _is_hidden(element: Element) -> bool:
    """Whether a section is not shown, or what stands for a paragraph that is not; a condition counts as it last was."""
    display = get(element, "text", "display")
    return display == "none" or (display != "true" and get(element, "text", "is-hidden") == "true")


def _millimetres(length: str) -> float:
    match = re.fullmatch(r"([0-9]{1,6}(?:\.[0-9]{1,6})?)(mm|cm|in|pt)", length)
    return float(match[1]) * {"mm": 1, "cm": 10, "in": 25.4, "pt": 25.4 / 72}[match[2]] if match else 0.0


def _emphasised(html: str, style: Style, above: Style) -> str:
    """The HTML of words, where there are any, set off as their style has it and the one around them has not."""
    if style.is_italic and not above.is_italic and html.strip():
        html = f"<em>{html}</em>"
    return f"<strong>{html}</strong>" if style.is_bold and not above.is_bold and html.strip() else html


def _span(cell: Element) -> str:
    """The attributes of a cell that stands for several."""
    spans = ((name, get(cell, "table", f"number-{name}s-spanned")) for name in ("column", "row"))
    return "".join(f' {name[:3]}span="{count}"' for name, count in spans if count.isdigit() and count != "1")
