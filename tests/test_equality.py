"""The three formats of every kind of feed agree on each entry, read by nothing of ours."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime

import pytest
from lxml import etree
from werkzeug.test import Client

from tests.conftest import MakeNewsroom, release

NAMES = {
    "a": "http://www.w3.org/2005/Atom",
    "content": "http://purl.org/rss/1.0/modules/content/",
    "dc": "http://purl.org/dc/elements/1.1/",
}
LANG = "{http://www.w3.org/XML/1998/namespace}lang"
TOML = """
title = "Harbour"
languages = ["en", "fr"]
timezone = "Europe/Paris"
[topics.quays]
label = "Quays & <locks>"
[topics.tugs]
retired = "quays"
"""


def files() -> dict[str, str | bytes]:
    """Releases that have and lack everything that an entry can have; enough in a month to be kept by the day."""
    many = {
        f"many{number:03}.md": release(
            f"Many {number}", f"2024-05-{1 + number % 9:02}", f"Words {number}.", topics="[pilots]"
        )
        for number in range(210)
    }
    return {
        "newsroom.toml": TOML,
        "full.md": release(
            "“A & B” < C — &amp; [D]",
            "2026-03-01T09:30:00+01:00",
            'Text **b** &amp; a [plan](full-plan.pdf), <a href="/about" onclick="x()">us</a>.\n\n![](full.png)',
            topics="[quays, pilots]",
            corrections="[{date: 2026-04-01, text: The depth was < 3 m}]",
            contacts="[{name: Ann Roe, email: ann@example.org}]",
            translationKey="full",
            summary="All & everything < 3",
            image="full.png",
        ),
        "full-plan.pdf": b"%PDF-1.4",
        "full.png": b"\x89PNG\r\n\x1a\n" + bytes(40),
        "plein.md": release(
            "L’été à quai", "2026-03-01", "Du texte.", lang="fr", translationKey="full", topics="[quays]"
        ),
        "short.md": release(
            "Short", "2026-02-03", "", summary="A < B", link="https://www.example.org/?a=1&b=2", guid="urn:x:1"
        ),
        "seen.md": release("Seen", "2026-02-03", "![](seen.png)", topics="[quays]"),
        "seen.png": b"\x89PNG\r\n\x1a\n" + bytes(50),
        "bare.md": release("Bare", "2025-12-31T23:30:00Z", "", topics="[quays]"),
        "undated.md": "---\ntitle: Undated\ntopics: [quays]\n---\nText.\n",
        "updated.md": release("Updated", "2025-01-02", "Text.", updated="2025-02-03", topics="[quays]"),
        "gone.md": release("Gone", withdrawn="2026-10-20", reason="It was wrong.", topics="[quays]"),
        **many,
    }


KINDS = {
    "everything": "/releases",
    "in one language": "/releases?lang=fr",
    "a topic": "/topics/quays",
    "a topic and a year": "/topics/quays/2026",
    "joined topics": "/topics/pilots+quays",
    "a year": "/years/2026",
    "a retired topic": "/topics/tugs",
    "a search": "/search?q=text",
    "a search by relevance": "/search?q=words+OR+text&sort=relevance",
    "a page": "/releases?limit=3&page=2",
    "an archive of a month": "/releases?archive=2026-03",
    "an archive of a day": "/topics/pilots?archive=2024-05-02",
    "the undated": "/releases?archive=undated",
}


@dataclass(frozen=True)
class Entry:
    """What a reader is told of a release."""

    id: str
    address: str
    title: str
    summary: str
    content: str
    published: datetime | None
    updated: datetime
    language: str
    author: str
    topics: tuple[str, ...]
    translations: tuple[tuple[str, str], ...]
    source: str
    attachments: tuple[tuple[str, str, int], ...]


def in_atom(document: bytes) -> list[Entry]:
    feed = etree.fromstring(document)
    return [
        Entry(
            id=text(entry, "a:id"),
            address=entry.xpath("string(a:link[@rel='alternate']/@href)", namespaces=NAMES),
            title=text(entry, "a:title"),
            summary=text(entry, "a:summary"),
            content=text(entry, "a:content"),
            published=moment(text(entry, "a:published")),
            updated=datetime.fromisoformat(text(entry, "a:updated")),
            language=entry.get(LANG) or feed.get(LANG) or "",
            author=text(entry, "a:author/a:name"),
            topics=tuple(category.attrib["label"] for category in entry.iterfind("a:category", NAMES)),
            translations=translations(entry),
            source=source(entry),
            attachments=tuple(
                (link.attrib["href"], link.attrib["type"], int(link.attrib["length"]))
                for link in entry.iterfind("a:link[@rel='enclosure']", NAMES)
            ),
        )
        for entry in feed.iterfind("a:entry", NAMES)
    ]


def in_rss(document: bytes) -> list[Entry]:
    channel = etree.fromstring(document)[0]
    return [
        Entry(
            id=text(item, "guid"),
            address=text(item, "link"),
            title=text(item, "title"),
            summary=summary(item),
            content=text(item, "content:encoded") or text(item, "description"),
            published=parsedate_to_datetime(date) if (date := text(item, "pubDate")) else None,
            updated=datetime.fromisoformat(text(item, "a:updated")),
            language=item.get(LANG) or text(channel, "language"),
            author=text(item, "dc:creator"),
            topics=tuple(category.text or "" for category in item.iterfind("category")),
            translations=translations(item),
            source=source(item),
            attachments=tuple(
                (one.attrib["url"], one.attrib["type"], int(one.attrib["length"])) for one in item.iterfind("enclosure")
            ),
        )
        for item in channel.iterfind("item")
    ]


def summary(item: etree._Element) -> str:
    """The description of an item; where there is nothing else, that is its content."""
    described = text(item, "description") if text(item, "content:encoded") else ""
    return str(etree.HTML(f"<p>{described}</p>").xpath("string()"))


def in_json(document: bytes) -> list[Entry]:
    return [
        Entry(
            id=item["id"],
            address=item["url"],
            title=item["title"],
            summary=item.get("summary", ""),
            content=item.get("content_html", ""),
            published=moment(item.get("date_published", "")),
            updated=datetime.fromisoformat(item["date_modified"]),
            language=item["language"],
            author=item["authors"][0]["name"],
            topics=tuple(item["tags"]),
            translations=tuple(
                (one["language"], one["url"]) for one in item.get("_feedsrv", {}).get("translations", ())
            ),
            source=item.get("external_url", ""),
            attachments=tuple((one["url"], one["mime_type"], one["size_in_bytes"]) for one in item["attachments"]),
        )
        for item in json.loads(document)["items"]
    ]


def text(element: etree._Element, path: str) -> str:
    return element.findtext(path, "", NAMES)


def moment(written: str) -> datetime | None:
    return datetime.fromisoformat(written) if written else None


def translations(element: etree._Element) -> tuple[tuple[str, str], ...]:
    links = element.iterfind("a:link[@rel='related']", NAMES)
    return tuple((link.attrib["hreflang"], link.attrib["href"]) for link in links)


def source(element: etree._Element) -> str:
    return "".join(link.attrib["href"] for link in element.iterfind("a:link[@rel='via']", NAMES))


@pytest.fixture(scope="module")
def harbour(make_lasting: MakeNewsroom) -> Client:
    return make_lasting(files()).client()


def document(client: Client, path: str, format_: str) -> bytes:
    plain, mark, query = path.partition("?")
    answer = client.get(f"{plain}.{format_}{mark}{query}")
    assert answer.status_code == 200
    data: bytes = answer.data
    return data


@pytest.mark.parametrize("path", KINDS.values(), ids=KINDS)
def test_every_kind_of_feed_says_the_same_in_each_format(harbour: Client, path: str) -> None:
    atom = in_atom(document(harbour, path, "atom"))
    assert atom
    assert in_json(document(harbour, path, "json")) == atom
    rss = in_rss(document(harbour, path, "rss"))
    assert [entry.attachments for entry in rss] == [entry.attachments[:1] for entry in atom]
    assert [{**vars(entry), "attachments": ()} for entry in rss] == [
        {**vars(entry), "attachments": ()} for entry in atom
    ]


def test_an_entry_has_all_that_was_published_of_it(harbour: Client) -> None:
    (entry, *_) = [entry for entry in in_atom(document(harbour, "/releases", "atom")) if "“A & B”" in entry.title]
    base = "https://press.example.org"
    assert entry == Entry(
        id=entry.id,
        address=f"{base}/releases/full",
        title="“A & B” < C — & [D]",
        summary="All & everything < 3",
        content=entry.content,
        published=datetime.fromisoformat("2026-03-01T08:30:00Z"),
        updated=datetime.fromisoformat("2026-03-31T22:00:00Z"),
        language="en",
        author="Harbour",
        topics=("Quays & <locks>", "pilots"),
        translations=(("fr", f"{base}/releases/plein-fr"),),
        source="",
        attachments=((f"{base}/releases/full/full-plan.pdf", "application/pdf", 8),),
    )
    assert "The depth was &lt; 3 m" in entry.content
    assert f'<a href="{base}/releases/full/full-plan.pdf">plan</a>' in entry.content
    assert f'<img src="{base}/releases/full/full.png"' in entry.content
    assert "onclick" not in entry.content
    assert "mailto:ann@example.org" in entry.content
