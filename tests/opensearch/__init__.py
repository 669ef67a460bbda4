"""A cluster of OpenSearch for tests, on this machine alone: what Maven fetches by pom.xml, in Launcher.java."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from tests.running import until

HERE = Path(__file__).parent
HEAP = "512m"
"""What each node has in memory, beside what the system keeps of its files."""
HTTP, TRANSPORT = 19_200, 19_300
"""The ports of the first node; the others have the next."""
OLDEST_JAVA = 21
"""What this version of the server runs on; see pom.xml."""


def java_home() -> Path | None:
    """The newest Java of this machine, if it is new enough."""
    found = {}
    for home in Path("/usr/lib/jvm").glob("*"):
        told = home / "release"
        number = told.read_text().partition('JAVA_VERSION="')[2].partition(".")[0] if told.is_file() else ""
        if number.strip('"\n').isdigit():
            found[int(number)] = home
    newest = max(found, default=0)
    return found[newest] if newest >= OLDEST_JAVA else None


def fetch(folder: Path, java: Path) -> Path:
    """Have Maven put the server's libraries into a folder, once; where they are."""
    libraries = folder / "lib"
    if not (libraries / "complete").exists():
        command = ["mvn", "-q", "-B", "-f", str(HERE / "pom.xml"), "dependency:copy-dependencies"]
        subprocess.run(
            [*command, f"-DoutputDirectory={libraries}"], check=True, env={**os.environ, "JAVA_HOME": str(java)}
        )
        (libraries / "complete").touch()
    return libraries


@contextmanager
def cluster(libraries: Path, java: Path, folder: Path, nodes: int = 1) -> Iterator[list[str]]:
    """So many nodes on this machine; their addresses, once all of them are there."""
    names = [f"node-{number}" for number in range(nodes)]
    seeds = ",".join(f"127.0.0.1:{TRANSPORT + number}" for number in range(nodes))
    running = []
    try:
        for number, name in enumerate(names):
            home = folder / name
            (home / "config").mkdir(parents=True)
            settings = {
                "cluster.name": "feedsrv-tests",
                "node.name": name,
                "network.host": "127.0.0.1",
                "http.port": str(HTTP + number),
                "transport.port": str(TRANSPORT + number),
                "transport.type": "netty4",
                "http.type": "netty4",
                "path.data": str(home / "data"),
                "path.logs": str(home / "logs"),
                **(
                    {"discovery.type": "single-node"}
                    if nodes == 1
                    else {"discovery.seed_hosts": seeds, "cluster.initial_cluster_manager_nodes": ",".join(names)}
                ),
            }
            command = [
                java / "bin" / "java",
                f"-Xms{HEAP}",
                f"-Xmx{HEAP}",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
            ]
            command += ["-cp", f"{libraries}/*", HERE / "Launcher.java", home]
            with (home / "log").open("wb") as log:
                running.append(
                    subprocess.Popen(
                        [*map(str, command), *(f"{name}={value}" for name, value in settings.items())],
                        stdin=subprocess.DEVNULL,
                        stdout=log,
                        stderr=subprocess.STDOUT,
                    )
                )
        addresses = [f"http://127.0.0.1:{HTTP + number}" for number in range(nodes)]
        until(lambda: _nodes(addresses[0]) == nodes, 300)
        yield addresses
    finally:
        for process in running:
            process.terminate()
        for process in running:
            process.wait(60)


def _nodes(address: str) -> int:
    """How many nodes a cluster has; 0 while it does not answer."""
    try:
        with urlopen(f"{address}/_cluster/health", timeout=5) as answer:
            return int(json.load(answer)["number_of_nodes"])
    except (URLError, OSError, ValueError):
        return 0
