"""Whatever a file says, its feeds are whole: every format can be read, and all say the same."""

from __future__ import annotations

import json
from html import escape
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import feedparser
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from feedsrv.feeds.clean import balanced
from tests.conftest import Newsroom

NAMES = {"a": "http://www.w3.org/2005/Atom", "content": "http://purl.org/rss/1.0/modules/content/"}

# Pieces that mean something to one of the languages a text goes through, between letters of any script.
PIECES = st.sampled_from(
    ["<", ">", "&", '"', "'", "&amp;", "&lt;b&gt;", "&#0;", "]]>", "<![CDATA[", "<!--", "-->", "<?xml?>", "<p>",
     "</div>", "<script>", "**", "`", "[x](y)", "\\", "\n", "\r\n", "\t", "\0", "\x0b", "\x1b", "\x85", "\u00a0",
     "\u200b", "\u202e", "\u2067", "\u2069", "\u2028", "\ufeff", "\ufffe", "e\u0301", "𝄞", "السلام", "«\u202f»", "http://[",
     "https://a.example/?b&c"]
)  # fmt: skip
LETTERS = st.text(st.characters(exclude_categories=["Cc", "Cs"]), max_size=8)  # many controls make a file no text
TEXTS = st.lists(PIECES | LETTERS, max_size=12).map("".join)
RELEASES = st.fixed_dictionaries(
    {"title": TEXTS, "summary": TEXTS, "body": TEXTS},
    optional={
        "lang": st.sampled_from(["en", "fr", "ar", "xx"]),
        "topics": st.lists(TEXTS, max_size=3),
        "contacts": st.lists(st.fixed_dictionaries({"name": TEXTS, "role": TEXTS, "phone": TEXTS, "email": TEXTS})),
        "corrections": st.lists(st.fixed_dictionaries({"date": st.just("2026-02-01"), "text": TEXTS}), max_size=1),
    },
)


def file_of(release: dict[str, Any]) -> bytes:
    """A release file with front matter in JSON, which can state any text."""
    cleared = {"embargo": "none", "draft": False}  # words of an embargo, which any text may hold, are not meant here
    stated = {"date": "2026-01-15", **cleared} | {key: value for key, value in release.items() if key != "body"}
    return f"{json.dumps(stated)}\n\n{release['body']}\n".encode("utf-8", "replace")


@settings(max_examples=15)
@given(releases=st.lists(RELEASES, min_size=1, max_size=8))
def test_every_feed_of_any_releases_is_whole_and_says_the_same(releases: list[dict[str, Any]]) -> None:
    with TemporaryDirectory() as folder:
        newsroom = Newsroom(Path(folder) / "newsroom")
        newsroom.publish({f"r{number}.md": file_of(release) for number, release in enumerate(releases)})
        client = newsroom.client()
        atom, rss, as_json = (client.get(f"/releases.{ending}").data for ending in ("atom", "rss", "json"))
        snapshot = newsroom.snapshot()

    items = json.loads(as_json)["items"]
    assert len(items) == len(releases)
    published = [snapshot.get(item["_feedsrv"]["release"]) for item in items]
    assert [(item["title"], item["summary"]) for item in items] == [
        (balanced(release.title), balanced(release.summary or release.title)) for release in published
    ]
    said = [(item["title"], item["summary"], item["content_html"], item["url"]) for item in items]
    assert [in_atom(entry) for entry in etree.fromstring(atom).iterfind("a:entry", NAMES)] == said
    assert [in_rss(item) for item in etree.fromstring(rss).iterfind("channel/item")] == [
        (title, escape(summary, quote=False), content, url) for title, summary, content, url in said
    ]
    for document in (atom, rss):
        parsed = feedparser.parse(document)
        assert not parsed.bozo
        assert [entry.link for entry in parsed.entries] == [item["url"] for item in items]


def in_atom(entry: etree._Element) -> tuple[str, ...]:
    link = entry.find("a:link[@rel='alternate']", NAMES)
    assert link is not None
    return (*(entry.findtext(f"a:{name}", "", NAMES) for name in ("title", "summary", "content")), link.get("href", ""))


def in_rss(item: etree._Element) -> tuple[str, ...]:
    """A description is HTML; an item whose release has no summary describes itself by its content."""
    title, description, link = (item.findtext(name, "") for name in ("title", "description", "link"))
    content = item.findtext("content:encoded", None, NAMES)
    return (title, "", description, link) if content is None else (title, description, content, link)
