"""Dates as people write them in a file, in every language that has names of months in CLDR.

Strict: a text is a date, with a time and a zone if it likes, and nothing else, or it is none.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import cache, lru_cache
from zoneinfo import ZoneInfo

from feedsrv.newsroom import Newsroom
from feedsrv.readers.clock import END_OF_DAY, ZONE, Rest, zone_of
from feedsrv.text.cleaning import without_unseen
from feedsrv.text.dates import ALL, COMMON, Names, Period, fold_name, names
from feedsrv.text.folding import strip_accents

LONGEST = 120
"""Characters of a text that is read as a date."""
YEARS = range(1000, 9000)

_YEAR = r"(?P<year>[0-9]{4})(?![0-9])"
_DAY = (
    r"(?<![0-9])(?P<day>[0-9]{1,2})(?![0-9])"
    r"(?:(?:st|nd|rd|th|ers?|res?|eme|e|de|te|a|o|an|ens|d|-?(?:го|е|а|ви|ти|и)|-a|η|ης|ην)(?![^\W\d_])|\.?°|\.)?"
)
_GAP = (
    r"(?:[\s,.’'-]|(?<![^\W\d_])"
    r"(?:of|den|de|del|dels|d|di|do|da|el|g|gada|m|no|ko|urteko|ngay|thang|nam|ב)(?![^\W\d_]))*"
)
_MONTH = r"(?<![^\W\d_])(?:ב(?=\w))?(?P<name>{names})(?![^\W\d_])[.׳]?"
_NUMERIC = tuple(
    re.compile(pattern)
    for pattern in (
        r"(?<![0-9])(?P<year>[0-9]{4})(?P<mark>[-/.])(?P<month>[0-9]{1,2})(?P=mark)(?P<day>[0-9]{1,2})(?![0-9])",
        r"(?<![0-9])(?P<year>[0-9]{4})\s?[年년]\s?(?P<month>[0-9]{1,2})\s?[月월]\s?(?P<day>[0-9]{1,2})\s?[日号號일]",
        r"(?<![0-9])(?P<first>[0-9]{1,2})(?P<mark>[-/.])\s?(?P<second>[0-9]{1,2})(?P=mark)\s?" + _YEAR,
    )
)
_AMBIGUOUS = re.compile(r"(?<![0-9])[0-9]{1,2}([-/])\s?[0-9]{1,2}\1\s?[0-9]{4}(?![0-9])")
_DIGIT = re.compile(r"\d")
_FOUR_DIGITS = re.compile(r"(?<![0-9])[0-9]{4}(?![0-9])")


@dataclass(frozen=True, slots=True)
class Moment:
    """A date as read: ``at`` is aware and UTC.

    ``is_day_only``: no time was stated, and ``at`` is midnight in the newsroom's time zone.
    """

    at: datetime
    weekday_disagrees: bool = False
    is_day_only: bool = False


def read(text: str, newsroom: Newsroom) -> Moment | None:
    """The moment that a text states; None if it states none, an impossible one, or anything besides.

    A clock time that does not exist or exists twice is the later moment.
    """
    if len(text) > LONGEST or not _DIGIT.search(text):
        return None
    return _read(_folded(text), newsroom.timezone, newsroom.is_day_first, newsroom.languages)


@lru_cache(maxsize=4096)
def _read(text: str, zone: ZoneInfo, is_day_first: bool | None, languages: tuple[str, ...]) -> Moment | None:
    try:
        if moment := _iso(text, zone):
            return moment
        if _FOUR_DIGITS.search(text):
            tried = ((*languages, *COMMON), (*languages, *ALL))
            return next((found for known in tried if (found := _written(text, zone, is_day_first, known))), None)
    except (ValueError, OverflowError):  # there is no such day, hour or offset
        pass
    return None


def end(moment: Moment, newsroom: Newsroom) -> datetime:
    """When the day that a moment states is over, in the newsroom's time zone; where it states a time, that."""
    return newsroom.midnight_after(newsroom.day(moment.at)) if moment.is_day_only else moment.at


def readings(text: str, newsroom: Newsroom) -> list[Moment]:
    """Every moment that a text may mean: two for 03/04/2018 where the newsroom does not say how it is read."""
    if moment := read(text, newsroom):
        return [moment]
    if not is_ambiguous(text, newsroom):
        return []
    found = (read(text, replace(newsroom, is_day_first=is_day_first)) for is_day_first in (True, False))
    return [moment for moment in found if moment]


def period(text: str) -> Period | None:
    """The month or the year that a text names and nothing else; None for anything more exact or less."""
    try:
        found = Period.parse(text)
    except (ValueError, OverflowError):
        return None
    return found if len(found.text) < len("2018-03-23") and found.first.year in YEARS else None


