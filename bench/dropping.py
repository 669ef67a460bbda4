"""Dropping: how long after a file was dropped it is seen everywhere, what that costs, and whether anybody waits.

``feedsrv serve`` runs with two workers; clients poll feeds and search all the time. Ten others keep their connections,
which both workers have their share of, and ask for the release until each of them has been given it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from statistics import median
from threading import Event

from bench.figures import Figure, milliseconds, waited
from bench.measure import Cost, spent
from bench.sites import Site
from tests.conftest import release
from tests.faults.audit import Client
from tests.faults.service import Together
from tests.faults.troubles import Processes
from tests.running import Running, running

TABLE, CHANGE = "Dropped, and seen in both workers", "One changed release"
WATCHERS, POLLERS = 10, 2
_PATIENCE = 120.0
_POLLED = ("/releases.atom", "/search?q=there", "/releases.json", "/search.json?q=these+words")


@dataclass
class _Polls:
    """Clients that ask for feeds and searches, with the validator of what they have, and how long each waited."""

    port: int
    waits: list[tuple[float, float]] = field(default_factory=list)

    def go_on(self, stop: Event) -> None:
        """Ask until told to stop."""
        tags: dict[str, str] = {}
        with closing(Client(self.port)) as client:
            while not stop.wait(0.03):
                for path in _POLLED:
                    answer = client.get(path, If_None_Match=tags.get(path, '"none"'))
                    tags[path] = answer.headers.get("ETag", '"none"')
                    self.waits.append((answer.asked, answer.answered - answer.asked))

    def worst(self, since: float) -> float:
        """The longest that a client waited from a moment on."""
        return max((wait for asked, wait in self.waits if asked + wait >= since), default=0.0)


def measure(site: Site, rounds: int, announce: Callable[[str], None]) -> Iterator[Figure]:
    """The figures of a file that is dropped, edited and taken away again, each a number of times."""
    environment = {"FEEDSRV_BASE_URL": "http://localhost"}
    found: dict[str, list[float]] = {}
    begun = time.monotonic()
    with (
        running(site.releases, site.place("feedsrv"), **environment) as newsroom,
        Together() as together,
    ):
        found["started"] = [time.monotonic() - begun]
        polls = _Polls(newsroom.port)
        for _ in range(POLLERS):
            together.start(polls.go_on)
        time.sleep(2)
        for turn in range(1, rounds + 1):
            announce(f"dropping a file among {site.name} releases, round {turn} of {rounds}")
            for name, value in _turn(site, newsroom, polls, f"dropped-{turn}"):
                found.setdefault(name, []).append(value)
        idle = _idle(newsroom)
    for name in ("a new release", "a changed one", "one that was taken away"):
        yield waited(TABLE, name, "feedsrv", site.name, median(found[name]))
    yield waited(TABLE, "feedsrv serve, from its start until it answers", "feedsrv", site.name, max(found["started"]))
    yield waited(TABLE, "the longest wait of a poll or a search meanwhile", "feedsrv", site.name, max(found["poll"]))
    cost = median(found["cost"]) - idle * median(found["took"])
    yield milliseconds(CHANGE, "edited", "feedsrv", site.name, Cost(max(cost, 0.0), median(found["took"])))


def _turn(site: Site, newsroom: Running, polls: _Polls, name: str) -> Iterator[tuple[str, float]]:
    """What was seen of one file: names and seconds."""
    path = site.releases / f"{name}.md"
    publisher = Processes(newsroom.process.pid).publishers()[0]
    began = time.time()
    for kind, words in (("a new release", "firstly"), ("a changed one", "secondly"), ("one that was taken away", "")):
        before = spent(publisher)
        if words:
            draft = path.with_name(f".{name}")
            draft.write_text(release(f"Dropped {name}", "2026-01-01", words, slug=name), "utf8")
            draft.rename(path)
        else:
            path.unlink()
        dropped = time.time()
        took = _seen(newsroom, f"/releases/{name}", words) - dropped
        yield kind, took
        if kind == "a changed one":
            time.sleep(0.5)
            yield from (("cost", spent(publisher) - before), ("took", took))
    time.sleep(1)
    yield "poll", polls.worst(began)


def _seen(newsroom: Running, path: str, words: str) -> float:
    """When all clients were given a page with these words, or were told that there is none any more."""
    with ExitStack() as stack:
        waiting = [stack.enter_context(closing(Client(newsroom.port))) for _ in range(WATCHERS)]
        end = time.time() + _PATIENCE
        while waiting and time.time() < end:
            answers = [(client, client.get(path)) for client in waiting]
            waiting = [
                client
                for client, answer in answers
                if (words.encode() not in answer.body or answer.status != 200 if words else answer.status == 200)
            ]
            time.sleep(0.02)
        if waiting:
            raise RuntimeError(f"{path} was not seen within {_PATIENCE} s")
    return time.time()


def _idle(newsroom: Running) -> float:
    """Seconds of processor time that the publisher takes in a second in which nothing happens."""
    publisher = Processes(newsroom.process.pid).publishers()[0]
    time.sleep(2)
    before = spent(publisher)
    time.sleep(3)
    return (spent(publisher) - before) / 3
