"""A Debian on which nothing is installed: a root for commands, or a machine with systemd and a network of its own.

Both need root, mmdebstrap, slirp4netns and a network, which `make faults` is given.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.running import until

PATIENCE = 900.0
"""Seconds that one command may take, which may have to fetch what it installs over a slow line."""

NEEDED = ("mmdebstrap", "slirp4netns", "unshare", "nsenter", "ip", "git")
PACKAGES = "ca-certificates,procps,systemd-sysv"
"""What Debian's installer puts on every machine, and the smallest root has not."""

_REACHES_THE_NETWORK = re.compile(r"PIP_(?!FIND_LINKS)|UV_|SSL_CERT|REQUESTS_CA|CURL_CA|GIT_SSL|(http|https|no)_proxy$")
_FILES = ("/etc/pip.conf", "/etc/ssl/certs/ca-certificates.crt")
"""By what environment variables and files this machine reaches others, which a root inside it needs as well."""

PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

_ENTER = """
set -e
mount --make-rprivate /
mount -t overlay overlay -o "lowerdir=$1,upperdir=$2/upper,workdir=$2/work" "$2/root"
cd "$2/root"
mount -t proc proc proc
mount -t sysfs sysfs sys
mount -t tmpfs tmpfs run
mount -t tmpfs -o mode=1777 tmpfs tmp
mount -t tmpfs -o mode=755 tmpfs dev
for device in null zero full random urandom tty; do touch "dev/$device"; mount --bind "/dev/$device" "dev/$device"; done
ln -s /proc/self/fd dev/fd
mkdir dev/shm dev/pts
mount -t tmpfs -o mode=1777 tmpfs dev/shm
mount -t devpts -o newinstance,ptmxmode=0666 devpts dev/pts
ln -s pts/ptmx dev/ptmx
mount -t tmpfs tmpfs sys/fs/cgroup
mkdir sys/fs/cgroup/systemd
mount -t cgroup -o none,name=systemd cgroup sys/fs/cgroup/systemd
for volume in $VOLUMES; do mount --bind "${volume%:*}" "$2/root${volume#*:}"; done
mkdir -p mnt
pivot_root . mnt
umount -l /mnt
shift 2
exec "$@"
"""
"""What makes an overlay of a base the root, with the file systems that every system has, and runs a command in it."""


def make_base(folder: Path) -> Path:
    """A Debian in a folder, or a skipped test where that cannot be had."""
    if os.geteuid() != 0 or not all(map(shutil.which, NEEDED)):
        pytest.skip(f"a clean root needs root, and {', '.join(NEEDED)}")
    base = folder / "base"
    command = ["mmdebstrap", "--quiet", "--variant=minbase", f"--include={PACKAGES}", "bookworm", str(base)]
    subprocess.run(command, check=True, timeout=PATIENCE)
    for file in filter(os.path.exists, _FILES):
        shutil.copy(file, base / file[1:])
    (base / "etc/resolv.conf").unlink(missing_ok=True)
    (base / "etc/hosts").write_text("127.0.0.1 localhost\n", "utf8")
    return base


@dataclass
class CleanRoot:
    """An overlay over a base: what is written in it lies in a folder of its own, and the base stays clean."""

    base: Path
    folder: Path

    def __post_init__(self) -> None:
        for name in ("upper", "work", "root"):
            (self.folder / name).mkdir(parents=True)

    @property
    def files(self) -> Path:
        """What was written in it; before it is entered, files can be put here."""
        return self.folder / "upper"

    def entered(self, *command: str, has_network: bool = True, volumes: Sequence[str] = ()) -> list[str]:
        """A command that runs a command in it, in namespaces of its own; a volume is a folder and where it is seen."""
        namespaces = ["--mount", "--pid", "--ipc", "--uts", "--cgroup", *([] if has_network else ["--net"])]
        unshare = ["unshare", *namespaces, "--fork", "--kill-child", "bash", "-c", _ENTER, "-"]
        return ["env", f"VOLUMES={' '.join(volumes)}", *unshare, str(self.base), str(self.folder), *command]

    def run(self, script: str, cwd: str = "/", environment: Mapping[str, str] | None = None) -> None:
        """Run a script of sh in it, on the network of this machine."""
        (self.files / "etc").mkdir(exist_ok=True)
        shutil.copy("/etc/resolv.conf", self.files / "etc/resolv.conf")
        command = self.entered("sh", "-ec", f'cd "{cwd}"\n{script}')
        ran = subprocess.run(command, env=surroundings(environment), capture_output=True, text=True, timeout=PATIENCE)
        assert ran.returncode == 0, f"{script}\n{ran.stdout[-3000:]}\n{ran.stderr[-3000:]}"


