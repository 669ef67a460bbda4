"""Dates as people write them, in English, French, German, Spanish, Italian, Portuguese and Dutch.

Strict: a text is a date, with a time and a zone if it likes, and nothing else, or it is none.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo

from feedsrv.newsroom import Newsroom
from feedsrv.text.analysis import strip_accents

LONGEST = 120
"""Characters of a text that is read as a date."""
YEARS = range(1000, 9000)

_MONTHS = (
    "january jan janvier janv januar jänner jän enero ene gennaio gen janeiro januari",
    "february feb février févr fév februar feber febrero febbraio fevereiro fev februari",
    "march mar mars märz mär marzo mrz março maart mrt",
    "april apr avril avr abril abr aprile",
    "may mai mayo maggio mag maio mei",
    "june jun juin juni junio giugno giu junho",
    "july jul juillet juil juli julio luglio lug julho",
    "august aug août agosto ago augustus",
    "september sept sep septembre septiembre setiembre settembre set setembro",
    "october oct octobre oktober okt octubre ottobre ott outubro out",
    "november nov novembre noviembre novembro",
    "december dec décembre déc dezember dez diciembre dic dicembre dezembro",
)
_WEEKDAYS = (
    "monday mon lundi montag lunes lunedì segunda-feira maandag",
    "tuesday tues tue mardi dienstag martes martedì terça-feira dinsdag",
    "wednesday wed mercredi mittwoch miércoles mercoledì quarta-feira woensdag",
    "thursday thurs thu jeudi donnerstag jueves giovedì quinta-feira donderdag",
    "friday fri vendredi freitag viernes venerdì sexta-feira vrijdag",
    "saturday sat samedi samstag sonnabend sábado sabato zaterdag",
    "sunday sun dimanche sonntag domingo domenica zondag",
)
_ZONES = {
    "Z": 0, "UTC": 0, "GMT": 0, "WET": 0, "WEST": 1, "BST": 1, "CET": 1, "MEZ": 1, "CEST": 2, "MESZ": 2, "EET": 2,
    "EEST": 3, "EST": -5, "EDT": -4, "CST": -6, "CDT": -5, "MST": -7, "MDT": -6, "PST": -8, "PDT": -7,
}  # fmt: skip
_FILLERS = frozenset({
    "on", "at", "the", "of", "o", "clock", "hours", "hour", "hrs", "h", "le", "la", "à", "a", "au", "du", "de", "d",
    "heures", "heure", "den", "dem", "am", "um", "uhr", "el", "las", "los", "del", "il", "lo", "alle", "ore",
})  # fmt: skip


def _numbered(table: tuple[str, ...]) -> dict[str, int]:
    return {
        spelling: number
        for number, names in enumerate(table)
        for name in names.split()
        for spelling in (name, strip_accents(name))
    }


_MONTH_NUMBERS = _numbered(_MONTHS)
_WEEKDAY_NUMBERS = _numbered(_WEEKDAYS)
_MONTH = "(?P<name>" + "|".join(sorted(_MONTH_NUMBERS, key=len, reverse=True)) + r")(?![^\W\d_])\.?"
_YEAR = r"(?P<year>[0-9]{4})(?![0-9])"
_DAY = r"(?<![0-9])(?P<day>[0-9]{1,2})"
_DATES = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"(?<![0-9])(?P<year>[0-9]{4})(?P<mark>[-/.])(?P<month>[0-9]{1,2})(?P=mark)(?P<day>[0-9]{1,2})(?![0-9])",
        _DAY + r"(?:st|nd|rd|th|er|re|\.?[º°]|\.)?[\s-]*(?:of\s+|de\s+|d['’]\s*)?"
        + _MONTH + r",?[\s-]*(?:del?\s+)?" + _YEAR,
        r"(?<![^\W\d_])" + _MONTH + r"\s*" + _DAY + r"(?:st|nd|rd|th)?(?:,\s*|\s+)" + _YEAR,
        r"(?<![0-9])(?P<first>[0-9]{1,2})(?P<mark>[-/.])(?P<second>[0-9]{1,2})(?P=mark)" + _YEAR,
    )
)  # fmt: skip
_AMBIGUOUS = re.compile(r"(?<![0-9])[0-9]{1,2}([-/.])[0-9]{1,2}\1[0-9]{4}(?![0-9])")
_NAMED = _MONTH.replace("?P<name>", "?:")
_LIKE = re.compile(
    rf"[0-9]{{1,2}}[./-][0-9]{{1,2}}[./-][0-9]{{2}}|(?<![^\W\d_]){_NAMED}.{{0,4}}[0-9]|[0-9].{{0,4}}(?<![^\W\d_]){_NAMED}",
    re.IGNORECASE,
)
_WEEKDAY = re.compile(
    r"(?<![^\W\d_])(" + "|".join(sorted(_WEEKDAY_NUMBERS, key=len, reverse=True)) + r")(?![^\W\d_])\.?", re.IGNORECASE
)
_TIME = re.compile(
    r"(?<![0-9])T?(?P<hour>[0-9]{1,2})"
    r"(?:\s?[:h.]\s?(?P<minute>[0-9]{2})(?::(?P<second>[0-9]{2})(?:[.,][0-9]+)?)?|(?=\s?(?:[ap]\.?m\b|h\b|heures?|uhr)))"
    r"(?![0-9])(?:\s?(?P<half>[ap])\.?m\b\.?)?",
    re.IGNORECASE,
)
_ZONE = re.compile(
    r"(?<![^\W\d_])(?:(?:UTC|GMT)?\s?(?P<sign>[+−-])(?P<hours>[0-9]{1,2})(?::?(?P<minutes>[0-5][0-9]))?(?![0-9])"
    rf"|(?P<name>{'|'.join(sorted(_ZONES, key=len, reverse=True))})(?![^\W_]))"
)


@dataclass(frozen=True, slots=True)
class Moment:
    """A date as read: ``at`` is aware and UTC, midnight in the newsroom's time zone where no time is stated."""

    at: datetime
    weekday_disagrees: bool = False


