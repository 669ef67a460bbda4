"""Origins: whose scripts a browser lets read an answer (CORS, https://fetch.spec.whatwg.org/#http-cors-protocol).

Feeds are for programs, those in pages of other sites among them, whatever the answer is: a page can show an error that
it may read. Nothing here depends on who asks, so that anyone may. Pages and files are for people, and stay closed.
"""

from __future__ import annotations

from flask import Flask, Response, request

from feedsrv.feeds.formats import FORMATS

OPEN = {"Access-Control-Allow-Origin": "*", "Access-Control-Expose-Headers": "ETag, Link, Last-Modified"}
"""Headers of an answer that is open: what a script may read of it beside what it may of any."""

OF_PREFLIGHTS = {
    "Access-Control-Allow-Headers": "If-None-Match, If-Modified-Since",
    "Access-Control-Max-Age": "86400",
}
"""Headers of the answer to a browser that asks beforehand: what a script may send, and for how long that is known."""

_VIEWS = {"feed", "outline", "habit", "as_text", "as_json"}


def open_feeds(app: Flask) -> None:
    """Let every answer of an address that is a feed's be open."""
    app.after_request(_open)


def open_to_all(response: Response) -> Response:
    """The same answer, open."""
    response.headers.update(OPEN)
    return response


def _open(response: Response) -> Response:
    if not _is_feed():
        return response
    if request.method == "OPTIONS":
        response.headers.update(OF_PREFLIGHTS)
    return open_to_all(response)


def _is_feed() -> bool:
    """Whether this request is for a feed, or for what is none but is called like one."""
    ending = request.path.rstrip("/").rpartition(".")[2]
    return request.endpoint in _VIEWS or (request.endpoint is None and ending in {*FORMATS, "opml"})
