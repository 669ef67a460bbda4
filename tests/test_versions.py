"""Versions: each page says where it is in the other languages, and what it leads to is in its own."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
from lxml import etree, html
from werkzeug.test import Client

from tests.conftest import NOW, Newsroom, release

AT = "https://press.example.org"
LANGUAGES = ("en", "fr", "ar")


FILES = {
    "newsroom.toml": 'title = "Port"\nlanguages = ["en", "fr", "ar", "de"]\n\n[topics.quays]\n'
    'label = { en = "Quays", fr = "Quais" }\n',
    "a.md": release("Quay", "2026-01-15", lang="en", topics="[quays, boats]"),
    "b.md": release("Quai", "2026-01-16", lang="fr", topics="[quays]"),
    "c.md": release("رصيف", "2025-01-17", lang="ar"),
}
MORE = {
    "d.md": release("Quai sud", "2026-01-17", lang="fr", topics="[quays]"),
    "pr.md": release("Ship", "2024-02-01", reference="PR7-2026"),
    "cp.md": release("Navire", "2024-02-01", lang="fr", reference="CP7-2026"),
    "gone.md": release("Gone", "2026-01-01", withdrawn="2026-10-01"),
}


def client_of(folder: Path, files: Mapping[str, str]) -> Client:
    newsroom = Newsroom(folder, NOW)
    newsroom.publish(files)
    return newsroom.client()


@pytest.fixture(scope="module")
def harbour(tmp_path_factory: pytest.TempPathFactory) -> Client:
    return client_of(tmp_path_factory.mktemp("harbour"), FILES)


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Client:
    return client_of(tmp_path_factory.mktemp("port"), {**FILES, **MORE})


def page(client: Client, path: str) -> html.HtmlElement:
    answer = client.get(path)
    assert answer.status_code == 200, path
    return html.fromstring(answer.data)


def versions(client: Client, path: str) -> dict[str, str]:
    links = page(client, path).xpath("//head/link[@rel='alternate'][@hreflang]")
    return {link.get("hreflang"): link.get("href").removeprefix(AT) for link in links}


@pytest.mark.parametrize(
    ("path", "languages"),
    [
        *(("/", "fr ar de"), ("/topics", "fr ar de"), ("/years", "fr ar de"), ("/feeds", "fr ar de")),
        *(("/releases", "fr ar"), ("/topics/quays", "fr"), ("/topics/quays/2026", "fr"), ("/years/2025", "ar")),
    ],
)
def test_a_page_names_itself_in_each_language_that_it_has_anything_in(
    harbour: Client, path: str, languages: str
) -> None:
    found = versions(harbour, path)
    assert found == {"en": path, **{tag: f"{path}?lang={tag}" for tag in languages.split()}}
    for address in found.values():
        assert versions(harbour, address) == found
        header = page(harbour, address).xpath("//header//nav//a[@hreflang]")
        assert {link.get("hreflang"): link.get("href") for link in header}.items() >= {
            tag: there for tag, there in found.items() if there != address
        }.items()


@pytest.mark.parametrize(
    ("path", "french", "english", "is_version"),
    [
        ("/", "/?lang=fr", "/", True),
        ("/?lang=nl", "/?lang=fr", "/", False),
        ("/releases", "/releases?lang=fr", "/releases", True),
        ("/releases?limit=1&page=2", "/releases?lang=fr&limit=1", "/releases?limit=1", False),
        ("/releases?lang=en", "/releases?lang=fr", "/releases", False),
        ("/releases?lang=ar&lang=fr", "/releases?lang=fr", "/releases", False),
        ("/topics/quays", "/topics/quays?lang=fr", "/topics/quays", True),
        ("/topics/quays/2026", "/topics/quays/2026?lang=fr", "/topics/quays/2026", True),
        ("/topics/boats", "/?lang=fr", "/", False),
        ("/years/2026", "/years/2026?lang=fr", "/years/2026", True),
        ("/topics", "/topics?lang=fr", "/topics", True),
        ("/years", "/years?lang=fr", "/years", True),
        ("/feeds", "/feeds?lang=fr", "/feeds", True),
        ("/search", "/search?lang=fr", "/search", True),
        ("/search/help", "/search/help?lang=fr", "/search/help", True),
        ("/search?q=quai", "/search?lang=fr&q=quai", "/search?q=quai", True),
        ("/search?q=nothing", "/search?lang=fr&q=nothing", "/search?q=nothing", True),
        ("/search?q=quai&lang=de", "/search?lang=fr&q=quai", "/search?q=quai", True),
        ("/search?q=quai&lang=ar&lang=fr", "/search?lang=fr&q=quai", "/search?q=quai", False),
        *(
            (
                f"/search?from=2025&limit=1{page}&q=quai&sort=oldest&to=2026&topic=quays&year=2026",
                "/search?from=2025&lang=fr&limit=1&q=quai&sort=oldest&to=2026&topic=quays&year=2026",
                "/search?from=2025&limit=1&q=quai&sort=oldest&to=2026&topic=quays&year=2026",
                not page,
            )
            for page in ("", "&page=2")
        ),
        ("/search?list=1&q=PR7-2026", "/search?lang=fr&list=1&q=PR7-2026", "/search?list=1&q=PR7-2026", True),
        ("/releases/PR7-2026", "/releases/CP7-2026", "/releases/PR7-2026", True),
        ("/releases/CP7-2026", "/releases/CP7-2026", "/releases/PR7-2026", True),
        ("/releases/b-fr", "/?lang=fr", "/", False),
        ("/releases/gone", "/?lang=fr", "/", False),
        ("/nowhere", "/?lang=fr", "/", False),
    ],
)
def test_who_wants_another_language_is_led_to_the_same_page_where_there_is_one(
    port: Client, path: str, french: str, english: str, is_version: bool
) -> None:
    shown = html.fromstring(port.get(path).data)
    links = {link.get("hreflang"): link.get("href") for link in shown.xpath("//header//nav//a[@hreflang]")}
    assert links == {**links, **{tag: to for tag, to in (("fr", french), ("en", english)) if tag in links}}
    assert {"fr", "en"} - links.keys() <= {shown.get("lang")}
    named = [link.get("href").removeprefix(AT) for link in shown.xpath("//head/link[@hreflang]")]
    assert (french in named, english in named) == (is_version, is_version)
    assert is_version == (path in named or path.replace("q=quai&lang=de", "lang=de&q=quai") in named)
    for address in (french, english):
        assert port.get(address).status_code in {200, 303}


@pytest.mark.parametrize(
    "path",
    [
        *("/?lang=fr", "/releases?lang=fr", "/topics/quays?lang=fr", "/years/2026?lang=fr", "/topics?lang=fr"),
        *(
            "/years?lang=fr",
            "/feeds?lang=fr",
            "/search?lang=fr",
            "/search?lang=fr&q=quai&sort=oldest",
            "/releases/b-fr",
        ),
        *(
            "/search?lang=fr&q=rien",
            "/search?lang=fr&topic=quays&year=2026",
            "/search/help?lang=fr",
            "/releases?lang=fr&limit=1",
        ),
    ],
)
def test_what_a_french_page_leads_to_is_french(harbour: Client, path: str) -> None:
    shown = page(harbour, path)
    links = shown.xpath("//body//a[not(@hreflang)]/@href")
    lists = [link for link in links if link.startswith("/") and "lang=fr" not in link]
    switches = shown.xpath("//*[@class='chips' or @aria-labelledby='by-languages']//a/@href")
    assert [link for link in lists if link not in switches and not link.startswith("/releases/b-fr")] == []
    for form in shown.xpath("//form"):
        assert form.xpath(".//input[@name='lang']/@value") == ["fr"]
    (search,) = shown.xpath("//link[@rel='search']/@href")
    assert search == f"{AT}/opensearch.xml?lang=fr"
    alternate = shown.xpath("//link[@rel='alternate'][@type='application/atom+xml']/@href")
    assert "lang=fr" in alternate[0]


def test_a_list_in_one_language_is_called_what_it_is_and_not_by_the_language(harbour: Client) -> None:
    assert page(harbour, "/releases?lang=fr").xpath("string(//h1)") == "Tous les communiqués"
    assert page(harbour, "/topics/quays?lang=fr").xpath("string(//h1)") == "Quais"
    assert page(harbour, "/releases?lang=en").xpath("string(//h1)") == "English"


def test_the_start_of_a_search_in_one_language_is_its_form_and_its_help(harbour: Client) -> None:
    french = page(harbour, "/search?lang=fr")
    assert french.xpath("string(//h1)") == "Rechercher dans les communiqués"
    assert harbour.get("/search.json?lang=fr").get_json(force=True)["_feedsrv"]["total"] == 1


def test_the_file_of_all_feeds_has_those_of_one_language(harbour: Client) -> None:
    outline = etree.fromstring(harbour.get("/feeds.opml?lang=fr").data)
    assert outline.xpath("//body/outline/@text") == ["Tout", "Thèmes", "Années"]
    assert outline.xpath("//outline/@title") == ["Tous les communiqués", "Quais", "2026"]
    assert all(address.endswith(".atom?lang=fr") for address in outline.xpath("//@xmlUrl"))


def test_a_browser_that_adds_the_french_search_searches_in_french(harbour: Client) -> None:
    description = harbour.get("/opensearch.xml?lang=fr").text
    assert f'type="text/html" template="{AT}/search?lang=fr&amp;q={{searchTerms}}"' in description
    assert f"{AT}/search.json?lang=fr&amp;page={{startPage?}}&amp;q={{searchTerms}}" in description
    assert f'rel="suggestions" template="{AT}/suggest?lang=fr&amp;q={{searchTerms}}"' in description
    assert "<Language>fr</Language>" in description
    assert 'searchTerms="Quai"' in description


def test_crawlers_are_told_of_the_lists_in_each_language_that_there_are_releases_in(harbour: Client) -> None:
    told = set(etree.fromstring(harbour.get("/sitemap-lists.xml").data).xpath("//*[local-name()='loc']/text()"))
    assert {
        f"{AT}/{path}" for path in ("", "?lang=fr", "releases?lang=ar", "topics/quays?lang=fr", "years/2025?lang=ar")
    } <= told
    assert [address for address in told if "lang=de" in address or "lang=en" in address] == []
    assert f"{AT}/topics/boats?lang=fr" not in told
