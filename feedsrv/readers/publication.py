"""When a release was published and when it was changed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime

from feedsrv import ids
from feedsrv.problem import Problem
from feedsrv.readers import dates
from feedsrv.readers.dates import Moment
from feedsrv.readers.parts import Found, Manuscript, origin
from feedsrv.readers.statements import WRITE_A_DATE, remedy
from feedsrv.reading import Origin
from feedsrv.release import Correction

_DAY_IN_NAME = re.compile(
    r"(?P<iso>[0-9]{4}-[0-9]{2}-[0-9]{2}|(?:19|20)[0-9]{6})(?![0-9])"
    r"|(?P<day>[0-9]{1,2})[ _-]?(?P<month>[^\W\d_]{3,9})[ _-]?(?P<year>(?:19|20)[0-9]{2})(?![0-9])"
)


def published(manuscript: Manuscript) -> Found[datetime] | None:
    """When it was published; None: that is not told anywhere."""
    return _stated(manuscript) or _in_text(manuscript) or _in_path(manuscript)


def problems(manuscript: Manuscript, found: Found[datetime] | None) -> tuple[Problem, ...]:
    """What is wrong with its date, or that there is none."""
    if found:
        return found.problems
    if any(entry.truth is None for entry in manuscript.head.find("date")):
        return ()  # the gate tells of it, or it can be read as two dates
    unclear = manuscript.masthead.unclear
    if unclear:
        return (manuscript.problem(unclear.number, f"“{unclear.text}” is no date, and there is none", WRITE_A_DATE),)
    return (manuscript.problem(0, "there is no date", f"add a date to the front matter; {WRITE_A_DATE}"),)


def _stated(manuscript: Manuscript) -> Found[datetime] | None:
    for entry in manuscript.head.find("date"):
        if moment := dates.read(entry.text, manuscript.newsroom):
            return Found(moment.at, origin(entry), problems=_of_weekday(moment, entry.line, manuscript))
    return None


def _in_text(manuscript: Manuscript) -> Found[datetime] | None:
    for fact in manuscript.masthead.facts:
        line = fact.line
        if fact.date and not fact.is_embargo:
            problems = _of_weekday(fact.date, line.number, manuscript)
            return Found(fact.date.at, Origin(line.number, "date line"), frozenset({line.place}), problems)
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
            what = f"only the folder {folder}/ tells a date, 1 January was taken"
            problem = manuscript.problem(0, what, "add the date to the front matter")
            first = manuscript.newsroom.midnight(date(int(folder), 1, 1))
            return Found(first, Origin(0, f"folder {folder}/"), problems=(problem,))
    return None


def updated(
    manuscript: Manuscript, published: datetime | None, corrections: tuple[Correction, ...]
) -> Found[datetime] | None:
    """When it was last changed as far as somebody states it, else when it was published; never before that."""
    changes = [Found(correction.date, Origin(0, "newest correction")) for correction in corrections]
    problems: list[Problem] = []
    for entry in manuscript.head.find("updated"):
        if moment := dates.read(entry.text, manuscript.newsroom):
            problems += _of_weekday(moment, entry.line, manuscript)
            changes.append(Found(moment.at, origin(entry)))
            break
        problems.append(manuscript.problem(entry.line, f"{entry} is no date", remedy(entry.text, manuscript)))
    if published:
        problems += _without_hour(changes, published, manuscript)
        changes.append(Found(published, Origin(0, "published")))
    newest = max(changes, key=lambda change: change.value, default=None)
    return newest and replace(newest, problems=tuple(problems))


def _without_hour(changes: Sequence[Found[datetime]], published: datetime, manuscript: Manuscript) -> Iterator[Problem]:
    """What is wrong with changes that seem to come before the release on its own day, for they state no hour."""
    day = manuscript.newsroom.day
    for change in changes:
        if change.value < published and day(change.value) == day(published):
            what = "it was changed on the day of its date, and nobody is told of that, for no hour is stated"
            line = change.origin.line or next(manuscript.head.find("corrections")).line
            yield manuscript.problem(line, what, "write the day with the hour: 2018-03-23 16:00")


def updates(manuscript: Manuscript, corrections: tuple[Correction, ...]) -> tuple[datetime, ...]:
    """The moments of its changes as far as somebody states them, in order, those to come among them."""
    stated = (dates.read(entry.text, manuscript.newsroom) for entry in manuscript.head.find("updated"))
    first = next(filter(None, stated), None)
    return tuple(sorted({*(correction.date for correction in corrections), *([first.at] if first else [])}))


def ambiguous(manuscript: Manuscript) -> tuple[Problem, ...]:
    """What is wrong with dates that can be read as two."""
    entries = [(entry.line, entry.text, str(entry)) for entry in manuscript.head.find("date")]
    lines = [
        (fact.line.number, fact.line.text, fact.line.text) for fact in manuscript.masthead.facts if fact.is_ambiguous
    ]
    return tuple(
        manuscript.problem(number, f"{shown} can be read as two dates", remedy(text, manuscript))
        for number, text, shown in (*entries, *lines)
        if len(dates.readings(text, manuscript.newsroom)) > 1 or (number, text, shown) in lines
    )


def _of_weekday(moment: Moment, line: int, manuscript: Manuscript) -> tuple[Problem, ...]:
    if not moment.weekday_disagrees:
        return ()
    return (manuscript.problem(line, "the weekday is not that of the date", "correct one of them"),)
