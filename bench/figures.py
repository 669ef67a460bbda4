"""Figures: what was measured, and the Markdown tables it is printed in."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bench.measure import Cost


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured value of a newsroom of ``count`` releases.

    ``unit`` is s, ms, MB or × (how many times as much as a peer). ``wall`` is the time on the clock beside
    the time on the processor, None for what is no time.
    """

    table: str
    name: str
    count: int
    unit: str
    value: float
    wall: float | None = None

    def __str__(self) -> str:
        return _written(self.value) if self.wall is None else f"{_written(self.value)} ({_written(self.wall)})"


def seconds(table: str, name: str, count: int, cost: Cost) -> Figure:
    """The cost of a command."""
    return Figure(table, name, count, "s", cost.cpu, cost.wall)


def milliseconds(table: str, name: str, count: int, cost: Cost) -> Figure:
    """The cost of a request."""
    return Figure(table, name, count, "ms", cost.cpu * 1_000, cost.wall * 1_000)


def megabytes(table: str, name: str, count: int, size: int) -> Figure:
    """A size given in bytes."""
    return Figure(table, name, count, "MB", size / 1e6)


def times(table: str, name: str, count: int, ours: Cost, theirs: Cost) -> Figure:
    """How many times the processor time of a peer feedsrv takes."""
    return Figure(table, name, count, "×", ours.cpu / theirs.cpu)


def markdown(figures: Sequence[Figure]) -> Iterator[str]:
    """The lines of one table after another: a row a name, a column a count, last how the cost grew."""
    counts = sorted({figure.count for figure in figures})
    growth = [f"{counts[-1]:,} / {counts[0]:,}"] if len(counts) > 1 else []
    tables: dict[str, dict[tuple[str, str], dict[int, Figure]]] = {}
    for figure in figures:
        rows = tables.setdefault(figure.table, {})
        rows.setdefault((figure.name, figure.unit), {})[figure.count] = figure
    for table, rows in tables.items():
        yield from ("", f"### {table}", "", _row(["", "unit", *(f"{count:,}" for count in counts), *growth]))
        yield _row(["---", "---", *(["---:"] * (len(counts) + len(growth)))])
        for (name, unit), row in rows.items():
            ratio = [_written(row[counts[-1]].value / row[counts[0]].value)] if growth else []
            yield _row([name, unit, *(str(row[count]) for count in counts), *ratio])


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _written(value: float) -> str:
    """Three digits that count, at most three behind the point."""
    places = 0 if value >= 100 else 1 if value >= 10 else 2 if value >= 0.1 else 3
    return f"{value:,.{places}f}"
