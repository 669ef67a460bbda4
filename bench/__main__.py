"""``python -m bench``: measure feedsrv beside its peers, and print tables, or write docs/benchmarks.md anew.

Releases are generated, or those of a folder; all indexes of a size are made once and used by all that is measured.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from tempfile import TemporaryDirectory

from bench import chart, dropping, pages, searching, sites
from bench.chart import Panel
from bench.figures import Figure, markdown
from bench.progress import announce
from bench.sites import Site

COUNTS, FEW = (1_000, 10_000, 100_000), (300, 3_000)
ROUNDS = 3
DOCS = Path(__file__).parents[1] / "docs"
PAGE, CHART = DOCS / "benchmarks.md", DOCS / "benchmarks.svg"
_HEADING = "## Measured\n"
"""What the last run says of itself stands below it; above it, what each figure means."""

PANELS: Sequence[Panel] = (
    ("A stream of distinct searches, mean", searching.STREAM, "mean", "ms"),
    ("The same, 95th percentile", searching.STREAM, "95th percentile", "ms"),
    ("Whole pages of them over HTTP, mean", pages.SEARCHED, "mean", "ms"),
    ("Opening in a new process", searching.OPENING, "in a new process", "ms"),
    ("One changed release", searching.CHANGE, "edited", "ms"),
    ("Dropped, seen in both workers", dropping.TABLE, "a new release", "ms on the clock"),
    ("Building, releases a second", sites.TABLE, "releases a second", "1/s"),
    ("Size on disk", sites.TABLE, "size on disk", "MB"),
    ("A release's page, first time", pages.FIRST, "a release", "ms"),
)


def main() -> None:
    """Measure in turns, print or write."""
    parser = argparse.ArgumentParser(prog="python -m bench", description="Measure feedsrv beside its peers.")
    parser.add_argument("--count", type=int, action="append", help="releases; may be repeated (1000, 10000, 100000)")
    parser.add_argument(
        "--folder", type=Path, action="append", default=[], help="releases of one's own, which are copied"
    )
    parser.add_argument("--quick", action="store_true", help="300 and 3,000 releases, one round: a few minutes")
    parser.add_argument("--only", choices=sorted(_PARTS), action="append", help="of what is measured when all is built")
    parser.add_argument("--json", action="store_true", help="print JSON instead of Markdown tables")
    parser.add_argument("--write", action="store_true", help=f"put it into {PAGE.name} and {CHART.name} instead")
    wanted = parser.parse_args()
    counts = wanted.count or ([] if wanted.folder else FEW if wanted.quick else COUNTS)
    rounds, began = 1 if wanted.quick else ROUNDS, time.monotonic()
    with TemporaryDirectory(prefix="feedsrv-bench-") as temporary:
        given = [(Site.generated(count, Path(temporary, str(count))), None) for count in sorted(counts)]
        given += [(Site(folder.name, Path(temporary, folder.name)), folder) for folder in wanted.folder]
        figures: list[Figure] = []
        try:
            figures.extend(_figures(given, rounds, [_PARTS[name] for name in wanted.only or _PARTS]))
        except BaseException:  # an hour of measuring is not lost
            print(*markdown(figures, {site.name: site.count for site, folder in given if not folder}), sep="\n")
            raise
    announce("")
    of_generated = {site.name: site.count for site, folder in given if not folder}
    machine = _machine((time.monotonic() - began) / 60)
    if wanted.json:
        print(json.dumps({"machine": machine, "figures": [asdict(figure) for figure in figures]}, ensure_ascii=False))
    elif wanted.write:
        CHART.write_text(chart.svg(figures, of_generated, PANELS), "utf8")
        above = PAGE.read_text("utf8").partition(_HEADING)[0]
        picture = f"![How the main figures grow with the number of releases]({CHART.name})"
        PAGE.write_text(
            "\n".join([f"{above}{_HEADING}", machine, "", picture, *markdown(figures, of_generated), ""]), "utf8"
        )
    else:
        print(machine, *markdown(figures, of_generated), sep="\n")


_Part = Callable[[Site, int, Callable[[str], None]], Iterator[Figure]]
_PARTS: dict[str, _Part] = {"searching": searching.measure, "pages": pages.measure, "dropping": dropping.measure}


def _figures(given: Sequence[tuple[Site, Path | None]], rounds: int, parts: Sequence[_Part]) -> Iterator[Figure]:
    for site, folder in given:
        announce(f"preparing {site.name} releases")
        site.prepare(folder)
        announce(f"indexing {site.name} releases")
        yield from site.build()
    for part in parts:
        for site, _ in given:
            yield from part(site, rounds, announce)


def _machine(minutes: float) -> str:
    """What it ran on, in words."""
    peers = (("whoosh3", "Whoosh"), ("tantivy", "tantivy"), ("datasette", "Datasette"))
    versions = [f"{name} {found}" for package, name in peers if (found := _version(package))]
    said = [f"feedsrv {_version('feedsrv')}", f"Python {platform.python_version()}", platform.system()]
    said += [f"{os.cpu_count()} cores", *versions]
    return f"{', '.join(said)}; {minutes:.0f} minutes, load at the end {os.getloadavg()[0]:.1f}."


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return ""


if __name__ == "__main__":
    main()
