"""Responses: a rendering as this client may have it, or a redirect (RFC 9110, RFC 9111).

Redirects lead from addresses that releases once had, that end in a slash, or that spell a list otherwise.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import suppress
from http import HTTPStatus
from urllib.parse import quote

from flask import Response, request

from feedsrv.errors import ReleaseMissing
from feedsrv.feeds.formats import Format
from feedsrv.web.addresses import COPIES, parameters
from feedsrv.web.cache import Rendering
from feedsrv.web.cards import card_files
from feedsrv.web.codings import preferred
from feedsrv.web.context import site, snapshot
from feedsrv.web.listing import Listing
from feedsrv.web.middleware import REPEATABLE, has_other_slashes
from feedsrv.web.parameters import spelling

PUBLIC = "public, max-age=60, stale-if-error=86400"
"""The same before and after an embargo: a life that counts down to a moment gives the moment away. There is no
stale-while-revalidate: a cache that uses it goes on serving what is gone."""

GONE = "public, max-age=10"
"""Of what says that nothing is here, or that it is elsewhere: caches keep it in place of what was, and not for long."""

IMMUTABLE = "public, max-age=31536000, immutable"
LASTING = "public, max-age=31536000, s-maxage=60, stale-if-error=86400, immutable"
"""Of a file of a release whose address names its content: a browser keeps what its reader has seen, a cache that serves
others does so no longer than all else, for what is withdrawn has to go."""
NO_STORE = "no-store"
XML = "application/xml; charset=utf-8"

_AS_THEY_ARE = "%!$&'()*+,;=:@/?"  # what may stand in a query as it is (RFC 3986, 3.4), and what is quoted already
_XML_OF_ITS_OWN = re.compile(r"application/\w+\+xml")

NOINDEX = ("X-Robots-Tag", "noindex")
"""The header that asks search engines to leave out what is of a release which asks so on its page."""


def answer(address: str, render: Callable[[], Rendering]) -> Response:
    """The rendering that stands at this address in the generation of this request."""
    return respond(site().cache.get(snapshot().generation, address, render))


def respond(rendering: Rendering, lifetime: str = PUBLIC) -> Response:
    """A rendering as an answer: 304 to a client that holds it, compressed for one that asks for that.

    A browser that opens a feed gets the same bytes as plain XML: under the type of a feed it shows the source, without
    style.
    """
    # Whatever else is looked at here must be in the question of `feedsrv.web.middleware`.
    request.environ[REPEATABLE] = True
    response = Response(status=HTTPStatus.NOT_MODIFIED)
    del response.headers["Content-Type"]
    response.headers.extend(rendering.headers)
    response.headers["Cache-Control"] = lifetime
    is_feed = _XML_OF_ITS_OWN.match(rendering.content_type)
    response.headers["Vary"] = "Accept-Encoding, Sec-Fetch-Dest" if is_feed else "Accept-Encoding"
    response.set_etag(rendering.etag, weak=True)
    if rendering.date:
        response.headers["Last-Modified"] = rendering.date
    if _is_held(rendering):
        return response
    response.status_code = HTTPStatus.OK
    is_looked_at = request.headers.get("Sec-Fetch-Dest") == "document"
    response.headers["Content-Type"] = XML if is_feed and is_looked_at else rendering.content_type
    coding = preferred(request.accept_encodings)
    response.set_data(rendering.packed(coding))
    if coding:
        response.headers["Content-Encoding"] = coding
    return response


def _is_held(rendering: Rendering) -> bool:
    """Whether this client holds these bytes: by their tag, or where it names none by their date (RFC 9110, 13.2.2).

    The date is a name: one that is not the very same, however late, is that of other bytes.
    """
    if "If-None-Match" in request.headers:
        return request.if_none_match.contains_weak(rendering.etag)
    return bool(rendering.date) and request.headers.get("If-Modified-Since") == rendering.date


def moved(location: str, status: HTTPStatus = HTTPStatus.MOVED_PERMANENTLY) -> Response:
    """A redirect to a path, which is never made of the Host header; the address may change its mind in seconds."""
    headers = {"Location": location, "Cache-Control": GONE}
    return Response(f"{location}\n", status, headers, content_type="text/plain; charset=utf-8")


def moved_to_canonical(listing: Listing, format_: Format | None = None) -> Response | None:
    """The redirect to the canonical address of a list, where this request spells it otherwise.

    Of a page only the path must be canonical, for forms send what they send, and of a search in JSON as well, for it
    is the interface for programs. Parameters that nobody knows are no spelling.
    """
    addresses = site().addresses
    canonical = addresses.listing(listing, format_)
    is_canonical = addresses.path(request.path) == canonical.partition("?")[0]
    if format_ and not (format_.is_json and listing.is_search):
        is_canonical = is_canonical and spelling(listing.kind, in_feed=True) == parameters(listing)
    return None if is_canonical else moved(canonical)


def from_missing() -> Response | None:
    """Where to go from an address at which there is nothing, None if nowhere.

    To the release that had it or has it in another spelling, to the file of a release that had its folder, to the copy
    of one that had what stands before its ending, or to itself without slash. Raises IndexUnavailable.
    """
    if request.method not in {"GET", "HEAD"} or has_other_slashes():
        return None
    addresses = site().addresses
    if release_id := former_release_with_query() or _former_release(request.path):
        return moved(addresses.release(release_id))
    folder, _, name = request.path.rpartition("/")
    if (release_id := _former_release(folder)) and _has_file(release_id, name):
        return moved(addresses.attachment(release_id, name))
    whole, _, ending = request.path.rpartition(".")
    if ending in COPIES and (release_id := _former_release(whole)):
        return moved(addresses.copy(release_id, ending))
    if request.path.endswith("/"):
        query = quote(request.query_string, safe=_AS_THEY_ARE)
        return moved(addresses.path(request.path.rstrip("/"), query), HTTPStatus.PERMANENT_REDIRECT)
    return None


def former_release_with_query() -> str | None:
    """The release that states this address as a former one with what it asks: `/release.php?id=77`."""
    if not request.query_string:
        return None
    return snapshot().alias(f"{request.path}?{request.query_string.decode('latin1')}")


def _former_release(path: str) -> str | None:
    """The release that states an address as a former one, else the one that is meant by the id in it."""
    bare = path.rstrip("/")
    name = bare.removeprefix("/releases/")
    stated = (snapshot().alias(former) for former in (bare, name))
    meant = snapshot().namesake(name) if name != bare and "/" not in name else None
    return next(filter(None, stated), meant)


def _has_file(release_id: str, name: str) -> bool:
    with suppress(ReleaseMissing):  # it was withdrawn
        release = snapshot().get(release_id)
        return name in card_files(release) or any(item.name == name for item in release.attachments)
    return False
