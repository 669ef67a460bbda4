"""Addresses by habit: from where other sites have feeds, or ours were, one redirect leads to what is there now."""

from __future__ import annotations

from dataclasses import replace

import pytest
from werkzeug.test import Client

from feedsrv import newsroom_toml
from feedsrv.errors import NewsroomInvalid
from feedsrv.feeds.formats import FORMATS
from feedsrv.web import create_app
from feedsrv.web.habits import HABITS
from feedsrv.web.subscriptions import Subscriptions
from tests.conftest import MakeNewsroom, Newsroom, release

SETTINGS = """
authority = "dunmore.example"
languages = ["en", "fr"]

[former_feeds]
"/news/rss.php" = "/releases.rss"
"/news/rss.php?id=3" = "/topics/quays.rss"
"/news/rss.php?id=3&lang=fr" = "/topics/quays.rss?lang=fr"
"https://old.example.org/blog/feed/" = "/releases.json"
"/?format=feed&type=rss" = "/releases.rss"
"/atom.xml" = "/topics/quays.atom"
"/feeds/podcast.rss.xml" = "/search.rss?q=podcast"
"/caf%C3%A9/flux" = "/topics/quays"

[topics.quays]
match = ["quay"]
aliases = ["docks"]
"""
FILES = {
    "newsroom.toml": SETTINGS,
    "a.md": release("A quay", aliases="[/news/old.php, /tags/quays/index.html]"),
    "b.md": release("Un quai", lang="fr", body="quay"),
}


@pytest.fixture(scope="module")
def newsroom(make_lasting: MakeNewsroom) -> Newsroom:
    return make_lasting(FILES)


@pytest.fixture(scope="module")
def client(newsroom: Newsroom) -> Client:
    return newsroom.client()


LEADS_TO = {
    # typed by hand
    "/feed": "/releases.atom", "/rss": "/releases.rss", "/rss.xml": "/releases.rss", "/feed.json": "/releases.json",
    "/feed.rss": "/releases.rss", "/feed.atom": "/releases.atom", "/feed.xml": "/releases.atom",
    # Hugo
    "/index.xml": "/releases.rss", "/topics/quays/index.xml": "/topics/quays.rss",
    "/tags/quays/index.xml": "/topics/quays.rss", "/categories/docks/index.xml": "/topics/quays.rss",
    # Pelican
    "/feeds/all.atom.xml": "/releases.atom", "/feeds/all.rss.xml": "/releases.rss",
    "/feeds/all-fr.atom.xml": "/releases.atom?lang=fr", "/feeds/quays.atom.xml": "/topics/quays.atom",
    "/feeds/docks.rss.xml": "/topics/quays.rss",
    # WordPress
    "/feed/": "/releases.atom", "/feed/atom/": "/releases.atom", "/feed/rss2/": "/releases.rss",
    "/topics/quays/feed/": "/topics/quays.atom", "/topics/QUAYS/feed": "/topics/quays.atom",
    "/category/docks/feed/": "/topics/quays.atom", "/tag/quays/feed/rss2/": "/topics/quays.rss",
    "/topics/quays/feed/atom/": "/topics/quays.atom", "/?feed=rss2": "/releases.rss", "/?feed=atom": "/releases.atom",
    "/index.xml?utm_source=x": "/releases.rss", "/?feed=rss&utm_source=x": "/releases.rss",
    # as newsroom.toml says
    "/news/rss.php": "/releases.rss", "/news/rss.php?id=4": "/releases.rss", "/news/rss.php?id=3": "/topics/quays.rss",
    "/news/rss.php?utm=x&lang=fr&id=3": "/topics/quays.rss?lang=fr", "/blog/feed": "/releases.json",
    "/blog/feed/": "/releases.json", "/?type=rss&format=feed": "/releases.rss", "/atom.xml": "/topics/quays.atom",
    "/feeds/podcast.rss.xml": "/search.rss?q=podcast", "/caf%C3%A9/flux": "/topics/quays.atom",
}  # fmt: skip


@pytest.mark.parametrize(("asked", "feed"), LEADS_TO.items())
def test_one_redirect_leads_to_the_feed(newsroom: Newsroom, client: Client, asked: str, feed: str) -> None:
    for method in ("GET", "HEAD"):
        answer = client.open(asked, method=method)
        assert (answer.status_code, answer.headers["Location"]) == (301, feed)
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        assert answer.headers["Cache-Control"] == "public, max-age=10"
    assert client.get(feed).status_code == 200
    app = create_app(newsroom.index, newsroom.settings)
    if "feed" in asked or "xml" in asked or "rss" in asked:
        assert Subscriptions(app).feed(asked) == feed, "its subscribers count"


