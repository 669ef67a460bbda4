"""Files: the attachments of releases, streamed, whole or in part, and our own static files.

Each of our own is under an address that names its content, so that it may be kept for ever.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import BinaryIO

from flask import Response, abort, request
from werkzeug.exceptions import HTTPException
from werkzeug.wsgi import wrap_file

from feedsrv.errors import IndexUnavailable
from feedsrv.release import Attachment, Release
from feedsrv.search import Snapshot
from feedsrv.web.addresses import version
from feedsrv.web.cache import Rendering
from feedsrv.web.context import site, snapshot
from feedsrv.web.responses import IMMUTABLE, LASTING, PUBLIC, respond

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
"""The types of our own files. Each picture is another form of icon.svg."""
PARTS = ("base", "frame", "search", "lists", "narrowing", "release", "directories", "errors", "print")
"""What newsroom.css is made of, in this order: one sheet for browsers, one for each kind of thing in `FOLDER`."""

_SHOWN_BY_BROWSERS = ("image/", "audio/", "video/", "application/pdf", "text/plain")
_HARMLESS = "sandbox; default-src 'none'"
_HARMLESS_PDF = "default-src 'none'"  # browsers' own viewers do not run in a sandbox


def attachment(release_id: str, name: str) -> Response:
    """A file of a release. It is opened here, so that it is sent to its end whatever is published meanwhile."""
    found, file = _newest(release_id, name)
    response = Response(wrap_file(request.environ, file), direct_passthrough=True, content_type=found.media_type)
    response.call_on_close(file.close)
    response.content_length = found.size
    response.headers["Cache-Control"] = LASTING if request.args.get("v") == version(found.digest) else PUBLIC
    response.headers["Content-Security-Policy"] = _HARMLESS_PDF if _is_pdf(found) else _HARMLESS
    if not found.media_type.startswith(_SHOWN_BY_BROWSERS):
        response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.set_etag(found.digest)
    try:
        return response.make_conditional(request, accept_ranges=True, complete_length=found.size)  # type: ignore[return-value]
    except HTTPException:
        file.close()
        raise


def _newest(release_id: str, name: str) -> tuple[Attachment, BinaryIO]:
    """A file of a release, open: that of the newest generation, where the one of this request has gone meanwhile."""
    try:
        return _opened(snapshot(), release_id, name)
    except IndexUnavailable:
        newest = site().index.snapshot()
        if newest.generation == snapshot().generation:
            raise
    return _opened(newest, release_id, name)


def _opened(asked: Snapshot, release_id: str, name: str) -> tuple[Attachment, BinaryIO]:
    found, path = asked.file(release_id, name)
    try:
        return found, path.open("rb")
    except OSError as error:
        raise IndexUnavailable(f"{path} cannot be opened: {error.strerror}") from error


def downloads(release: Release) -> Sequence[Attachment]:
    """The attachments that its page does not show."""
    return [item for item in release.attachments if not item.is_shown and item is not lead(release)]


def lead(release: Release) -> Attachment | None:
    """The picture that stands above the text; None if there is none, or if the text shows it."""
    named = (item for item in release.attachments if item.name == release.picture)
    return next((item for item in named if not item.is_shown), None)


def hashed(name: str) -> str:
    """The name under which a file is served: icon.svg is icon.0123abcd.svg."""
    stem, _, ending = name.partition(".")
    return f"{stem}.{_static(name).etag[:8]}.{ending}"


def static(name: str) -> Response:
    """A static file. Pages kept from another version find the present one, and are not told to keep it."""
    stem, _, rest = name.partition(".")
    plain = f"{stem}.{rest.rpartition('.')[2]}"
    if plain not in TYPES:
        abort(404)
    return respond(_static(plain), IMMUTABLE if name == hashed(plain) else PUBLIC)


def favicon() -> Response:
    """The icon for whoever looks for it where browsers have always looked."""
    return respond(_static("favicon.ico"))


def _is_pdf(found: Attachment) -> bool:
    return found.media_type == "application/pdf"


@cache
def _static(name: str) -> Rendering:
    stem, _, ending = name.partition(".")
    parts = [FOLDER / stem / f"{part}.{ending}" for part in PARTS] if name == "newsroom.css" else [FOLDER / name]
    return Rendering.of(b"\n".join(part.read_bytes() for part in parts), TYPES[name])
