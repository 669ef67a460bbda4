"""What the processes of a newsroom do to the world around them: they write their index, and ask nobody for anything."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import BASE_URL, release
from tests.faults.powerless import powerless, without_power
from tests.faults.tracing import traced
from tests.running import Running, environment, free_port, until

pytestmark = pytest.mark.slow

FILES = {"newsroom.toml": 'title = "Harbour"\n', "a.md": release("A", body="A comet."), "a.pdf": "%PDF-1.4 plan"}
WRITES = re.compile(r'^\d+ +(?:openat|mkdir|rename|link|symlink|unlink|truncate|mknod)\(.*?"(/[^"]*)"')


@pytest.fixture
def releases(tmp_path: Path) -> Path:
    folder = tmp_path / "releases"
    folder.mkdir()
    for name, text in FILES.items():
        (folder / name).write_text(text, "utf8")
    return folder


def test_nobody_is_asked_for_anything_and_nothing_is_written_but_the_index(releases: Path, tmp_path: Path) -> None:
    """Nor does it take more than to read the folder of releases."""
    index, temporary, trace, port = tmp_path / "index", tmp_path / "tmp", tmp_path / "trace", free_port()
    index.mkdir(0o700)
    temporary.mkdir()
    settings = {"FEEDSRV_BASE_URL": BASE_URL, "FEEDSRV_HOSTS": "localhost", "TMPDIR": str(temporary)}
    releases.chmod(0o500)
    environ = environment(releases, index, PYTHONDONTWRITEBYTECODE="1", **settings)
    calls = "connect,sendto,openat,mkdir,rename,link,symlink,unlink,truncate,mknod"
    process = subprocess.Popen(
        [
            *traced("--daemonize", f"--trace={calls}", f"--output={trace}"),
            *without_power(),
            sys.executable,
            "-m",
            "feedsrv",
            "serve",
            "--port",
            str(port),
        ],
        env={name: value for name, value in environ.items() if not name.startswith("COVERAGE")},  # which writes
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
    )
    newsroom = Running(process, port, releases, index)
    try:
        until(newsroom.is_ready)
        for path in ("/", "/releases/a", "/releases/a/a.pdf", "/releases.atom", "/search?q=comet", "/health/ready"):
            assert newsroom.get(path)[0] == 200
    finally:
        newsroom.stop()
    until(lambda: re.search(rf"^{process.pid} +\+\+\+ exited", trace.read_text("utf8", "replace"), re.MULTILINE))
    lines = trace.read_text("utf8", "replace").splitlines()
    assert [line for line in lines if re.search(r"(?:connect|sendto)\(", line) and "AF_INET" in line] == []
    changing = [line for line in lines if "openat(" not in line or re.search("O_CREAT|O_WRONLY|O_RDWR", line)]
    written = {match[1] for line in changing if (match := WRITES.match(line)) and " = -1 " not in line}
    assert any(Path(path).is_relative_to(index) for path in written)
    own = (f"{index}/", f"{temporary}/", "/dev/")
    assert {path for path in written if not f"{path}/".startswith(own)} == set()


def test_it_publishes_where_there_is_no_network(releases: Path, tmp_path: Path) -> None:
    """Where the system lets nobody leave the network, the trace above has to do."""
    without = ["unshare", "-rn"] if shutil.which("unshare") and not subprocess.call(["unshare", "-rn", "true"]) else []
    ended = subprocess.run(
        [*without, sys.executable, "-m", "feedsrv", "index"],
        env=environment(releases, tmp_path / "index"),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert (ended.returncode, ended.stderr.count("1 added")) == (0, 1)


def test_it_needs_no_power_of_root(releases: Path, tmp_path: Path) -> None:
    ended = powerless("index", releases=releases, index=tmp_path / "index")
    assert ended.returncode == 0
    assert (tmp_path / "index").stat().st_mode & 0o777 == 0o700
