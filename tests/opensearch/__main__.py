"""Runs tests over a cluster: python -m tests.opensearch NODES, then what pytest is to be given.

With ``part`` in place of that, a part of them over one node, where this machine can and in the time that there is.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from time import monotonic

from tests.opensearch import FOLDER, NotHere, fetch, java_home, nodes

LONGEST = 70.0
"""Seconds that the part may take, with all that has to be fetched for it."""
PART = (
    "-q",
    "-n0",
    "tests/opensearch/test_writers.py",
    "tests/test_search_contract.py::TestAnyQuestion",
    "-k",
    "not whoosh",
)
"""What several writers may do, and questions of all kinds over one small newsroom: seconds, once the node is there."""


def main(arguments: Sequence[str]) -> int:
    """Start the cluster, run the tests, and say in the last line whether they were run."""
    is_part = list(arguments) == ["part"]
    number, given = (1, PART) if is_part else (int(arguments[0]), arguments[1:])
    end = monotonic() + LONGEST if is_part else None
    try:
        code = run(number, given, end)
    except NotHere as error:
        sys.stdout.write(f"Nothing was tested over a cluster of OpenSearch: {error}.\n")
        return 0 if is_part else 1
    except subprocess.TimeoutExpired:
        sys.stdout.write(f"What is tested over a cluster of OpenSearch did not end within {LONGEST:.0f} seconds.\n")
        return 0
    sys.stdout.write(f"{'A part was tested' if is_part else 'Tested'} over OpenSearch, nodes: {number}.\n")
    return code


def run(number: int, given: Sequence[str], end: float | None) -> int:
    """What pytest ends with over so many nodes. Raises NotHere, or TimeoutExpired at the ``end``."""

    def left() -> float | None:
        return max(end - monotonic(), 0.1) if end else None

    java = java_home()
    libraries = fetch(FOLDER, java, left())
    with (
        tempfile.TemporaryDirectory() as folder,
        nodes(libraries, java, Path(folder), number, left()) as running,
    ):
        environment = {**os.environ, "TEST_OPENSEARCH": ",".join(running.addresses)}
        command = [sys.executable, "-m", "pytest", *given]
        return subprocess.run(command, env=environment, check=False, timeout=left()).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
