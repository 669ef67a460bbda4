"""A publisher ends within two seconds of SIGTERM, at any time, and follows a clock that is set."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event, Thread

import pytest

from feedsrv.errors import NewsroomInvalid
from feedsrv.publishing.watch import watch
from tests.conftest import MakeNewsroom, Newsroom, release
from tests.running import environment, run, until

MANY = 250


@pytest.mark.parametrize(
    ("delay", "number"), [(0.0, signal.SIGTERM), (0.4, signal.SIGINT), (1.0, signal.SIGTERM), (3.0, signal.SIGTERM)]
)
def test_watch_ends_soon_wherever_it_is(tmp_path: Path, delay: float, number: signal.Signals) -> None:
    releases, index = tmp_path / "releases", tmp_path / "index"
    releases.mkdir()
    for count in range(MANY):
        (releases / f"{count}.md").write_text(release(f"Title {count}", body="Some words. " * 400))
    process = subprocess.Popen(
        [sys.executable, "-m", "feedsrv", "watch"], env=environment(releases, index), stderr=subprocess.PIPE
    )
    until(lambda: (index / "writer.lock").exists() or process.poll() is not None)
    time.sleep(delay)
    told = time.monotonic()
    process.send_signal(number)
    _, said = process.communicate(timeout=20)
    assert time.monotonic() - told < 2.0 + SLACK
    assert process.returncode in {0, -number}
    assert b"Traceback" not in said
    assert run("index", releases=releases, index=index).returncode == 0
    assert not list(index.glob("building-*"))


SLACK = 3.0  # for a machine that does much else


class Watch:
    """A publisher in a thread of its own, with a clock that can be set."""

    def __init__(self, newsroom: Newsroom, now: datetime) -> None:
        self._ahead = now - datetime.now(UTC)
        self._stop = Event()
        self._thread = Thread(target=watch, args=[newsroom.catalogue, newsroom.index, self.clock, self._stop])

    def clock(self) -> datetime:
        return datetime.now(UTC) + self._ahead

    def set(self, by: timedelta) -> None:
        self._ahead += by

    def __enter__(self) -> Watch:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()


def test_a_clock_that_was_ahead_is_followed_back(make_newsroom: MakeNewsroom) -> None:
    noon = datetime(2026, 11, 1, 12, 0, tzinfo=UTC)
    newsroom = make_newsroom({"a.md": release(), "b.md": release(embargo="2026-11-01 12:30 UTC")}, now=noon)

    def public() -> list[str]:
        return newsroom.ids()

    with Watch(newsroom, noon) as publisher:
        assert public() == ["a"]
        publisher.set(timedelta(hours=1))
        until(lambda: public() == ["a", "b"])
        publisher.set(timedelta(hours=-1))
        until(lambda: public() == ["a"])


def test_an_embargo_ends_at_its_moment(make_newsroom: MakeNewsroom) -> None:
    at = datetime(2026, 11, 1, 12, 30, tzinfo=UTC)
    newsroom = make_newsroom({"a.md": release(), "b.md": release(embargo="2026-11-01 12:30 UTC")}, now=at)
    newsroom.now = at - timedelta(seconds=4)
    newsroom.publish()
    with Watch(newsroom, newsroom.now) as publisher:
        until(lambda: len(newsroom.ids()) == 2)
        assert publisher.clock() >= at


def test_a_newsroom_toml_that_is_no_file_is_waited_for_by_nobody(make_newsroom: MakeNewsroom) -> None:
    newsroom = make_newsroom({"newsroom.toml": "title = 'Port'", "a.md": release()})
    path = newsroom.releases / "newsroom.toml"
    path.unlink()
    os.mkfifo(path)
    summary = newsroom.publish({"b.md": release()})
    (problem,) = summary.complaints
    assert str(problem) == "newsroom.toml: this is not a file; take it away"
    assert newsroom.snapshot().newsroom.title == "Port"
    for name in ("c.md", "d.yaml", "e.pdf"):
        os.mkfifo(newsroom.releases / name)
    summary = newsroom.publish({"d.md": release(), "e.md": release()})
    assert newsroom.ids() == ["a", "b", "e"]
    assert "d.yaml: this is not a file" in " ".join(map(str, summary.problems)), "it may hold what it lies beside"
    path.unlink()
    path.mkdir()
    with pytest.raises(NewsroomInvalid, match="take it away"):
        newsroom.catalogue.newsroom()
