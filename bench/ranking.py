"""Ranking: how good are the first results? Ours beside SQLite's FTS5 and tantivy, with judgements and known items.

``make bench-ranking COLLECTIONS="FOLDER..."``, or ``python -m bench.ranking [--seed N] FOLDER...``: each folder is a
collection with judgements or one of releases (see `bench.collections`), or ``generated``. Prints, of collections with
questions of their own, nDCG@10 (Järvelin and Kekäläinen 2002) and MAP over the first 200 results; of each kind of known
item (see `bench.known_items`) how many are in the first place, how many among the first ten, and the mean reciprocal
rank.
"""

from __future__ import annotations

import argparse
import math
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from statistics import mean
from tempfile import TemporaryDirectory

from bench.collections import Collection
from bench.known_items import SEED, KnownItem, known_items
from bench.rivals import OURS, Engine, clear, rivals

FIRST, DEPTH = 10, 200
"""Results of the first page, and of which MAP knows."""


def ndcg(found: Sequence[str], grades: Mapping[str, float], depth: int = FIRST) -> float:
    """The normalised discounted cumulative gain of the first results."""
    gain = sum(grades.get(item, 0) / math.log2(place + 2) for place, item in enumerate(found[:depth]))
    ideal = sorted(grades.values(), reverse=True)[:depth]
    return gain / sum(grade / math.log2(place + 2) for place, grade in enumerate(ideal))


def average_precision(found: Sequence[str], grades: Mapping[str, float]) -> float:
    """The mean of the precisions at each right result."""
    hits, total = 0, 0.0
    for place, item in enumerate(found, 1):
        if item in grades:
            hits += 1
            total += hits / place
    return total / len(grades)


def judged(collection: Collection, ask: Engine) -> tuple[float, ...]:
    """nDCG@10 and MAP over all questions of a collection."""
    found = {name: ask(text, DEPTH) for name, text in collection.questions.items()}
    return (
        mean(ndcg(found[name], collection.grades[name]) for name in found),
        mean(average_precision(found[name], collection.grades[name]) for name in found),
    )


def placed(items: Sequence[KnownItem], ask: Engine) -> tuple[float, ...]:
    """The shares of known items in the first place and among the first ten, and the mean reciprocal rank in these."""
    places = [place(ask(item.question, FIRST), item.document) for item in items]
    return (
        mean(each == 1 for each in places),
        mean(0 < each <= FIRST for each in places),
        mean(1 / each if each else 0 for each in places),
    )


def place(found: Sequence[str], document: str) -> int:
    """Where a document stands, counted from 1; 0 where it does not."""
    return found.index(document) + 1 if document in found else 0


def _measured(collection: Collection, seed: int) -> Iterator[tuple[str, Callable[[Engine], tuple[float, ...]]]]:
    """What is measured of a collection, by name."""
    if collection.questions:
        yield "its questions", lambda ask: judged(collection, ask)
    for name, items in known_items(collection.documents, seed):
        yield f"{name} ({len(items)})", lambda ask, items=items: placed(items, ask)  # type: ignore[misc]


def main(folders: Sequence[Path], seed: int, cluster: str = "") -> None:
    """Print a table of all engines for each collection."""
    _print(f"Seed {seed}. Of questions nDCG@10 and MAP; of known items the first place, the first ten, and MRR.")
    for folder in folders:
        with TemporaryDirectory() as work:
            collection = Collection.of(folder, Path(work))
            engines = dict(rivals(collection, cluster))
            _print("", f"| {collection.name} | {' | '.join(engines)} | above the best of the others |")
            _print(f"| --- |{' ---: |' * len(engines)} --- |")
            for name, measure in _measured(collection, seed):
                figures = {engine: measure(ask) for engine, ask in engines.items()}
                shown = (" ".join(f"{figure:.3f}" for figure in each) for each in figures.values())
                _print(f"| {name} | {' | '.join(shown)} | {_above(figures)} |")


def _above(figures: Mapping[str, Sequence[float]]) -> str:
    """By how much ours is above the best of the others, figure by figure."""
    others = zip(*(each for engine, each in figures.items() if engine != OURS), strict=True)
    best = map(max, others)
    return " ".join(
        f"{ours / other - 1:+.1%}" if other else "-" for ours, other in zip(figures[OURS], best, strict=True)
    )


def _print(*lines: str) -> None:
    sys.stdout.write("".join(f"{line}\n" for line in lines))
    sys.stdout.flush()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m bench.ranking", description="How good are the first results?")
    parser.add_argument("folders", type=Path, nargs="*", default=[Path("generated")], metavar="FOLDER")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--cluster", default="", help="the address of a node of OpenSearch: ours over it, too")
    wanted = parser.parse_args()
    main(wanted.folders, wanted.seed, wanted.cluster)
    if wanted.cluster:
        clear(wanted.cluster)
