"""The history of feeds: archives back to the first release (RFC 5005), and what is told of the withdrawn (RFC 6721)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from json import loads
from typing import Any

import feedparser
import pytest
from lxml import etree
from werkzeug.test import Client, TestResponse

from tests.conftest import NOW, MakeNewsroom, Newsroom, release

FORMATS = ["atom", "rss", "json"]
BASE = "https://press.example.org"
FH = "{http://purl.org/syndication/history/1.0}"
AT = "{http://purl.org/atompub/tombstones/1.0}"
TOML = 'title = "Harbour"\ntimezone = "Europe/Paris"\n'


def years_of_releases() -> dict[str, str]:
    """170 releases: on every third day of some months, of two topics and languages, and some without a date."""
    files = {"newsroom.toml": TOML}
    for number in range(160):
        day = datetime(2024, 11, 1, tzinfo=UTC) + timedelta(days=3 * number)
        topic = "quays" if number % 2 else "ships"
        language = "fr" if number % 5 == 0 else "en"
        files[f"n{number:03}.md"] = release(f"N {number}", f"{day:%Y-%m-%d}", topics=f"[{topic}]", lang=language)
    for number in range(10):
        files[f"undated{number}.md"] = f"---\ntitle: Undated {number}\ntopics: [quays]\nlang: en\n---\nText."
    return files


@pytest.fixture(scope="module")
def harbour(make_lasting: MakeNewsroom) -> Newsroom:
    """A newsroom that tests only read."""
    return make_lasting(years_of_releases())


@pytest.fixture
def growing(make_newsroom: MakeNewsroom) -> Newsroom:
    """The same for a test that publishes."""
    return make_newsroom(years_of_releases())


def links(answer: TestResponse) -> dict[str, str]:
    """The links of a feed by relation, as paths."""
    found = re.findall(r'<([^>]*)>; rel="([a-z-]+)"', answer.headers["Link"])
    return {relation: address.removeprefix(BASE) for address, relation in found}


def ids(answer: TestResponse) -> list[str]:
    if answer.content_type.startswith("application/feed+json"):
        return [item["id"].rpartition(":")[2] for item in loads(answer.data)["items"]]
    return [entry.id.rpartition(":")[2] for entry in feedparser.parse(answer.data).entries]


def walk(client: Client, path: str) -> Iterator[TestResponse]:
    """The documents of a feed, from the one that is subscribed to, back to the first."""
    following: str | None = path
    while following:
        answer = client.get(following)
        assert answer.status_code == 200, following
        yield answer
        if answer.content_type.startswith("application/feed+json"):
            following = str(loads(answer.data).get("next_url", "")).removeprefix(BASE) or None
        else:
            found = links(answer)
            following = found.get("prev-archive") or found.get("next")


LISTS = {
    "/releases": 170,
    "/releases?lang=fr": 32,
    "/topics/quays": 90,
    "/topics/ships": 80,
    "/topics/quays?lang=en": 74,
    "/topics/quays/2025": 61,
    "/years/2025": 121,
    "/topics/quays+ships": 170,
    "/search?q=text": 10,
}


def feed_of(path: str, format_: str) -> str:
    plain, mark, query = path.partition("?")
    return f"{plain}.{format_}{mark}{query}"


@pytest.mark.parametrize("format_", FORMATS)
@pytest.mark.parametrize("path", LISTS)
def test_from_every_feed_a_reader_can_walk_to_the_first_release(harbour: Newsroom, path: str, format_: str) -> None:
    client = harbour.client()
    expected = {
        item["id"].rpartition(":")[2] for page in pages(client, feed_of(path, "json")) for item in page["items"]
    }
    assert len(expected) == LISTS[path]
    subscription, *past = walk(client, feed_of(path, format_))
    found = [entry for document in past for entry in ids(document)]
    assert len(found) == len(set(found))
    assert {*found, *ids(subscription)} == expected


def pages(client: Client, path: str) -> Iterator[dict[str, Any]]:
    separator = "&" if "?" in path else "?"
    for page in range(1, 100):
        answer = client.get(f"{path}{separator}limit=37&page={page}", follow_redirects=True)
        if answer.status_code == 404:
            return
        yield loads(answer.data)


@pytest.mark.parametrize("format_", FORMATS)
def test_a_walk_misses_nothing_while_new_releases_arrive(growing: Newsroom, format_: str) -> None:
    before = {entry for document in walk(growing.client(), f"/releases.{format_}") for entry in ids(document)}
    found: set[str] = set()
    for number, document in enumerate(walk(growing.client(), f"/releases.{format_}")):
        found |= set(ids(document))
        growing.publish({f"late{number}.md": release(f"Late {number}", "2026-10-30")})
    assert found >= before


@pytest.mark.parametrize("format_", FORMATS)
def test_what_was_held_back_stands_first_when_it_appears_and_in_the_archive_of_its_date(
    growing: Newsroom, format_: str
) -> None:
    growing.publish({"held.md": release("Held", "2025-03-05", embargo="2026-10-31")})
    assert ids(growing.client().get(f"/releases.{format_}"))[0] == "held"
    if format_ != "json":
        assert "held" in ids(growing.client().get(f"/releases.{format_}?archive=2025-03"))


def test_archives_lead_to_each_other_and_to_the_present(harbour: Newsroom) -> None:
    client = harbour.client()
    newest = links(client.get("/releases.atom"))["prev-archive"]
    assert newest == "/releases.atom?archive=2026-02"
    assert links(client.get(newest)) == {
        "self": "/releases.atom?archive=2026-02",
        "alternate": "/releases",
        "current": "/releases.atom",
        "prev-archive": "/releases.atom?archive=2026-01",
    }
    middle = links(client.get("/releases.atom?archive=2025-03"))
    assert middle["next-archive"] == "/releases.atom?archive=2025-04"
    assert middle["prev-archive"] == "/releases.atom?archive=2025-02"
    last = links(client.get("/releases.atom?archive=undated"))
    assert last["next-archive"] == "/releases.atom?archive=2024-11"
    assert "prev-archive" not in last


@pytest.mark.parametrize("format_", ["atom", "rss"])
def test_each_document_says_what_it_is_in_the_history(harbour: Newsroom, format_: str) -> None:
    client = harbour.client()

    def marks(path: str) -> list[str]:
        return [str(element.tag) for element in etree.fromstring(client.get(path).data).iter(f"{FH}*")]

    assert marks(f"/releases.{format_}") == []
    assert marks(f"/releases.{format_}?archive=2025-03") == [f"{FH}archive"]
    assert marks(f"/releases.{format_}?lang=fr") == [f"{FH}complete"]
    assert marks(f"/releases.{format_}?limit=20") == []
    assert b"history" not in client.get(f"/releases.{format_}").data


@pytest.mark.parametrize("format_", FORMATS)
def test_an_archive_is_a_document_of_the_same_feed(harbour: Newsroom, format_: str) -> None:
    answer = harbour.client().get(f"/topics/quays.{format_}?lang=en&archive=2025-03")
    assert answer.status_code == 301
    answer = harbour.client().get(answer.headers["Location"])
    assert answer.status_code == 200
    if format_ == "atom":
        found = feedparser.parse(answer.data).feed
        assert found.id == "tag:press.example.org,2000-01-01:/topics/quays?lang=en"
        assert found.title == "Harbour: quays, English, March 2025"


def test_the_past_is_kept_no_longer_than_the_present(harbour: Newsroom) -> None:
    paths = ("/releases.atom", "/releases.atom?archive=2026-02", "/releases.atom?archive=2025-03")
    lives = {harbour.client().get(path).headers["Cache-Control"] for path in paths}
    assert lives == {"public, max-age=60, stale-if-error=86400"}


def test_a_new_release_leaves_the_past_as_it_is(growing: Newsroom) -> None:
    def etags() -> dict[str, str]:
        return {answer.request.full_path: answer.headers["ETag"] for answer in walk(growing.client(), "/releases.atom")}

    before = etags()
    growing.publish({"late.md": release("Late", "2026-10-30")})
    after = etags()
    changed = {path for path in before if after.get(path) != before[path]}
    assert changed == {"/releases.atom?", "/releases.atom?archive=2026-02"}  # which has a neighbour now


def test_a_large_month_is_kept_by_the_day_and_a_large_day_whole(make_newsroom: MakeNewsroom) -> None:
    files = {f"d{number}.md": release(f"D {number}", "2025-03-10") for number in range(308)}
    files |= {f"e{number}.md": release(f"E {number}", "2025-03-31T23:30:00Z") for number in range(3)}
    client = make_newsroom(files | {"newsroom.toml": TOML}).client()
    _, *past = walk(client, "/releases.atom")
    assert [links(document)["self"] for document in past] == [
        "/releases.atom?archive=2025-04",  # in Paris it is April already
        "/releases.atom?archive=2025-03-10",
    ]
    assert [len(ids(document)) for document in past] == [3, 308]


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/releases.atom?archive=2025-13", 400),
        ("/releases.atom?archive=2025-02-30", 400),
        ("/releases.atom?archive=yesterday", 400),
        ("/releases.atom?archive=9999-12", 400),
        ("/releases.atom?archive=2023-03", 404),
        ("/releases.atom?archive=2025-03-02", 404),
        ("/releases.atom?archive=2025-03&page=2", 301),
        ("/releases.atom?lang=fr&archive=2025-03", 301),
        ("/releases?archive=2025-03", 200),
        ("/search.atom?q=n&archive=2025-03", 200),
    ],
)
def test_an_archive_that_there_is_not(harbour: Newsroom, path: str, status: int) -> None:
    assert harbour.client().get(path).status_code == status


WITHDRAWN = release("Gone", "2026-05-01", topics="[quays]", withdrawn="2026-10-20", reason="It was wrong.")


def tombstones(newsroom: Newsroom, path: str) -> list[tuple[str, str, str]]:
    document = etree.fromstring(newsroom.client().get(path).data)
    return [
        (element.get("ref", ""), element.get("when", ""), element.findtext(f"{AT}comment", ""))
        for element in document.iter(f"{AT}deleted-entry")
    ]


def test_readers_are_told_of_what_is_withdrawn(make_newsroom: MakeNewsroom) -> None:
    newsroom = make_newsroom({"gone.md": WITHDRAWN, "a.md": release("A", topics="[ships]")}, now=NOW)
    told = [("tag:press.example.org,2000-01-01:gone", "2026-10-20T00:00:00+00:00", "It was wrong.")]
    assert tombstones(newsroom, "/releases.atom") == told
    assert tombstones(newsroom, "/years/2026.atom") == told
    assert tombstones(newsroom, "/topics/quays+ships.atom") == told
    assert tombstones(newsroom, "/topics/ships.atom") == []
    assert b"tombstones" not in newsroom.client().get("/topics/ships.atom").data
    for path in ("/releases.rss", "/releases.json", "/search.atom?q=a"):
        assert b"deleted-entry" not in newsroom.client().get(path).data
    found = feedparser.parse(newsroom.client().get("/releases.atom").data)
    assert not found.bozo
    assert found.feed.updated == "2026-10-20T00:00:00+00:00"


def test_a_list_from_which_all_was_withdrawn_tells_of_it_for_ninety_days(make_newsroom: MakeNewsroom) -> None:
    files = {"gone.md": WITHDRAWN.replace("2026-05", "2025-05"), "a.md": release("A")}
    newsroom = make_newsroom(files, now=NOW)
    client, paths = newsroom.client(), ("/years/2025", "/topics/quays", "/topics/quays/2025")
    for path in paths:
        assert client.get(path).status_code == 200
        assert [ids(client.get(f"{path}.{name}")) for name in FORMATS] == [["gone"]] * 3
        assert len(tombstones(newsroom, f"{path}.atom")) == 1
    assert client.get("/years/2024.atom").status_code == client.get("/topics/ships/2025.atom").status_code == 404
    newsroom.now = datetime(2027, 1, 18, tzinfo=UTC)
    newsroom.publish()
    assert {newsroom.client().get(path).status_code for path in paths} == {404}


def test_a_tombstone_stands_for_ninety_days_and_its_end_is_a_change(make_newsroom: MakeNewsroom) -> None:
    newsroom = make_newsroom({"gone.md": WITHDRAWN, "a.md": release("A")}, now=NOW)
    summary = newsroom.publish()
    assert summary.true_until == datetime(2027, 1, 18, tzinfo=UTC)
    newsroom.now = datetime(2027, 1, 18, tzinfo=UTC)
    newsroom.publish()
    assert tombstones(newsroom, "/releases.atom") == []
    assert newsroom.client().get("/releases/gone").status_code == 410


def test_a_withdrawal_without_a_date_has_no_tombstone(make_newsroom: MakeNewsroom) -> None:
    newsroom = make_newsroom({"gone.md": WITHDRAWN.replace("2026-10-20", "true"), "a.md": release("A")}, now=NOW)
    assert tombstones(newsroom, "/releases.atom") == []
    assert newsroom.client().get("/releases/gone").status_code == 410


def test_a_tombstone_is_in_the_archive_of_its_month(growing: Newsroom) -> None:
    growing.publish({"n101.md": years_of_releases()["n101.md"].replace("---\n\n", "withdrawn: 2026-10-20\n---\n\n")})
    assert growing.client().get("/releases/n101").status_code == 410
    month = (datetime(2024, 11, 1, tzinfo=UTC) + timedelta(days=303)).strftime("%Y-%m")
    assert len(tombstones(growing, f"/releases.atom?archive={month}")) == 1
    assert tombstones(growing, "/releases.atom?archive=2025-03") == []
