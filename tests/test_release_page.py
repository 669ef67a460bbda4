"""The page of a release, and what hangs on it."""

from __future__ import annotations

import re
from html import unescape
from io import BytesIO

import pytest
from PIL import Image
from werkzeug.test import Client

from feedsrv.text.reading_time import reading_minutes
from tests.conftest import MakeNewsroom, release

CONTACTS = '[{name: Ada Quill, role: Press officer, phone: "+353 (0)1 555 01 22", email: ada@harbour.example}]'


def neighbours(client: Client, name: str) -> dict[str, str]:
    """Where a page says, to people and to programs alike, that the releases before and after its own are."""
    page = client.get(f"/releases/{name}").text
    to_people = dict(re.findall(r'<a class="\w+" rel="(prev|next)" href="/releases/([^"]*)"', page))
    to_programs = re.findall(r'<link rel="(prev|next)" href="https://press.example.org/releases/([^"]*)"', page)
    assert to_people == dict(to_programs)
    return to_people


def test_it_leads_to_the_release_before_and_after_it_in_its_language(make_newsroom: MakeNewsroom) -> None:
    days = {"quay": "2026-01-02", "tug": "2026-01-05", "pilot": "2026-01-09"}
    files = {f"{name}.md": release(f"The {name}", day) for name, day in days.items()}
    client = make_newsroom({**files, "phare.md": release("Le phare", "2026-01-04", lang="fr")}).client()
    assert neighbours(client, "quay") == {"next": "tug"}
    assert neighbours(client, "tug") == {"prev": "quay", "next": "pilot"}
    assert neighbours(client, "pilot") == {"prev": "tug"}
    assert neighbours(client, "phare-fr") == {}
    page = client.get("/releases/tug").text
    assert 'Previous release, <time datetime="2026-01-02">2 January 2026</time>' in page
    assert '<bdi lang="en">The pilot</bdi>' in page


def test_the_page_changes_by_itself_when_what_stands_beside_it_does(make_newsroom: MakeNewsroom) -> None:
    newsroom = make_newsroom({"a.md": release("First", "2026-01-02"), "c.md": release("Last", "2026-01-09")})
    client = newsroom.client()
    tag = client.get("/releases/a").headers["ETag"]

    def shown(**fields: str) -> tuple[dict[str, str], bool]:
        newsroom.publish({"b.md": release("Between them", "2026-01-05", **fields)}, force=True)
        answer = client.get("/releases/a", headers={"If-None-Match": tag})
        assert ("Between" in answer.text) is ("embargo" not in fields and "withdrawn" not in fields)
        return neighbours(client, "a"), answer.status_code == 304

    assert shown(embargo="2099-01-01") == ({"next": "c"}, True)
    assert shown() == ({"next": "b"}, False)
    assert shown(withdrawn="2026-02-01") == ({"next": "c"}, True)


@pytest.mark.parametrize(
    ("text", "language", "minutes"),
    [
        ("word " * 340, "en", 0),
        ("word " * 343, "en", 2),
        ("word " * 2280, "en-GB", 10),
        ("mot " * 1950, "fr", 10),
        ("sana " * 1610, "fi", 10),
        ("leth " * 1840, "ga", 10),
        ("海港。" * 1275, "zh-Hans", 10),
        ("海の" * 1785, "ja", 10),
        ("", "en", 0),
        ("", "zh", 0),
    ],
)
def test_how_long_it_takes_to_read_depends_on_the_language(text: str, language: str, minutes: int) -> None:
    assert reading_minutes(text, language) == minutes


def test_a_long_text_says_how_long_it_takes_and_its_contacts_are_one_step_away(make_newsroom: MakeNewsroom) -> None:
    long, short = release("Long", "2026-01-02", "Un mot. " * 500, lang="fr", contacts=CONTACTS), release("Short")
    client = make_newsroom({"long.md": long, "short.md": short}).client()
    page = unescape(client.get("/releases/long-fr").text).replace("\xa0", " ").replace("\u202f", " ")
    assert "Temps de lecture : 5 min" in page
    assert page.index('href="#newsroom-contacts"') < page.index("<h1")
    assert 'id="newsroom-contacts"' in page
    page = client.get("/releases/short").text
    assert "Reading time" not in page
    assert "newsroom-contacts" not in page


def picture(width: int, height: int, kind: str = "JPEG") -> bytes:
    written = BytesIO()
    Image.new("RGB", (width, height), "teal").save(written, kind)
    return written.getvalue()


def test_the_picture_above_the_text_has_its_caption_and_can_be_downloaded_as_it_is(make_newsroom: MakeNewsroom) -> None:
    images = "[{src: quay.jpg, alt: The quay, caption: Seen from the pier, credit: 'Photo: Ada Quill'}]"
    files = {"a.md": release("A", images=images, lang="fr"), "b.md": release("B", images="[b.png]")}
    pictures = {"quay.jpg": picture(1200, 800), "b.png": picture(30, 20, "PNG")}
    client = make_newsroom({**files, **pictures}).client()
    page = client.get("/releases/a-fr").text.replace("\xa0", " ").replace("\u202f", " ")
    figure = page[page.index("<figure") : page.index("</figure>")]
    assert "<figcaption>Seen from the pier <small>Photo: Ada Quill</small>" in figure
    link = '<a class="get" href="/releases/a-fr/quay.jpg" download lang="fr">Télécharger (JPEG, 1200 × 800, '
    assert re.search(re.escape(link) + r"\d+ ko\)</a>", figure)
    assert re.search(r"<figcaption> ?<a class=\"get\" [^>]*>Download \(PNG, 30 × 20, ", client.get("/releases/b").text)
    assert "download" not in client.get("/releases.atom").text
