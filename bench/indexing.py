"""Indexing: what it costs to bring an index in line with its folder, for feedsrv and for SQLite's FTS5."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.figures import Figure, megabytes, seconds, times
from bench.measure import ROUNDS, Cost, command_cost, median

TABLE = "Indexing"
FROM_NOTHING, UNCHANGED, ONE_CHANGED = "from nothing", "nothing changed", "one file changed"
_FTS5 = "SQLite FTS5, from nothing"


@dataclass(frozen=True, slots=True)
class Site:
    """A folder of ``count`` generated releases, the index that feedsrv makes of it, and a peer's database."""

    count: int
    folder: Path

    @property
    def releases(self) -> Path:
        """Where the generated files are."""
        return self.folder / "releases"

    @property
    def index(self) -> Path:
        """Where feedsrv's index is."""
        return self.folder / "index"

    @property
    def database(self) -> Path:
        """Where the database of FTS5 is."""
        return self.folder / "fts5.sqlite"

    def index_size(self) -> int:
        """Bytes of the index on disk; what two generations share counts once."""
        files = [path.stat() for path in self.index.rglob("*") if path.is_file() and not path.is_symlink()]
        return sum({(file.st_dev, file.st_ino): file.st_size for file in files}.values())


def measure(sites: Sequence[Site], announce: Callable[[str], None]) -> Iterator[Figure]:
    """The figures of indexing; afterwards each site has its index and its database."""
    costs: dict[tuple[Site, str], list[Cost]] = {}
    for turn in range(1, ROUNDS + 1):
        for site in sites:
            announce(f"indexing {site.count:,} releases, round {turn} of {ROUNDS}")
            for name, cost in _round(site):
                costs.setdefault((site, name), []).append(cost)
    medians = {key: median(runs) for key, runs in costs.items()}
    for (site, name), cost in medians.items():
        yield seconds(TABLE, name, site.count, cost)
        if name in {FROM_NOTHING, _FTS5}:
            yield megabytes(TABLE, f"{name}: peak memory", site.count, cost.peak)
    for site in sites:
        yield megabytes(TABLE, "size on disk", site.count, site.index_size())
        yield megabytes(TABLE, "SQLite FTS5, size on disk", site.count, site.database.stat().st_size)
        yield times(TABLE, "feedsrv / FTS5", site.count, medians[site, FROM_NOTHING], medians[site, _FTS5])


def _round(site: Site) -> Iterator[tuple[str, Cost]]:
    shutil.rmtree(site.index, ignore_errors=True)
    site.database.unlink(missing_ok=True)
    yield FROM_NOTHING, _index(site)
    yield UNCHANGED, _index(site)
    changed = min(site.releases.rglob("*.md"))
    changed.write_text(changed.read_text(encoding="utf8") + "\nOne more sentence.\n", encoding="utf8")
    yield ONE_CHANGED, _index(site)
    yield _FTS5, command_cost("bench.fts5", str(site.releases), str(site.database), environment={})


def _index(site: Site) -> Cost:
    folders = {"FEEDSRV_RELEASES": str(site.releases), "FEEDSRV_INDEX": str(site.index)}
    return command_cost("feedsrv", "index", environment=folders)
