"""Every kind of feed, by every rule of feeds; and each rule of them, by a document that breaks it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from werkzeug.test import Client

from tests.conftest import BASE_URL, NOW, Files, Newsroom, release
from tests.feed_rules import ATOM, FEEDS, JSON, OPENSEARCH, OPML, RSS, RULES, Document, complaints
from tests.test_hostile_content import BODIES, TITLES

SETTINGS = """
title = "Harbour newsroom"
publisher = "Port of Dunmore & sons"
contact = "press@dunmore.example"
authority = "dunmore.example"
since = 2020-05-01
timezone = "Europe/Paris"
languages = ["en", "fr", "ja"]

[topics.quays]
label = { en = "Quays & locks", fr = "Quais et écluses" }
[topics.ships]
[topics.nothing]
[topics.tugs]
retired = "ships"
[topics.rafts]
retired = ""
"""


def many(count: int, days: float) -> dict[str, str]:
    """Releases that appeared so many days after one another, an hour of its own each, the newest first."""
    moments = [NOW - timedelta(days=1 + days * number, minutes=7 * number) for number in range(count)]
    return {
        f"n{number:03}.md": release(
            f"Nº {number}", f"{moment:%Y-%m-%dT%H:%M:%SZ}", "An old quay, and *more*.", topics="[quays]"
        )
        for number, moment in enumerate(moments)
    }


WHOLE: Files = {
    "newsroom.toml": SETTINGS,
    **many(70, 4),
    **{f"m{number:03}.md": release(f"M {number}", f"2024-03-{1 + number % 5:02}", lang="fr") for number in range(210)},
    "quay/index.md": release(
        "A quay & “more”",
        "2026-10-20",
        "The [quay](/years/2026) opens: ![the quay](quay.png). See [the plan](plan.pdf#page=2).\n\n| a | b |\n|---|---|"
        "\n| 1 | 2 |\n",
        topics="[quays, ships]",
        summary="It opens.",
        contacts="\n  - {name: Ada Quill, phone: +44 20 7946 0000, email: ada@example.org}",
        corrections='\n  - {date: 2026-10-22, text: "On Monday."}',
    ),
    "quay/index.fr.md": release("Un quai neuf", "2026-10-20", "Le quai ouvre à l’aube.", lang="fr", topics="[quays]"),
    "quay/quay.png": b"\x89PNG\r\n\x1a\n" + bytes(range(256)),
    "quay/plan.pdf": b"%PDF-1.4 a plan\n",
    "quay/Ship’s bell & horn.mp3": b"ID3",
    "quay/empty.txt": b"",
    "tug.md": release("The last tug", "2023-02-03", topics="[tugs]"),
    "raft.md": release("The last raft", "2023-02-04", topics="[rafts]"),
    "undated.md": "---\ntitle: No date\n---\nOf no day.",
    "short.md": release(
        "Elsewhere", "2026-10-19", "", summary="All of it is elsewhere.", source_url="https://a.example/b"
    ),
    "bare.md": release("Nothing but a title", "2026-10-18", ""),
    "日本.md": release("港の新しい灯台", "2026-10-17", "灯台が光る。", lang="ja", topics="[ships]"),
    "wrong.md": release(
        "Wrong", "2026-10-16", topics="[quays]", withdrawn="2026-10-28", reason="It was <wrong> & more.", reference="W1"
    ),
    "older.md": release("Older", "2024-03-02", topics="[ships]", withdrawn="2026-10-29", lang="fr"),
    "updated.md": release("Updated", "2021-03-02", topics="[ships]", updated="2026-10-30T08:15:00Z"),
    "held.md": release("Held", "2020-07-01", topics="[ships]", embargo="2026-10-30T09:00:00Z"),
}
SMALL: Files = {
    "newsroom.toml": "[topics.quays]\n",
    "a.md": release(topics="[quays]"),
    "b.md": release("B", "2025-02-03"),
    "c.md": release("C", "2025-02-04", withdrawn="2026-10-28", topics="[quays]"),
}
HOSTILE: Files = {
    "newsroom.toml": 'title = " <b>&amp;</b> "\ndescription = "<script>]]>"\npublisher = "A & \\"B\\""\n'
    "[topics.quays]\nlabel = \"</title><script>alert('1')</script>\"\n",
    **{
        f"b{number}.md": f"---\ntitle: {name}\ndate: 2026-01-15\n---\n\nBefore.\n\n{body}\n\nAfter.\n"
        for number, (name, body) in enumerate(BODIES.items())
    },
    **{
        f"t{number}.html": json.dumps({"title": title, "date": "2026-01-16", "topics": ["quays"], "summary": title})
        + f"\n\n<p>{title}"
        for number, title in enumerate(TITLES)
    },
}
NEWSROOMS: Mapping[str, Files] = {"whole": WHOLE, "small": SMALL, "hostile": HOSTILE, "empty": {}}

LISTS = [
    *("/releases", "/releases?limit=7", "/releases?page=2", "/releases?lang=fr", "/releases?lang=en&lang=fr"),
    *("/topics/quays", "/topics/quays/2026", "/topics/quays/2022", "/topics/quays+ships", "/topics/quays+ships?page=2"),
    *("/topics/nothing", "/topics/tugs", "/topics/rafts", "/topics/ships?lang=ja", "/years/2026", "/years/2024"),
    *("/years/2024?page=3", "/years/2022", "/releases?archive=2026-10", "/releases?archive=2024-03-02"),
    *("/releases?archive=undated", "/topics/quays?archive=2026-10", "/years/2024?archive=2024-03-05"),
]
SEARCHES = [
    *(
        "",
        "?q=quay",
        "?q=%22old+quay%22",
        "?q=%22old+quay%22+OR+qu%2A+-plan",
        "?q=%2A",
        "?q=qu%2A",
        "?q=%E7%81%AF%E5%8F%B0",
    ),
    *("?q=%C3%A9cluse+%E2%80%9Cx%E2%80%9D", "?q=a%2Bb%25+%26+%3C3", "?q=of+no+such+words", "?page=2&q=quay"),
    *("?q=quay&sort=relevance", "?from=2024-03&to=2024-04&topic=ships", "?lang=fr&topic=quays&year=2026", "?q=%22+%5C"),
    *(
        "?topic=quays&topic=ships",
        "?topic=nowhere",
        "?q=topic%3Aquays",
        "?q=%F0%9F%9A%A2%E2%80%8D+%E2%80%AE",
        "?limit=3",
    ),
]
ADDRESSES = [*LISTS, *(f"/search{query}" for query in SEARCHES)]


@dataclass(frozen=True)
class Site:
    """A newsroom as a client meets it."""

    client: Client
    base: str

    def get(self, path: str, kind: str) -> Document:
        """What is at a path, at whatever canonical address that is."""
        answer = self.client.get(urlsplit(self.base).path + path)
        if answer.status_code == 308:
            return self.get(answer.headers["Location"].removeprefix(urlsplit(self.base).path), kind)
        assert answer.status_code == 200, (path, answer.status_code)
        return Document(kind, self.base + path, answer.headers["Content-Type"], answer.data, NOW)


def feed_of(path: str, kind: str) -> str:
    plain, mark, query = path.partition("?")
    return f"{plain}.{kind}{mark}{query}"


@pytest.fixture(scope="module")
def sites(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Site]:
    """The newsrooms; and the small one once more, with a hub, below a path."""
    found: dict[str, Site] = {}
    for name, files in NEWSROOMS.items():
        newsroom = Newsroom(tmp_path_factory.mktemp("rules") / name)
        newsroom.publish(files)
        found[name] = Site(newsroom.client(), BASE_URL)
        if name == "small":
            base = "https://www.example.org:8443/a/press"
            settings = replace(newsroom.settings, base_url=base, hub="https://hub.example/?a=1&b=2")
            found["elsewhere"] = Site(newsroom.client(settings), base)
    return found


MARKUP = "plain text does not look like html"
BROKEN_LETTERS = "no letters were broken on the way"


def besides(newsroom: str) -> tuple[str, ...]:
    """What a newsroom may do: the headlines of the hostile one are about markup, and a text of it has &#0;."""
    return (MARKUP, BROKEN_LETTERS) if newsroom == "hostile" else ()


