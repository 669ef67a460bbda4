"""What is gone is gone through the proxies of deploy/, and what was public is served while the application is down."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from gzip import decompress
from pathlib import Path

import pytest

from tests.conftest import release
from tests.faults.raw import say
from tests.proxies import Proxy, proxies
from tests.running import PATIENCE, Running, environment, free_port, run, until

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
IN_SECONDS = 45.0
"""Ten and a busy machine's; what is public lives for sixty."""
VARIANTS: list[dict[str, str]] = [{}, {"Accept_Encoding": "gzip"}, {"Sec_Fetch_Dest": "document"}]


@dataclass(frozen=True)
class Press:
    """A newsroom whose publisher and web run by themselves, so that one may be down while the other works."""

    root: Path
    port: int

    def __post_init__(self) -> None:
        self.releases.mkdir()

    @property
    def releases(self) -> Path:
        return self.root / "releases"

    @property
    def index(self) -> Path:
        return self.root / "index"

    def write(self, name: str, text: str | bytes) -> None:
        """Put a file where the publisher sees it whole or not at all."""
        part = self.root / "part"
        part.write_bytes(text if isinstance(text, bytes) else text.encode())
        part.replace(self.releases / name)

    def publish(self) -> None:
        done = run("index", releases=self.releases, index=self.index)
        assert done.returncode == 0, done.stderr

    @contextmanager
    def publisher(self) -> Iterator[None]:
        """feedsrv watch, until the block ends."""
        process = subprocess.Popen(
            [sys.executable, "-m", "feedsrv", "watch"],
            env=environment(self.releases, self.index),
            stderr=subprocess.DEVNULL,
        )
        try:
            yield
        finally:
            process.terminate()
            process.wait(PATIENCE)

    @contextmanager
    def web(self) -> Iterator[Running]:
        """gunicorn, with two workers, until the block ends."""
        process = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", "wsgi:app", "--bind", f"127.0.0.1:{self.port}", "--workers", "2"],
            env=environment(self.releases, self.index, FEEDSRV_BASE_URL="http://localhost"),
            cwd=ROOT,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        web = Running(process, self.port, self.releases, self.index)
        try:
            until(web.is_ready)
            yield web
        finally:
            web.stop()


def test_what_is_gone_is_forgotten_in_seconds_and_remembered_while_the_application_is_down(tmp_path: Path) -> None:
    press = Press(tmp_path, free_port())
    press.write("stays.md", release("It stays"))
    press.write("stays.pdf", b"%PDF-1.4 stays")
    press.write("back.md", release("It is back", withdrawn="2026-02-01"))
    press.publish()
    public = ["/releases/stays", "/releases.atom", "/search?q=stays", "/releases/stays/stays.pdf"]
    gone = {"/releases/back": 410, "/releases/late": 404, "/releases/late/late.pdf": 404, "/releases/stays/": 308}
    with proxies(tmp_path, press.port) as all_proxies:
        with press.web():
            for proxy in all_proxies:
                assert {path: proxy.status(path) for path in gone} == gone
                assert [proxy.status(path) for path in ["/releases/never", *public]] == [404, *[200] * len(public)]
            press.write("late.md", release("It is late"))
            press.write("late.pdf", b"%PDF-1.4 late")
            press.write("back.md", release("It is back"))
            press.publish()
            until(lambda: all(_is_there(proxy, path) for proxy in all_proxies for path in [*gone][:3]), IN_SECONDS)
        for proxy in all_proxies:
            for path in [*gone][:3] + public:
                assert {proxy.status(path, **variant) for variant in VARIANTS} == {200}, (proxy.name, path)
            assert proxy.status("/releases/never") == 404, "it was not kept"
            assert proxy.status("/releases/unasked") in {502, 503, 504}
        (press.releases / "back.md").unlink()
        press.publish()
        with press.web():
            for proxy in all_proxies:
                assert proxy.status("/releases/unasked") == 404
                assert proxy.status("/releases/stays") == 200


