"""Many files are read in several processes: the same comes of it, and none of them outlives who asked."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from feedsrv.processes import cores
from feedsrv.publishing import Memory, pool, publish
from tests.conftest import MakeNewsroom, Newsroom, release
from tests.running import environment, until

FILES: dict[str, str | bytes] = {
    **{f"n/{number}.md": release(f"Title {number}", slug=f"s{number % 90}") for number in range(120)},
    **{f"bundles/{number}/index.md": release(f"B {number}", body="![m](m.png)") for number in range(20)},
    **{f"bundles/{number}/m.png": bytes([number]) for number in range(20)},
    "_index.md": "---\ncascade:\n  author: Somebody\n---\n",
    "broken.md": "---\ntitle: [\n---\n",
    "empty.md": "",
    "held.md": release(embargo="some day"),
    "later.md": release(embargo="2030-01-01"),
    "newsroom.toml": "[topics.t]\nmatch = ['title']",
}


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool, "FEW", 10)
    monkeypatch.setattr(pool, "cores", lambda: 2)


def children(parent: int) -> list[int]:
    """The processes that a process has started to read for it."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            owner = int(folder.joinpath("stat").read_text().rpartition(")")[2].split()[1])
            is_reading = b"feedsrv.publishing.pool" in folder.joinpath("cmdline").read_bytes()
        except (OSError, IndexError):
            continue
        if owner == parent and is_reading:
            found.append(int(folder.name))
    return found


def is_there(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def found(newsroom: Newsroom, memory: Memory) -> object:
    records = dict(memory.standing.collection.records) if memory.standing else {}
    return records, newsroom.snapshot().generation.split("-")[2]


@pytest.mark.usefixtures("few")
def test_whoever_reads_the_same_comes_of_it(make_newsroom: MakeNewsroom, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: set[int] = set()

    def progress(sources: Sequence[str]) -> Iterator[str]:
        for number, source in enumerate(sources):
            if number % 20 == 0:
                seen.update(children(os.getpid()))
            yield source

    several, alone = make_newsroom(), make_newsroom()
    for newsroom in (several, alone):
        newsroom.write(FILES)
    of_several, of_one = Memory(), Memory()
    publish(several.catalogue, several.index, several.now, progress=progress, memory=of_several)
    assert len(seen) == 2
    assert children(os.getpid()) == []
    monkeypatch.setattr(pool, "FEW", 10_000)
    publish(alone.catalogue, alone.index, alone.now, progress=progress, memory=of_one)
    assert len(seen) == 2
    assert found(several, of_several) == found(alone, of_one)


@pytest.mark.usefixtures("few")
@pytest.mark.parametrize("killed", [1, 2])
def test_what_a_process_that_is_killed_had_to_read_is_read_all_the_same(
    make_newsroom: MakeNewsroom, killed: int
) -> None:
    def progress(sources: Sequence[str]) -> Iterator[str]:
        for number, source in enumerate(sources):
            if number == 60:
                for process in children(os.getpid())[:killed]:
                    os.kill(process, signal.SIGKILL)
            yield source

    newsroom, other = make_newsroom(), make_newsroom(FILES)
    newsroom.write(FILES)
    summary = publish(newsroom.catalogue, newsroom.index, newsroom.now, progress=progress)
    assert summary.added == 140
    assert newsroom.snapshot().generation.split("-")[2] == other.snapshot().generation.split("-")[2]


@pytest.mark.parametrize(
    ("command", "number", "code"),
    [
        ("index", signal.SIGKILL, -9),
        ("index", signal.SIGINT, 130),
        ("index", signal.SIGTERM, -15),
        ("watch", signal.SIGTERM, None),
        ("watch", signal.SIGKILL, -9),
    ],
)
def test_none_outlives_who_asked(tmp_path: Path, command: str, number: signal.Signals, code: int | None) -> None:
    if cores() == 1:
        pytest.skip("one core reads alone")
    newsroom = Newsroom(tmp_path / "newsroom")
    newsroom.write({f"{number}.md": release(f"Title {number}", body="The quay opens. " * 200) for number in range(900)})
    process = subprocess.Popen(
        [sys.executable, "-m", "feedsrv", command],
        env=environment(newsroom.releases, newsroom.settings.index),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    until(lambda: children(process.pid))
    readers = children(process.pid)
    process.kill() if number is signal.SIGKILL else os.killpg(process.pid, number)
    _, said = process.communicate(timeout=10)
    assert code is None or process.returncode == code
    until(lambda: not any(map(is_there, readers)))
    assert b"Traceback" not in said