@pytest.mark.parametrize("kind", FEEDS)
@pytest.mark.parametrize("path", ADDRESSES)
def test_each_kind_of_feed_is_flawless(sites: dict[str, Site], path: str, kind: str) -> None:
    assert complaints(sites["whole"].get(feed_of(path, kind), kind)) == []


@pytest.mark.parametrize("name", [*NEWSROOMS, "elsewhere"])
def test_every_feed_that_can_be_reached_is_flawless(sites: dict[str, Site], name: str) -> None:
    """From the list of feeds, and from each feed to all that it leads to."""
    site = sites[name]
    outline = site.get("/feeds.opml", OPML)
    assert complaints(outline, *besides(name)) == []
    listed = [element.attributes["xmlUrl"] for element in outline.root.all() if "xmlUrl" in element.attributes]
    waiting = {address.replace(".atom", f".{kind}", 1) for address in listed for kind in FEEDS}
    seen: set[str] = set()
    while waiting:
        address = waiting.pop()
        seen.add(address)
        kind = next(kind for kind in FEEDS if f".{kind}" in urlsplit(address).path)
        document = site.get(address.removeprefix(site.base), kind)
        assert (document.url, complaints(document, *besides(name))) == (address, [])
        waiting |= set(others(document)) - seen
    assert len(seen) >= 3


