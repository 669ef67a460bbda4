"""When a release was published and when it was changed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime

from feedsrv import ids
from feedsrv.newsroom import FILE_NAME as NEWSROOM_FILE
from feedsrv.readers import dates
from feedsrv.readers.dates import Moment
from feedsrv.readers.front_matter import Entry
from feedsrv.readers.parts import Found, Manuscript, origin
from feedsrv.reading import Origin
from feedsrv.release import Correction

WRITE_A_DATE = "write it like 2018-03-23 or 2018-03-23 10:00"

_DAY_IN_NAME = re.compile(
    r"(?P<iso>[0-9]{4}-[0-9]{2}-[0-9]{2}|(?:19|20)[0-9]{6})(?![0-9])"
    r"|(?P<day>[0-9]{1,2})[ _-]?(?P<month>[^\W\d_]{3,9})[ _-]?(?P<year>(?:19|20)[0-9]{2})(?![0-9])"
)


def published(manuscript: Manuscript) -> Found[datetime] | None:
    """When it was published; None: that is not told anywhere."""
    found = _stated(manuscript) or _in_text(manuscript) or _in_path(manuscript)
    unclear = manuscript.masthead.unclear
    if not found and unclear:
        manuscript.complaints.warn(unclear.number, f"“{unclear.text}” is no date, and there is none", WRITE_A_DATE)
    elif not found:
        manuscript.complaints.warn(0, "there is no date", f"add a date to the front matter; {WRITE_A_DATE}")
    return found


def readings(entry: Entry, manuscript: Manuscript) -> Iterator[datetime]:
    """Every moment that an entry may mean: two for 03/04/2018 where the newsroom does not say how it is read."""
    if moment := read(entry, manuscript):
        yield moment.at
    elif dates.is_ambiguous(entry.text, manuscript.newsroom):
        for is_day_first in (True, False):
            newsroom = replace(manuscript.newsroom, is_day_first=is_day_first)
            if moment := dates.read(entry.text, newsroom):
                yield moment.at


def _stated(manuscript: Manuscript) -> Found[datetime] | None:
    for entry in manuscript.head.find("date", "publishdate", "pubdate", "published", "released"):
        if moment := read(entry, manuscript):
            return Found(moment.at, origin(entry))
        if entry.truth is None:  # "published: true" says that it is, not when
            manuscript.complaints.warn(entry.line, f"{entry} is no date", remedy(entry.text, manuscript))
    return None


def _in_text(manuscript: Manuscript) -> Found[datetime] | None:
    for fact in manuscript.masthead.facts:
        line = fact.line
        if fact.is_ambiguous:
            manuscript.complaints.warn(
                line.number, f"{line.text} can be read as two dates", remedy(line.text, manuscript)
            )
        if fact.date and not fact.is_embargo:
            _checked(fact.date, line.number, manuscript)
            return Found(fact.date.at, Origin(line.number, "date line"), frozenset({line.place}))
    if dateline := manuscript.masthead.dateline:
        line, moment = dateline
        how = "headline" if line in manuscript.masthead.headline else "dateline"
        return Found(moment.at, Origin(line.number, how))
    return None


def _in_path(manuscript: Manuscript) -> Found[datetime] | None:
    stem = ids.stem_of(manuscript.source, manuscript.newsroom)
    day = _DAY_IN_NAME.match(stem)
    if day and (moment := dates.read(day["iso"] or " ".join(day.group("day", "month", "year")), manuscript.newsroom)):
        return Found(moment.at, Origin(0, "file name"))
    for folder in reversed(manuscript.path.parts[:-1]):
        if re.fullmatch(r"(?:19|20)[0-9]{2}", folder, re.ASCII):
            manuscript.complaints.warn(
                0, f"only the folder {folder}/ tells a date, 1 January was taken", "add the date to the front matter"
            )
            return Found(manuscript.newsroom.midnight(date(int(folder), 1, 1)), Origin(0, f"folder {folder}/"))
    return None


def updated(
    manuscript: Manuscript, published: datetime | None, corrections: tuple[Correction, ...]
) -> Found[datetime] | None:
    """When it was last changed as far as somebody states it, else when it was published; never before that."""
    changes = [Found(correction.date, Origin(0, "newest correction")) for correction in corrections]
    for entry in manuscript.head.find("lastmod", "modified", "updated"):
        if moment := read(entry, manuscript):
            changes.append(Found(moment.at, origin(entry)))
            break
        manuscript.complaints.warn(entry.line, f"{entry} is no date", remedy(entry.text, manuscript))
    if published:
        changes.append(Found(published, Origin(0, "published")))
    return max(changes, key=lambda change: change.value, default=None)


def read(entry: Entry, manuscript: Manuscript) -> Moment | None:
    """The moment that an entry states, if it is one."""
    return _checked(dates.read(entry.text, manuscript.newsroom), entry.line, manuscript)


def _checked(moment: Moment | None, line: int, manuscript: Manuscript) -> Moment | None:
    if moment and moment.weekday_disagrees:
        manuscript.complaints.warn(line, "the weekday is not that of the date", "correct one of them")
    return moment


def remedy(text: str, manuscript: Manuscript) -> str:
    """How to mend a date."""
    if dates.is_ambiguous(text, manuscript.newsroom):
        return f"{WRITE_A_DATE}, or set day_first in {NEWSROOM_FILE}"
    return WRITE_A_DATE
