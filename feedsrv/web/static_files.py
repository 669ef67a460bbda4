"""The static files: each under an address that names its content, so that it may be kept for ever."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from flask import Response, abort

from feedsrv.web.cache import Rendering
from feedsrv.web.responses import IMMUTABLE, PUBLIC, respond

FOLDER = Path(__file__).with_name("static")
CSS = "text/css; charset=utf-8"
TYPES = {"newsroom.css": CSS, "feed.css": CSS, "icon.svg": "image/svg+xml"}


@cache
def _rendering(name: str) -> Rendering:
    return Rendering.of((FOLDER / name).read_bytes(), TYPES[name])


def hashed(name: str) -> str:
    """The name under which a file is served: icon.svg is icon.0123abcd.svg."""
    stem, _, ending = name.partition(".")
    return f"{stem}.{_rendering(name).etag[:8]}.{ending}"


def static(name: str) -> Response:
    """A static file. Pages kept from another version find the present one, and are not told to keep it."""
    stem, _, rest = name.partition(".")
    plain = f"{stem}.{rest.rpartition('.')[2]}"
    if plain not in TYPES:
        abort(404)
    return respond(_rendering(plain), IMMUTABLE if name == hashed(plain) else PUBLIC)
