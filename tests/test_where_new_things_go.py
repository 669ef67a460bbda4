"""Where new things go, as ARCHITECTURE.md says it: one of each is added, and whatever should follow by itself does."""

from __future__ import annotations

import csv
from html import unescape
from io import StringIO

import pytest
from werkzeug.test import Client

from feedsrv.feeds import Feed
from feedsrv.feeds.formats import FORMATS, Format
from tests.conftest import MakeNewsroom, Newsroom, release


def as_csv(feed: Feed) -> bytes:
    text = StringIO()
    csv.writer(text).writerows((entry.published, entry.title, entry.url) for entry in feed.entries)
    return text.getvalue().encode()


class TestAFeedFormat:
    @pytest.fixture
    def newsroom(self, monkeypatch: pytest.MonkeyPatch, make_newsroom: MakeNewsroom) -> Newsroom:
        monkeypatch.setitem(FORMATS, "csv", Format("csv", "CSV", "text/csv", as_csv))
        return make_newsroom({"a.md": release("A quay, at last", "2026-03-05", topics="[quays]")})

    @pytest.fixture
    def client(self, newsroom: Newsroom) -> Client:
        return newsroom.client()

    @pytest.mark.parametrize("path", ["/releases", "/topics/quays", "/topics/quays/2026", "/years/2026", "/search"])
    def test_every_list_is_there_in_it(self, client: Client, path: str) -> None:
        answer = client.get(f"{path}.csv")
        assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
        assert [row[1:] for row in csv.reader(StringIO(answer.text))] == [
            ["A quay, at last", "https://press.example.org/releases/a"]
        ]
        assert "<https://press.example.org" + path + '.csv>; rel="self"; type="text/csv"' in answer.headers["Link"]

    def test_another_spelling_leads_to_its_canonical_address(self, client: Client) -> None:
        assert client.get("/releases.csv?page=1").headers["Location"] == "/releases.csv"

    @pytest.mark.parametrize("path", ["/releases", "/topics/quays", "/search?q=quay"])
    def test_pages_link_to_it(self, client: Client, path: str) -> None:
        stem, mark, query = path.partition("?")
        page = unescape(client.get(path).text)
        assert '<link rel="alternate" type="text/csv"' in page
        assert f'href="https://press.example.org{stem}.csv{mark}{query}"' in page
        assert f'<a href="{stem}.csv{mark}{query}" type="text/csv"' in page
        assert '<a href="/years/2026.csv" type="text/csv"' in client.get("/feeds").text

    def test_what_is_not_there_in_it_is_said_to_people(self, client: Client) -> None:
        answer = client.get("/topics/nowhere.csv")
        assert (answer.status_code, answer.mimetype) == (404, "text/html")
