"""Serving: caching, conditional requests, compression, hosts, bad requests, errors and health."""

from __future__ import annotations

import gc
import gzip
import json
import logging
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from email.utils import format_datetime, parsedate_to_datetime
from functools import partial
from pathlib import Path
from typing import Never
from urllib.parse import unquote

import brotli
import pytest
from werkzeug.test import Client, create_environ, run_wsgi_app

from feedsrv.errors import IndexUnavailable
from feedsrv.search.whoosh.index import WhooshIndex
from feedsrv.search.whoosh.storage import Mapped
from feedsrv.web import create_app, own_files
from feedsrv.web.cache import AT_ONCE, WAITING, Rendering, RenderingCache
from feedsrv.web.codings import CODINGS
from tests.conftest import BASE_URL, NOW, MakeNewsroom, Newsroom, release

Make = Callable[..., Client]

PUBLIC = "public, max-age=60, stale-if-error=86400"
GONE = "public, max-age=10"
FILES = {
    "newsroom.toml": 'timezone = "Europe/Paris"\n[topics.quays]\nmatch = ["quay"]\n',
    "quay.md": release("A quay", "2026-03-05", "The quay. " * 200, aliases="[/2026/03/quay/, /old/quay.html, former]"),
}
EVERYWHERE = [
    "/", "/releases", "/releases/quay", "/topics", "/search?q=quay", "/feeds",
    "/feeds.opml", "/releases.atom", "/releases.rss", "/releases.json", "/topics/quays.atom",
]  # fmt: skip


@pytest.fixture(scope="module")
def press(make_lasting: MakeNewsroom) -> Newsroom:
    return make_lasting(FILES)


@pytest.fixture(scope="module")
def client(press: Newsroom) -> Client:
    return press.client()


def test_nothing_of_a_generation_outlives_it_in_memory(make_newsroom: MakeNewsroom) -> None:
    """Not until the garbage collector comes, which is seldom: pages are made of much that refers to itself."""
    newsroom = make_newsroom(FILES)
    client = newsroom.client()
    gc.collect()
    gc.disable()
    try:
        for number in range(3):
            for path in (*EVERYWHERE, "/nowhere"):
                client.get(path)
            newsroom.publish({f"{number}.md": release(f"Another quay, {number}")})
        client.get("/releases")
        mapped = [each.path for each in gc.get_objects() if isinstance(each, Mapped)]
    finally:
        gc.enable()
    assert [path.name for path in mapped if newsroom.root in path.parents].count("table") <= 2  # before and now


# Caching


@pytest.mark.parametrize("path", EVERYWHERE)
def test_an_answer_may_be_kept_for_a_minute_and_asked_for_again(client: Client, path: str) -> None:
    answer = client.get(path)
    assert answer.headers["Cache-Control"] == PUBLIC
    assert answer.headers["Vary"].startswith("Accept-Encoding")
    assert answer.headers["ETag"].startswith('W/"')
    assert ("Last-Modified" in answer.headers) == ("." in path), "readers poll feeds alone"
    assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize("held", ["{}", "{strong}", '"x", {}, "y"', "*"])
@pytest.mark.parametrize("path", ["/releases.atom", "/releases"])
def test_who_holds_the_bytes_is_told_so(client: Client, path: str, held: str) -> None:
    fresh = client.get(path)
    etag = fresh.headers["ETag"]
    answer = client.get(path, headers={"If-None-Match": held.format(etag, strong=etag.removeprefix("W/"))})
    assert answer.status_code == 304
    assert answer.data == b""
    for name in ("ETag", "Cache-Control", "Vary", "Link"):
        assert answer.headers.get(name) == fresh.headers.get(name)


@pytest.mark.parametrize(
    "headers",
    [
        {"If-None-Match": '"other"'},
        {"If-None-Match": 'garbage, W/, """", ,'},
        {"If-None-Match": ", ".join(f'"{n}"' for n in range(10_000))},
        {"If-Modified-Since": "Fri, 01 Jan 2100 00:00:00 GMT"},
        {"If-Modified-Since": "garbage"},
    ],
)
def test_who_holds_other_bytes_gets_these(client: Client, headers: dict[str, str]) -> None:
    assert client.get("/releases.atom", headers=headers).status_code == 200


