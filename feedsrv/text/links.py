"""Links of releases to each other, while it is not known yet where they lead, and the notations that generators have.

A link that may lead to a release is written with a scheme of its own from where a file is read to where it is known
what is public: no file can write it, for `feedsrv.text.html.sanitise` lets no such scheme pass.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator, Mapping, Set
from urllib.parse import unquote

_SCHEME = "release:"
_LINK = re.compile(r'<(?P<name>/?a)(?P<attributes>(?: [a-z]+="[^"]*")*)>')
_HREF = re.compile(r' href="([^"]*)"')
_NOTATION = re.compile(r"[{|](?:attach|filename|index|static)[}|]|@(?=/)")


def plain(path: str) -> str:
    """A path without the notation in front by which Pelican and Zola say that it is one of a file."""
    return _NOTATION.sub("", path, count=1) if _NOTATION.match(path) else path


def unsettled(address: str) -> str:
    """The address of a link of which it is not known yet where it leads."""
    return _SCHEME + address


def parts(safe: str) -> Iterator[tuple[str, str]]:
    """The parts that links of sanitised HTML lead to which are not settled: the address, "" for its own, and the part.

    A link to the top of a text, which has no name, is none.
    """
    for tag in _LINK.finditer(safe) if "#" in safe else ():
        href = _HREF.search(tag["attributes"])
        address, _, part = html.unescape(href[1] if href else "").partition("#")
        if part not in {"", "top"} and (not address or address.startswith(_SCHEME)):
            yield address.removeprefix(_SCHEME), unquote(part)


def settled(safe: str, targets: Mapping[str, str]) -> str:
    """Sanitised HTML whose unsettled links lead to these targets, by their addresses: where there is none, to nothing.

    What comes behind ``#`` is kept. A link that leads nowhere is its text alone.
    """
    if _SCHEME not in safe:
        return safe

    def target(address: str) -> str:
        if not address.startswith(_SCHEME):
            return address
        path, mark, part = address.removeprefix(_SCHEME).partition("#")
        found = targets.get(path, "")
        return found and found + mark + part

    return _led(safe, target)


def without(safe: str, lost: Set[str]) -> str:
    """Sanitised HTML in which the text alone is left of links that led to what is lost."""
    return _led(safe, lambda address: "" if address.partition("#")[0] in lost else address)


def _led(safe: str, target: Callable[[str], str]) -> str:
    """Sanitised HTML whose links lead to the targets of their addresses; one that has none is its text."""
    kept: list[bool] = []  # for each open link

    def replacement(tag: re.Match[str]) -> str:
        if tag["name"] == "/a":
            return "</a>" if not kept or kept.pop() else ""
        href = _HREF.search(tag[0])
        old = html.unescape(href[1]) if href else ""
        new = target(old) if href else ""
        kept.append(bool(new) or not href)
        if not kept[-1]:
            return ""
        return tag[0].replace(href[0], f' href="{html.escape(new)}"') if href and new != old else tag[0]

    return _LINK.sub(replacement, safe)
