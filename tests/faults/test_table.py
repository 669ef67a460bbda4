"""The table of faults: every row names tests that there are."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]
ROWS = [
    line
    for line in (TESTS.parent / "docs/faults.md").read_text("utf8").splitlines()
    if line.startswith("| ") and not line.startswith("| what | ")
]


def names_in(file: Path) -> set[str]:
    """The tests that pytest finds in a file: functions, those of classes too."""
    found = [node.name for node in ast.walk(ast.parse(file.read_text("utf8"))) if isinstance(node, ast.FunctionDef)]
    return {name for name in found if name.startswith("test_")}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.split(" | ")[0].strip("| "))
def test_each_fault_is_shown_by_tests_that_there_are(row: str) -> None:
    _, what, then, shown_by, _ = row.split("|")
    named = re.findall(r"`([\w/]+\.py)::(\w+)`", shown_by)
    assert what.strip()
    assert then.strip()
    assert named
    for file, name in named:
        assert name in names_in(TESTS / file), f"{file}::{name}"