POLLED = [path for path in EVERYWHERE if "." in path]


@pytest.mark.parametrize("path", POLLED)
def test_a_reader_that_knows_dates_alone_is_told_that_it_holds_the_bytes(client: Client, path: str) -> None:
    fresh = client.get(path)
    date = fresh.headers["Last-Modified"]
    assert 1000 <= parsedate_to_datetime(date).year < 1583, "what compares by order must not be able to read it"
    assert client.get(path, headers={"Accept-Encoding": "gzip"}).headers["Last-Modified"] == date
    answer = client.get(path, headers={"If-Modified-Since": date})
    assert (answer.status_code, answer.data) == (304, b"")
    for name in ("ETag", "Cache-Control", "Vary", "Link"):
        assert answer.headers.get(name) == fresh.headers.get(name)
    assert client.get(path, headers={"If-Modified-Since": date, "If-None-Match": '"other"'}).status_code == 200
    assert (
        client.get(path, headers={"If-Modified-Since": "x", "If-None-Match": fresh.headers["ETag"]}).status_code == 304
    )


@pytest.mark.parametrize("path", [*POLLED, "/releases"])
@pytest.mark.parametrize("days", [-20_000, -1, 1, 20_000])
def test_any_other_date_is_that_of_other_bytes(client: Client, path: str, days: int) -> None:
    date = client.get(path).headers.get("Last-Modified", format_datetime(NOW, usegmt=True))
    other = format_datetime(parsedate_to_datetime(date) + timedelta(days=days), usegmt=True)
    for _ in ("first", "again"):
        assert client.get(path, headers={"If-Modified-Since": other}).status_code == 200
        assert client.get(path, headers={"If-Modified-Since": ""}).status_code == 200


def test_a_date_is_one_of_many_and_tells_nothing_of_time(make_newsroom: MakeNewsroom) -> None:
    press = make_newsroom()
    client = press.client()
    dates = []
    for number in range(20):
        press.publish({"a.md": release(f"Number {number}")})
        dates.append(client.get("/releases.atom").headers["Last-Modified"])
        held = [client.get("/releases.atom", headers={"If-Modified-Since": date}).status_code for date in dates]
        assert held == [*[200] * number, 304]
    assert sorted(dates, key=parsedate_to_datetime) != dates


def test_a_changed_file_is_never_answered_with_304(make_newsroom: MakeNewsroom) -> None:
    press = make_newsroom(FILES)
    client = press.client()
    held = {path: client.get(path).headers["ETag"] for path in EVERYWHERE if path not in {"/feeds", "/feeds.opml"}}
    press.publish({"quay.md": release("Another quay", "2026-03-05", "The quay.")})
    held.pop("/topics")
    for path, etag in held.items():
        assert client.get(path, headers={"If-None-Match": etag}).status_code == 200, path


@pytest.mark.parametrize("path", [*EVERYWHERE, "/nope", "/releases/", "/feed", "/health/live"])
def test_head_is_get_without_the_body(client: Client, path: str) -> None:
    head, get = client.head(path), client.get(path)
    assert head.data == b""
    assert head.status_code == get.status_code
    assert head.headers.to_wsgi_list() == get.headers.to_wsgi_list()


LIKED = {
    "br": [
        "br", "gzip, deflate, br, zstd", "br;q=0.5, gzip;q=0.5", "br;q=0.1", "gzip;q=0.5,br;q=0.6", "*", "gzip;q=0, *",
        "gzip;q=0.5, *",
    ],
    "gzip": [
        "gzip", "gzip;q=0.1", "GZIP", "gzip, deflate", "br;q=0.5, gzip", "br;q=0, *", "gzip, *;q=0.5",
        "gzip ; q=0.2, br ; q=x", "identity;q=0.5, gzip;q=0.5", "identity;q=0, gzip;q=0.1",
    ],
    "": [
        "identity", "gzip;q=0", "br;q=0, gzip;q=0, *", "*;q=0", "nonsense;;q=,", "", "br;q=0.1, gzip;q=0.2, *",
        "identity, gzip;q=0.5", "identity, *;q=0.5", "deflate, zstd", "identity;q=0",
    ],
}  # fmt: skip


