"""Run the feedsrv command: ``python -m feedsrv``, and what is installed as feedsrv."""

from __future__ import annotations

import signal

from feedsrv.leaving import INTERRUPTED, leave


def main() -> None:
    """Run the command. Until it listens to Ctrl-C itself, as what serves does, Ctrl-C ends it at once and silently.

    Nothing is lost: whatever writes can be killed at any moment.
    """
    if signal.getsignal(signal.SIGINT) is not signal.SIG_IGN:  # somebody sees to it that Ctrl-C is not for us
        signal.signal(signal.SIGINT, lambda *_: leave(INTERRUPTED))
    from feedsrv.cli import main as command  # takes half a second, of which each part may be interrupted

    command(prog_name="feedsrv")


if __name__ == "__main__":
    main()
