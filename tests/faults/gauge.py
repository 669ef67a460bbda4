"""How much memory and how many descriptors the processes of a newsroom have, and how late their machine itself is."""

from __future__ import annotations

import statistics
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event

from tests.faults.troubles import Processes


@dataclass
class Gauge:
    """The memory and the descriptors of each kind of process, and by how much this machine is late itself."""

    processes: Processes
    series: defaultdict[str, list[tuple[float, int, int]]] = field(default_factory=lambda: defaultdict(list))
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
                for process in found:
                    try:
                        status = Path(f"/proc/{process}/status").read_text()
                        descriptors = len(list(Path(f"/proc/{process}/fd").iterdir()))
                        memory = int(status.partition("VmRSS:")[2].split()[0]) // 1024
                    except (OSError, IndexError):
                        continue
                    self.series[kind].append((begun - start, memory, descriptors))

    def thirds(self, kind: str) -> list[tuple[int, int]]:
        """The median MB and descriptors in each third of the time."""
        series = self.series[kind]
        size = max(1, len(series) // 3)
        parts = [series[start : start + size] for start in (0, size, 2 * size)]
        return [
            (int(statistics.median(each[1] for each in part)), int(statistics.median(each[2] for each in part)))
            for part in parts
            if part
        ]


def percentiles(values: Sequence[float]) -> str:
    """Median, 95th percentile and greatest of some seconds."""
    if not values:
        return "none"
    ordered = sorted(values)
    p50, p95 = (ordered[int(share * (len(ordered) - 1))] for share in (0.5, 0.95))
    return f"{len(values)}, p50 {p50:.2f} s, p95 {p95:.2f} s, max {ordered[-1]:.2f} s"
