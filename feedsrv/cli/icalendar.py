"""iCalendar (RFC 5545): a schedule as a calendar that calendar programs subscribe to."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from hashlib import sha256

from feedsrv.printable import printable
from feedsrv.publishing.schedule import Entry, Event, Schedule
from feedsrv.text.lines import as_value, content_lines

_IN_WORDS = {
    Event.OPENS: "Public",
    Event.IS_UPDATED: "Updated",
    Event.EXPIRES: "Expires",
    Event.IS_WITHDRAWN: "Withdrawn",
}


def calendar(schedule: Schedule, base_url: str, now: datetime) -> bytes:
    """The calendar: a VEVENT for each moment at which something opens, changes or goes, with a UID that stays its own.

    ``now`` is when it was made. Events are confidential and take up no time.
    """
    newsroom = schedule.newsroom
    authority = newsroom.authority or "feedsrv.invalid"
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//feedsrv//feedsrv schedule//EN",
        f"NAME:{as_value(newsroom.title)}",
        f"X-WR-CALNAME:{as_value(newsroom.title)}",
        f"X-WR-TIMEZONE:{as_value(newsroom.timezone.key)}",
    ]
    for entry in schedule.entries:
        if entry.at:
            lines.extend(_event(entry, entry.at, authority, f"{base_url}/releases/{entry.id}", now))
    lines.append("END:VCALENDAR")
    return content_lines(lines)


def _event(entry: Entry, at: datetime, authority: str, address: str, now: datetime) -> Iterator[str]:
    yield "BEGIN:VEVENT"
    digest = sha256(f"{entry.path} {entry.event}".encode(errors="surrogateescape")).hexdigest()
    yield f"UID:{digest[:32]}@{authority}"
    yield f"DTSTAMP:{_written(now)}"
    yield f"DTSTART:{_written(at)}"
    yield f"SUMMARY:{_IN_WORDS[entry.event]}: {as_value(printable(entry.title))}"
    description = "\n".join(map(printable, filter(None, (entry.path, entry.why, entry.remedy))))
    yield f"DESCRIPTION:{as_value(description)}"
    yield f"URL:{address}"
    yield "CLASS:CONFIDENTIAL"
    yield "TRANSP:TRANSPARENT"
    yield "END:VEVENT"


def _written(moment: datetime) -> str:
    """A moment in UTC (section 3.3.5, form 2): every program shows it in its own time zone."""
    return f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}"
