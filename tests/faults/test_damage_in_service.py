"""Damage to the index of a running newsroom: no answer is wrong, no worker is gone for long, all heals by itself."""

from __future__ import annotations

import os
import pickle
import shutil
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from time import sleep

import pytest

from feedsrv.errors import IndexUnavailable
from feedsrv.search.whoosh.index import LOOK_AFTER, WhooshIndex
from tests.conftest import MakeNewsroom, Newsroom, release
from tests.faults.loads import web
from tests.faults.powerless import without_power
from tests.faults.tracing import traced
from tests.faults.troubles import children
from tests.running import Running, running, until

FILES = {
    "crane.md": release("A crane", body="The crane has moved to the north quay. " * 40),
    "crane.pdf": "%PDF-1.4 plan",
    "ferry.md": release("A ferry", body="The ferry sails again. " * 40),
}


def generation(index: Path) -> Path:
    return (index / "current").resolve()


def segment(index: Path, ending: str) -> Path:
    (found,) = (generation(index) / "segments").glob(f"*{ending}")
    return found


def overwrite(path: Path, start: int, content: bytes) -> None:
    with path.open("r+b") as file:
        file.seek(start)
        file.write(content)


def another_index(index: Path) -> None:
    index.rename(index.with_name("the one before"))
    index.mkdir(mode=0o700)


def is_gone(index: Path) -> None:
    index.rename(index.with_name("gone"))


def leads(index: Path, name: str) -> None:
    (index / "current").unlink()
    (index / "current").symlink_to(name)


def is_a_folder(index: Path) -> None:
    """As a copy makes it that follows links."""
    held = generation(index)
    (index / "current").unlink()
    shutil.copytree(held, index / "current")


def is_a_link_itself(index: Path) -> None:
    held = generation(index)
    held.rename(index.with_name("moved"))
    held.symlink_to(index.with_name("moved"))


TROUBLES: dict[str, Callable[[Path], None]] = {
    "a byte of the postings is another": lambda index: overwrite(segment(index, ".inv"), 3_000, b"\xee"),
    "the terms are zeroes": lambda index: overwrite(segment(index, ".inv"), 0, b"\0" * 400),
    "the texts are cut off where they lie": lambda index: os.truncate(segment(index, ".record.col"), 10),
    "an attachment is another": lambda index: overwrite(next((index / "files").iterdir()), 3, b"?"),
    "the manifest is gone": lambda index: (generation(index) / "manifest.json").unlink(),
    "the generation is gone": lambda index: shutil.rmtree(generation(index)),
    "the generation is a link": is_a_link_itself,
    "everything is gone": is_gone,
    "it is another folder": another_index,
    "current leads nowhere": lambda index: leads(index, "gen-99-0123456789ab"),
    "current leads out": lambda index: leads(index, "../releases"),
    "current is a folder": is_a_folder,
    "current is gone": lambda index: (index / "current").unlink(),
}
SOME = ("the terms are zeroes", "the texts are cut off where they lie", "everything is gone", "current leads out")


def is_whole(newsroom: Running) -> bool:
    """Whether everything is as it should be; that nothing is ever answered wrongly or with a fault is insisted on."""
    expected = {"/releases/crane/crane.pdf": b"%PDF-1.4 plan", "/search.json?q=quay": b"/releases/crane"}
    is_so = newsroom.is_ready()
    for address, part in expected.items():
        status, body = newsroom.get(address)
        assert status in {200, 503, 0}, (address, status)  # 0: the worker that answered has died of it
        assert status != 200 or part in body, address
        is_so = is_so and status == 200
    return is_so


@pytest.mark.slow
@pytest.mark.parametrize("troubles", [SOME, pytest.param(TROUBLES, marks=pytest.mark.bench)], ids=["some", "all"])
def test_whatever_happens_to_the_index_of_a_running_newsroom_it_heals_by_itself(
    tmp_path: Path, troubles: Iterable[str]
) -> None:
    releases, index = tmp_path / "releases", tmp_path / "index"
    releases.mkdir()
    for name, text in FILES.items():
        (releases / name).write_text(text, "utf8")
    with running(releases, index) as newsroom:
        for name in troubles:
            print(name)
            until(partial(is_whole, newsroom))
            before = generation(index), generation(index).stat().st_ino
            TROUBLES[name](index)
            sleep(2 * LOOK_AFTER)
            until(partial(is_healed, newsroom, before))
        newsroom.stop()
        assert newsroom.process.stdout is not None
        said = newsroom.process.stdout.read()
    assert "Traceback" not in said, said


