"""What is half-written is nowhere: a file, and what it is read with, is read when it has come to rest."""

from __future__ import annotations

import mmap
import os
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from shutil import which
from threading import Event, Thread

import pytest

from feedsrv.files import changes as module
from feedsrv.files import settling as module_of_settling
from feedsrv.files.changes import changes
from feedsrv.files.settling import PATIENCE, SETTLED, Settling, Unsettled
from feedsrv.publishing import Memory, publish
from feedsrv.search.whoosh.index import WhooshIndex
from tests.conftest import MakeNewsroom, Newsroom, ids_in, release
from tests.running import run, running, until
from tests.test_watching import watching

HELD_UNTIL = "EMBARGOED UNTIL 1 JULY 2099, 10:00"
POSITIONS = {
    "first line": f"{HELD_UNTIL}\n\n# Quay opens\n\n3 May 2026\n\nThe quay opens.\n",
    "front matter": release("Quay opens", body="The quay opens.", embargo="2099-07-01"),
    "last line": f"# Quay opens\n\n3 May 2026\n\nThe quay opens.\n\n{HELD_UNTIL}\n",
}


def put(newsroom: Newsroom, *unsettled: str) -> None:
    paths = frozenset(unsettled)
    publish(newsroom.catalogue, newsroom.index, newsroom.now, unsettled=Unsettled(paths))


def at_rest(newsroom: Newsroom) -> Unsettled:
    """Wait until all files have come to rest."""
    settling = Settling(newsroom.releases)
    settling.wait()
    return settling.unsettled


