"""Serving: gunicorn and the publisher as one command, started together and stopped together."""

from __future__ import annotations

import logging
import os
import signal
from collections.abc import Callable
from datetime import UTC, datetime
from multiprocessing import connection, get_context, parent_process
from multiprocessing.process import BaseProcess
from threading import Event, Thread
from time import monotonic
from typing import Any

from gunicorn.app.base import BaseApplication

from feedsrv.cli.websub import Pinger
from feedsrv.files.catalogue import Catalogue
from feedsrv.publishing.watch import watch
from feedsrv.search.whoosh.index import WhooshIndex
from feedsrv.settings import Settings
from feedsrv.web import create_app

GRACE = 10
"""Seconds that requests under way have to end after SIGTERM."""

THREADS = 4
_RESTART_PAUSE = 1.0

_log = logging.getLogger(__name__)


def gunicorn_options(settings: Settings, host: str) -> dict[str, Any]:
    """How gunicorn is run; what `feedsrv serve` sets is what deploy/ documents for gunicorn alone."""
    return {
        "bind": f"[{host}]:{settings.port}" if ":" in host else f"{host}:{settings.port}",
        "workers": settings.workers,
        "worker_class": "gthread",
        "threads": THREADS,
        "graceful_timeout": GRACE,
        "forwarded_allow_ips": ",".join(settings.trusted_proxies),
        "proc_name": "feedsrv",
        "control_socket_disable": True,
        "loglevel": "warning",
    }


def serve(settings: Settings, host: str, configure_logging: Callable[[], None]) -> int:
    """Run gunicorn and a publisher until SIGTERM or SIGINT; returns the exit code.

    Both end when this process ends, however it ends. A publisher that dies is started again; when gunicorn
    ends, so does everything.
    """
    context = get_context("spawn")
    stop, told = connection.Pipe(duplex=False)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: told.send(True))

    def start(target: Callable[..., None], *arguments: Any) -> BaseProcess:
        process = context.Process(target=target, args=(settings, *arguments))
        process.start()
        return process

    web = start(_run_gunicorn, host, configure_logging)
    publisher = start(_run_publisher, configure_logging)
    code = 0
    while True:
        ready = connection.wait([stop, web.sentinel, publisher.sentinel])
        if stop in ready:
            break
        if web.sentinel in ready:
            web.join()
            code = web.exitcode or 1
            break
        _log.error("the publisher ended with %s; it is started again", publisher.exitcode)
        if connection.wait([stop], _RESTART_PAUSE):
            break
        publisher = start(_run_publisher, configure_logging)
    _end([web, publisher])
    return code


def _end(processes: list[BaseProcess]) -> None:
    deadline = monotonic() + GRACE + 2
    for process in processes:
        if process.is_alive():
            process.terminate()
    for process in processes:
        process.join(max(0.0, deadline - monotonic()))
        if process.is_alive():
            process.kill()
            process.join()


def _run_gunicorn(settings: Settings, host: str, configure_logging: Callable[[], None]) -> None:
    configure_logging()
    _follow_parent()
    _Gunicorn(settings, gunicorn_options(settings, host)).run()


def _run_publisher(settings: Settings, configure_logging: Callable[[], None]) -> None:
    configure_logging()
    stop = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    _follow_parent()
    index = WhooshIndex(settings.index)
    if settings.hub:
        Thread(target=Pinger(index, settings).run, args=[stop], daemon=True).start()
    watch(Catalogue(settings.releases), index, lambda: datetime.now(UTC), stop)


def _follow_parent() -> None:
    """End when the supervisor does, even when it is killed."""
    parent = parent_process()

    def follow() -> None:
        if parent:
            parent.join()
        os.kill(os.getpid(), signal.SIGTERM)

    Thread(target=follow, daemon=True).start()


class _Gunicorn(BaseApplication):  # type: ignore[misc]  # gunicorn has no types
    """gunicorn with our application and options, and without reading a command line."""

    def __init__(self, settings: Settings, options: dict[str, Any]) -> None:
        self._settings = settings
        self._options = options
        super().__init__()

    def load_config(self) -> None:
        for name, value in self._options.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        return create_app(WhooshIndex(self._settings.index), self._settings)