def test_a_proxy_hands_on_what_was_asked_for_and_gives_each_what_it_can_read(tmp_path: Path) -> None:
    press = Press(tmp_path, free_port())
    press.write("a.md", release("A", body="A comet."))
    press.publish()
    with press.web() as web, proxies(tmp_path, press.port) as all_proxies:
        for proxy in all_proxies:
            for path, status in ADDRESSES.items():
                assert proxy.status(path) == status, (proxy.name, path)
            for host, status in {
                "localhost.": 200,
                "LOCALHOST:81": 200,
                "evil.example": 400,
                "localhost..": 400,
            }.items():
                assert proxy.ask("/releases", host=host).status == status, (proxy.name, host)
            plain = web.get("/releases.atom")[1]
            for way in ({}, {"Accept_Encoding": "gzip;q=0"}, {"Accept_Language": "fr", "Cookie": "a=b", "X_Any": "c"}):
                assert proxy.ask("/releases.atom", **way).body == plain
            packed = proxy.ask("/releases.atom", Accept_Encoding="br, gzip", Sec_Fetch_Dest="document")
            assert decompress(packed.body) == plain
            assert packed.headers["Content-Type"] == "application/xml; charset=utf-8"
            assert proxy.ask("/releases.atom").headers["Content-Type"] == "application/atom+xml; charset=utf-8"
            assert proxy.status("/releases.atom", If_None_Match=packed.headers["ETag"]) == 304
            for smuggled in SMUGGLED:
                assert say(proxy.port, smuggled).statuses in ([400], [405], [501]), (proxy.name, smuggled)
            assert proxy.status("/releases") == 200


def test_who_names_a_date_is_told_that_nothing_is_new_where_it_is_that_of_the_very_bytes(tmp_path: Path) -> None:
    press = Press(tmp_path, free_port())
    for name in "abcdefgh":
        press.write(f"{name}.md", release(name.upper(), topics=f"[{name}]"))
    press.publish()
    paths = [
        "/releases.atom",
        "/releases.rss",
        "/releases.json",
        "/feeds.opml",
        *(f"/topics/{t}.rss" for t in "abcdefgh"),
    ]
    with press.web() as web, proxies(tmp_path, press.port) as all_proxies:
        asked = [Proxy("feedsrv", web.port), *all_proxies]
        dates = {path: web_date(asked[0], path) for path in paths}
        for proxy in asked:
            for path in paths:
                told = {date: proxy.status(path, If_Modified_Since=date) for date in [*dates.values(), *ANY_DATES]}
                assert {date for date, status in told.items() if status == 304} == {dates[path]}, (proxy.name, path)
                assert set(told.values()) == {200, 304}
        press.write("a.md", release("Another", topics="[a]"))
        press.publish()
        until(lambda: web_date(asked[0], "/releases.atom") != dates["/releases.atom"])
        for proxy in asked:
            for _ in ("first", "from the cache"):
                answer = proxy.ask("/releases.atom?n=1", If_Modified_Since=dates["/releases.atom"])
                assert (answer.status, b"Another" in answer.body) == (200, True), proxy.name


def web_date(proxy: Proxy, path: str) -> str:
    return proxy.ask(path).headers["Last-Modified"]


ANY_DATES = [
    "Thu, 01 Jan 1970 00:00:00 GMT", "Fri, 31 Dec 1999 23:59:59 GMT", "Thu, 26 Nov 2026 02:00:00 GMT",
    "Fri, 01 Jan 2100 00:00:00 GMT", "yesterday", "",
]  # fmt: skip
ADDRESSES = {
    "/releases": 200, "//releases": 404, "/releases//a": 404, "/releases%2fa": 404, "//evil.example/": 404,
    "/x/../releases": 404, "/./releases": 404, "/releases/a/%2e%2e/a": 404, "/releases/%61": 200, "/health/live": 200,
}  # fmt: skip
_POST = b"POST /releases HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
_SECOND = b"GET /releases HTTP/1.1\r\nHost: localhost\r\n\r\n"
SMUGGLED = [
    _POST + b"Content-Length: 60\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + _SECOND,
    _POST + b"Content-Length: 5\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n" + _SECOND,
    _POST + b"Content-Length: 0\r\nContent-Length: 50\r\n\r\n" + _SECOND,
    _POST + b"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n" + _SECOND,
]
"""Requests that hide another one behind them from whoever counts otherwise."""


def _is_there(proxy: Proxy, path: str) -> bool:
    return proxy.status(path) == 200
