"""Pages: what readers see."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape

import pytest
from werkzeug.test import Client

from feedsrv.feeds.formats import FORMATS
from tests.conftest import MakeNewsroom, release

Make = Callable[..., Client]

SETTINGS = """
title = "Harbour newsroom"
publisher = "Port of Dunmore"
languages = ["en", "fr"]
timezone = "Europe/Paris"

[topics.quays]
label = { en = "Quays & locks", fr = "Quais et écluses" }
match = ["quay"]
aliases = ["docks"]

[topics.pilots]
label = "Pilots"

[topics.tugs]
label = "Tugs"
retired = "pilots"
"""

FILES = {
    "newsroom.toml": SETTINGS,
    "quay.md": release(
        "A new quay",
        "2026-03-05",
        "The **quay** opens. See [the plan](plan.pdf) & [us](/about).",
        reference="PR001-2026",
    ),
    "pilot.md": release("Pilots wanted", "2025-12-31T23:30:00Z", "The harbour looks for pilots.", topics="[pilots]"),
    "phare.md": release("Le phare éclaire", "2024-06-01", "Le phare du port éclaire de nouveau.", lang="fr"),
}


@pytest.fixture(scope="module")
def harbour(make_lasting: MakeNewsroom) -> Client:
    return make_lasting(FILES).client()


def links(page: str) -> list[str]:
    return [unescape(address) for address in re.findall(r'<a [^>]*href="([^"]*)"', page)]


def headings(page: str) -> list[str]:
    return [unescape(re.sub("<[^>]*>", "", heading)) for heading in re.findall(r"<h[1-3][^>]*>(.*?)</h[1-3]>", page)]


def titles(page: str) -> list[str]:
    """The titles of the releases that a page lists, in its order."""
    return [unescape(title) for title in re.findall(r'<a href="/releases/[^"]+"><bdi>(.*?)</bdi>', page)]


def test_home_shows_the_newest_first_with_the_topics_and_the_years(harbour: Client) -> None:
    page = harbour.get("/").text
    assert titles(page) == ["A new quay", "Pilots wanted", "Le phare éclaire"]
    assert {"/topics/quays", "/topics/pilots", "/years/2026", "/years/2024", "/feeds"} <= set(links(page))
    assert "Harbour newsroom" in headings(page)


def test_a_newsroom_without_releases_works(newsroom: Make) -> None:
    client = newsroom({})
    for path in ("/", "/releases", "/topics", "/years", "/feeds", "/search", "/search?q=quay", "/releases.atom"):
        assert client.get(path).status_code == 200, path


@pytest.mark.parametrize(
    ("path", "listed"),
    [
        ("/releases", ["A new quay", "Pilots wanted", "Le phare éclaire"]),
        ("/releases?lang=fr", ["Le phare éclaire"]),
        ("/topics/quays", ["A new quay"]),
        ("/topics/pilots+quays", ["A new quay", "Pilots wanted"]),
        ("/topics/quays/2026", ["A new quay"]),
        ("/topics/quays/2025", []),
        ("/years/2026", ["A new quay", "Pilots wanted"]),
        ("/years/2025", []),
        ("/search?q=harbour", ["Pilots wanted"]),
        ("/search?q=harbour&topic=quays", []),
        ("/search?topic=quays&topic=pilots&year=2026", ["A new quay", "Pilots wanted"]),
        ("/search?from=2024-06&to=2026-01-01", ["Pilots wanted", "Le phare éclaire"]),
        ("/search?to=2024", ["Le phare éclaire"]),
        ("/search?year=2026&sort=oldest", ["Pilots wanted", "A new quay"]),
        ("/search?topic=no-such-topic", []),
        ("/search?year=1815", []),
        ("/search?lang=xx", []),
    ],
)
def test_a_list_has_what_its_address_says(harbour: Client, path: str, listed: list[str]) -> None:
    answer = harbour.get(path)
    assert answer.status_code == 200
    assert titles(answer.text) == listed


def test_the_year_of_a_release_is_that_of_the_time_zone_of_the_newsroom(harbour: Client) -> None:
    assert '<time datetime="2026-01-01">1 January 2026</time>' in harbour.get("/releases/pilot").text


@pytest.mark.parametrize(
    "path",
    [
        "/topics/nowhere", "/topics/nowhere+quays", "/topics/nowhere/2026", "/topics/+", "/topics/quays/1999",
        "/years/1999", "/years/0", "/years/-1", "/years/abc", "/years/99999", "/years/２０２６",
        "/releases?page=2", "/releases?page=1000000000", "/releases?page=" + "9" * 400,
        "/releases/no-such-release", "/releases//quay", "/releases/quay/plan.pdf", "/.git/config", "/wsgi.py",
        "/static/../wsgi.py", "/static/other.css", "/releases.xml", "/console",
    ],
)  # fmt: skip
def test_what_is_not_there_is_404_and_offers_the_search(harbour: Client, path: str) -> None:
    answer = harbour.get(path)
    assert answer.status_code == 404
    assert answer.headers["Cache-Control"] == "public, max-age=10"
    assert 'action="/search"' in answer.text
    assert "Traceback" not in answer.text


def test_a_release_shows_its_text_its_topics_and_why_it_has_them(harbour: Client) -> None:
    page = harbour.get("/releases/PR001-2026").text
    assert "A new quay" in headings(page)
    assert "<strong>quay</strong> opens" in page
    assert "PR001-2026" in page
    assert re.search(r"<strong><bdi>Quays &amp; locks</bdi></strong>: .*[Qq]uay", page)
    assert "/topics/quays.atom" in links(page)


def test_a_link_to_what_is_not_there_is_its_text_and_one_to_the_site_stays(harbour: Client) -> None:
    page = harbour.get("/releases/PR001-2026").text
    assert not [link for link in links(page) if "plan.pdf" in link]
    assert "https://press.example.org/about" in links(page)


@pytest.mark.parametrize(
    ("written", "address"),
    [
        ("#part", "https://press.example.org/releases/a#part"),
        ("/b?c=1&amp;d=2", "https://press.example.org/b?c=1&d=2"),
        ("https://example.net/x", "https://example.net/x"),
        ("mailto:ada@example.org", "mailto:ada@example.org"),
        ("//[x", "https://press.example.org/releases/a"),
    ],
)
def test_every_kind_of_address_works_from_anywhere(newsroom: Make, written: str, address: str) -> None:
    client = newsroom({"a.html": f'<title>A</title><p>See <a href="{written}">this</a>.</p>'})
    item = client.get("/releases.json").get_json(force=True)["items"][0]
    assert links(item["content_html"]) == [address]


def test_what_looks_like_an_address_in_a_text_is_left_alone(newsroom: Make) -> None:
    body = 'Write `<a href="plan.pdf">` and [this](a.pdf "the href=").'
    page = newsroom({"a.md": release("Addresses", body=body), "a.pdf": "%PDF"}).get("/releases/a").text
    assert '&lt;a href="plan.pdf"&gt;' in page
    assert 'href="https://press.example.org/releases/a/a.pdf" title="the href="' in page


def test_contacts_are_rung_and_written_to_with_one_click(newsroom: Make) -> None:
    contacts = "\n  - {name: Ada Quill, role: Press desk, phone: +33 (0)1 23 45 67 89, email: ada+press@example.org}"
    page = newsroom({"a.md": release(contacts=contacts)}).get("/releases/a").text
    assert {"tel:+33123456789", "mailto:ada+press@example.org"} <= set(links(page))
    assert "Ada Quill" in page
    assert "Press desk" in page


def test_corrections_stand_above_the_text(newsroom: Make) -> None:
    stated = '\n  - {date: 2026-02-01, text: "Three ships, not two."}'
    page = (
        newsroom({"a.md": release(body="The body.", corrections=stated)}).get("/releases/a").text.partition("<main")[2]
    )
    assert page.index("1 February 2026") < page.index("Three ships, not two.") < page.index("<p>The body.")


def test_a_withdrawn_release_says_so_and_shows_nothing_else(newsroom: Make) -> None:
    text = release(
        "Secret title", "2026-01-15", "Secret words.", withdrawn="2026-02-01", reason="The figures were wrong."
    )
    client = newsroom({"a.md": text})
    answer = client.get("/releases/a")
    assert answer.status_code == 410
    assert answer.headers["Cache-Control"] == "public, max-age=10"
    assert "The figures were wrong." in answer.text
    assert "1 February 2026" in answer.text
    for path in ("/releases/a", "/", "/releases.json", "/search?q=secret", "/releases/a.json"):
        assert "Secret title" not in client.get(path).text
        assert "Secret words" not in client.get(path).text


def test_a_search_shows_how_it_was_understood_and_marks_what_it_found(harbour: Client) -> None:
    page = harbour.get("/search?q=harbour+-tugs&topic=pilots&topic=quays&year=2026").text
    assert 'understood as <code dir="auto">harbour AND NOT tugs</code>' in page
    assert "<mark>harbour</mark>" in page


def test_a_search_says_what_was_cut(harbour: Client) -> None:
    assert "Only the first" in harbour.get("/search?q=" + "+".join(f"word{n}" for n in range(150))).text


@pytest.mark.parametrize("query", ["", "q=", "q=+++", "topic=&from="])
def test_a_search_for_nothing_is_a_form(harbour: Client, query: str) -> None:
    page = harbour.get(f"/search?{query}").text
    assert titles(page) == []
    assert 'name="q"' in page


@pytest.mark.parametrize(
    "query", ["the", "...", '"', "((((", "NOT", "-", "OR OR", "*", "a" * 10_000, "[a TO z]", "\x0b\x1b"]
)
def test_a_strange_search_is_answered(harbour: Client, query: str) -> None:
    for path in ("/search", "/search.atom", "/search.json"):
        assert harbour.get(path, query_string={"q": query}, follow_redirects=True).status_code == 200


def test_facets_switch_on_and_off(harbour: Client) -> None:
    page = harbour.get("/search?q=quay+OR+pilots&topic=quays").text
    assert {"/search?q=quay+OR+pilots", "/search?q=quay+OR+pilots&topic=pilots&topic=quays"} <= set(links(page))
    assert re.search(r'href="/search\?q=quay\+OR\+pilots" class="on" aria-current="true"', page)


def test_a_facet_that_finds_nothing_can_still_be_switched_off(harbour: Client) -> None:
    assert "/search?q=quay" in links(harbour.get("/search?q=quay&topic=no-such-topic").text)


def test_the_search_box_keeps_the_filters(harbour: Client) -> None:
    page = harbour.get("/search?q=quay&topic=quays&from=2024&sort=newest").text
    for field in ('name="topic" value="quays"', 'name="from" value="2024"', 'name="sort" value="newest"'):
        assert f'<input type="hidden" {field}>' in page


def test_a_page_offers_its_own_feed_first_and_then_the_whole_newsroom(harbour: Client) -> None:
    def feeds(path: str) -> list[str]:
        found = re.findall(r'<link rel="alternate" type="[^"]*" title="[^"]*" href="([^"]*)"', harbour.get(path).text)
        return [unescape(address).removeprefix("https://press.example.org") for address in found]

    everything = [f"/releases.{ending}" for ending in FORMATS]
    assert feeds("/") == feeds("/releases") == feeds("/topics") == everything
    assert feeds("/topics/quays") == [*(f"/topics/quays.{ending}" for ending in FORMATS), *everything]
    assert feeds("/search?q=quay&sort=oldest&page=1&year=2026")[0] == "/search.atom?q=quay&year=2026"


def test_long_lists_have_pages(newsroom: Make) -> None:
    files = {f"n{n:02}.md": release(f"Number {n}", f"2026-01-{n:02}") for n in range(1, 31)}
    client = newsroom({**files, "old.md": release("Number 0", "2025-01-01")})
    first, second = client.get("/releases").text, client.get("/releases?page=2").text
    assert len(titles(first)) == 20
    assert titles(first)[0] == "Number 30"
    assert titles(second) == [f"Number {n}" for n in range(10, -1, -1)]
    assert "/releases?page=2" in links(first)
    assert "/releases" in links(second)
    assert {"/years/2026", "/releases.atom"} <= set(links(second))
    assert not [link for link in links(second) if "page=" in link and not link.startswith("/releases?")]
    assert len(titles(client.get("/releases?limit=200").text)) == 31
    search = client.get("/search?q=words&page=2").text
    assert 'name="page"' not in search
    assert "/search?q=words&year=2026" in links(search)


def test_undated_releases_stand_last_and_say_so(newsroom: Make) -> None:
    page = newsroom({"a.md": "---\ntitle: Dateless\n---\nWords.", "b.md": release("Dated")}).get("/releases").text
    assert titles(page) == ["Dated", "Dateless"]
    assert "Undated" in page


def test_texts_carry_their_language(harbour: Client) -> None:
    assert re.search(
        r'<h2 lang="fr" dir="auto"><a href="/releases/phare[^"]*"><bdi>Le phare', harbour.get("/releases").text
    )


def test_the_feeds_page_lists_every_feed(harbour: Client) -> None:
    page = harbour.get("/feeds").text
    for path in ("/releases", "/topics/quays", "/topics/pilots", "/years/2026"):
        assert {f"{path}.{ending}" for ending in FORMATS} <= set(links(page))
        assert f'<code class="address" dir="ltr">https://press.example.org{path}.atom</code>' in page
    assert "/releases.atom?lang=fr" in links(page)
    assert "/topics/tugs.atom" not in links(page)


def test_every_link_of_every_page_leads_somewhere(harbour: Client) -> None:
    seen: set[str] = set()
    ahead = ["/"]
    while ahead:
        path = ahead.pop()
        answer = harbour.get(path, follow_redirects=True)
        assert answer.status_code == 200, path
        if answer.mimetype == "text/html":
            found = {link for link in links(answer.text) if link.startswith("/") and link.count("=") < 3}
            ahead += found - seen
            seen |= found
    assert len(seen) > 50


HOSTILE = '"><script>alert(1)</script>{{7*7}}${7*7}</title>'


@pytest.mark.parametrize("path", ["/", "/releases", "/releases/a", "/topics", "/feeds", "/search?q=words"])
def test_a_hostile_title_is_only_text(newsroom: Make, path: str) -> None:
    text = release("'" + HOSTILE + "'", summary="'" + HOSTILE + "'", topics="['" + HOSTILE + "']", lang="en")
    page = newsroom({"a.md": text, "newsroom.toml": f"title = '{HOSTILE}'"}).get(path).text
    assert "<script>" not in page
    assert page.count("</title>") == 1
    assert "&#34;&gt;&lt;script&gt;" in page
    assert "49" not in re.sub(r"newsroom\.\w+\.css|icon\.\w+\.svg", "", page)


def test_a_hostile_query_is_only_text_wherever_it_is_shown(newsroom: Make) -> None:
    client = newsroom({f"n{n}.md": release(body="script alert") for n in range(30)})
    page = client.get("/search", query_string={"q": HOSTILE}).text
    assert "<script" not in page
    assert page.count("</title>") == 1


def test_pages_know_nothing_of_the_request_beyond_its_address(harbour: Client) -> None:
    plain = harbour.get("/search?q=quay")
    dressed = harbour.get(
        "/search?q=quay&utm_source=x",
        headers={"Cookie": "a=b", "Accept-Language": "fr", "X-Forwarded-Host": "evil.example", "User-Agent": "x"},
    )
    assert plain.data == dressed.data
    assert plain.headers.to_wsgi_list() == dressed.headers.to_wsgi_list()


def test_the_same_files_are_the_same_bytes_whatever_the_history(make_newsroom: MakeNewsroom) -> None:
    once = make_newsroom(FILES).client()
    twice = make_newsroom({**FILES, "gone.md": release("Gone")})
    twice.remove("gone.md")
    twice.publish()
    later = twice.client()
    for path in ("/", "/releases", "/releases/PR001-2026", "/feeds", "/topics/quays.atom", "/releases.json"):
        assert once.get(path).data == later.get(path).data
        assert once.get(path).headers["ETag"] == later.get(path).headers["ETag"]


def test_a_change_is_seen_with_the_next_request(make_newsroom: MakeNewsroom) -> None:
    press = make_newsroom(FILES)
    client = press.client()
    assert "Fresh" not in client.get("/releases").text
    press.publish({"fresh.md": release("Fresh", "2026-10-01")})
    assert titles(client.get("/releases").text)[0] == "Fresh"


def test_the_front_page_of_a_language_names_the_topics_that_have_releases_in_it(
    newsroom: Callable[..., Client],
) -> None:
    files = {
        "newsroom.toml": '[topics.ships]\nmatch = ["ship"]\n[topics.ponts]\nmatch = ["pont"]\n',
        "a.md": release("A ship"),
        "b.md": release("Un pont", lang="fr"),
    }
    client = newsroom(files)
    for path, named in {"/": [True, True], "/?lang=fr": [False, True]}.items():
        assert [topic in client.get(path).text for topic in ("/topics/ships", "/topics/ponts")] == named
