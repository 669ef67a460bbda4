"""The table ``appearance`` of newsroom.toml: what stands in it becomes an `Appearance`, or is complained of."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from feedsrv.appearance import ASSETS, Appearance, HouseLink, Texts
from feedsrv.colours import COLOUR
from feedsrv.printable import shown

ADDRESS = re.compile(r"(?:https?://|mailto:|/(?!/))[^\s\"<>\\^`{|}\x00-\x1f\x7f]+|/")
"""Where a link of the house may lead: to a page on the web, a mail address, or a path of this newsroom."""

Complain = Callable[[str, str, str], object]
"""What is told of a setting that is wrong: its key, what is wrong, and what to do."""


def read(table: Any, complain: Complain) -> Appearance:
    """The appearance that a table describes, without what is complained of."""
    if not isinstance(table, dict):
        complain("appearance", f"appearance is {shown(table)}", "write a table: [appearance]")
        return Appearance()
    return _AppearanceReader(complain).appearance(table)


class _AppearanceReader:
    def __init__(self, complain: Complain) -> None:
        self._complain = complain

    def appearance(self, table: dict[str, Any]) -> Appearance:
        readers: dict[str, Callable[[str, Any], Any]] = {
            **dict.fromkeys(ASSETS, self._path),
            **dict.fromkeys(("accent", "accent_dark"), self._colour),
            "notice": self._texts,
            "notice_address": self._addresses,
            **dict.fromkeys(("header", "foot", "social"), self._links),
        }
        values: dict[str, Any] = {}
        for key, value in table.items():
            if key in readers:
                values[key] = readers[key](key, value)
            else:
                self._complain(key, f"appearance has no {shown(key)}", f"it has {', '.join(readers)}")
        files = {name: path for name in ASSETS if (path := values.pop(name, ""))}
        return Appearance(files, **values)

    def _path(self, key: str, value: Any) -> str:
        if isinstance(value, str) and value.isprintable() and not {"", ".", ".."} & {*value.split("/")}:
            return value
        remedy = 'name one in the folder of releases, like "house/logo.svg"'
        self._complain(key, f"{key} is {shown(value)}, which is no path within the folder", remedy)
        return ""

    def _colour(self, key: str, value: Any) -> str:
        if isinstance(value, str) and COLOUR.fullmatch(value):
            return value.lower()
        self._complain(key, f"{key} is {shown(value)}", 'write a colour like "#1d3f72"')
        return ""

    def _texts(self, key: str, value: Any) -> Texts:
        texts = {"": value} if isinstance(value, str) else value
        if isinstance(texts, dict) and all(_is_line(text) for text in texts.values()):
            return {language: text.strip() for language, text in texts.items() if text.strip()}
        self._complain(key, f"{key} is {shown(value)}", 'write a text on one line, or one by language: { en = "…" }')
        return {}

    def _addresses(self, key: str, value: Any) -> Texts:
        texts = self._texts(key, value)
        for address in texts.values():
            if not ADDRESS.fullmatch(address):
                remedy = 'write one like "https://www.example.org/imprint", or a path of the newsroom'
                self._complain(key, f"{shown(address)} is no address", remedy)
        return texts

    def _links(self, key: str, value: Any) -> tuple[HouseLink, ...]:
        if isinstance(value, dict):
            return tuple(self._link(f"{key}.{name}", name, stated) for name, stated in value.items())
        remedy = f'write a table: [appearance.{key}] imprint = "https://www.example.org/imprint"'
        self._complain(key, f"{key} is {shown(value)}", remedy)
        return ()

    def _link(self, key: str, name: str, stated: Any) -> HouseLink:
        parts = stated if isinstance(stated, dict) else {"address": stated}
        if "address" not in parts or parts.keys() - {"address", "label"}:
            remedy = 'write an address, or { label = { en = "…" }, address = "…" }'
            self._complain(key, f"{shown(name)} is {shown(stated)}", remedy)
            return HouseLink(name, {}, {})
        return HouseLink(name, self._texts(key, parts.get("label", {})), self._addresses(key, parts["address"]))


def _is_line(text: Any) -> bool:
    return isinstance(text, str) and text.isprintable()
