"""The guide to a cluster, typed to the letter on a Debian: one machine is the web and the publisher."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import release
from tests.engines import OPENSEARCH, clear
from tests.faults.clean_root import CleanRoot, booted
from tests.faults.test_guide_replicas import failed, installed, own, section, wired
from tests.opensearch.front import LOGIN, fronted
from tests.running import until

__all__ = ["installed"]

NODES = ["10.0.1.1", "10.0.1.2", "10.0.1.3"]
"""What the guide calls the nodes; here nginx answers for all of them."""


@pytest.mark.bench
@pytest.mark.skipif(not OPENSEARCH, reason="there is no cluster")
def test_every_command_of_the_guide_to_a_cluster_works(installed: CleanRoot, tmp_path: Path) -> None:
    clear("feedsrv")
    root = CleanRoot(Path(f"{installed.files}:{installed.base}"), tmp_path / "machine")
    (tmp_path / "front").mkdir()
    with wired(*NODES) as connect, fronted(tmp_path / "front", NODES, 9200), booted(root) as machine:
        machine.cwd = "/usr/local/src/feedsrv"
        connect(machine, "10.0.0.1")
        for command in section("Each machine of the web"):
            if command.startswith("cp "):  # after what is to be written by hand
                machine.type(f"echo '{LOGIN}' > /etc/feedsrv/login")
                authorities = (tmp_path / "front/cert").read_text("ascii")
                machine.type(f"cat > /etc/feedsrv/authorities.pem <<'END'\n{authorities}END")
            machine.type(command)
        for command in section("The publisher"):
            machine.type(command)
        machine.type("mkdir /srv/releases/new && echo figures > /srv/releases/new/figures.csv")
        machine.type(f"cat > /srv/releases/new/index.md <<'END'\n{release('Kept by a cluster')}\nEND")
        until(lambda: "Kept by a cluster" in own(machine, 1), 120)
        until(lambda: machine.call("cat /srv/files/*").stdout == "figures\n", 120)
        assert not failed(machine)
