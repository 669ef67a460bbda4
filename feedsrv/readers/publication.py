"""When a release was published and when it was changed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from feedsrv import ids
from feedsrv.problem import Problem
from feedsrv.readers import dates, masthead
from feedsrv.readers.dates import Moment
from feedsrv.readers.document import Document
from feedsrv.readers.entries import Entry
from feedsrv.readers.keys import fold
from feedsrv.readers.parts import Found, Manuscript, origin
from feedsrv.readers.statements import WRITE_A_DATE, remedy
from feedsrv.reading import EMBARGO_LINE, Origin
from feedsrv.release import Correction
from feedsrv.text.dates import in_words

_DAY_IN_NAME = re.compile(
    r"(?P<iso>[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}|(?:19|20)[0-9]{6})(?![0-9])"
    r"|(?P<day>[0-9]{1,2})[ _-]?(?P<month>[^\W\d_]{3,9})[ _-]?(?P<year>(?:19|20)[0-9]{2})(?![0-9])"
)


_DAY_OF_FOLDERS = re.compile(
    r"(?:.*/)?(?P<folders>(?P<year>(?:19|20)[0-9]{2})(?:[/-](?P<month>[0-9]{1,2})(?:[/-](?P<day>[0-9]{1,2}))?)?)/"
)
_FAR_APART = timedelta(days=30)
"""Of two dates of one release: one of them is not its own."""


def published(manuscript: Manuscript) -> Found[datetime] | None:
    """When it was published; None: that is not told anywhere."""
    for look in (_stated, _in_text, _at_a_head, _in_path, _of_making):
        if found := look(manuscript):
            return found
    return None


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
    for entry in _in_tables(manuscript.head.find("date"), "created", "published", "date"):
        if moment := dates.read(entry.text, manuscript.newsroom):
            return Found(moment.at, origin(entry), problems=_of_weekday(moment, entry.line, manuscript))
    return None


def _in_text(manuscript: Manuscript) -> Found[datetime] | None:
    for fact in manuscript.masthead.facts:
        line = fact.line
        if fact.date and not fact.is_embargo:
            problems = (*_of_weekday(fact.date, line.number, manuscript), *_of_name(fact.date, line.number, manuscript))
            return Found(fact.date.at, Origin(line.number, "date line"), frozenset({line.place}), problems)
    if dateline := manuscript.masthead.dateline:
        line, moment = dateline
        how = "headline" if line in manuscript.masthead.headline else "dateline"
        return Found(moment.at, Origin(line.number, how), problems=_of_name(moment, line.number, manuscript))
    for fact in manuscript.masthead.facts:
        if fact.lifts:
            return Found(fact.lifts.at, Origin(fact.line.number, EMBARGO_LINE))
    return None


def _at_a_head(manuscript: Manuscript) -> Found[datetime] | None:
    """The date at the head or the foot of the pages of a document, where its letterhead may be."""
    beside = Document(manuscript.document.outside if manuscript.document.is_letter else ())
    for line in beside.lines():
        fact = masthead.fact_of(line, manuscript.newsroom)
        if fact and fact.date:
            problems = (*_of_weekday(fact.date, 0, manuscript), *_of_name(fact.date, 0, manuscript))
            return Found(fact.date.at, Origin(0, "head or foot of the pages"), problems=problems)
    return None


def _in_path(manuscript: Manuscript) -> Found[datetime] | None:
    if moment := _in_name(manuscript):
        return Found(moment.at, Origin(0, "file name"))
    match = _DAY_OF_FOLDERS.match(f"{manuscript.path.parent}/")
    if not match:
        return None
    numbers = [int(number) for number in match.group("year", "month", "day") if number]
    while not (first := _first_day(numbers)):
        numbers.pop()  # no month, no day: a folder of another kind
    where = f"folder {match['folders']}/"
    what = f"only the {where} tells a date, {in_words(first).rpartition(' ')[0]} was taken"
    problem = manuscript.problem(0, what, "add the date to the front matter")
    problems = (problem,) if len(numbers) < len(("year", "month", "day")) else ()
    return Found(manuscript.newsroom.midnight(first), Origin(0, where), problems=problems)


def _of_making(manuscript: Manuscript) -> Found[datetime] | None:
    """The day on which a document was made by its own word, where nothing else tells one, nor tries to."""
    moment = dates.read(manuscript.created[: len("2018-03-23")], manuscript.newsroom)
    top = manuscript.masthead
    is_tried = top.unclear or top.untold or any(manuscript.head.find("date"))
    if not moment or is_tried or any(fact.is_ambiguous for fact in top.facts):
        return None
    day = in_words(manuscript.newsroom.day(moment.at))
    what = f"no date stands in it, and the day on which it was made was taken, {day}"
    return Found(moment.at, Origin(0, "properties"), problems=(manuscript.problem(0, what, WRITE_A_DATE),))


def _first_day(numbers: Sequence[int]) -> date | None:
    """The first day of a year, of a month, or the day itself."""
    try:
        return date(*numbers, *(1, 1, 1)[len(numbers) :])
    except ValueError:
        return None


def _in_name(manuscript: Manuscript) -> Moment | None:
    """The day with which the name of the file begins."""
    day = _DAY_IN_NAME.match(ids.stem_of(manuscript.source, manuscript.newsroom))
    return dates.read(day["iso"] or " ".join(day.group("day", "month", "year")), manuscript.newsroom) if day else None


def _of_name(moment: Moment, line: int, manuscript: Manuscript) -> tuple[Problem, ...]:
    """What is wrong with a date in the text that is far from the one in the name of the file."""
    named = _in_name(manuscript)
    if not named or abs(named.at - moment.at) < _FAR_APART:
        return ()
    here, there = (in_words(manuscript.newsroom.day(one.at)) for one in (moment, named))
    what = f"the date in this line is {here}, and that in the name of the file {there}"
    return (manuscript.problem(line, what, "correct one of them, or add the date to the front matter"),)


def updated(
    manuscript: Manuscript, published: datetime | None, corrections: tuple[Correction, ...]
) -> Found[datetime] | None:
    """When it was last changed as far as somebody states it, else when it was published; never before that."""
    changes = [Found(correction.date, Origin(0, "newest correction")) for correction in corrections]
    problems: list[Problem] = []
    for entry in _stated_changes(manuscript):
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


def _stated_changes(manuscript: Manuscript) -> Iterator[Entry]:
    """The entries that say when it was changed; MkDocs has that in the table of its date."""
    yield from _in_tables(manuscript.head.find("updated"), "date")
    dated = (entry for entry in manuscript.head.find("date") if isinstance(entry.value, Mapping))
    yield from (entry for entry in _in_tables(dated, "updated") if entry.text)


def _in_tables(entries: Iterable[Entry], *keys: str) -> Iterator[Entry]:
    """The entries; of a table, as MkDocs and Docusaurus have them, the value of the first of these keys."""
    for entry in entries:
        table = {fold(key): value for key, value in entry.value.items()} if isinstance(entry.value, Mapping) else {}
        yield next((replace(entry, value=table[key]) for key in keys if key in table), entry)


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
    stated = (dates.read(entry.text, manuscript.newsroom) for entry in _stated_changes(manuscript))
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
