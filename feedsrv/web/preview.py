"""The preview's door: who may look at a newsroom before it is out, and what is said with every answer."""

from __future__ import annotations

from collections.abc import Iterable
from hmac import compare_digest
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

PRIVATE = {"Cache-Control": "no-store", "X-Robots-Tag": "noindex", "Referrer-Policy": "no-referrer"}
"""Headers of every answer, in place of what the application says."""

_TAKEN_AWAY = (*map(str.lower, PRIVATE), "access-control-")


class PrivateDoor:
    """Lets in whoever knows the path of the base address and asks for it on this machine; 404 to all others.

    A page from elsewhere may let its own host name lead here (DNS rebinding), so the Host header is compared, too.
    """

    def __init__(self, application: WSGIApplication, base_url: str) -> None:
        base = urlsplit(base_url)
        self._application = application
        self._hosts = {f"{host}:{base.port}" for host in ("127.0.0.1", "localhost")}
        self._prefix = base.path.encode()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """The answer, of which nobody is to keep a copy (PEP 3333)."""

        def start(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
            kept = [(name, value) for name, value in headers if not name.lower().startswith(_TAKEN_AWAY)]
            return start_response(status, [*kept, *PRIVATE.items()], exc_info)

        if self._is_let_in(environ):
            return self._application(environ, start)
        start("404 Not Found", [("Content-Length", "0")])
        return []

    def _is_let_in(self, environ: WSGIEnvironment) -> bool:
        path = environ.get("PATH_INFO", "").encode("latin-1")
        begin, rest = path[: len(self._prefix)], path[len(self._prefix) :]
        is_known = compare_digest(begin, self._prefix) and rest[:1] in {b"", b"/"}
        return is_known and environ.get("HTTP_HOST", "").lower() in self._hosts
