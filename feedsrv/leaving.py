"""Leaving: how a process ends at once, wherever it is."""

from __future__ import annotations

import os

INTERRUPTED = 130
"""The exit code after Ctrl-C, as shells have it."""

_CURSOR_AGAIN = b"\033[?25h\n"


def leave(code: int) -> None:
    """End this process without an exception, which is lost, or shown, where it strikes a destructor or an import."""
    if os.isatty(2):
        os.write(2, _CURSOR_AGAIN)  # a progress bar hides it
    os._exit(code)
