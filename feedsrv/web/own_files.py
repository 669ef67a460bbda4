"""Our own files: the style sheets and pictures that come along, each under an address that names its content."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from feedsrv.web.cache import Rendering

FOLDER = Path(__file__).with_name("static")
CSS = "text/css; charset=utf-8"
PNG = "image/png"
TYPES = {
    "newsroom.css": CSS,
    "feed.css": CSS,
    "icon.svg": "image/svg+xml",
    "icon-512.png": PNG,
    "icon-64.png": PNG,
    "logo.png": PNG,
    "favicon.ico": "image/vnd.microsoft.icon",
}
"""Their types. Each picture is another form of icon.svg."""
COLOURS = "colours"
"""The part that every sheet begins with."""
PARTS = ("base", "frame", "search", "lists", "narrowing", "release", "directories", "errors", "everybody", "print")
"""What else newsroom.css is made of, in this order: one sheet for browsers, one for each kind of thing in `FOLDER`."""
_SHEETS = {"newsroom.css": (COLOURS, *(f"newsroom/{part}" for part in PARTS)), "feed.css": (COLOURS, "feed")}


def hashed(name: str) -> str:
    """The name under which a file is served: icon.svg is icon.0123abcd.svg."""
    stem, _, ending = name.partition(".")
    return f"{stem}.{own_file(name).etag[:8]}.{ending}"


@cache
def own_file(name: str) -> Rendering:
    """One of `TYPES`, ready to be sent."""
    paths = [FOLDER / f"{part}.css" for part in _SHEETS[name]] if name in _SHEETS else [FOLDER / name]
    return Rendering.of(b"\n".join(path.read_bytes() for path in paths), TYPES[name])
