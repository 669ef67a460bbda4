"""How much memory and how many descriptors the processes of a newsroom have, and how late their machine itself is."""

from __future__ import annotations

import statistics
import time
from collections import Counter, defaultdict
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event
from typing import NamedTuple

from tests.faults.troubles import Processes


class Size(NamedTuple):
    """What a process had after so many seconds: MB in all, MB that are its own alone, and descriptors."""

    moment: float
    memory: int
    own: int
    descriptors: int

    def __str__(self) -> str:
        return f"{self.memory} MB ({self.own} its own), {self.descriptors} descriptors"

    @classmethod
    def mean(cls, sizes: Sequence[Size]) -> Size:
        """What each of some processes has on average, of which some are asked for more than others."""
        return cls(*(round(statistics.mean(values)) for values in zip(*sizes, strict=True)))

    @classmethod
    def of(cls, process: int, moment: float) -> Size:
        """That of a process now. Raises OSError or IndexError where it has ended."""
        told = Path(f"/proc/{process}/smaps_rollup").read_text()
        memory, clean, dirty = (
            int(told.partition(f"\n{name}:")[2].split()[0]) // 1024
            for name in ("Rss", "Private_Clean", "Private_Dirty")
        )
        return cls(moment, memory, clean + dirty, len(list(Path(f"/proc/{process}/fd").iterdir())))


@dataclass
class Gauge:
    """The memory and the descriptors of each kind of process, and by how much this machine is late itself.

    ``series`` has those of the mean process of a kind at each moment, ``most`` the most MB that any of them had.
    """

    processes: Processes
    series: defaultdict[str, list[Size]] = field(default_factory=lambda: defaultdict(list))
    most: Counter[str] = field(default_factory=Counter)
    lag: list[float] = field(default_factory=list)

    def measure(self, stop: Event) -> None:
        """Note MB and descriptors every second, and the lag of the machine all the time."""
        start = begun = time.monotonic()
        while not stop.is_set():
            asleep = time.monotonic()
            time.sleep(0.05)
            self.lag.append(time.monotonic() - asleep - 0.05)
            if time.monotonic() - begun < 1:
                continue
            begun = time.monotonic()
            for kind, found in (("publisher", self.processes.publishers()), ("worker", self.processes.workers())):
                sizes = []
                for process in found:
                    with suppress(OSError, IndexError):
                        sizes.append(Size.of(process, begun - start))
                if sizes:
                    self.series[kind].append(Size.mean(sizes))
                    self.most[kind] = max(self.most[kind], *(size.memory for size in sizes))

    def thirds(self, kind: str) -> list[Size]:
        """The medians in each third of the time."""
        series = self.series[kind]
        size = max(1, len(series) // 3)
        parts = [series[start : start + size] for start in (0, size, 2 * size)]
        return [Size(*(int(statistics.median(values)) for values in zip(*part, strict=True))) for part in parts if part]

    def growth(self, kind: str) -> float:
        """By how many MB an hour the memory grew that is a process's own, after the first third of the time."""
        warm = self.series[kind][len(self.series[kind]) // 3 :]
        if len({size.moment for size in warm}) < 2:
            return 0.0
        return statistics.linear_regression([size.moment for size in warm], [size.own for size in warm]).slope * 3600


def percentiles(values: Sequence[float]) -> str:
    """Median, 95th percentile and greatest of some seconds."""
    if not values:
        return "none"
    ordered = sorted(values)
    p50, p95 = (ordered[int(share * (len(ordered) - 1))] for share in (0.5, 0.95))
    return f"{len(values)}, p50 {p50:.2f} s, p95 {p95:.2f} s, max {ordered[-1]:.2f} s"