class TestWhoseFileIsBeingWritten:
    """However far it has come: what is public stays what it was, and what is not does not become public."""

    @pytest.mark.parametrize("text", POSITIONS.values(), ids=POSITIONS)
    def test_no_cut_of_a_text_is_published(self, make_newsroom: MakeNewsroom, text: str) -> None:
        newsroom = make_newsroom({"a.md": release()})
        for end in range(len(text) + 1):
            newsroom.write({"b.md": text[:end]})
            put(newsroom, "b.md")
            assert newsroom.ids() == ["a"]
        put(newsroom)
        assert newsroom.ids() == ["a"], "and held is what it is when it has come to rest"

    def test_a_public_one_stays_what_it_was(self, make_newsroom: MakeNewsroom) -> None:
        newsroom = make_newsroom({"a.md": release("Whole"), "b.md": release()})
        newsroom.write({"a.md": ""})
        put(newsroom, "a.md")
        assert newsroom.snapshot().get("a").title == "Whole"

    def test_one_that_is_just_being_replaced_is_not_gone(self, make_newsroom: MakeNewsroom) -> None:
        newsroom = make_newsroom({"a.md": release("Whole"), "b.md": release(), "d/c.md": release()})
        newsroom.remove("a.md", "d/c.md")
        put(newsroom, "a.md", "d")
        assert newsroom.ids() == ["a", "b", "c"]
        put(newsroom)
        assert newsroom.ids() == ["b"]

    @pytest.mark.parametrize("settled", ["told", "not told"])
    @pytest.mark.parametrize("new", ["new.md", "new/a.md"])
    def test_one_that_has_another_name_is_not_gone_while_that_settles(
        self, make_newsroom: MakeNewsroom, new: str, settled: str
    ) -> None:
        newsroom = make_newsroom({"a.md": release("A", id="A-1"), "b.md": release()})
        before = newsroom.ids()
        path = newsroom.releases / new
        path.parent.mkdir(exist_ok=True)
        (newsroom.releases / "a.md").rename(path)
        if settled == "told":
            put(newsroom, new.partition("/")[0])
        else:
            unsettled = Settling(newsroom.releases).unsettled
            publish(newsroom.catalogue, newsroom.index, newsroom.now, unsettled=unsettled)
        assert newsroom.ids() == before
        put(newsroom)
        assert len(newsroom.ids()) == 2

    def test_only_what_was_told_of_comes_and_goes(self, make_newsroom: MakeNewsroom) -> None:
        newsroom, memory = make_newsroom({"a.md": release(), "b.md": release()}), Memory()
        publish(newsroom.catalogue, newsroom.index, newsroom.now, memory=memory)
        newsroom.remove("a.md")
        newsroom.write({"c.md": release("C"), "d.md": release("D")})
        publish(newsroom.catalogue, newsroom.index, newsroom.now, only={"d.md"}, memory=memory)
        assert newsroom.ids() == ["a", "b", "d"]
        publish(newsroom.catalogue, newsroom.index, newsroom.now, only={"a.md", "c.md"}, memory=memory)
        assert newsroom.ids() == ["b", "c", "d"]

    def test_a_name_that_comes_to_rest_later_than_the_other_name_of_its_file_goes_with_it(
        self, make_newsroom: MakeNewsroom
    ) -> None:
        newsroom = make_newsroom({"a.md": release("A"), "b.md": release()})
        (newsroom.releases / "a.md").rename(newsroom.releases / "c.md")
        put(newsroom, "a.md")
        assert newsroom.ids() == ["b", "c"]

    @pytest.mark.parametrize("has_memory", [True, False])
    @pytest.mark.parametrize("body", ["Some words.", "Written again."])
    @pytest.mark.parametrize("new", ["0.md", "z.md"])
    def test_a_new_name_that_is_at_rest_first_takes_the_place_of_the_old_one(
        self, make_newsroom: MakeNewsroom, new: str, body: str, has_memory: bool
    ) -> None:
        newsroom = make_newsroom({"a.md": release("A", id="A-1"), "b.md": release()})
        before, memory = newsroom.ids(), Memory() if has_memory else None
        publish(newsroom.catalogue, newsroom.index, newsroom.now, memory=memory)
        newsroom.remove("a.md")
        newsroom.write({new: release("A", id="A-1", body=body)})
        for only, unsettled in ((new, ["a.md"]), ("a.md", [])):
            publish(
                newsroom.catalogue,
                newsroom.index,
                newsroom.now,
                only={only},
                unsettled=Unsettled(frozenset(unsettled), at=time.time() + SETTLED),
                memory=memory,
            )
            assert newsroom.ids() == before
            assert newsroom.snapshot().get("A-1").source == new
        assert not publish(newsroom.catalogue, newsroom.index, newsroom.now).changed

    def test_one_that_goes_while_the_folder_is_read_is_not_gone_yet(self, make_newsroom: MakeNewsroom) -> None:
        newsroom = make_newsroom({"a.md": release(), "b.md": release()})

        def reading(sources: Sequence[str]) -> Iterator[str]:
            newsroom.remove("a.md")
            yield from sources

        unsettled = at_rest(newsroom)
        publish(newsroom.catalogue, newsroom.index, newsroom.now, unsettled=unsettled, progress=reading)
        assert newsroom.ids() == ["a", "b"]

    def test_an_embargo_that_ends_meanwhile_waits(self, make_newsroom: MakeNewsroom) -> None:
        newsroom = make_newsroom({"a.md": release(embargo="2026-11-02 10:00"), "b.md": release()})
        newsroom.now = newsroom.now.replace(day=3)
        newsroom.write({"a.md": release()[:20]})
        put(newsroom, "a.md")
        assert newsroom.ids() == ["b"]
        newsroom.write({"a.md": release(embargo="2026-12-02 10:00")})
        put(newsroom)
        assert newsroom.ids() == ["b"]

    @pytest.mark.parametrize(
        "written", ["q/plan.pdf", "q/index.md", "q/more/map.png", "q/_index.md", "q/index.yaml", "_index.md", "q"]
    )
    def test_all_that_it_is_read_with_counts(self, make_newsroom: MakeNewsroom, written: str) -> None:
        newsroom = make_newsroom({"b.md": release()})
        newsroom.write({"q/index.md": release(body="[plan](plan.pdf)"), "q/plan.pdf": b"%PDF", "q/more/map.png": b"x"})
        put(newsroom, written)
        assert newsroom.ids() == ["b"]
        put(newsroom, "elsewhere.md", "r/index.md")
        assert newsroom.ids() == ["b", "q"]

    def test_a_document_waits_for_the_text_that_may_name_it(self, make_newsroom: MakeNewsroom) -> None:
        newsroom = make_newsroom({"b.md": release()})
        page = b"%PDF-1.4\n"
        newsroom.write({"figures.pdf": page, "c.md": "The figures"})
        put(newsroom, "c.md")
        assert newsroom.ids() == ["b"]

    @pytest.mark.parametrize("written", ["b.md", "b.yaml", "b.pdf", "_index.md", "map.png"])
    def test_what_somebody_begins_to_write_meanwhile_waits(self, make_newsroom: MakeNewsroom, written: str) -> None:
        newsroom = make_newsroom({"a.md": release(), "_index.md": "", "map.png": b"x"})
        newsroom.write({"b.md": release(body="![map](map.png)"), "b.yaml": "", "b.pdf": b"%PDF"})
        path, unsettled = newsroom.releases / written, at_rest(newsroom)

        def reading(sources: Sequence[str]) -> Iterator[str]:
            with path.open("a") as file:
                file.write(" ")
            yield from sources

        publish(newsroom.catalogue, newsroom.index, newsroom.now, unsettled=unsettled, progress=reading)
        assert newsroom.ids() == ["a"]
        publish(newsroom.catalogue, newsroom.index, newsroom.now, unsettled=at_rest(newsroom))
        assert newsroom.ids() == ["a", "b"]

    def test_what_was_just_begun_and_not_told_of_yet_waits(self, make_newsroom: MakeNewsroom) -> None:
        newsroom = make_newsroom({"a.md": release()})
        newsroom.write({"b.md": release()})
        unsettled = Settling(newsroom.releases).unsettled
        publish(newsroom.catalogue, newsroom.index, newsroom.now, unsettled=unsettled)
        assert (unsettled.paths, newsroom.ids()) == (frozenset(), ["a"])

    def test_a_public_one_that_somebody_begins_to_write_meanwhile_stays_what_it_was(
        self, make_newsroom: MakeNewsroom
    ) -> None:
        newsroom = make_newsroom({"a.md": release("Whole"), "b.md": release()})

        def reading(sources: Sequence[str]) -> Iterator[str]:
            (newsroom.releases / "a.md").write_bytes(b"")
            yield from sources

        unsettled = at_rest(newsroom)
        publish(newsroom.catalogue, newsroom.index, newsroom.now, unsettled=unsettled, progress=reading)
        assert newsroom.snapshot().get("a").title == "Whole"

    def test_of_a_newsroom_toml_the_last_settings_hold(self, make_newsroom: MakeNewsroom) -> None:
        newsroom = make_newsroom({"newsroom.toml": "title = 'Port'", "a.md": release()})
        newsroom.write({"newsroom.toml": "title = 'Po", "b.md": release()})
        put(newsroom, "newsroom.toml")
        assert (newsroom.snapshot().newsroom.title, newsroom.ids()) == ("Port", ["a", "b"])
        assert not newsroom.index.status().is_degraded


