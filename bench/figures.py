"""Figures: what was measured, how it grows with the newsroom, and the Markdown tables it is printed in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import log
from statistics import linear_regression

from bench.measure import Cost

OURS = "feedsrv"


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured value: of which engine, on which site.

    ``unit`` is s, ms, MB or 1/s. ``wall`` is the time on the clock beside the time on the processor, None where
    there is but one.
    """

    table: str
    name: str
    engine: str
    site: str
    unit: str
    value: float
    wall: float | None = None

    def __str__(self) -> str:
        return written(self.value) if self.wall is None else f"{written(self.value)} ({written(self.wall)})"


def seconds(table: str, name: str, engine: str, site: str, cost: Cost) -> Figure:
    """The cost of a command."""
    return Figure(table, name, engine, site, "s", cost.cpu, cost.wall)


def milliseconds(table: str, name: str, engine: str, site: str, cost: Cost) -> Figure:
    """The cost of a search, a request or the like."""
    return Figure(table, name, engine, site, "ms", cost.cpu * 1_000, cost.wall * 1_000)


def waited(table: str, name: str, engine: str, site: str, clock: float) -> Figure:
    """Seconds on the clock alone."""
    return Figure(table, name, engine, site, "ms on the clock", clock * 1_000)


def megabytes(table: str, name: str, engine: str, site: str, size: float) -> Figure:
    """A size given in bytes."""
    return Figure(table, name, engine, site, "MB", size / 1e6)


def rate(table: str, name: str, engine: str, site: str, many: float) -> Figure:
    """So many a second."""
    return Figure(table, name, engine, site, "1/s", many)


def exponent(values: Mapping[int, float]) -> float:
    """How a cost grows with the number of releases: 1 is in proportion, 0 not at all (the slope of the logarithms)."""
    return linear_regression([log(count) for count in values], [log(max(value, 1e-9)) for value in values.values()])[0]


Rows = dict[tuple[str, str, str], dict[str, Figure]]
"""The figures of a row by their site; a row is of a name, an engine and a unit."""


def rows(figures: Sequence[Figure]) -> dict[str, Rows]:
    """The rows of each table."""
    tables: dict[str, Rows] = {}
    for figure in figures:
        row = tables.setdefault(figure.table, {}).setdefault((figure.name, figure.engine, figure.unit), {})
        row[figure.site] = figure
    return tables


def markdown(figures: Sequence[Figure], counts: Mapping[str, int]) -> Iterator[str]:
    """The lines of one table after another; ``counts`` are the releases of the generated sites by their names."""
    sites = list(dict.fromkeys(figure.site for figure in figures))
    grows = sum(site in counts for site in sites) > 1
    for table, found in rows(figures).items():
        has_peers = len({engine for _, engine, _ in found}) > 1
        head = ["", *(["engine"] if has_peers else []), "unit", *sites, *(["growth"] if grows else [])]
        head += [f"{OURS} / it, {sites[-1]}"] if has_peers else []
        yield from ("", f"### {table}", "", _row(head))
        first = head.index("unit") + 1
        yield _row(["---"] * first + ["---:"] * (len(head) - first))
        for (name, engine, unit), row in found.items():
            cells = [name, *([engine] if has_peers else []), unit, *(str(row.get(site, "")) for site in sites)]
            of_counts = {counts[site]: row[site].value for site in sites if site in counts and site in row}
            if grows:
                cells.append(f"n^{exponent(of_counts):.2f}" if len(of_counts) > 1 else "")
            if has_peers:
                mine = found.get((name, OURS, unit), {}).get(sites[-1])
                its = row.get(sites[-1])
                cells.append(written(mine.value / its.value) if mine and its and engine != OURS and its.value else "")
            yield _row(cells)


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def written(value: float) -> str:
    """Three digits that count, at most three behind the point."""
    places = 0 if value >= 100 else 1 if value >= 10 else 2 if value >= 0.1 else 3
    return f"{value:,.{places}f}"