def read(text: str, newsroom: Newsroom) -> Moment | None:
    """The moment that a text states; None if it states none, an impossible one, or anything besides."""
    text = text.strip()
    if len(text) > LONGEST:
        return None
    try:
        return _iso(text, newsroom) or _written(text, newsroom)
    except (ValueError, OverflowError):  # there is no such day, hour or offset
        return None


def is_ambiguous(text: str, newsroom: Newsroom) -> bool:
    """Whether the text would be a date if the newsroom said which of its numbers is the day."""
    return newsroom.is_day_first is None and len(text) <= LONGEST and bool(_AMBIGUOUS.search(text))


def looks_like_one(text: str) -> bool:
    """Whether somebody may have meant a date: a short text with a month and a number, or numbers like ``23/3/18``."""
    return len(text) <= LONGEST // 3 and bool(_LIKE.search(text))


def _iso(text: str, newsroom: Newsroom) -> Moment | None:
    """ISO 8601 as Python reads it: also ``20180323T100000Z``."""
    if not re.match(r"[0-9]{4}-?[0-9]{2}-?[0-9]{2}", text):
        return None
    try:
        stated = datetime.fromisoformat(text)
    except ValueError:
        return None
    return _moment(stated.date(), stated.time() if len(text) > len("2018-03-23") else None, stated.tzinfo, newsroom)


def _written(text: str, newsroom: Newsroom) -> Moment | None:
    match = next((match for pattern in _DATES if (match := pattern.search(text))), None)
    day = _day(match, newsroom.is_day_first) if match else None
    if match is None or day is None:
        return None
    rest = _Rest(text[: match.start()] + " " + text[match.end() :])
    weekday = rest.take(_WEEKDAY)
    hour = rest.take(_TIME)
    zone = rest.take(_ZONE) if hour else None
    if not rest.is_filler:
        return None
    moment = _moment(day, _time(hour) if hour else None, _zone(zone) if zone else None, newsroom)
    disagrees = weekday is not None and _WEEKDAY_NUMBERS[weekday[1].lower()] != day.weekday()
    return Moment(moment.at, disagrees) if moment else None


class _Rest:
    """What is left of a text when what was understood is taken out."""

    def __init__(self, text: str) -> None:
        self._text = text

    def take(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        match = pattern.search(self._text)
        if match:
            self._text = self._text[: match.start()] + " " + self._text[match.end() :]
        return match

    @property
    def is_filler(self) -> bool:
        return all(word in _FILLERS for word in re.findall(r"\w+", self._text.lower()))


def _day(match: re.Match[str], is_day_first: bool | None) -> date | None:
    stated = match.groupdict()
    year = int(stated["year"])
    if stated.get("name"):
        return date(year, _MONTH_NUMBERS[stated["name"].lower()] + 1, int(stated["day"]))
    if stated.get("month"):
        return date(year, int(stated["month"]), int(stated["day"]))
    first, second = int(stated["first"]), int(stated["second"])
    if first > 12 or second > 12 or first == second:
        is_day_first = first >= second
    if is_day_first is None:
        return None
    return date(year, second, first) if is_day_first else date(year, first, second)


def _time(match: re.Match[str]) -> time:
    hour = int(match["hour"])
    if match["half"]:
        if not 1 <= hour <= 12:
            raise ValueError(match[0])
        hour = hour % 12 + (12 if match["half"].lower() == "p" else 0)
    return time(hour, int(match["minute"] or 0), int(match["second"] or 0))


def _zone(match: re.Match[str]) -> tzinfo:
    if match["name"]:
        return timezone(timedelta(hours=_ZONES[match["name"]]))
    offset = timedelta(hours=int(match["hours"]), minutes=int(match["minutes"] or 0))
    return timezone(offset if match["sign"] == "+" else -offset)


def _moment(day: date, hour: time | None, zone: tzinfo | None, newsroom: Newsroom) -> Moment | None:
    if day.year not in YEARS:
        return None
    if hour is None:
        return Moment(newsroom.midnight(day))
    stated = datetime.combine(day, hour.replace(microsecond=0), zone or newsroom.timezone)
    return Moment(stated.astimezone(UTC))