@pytest.mark.parametrize(("coding", "accepted"), [(coding, text) for coding, texts in LIKED.items() for text in texts])
@pytest.mark.parametrize("path", ["/releases.atom", "/releases"])
def test_compressed_is_what_a_client_likes_best(client: Client, path: str, coding: str, accepted: str) -> None:
    plain = client.get(path)
    answer = client.get(path, headers={"Accept-Encoding": accepted})
    assert answer.headers.get("Content-Encoding", "") == coding
    assert {"": bytes, "gzip": gzip.decompress, "br": brotli.decompress}[coding](answer.data) == plain.data
    assert len(answer.data) < len(plain.data) or not coding
    assert answer.headers["ETag"] == plain.headers["ETag"]
    assert answer.headers["Vary"] == plain.headers["Vary"]
    assert int(answer.headers["Content-Length"]) == len(answer.data)


def test_a_document_is_packed_once_in_each_coding_and_only_where_it_is_asked_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    packed: list[str] = []

    def counted(coding: str, pack: Callable[[bytes], bytes], body: bytes) -> bytes:
        packed.append(coding)
        return pack(body)

    for coding, pack in CODINGS.items():
        monkeypatch.setitem(CODINGS, coding, partial(counted, coding, pack))
    rendering = Rendering.of(b"words " * 1_000, "text/plain")
    for _ in range(3):
        assert rendering.packed("") == rendering.body
    assert packed == []
    with ThreadPoolExecutor(8) as pool:
        sent = set(pool.map(rendering.packed, ["gzip", "br"] * 20))
    assert (sorted(packed), len(sent)) == (["br", "gzip"], 2)


def test_many_who_ask_at_once_wait_for_one_rendering() -> None:
    made: list[int] = []
    cache = RenderingCache()

    def render() -> Rendering:
        made.append(1)
        return Rendering.of(b"x" * 1_000_000, "text/plain")

    with ThreadPoolExecutor(AT_ONCE + WAITING) as pool:
        list(pool.map(lambda _: cache.get("1", "/a", render), range(50)))
    assert len(made) == 1


def test_what_is_kept_stays_within_its_room_and_goes_by_last_use() -> None:
    made: list[str] = []
    cache = RenderingCache(room=9_000)

    def ask(address: str) -> None:
        def render() -> Rendering:
            made.append(address)
            return Rendering.of(os.urandom(1_000), "text/plain")

        cache.get("1", address, render)

    for address in ("a", "b", "a", "c", "a", "d", "a", "b"):
        ask(address)
    assert made == ["a", "b", "c", "d", "b"]


def test_the_stylesheet_is_kept_for_ever_under_a_name_that_tells_its_content(client: Client) -> None:
    page = client.get("/").text
    path = page.partition('rel="stylesheet" href="')[2].partition('"')[0]
    answer = client.get(path)
    assert answer.headers["Content-Type"] == "text/css; charset=utf-8"
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    of_another_version = client.get("/static/newsroom.00000000.css")
    assert of_another_version.data == answer.data
    assert of_another_version.headers["Cache-Control"] == PUBLIC


def test_every_part_of_the_stylesheet_is_in_the_one_that_browsers_ask_for(client: Client) -> None:
    sheet, colours = client.get("/static/newsroom.css").text, (own_files.FOLDER / "colours.css").read_text("utf8")
    assert sheet.startswith(colours)
    assert client.get("/static/feed.css").text == f"{colours}\n{(own_files.FOLDER / 'feed.css').read_text('utf8')}"
    parts = {part.stem: part.read_text("utf8") for part in (own_files.FOLDER / "newsroom").iterdir()}
    assert parts.keys() == {*own_files.PARTS}
    assert [name for name, part in parts.items() if part not in sheet] == []


