"""Styles: what those of an OpenDocument text say of its letters, those it was given and those made on the way."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from lxml import etree

from feedsrv.converting.layout import Style, heading_level

Element = etree._Element  # noqa: SLF001 - lxml has no other name for it

_NAMESPACE = "urn:oasis:names:tc:opendocument:xmlns:{}:1.0"
_DEEPEST = 50
_BOLD = 600


def tag(space: str, name: str) -> str:
    """The name of an element or an attribute of OpenDocument, as lxml has it."""
    return f"{{{_NAMESPACE.format(space)}}}{name}"


def get(element: Element, space: str, name: str) -> str:
    """An attribute, "" where there is none."""
    return element.get(tag(space, name)) or ""


class Styles:
    """All styles of a document, in its parts."""

    def __init__(self, parts: Iterable[Element]) -> None:
        self._stated: dict[str, Element] = {}
        self._default = Style()
        self._numbered: set[tuple[str, str]] = set()
        self._known: dict[str, Style] = {}
        for part in parts:
            for style in part.iter(tag("style", "style")):
                self._stated[get(style, "style", "name")] = style
            for style in part.iter(tag("style", "default-style")):
                if get(style, "style", "family") == "paragraph":
                    self._default = _own(style, Style())
            for style in part.iter(tag("text", "list-style")):
                for level in style.iterfind(tag("text", "list-level-style-number")):
                    self._numbered.add((get(style, "style", "name"), get(level, "text", "level")))

    def of(self, element: Element) -> Style:
        """The style of a paragraph or a span."""
        return self._named(get(element, "text", "style-name"))

    def cuts(self, frame: Element) -> bool:
        """Whether a part of the picture in a frame is not to be seen, which would be served all the same."""
        style = self._stated.get(get(frame, "drawing", "style-name"))
        found = style.find(tag("style", "graphic-properties")) if style is not None else None
        clip = get(found, "xsl-fo-compatible", "clip") if found is not None else ""
        return bool(re.search(r"(?<![\d.])(?:[1-9]|0?\.0?[1-9])", clip))

    def is_numbered(self, element: Element) -> bool:
        """Whether the items of a list have numbers: by its own style, or by that of the list it stands in."""
        lists = [element, *element.iterancestors(tag("text", "list"))]
        name = next((name for one in lists if (name := get(one, "text", "style-name"))), "")
        return (name, str(len(lists))) in self._numbered

    def _named(self, name: str, depth: int = 0) -> Style:
        if name not in self._known:
            stated = self._stated.get(name)
            if stated is None or depth > _DEEPEST:
                return self._default
            self._known[name] = _own(stated, self._named(get(stated, "style", "parent-style-name"), depth + 1))
        return self._known[name]


def _own(style: Element, above: Style) -> Style:
    level = _level(style, above.level)
    found = style.find(tag("style", "text-properties"))
    if found is None:
        return replace(above, level=level)
    weight, slant = (get(found, "xsl-fo-compatible", f"font-{name}") for name in ("weight", "style"))
    return Style(
        _size(get(found, "xsl-fo-compatible", "font-size"), above.size),
        (weight == "bold" or (weight.isdigit() and int(weight) >= _BOLD)) if weight else above.is_bold,
        slant != "normal" if slant else above.is_italic,
        above.is_hidden or get(found, "text", "display") == "none",
        level,
    )


def _level(style: Element, above: int) -> int:
    """The level of headings of a style: a heading may be a paragraph that looks like one."""
    outline = get(style, "style", "default-outline-level")
    return heading_level(get(style, "style", "name")) or (int(outline) if re.fullmatch("[1-6]", outline) else above)


def _size(stated: str, above: float) -> float:
    match = re.fullmatch(r"([0-9.]{1,8})(pt|%)", stated)
    if not match:
        return above
    return float(match[1]) if match[2] == "pt" else above * float(match[1]) / 100