def appended(path: Path) -> Iterator[None]:
    with path.open("ab", buffering=0) as file:
        for _ in range(2):
            yield
            file.write(b"x")


def overwritten(path: Path) -> Iterator[None]:
    """At the same size, with the times of before."""
    times = path.stat()
    for number in range(2):
        yield
        path.write_bytes(b"%09d" % number)
        os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))


def mapped(path: Path) -> Iterator[None]:
    """Through memory: the kernel notes no time until it writes the page to the disk."""
    with path.open("r+b") as file, mmap.mmap(file.fileno(), 0) as memory:
        for number in range(2):
            yield
            memory[0] = number


def replaced(path: Path) -> Iterator[None]:
    for number in range(2):
        yield
        path.unlink()
        yield
        path.write_bytes(b"%09d" % number)


@pytest.mark.parametrize("write", [appended, overwritten, mapped, replaced])
def test_a_file_is_at_rest_when_nothing_of_it_has_changed_for_a_second(
    tmp_path: Path, write: Callable[[Path], Iterator[None]]
) -> None:
    path = tmp_path / "a.md"
    path.write_bytes(b"000000000")
    settling = Settling(tmp_path)
    settling.survey()
    for _ in write(path):
        for _ in range(4):
            assert settling.look() == frozenset(), "a writer may pause for a second"
            assert "a.md" in settling.unsettled
            time.sleep(0.2)
    last = time.monotonic()
    until(lambda: settling.look() == {"a.md"})
    assert time.monotonic() - last > SETTLED - 0.5
    assert not settling.unsettled.paths


def test_what_changes_together_comes_to_rest_together(tmp_path: Path) -> None:
    settling = Settling(tmp_path)
    settling.notice(["gone.md"])
    time.sleep(0.3)
    (tmp_path / "come.md").write_text("x")
    settling.notice(["come.md"])
    until(lambda: settling.look() == {"come.md", "gone.md"})


