"""``python -m bench.peers ENGINE build DOCUMENTS PLACE`` indexes documents; ``ENGINE ask PLACE`` answers on its pipes.

Asked is a line of JSON on standard input, ``["kind", ["words"]]``, or a document to be changed; the answer is a line
of JSON: seconds of processor and of clock, and the total. The first line tells the same of opening the index, with the
bytes of memory that are this process's alone by then, and how many of them opening took.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from bench.measure import private_memory
from bench.peers import Asked, Document, engine, read

Value = TypeVar("Value")


def main(name: str, work: str, *paths: str) -> None:
    """Build, or answer until nobody asks any more."""
    if work == "build":
        engine(name).build(read(Path(paths[0])), Path(paths[1]))
    else:
        _answer(name, Path(paths[0]))


def _answer(name: str, place: Path) -> None:
    module = engine(name)
    before = private_memory(os.getpid())
    opened, cost = _timed(lambda: module.Opened(place))
    memory = private_memory(os.getpid())
    print(json.dumps([*cost, memory - before]), flush=True)
    for line in sys.stdin:
        asked = json.loads(line)
        if isinstance(asked, dict):
            _, cost = _timed(lambda: opened.change(Document(**asked)))  # noqa: B023 - it is called at once
            print(json.dumps([*cost, 0]), flush=True)
        else:
            question = Asked(asked[0], tuple(asked[1]))
            page, cost = _timed(lambda: opened.page(question))  # noqa: B023 - it is called at once
            print(json.dumps([*cost, page.total]), flush=True)


def _timed(function: Callable[[], Value]) -> tuple[Value, tuple[float, float]]:
    wall, cpu = time.perf_counter(), time.process_time()
    value = function()
    return value, (time.process_time() - cpu, time.perf_counter() - wall)


if __name__ == "__main__":
    main(*sys.argv[1:])