@pytest.mark.parametrize("path", ["/?feed=none", "/?page=2", "/?format=feed", "/?type=rss", "/"])
def test_the_front_page_is_the_front_page_else(client: Client, path: str) -> None:
    assert client.get(path).status_code == 200


@pytest.mark.parametrize(
    "path",
    ["/news/rss", "/index.rss", "/topics/qu_ys/index.xml", "/feeds/none", "/feeds/a.b.xml", "/topics/quays/feeds"],
)
def test_what_no_site_has_leads_nowhere(client: Client, path: str) -> None:
    assert client.get(path).status_code == 404


def test_nothing_of_ours_is_shadowed(client: Client) -> None:
    assert client.get("/news/old.php").headers["Location"] == "/releases/a"
    assert client.get("/tags/quays/index.html").headers["Location"] == "/releases/a"
    assert client.post("/news/rss.php").status_code == 404


def test_under_a_path_it_is_the_same(make_newsroom: MakeNewsroom) -> None:
    press = make_newsroom(FILES)
    client = press.client(replace(press.settings, base_url="https://example.org/press"))
    for asked in ("/index.xml", "/news/rss.php", "/?feed=atom"):
        feed = LEADS_TO[asked]
        assert client.get(f"/press{asked}").headers["Location"] == f"/press{feed}"


def faults(text: str) -> list[tuple[int, str]]:
    with pytest.raises(NewsroomInvalid) as found:
        newsroom_toml.parse(text)
    return [(problem.line, problem.what) for problem in found.value.problems]


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ('"old/rss" = "/releases.rss"', "'old/rss' is no address"),
        ('"/old rss" = "/releases.rss"', "'/old rss' is no address"),
        ('"ftp://a.example/rss" = "/releases.rss"', "'ftp://a.example/rss' is no address"),
        ('"/" = "/releases.rss"', "'/' is an address of this newsroom"),
        ('"https://old.example.org" = "/releases.rss"', "'https://old.example.org' is an address of this newsroom"),
        ('"/old/rss.php?id=3" = "/nowhere.rss"', "'/nowhere.rss' is no feed of this newsroom"),
        ('"/old" = "https://a.example/rss"', "'https://a.example/rss' is no feed of this newsroom"),
        ('"/old" = "/releases/a"', "'/releases/a' is no feed of this newsroom"),
        ('"/old" = "/releases.rss#x y"', "'/releases.rss#x y' is no feed of this newsroom"),
        ("'/old' = 3", "3 is no feed of this newsroom"),
    ],
)
def test_a_fault_is_named_with_its_line(line: str, what: str) -> None:
    assert faults(f'title = "T"\n[former_feeds]\n"/fine" = "/years/2018"\n{line}\n') == [(4, what)]


def test_what_is_no_table_is_named_with_its_line() -> None:
    assert faults('title = "T"\nformer_feeds = "/old"\n') == [(2, "former_feeds is '/old'")]


def test_an_address_that_is_answered_cannot_be_a_former_one(newsroom: Newsroom) -> None:
    app = create_app(newsroom.index, newsroom.settings)
    paths = {
        rule.rule.replace("<topics>", "quays").replace("<year>", "2018").replace("<format:format_>", "rss")
        for rule in app.url_map.iter_rules()
        if rule.rule not in HABITS and not rule.rule.startswith(("/static/", "/releases/<", "/sitemap-<"))
    }
    for path in sorted(paths - {"/"}):
        assert faults(f'[former_feeds]\n"{path}?a=b" = "/releases.rss"\n') == [
            (2, f"'{path}?a=b' is an address of this newsroom")
        ]


@pytest.mark.parametrize("ending", FORMATS)
def test_what_the_settings_take_for_addresses_of_ours_is_what_there_is(newsroom: Newsroom, ending: str) -> None:
    parts = {"<topics>": "quays", "<year>": "2026", "<part>": "2026", "<format:format_>": ending}
    for rule in create_app(newsroom.index, newsroom.settings).url_map.iter_rules():
        path = str(rule)
        for part, value in parts.items():
            path = path.replace(part, value)
        if rule.endpoint != "habit" and "<" not in path and path != "/":
            assert newsroom_toml.OWN_ADDRESS.fullmatch(path), path
            is_list = rule.endpoint in {"feed", "listing"}
            assert bool(newsroom_toml.FEED_ADDRESS.fullmatch(path)) == is_list, path
