"""Serving: what a feed costs the process that sends it over HTTP, beside the least that gunicorn can do.

``python -m bench.serving [COUNT]`` runs gunicorn in the same way, with one worker, before feedsrv, before an
application that returns a constant of the same size, and before a Flask view that builds its feed with feedgen on each
request. They are asked in turns, over connections that stay open; times are the worker's, on the processor (Linux
only). Each figure is the median of many short runs, a ratio that of the ratios within each turn.
"""

from __future__ import annotations

import os
import re
import statistics
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from http import HTTPStatus
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from feedgen.feed import FeedGenerator
from flask import Flask, Response

from bench import generate
from bench.measure import command_cost, private_memory
from bench.servers import gunicorn
from feedsrv.query import Query
from feedsrv.release import Release
from feedsrv.search.whoosh.index import WhooshIndex

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


def view(index: Path) -> Flask:
    """A bare Flask view that builds an Atom feed on each request; it has its 50 releases in memory."""
    releases = [hit.release for hit in WhooshIndex(index).snapshot().search(Query(per_page=50)).hits]
    app = Flask(__name__)
    app.add_url_rule("/", view_func=lambda: Response(_atom(releases), content_type="application/atom+xml"))
    return app


def _atom(releases: Sequence[Release]) -> bytes:
    feed = FeedGenerator()
    feed.id("tag:press.example.org,2005:releases")
    feed.title("Nonsense newsroom")
    feed.updated(releases[0].updated)
    for release in releases:
        entry = feed.add_entry(order="append")
        entry.id(f"tag:press.example.org,2005:{release.id}")
        entry.title(release.title)
        entry.link(href=f"https://press.example.org/releases/{release.id}")
        entry.published(release.published)
        entry.updated(release.updated)
        entry.summary(release.summary)
        entry.content(release.body, type="html")
        entry.category([{"term": topic} for topic in release.topic_ids])
    rendered: bytes = feed.atom_str()
    return rendered


def _cases(environment: Mapping[str, str]) -> Iterator[tuple[str, Mapping[str, str], int]]:
    """What a poll may be: its name, its headers, its status."""
    yield "200", {}, 200
    yield "200, gzip", _GZIP, 200
    with gunicorn("wsgi:app", environment) as server:
        tag = server.ask([FEED], _GZIP).tag
    yield "304", {"If-None-Match": tag, **_GZIP}, 304


def polls(environment: Mapping[str, str]) -> Iterator[str]:
    """The rows of the table of polls."""
    yield "| a poll of the feed | µs | the constant | ratio | Flask and feedgen | ratio |"
    yield "| --- | ---: | ---: | ---: | ---: | ---: |"
    for name, headers, status in list(_cases(environment)):
        with ExitStack() as stack:
            ours = stack.enter_context(gunicorn("wsgi:app", environment))
            size = len(ours.ask([FEED], headers, status).body)
            bare = stack.enter_context(gunicorn("bench.serving:constant()", {_SIZE: str(size)}))
            asked = [(ours, FEED, REQUESTS), (bare, FEED, REQUESTS)]
            if status == HTTPStatus.OK:
                asked.append((stack.enter_context(gunicorn("bench.serving:naive()", environment)), "/", FEWER))
            rounds = [[server.cost([path], n, headers, status).cpu for server, path, n in asked] for _ in range(ROUNDS)]
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
    with gunicorn("wsgi:app", environment) as server:
        listed = re.findall(rb'xmlUrl="https?://[^/"]+([^"]+)"', server.ask(["/feeds.opml"], {}).body)
        stems = [path.decode().rpartition(".")[0] for path in listed]
        feeds = [f"{stem}.{format_}" for stem in stems for format_ in ("atom", "rss", "json")]
        server.ask(["/releases", "/search?q=there", "/search.atom?q=there"], {})
        before = private_memory(server.worker)
        costs = [server.cost([path], 1, {}).cpu for path in feeds]
        server.ask(feeds, _GZIP)
        more = private_memory(server.worker) - before
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
