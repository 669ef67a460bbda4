"""Observation: what each request was, told to whoever counts or logs requests, and the id by which it is known."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Iterable, Sequence
from time import perf_counter
from typing import TYPE_CHECKING, Any, NamedTuple

from flask import current_app, request

from feedsrv.web.listing import Listing, ListingKind

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

KIND = "feedsrv.kind"
"""In the environment of a request: what it asked for, in one of a few words."""
SEARCHES = "feedsrv.searches"
"""In the environment of a request: there if the index was searched for it."""

_ID = "feedsrv.request_id"
_SANE_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")


class Exchange(NamedTuple):  # made in a third of the time that a frozen dataclass takes
    """A request, and the beginning of its answer; ``seconds`` is how long it took to make."""

    environ: WSGIEnvironment
    status: int
    headers: Sequence[tuple[str, str]]
    seconds: float

    @property
    def kind(self) -> str:
        """What was asked for: one of a few words, whatever the request."""
        kind: str = self.environ.get(KIND, "other")
        return kind

    @property
    def size(self) -> int:
        """Bytes of the body of the answer."""
        if self.environ["REQUEST_METHOD"] == "HEAD":
            return 0
        return next((int(value) for name, value in self.headers if name == "Content-Length"), 0)


Observer = Callable[[Exchange], None]


class Observation:
    """Tells observers of every request, those that are answered from memory too."""

    def __init__(self, application: WSGIApplication, observers: Sequence[Observer]) -> None:
        self._application = application
        self._observers = observers

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """The answer of the application (PEP 3333)."""
        began = perf_counter()
        begun: list[tuple[Any, ...]] = []

        def begin(*head: Any) -> Any:
            begun.append(head)
            return start_response(*head)

        chunks = self._application(environ, begin)
        status, headers = begun[-1][:2]
        exchange = Exchange(environ, int(status[:3]), headers, perf_counter() - began)
        for observe in self._observers:
            observe(exchange)
        return chunks


def note_kind() -> None:
    """Let it be known what this request asks for.

    It is a search, a feed in one of its formats, or of the kind of the module that answers: a page, a file …
    """
    arguments = request.view_args or {}
    if request.url_rule is None:
        return
    if arguments.get("kind") is ListingKind.SEARCH:
        kind = "search"
    elif format_ := arguments.get("format_"):
        kind = format_.extension
    else:
        view = current_app.view_functions[request.url_rule.endpoint]
        kind = view.__module__.rpartition(".")[2].removesuffix("s")
    request.environ[KIND] = kind


def note_search(listing: Listing) -> None:
    """Let it be known that the index is searched for this request, if that is what its list is."""
    if listing.is_search:
        request.environ[SEARCHES] = True


def request_id(environ: WSGIEnvironment) -> str:
    """By what a request is known: the id that a proxy has given it in ``X-Request-ID``, else one of our own."""
    if _ID not in environ:
        stated = environ.get("HTTP_X_REQUEST_ID", "")
        environ[_ID] = stated if _SANE_ID.fullmatch(stated) else secrets.token_hex(8)
    known: str = environ[_ID]
    return known
