"""Endings: a port that is taken, Ctrl-C at any moment, a reader of a pipe that goes, and processes that die."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from functools import partial
from http.client import HTTPConnection
from pathlib import Path
from random import Random

import pytest

from tests.conftest import release
from tests.running import PATIENCE, Running, environment, free_port, run, running, until
from tests.test_serving import children_of, members_of

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with releases enough to be at work for a moment, and their index."""
    folder = tmp_path_factory.mktemp("office")
    (folder / "releases").mkdir()
    (folder / "releases/newsroom.toml").write_text('authority = "press.example.org"\n', "utf8")
    for number in range(150):
        body = "A comet was seen over the harbour. " * 40
        (folder / f"releases/{number}.md").write_text(release(f"Comet {number}", body=body), "utf8")
    assert run("index", releases=folder / "releases", index=folder / "index").returncode == 0
    return folder


class Command:
    """A command as a terminal starts it: the leader of a group, which gets what the terminal sends.

    Python names on a line each module that has been imported, so that a moment can be told from what was written.
    """

    def __init__(self, office: Path, output: Path, *arguments: str, **others: str) -> None:
        self.output = output
        with output.open("wb") as file:
            self.process = subprocess.Popen(
                [sys.executable, "-v", "-m", "feedsrv", *arguments],
                env=environment(office / "releases", office / "index", **others),
                stdout=file,
                stderr=file,
                start_new_session=True,
            )

    def has_imported(self, module: str) -> bool:
        return f"\nimport '{module}'" in self.output.read_text("utf8") or self.process.poll() is not None

    def interrupted(self) -> int:
        """Press Ctrl-C; the exit code, when all that was started has ended, in silence."""
        os.killpg(self.process.pid, signal.SIGINT)
        code = self.process.wait(PATIENCE)
        until(lambda: not members_of(self.process.pid))
        written = self.output.read_text("utf8")
        noise = re.search(r"Traceback|KeyboardInterrupt|[Ii]gnored", written)
        assert not noise, "".join(re.findall(r"(?m)^(?!import |# ).*\n", written[noise.start() :]))
        return code


# Ports


@pytest.mark.parametrize("command", ["serve", "preview"])
def test_a_port_that_is_taken_is_one_sentence_at_once(office: Path, command: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        answer = run(command, "--port", str(port), releases=office / "releases", index=office / "index")
    assert answer.returncode == 2
    (line,) = answer.stderr.splitlines()
    assert f"port {port} of 127.0.0.1 cannot be had: Address already in use" in line
    assert "--port" in line


@pytest.mark.parametrize("host", ["203.0.113.7", "nowhere.invalid", "fe80::1:2:3"])
def test_an_address_that_is_not_of_this_machine_is_one_sentence(office: Path, host: str) -> None:
    answer = run("serve", "--host", host, releases=office / "releases", index=office / "index")
    assert answer.returncode == 2
    assert len(answer.stderr.splitlines()) == 1


def test_it_serves_at_an_address_of_the_sixth_version(office: Path, tmp_path: Path) -> None:
    process = Command(office, tmp_path / "output", "serve", "--host", "::1", "--port", str(port := free_port("::1")))

    def status() -> int:
        connection = HTTPConnection("::1", port, timeout=PATIENCE)
        try:
            connection.request("GET", "/releases.atom")
            return connection.getresponse().status
        except ConnectionError:
            return 0
        finally:
            connection.close()

    until(lambda: status() == 200)
    assert process.interrupted() == 0


# Ctrl-C

COMMANDS = [
    ["index", "--rebuild"], ["check"], ["search", "comet"], ["explain", "0"], ["schedule"], ["watch"], ["preview"],
    ["serve"],
]  # fmt: skip


@pytest.mark.parametrize("command", [["index"], ["serve"], ["preview"]], ids=lambda command: command[0])
@pytest.mark.parametrize("module", ["click", "feedsrv.search"])
def test_ctrl_c_while_it_is_imported_ends_it(office: Path, tmp_path: Path, command: list[str], module: str) -> None:
    process = Command(office, tmp_path / "output", *command)
    until(lambda: process.has_imported(module))
    assert process.interrupted() == 130


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command[0])
def test_ctrl_c_while_it_works_ends_it(office: Path, tmp_path: Path, command: list[str]) -> None:
    press_at_any_moment(office, tmp_path / "output", command, presses=1)


