"""Programs in browsers: every answer of a feed's address may be read by the scripts of any page, and no other may."""

from __future__ import annotations

from collections.abc import Callable
from typing import Never

import pytest
from werkzeug.test import Client, TestResponse

from feedsrv.errors import IndexUnavailable
from feedsrv.feeds.formats import FORMATS
from feedsrv.web import create_app
from tests.conftest import BASE_URL, MakeNewsroom, Newsroom, release

LISTS = ["/releases", "/topics/quays", "/topics/locks+quays", "/topics/quays/2026", "/years/2026", "/search"]
FEEDS = [*(f"{path}.{ending}" for path in LISTS for ending in FORMATS), "/feeds.opml"]

Ask = Callable[[Client, str], TestResponse]
ANSWERS: dict[str, tuple[Ask, set[int]]] = {
    "what is there": (lambda client, path: client.get(path), {200}),
    "its head": (lambda client, path: client.head(path), {200}),
    "that it is held": (lambda client, path: client.get(path, headers={"If-None-Match": "*"}), {304}),
    "another spelling": (lambda client, path: client.get(f"{path}?lang=EN"), {200, 301}),
    "a slash": (lambda client, path: client.get(f"{path}/"), {308}),
    "what cannot be asked": (lambda client, path: client.get(f"{path}?limit=0"), {200, 400}),
    "a page too far": (lambda client, path: client.get(f"{path}?page=9"), {200, 404}),
    "no such archive": (lambda client, path: client.get(f"{path}?archive=2001-01"), {200, 404}),
    "no such list": (lambda client, path: client.get(f"/nowhere{path}"), {404}),
    "another host": (lambda client, path: client.get(path, base_url="https://evil.example"), {400}),
    "what is no text": (lambda client, path: client.get(f"{path}?q=%00"), {400}),
    "another method": (lambda client, path: client.post(path), {405}),
    "what may be sent": (lambda client, path: client.options(path), {200}),
    "what may be sent to what is not there": (lambda client, path: client.options(f"{path}?page=9"), {200}),
}


@pytest.fixture(scope="module")
def newsroom(make_lasting: MakeNewsroom) -> Newsroom:
    return make_lasting({"a.md": release("A", "2026-03-05", topics="[quays, locks]"), "a.json": "{}"})


@pytest.fixture(scope="module")
def client(newsroom: Newsroom) -> Client:
    return newsroom.client()


def is_open(answer: TestResponse) -> bool:
    """Whether it is open, and says what a script may read of it."""
    exposed = answer.headers.get("Access-Control-Expose-Headers")
    return answer.headers.getlist("Access-Control-Allow-Origin") == ["*"] and exposed == "ETag, Link, Last-Modified"


@pytest.mark.parametrize("answer", ANSWERS)
@pytest.mark.parametrize("path", FEEDS)
def test_every_answer_of_a_feeds_address_is_open(client: Client, path: str, answer: str) -> None:
    ask, statuses = ANSWERS[answer]
    found = ask(client, path)
    assert found.status_code in statuses
    assert is_open(found)
    assert is_open(ask(client, path)), "from memory, too"


@pytest.mark.parametrize("path", FEEDS)
def test_what_a_script_may_send_is_said_before(client: Client, path: str) -> None:
    answer = client.options(path, headers={"Access-Control-Request-Headers": "if-none-match"})
    assert answer.headers["Access-Control-Allow-Headers"] == "If-None-Match, If-Modified-Since"
    assert "Access-Control-Allow-Headers" not in client.get(path).headers


@pytest.mark.parametrize(("error", "status"), [(IndexUnavailable("It is gone."), 503), (ZeroDivisionError(), 500)])
def test_that_it_cannot_be_answered_is_open(newsroom: Newsroom, error: Exception, status: int) -> None:
    class Broken:
        def snapshot(self) -> Never:
            raise error

        def languages(self) -> tuple[str, ...]:
            return ()

    client = create_app(Broken(), newsroom.settings).test_client()  # type: ignore[arg-type]  # it is broken
    for path in FEEDS:
        answer = client.get(path, base_url=BASE_URL)
        assert answer.status_code == status
        assert is_open(answer), path


@pytest.mark.parametrize("path", ["/feed", "/rss.xml", "/feed.json"])
@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
def test_what_leads_to_a_feed_is_open(client: Client, path: str, method: str) -> None:
    assert is_open(client.open(path, method=method))


@pytest.mark.parametrize(
    "path", ["/", "/releases", "/releases/a", "/releases/a/a.json", "/search?q=a", "/feeds", "/nowhere", "/health/live"]
)
@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
def test_what_is_for_people_is_closed(client: Client, path: str, method: str) -> None:
    answer = client.open(path, method=method)
    assert not [name for name in answer.headers.keys() if name.startswith("Access-Control")]  # noqa: SIM118


@pytest.mark.parametrize(
    "query", ["year=2026&q=a", "q=a&page=1&limit=50", "q=%20a%20%20b", "q=a&sort=newest", "q=a&q=b&lang=EN", "q=&page="]
)
def test_any_spelling_of_a_search_in_json_is_answered(client: Client, query: str) -> None:
    answer, usual = (client.get(f"/search.{ending}?{query}") for ending in ("json", "atom"))
    assert (answer.status_code, usual.status_code) == (200, 301)
    canonical = BASE_URL + usual.headers["Location"].replace(".atom", ".json")
    assert answer.get_json(force=True)["feed_url"] == canonical
    assert client.get(canonical).data == answer.data
    assert f'<{canonical}>; rel="self"' in answer.headers["Link"]
