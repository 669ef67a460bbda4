"""A period: a year, a month or a day, as people type them."""

from __future__ import annotations

import re
import unicodedata
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta

_MONTHS = (
    "january jan janvier janv januar jänner jän enero ene gennaio gen",
    "february feb février févr fév februar feber febrero febbraio",
    "march mar mars märz mär marzo mrz",
    "april apr avril avr abril abr aprile",
    "may mai mayo maggio mag",
    "june jun juin juni junio giugno giu",
    "july jul juillet juil juli julio luglio lug",
    "august aug août agosto ago",
    "september sept sep septembre septiembre setiembre settembre set",
    "october oct octobre oktober okt octubre ottobre ott",
    "november nov novembre noviembre",
    "december dec décembre déc dezember dez diciembre dic dicembre",
)


def _without_accents(name: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKD", name) if not unicodedata.combining(c))


MONTH_NUMBERS = {
    spelling: number
    for number, names in enumerate(_MONTHS, 1)
    for name in names.split()
    for spelling in (name, _without_accents(name))
}
"""The number of a month by each of its names in five languages, in small letters, with accents and without."""

_SPELLINGS = tuple(
    re.compile(pattern)
    for pattern in (
        r"(?P<year>[0-9]{4})",
        r"(?P<year>[0-9]{4})[-/.](?P<month>[0-9]{1,2})(?:[-/.](?P<day>[0-9]{1,2}))?",
        r"(?P<year>[0-9]{4})(?P<month>[0-9]{2})(?P<day>[0-9]{2})",
        r"(?P<month>[0-9]{1,2})[-/.](?P<year>[0-9]{4})",
        r"(?P<day>[0-9]{1,2})[-/.](?P<month>[0-9]{1,2})[-/.](?P<year>[0-9]{4})",
        r"(?:(?P<day>[0-9]{1,2})(?:st|nd|rd|th|er|\.)?[ -](?:de |of )?)?"
        r"(?P<name>[^\W\d_]+)\.?,?[ -](?:de |of )?(?P<year>[0-9]{4})",
        r"(?P<name>[^\W\d_]+)\.? (?P<day>[0-9]{1,2})(?:st|nd|rd|th)?,? (?P<year>[0-9]{4})",
    )
)


@dataclass(frozen=True, slots=True)
class Period:
    """The days from ``first`` to ``last``; ``text`` is its canonical spelling: 2018, 2018-03 or 2018-03-23."""

    text: str
    first: date
    last: date

    @property
    def next(self) -> date:
        """The day after it. Raises OverflowError at the end of the calendar."""
        return self.last + timedelta(days=1)

    @classmethod
    def parse(cls, text: str) -> Period:
        """The period that a text names: ``2018``, ``2018-03``, ``03/2018``, ``March 2018``, ``23/03/2018`` ...

        Of 03/04/2018 the first number is the day, unless only the second can be one. Raises ValueError.
        """
        folded = " ".join(text.lower().split())
        match = next((match for pattern in _SPELLINGS if (match := pattern.fullmatch(folded))), None)
        if not match:
            raise ValueError(text)
        stated = match.groupdict()
        name, month, day = stated.get("name"), stated.get("month"), stated.get("day")
        if name is not None and name not in MONTH_NUMBERS:
            raise ValueError(text)
        number = MONTH_NUMBERS[name] if name else int(month) if month else None
        return cls._of(int(stated["year"]), number, int(day) if day else None, is_swappable=not name)

    @classmethod
    def _of(cls, year: int, month: int | None, day: int | None, *, is_swappable: bool) -> Period:
        if is_swappable and month and day and month > 12:
            month, day = day, month
        first = date(year, month or 1, day or 1)
        last_month = month or 12
        last = date(year, last_month, day or monthrange(year, last_month)[1])
        return cls(first.isoformat()[: 10 if day else 7 if month else 4], first, last)


MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


def in_words(day: date) -> str:
    """A day as 23 March 2018, whatever the locale of the process is."""
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"
