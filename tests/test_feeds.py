"""Feeds: the three formats say the same, whatever the texts hold, and in the same bytes everywhere."""

from __future__ import annotations

import html
import json
import locale
import os
import pickle
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

import feedparser
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from feedsrv.feeds import Category, Enclosure, Feed, FeedEntry, Link, Subscription, SubscriptionGroup
from feedsrv.feeds.atom_rss import atom, rss
from feedsrv.feeds.formats import ATOM, FORMATS, JSON, RSS, Format
from feedsrv.feeds.json_feed import json_feed
from feedsrv.feeds.opml import opml

NAMES = {
    "a": "http://www.w3.org/2005/Atom",
    "dc": "http://purl.org/dc/elements/1.1/",
    "content": "http://purl.org/rss/1.0/modules/content/",
}
LANG = "{http://www.w3.org/XML/1998/namespace}lang"
MORNING = datetime(2031, 5, 2, 7, 30, tzinfo=UTC)
SITE = "https://press.observatory.example"

ECLIPSE = FeedEntry(
    id="tag:press.observatory.example,2030:release/eclipse",
    url=f"{SITE}/releases/eclipse",
    title="Dome & mirror: ready for the eclipse",
    updated=MORNING + timedelta(hours=3),
    published=MORNING,
    language="en",
    summary="The dome & the mirror are ready.",
    content='<p>The dome &amp; the mirror are <a href="https://press.observatory.example/x?a=1&amp;b=2">ready</a>.</p>',
    author="Hilltop Observatory",
    categories=(
        Category("eclipses", "Eclipses & transits", f"{SITE}/topics/eclipses"),
        Category("telescopes", "Telescopes", f"{SITE}/topics/telescopes"),
    ),
    enclosures=(
        Enclosure(f"{SITE}/releases/eclipse/dome.pdf", "application/pdf", 4096, "The dome, a drawing"),
        Enclosure(f"{SITE}/releases/eclipse/mirror.jpg", "image/jpeg", 512),
    ),
    extension={"release": "eclipse", "topics": ("eclipses", "telescopes")},
)
UNDATED = FeedEntry(
    id="tag:press.observatory.example,2030:release/nuit-fr",
    url=f"{SITE}/releases/nuit-fr",
    title="La nuit où l'étoile s'éteint",
    updated=datetime(2030, 1, 1, tzinfo=UTC),
    published=None,
    language="fr",
    summary="Une étoile s'éteint.",
    content="<p>Une étoile s'éteint.</p>",
    author="Hilltop Observatory",
)
FEED = Feed(
    id="tag:press.observatory.example,2030:releases",
    url=f"{SITE}/releases.atom",
    home=f"{SITE}/releases",
    title="Hilltop Observatory: news",
    description="Everything the observatory announces",
    language="en",
    updated=ECLIPSE.updated,
    author="Hilltop Observatory",
    author_url=SITE,
    generator_version="9.8.7",
    links=(
        Link("next", f"{SITE}/releases.atom?page=2", "application/atom+xml", "Older"),
        Link("search", f"{SITE}/opensearch.xml", "application/opensearchdescription+xml"),
        Link("hub", "https://hub.example/"),
    ),
    entries=(ECLIPSE, UNDATED),
    extension={"total": 2, "facets": {"year": ["2031"]}},
)
LOW_AND_LONE = "\x00\x08\x0b\x1f\ud800\udfff\ufffe\uffff"

XML_FORMATS = pytest.mark.parametrize("render", [atom, rss])


@dataclass(frozen=True)
class Seen:
    """An entry as a reader of one of the formats sees it."""

    id: str
    url: str
    title: str
    published: datetime | None
    updated: datetime
    summary: str
    content: str
    language: str
    author: str
    topics: tuple[str, ...]
    attachments: tuple[tuple[str, str, int], ...]


def seen_in_xml(document: bytes, label: str) -> list[Seen]:
    parsed = feedparser.parse(document)
    assert not parsed.bozo
    return [_seen_by_feedparser(entry, parsed.feed.language, label) for entry in parsed.entries]


