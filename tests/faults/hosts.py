"""Several machines on one: each with an address, a copy of the folder and an index of its own, and with a plug."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.proxies import Answer, Proxy
from tests.running import PATIENCE, Running, environment, free_port, until


@dataclass
class Host:
    """A machine. ``network`` is the name of a network of its own, "" where all machines share one."""

    root: Path
    address: str
    peers: Sequence[str]
    network: str = ""
    running: Running | None = None

    @property
    def releases(self) -> Path:
        return self.root / "releases"

    def start(self) -> None:
        """Begin, or come back, with what is there."""
        host, _, port = self.address.rpartition(":")
        within = ["ip", "netns", "exec", self.network] if self.network else []
        with (self.root / "log").open("a") as log:
            process = subprocess.Popen(
                [*within, sys.executable, "-m", "feedsrv", "serve", "--host", host, "--port", port, "--workers", "1"],
                env=environment(
                    self.releases,
                    self.root / "index",
                    FEEDSRV_BASE_URL="http://localhost",
                    FEEDSRV_PEERS=",".join(f"http://{peer}" for peer in self.peers),
                ),
                stdout=log,
                stderr=log,
                text=True,
                start_new_session=True,
            )
        self.running = Running(process, int(port), self.releases, self.root / "index")
        self._plug("up")

    def kill(self) -> None:
        """The power fails."""
        if self.running:
            self._plug("down")
            os.killpg(self.running.process.pid, signal.SIGKILL)
            self.running.process.wait(PATIENCE)
            self.running = None

    def copy(self, origin: Path) -> None:
        """Have what the origin has, as rsync does: each file whole or not at all."""
        for gone in {path.name for path in self.releases.iterdir()} - {path.name for path in origin.iterdir()}:
            (self.releases / gone).unlink()
        for path in origin.iterdir():
            temporary = self.releases / f".{path.name}.part"
            shutil.copy2(path, temporary)
            temporary.replace(self.releases / path.name)

    def ask(self, path: str) -> Answer:
        """Its own answer; status 0 where it does not answer."""
        host, _, port = self.address.rpartition(":")
        try:
            return Proxy("feedsrv", int(port), host).ask(path) if self.running else Answer(0, {}, b"")
        except OSError:
            return Answer(0, {}, b"")

    def is_ready(self) -> bool:
        return self.ask("/health/ready").status == 200

    def _plug(self, state: str) -> None:
        """Connect it with the others, or not: then nobody even refuses a connection."""
        if self.network:
            subprocess.run(["ip", "link", "set", f"{self.network}o", state], check=True)


@contextmanager
def networks(number: int) -> Iterator[list[str]]:
    """The names of so many networks, each of one machine, which a bridge at 10.77.0.254 connects. It needs root."""
    bridge = f"fs{os.getpid()}"
    names = [f"{bridge}n{place}" for place in range(1, number + 1)]
    with ExitStack() as stack:

        def ip(line: str) -> None:
            subprocess.run(["ip", *line.split()], check=True)

        ip(f"link add {bridge} type bridge")
        stack.callback(ip, f"link del {bridge}")
        ip(f"addr add 10.77.0.254/24 dev {bridge}")
        ip(f"link set {bridge} up")
        for place, name in enumerate(names, 1):
            ip(f"netns add {name}")
            stack.callback(ip, f"netns del {name}")
            ip(f"link add {name}o type veth peer name {name}i netns {name}")
            ip(f"link set {name}o master {bridge} up")
            for line in (f"addr add 10.77.0.{place}/24 dev {name}i", f"link set {name}i up", "link set lo up"):
                ip(f"-n {name} {line}")
        yield names


@contextmanager
def hosts(root: Path, origin: Path, number: int, names: Sequence[str] = ()) -> Iterator[list[Host]]:
    """So many machines that have what the origin has, and have published it, each in the network of its name."""
    places = range(1, number + 1)
    addresses = [f"127.0.2.{place}:{free_port(f'127.0.2.{place}')}" for place in places]
    if names:
        addresses = [f"10.77.0.{place}:8000" for place in places]
    with ExitStack() as stack:
        made = []
        for place, address in enumerate(addresses):
            others = [peer for peer in addresses if peer != address]
            host = Host(root / f"host{place}", address, others, names[place] if names else "")
            host.releases.mkdir(parents=True)
            host.copy(origin)
            stack.callback(host.kill)
            host.start()
            made.append(host)
        until(lambda: all(host.is_ready() for host in made), 4 * PATIENCE)
        yield made
