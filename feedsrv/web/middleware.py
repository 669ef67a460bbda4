"""Middleware: what every request passes on its way to a view, and every answer on its way out.

From the outside in: `ResponseCache` gives again what it has answered before; `PrefixMiddleware` takes the path of the
public address off; `guard` lets only requests for our own hosts through, and adds the headers of security.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from contextlib import closing, nullcontext
from dataclasses import dataclass
from operator import attrgetter
from threading import Lock
from typing import TYPE_CHECKING, Any

from cachetools import FIFOCache
from flask import Flask, Response, abort, request
from werkzeug.wsgi import ClosingIterator

from feedsrv.locales.message import Message
from feedsrv.search import SearchIndex
from feedsrv.web.context import site
from feedsrv.web.observation import KIND, note_kind

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

LIVE = "/health/live"
REPEATABLE = "feedsrv.repeatable"
"""In the environment of a request whose answer depends on nothing but `QUESTION` and the generation."""
QUESTION = (
    *("REQUEST_METHOD", "RAW_URI", "SCRIPT_NAME", "PATH_INFO", "QUERY_STRING", "HTTP_HOST", "SERVER_PROTOCOL"),
    *("HTTP_ACCEPT_ENCODING", "HTTP_IF_NONE_MATCH", "HTTP_IF_MODIFIED_SINCE", "HTTP_SEC_FETCH_DEST"),
)
ROOM = 16 * 1024 * 1024
"""Bytes of answers that one process keeps beside its renderings, which they share their bodies with."""
LONGEST_QUESTION = 2_000
"""Characters."""

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; media-src 'self'; connect-src 'self'; "
        "base-uri 'none'; object-src 'none'; "
        "form-action 'self'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "strict-origin-when-cross-origin",
}
LOCAL_HOSTS = frozenset({"localhost", "127.0.0.1", "[::1]"})

_OVERHEAD = 2_000  # bytes of an answer beside its body, about
_HOST = re.compile(r"(\[[0-9a-f:.]+\]|[^\[\]:]+)(?::\d*)?", re.IGNORECASE)

_Question = tuple[str | None, ...]  # the generation, and what `QUESTION` names


@dataclass(frozen=True, slots=True)
class _Answer:
    status: str
    headers: list[tuple[str, str]]
    body: list[bytes]
    kind: str

    @property
    def size(self) -> int:
        return len(self.body[0]) + _OVERHEAD


class ResponseCache:
    """Answers what it has answered before, in this generation, to the very same question.

    All else it asks the application. What a rendering becomes for a client depends on the address and on a few headers
    alone (see `feedsrv.web.responses`), so those are the question; all rules on hosts, addresses, validators and
    encodings stay in the one place that answered the first time.
    """

    def __init__(self, application: WSGIApplication, index: SearchIndex) -> None:
        self._application = application
        self._index = index
        # The oldest make room, not the least recently used: so that to find one changes nothing, and needs no lock.
        self._answers: FIFOCache[_Question, _Answer] = FIFOCache(ROOM, getsizeof=attrgetter("size"))
        self._generation: str | None = None
        self._lock = Lock()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """The answer (PEP 3333)."""
        if environ.get("PATH_INFO", "").endswith(LIVE):  # it waits for nothing, not even for a generation to be opened
            return self._application(environ, start_response)
        try:
            generation = self._index.snapshot().generation
        except Exception:  # noqa: BLE001 - the application meets it, too, and says what is wrong
            return self._application(environ, start_response)
        question = (generation, *map(environ.get, QUESTION))
        try:
            answer = self._answers[question]
        except KeyError:
            return self._asked(environ, start_response, question)
        environ[KIND] = answer.kind
        start_response(answer.status, answer.headers.copy())
        return answer.body

    def _asked(self, environ: WSGIEnvironment, start_response: StartResponse, question: _Question) -> Iterable[bytes]:
        begun: list[tuple[str, list[tuple[str, str]]]] = []

        def begin(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
            begun.append((status, headers.copy()))
            return start_response(status, headers, exc_info) if exc_info else start_response(status, headers)

        chunks = self._application(environ, begin)
        if not environ.get(REPEATABLE):
            return chunks
        with closing(chunks) if isinstance(chunks, ClosingIterator) else nullcontext():
            body = [b"".join(chunks)]
        if self._index.snapshot().generation == question[0]:
            self._keep(question, _Answer(*begun[-1], body, environ[KIND]))
        return body

    def _keep(self, question: _Question, answer: _Answer) -> None:
        if answer.size <= ROOM // 4 and sum(len(part or "") for part in question) <= LONGEST_QUESTION:
            with self._lock:
                if question[0] != self._generation:
                    self._answers.clear()  # what stood in another nobody asks for again
                    self._generation = question[0]
                self._answers[question] = answer


class PrefixMiddleware:
    """Takes the prefix off the path of a request that has it."""

    def __init__(self, application: WSGIApplication, prefix: str) -> None:
        self._application = application
        self._prefix = prefix

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """The answer of the application (PEP 3333)."""
        path = environ.get("PATH_INFO", "")
        if self._prefix and f"{path}/".startswith(f"{self._prefix}/"):
            environ["SCRIPT_NAME"] = environ.get("SCRIPT_NAME", "") + self._prefix
            environ["PATH_INFO"] = path.removeprefix(self._prefix) or "/"
        return self._application(environ, start_response)


def guard(app: Flask) -> None:
    """Let every request of this application be checked, and every answer carry the headers."""
    app.before_request(note_kind)
    app.before_request(refuse_other_hosts)
    app.before_request(refuse_what_is_no_text)
    app.before_request(refuse_other_slashes)
    app.after_request(add_headers)


def refuse_other_hosts() -> None:
    """400 to requests for a host that is not ours.

    Whoever asks for our health may call us anything, and who speaks HTTP/1.0 need not call us at all.
    """
    if request.path.startswith("/health/"):
        return
    host = request.environ.get("HTTP_HOST", "")
    if not host and request.environ.get("SERVER_PROTOCOL") == "HTTP/1.0":  # which knows no hosts (RFC 9112, 3.2)
        return
    match = _HOST.fullmatch(host)
    if not match or _bare(match[1]) not in _hosts():
        abort(400, Message("This newsroom does not answer to that host name."))


def refuse_what_is_no_text() -> None:
    """400 to addresses with a zero byte, or with bytes that are not UTF-8."""
    if "\0" in request.path or "\ufffd" in request.path or b"%00" in request.query_string:
        abort(400, Message("The address holds bytes that are no text."))


def refuse_other_slashes() -> None:
    """404 to paths with slashes that are doubled or quoted."""
    if has_other_slashes():
        abort(404)


def has_other_slashes() -> bool:
    """Whether the path of this request has a doubled slash or a %2F, which no address of ours has.

    They are not another spelling of the address with a plain one: WSGI and Flask would make that of them, and a proxy
    that heeds what stands in front of a slash would not. A server that does not tell the path as it was sent, as
    gunicorn does in RAW_URI, cannot be helped with %2F.
    """
    sent = request.environ.get("RAW_URI", "").partition("?")[0]
    return "//" in request.environ.get("PATH_INFO", "") or "%2f" in sent.lower()


def add_headers(response: Response) -> Response:
    """The headers of every answer."""
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    return response


def _hosts() -> frozenset[str]:
    settings = site().settings
    ours = set(map(_bare, (site().addresses.host, *settings.hosts)))
    return frozenset(ours) if settings.has_base_url else LOCAL_HOSTS | ours


def _bare(host: str) -> str:
    """The name of a host without the dot by which DNS ends it, as nginx and browsers see it: press.example.org."""
    return host.lower().removesuffix(".")