def _seen_by_feedparser(entry: Any, feed_language: str, label: str) -> Seen:
    is_html = entry.summary_detail.type == "text/html"
    published = entry.get("published")
    return Seen(
        id=entry.id,
        url=entry.link,
        title=entry.title,
        published=_moment(published) if published else None,
        updated=_moment(entry.updated),
        summary=html.unescape(entry.summary) if is_html else entry.summary,
        content=entry.content[0].value,
        language=entry.title_detail.language or feed_language,
        author=entry.author,
        topics=tuple(tag[label] for tag in entry.get("tags", ())),
        attachments=tuple((found.href, found.type, int(found.length)) for found in entry.enclosures),
    )


def _moment(text: str) -> datetime:
    return parsedate_to_datetime(text) if "," in text else datetime.fromisoformat(text)


def seen_in_json(document: bytes) -> list[Seen]:
    return [
        Seen(
            id=item["id"],
            url=item["url"],
            title=item["title"],
            published=_moment(item["date_published"]) if "date_published" in item else None,
            updated=_moment(item["date_modified"]),
            summary=item.get("summary", ""),
            content=item["content_html"],
            language=item["language"],
            author=item["authors"][0]["name"],
            topics=tuple(item["tags"]),
            attachments=tuple((a["url"], a["mime_type"], a["size_in_bytes"]) for a in item["attachments"]),
        )
        for item in json.loads(document)["items"]
    ]


def texts(document: bytes, path: str) -> list[str]:
    """The texts or attributes that a path finds; an empty element is an empty text."""
    found: Any = etree.fromstring(document).xpath(path, namespaces=NAMES)
    return [node if isinstance(node, str) else node.text or "" for node in found]


def with_entry(**changes: Any) -> Feed:
    return replace(FEED, entries=(replace(ECLIPSE, **changes),))


def test_the_three_formats_say_the_same_of_each_entry_in_the_same_order() -> None:
    in_atom = seen_in_xml(atom(FEED), "label")
    in_json = seen_in_json(json_feed(FEED))
    in_rss = seen_in_xml(rss(FEED), "term")

    assert in_atom == in_json
    assert [seen.id for seen in in_json] == [ECLIPSE.id, UNDATED.id]
    assert in_rss == [replace(seen, attachments=seen.attachments[:1]) for seen in in_json]


def test_what_a_reader_sees_is_what_was_published() -> None:
    eclipse, undated = seen_in_json(json_feed(FEED))

    assert eclipse == Seen(
        id=ECLIPSE.id,
        url=ECLIPSE.url,
        title=ECLIPSE.title,
        published=ECLIPSE.published,
        updated=ECLIPSE.updated,
        summary=ECLIPSE.summary,
        content=ECLIPSE.content,
        language="en",
        author="Hilltop Observatory",
        topics=("Eclipses & transits", "Telescopes"),
        attachments=tuple((file.url, file.type, file.length) for file in ECLIPSE.enclosures),
    )
    assert (undated.published, undated.language) == (None, "fr")


def test_atom_says_everything_of_the_feed() -> None:
    document = atom(FEED)

    assert document.startswith(b"<?xml version='1.0' encoding='UTF-8'?>\n<feed ")
    assert texts(document, "/a:feed/a:id") == [FEED.id]
    assert texts(document, "/a:feed/a:title") == [FEED.title]
    assert texts(document, "/a:feed/a:subtitle") == [FEED.description]
    assert texts(document, "/a:feed/a:updated") == ["2031-05-02T10:30:00+00:00"]
    assert texts(document, "/a:feed/a:author/a:name") == [FEED.author]
    assert texts(document, "/a:feed/a:author/a:uri") == [FEED.author_url]
    assert texts(document, "/a:feed/a:generator") == ["feedsrv"]
    assert texts(document, "/a:feed/a:generator/@version") == ["9.8.7"]
    assert texts(document, "/a:feed/@xml:lang") == ["en"]


def test_rss_says_everything_of_the_channel() -> None:
    document = rss(FEED)

    assert document.startswith(b"<?xml version='1.0' encoding='UTF-8'?>\n<rss ")
    assert texts(document, "/rss/channel/title") == [FEED.title]
    assert texts(document, "/rss/channel/description") == [FEED.description]
    assert texts(document, "/rss/channel/language") == ["en"]
    assert texts(document, "/rss/channel/generator") == ["feedsrv"]
    assert texts(document, "/rss/channel/docs") == ["http://www.rssboard.org/rss-specification"]
    assert texts(document, "/rss/channel/lastBuildDate") == ["Fri, 02 May 2031 10:30:00 +0000"]
    assert texts(document, "/rss/channel/item/guid/@isPermaLink") == ["false", "false"]
    assert texts(document, "/rss/channel/item/category/@domain") == [topic.scheme for topic in ECLIPSE.categories]


