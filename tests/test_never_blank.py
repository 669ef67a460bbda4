"""No entry is blank, and what stands elsewhere leads there: on pages and in all formats."""

from __future__ import annotations

from html import unescape
from json import loads
from re import sub as replaced
from typing import NamedTuple

import feedparser
import pytest

from feedsrv import readers
from feedsrv.newsroom import Newsroom as Settings
from feedsrv.publishing.check import check
from tests.conftest import MakeNewsroom, Newsroom, release

ELSEWHERE = "https://www.example.org/news/1?a=b&c=d"
KEYS = ["source_url", "sourceUrl", "original", "original-url", "external_url", "canonical", "canonicalURL", "link"]
SUMMARY = "The quay is <open> again & dry."
SHOWN = "The quay is open again &amp; dry."


class Told(NamedTuple):
    """What one answer tells of the one release: its content as HTML, and where it stands elsewhere."""

    content: str
    elsewhere: list[str]


def told(newsroom: Newsroom) -> list[Told]:
    """What each format tells, and the page."""
    client = newsroom.client()
    found = []
    for format_ in ("atom", "rss"):
        (entry,) = feedparser.parse(client.get(f"/releases.{format_}").data).entries
        via = [link.href for link in entry.links if link.rel == "via"]
        found.append(Told(entry.content[0].value, via))
    (item,) = loads(client.get("/releases.json").data)["items"]
    found.append(Told(item["content_html"], [item["external_url"]] if "external_url" in item else []))
    page = client.get("/releases/a").text
    shown = page.partition('<div class="text"')[2].partition("</article>")[0]
    links = [unescape(part.partition('"')[0]) for part in shown.split('Original: <a href="')[1:]]
    return [*found, Told(shown.partition(">")[2].partition("<footer>")[0], links)]


def words(html: str) -> str:
    return " ".join(unescape(replaced("<[^>]*>", " ", html)).split())


def file(body: str, **fields: str) -> str:
    return release("Open again", body=body, **fields)


@pytest.mark.parametrize("key", KEYS)
def test_a_summary_is_all_that_there_is_and_leads_elsewhere(make_newsroom: MakeNewsroom, key: str) -> None:
    newsroom = make_newsroom({"a.md": file("", summary="The quay is open again & dry.", **{key: ELSEWHERE})})
    for content, elsewhere in told(newsroom):
        assert content.count(SHOWN) == 1
        assert elsewhere == [ELSEWHERE]
        assert words(content).endswith("Original: example.org")
    assert not check(newsroom.catalogue, newsroom.index, newsroom.now, (), iter).problems
    assert "Open again" in newsroom.client().get("/search?q=dry").text


BLANK = ["", "<!-- nothing -->", "<p> </p>", "\u00a0", "![](https://example.org/pixel.gif)", "![](gone.png)", "***"]


@pytest.mark.parametrize("body", BLANK)
@pytest.mark.parametrize("has_summary", [True, False])
@pytest.mark.parametrize("has_source", [True, False])
def test_no_entry_is_blank(make_newsroom: MakeNewsroom, body: str, *, has_summary: bool, has_source: bool) -> None:
    fields = ({"summary": "It is dry."} if has_summary else {}) | ({"source_url": ELSEWHERE} if has_source else {})
    newsroom = make_newsroom({"a.md": file(body, **fields)})
    expected = "It is dry." if has_summary else "Open again"
    *feeds, page = told(newsroom)
    end = " Original: example.org" if has_source else ""
    assert {words(content) for content, _ in feeds} == {expected + end}
    assert words(page.content) == (expected + end if has_summary else end.strip())


def test_a_picture_alone_is_shown_below_the_summary(make_newsroom: MakeNewsroom) -> None:
    newsroom = make_newsroom({"a.md": file("![](quay.png)", summary="It is dry."), "quay.png": b"\x89PNG\r\n\x1a\n"})
    for content, _ in told(newsroom):
        assert content.index("It is dry.") < content.index("<img")
    newsroom.publish({"a.md": file("![](quay.png)")})
    for content, _ in told(newsroom):
        assert "<img" in content


def test_a_text_stands_as_it_is_and_the_summary_is_not_put_above(make_newsroom: MakeNewsroom) -> None:
    newsroom = make_newsroom({"a.md": file("It is all said here.", summary="It is dry.", link=ELSEWHERE)})
    for content, elsewhere in told(newsroom):
        assert "It is dry." not in content
        assert elsewhere == [ELSEWHERE]


@pytest.mark.parametrize("url", ["https://press.example.org/a", "HTTPS://press.example.org:443/releases/a"])
def test_an_address_of_this_newsroom_is_not_elsewhere(make_newsroom: MakeNewsroom, url: str) -> None:
    assert {(*elsewhere,) for _, elsewhere in told(make_newsroom({"a.md": file("Text.", canonical=url)}))} == {()}


@pytest.mark.parametrize(
    ("value", "is_reported"),
    [
        *(("/2018/quay.html", False), ("quay", False), ("true", False), ("javascript:alert(1)", True)),
        *(("ftp://example.org/1", True), ("https://", True), ("//example.org/1", True), ("https://a b.org/", True)),
        *(('https://example.org/"x', True), ("data:text/html,x", True), ("mailto:a@example.org", True)),
    ],
)
def test_what_is_no_address_of_the_web_leads_nowhere(value: str, *, is_reported: bool) -> None:
    reading = readers.read("a.md", file("Text.", source_url=f"'{value}'").encode(), Settings())
    assert reading.release.source_url == ""
    assert [problem.line for problem in reading.problems] == [4] * is_reported
