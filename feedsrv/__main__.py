"""Run the feedsrv command: ``python -m feedsrv``, and what is installed as feedsrv."""

from __future__ import annotations

import os
import signal

INTERRUPTED = 130
"""The exit code after Ctrl-C, as shells have it."""

_CURSOR_AGAIN = b"\033[?25h\n"


def main() -> None:
    """Run the command. Until it listens to Ctrl-C itself, as what serves does, Ctrl-C ends it at once and silently.

    An exception, which is Python's way, would be shown wherever it strikes: in an import, in a destructor. Nothing is
    lost: whatever writes can be killed at any moment.
    """
    if signal.getsignal(signal.SIGINT) is not signal.SIG_IGN:  # somebody sees to it that Ctrl-C is not for us
        signal.signal(signal.SIGINT, _leave)
    from feedsrv.cli import main as command  # takes half a second, of which each part may be interrupted

    command(prog_name="feedsrv")


def _leave(*_: object) -> None:
    if os.isatty(2):
        os.write(2, _CURSOR_AGAIN)  # a progress bar hides it
    os._exit(INTERRUPTED)


if __name__ == "__main__":
    main()