def test_what_was_renamed_is_not_gone_while_it_is_written_to_under_its_new_name(tmp_path: Path) -> None:
    settling = Settling(tmp_path)
    (tmp_path / "come.md").write_text("x")
    settling.notice(["gone.md", "come.md"])
    for pause in (0.8, 0.6):
        end = time.monotonic() + pause
        while time.monotonic() < end:
            assert settling.look() == frozenset()
            time.sleep(0.1)
        (tmp_path / "come.md").write_text(f"written again after {pause}")
    until(lambda: settling.look() == {"come.md", "gone.md"})


def test_what_was_renamed_is_not_gone_while_its_new_name_waits_for_what_changed_with_it(tmp_path: Path) -> None:
    settling = Settling(tmp_path)
    start = time.monotonic()
    (tmp_path / "come.md").write_text("x")
    settling.notice(["gone.md", "come.md"])
    other = tmp_path / "other.md"
    while (passed := time.monotonic() - start) < SETTLED + 0.9:
        if 0.8 < passed < 1.2:  # both are written again, and the other one for a little longer
            (tmp_path / "come.md").write_text("again") if passed < 1.0 else None
            other.write_text(str(passed))
            settling.notice(["other.md"])
        assert "gone.md" not in settling.look()
        assert "gone.md" in settling.unsettled
        time.sleep(0.05)
    until(lambda: "gone.md" in settling.look())


def test_a_rename_followed_by_a_change_leaves_no_gap(tmp_path: Path) -> None:
    releases, index = tmp_path / "releases", tmp_path / "index"
    releases.mkdir()
    for name in "abc":
        (releases / f"{name}.md").write_text(release(name.upper(), slug=name))
    with running(releases, index) as newsroom:
        until(lambda: newsroom.get("/releases/a")[0] == 200)
        time.sleep(SETTLED + 1)
        (releases / "a.md").rename(releases / "d.md")
        time.sleep(0.9)
        (releases / "d.md").write_text(release("A", body="Written again.", slug="a"))
        statuses = set()

        def is_changed() -> bool:
            status, body = newsroom.get("/releases/a")
            statuses.add(status)
            return b"Written again" in body

        until(is_changed)
        assert statuses == {200}


def test_what_has_changed_long_ago_is_at_rest_and_what_will_change_is_not(tmp_path: Path) -> None:
    for name in ("old.md", "new.md", "ahead.md", ".hidden.md", "new.md.part"):
        (tmp_path / name).write_text("x")
    os.utime(tmp_path / "ahead.md", (2**31, 2**31))
    settling = Settling(tmp_path)
    settling.survey()
    assert settling.unsettled.paths == {"old.md", "new.md", "ahead.md"}


def test_whoever_writes_on_and_on_is_told_what_to_do(tmp_path: Path) -> None:
    settling = Settling(tmp_path)
    (tmp_path / "a.md").write_text("x")
    stop = Event()
    writer = Thread(target=write_on, args=[tmp_path / "a.md", stop])
    writer.start()
    try:
        settling.wait()
    finally:
        stop.set()
        writer.join()
    (problem,) = settling.unsettled.problems()
    assert str(problem).startswith("a.md: this is still being written")
    assert ".part" in problem.remedy