def surroundings(environment: Mapping[str, str] | None = None) -> dict[str, str]:
    """The environment of a command in a clean root."""
    passed = {name: value for name, value in os.environ.items() if _REACHES_THE_NETWORK.match(name)}
    fixed = {"PATH": PATH, "HOME": "/root", "LC_ALL": "C.UTF-8", "DEBIAN_FRONTEND": "noninteractive"}
    return passed | fixed | dict(environment or {})


@dataclass
class Machine:
    """A clean root with its own processes and its own network, in which nobody but the test can reach a port."""

    pid: int
    cwd: str = "/root"

    def call(self, command: str, cwd: str | None = None) -> subprocess.CompletedProcess[str]:
        """Run a command of a shell in it to its end."""
        enter = ["nsenter", f"--target={self.pid}", "--mount", "--pid", "--net", "--ipc", "--uts", "--root", "--wd"]
        script = f'cd "{cwd or self.cwd}"\n{command}'
        return subprocess.run(
            [*enter, "bash", "-ec", script],
            env=surroundings(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )

    def type(self, command: str) -> str:
        """Run a command as if it was typed, where the one before was; what it says, when it has ended well."""
        ran = self.call(f"{command}\npwd >/run/typed-in")
        if ran.returncode:
            journal = self.call("journalctl --lines=20 --no-pager", "/").stdout
            raise AssertionError(f"{command}\n{ran.stdout[-3000:]}\n{ran.stderr[-3000:]}\n{journal}")
        self.cwd = self.call("cat /run/typed-in", "/").stdout.strip()
        return ran.stdout


@contextmanager
def started(command: Sequence[str], log: Path) -> Iterator[int]:
    """Run a command that enters a clean root for as long as the block lasts; gives the number of what it runs there."""
    with log.open("w") as out:
        process = subprocess.Popen(
            command, env={"PATH": PATH, "container": "test"}, stdin=subprocess.DEVNULL, stdout=out, stderr=out
        )
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    try:
        until(lambda: children.read_text("utf8").strip())
        yield int(children.read_text("utf8").split()[0])
    finally:
        for child in children.read_text("utf8").split():  # a change of user has freed it from the fate of its parent
            os.kill(int(child), signal.SIGKILL)
        process.kill()
        process.wait(30)


@contextmanager
def booted(root: CleanRoot) -> Iterator[Machine]:
    """Start systemd in a clean root, with a network that leads out and not in."""
    (root.files / "etc").mkdir(exist_ok=True)
    (root.files / "etc/resolv.conf").write_text("nameserver 10.0.2.3\n", "utf8")
    with started(root.entered("/sbin/init", has_network=False), root.folder / "console") as pid:
        machine = Machine(pid)
        until(lambda: machine.call("systemctl is-system-running --wait").stdout.strip() in {"running", "degraded"}, 120)
        network = subprocess.Popen(
            ["slirp4netns", "--configure", "--mtu=65520", "--disable-host-loopback", str(pid), "tap0"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            until(lambda: "tap0" in machine.call("cat /proc/net/route").stdout, 120)
            yield machine
        finally:
            network.terminate()
            network.wait(30)
