"""What tests share: a newsroom made of files, published into a real index and served by the real application."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Callable, Generator, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, cast
from urllib.parse import urlsplit

import hypothesis
import pytest
from _pytest.reports import TestReport
from werkzeug.test import Client

from feedsrv.files.catalogue import Catalogue
from feedsrv.publishing import Summary, publish
from feedsrv.query import Query
from feedsrv.search import Snapshot
from feedsrv.settings import Settings
from feedsrv.web import create_app
from tests.engines import ENGINE, OF_THIS_PROCESS, OPENSEARCH, Engine, clear

if TYPE_CHECKING:
    from feedsrv.search.whoosh.index import WhooshIndex

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # as a shell has it for what it runs in the background
    signal.signal(signal.SIGINT, signal.default_int_handler)  # else all that the tests start would ignore it, too

hypothesis.settings.register_profile("tests", deadline=None)  # no test measures time
hypothesis.settings.load_profile("tests")

NOW = datetime(2026, 11, 1, 12, 0, tzinfo=UTC)
BASE_URL = "https://press.example.org"

Files = Mapping[str, str | bytes]


@dataclass
class Newsroom:
    """A folder of files, its index, and the application that serves it. ``now`` is the publisher's clock."""

    root: Path
    now: datetime = NOW
    settings: Settings = field(init=False)
    engine: Engine = field(default_factory=lambda: ENGINE())

    def __post_init__(self) -> None:
        self.releases.mkdir(parents=True)
        self.settings = Settings(
            releases=self.releases, index=self.root / "index", base_url=BASE_URL, has_base_url=True
        )
        # The tests that look into the embedded index are marked so, and run over no other.
        self.index = cast("WhooshIndex", self.engine.open(self.settings.index))

    @property
    def releases(self) -> Path:
        return self.root / "releases"

    @property
    def catalogue(self) -> Catalogue:
        return Catalogue(self.releases)

    def write(self, files: Files) -> None:
        """Put files into the folder; a text is written as UTF-8."""
        for source, content in files.items():
            path = self.releases / source
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content if isinstance(content, bytes) else content.encode())

    def remove(self, *sources: str) -> None:
        for source in sources:
            (self.releases / source).unlink()

    def publish(
        self, files: Files | None = None, *, rebuild: bool = False, force: bool = False, move_ids: bool = False
    ) -> Summary:
        """Write files, and bring the index in line with the folder."""
        self.write(files or {})
        host = self.settings.host
        return publish(self.catalogue, self.index, self.now, rebuild=rebuild, force=force, move_ids=move_ids, host=host)

    def snapshot(self) -> Snapshot:
        return self.index.snapshot()

    def ids(self) -> list[str]:
        """The ids of all that is public, in order."""
        return ids_in(self.snapshot())

    def client(self, settings: Settings | None = None) -> Client:
        """A client of the application; each request goes to the host of the base URL unless it says otherwise."""
        settings = settings or self.settings
        app = create_app(self.index, settings, clock=lambda: self.now)
        app.config["SERVER_NAME"] = urlsplit(settings.base_url).netloc  # Flask's client knows it from there
        return app.test_client()


def ids_in(snapshot: Snapshot) -> list[str]:
    """The ids of all releases, in order."""
    return sorted(hit.release.id for hit in snapshot.search(Query(per_page=100_000)).hits)


MakeNewsroom = Callable[..., Newsroom]


@pytest.fixture(scope="session", autouse=True)
def _no_waiting_for_disks() -> Iterator[None]:
    """Nothing in this process waits until a disk has it, twenty times a publication: it shows when the power goes.

    That all is flushed in order is seen of commands, which do wait (tests/faults/test_index_faults.py).
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", os.fstat)  # which refuses what is not open, too
        yield


@pytest.fixture
def make_newsroom(tmp_path: Path) -> Iterator[MakeNewsroom]:
    """Makes newsrooms of files, each in a folder of its own, published as of ``now``."""
    made: list[Newsroom] = []

    def make(files: Files | None = None, *, now: datetime = NOW) -> Newsroom:
        newsroom = Newsroom(tmp_path / f"newsroom-{len(made)}", now)
        made.append(newsroom)
        newsroom.publish(files)
        return newsroom

    yield make
    for each in made:
        each.engine.close()


@pytest.fixture(scope="module")
def make_lasting(tmp_path_factory: pytest.TempPathFactory) -> MakeNewsroom:
    """The same for all tests of a module."""

    def make(files: Files | None = None) -> Newsroom:
        newsroom = Newsroom(tmp_path_factory.mktemp("lasting") / "newsroom")
        newsroom.publish(files)
        return newsroom

    return make


@pytest.fixture
def converted(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """The documents that were converted, as their bytes."""
    seen: list[bytes] = []
    communicate = subprocess.Popen.communicate

    def counting(child: subprocess.Popen[bytes], data: bytes, timeout: float) -> tuple[bytes, bytes]:
        seen.append(data)
        return communicate(child, data, timeout)

    monkeypatch.setattr("subprocess.Popen.communicate", counting)
    return seen


@pytest.fixture
def newsroom(make_newsroom: MakeNewsroom) -> Callable[..., Client]:
    """Makes a newsroom of files and gives a client of it."""

    def make(files: Files, *, now: datetime = NOW) -> Client:
        return make_newsroom(files, now=now).client()

    return make


def release(title: str = "A title", date: str = "2026-01-15", body: str = "Some words.", **fields: str) -> str:
    """The text of a release file with front matter."""
    lines = [f"title: {title}", f"date: {date}", *(f"{key}: {value}" for key, value in fields.items())]
    return "\n".join(["---", *lines, "---", "", body, ""])


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, TestReport, TestReport]:
    """Where every program must be there, a test that was skipped has failed."""
    report = yield
    if report.skipped and not hasattr(report, "wasxfail") and os.environ.get("ALLOW_NO_SKIPS"):
        report.outcome = "failed"
    return report


def pytest_sessionfinish() -> None:
    """Leave nothing in a cluster that tests were run over; what others run there is theirs."""
    if OPENSEARCH:
        clear(OF_THIS_PROCESS)
