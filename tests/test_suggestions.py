"""Suggestions: what a browser's search bar offers to somebody who types there."""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree

import pytest
from werkzeug.test import Client

from tests.conftest import BASE_URL, MakeNewsroom, release

FILES = {
    "newsroom.toml": 'languages = ["en", "fr"]\n[topics.quays]\nlabel = { en = "Quays & locks", fr = "Écluses" }\n'
    '[topics.pilots]\nlabel = "Harbour pilots"\n[topics.none]\nlabel = "Quaint things"\n',
    "old.md": release("A new quay for Dunmore", "2025-03-05", topics="[quays]"),
    "new.md": release("Quay walls of the harbour", "2024-03-05", topics="[quays, pilots]"),
    "again.md": release("quay walls of the harbour", "2023-03-05"),
    "fr.md": release("Éclairage du quai", "2026-01-01", lang="fr", topics="[quays]"),
    "undated.md": "---\ntitle: Tide tables <b>\n---\nOf no day.",
    "held.md": release("Quay of secrets", "2026-12-24", embargo="2026-12-24", topics="[quarantine]"),
    "gone.md": release("Quay that is gone", "2026-01-02", withdrawn="2026-10-01"),
}


@pytest.fixture(scope="module")
def client(make_lasting: MakeNewsroom) -> Client:
    return make_lasting(FILES).client()


def asked(client: Client, typed: str, **others: str) -> list[Any]:
    answer = client.get("/suggest", query_string={"q": typed, **others})
    assert (answer.status_code, answer.headers["Content-Type"]) == (
        200,
        "application/x-suggestions+json; charset=utf-8",
    )
    found: list[Any] = answer.get_json(force=True)
    assert found[0] == typed
    assert len({len(column) for column in found[1:]}) == 1
    return found


WALLS, NEW, FRENCH = "Quay walls of the harbour", "A new quay for Dunmore", "Éclairage du quai"


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("qua", ["Quays & locks", WALLS, FRENCH, NEW]),
        *((typed, ["Quays & locks", WALLS, NEW]) for typed in ("quay", "QUAY")),
        *((typed, ["Quays & locks"]) for typed in ("quays", "qu\u00adays")),
        *((typed, [WALLS]) for typed in ("quay wal", "Quay walls of", "quay walls o", "walls quay", "quay-walls")),
        *((typed, ["Écluses", FRENCH]) for typed in ("ecl", "écl", "ÉCL")),
        *(("har", ["Harbour pilots", WALLS]), ("pilo", ["Harbour pilots"]), ("lock", ["Quays & locks"])),
        *(
            ("harb dunmore", []),
            ("dunmore", [NEW]),
            ("dun new", []),
            ("dunmore new", [NEW]),
            ("tide tab", ["Tide tables <b>"]),
        ),
        *((typed, []) for typed in ("", " ", "...", "secr", "gone", "quarant", "quaint", '"', "title:", "x" * 300)),
    ],
)
def test_topics_and_titles_that_have_what_is_typed_are_offered(client: Client, typed: str, offered: list[str]) -> None:
    assert asked(client, typed)[1] == offered


def test_each_is_described_and_has_its_address(client: Client) -> None:
    _, _, said, addresses = asked(client, "quay")
    assert said == ["3 releases", "5 March 2024", "5 March 2025"]
    assert addresses == [f"{BASE_URL}{path}" for path in ("/topics/quays", "/releases/new", "/releases/old")]
    assert asked(client, "tide")[2] == [""]
    for address in addresses:
        assert client.get(address.removeprefix(BASE_URL)).status_code == 200


def test_what_is_offered_finds_itself(client: Client) -> None:
    for text in (WALLS, NEW, FRENCH):
        found = client.get("/search.json", query_string={"q": text, "sort": "relevance"}).get_json(force=True)
        assert found["items"][0]["title"].casefold() == text.casefold()


def test_in_one_language_there_is_what_is_in_it(client: Client) -> None:
    assert asked(client, "qua", lang="fr")[1:] == [
        [FRENCH],
        ["1 janvier 2026"],
        [f"{BASE_URL}/releases/fr-fr"],
    ]
    assert asked(client, "écl", lang="fr")[3][0] == f"{BASE_URL}/topics/quays?lang=fr"


def test_there_are_ten_at_most_and_an_answer_is_kept_like_any_other(make_newsroom: MakeNewsroom) -> None:
    files = {f"n{number}.md": release(f"Number {number} of the quay", topics="[quay]") for number in range(20)}
    client = make_newsroom(files).client()
    found = asked(client, "quay")
    assert len(found[1]) == 10
    answer = client.get("/suggest?q=quay")
    assert answer.headers["Cache-Control"].startswith("public, max-age=60")
    assert answer.headers["Vary"] == "Accept-Encoding"
    again = client.get("/suggest?q=quay", headers={"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


def test_the_search_description_names_them_and_a_browser_may_remember_what_was_typed(client: Client) -> None:
    document = ElementTree.fromstring(client.get("/opensearch.xml").data)
    (template,) = (url.get("template") for url in document.iter() if url.get("rel") == "suggestions")
    assert template == f"{BASE_URL}/suggest?q={{searchTerms}}"
    for path in ("/", "/search?q=quay", "/releases/new", "/nothing"):
        assert "autocomplete" not in client.get(path).text