# Redirects


@pytest.mark.parametrize(
    ("path", "location", "status"),
    [
        ("/releases/", "/releases", 308),
        ("/releases/quay/?a=b%20c&d", "/releases/quay?a=b%20c&d", 308),
        ("/search/?q=%C3%A9", "/search?q=%C3%A9", 308),
        ("/%5Cevil.example/", "/%5Cevil.example", 308),
        ("/2026/03/quay/", "/releases/quay", 301),
        ("/2026/03/quay", "/releases/quay", 301),
        ("/old/quay.html", "/releases/quay", 301),
        ("/releases/former", "/releases/quay", 301),
    ],
)
def test_redirects_stay_in_the_house(client: Client, path: str, location: str, status: int) -> None:
    raw, _, query = path.partition("?")
    answer = client.open("/", environ_overrides={"PATH_INFO": unquote(raw), "QUERY_STRING": query})
    assert (answer.status_code, answer.headers["Location"]) == (status, location)
    assert answer.headers["Cache-Control"] == GONE


@pytest.mark.parametrize(
    "path",
    [
        "//releases", "///releases", "/releases//quay", "/releases/quay//", "//evil.example/", "//evil.example/a/",
        "/%2Fevil.example/", "/%2f%2Fevil.example/..", "/releases%2fquay", "/releases%2Fquay?a=b", "/%2freleases",
        "//2026/03/quay/", "/2026%2f03/quay/", "/topics%2fquays.atom", "/health%2flive", "//health/live",
    ],
)  # fmt: skip
def test_a_slash_is_doubled_or_quoted_in_no_address(client: Client, path: str) -> None:
    plain = client.get("/releases/quay")
    raw, _, query = path.partition("?")
    sent = {"RAW_URI": path, "PATH_INFO": unquote(raw), "QUERY_STRING": query}
    answer = client.open("/", environ_overrides=sent)
    assert (answer.status_code, answer.headers.get("Location")) == (404, None)
    assert client.get("/releases/quay").data == plain.data
    assert client.get("/search?q=a%2Fb//c").status_code == 200


def test_only_reading_is_redirected(client: Client) -> None:
    assert client.post("/old/quay.html").status_code == 404


# Under a path


@pytest.mark.parametrize("prefix", ["", "/press"])
def test_a_newsroom_may_live_under_a_path(press: Newsroom, prefix: str) -> None:
    client = press.client(replace(press.settings, base_url="https://example.org/press"))
    page = client.get(f"{prefix}/releases").text
    assert 'href="/press/releases/quay"' in page
    assert 'href="https://example.org/press/releases.atom"' in page
    assert 'href="/releases' not in page
    assert client.get(f"{prefix}/releases/").headers["Location"] == "/press/releases"
    assert client.get(f"{prefix}/feed").headers["Location"] == "/press/releases.atom"
    assert client.get(f"{prefix}/old/quay.html").headers["Location"] == "/press/releases/quay"
    assert "<https://example.org/press/releases.atom>" in client.get(f"{prefix}/releases.atom").headers["Link"]
    assert client.get(f"{prefix}/").status_code == 200


# Security


@pytest.mark.parametrize(
    "path", [*EVERYWHERE, "/nope", "/nope.json", "/feed", "/releases/", "/health/live", "/search?page=x"]
)
def test_every_answer_is_locked_down(client: Client, path: str) -> None:
    headers = client.get(path).headers
    assert headers["Content-Security-Policy"] == (
        "default-src 'none'; style-src 'self'; img-src 'self'; media-src 'self'; connect-src 'self'; "
        "base-uri 'none'; object-src 'none'; "
        "form-action 'self'; frame-ancestors 'none'"
    )
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "Referrer-Policy" in headers
    assert "Set-Cookie" not in headers
    assert "Server" not in headers


