"""Dates: what months and weekdays are called (CLDR, through Babel), and periods: a year, a month, a day as typed."""

from __future__ import annotations

import re
import unicodedata
from calendar import monthrange
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import Literal

from babel import Locale

from feedsrv.text.folding import strip_accents
from feedsrv.text.languages import LANGUAGE_NAMES

COMMON = ("en", "fr", "de", "es", "it", "pt", "nl")
"""The languages whose names are tried first: to load those of all takes half a second, once a process."""
ALL = (*COMMON, *(tag for tag in LANGUAGE_NAMES if tag not in COMMON), "bg", "sk", "sl", "lv", "hr", "vi", "th")
"""All languages in which dates are read. Where two call two months the same, the first in this order has the name."""

_ALSO = {
    "jänner": 1, "feber": 2, "mrz": 3, "setiembre": 9,
    "јануара": 1, "фебруара": 2, "марта": 3, "априла": 4, "маја": 5, "јуна": 6, "јула": 7, "августа": 8,
    "септембра": 9, "октобра": 10, "новембра": 11, "децембра": 12,
    "januara": 1, "februara": 2, "marta": 3, "juna": 6, "jula": 7, "avgusta": 8, "septembra": 9, "oktobra": 10,
}  # fmt: skip
"""Names that CLDR does not have, or only for one country, or not in the case that Serbian dates are written in."""
_ALSO_DAYS = {"tues": 1, "thurs": 3, "sonnabend": 5}
_ENDINGS = {"eu": ("", "ren", "an")}  # of names within a date, where CLDR has the bare name
_ARTICLE = re.compile(r"^(?:de |d['’])")
_CONTEXTS: tuple[Literal["format", "stand-alone"], ...] = ("format", "stand-alone")
_WIDTHS: tuple[Literal["wide", "abbreviated"], ...] = ("wide", "abbreviated")


@dataclass(frozen=True, slots=True)
class Names:
    """What months (from 1) and weekdays (Monday is 0) are called, folded by `fold_name`.

    A weekday may be several: "mar" is a Tuesday in French and Spanish, "ne" a Sunday in Czech alone.
    """

    months: Mapping[str, int]
    weekdays: Mapping[str, frozenset[int]]


def fold_name(name: str) -> str:
    """A name of a month or a weekday as names are compared: small letters, no accents, no full stop, no article."""
    return _ARTICLE.sub("", strip_accents(unicodedata.normalize("NFKC", name).casefold())).rstrip(".׳॰")


@cache
def names(languages: Sequence[str]) -> Names:
    """The names in these languages; the first has a name that two have. Tags that CLDR lacks are passed over."""
    months, weekdays = dict[str, int](), dict[str, frozenset[int]]()
    for tag in languages:
        for name, number in _of_locale(tag, "months"):
            months.setdefault(name, number)
        for name, number in _of_locale(tag, "days"):
            weekdays[name] = weekdays.get(name, frozenset()) | {number}
    for name, number in _ALSO.items():
        months.setdefault(fold_name(name), number)
    return Names(months, weekdays | {name: frozenset({day}) for name, day in _ALSO_DAYS.items()})


def _of_locale(tag: str, kind: Literal["months", "days"]) -> Iterator[tuple[str, int]]:
    """The names; not those of two Latin letters, which are words of other languages, and none that are numbers."""
    if not Locale.negotiate([tag.replace("-", "_")], [tag.partition("-")[0]]):
        return
    locale = Locale.parse(tag.partition("-")[0])
    table = locale.months if kind == "months" else locale.days
    for context in _CONTEXTS:
        for width in _WIDTHS:
            for number, name in table[context][width].items():
                folded = fold_name(name)
                if len(folded) >= (3 if folded.isascii() else 2) and not folded[0].isdigit():
                    yield from ((folded + ending, number) for ending in _ENDINGS.get(tag, ("",)))


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
        number = month_number(name) if name else int(month) if month else None
        if name and number is None:
            raise ValueError(text)
        return cls._of(int(stated["year"]), number, int(day) if day else None, is_swappable=not name)

    @classmethod
    def _of(cls, year: int, month: int | None, day: int | None, *, is_swappable: bool) -> Period:
        if is_swappable and month and day and month > 12:
            month, day = day, month
        first = date(year, month or 1, day or 1)
        last_month = month or 12
        last = date(year, last_month, day or monthrange(year, last_month)[1])
        return cls(first.isoformat()[: 10 if day else 7 if month else 4], first, last)


def month_number(name: str) -> int | None:
    """The number of a month by its name in any language; None for what is none."""
    folded = fold_name(name)
    return names(COMMON).months.get(folded) or names(ALL).months.get(folded)


def in_words(day: date) -> str:
    """A day as 23 March 2018, whatever the locale of the process is."""
    return f"{day.day} {month_in_words(day)}"


def month_in_words(day: date) -> str:
    """The month of a day as March 2018."""
    return f"{_in_english()[day.month]} {day.year}"


@cache
def _in_english() -> Mapping[int, str]:
    return dict(Locale.parse("en").months["format"]["wide"])