def test_json_says_everything_of_the_feed() -> None:
    document = json.loads(json_feed(FEED))

    assert list(document) == [
        "version",
        "title",
        "home_page_url",
        "feed_url",
        "description",
        "language",
        "authors",
        "next_url",
        "hubs",
        "_feedsrv",
        "items",
    ]
    assert document["version"] == "https://jsonfeed.org/version/1.1"
    assert (document["home_page_url"], document["feed_url"]) == (FEED.home, FEED.url)
    assert document["authors"] == [{"name": FEED.author, "url": FEED.author_url}]
    assert document["next_url"] == f"{SITE}/releases.atom?page=2"
    assert document["hubs"] == [{"type": "WebSub", "url": "https://hub.example/"}]
    assert document["_feedsrv"] == FEED.extension
    assert document["items"][0]["_feedsrv"] == {"release": "eclipse", "topics": ["eclipses", "telescopes"]}
    assert document["items"][0]["attachments"][0]["title"] == "The dome, a drawing"


def test_json_leaves_out_what_there_is_not_and_writes_letters_as_they_are() -> None:
    document = json_feed(replace(FEED, entries=(UNDATED,), links=(), extension={}, author_url=""))
    feed = json.loads(document)

    assert feed.keys().isdisjoint({"next_url", "hubs", "_feedsrv"})
    assert feed["authors"] == [{"name": FEED.author}]
    assert feed["items"][0].keys().isdisjoint({"date_published", "_feedsrv"})
    assert "La nuit où l'étoile s'éteint".encode() in document


def test_an_atom_entry_keeps_all_that_its_links_say() -> None:
    links = etree.fromstring(atom(FEED)).findall("a:entry[1]/a:link", NAMES)

    assert [dict(link.attrib) for link in links] == [
        {"rel": "alternate", "href": ECLIPSE.url, "type": "text/html", "hreflang": "en"},
        {
            "rel": "enclosure",
            "href": ECLIPSE.enclosures[0].url,
            "type": "application/pdf",
            "length": "4096",
            "title": "The dome, a drawing",
        },
        {"rel": "enclosure", "href": ECLIPSE.enclosures[1].url, "type": "image/jpeg", "length": "512"},
    ]


def test_an_rss_item_has_the_first_enclosure_alone() -> None:
    enclosures = etree.fromstring(rss(FEED)).findall("channel/item[1]/enclosure")

    assert [dict(enclosure.attrib) for enclosure in enclosures] == [
        {"url": ECLIPSE.enclosures[0].url, "length": "4096", "type": "application/pdf"}
    ]


@pytest.mark.parametrize(
    ("render", "path", "media_type"),
    [(atom, "a:link", "application/atom+xml"), (rss, "channel/a:link", "application/rss+xml")],
)
def test_a_feed_has_links_of_every_relation(render: Callable[[Feed], bytes], path: str, media_type: str) -> None:
    own = Link("https://relations.example/twin", f"{SITE}/twin")
    feed = replace(FEED, links=(*FEED.links, own))

    links = [dict(link.attrib) for link in etree.fromstring(render(feed)).findall(path, NAMES)]

    assert {"rel": "self", "href": FEED.url, "type": media_type} in links
    assert {"rel": "next", "href": FEED.links[0].href, "type": "application/atom+xml", "title": "Older"} in links
    assert [link["rel"] for link in links if link["rel"] != "alternate"] == ["self", "next", "search", "hub", own.rel]


def test_the_alternate_of_a_feed_is_its_page_whatever_other_links_it_has() -> None:
    assert texts(rss(FEED), "/rss/channel/link") == [FEED.home]
    alternate = etree.fromstring(atom(FEED)).find("a:link[@rel='alternate']", NAMES)
    assert alternate is not None
    assert dict(alternate.attrib) == {"rel": "alternate", "href": FEED.home, "type": "text/html", "hreflang": "en"}


PODCAST = (
    Enclosure(f"{SITE}/releases/eclipse/dome.pdf", "application/pdf", 4096),
    Enclosure(f"{SITE}/releases/eclipse/talk.mp3", "audio/mpeg", 9000),
    Enclosure(f"{SITE}/releases/eclipse/film.mp4", "video/mp4", 90_000),
)


