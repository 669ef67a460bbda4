"""Metrics: counts for whoever watches the service, in the text format of Prometheus, at an address of their own.

The workers write what they count into files of a folder that they share, which whoever is asked adds up. So a worker
that dies takes nothing with it. What is read from the index is read when somebody asks.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from socket import socket
from socketserver import ThreadingMixIn
from threading import Thread
from typing import TYPE_CHECKING, Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

from prometheus_client import CollectorRegistry, Counter, Histogram, make_wsgi_app
from prometheus_client.core import GaugeMetricFamily, InfoMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from feedsrv import __version__
from feedsrv.errors import IndexUnavailable
from feedsrv.query import Query
from feedsrv.search import SearchIndex
from feedsrv.web.observation import SEARCHES, Exchange

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

PATIENCE = 10.0
"""Seconds that whoever asks for metrics may take over it."""

_BUCKETS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)


class RequestMetrics:
    """Counts exchanges, each in one histogram: to write into a file twice is most of what that costs.

    No label holds anything that a client has sent.
    """

    def __init__(self) -> None:
        self._seconds = Histogram(
            "feedsrv_request_seconds",
            "Time to make an answer.",
            ["kind", "status"],
            buckets=_BUCKETS,
            registry=None,
        )
        self._searches = Counter(
            "feedsrv_searches", "Searches of the index; what was asked before is answered from memory.", registry=None
        )
        self._known: dict[tuple[str, int], Histogram] = {}

    def __call__(self, exchange: Exchange) -> None:
        """Count one."""
        key = exchange.kind, exchange.status // 100
        if key not in self._known:
            self._known[key] = self._seconds.labels(key[0], f"{key[1]}xx")
        self._known[key].observe(exchange.seconds)
        if SEARCHES in exchange.environ:
            self._searches.inc()


class IndexCollector(Collector):
    """What is public of the index: what is published, since when, and whether the publisher lives."""

    def __init__(self, index: SearchIndex) -> None:
        self._index = index

    def collect(self) -> Iterator[Metric]:
        """The metrics as they are now."""
        yield InfoMetricFamily("feedsrv_build", "The version of feedsrv.", {"version": __version__})
        status = self._index.status()
        if status.published:
            yield InfoMetricFamily("feedsrv_generation", "The newest generation.", {"name": status.published})
        if status.published_at:
            yield GaugeMetricFamily(
                "feedsrv_generation_timestamp_seconds", "When it was published.", status.published_at.timestamp()
            )
        if status.heartbeat:
            yield GaugeMetricFamily(
                "feedsrv_heartbeat_timestamp_seconds", "When the publisher last lived.", status.heartbeat.timestamp()
            )
        yield GaugeMetricFamily("feedsrv_degraded", "Whether newsroom.toml cannot be read.", float(status.is_degraded))
        try:
            total = self._index.snapshot().search(Query(per_page=0)).total
        except IndexUnavailable:
            return
        yield GaugeMetricFamily("feedsrv_releases", "Releases that are served.", total)


def expose(listener: socket, collectors: Iterable[Collector], folder: str | None) -> None:
    """Answer whoever asks at this address, in a thread: what is collected, and what workers count in a folder."""
    registry = CollectorRegistry()
    for collector in collectors:
        registry.register(collector)
    if folder:
        MultiProcessCollector(registry, folder)  # type: ignore[no-untyped-call]  # as the library has it
    Thread(target=_Server(listener, make_wsgi_app(registry)).serve_forever, daemon=True).start()


class _Server(ThreadingMixIn, WSGIServer):
    """A server at an address that was taken; several processes may each have one there, and any of them answers."""

    daemon_threads = True

    def __init__(self, listener: socket, application: WSGIApplication) -> None:
        host, port = listener.getsockname()[:2]
        super().__init__((host, port), _Handler, bind_and_activate=False)
        self.socket.close()
        self.socket = listener
        self.server_name, self.server_port = host, port
        self.setup_environ()
        self.set_app(application)
        listener.listen()
        listener.setblocking(False)  # another process may be the first to accept

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Whoever asks and does not wait for an answer is no fault of ours."""
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)


class _Handler(WSGIRequestHandler):
    timeout = PATIENCE

    def log_message(self, format: str, *arguments: Any) -> None:  # noqa: A002 - the library's name
        pass
