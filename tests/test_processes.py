"""Many files are read and indexed in several processes: the same comes of it, and none of them outlives who asked."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from time import monotonic, sleep

import pytest

from feedsrv import processes
from feedsrv.processes import Processes, cores, mapped
from feedsrv.publishing import Memory, publish, tasks
from feedsrv.search.whoosh.index import WhooshIndex
from tests.conftest import MakeNewsroom, Newsroom, release
from tests.running import environment, until
from tests.test_search_contract import a_record, a_release
from tests.test_search_contract import publish as publish_releases

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
    monkeypatch.setattr(tasks, "FEW", 10)
    monkeypatch.setattr(tasks, "cores", lambda: 2)
    monkeypatch.setattr(processes, "cores", lambda: 2)


def children(parent: int) -> list[int]:
    """The processes that a process has started to work for it."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            owner = int(folder.joinpath("stat").read_text().rpartition(")")[2].split()[1])
            is_working = b"feedsrv.processes" in folder.joinpath("cmdline").read_bytes()
        except (OSError, IndexError):
            continue
        if owner == parent and is_working:
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
    monkeypatch.setattr(tasks, "FEW", 10_000)
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


@pytest.mark.usefixtures("few")
@pytest.mark.parametrize("killed", [1, 2])
def test_what_a_process_that_is_killed_had_to_index_is_indexed_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, killed: int
) -> None:
    words = [" ".join(f"crane{word}" for word in range(number, number + 4000)) for number in range(100)]
    releases = [a_release(f"r{number}", 1, text) for number, text in enumerate(words)]
    at_once, in_batches = WhooshIndex(tmp_path / "one"), WhooshIndex(tmp_path / "many")
    publish_releases(at_once, *releases)
    monkeypatch.setattr("feedsrv.search.whoosh.batches.LARGEST", 12)
    with in_batches.update() as update:
        for number, item in enumerate(releases):
            update.put(item, {})
            if number == 60:
                wait_for_a_segment(tmp_path / "many")
                for process in children(os.getpid())[:killed]:
                    os.kill(process, signal.SIGKILL)
        update.finish({item.source: a_record(item) for item in releases}, None)
    assert children(os.getpid()) == []
    assert in_batches.snapshot().generation == at_once.snapshot().generation
    left = [path.name for path in (tmp_path / "many").rglob("*") if path.name.startswith(("segment-", "spool-"))]
    assert left == []


def wait_for_a_segment(folder: Path) -> None:
    """Wait until one is being written, or until that has most likely been missed."""
    end = monotonic() + 5
    while monotonic() < end and not any(folder.rglob("segment-*")):
        sleep(0.0005)


class Told:
    """Counts how often it is taken to another process."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def __setstate__(self, state: dict[str, Path]) -> None:
        self._folder = state["_folder"]
        self._folder.joinpath(str(os.getpid())).touch()

    def ask(self, task: int) -> int:
        if task == 7:
            raise ValueError(task)
        return 2 * task


@pytest.mark.usefixtures("few")
def test_what_is_asked_is_handed_over_once_and_its_exceptions_are_raised_here(tmp_path: Path) -> None:
    told = Told(tmp_path)
    assert list(mapped(told.ask, (range(start, start + 5) for start in range(8, 88, 5)))) == [
        2 * task for task in range(8, 88)
    ]
    assert 1 <= len(list(tmp_path.iterdir())) <= 2
    with Processes(told.ask) as asked:
        good, bad = asked.submit(1), asked.submit(7)
        assert good() == 2
        with pytest.raises(ValueError, match="7"):
            bad()


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
