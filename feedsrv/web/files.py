"""Files: the attachments of releases, streamed, whole or in part, and what pages and feeds are dressed in.

The latter, our own and the publisher's, are under addresses that name their content, so that they may be kept for ever.
"""

from __future__ import annotations

from codecs import BOM_UTF8
from collections.abc import Callable, Sequence
from typing import BinaryIO

from flask import Response, abort, request
from werkzeug.exceptions import HTTPException
from werkzeug.wsgi import wrap_file

from feedsrv.appearance import STYLESHEET, Asset
from feedsrv.errors import IndexUnavailable
from feedsrv.newsroom import Newsroom
from feedsrv.release import Attachment, Release
from feedsrv.search import Snapshot
from feedsrv.web.addresses import version
from feedsrv.web.cache import Rendering
from feedsrv.web.context import newsroom, site, snapshot
from feedsrv.web.look import Look
from feedsrv.web.own_files import CSS, TYPES, hashed, own_file
from feedsrv.web.responses import IMMUTABLE, LASTING, NOINDEX, PUBLIC, respond

LARGEST_SHOWN = 500_000
"""Bytes of a picture that is shown small as it is, where it has no thumbnail."""

_SHOWN_BY_BROWSERS = ("image/", "audio/", "video/", "application/pdf", "text/plain")
_HARMLESS = "sandbox; default-src 'none'"
_HARMLESS_PDF = "default-src 'none'"  # browsers' own viewers do not run in a sandbox


def attachment(release_id: str, name: str) -> Response:
    """A file of a release. It is opened here, so that it is sent to its end whatever is published meanwhile."""
    found, file, is_noindex = _newest(release_id, name)
    response = Response(wrap_file(request.environ, file), direct_passthrough=True, content_type=found.media_type)
    response.call_on_close(file.close)
    response.content_length = found.size
    response.headers["Cache-Control"] = LASTING if request.args.get("v") == version(found.digest) else PUBLIC
    response.headers["Content-Security-Policy"] = _HARMLESS_PDF if _is_pdf(found) else _HARMLESS
    if not found.media_type.startswith(_SHOWN_BY_BROWSERS):
        response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    if is_noindex:
        response.headers.add(*NOINDEX)
    response.set_etag(found.digest)
    try:
        return response.make_conditional(request, accept_ranges=True, complete_length=found.size)  # type: ignore[return-value]
    except HTTPException:
        file.close()
        raise


def _newest(release_id: str, name: str) -> tuple[Attachment, BinaryIO, bool]:
    """A file of a release, open, and whether search engines are to leave it out.

    It is that of the newest generation, where the one of this request has gone meanwhile.
    """
    try:
        return _opened(snapshot(), release_id, name)
    except IndexUnavailable:
        newest = site().index.snapshot()
        if newest.generation == snapshot().generation:
            raise
    return _opened(newest, release_id, name)


def _opened(asked: Snapshot, release_id: str, name: str) -> tuple[Attachment, BinaryIO, bool]:
    found, path = asked.file(release_id, name)
    is_noindex = asked.get(release_id).is_noindex
    if found.thumbnail and request.args.get("v") == version(found.thumbnail.digest):
        found, path = asked.file(release_id, name, is_small=True)
    try:
        return found, path.open("rb"), is_noindex
    except OSError as error:
        raise IndexUnavailable(f"{path} cannot be opened: {error.strerror}") from error


def downloads(release: Release) -> Sequence[Attachment]:
    """The attachments that its page does not show."""
    return [item for item in release.attachments if not item.is_shown and item is not lead(release)]


def small(item: Attachment) -> Attachment | None:
    """What is shown of a picture that is offered: its thumbnail, else itself if it is not too large; None: nothing."""
    is_shown = item.media_type.startswith("image/") and item.width and item.size <= LARGEST_SHOWN
    return item.thumbnail or (item if is_shown else None)


def lead(release: Release) -> Attachment | None:
    """The picture that stands above the text; None if there is none, or if the text shows it."""
    named = (item for item in release.attachments if item.name == release.picture)
    return next((item for item in named if not item.is_shown), None)


def static(name: str) -> Response:
    """A static file. Pages kept from another version find the present one, and are not told to keep it."""
    look = Look(_furnished())
    stem, _, rest = name.partition(".")
    plain = f"{stem}.{rest.rpartition('.')[2]}"
    current = _current(look, stem, plain)
    lifetime = IMMUTABLE if name == current else PUBLIC
    if current == look.name(stem):
        return respond(_kept(current, lambda: _asset(stem)), lifetime)
    if current in {look.stylesheet, look.feed_stylesheet} and current != hashed(plain):
        return respond(_kept(current, lambda: _dyed(look, plain)), lifetime)
    return respond(own_file(plain), lifetime)


def favicon() -> Response:
    """The icon for whoever looks for it where browsers have always looked."""
    current = Look(_furnished()).name("icon")
    return respond(_kept(current, lambda: _asset("icon")) if current else own_file("favicon.ico"))


def _current(look: Look, stem: str, plain: str) -> str:
    """The name of what is to be had under this one now; 404 where nothing is."""
    dyed = {"newsroom.css": look.stylesheet, "feed.css": look.feed_stylesheet}
    asset = look.name(stem)
    if asset.rpartition(".")[2] == plain.rpartition(".")[2]:
        return asset
    return dyed.get(plain) or (hashed(plain) if plain in TYPES else abort(404))


def _furnished() -> Newsroom:
    """The newsroom as published; a plain one where that cannot be told, for error pages have a style too."""
    try:
        return newsroom()
    except IndexUnavailable:
        return Newsroom()


def _kept(name: str, render: Callable[[], Rendering]) -> Rendering:
    return site().cache.get(snapshot().generation, site().addresses.static(name), render)


def _asset(name: str) -> Rendering:
    """A file of the publisher's, in a sandbox as all that others made."""
    found, data = _read(name)
    return Rendering.of(data, found.media_type, (("Content-Security-Policy", _HARMLESS),))


def _dyed(look: Look, name: str) -> Rendering:
    """One of our style sheets, and the publisher's colours and rules behind it."""
    parts = [own_file(name).body, look.dyes().encode()]
    if name == "newsroom.css" and look.asset(STYLESHEET):
        parts.append(_read(STYLESHEET)[1].removeprefix(BOM_UTF8))
    return Rendering.of(b"".join(parts), CSS)


def _read(name: str) -> tuple[Asset, bytes]:
    found, path = snapshot().asset(name)
    try:
        return found, path.read_bytes()
    except OSError as error:
        raise IndexUnavailable(f"{path} cannot be read: {error.strerror}") from error


def _is_pdf(found: Attachment) -> bool:
    return found.media_type == "application/pdf"
