"""Workers: what those of ``gunicorn wsgi:app`` share. `feedsrv.gunicorn_conf` has its hooks from here.

The first process takes the address of the metrics, and makes the folder in which the workers count; each of them then
answers there for all. It imports nothing of the web, so that a reload brings the workers new code.
"""

from __future__ import annotations

import os
import shutil
import sys
from contextlib import suppress
from ctypes import CDLL
from socket import socket
from tempfile import mkdtemp
from typing import Any

from feedsrv.errors import SettingsInvalid
from feedsrv.listening import take
from feedsrv.logs import Logging
from feedsrv.settings import Settings, from_environment

FOLDER = "PROMETHEUS_MULTIPROC_DIR"
"""The variable that tells the library where the workers count; set before it is imported."""

REMEDY = "give FEEDSRV_METRICS another address"

_M_ARENA_MAX = -8  # of malloc.h

_taken: list[socket] = []  # not in the file of settings, which a reload runs again


def on_starting(server: Any) -> None:
    """Before there is any worker; what is wrong with the settings ends the start."""
    share_one_arena()  # with threads that work while a worker imports the application, too
    try:
        settings = from_environment(os.environ)
        logs = Logging(settings.log_format)
        logs()
        logs.of_gunicorn(server)
        if settings.metrics:
            _taken.append(take_metrics(*settings.metrics))
    except SettingsInvalid as error:
        sys.stderr.write(f"{error}\n")
        raise SystemExit(2) from error


def post_worker_init(worker: Any) -> None:
    """In each worker, when it has its application."""
    share_one_arena()
    for listener in _taken:
        from feedsrv.web import context, metrics

        index = worker.wsgi.extensions[context.EXTENSION].index
        metrics.expose(listener, [metrics.IndexCollector(index)], os.environ[FOLDER])


def on_exit(_server: Any) -> None:
    """When all workers have ended."""
    if _taken:
        remove_folder()


def share_one_arena() -> None:
    """Let the threads that are yet to begin allocate from one arena, where the C library has that (mallopt(3)).

    glibc gives each an arena of its own, in which what was freed stays: with sixteen threads, of which one runs at a
    time, a worker of 100,000 releases takes 243 MB after 4,000 requests, and 195 with one arena.
    """
    with suppress(AttributeError, OSError):
        CDLL(None).mallopt(_M_ARENA_MAX, 1)


def require_hooks(settings: Settings) -> None:
    """Raise SettingsInvalid if metrics are asked for and these hooks have not been called."""
    if settings.metrics and FOLDER not in os.environ:
        raise SettingsInvalid(
            "FEEDSRV_METRICS needs our hooks: start gunicorn with --config python:feedsrv.gunicorn_conf"
        )


def take_metrics(host: str, port: int) -> socket:
    """The address of the metrics; from here on, what this process starts counts in a folder of its own, empty now.

    Raises SettingsInvalid if it cannot be had.
    """
    listener = take(host, port, REMEDY)
    os.environ[FOLDER] = mkdtemp(prefix="feedsrv-metrics-")
    return listener


def remove_folder() -> None:
    """Take away what `take_metrics` has made; for the process that called it, not those that it started."""
    shutil.rmtree(os.environ[FOLDER], ignore_errors=True)