def test_whoever_does_not_write_is_waited_for_however_long_a_look_takes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As with a hundred thousand files that have just come."""
    monkeypatch.setattr(module_of_settling, "PATIENCE", 0.2)
    (tmp_path / "a.md").write_text("x")
    settling = Settling(tmp_path)
    settling.wait()
    assert not settling.unsettled.paths


def write_on(path: Path, stop: Event) -> None:
    while not stop.wait(0.1):
        with path.open("a") as file:
            file.write("x")


def test_index_waits_for_a_writer_and_leaves_out_who_does_not_end(tmp_path: Path) -> None:
    releases, index = tmp_path / "releases", tmp_path / "index"
    releases.mkdir()
    (releases / "b.md").write_text(release("Done"))
    stop = Event()
    writer = Thread(target=write_on, args=[releases / "growing.md", stop])
    writer.start()
    try:
        done = run("index", releases=releases, index=index)
    finally:
        stop.set()
        writer.join()
    assert (done.returncode, "1 added" in done.stderr) == (0, True), done.stderr
    assert f"{releases}/growing.md: this is still being written" in done.stderr


def test_the_first_publication_waits_for_files_that_have_just_come(tmp_path: Path) -> None:
    releases, index = tmp_path / "releases", tmp_path / "index"
    releases.mkdir()
    for name in ("a", "b", "c"):
        (releases / f"{name}.md").write_text(release(name))
    with watching(releases, index) as log:
        until(lambda: "published:" in log)
        assert "published: 3 added" in log


@pytest.mark.parametrize("poll", [None, 1.0])
def test_watch_publishes_no_half_of_what_is_appended_to(tmp_path: Path, poll: float | None) -> None:
    releases, index = tmp_path / "releases", tmp_path / "index"
    releases.mkdir()
    (releases / "b.md").write_text(release())
    run("index", releases=releases, index=index)
    others = {"FEEDSRV_POLL": "1"} if poll else {}
    with watching(releases, index, **others) as log:
        for name, text in POSITIONS.items():
            half = len(text) * 2 // 3
            with (releases / f"{name[:5]}.md").open("a") as file:
                for part in (text[:20], text[20:half]):
                    file.write(part)
                    file.flush()
                    time.sleep(1.0)
                file.write(text[half:])
        (releases / "c.md").write_text(release())
        until(lambda: "published: 1 added" in log, PATIENCE)
        until(lambda: log.count("not public before 2099-07-01") == len(POSITIONS), PATIENCE)
        assert log.count("published:") == 1


class TestAnotherFolder:
    def test_a_link_that_leads_elsewhere_a_rename_and_a_removal_end_the_watch(self, tmp_path: Path) -> None:
        for name in ("one", "two"):
            (tmp_path / name).mkdir()
        folder = tmp_path / "releases"
        folder.symlink_to("one")
        ended: list[str] = []

        def follow(what: str, change: Callable[[], object]) -> None:
            found = changes(folder, Event())
            next(found)
            change()
            for _ in found:
                pass
            ended.append(what)

        def switch() -> None:
            (tmp_path / "new").symlink_to("two")
            (tmp_path / "new").rename(folder)

        follow("switched", switch)
        follow("renamed", lambda: (tmp_path / "two").rename(tmp_path / "three"))
        assert next(changes(folder, Event()), "nothing") == "nothing"
        assert ended == ["switched", "renamed"]

    def test_a_share_is_looked_at_because_the_system_does_not_tell(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        mounts = tmp_path / "mountinfo"
        mounts.write_text(
            f"1 0 8:1 / / rw - ext4 /dev/sda1 rw\n2 1 0:5 / {tmp_path}/a\\040share rw - nfs4 server:/releases rw\n"
        )
        monkeypatch.setattr(module, "_MOUNTS", mounts)
        (tmp_path / "a share").mkdir()
        assert module._tells(tmp_path)  # noqa: SLF001
        assert not module._tells(tmp_path / "a share")  # noqa: SLF001

    def test_watch_reads_the_other_one_within_seconds(self, tmp_path: Path) -> None:
        folder, index = tmp_path / "releases", tmp_path / "index"
        for name in ("one", "two", "three"):
            (tmp_path / name).mkdir()
            (tmp_path / name / "a.md").write_text(release())
            (tmp_path / name / f"{name}.md").write_text(release(name))
        folder.symlink_to("one")
        run("index", releases=folder, index=index)
        served = WhooshIndex(index)

        def shows(name: str) -> bool:
            return ids_in(served.snapshot()) == sorted(["a", name])

        with watching(folder, index):
            assert shows("one")
            (tmp_path / "new").symlink_to("two")
            (tmp_path / "new").rename(folder)
            until(lambda: shows("two"), 10.0)
            with mounted(tmp_path / "three", tmp_path / "two") as is_mounted:
                until(lambda: shows("three") or not is_mounted, 10.0)
            until(lambda: shows("two"), 10.0)
            (tmp_path / "two").rename(tmp_path / "away")
            time.sleep(2.0)
            assert shows("two"), "a folder that is not there is no order to delete"
            (tmp_path / "away" / "two.md").rename(tmp_path / "away" / "four.md")
            (tmp_path / "away").rename(tmp_path / "two")
            until(lambda: shows("four"), 10.0)


@contextmanager
def mounted(folder: Path, place: Path) -> Iterator[bool]:
    """Mount a folder in another place for as long as the block lasts, where this process may; whether it is."""
    command = [which("mount") or "false", "--bind", str(folder), str(place)]
    is_mounted = subprocess.run(command, capture_output=True, check=False).returncode == 0
    try:
        yield is_mounted
    finally:
        if is_mounted:
            subprocess.run(["umount", str(place)], check=True)
