"""gunicorn is run in one way, whoever starts it, and believes nobody who says which path was asked for."""

from __future__ import annotations

import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from ctypes import CDLL
from pathlib import Path

import pytest

from feedsrv import gunicorn_conf
from tests.conftest import release
from tests.running import PATIENCE, Running, environment, free_port, run, running, until

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parent.parent
UNIT = (ROOT / "deploy/feedsrv-web.service").read_text("utf8")
OPTIONS = {
    name: value
    for name, value in vars(gunicorn_conf).items()
    if isinstance(value, str | int) and not name.startswith("_")
}


@contextmanager
def gunicorn(releases: Path, index: Path) -> Iterator[Running]:
    """gunicorn as it is started in a checkout, from the folder that it finds its options in."""
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", "--bind", f"127.0.0.1:{port}", "wsgi:app"],
        env=environment(releases, index, PORT=str(port)),
        cwd=ROOT,
        text=True,
    )
    newsroom = Running(process, port, releases, index)
    try:
        until(newsroom.is_ready)
        yield newsroom
    finally:
        newsroom.stop()


def raw(newsroom: Running, request: bytes) -> bytes:
    """All that is answered to these bytes."""
    with socket.create_connection(("127.0.0.1", newsroom.port), PATIENCE) as connection:
        connection.sendall(request)
        connection.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: connection.recv(65_536), b""))


@pytest.fixture(scope="module")
def newsrooms(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Running]]:
    folder = tmp_path_factory.mktemp("gunicorn")
    releases = folder / "releases"
    releases.mkdir()
    (releases / "quay.md").write_text(release("A quay"), "utf8")
    assert run("index", releases=releases, index=folder / "index").returncode == 0
    with ExitStack() as stack:
        local = {"FEEDSRV_TRUSTED_PROXIES": "127.0.0.1"}
        yield {
            "gunicorn": stack.enter_context(gunicorn(releases, folder / "index")),
            "serve": stack.enter_context(running(releases, folder / "index", **local)),
        }


@pytest.mark.parametrize("way", ["gunicorn", "serve"])
@pytest.mark.parametrize(
    "header", ["SCRIPT_NAME: /releases", "PATH_INFO: /years", "Path-Info: /years", "Script-Name: /x"]
)
def test_no_header_says_which_path_was_asked_for(newsrooms: dict[str, Running], way: str, header: str) -> None:
    request = f"GET /releases/quay HTTP/1.1\r\nHost: localhost\r\n{header}\r\nConnection: close\r\n\r\n"
    head, _, body = raw(newsrooms[way], request.encode()).partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200"), head
    assert body == newsrooms[way].get("/releases/quay")[1]


@pytest.mark.parametrize("way", ["gunicorn", "serve"])
@pytest.mark.parametrize(
    "request_", [b"GET /releases HTTP/1.1\nHost: localhost\n\n", b"GET / HTTP/1.1\r\nHost: a\r\n b\r\n\r\n"]
)
def test_what_is_no_request_is_refused(newsrooms: dict[str, Running], way: str, request_: bytes) -> None:
    assert raw(newsrooms[way], request_).startswith(b"HTTP/1.1 400")


@pytest.mark.parametrize("arguments", ["wsgi:app", re.findall(r"^ExecStart=\S+/gunicorn (.*)$", UNIT, re.MULTILINE)[0]])
def test_the_options_are_the_same_whoever_starts_it(arguments: str, tmp_path: Path) -> None:
    told = subprocess.run(
        [sys.executable, "-m", "gunicorn", "--print-config", *arguments.split()],
        env=environment(tmp_path, tmp_path / "index"),
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.returncode == 0, told.stderr
    said = {
        name.strip(): value.strip() for name, _, value in (line.partition("=") for line in told.stdout.splitlines())
    }
    wanted = {name: "[]" if value == "" else str(value) for name, value in OPTIONS.items()}
    assert {name: said[name] for name in wanted} == wanted


def test_a_worker_loads_nothing_that_reads_files_or_publishes(tmp_path: Path) -> None:
    """It would start later, and be larger."""
    told = subprocess.run(
        [sys.executable, "-c", "import sys, wsgi; print(*sys.modules)"],
        env=environment(tmp_path, tmp_path / "index"),
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    loaded = {name.split(".")[1] for name in told.stdout.split() if name.startswith("feedsrv.")}
    assert "web" in loaded
    assert not loaded & {"cli", "readers", "files", "publishing", "importing"}


_ARENAS = """
import ctypes, sys, threading
from feedsrv import workers
libc = ctypes.CDLL(None)
libc.malloc.restype = libc.fdopen.restype = ctypes.c_void_p
if sys.argv[1] == "one":
    workers.share_one_arena()
together = threading.Barrier(4)
threads = [threading.Thread(target=lambda: (libc.malloc(5000), together.wait())) for _ in range(4)]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
out = ctypes.c_void_p(libc.fdopen(1, b"w"))
libc.malloc_info(0, out)
libc.fflush(out)
"""


@pytest.mark.skipif(not hasattr(CDLL(None), "mallopt"), reason="the C library has no arenas")
def test_the_threads_of_a_worker_share_one_arena_of_memory() -> None:
    arenas = {}
    for said in ("one", ""):
        asked = [sys.executable, "-c", _ARENAS, said]
        arenas[said] = subprocess.run(asked, capture_output=True, check=True, text=True).stdout.count("<heap nr=")
    assert arenas["one"] == 1 < arenas[""]
