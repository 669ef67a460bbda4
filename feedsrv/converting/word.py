"""Word documents (.docx) -> HTML, with mammoth: headings, paragraphs, lists, tables, notes, links, pictures."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from html import escape
from typing import Any

from feedsrv.converting import Converted, packages
from feedsrv.converting.layout import LARGEST_LOGO, Sized, is_headed, larger, opened
from feedsrv.converting.pictures import Pictures
from feedsrv.converting.word_parts import Drawing, Parts
from feedsrv.converting.word_styles import Styles

_STYLES = "p[style-name='Title'] => h1:fresh\np[style-name='Subtitle'] => p.subtitle:fresh"

_ONE_PARAGRAPH = re.compile(r"(<(td|th)(?: [a-z]+=\"[0-9]+\")*>)<p>((?:[^<]|<(?!/?p>))*)</p>(?=</\2>)")
"""A cell with one paragraph in it, which needs no tag of its own."""


def convert(data: bytes) -> Converted:
    """The HTML of a Word document, with what heads and foots its pages beside it. Raises Unreadable."""
    import mammoth

    with packages.opened(data) as archive:
        parts = Parts(archive)
        pictures = Pictures(archive)
        created, called = (packages.text(archive, "docProps/core.xml", name) for name in ("created", "title"))

        def shown(image: Any) -> dict[str, str]:
            drawing = _drawing(image, parts)
            return pictures.attributes([] if drawing.is_cut else [_member(image)], drawing.description)

        text = mammoth.convert_to_html(
            parts.package,
            convert_image=mammoth.images.img_element(shown),
            style_map=_STYLES,
            transform_document=_Arrangement(parts, called).arranged,
        ).value
    beside = "".join(f"<p>{escape(line)}</p>" for line in parts.around)
    text = _ONE_PARAGRAPH.sub(r"\1\3", text)
    html = f"<article>{text}</article><aside>{beside}</aside>"
    return Converted(html, left_out=pictures.left_out, pictures=pictures.shown, created=created)


def _member(image: Any) -> str:
    """The name of the file of a picture, which it holds itself here; "" for one that lies elsewhere."""
    try:
        with image.open() as file:
            return str(file.read().decode())
    except (OSError, KeyError, ValueError):
        return ""


def _drawing(image: Any, parts: Parts) -> Drawing:
    number = image.alt_text or ""
    return parts.drawings[int(number)] if number.isdecimal() and int(number) < len(parts.drawings) else Drawing()


class _Arrangement:
    """Finds letterhead and headline by the layout, see `feedsrv.converting.layout`."""

    def __init__(self, parts: Parts, called: str) -> None:
        self._parts = parts
        self._called = " ".join(called.split())
        self._styles: Styles = parts.styles

    def arranged(self, document: Any) -> Any:
        """The document with its letterhead as paragraphs without a logo, and its headline as one."""
        children = [self._styled(child) for child in document.children]
        children = opened(children, self._cells, lambda one: self._level(one) > 0, lambda one: self._sized(one).is_text)
        levels, sized = list(map(self._level, children)), list(map(self._sized, children))
        index = next((index for index, level in enumerate(levels) if is_headed([level])), None)
        if index is None and (index := larger(sized, self._called)) is not None:
            children[index] = children[index].copy(style_name="Title")
        above = [self._without_logo(child) for child in children[: index or 0]]
        return document.copy(children=[*above, *children[len(above) :]])

    def _styled(self, block: Any) -> Any:
        """A block with the style name that mammoth knows for the headings in it, whatever they are called here."""
        level = self._level(block)
        return (
            block.copy(style_name=f"Heading {level}")
            if level > 1
            else block.copy(style_name="Title")
            if level
            else block
        )

    def _cells(self, block: Any) -> list[Any] | None:
        """The blocks in the cells of a table, None for what is none."""
        if type(block).__name__ != "Table":
            return None
        blocks = (child for row in block.children for cell in row.children for child in cell.children)
        return [self._styled(child) for child in blocks]

    def _level(self, block: Any) -> int:
        return self._styles.of(block.style_id).level if type(block).__name__ == "Paragraph" else 0

    def _sized(self, block: Any) -> Sized:
        if type(block).__name__ != "Paragraph":
            return Sized()
        counted = Counter[float]()
        style = self._styles.of(block.style_id)
        texts = list(_texts(block, style.size, is_bold=style.is_bold))
        for text, size, _ in texts:
            counted[size] += len(text)
        words = " ".join("".join(text for text, _, _ in texts).split())
        is_bold = all(is_bold for text, _, is_bold in texts if text.strip())
        return Sized(words, max(counted, key=lambda size: counted[size], default=0.0), is_bold)

    def _without_logo(self, element: Any) -> Any:
        """What stands above the headline without its pictures, but for large ones."""
        children = getattr(element, "children", None)
        if not children:
            return element
        kept = (child for child in children if not self._is_logo(child))
        return element.copy(children=[self._without_logo(child) for child in kept])

    def _is_logo(self, element: Any) -> bool:
        return type(element).__name__ == "Image" and 0 < _drawing(element, self._parts).height < LARGEST_LOGO


def _texts(element: Any, size: float, *, is_bold: bool) -> Iterator[tuple[str, float, bool]]:
    """The pieces of text in an element, with the sizes of their letters, and whether they are bold."""
    size = getattr(element, "font_size", None) or size
    is_bold = is_bold or bool(getattr(element, "is_bold", None))
    if isinstance(value := getattr(element, "value", None), str):
        yield value, size, is_bold
    for child in getattr(element, "children", None) or ():
        yield from _texts(child, size, is_bold=is_bold)
