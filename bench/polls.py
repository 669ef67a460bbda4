"""Polls: how many bytes a feed costs its readers, each asking in its own way.

``python -m bench.polls [COUNT]`` generates releases, serves them, and lets each reader poll when it subscribes, when
nothing is new, and when there is one release more. Bytes are those of whole answers. To see how many they were in
another revision, run this file in a checkout of that one: ``PYTHONPATH=. python .../bench/polls.py``.
"""

from __future__ import annotations

import socket
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from bench import generate
from bench.measure import command_cost
from bench.servers import gunicorn

FEED = "/releases.atom"
MORE = "---\ntitle: One release more\ndate: 2025-01-02\n---\n\nIt is the newest.\n"
TAG, DATE = ("ETag", "If-None-Match"), ("Last-Modified", "If-Modified-Since")


@dataclass(frozen=True, slots=True)
class Client:
    """How a feed reader asks: which codings it reads, and which validators it sends back."""

    codings: str
    validators: tuple[tuple[str, str], ...] = (TAG, DATE)


CLIENTS = {
    "Thunderbird": Client("gzip, deflate, br, zstd", (DATE,)),
    "newsboat": Client("gzip, deflate", (TAG,)),  # it cannot read the date, and then does not send it
    "NetNewsWire": Client("gzip, deflate, br"),
    "Feedly": Client("gzip"),
    "Inoreader": Client("gzip, deflate"),
    "FreshRSS": Client("deflate, gzip, br, zstd"),
}


@dataclass(frozen=True, slots=True)
class Answer:
    """What comes back: the status, the headers by name, and the bytes of it all."""

    status: int
    headers: Mapping[str, str]
    size: int


def ask(port: int, client: Client, last: Answer | None) -> Answer:
    """What this client gets that has got the ``last`` answer."""
    lines = [f"GET {FEED} HTTP/1.1", "Host: localhost", "Connection: close", f"Accept-Encoding: {client.codings}"]
    for stated, sent in client.validators if last else ():
        if last and stated in last.headers:
            lines.append(f"{sent}: {last.headers[stated]}")
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.sendall("\r\n".join((*lines, "", "")).encode())
        answer = b"".join(iter(lambda: connection.recv(65_536), b""))
    first, *others = answer.partition(b"\r\n\r\n")[0].decode().split("\r\n")
    headers = dict(line.split(": ", 1) for line in others)
    return Answer(int(first.split()[1]), headers, len(answer))


def polls(count: int, folder: Path) -> Iterator[str]:
    """The rows of the table."""
    environment = {"FEEDSRV_RELEASES": f"{folder}/releases", "FEEDSRV_INDEX": f"{folder}/index"}
    generate.write(count, folder / "releases")
    command_cost("feedsrv", "index", environment=environment)
    yield "| reader | subscribes | nothing new | one release more |"
    yield "| --- | ---: | ---: | ---: |"
    with gunicorn("wsgi:app", environment) as server:
        first = {name: ask(server.port, client, None) for name, client in CLIENTS.items()}
        again = {name: ask(server.port, client, first[name]) for name, client in CLIENTS.items()}
        (folder / "releases" / "more.md").write_text(MORE, "utf8")
        command_cost("feedsrv", "index", environment=environment)
        for name, client in CLIENTS.items():
            cells = [f"{answer.size:,} ({answer.status})" for answer in (first[name], again[name])]
            more = ask(server.port, client, first[name])
            yield f"| {name} | {' | '.join((*cells, f'{more.size:,} ({more.status})'))} |"


if __name__ == "__main__":
    with TemporaryDirectory() as temporary:
        print(*polls(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000, Path(temporary)), sep="\n")