def others(document: Document) -> Iterator[str]:
    """The feeds of the same format that a feed leads to."""
    for link in document.feed.links():
        if link["rel"] in {"next", "prev-archive", "next-archive", "last", "first", "current"}:
            yield link["href"]
    if next_url := document.feed.said("json:next_url"):
        yield next_url


@pytest.mark.parametrize("name", [*NEWSROOMS, "elsewhere"])
def test_the_description_of_the_search_is_flawless(sites: dict[str, Site], name: str) -> None:
    assert complaints(sites[name].get("/opensearch.xml", OPENSEARCH), *besides(name)) == []


SAMPLES = {
    "atom": (ATOM, "/topics/quays.atom"),
    "archive": (ATOM, "/releases.atom?archive=2026-10"),
    "page": (ATOM, "/search.atom?q=quay"),
    "complete": (ATOM, "/topics/ships.atom"),
    "rss": (RSS, "/topics/quays.rss"),
    "json": (JSON, "/topics/quays.json"),
    "opml": (OPML, "/feeds.opml"),
    "opensearch": (OPENSEARCH, "/opensearch.xml"),
}
"""Feeds that are right."""

MEDIA_TYPE = "application/atom+xml; charset=utf-8"
ID = "tag:dunmore.example,2020-05-01:quay"

HTML = "html is whole and harmless and leads nowhere relative"