@pytest.mark.parametrize(
    ("files", "first"), [(PODCAST, "talk.mp3"), (PODCAST[::-1], "film.mp4"), (PODCAST[:1], "dome.pdf")]
)
def test_the_one_enclosure_of_an_rss_item_is_what_can_be_played(files: tuple[Enclosure, ...], first: str) -> None:
    feed = with_entry(enclosures=files)
    enclosed = etree.fromstring(rss(feed)).findall("channel/item/enclosure")
    assert [element.attrib["url"].rpartition("/")[2] for element in enclosed] == [first]
    assert [title for *_, title in seen_in_json(json_feed(feed))[0].attachments] == [file.length for file in files]


def test_the_pictures_of_a_feed_stand_where_each_format_has_them() -> None:
    feed = replace(FEED, icon=f"{SITE}/512.png", small_icon=f"{SITE}/64.png", logo=f"{SITE}/wide.png")
    assert texts(atom(feed), "/a:feed/a:icon") == [f"{SITE}/512.png"]
    assert texts(atom(feed), "/a:feed/a:logo") == [f"{SITE}/wide.png"]
    image = etree.fromstring(rss(feed)).find("channel/image")
    assert image is not None
    assert {element.tag: element.text for element in image} == {
        "url": f"{SITE}/64.png", "title": FEED.title, "link": FEED.home, "width": "64", "height": "64",
    }  # fmt: skip
    document = json.loads(json_feed(feed))
    assert (document["icon"], document["favicon"]) == (f"{SITE}/512.png", f"{SITE}/64.png")
    for render in (atom, rss, json_feed):
        assert not re.search(rb"icon|logo|image>", render(FEED))


@XML_FORMATS
def test_with_a_style_a_feed_has_links_that_a_browser_follows(render: Callable[[Feed], bytes]) -> None:
    html = {"h": "http://www.w3.org/1999/xhtml"}
    root = etree.fromstring(render(replace(FEED, stylesheet="/feed.css")))
    (shown,) = (root if root.tag != "rss" else root[0]).findall("h:div", html)
    assert [(link.attrib["href"], link.text) for link in shown.iterfind(".//h:a", html)] == [
        (FEED.home, "See this list as a page"), (ECLIPSE.url, ECLIPSE.title), (UNDATED.url, UNDATED.title),
    ]  # fmt: skip
    assert [day.text for day in shown.iterfind(".//h:time", html)] == ["2 May 2031", "Undated"]
    assert [link.get(LANG) for link in shown.iterfind(".//h:li/h:a", html)] == ["en", "fr"]
    assert not etree.fromstring(render(FEED)).findall(".//h:div", html)


@XML_FORMATS
def test_an_entry_tells_its_language_where_it_is_not_the_feeds(render: Callable[[Feed], bytes]) -> None:
    root = etree.fromstring(render(FEED))

    entries = [*root.findall("a:entry", NAMES), *root.findall("channel/item")]

    assert [entry.get(LANG) for entry in entries] == [None, "fr"]


def test_rss_names_the_publisher_as_creator_and_never_as_author() -> None:
    document = rss(FEED)

    assert texts(document, "//item/dc:creator") == ["Hilltop Observatory"] * 2
    assert texts(document, "//author") == []


def test_rss_carries_the_summary_as_html_in_front_of_the_content() -> None:
    document = rss(with_entry(summary="Use <b> & rest", content="<p>Use &lt;b&gt; &amp; rest</p>"))

    item = etree.fromstring(document).find("channel/item")
    assert item is not None
    assert texts(document, "//item/description") == ["Use &lt;b&gt; &amp; rest"]
    assert texts(rss(replace(FEED, description="<b> & us")), "//channel/description") == ["&lt;b&gt; &amp; us"]
    assert texts(atom(replace(FEED, description="<b> & us")), "//a:subtitle") == ["<b> & us"]
    assert texts(document, "//item/content:encoded") == ["<p>Use &lt;b&gt; &amp; rest</p>"]
    names = [child.tag for child in item]
    assert names.index("description") < names.index(f"{{{NAMES['content']}}}encoded")


def test_in_atom_the_content_is_html_and_the_other_texts_are_plain() -> None:
    document = atom(FEED)

    assert texts(document, "//a:content/@type") == ["html", "html"]
    assert texts(document, "//a:title/@type | //a:summary/@type | //a:subtitle/@type") == []


