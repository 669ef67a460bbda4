"""Sites: folders of releases, and the indexes that feedsrv and its peers make of them, each once."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bench import generate, peers
from bench.figures import Figure, megabytes, rate, seconds
from bench.measure import Cost, command_cost, median
from feedsrv.release import Release
from feedsrv.search.whoosh.index import WhooshIndex

TABLE = "Building"
_SMALL, _ROUNDS = 1_000, 3  # what takes a few seconds is done some times


@dataclass(frozen=True, slots=True)
class Site:
    """A folder of releases and all that is made of it; ``count`` is that of the generated ones, 0 for others."""

    name: str
    folder: Path
    count: int = 0

    @classmethod
    def generated(cls, count: int, folder: Path) -> Site:
        """So many generated releases, which `prepare` writes."""
        return cls(f"{count:,}", folder, count)

    @property
    def releases(self) -> Path:
        """Where the files are."""
        return self.folder / "releases"

    @property
    def documents(self) -> Path:
        """What the peers are told of them."""
        return self.folder / "documents.jsonl"

    def place(self, engine: str) -> Path:
        """Where an engine has its index."""
        return self.folder / engine

    @property
    def environment(self) -> dict[str, str]:
        """What feedsrv is to know of it."""
        return {"FEEDSRV_RELEASES": str(self.releases), "FEEDSRV_INDEX": str(self.place("feedsrv"))}

    def prepare(self, given: Path | None) -> None:
        """Copy the folder that was given, for files in it will be changed; or generate one."""
        if given:
            shutil.copytree(given, self.releases)
        else:
            generate.write(self.count, self.releases)

    def build(self) -> Iterator[Figure]:
        """Make all the indexes, and tell what that cost."""
        rounds = _ROUNDS if 0 < self.count <= _SMALL else 1
        costs: dict[str, list[Cost]] = {}
        for _ in range(rounds):
            for engine in peers.ENGINES:
                shutil.rmtree(self.place(engine), ignore_errors=True)
                costs.setdefault(engine, []).append(self._build(engine))
        count = sum(1 for _ in peers.read(self.documents))
        for engine, cost in ((engine, median(each)) for engine, each in costs.items()):
            yield seconds(TABLE, "from nothing", engine, self.name, cost)
            yield rate(TABLE, "releases a second of processor time", engine, self.name, count / cost.cpu)
            yield rate(TABLE, "releases a second", engine, self.name, count / cost.wall)
            yield megabytes(TABLE, "peak memory of the largest process", engine, self.name, cost.peak)
            yield megabytes(TABLE, "size on disk", engine, self.name, size(self.place(engine)))
        yield seconds(TABLE, "again, nothing has changed", "feedsrv", self.name, self._build("feedsrv"))

    def _build(self, engine: str) -> Cost:
        if engine != "feedsrv":
            place = str(self.place(engine))
            return command_cost("bench.peers", engine, "build", str(self.documents), place, environment={})
        cost = command_cost("feedsrv", "index", environment=self.environment)
        if not self.documents.exists():
            peers.write(self._published(), self.documents)
        return cost

    def _published(self) -> Iterator[Release]:
        with WhooshIndex(self.place("feedsrv")).update() as update:
            yield from (record for record in update.published() if isinstance(record, Release))


def size(folder: Path) -> int:
    """Bytes on disk; what two generations share counts once."""
    files = [path.stat() for path in folder.rglob("*") if path.is_file() and not path.is_symlink()]
    return sum({(file.st_dev, file.st_ino): file.st_size for file in files}.values())