def is_healed(newsroom: Running, before: tuple[Path, int]) -> bool:
    """Whether there is another generation, and everything is as it should be."""
    is_so, now = is_whole(newsroom), generation(newsroom.index)
    return is_so and now.parent == newsroom.index and (now, now.stat().st_ino) != before


def test_what_is_damaged_again_as_soon_as_it_was_made_anew_is_told_of_again(make_newsroom: MakeNewsroom) -> None:
    newsroom = make_newsroom(FILES)
    for _ in range(3):
        (newsroom.settings.index / "current").unlink()
        assert [newsroom.index.verify(), newsroom.index.verify()] == [False, True]
        newsroom.publish(rebuild=True)


@pytest.mark.slow
def test_a_worker_that_may_not_write_says_for_itself_that_it_cannot_read(tmp_path: Path) -> None:
    newsroom = Newsroom(tmp_path / "newsroom")
    newsroom.publish(FILES)
    index, log = newsroom.settings.index, tmp_path / "log"
    folders = [path for path in (index, *index.rglob("*")) if path.is_dir()]
    for folder in folders:
        folder.chmod(0o500)
    with web(newsroom.releases, index, log=log, before=without_power()) as served:
        page = served.get("/releases/crane")
        overwrite(segment(index, ".inv"), 0, b"\xee" * 2_000)
        until(lambda: served.get("/search?q=ferry")[0] == served.get("/search?q=ferry&sort=oldest")[0] == 503)
        until(lambda: served.get("/health/ready")[0] == 503)
        assert served.get("/releases/crane") in (page, served.get("/releases/none-rendered-yet"))
    for folder in folders:
        folder.chmod(0o700)
    assert not (index / "damaged").exists()
    assert log.read_text("utf8").count("the publisher makes it anew") <= 2, "each worker says it once"


@pytest.mark.slow
def test_a_disk_that_fails_costs_what_is_read_of_it_and_no_worker(tmp_path: Path) -> None:
    newsroom = Newsroom(tmp_path / "newsroom")
    newsroom.publish(FILES)
    index = newsroom.settings.index
    (attachment,) = (index / "files").iterdir()
    fails = traced("-D", f"--output={tmp_path / 'trace'}", f"--trace-path={attachment}", "--inject=read:error=EIO")
    with web(newsroom.releases, index, before=fails) as served:
        workers = children(served.process.pid)
        feeds = {served.get("/releases.atom") for _ in range(20)}
        assert {status for status, _ in feeds} == {200}
        assert served.get("/releases/crane/crane.pdf")[0] == 503
        until(lambda: not served.is_ready())
        assert {served.get("/releases.atom") for _ in range(20)} <= feeds | {served.get("/search?q=none-yet")}
        assert children(served.process.pid) == workers


def test_nothing_of_a_hostile_folder_is_unpickled(make_newsroom: MakeNewsroom, tmp_path: Path) -> None:
    newsroom = make_newsroom(FILES)
    ran = tmp_path / "it ran"

    class Hostile:
        def __reduce__(self) -> tuple[object, ...]:
            return os.mkdir, (str(ran),)

    content = segment(newsroom.settings.index, ".toc").read_bytes()
    hostile = content[: content.index(b"\x80")] + pickle.dumps(Hostile()) + content[content.index(b"\x80") :]
    segment(newsroom.settings.index, ".toc").with_name("_MAIN_99.toc").write_bytes(hostile)
    newsroom.index = WhooshIndex(newsroom.settings.index)
    assert newsroom.snapshot().get("crane").title == "A crane", "what was not published is not there"
    newsroom.publish({"barge.md": release("A barge")})
    assert not ran.exists()
    toc = segment(newsroom.settings.index, ".toc")
    toc.unlink()
    toc.write_bytes(hostile)
    newsroom.index = WhooshIndex(newsroom.settings.index)
    with pytest.raises(IndexUnavailable, match="is not what was published"):
        newsroom.snapshot().get("crane")
    newsroom.publish({"buoy.md": release("A buoy")})
    assert newsroom.snapshot().get("buoy").title == "A buoy"
    assert not ran.exists()
