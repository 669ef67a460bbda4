"""Updates and corrections to come: none before their moment, and there by themselves from then."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from json import loads
from pathlib import Path
from typing import Any

import feedparser
import pytest

from feedsrv import newsroom_toml, readers
from feedsrv.publishing import Memory, publish
from feedsrv.publishing.check import check
from feedsrv.publishing.schedule import Event, schedule
from tests.conftest import NOW, MakeNewsroom, Newsroom, release

NEVER = datetime.max.replace(tzinfo=UTC)
SECOND = timedelta(seconds=1)


def on(day: int, hour: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, tzinfo=UTC)


@dataclass(frozen=True)
class Case:
    """What a file states: its ``updates`` and corrections, and between which moments it is public."""

    fields: Mapping[str, str]
    updates: tuple[datetime, ...] = ()
    corrections: tuple[datetime, ...] = ()
    opens: datetime = datetime(2026, 1, 15, tzinfo=UTC)
    closes: datetime = NEVER

    def known(self, moments: tuple[datetime, ...], now: datetime) -> list[datetime]:
        return [moment for moment in moments if moment <= now]


def corrected(*days: int) -> str:
    return f"[{', '.join(f'{{date: 2026-11-{day:02}, text: Not six but zanzibar{day:02}.}}' for day in days)}]"


CASES: dict[str, Case] = {
    "updated": Case({"updated": "2026-11-05 09:00"}, (on(5, 9),)),
    "lastmod": Case({"lastmod": "2026-11-06"}, (on(6),)),
    "both": Case({"updated": "2026-11-04", "corrections": corrected(3, 7)}, (on(4),), (on(3), on(7))),
    "past": Case(
        {"updated": "2026-10-04", "corrections": corrected(4)}, (datetime(2026, 10, 4, tzinfo=UTC),), (on(4),)
    ),
    "later": Case({"updated": "2026-11-09", "corrections": corrected(4)}, (on(9),), (on(4),)),
    "twice": Case({"corrections": corrected(8, 5)}, (), (on(8), on(5))),
    "embargo": Case({"embargo": "2026-11-05 12:00", "corrections": corrected(4, 6)}, (), (on(4), on(6)), on(5, 12)),
    "expires": Case({"expires": "2026-11-06 00:00", "corrections": corrected(4, 7)}, (), (on(4), on(7)), closes=on(6)),
}
FILES = {f"{name}.md": release(name.title(), **case.fields) for name, case in CASES.items()}
CHANGES = {
    moment
    for case in CASES.values()
    for moment in (*case.updates, *case.corrections, case.opens, case.closes)
    if moment == case.closes or (case.opens <= moment < case.closes and moment > NOW)
}
MOMENTS = sorted(CHANGES - {NEVER})


def held(index: Path) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(index.glob("gen-*/**/*")) if path.is_file())


def compare(newsroom: Newsroom, now: datetime) -> None:
    """What is shown at a moment, on pages and in all formats, is what is known then."""
    client = newsroom.client()
    items: dict[str, Any] = {
        item["_feedsrv"]["release"]: item for item in loads(client.get("/releases.json").data)["items"]
    }
    atom = {entry.id.rpartition(":")[2]: entry for entry in feedparser.parse(client.get("/releases.atom").data).entries}
    rss = {entry.id.rpartition(":")[2]: entry for entry in feedparser.parse(client.get("/releases.rss").data).entries}
    told = held(newsroom.settings.index).decode(errors="replace")
    for name, case in CASES.items():
        assert (name in items) is (name in atom) is (name in rss) is (case.opens <= now < case.closes), (name, now)
        known = case.known(case.corrections, now) if name in items else []
        for moment in case.corrections:
            word = f"zanzibar{moment.day:02}"
            shown = [word in text for text in (client.get(f"/releases/{name}").text, *contents(name, items, atom, rss))]
            assert {*shown} == {moment in known}, (name, word, now)
        if name in items:
            base = datetime(2026, 1, 15, tzinfo=UTC)
            updated = max([base, *case.known((*case.updates, *case.corrections), now)])
            stated = (items[name]["date_modified"], atom[name].updated, rss[name].updated)
            assert {datetime.fromisoformat(text) for text in stated} == {updated}, (name, now)
    for word in {f"zanzibar{moment.day:02}" for case in CASES.values() for moment in case.corrections if moment > now}:
        assert word not in told, (word, now)


def contents(name: str, items: Mapping[str, Any], *feeds: Mapping[str, Any]) -> list[str]:
    if name not in items:
        return ["", "", ""]
    return [items[name]["content_html"], *(feed[name].content[0].value for feed in feeds)]


@pytest.mark.parametrize("is_staying", [True, False])
def test_each_update_is_there_from_its_moment_and_not_before(make_newsroom: MakeNewsroom, *, is_staying: bool) -> None:
    newsroom, memory = make_newsroom(FILES), Memory()
    for moment in MOMENTS:
        assert newsroom.index.status().true_until == moment
        for now in (moment - SECOND, moment):
            newsroom.now = now
            only = frozenset[str]() if is_staying else None
            publish(newsroom.catalogue, newsroom.index, now, only=only, memory=memory if is_staying else None)
            compare(newsroom, now)
    assert newsroom.index.status().true_until is None


def test_a_generation_is_made_at_each_such_moment_and_at_no_other(make_newsroom: MakeNewsroom) -> None:
    newsroom = make_newsroom(FILES)
    before = newsroom.snapshot().generation
    for moment in MOMENTS:
        for now, is_another in ((moment - SECOND, False), (moment, True), (moment + SECOND, False)):
            newsroom.now = now
            newsroom.publish()
            assert (newsroom.snapshot().generation != before) is is_another, now
            before = newsroom.snapshot().generation


def test_a_clock_that_is_set_back_takes_it_back(make_newsroom: MakeNewsroom) -> None:
    newsroom = make_newsroom(FILES, now=MOMENTS[-1])
    compare(newsroom, MOMENTS[-1])
    newsroom.now = NOW
    newsroom.publish(force=True)
    compare(newsroom, NOW)


def test_check_and_the_schedule_name_it(make_newsroom: MakeNewsroom) -> None:
    newsroom = make_newsroom(FILES)
    report = check(newsroom.catalogue, newsroom.index, NOW, (), iter)
    said = sorted((it.path, it.what.split()[3]) for it in report.problems if it.kind == "update-to-come")
    assert said == [
        *(("both.md", f"2026-11-{day}") for day in ("03", "04", "07")),
        ("embargo.md", "2026-11-06"),
        ("expires.md", "2026-11-04"),
        ("lastmod.md", "2026-11-06"),
        *(("later.md", f"2026-11-{day}") for day in ("04", "09")),
        ("past.md", "2026-11-04"),
        *(("twice.md", f"2026-11-{day}") for day in ("05", "08")),
        ("updated.md", "2026-11-05"),
    ]
    entries = schedule(newsroom.catalogue, NOW, iter).entries
    assert [(entry.path, entry.at) for entry in entries if entry.event is Event.IS_UPDATED] == [
        *(("both.md", on(3)), ("expires.md", on(4)), ("later.md", on(4)), ("past.md", on(4))),
        *(("twice.md", on(5)), ("updated.md", on(5, 9)), ("embargo.md", on(6)), ("lastmod.md", on(6))),
    ]


@pytest.mark.parametrize(
    ("date", "fields", "is_named"),
    [
        ("2026-11-24 09:05", {"updated": "2026-11-24"}, True),
        ("2026-11-24 09:05", {"corrections": "[{date: 2026-11-24, text: Five.}]"}, True),
        ("2026-11-24 09:05", {"updated": "2026-11-24 10:00"}, False),
        ("2026-11-24 09:05", {"updated": "2026-11-25"}, False),
        ("2026-11-24", {"updated": "2026-11-24"}, False),
        ("2026-11-24", {"corrections": "[{date: 2026-11-24, text: Five.}]"}, False),
    ],
)
def test_a_change_on_the_day_of_the_release_needs_an_hour(date: str, fields: dict[str, str], is_named: bool) -> None:
    problems = readers.read("a.md", release("A", date, **fields).encode(), newsroom_toml.parse("")).problems
    assert any("no hour is stated" in problem.what for problem in problems) == is_named
