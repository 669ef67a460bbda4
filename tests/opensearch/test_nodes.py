"""Nodes of a cluster are killed under load, one, that with the primary, all: no wrong answer, nothing lost."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Thread
from time import monotonic, sleep
from urllib.request import urlopen

import pytest

from feedsrv.errors import IndexUnavailable, PublishingFailed
from feedsrv.query import Query
from feedsrv.search.opensearch.cluster import Access
from feedsrv.search.opensearch.index import OpenSearchIndex
from tests.opensearch import FOLDER, Node, Nodes, fetch, java_home, nodes
from tests.running import until
from tests.test_search_contract import a_release

PREFIX = "nodes"
PATIENCE = 240.0


@pytest.fixture
def three(tmp_path: Path) -> Iterator[Nodes]:
    java = java_home()
    with nodes(fetch(FOLDER, java), java, tmp_path / "nodes", 3) as running:
        yield running


@dataclass
class Reader:
    """Asks without a pause, and notes what it is told: the number of the last publication, and when there was none."""

    index: OpenSearchIndex
    last: int = 0
    answers: int = 0
    wrong: list[str] = field(default_factory=list)
    gaps: list[float] = field(default_factory=list)

    def ask(self) -> None:
        """Ask once. A release is held in every second publication."""
        begun = monotonic()
        try:
            hits = self.index.snapshot().search(Query(per_page=10)).hits
        except IndexUnavailable:
            self.gaps.append(monotonic() - begun)
            sleep(0.05)
            return
        self.answers += 1
        found = {hit.release.id: hit.release.title for hit in hits}
        number = int(found["number"])
        if number < self.last or ("secret" in found and number % 2 == 0):
            self.wrong.append(f"{found} after {self.last}")
        self.last = number


@dataclass
class Load:
    """One who publishes and some who read, at once."""

    publisher: OpenSearchIndex
    readers: list[Reader]
    published: int = 0
    refused: int = 0
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

        def over_and_over(work: object) -> None:
            while not self.over.is_set():
                work()  # type: ignore[operator]

        threads = [Thread(target=over_and_over, args=[work]) for work in (self.publish, *(r.ask for r in self.readers))]
        for thread in threads:
            thread.start()
        return threads

    def goes_on(self) -> None:
        """Wait until three more were published, and every reader has seen the last but one."""
        before = self.published
        until(lambda: self.published >= before + 3, PATIENCE)
        until(lambda: all(reader.last >= before + 2 for reader in self.readers), PATIENCE)


def primary(running: Nodes) -> Node:
    """The node that has the primary shard of the releases."""
    with urlopen(f"{running.addresses[0]}/_cat/shards/{PREFIX}-releases*?format=json", timeout=30) as answer:
        (name,) = (shard["node"] for shard in json.load(answer) if shard["prirep"] == "p")
    return next(node for node in running.nodes if node.name == name)


def test_whichever_nodes_are_killed_no_answer_is_wrong_and_nothing_is_lost(three: Nodes, tmp_path: Path) -> None:
    def machine(name: str) -> OpenSearchIndex:
        return OpenSearchIndex(Access(three.addresses), PREFIX, tmp_path / name)

    load = Load(machine("publisher"), [])
    load.publish()
    load.readers += [Reader(machine(f"reader-{number}")) for number in range(2)]
    threads = load.run()
    told = []
    try:
        load.goes_on()
        first = primary(three)
        other = next(node for node in three.nodes if node is not first)
        for name, killed in (("a copy", [other]), ("the primary", [first]), ("all", three.nodes)):
            until(lambda: three.health() == (3, "green"), PATIENCE)
            killed = [primary(three)] if name == "the primary" else killed
            answers = sum(reader.answers for reader in load.readers)
            begun = monotonic()
            for node in killed:
                node.kill()
            if name != "all":
                load.goes_on()
                took = monotonic() - begun
            for node in killed:
                three.start(node)
            until(lambda: three.health() == (3, "green"), PATIENCE)
            green = monotonic() - begun
            load.goes_on()
            took = took if name != "all" else monotonic() - begun
            more = sum(reader.answers for reader in load.readers) - answers
            told.append(f"{name}: three more published after {took:.1f} s, green after {green:.1f} s, {more} answers")
        assert [reader.wrong for reader in load.readers] == [[], []]
    finally:
        load.over.set()
        for thread in threads:
            thread.join()
    anew = Reader(machine("another"), load.published)
    anew.ask()
    assert (anew.answers, anew.wrong) == (1, [])
    unanswered = [len(reader.gaps) for reader in load.readers]
    told.append(f"{load.published} published, {load.refused} refused, questions unanswered: {unanswered}")
    sys.stderr.write("\n".join([*told, ""]))
