"""The proxies of deploy/ as an operator runs them, in front of an application, each in a process of its own."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from getpass import getuser
from http.client import HTTPConnection, IncompleteRead
from pathlib import Path

import pytest

from tests.running import PATIENCE, free_port, until

DEPLOY = Path(__file__).parent.parent / "deploy"


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True)
class Proxy:
    """A running proxy, asked under the host name of the newsroom behind it."""

    name: str
    port: int
    address: str = "127.0.0.1"

    def ask(
        self, path: str, method: str = "GET", host: str = "localhost", *, reader: str = "", **headers: str
    ) -> Answer:
        """The answer to this very path; nothing of it is normalised or unpacked on the way. ``reader``: from where."""
        source = (reader, 0) if reader else None
        connection = HTTPConnection(self.address, self.port, timeout=PATIENCE, source_address=source)
        try:
            named = {name.replace("_", "-"): value for name, value in headers.items()}
            connection.request(method, path, headers={"Host": host, **named})
            answer = connection.getresponse()
            return Answer(answer.status, dict(answer.getheaders()), answer.read())
        except (IncompleteRead, ConnectionError):  # whoever answered was killed
            return Answer(0, {}, b"")
        finally:
            connection.close()

    def status(self, path: str, **headers: str) -> int:
        return self.ask(path, **headers).status


def nginx_command(folder: Path, listens: int, asks: int | Sequence[str]) -> list[str]:
    """The command that runs nginx with the site of deploy/, all it writes in a folder of its own.

    ``asks`` is a port, or the addresses of three machines.
    """
    name, asked = "nginx.conf", {"127.0.0.1:8000": f"127.0.0.1:{asks}"}
    if not isinstance(asks, int):
        name = "nginx-replicas.conf"
        asked = {f"10.0.0.{number}:8000": address for number, address in enumerate(asks, 1)}
    site = (DEPLOY / name).read_text("utf8")
    changes = {
        "listen 80;": f"listen 127.0.0.1:{listens};",
        "listen [::]:80;": "",
        **asked,
        "/var/cache/nginx/feedsrv": f"{folder}/cache",
        "# access_log /var/log/nginx/feedsrv.log": f"access_log {folder}/access.log",
    }
    for there, here in changes.items():
        assert there in site
        site = site.replace(there, here)
    (folder / "site.conf").write_text(site, "utf8")
    paths = "".join(
        f"{kind}_temp_path {folder}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    (folder / "nginx.conf").write_text(
        f"user {getuser()}; daemon off; pid {folder}/pid; worker_processes 2; events {{}}\n"
        f"http {{ access_log off; {paths} include {folder}/site.conf; }}\n",
        "utf8",
    )
    return [program("nginx"), "-e", f"{folder}/error.log", "-c", f"{folder}/nginx.conf"]


@contextmanager
def nginx(folder: Path, asks: int | Sequence[str]) -> Iterator[Proxy]:
    """nginx in front of the port, or of the machines, that it asks."""
    folder.mkdir()
    port = free_port()
    with _running("nginx", nginx_command(folder, port, asks), port) as proxy:
        yield proxy


@contextmanager
def varnish(folder: Path, asks: int, port: int = 0) -> Iterator[Proxy]:
    """Varnish in front of the port that it asks, on one of its own."""
    folder.mkdir()
    port = port or free_port()
    rules = (DEPLOY / "varnish.vcl").read_text("utf8")
    assert '.port = "8000"' in rules
    (folder / "rules.vcl").write_text(rules.replace('.port = "8000"', f'.port = "{asks}"'), "utf8")
    options = [
        "-F",
        "-j",
        "none",
        "-n",
        f"{folder}/work",
        "-a",
        f"127.0.0.1:{port}",
        "-f",
        f"{folder}/rules.vcl",
        "-s",
        "malloc,32m",
    ]
    with _running("varnishd", [program("varnishd"), *options], port) as proxy:
        yield proxy


@contextmanager
def proxies(folder: Path, asks: int) -> Iterator[list[Proxy]]:
    """Those proxies of deploy/ that are installed, in front of one port; for others the test is skipped at its end."""
    starts: Mapping[str, Callable[[Path, int], AbstractContextManager[Proxy]]] = {"nginx": nginx, "varnishd": varnish}
    missing = [name for name in starts if not program(name)]
    with ExitStack() as stack:
        yield [stack.enter_context(starts[name](folder / name, asks)) for name in starts if name not in missing]
    if missing:
        pytest.skip(f"{' and '.join(missing)}: not installed")


@contextmanager
def _running(name: str, command: list[str], port: int) -> Iterator[Proxy]:
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    proxy = Proxy(name, port)
    try:
        until(lambda: _answers(proxy) or process.poll() is not None)
        assert process.poll() is None, f"{name} ended"
        yield proxy
    finally:
        process.terminate()
        process.wait(PATIENCE)


def _answers(proxy: Proxy) -> bool:
    try:
        return proxy.status("/health/live") > 0
    except OSError:
        return False


def program(name: str) -> str:
    """Where a program is; "" if it is not installed."""
    return shutil.which(name) or shutil.which(name, path="/usr/sbin") or ""
