"""``python -m bench [--count N]... [--json]``: measure, and print the figures as Markdown or JSON."""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory

from bench import compare, generate, indexing, requests
from bench.figures import Figure, markdown
from bench.indexing import Site

COUNTS = (1_000, 10_000)


def main() -> None:
    """Generate a newsroom of each size, measure them in turns, print."""
    parser = argparse.ArgumentParser(prog="python -m bench", description="Measure feedsrv on generated newsrooms.")
    parser.add_argument("--count", type=int, action="append", help="releases; may be repeated (default 1000 and 10000)")
    parser.add_argument("--json", action="store_true", help="print JSON instead of Markdown tables")
    wanted = parser.parse_args()
    with TemporaryDirectory(prefix="feedsrv-bench-") as folder:
        figures = list(_figures([Site(count, Path(folder, str(count))) for count in wanted.count or COUNTS]))
    _announce("")
    machine = f"Python {platform.python_version()}, {platform.system()}, {os.cpu_count()} cores"
    if wanted.json:
        print(json.dumps({"machine": machine, "figures": [asdict(figure) for figure in figures]}, ensure_ascii=False))
    else:
        print(machine, *markdown(figures), sep="\n")


def _figures(sites: Sequence[Site]) -> Iterator[Figure]:
    for site in sites:
        _announce(f"writing {site.count:,} releases")
        generate.write(site.count, site.releases)
    yield from indexing.measure(sites, _announce)
    yield from requests.measure(sites, lambda state: _announce(f"asking for pages, {state}"))
    yield from compare.measure(sites, lambda state: _announce(f"comparing, {state}"))


def _announce(state: str) -> None:
    """Say on a terminal what is being done; in a pipe, nothing."""
    if sys.stderr.isatty():
        print(f"\r\x1b[K{state}", end="", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
