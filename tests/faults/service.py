"""A newsroom as it runs in earnest: with a log, a proxy in front of it, and a clock that can be wrong."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread
from typing import Any, Self

from tests.conftest import BASE_URL
from tests.faults.clock import Clock
from tests.proxies import nginx
from tests.running import PATIENCE, Running, environment, free_port, until


@contextmanager
def serving(root: Path, clock: Clock, patience: float = PATIENCE) -> Iterator[Running]:
    """Run a newsroom that has this clock, and whose log is in a file; it is ready after so many seconds at most."""
    port = free_port()
    settings = {"FEEDSRV_BASE_URL": BASE_URL, "FEEDSRV_HOSTS": "localhost", **clock.settings}
    with (root / "log").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "feedsrv", "serve", "--port", str(port), "--workers", "2"],
            env=environment(root / "releases", root / "index", **settings),
            stdout=log,
            stderr=log,
            text=True,
            start_new_session=True,
        )
    newsroom = Running(process, port, root / "releases", root / "index")
    try:
        until(lambda: newsroom.is_ready() or process.poll() is not None, patience)
        yield newsroom
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(PATIENCE)


@contextmanager
def proxied(newsroom: Running, folder: Path) -> Iterator[int | None]:
    """Run the nginx of deploy/ in front of a newsroom: the port that answers for it, None where there is no nginx."""
    if not shutil.which("nginx", path=f"{os.defpath}:/usr/sbin"):
        yield None
        return
    with nginx(folder, newsroom.port) as proxy:
        yield proxy.port


class Leisurely(Event):
    """An event that is waited for so many times as long."""

    def __init__(self, leisure: float) -> None:
        super().__init__()
        self._leisure = leisure

    def wait(self, timeout: float | None = None) -> bool:
        """Whether it is set; at the latest after ``timeout`` seconds, times the leisure."""
        return super().wait(timeout and timeout * self._leisure)


class Together:
    """Things that go on beside each other until they are told to stop; what one of them raises is raised at the end.

    ``leisure``: how many times as long they wait between what they do.
    """

    def __init__(self, leisure: float = 1.0) -> None:
        self.stop = Leisurely(leisure)
        self._threads: list[Thread] = []
        self._failed: list[BaseException] = []

    def start(self, target: Callable[..., object], *arguments: Any) -> None:
        """Let something happen beside all else."""

        def run_to_the_end() -> None:
            try:
                target(self.stop, *arguments)
            except BaseException as error:  # noqa: BLE001 - whatever it is, it is raised at the end
                self._failed.append(error)

        self._threads.append(Thread(target=run_to_the_end))
        self._threads[-1].start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop.set()
        for thread in self._threads:
            thread.join()
        if self._failed:
            raise self._failed[0]
