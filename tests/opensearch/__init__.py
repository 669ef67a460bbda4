"""A cluster of OpenSearch for tests, on this machine alone: what Maven fetches by pom.xml, in Launcher.java."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from tests.running import free_port, until

HERE = Path(__file__).parent
FOLDER = HERE.parents[1] / ".opensearch"
"""Where the server's libraries are put; git leaves it alone."""
HEAP = "512m"
"""What each node has in memory, beside what the system keeps of its files."""
OLDEST_JAVA = 21
"""What this version of the server runs on; see pom.xml."""
STARTED = 300.0
"""Seconds after which nodes that have not found each other are taken not to."""


class NotHere(Exception):
    """This machine can run no node; the message says why."""


def java_home() -> Path:
    """The newest Java of this machine. Raises NotHere if none is new enough."""
    found = {}
    for home in Path("/usr/lib/jvm").glob("*"):
        told = home / "release"
        number = told.read_text().partition('JAVA_VERSION="')[2].partition(".")[0] if told.is_file() else ""
        if number.strip('"\n').isdigit():
            found[int(number)] = home
    newest = max(found, default=0)
    if newest < OLDEST_JAVA:
        raise NotHere(f"there is no Java {OLDEST_JAVA} or newer here")
    return found[newest]


def fetch(folder: Path, java: Path, patience: float | None = None) -> Path:
    """Have Maven put the server's libraries into a folder, once; where they are. Raises NotHere, or TimeoutExpired."""
    libraries = folder / "lib"
    if not (libraries / "complete").exists():
        command = ["mvn", "-q", "-B", "-f", str(HERE / "pom.xml"), "dependency:copy-dependencies"]
        command.append(f"-DoutputDirectory={libraries.absolute()}")
        try:
            subprocess.run(command, check=True, env={**os.environ, "JAVA_HOME": str(java)}, timeout=patience)
        except (OSError, subprocess.CalledProcessError) as error:
            raise NotHere(f"Maven cannot fetch the server ({error})") from error
        (libraries / "complete").touch()
    return libraries


@dataclass
class Node:
    """A node in a process of its own, with a folder in which all of it lies."""

    name: str
    home: Path
    command: list[str]
    http: int = field(default_factory=free_port)
    transport: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.http}"

    def start(self, others: Mapping[str, str]) -> None:
        """Run it, with these settings beside its own."""
        settings = {
            "cluster.name": "feedsrv-tests",
            "node.name": self.name,
            "network.host": "127.0.0.1",
            "http.port": str(self.http),
            "transport.port": str(self.transport),
            "transport.type": "netty4",
            "http.type": "netty4",
            "path.data": str(self.home / "data"),
            "path.logs": str(self.home / "logs"),
            **others,
        }
        (self.home / "config").mkdir(parents=True, exist_ok=True)
        with (self.home / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [*self.command, str(self.home), *(f"{name}={value}" for name, value in settings.items())],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )

    def kill(self) -> None:
        """End it without a word."""
        if self.process:
            self.process.kill()
            self.process.wait()


@dataclass
class Nodes:
    """Nodes that find each other."""

    nodes: list[Node]

    @property
    def addresses(self) -> list[str]:
        return [node.address for node in self.nodes]

    def start(self, node: Node) -> None:
        """Run one of them, for the first time or again."""
        if len(self.nodes) == 1:
            node.start({"discovery.type": "single-node"})
            return
        seeds = ",".join(f"127.0.0.1:{each.transport}" for each in self.nodes)
        names = ",".join(each.name for each in self.nodes)
        node.start({"discovery.seed_hosts": seeds, "cluster.initial_cluster_manager_nodes": names})

    def health(self) -> tuple[int, str]:
        """How many there are by what one of them says, and green, yellow or red; 0 while none answers."""
        for address in self.addresses:
            try:
                with urlopen(f"{address}/_cluster/health", timeout=5) as answer:
                    told = json.load(answer)
                return int(told["number_of_nodes"]), told["status"]
            except (URLError, OSError, ValueError):
                continue
        return 0, "red"


@contextmanager
def nodes(libraries: Path, java: Path, folder: Path, number: int, patience: float | None = None) -> Iterator[Nodes]:
    """So many nodes on this machine, once all of them are there."""
    command = [
        *(str(java / "bin" / "java"), f"-Xms{HEAP}", f"-Xmx{HEAP}", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"),
        *("-cp", f"{libraries}/*", str(HERE / "Launcher.java")),
    ]
    running = Nodes([Node(f"node-{each}", folder / f"node-{each}", command) for each in range(number)])
    try:
        for node in running.nodes:
            running.start(node)
        until(lambda: running.health()[0] == number, patience or STARTED)
        yield running
    finally:
        for node in running.nodes:
            node.kill()
