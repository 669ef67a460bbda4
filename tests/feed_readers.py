"""Feed readers as people and programs use them, each subscribed to one feed; and one that follows archives."""

from __future__ import annotations

import json
import mailbox
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from configparser import ConfigParser
from contextlib import closing
from email.header import decode_header, make_header
from pathlib import Path
from typing import NamedTuple, Protocol
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import feedparser
import pytest
from reader import make_reader

from tests.running import install_packages

NODE = Path(__file__).parent / "node"


class Shown(NamedTuple):
    """An entry as somebody sees it."""

    id: str
    title: str
    content: str


class FeedReader(Protocol):
    """A program that is subscribed to one feed."""

    def poll(self, address: str) -> bool:
        """Look at the feed; whether there was anything new, by its own account of the answer."""

    def entries(self) -> list[Shown]:
        """All that it holds, or has told of."""


class Feedparser:
    """Python's feedparser, with the ETag kept."""

    def __init__(self, _folder: Path) -> None:
        self._etag = ""
        self._entries: dict[str, Shown] = {}

    def poll(self, address: str) -> bool:
        found = feedparser.parse(address, etag=self._etag)
        assert found.status in {200, 304}
        self._etag = found.etag
        assert len({entry.id for entry in found.entries}) == len(found.entries)
        self._entries |= {entry.id: Shown(entry.id, entry.title, entry.content[0].value) for entry in found.entries}
        return bool(found.status == 200)

    def entries(self) -> list[Shown]:
        return list(self._entries.values())


class ReaderLibrary:
    """The library reader, which keeps what it has read."""

    def __init__(self, folder: Path) -> None:
        self._reader = make_reader(str(folder / "reader.sqlite3"))

    def poll(self, address: str) -> bool:
        self._reader.add_feed(address, exist_ok=True)
        return self._reader.update_feed(address) is not None  # None: the server said that nothing has changed

    def entries(self) -> list[Shown]:
        return [
            Shown(entry.id, entry.title or "", entry.content[0].value if entry.content else "")
            for entry in self._reader.get_entries()
        ]


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

    def entries(self) -> list[Shown]:
        if not (self._folder / "cache.db").exists():
            return []
        with closing(sqlite3.connect(self._folder / "cache.db")) as cache:
            return [Shown(*row) for row in cache.execute("SELECT guid, title, content FROM rss_item")]


class RssParser:
    """rss-parser, as a program in Node uses it, with the ETag kept."""

    def __init__(self, folder: Path) -> None:
        install_packages(NODE, folder)
        self._folder = folder
        self._etag = ""
        self._entries: dict[str, Shown] = {}

    def poll(self, address: str) -> bool:
        command = ["node", "read.js", address, self._etag]
        told = subprocess.run(command, cwd=self._folder, capture_output=True, text=True, timeout=60, check=True)
        found = json.loads(told.stdout)
        assert found["status"] in {200, 304}
        self._etag = found["etag"]
        entries = {entry[0]: Shown(*entry) for entry in found["entries"]}
        assert len(entries) == len(found["entries"])
        self._entries |= entries
        return bool(found["status"] == 200)

    def entries(self) -> list[Shown]:
        return list(self._entries.values())


class Rss2email:
    """rss2email, which writes a mail for each entry, and answers that mail with what changed of it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        (folder / "mail").mkdir()
        self._run("new", "reader@example.org")
        config = ConfigParser(interpolation=None)
        config.read(folder / "config", "utf8")
        mails = {
            "email-protocol": "maildir",
            "maildir-path": f"{folder}/mail",
            "reply-changes": "True",
            "html-mail": "True",
        }
        config["DEFAULT"].update(mails)
        with (folder / "config").open("w", encoding="utf8") as file:
            config.write(file)
        self._is_subscribed = False

    def poll(self, address: str) -> bool:
        if not self._is_subscribed:
            self._run("add", "newsroom", address)
            self._is_subscribed = True
        before = len(self._mails())
        self._run("run")
        return len(self._mails()) > before

    def entries(self) -> list[Shown]:
        """By the last mail of each; there is one that is no answer for each."""
        mails = sorted(self._mails(), key=lambda shown: shown[0])
        first = [shown.id for is_answer, shown in mails if not is_answer]
        assert len(set(first)) == len(first)
        return list({shown.id: shown for _, shown in mails}.values())

    def _mails(self) -> list[tuple[bool, Shown]]:
        found = []
        for mail in mailbox.Maildir(self._folder / "mail" / "INBOX"):
            payload = mail.get_payload(decode=True)
            assert isinstance(payload, bytes)
            title = str(make_header(decode_header(mail["Subject"])))
            found.append(("In-Reply-To" in mail, Shown(mail["X-RSS-ID"], title, payload.decode())))
        return found

    def _run(self, *arguments: str) -> None:
        command = [str(Path(sys.executable).with_name("r2e")), "-c", "config", "-d", "data", *arguments]
        subprocess.run(command, cwd=self._folder, check=True, capture_output=True, timeout=60)


class ArchiveFollower:
    """One who reads the past as RFC 5005 says, section 4: back to the first archive that has not changed since."""

    def __init__(self, _folder: Path) -> None:
        self._etags: dict[str, str] = {}
        self._entries: dict[str, Shown] = {}

    def poll(self, address: str) -> bool:
        documents, following = [], address
        while following and (body := self._fetch(following)):
            found = feedparser.parse(body)
            documents.append(found)
            following = next((link.href for link in found.feed.links if link.rel == "prev-archive"), "")
        for found in reversed(documents):  # what is said later counts
            self._entries |= {entry.id: Shown(entry.id, entry.title, entry.content[0].value) for entry in found.entries}
        return bool(documents)

    def _fetch(self, address: str) -> bytes:
        headers = {"If-None-Match": self._etags[address]} if address in self._etags else {}
        try:
            with urlopen(Request(address, headers=headers), timeout=60) as answer:
                self._etags[address] = answer.headers["ETag"]
                return bytes(answer.read())
        except HTTPError as error:
            with error:
                if error.code != 304:
                    raise
                return b""

    def entries(self) -> list[Shown]:
        return list(self._entries.values())


READERS: dict[str, tuple[Callable[[Path], FeedReader], tuple[str, ...]]] = {
    "feedparser": (Feedparser, ("atom", "rss")),
    "reader": (ReaderLibrary, ("atom", "rss", "json")),
    "newsboat": (Newsboat, ("atom", "rss")),
    "rss-parser": (RssParser, ("atom", "rss")),
    "rss2email": (Rss2email, ("atom", "rss")),
    "a follower of archives": (ArchiveFollower, ("atom", "rss")),
}
"""Each with the formats it reads."""
