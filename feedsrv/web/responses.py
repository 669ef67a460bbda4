"""Answers: a rendering or a redirect as this client may have it (RFC 9110, RFC 9111)."""

from __future__ import annotations

import re
from collections.abc import Callable
from http import HTTPStatus

from flask import Response, request

from feedsrv.feeds.formats import Format
from feedsrv.web.addresses import parameters
from feedsrv.web.cache import Rendering
from feedsrv.web.context import site, snapshot
from feedsrv.web.listing import Listing
from feedsrv.web.middleware import REPEATABLE
from feedsrv.web.parameters import spelling

PUBLIC = "public, max-age=60, stale-while-revalidate=60, stale-if-error=86400"
"""The same before and after an embargo: a life that counts down to a moment gives the moment away."""

PAST = "public, max-age=3600, stale-while-revalidate=60, stale-if-error=86400"
IMMUTABLE = "public, max-age=31536000, immutable"
NO_STORE = "no-store"
XML = "application/xml; charset=utf-8"

_XML_OF_ITS_OWN = re.compile(r"application/\w+\+xml")


def answer(address: str, render: Callable[[], Rendering]) -> Response:
    """The rendering that stands at this address in the generation of this request."""
    return respond(site().renderings.get(snapshot().generation, address, render))


def respond(rendering: Rendering, lifetime: str = PUBLIC) -> Response:
    """A rendering as an answer: 304 to a client that holds it, compressed for one that asks for that.

    There is no Last-Modified: dates of whole days would answer 304 to a client that holds other bytes. A browser
    that opens a feed gets the same bytes as plain XML: under the type of a feed it shows the source, without style.
    """
    request.environ[REPEATABLE] = (
        True  # whatever else is looked at here must be in the question of `feedsrv.web.middleware`
    )
    response = Response(status=HTTPStatus.NOT_MODIFIED)
    del response.headers["Content-Type"]
    response.headers.extend(rendering.headers)
    response.headers["Cache-Control"] = PAST if rendering.is_past else lifetime
    is_feed = _XML_OF_ITS_OWN.match(rendering.content_type)
    response.headers["Vary"] = "Accept-Encoding, Sec-Fetch-Dest" if is_feed else "Accept-Encoding"
    response.set_etag(rendering.etag, weak=True)
    if request.if_none_match.contains_weak(rendering.etag):
        return response
    response.status_code = HTTPStatus.OK
    is_looked_at = request.headers.get("Sec-Fetch-Dest") == "document"
    response.headers["Content-Type"] = XML if is_feed and is_looked_at else rendering.content_type
    response.set_data(rendering.body)
    if request.accept_encodings.quality("gzip") > 0:
        response.set_data(rendering.zipped)
        response.headers["Content-Encoding"] = "gzip"
    return response


def moved(location: str, status: HTTPStatus = HTTPStatus.MOVED_PERMANENTLY) -> Response:
    """A redirect to a path, which is never made of the Host header; the address may change its mind in a minute."""
    headers = {"Location": location, "Cache-Control": PUBLIC}
    return Response(f"This is now at {location}\n", status, headers, content_type="text/plain; charset=utf-8")


def moved_to_canonical(listing: Listing, format_: Format | None = None) -> Response | None:
    """The redirect to the canonical address of a list, where this request spells it otherwise.

    Of a page only the path must be canonical, for forms send what they send. Parameters that nobody knows are
    no spelling.
    """
    addresses = site().addresses
    canonical = addresses.listing(listing, format_)
    is_canonical = addresses.path(request.path) == canonical.partition("?")[0]
    if format_:
        is_canonical = is_canonical and spelling(listing.kind, in_feed=True) == parameters(listing)
    return None if is_canonical else moved(canonical)