@pytest.mark.parametrize("path", EVERYWHERE[:7])
def test_pages_run_no_script_and_hold_no_style(client: Client, path: str) -> None:
    page = client.get(path).text
    for forbidden in ("<script>", "<script src", "style=", "onclick", "javascript:"):
        assert forbidden not in page


@pytest.mark.parametrize(
    "host",
    [
        "evil.example", "press.example.org.evil.example", "", "a b", "[::1", "press.example.org:80x", "é", ".",
        "press.example.org..", ".press.example.org", "press.example.org:80.",
    ],
)  # fmt: skip
def test_other_hosts_are_refused_but_may_ask_for_health(client: Client, host: str) -> None:
    def status(path: str) -> int:
        return client.open(path, environ_overrides={"HTTP_HOST": host}).status_code

    assert status("/releases.atom") == 400
    assert status("/releases/") == 400
    assert status("/health/live") == 200


def test_whether_it_lives_is_told_without_the_index(make_newsroom: MakeNewsroom) -> None:
    press = make_newsroom({"a.md": release()})

    class BeingOpened(WhooshIndex):
        def snapshot(self) -> Never:
            pytest.fail("this would be waited for")

    press.index = BeingOpened(press.settings.index)
    assert press.client().get("/health/live").status_code == 200


def test_a_request_without_a_host_is_refused_but_to_those_who_know_none(client: Client) -> None:
    environ = create_environ("/", BASE_URL)
    del environ["HTTP_HOST"]
    for version, status in (("HTTP/1.1", 400), ("HTTP/1.0", 200), ("HTTP/1.1", 400), ("HTTP/2.0", 400)):
        _, found, _ = run_wsgi_app(client.application, environ | {"SERVER_PROTOCOL": version})
        assert found.startswith(str(status)), version


