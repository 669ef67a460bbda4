"""Both engines beside each other: the embedded index, and a cluster of OpenSearch.

``python -m bench.engines --cluster http://127.0.0.1:9200 --count 10000``: releases are generated, and published with
each engine by the same program. Prints a table: building, the searches of `bench.searching` by kind, what of the first
ten is the same, one changed release until it is found, and memory. Where nodes are on this machine, what they take is
counted, too. The indices are deleted at the end.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import mean
from tempfile import TemporaryDirectory
from time import perf_counter, process_time, sleep
from typing import Any

from bench import peers
from bench.measure import Cost, command_cost, percentile, resident_memory
from bench.measure import mean as mean_cost
from bench.peers import Asked
from bench.rivals import PREFIX, clear
from bench.searching import Searches, sample
from bench.sites import Site, size
from feedsrv.engines import open_index
from feedsrv.files.catalogue import Catalogue
from feedsrv.publishing import Memory, publish
from feedsrv.query import Query, Results, Sort
from feedsrv.query.parser import parse
from feedsrv.release import Release
from feedsrv.search import SearchIndex
from feedsrv.search.opensearch.cluster import Access, Cluster
from feedsrv.settings import from_environment

FIRST = 10
CHANGES = 5
_WAYS: Mapping[str, Callable[[Sequence[str]], str]] = {
    "words": " ".join,
    "phrase": lambda words: f'"{" ".join(words)}"',
    "any": " OR ".join,
    "beginning": lambda words: f"{words[0]}*",
}


def main() -> None:
    """Measure, and print the table."""
    parser = argparse.ArgumentParser(prog="python -m bench.engines", description="Both engines beside each other.")
    parser.add_argument("--cluster", required=True, help="addresses of nodes, with commas between")
    parser.add_argument("--count", type=int, default=10_000)
    wanted = parser.parse_args()
    try:
        with TemporaryDirectory(prefix="feedsrv-bench-") as temporary:
            site = Site.generated(wanted.count, Path(temporary))
            site.prepare(None)
            of_cluster = {"FEEDSRV_SEARCH": wanted.cluster, "FEEDSRV_SEARCH_PREFIX": PREFIX}
            nodes = Nodes(wanted.cluster)
            sides = [Side("embedded", site, {}, None), Side("OpenSearch", site, of_cluster, nodes)]
            for line in table(sides, site):
                sys.stdout.write(f"{line}\n")
                sys.stdout.flush()
    finally:
        clear(wanted.cluster)


class Nodes:
    """The nodes of a cluster."""

    def __init__(self, addresses: str) -> None:
        self._cluster = Cluster(Access(addresses.split(",")))

    def spent(self) -> float:
        """Seconds of processor time that all of them have taken so far; each looks at its own once a second."""
        sleep(1.1)
        return float(sum(each["process"]["cpu"]["total_in_millis"] for each in self._told("stats/process"))) / 1000

    def heap(self) -> int:
        """Bytes that their programs may take for what they work with."""
        return sum(int(each["jvm"]["mem"]["heap_max_in_bytes"]) for each in self._told("stats/jvm"))

    def memory(self) -> int:
        """Bytes that those on this machine have in memory, with what of their files is mapped there."""
        processes = [int(each["process"]["id"]) for each in self._told("process")]
        return sum(map(resident_memory, filter(lambda number: Path(f"/proc/{number}").exists(), processes)))

    def stored(self) -> int:
        """Bytes of the releases on the disk, with all copies."""
        told = self._cluster.ask("GET", f"/{PREFIX}-*/_stats/store")
        return int(told["_all"]["total"]["store"]["size_in_bytes"])

    def _told(self, what: str) -> list[dict[str, Any]]:
        answer = self._cluster.ask("GET", f"/_nodes/{what}")
        return [*answer["nodes"].values()]


@dataclass(frozen=True, slots=True)
class Answer:
    """The ids on the first page of results, how many there are in all, and what that cost."""

    first: Sequence[str]
    total: int
    cost: Cost


class Side:
    """The newsroom with one engine."""

    def __init__(self, name: str, site: Site, more: Mapping[str, str], nodes: Nodes | None) -> None:
        self.name = name
        self.nodes = nodes
        self.environment = {**site.environment, **more, "FEEDSRV_INDEX": str(site.place(name))}
        self.settings = from_environment(self.environment)
        self.index: SearchIndex = open_index(self.settings)

    def build(self) -> Cost:
        """What it costs to publish all of it from nothing."""
        before = self._spent_by_nodes()
        cost = command_cost("feedsrv", "index", environment=self.environment)
        return Cost(cost.cpu + self._spent_by_nodes() - before, cost.wall, cost.peak)

    def ask(self, several: Sequence[Asked]) -> list[Answer]:
        """The answers to several searches; what the nodes took is spread over all of them."""
        before = self._spent_by_nodes()
        answers = [self._answer(asked) for asked in several]
        share = (self._spent_by_nodes() - before) / len(several)
        return [Answer(it.first, it.total, Cost(it.cost.cpu + share, it.cost.wall)) for it in answers]

    def _answer(self, asked: Asked) -> Answer:
        begun = process_time(), perf_counter()
        found = self._find(asked)
        cost = Cost(process_time() - begun[0], perf_counter() - begun[1])
        return Answer([hit.release.id for hit in found.hits], found.total, cost)

    def _find(self, asked: Asked) -> Results:
        tree = parse(_WAYS[asked.kind](asked.words)).tree
        return self.index.snapshot().search(Query(tree, sort=Sort.RELEVANCE, per_page=FIRST))

    def change(self) -> Iterator[Cost]:
        """What it takes from an edited file, which the publisher is told of, until it is found."""
        catalogue, memory = Catalogue(self.settings.releases), Memory(recalls=True)
        publish(catalogue, self.index, datetime.now(UTC), memory=memory)
        path = next(path for path in sorted(self.settings.releases.rglob("*.md")) if path.name != "README.md")
        for number in range(CHANGES):
            word = f"{self.name.lower()}xyz{number}"
            path.write_text(f"{path.read_text('utf8')}\n\n{word}\n", "utf8")
            before = self._spent_by_nodes()
            begun = process_time(), perf_counter()
            source = path.relative_to(self.settings.releases).as_posix()
            publish(catalogue, self.index, datetime.now(UTC), only=frozenset({source}), memory=memory)
            while not self._find(Asked("words", (word,))).hits:
                pass
            cost = Cost(process_time() - begun[0], perf_counter() - begun[1])
            yield Cost(cost.cpu + self._spent_by_nodes() - before, cost.wall)

    def _spent_by_nodes(self) -> float:
        return self.nodes.spent() if self.nodes else 0.0


def table(sides: Sequence[Side], site: Site) -> Iterator[str]:
    """The lines of the table."""
    yield f"| {site.name} releases | {' | '.join(side.name for side in sides)} |"
    yield f"| --- |{' ---: |' * len(sides)}"
    built = [side.build() for side in sides]
    yield _row("building, s", [_both(cost) for cost in built])
    yield _row("memory of the largest process of it, MB", [_megabytes(cost.peak) for cost in built])
    with sides[0].index.update() as update:
        peers.write((each for each in update.published() if isinstance(each, Release)), site.documents)
    searches = Searches(sample(site.documents))
    pairs: list[tuple[Answer, ...]] = []
    for kind, asked in {**searches.of_each_kind(), "a stream": searches.stream()}.items():
        answers = [side.ask(asked) for side in sides]
        costs = [[answer.cost for answer in each] for each in answers]
        yield _row(f"{kind}, mean, ms", [_both(mean_cost(each), 1000) for each in costs])
        yield _row(f"{kind}, 95th percentile, ms", [f"{percentile(each, 0.95).wall * 1000:.3g}" for each in costs])
        pairs += zip(*answers, strict=True)
    yield from _alike([pair for pair in pairs if pair[0].first or pair[1].first])
    yield _row("one changed release until it is found, s", [_both(mean_cost(side.change())) for side in sides])
    yield f"| memory of who asks both, MB | {_megabytes(resident_memory(os.getpid()))} | |"
    for nodes in (side.nodes for side in sides if side.nodes):
        memory = f"{_megabytes(nodes.memory())}, {_megabytes(nodes.heap())}"
        yield _row("memory of the nodes, and the heap that they may have of it, MB", ["", memory])
        sizes = [size(site.place(sides[0].name)), nodes.stored()]
        yield _row("index on the disk, MB", [_megabytes(each) for each in sizes])


def _alike(pairs: Sequence[Sequence[Answer]]) -> Iterator[str]:
    """How much of both answers is the same."""
    total = mean(one.total == other.total for one, other in pairs)
    first = mean(one.first[:1] == other.first[:1] for one, other in pairs)
    shared = mean(len({*one.first} & {*other.first}) / max(len(one.first), len(other.first)) for one, other in pairs)
    ordered = mean(list(one.first) == list(other.first) for one, other in pairs)
    yield f"| of {len(pairs)} searches, the same number found | {total:.1%} | |"
    yield f"| the same release in the first place | {first:.1%} | |"
    yield f"| of the first {FIRST}, the same | {shared:.1%} | |"
    yield f"| all of the first {FIRST} in the same order | {ordered:.1%} | |"


def _both(cost: Cost, times: float = 1) -> str:
    """Time on the clock, and behind it time on processors."""
    return f"{cost.wall * times:.3g} ({cost.cpu * times:.3g})"


def _megabytes(count: int) -> str:
    return f"{count / 1e6:.0f}"


def _row(name: str, figures: Sequence[str]) -> str:
    return f"| {name} | {' | '.join(figures)} |"


if __name__ == "__main__":
    main()
