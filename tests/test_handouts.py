"""Handouts: a release as text and as JSON, and its contacts as cards, under the very rules of its page."""

from __future__ import annotations

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.test import Client

from feedsrv import ids, newsroom_toml
from feedsrv.text.plain_text import plain_text
from feedsrv.web.telephones import dialled, telephone
from tests.conftest import BASE_URL, MakeNewsroom, release

SETTINGS = 'title = "Harbour newsroom"\npublisher = "Port of Dunmore; quays, locks"\nlanguages = ["en", "fr"]\n'
CONTACTS = (
    '[{name: "Quill, Ada", role: "Press; harbour\\\\quay", phone: "+353 (0)1 555 01 22 ext. 7",'
    " email: ada@harbour.example},"
    f' {{name: Ben {"Ö" * 70}, phone: "01 555 01 23"}}]'
)
BODY = """The **quay** opens, see [the plan](https://harbour.example/plan).

* four hundred metres
* three cranes
"""
FILES = {
    "newsroom.toml": SETTINGS,
    "quay.md": release(
        "A new quay", "2026-03-05", BODY, reference="PR001-2026", aliases="[/old/quay, pier]", contacts=CONTACTS
    ),
    "phare.md": release("Le phare", "2024-06-01", "Le phare éclaire.", lang="fr", contacts=CONTACTS),
    "gone.md": release("Gone", "2026-01-02", withdrawn="2026-02-01", contacts=CONTACTS),
    "held.md": release("Held", "2026-01-02", embargo="2099-01-01", contacts=CONTACTS),
    "quiet.md": release("Quiet", "2026-01-02", noindex="true", contacts=CONTACTS),
    "bare.md": release("Bare", "2026-01-02"),
    "own/index.md": release("Own", "2026-01-02", "[card](contacts.vcf)", contacts=CONTACTS),
    "own/contacts.vcf": "BEGIN:VCARD of its own",
    "notes.md": release("Notes", "2026-01-02"),
    "notes.txt.md": release("Notes in a text", "2026-01-02", slug="notes.txt"),
    "notes.json.md": release("Notes in JSON", "2026-01-02", reference="notes.json"),
}
COPIES = {".txt": "text/plain; charset=utf-8", ".json": "application/json; charset=utf-8"}
CARDS = dict.fromkeys(("/contacts.vcf", "/contacts-1.vcf", "/contacts-2.vcf"), "text/vcard; charset=utf-8")
HANDOUTS = {**COPIES, **CARDS}


@pytest.fixture(scope="module")
def client(make_lasting: MakeNewsroom) -> Client:
    return make_lasting(FILES).client()


def test_a_copy_as_text_reads_well_wherever_it_is_put(client: Client) -> None:
    assert client.get("/releases/PR001-2026.txt").text == (
        "A new quay\n\n5 March 2026 · PR001-2026\n\n"
        "The quay opens, see the plan (https://harbour.example/plan).\n\n- four hundred metres\n- three cranes\n\n"
        "Contacts\n\nQuill, Ada\nPress; harbour\\quay\n+353 (0)1 555 01 22 ext. 7\nada@harbour.example\n\n"
        f"Ben {'Ö' * 70}\n01 555 01 23\n\nhttps://press.example.org/releases/PR001-2026\n"
    )
    text = client.get("/releases/phare-fr.txt").text
    assert text.startswith("Le phare\n\n1 juin 2024\n\nLe phare éclaire.\n\nContacts presse\n\n")


def test_a_copy_as_json_is_the_item_that_it_is_in_feeds(client: Client) -> None:
    items = client.get("/releases.json").get_json()["items"]
    assert len(items) == 8
    for item in items:
        copy = client.get(f"{item['url'].removeprefix(BASE_URL)}.json")
        assert json.loads(copy.data) == item


