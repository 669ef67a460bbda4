"""The search help and what a search offers that finds nothing: both are made of what is in the newsroom."""

from __future__ import annotations

from urllib.parse import quote_plus

import pytest
from lxml import html
from lxml.html import HtmlElement
from werkzeug.test import Client

from tests.conftest import MakeNewsroom, release

CONTACT = "\n  - {name: Ada Quill, email: ada@dunmore.example}"
FILES = {
    "newsroom.toml": 'languages = ["en", "fr"]\n[topics.quays]\nlabel = { en = "Quays", fr = "Quais" }\n',
    "quay.md": release(
        "The HARBOUR pilots return", "2026-03-05", "Words.", reference="PR007-2026", contacts=CONTACT, topics="[quays]"
    ),
    "tugs.md": release("NEW TUGBOATS FOR DUNMORE", "2025-03-05", "Words."),
    "short.md": release("It is so", "2025-02-05", "Words."),
    "phare.md": release("Le phare éclaire", "2024-06-01", "Des mots.", lang="fr", topics="[quays]"),
    "held.md": release("Secretly scheduled", "2026-12-24", "Unheard.", embargo="2026-12-24", topics="[secrets]"),
}


@pytest.fixture(scope="module")
def client(make_lasting: MakeNewsroom) -> Client:
    return make_lasting(FILES).client()


def page(client: Client, address: str) -> HtmlElement:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return html.document_fromstring(answer.text)


def said(element: HtmlElement) -> str:
    return " ".join(element.text_content().split())


def examples(tree: HtmlElement) -> dict[str, tuple[str, str]]:
    """Each example with where it leads and how many it says it finds."""
    return {
        said(row.cssselect("dt")[0]): (row.cssselect("a")[0].attrib["href"], said(row.cssselect(".count")[0]))
        for row in tree.cssselect(".advice dl > div")
    }


@pytest.mark.parametrize("address", ["/search/help", "/search"])
def test_each_example_is_made_of_what_is_here_and_finds_as_many_as_it_says(client: Client, address: str) -> None:
    found = examples(page(client, address))
    assert [*found] == [
        *("pilots", '"pilots return"', "pilots OR tugboats", "pilots -tugboats", "tugbo*", "title:pilots"),
        *("contact:Quill", "2025..2026", "after:2026", "before:2026", "topic:quays", "year:2026", "lang:en"),
        "PR007-2026",
    ]
    assert found.pop("PR007-2026") == ("/search?q=PR007-2026", "1 release")
    for question, (link, count) in found.items():
        assert link == f"/search?q={quote_plus(question)}"
        status = said(page(client, f"{link}&sort=newest").cssselect(".status strong")[0])
        assert (status, status != "0 releases") == (count, True)


def test_the_help_speaks_the_language_that_is_asked_for_of_releases_in_it(client: Client) -> None:
    tree = page(client, "/search/help?lang=fr")
    assert tree.attrib["lang"] == "fr"
    assert [*examples(tree)] == [
        *("éclaire", '"phare éclaire"', "éclai*", "title:éclaire", "topic:quays", "year:2024", "lang:fr")
    ]
    assert all("lang=fr" in link for link, _ in examples(tree).values())


@pytest.mark.parametrize("address", ["/search?q=pilots", "/search?q=nowhere", "/search", "/", "/nothing", "/?lang=fr"])
def test_the_help_is_one_click_from_every_search(client: Client, address: str) -> None:
    tree = html.document_fromstring(client.get(address).text)
    (link,) = tree.cssselect("form[role=search] .help a")
    assert link.attrib["href"] == "/search/help" + ("?lang=fr" if "lang=fr" in address else "")


def test_an_empty_newsroom_has_no_examples_and_still_a_help(make_newsroom: MakeNewsroom) -> None:
    client = make_newsroom({}).client()
    for address in ("/search/help", "/search", "/search?q=nothing"):
        assert not examples(page(client, address))


def test_the_help_is_no_page_for_search_engines(client: Client) -> None:
    assert page(client, "/search/help").xpath("//meta[@name='robots']/@content") == ["noindex, follow"]
    assert "/search/help" not in client.get("/sitemap-lists.xml").text


def test_a_search_that_finds_nothing_says_what_it_finds_without_its_filters(client: Client) -> None:
    tree = page(client, "/search?from=2024&q=pilots&sort=newest&topic=quays&year=2025")
    offered = {said(item): item.cssselect("a")[0].attrib["href"] for item in tree.cssselect(".nothing li")}
    assert offered == {
        "Without “2025” 1 release": "/search?from=2024&q=pilots&sort=newest&topic=quays",
        "Without any filter 1 release": "/search?q=pilots&sort=newest",
    }
    some = page(client, "/search?q=pilots+tugboats&sort=oldest").cssselect(".nothing li")
    assert [said(item) for item in some] == ["With some of the words, the best first 2 releases"]


@pytest.mark.parametrize(
    ("address", "topics", "words"),
    [
        ("/search?q=nowhere", {"Quays": "/topics/quays"}, ["pilots", "tugboats"]),
        ("/search?q=nowhere&lang=fr", {"Quais": "/topics/quays?lang=fr"}, ["éclaire"]),
    ],
)
def test_a_search_that_finds_nothing_offers_topics_and_words_that_are_here(
    client: Client, address: str, topics: dict[str, str], words: list[str]
) -> None:
    tree = page(client, address)
    by_topic, by_word = tree.cssselect(".here ul")
    assert {said(link): link.attrib["href"] for link in by_topic.cssselect("a")} == topics
    assert [said(link) for link in by_word.cssselect("a")] == words
    for link in by_word.cssselect("a"):
        assert page(client, link.attrib["href"]).cssselect("ol.releases li")
    assert not tree.cssselect(".filter") or "lang" in address


def test_no_page_of_a_search_tells_of_what_is_held(client: Client) -> None:
    for address in ("/search/help", "/search?q=nowhere", "/search?q=scheduled&topic=quays&sort=oldest"):
        text = client.get(address).text.lower()
        assert "secret" not in text
        assert "unheard" not in text
