"""Places: where the links, pictures and films of sanitised HTML lie, and HTML in which they lie elsewhere.

The regular expressions rely on the one spelling that `feedsrv.text.html.sanitise` gives.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping

ATTRIBUTE = re.compile(r' ([a-z]+)="([^"]*)"')
REFERENCE = re.compile(r'<(?P<name>/?a|img|source|track|video)(?P<attributes>(?: [a-z]+="[^"]*")*)>')
EMPTY = re.compile(r'<a(?: (?!id=)[a-z]+="[^"]*")*>\s*</a>|<(p|h[1-6])(?: [a-z]+="[^"]*")*>\s*</\1>')
_PLAYER = re.compile(
    r'<(audio|video)(?: [a-z]+="[^"]*")*>(?:<track(?: [a-z]+="[^"]*")*>)*(?!<source)(.*?)</\1>', re.DOTALL
)
"""A player that has nothing to play, and what stands in it."""
_OF_PLAYERS = re.compile(r'</?(?:audio|source|track|video)(?: [a-z]+="[^"]*")*>')
ADDRESS = {"a": "href", "img": "src", "source": "src", "track": "src", "video": "poster"}
"""The attribute in which an element says where it leads, or what it shows."""
TAG = re.compile(r'</?([a-z0-9]+)(?: [a-z]+="[^"]*")*>')
_ID = re.compile(r'<[a-z0-9]+(?: [a-z]+="[^"]*")*? id="([^"]*)"')
_OF_STYLE = re.compile(r' (?:id|class)="[^"]*"')


def addresses(safe: str) -> Iterator[tuple[str, bool]]:
    """Where the links, pictures and films of sanitised HTML lead, each with whether it is a picture."""
    for tag in REFERENCE.finditer(safe):
        attributes = dict(ATTRIBUTE.findall(tag["attributes"] or ""))
        if address := attributes.get(ADDRESS.get(tag["name"], "")):
            yield html.unescape(address).strip(), tag["name"] == "img"


def anchors(safe: str) -> Iterator[str]:
    """What a link can lead to within sanitised HTML."""
    return (html.unescape(name) for name in _ID.findall(safe))


def undescribed(safe: str) -> Iterator[str]:
    """Where the pictures of sanitised HTML lie that have no description."""
    for tag in REFERENCE.finditer(safe):
        attributes = dict(ATTRIBUTE.findall(tag["attributes"] or ""))
        if tag["name"] == "img" and not attributes.get("alt", "").strip():
            yield html.unescape(attributes.get("src", "")).strip()


def relocate(
    safe: str, places: Mapping[str, str], pictures: Mapping[str, str], sizes: Mapping[str, tuple[int, int]]
) -> str:
    """Sanitised HTML whose links, pictures and films lead to other places.

    A link that has no new place is left as it is, a picture that has none is its description, a film its link.
    ``sizes`` are width and height of pictures, by their new places; one that says its own keeps it.
    """

    def replacement(match: re.Match[str]) -> str:
        attributes = dict(ATTRIBUTE.findall(match["attributes"] or ""))
        name = match["name"]
        attribute = ADDRESS.get(name, "")
        old: str | None = attributes.get(attribute)
        if old is None:
            return str(match[0])
        new = (pictures if name in {"img", "video"} else places).get(html.unescape(old).strip())
        if new is not None:
            moved = str(match[0].replace(f' {attribute}="{old}"', f' {attribute}="{html.escape(new)}"'))
            return f"{moved[:-1]}{_in_place(attributes, sizes.get(new))}>" if name == "img" else moved
        match name:
            case "a":
                return str(match[0])
            case "img":
                return str(attributes.get("alt", ""))
            case "video":
                return str(match[0].replace(f' poster="{old}"', ""))
        return ""

    return EMPTY.sub("", _PLAYER.sub(r"\2", REFERENCE.sub(replacement, safe))).strip()


def _in_place(attributes: Mapping[str, str], size: tuple[int, int] | None) -> str:
    """The attributes by which a page keeps room for a picture, and fetches it when it comes into sight."""
    room = ""
    if size and all(size) and "width" not in attributes and "height" not in attributes:
        room = f' width="{size[0]}" height="{size[1]}"'
    return f'{room} loading="lazy"'


def for_feeds(safe: str) -> str:
    """Sanitised HTML as it stands in feeds: without ids and classes, which are those of our page, and without players.

    The link of each player is in its place: feed readers would fetch what it plays.
    """
    safe = _OF_PLAYERS.sub("", safe)
    return TAG.sub(lambda tag: _OF_STYLE.sub("", tag[0]), safe) if ' id="' in safe or ' class="' in safe else safe