def test_contacts_are_cards_for_address_books(client: Client) -> None:
    first = (
        "BEGIN:VCARD\r\nVERSION:3.0\r\nN:Quill\\, Ada;;;;\r\nFN:Quill\\, Ada\r\n"
        "ORG:Port of Dunmore\\; quays\\, locks\r\n"
        "TITLE:Press\\; harbour\\\\quay\r\nTEL;TYPE=WORK,VOICE:+35315550122 x7\r\n"
        "EMAIL;TYPE=INTERNET,WORK:ada@harbour.example\r\nURL:https://press.example.org/\r\nEND:VCARD\r\n"
    )
    answer = client.get("/releases/PR001-2026/contacts-1.vcf")
    assert answer.data.decode() == first
    assert answer.headers["Content-Disposition"] == 'inline; filename="quill-ada.vcf"'
    both = client.get("/releases/PR001-2026/contacts.vcf").data
    assert both == answer.data + client.get("/releases/PR001-2026/contacts-2.vcf").data
    assert all(len(line) <= 75 for line in both.split(b"\r\n"))
    assert f"FN:Ben {'Ö' * 70}\r\n" in both.decode().replace("\r\n ", "")


def test_a_file_of_the_release_that_is_called_like_its_cards_comes_first(client: Client) -> None:
    with client.get("/releases/own/contacts.vcf") as answer:
        assert answer.data == b"BEGIN:VCARD of its own"
    assert client.get("/releases/own/contacts-1.vcf").data.startswith(b"BEGIN:VCARD\r\n")


@pytest.mark.parametrize("handout", HANDOUTS)
class TestTheRulesOfThePage:
    def test_it_is_kept_as_long_and_asked_for_in_the_same_ways(self, client: Client, handout: str) -> None:
        page = client.get("/releases/PR001-2026")
        address = f"/releases/PR001-2026{handout}"
        answer = client.get(address)
        assert answer.headers["Content-Type"] == HANDOUTS[handout]
        assert answer.headers["Link"] == '<https://press.example.org/releases/PR001-2026>; rel="canonical"'
        for header in ("Cache-Control", "Vary", "Content-Security-Policy", "X-Content-Type-Options"):
            assert answer.headers[header] == page.headers[header]
        held = client.get(address, headers={"If-None-Match": answer.headers["ETag"]})
        assert (held.status_code, held.data) == (304, b"")
        head = client.head(address)
        assert (head.status_code, head.data, head.headers["ETag"]) == (200, b"", answer.headers["ETag"])
        assert client.get(address, headers={"Accept-Encoding": "gzip"}).headers["Content-Encoding"] == "gzip"
        assert client.post(address).status_code == 405

    @pytest.mark.parametrize("name", ["gone", "held", "nowhere"])
    def test_of_what_is_not_there_is_said_what_the_page_says(self, client: Client, handout: str, name: str) -> None:
        page, answer = client.get(f"/releases/{name}"), client.get(f"/releases/{name}{handout}")
        assert answer.status_code == page.status_code == {"gone": 410}.get(name, 404)
        assert answer.headers["Cache-Control"] == page.headers["Cache-Control"]
        assert "Quill" not in answer.text

    @pytest.mark.parametrize("former", ["/old/quay", "/releases/pier", "/releases/pr-001-2026"])
    def test_a_former_address_of_the_release_leads_to_it(self, client: Client, handout: str, former: str) -> None:
        assert client.get(former).status_code == 301
        answer = client.get(f"{former}{handout}")
        assert (answer.status_code, answer.headers["Location"]) == (301, f"/releases/PR001-2026{handout}")

    def test_search_engines_that_are_to_leave_the_page_out_are_to_leave_it_out(
        self, client: Client, handout: str
    ) -> None:
        assert '<meta name="robots" content="noindex">' in client.get("/releases/quiet").text
        assert client.get(f"/releases/quiet{handout}").headers["X-Robots-Tag"] == "noindex"
        assert "X-Robots-Tag" not in client.get(f"/releases/PR001-2026{handout}").headers

    def test_the_scripts_of_any_page_may_read_copies_and_no_cards(self, client: Client, handout: str) -> None:
        headers = client.get(f"/releases/PR001-2026{handout}").headers
        assert ("Access-Control-Allow-Origin" in headers) == (handout in COPIES)


@pytest.mark.parametrize("path", ["bare/contacts.vcf", "bare/contacts-1.vcf", *(
    f"PR001-2026/contacts-{number}.vcf" for number in ("0", "01", "3", "-1", "x")
)])  # fmt: skip
def test_whom_there_is_not_has_no_card(client: Client, path: str) -> None:
    assert client.get(f"/releases/{path}").status_code == 404


