"""Ctrl-C at sixty moments of each command."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.test_endings import COMMANDS, office, press_at_any_moment

__all__ = ["office"]  # a fixture

pytestmark = pytest.mark.bench


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command[0])
def test_ctrl_c_at_many_moments(office: Path, tmp_path: Path, command: list[str]) -> None:
    press_at_any_moment(office, tmp_path / "output", command, presses=60)
