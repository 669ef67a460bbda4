"""Searching: what a page of results costs, of feedsrv and of its peers, asked in turns of what is in the releases."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, replace
from itertools import chain, islice, product
from pathlib import Path
from random import Random

from bench import peers
from bench.figures import Figure, megabytes, milliseconds
from bench.measure import Cost, mean, median, percentile
from bench.peers import Asked, Document
from bench.sites import Site
from feedsrv.text.stopwords import STOPWORDS

OPENING, CLASSES, STREAM, CHANGE = "Opening", "Searches by kind", "A stream of distinct searches", "One changed release"
SAMPLE = 3_000
"""Releases whose words are asked for."""
OF_A_KIND = 6
STREAMED = 200
_CHANGES = 3

_WORDS = re.compile(r"[^\W\d_]{3,}")
_SMALL = {word for language in ("en", "fr") for word in STOPWORDS[language].split()}
_STREAM = {"word": 40, "two words": 30, "three words": 10, "phrase": 10, "any of five words": 7, "beginning": 3}


class Searches:
    """What may be asked of these documents, drawn at random; the same for the same documents."""

    def __init__(self, documents: Sequence[Document]) -> None:
        self._random = Random(1)
        self._texts = [words for document in documents if (words := _WORDS.findall(document.body.lower()))]
        having = Counter(word for text in self._texts for word in set(text) if word not in _SMALL)
        shares = {word: count / len(self._texts) for word, count in having.items()}
        self._common = [word for word, share in shares.items() if share > 0.1] or [having.most_common(1)[0][0]]
        self._rare = [word for word, share in shares.items() if share < 0.005] or list(shares)

    def kinds(self) -> dict[str, Callable[[], Asked]]:
        """A way to draw a search of each kind."""
        return {
            "common word": lambda: Asked("words", (self._random.choice(self._common),)),
            "rare word": lambda: Asked("words", (self._random.choice(self._rare),)),
            "two words": lambda: Asked("words", self._some(2)),
            "phrase": lambda: Asked("phrase", self._beside(2)),
            "any of five words": lambda: Asked("any", self._some(5)),
            "beginning": lambda: Asked("beginning", (self._some(1)[0][:4],)),
        }

    def of_each_kind(self) -> dict[str, list[Asked]]:
        """Some different ones of each kind."""
        return {kind: _distinct(draw, OF_A_KIND) for kind, draw in self.kinds().items()}

    def stream(self) -> list[Asked]:
        """Different ones, of each kind as many as people ask."""
        ways = self.kinds() | {
            "word": lambda: Asked("words", self._some(1)),
            "three words": lambda: Asked("words", self._some(3)),
        }
        return _distinct(lambda: ways[self._random.choices([*_STREAM], [*_STREAM.values()])[0]](), STREAMED)

    def _some(self, count: int) -> tuple[str, ...]:
        """Telling words of one text, so that there is something to be found."""
        words: list[str] = []
        while not words:
            words = [word for word in dict.fromkeys(self._random.choice(self._texts)) if word not in _SMALL]
        return tuple(self._random.sample(words, min(count, len(words))))

    def _beside(self, count: int) -> tuple[str, ...]:
        text = self._random.choice(self._texts)
        start = self._random.randrange(max(1, len(text) - count))
        return tuple(text[start : start + count])


def _distinct(draw: Callable[[], Asked], count: int) -> list[Asked]:
    """So many different ones, or nearly, where there are not so many."""
    return list(dict.fromkeys(islice(iter(draw, None), 10 * count)))[:count]


@dataclass(frozen=True, slots=True)
class Station:
    """An engine in a process of its own; ``opening`` is what it cost to open, with the memory that took."""

    name: str
    process: subprocess.Popen[str]
    opening: Cost

    def ask(self, asked: Asked) -> Cost:
        """What a page of results costs."""
        return _told(self.process, [asked.kind, asked.words])

    def change(self, document: Document) -> Cost:
        """What it costs to put a document in the place of another."""
        return _told(self.process, asdict(document))


def _told(process: subprocess.Popen[str], said: object) -> Cost:
    assert process.stdin
    assert process.stdout
    if said is not None:
        process.stdin.write(f"{json.dumps(said)}\n")
        process.stdin.flush()
    return Cost(*json.loads(process.stdout.readline()))


@contextmanager
def _stations(site: Site) -> Iterator[list[Station]]:
    with ExitStack() as stack:
        stations = []
        for name in peers.ENGINES:
            process = subprocess.Popen(
                [sys.executable, "-m", "bench.peers", name, "ask", str(site.place(name))],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
            stack.enter_context(process)
            stack.callback(process.terminate)
            stations.append(Station(name, process, _told(process, None)))
        yield stations


def measure(site: Site, rounds: int, announce: Callable[[str], None]) -> Iterator[Figure]:
    """The figures of opening, of searches and of a change, of all engines."""
    searches = Searches(sample(site.documents))
    by_kind, stream = searches.of_each_kind(), searches.stream()
    costs: dict[tuple[str, str, str], list[Cost]] = {}
    for turn in range(1, rounds + 1):
        announce(f"searching {site.name} releases, round {turn} of {rounds}")
        with _stations(site) as stations:
            found = chain(
                ((OPENING, "in a new process", station.name, station.opening) for station in stations),
                _asked(stations, by_kind, stream),
                _changed(stations[1:], site) if turn == rounds else (),
            )
            for table, name, engine, cost in found:
                costs.setdefault((table, name, engine), []).append(cost)
    for (table, name, engine), measured in costs.items():
        yield from _figures(table, name, engine, site.name, measured)


_Found = tuple[str, str, str, Cost]
"""A table, a name in it, an engine, and what was measured once."""


def _asked(
    stations: Sequence[Station], by_kind: Mapping[str, Sequence[Asked]], stream: list[Asked]
) -> Iterator[_Found]:
    for kind, asked in by_kind.items():
        for state, each in product(("first", "again"), asked):
            yield from ((CLASSES, f"{kind}, {state}", station.name, station.ask(each)) for station in stations)
    for each in stream:
        yield from ((STREAM, "", station.name, station.ask(each)) for station in stations)


def _changed(stations: Sequence[Station], site: Site) -> Iterator[_Found]:
    """The peers are told of a change; feedsrv's publisher finds it out, see `bench.dropping`."""
    for document in islice(peers.read(site.documents), _CHANGES):
        changed = replace(document, body=f"{document.body} One more sentence.")
        yield from ((CHANGE, "edited", each.name, each.change(changed)) for each in stations)


def _figures(table: str, name: str, engine: str, site: str, costs: Sequence[Cost]) -> Iterator[Figure]:
    if table == STREAM:
        yield milliseconds(table, "mean", engine, site, mean(costs))
        yield milliseconds(table, "95th percentile", engine, site, percentile(costs, 0.95))
    else:
        yield milliseconds(table, name, engine, site, median(costs))
    if table == OPENING:
        yield megabytes(table, "memory of its own that it takes", engine, site, median(costs).peak)


def sample(documents: Path) -> list[Document]:
    """Every so many-th of the documents."""
    step = sum(1 for _ in documents.open("rb")) // SAMPLE + 1
    return list(islice(peers.read(documents), 0, None, step))
