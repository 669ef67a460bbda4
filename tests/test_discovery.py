"""Being found: what browsers, search engines and social networks are told of the newsroom."""

from __future__ import annotations

from collections.abc import Callable
from xml.etree import ElementTree

import feedparser
import pytest
from werkzeug.test import Client

from tests.conftest import Newsroom, release

Make = Callable[..., Client]

BASE = "https://press.example.org"
OPENSEARCH = "{http://a9.com/-/spec/opensearch/1.1/}"
SETTINGS = """
title = "The newsroom of Dunmore harbour & its <pilots>"
description = "What happens on the quays"
publisher = "Port of Dunmore"
contact = "press@dunmore.example"
authority = "dunmore.example"
since = 2020-05-01
languages = ["en", "fr"]

[topics.quays]
label = { en = "Quays & locks", fr = "Quais" }
match = ["quay"]
"""
FILES = {
    "newsroom.toml": SETTINGS,
    "quay.md": release("A new quay", "2026-03-05", "The quay opens.", updated="2026-03-09"),
    "lock.md": release("A new lock", "2026-03-04", "A lock, at the quay."),
    "phare.md": release("Le phare", "2024-06-01", "Le phare du port.", lang="fr"),
    "undated.md": "---\ntitle: No date\n---\nOf no day.",
    "held.md": release("Held", "2026-12-24", "A quay.", embargo="2026-12-24"),
    "gone.md": release("Gone", "2026-01-02", "A quay.", status="withdrawn"),
}


@pytest.fixture(scope="module")
def harbour(tmp_path_factory: pytest.TempPathFactory) -> Client:
    made = Newsroom(tmp_path_factory.mktemp("harbour") / "newsroom")
    made.publish(FILES)
    return made.client()


class TestOpenSearch:
    def test_every_page_tells_the_browser_how_to_search(self, harbour: Client) -> None:
        for path in ("/", "/releases", "/releases/quay", "/search?q=quay", "/feeds", "/nowhere"):
            page = harbour.get(path).text
            assert '<link rel="search" type="application/opensearchdescription+xml"' in page, path
            assert f'href="{BASE}/opensearch.xml"' in page

    def test_the_description_has_the_newsrooms_name_in_the_lengths_that_are_allowed(self, harbour: Client) -> None:
        answer = harbour.get("/opensearch.xml")
        assert answer.headers["Content-Type"] == "application/opensearchdescription+xml; charset=utf-8"
        document = ElementTree.fromstring(answer.data)
        assert document.findtext(f"{OPENSEARCH}ShortName") == "The newsroom of"
        assert document.findtext(f"{OPENSEARCH}LongName") == "The newsroom of Dunmore harbour & its <pilots>"
        assert document.findtext(f"{OPENSEARCH}Contact") == "press@dunmore.example"

    def test_a_name_of_one_long_word_is_cut_in_the_word(self, newsroom: Make) -> None:
        client = newsroom({"newsroom.toml": 'title = "Hafenverwaltungspresse"'})
        document = ElementTree.fromstring(client.get("/opensearch.xml").data)
        assert document.findtext(f"{OPENSEARCH}ShortName") == "Hafenverwaltungs"

    def test_every_template_leads_to_what_it_says(self, harbour: Client) -> None:
        document = ElementTree.fromstring(harbour.get("/opensearch.xml").data)
        found = {url.attrib["type"]: url.attrib["template"] for url in document.iter(f"{OPENSEARCH}Url")}
        assert len(found) == 5
        for media_type, template in found.items():
            address = template.replace("{searchTerms}", "quay").replace("{startPage?}", "")
            answer = harbour.get(address.removeprefix(BASE), follow_redirects=True)
            assert (answer.status_code, answer.mimetype) == (200, media_type)

    @pytest.mark.parametrize("format_", ["atom", "rss"])
    def test_a_search_feed_says_what_it_answers_and_where_it_stands_in_the_whole(
        self, harbour: Client, format_: str
    ) -> None:
        answer = harbour.get(f"/search.{format_}?limit=1&page=2&q=quay")
        document = ElementTree.fromstring(answer.data)
        found = {
            element.tag.removeprefix(OPENSEARCH): element for element in document.iter() if OPENSEARCH in element.tag
        }
        texts = {name: element.text for name, element in found.items()}
        assert texts == {"totalResults": "2", "startIndex": "2", "itemsPerPage": "1", "Query": None}
        assert found["Query"].attrib == {"role": "request", "searchTerms": "quay"}
        assert feedparser.parse(answer.data).feed.title == "Releases about “quay”"
        assert b"opensearch" not in harbour.get(f"/releases.{format_}").data

    def test_a_search_feed_has_a_title_in_words(self, harbour: Client) -> None:
        found = feedparser.parse(harbour.get("/search.atom?lang=en&q=quay&topic=quays&year=2026").data)
        assert found.feed.title == "Releases about “quay”, in Quays & locks, 2026, English"
