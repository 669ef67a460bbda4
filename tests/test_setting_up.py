"""`make serve` and `make test` on machines that lack something: a sentence, and nothing left in the way."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parent.parent
TOO_OLD = "import sys; sys.version_info = (3, 10, 13, 'final', 0)"
WITHOUT_VENV = "import sys; sys.modules['ensurepip'] = None"
"""What makes a Python one that is too old, or one as Debian has it without python3-venv."""


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """What make looks at, and nothing set up."""
    for path in (ROOT / "Makefile", ROOT / "pyproject.toml", *ROOT.glob("requirements*.lock")):
        shutil.copy(path, tmp_path)
    return tmp_path


def make(checkout: Path, target: str, startup: str = "", python: str = "python3") -> subprocess.CompletedProcess[str]:
    """Run make where pip finds no package, with a Python that runs a line at its start."""
    (checkout / "startup").mkdir(exist_ok=True)
    (checkout / "startup/sitecustomize.py").write_text(startup, "utf8")
    offline = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": "", "PYTHONPATH": str(checkout / "startup"), "LC_ALL": "C"}
    return subprocess.run(
        ["make", f"PYTHON={python}", target],
        cwd=checkout,
        env={name: value for name, value in os.environ.items() if not name.startswith("MAKE")} | offline,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.mark.parametrize("target", ["serve", "test"])
@pytest.mark.parametrize(
    ("startup", "python", "said"),
    [
        (TOO_OLD, "python3", "feedsrv needs Python 3.11 or newer, which python3 is not; name one that is"),
        ("", "no-such-python", "feedsrv needs Python 3.11 or newer, which no-such-python is not"),
        (WITHOUT_VENV, "python3", "python3 cannot make virtual environments; on Debian and Ubuntu: apt install"),
    ],
)
def test_what_python_lacks_is_one_sentence_and_leaves_nothing(
    checkout: Path, target: str, startup: str, python: str, said: str
) -> None:
    ran = make(checkout, target, startup, python)
    assert ran.returncode == 2
    assert ran.stdout == ""
    assert re.fullmatch(rf"Makefile:\d+: \*\*\* {said}.*\n", ran.stderr), ran.stderr
    assert not (checkout / ".venv").exists()


def test_make_asks_for_the_python_that_the_project_requires() -> None:
    required = tomllib.loads((ROOT / "pyproject.toml").read_text("utf8"))["project"]["requires-python"]
    oldest = tuple(int(part) for part in required.removeprefix(">=").split("."))
    text = (ROOT / "Makefile").read_text("utf8")
    assert f"sys.version_info < {oldest}" in text
    assert f"needs Python {'.'.join(map(str, oldest))} or newer" in text


def test_an_environment_whose_python_is_gone_is_made_anew_and_counts_only_when_all_is_installed(checkout: Path) -> None:
    environment = checkout / ".venv"
    (environment / "bin").mkdir(parents=True)
    (environment / "bin/python").symlink_to("/nonexistent/python3.9")
    for stamp in (".serve", ".dev"):
        (environment / stamp).touch()
    assert "No matching distribution" in make(checkout, "test").stderr
    command = [str(environment / "bin/python"), "-m", "pip", "--version"]
    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout.startswith("pip ")
    assert {path.name for path in environment.iterdir() if path.name.startswith(".")} <= {".gitignore"}
