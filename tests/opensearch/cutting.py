"""A proxy in front of a node that is cut after so many requests, as if whoever asks, or the way there, had died."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from urllib.parse import urlsplit

from tests.engines import OPENSEARCH


@dataclass
class Cut:
    """After ``after`` requests nothing passes; ``is_answered``: the last one is; else it is made, and nobody hears.

    ``sent`` are the sources of the documents that were sent as a whole, and passed; ``found`` is how many documents
    searches have found by now, ``largest`` how many bytes the largest request in bulk had.
    """

    after: int
    is_answered: bool
    asked: int = 0
    sent: list[str] = field(default_factory=list)
    found: int = 0
    largest: int = 0
    lock: Lock = field(default_factory=Lock)

    def now(self) -> None:
        """Let nothing pass from now on."""
        self.after = self.asked

    def mend(self) -> None:
        """Let everything pass again."""
        self.after = self.asked + 1_000_000

    def passes(self) -> tuple[bool, bool]:
        """Whether the next request passes, and whether its answer does."""
        with self.lock:
            self.asked += 1
            return self.asked <= self.after, self.asked < self.after or self.is_answered


@contextmanager
def cutting(cut: Cut) -> Iterator[str]:
    """The address of a proxy that is cut like this."""
    node = urlsplit(OPENSEARCH.split(",")[0]).netloc

    class Forwarding(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True  # else each answer takes 40 ms longer

        def _forward(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            is_made, is_answered = cut.passes()
            if is_made:
                if self.path.endswith("/_bulk"):
                    cut.sent += _documents(body)
                    cut.largest = max(cut.largest, len(body))
                connection = HTTPConnection(node)
                kept = {name: value for name, value in self.headers.items() if name.lower() != "host"}
                connection.request(self.command, self.path, body, kept)
                answer = connection.getresponse()
                told = answer.read()
                cut.found += len(json.loads(told)["hits"]["hits"]) if "/_search" in self.path else 0
                connection.close()
            if not (is_made and is_answered):
                self.close_connection = True
                return
            self.send_response(answer.status)
            self.send_header("Content-Type", answer.getheader("Content-Type", ""))
            self.send_header("Content-Length", str(len(told)))
            self.end_headers()
            self.wfile.write(told)

        do_GET = do_PUT = do_POST = do_DELETE = do_HEAD = _forward  # noqa: N815 - as http.server calls them

        def log_message(self, *_: object) -> None:
            """Nothing is logged."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Forwarding) as server:
        thread = Thread(target=server.serve_forever, args=(0.01,))  # seconds between two looks at whether it is to end
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


def _documents(body: bytes) -> Iterator[str]:
    """The sources of the documents that are made in bulk."""
    lines = map(json.loads, body.splitlines())
    for action in lines:
        stated = {} if "delete" in action else next(lines)
        if "create" in action:
            yield stated["source"]
