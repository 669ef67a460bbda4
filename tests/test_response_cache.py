"""The hot path: what has been answered before is answered again without the application, and just the same."""

from __future__ import annotations

from threading import Barrier, Thread
from typing import Any

import pytest
from werkzeug.test import Client

from feedsrv.query import Query, Results
from feedsrv.web import create_app
from feedsrv.web.cache import AT_ONCE, WAITING, Rendering, RenderingCache
from feedsrv.web.health import OnlyIfReady
from feedsrv.web.middleware import ResponseCache
from tests.conftest import MakeNewsroom, Newsroom, release

PATHS = [
    *("/", "/releases", "/releases/a", "/releases.atom", "/releases.rss?limit=1", "/topics/x.json", "/feeds.opml"),
    *("/search/help", "/suggest?q=a"),
]
Answer = tuple[str, list[tuple[str, str]], bytes]


@pytest.fixture(scope="module")
def module_newsroom(make_lasting: MakeNewsroom) -> Newsroom:
    return make_lasting({"a.md": release("A", topics="[x]"), "b.md": release("B", body="Words. " * 500)})


class Counted:
    """The application of a newsroom, and how often it is asked."""

    def __init__(self, newsroom: Newsroom) -> None:
        app = create_app(newsroom.index, newsroom.settings)
        assert isinstance(app.wsgi_app, OnlyIfReady)
        cache = app.wsgi_app._application  # noqa: SLF001 - what it stands before
        assert isinstance(cache, ResponseCache)
        self._application = cache._application  # noqa: SLF001 - the same
        self.asked = 0
        self.hot = ResponseCache(self._ask, newsroom.index)

    def _ask(self, environ: Any, start_response: Any) -> Any:
        self.asked += 1
        return self._application(environ, start_response)

    def answer(self, path: str, method: str = "GET", headers: dict[str, str] | None = None) -> Answer:
        return _answer(self.hot, path, method, headers)

    def answer_anew(self, path: str, method: str = "GET", headers: dict[str, str] | None = None) -> Answer:
        return _answer(self._application, path, method, headers)


def _answer(application: Any, path: str, method: str, headers: dict[str, str] | None) -> Answer:
    found = Client(application).open(path, method=method, headers=headers, base_url="https://press.example.org")
    return found.status, sorted(found.headers), found.data


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("encoding", ["", "gzip", "gzip;q=0", "br, gzip;q=0.5"])
def test_the_second_answer_is_the_first_and_asks_nobody(
    module_newsroom: Newsroom, path: str, method: str, encoding: str
) -> None:
    counted = Counted(module_newsroom)
    headers = {"Accept-Encoding": encoding} if encoding else {}
    first = counted.answer(path, method, headers)
    assert counted.answer(path, method, headers) == first
    assert counted.asked == 1
    tag = {"If-None-Match": dict(first[1])["ETag"]}
    assert counted.answer(path, method, headers | tag)[0] == "304 NOT MODIFIED"
    assert counted.answer(path, method, headers | tag)[2] == b""
    assert counted.asked == 2
    if date := dict(first[1]).get("Last-Modified"):
        assert counted.answer(path, method, headers | {"If-Modified-Since": date})[0] == "304 NOT MODIFIED"


VARIANTS: list[dict[str, str]] = [
    {},
    *({"Accept-Encoding": value} for value in ("gzip", "gzip;q=0", "*", "identity;q=0", "gzip ; q=x", "GZIP")),
    *({"If-None-Match": value} for value in ('"x"', "*", "TAG", 'W/"x", TAG', '"', ", ,", "W/" * 50, "TAG" * 3)),
    {"If-None-Match": "TAG", "Accept-Encoding": "gzip"},
    {"If-Modified-Since": "Mon, 23 Nov 2026 10:00:00 GMT"},
    *({"If-Modified-Since": "DATE"} | tag for tag in ({}, {"If-None-Match": "TAG"}, {"If-None-Match": '"x"'})),
    *({"Sec-Fetch-Dest": value} for value in ("document", "empty", "iframe")),
    *({"Host": value} for value in ("press.example.org:81", "evil.example", "localhost")),
    {"Cookie": "a=b"},
    {"Range": "bytes=0-10"},
    {"Accept": "application/rss+xml"},
]


