"""Serving: gunicorn and the publisher as one command, started together and stopped together."""

from __future__ import annotations

import logging
import os
import signal
from collections.abc import Callable
from multiprocessing import connection, get_context, parent_process, resource_tracker
from multiprocessing.process import BaseProcess
from socket import socket
from threading import Thread
from time import monotonic
from typing import Any

from gunicorn.app.base import BaseApplication

from feedsrv import gunicorn_conf, workers
from feedsrv.cli import publisher
from feedsrv.cli.stopping import stop_event
from feedsrv.engines import open_index
from feedsrv.logs import Logging
from feedsrv.settings import Settings
from feedsrv.web import create_app, prepare

SHORTEST_PAUSE, LONGEST_PAUSE = 1.0, 60.0
"""Seconds before a publisher that died is started again, ever more of them while it dies again within the longest."""

_log = logging.getLogger(__name__)


def gunicorn_options(settings: Settings, descriptor: int) -> dict[str, Any]:
    """What of gunicorn's options is not the same everywhere, as those of `feedsrv.gunicorn_conf` are."""
    return {
        "bind": f"fd://{descriptor}",
        "workers": settings.workers,
        "forwarded_allow_ips": ",".join(settings.trusted_proxies),
        "on_starting": Logging(settings.log_format).of_gunicorn,  # what the workers share is made by the supervisor
    }


def serve(settings: Settings, listener: socket, metrics: socket | None, configure_logging: Callable[[], None]) -> int:
    """Run gunicorn at an address that was taken, and a publisher, until SIGTERM or SIGINT; returns the exit code.

    The publisher answers at the address of the ``metrics`` for both.

    Both end when this process ends, however it ends. A publisher that dies is started again; when gunicorn
    ends, so does everything.
    """
    stop, told = connection.Pipe(duplex=False)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: told.send(True))
    web = _start(_run_gunicorn, settings, listener, configure_logging)
    listener.close()
    publishing, began = _start(_run_publisher, settings, metrics, configure_logging), monotonic()
    code, pause, is_pausing = 0, 0.0, False
    while True:
        deaths = [web.sentinel] if is_pausing else [web.sentinel, publishing.sentinel]
        ready = connection.wait([stop, *deaths], pause if is_pausing else None)
        if stop in ready:
            break
        if web.sentinel in ready:
            web.join()
            code = web.exitcode or 1
            _log.error("the web ended with %s, and so does all", web.exitcode)
            break
        if is_pausing:
            publishing, began = _start(_run_publisher, settings, metrics, configure_logging), monotonic()
        else:
            publishing.join()
            pause = 0.0 if monotonic() - began > LONGEST_PAUSE else 2 * pause
            pause = min(max(pause, SHORTEST_PAUSE), LONGEST_PAUSE)
            _log.error("the publisher ended with %s; it is started again in %d s", publishing.exitcode, pause)
        is_pausing = not is_pausing
    _end([web, publishing])
    return code


def _start(target: Callable[..., None], *arguments: Any) -> BaseProcess:
    """Start a process that Ctrl-C does not reach: a terminal sends it to all, and it is ours to end them in order."""
    process = get_context("spawn").Process(target=target, args=arguments)
    resource_tracker.ensure_running()  # if this were left to the first start, it would let Ctrl-C through again
    before = signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])  # which a process inherits
    try:
        process.start()
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
    return process


def _end(processes: list[BaseProcess]) -> None:
    deadline = monotonic() + gunicorn_conf.graceful_timeout + 2
    for process in processes:
        if process.is_alive():
            process.terminate()
    for process in processes:
        process.join(max(0.0, deadline - monotonic()))
        if process.is_alive():
            process.kill()
            process.join()


def _run_gunicorn(settings: Settings, listener: socket, configure_logging: Callable[[], None]) -> None:
    configure_logging()
    _follow_parent()
    prepare()  # once for all workers, those of later, too
    _Gunicorn(settings, gunicorn_options(settings, listener.detach())).run()


def _run_publisher(settings: Settings, metrics: socket | None, configure_logging: Callable[[], None]) -> None:
    configure_logging()
    stop = stop_event()
    _follow_parent()
    publisher.run(settings, stop, metrics, os.environ.get(workers.FOLDER))


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
        for name, value in (vars(gunicorn_conf) | self._options).items():
            if name in self.cfg.settings:
                self.cfg.set(name, value)

    def load(self) -> Any:
        return create_app(open_index(self._settings), self._settings)
