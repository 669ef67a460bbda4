"""Styles of a Word document: what they say of its paragraphs and letters, whatever language they are named in."""

from __future__ import annotations

import re
from dataclasses import replace

from lxml import etree

from feedsrv.converting.layout import Style, heading_level

Element = etree._Element  # noqa: SLF001 - lxml has no other name for it

_DEEPEST = 50
OFF = {"0", "false", "off", "none"}
"""What says that a mark is none."""


def value(element: Element | None, name: str = "val") -> str:
    """An attribute of an element in whichever edition of the format, "" where there is none."""
    attributes = element.attrib.items() if element is not None else ()
    return next((str(text) for key, text in attributes if str(key).endswith(f"}}{name}")), "")


def is_marked(properties: Element | None, *names: str) -> bool | None:
    """Whether properties have one of these marks; None where they do not say."""
    marks = [mark for name in names if properties is not None for mark in properties.iterfind(f"{{*}}{name}")]
    return any(value(mark) not in OFF for mark in marks) if marks else None


class Styles:
    """The styles of a document, by their ids."""

    def __init__(self, part: Element | None) -> None:
        stated = list(part.iterfind("{*}style")) if part is not None else []
        self._stated = {value(style, "styleId"): style for style in reversed(stated)}
        defaults = part.find("{*}docDefaults/{*}rPrDefault/{*}rPr") if part is not None else None
        self._default = replace(Style(), size=_size(defaults, 0))
        self._known: dict[str, Style] = {}
        usual = (value(one, "styleId") for one in stated if value(one, "type") == "paragraph" and _is_default(one))
        self._usual = next(usual, "")

    def of(self, style_id: str | None) -> Style:
        """What a style says; that of a paragraph which has none where there is no id."""
        return self._named(style_id or self._usual)

    def _named(self, name: str, depth: int = 0) -> Style:
        if name not in self._known:
            stated = self._stated.get(name)
            if stated is None or depth > _DEEPEST:
                return self._default
            self._known[name] = _own(stated, self._named(value(stated.find("{*}basedOn")), depth + 1))
        return self._known[name]


def _is_default(style: Element) -> bool:
    return value(style, "default") not in {"", *OFF}


def _own(style: Element, above: Style) -> Style:
    letters = style.find("{*}rPr")
    is_hidden, is_bold = is_marked(letters, "vanish"), is_marked(letters, "b")
    return replace(
        above,
        size=_size(letters, above.size),
        is_hidden=above.is_hidden if is_hidden is None else is_hidden,
        is_bold=above.is_bold if is_bold is None else is_bold,
        level=_level(style, above.level),
    )


def _level(style: Element, above: int) -> int:
    """The level of headings of a style: by its name, else by its place in the outline."""
    if named := heading_level(value(style.find("{*}name"))):
        return named
    outline = value(style.find("{*}pPr/{*}outlineLvl"))
    return (int(outline) + 1 if re.fullmatch(r"[0-5]", outline) else 0) if outline else above


def _size(letters: Element | None, above: float) -> float:
    stated = value(letters.find("{*}sz")) if letters is not None else ""
    return int(stated) / 2 if re.fullmatch(r"\d{1,4}", stated) else above
