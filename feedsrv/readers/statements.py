"""Statements: what one key of a file says about when, or whether, the release may be seen."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from feedsrv.newsroom import FILE_NAME as NEWSROOM_FILE
from feedsrv.problem import Problem, Severity
from feedsrv.readers import dates
from feedsrv.readers.effects import Effect
from feedsrv.readers.entries import Decision, Entry
from feedsrv.readers.parts import Manuscript, origin
from feedsrv.readers.phrases import asks_to_wait, begins_with_hold
from feedsrv.reading import Origin


class Says(StrEnum):
    """What a statement says of the release."""

    PUBLIC = "public"
    OPENS = "opens"
    CLOSES = "closes"
    DRAFT = "draft"
    HELD = "held"
    WITHDRAWN = "withdrawn"
    NO_RELEASE = "no release"


@dataclass(frozen=True, slots=True)
class Statement:
    """What one key, line or place says, the ``moment`` of it if it has one, and what is wrong with it.

    ``words``: how it is told to people who have to choose between two. ``ends``: when the day of the moment is over,
    where the hour is not stated.
    """

    says: Says
    origin: Origin
    moment: datetime | None = None
    words: str = ""
    problems: tuple[Problem, ...] = ()
    ends: datetime | None = None


def of_key(decision: Decision, manuscript: Manuscript) -> Iterator[Statement]:
    """What an entry says that decides."""
    judge = {
        Effect.DATE: of_date,
        Effect.OPENS: _of_embargo,
        Effect.GOES: _of_opening,
        Effect.CLOSES: _of_expiry,
        Effect.HIDES: _of_hiding,
        Effect.SHOWS: _of_showing,
        Effect.STATUS: _of_status,
        Effect.BUILDS: _of_building,
        Effect.WITHDRAWS: _of_withdrawal,
    }[decision.effect]
    entry = decision.entry
    if decision.is_weak and entry.state is None and not (_is_when(entry, manuscript) or begins_with_hold(entry.text)):
        return
    found = list(judge(entry, manuscript))
    if decision.is_machinery and any(one.says in {Says.DRAFT, Says.HELD} for one in found):
        yield Statement(Says.NO_RELEASE, origin(entry), words=str(entry))
        return
    yield from found


def _is_when(entry: Entry, manuscript: Manuscript) -> bool:
    return bool(dates.readings(entry.text, manuscript.newsroom) or dates.period(entry.text))


def of_date(entry: Entry, manuscript: Manuscript) -> Iterator[Statement]:
    """A date of publication: public from then. Only where it can mean but the past is one public that is none."""
    if found := list(_at(entry, manuscript)):
        yield from found
    elif entry.truth is not None or entry.state is not None:
        yield from _of_showing(entry, manuscript)
    elif (years := dates.years(entry.text)) and not asks_to_wait(entry.text):
        what = f"{entry} is no date: held while a year it names is not over, and undated"
        problem = manuscript.problem(entry.line, what, remedy(entry.text, manuscript))
        after = max(years) + 1
        if after >= dates.YEARS.stop:
            yield _held(entry, "is no date", manuscript)
        else:
            first = manuscript.newsroom.midnight(date(max(after, dates.YEARS.start), 1, 1))
            yield Statement(Says.OPENS, origin(entry), first, str(entry), (problem,))
    else:
        yield _held(entry, "is no date", manuscript)


def _at(entry: Entry, manuscript: Manuscript) -> Iterator[Statement]:
    """The moment, or each that it may mean; of a month or a year alone its first day."""
    for moment in dates.readings(entry.text, manuscript.newsroom):
        yield Statement(Says.OPENS, origin(entry), moment.at, str(entry))
    if period := dates.period(entry.text) if not dates.readings(entry.text, manuscript.newsroom) else None:
        what = f"{entry} names no day: public from the first on, and undated"
        problem = manuscript.problem(entry.line, what, WRITE_A_DATE)
        yield Statement(Says.OPENS, origin(entry), manuscript.newsroom.midnight(period.first), str(entry), (problem,))


def _of_embargo(entry: Entry, manuscript: Manuscript) -> Iterator[Statement]:
    """The end of an embargo. "No" says that there is none; what is not understood always holds."""
    if entry.truth is False:
        yield Statement(Says.PUBLIC, origin(entry), words=str(entry))
        return
    moments = dates.readings(entry.text, manuscript.newsroom)
    period = None if moments else dates.period(entry.text)
    if moments and not any(moment.weekday_disagrees for moment in moments):
        yield from (Statement(Says.OPENS, origin(entry), moment.at, str(entry)) for moment in moments)
    elif period and period.next.year in dates.YEARS:
        what = f"{entry} names no day: held until it is over"
        problem = manuscript.problem(entry.line, what, WRITE_A_DATE)
        yield Statement(Says.OPENS, origin(entry), manuscript.newsroom.midnight(period.next), str(entry), (problem,))
    elif moments:
        yield _held(entry, "has a weekday that is not that of its date", manuscript, "correct one of them")
    else:
        how = f"{remedy(entry.text, manuscript)}; or embargo: none if there is none"
        yield _held(entry, "is no date", manuscript, how)


def _of_opening(entry: Entry, manuscript: Manuscript) -> Iterator[Statement]:
    """The moment of publication. "No" says that there will be none."""
    if entry.truth is False:
        yield Statement(Says.DRAFT, origin(entry), words=str(entry))
    else:
        yield from _of_embargo(entry, manuscript)


def _of_expiry(entry: Entry, manuscript: Manuscript) -> Iterator[Statement]:
    """The last day, month or year in which it may be seen, or the moment at which it goes."""
    moments = dates.readings(entry.text, manuscript.newsroom)
    period = None if moments else dates.period(entry.text)
    if entry.truth is False:
        yield Statement(Says.PUBLIC, origin(entry), words=str(entry))
    elif moments and not any(moment.weekday_disagrees for moment in moments):
        last = min(dates.end(moment, manuscript.newsroom) for moment in moments)
        yield Statement(Says.CLOSES, origin(entry), last, str(entry))
    elif period:
        yield Statement(Says.CLOSES, origin(entry), manuscript.newsroom.midnight(period.next), str(entry))
    else:
        yield _held(entry, "is no date", manuscript)


def _of_hiding(entry: Entry, manuscript: Manuscript) -> Iterator[Statement]:
    word = entry.state
    if entry.truth is False or word is True:
        yield Statement(Says.PUBLIC, origin(entry), words=str(entry))
    elif entry.truth or word is False:
        yield Statement(Says.DRAFT, origin(entry), words=str(entry))
    else:
        yield _held(entry, "is neither yes nor no", manuscript, "write true or false")


def _of_showing(entry: Entry, manuscript: Manuscript) -> Iterator[Statement]:
    word = entry.state
    if entry.truth or word is True:
        yield Statement(Says.PUBLIC, origin(entry), words=str(entry))
    elif entry.truth is False or word is False:
        yield Statement(Says.DRAFT, origin(entry), words=str(entry))
    elif found := list(_at(entry, manuscript)):
        yield from found
    else:
        yield _held(entry, "is neither a date nor yes or no", manuscript)


def _of_status(entry: Entry, manuscript: Manuscript) -> Iterator[Statement]:
    word = entry.state
    if word is not None:
        yield Statement(Says.PUBLIC if word else Says.DRAFT, origin(entry), words=str(entry))
    elif found := list(_at(entry, manuscript)):
        yield from found
    else:
        yield _held(entry, "is no known status", manuscript, "write draft or published")


def _of_building(entry: Entry, manuscript: Manuscript) -> Iterator[Statement]:
    if entry.truth is False:
        yield Statement(Says.NO_RELEASE, origin(entry), words=str(entry))


def _of_withdrawal(entry: Entry, manuscript: Manuscript) -> Iterator[Statement]:
    if moment := dates.read(entry.text, manuscript.newsroom):
        ends = dates.end(moment, manuscript.newsroom) if moment.is_day_only else None
        yield Statement(Says.WITHDRAWN, origin(entry), moment.at, str(entry), ends=ends)
    elif entry.truth is None:
        yield _held(entry, "is no date", manuscript)
    elif entry.truth:
        problem = manuscript.problem(entry.line, "it is withdrawn, and not said when", WRITE_A_DATE)
        yield Statement(Says.WITHDRAWN, origin(entry), None, str(entry), (problem,))


def _held(entry: Entry, why: str, manuscript: Manuscript, how: str = "") -> Statement:
    """What is not understood, with the two ways out: to say it so that it is, or that there is nothing to wait for."""
    ways = how or f"{remedy(entry.text, manuscript)}; or delete the line if it says nothing"
    what = f"{entry} {why}, and may hold the release"
    problem = manuscript.problem(entry.line, what, ways, Severity.ERROR)
    return Statement(Says.HELD, Origin(entry.line, what), words=str(entry), problems=(problem,))


WRITE_A_DATE = "write it like 2018-03-23 or 2018-03-23 10:00"


def remedy(text: str, manuscript: Manuscript) -> str:
    """How to mend a date."""
    if dates.is_ambiguous(text, manuscript.newsroom):
        return f"{WRITE_A_DATE}, or set day_first in {NEWSROOM_FILE}"
    return WRITE_A_DATE
