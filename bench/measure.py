"""Measurements: what a call, or a command in a process of its own, costs.

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
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from multiprocessing import get_context

ROUNDS = 3
_WARM_SECONDS, _WARM_CALLS = 0.2, 100


@dataclass(frozen=True, slots=True)
class Cost:
    """Seconds on the processor and on the clock; ``peak`` is memory in bytes, 0 where it was not measured."""

    cpu: float
    wall: float
    peak: int = 0


@dataclass(frozen=True, slots=True)
class Call:
    """Something to be measured: ``prepare(*arguments)`` gives the function that is timed."""

    prepare: Callable[..., Callable[[], object]]
    arguments: tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Timing:
    """What a call costs the first time in a new process, and from then on."""

    cold: Cost
    warm: Cost


def median(costs: Iterable[Cost]) -> Cost:
    """The median of each part by itself."""
    parts = [(cost.cpu, cost.wall, cost.peak) for cost in costs]
    cpu, wall, peak = (statistics.median_low(values) for values in zip(*parts, strict=True))
    return Cost(cpu, wall, int(peak))


def timings(calls: Sequence[Call], announce: Callable[[str], None]) -> list[Timing]:
    """The timing of each call. Each run has a process of its own, forked from one that has only imported."""
    context = get_context("forkserver")
    context.set_forkserver_preload(["bench.requests", "bench.compare"])
    runs: list[Timing] = []
    with context.Pool(1, maxtasksperchild=1) as pool:
        for timing in pool.imap(_timing, list(calls) * ROUNDS, chunksize=1):
            runs.append(timing)
            announce(f"call {len(runs)} of {len(calls) * ROUNDS}")
    rounds = [runs[start :: len(calls)] for start in range(len(calls))]
    return [Timing(median(run.cold for run in same), median(run.warm for run in same)) for same in rounds]


def _timing(call: Call) -> Timing:
    function = call.prepare(*call.arguments)
    cold = _cost(function)
    warm = [_cost(function)]
    while len(warm) < _WARM_CALLS and sum(cost.wall for cost in warm) < _WARM_SECONDS:
        warm.append(_cost(function))
    return Timing(cold, median(warm))


def _cost(function: Callable[[], object]) -> Cost:
    wall, cpu = time.perf_counter(), time.process_time()
    function()
    return Cost(time.process_time() - cpu, time.perf_counter() - wall)


def command_cost(module: str, *arguments: str, environment: Mapping[str, str]) -> Cost:
    """What ``python -m module`` costs, its children included; ``peak`` is that of the largest process among them.

    Raises RuntimeError, with what it said, if it ends with anything but 0.
    """
    command = [sys.executable, "-m", "bench.launch", sys.executable, "-m", module, *arguments]
    launched = subprocess.run(command, env={**os.environ, **environment}, capture_output=True, text=True, check=False)
    if launched.returncode:
        raise RuntimeError(f"{' '.join(command[4:])} ended with {launched.returncode}:\n{launched.stderr}")
    return Cost(*json.loads(launched.stdout))