def press_at_any_moment(office: Path, output: Path, command: list[str], presses: int) -> None:
    """Press Ctrl-C again and again, each time at another moment after the command has been imported."""
    moments = Random(f"{command} {presses}")
    port = ["--port", str(free_port())] if command[0] == "serve" else []
    for _ in range(presses):
        process = Command(office, output, *command, *port)
        until(partial(process.has_imported, "feedsrv.cli"))
        time.sleep(moments.uniform(0, 1.5))
        assert process.interrupted() in {0, 130, -signal.SIGINT}  # of which a shell makes 130


def test_ctrl_c_reaches_only_the_supervisor_which_ends_the_others_in_order(office: Path) -> None:
    with running(office / "releases", office / "index") as newsroom:
        until(lambda: publisher_of(newsroom))
        for process in set(members_of(newsroom.process.pid)) - {newsroom.process.pid}:
            status = Path(f"/proc/{process}/status").read_text()
            blocked, ignored = (
                int(re.findall(rf"^{name}:\t(\w+)", status, re.MULTILINE)[0], 16) for name in ("SigBlk", "SigIgn")
            )
            assert (blocked | ignored) >> (signal.SIGINT - 1) & 1, Path(f"/proc/{process}/cmdline").read_bytes()


# Pipes


@pytest.mark.parametrize("arguments", [["search", "comet", "--limit", "200"], ["check", "--all"], ["--help"]], ids=str)
def test_a_reader_that_goes_is_no_trouble(office: Path, arguments: list[str]) -> None:
    """As in feedsrv search comet | head -1, where the pipe is closed before it is written to."""
    read, write = os.pipe()
    os.close(read)
    process = subprocess.run(
        [sys.executable, "-m", "feedsrv", *arguments],
        env=environment(office / "releases", office / "index"),
        stdout=write,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
        timeout=PATIENCE,
    )
    os.close(write)
    assert not re.search("Traceback|BrokenPipe|ignored", process.stderr), process.stderr


# Processes that die


def publisher_of(newsroom: Running) -> int | None:
    """The process of the publisher: the child of the supervisor that has no children, and is not the tracker."""
    for child in children_of(newsroom.process.pid):
        if b"spawn_main" in Path(f"/proc/{child}/cmdline").read_bytes() and not children_of(child):
            return child
    return None


def test_a_publisher_that_dies_again_and_again_is_started_ever_later(office: Path) -> None:
    with running(office / "releases", office / "index") as newsroom:
        seen: set[int | None] = {None}
        for _ in range(3):
            until(lambda: publisher_of(newsroom) not in seen)
            seen.add(publisher := publisher_of(newsroom))
            os.kill(publisher or 0, signal.SIGKILL)
        assert newsroom.search("comet")["_feedsrv"]["total"] == 150
        assert newsroom.stop() == 0, "it waits for the next one no longer"
        assert newsroom.process.stdout
        written = newsroom.process.stdout.read()
    assert re.findall(r"the publisher ended with -9; it is started again in (\d+) s", written) == ["1", "2", "4"]


def test_when_the_web_dies_all_ends_and_says_so(office: Path) -> None:
    with running(office / "releases", office / "index") as newsroom:
        until(lambda: publisher_of(newsroom))
        (web,) = [child for child in children_of(newsroom.process.pid) if children_of(child)]
        os.kill(publisher_of(newsroom) or 0, signal.SIGKILL)
        os.kill(web, signal.SIGKILL)
        assert newsroom.process.wait(PATIENCE) != 0
        assert newsroom.process.stdout
        assert "the web ended with -9, and so does all" in newsroom.process.stdout.read()
        until(lambda: not members_of(newsroom.process.pid))
