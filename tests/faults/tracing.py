"""Traces of system calls, and what can be done to a program by them."""

from __future__ import annotations

import shutil

import pytest


def traced(*options: str) -> list[str]:
    """The command that traces another, and disturbs it."""
    if not shutil.which("strace"):
        pytest.skip("strace is not installed")
    return ["strace", "--follow-forks", "--quiet=attach,personality", "--decode-fds=path", *options]
