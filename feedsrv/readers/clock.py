"""The clock: hours and time zones beside a date, and what else may stand there, in every language of the lexicon."""

from __future__ import annotations

import re
from datetime import time, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from feedsrv.readers.lexicon import LEXICON
from feedsrv.text.dates import Names, fold_name

_ZONES = {
    "Z": 0, "UTC": 0, "GMT": 0, "WET": 0, "WEST": 1, "BST": 1, "CET": 1, "MEZ": 1, "CEST": 2, "MESZ": 2, "EET": 2,
    "EEST": 3, "EST": -5, "EDT": -4, "CST": -6, "CDT": -5, "MST": -7, "MDT": -6, "PST": -8, "PDT": -7,
}  # fmt: skip
"""Hours from UTC. Of what is called the same elsewhere, the later moment: an embargo is never lifted too early."""

_CLOCK = LEXICON.words("clock")
_AROUND = frozenset(word for entry in (*_CLOCK, *LEXICON.words("around")) for word in re.findall(r"\w+", entry))
_MARKS = "|".join(sorted(map(re.escape, _CLOCK), key=len, reverse=True))
_TIME = re.compile(
    rf"(?<![0-9])T?(?P<hour>[0-9]{{1,2}})"
    rf"(?:\s?[:hu.時시点點]\s?(?P<minute>[0-9]{{2}})(?::(?P<second>[0-9]{{2}})(?:[.,][0-9]+)?)?분?分?"
    rf"|(?=\.?\s?(?:[ap]\.?m\b|(?:{_MARKS})(?![^\W\d_])|[時시点點])))"
    rf"(?![0-9])(?:\s?(?P<half>[ap])\.?m\b\.?)?[時시点點]?",
    re.IGNORECASE,
)
ZONE = re.compile(
    r"(?<![^\W\d_])(?:(?:UTC|GMT)?\s?(?P<sign>[+−-])(?P<hours>[0-9]{1,2})(?::?(?P<minutes>[0-5][0-9]))?(?![0-9])"
    r"|(?P<place>[A-Z][A-Za-z]+(?:/[A-Z][A-Za-z_-]+){1,2})"
    rf"|(?P<name>{'|'.join(sorted(_ZONES, key=len, reverse=True))})(?![^\W_]))"
)
"""A time zone: an offset, a place, or its usual name."""
END_OF_DAY = "midnight"
"""Midnight of a day may be its beginning or its end; the later one is taken."""


class Rest:
    """What is left of a text when what was understood is taken out."""

    def __init__(self, text: str) -> None:
        self._text = text

    def take(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        """What a pattern matches first."""
        match = pattern.search(self._text)
        if match:
            self._text = f"{self._text[: match.start()]} {self._text[match.end() :]}"
        return match

    def take_weekdays(self, known: Names) -> frozenset[int]:
        """The days that the first name of a weekday in the text may mean; none if there is no name."""
        for match in _WORDS.finditer(self._text):
            if found := known.weekdays.get(fold_name(match[0])):
                self._text = f"{self._text[: match.start()]} {self._text[match.end() :]}"
                return found
        return frozenset()

    def take_hour(self) -> time | str | None:
        """The time of day, `END_OF_DAY`, or None where none is stated. Raises ValueError for one that is none."""
        if self.take(_NOON):
            return time(12)
        if self.take(_MIDNIGHT):
            return END_OF_DAY
        match = self.take(_TIME) or self.take(_AFTER_ITS_MARK)
        return _time(match) if match else None

    @property
    def is_filler(self) -> bool:
        """Whether nothing is left but words that say nothing around a date."""
        return all(word in _AROUND for word in re.findall(r"\w+", self._text.lower()))


_WORDS = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")


def _any_of(category: str, *, after: str = "") -> re.Pattern[str]:
    known = set(LEXICON.words(category)).difference(*map(LEXICON.words, ("clock", "until", "frame")))
    words = "|".join(sorted(map(re.escape, known), key=len, reverse=True))
    return re.compile(rf"(?<!\w){after}(?:{words})(?!\w)", re.IGNORECASE)


# What is noon in one language is "of the" in others ("del"): a word that says nothing elsewhere says nothing.
_NOON = _any_of("noon", after=r"(?:12\s+)?")
_MIDNIGHT = _any_of("midnight", after=r"(?:(?:12|24|0)\s+)?")
_AFTER_ITS_MARK = re.compile(
    rf"(?<!\w)(?:{_MARKS})\.?\s(?P<hour>[0-9]{{1,2}})(?P<minute>)(?P<second>)(?P<half>)(?![0-9])", re.IGNORECASE
)


def _time(match: re.Match[str]) -> time:
    hour = int(match["hour"])
    if match["half"]:
        if not 1 <= hour <= 12:
            raise ValueError(match[0])
        hour = hour % 12 + (12 if match["half"].lower() == "p" else 0)
    return time(hour, int(match["minute"] or 0), int(match["second"] or 0))


def zone_of(match: re.Match[str]) -> tzinfo:
    """The zone that a match of `ZONE` names. Raises ValueError for one that there is not."""
    if match["name"]:
        return timezone(timedelta(hours=_ZONES[match["name"]]))
    if match["place"]:
        try:
            return ZoneInfo(match["place"])
        except (ZoneInfoNotFoundError, OSError) as error:
            raise ValueError(match["place"]) from error
    offset = timedelta(hours=int(match["hours"]), minutes=int(match["minutes"] or 0))
    return timezone(offset if match["sign"] == "+" else -offset)