def test_an_undated_entry_has_no_date_of_publication_and_yet_an_update() -> None:
    feed = replace(FEED, entries=(UNDATED,))

    assert texts(atom(feed), "//a:published") == []
    assert texts(rss(feed), "//pubDate") == []
    assert texts(atom(feed), "//a:entry/a:updated") == ["2030-01-01T00:00:00+00:00"]
    assert texts(rss(feed), "//item/a:updated") == ["2030-01-01T00:00:00+00:00"]


def test_an_empty_feed_is_whole() -> None:
    empty = replace(FEED, entries=(), links=(), extension={})

    for document in (atom(empty), rss(empty)):
        parsed = feedparser.parse(document)
        assert not parsed.bozo
        assert (parsed.feed.title, parsed.feed.link, parsed.entries) == (FEED.title, FEED.home, [])
    assert texts(rss(empty), "//lastBuildDate") == ["Fri, 02 May 2031 10:30:00 +0000"]
    assert json.loads(json_feed(empty))["items"] == []


@pytest.mark.parametrize(("render", "declarations"), [(atom, 1), (rss, 3)])
def test_namespaces_are_declared_once_at_the_root(render: Callable[[Feed], bytes], declarations: int) -> None:
    document = render(FEED)

    assert document.count(b"xmlns") == declarations
    assert document.partition(b">\n")[2].partition(b">")[0].count(b"xmlns") == declarations


