"""Subscribers: programs of others, each subscribed to a running newsroom while its releases come, change and go."""

from __future__ import annotations

import json
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Protocol

import feedparser
import pytest
from reader import make_reader

from tests.conftest import release
from tests.running import Running, running, until

pytestmark = pytest.mark.slow

NODE = Path(__file__).parent / "node"


class Subscriber(Protocol):
    """A program that is subscribed to one feed."""

    def poll(self, address: str) -> bool:
        """Look at the feed; whether there was anything new, by its own account of the answer."""

    def entries(self) -> list[tuple[str, str]]:
        """The ids and titles of all that it holds."""


class Feedparser:
    """Python's feedparser, with the ETag kept."""

    def __init__(self, _folder: Path) -> None:
        self._etag = ""
        self._entries: dict[str, str] = {}

    def poll(self, address: str) -> bool:
        found = feedparser.parse(address, etag=self._etag)
        assert found.status in {200, 304}
        self._etag = found.etag
        assert len({entry.id for entry in found.entries}) == len(found.entries)
        self._entries |= {entry.id: entry.title for entry in found.entries}
        return bool(found.status == 200)

    def entries(self) -> list[tuple[str, str]]:
        return list(self._entries.items())


class ReaderLibrary:
    """The library reader, which keeps what it has read."""

    def __init__(self, folder: Path) -> None:
        self._reader = make_reader(str(folder / "reader.sqlite3"))

    def poll(self, address: str) -> bool:
        self._reader.add_feed(address, exist_ok=True)
        return self._reader.update_feed(address) is not None  # None: the server said that nothing has changed

    def entries(self) -> list[tuple[str, str]]:
        return [(entry.id, entry.title or "") for entry in self._reader.get_entries()]


class Newsboat:
    """newsboat, whose own account is its cache."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        program = shutil.which("newsboat")
        if not program:
            pytest.skip("newsboat is not installed")
        self._command = [program, "-u", "urls", "-c", "cache.db", "-C", "config", "-x", "reload"]

    def poll(self, address: str) -> bool:
        (self._folder / "urls").write_text(f"{address}\n", "utf8")
        (self._folder / "config").touch()
        before = self.entries()
        subprocess.run(self._command, cwd=self._folder, check=True, capture_output=True, timeout=60)
        return self.entries() != before

    def entries(self) -> list[tuple[str, str]]:
        if not (self._folder / "cache.db").exists():
            return []
        with closing(sqlite3.connect(self._folder / "cache.db")) as cache:
            return [(str(guid), str(title)) for guid, title in cache.execute("SELECT guid, title FROM rss_item")]


class RssParser:
    """rss-parser, as a program in Node uses it, with the ETag kept."""

    def __init__(self, folder: Path) -> None:
        npm = shutil.which("npm")
        if not npm:
            pytest.skip("node and npm are not installed")
        for file in NODE.iterdir():
            shutil.copy(file, folder)
        command = [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline"]
        installed = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120, check=False)
        if installed.returncode:
            pytest.skip(f"rss-parser cannot be installed: {installed.stderr}")
        self._folder = folder
        self._etag = ""
        self._entries: dict[str, str] = {}

    def poll(self, address: str) -> bool:
        command = ["node", "read.js", address, self._etag]
        told = subprocess.run(command, cwd=self._folder, capture_output=True, text=True, timeout=60, check=True)
        found = json.loads(told.stdout)
        assert found["status"] in {200, 304}
        self._etag = found["etag"]
        entries = dict(found["entries"])
        assert len(entries) == len(found["entries"])
        self._entries |= entries
        return bool(found["status"] == 200)

    def entries(self) -> list[tuple[str, str]]:
        return list(self._entries.items())


@pytest.fixture
def newsroom(tmp_path: Path) -> Iterator[Running]:
    releases = tmp_path / "releases"
    releases.mkdir()
    settings = 'authority = "dunmore.example"\nsince = 2020-05-01\n'
    (releases / "newsroom.toml").write_text(settings, "utf8")
    (releases / "first.md").write_text(release("The first"), "utf8")
    with running(releases, tmp_path / "index") as found:
        yield found


@pytest.mark.parametrize("format_", ["atom", "rss"])
@pytest.mark.parametrize("program", [Feedparser, ReaderLibrary, Newsboat, RssParser])
def test_a_subscriber_has_each_release_once_whatever_happens_to_its_file(
    newsroom: Running, tmp_path: Path, program: type[Subscriber], format_: str
) -> None:
    folder = tmp_path / "subscriber"
    folder.mkdir()
    subscriber = program(folder)  # type: ignore[call-arg]
    address = f"{newsroom.url}/releases.{format_}"

    def served() -> bytes:
        return newsroom.get(f"/releases.{format_}")[1]

    def held() -> dict[str, str]:
        entries = subscriber.entries()
        assert len(dict(entries)) == len(entries)
        return {name.removeprefix("tag:dunmore.example,2020-05-01:"): title for name, title in entries}

    assert subscriber.poll(address)
    assert held() == {"first": "The first"}
    assert not subscriber.poll(address)

    (newsroom.releases / "second.md").write_text(release("The second", reference="PR2-2026"), "utf8")
    until(lambda: b"The second" in served())
    assert subscriber.poll(address)
    assert held() == {"first": "The first", "PR2-2026": "The second"}

    corrected = release("The second, corrected", reference="PR2-2026", updated="2026-02-01")
    (newsroom.releases / "second.md").write_text(corrected, "utf8")
    until(lambda: b"corrected" in served())
    assert subscriber.poll(address)
    assert held() == {"first": "The first", "PR2-2026": "The second, corrected"}

    (newsroom.releases / "second.md").rename(newsroom.releases / "moved.md")
    (newsroom.releases / "third.md").write_text(release("The third"), "utf8")
    until(lambda: b"The third" in served())
    assert subscriber.poll(address)
    assert held() == {"first": "The first", "PR2-2026": "The second, corrected", "third": "The third"}

    (newsroom.releases / "first.md").write_text(release("The first", withdrawn="2026-02-02"), "utf8")
    (newsroom.releases / "fourth.md").write_text(release("The fourth"), "utf8")
    until(lambda: b"<title>The first" not in served() and b"The fourth" in served())
    assert subscriber.poll(address)
    left = {"PR2-2026": "The second, corrected", "third": "The third", "fourth": "The fourth"}
    assert held() in (left, left | {"first": "The first"})  # some keep what they have read
    assert not subscriber.poll(address)
