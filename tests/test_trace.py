"""What the web opens, shown by a trace of its system calls: generations and the publisher's words, and nothing else."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from os.path import normpath
from pathlib import Path

import pytest

from tests.conftest import release
from tests.running import Running, environment, free_port, run, until
from tests.test_leaks import STARTS, links_in

pytestmark = pytest.mark.slow

FILES = {
    "newsroom.toml": 'title = "Harbour"\n[topics.cranes]\nmatch = ["crane"]\n',
    "open.md": release("A crane", body="The crane has moved.", topics="[harbour]"),
    "open.pdf": "%PDF-1.4 plan",
    "gone.md": release("A ferry", withdrawn="2026-10-01"),
    "draft.md": release("A secret crane", draft="true"),
    "draft.pdf": "%PDF-1.4 secret",
    "later/index.md": release("A later crane", embargo="2099-05-02"),
    "later/annex.txt": "A secret annex\n",
}
GUESSES = (
    "/releases/draft", "/releases/draft.md", "/releases/draft/draft.pdf", "/releases/open/draft.pdf",
    "/releases/open/open.pdf", "/releases/open/..%2Fdraft.md", "/releases/%2e%2e/releases/draft.md",
    "/releases/..%2f..%2freleases/draft.md", "/static/..%2f..%2f..%2fledger", "/static/..%2fnewsroom.toml",
    "/releases/later/annex.txt", "/releases/later", "/../releases/draft.md", "/releases/open/%2Fetc%2Fpasswd",
    "/newsroom.toml", "/ledger",
)  # fmt: skip
_OPENED = re.compile(
    r"""(?:open|openat|openat2|creat)\((?:[^,<"]*<(?P<folder>[^>]*)>,\ )?"(?P<path>[^"]*)".*\)\ =\ (?P<result>.*)""",
    re.VERBOSE,
)
"""A call in a trace, whose result is a number with the path of what was opened, or an error."""


@contextmanager
def traced(releases: Path, index: Path, trace: Path) -> Iterator[Running]:
    """The application under gunicorn, each file that it opens written down."""
    strace = shutil.which("strace")
    if strace is None:
        pytest.skip("strace is not installed")
    port = free_port()
    command = [strace, "-D", "-f", "-y", "-s", "4096", "-e", "trace=open,openat,openat2,creat", "-o", str(trace)]
    gunicorn = [sys.executable, "-m", "gunicorn", "--bind", f"127.0.0.1:{port}", "--workers", "2", "--threads", "4"]
    with (trace.parent / "log").open("w") as log:
        process = subprocess.Popen(
            [*command, *gunicorn, "--access-logfile", "-", "wsgi:app"],
            env=environment(releases, index, FEEDSRV_BASE_URL=f"http://localhost:{port}"),
            cwd=Path(__file__).parent.parent,
            stdout=log,
            stderr=subprocess.STDOUT,
            text=True,
        )
        newsroom = Running(process, port, releases, index)
        try:
            until(lambda: newsroom.is_ready() or process.poll() is not None)
            assert process.poll() is None, (trace.parent / "log").read_text("utf8")
            yield newsroom
        finally:
            newsroom.stop()
    until(lambda: re.search(rf"^{process.pid} +\+\+\+ exited", trace.read_text("utf8", "replace"), re.MULTILINE))


def opened(trace: Path) -> set[Path]:
    """The files that were opened, or that it was tried to open, by the name asked for and the one that was found."""
    found = set()
    for line in trace.read_text("utf8", "replace").splitlines():
        if match := _OPENED.search(line):
            found.add(normpath(Path(match["folder"] or "/", match["path"])))
            found.update(re.findall(r"<(/[^>]*)>", match["result"]))
    return {Path(path) for path in found}


def publish(files: Mapping[str, str], releases: Path, index: Path) -> None:
    for name, text in files.items():
        (releases / name).parent.mkdir(parents=True, exist_ok=True)
        (releases / name).write_text(text, "utf8")
    assert run("index", releases=releases, index=index).returncode == 0


def visit(newsroom: Running) -> None:
    """Ask for every address there is, and for those that try to get out."""
    waiting, seen = [*STARTS, *GUESSES], set[str]()
    while waiting:
        address = waiting.pop()
        if address not in seen:
            seen.add(address)
            status, body = newsroom.get(address)
            assert 200 <= status < 500, address
            assert b"secret" not in body, address
            waiting.extend(links_in(body, newsroom.url))


def test_the_web_opens_nothing_but_generations_and_the_words_of_the_publisher(tmp_path: Path) -> None:
    releases, index = tmp_path / "releases", tmp_path / "index"
    publish(FILES, releases, index)
    with traced(releases, index, tmp_path / "trace") as newsroom:
        visit(newsroom)
        publish({"open.md": release("A new crane")}, releases, index)
        until(lambda: b"A new crane" in newsroom.get("/releases/open")[1])
        assert newsroom.is_ready()
    files = opened(tmp_path / "trace")
    assert not [path for path in files if path.is_relative_to(releases)]
    within = {path.relative_to(index).parts[0] for path in files if path.is_relative_to(index) and path != index}
    generations = {name for name in within if name.startswith("gen-")}
    assert len(generations) == 2
    assert "true-until" in within
    assert within - generations <= {"current", "true-until", "heartbeat", "languages", "degraded", "in-step", "files"}
    assert "secret" not in (tmp_path / "log").read_text("utf8")
