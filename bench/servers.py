"""Servers: web applications run to be measured, and what a request costs the process that answers it (Linux only)."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from itertools import cycle, islice
from pathlib import Path

from bench.measure import Cost, spent


@dataclass(frozen=True, slots=True)
class Answer:
    """What a client gets: the validator and the body."""

    tag: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Server:
    """A server at work; ``worker`` is the process that answers."""

    port: int
    worker: int

    def ask(self, paths: Iterable[str], headers: Mapping[str, str], *statuses: int) -> Answer:
        """The last answer. Raises RuntimeError for another status than these, or 200."""
        answer = Answer("", b"")
        connection = HTTPConnection("127.0.0.1", self.port)
        try:
            for path in paths:
                connection.request("GET", path, headers=dict(headers))
                response = connection.getresponse()
                answer = Answer(response.headers.get("ETag", ""), response.read())
                if response.status not in (statuses or (200,)):
                    raise RuntimeError(f"{path} answered {response.status}, not {statuses or 200}")
        finally:
            connection.close()
        return answer

    def cost(self, paths: Sequence[str], count: int, headers: Mapping[str, str], *statuses: int) -> Cost:
        """What each of so many requests costs the worker, and how long a client waits for it."""
        cpu, wall = spent(self.worker), time.perf_counter()
        self.ask(islice(cycle(paths), count), headers, *statuses)
        return Cost((spent(self.worker) - cpu) / count, (time.perf_counter() - wall) / count)


@contextmanager
def gunicorn(application: str, environment: Mapping[str, str]) -> Iterator[Server]:
    """Run gunicorn with one worker, set as feedsrv sets it."""
    options = ["--config", "python:feedsrv.gunicorn_conf", "--log-level", "error"]
    command = [sys.executable, "-m", "gunicorn", *options, application]
    with _run(command, "--bind", "127.0.0.1:{port}", environment=environment) as (process, port):
        _wait_for(port)
        children: list[str] = []
        while not children:
            children = Path(f"/proc/{process}/task/{process}/children").read_text().split()
        yield Server(port, int(children[0]))


@contextmanager
def datasette(database: Path) -> Iterator[Server]:
    """Run Datasette on a database."""
    command = [sys.executable, "-m", "datasette", "serve", str(database), "--setting", "sql_time_limit_ms", "20000"]
    command += ["--setting", "facet_time_limit_ms", "20000"]
    with _run(command, "--port", "{port}", environment={}, errors=subprocess.DEVNULL) as (process, port):
        _wait_for(port)
        yield Server(port, process)


@contextmanager
def _run(
    command: Sequence[str], option: str, value: str, *, environment: Mapping[str, str], errors: int | None = None
) -> Iterator[tuple[int, int]]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    process = subprocess.Popen(
        [*command, option, value.format(port=port)],
        env={**os.environ, **environment},
        stdout=subprocess.DEVNULL,
        stderr=errors,
    )
    try:
        yield process.pid, port
    finally:
        process.terminate()
        process.wait()


def _wait_for(port: int) -> None:
    for _ in range(600):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError(f"nobody listens at {port}")
