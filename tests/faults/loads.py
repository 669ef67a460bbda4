"""A web server of its own, and clients that ask it all the time."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event

from tests.faults.audit import Answer, Client
from tests.faults.service import Together
from tests.running import PATIENCE, Running, environment, free_port, until

ROOT = Path(__file__).parents[2]


@contextmanager
def web(
    releases: Path, index: Path, *options: str, log: Path | None = None, before: Sequence[str] = ()
) -> Iterator[Running]:
    """Run gunicorn alone on an index, as the unit in deploy/ does, behind a command."""
    port = free_port()
    with ExitStack() as stack:
        process = subprocess.Popen(
            [
                *before,
                sys.executable,
                "-m",
                "gunicorn",
                "-c",
                "python:feedsrv.gunicorn_conf",
                "--bind",
                f"127.0.0.1:{port}",
                "--workers",
                "2",
                *options,
                "wsgi:app",
            ],
            env=environment(releases, index, PORT=str(port)),
            cwd=ROOT,
            stderr=stack.enter_context(log.open("w")) if log else subprocess.DEVNULL,
            text=True,
            start_new_session=True,
        )
        try:
            newsroom = Running(process, port, releases, index)
            until(newsroom.is_ready)
            yield newsroom
        finally:
            process.terminate()
            process.wait(PATIENCE)


@dataclass
class Load:
    """Clients that keep their connections and ask for the same again and again; what they were answered."""

    port: int
    paths: tuple[str, ...] = ("/releases", "/releases.atom?limit=200", "/search?q=words", "/health/ready")
    answers: list[Answer] = field(default_factory=list)

    @property
    def failed(self) -> list[Answer]:
        """The answers that should not have been, or that did not come."""
        return [answer for answer in self.answers if answer.status != 200]

    def ask(self, stop: Event) -> None:
        """Ask until told to stop."""
        with closing(Client(self.port)) as client:
            while not stop.is_set():
                for path in self.paths:
                    self.answers.append(client.get(path))

    @contextmanager
    def going_on(self, clients: int) -> Iterator[Together]:
        """Have so many clients ask for as long as the block lasts."""
        with Together() as together:
            for _ in range(clients):
                together.start(self.ask)
            yield together
