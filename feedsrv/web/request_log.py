"""The request log: a JSON object a line for each request. It says nothing of who asked."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from urllib.parse import quote

from feedsrv.web.observation import Exchange, request_id

LONGEST_TARGET = 1_000
LONGEST_AGENT = 500
"""Characters: a line stays below what a pipe takes at once (4,096 bytes), so those of several workers do not mix."""

_PRINTABLE = "".join(map(chr, range(0x20, 0x7F))).replace('"', "").replace("\\", "")


class RequestLog:
    """Writes a line for each exchange. What a client has sent is in it as printable ASCII, and cut."""

    def __init__(self, write: Callable[[bytes], object]) -> None:
        self._write = write

    def __call__(self, exchange: Exchange) -> None:
        """Write one line; a log that cannot be written costs no answer."""
        environ = exchange.environ
        line = {
            "time": datetime.now(UTC).isoformat(timespec="milliseconds"),
            "id": request_id(environ),
            "method": _sent(environ["REQUEST_METHOD"], LONGEST_AGENT),
            "target": _sent(environ.get("RAW_URI") or _target(environ), LONGEST_TARGET),
            "status": exchange.status,
            "bytes": exchange.size,
            "seconds": round(exchange.seconds, 6),
            "kind": exchange.kind,
            "user_agent": _sent(environ.get("HTTP_USER_AGENT", ""), LONGEST_AGENT),
        }
        with suppress(OSError):
            self._write(json.dumps(line).encode() + b"\n")


def _target(environ: dict[str, str]) -> str:
    """The target of a request, as far as it can be told from what servers have in common (PEP 3333)."""
    path = quote((environ.get("SCRIPT_NAME", "") + environ["PATH_INFO"]).encode("latin-1"))
    return f"{path}?{query}" if (query := environ.get("QUERY_STRING", "")) else path


def _sent(text: str, longest: int) -> str:
    return quote(text[:longest], _PRINTABLE, "latin-1", "replace")[:longest]
