"""Commands of feedsrv as a user without the powers of root, whoever runs the tests."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.running import environment


def without_power() -> list[str]:
    """What a command is to be preceded by, so that permissions of files count for it."""
    if os.geteuid() != 0:
        return []
    if not shutil.which("setpriv"):
        pytest.skip("setpriv is not installed")
    return ["setpriv", "--bounding-set=-dac_override,-dac_read_search,-fowner,-chown"]


def powerless(*arguments: str, releases: Path, index: Path) -> subprocess.CompletedProcess[str]:
    """Run a feedsrv command to its end, for whom permissions of files count."""
    return subprocess.run(
        [*without_power(), sys.executable, "-m", "feedsrv", *arguments],
        env=environment(releases, index),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
