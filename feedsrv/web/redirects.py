"""Redirects: addresses that people type by habit, that releases once had, or that end in a slash."""

from __future__ import annotations

from http import HTTPStatus
from urllib.parse import quote

from flask import Response, request

from feedsrv.feeds.formats import ATOM, JSON, RSS, Format
from feedsrv.web.context import site, snapshot
from feedsrv.web.listing import Listing
from feedsrv.web.responses import moved

HABITS = {
    "/feed": ATOM,
    "/atom": ATOM,
    "/rss": RSS,
    "/feed.xml": ATOM,
    "/atom.xml": ATOM,
    "/rss.xml": RSS,
    "/feed.json": JSON,
}

_AS_THEY_ARE = "%!$&'()*+,;=:@/?"  # what may stand in a query as it is (RFC 3986, 3.4), and what is quoted already


def habit(format_: Format) -> Response:
    """The feed of everything, for whoever looks for it where other sites have theirs."""
    return moved(site().addresses.listing(Listing(), format_))


def from_missing() -> Response | None:
    """Where to go from an address at which there is nothing: to the release that had it, to the file of a release that
    had its folder, or to itself without slash.

    Raises IndexUnavailable.
    """
    if request.method not in {"GET", "HEAD"}:
        return None
    addresses = site().addresses
    if release_id := _former_release(request.path):
        return moved(addresses.release(release_id))
    folder, _, name = request.path.rpartition("/")
    if (release_id := _former_release(folder)) and _has_file(release_id, name):
        return moved(addresses.attachment(release_id, name))
    if request.path.endswith("/"):
        query = quote(request.query_string, safe=_AS_THEY_ARE)
        return moved(addresses.path(request.path.rstrip("/"), query), HTTPStatus.PERMANENT_REDIRECT)
    return None


def _former_release(path: str) -> str | None:
    bare = path.rstrip("/")
    names = [path, bare, f"{bare}/", bare.removeprefix("/releases/")]
    return next((release_id for name in names if (release_id := snapshot().alias(name))), None)


def _has_file(release_id: str, name: str) -> bool:
    return any(item.name == name for item in snapshot().get(release_id).attachments)
