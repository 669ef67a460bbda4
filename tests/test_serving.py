"""feedsrv serve: gunicorn with two workers and a publisher, as one command."""

from __future__ import annotations

import json
import os
import random
import re
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from feedsrv.query import Query
from feedsrv.query.parser import parse
from feedsrv.search.whoosh.index import WhooshIndex
from tests.conftest import release
from tests.running import Running, environment, free_port, run, running, until

pytestmark = pytest.mark.slow


@pytest.fixture
def releases(tmp_path: Path) -> Path:
    folder = tmp_path / "releases"
    folder.mkdir()
    (folder / "first.md").write_text(release("The first", body="A comet."), "utf8")
    return folder


def members_of(group: int) -> list[int]:
    """The processes of a session that live, by its leader."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        if int(fields[3]) == group and fields[0] != "Z":
            found.append(int(path.parent.name))
    return found


def test_a_new_file_is_everywhere_on_both_workers_and_a_search_never_breaks(releases: Path, tmp_path: Path) -> None:
    with running(releases, tmp_path / "index") as newsroom:
        totals: list[int] = []
        over = threading.Event()

        def keep_searching() -> None:
            while not over.is_set():
                totals.append(newsroom.search("comet")["_feedsrv"]["total"])

        searcher = threading.Thread(target=keep_searching)
        searcher.start()
        (releases / "second.md").write_text(release("The second", body="Another comet.", topics="[space]"), "utf8")
        everywhere = lambda: all(newsroom.search("comet")["_feedsrv"]["total"] == 2 for _ in range(20))  # noqa: E731
        until(everywhere)
        for path in (
            "/releases",
            "/releases/second",
            "/topics/space",
            "/releases.atom",
            "/topics/space.rss",
            "/years/2026.json",
        ):
            for _ in range(4):
                status, body = newsroom.get(path)
                assert (status, b"The second" in body) == (200, True), path
        (releases / "second.md").unlink()
        until(lambda: all(newsroom.get("/releases/second")[0] == 404 for _ in range(20)))
        until(lambda: all(b"The second" not in newsroom.get("/releases.atom")[1] for _ in range(20)))
        over.set()
        searcher.join()
        assert len(totals) > 20
        assert set(totals) == {1, 2}


def test_it_ends_cleanly_on_sigterm_and_leaves_nothing_running(releases: Path, tmp_path: Path) -> None:
    with running(releases, tmp_path / "index") as newsroom:
        assert len(members_of(newsroom.process.pid)) >= 5
        assert newsroom.stop() == 0
        until(lambda: not members_of(newsroom.process.pid))


def test_when_it_is_killed_everything_ends(releases: Path, tmp_path: Path) -> None:
    with running(releases, tmp_path / "index") as newsroom:
        newsroom.process.kill()
        newsroom.process.wait()
        until(lambda: not members_of(newsroom.process.pid))


def test_a_killed_publisher_comes_back(releases: Path, tmp_path: Path) -> None:
    with running(releases, tmp_path / "index") as newsroom:
        for process in members_of(newsroom.process.pid):
            command = Path(f"/proc/{process}/cmdline").read_bytes()
            if b"spawn_main" in command and process != newsroom.process.pid and not children_of(process):
                parent = int(Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[1])
                if parent == newsroom.process.pid:
                    os.kill(process, signal.SIGKILL)
        (releases / "second.md").write_text(release("The second", body="Another comet."), "utf8")
        until(lambda: newsroom.search("comet")["_feedsrv"]["total"] == 2)


def children_of(parent: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{parent}/task/{parent}/children").read_text().split()]


def test_an_embargo_is_lifted_while_it_serves(releases: Path, tmp_path: Path) -> None:
    soon = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 6))
    (releases / "soon.md").write_text(release("Soon", body="A comet.", embargo=soon), "utf8")
    with running(releases, tmp_path / "index") as newsroom:
        if time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()) < soon:
            assert newsroom.get("/releases/soon")[0] == 404
        until(lambda: newsroom.get("/releases/soon")[0] == 200)
        assert time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()) >= soon


def test_what_was_published_is_served_although_the_folder_is_gone(releases: Path, tmp_path: Path) -> None:
    index = tmp_path / "index"
    assert run("index", releases=releases, index=index).returncode == 0
    releases.rename(tmp_path / "away")
    with running(releases, index) as newsroom:
        assert newsroom.search("comet")["_feedsrv"]["total"] == 1
        (tmp_path / "away").rename(releases)
        (releases / "second.md").write_text(release("The second", body="Another comet."), "utf8")
        until(lambda: newsroom.search("comet")["_feedsrv"]["total"] == 2)
    nothing = run("serve", releases=tmp_path / "nowhere", index=tmp_path / "empty")
    assert (nothing.returncode, "FEEDSRV_RELEASES" in nothing.stderr) == (1, True)


def test_an_indexer_killed_at_any_moment_leaves_the_old_or_the_new(releases: Path, tmp_path: Path) -> None:
    index = tmp_path / "index"
    for number in range(60):
        (releases / f"{number}.md").write_text(release(f"Number {number}", body="A comet. " * 200), "utf8")
    assert run("index", releases=releases, index=index).returncode == 0
    pause = random.Random(5)
    for attempt in range(8):
        for number in range(60):
            (releases / f"{number}.md").write_text(release(f"Number {number}", body=f"try{attempt} " * 200), "utf8")
        command = [sys.executable, "-m", "feedsrv", "index"]
        process = subprocess.Popen(command, env=environment(releases, index), stderr=subprocess.DEVNULL)
        time.sleep(pause.uniform(0.2, 0.9))
        process.kill()
        process.wait()
        snapshot = WhooshIndex(index).snapshot()
        assert snapshot.search(Query()).total == 61
        assert snapshot.search(Query(parse(f"try{attempt}").tree)).total in {0, 60}
    assert run("index", releases=releases, index=index).returncode == 0
    assert WhooshIndex(index).snapshot().search(Query(parse("try7").tree)).total == 60
    assert not list(index.glob("building-*"))


def test_gunicorn_serves_alone_and_says_when_there_is_nothing_yet(releases: Path, tmp_path: Path) -> None:
    port = free_port()
    index = tmp_path / "index"
    process = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", "--bind", f"127.0.0.1:{port}", "--log-level", "critical", "wsgi:app"],
        env=environment(releases, index, PORT=str(port)),
        cwd=Path(__file__).parent.parent,
    )
    newsroom = Running(process, port, releases, index)  # type: ignore[arg-type]  # bytes or text: nobody reads it
    try:
        until(lambda: newsroom.get("/health/live")[0] == 200)
        assert newsroom.get("/health/ready")[0] == 503
        assert newsroom.get("/search?q=comet")[0] == 503
        assert run("index", releases=releases, index=index).returncode == 0
        until(newsroom.is_ready)
        assert newsroom.search("comet")["_feedsrv"]["total"] == 1
    finally:
        process.terminate()
        process.wait()


class TestCommands:
    def test_on_a_terminal_index_shows_what_was_read_and_what_the_index_has_of_it(
        self, releases: Path, tmp_path: Path
    ) -> None:
        ours, theirs = os.openpty()
        command = [sys.executable, "-m", "feedsrv", "index"]
        subprocess.run(command, env=environment(releases, tmp_path / "index"), stderr=theirs, check=True)
        os.close(theirs)
        shown = os.read(ours, 100_000).decode()
        os.close(ours)
        for step in ("Reading", "Publishing"):
            assert re.search(rf"{step}  \[#+\]  100%", shown), shown

    def test_index_says_what_it_did_and_watch_keeps_at_it(self, releases: Path, tmp_path: Path) -> None:
        index = tmp_path / "index"
        first = run("index", releases=releases, index=index)
        assert (first.returncode, first.stdout) == (0, "")
        assert "1 added, 0 changed, 0 removed, 0 skipped" in first.stderr
        assert "Reading" not in first.stderr, "a pipe gets no progress bar"
        process = subprocess.Popen([sys.executable, "-m", "feedsrv", "watch"], env=environment(releases, index))
        try:
            until((index / "heartbeat").exists)
            (releases / "second.md").write_text(release("Second", body="A comet."), "utf8")
            until(lambda: "second" in run("search", "comet", releases=releases, index=index).stdout)
            generation = (index / "current").readlink()
            (releases / "second.pdf.part").write_bytes(b"a pl")
            (releases / "second.pdf").write_bytes(b"a plan")
            until(lambda: (index / "current").readlink() != generation)
            assert WhooshIndex(index).snapshot().file("second", "second.pdf")[1].read_bytes() == b"a plan"
        finally:
            process.terminate()
            assert process.wait(10) == 0

    def test_index_reports_bad_files_and_fails_only_when_strict(self, releases: Path, tmp_path: Path) -> None:
        (releases / "empty.md").touch()
        lenient = run("index", releases=releases, index=tmp_path / "index")
        assert lenient.returncode == 0
        assert f"error: {releases}/empty.md" in lenient.stderr
        assert run("index", "--strict", releases=releases, index=tmp_path / "index").returncode == 1

    def test_a_second_writer_leaves_with_75(self, releases: Path, tmp_path: Path) -> None:
        index = tmp_path / "index"
        with WhooshIndex(index).update():
            busy = run("index", releases=releases, index=index)
        assert busy.returncode == 75
        assert "another process is writing" in busy.stderr

    def test_a_missing_folder_and_a_wrong_setting_have_their_own_codes(self, releases: Path, tmp_path: Path) -> None:
        missing = run("index", releases=tmp_path / "nowhere", index=tmp_path / "index")
        assert missing.returncode == 1
        assert "FEEDSRV_RELEASES" in missing.stderr
        wrong = run("index", releases=releases, index=tmp_path / "index", PORT="many", FEEDSRV_BASE_URL="example.org")
        assert wrong.returncode == 2
        assert "PORT" in wrong.stderr
        assert "FEEDSRV_BASE_URL" in wrong.stderr
        assert run("index", "--sideways", releases=releases, index=tmp_path / "index").returncode == 2

    def test_check_reports_everything_and_writes_nothing(self, releases: Path, tmp_path: Path) -> None:
        (releases / "broken.md").write_text("---\ntitle: [\n---\nText\n", "utf8")
        (releases / "draft.md").write_text(release(draft="true"), "utf8")
        report = run("check", "--format", "json", releases=releases, index=tmp_path / "index")
        answer = json.loads(report.stdout)
        assert report.returncode == 1
        assert {problem["path"]: problem["severity"] for problem in answer["problems"]} == {
            "broken.md": "error",
            "draft.md": "note",
            "newsroom.toml": "warning",
        }
        assert (answer["files"]["public"], answer["files"]["draft"], answer["files"]["unreadable"]) == (1, 1, 1)
        assert not (tmp_path / "index").exists()
        text = run("check", str(releases / "draft.md"), releases=releases, index=tmp_path / "index")
        assert (text.returncode, "broken" in text.stdout, "draft.md" in text.stdout) == (0, False, True)

    def test_search_prints_what_it_finds(self, releases: Path, tmp_path: Path) -> None:
        index = tmp_path / "index"
        run("index", releases=releases, index=index)
        found = run("search", "comets year:2026", releases=releases, index=index)
        assert found.stdout == "2026-01-15  first  The first\n"
        assert run("search", "comet", "--sort", "newest", releases=releases, index=index).stdout == found.stdout
        assert run("search", "comet", "--year", "1999", releases=releases, index=index).stdout == ""
        some = run("search", "the comet nowhere", releases=releases, index=index)
        assert (some.stdout, some.stderr.splitlines()) == (
            found.stdout,
            ["Some of the words:", "Small words were passed over: the. In quotes they count.", "1 found"],
        )
        mistyped = run("search", "comte", releases=releases, index=index)
        assert (mistyped.stdout, mistyped.stderr) == ("", "Did you mean: comet\n0 found\n")
        nowhere = run("search", "comet", releases=releases, index=tmp_path / "elsewhere")
        assert (nowhere.returncode, nowhere.stderr.count("feedsrv index")) == (1, 1)

    def test_the_day_is_that_of_the_newsroom(self, releases: Path, tmp_path: Path) -> None:
        (releases / "newsroom.toml").write_text('timezone = "Pacific/Kiritimati"\n', "utf8")
        run("index", releases=releases, index=tmp_path / "index")
        assert run("search", "comet", releases=releases, index=tmp_path / "index").stdout.startswith(
            "2026-01-15  first"
        )

    def test_check_warns_of_a_rival_that_is_not_public_yet(self, releases: Path, tmp_path: Path) -> None:
        (releases / "rival.md").write_text(release(slug="first", draft="true"), "utf8")
        report = run("check", releases=releases, index=tmp_path / "index")
        assert report.returncode == 1
        assert f"warning: {releases}/rival.md: this claims the id first, which first.md has" in report.stdout