@pytest.mark.parametrize(
    "host",
    [
        "press.example.org", "PRESS.example.org:1234", "www.example.org", "press.example.org.",
        "press.example.org.:80", "www.example.org.",
    ],
)  # fmt: skip
@pytest.mark.parametrize("other", ["www.example.org", "WWW.example.org."])
def test_addresses_are_made_of_the_base_address_whatever_the_host(press: Newsroom, host: str, other: str) -> None:
    client = press.client(replace(press.settings, hosts=(other,)))
    headers = {"X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "gopher"}
    answer = client.open("/releases.atom", headers=headers, environ_overrides={"HTTP_HOST": host})
    assert answer.data == client.get("/releases.atom").data
    assert "1234" not in answer.text


@pytest.mark.parametrize(("has_base_url", "status"), [(False, 200), (True, 400)])
@pytest.mark.parametrize("host", ["localhost:8000", "127.0.0.1:8000", "[::1]:8000"])
def test_local_names_are_ours_until_a_base_address_is_set(
    press: Newsroom, host: str, has_base_url: bool, status: int
) -> None:
    client = press.client(replace(press.settings, has_base_url=has_base_url))
    assert client.open("/", environ_overrides={"HTTP_HOST": host}).status_code == status


# Bad requests


@pytest.mark.parametrize(
    "query",
    [
        "page=0", "page=-1", "page=abc", "page=1.5", "page=%EF%BC%91", "limit=0", "limit=201",
        "limit=1000000000", "limit=x",
        "year=abc", "year=20188", "year=-1", "lang=x", "lang=../../etc", "topic=a%20b", "topic=..%2F", "sort=unknown",
        "from=yesterday", "from=2018-13", "from=2018-02-30", "to=0000", "to=9999", "from=0001", "from=2019&to=2018",
    ],
)  # fmt: skip
def test_a_parameter_that_cannot_be_used_is_named(client: Client, query: str) -> None:
    name = query.partition("=")[0]
    answer = client.get(f"/search?{query}")
    assert answer.status_code == 400
    assert answer.headers["Cache-Control"] == "no-store"
    assert f"“{name}”" in answer.text
    problem = client.get(f"/search.json?{query}")
    assert problem.status_code == 400
    assert problem.headers["Content-Type"] == "application/problem+json"
    assert f"“{name}”" in problem.get_json()["detail"]


@pytest.mark.parametrize("bad", [b"%00", b"%ff", b"%C0%AF", b"%ED%A0%80", b"%", b"%zz"])
def test_bytes_that_are_no_text_are_refused_and_never_break_anything(client: Client, bad: bytes) -> None:
    for query in (b"q=" + bad, b"topic=" + bad, bad + b"=1"):
        answer = client.open("/search.atom", query_string=query.decode(), follow_redirects=True)
        assert answer.status_code in {200, 400, 404}
    for path in (b"/releases/", b"/topics/", b"/years/", b"/", b"/static/"):
        answer = client.get((path + bad).decode())
        assert answer.status_code in {400, 404}
    assert client.get("/releases/%00").status_code == client.get("/releases/%ff").status_code == 400
    assert client.get("/search?q=%00").status_code == client.get("/search?q=%ff").status_code == 400


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "TRACE", "FOO"])
def test_other_methods_are_refused(client: Client, method: str) -> None:
    for path in ("/", "/releases", "/releases.atom", "/search", "/health/live"):
        answer = client.open(path, method=method)
        assert answer.status_code == 405
        assert set(answer.headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS"}


def test_an_unknown_path_is_a_problem_for_programs(client: Client) -> None:
    answer = client.get("/topics/nowhere.json")
    assert answer.status_code == 404
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.get_json() == {
        "type": "about:blank",
        "title": "Not Found",
        "status": 404,
        "detail": "There is no topic “nowhere” here.",
    }


@pytest.mark.parametrize("path", ["/search.json?sort=</script><!--", "/releases.json", "/releases/quay"])
def test_json_ends_no_script_that_it_is_put_into(make_newsroom: MakeNewsroom, path: str) -> None:
    title = "'</script><!-- <script>alert(1)'"
    answer = make_newsroom({**FILES, "quay.md": release(title, "2026-03-05")}).client().get(path)
    json_ = answer.text.partition('ld+json">')[2].partition("</script>")[0] if path.endswith("quay") else answer.text
    assert "<" not in json_
    assert "</script><!--" in str(json.loads(json_))


# Trouble


class Broken(WhooshIndex):
    """An index with a bug, or whose files cannot be read any more."""

    def __init__(self, folder: Path, error: Exception) -> None:
        super().__init__(folder)
        self.error = error

    def snapshot(self) -> Never:
        raise self.error


def broken(press: Newsroom, error: Exception) -> Client:
    app = create_app(Broken(press.settings.index, error), press.settings)
    app.config["SERVER_NAME"] = "press.example.org"
    return app.test_client()


def test_a_bug_is_a_page_with_a_number_that_is_in_the_log_on_one_line(
    press: Newsroom, caplog: pytest.LogCaptureFixture
) -> None:
    answer = broken(press, RuntimeError("secret")).get("/search?q=a%0d%0aFAKE LINE")
    assert answer.status_code == 500
    assert answer.headers["Cache-Control"] == "no-store"
    assert "secret" not in answer.text
    assert "Traceback" not in answer.text
    (record,) = caplog.records
    line = record.getMessage()
    assert record.levelno == logging.ERROR
    assert "\n" not in line
    assert "\r" not in line
    assert "RuntimeError" in line
    assert line.split()[1].rstrip(":") in answer.text


@pytest.mark.parametrize("path", ["/", "/releases.atom", "/releases.json", "/nope", "/nope/", "/search?q=x"])
def test_without_an_index_the_answer_is_to_come_again(press: Newsroom, path: str) -> None:
    answer = broken(press, IndexUnavailable("gone")).get(path)
    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) > 0
    assert answer.headers["Cache-Control"] == "no-store"


def test_before_the_first_publication_it_lives_and_is_not_ready(tmp_path: Path) -> None:
    client = Newsroom(tmp_path / "newsroom").client()
    assert client.get("/health/live").status_code == 200
    assert client.get("/health/ready").status_code == 503
    assert client.get("/").status_code == 503
    assert client.get("/static/newsroom.0.css").status_code == 200


