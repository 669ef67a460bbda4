"""A newsroom that runs as its operator would run it: the command, in a process of its own, over real HTTP."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

import pytest

PATIENCE = 120.0
"""Seconds after which something that has not happened is taken for something that will not happen."""


@dataclass
class Running:
    """A running newsroom."""

    process: subprocess.Popen[str]
    port: int
    releases: Path
    index: Path

    @property
    def url(self) -> str:
        return f"http://localhost:{self.port}"

    def get(self, path: str, headers: Mapping[str, str] | None = None) -> tuple[int, bytes]:
        """The status and body of an answer, over a connection of its own; status 0 where nobody answers."""
        try:
            with urlopen(Request(self.url + path, headers=dict(headers or {})), timeout=PATIENCE) as answer:
                return answer.status, answer.read()
        except HTTPError as error:
            with error:
                return error.code, error.read()
        except (URLError, ConnectionError):
            return 0, b""

    def search(self, words: str) -> dict[str, Any]:
        status, body = self.get(f"/search.json?q={words}")
        assert status == 200, (status, body)
        answer: dict[str, Any] = json.loads(body)
        return answer

    def is_ready(self) -> bool:
        return self.get("/health/ready")[0] == 200

    def stop(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(PATIENCE)


def until(condition: Callable[[], object], patience: float = PATIENCE) -> float:
    """Wait until something is so; how many seconds that took."""
    start = time.monotonic()
    while not condition():
        assert time.monotonic() - start < patience, "it did not happen"
        time.sleep(0.02)
    return time.monotonic() - start


def free_port(host: str = "127.0.0.1") -> int:
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.bind((host, 0))
        port: int = probe.getsockname()[1]
        return port


def environment(releases: Path, index: Path, **others: str) -> dict[str, str]:
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith("FEEDSRV_")},
        "FEEDSRV_RELEASES": str(releases),
        "FEEDSRV_INDEX": str(index),
        **others,
    }


def run(*arguments: str, releases: Path, index: Path, **others: str) -> subprocess.CompletedProcess[str]:
    """Run a feedsrv command to its end."""
    return subprocess.run(
        [sys.executable, "-m", "feedsrv", *arguments],
        env=environment(releases, index, **others),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@contextmanager
def running(releases: Path, index: Path, *arguments: str, **others: str) -> Iterator[Running]:
    """Run feedsrv serve for as long as the block lasts, on a free port or on ``PORT``."""
    port = int(others.pop("PORT", free_port()))
    if "FEEDSRV_HUB" in others:
        others["FEEDSRV_BASE_URL"] = f"http://localhost:{port}"
    process = subprocess.Popen(
        [sys.executable, "-m", "feedsrv", "serve", "--port", str(port), "--workers", "2", *arguments],
        env=environment(releases, index, **others),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    newsroom = Running(process, port, releases, index)
    try:
        until(lambda: newsroom.is_ready() or process.poll() is not None)
        assert process.poll() is None, process.stdout and process.stdout.read()
        yield newsroom
    finally:
        if process.poll() is None:
            newsroom.stop()
        if process.stdout:
            process.stdout.close()


def install_packages(locked: Path, folder: Path) -> None:
    """Copy a folder with the lock file of packages of npm, and install them there; skips the test where that fails."""
    npm = shutil.which("npm")
    if not npm:
        pytest.skip(f"the programs of {locked.name} did not run: node and npm are not installed")
    shutil.copytree(locked, folder, dirs_exist_ok=True)
    command = [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline"]
    installed = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120, check=False)
    if installed.returncode:
        pytest.skip(f"the programs of {locked.name} did not run: they cannot be installed: {installed.stderr}")
