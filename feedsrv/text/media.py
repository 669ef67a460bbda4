"""Media: frames, films, sound and lazy pictures of a text, as what a page may show in their place.

What lies with the release is shown by itself: a picture, or a player with a link in it for whoever has none. What is on
another host would tell it who reads the release: a link with its title and its host stands for it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html import escape, unescape
from urllib.parse import unquote, urlsplit

from feedsrv.text.media_types import media_type

ELEMENTS = frozenset({"audio", "embed", "iframe", "object", "picture", "source", "track", "video"})
"""The names of the elements that `settled` replaces; `<img>` is another."""
ATTRIBUTES: Mapping[str, set[str]] = {
    "*": {"aria-label", "height", "src", "style", "title", "type", "width"},
    "img": {"alt", "srcset"},
    "object": {"data"},
    "source": {"srcset"},
    "track": {"kind", "label", "srclang"},
    "video": {"poster"},
}
"""What they say of themselves, beside names that begin with ``data-``."""

_OPENING = re.compile(rf"<(?i:{'|'.join(ELEMENTS)})\b")  # begins with one sign, so that a search skips to the next
_LAZY_SOURCE = re.compile(r"\b(?:data-[a-z-]*src|srcset)", re.IGNORECASE)
_TAG = re.compile(rf'<(?P<end>/?)(?P<name>{"|".join(ELEMENTS)}|img)(?P<attributes>(?: [^\s=">]+="[^"]*")*)>')
_ATTRIBUTE = re.compile(r' ([^\s=">]+)="([^"]*)"')
_EMPTY = {"embed", "img", "source", "track"}
_LAZY = ("data-src", "data-original", "data-lazy-src", "data-lazy")
_CANDIDATES = ("data-srcset", "data-lazy-srcset", "srcset")
_CANDIDATE = re.compile(r"([^\s,]\S*[^\s,])(?:\s+([0-9.]{1,9})[wx])?\s*(?:,|$)")
_ELSEWHERE = re.compile(r"[a-z][a-z0-9+.-]*:|[/\\]{2}", re.IGNORECASE)
_PHOTOGRAPHS = {"image/avif", "image/heic", "image/jpeg", "image/png", "image/tiff", "image/webp"}
_UNSEEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)

Attributes = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class _Element:
    """An outermost element of media, where it begins and ends, and the HTML within it."""

    name: str
    attributes: Attributes
    start: int
    end: int
    content: str = ""


def may_be_in(source: str) -> bool:
    """Whether `settled` would find anything in a piece of HTML."""
    if _OPENING.search(source):
        return True
    folded = source.casefold()
    return ("data-" in folded or "srcset" in folded) and bool(_LAZY_SOURCE.search(source))


def is_elsewhere(address: str) -> bool:
    """Whether an address is not relative, and so leads to another host than that of the page it stands in."""
    return bool(_ELSEWHERE.match(re.sub(r"[\t\n\r]", "", address.strip())))


def is_worth_seeing(address: str, attributes: Attributes) -> bool:
    """Whether a picture without a description is no decoration and no counter of readers: no GIF, and no pixel."""
    return media_type(_path(address)) in _PHOTOGRAPHS and not _is_pixel(attributes)


def settled(parsed: str) -> str:
    """HTML in one spelling, see `feedsrv.text.html`, with what is shown in place of its media; not yet sanitised."""
    shown: list[str] = []
    end = 0
    for element in _elements(parsed):
        shown += (parsed[end : element.start], _shown(element))
        end = element.end
    return "".join((*shown, parsed[end:]))


def framed(parsed: str) -> Iterator[str]:
    """The hosts of the frames, films and players of HTML in one spelling that lie elsewhere: links stand for them."""
    for element in _elements(parsed):
        address = _address(element.attributes, "data" if element.name == "object" else "src")
        is_seen = not (_is_pixel(element.attributes) or _UNSEEN.search(element.attributes.get("style", "")))
        if element.name in _FRAMES and address and is_elsewhere(address) and is_seen:
            yield _host(address)


_FRAMES = {"audio", "embed", "iframe", "object", "video"}


def _elements(parsed: str) -> Iterator[_Element]:
    """The outermost elements; an object without an address is nothing but what stands in it."""
    opened, depth = None, 0
    for tag in _TAG.finditer(parsed):
        name, is_end = tag["name"], bool(tag["end"])
        if opened:
            depth += (-1 if is_end else 1) if name == opened["name"] else 0
            if not depth:
                yield _Element(name, _stated(opened), opened.start(), tag.end(), parsed[opened.end() : tag.start()])
                opened = None
        elif name in _EMPTY or is_end or (name == "object" and not _address(_stated(tag), "data")):
            yield _Element("" if is_end else name, _stated(tag), tag.start(), tag.end())
        else:
            opened, depth = tag, 1


def _stated(tag: re.Match[str]) -> Attributes:
    return {name: unescape(value).strip() for name, value in _ATTRIBUTE.findall(tag["attributes"])}


def _shown(element: _Element) -> str:
    attributes = element.attributes
    match element.name:
        case "img":
            return _picture(attributes)
        case "picture":
            return _of_candidates(element.content)
        case "video" | "audio":
            return _player(element)
        case "iframe" | "embed":
            return _framed(_address(attributes, "src"), attributes)
        case "object":
            return _framed(_address(attributes, "data"), attributes)
    return ""


def _address(attributes: Attributes, name: str) -> str:
    """Where an element leads; one that is lazy says it elsewhere, and something that stands for it where others do."""
    found = next(filter(None, map(attributes.get, (*_LAZY, name))), "")
    return "" if found.lower().startswith(("about:", "data:", "javascript:")) else found


def _framed(address: str, attributes: Attributes) -> str:
    """What stands for what another document is put into a page with: a picture, a player, or a link."""
    if not address or _is_pixel(attributes) or _UNSEEN.search(attributes.get("style", "")):
        return ""
    kind = attributes.get("type") or media_type(_path(address))
    if kind.startswith("image/"):
        return _tag("img", src=address, alt=_title(attributes))
    name = kind.partition("/")[0]
    if name in {"audio", "video"}:
        return _player(_Element(name, {**attributes, "src": address}, 0, 0))
    return _link(address, attributes)


def _is_pixel(attributes: Attributes) -> bool:
    return not {"0", "1"}.isdisjoint((attributes.get("width"), attributes.get("height")))


def _picture(attributes: Attributes) -> str:
    address = _address(attributes, "src") or _largest(attributes)
    kept = {name: attributes[name] for name in ("alt", "title", "width", "height") if name in attributes}
    return _tag("img", src=address, **kept)


def _largest(attributes: Attributes) -> str:
    """The address of the largest of the pictures among which a browser may choose."""
    found = _CANDIDATE.findall(next(filter(None, map(attributes.get, _CANDIDATES)), ""))
    return max(found, key=lambda candidate: _number(candidate[1]), default=("", ""))[0]


def _number(text: str) -> float:
    return float(text) if re.fullmatch(r"\d+(\.\d+)?", text) else 1.0


def _of_candidates(content: str) -> str:
    """The picture in a `<picture>`, or the best of those it might have been."""
    tags = [(tag["name"], _stated(tag)) for tag in _TAG.finditer(content) if not tag["end"]]
    picture = next((attributes for name, attributes in tags if name == "img"), {})
    offered = next((_largest(attributes) for name, attributes in tags if name == "source"), "")
    has_address = _address(picture, "src") or _largest(picture)
    return _picture(picture if has_address else {**picture, "src": offered})


def _player(element: _Element) -> str:
    """A player of those of the films that lie with the release, with a link in it; else a link to the first."""
    tags = [(tag["name"], _stated(tag)) for tag in _TAG.finditer(element.content)]
    stated = [element.attributes, *(attributes for name, attributes in tags if name == "source")]
    addresses = [(address, attributes) for attributes in stated if (address := _address(attributes, "src"))]
    own = [(address, attributes) for address, attributes in addresses if not is_elsewhere(address)]
    link = next((_link(address, element.attributes) for address, _ in own or addresses), "")
    if not own:
        return link
    sources = (_tag("source", src=address, **_only(attributes, "type")) for address, attributes in own)
    tracks = (
        _tag("track", src=attributes["src"], **_only(attributes, "kind", "srclang", "label"))
        for name, attributes in tags
        if name == "track" and "src" in attributes
    )
    size = _only(element.attributes, "poster", "width", "height") if element.name == "video" else {}
    opening = _tag(element.name, controls="", preload="metadata", **size)
    return f"{opening}{''.join(sources)}{''.join(tracks)}{link}</{element.name}>"


def _only(attributes: Attributes, *names: str) -> Attributes:
    return {name: attributes[name] for name in names if attributes.get(name)}


def _link(address: str, attributes: Attributes) -> str:
    return f'<a href="{escape(address)}">{escape(in_words(address, _title(attributes)), quote=False)}</a>'


def _title(attributes: Attributes) -> str:
    return attributes.get("title") or attributes.get("aria-label") or ""


def in_words(address: str, title: str = "") -> str:
    """What a link says that stands for something: its title, else the name of the file, and the host it is on."""
    host = _host(address) if is_elsewhere(address) else ""
    name = title or unquote(_path(address).rstrip("/").rpartition("/")[2])
    if not host:
        return name
    has_name = title or "." in name
    return f"{name} ({host})" if has_name else host


def _host(address: str) -> str:
    try:
        return (urlsplit(address).hostname or "").removeprefix("www.")
    except ValueError:  # "http://[": an address that cannot be one
        return ""


def _path(address: str) -> str:
    """The path of an address, without query and fragment."""
    return re.split(r"[?#]", address, maxsplit=1)[0]


def _tag(element: str, /, **attributes: str) -> str:
    stated = (f' {name}="{escape(value)}"' for name, value in attributes.items())
    return f"<{element}{''.join(stated)}>"
