"""Both engines beside each other: the embedded index, and a cluster of OpenSearch.

``python -m bench.engines --cluster http://127.0.0.1:9200 --count 10000``: releases are generated, and published with
each engine by the same program. Prints a table: building, one changed release until it is found, the searches of
`bench.searching` by kind, what of the first ten is the same, and memory. The indices are deleted at the end.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from statistics import mean, quantiles
from tempfile import TemporaryDirectory
from time import perf_counter

from bench import peers
from bench.measure import command_cost, resident_memory
from bench.peers import Asked
from bench.rivals import PREFIX, clear
from bench.searching import Searches, sample
from bench.sites import Site
from feedsrv.cli.engines import open_index
from feedsrv.files.catalogue import Catalogue
from feedsrv.publishing import Memory, publish
from feedsrv.query import Query, Sort
from feedsrv.query.parser import parse
from feedsrv.release import Release
from feedsrv.search import SearchIndex
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
            sides = [Side("embedded", site, {}), Side("OpenSearch", site, of_cluster)]
            for line in table(sides, site):
                sys.stdout.write(f"{line}\n")
                sys.stdout.flush()
    finally:
        clear(wanted.cluster)


class Side:
    """The newsroom with one engine."""

    def __init__(self, name: str, site: Site, more: Mapping[str, str]) -> None:
        self.name = name
        self.environment = {**site.environment, **more, "FEEDSRV_INDEX": str(site.place(name))}
        self.settings = from_environment(self.environment)
        self.index: SearchIndex = open_index(self.settings)

    def build(self) -> float:
        """Seconds to publish all of it from nothing."""
        return command_cost("feedsrv", "index", environment=self.environment).wall

    def find(self, asked: Asked) -> tuple[float, list[str]]:
        """Seconds for a page of results, and the ids on it."""
        begun = perf_counter()
        tree = parse(_WAYS[asked.kind](asked.words)).tree
        found = self.index.snapshot().search(Query(tree, sort=Sort.RELEVANCE, per_page=FIRST))
        return perf_counter() - begun, [hit.release.id for hit in found.hits]

    def change(self) -> Iterator[float]:
        """Seconds from an edited file, which the publisher is told of, until it is found."""
        catalogue, memory = Catalogue(self.settings.releases), Memory(recalls=True)
        publish(catalogue, self.index, datetime.now(UTC), memory=memory)
        path = next(path for path in sorted(self.settings.releases.rglob("*.md")) if path.name != "README.md")
        for number in range(CHANGES):
            word = f"{self.name.lower()}xyz{number}"
            path.write_text(f"{path.read_text('utf8')}\n\n{word}\n", "utf8")
            begun = perf_counter()
            source = path.relative_to(self.settings.releases).as_posix()
            publish(catalogue, self.index, datetime.now(UTC), only=frozenset({source}), memory=memory)
            while not self.find(Asked("words", (word,)))[1]:
                pass
            yield perf_counter() - begun


def table(sides: Sequence[Side], site: Site) -> Iterator[str]:
    """The lines of the table."""
    yield f"| {site.name} releases | {' | '.join(side.name for side in sides)} |"
    yield f"|---|{'---|' * len(sides)}"
    yield _row("building, s", [side.build() for side in sides])
    with sides[0].index.update() as update:
        peers.write((each for each in update.published() if isinstance(each, Release)), site.documents)
    searches = Searches(sample(site.documents))
    overlap = []
    for kind, asked in {**searches.of_each_kind(), "a stream": searches.stream()}.items():
        answers = [[side.find(each) for each in asked] for side in sides]
        times = [[took * 1000 for took, _ in each] for each in answers]
        yield _row(f"{kind}, mean, ms", map(mean, times))
        yield _row(f"{kind}, 95th percentile, ms", (quantiles(each, n=20)[-1] for each in times))
        first = [[ids for _, ids in each] for each in answers]
        overlap += [len({*one} & {*other}) / len(one) for one, other in zip(*first, strict=True) if one]
    yield f"| of the first {FIRST} the same | {mean(overlap):.1%} | |"
    yield _row("one changed release, s", [mean(side.change()) for side in sides])
    yield f"| memory of whoever asks both, MB | {resident_memory(os.getpid()) / 1e6:.0f} | |"


def _row(name: str, figures: Iterator[float] | Sequence[float] | map[float]) -> str:
    return f"| {name} | {' | '.join(f'{figure:.3g}' for figure in figures)} |"


if __name__ == "__main__":
    main()
