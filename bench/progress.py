"""Progress: what is being done, said on a terminal; in a pipe, nothing."""

from __future__ import annotations

import sys


def announce(state: str) -> None:
    """Say what is being done in place of what was said before; "" when all is done."""
    if sys.stderr.isatty():
        print(f"\r\x1b[K{state}", end="", file=sys.stderr, flush=True)
