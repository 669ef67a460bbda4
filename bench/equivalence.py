"""Equivalence: does the search answer as it always did, whatever it is made of now?

``python -m bench.equivalence [--queries N] [--seed N] [--only N] [--releases N] [--plain] [FOLDER...]``: each folder,
or so many generated releases, is published, some of it twice, as it may have come about in years: files that were
changed, removed or withdrawn since, in several segments. Then as many random questions are asked of it and of the
oracle (see `tests.oracle`), which indexes what a new index of the same folder holds. The first answers that differ are
printed in full, with the number of the question: ``--only`` asks that one alone. Ends with 1 where any differ.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from hashlib import sha256
from itertools import islice
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from bench import generate
from bench.questions import Question, Questions
from feedsrv.errors import ReleaseNotFound
from feedsrv.files.catalogue import Catalogue
from feedsrv.publishing import publish
from feedsrv.query import Query, Results
from feedsrv.release import Release
from feedsrv.search import Snapshot
from feedsrv.search.whoosh.index import WhooshIndex
from tests.oracle import Oracle

QUERIES, RELEASES = 2_000, 500
MOST_PRINTED = 3
BESIDE = 10
"""Of so many questions, one is also counted by days, and one release looked at for what resembles it."""

_NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
_EARLIER = "\n\nWords which were there only early on, of {subject}, and went with the first correction.\n"


@dataclass(frozen=True, slots=True)
class Pair:
    """An index, the oracle that it is compared with, and what is asked of both."""

    snapshot: Snapshot
    oracle: Oracle
    questions: Questions

    @classmethod
    def of(cls, releases: Path, work: Path, seed: int, *, is_plain: bool = False) -> Pair:
        """Of a folder of releases, which is copied; ``is_plain``: it is published at once, and as it is."""
        index = WhooshIndex(work / "index")
        copy = work / "releases"
        if is_plain:
            publish(Catalogue(releases), index, _NOW)
        else:
            for _ in _history(releases, copy):
                publish(Catalogue(copy), index, _NOW, force=True, move_ids=True)
        anew = index if is_plain else WhooshIndex(work / "anew")
        if not is_plain:
            publish(Catalogue(copy), anew, _NOW)
        newsroom = anew.snapshot().newsroom
        with anew.update() as update:
            oracle = Oracle(update.published(), newsroom, work / "oracle")
            known = (record for record in update.published() if isinstance(record, Release))
            return cls(index.snapshot(), oracle, Questions(known, newsroom, seed))

    def differences(self, number: int) -> Iterator[str]:
        """What is answered otherwise than by the oracle, to a question or to what is asked beside it."""
        question = self.questions[number]
        ours, right = self.snapshot.search(question.query), self.oracle.search(question.query)
        if not question.query.has_facets:
            right = replace(right, facets={})
        yield from _compared(_plain(ours), _plain(right))
        if number % BESIDE == 0:
            yield from self._differences_beside(question)

    def differences_of_all(self) -> Iterator[str]:
        """The same of what is asked without words: translations, former addresses, the sitemap, the inventory."""
        entries = self.oracle.sitemap_entries()
        mine = [
            (entry.id, year.year, entry.updated)
            for year in self.snapshot.sitemap_years()
            for entry in self.snapshot.sitemap_entries(year.year)
        ]
        yield from _compared({"sitemap": sorted(mine, key=lambda entry: entry[0])}, {"sitemap": entries})
        for identity, *_ in entries:
            yield from _compared(
                {f"siblings of {identity}": _siblings(self.snapshot, identity)},
                {f"siblings of {identity}": self.oracle.siblings(identity)},
            )
        aliases = self.oracle.aliases()
        yield from _compared({alias: self.snapshot.alias(alias) for alias in aliases}, dict(aliases))
        facets = self.oracle.search(Query(per_page=0)).facets
        inventory = self.snapshot.inventory()
        yield from _compared(
            {name: [(held.value, held.count) for held in inventory[name]] for name in facets},
            {name: [(facet.value, facet.count) for facet in found] for name, found in facets.items()},
        )

    def _differences_beside(self, question: Question) -> Iterator[str]:
        identity = self.questions.any_release(Random(question.number)).id
        yield from _compared(
            {
                "days": dict(self.snapshot.days(question.query)),
                f"similar to {identity}": self.snapshot.similar(identity, 5),
            },
            {
                "days": dict(self.oracle.days(question.query)),
                f"similar to {identity}": self.oracle.similar(identity, 5),
            },
        )


def _plain(results: Results) -> dict[str, object]:
    """An answer by its parts, the hits one by one."""
    parts: dict[str, object] = {
        name: getattr(results, name)
        for name in ("total", "complete", "is_complete_first", "page", "pages", "sort", "did_you_mean", "notes")
    }
    parts |= {f"facet {name}": [(facet.value, facet.count) for facet in each] for name, each in results.facets.items()}
    parts["ids"] = [hit.release.id for hit in results.hits]
    for place, hit in enumerate(results.hits):
        parts[f"hit {place}"] = (hit.is_partial, hit.title, hit.excerpt, hit.release)
    return parts


def _siblings(snapshot: Snapshot, identity: str) -> tuple[Release, ...]:
    try:
        return snapshot.siblings([snapshot.get(identity)])[identity]
    except ReleaseNotFound:
        return ()


def _compared(ours: dict[str, object], right: dict[str, object]) -> Iterator[str]:
    for name in sorted(ours.keys() | right.keys()):
        if ours.get(name) != right.get(name):
            yield f"  {name}\n    is    {ours.get(name)!r}\n    was   {right.get(name)!r}"


def _history(releases: Path, folder: Path) -> Iterator[None]:
    """Lets a folder come to hold what another one holds, nearly; at each step it may be published."""
    shutil.copytree(releases, folder)
    paths = sorted(folder / source for source in Catalogue(folder).list().sources)
    texts = [path for path in paths if path.suffix in {".md", ".txt"}]
    final = {path: path.read_bytes() for path in paths}
    late, changed, passing = (_some(paths, 4), _some(texts, 5), _some(texts, 11))
    withdrawn = [path for path in _some(texts, 37) if final[path].startswith(b"---\n")]
    copies = {path.with_stem(f"{path.stem}-copy"): final[path] for path in passing}
    for path in late:
        path.unlink()
    for path in {*changed} - {*late}:
        _append(path, final[path], path.stem)
    for path, data in copies.items():
        path.write_bytes(data)
    yield
    for path in copies:
        path.unlink()
    for path in {*withdrawn} - {*late}:
        path.write_bytes(final[path].replace(b"---\n", b"---\nwithdrawn: 2026-01-01\n", 1))
    yield
    for path in late:
        path.write_bytes(final[path])
    yield
    for path in {*changed} - {*withdrawn}:
        path.write_bytes(final[path])
    yield
    for path in texts[:3]:
        _append(path, final[path], "the last")
        yield


def _append(path: Path, data: bytes, subject: str) -> None:
    path.write_bytes(data + _EARLIER.format(subject=subject).encode())


def _some(paths: Sequence[Path], many: int) -> list[Path]:
    """One in so many of the files, chosen by their names."""
    return [path for path in paths if sha256(f"{many} {path.name}".encode()).digest()[0] % many == 0]


def main() -> int:
    """Ask, print what differs; the code to end with."""
    parser = argparse.ArgumentParser(
        prog="python -m bench.equivalence", description="Compare answers with the oracle's."
    )
    parser.add_argument("folders", type=Path, nargs="*", metavar="FOLDER")
    parser.add_argument("--queries", type=int, default=QUERIES)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", type=int, help="the number of the one question to ask")
    parser.add_argument(
        "--releases", type=int, default=RELEASES, help="how many are generated where no folder is named"
    )
    parser.add_argument("--plain", action="store_true", help="publish each folder at once, and as it is")
    wanted = parser.parse_args()
    numbers = range(wanted.queries) if wanted.only is None else range(wanted.only, wanted.only + 1)
    with TemporaryDirectory(prefix="feedsrv-equivalence-") as temporary:
        if not wanted.folders:
            wanted.folders = [Path(temporary, "generated")]
            generate.write(wanted.releases, wanted.folders[0])
        for number, folder in enumerate(wanted.folders):
            pair = Pair.of(folder, Path(temporary, str(number)), wanted.seed, is_plain=wanted.plain)
            if not compare(pair, numbers, f"{folder.name}, seed {wanted.seed}"):
                return 1
    return 0


def compare(pair: Pair, numbers: range, name: str) -> bool:
    """Ask these questions and print what differs; whether nothing did."""
    began, differing = time.monotonic(), 0
    if differences := list(islice(pair.differences_of_all(), MOST_PRINTED)):
        print(f"{name}, without a question:", *differences, sep="\n")
        differing += 1
    for number in numbers:
        if differences := list(pair.differences(number)):
            question = pair.questions[number]
            print(f"question {number} of {name}: {question.text!r}\n  {question.query}", *differences, sep="\n")
            differing += 1
        if sys.stderr.isatty() and number % 100 == 0:
            print(f"\r\x1b[K{name}: {number:,} of {len(numbers):,}", end="", file=sys.stderr, flush=True)
        if differing == MOST_PRINTED:
            break
    took = time.monotonic() - began
    print(
        f"{name}: {number - numbers[0] + 1:,} questions, {differing or 'none'} answered otherwise, {took:.0f} s",
        flush=True,
    )
    return not differing


if __name__ == "__main__":
    sys.exit(main())
