"""Feeds over HTTP: what feed readers and programs are told of a list."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from struct import unpack
from typing import Any
from xml.etree import ElementTree

import feedparser
import pytest
from werkzeug.test import Client, TestResponse

from tests.conftest import MakeNewsroom, release

Make = Callable[..., Client]

SETTINGS = """
title = "Harbour newsroom"
publisher = "Port of Dunmore"
authority = "dunmore.example"
since = 2020-05-01
languages = ["en", "fr"]

[topics.quays]
label = "Quays & locks"
match = ["quay"]
aliases = ["docks"]

[topics.pilots]
label = "Pilots"

[topics.tugs]
label = "Tugs"
retired = "pilots"
"""

CONTACTS = "\n  - {name: Ada Quill, phone: +44 20 7946 0000, email: ada@example.org}"
FILES = {
    "newsroom.toml": SETTINGS,
    "quay.md": release(
        "A new quay & more",
        "2026-03-05",
        "The **quay** opens. See [the plan](plan.pdf).",
        reference="PR001-2026",
        summary="It opens.",
        contacts=CONTACTS,
        corrections='\n  - {date: 2026-03-09, text: "On Monday."}',
    ),
    "pilot.md": release("Pilots wanted", "2025-12-31", "The harbour looks for pilots.", topics="[pilots]"),
    "phare.md": release("Le phare", "2024-06-01", "Le phare du port éclaire.", lang="fr"),
    "undated.md": "---\ntitle: No date\n---\nOf no day.",
}
FORMATS = ("atom", "rss", "json")


@pytest.fixture(scope="module")
def harbour(make_lasting: MakeNewsroom) -> Client:
    return make_lasting(FILES).client()


def many(count: int) -> dict[str, str]:
    return {f"n{n:03}.md": release(f"Number {n}", f"2025-{1 + n // 28:02}-{1 + n % 28:02}") for n in range(count)}


def json(answer: TestResponse) -> dict[str, Any]:
    document: dict[str, Any] = answer.get_json(force=True)
    return document


@pytest.mark.parametrize(
    ("format_", "media_type"),
    [("atom", "application/atom+xml"), ("rss", "application/rss+xml"), ("json", "application/feed+json")],
)
def test_each_list_is_a_feed_in_each_format(harbour: Client, format_: str, media_type: str) -> None:
    for path in ("/releases", "/topics/quays", "/topics/pilots+quays", "/topics/quays/2026", "/years/2026", "/search"):
        answer = harbour.get(f"{path}.{format_}")
        assert answer.status_code == 200
        assert answer.headers["Content-Type"] == f"{media_type}; charset=utf-8"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Access-Control-Allow-Origin"] == "*"


def test_an_entry_carries_all_that_a_reader_shows(harbour: Client) -> None:
    item = json(harbour.get("/releases.json"))["items"][0]
    assert item["id"] == "tag:dunmore.example,2020-05-01:PR001-2026"
    assert item["url"] == "https://press.example.org/releases/PR001-2026"
    assert item["title"] == "A new quay & more"
    assert item["summary"] == "It opens."
    assert item["date_published"] == "2026-03-05T00:00:00+00:00"
    assert item["tags"] == ["Quays & locks"]
    assert item["_feedsrv"] == {"release": "PR001-2026", "topics": ["quays"]}
    content = item["content_html"]
    assert "See the plan." in content
    assert content.index("On Monday.") < content.index("<strong>quay</strong>") < content.index("ada@example.org")


def test_files_are_listed_in_the_content_by_name_kind_and_size(newsroom: Make) -> None:
    client = newsroom(
        {
            "a.md": release("A", attachments="[plan.pdf, talk.mp3]", image="quay.png", contacts=CONTACTS),
            "plan.pdf": b"x" * 40_000,
            "talk.mp3": b"x" * 2_500_000,
            "quay.png": b"x" * 10,
        }
    )
    (item,) = json(client.get("/releases.json"))["items"]
    content = item["content_html"]
    base = "https://press.example.org/releases/a"
    assert f'<li><a href="{base}/plan.pdf">plan.pdf</a> (PDF, 40 kB)</li>' in content
    assert f'<li><a href="{base}/talk.mp3">talk.mp3</a> (MP3, 2.5 MB)</li>' in content
    assert content.count("quay.png") == 1
    places = [content.index(text) for text in (f'<img src="{base}/quay.png"', "Some words", "plan.pdf", "Ada Quill")]
    assert places == sorted(places)
    rss = ElementTree.fromstring(client.get("/releases.rss").data)
    assert [found.attrib["url"] for found in rss.iter("enclosure")] == [f"{base}/talk.mp3"]


def test_the_pictures_of_a_feed_can_be_fetched(harbour: Client) -> None:
    document = json(harbour.get("/releases.json"))
    atom = ElementTree.fromstring(harbour.get("/releases.atom").data)
    logos = [atom.findtext(f"{{http://www.w3.org/2005/Atom}}{name}") for name in ("icon", "logo")]
    rss = ElementTree.fromstring(harbour.get("/releases.rss").data).findtext("channel/image/url")
    sizes = []
    for address in (document["icon"], document["favicon"], *logos, rss):
        answer = harbour.get(str(address).removeprefix("https://press.example.org"))
        assert (answer.status_code, answer.mimetype, answer.data[:8]) == (200, "image/png", b"\x89PNG\r\n\x1a\n")
        sizes.append(unpack(">II", answer.data[16:24]))
    assert sizes == [(512, 512), (64, 64), (512, 512), (512, 256), (64, 64)]
    icon = harbour.get("/favicon.ico")
    assert (icon.status_code, icon.data[:6]) == (200, b"\0\0\1\0\2\0")


def test_an_undated_release_carries_the_start_of_the_newsroom(harbour: Client) -> None:
    item = json(harbour.get("/releases.json"))["items"][-1]
    assert item["title"] == "No date"
    assert item["date_modified"] == "2020-05-01T00:00:00+00:00"
    assert "date_published" not in item


def test_the_json_of_a_search_is_the_api(harbour: Client) -> None:
    document = json(harbour.get("/search.json?q=harbour+OR+quay&topic=pilots"))
    assert document["_feedsrv"] == {
        "about": "https://press.example.org/feeds#programs",
        "total": 1, "page": 1, "pages": 1, "per_page": 50, "sort": "newest",
        "understood": "(harbour OR quay) AND topic:pilots",
        "did_you_mean": None,
        "facets": {
            "topic": [
                {"value": "pilots", "label": "Pilots", "count": 1},
                {"value": "quays", "label": "Quays & locks", "count": 1},
            ],
            "year": [{"value": "2025", "label": "2025", "count": 1}],
            "lang": [{"value": "en", "label": "English", "count": 1}],
        },
    }  # fmt: skip
    assert document["items"][0]["_feedsrv"]["excerpt"] == "The <mark>harbour</mark> looks for pilots."


def test_the_api_says_what_was_cut(harbour: Client) -> None:
    answer = harbour.get(
        "/search.json", query_string={"q": " ".join(f"word{n}" for n in range(150))}, follow_redirects=True
    )
    assert json(answer)["_feedsrv"]["notes"]


@pytest.mark.parametrize(
    ("path", "title"),
    [
        ("/releases", "Harbour newsroom"),
        ("/releases.json?limit=1&page=2", "Harbour newsroom"),
        ("/releases.json?lang=fr", "Harbour newsroom\u00a0: Français"),
        ("/topics/quays", "Harbour newsroom: Quays & locks"),
        ("/topics/pilots+quays", "Harbour newsroom: Pilots or Quays & locks"),
        ("/topics/quays/2026", "Harbour newsroom: Quays & locks, 2026"),
        ("/years/2026", "Harbour newsroom: 2026"),
        ("/search.json?q=quay&topic=quays&year=2026", "Releases about “quay”, in Quays & locks, 2026"),
        ("/search.json?from=2024&to=2025-06", "Releases, from 2024, to 2025-06"),
    ],
)
def test_a_feed_has_a_title_in_words(harbour: Client, path: str, title: str) -> None:
    assert json(harbour.get(path if ".json" in path else f"{path}.json"))["title"] == title


def test_the_id_of_a_feed_is_that_of_the_list(make_newsroom: MakeNewsroom) -> None:
    press = make_newsroom(FILES)
    moved = replace(press.settings, base_url="https://elsewhere.example/press")
    for client in (press.client(), press.client(moved)):
        for path in ("/topics/quays.atom", "/topics/quays.rss", "/topics/quays.atom?limit=10"):
            found = feedparser.parse(client.get(path).data).feed
            assert found.get("id", "tag:dunmore.example,2020-05-01:/topics/quays") == (
                "tag:dunmore.example,2020-05-01:/topics/quays"
            )


def test_without_an_authority_ids_are_made_of_the_public_address(newsroom: Make) -> None:
    client = newsroom({"a.md": release("A")})
    assert json(client.get("/releases.json"))["items"][0]["id"] == "tag:press.example.org,2000-01-01:a"


def test_a_feed_says_where_it_is_and_what_its_page_is(harbour: Client) -> None:
    path = "/search.atom?q=quay&year=2026"
    answer = harbour.get(path)
    found = {link.rel: link.href for link in feedparser.parse(answer.data).feed.links}
    assert found == {
        "self": f"https://press.example.org{path}",
        "alternate": "https://press.example.org/search?q=quay&year=2026",
        "search": "https://press.example.org/opensearch.xml",
    }
    for rel, href in found.items():
        assert f'<{href}>; rel="{rel}"' in answer.headers["Link"]


def test_paging_names_its_neighbours_and_the_page_of_the_whole(newsroom: Make) -> None:
    header = newsroom(many(30)).get("/releases.atom?limit=10&page=2").headers["Link"]
    assert '<https://press.example.org/releases>; rel="alternate"' in header
    rels = re.findall(r'<https://press.example.org/releases.atom\?([^>]*)>; rel="(\w+)"', header)
    assert rels == [
        ("limit=10&page=2", "self"),
        ("limit=10", "first"),
        ("limit=10", "previous"),
        ("limit=10&page=3", "next"),
        ("limit=10&page=3", "last"),
    ]


def test_the_feeds_that_can_be_listed_name_the_hub(make_newsroom: MakeNewsroom) -> None:
    press = make_newsroom(FILES)
    client = press.client(replace(press.settings, hub="https://hub.example.org"))
    hub = '<https://hub.example.org>; rel="hub"'
    assert hub in client.get("/releases.atom").headers["Link"]
    assert hub in client.head("/topics/quays.json").headers["Link"]
    assert hub not in client.get("/search.atom?q=quay").headers["Link"]
    assert json(client.get("/releases.json"))["hubs"] == [{"type": "WebSub", "url": "https://hub.example.org"}]


def test_an_empty_feed_is_a_feed(harbour: Client) -> None:
    for format_ in FORMATS:
        answer = harbour.get(f"/topics/pilots/2026.{format_}")
        assert answer.status_code == 200
    assert json(answer)["items"] == []
    atom = feedparser.parse(harbour.get("/topics/pilots/2026.atom").data)
    assert atom.feed.updated == "2020-05-01T00:00:00+00:00"


def test_the_feed_of_a_retired_topic_says_where_to_go(harbour: Client) -> None:
    assert harbour.get("/topics/tugs").headers["Location"] == "/topics/pilots"
    item = json(harbour.get("/topics/tugs.json"))["items"][0]
    assert item["url"] == "https://press.example.org/topics/pilots"
    assert "Pilots" in item["summary"]


def test_the_feed_of_a_retired_topic_has_expired_and_no_other(harbour: Client) -> None:
    assert json(harbour.get("/topics/tugs.json"))["expired"] is True
    for path in ("/topics/pilots", "/releases", "/years/2026", "/search"):
        assert "expired" not in json(harbour.get(f"{path}.json"))


def test_what_a_program_reads_about_the_interface_is_there(harbour: Client) -> None:
    document = json(harbour.get("/search.json?q=quay"))
    address, _, place = document["_feedsrv"]["about"].partition("#")
    page = harbour.get(address).text
    section = page[page.index(f'id="{place}"') :]
    for name in (*document["_feedsrv"].keys() - {"about"}, *document["items"][0]["_feedsrv"]):
        assert f"<code>{name}</code>" in section, name


def test_topics_that_were_retired_one_after_another_lead_to_the_last(newsroom: Make) -> None:
    topics = {"a": "b", "b": "c", "c": "d"}
    settings = "".join(f'[topics.{topic}]\nretired = "{next_}"\n' for topic, next_ in topics.items()) + "[topics.d]\n"
    client = newsroom({"newsroom.toml": settings, "d.md": release("D", topics="[d]")})
    for topic in topics:
        assert client.get(f"/topics/{topic}").headers["Location"] == "/topics/d"
        assert json(client.get(f"/topics/{topic}.json"))["items"][0]["url"] == "https://press.example.org/topics/d"


def test_the_farewell_of_a_retired_topic_stands_at_its_end_once(newsroom: Make) -> None:
    files = {f"{name}.md": release(name, topics="[tugs]") for name in ("one", "two")}
    client = newsroom({**files, "newsroom.toml": SETTINGS})
    first, second = (json(client.get(f"/topics/tugs.json?limit=1{more}"))["items"] for more in ("", "&page=2"))
    assert [item["title"] for item in first] == ["This feed has ended", "one"]
    assert [item["title"] for item in second] == ["two"]


def test_the_outline_lists_every_feed(harbour: Client) -> None:
    answer = harbour.get("/feeds.opml")
    assert answer.headers["Content-Type"] == "text/x-opml; charset=utf-8"
    outlines = ElementTree.fromstring(answer.data).findall(".//outline[@type='rss']")
    paths = {outline.attrib["xmlUrl"].removeprefix("https://press.example.org") for outline in outlines}
    assert paths == {
        "/releases.atom", "/topics/quays.atom", "/topics/pilots.atom", "/years/2026.atom", "/years/2025.atom",
        "/years/2024.atom", "/releases.atom?lang=en", "/releases.atom?lang=fr",
    }  # fmt: skip
    for path in paths:
        assert harbour.get(path).status_code == 200


@pytest.mark.parametrize(
    ("asked", "canonical"),
    [
        ("/topics/docks.atom", "/topics/quays.atom"),
        ("/topics/docks", "/topics/quays"),
        ("/topics/quays+pilots.rss", "/topics/pilots+quays.rss"),
        ("/topics/quays+quays", "/topics/quays"),
        ("/topics/QUAYS", "/topics/quays"),
        ("/topics/docks/2026.json?utm_source=x", "/topics/quays/2026.json"),
        ("/search.atom?year=2026&q=quay", "/search.atom?q=quay&year=2026"),
        ("/search.atom?q=quay&sort=newest&page=1&limit=50", "/search.atom?q=quay"),
        ("/search.atom?q=%20quay%20%20 wall", "/search.atom?q=quay+wall"),
        ("/search.atom?topic=quays&topic=docks&topic=pilots", "/search.atom?topic=pilots&topic=quays"),
        ("/search.atom?from=2024-3-1&q=", "/search.atom?from=2024-03-01"),
        ("/search.atom?q=a&q=b&x=c", "/search.atom?q=a"),
        ("/search.atom?from=2024-06&to=2024&lang=EN", "/search.atom?from=2024-06&lang=en&to=2024"),
        ("/search.atom?sort=relevance", "/search.atom"),
        ("/search.atom?q=a%0B%1Bb", "/search.atom?q=a+b"),
        ("/releases.atom?limit=050", "/releases.atom"),
        ("/feed", "/releases.atom"),
        ("/atom.xml", "/releases.atom"),
        ("/rss", "/releases.rss"),
        ("/rss.xml", "/releases.rss"),
        ("/feed.json", "/releases.json"),
    ],
)
def test_another_spelling_leads_to_the_canonical_address(harbour: Client, asked: str, canonical: str) -> None:
    answer = harbour.get(asked)
    assert answer.status_code == 301
    assert answer.headers["Location"] == canonical
    assert harbour.get(canonical).status_code == 200


@pytest.mark.parametrize("path", ["/releases.atom?utm_source=x&fbclid=y", "/search.atom?q=quay&utm_source=x"])
def test_parameters_nobody_knows_are_ignored_and_not_repeated(harbour: Client, path: str) -> None:
    answer = harbour.get(path)
    assert answer.status_code == 200
    assert "utm_source" not in answer.text + answer.headers["Link"]


def test_search_feeds_are_newest_first_unless_asked(newsroom: Make) -> None:
    client = newsroom(
        {"old.md": release("Quay quay quay", "2020-01-01", "quay"), "new.md": release("New", "2021-01-01", "A quay.")}
    )
    assert [item["title"] for item in json(client.get("/search.json?q=quay"))["items"]] == ["New", "Quay quay quay"]
    relevant = client.get("/search.json?q=quay&sort=relevance")
    assert [item["title"] for item in json(relevant)["items"]] == ["Quay quay quay", "New"]


def test_hostile_texts_leave_every_feed_well_formed(newsroom: Make) -> None:
    hostile = "]]> &xxe; <!ENTITY x> \u202e <b>"
    client = newsroom({"a.md": release(f"'{hostile}'", body=f"{hostile}\n\n<script>alert(1)</script>")})
    for format_ in ("atom", "rss"):
        found = feedparser.parse(client.get(f"/releases.{format_}").data)
        assert not found.bozo
    item = json(client.get("/releases.json"))["items"][0]
    assert item["title"] == " ".join(hostile.split()) + "\u202c"
    assert "<script" not in item["content_html"]
    query = {"q": "\x0b" + hostile + "\ufffe\x1b"}
    assert not feedparser.parse(client.get("/search.atom", query_string=query, follow_redirects=True).data).bozo
