"""The chart: how the main figures grow with the newsroom, as an SVG for light and dark pages.

A panel a figure, on logarithmic axes: a line that is level does not grow, one that rises as steeply as the grid's
diagonal grows in proportion to the releases.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from html import escape
from itertools import pairwise
from math import ceil, floor, log10

from bench.figures import Figure, rows, written

Panel = tuple[str, str, str, str]
"""What it is called, and the table, name and unit of the figures in it."""

_WIDTH, _HEIGHT, _COLUMNS = 320, 210, 3
_LEFT, _RIGHT, _TOP, _BOTTOM = 44, 104, 44, 28
_GAP = 11  # between two labels at the ends of lines
_STYLE = (
    """
  :root { --ink: #1f2328; --faint: #59636e; --grid: #d8dee4; --paper: #ffffff;
    --feedsrv: #b3261e; --Whoosh: #8250df; --FTS5: #0969da; --tantivy: #1a7f37; --Datasette: #9a6700; }
  @media (prefers-color-scheme: dark) {
    :root { --ink: #e6edf3; --faint: #9198a1; --grid: #2f353d; --paper: #0d1117;
      --feedsrv: #ff8178; --Whoosh: #c297ff; --FTS5: #6cb6ff; --tantivy: #57c76a; --Datasette: #e3b341; } }
  svg { background: var(--paper); font: 11px system-ui, sans-serif; }
  text { fill: var(--faint); } .title { fill: var(--ink); font-weight: 600; font-size: 13px; }
  .grid { stroke: var(--grid); } .line { fill: none; stroke-width: 2; stroke-linejoin: round; }
"""
    + "".join(
        f"  .{name} {{ stroke: var(--{name}); }} text.{name}, circle.{name} {{ fill: var(--{name}); stroke: none; }}\n"
        for name in ("feedsrv", "Whoosh", "FTS5", "tantivy", "Datasette")
    )
    + "  .feedsrv.line { stroke-width: 3; } text.feedsrv { font-weight: 600; }\n"
)


def svg(figures: Sequence[Figure], counts: Mapping[str, int], panels: Sequence[Panel]) -> str:
    """The panels for which there are figures of two or more sizes."""
    tables = rows(figures)
    drawn = []
    for title, table, name, unit in panels:
        lines: dict[str, dict[int, float]] = {}
        for (row, engine, its_unit), by_site in tables.get(table, {}).items():
            if (row, its_unit) == (name, unit):
                points = {counts[site]: figure.value for site, figure in by_site.items() if site in counts}
                if len(points) > 1:
                    lines[engine] = points
        if lines:
            drawn.append((title, unit, lines))
    height = _HEIGHT * -(-len(drawn) // _COLUMNS)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH * _COLUMNS} {height}" role="img" '
        'aria-label="How each figure grows with the number of releases">',
        f"<style>{_STYLE}</style>",
    ]
    for number, (title, unit, lines) in enumerate(drawn):
        left, top = number % _COLUMNS * _WIDTH, number // _COLUMNS * _HEIGHT
        parts += [f'<g transform="translate({left} {top})">', *_panel(title, unit, lines), "</g>"]
    return "\n".join([*parts, "</svg>", ""])


def _panel(title: str, unit: str, lines: Mapping[str, Mapping[int, float]]) -> Iterator[str]:
    values = [max(value, 1e-3) for points in lines.values() for value in points.values()]
    counts = sorted({count for points in lines.values() for count in points})
    low, high = floor(log10(min(values))), ceil(log10(max(values)) + 1e-9)
    high = max(high, low + 2)

    def across(count: float) -> float:
        share = (log10(count) - log10(counts[0])) / (log10(counts[-1]) - log10(counts[0]))
        return _LEFT + share * (_WIDTH - _LEFT - _RIGHT)

    def down(value: float) -> float:
        return _HEIGHT - _BOTTOM - (log10(max(value, 1e-3)) - low) / (high - low) * (_HEIGHT - _TOP - _BOTTOM)

    yield f'<text class="title" x="8" y="20">{escape(title)}</text><text x="8" y="34">{escape(unit)}</text>'
    for power in range(low, high + 1):
        y = down(10**power)
        yield f'<path class="grid" d="M{_LEFT} {y:.1f}H{_WIDTH - _RIGHT}"/>'
        yield f'<text x="{_LEFT - 5}" y="{y + 4:.1f}" text-anchor="end">{_short(10**power)}</text>'
    for count in counts:
        yield f'<text x="{across(count):.1f}" y="{_HEIGHT - 10}" text-anchor="middle">{_short(count)}</text>'
    for engine, points in reversed([*lines.items()]):
        path = "L".join(f"{across(count):.1f} {down(value):.1f}" for count, value in sorted(points.items()))
        yield f'<path class="line {engine}" d="M{path}"/>'
        for count, value in points.items():
            yield f'<circle class="{engine}" cx="{across(count):.1f}" cy="{down(value):.1f}" r="3"/>'
    ends = {engine: points[max(points)] for engine, points in lines.items()}
    for engine, y in _apart({engine: down(value) for engine, value in ends.items()}).items():
        label = f"{engine} {written(ends[engine])}"
        yield f'<text class="{engine}" x="{_WIDTH - _RIGHT + 7}" y="{y + 4:.1f}">{escape(label)}</text>'


def _apart(places: Mapping[str, float]) -> dict[str, float]:
    """Labels from the top, each as near to its place as the one above it allows; none below the axis."""
    order = sorted(places, key=places.__getitem__)
    found = [places[name] for name in order]
    for upper, lower in pairwise(range(len(found))):
        found[lower] = max(found[lower], found[upper] + _GAP)
    if found and (over := found[-1] - (_HEIGHT - _BOTTOM)) > 0:
        found[-1] -= over
        for lower in range(len(found) - 1, 0, -1):
            found[lower - 1] = min(found[lower - 1], found[lower] - _GAP)
    return dict(zip(order, found, strict=True))


def _short(count: float) -> str:
    return f"{count / 1_000:g}k" if count >= 1_000 else f"{count:g}"