def test_dates_are_written_without_touching_the_locale(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> str:
        raise AssertionError("the locale of the process was touched")

    monkeypatch.setattr(locale, "setlocale", refuse)

    assert texts(rss(FEED), "//pubDate") == ["Fri, 02 May 2031 07:30:00 +0000"]


@pytest.mark.parametrize("text", ["AT&T", "<b>bold</b>", "]]>", "&amp;", "&#60;", "a\r\nb", "𝒜 ✓ é", "\"'", "</title>"])
def test_texts_come_out_as_they_went_in(text: str) -> None:
    feed = with_entry(title=text, content=text, summary=text)

    in_atom = [texts(atom(feed), f"//a:entry/a:{name}") for name in ("title", "content", "summary")]
    item = json.loads(json_feed(feed))["items"][0]

    assert in_atom == [[text]] * 3
    assert texts(rss(feed), "//item/title") == texts(rss(feed), "//item/content:encoded") == [text]
    assert [html.unescape(found) for found in texts(rss(feed), "//item/description")] == [text]
    assert [item["title"], item["content_html"], item["summary"]] == [text] * 3


@given(text=st.text(st.characters(exclude_categories=()), max_size=40))
@settings(derandomize=True, max_examples=200)
def test_no_text_whatever_breaks_a_feed_or_makes_the_formats_differ(text: str) -> None:
    feed = with_entry(title=text, summary=text, content=text, author=text, categories=(Category("t", text, text),))
    feed = replace(feed, title=text, description=text, author=text, extension={text: text})

    item = json.loads(json_feed(feed))["items"][0]
    assert texts(atom(feed), "//a:entry/a:title") == texts(rss(feed), "//item/title") == [item["title"]]
    assert texts(atom(feed), "//a:entry/a:content") == [item["content_html"]]
    assert texts(atom(feed), "//a:category/@label") == texts(rss(feed), "//category") == item["tags"]


@pytest.mark.parametrize("format_", FORMATS.values())
def test_characters_that_xml_forbids_are_left_out_everywhere(format_: Any) -> None:
    def soiled(value: Any) -> Any:
        return value if isinstance(value, (datetime, int)) or value is None else value + LOW_AND_LONE

    def soil(thing: Any) -> Any:
        plain = [name for name in thing.__slots__ if not isinstance(getattr(thing, name), (tuple, dict))]
        return replace(thing, **{name: soiled(getattr(thing, name)) for name in plain})

    entry = replace(
        soil(ECLIPSE),
        categories=tuple(map(soil, ECLIPSE.categories)),
        enclosures=tuple(map(soil, ECLIPSE.enclosures)),
        extension={"release": ["eclipse" + LOW_AND_LONE]},
    )
    feed = replace(soil(FEED), links=tuple(map(soil, FEED.links)), entries=(entry,))
    clean = replace(FEED, entries=(replace(ECLIPSE, extension={"release": ["eclipse"]}),))

    assert format_.render(feed) == format_.render(clean)


@pytest.mark.parametrize("blank", ["", " \n", LOW_AND_LONE])
def test_where_a_text_is_blank_another_stands_in(blank: str) -> None:
    feed = replace(with_entry(title=blank, author=blank), description=blank, title=blank, author=blank)

    assert texts(atom(feed), "//a:title") == texts(rss(feed), "//title") == [FEED.home, ECLIPSE.url]
    assert texts(rss(feed), "/rss/channel/description") == [FEED.home]
    assert texts(rss(feed), "//dc:creator") == texts(atom(feed), "//a:entry/a:author/a:name") == [FEED.home]
    assert json.loads(json_feed(feed))["items"][0]["title"] == ECLIPSE.url


def test_an_entry_without_summary_and_content_is_an_entry() -> None:
    feed = with_entry(summary="", content="", categories=(), enclosures=())

    for document in (atom(feed), rss(feed)):
        parsed = feedparser.parse(document)
        assert not parsed.bozo
        assert parsed.entries[0].title == ECLIPSE.title
    assert texts(atom(feed), "//a:summary") == []
    (item,) = json.loads(json_feed(feed))["items"]
    assert "summary" not in item


def test_an_rss_item_without_a_summary_describes_itself_by_its_content() -> None:
    document = rss(with_entry(summary=" "))

    assert texts(document, "//item/description") == [ECLIPSE.content]
    assert texts(document, "//item/content:encoded") == []


@pytest.mark.parametrize(
    "surroundings",
    [
        {"TZ": "Pacific/Kiritimati", "LC_ALL": "C", "PYTHONHASHSEED": "1"},
        {"TZ": "America/St_Johns", "LC_ALL": "fr_FR.UTF-8", "PYTHONHASHSEED": "4242"},
    ],
)
def test_the_bytes_are_the_same_in_every_process(surroundings: dict[str, str]) -> None:
    script = """
import contextlib, locale, pickle, sys
from feedsrv.feeds.formats import FORMATS
with contextlib.suppress(locale.Error):
    locale.setlocale(locale.LC_ALL, "")
feed = pickle.load(sys.stdin.buffer)
pickle.dump([format_.render(feed) for format_ in FORMATS.values()], sys.stdout.buffer)
"""
    done = subprocess.run(
        [sys.executable, "-c", script],
        input=pickle.dumps(FEED),
        capture_output=True,
        check=True,
        cwd=Path(__file__).parents[1],
        env=os.environ | surroundings,
    )

    assert pickle.loads(done.stdout) == [format_.render(FEED) for format_ in FORMATS.values()]


def test_formats_are_found_by_their_endings() -> None:
    assert {ending: format_.extension for ending, format_ in FORMATS.items()} == {ending: ending for ending in FORMATS}


@pytest.mark.parametrize(
    ("format_", "ending", "name", "content_type"),
    [
        (ATOM, "atom", "Atom", "application/atom+xml; charset=utf-8"),
        (RSS, "rss", "RSS", "application/rss+xml; charset=utf-8"),
        (JSON, "json", "JSON Feed", "application/feed+json; charset=utf-8"),
    ],
)
def test_a_format_has_its_ending_its_name_and_its_type(
    format_: Format, ending: str, name: str, content_type: str
) -> None:
    assert FORMATS[ending] is format_
    assert (format_.name, format_.content_type) == (name, content_type)


def test_opml_lists_the_feeds_in_their_groups() -> None:
    sky = Subscription("Sky & stars", f"{SITE}/topics/sky.atom?a=1&b=2", f"{SITE}/topics/sky")
    groups = [SubscriptionGroup("Topics", (sky,)), SubscriptionGroup("Years" + LOW_AND_LONE, ())]

    document = opml("Feeds of <Hilltop>", "Hilltop & sons", groups)

    root = etree.fromstring(document)
    assert document.startswith(b"<?xml version='1.0' encoding='UTF-8'?>\n<opml version=\"2.0\">")
    assert texts(document, "/opml/head/*") == ["Feeds of <Hilltop>", "Hilltop & sons", "http://opml.org/spec2.opml"]
    assert [child.tag for child in root] == ["head", "body"]
    assert [outline.get("text") for outline in root.findall("body/outline")] == ["Topics", "Years"]
    assert [dict(outline.attrib) for outline in root.findall("body/outline/outline")] == [
        {"type": "rss", "text": sky.title, "title": sky.title, "xmlUrl": sky.feed, "htmlUrl": sky.home}
    ]
