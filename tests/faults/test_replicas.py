"""Machines behind the nginx of deploy/: files reach each in their own time, and no reader goes back to what was."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.conftest import release
from tests.proxies import Proxy, nginx, program
from tests.running import PATIENCE, Running, environment, free_port, until

READERS = [f"127.0.1.{number}" for number in range(1, 13)]
"""Addresses of readers, each of which nginx sends to a machine of its own."""


@dataclass
class Host:
    """A machine: its address, its copy of the folder, its index, and all that runs on it."""

    root: Path
    address: str
    peers: list[str]
    running: Running | None = None

    def start(self) -> None:
        host, _, port = self.address.rpartition(":")
        with (self.root / "log").open("a") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "feedsrv", "serve", "--host", host, "--port", port, "--workers", "1"],
                env=environment(
                    self.root / "releases",
                    self.root / "index",
                    FEEDSRV_BASE_URL="http://localhost",
                    FEEDSRV_PEERS=",".join(f"http://{peer}" for peer in self.peers),
                ),
                stdout=log,
                stderr=log,
                text=True,
                start_new_session=True,
            )
        self.running = Running(process, int(port), self.root / "releases", self.root / "index")

    def kill(self) -> None:
        """The power fails."""
        if self.running:
            os.killpg(self.running.process.pid, signal.SIGKILL)
            self.running.process.wait(PATIENCE)
            self.running = None

    def copy(self, origin: Path) -> None:
        """Have what the origin has, as rsync does: each file whole or not at all."""
        here = self.root / "releases"
        for gone in {path.name for path in here.iterdir()} - {path.name for path in origin.iterdir()}:
            (here / gone).unlink()
        for path in origin.iterdir():
            temporary = here / f".{path.name}.part"
            shutil.copy2(path, temporary)
            temporary.replace(here / path.name)

    def is_ready(self) -> bool:
        try:
            return (
                Proxy("feedsrv", self.running.port if self.running else 1, self.address.partition(":")[0]).status(
                    "/health/ready"
                )
                == 200
            )
        except OSError:
            return False


@contextmanager
def hosts(root: Path, origin: Path, number: int) -> Iterator[list[Host]]:
    """So many machines that have what the origin has, and have published it."""
    addresses = [f"127.0.2.{place}:{free_port(f'127.0.2.{place}')}" for place in range(1, number + 1)]
    with ExitStack() as stack:
        made = []
        for place, address in enumerate(addresses):
            (root / f"host{place}" / "releases").mkdir(parents=True)
            made.append(Host(root / f"host{place}", address, [peer for peer in addresses if peer != address]))
            made[-1].copy(origin)
            stack.callback(made[-1].kill)
            made[-1].start()
        until(lambda: all(host.is_ready() for host in made), 4 * PATIENCE)
        yield made


@pytest.mark.slow
def test_readers_are_sent_to_who_is_ready_and_to_the_others_when_none_is(tmp_path: Path) -> None:
    if not program("nginx"):
        pytest.skip("nginx is not installed")
    origin = tmp_path / "origin"
    origin.mkdir()
    (origin / "a.md").write_text(release("Before"))
    (origin / "b.md").write_text(release("Withdrawn later"))
    with hosts(tmp_path, origin, 2) as (first, second):
        asked = [first.address, second.address, second.address]
        with nginx(tmp_path / "nginx", asked) as proxy:
            assert read(proxy) == {(200, True, 200)}
            (origin / "a.md").write_text(release("After"))
            (origin / "b.md").write_text(release("Withdrawn", withdrawn="2026-02-01"))
            first.copy(origin)
            until(lambda: not second.is_ready())
            assert read(proxy) == {(200, False, 410)}, "none is given what the second one has"
            first.kill()
            until(second.is_ready)
            assert read(proxy) == {(200, True, 200)}, "that is all there is now"
            second.copy(origin)
            until(lambda: read(proxy) == {(200, False, 410)})


def read(proxy: Proxy) -> set[tuple[int, bool, int]]:
    """What all readers are given: the status of a release, whether it is as it was before, the status of another."""
    given = set()
    for reader in READERS:
        query = f"?n={next(NUMBERS)}"  # which no cache has
        answer = proxy.ask(f"/releases/a{query}", reader=reader, Accept_Encoding="identity")
        given.add((answer.status, b"Before" in answer.body, proxy.ask(f"/releases/b{query}", reader=reader).status))
    return given


NUMBERS = iter(range(1_000_000))
