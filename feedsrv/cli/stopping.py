"""Stopping: how a process that publishes ends when it is told to."""

from __future__ import annotations

import os
import signal
from threading import Event, Timer
from types import FrameType

GRACE = 1.5
"""Seconds that what is under way has to end; after that it is cut off, which loses nothing: see `feedsrv.search`."""


def stop_event() -> Event:
    """An event that SIGTERM and SIGINT set. To be called in the main thread.

    Whoever does not end soon after dies of the signal, wherever it is: no generation is ever half published.
    """
    stop = Event()

    def handle(number: int, _: FrameType | None) -> None:
        stop.set()
        signal.signal(number, signal.SIG_DFL)
        last = Timer(GRACE, os.kill, [os.getpid(), number])
        last.daemon = True
        last.start()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, handle)
    return stop