# Health


def test_ready_tells_what_is_served(make_newsroom: MakeNewsroom) -> None:
    press = make_newsroom({**FILES, "gone.md": release("Gone", withdrawn="2026-02-01")})
    answer = press.client().get("/health/ready")
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.get_json() == {
        "status": "ok",
        "generation": press.snapshot().generation,
        "releases": 1,
        "heartbeat_age_seconds": None,
    }


@pytest.mark.parametrize(("age", "status"), [(0, 200), (119, 200), (121, 503), (-9, 200), (-11, 503), (-3600, 503)])
def test_a_publisher_that_has_fallen_silent_is_told(make_newsroom: MakeNewsroom, age: int, status: int) -> None:
    press = make_newsroom(FILES)
    press.engine.beat(press.settings.index, press.now - timedelta(seconds=age))
    answer = press.client().get("/health/ready")
    assert answer.status_code == status
    assert answer.get_json()["heartbeat_age_seconds"] == age


@pytest.mark.embedded
@pytest.mark.parametrize("nonsense", [b"", b"\0" * 64, b"tomorrow", b"2026-11-01", b"\xff\xfe", b"9" * 5000, "folder"])
def test_whatever_lies_beside_the_generations_health_is_answered(
    make_newsroom: MakeNewsroom, nonsense: bytes | str
) -> None:
    press = make_newsroom(FILES)
    client = press.client()
    for name in ("true-until", "languages", "degraded", "ledger", "damaged"):
        path = press.settings.index / name
        path.unlink(missing_ok=True)
        if isinstance(nonsense, bytes):
            path.write_bytes(nonsense)
        else:
            path.mkdir()
    os.mkfifo(press.settings.index / "heartbeat")
    os.utime(press.settings.index / "heartbeat", (1e11, 1e11))
    assert client.get("/health/ready").get_json()["status"] == "unavailable"
    assert client.get("/health/live").status_code == 200
    assert client.get("/").status_code == 200


def test_a_generation_that_is_no_longer_true_is_told(make_newsroom: MakeNewsroom) -> None:
    press = make_newsroom({**FILES, "later.md": release("Later", (NOW + timedelta(days=1)).isoformat())})
    client = press.client()
    assert client.get("/health/ready").status_code == 200
    press.now += timedelta(days=1)
    assert client.get("/health/ready").status_code == 503
    assert client.get("/health/live").status_code == 200
    press.publish()
    assert client.get("/health/ready").status_code == 200


@pytest.mark.embedded
def test_an_index_that_is_gone_goes_on_serving_what_is_open(make_newsroom: MakeNewsroom) -> None:
    press = make_newsroom(FILES)
    client = press.client()
    page = client.get("/releases/quay").data
    shutil.rmtree(press.settings.index)
    assert client.get("/releases/quay").data == page
    assert client.get("/health/ready").status_code == 503


# Starting


def start(tmp_path: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", "import wsgi; print(wsgi.app.name)"],
        cwd=Path(__file__).parent.parent,
        env={"PATH": os.environ["PATH"], "FEEDSRV_INDEX": str(tmp_path / "none"), **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_application_starts_without_an_index_and_makes_none(tmp_path: Path) -> None:
    assert start(tmp_path).returncode == 0
    assert list(tmp_path.iterdir()) == []


def test_a_wrong_setting_stops_the_start_with_a_message(tmp_path: Path) -> None:
    ended = start(tmp_path, FEEDSRV_BASE_URL="press.example.org", PORT="x")
    assert ended.returncode == 2
    assert "FEEDSRV_BASE_URL" in ended.stderr
    assert "PORT" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_robots_are_told_not_to_follow_searches(client: Client) -> None:
    assert client.get("/robots.txt").text == (
        "User-agent: *\nDisallow: /search\nDisallow: /suggest\n\nSitemap: https://press.example.org/sitemap.xml\n"
    )
