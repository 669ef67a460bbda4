"""Dates carry the newsroom's offset: a day is that day in every reader, and a moment stays what it is."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime
from xml.etree import ElementTree
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from werkzeug.test import Client

from feedsrv.newsroom import Newsroom
from tests.conftest import release

ZONES = sorted(available_timezones() - {"localtime"})
AMSTERDAM, MONROVIA, KATHMANDU = "Europe/Amsterdam", "Africa/Monrovia", "Asia/Kathmandu"
MOMENTS = st.integers(-62_135_000_000, 253_402_000_000).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))
"""In all the years of the calendar."""
RFC_3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?[+-]\d\d:\d\d")


@given(zone=st.sampled_from(ZONES), moment=MOMENTS)
@example(zone=AMSTERDAM, moment=datetime(1930, 1, 1, tzinfo=UTC))
def test_a_moment_stays_the_same_and_can_be_written_down(zone: str, moment: datetime) -> None:
    local = Newsroom(timezone=ZoneInfo(zone)).local(moment)
    assert local == moment
    assert RFC_3339.fullmatch(local.isoformat())
    if local.year >= 1000:  # those of three digits are read as of two
        assert parsedate_to_datetime(format_datetime(local)) == local
    offset, real = local.utcoffset(), moment.astimezone(ZoneInfo(zone)).utcoffset()
    assert offset is not None
    assert real is not None
    assert timedelta() <= offset - real < timedelta(minutes=1)


@given(zone=st.sampled_from(ZONES), day=st.dates(date(1, 1, 3), date(9999, 12, 29)))
@example(zone=AMSTERDAM, day=date(1930, 1, 1))
@example(zone=MONROVIA, day=date(1950, 1, 1))
@example(zone="America/Sao_Paulo", day=date(2018, 11, 4))  # its clocks went from midnight to one
@example(zone="Europe/Paris", day=date(2018, 3, 25))
def test_the_beginning_of_a_day_is_of_that_day(zone: str, day: date) -> None:
    newsroom = Newsroom(timezone=ZoneInfo(zone))
    beginning = newsroom.midnight(day)
    assert newsroom.local(beginning).date() == newsroom.day(beginning)


FEEDS = [
    ("UTC", "2018-03-23", "2018-03-23T00:00:00+00:00", "Fri, 23 Mar 2018 00:00:00 +0000"),
    ("Europe/Paris", "2018-03-23", "2018-03-23T00:00:00+01:00", "Fri, 23 Mar 2018 00:00:00 +0100"),
    ("Europe/Paris", "2018-03-26", "2018-03-26T00:00:00+02:00", "Mon, 26 Mar 2018 00:00:00 +0200"),
    ("Europe/Paris", "2018-03-25 10:00", "2018-03-25T10:00:00+02:00", "Sun, 25 Mar 2018 10:00:00 +0200"),
    ("America/St_Johns", "2018-12-01", "2018-12-01T00:00:00-03:30", "Sat, 01 Dec 2018 00:00:00 -0330"),
    (KATHMANDU, "2018-03-23", "2018-03-23T00:00:00+05:45", "Fri, 23 Mar 2018 00:00:00 +0545"),
    (AMSTERDAM, "1930-01-01", "1930-01-01T00:00:28+00:20", "Wed, 01 Jan 1930 00:00:28 +0020"),
    (MONROVIA, "1950-01-02", "1950-01-02T00:00:30-00:44", "Mon, 02 Jan 1950 00:00:30 -0044"),
]


@pytest.mark.parametrize(("zone", "stated", "written", "in_rss"), FEEDS)
def test_every_date_of_a_feed_carries_the_offset_of_its_day(
    newsroom: Callable[..., Client], zone: str, stated: str, written: str, in_rss: str
) -> None:
    files = {
        "newsroom.toml": f'timezone = "{zone}"',
        "a.md": release("A", stated, updated=stated, corrections=f"\n  - {{date: {stated}, text: A word.}}"),
        "b.md": release("B", stated, withdrawn="2026-10-30 12:00"),
    }
    client = newsroom(files)
    withdrawn = datetime(2026, 10, 30, 12, tzinfo=ZoneInfo(zone)).isoformat()
    atom, rss = (ElementTree.fromstring(client.get(f"/releases.{ending}").data) for ending in ("atom", "rss"))
    json = client.get("/releases.json").get_json(force=True)
    atom_dates = [element.text for element in atom.iter() if element.tag.endswith(("}published", "}updated"))]
    assert {*atom_dates} == {written, withdrawn}
    assert atom_dates[0] == withdrawn
    assert [element.attrib["when"] for element in atom.iter() if "when" in element.attrib] == [withdrawn]
    assert {element.text for element in rss.iter("pubDate")} == {in_rss}
    assert rss.findtext("channel/lastBuildDate") == f"{datetime.fromisoformat(withdrawn):%a, %d %b %Y %H:%M:%S %z}"
    assert {item["date_published"] for item in json["items"]} == {written}
    assert {item["date_modified"] for item in json["items"]} == {written, withdrawn}
    page = client.get("/releases/a").text
    assert page.count(f'"{written}"') == 5, "in the metadata, and for the correction"
    year = stated[:4]
    assert f"<lastmod>{written}</lastmod>" in client.get(f"/sitemap-{year}.xml").text
