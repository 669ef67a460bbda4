"""Being found: what browsers, search engines and social networks are told of the newsroom."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from html import unescape
from typing import Any
from xml.etree import ElementTree

import feedparser
import pytest
from werkzeug.test import Client

from feedsrv.feeds.formats import FORMATS
from feedsrv.web import discovery
from tests.conftest import MakeNewsroom, release

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
    "shy.md": release("Shy", "2025-06-01", "A place of its own.", robots="noindex, nofollow"),
    "held.md": release("Held", "2026-12-24", "A quay.", embargo="2026-12-24"),
    "gone.md": release("Gone", "2026-01-02", "A quay.", withdrawn="2026-10-01"),
}


@pytest.fixture(scope="module")
def harbour(make_lasting: MakeNewsroom) -> Client:
    return make_lasting(FILES).client()


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
        feeds = {format_.media_type for format_ in FORMATS.values()}
        assert found.keys() == {"text/html", discovery.OPENSEARCH_TYPE, discovery.SUGGESTIONS_TYPE, *feeds}
        for media_type, template in found.items():
            address = template.replace("{searchTerms}", "quay").replace("{startPage?}", "")
            answer = harbour.get(address.removeprefix(BASE), follow_redirects=True)
            assert (answer.status_code, answer.mimetype) == (200, media_type)

    def test_the_example_finds_what_it_names(self, harbour: Client) -> None:
        document = ElementTree.fromstring(harbour.get("/opensearch.xml").data)
        (example,) = document.iter(f"{OPENSEARCH}Query")
        assert example.attrib.keys() == {"role", "searchTerms"}
        found = harbour.get(f"/search.json?q={example.attrib['searchTerms']}").get_json(force=True)["items"]
        assert found[0]["title"] == harbour.get("/releases.json").get_json(force=True)["items"][0]["title"]

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


SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"


def places(client: Client, path: str) -> dict[str, str | None]:
    """The paths that a sitemap or its index names, each with its last change."""
    answer = client.get(path)
    assert (answer.status_code, answer.mimetype) == (200, "application/xml")
    found = {}
    for place in ElementTree.fromstring(answer.data):
        location = place.findtext(f"{SITEMAP}loc") or ""
        assert location.startswith(f"{BASE}/")
        found[location.removeprefix(BASE)] = place.findtext(f"{SITEMAP}lastmod")
    return found


class TestSitemap:
    def test_a_release_that_is_for_no_search_engine_says_so_and_is_in_no_part_of_it(self, harbour: Client) -> None:
        asked = '<meta name="robots" content="noindex">'
        assert [asked in harbour.get(f"/releases/{name}").text for name in ("shy", "quay")] == [True, False]
        assert "/releases/shy" in harbour.get("/releases").text
        assert harbour.get("/sitemap-2025.xml").status_code == 404
        assert "/sitemap-2025.xml" not in places(harbour, "/sitemap.xml")

    def test_robots_are_told_where_it_is(self, harbour: Client) -> None:
        assert harbour.get("/robots.txt").text == (
            f"User-agent: *\nDisallow: /search\nDisallow: /suggest\n\nSitemap: {BASE}/sitemap.xml\n"
        )

    def test_its_index_has_a_part_for_each_year_with_the_last_change_in_it(self, harbour: Client) -> None:
        assert places(harbour, "/sitemap.xml") == {
            "/sitemap-lists.xml": None,
            "/sitemap-2026.xml": "2026-03-09T00:00:00+00:00",
            "/sitemap-2024.xml": "2024-06-01T00:00:00+00:00",
            "/sitemap-undated.xml": None,
        }

    def test_it_names_each_release_and_list_that_is_public_and_nothing_else(self, harbour: Client) -> None:
        found = {path: day for part in places(harbour, "/sitemap.xml") for path, day in places(harbour, part).items()}
        assert found == {
            **dict.fromkeys(("/", "/releases", "/topics", "/years", "/feeds", "/topics/quays", "/years/2026")),
            "/years/2024": None,
            "/years/2025": None,
            **dict.fromkeys(
                f"{path}?lang=fr" for path in ("/", "/releases", "/topics", "/years", "/feeds", "/years/2024")
            ),
            "/releases/quay": "2026-03-09T00:00:00+00:00",
            "/releases/lock": "2026-03-04T00:00:00+00:00",
            "/releases/phare-fr": "2024-06-01T00:00:00+00:00",
            "/releases/undated": None,
        }
        for path in found:
            assert harbour.get(path).status_code == 200, path

    def test_a_part_that_there_is_not_is_not_there(self, harbour: Client) -> None:
        for part in ("2025", "2026-2", "0", "x"):
            assert harbour.get(f"/sitemap-{part}.xml").status_code == 404

    def test_a_year_with_too_many_releases_has_several_parts(
        self, newsroom: Make, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(discovery, "MOST_ADDRESSES", 2)
        client = newsroom({f"n{n}.md": release(f"Number {n}", f"2026-01-0{9 - n}") for n in range(5)})
        parts = ["/sitemap-2026.xml", "/sitemap-2026-2.xml", "/sitemap-2026-3.xml"]
        days = [f"2026-01-0{day}T00:00:00+00:00" for day in (9, 7, 5)]
        assert list(places(client, "/sitemap.xml").items())[1:] == list(zip(parts, days, strict=True))
        found = [path for part in parts for path in places(client, part)]
        assert found == [f"/releases/n{n}" for n in range(5)]


def article(page: str) -> dict[str, Any]:
    """The release as a page describes it to search engines."""
    found: dict[str, Any] = json.loads(re.findall(r'<script type="application/ld\+json">(.*?)</script>', page)[0])
    return found


def properties(page: str) -> dict[str, str]:
    return {name: unescape(text) for name, text in re.findall(r'<meta property="([^"]*)" content="([^"]*)">', page)}


class TestMetadata:
    def test_a_release_describes_itself_with_the_id_and_the_dates_that_feeds_have(self, harbour: Client) -> None:
        found = article(harbour.get("/releases/quay").text)
        item = json.loads(harbour.get("/releases.json").data)["items"][0]
        assert (found["@context"], found["@type"]) == ("https://schema.org", "NewsArticle")
        assert found["identifier"] == item["id"]
        assert found["url"] == found["mainEntityOfPage"] == item["url"]
        assert (found["headline"], found["keywords"]) == (item["title"], item["tags"])
        assert (found["datePublished"], found["dateModified"]) == (item["date_published"], item["date_modified"])
        assert (found["inLanguage"], found["publisher"]["name"]) == ("en", "Port of Dunmore")

    def test_what_is_not_known_is_not_described(self, harbour: Client) -> None:
        page = harbour.get("/releases/undated").text
        assert article(page).keys().isdisjoint({"datePublished", "dateModified", "image", "keywords", "correction"})
        assert not any(name.startswith("article:") for name in properties(page))

    def test_a_correction_is_described(self, newsroom: Make) -> None:
        text = release(corrections='\n  - {date: 2026-03-09, text: "On Monday."}')
        assert article(newsroom({"a.md": text}).get("/releases/a").text)["correction"] == [
            {"@type": "CorrectionComment", "datePublished": "2026-03-09T00:00:00+00:00", "text": "On Monday."}
        ]

    def test_social_networks_are_told_the_same(self, harbour: Client) -> None:
        found = properties(harbour.get("/releases/quay").text)
        assert found == {
            "og:type": "article",
            "og:title": "A new quay",
            "og:description": "The quay opens.",
            "og:url": f"{BASE}/releases/quay",
            "og:site_name": "The newsroom of Dunmore harbour & its <pilots>",
            "article:published_time": "2026-03-05T00:00:00+00:00",
            "article:modified_time": "2026-03-09T00:00:00+00:00",
        }

    def test_a_title_cannot_break_out_of_the_description(self, newsroom: Make) -> None:
        title = "</script><script>alert(1)</script><!--\u2028"
        page = newsroom({"a.md": release(f"'{title}'")}).get("/releases/a").text
        assert article(page)["headline"].startswith("</script><script>alert(1)</script><!--")
        assert page.count("<script") == page.count("</script") == 1


@pytest.mark.parametrize("format_", ["atom", "rss"])
class TestFeedsInBrowsers:
    def test_a_feed_names_its_style_before_its_root(self, harbour: Client, format_: str) -> None:
        declaration, instruction, *_ = harbour.get(f"/releases.{format_}").text.splitlines()
        assert declaration == "<?xml version='1.0' encoding='UTF-8'?>"
        (address,) = re.findall(r'<\?xml-stylesheet type="text/css" href="([^"]*)"\?>', instruction)
        answer = harbour.get(address)
        assert (answer.status_code, answer.mimetype) == (200, "text/css")
        assert "immutable" in answer.headers["Cache-Control"]

    def test_a_browser_that_opens_a_feed_gets_the_same_bytes_as_plain_xml(self, harbour: Client, format_: str) -> None:
        plain = harbour.get(f"/releases.{format_}")
        opened = harbour.get(f"/releases.{format_}", headers={"Sec-Fetch-Dest": "document"})
        assert (plain.mimetype, opened.mimetype) == (f"application/{format_}+xml", "application/xml")
        assert (plain.data, plain.headers["ETag"]) == (opened.data, opened.headers["ETag"])
        assert plain.headers["Vary"] == opened.headers["Vary"] == "Accept-Encoding, Sec-Fetch-Dest"
        fetched = harbour.get(f"/releases.{format_}", headers={"Sec-Fetch-Dest": "empty"})
        assert fetched.mimetype == f"application/{format_}+xml"
        page = harbour.get("/releases", headers={"Sec-Fetch-Dest": "document"})
        assert (page.mimetype, page.headers["Vary"]) == ("text/html", "Accept-Encoding")


class TestFeedsPage:
    def test_it_has_each_feed_in_each_format_with_the_day_of_the_newest_release(self, harbour: Client) -> None:
        page = harbour.get("/feeds").text
        offers = re.findall(r"<li>\n<div>.*?</ul>\s*</li>", page, re.DOTALL)
        found = []
        for offer in offers:
            texts = [text.strip() for text in re.sub("<[^>]*>", "\n", offer).split("\n") if text.strip()]
            address = texts[-1 - len(FORMATS)].removeprefix(BASE)
            found.append((unescape(texts[0]), texts[1], texts[3] if texts[2] == "newest" else "", address))
            for format_ in FORMATS:
                assert f'href="{address.replace(".atom", f".{format_}")}"' in offer
        assert found == [
            ("All releases", "5 releases", "5 March 2026", "/releases.atom"),
            ("Quays & locks", "2 releases", "5 March 2026", "/topics/quays.atom"),
            ("2026", "2 releases", "5 March 2026", "/years/2026.atom"),
            ("2025", "1 release", "1 June 2025", "/years/2025.atom"),
            ("2024", "1 release", "1 June 2024", "/years/2024.atom"),
            ("English", "4 releases", "5 March 2026", "/releases.atom?lang=en"),
            ("Français", "1 release", "1 June 2024", "/releases.atom?lang=fr"),
        ]

    def test_every_feed_can_be_imported_at_once(self, harbour: Client) -> None:
        assert 'href="/feeds.opml"' in harbour.get("/feeds").text

    @pytest.mark.parametrize(
        ("path", "own"),
        [
            ("/topics/quays", "Quays &amp; locks"),
            ("/releases?lang=fr", "Tous les communiqués"),
            ("/search?q=quay", "Releases about “quay”"),
        ],
    )
    def test_a_page_names_its_own_feed_first_and_then_that_of_everything(
        self, harbour: Client, path: str, own: str
    ) -> None:
        found = re.findall(
            r'<link rel="alternate" type="[^"]*" title="([^"]*)" href="([^"]*)">',
            harbour.get(path).text,
        )
        bare, mark, parameters = path.partition("?")
        names = {ending: format_.name for ending, format_ in FORMATS.items()}
        everything = "The newsroom of Dunmore harbour &amp; its &lt;pilots&gt;"
        assert found == [
            *((f"{own} ({name})", f"{BASE}{bare}.{ending}{mark}{parameters}") for ending, name in names.items()),
            *((f"{everything} ({name})", f"{BASE}/releases.{ending}") for ending, name in names.items()),
        ]