BROKEN = [
    ("it is sent as what it is", "atom", MEDIA_TYPE, "application/xml; charset=utf-8"),
    ("it is sent as what it is", "atom", MEDIA_TYPE, "application/atom+xml"),
    ("it is in utf 8 and says so", "atom", r"<\?xml version.*?\?>\n", ""),
    ("it is in utf 8 and says so", "json", "^", "\ufeff"),
    ("it has no document type", "rss", "<rss", "<!DOCTYPE rss><rss"),
    (BROKEN_LETTERS, "atom", "A quay", "Ã© quay"),
    (BROKEN_LETTERS, "json", "A quay", "A \x93quay"),
    ("elements are those that there are", "atom", "<generator", "<entry><id/></entry><generator"),
    ("elements are those that there are", "rss", "<docs>", "<dock>x</dock><docs>"),
    ("elements are those that there are", "json", '"summary":', '"sumary":"x","summary":'),
    ("elements are those that there are", "opml", "<head>", "<head><title>x</title>"),
    ("elements are those that there are", "opensearch", "ShortName>", "Shortname>"),
    ("attributes are those that there are", "atom", "<subtitle", '<subtitle mode="x"'),
    ("attributes are those that there are", "rss", "isPermaLink", "isPermalink"),
    ("attributes are those that there are", "opml", "xmlUrl=", "xmlURL="),
    ("text stands in elements that hold text", "atom", "<entry>", "<entry>x"),
    ("the version is the one of today", "rss", 'version="2.0"', 'version="0.92"'),
    ("the version is the one of today", "json", "version/1.1", "version/1"),
    ("namespaces are known and bear their usual prefixes", "rss", "<rss ", '<rss xmlns:q="http://q.example" '),
    ("namespaces are known and bear their usual prefixes", "rss", "dc([:=])", r"d\1"),
    (
        "namespaces are declared once and used",
        "page",
        "<feed ",
        '<feed xmlns:fh="http://purl.org/syndication/history/1.0" ',
    ),
    (
        "namespaces are declared once and used",
        "page",
        "<entry>",
        '<entry xmlns:fh="http://purl.org/syndication/history/1.0">',
    ),
    ("an address is absolute and of the web", "atom", f'href="{BASE_URL}', 'href="'),
    ("an address is absolute and of the web", "rss", f"<link>{BASE_URL}", "<link>www.example.org"),
    ("an address is absolute and of the web", "json", f'"url":"{BASE_URL}/releases/', '"url":"/releases/'),
    ("an address is absolute and of the web", "opml", "/topics/quays.atom", "/topics/quays é.atom"),
    ("an id is absolute and canonical", "atom", "<id>tag:", "<id>"),
    ("an id is absolute and canonical", "atom", "<id>tag:dunmore.example", "<id>tag:Dunmore.example"),
    ("an id is absolute and canonical", "json", '"id":"tag:', '"id":"'),
    ("an id is absolute and canonical", "rss", 'isPermaLink="false">tag:', 'isPermaLink="false">HTTP://a.example/'),
    ("a moment is whole", "atom", r"T(\d\d):", r" \1:"),
    ("a moment is whole", "json", '"date_published":"2026-10', '"date_published":"2026-13'),
    ("a date is written as in mail with four digits and its weekday", "rss", "<pubDate>...", "<pubDate>Xxx"),
    ("a date is written as in mail with four digits and its weekday", "rss", " Oct 2026 ", " Oct 26 "),
    ("nothing is of the future or older than the web", "atom", "<updated>2026", "<updated>2027"),
    ("nothing is of the future or older than the web", "json", '"date_published":"2026', '"date_published":"1976'),
    ("a language is one", "atom", 'xml:lang="en"', 'xml:lang="anglais"'),
    ("a language is one", "rss", "<language>en", "<language>en_GB"),
    ("a media type is one", "atom", 'type="text/html"', 'type="html"'),
    ("a media type is one", "json", '"mime_type":"audio/', '"mime_type":"'),
    ("a count is a number", "rss", 'length="', 'length="-'),
    ("a count is a number", "page", "<opensearch:startIndex>", "<opensearch:startIndex>about "),
    ("what is said is not blank", "atom", "<summary>[^<]*", "<summary>"),
    ("what is said is not blank", "opml", 'text="Topics"', 'text=""'),
    ("what is said is not blank", "json", '"title":"A quay [^"]*"', '"title":" "'),
    ("no space surrounds what programs read", "atom", "<id>tag", "<id> tag"),
    ("no space surrounds what programs read", "opml", 'xmlUrl="', 'xmlUrl=" '),
    (MARKUP, "atom", "<title>A quay", "<title>A &lt;b&gt;quay&lt;/b&gt;"),
    (MARKUP, "rss", "<title>A quay", "<title>A quay &amp;amp;"),
    (MARKUP, "json", '"title":"A quay', '"title":"A <b>quay'),
    ("names are short", "opensearch", "<ShortName>", "<ShortName>Of the great and old "),
    ("a mail address is one", "opensearch", "press@", "press at "),
    (HTML, "atom", "&lt;p&gt;", "&lt;p onclick='x'&gt;"),
    (HTML, "rss", "&lt;p&gt;", "&lt;p&gt;&lt;script&gt;x&lt;/script&gt;"),
    (HTML, "json", rf'href=\\"{BASE_URL}', r'href=\\"'),
    (HTML, "atom", "&lt;/p&gt;", ""),
    (HTML, "atom", "&lt;p&gt;", "&lt;p&gt;&lt;!-- x --&gt;"),
    (HTML, "atom", "&lt;p&gt;", "&lt;p&gt;&amp;nosuch;"),
    ("the type of a text is text or html", "atom", 'type="html"', 'type="text/html"'),
    ("a relation is registered", "atom", 'rel="prev-archive"', 'rel="older"'),
    ("an alternate is the only one of its type and language", "atom", '(<link rel="alternate"[^>]*>)', r"\1\1"),
    ("it says where it is", "atom", 'rel="self"', 'rel="via"'),
    ("it says where it is", "rss", r"/topics/quays\.rss", "/topics/quays.rss?x"),
    ("it says where it is", "json", '"feed_url":', '"_feed_url":'),
    ("history is consistent", "complete", "<fh:complete/>", "<fh:complete/><fh:archive/>"),
    ("history is consistent", "archive", 'rel="current"', 'rel="via"'),
    ("history is consistent", "page", 'rel="next"', 'rel="prev-archive"'),
    ("history is consistent", "page", 'rel="last" href="[^"]*"', f'rel="last" href="{BASE_URL}/search.atom?q=quay"'),
    ("history is consistent", "atom", 'rel="related"', 'rel="next"'),
    ("an entry is there once", "atom", f"{ID}-fr", ID),
    ("an entry is there once", "json", f"{ID}-fr", ID),
    ("an entry has something to show and an id", "rss", "<guid.*?</guid>", ""),
    ("an entry has something to show and an id", "json", '"content_html":', '"_content":'),
    ("what is said of the feed stands before its entries", "rss", "</channel>", "<ttl>60</ttl></channel>"),
    ("somebody has written each entry", "atom", "author>", "contributor>"),
    (
        "two entries are not updated at the same moment of a day",
        "page",
        "<updated>[^<]*",
        "<updated>2026-10-30T10:11:12Z",
    ),
    ("a feed is as new as its newest entry", "rss", "<lastBuildDate>([^<]*) 2026", r"<lastBuildDate>\1 2025"),
    ("a tombstone is there once", "atom", "(<at:deleted-entry.*?</at:deleted-entry>)", r"\1\1"),
    ("it names the specification that allows its attributes", "rss", "rss-specification", "rss"),
    ("nothing is said in two vocabularies", "rss", "<docs>", "<dc:language>en</dc:language><docs>"),
    (
        "the summary stands before the content",
        "rss",
        "(<description>[^<]*</description>)(<content.*?</content[^>]*>)",
        r"\2\1",
    ),
    ("a guid says whether it is an address", "rss", 'isPermaLink="false"', 'isPermaLink="true"'),
    ("a guid says whether it is an address", "rss", 'isPermaLink="false"', 'isPermaLink="no"'),
    ("the picture is the channels", "rss", "<docs>", "<image><url>http://a/b.svg</url><title/><link/></image><docs>"),
    ("values are of their types", "json", r'"size_in_bytes":(\d+)', r'"size_in_bytes":"\1"'),
    ("nothing is said twice", "json", '"id":', '"id":"x","id":'),
    ("somebody is an author and the next page another", "json", r'"authors":\[[^\]]*\]', '"authors":[{}]'),
    ("somebody is an author and the next page another", "json", r"\?page=2", ""),
    ("an outline of a feed names it", "opml", r' title="[^"]*"', ""),
    ("an outline of a feed names it", "opml", 'type="rss"', ""),
    ("a role is one", "page", 'role="request"', 'role="asked"'),
    ("what is searched for is url encoded", "page", 'searchTerms="quay"', 'searchTerms="a quay"'),
    ("a template has parameters that there are", "opensearch", r"\{startPage\?\}", "{page}"),
    ("an encoding is utf 8", "opensearch", "<InputEncoding>UTF-8", "<InputEncoding>latin-1"),
    ("it has an example", "opensearch", 'role="example"', 'role="related"'),
    ("a result can be asked for", "opensearch", r"\{searchTerms\}", "words"),
]
"""Each rule, a document that keeps it, and what it breaks: a pattern, and what is put in its place."""


def broken(document: Document, old: str, new: str) -> Document:
    """A document in which one thing has been changed."""
    if old == document.content_type:
        return replace(document, content_type=new)
    text, count = re.subn(old, new, document.body.decode(), flags=re.DOTALL)
    assert count
    return replace(document, body=text.encode())


@pytest.mark.parametrize(("name", "sample", "old", "new"), BROKEN)
def test_each_rule_sees_what_breaks_it(sites: dict[str, Site], name: str, sample: str, old: str, new: str) -> None:
    kind, path = SAMPLES[sample]
    wrong = broken(sites["whole"].get(path, kind), old, new)
    assert [complaint for complaint in complaints(wrong) if complaint.startswith(f"{name} (")]


def test_every_rule_has_been_broken() -> None:
    assert {name for name, *_ in BROKEN} == RULES.keys()


@pytest.mark.parametrize("kind", [ATOM, JSON])
def test_what_cannot_be_parsed_is_wrong(sites: dict[str, Site], kind: str) -> None:
    document = sites["small"].get(f"/releases.{kind}", kind)
    (complaint,) = complaints(replace(document, body=document.body[:-9]))
    assert complaint.startswith("it can be parsed")