def test_an_error_of_a_copy_for_programs_is_for_programs(client: Client) -> None:
    for name, status in (("gone", 410), ("held", 404)):
        answer = client.get(f"/releases/{name}.json")
        assert (answer.status_code, answer.mimetype) == (status, "application/problem+json")


def test_an_id_that_seems_to_end_like_a_copy_is_another_address(client: Client) -> None:
    assert client.get("/releases/notes.txt").text.startswith("Notes\n")
    assert client.get("/releases/notes.json").get_json()["title"] == "Notes"
    assert "<h1" in client.get("/releases/notes-txt").text
    assert client.get("/releases/notes-txt.txt").text.startswith("Notes in a text\n")
    assert client.get("/releases/notes-json.json").get_json()["title"] == "Notes in JSON"


@given(st.text(), st.text(), st.text(min_size=1), st.sampled_from(["en", "fr", "pt-BR", "zh-Hans"]))
def test_no_id_has_a_dot(reference: str, own_slug: str, stem: str, language: str) -> None:
    newsroom = newsroom_toml.parse(SETTINGS)
    claimed = ids.claim(f"{stem}.md", language, newsroom, reference=reference, own_slug=own_slug)
    assert re.fullmatch("[A-Za-z0-9-]+", claimed)


def test_the_page_offers_them(client: Client) -> None:
    page = client.get("/releases/PR001-2026").text
    assert (
        '<link rel="alternate" type="text/plain" title="A new quay" href="https://press.example.org/releases/PR001-'
        in page
    )
    assert '<a href="/releases/PR001-2026.txt" type="text/plain">plain text</a>' in page
    assert '<a href="/releases/PR001-2026.json" type="application/json">JSON</a>' in page
    assert re.findall(r'href="(/releases/PR001-2026/[^"]*)"', page) == [
        "/releases/PR001-2026/contacts-1.vcf",
        "/releases/PR001-2026/contacts-2.vcf",
    ]


@pytest.mark.parametrize(
    ("safe", "text"),
    [
        ("<p>One<br>\ntwo\nthree</p><p>four</p>", "One\ntwo three\n\nfour"),
        ("<ul><li>a<ol start='3'><li>b</li><li>c</li></ol></li><li>d</li></ul>e", "- a\n  3. b\n  4. c\n- d\n\ne"),
        ("<ul><li><p>a</p><p>b</p></li></ul>", "- a\n\n  b"),
        ("<blockquote><p>a</p><p>b</p></blockquote>c", "> a\n\n> b\n\nc"),
        ("<table><tr><th>a</th><th>b</th></tr><tr><td>1</td><td>2</td></tr></table>", "a | b\n1 | 2"),
        ("<pre><code>a\n  b\n</code></pre>", "a\n  b"),
        ("<p>a &amp; <q>b</q> &lt;c&gt;</p>", "a & “b” <c>"),
        ('<a href="mailto:a@b.example">a@b.example</a> <a href="https://c.example/">c</a>', "a@b.example c (https://c.example/)"),
        ('<a href="https://here.example/r#x">there</a>', "there"),
        ('<p>a<a href="#b" class="footnote-backref">↩</a></p>', "a"),
        ("<img src='a'><hr><p> </p>", ""),
        ("</ul></li></blockquote></a></pre>a", "a"),
    ],
)  # fmt: skip
def test_html_as_plain_text(safe: str, text: str) -> None:
    assert plain_text(safe, "https://here.example/r") == text


@pytest.mark.parametrize(
    ("number", "address"),
    [
        ("+353 (0)1 555 01 22", "tel:+35315550122"),
        ("01 555 0122 ext. 7", "tel:015550122;ext=7"),
        ("+49 30 1234-0, Durchwahl 56", "tel:+493012340;ext=56"),
        ("Tel. 015550122", "tel:015550122"),
        ("", "tel:"),
    ],
)
def test_a_number_is_dialled_as_it_is_written(number: str, address: str) -> None:
    assert telephone(number) == address
    assert "".join(dialled(number)) == re.sub("[^+0-9]", "", address)
