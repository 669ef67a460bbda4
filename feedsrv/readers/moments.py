"""Moments in running text: where a line begins to say when, however unclearly, and where that ends."""

from __future__ import annotations

import re
from functools import cache

from feedsrv.newsroom import Newsroom
from feedsrv.readers import dates
from feedsrv.readers.dates import Moment
from feedsrv.readers.lexicon import LEXICON
from feedsrv.text.cutting import UNDIVIDED
from feedsrv.text.dates import ALL, names
from feedsrv.text.folding import strip_accents

PARTS = re.compile(r"[:;|•·–—/()\[\]!?]|\s-+\s|[.…]\s|\*{2,}|\s-$|^-\s")
"""Marks between two things that a line says."""
_EDGES = " \t.,;:!*_–—|()[]-"


@cache
def _moment_like() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """What begins as a moment does, however unclear; and what in the rest of a line may be a part of one."""
    known = names(ALL)
    month = "|".join(sorted(map(re.escape, known.months), key=len, reverse=True))
    weekday = "|".join(sorted((re.escape(name) for name in known.weekdays if len(name) > 3), key=len, reverse=True))
    words = "|".join(map(re.escape, (*LEXICON.words("relative"), *LEXICON.words("noon"), *LEXICON.words("midnight"))))
    mark = "|".join(sorted(map(re.escape, LEXICON.words("clock")), key=len, reverse=True))
    hour = rf"[0-9]{{1,2}}(?:\s?[:.h時시]\s?[0-9]{{2}}(?![0-9])|\s?(?:[ap]\.?m\b|(?:{mark})(?!\w)|[時시点點]))"
    day = (
        rf"[0-9]{{1,4}}\s?[./年년-]\s?[0-9]{{1,2}}(?![0-9])|[0-9]{{1,2}}[^\W\d_]{{0,3}}[.°]?\s*(?:(?:of|de|d)\W\s*)?(?:{month})(?!\w)"
        rf"|(?:{month})(?!\w)\.?,?\s*(?:of\s+|de\s+)?[0-9]|(?:19|20)[0-9]{{2}}(?![0-9])"
    )
    start = re.compile(
        rf"\W*(?:{hour}|{day}|(?:{weekday})(?!\w)|(?:{words})(?:(?!\w)|(?<=[{UNDIVIDED}])))", re.IGNORECASE
    )
    return start, re.compile(rf"(?<!\w)(?:{hour}|{day}|(?:{words})(?!\w)|time\b|[A-Z]{{3,4}}T\b)", re.IGNORECASE)


def begins_like_a_moment(text: str) -> bool:
    """Whether a text begins to say when, however unclearly: a day, an hour, a weekday, "tomorrow"."""
    return bool(_moment_like()[0].match(strip_accents(text)))


def speaks_of_moments(text: str) -> bool:
    """Whether something in a text may be a part of a moment."""
    return bool(_moment_like()[1].search(strip_accents(text)))


def read_moment(text: str, newsroom: Newsroom) -> Moment | None:
    """The moment that a text is; None if its weekday is another."""
    moment = dates.read(text.strip(_EDGES), newsroom)
    return None if moment and moment.weekday_disagrees else moment


def read_with_rest(text: str, newsroom: Newsroom) -> tuple[Moment | None, str]:
    """The moment with which a text begins, and what follows it, which has nothing to do with moments."""
    ends = [len(text), *(match.start() for match in reversed(list(PARTS.finditer(text))))]
    for end in ends:
        if moment := read_moment(text[:end], newsroom):
            rest = text[end:].strip(_EDGES)
            return (None, "") if speaks_of_moments(rest) else (moment, rest)
    return None, ""