def years(text: str) -> list[int]:
    """The numbers of four digits in a text: it may be about these years."""
    return [int(number) for number in _FOUR_DIGITS.findall(_folded(text))]


def is_ambiguous(text: str, newsroom: Newsroom) -> bool:
    """Whether the text would be a date if the newsroom said which of its numbers is the day."""
    return newsroom.is_day_first is None and len(text) <= LONGEST and bool(_AMBIGUOUS.search(text))


def looks_like_one(text: str) -> bool:
    """Whether somebody may have meant a date: a short text with a month and a number, or numbers like ``23/3/18``."""
    if len(text) > LONGEST // 3:
        return False
    folded = _folded(text)
    return bool(_SHORT.search(folded) or _near_a_month().search(folded))


_SHORT = re.compile(r"[0-9]{1,2}[./-][0-9]{1,2}[./-][0-9]{2}")


@cache
def _near_a_month() -> re.Pattern[str]:
    name = _alternatives(names(COMMON))
    return re.compile(rf"(?<![^\W\d_])(?:{name}).{{0,4}}[0-9]|[0-9].{{0,4}}(?<![^\W\d_])(?:{name})", re.IGNORECASE)


def _folded(text: str) -> str:
    """The text without accents, with the digits of ASCII, as the names of months are folded."""
    if text.isascii():
        return text.strip()
    return "".join(str(int(c)) if c.isdecimal() else c for c in strip_accents(without_unseen(text))).strip()


def _iso(text: str, zone: ZoneInfo) -> Moment | None:
    """ISO 8601 as Python reads it: also ``20180323T100000Z``."""
    if not re.match(r"[0-9]{4}-?[0-9]{2}-?[0-9]{2}", text):
        return None
    try:
        stated = datetime.fromisoformat(text)
    except ValueError:
        return None
    return _moment(stated.date(), stated.time() if len(text) > len("2018-03-23") else None, stated.tzinfo or zone)


def _written(text: str, zone: ZoneInfo, is_day_first: bool | None, languages: tuple[str, ...]) -> Moment | None:
    known = names(languages)
    patterns = (*_NUMERIC[:2], *_patterns(languages), _NUMERIC[2])
    match = next((match for pattern in patterns if (match := pattern.search(text))), None)
    day = _day(match, is_day_first, known) if match else None
    if match is None or day is None:
        return None
    rest = Rest(f"{text[: match.start()]} {text[match.end() :]}")
    weekdays = rest.take_weekdays(known)
    hour = rest.take_hour()
    stated = rest.take(ZONE) if hour else None
    if not rest.is_filler:
        return None
    if hour == END_OF_DAY:
        day, hour = day + timedelta(days=1), time(0)
    moment = _moment(day, hour if isinstance(hour, time) else None, zone_of(stated) if stated else zone)
    return moment and replace(moment, weekday_disagrees=bool(weekdays) and day.weekday() not in weekdays)


@cache
def _patterns(languages: tuple[str, ...]) -> tuple[re.Pattern[str], ...]:
    """Day, month, year in the three orders in which people write them; a month by its name."""
    month = _MONTH.replace("{names}", _alternatives(names(languages)))
    orders = (
        _DAY + _GAP + month + _GAP + _YEAR,
        month + _GAP + _DAY + r"(?:,\s*|\s+|\s*\.\s*)" + _YEAR,
        r"(?<![0-9])" + _YEAR + r"(?:\s?(?:r|г|m|ko|ж)(?![^\W\d_]))?" + _GAP + month + _GAP + _DAY,
    )
    return tuple(re.compile(order, re.IGNORECASE) for order in orders)


def _alternatives(known: Names) -> str:
    return "|".join(sorted(map(re.escape, known.months), key=len, reverse=True))


def _day(match: re.Match[str], is_day_first: bool | None, known: Names) -> date | None:
    stated = match.groupdict()
    year = int(stated["year"])
    if stated.get("name"):
        return date(year, known.months[fold_name(stated["name"])], int(stated["day"]))
    if stated.get("month"):
        return date(year, int(stated["month"]), int(stated["day"]))
    first, second = int(stated["first"]), int(stated["second"])
    if first > 12 or second > 12 or first == second:
        is_day_first = first >= second
    if is_day_first is None and match["mark"] == ".":
        is_day_first = True  # whoever writes dots writes the day first
    if is_day_first is None:
        return None
    return date(year, second, first) if is_day_first else date(year, first, second)


def _moment(day: date, hour: time | None, zone: tzinfo) -> Moment | None:
    if day.year not in YEARS:
        return None
    stated = datetime.combine(day, (hour or time()).replace(microsecond=0), zone)
    later = max(stated.replace(fold=fold).astimezone(UTC) for fold in (0, 1))
    return Moment(later, is_day_only=hour is None)
