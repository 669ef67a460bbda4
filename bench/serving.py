"""Serving: what a feed costs the process that sends it over HTTP, beside the least that gunicorn can do.

``python -m bench.serving [COUNT]`` runs gunicorn in the same way, with one worker, before feedsrv, before an
application that returns a constant of the same size, and before a Flask view that builds its feed with feedgen on each
request. They are asked in turns, over connections that stay open; times are the worker's, on the processor (Linux
only). Each figure is the median of many short runs, a ratio that of the ratios within each turn.
"""

from __future__ import annotations

import os
import re
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from http.client import HTTPConnection
from itertools import cycle, islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from bench import generate
from bench.compare import view
from bench.measure import command_cost

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

ROUNDS, REQUESTS, FEWER = 60, 150, 10
FEED = "/releases.atom"
_INDEX, _SIZE = "FEEDSRV_INDEX", "BENCH_SIZE"
_GZIP = {"Accept-Encoding": "gzip"}


def constant() -> WSGIApplication:
    """An application that returns as many bytes as its environment says, and 304 to whoever has a validator."""
    body = [b"x" * int(os.environ[_SIZE])]
    headers = [("Content-Type", "application/atom+xml"), ("Content-Length", os.environ[_SIZE]), ("ETag", '"x"')]

    def answer(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if "HTTP_IF_NONE_MATCH" in environ:
            start_response("304 Not Modified", headers[2:])
            return []
        start_response("200 OK", headers)
        return body

    return answer


def naive() -> WSGIApplication:
    """The Flask view that builds its feed on each request."""
    return view(Path(os.environ[_INDEX]))


@dataclass(frozen=True, slots=True)
class Answer:
    """What a client gets: the validator and the size of the body."""

    tag: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Server:
    """A gunicorn at work; ``worker`` is its process."""

    port: int
    worker: int

    def spent(self) -> float:
        """Seconds of processor time that the worker has taken so far."""
        return time.clock_gettime((~self.worker << 3) | 2)  # clock_getcpuclockid(3), which Python does not have

    def memory(self) -> int:
        """Bytes that the worker has for itself."""
        lines = Path(f"/proc/{self.worker}/smaps_rollup").read_text().splitlines()
        return sum(int(line.split()[1]) for line in lines if line.startswith("Private_")) * 1024

    def ask(self, paths: Iterable[str], headers: Mapping[str, str], status: int = 200) -> Answer:
        """The last answer. Raises RuntimeError for another status."""
        connection = HTTPConnection("127.0.0.1", self.port)
        try:
            for path in paths:
                connection.request("GET", path, headers=dict(headers))
                answer = connection.getresponse()
                body = answer.read()
                if answer.status != status:
                    raise RuntimeError(f"{path} answered {answer.status}, not {status}")
        finally:
            connection.close()
        return Answer(answer.headers.get("ETag", ""), body)

    def cost(self, paths: Sequence[str], count: int, headers: Mapping[str, str], status: int) -> float:
        """Seconds of processor time a request."""
        began = self.spent()
        self.ask(islice(cycle(paths), count), headers, status)
        return (self.spent() - began) / count


@contextmanager
def _served(application: str, environment: Mapping[str, str]) -> Iterator[Server]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    options = ["--config", "python:feedsrv.gunicorn_conf", "--bind", f"127.0.0.1:{port}", "--log-level", "error"]
    command = [sys.executable, "-m", "gunicorn", *options, application]
    process = subprocess.Popen(command, env={**os.environ, **environment})
    try:
        yield Server(port, _worker(process.pid, port))
    finally:
        process.terminate()
        process.wait()


def _worker(master: int, port: int) -> int:
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.1)
        else:
            if children := Path(f"/proc/{master}/task/{master}/children").read_text().split():
                return int(children[0])


def _cases(environment: Mapping[str, str]) -> Iterator[tuple[str, Mapping[str, str], int]]:
    """What a poll may be: its name, its headers, its status."""
    yield "200", {}, 200
    yield "200, gzip", _GZIP, 200
    with _served("wsgi:app", environment) as server:
        tag = server.ask([FEED], _GZIP).tag
    yield "304", {"If-None-Match": tag, **_GZIP}, 304


def polls(environment: Mapping[str, str]) -> Iterator[str]:
    """The rows of the table of polls."""
    yield "| a poll of the feed | µs | the constant | ratio | Flask and feedgen | ratio |"
    yield "| --- | ---: | ---: | ---: | ---: | ---: |"
    for name, headers, status in list(_cases(environment)):
        with ExitStack() as stack:
            ours = stack.enter_context(_served("wsgi:app", environment))
            size = len(ours.ask([FEED], headers, status).body)
            bare = stack.enter_context(_served("bench.serving:constant()", {_SIZE: str(size)}))
            asked = [(ours, FEED, REQUESTS), (bare, FEED, REQUESTS)]
            if status == HTTPStatus.OK:
                asked.append((stack.enter_context(_served("bench.serving:naive()", environment)), "/", FEWER))
            rounds = [[server.cost([path], n, headers, status) for server, path, n in asked] for _ in range(ROUNDS)]
        costs = [statistics.median(column) for column in zip(*rounds, strict=True)]
        ratios = [statistics.median(row[0] / row[place] for row in rounds) for place in range(1, len(costs))]
        others = [
            cell for cost, ratio in zip(costs[1:], ratios, strict=True) for cell in (_micro(cost), f"{ratio:.2f}")
        ]
        yield f"| {' | '.join([f'{name}, {size:,} bytes', _micro(costs[0]), *others, *[''] * (4 - len(others))])} |"


def _micro(seconds: float) -> str:
    return f"{seconds * 1e6:,.0f}"


def renderings(environment: Mapping[str, str]) -> Iterator[str]:
    """What a feed costs that nobody has asked for, and what memory all the feeds of a newsroom take."""
    with _served("wsgi:app", environment) as server:
        listed = re.findall(rb'xmlUrl="https?://[^/"]+([^"]+)"', server.ask(["/feeds.opml"], {}).body)
        stems = [path.decode().rpartition(".")[0] for path in listed]
        feeds = [f"{stem}.{format_}" for stem in stems for format_ in ("atom", "rss", "json")]
        server.ask(["/releases", "/search?q=there", "/search.atom?q=there"], {})
        before = server.memory()
        costs = [server.cost([path], 1, {}, 200) for path in feeds]
        server.ask(feeds, _GZIP)
        more = server.memory() - before
    yield f"{len(feeds)} feeds, rendered for the first time: median {statistics.median(costs) * 1e3:.1f} ms each"
    yield f"memory of the worker: {before / 1e6:,.0f} MB, and {more / 1e6:,.0f} MB for them all"


def main(count: int) -> None:
    """Print what was measured on a generated newsroom."""
    with TemporaryDirectory() as temporary:
        folders = {"FEEDSRV_RELEASES": f"{temporary}/releases", _INDEX: f"{temporary}/index"}
        generate.write(count, Path(folders["FEEDSRV_RELEASES"]))
        command_cost("feedsrv", "index", environment=folders)
        print(f"{count:,} releases\n")
        print(*polls(folders), "", *renderings(folders), sep="\n")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000)
