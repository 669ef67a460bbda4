"""By number: whoever searches for the reference number of a release is led to it, and to nothing else."""

from __future__ import annotations

import pytest
from werkzeug.test import Client

from tests.conftest import MakeNewsroom, release

FILES = {
    "newsroom.toml": 'languages = ["en", "fr"]\n[topics.quays]\nlabel = "Quays"\n',
    "pr.md": release("A quay", "2026-03-05", "Words.", reference="PR007-2026", topics="[quays]"),
    "cp.md": release("Un quai", "2026-03-05", "Des mots.", reference="CP007-2026", lang="fr"),
    "mention.md": release("Another", "2026-04-01", "As PR007-2026 said, and CP007-2026.", reference="PR008-2026"),
    "twice.md": release("First", "2026-01-01", reference="PR009-2026"),
    "again.md": release("Second", "2026-01-02", reference="PR 009/2026"),
    "plain.md": release("Plain", "2026-01-03", reference="27"),
    "french.md": release("Seul", "2026-01-04", "Des mots.", reference="CP010-2026", lang="fr"),
    "held.md": release("Held", "2026-12-24", "A quay.", reference="PR011-2026", embargo="2026-12-24"),
    "gone.md": release("Gone", "2026-01-02", "A quay.", reference="PR012-2026", withdrawn="2026-10-01"),
    "gone.fr.md": release("Parti", "2026-01-02", reference="CP012-2026", lang="fr", withdrawn="2026-10-01"),
    "old.md": release("Old", "2019-01-02", reference="PR013-2019", slug="old", withdrawn="2019-10-01"),
    "wrong.md": release("Wrong", "2026-01-02", reference="PR014-2026", withdrawn="2026-10-01"),
    "right.md": release("Right", "2026-01-03", reference="PR 014/2026", slug="right"),
    "gone-1.md": release("One", "2026-01-02", reference="PR015-2026", slug="one", withdrawn="2026-10-01"),
    "gone-2.md": release("Two", "2026-01-02", reference="PR015-2026", slug="two", withdrawn="2026-10-01"),
}


@pytest.fixture(scope="module")
def client(make_lasting: MakeNewsroom) -> Client:
    return make_lasting(FILES).client()


@pytest.mark.parametrize(
    ("asked", "release_id"),
    [
        *((f"q={number}", "PR007-2026") for number in ("PR007-2026", "pr007-2026", "PR+007%2F2026", "+PR007-2026.")),
        *(("q=CP007-2026", "CP007-2026"), ("q=ref:27", "27"), ("q=CP010-2026", "CP010-2026")),
        *(("q=007-2026", "PR007-2026"), ("q=007-2026&lang=fr", "CP007-2026"), ("q=010-2026", "CP010-2026")),
        *(("q=PR008-2026&sort=oldest", "PR008-2026"), ("q=PR008-2026&limit=5&list=0&other=1", "PR008-2026")),
    ],
)
def test_a_number_opens_its_release(client: Client, asked: str, release_id: str) -> None:
    for method in ("GET", "HEAD"):
        answer = client.open(f"/search?{asked}", method=method)
        assert (answer.status_code, answer.location) == (303, f"/releases/{release_id}")
        assert answer.headers["Cache-Control"] == "public, max-age=10"
        assert "Vary" not in answer.headers
    assert client.get(answer.location).status_code == 200


@pytest.mark.parametrize(
    ("asked", "release_id"),
    [
        *(("q=PR012-2026", "PR012-2026"), ("q=pr+12/2026", ""), ("q=CP+012/2026", "CP012-2026")),
        *(("q=012-2026", "PR012-2026"), ("q=012-2026&lang=fr", "CP012-2026"), ("q=ref:PR013-2019", "PR013-2019")),
    ],
)
def test_a_number_of_what_was_withdrawn_opens_its_notice(client: Client, asked: str, release_id: str) -> None:
    answer = client.get(f"/search?{asked}")
    assert (answer.status_code, answer.location) == ((303, f"/releases/{release_id}") if release_id else (200, None))
    if release_id:
        notice = client.get(answer.location)
        assert (notice.status_code, release_id in notice.text) == (410, True)
    for extension in ("atom", "rss", "json"):
        assert client.get(f"/search.{extension}?{asked}", follow_redirects=True).status_code == 200


def test_a_number_that_a_release_has_is_no_withdrawn_ones(client: Client) -> None:
    assert client.get(client.get("/search?q=PR014-2026").location).status_code == 200


@pytest.mark.parametrize(
    "asked",
    [
        *("q=PR009-2026", "q=009-2026", "q=27", "q=PR007-2026+quay", "q=-PR007-2026", "q=PR007-2026*", "q=PR99-2026"),
        *("q=%22PR007-2026%22", "q=title:PR007-2026", "q=PR007-2026+OR+PR008-2026", "q=2026", "q=PR007-2026&list=1"),
        *("q=PR007-2026&topic=quays", "q=PR007-2026&year=2026", "q=PR007-2026&from=2025", "q=PR007-2026&lang=fr"),
        *("q=007-2026&lang=de", "q=PR011-2026", "topic=quays", "q="),
        *("q=PR012-2026&list=1", "q=PR012-2026&topic=quays", "q=PR012-2026&lang=fr", "q=PR012-2026+quay"),
        *("q=PR015-2026", "q=015-2026"),
    ],
)
def test_what_is_more_or_less_than_one_number_is_a_list(client: Client, asked: str) -> None:
    assert client.get(f"/search?{asked}").status_code == 200


def test_the_list_stays_in_whatever_its_page_links_to(client: Client) -> None:
    page = client.get("/search?list=1&q=PR007-2026").text
    assert 'rel="canonical" href="https://press.example.org/search?list=1&amp;q=PR007-2026"' in page
    assert 'href="/search?list=1&amp;q=PR007-2026&amp;sort=oldest"' in page
    assert 'name="list"' not in page
    assert 'href="/search.atom?q=PR007-2026"' in page
    assert "Another" in page
    assert 'rel="canonical" href="https://press.example.org/search?q=quay"' in client.get("/search?q=quay&list=1").text
    assert client.get("/search?q=PR007-2026&list=perhaps").status_code == 400


@pytest.mark.parametrize("extension", ["atom", "rss", "json"])
def test_the_feed_of_a_number_is_a_feed(client: Client, extension: str) -> None:
    answer = client.get(f"/search.{extension}?q=PR007-2026")
    assert answer.status_code == 200
    assert "/releases/PR007-2026" in answer.text
    listed = client.get("/search.json?q=PR007-2026&list=1")
    assert (listed.status_code, "list=1" in listed.text) == (200, False)
