"""Measurements: what a command, or a process at work, costs.

Time on the processor stands beside time on the clock: on a busy machine the first says what the work costs,
the second what somebody waited. Every figure is a median of runs that took turns.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Cost:
    """Seconds on the processor and on the clock; ``peak`` is memory in bytes, 0 where it was not measured."""

    cpu: float
    wall: float
    peak: int = 0


def median(costs: Iterable[Cost]) -> Cost:
    """The median of each part by itself."""
    parts = [(cost.cpu, cost.wall, cost.peak) for cost in costs]
    cpu, wall, peak = (statistics.median_low(values) for values in zip(*parts, strict=True))
    return Cost(cpu, wall, int(peak))


def mean(costs: Iterable[Cost]) -> Cost:
    """The mean of the times."""
    cpu, wall = zip(*((cost.cpu, cost.wall) for cost in costs), strict=True)
    return Cost(statistics.mean(cpu), statistics.mean(wall))


def percentile(costs: Iterable[Cost], share: float) -> Cost:
    """What so large a share of the times is not above, each by itself."""
    cpu, wall = (sorted(times) for times in zip(*((cost.cpu, cost.wall) for cost in costs), strict=True))
    place = int(share * (len(cpu) - 1))
    return Cost(cpu[place], wall[place])


def command_cost(module: str, *arguments: str, environment: Mapping[str, str]) -> Cost:
    """What ``python -m module`` costs, its children included; ``peak`` is that of the largest process among them.

    Raises RuntimeError, with what it said, if it ends with anything but 0.
    """
    command = [sys.executable, "-m", "bench.launch", sys.executable, "-m", module, *arguments]
    launched = subprocess.run(command, env={**os.environ, **environment}, capture_output=True, text=True, check=False)
    if launched.returncode:
        raise RuntimeError(f"{' '.join(command[4:])} ended with {launched.returncode}:\n{launched.stderr}")
    return Cost(*json.loads(launched.stdout))


def spent(process: int) -> float:
    """Seconds of processor time that a process has taken so far (Linux)."""
    return time.clock_gettime((~process << 3) | 2)  # clock_getcpuclockid(3), which Python does not have


def private_memory(process: int) -> int:
    """Bytes that a process has for itself (Linux)."""
    lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
    return sum(int(line.split()[1]) for line in lines if line.startswith("Private_")) * 1024


def resident_memory(process: int) -> int:
    """Bytes that a process has in memory, what it shares included (Linux)."""
    return int(Path(f"/proc/{process}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
