"""feedsrv schedule: what comes and goes at which moment, and what waits for somebody to do something."""

from __future__ import annotations

import json
import os
import pty
import re
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from click.testing import CliRunner, Result

from feedsrv.cli import main
from tests.conftest import MakeNewsroom, Newsroom, release

TOML = 'title = "Harbour; news, and more"\ntimezone = "Europe/Paris"\nauthority = "press.example.org"\n'
LONG = "A ferry: café; “naïve”, \\ and a headline as long as some are, in more than one line of a calendar"
FILES = {
    "newsroom.toml": TOML,
    "open.md": release("Open", slug="ferry", expiryDate="2098-12-31 18:00"),
    "later.md": release("Later", embargo="2099-07-01 10:00", slug="later"),
    "next.md": release(f"'{LONG}'", embargo="2090-01-01"),
    "both.md": release("Both", embargo="2099-08-01", expiryDate="2099-08-31", slug="ferry"),
    "draft.md": release("A draft", draft="true"),
    "held.md": release("Held", embargo="when it is time"),
    "broken.md": "---\ntitle: [\n---\n",
    "gone.md": release("Gone", withdrawn="2097-01-01"),
}


@pytest.fixture
def harbour(make_newsroom: MakeNewsroom) -> Newsroom:
    return make_newsroom(FILES)


def environment(newsroom: Newsroom) -> dict[str, str]:
    return {
        "FEEDSRV_RELEASES": str(newsroom.releases),
        "FEEDSRV_INDEX": str(newsroom.settings.index),
        "FEEDSRV_BASE_URL": "https://press.example.org",
    }


def run(newsroom: Newsroom, *arguments: str) -> Result:
    result = CliRunner().invoke(main, ["schedule", *arguments], env=environment(newsroom))
    assert result.exit_code == 0, result.output
    return result


def test_what_is_next_comes_first_and_what_waits_last(harbour: Newsroom) -> None:
    entries: list[dict[str, Any]] = json.loads(run(harbour, "--format", "json").stdout)
    assert [(entry["at"], entry["event"], entry["path"]) for entry in entries] == [
        ("2090-01-01T00:00:00+01:00", "opens", "next.md"),
        ("2097-01-01T00:00:00+01:00", "is withdrawn", "gone.md"),
        ("2098-12-31T18:00:00+01:00", "expires", "open.md"),
        ("2099-07-01T10:00:00+02:00", "opens", "later.md"),
        ("2099-08-01T00:00:00+02:00", "opens", "both.md"),
        ("2099-09-01T00:00:00+02:00", "expires", "both.md"),
        (None, "draft", "draft.md"),
        (None, "held", "held.md"),
        (None, "unreadable", "broken.md"),
    ]
    by_path = {entry["path"]: entry for entry in entries}
    assert "when it is time" in by_path["held.md"]["why"]
    assert (by_path["held.md"]["line"], by_path["broken.md"]["line"]) == (4, 3)
    opening = next(entry for entry in entries if (entry["path"], entry["event"]) == ("both.md", "opens"))
    takes = ", and takes it when it is public: then open.md is ferry-2026-01-15"
    assert opening["why"] == f"this claims the id ferry, which open.md has{takes}"


def test_who_takes_the_id_of_one_that_expires_is_named(make_newsroom: MakeNewsroom) -> None:
    newsroom = make_newsroom(
        {
            "fair.md": release("Fair", slug="fair", expires="2099-01-01"),
            "next.md": release("Next", "2026-02-01", slug="fair", expires="2099-02-01"),
        }
    )
    entries = json.loads(run(newsroom, "--format", "json").stdout)
    assert {entry["path"]: entry["why"] for entry in entries} == {
        "fair.md": "then next.md takes its id",
        "next.md": "",
    }


def test_nothing_is_written(make_newsroom: MakeNewsroom) -> None:
    newsroom = make_newsroom({"a.md": release(embargo="2099-01-01")})
    before = {path: path.stat().st_mtime_ns for path in newsroom.root.rglob("*")}
    assert "2099-01-01 00:00 UTC\topens\t" in run(newsroom).stdout
    assert {path: path.stat().st_mtime_ns for path in newsroom.root.rglob("*")} == before


