"""The project as it is here, without what lies around in it: the files that git knows."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


def in_the_repository() -> list[str]:
    """The files that git knows, without those that were taken away since; elsewhere the test is skipped."""
    if not (ROOT / ".git").exists():
        pytest.skip("this is no checkout")
    command = ["git", "-c", f"safe.directory={ROOT}", "ls-files"]
    names = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()
    return [name for name in names if (ROOT / name).exists()]


def copy_of_the_checkout(folder: Path) -> None:
    """Put all of them into a folder."""
    for name in in_the_repository():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, folder / name)