@pytest.mark.parametrize("path", [*PATHS, "/releases/none", "/RELEASES", "/search?q=words"])
def test_whatever_was_asked_before_the_answer_is_that_of_the_application(module_newsroom: Newsroom, path: str) -> None:
    counted = Counted(module_newsroom)
    named = dict(counted.answer("/releases.atom")[1])
    tag, date = named["ETag"], named["Last-Modified"]
    for headers in [*VARIANTS, *reversed(VARIANTS)]:
        for method in ("GET", "HEAD", "POST"):
            asked = {name: value.replace("TAG", tag).replace("DATE", date) for name, value in headers.items()}
            assert counted.answer(path, method, asked) == counted.answer_anew(path, method, asked)


def test_a_new_generation_is_seen_at_once(make_newsroom: MakeNewsroom) -> None:
    newsroom = make_newsroom({"a.md": release("A"), "b.md": release("B")})
    counted = Counted(newsroom)
    for _ in range(2):
        assert b"<title>B</title>" in counted.answer("/releases.atom")[2]
        assert counted.answer("/releases/b")[0] == "200 OK"
    newsroom.remove("b.md")
    newsroom.publish()
    assert b"<title>B</title>" not in counted.answer("/releases.atom")[2]
    assert counted.answer("/releases/b")[0] == "404 NOT FOUND"


@pytest.mark.parametrize(
    ("path", "headers"),
    [
        ("/releases/none", {}),
        ("/releases.atom", {"Host": "evil.example"}),
        ("/health/ready", {}),
        ("/feed", {}),
        ("/releases.atom?x=" + "y" * 3000, {}),
    ],
)
def test_what_is_no_document_is_asked_for_each_time(
    module_newsroom: Newsroom, path: str, headers: dict[str, str]
) -> None:
    counted = Counted(module_newsroom)
    for _ in range(3):
        counted.answer(path, headers=headers)
    assert counted.asked == 3


def test_that_a_month_within_the_life_of_a_list_has_no_archive_is_said_again(make_newsroom: MakeNewsroom) -> None:
    dates = {"2025-01-01": 40, "2025-03-01": 201, "2025-05-01": 10}
    counted = Counted(
        make_newsroom(
            {f"{date}-{number}.md": release(date=date) for date, many in dates.items() for number in range(many)}
        )
    )
    for path in ("archive=2025-03", "archive=2025-02", "archive=2025-01-02"):
        first = counted.answer(f"/releases.atom?{path}")
        assert first[0] == "404 NOT FOUND"
        assert dict(first[1])["Cache-Control"] == "public, max-age=10"
        assert (counted.answer(f"/releases.atom?{path}"), counted.asked) == (first, 1), path
        counted.asked = 0
    for path in ("archive=2024-12", "archive=2025-06", "archive=undated", "lang=fr&archive=2025-03"):
        assert counted.answer(f"/releases.atom?{path}")[0] == counted.answer(f"/releases.atom?{path}")[0]
        assert counted.asked == 2, path
        counted.asked = 0


def test_memory_is_bounded_whatever_is_asked(module_newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("feedsrv.web.middleware.ROOM", 60_000)
    counted = Counted(module_newsroom)
    most = 0
    for number in range(60):
        counted.answer("/releases/b", headers={"If-None-Match": f'"{number}"'})
        kept = counted.hot._answers.values()  # noqa: SLF001 - there is no other way to see what is kept
        most = max(most, len(kept))
        assert sum(len(answer.body[0]) + 2_000 for answer in kept) <= 60_000
    assert 1 < most < 60


def test_what_stood_in_generations_before_makes_room(make_newsroom: MakeNewsroom) -> None:
    newsroom = make_newsroom({"a.md": release("A")})
    counted = Counted(newsroom)
    for path in ("/", "/releases", "/releases/a"):
        counted.answer(path)
    newsroom.write({"b.md": release("B")})
    newsroom.publish()
    counted.answer("/releases/b")
    assert len(counted.hot._answers) == 1  # noqa: SLF001 - there is no other way to see what is kept


def test_renderings_are_kept_of_two_generations_for_those_who_are_still_in_the_last() -> None:
    renderings, made = RenderingCache(), list[str]()

    def get(generation: str, address: str) -> None:
        def render() -> Rendering:
            made.append(generation + address)
            return Rendering.of(b"x", "text/plain")

        renderings.get(generation, address, render)

    for generation, address in ("1a", "1b", "2a", "1a", "2b", "3a", "2a", "1a"):
        get(generation, address)
    assert made == ["1a", "1b", "2a", "2b", "3a", "1a"]


class Watched:
    """An index whose searches are noted."""

    def __init__(self, index: Any) -> None:
        self._index = index
        self.found: list[Results] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._index, name)

    def snapshot(self) -> Any:
        return _Searched(self._index.snapshot(), self)


