"""Security: which hosts are answered to, which requests are no text, and the headers that every answer has."""

from __future__ import annotations

import re

from flask import Flask, Response, abort, request

from feedsrv.web.context import site

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; object-src 'none'; "
        "form-action 'self'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "strict-origin-when-cross-origin",
}
LOCAL_HOSTS = frozenset({"localhost", "127.0.0.1", "[::1]"})

_HOST = re.compile(r"(\[[0-9a-f:.]+\]|[^\[\]:]+)(?::\d*)?", re.IGNORECASE)


def guard(app: Flask) -> None:
    """Let every request of this application be checked, and every answer carry the headers."""
    app.before_request(refuse_other_hosts)
    app.before_request(refuse_what_is_no_text)
    app.after_request(add_headers)


def refuse_other_hosts() -> None:
    """400 to requests for a host that is not ours; whoever asks for our health may call us anything."""
    if request.path.startswith("/health/"):
        return
    match = _HOST.fullmatch(request.environ.get("HTTP_HOST", ""))
    if not match or match[1].lower() not in _hosts():
        abort(400, "This newsroom does not answer to that host name.")


def refuse_what_is_no_text() -> None:
    """400 to addresses with a zero byte, or with bytes that are not UTF-8."""
    if "\0" in request.path or "\ufffd" in request.path or b"%00" in request.query_string:
        abort(400, "The address holds bytes that are no text.")


def add_headers(response: Response) -> Response:
    """The headers of every answer."""
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    return response


def _hosts() -> frozenset[str]:
    settings = site().settings
    ours = {site().addresses.host, *(host.lower() for host in settings.hosts)}
    return frozenset(ours) if settings.has_base_url else LOCAL_HOSTS | ours
