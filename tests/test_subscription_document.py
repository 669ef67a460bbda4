"""The subscription document: whoever polls it alone sees each release, update and withdrawal (RFC 5005, section 4)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from json import loads
from typing import Any

import feedparser
import pytest
from werkzeug.test import Client

from feedsrv.publishing.check import check
from tests.conftest import MakeNewsroom, Newsroom, release

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
FORMATS = ["atom", "rss", "json"]
TOML = "[topics.quays]\n[topics.ships]\n"


def on(days: int) -> str:
    """A day so many days before the newest release."""
    return f"{datetime(2026, 11, 20, tzinfo=UTC) - timedelta(days=days):%Y-%m-%d}"


def sparse(count: int) -> dict[str, str]:
    """Releases that appeared ten days after one another, the newest first."""
    files = {f"n{number:03}.md": release(f"N {number}", on(10 * number), topics="[quays]") for number in range(count)}
    return {"newsroom.toml": TOML, **files}


def entries(client: Client, path: str) -> list[tuple[str, str]]:
    """The names of the releases in a feed, each with its title."""
    answer = client.get(path, follow_redirects=True)
    assert answer.status_code == 200, path
    if answer.content_type.startswith("application/feed+json"):
        return [(item["id"].rpartition(":")[2], item["title"]) for item in loads(answer.data)["items"]]
    return [(entry.id.rpartition(":")[2], entry.title) for entry in feedparser.parse(answer.data).entries]


def names(client: Client, path: str) -> list[str]:
    return [name for name, _ in entries(client, path)]


def extension(client: Client, path: str) -> dict[str, Any]:
    return dict(loads(client.get(path).data)["_feedsrv"])


def feed_of(path: str, format_: str) -> str:
    plain, mark, query = path.partition("?")
    return f"{plain}.{format_}{mark}{query}"


LISTS = [
    *("/releases", "/releases?lang=en", "/topics/quays", "/topics/quays+ships", "/search?topic=quays"),
    *("/search?topic=quays&from=2015", "/search?lang=en"),
]


@pytest.mark.parametrize("format_", FORMATS)
@pytest.mark.parametrize("path", LISTS)
class TestWhatChangedOfOldReleases:
    def test_an_update_of_the_110th_is_in_every_subscription(
        self, make_newsroom: MakeNewsroom, path: str, format_: str
    ) -> None:
        newsroom = make_newsroom(sparse(120), now=NOW)
        before = names(newsroom.client(), feed_of(path, format_))
        assert len(before) == 50
        newsroom.publish({"n110.md": release("N 110", on(1100), topics="[quays]", updated="2026-11-24")})
        assert names(newsroom.client(), feed_of(path, format_)) == [*before, "n110"]

    def test_a_withdrawal_takes_the_place_of_its_release_without_its_headline(
        self, make_newsroom: MakeNewsroom, path: str, format_: str
    ) -> None:
        newsroom = make_newsroom(sparse(120), now=NOW)
        gone = release("N 7", on(70), topics="[quays]", withdrawn="2026-11-24", reason="It was wrong.")
        older = release("N 90", on(900), topics="[quays]", withdrawn="2026-11-24", reference="QU 90/2024")
        newsroom.publish({"n007.md": gone, "n090.md": older})
        found = entries(newsroom.client(), feed_of(path, format_))
        assert found[7] == ("n007", "Withdrawn: n007")
        assert found[-1] == ("QU-90-2024", "Withdrawn: QU 90/2024")
        assert len(found) == 52
        assert "N 7" not in [title for _, title in found]
        newsroom.now += timedelta(days=90)
        newsroom.publish()
        assert len(entries(newsroom.client(), feed_of(path, format_))) == 50


@pytest.mark.parametrize("format_", FORMATS)
@pytest.mark.parametrize(
    "path", ["/releases?limit=20", "/releases?page=2", "/search?q=text", "/search?q=text&topic=quays", "/topics/ships"]
)
def test_elsewhere_there_is_what_is_asked_for_and_no_more(make_newsroom: MakeNewsroom, path: str, format_: str) -> None:
    newsroom = make_newsroom(sparse(120) | {"s.md": release("S", on(4), topics="[ships]")}, now=NOW)
    newsroom.publish(
        {
            "n110.md": release("N 110", on(1100), topics="[quays]", updated="2026-11-24"),
            "n007.md": release("N 7", on(70), topics="[quays]", withdrawn="2026-11-24"),
        }
    )
    found = names(newsroom.client(), feed_of(path, format_))
    assert not {"n110", "n007"}.intersection(found)


@pytest.mark.parametrize("format_", FORMATS)
def test_the_twenty_that_were_updated_last_are_there_and_no_others(make_newsroom: MakeNewsroom, format_: str) -> None:
    newsroom = make_newsroom(sparse(120), now=NOW)
    first = datetime(2026, 10, 1, tzinfo=UTC)
    updates = {
        f"n{number:03}.md": release(
            f"N {number}", on(10 * number), topics="[quays]", updated=f"{first + timedelta(days=number - 80):%Y-%m-%d}"
        )
        for number in range(80, 110)
    }
    newsroom.publish(updates)
    newest = [f"n{number:03}" for number in range(50)]
    assert names(newsroom.client(), f"/releases.{format_}") == [*newest, *(f"n{n:03}" for n in range(90, 110))]


@pytest.mark.parametrize("format_", FORMATS)
@pytest.mark.parametrize(
    ("of_a_week", "size", "expected"), [(30, 1, 50), (130, 1, 130), (300, 1, 200), (130, 6000, 83)]
)
def test_it_reaches_back_a_week_while_there_is_room(
    make_newsroom: MakeNewsroom, format_: str, of_a_week: int, size: int, expected: int
) -> None:
    def one(number: int, days: float) -> str:
        moment = datetime(2026, 11, 20, 12, tzinfo=UTC) - timedelta(days=days)
        return release(f"B {number}", f"{moment:%Y-%m-%dT%H:%M:%SZ}", body="x" * size)

    files = {f"b{number:03}.md": one(number, 7 * number / of_a_week) for number in range(of_a_week)}
    files |= {f"c{number:03}.md": one(number, 8 + number) for number in range(60)}
    client = make_newsroom(files, now=NOW).client()
    found = names(client, f"/releases.{format_}")
    assert len(found) == expected
    assert found[: min(expected, of_a_week)] == [f"b{number:03}" for number in range(min(expected, of_a_week))]
    paging = extension(client, "/releases.json")
    assert (paging["per_page"], paging["pages"]) == (50, -(-len(files) // 50))
    pages = [names(client, f"/releases.json?page={page}") for page in range(2, paging["pages"] + 1)]
    assert [name for page in pages for name in page] == sorted(files_in_order(files))[50:]


def files_in_order(files: dict[str, str]) -> list[str]:
    return [name.removesuffix(".md") for name in files]


@pytest.mark.parametrize("format_", FORMATS)
def test_what_comes_under_an_old_date_is_seen_where_it_states_an_update(
    make_newsroom: MakeNewsroom, format_: str
) -> None:
    newsroom = make_newsroom(sparse(60), now=NOW)
    newsroom.publish(
        {
            "late.md": release("Late", "2015-03-05", topics="[quays]"),
            "told.md": release("Told", "2015-03-06", topics="[quays]", updated="2026-11-24"),
            "held.md": release("Held", "2015-03-07", topics="[quays]", embargo="2026-11-24"),
        }
    )
    found = names(newsroom.client(), f"/releases.{format_}")
    assert found[0] == "held"
    assert found[-1] == "told"
    assert "late" not in found
    assert len(found) == 51
    assert "late" in names(newsroom.client(), "/releases.atom?archive=2015-03")


def test_check_names_what_no_feed_reader_will_be_told_of(make_newsroom: MakeNewsroom) -> None:
    newsroom = make_newsroom(sparse(60), now=NOW)
    newsroom.write(
        {
            "late.md": release("Late", "2015-03-05", topics="[quays]"),
            "told.md": release("Told", "2015-03-06", topics="[quays]", updated="2026-11-24"),
            "held.md": release("Held", "2015-03-07", topics="[quays]", embargo="2026-11-24"),
            "new.md": release("New", "2026-11-24", topics="[quays]"),
            "n055.md": release("N 55, again", on(550), topics="[quays]"),
            "undated.md": "---\ntitle: Undated\n---\nText.",
        }
    )

    def named() -> list[str]:
        report = check(newsroom.catalogue, newsroom.index, NOW, (), iter)
        return [problem.path for problem in report.problems if problem.kind == "archives"]

    assert named() == ["late.md", "undated.md"]
    newsroom.publish()
    assert named() == []
    newsroom.publish({"n055.md": release("N 55", on(550), topics="[quays]", withdrawn="2026-11-24")})
    newsroom.write({"n055.md": release("N 55, after all", on(550), topics="[quays]")})
    assert named() == ["n055.md"]


def test_each_format_holds_the_same(make_newsroom: MakeNewsroom) -> None:
    newsroom: Newsroom = make_newsroom(sparse(70), now=NOW)
    newsroom.publish(
        {
            "n060.md": release("N 60", on(600), topics="[quays]", updated="2026-11-24"),
            "n061.md": release("N 61", on(610), topics="[quays]", withdrawn="2026-11-24"),
            "n062.md": "---\ntitle: Undated\nwithdrawn: 2026-11-24\n---\nText.",
        }
    )
    client = newsroom.client()
    atom, rss, json = (entries(client, f"/releases.{format_}") for format_ in FORMATS)
    assert atom == rss == json
    assert len(atom) == 53