class _Searched:
    def __init__(self, snapshot: Any, watched: Watched) -> None:
        self._snapshot = snapshot
        self._watched = watched

    def __getattr__(self, name: str) -> Any:
        return getattr(self._snapshot, name)

    def search(self, query: Query) -> Results:
        results: Results = self._snapshot.search(query)
        self._watched.found.append(results)
        return results


def test_first_requests_at_once_render_once(module_newsroom: Newsroom) -> None:
    alone = Watched(module_newsroom.index)
    create_app(alone, module_newsroom.settings).test_client().get(
        "/releases.atom", base_url="https://press.example.org"
    )
    index = Watched(module_newsroom.index)
    app = create_app(index, module_newsroom.settings)
    together = Barrier(AT_ONCE + WAITING)
    statuses: list[int] = []

    def ask() -> None:
        client = app.test_client()
        together.wait()
        statuses.append(client.get("/releases.atom", base_url="https://press.example.org").status_code)

    threads = [Thread(target=ask) for _ in range(AT_ONCE + WAITING)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert statuses == [200] * (AT_ONCE + WAITING)
    assert len(index.found) == len(alone.found)


@pytest.mark.parametrize("path", PATHS)
def test_nobody_waits_for_a_template_to_be_compiled(
    module_newsroom: Newsroom, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = create_app(module_newsroom.index, module_newsroom.settings)
    monkeypatch.delattr("jinja2.Environment.compile")
    assert app.test_client().get(path, base_url="https://press.example.org").status_code == 200


@pytest.mark.parametrize(
    ("path", "is_marked"), [("/search", True), ("/search.json", True), ("/search.atom", False), ("/search.rss", False)]
)
def test_excerpts_are_made_for_those_who_show_them(module_newsroom: Newsroom, path: str, is_marked: bool) -> None:
    index = Watched(module_newsroom.index)
    client = create_app(index, module_newsroom.settings).test_client()
    assert client.get(f"{path}?q=words", base_url="https://press.example.org").status_code == 200
    hits = [hit for results in index.found for hit in results.hits]
    assert {bool(hit.excerpt or hit.title) for hit in hits} == {is_marked}


@pytest.mark.parametrize(
    ("path", "is_counted"),
    [
        *(("/releases", True), ("/topics/x", True), ("/search?q=words", True), ("/releases.json?limit=1", True)),
        *(
            ("/", False),
            ("/suggest?q=a", False),
            ("/releases.atom", False),
            ("/topics/x.rss", False),
            ("/feeds", False),
        ),
        ("/releases.atom?archive=2026-01", False),
    ],
)
def test_facets_are_counted_for_those_who_show_them(module_newsroom: Newsroom, path: str, is_counted: bool) -> None:
    index = Watched(module_newsroom.index)
    create_app(index, module_newsroom.settings).test_client().get(path, base_url="https://press.example.org")
    assert [bool(results.facets) for results in index.found] == [is_counted] * len(index.found)


@pytest.mark.parametrize("path", ["/topics", "/years", "/feeds", "/feeds.opml", "/sitemap-lists.xml"])
def test_all_lists_are_counted_at_once(module_newsroom: Newsroom, path: str) -> None:
    index = Watched(module_newsroom.index)
    create_app(index, module_newsroom.settings).test_client().get(path, base_url="https://press.example.org")
    assert len(index.found) == 1, "how many there are in all"
