"""The guide to several machines, typed to the letter on five Debians: an office, three machines, and nginx."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from os import getpid
from pathlib import Path

import pytest

from tests.conftest import release
from tests.faults.clean_root import CleanRoot, Machine, booted
from tests.faults.test_guide import OPERATORS, SCALING, commands, otherwise, publish_the_checkout
from tests.running import until

HOSTS = {"nginx": "10.0.0.4", "office": "10.0.0.5", **{f"machine{number}": f"10.0.0.{number}" for number in (1, 2, 3)}}
PACKAGES = "rsync openssh-server openssh-client nginx"
"""What the guide installs; it lies here once, or each of the five would fetch it."""
NAMES = "127.0.0.1 localhost\n10.0.0.5 office.museum.example\n"


def section(heading: str) -> list[str]:
    """Every command below a heading of the guide."""
    text = SCALING.read_text("utf8").partition(f"\n### {heading}\n")[2]
    blocks = re.findall(r"^```sh\n(.*?)^```$", re.split(r"^##", text, flags=re.MULTILINE)[0], re.DOTALL | re.MULTILINE)
    assert blocks, heading
    return [line for block in blocks for line in block.splitlines() if line.strip()]


@pytest.fixture
def installed(clean_root: CleanRoot) -> CleanRoot:
    """A machine on which all of the operators' guide was typed, up to where the services are started."""
    publish_the_checkout(clean_root.files / "checkout")
    typed = [otherwise(command) for command in commands(OPERATORS)]
    until_services = typed[: next(number for number, line in enumerate(typed) if ".service" in line)]
    clean_root.run("\n".join([*until_services, f"apt-get install --yes {PACKAGES}"]))
    return clean_root


@contextmanager
def wired(*here: str) -> Iterator[Callable[[Machine, str], None]]:
    """A bridge, at which this machine has some addresses, and what connects another with it, under an address."""
    bridge = f"fg{getpid()}"

    def ip(*words: object) -> None:
        subprocess.run(["ip", *map(str, words)], check=True)

    def connect(machine: Machine, address: str) -> None:
        end = f"{bridge}p{address.rpartition('.')[2]}"
        ip("link", "add", end, "type", "veth", "peer", "name", "eth1", "netns", machine.pid)
        ip("link", "set", end, "master", bridge, "up")
        machine.type(f"ip addr add {address}/16 dev eth1 && ip link set eth1 up")

    ip("link", "add", bridge, "type", "bridge")
    ip("link", "set", bridge, "up")
    for address in here:
        ip("addr", "add", f"{address}/16", "dev", bridge)
    try:
        yield connect
    finally:
        ip("link", "del", bridge)


@pytest.mark.bench
def test_every_command_of_the_guide_to_several_machines_works(installed: CleanRoot, tmp_path: Path) -> None:
    with ExitStack() as stack:
        connect = stack.enter_context(wired())
        machines: dict[str, Machine] = {}
        for name, address in HOSTS.items():
            root = CleanRoot(Path(f"{installed.files}:{installed.base}"), tmp_path / name)
            (root.files / "etc").mkdir(exist_ok=True)
            (root.files / "etc/hosts").write_text(NAMES)
            machines[name] = stack.enter_context(booted(root))
            machines[name].cwd = "/usr/local/src/feedsrv"
            connect(machines[name], address)
        office = machines["office"]
        for command in section("The office"):
            office.type(command)
        for number in (1, 2, 3):
            set_up(machines[f"machine{number}"], number, office)
        for command in section("nginx"):
            machines["nginx"].type(command)
        assert "/releases/" in seen(machines["nginx"])
        put(office, "new.md", release("Seen by everybody"))
        until(
            lambda: all("Seen by everybody" in own(machines[f"machine{number}"], number) for number in (1, 2, 3)), 120
        )
        machines["machine1"].type("systemctl stop feedsrv-web feedsrv-publisher")
        assert {"Seen by everybody" in seen(machines["nginx"], f"?n={number}") for number in range(9)} == {True}
        third = machines["machine3"]
        third.type("systemctl stop feedsrv-web feedsrv-publisher && rm -r /var/lib/feedsrv/index")
        machines["machine1"].type("systemctl start feedsrv-web feedsrv-publisher")
        let_in(third, machines["machine1"])
        for command in section("Another machine"):
            third.type(command)
        third.type("systemctl start feedsrv-web feedsrv-publisher")
        until(lambda: third.call("curl --fail http://10.0.0.3:8000/health/ready").returncode == 0, 120)
        until(lambda: not any(map(failed, machines.values())), 120)  # a copy that failed is made again in seconds


def failed(machine: Machine) -> str:
    """The units that have failed."""
    return machine.type("systemctl --failed --quiet --no-legend")


def set_up(machine: Machine, number: int, office: Machine) -> None:
    """Type what the guide says for each machine, with its own number where it says that of the first one."""
    others = [other for other in (1, 2, 3) if other != number]
    for written in section("Each machine"):
        command = re.sub(r"10\.0\.0\.1\b", f"10.0.0.{number}", written)
        said = machine.type(command)
        if command.startswith("cat "):
            line = f'restrict,command="rrsync -ro /srv/releases" {said.strip()}'
            office.type(f"echo '{line}' >> /var/lib/releases/.ssh/authorized_keys")
        elif "cp deploy/replica.conf" in command:
            to = command.split()[-1]
            peers = ",".join(f"http://10.0.0.{other}:8000" for other in others)
            machine.type(f"sed --in-place 's#FEEDSRV_PEERS=.*#FEEDSRV_PEERS={peers}#' {to}replica.conf")


def let_in(machine: Machine, other: Machine) -> None:
    """Let root of a machine be root of another."""
    machine.type('install -d -m 700 ~/.ssh && ssh-keygen -q -t ed25519 -N "" -f ~/.ssh/id_ed25519')
    machine.type("ssh-keyscan 10.0.0.1 >> ~/.ssh/known_hosts")
    key = machine.type("cat ~/.ssh/id_ed25519.pub").strip()
    other.type(f"install -d -m 700 ~/.ssh && echo '{key}' >> ~/.ssh/authorized_keys")


def put(office: Machine, name: str, text: str) -> None:
    office.type(
        f"cat > /srv/releases/.{name}.part <<'END'\n{text}\nEND\nmv /srv/releases/.{name}.part /srv/releases/{name}"
    )


def own(machine: Machine, number: int) -> str:
    """The releases of one machine."""
    ask = f"curl --silent --header 'Host: press.museum.example' http://10.0.0.{number}:8000/releases"
    return machine.call(ask).stdout


def seen(nginx: Machine, query: str = "") -> str:
    return nginx.type(f"curl --fail --silent --header 'Host: press.museum.example' 'http://127.0.0.1/releases{query}'")
