"""Very many files: what they cost grows with their number, and memory does not."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.conftest import release
from tests.running import environment

COUNTED = """
import resource
from feedsrv.cli import main
main(["index"], standalone_mode=False)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
"""


def cost(folder: Path, count: int) -> tuple[float, int]:
    """The seconds and the MB that it takes to publish so many files."""
    for number in range(count):
        path = folder / "releases" / f"{number // 1000}" / f"{number}.md"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(release(f"Release {number}", f"20{number % 26:02}-01-15", "Some words of it. " * 5), "utf8")
    start = time.monotonic()
    ended = subprocess.run(
        [sys.executable, "-c", COUNTED],
        env=environment(folder / "releases", folder / "index"),
        capture_output=True,
        text=True,
        timeout=3_000,
        check=False,
    )
    seconds, memory = time.monotonic() - start, int(ended.stdout)
    print(f"{count} files: {seconds:.0f} s, {memory} MB")
    return seconds, memory


@pytest.mark.bench
def test_a_hundred_thousand_files_take_ten_times_as_long_as_ten_thousand_and_little_memory(tmp_path: Path) -> None:
    few, _ = cost(tmp_path / "few", 10_000)
    many, memory = cost(tmp_path / "many", 100_000)
    assert many < 14 * few, "twelve times, and what else this machine does"
    assert memory < 300
