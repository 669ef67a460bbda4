"""Nodes of a cluster are killed under load, one, that with the primary, all: no wrong answer, nothing lost."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from threading import Event, Thread
from time import monotonic, sleep
from urllib.request import urlopen

import pytest

from feedsrv.errors import PublishingFailed
from feedsrv.search.opensearch.cluster import Access
from feedsrv.search.opensearch.index import OpenSearchIndex
from feedsrv.settings import Settings
from feedsrv.web import create_app
from tests.conftest import BASE_URL
from tests.opensearch import FOLDER, Node, Nodes, fetch, java_home, nodes
from tests.running import until
from tests.test_search_contract import a_release

PREFIX = "nodes"
PATIENCE = 240.0

NEW, KNOWN = "a new question", "a feed"
"""What is asked: what nobody has asked yet, and what is the same each time, so that it was rendered before."""


@pytest.fixture
def three(tmp_path: Path) -> Iterator[Nodes]:
    java = java_home()
    with nodes(fetch(FOLDER, java), java, tmp_path / "nodes", 3) as running:
        yield running


@dataclass
class Tally:
    """What one kind of question was told of late: answers, 503, and how long at most a question and until an answer."""

    answers: int = 0
    refusals: int = 0
    slowest: float = 0.0
    gap: float = 0.0
    answered: float = field(default_factory=monotonic)


class Reader:
    """Asks the web process of one machine without a pause, and holds each answer against those before.

    A release is held in every second publication, the number of which is the title of another one.
    """

    def __init__(self, index: OpenSearchIndex, last: int = 0) -> None:
        self.last = last
        self.wrong: list[str] = []
        self.tallies = {NEW: Tally(), KNOWN: Tally()}
        settings = Settings(base_url=BASE_URL, has_base_url=True)
        self._client = create_app(index, settings).test_client()
        self._numbers = count()

    def ask(self) -> None:
        """Ask one question of each kind."""
        self._ask(NEW, f"/search.json?q=words+-not{next(self._numbers)}")
        self._ask(KNOWN, "/releases.json")

    def _ask(self, kind: str, path: str) -> None:
        begun, tally = monotonic(), self.tallies[kind]
        answer = self._client.get(path, base_url=BASE_URL)
        now = monotonic()
        tally.slowest = max(tally.slowest, now - begun)
        tally.gap = max(tally.gap, now - tally.answered)
        if answer.status_code == 503 and "Retry-After" in answer.headers:
            tally.refusals += 1
            sleep(0.02)
            return
        tally.answers, tally.answered = tally.answers + 1, now
        found = {item["url"].rpartition("/")[2]: item["title"] for item in json.loads(answer.data)["items"]}
        number = int(found["number"])
        if answer.status_code != 200 or number < self.last or ("secret" in found) != (number % 2 == 1):
            self.wrong.append(f"{path}: {answer.status_code} {found} after {self.last}")
        self.last = number

    def told(self) -> dict[str, Tally]:
        """What was told of late; counting begins anew."""
        told, self.tallies = self.tallies, {NEW: Tally(), KNOWN: Tally()}
        return told


@dataclass
class Load:
    """One who publishes and some who read, at once."""

    publisher: OpenSearchIndex
    readers: list[Reader]
    published: int = 0
    refused: int = 0
    failed: list[BaseException] = field(default_factory=list)
    over: Event = field(default_factory=Event)

    def publish(self) -> None:
        """Publish the next number, again and again until that was done."""
        number = self.published + 1
        while not self.over.is_set():
            try:
                with self.publisher.update() as update:
                    update.put(a_release("number", title=str(number)), {})
                    if number % 2:
                        update.put(a_release("secret"), {})
                    else:
                        update.remove("secret.md")
                    update.finish({}, None)
            except PublishingFailed:
                self.refused += 1
                sleep(0.2)
                continue
            self.published = number
            return

    def run(self) -> list[Thread]:
        """Begin."""

        def over_and_over(work: Callable[[], None]) -> None:
            try:
                while not self.over.is_set():
                    work()
            except BaseException as error:
                self.failed.append(error)
                raise

        works = (self.publish, *(reader.ask for reader in self.readers))
        threads = [Thread(target=over_and_over, args=[work]) for work in works]
        for thread in threads:
            thread.start()
        return threads

    def goes_on(self) -> None:
        """Wait until three more were published, and every reader has seen the last but one."""
        before = self.published
        until(lambda: self.failed or self.published >= before + 3, PATIENCE)
        until(lambda: self.failed or all(reader.last >= before + 2 for reader in self.readers), PATIENCE)
        assert not self.failed

    def told(self) -> str:
        """What all readers were told of late, in words."""
        each = [reader.told() for reader in self.readers]
        return "; ".join(
            f"{kind}: {sum(told[kind].answers for told in each)} answers,"
            f" {sum(told[kind].refusals for told in each)} times 503,"
            f" {max(told[kind].gap for told in each):.1f} s at most without an answer,"
            f" {max(told[kind].slowest for told in each):.1f} s at most for a question"
            for kind in (NEW, KNOWN)
        )


def primary(running: Nodes) -> Node:
    """The node that has the primary shard of the releases."""
    with urlopen(f"{running.addresses[0]}/_cat/shards/{PREFIX}-releases*?format=json", timeout=30) as answer:
        (name,) = (shard["node"] for shard in json.load(answer) if shard["prirep"] == "p")
    return next(node for node in running.nodes if node.name == name)


def killed(three: Nodes, load: Load, which: list[Node], name: str) -> None:
    """Kill some nodes, and start them again once readers and the writer went on without them, if any is left."""
    refused, begun = load.refused, monotonic()
    for node in which:
        node.kill()
    if which != three.nodes:
        load.goes_on()
        tell(f"{name} killed, three more published after {monotonic() - begun:.1f} s: {load.told()}")
    started = monotonic()
    for node in which:
        three.start(node)
    until(lambda: three.health() == (3, "green"), PATIENCE)
    green = monotonic() - started
    load.goes_on()
    tell(
        f"{name} started again, green after {green:.1f} s, three more published {monotonic() - started:.1f} s after it:"
        f" {load.told()}; attempts to publish that were refused: {load.refused - refused}"
    )


def tell(what: str) -> None:
    """Say it to whoever runs the test."""
    sys.stderr.write(f"\n{what}\n")


def test_whichever_nodes_are_killed_no_answer_is_wrong_and_nothing_is_lost(three: Nodes, tmp_path: Path) -> None:
    def machine(name: str) -> OpenSearchIndex:
        return OpenSearchIndex(Access(three.addresses), PREFIX, tmp_path / name)

    load = Load(machine("publisher"), [])
    load.publish()
    load.readers += [Reader(machine(f"reader-{number}")) for number in range(2)]
    threads = load.run()
    try:
        until(lambda: three.health() == (3, "green"), PATIENCE)
        load.goes_on()
        tell(f"all there: {load.told()}")
        first = primary(three)
        killed(three, load, [next(node for node in three.nodes if node is not first)], "a copy")
        killed(three, load, [primary(three)], "the primary")
        killed(three, load, three.nodes, "all")
        assert [reader.wrong for reader in load.readers] == [[], []]
    finally:
        load.over.set()
        for thread in threads:
            thread.join()
    anew = Reader(machine("another"), load.published)
    anew.ask()
    assert (anew.tallies[NEW].answers, anew.tallies[KNOWN].answers, anew.wrong) == (1, 1, [])
    tell(f"{load.published} published, {load.refused} attempts refused")