def test_in_a_pipe_each_entry_is_a_line_with_tabs(harbour: Newsroom) -> None:
    lines = [line.split("\t") for line in run(harbour).stdout.splitlines()]
    assert lines[3] == ["2099-07-01 10:00 CEST", "opens", f"{harbour.releases}/later.md", "Later"]
    assert lines[7][:3] == ["", "held", f"{harbour.releases}/held.md:4"]
    assert lines[7][3].startswith("Held; embargo: when it is time")
    assert run(harbour).stderr == "6 moments to come\n"


def test_on_a_terminal_it_is_a_table_that_fits(harbour: Newsroom) -> None:
    leader, follower = pty.openpty()
    subprocess.run(
        [sys.executable, "-m", "feedsrv", "schedule"],
        stdout=follower,
        stderr=subprocess.DEVNULL,
        cwd=harbour.root,
        env=os.environ | environment(harbour) | {"COLUMNS": "80", "TERM": "xterm", "FEEDSRV_RELEASES": "releases"},
        check=True,
    )
    os.close(follower)
    shown = os.read(leader, 65_536).decode().splitlines()
    os.close(leader)
    assert max(map(len, shown)) <= 80
    assert "2099-07-01 10:00 CEST  opens         releases/later.md" in shown[3]


class TestCalendar:
    def test_each_moment_is_an_event(self, harbour: Newsroom) -> None:
        events = self.events(harbour)
        assert [(event["DTSTART"], event["SUMMARY"].partition(":")[0]) for event in events] == [
            ("20891231T230000Z", "Public"),
            ("20961231T230000Z", "Withdrawn"),
            ("20981231T170000Z", "Expires"),
            ("20990701T080000Z", "Public"),
            ("20990731T220000Z", "Public"),
            ("20990831T220000Z", "Expires"),
        ]
        assert {"UID", "DTSTAMP", "CLASS", "TRANSP", "URL"} <= events[0].keys()
        assert len({event["UID"] for event in events}) == len(events)
        assert events[3]["URL"] == "https://press.example.org/releases/later"
        assert events[4]["DESCRIPTION"].startswith(
            "both.md\\nthis claims the id ferry\\, which open.md has\\, and takes it"
        )

    def test_lines_are_folded_and_texts_escaped(self, harbour: Newsroom) -> None:
        raw = run(harbour, "--format", "ics").stdout_bytes
        assert raw.startswith(b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\n")
        assert raw.endswith(b"END:VCALENDAR\r\n")
        lines = raw.removesuffix(b"\r\n").split(b"\r\n")
        assert max(map(len, lines)) <= 75
        assert not any(b"\r" in line or b"\n" in line for line in lines)
        assert any(line.startswith(b" ") for line in lines)
        assert all(line.decode() for line in lines), "no character is cut in two"
        assert b"X-WR-CALNAME:Harbour\\; news\\, and more" in lines
        escaped = LONG.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
        assert self.events(harbour)[0]["SUMMARY"] == f"Public: {escaped}"

    def test_an_event_stays_its_own_when_it_moves(self, harbour: Newsroom) -> None:
        before = {event["URL"]: event["UID"] for event in self.events(harbour)}
        harbour.write({"later.md": release("Later still", embargo="2099-07-02 10:00", slug="later")})
        after = {event["URL"]: event["UID"] for event in self.events(harbour)}
        assert before == after

    def test_it_was_made_now(self, harbour: Newsroom) -> None:
        stamps = {event["DTSTAMP"] for event in self.events(harbour)}
        (made,) = [datetime.strptime(stamp, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC) for stamp in stamps]
        assert timedelta() <= datetime.now(UTC) - made

    def events(self, newsroom: Newsroom) -> list[dict[str, str]]:
        text = run(newsroom, "--format", "ics").stdout_bytes.decode().replace("\r\n ", "")
        found = re.findall(r"BEGIN:VEVENT\r\n(.*?)END:VEVENT", text, re.DOTALL)
        return [dict(line.split(":", 1) for line in event.splitlines()) for event in found]
