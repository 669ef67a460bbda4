"""Spellings: the forms of a word as it is written, and of how it may be written otherwise."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import chain
from typing import NamedTuple
from unicodedata import category

from feedsrv.text.cutting import DOT, GAP
from feedsrv.text.folding import APOSTROPHES, fold, unelided

LONGEST_WORD = 128
"""Characters; what is longer is data, not a word, and is not indexed."""
_MOST_PIECES = 8
"""Pieces that a word may be written in otherwise; one of more is data."""

_CAPITALS, SMALL = (
    "".join(chr(each) for each in range(0x2000) if category(chr(each)) == kind) for kind in ("Lu", "Ll")
)
"""For a character class: the letters of either case of Latin, Greek, Cyrillic and their neighbours."""
_TWO = r"[^\W\d_]{2}"
_NUMBER = rf"(?<={_TWO})(?=\d)|(?<=\d)(?={_TWO})"
_SEAM = re.compile(rf"{_NUMBER}|(?<=[^\W\d_][{SMALL}])(?=[{_CAPITALS}][^\W\d_])")
_OF_NUMBER = re.compile(_NUMBER)
_MEASURE = re.compile(r"(\d+)([^\W\d_])")
"""A number with a unit of one letter: 12V, 4K; or a model of its kind: 16C, of the F-16C."""
_ORDINAL = re.compile(r"\d+(?:st|nd|rd|th|er|re|nde?|[eè]mes?)", re.IGNORECASE)
_MODEL = re.compile(r"[^\W\d_](?=\d+$)")
_JOINTS = re.compile(rf"[-‐‑_]|{DOT}|(?<=\d){GAP}(?=\d\d)|(?<=[\u0621-\u06d3])\u200c")
"""What parts of a word are joined by, in Persian a non-joiner."""
_ABBREVIATION = re.compile(rf"(?:[^\W\d_]*[{APOSTROPHES}])?[^\W\d_]{{1,2}}(?:\.[^\W\d_]{{1,2}})+\.?")
_SIGNED = re.compile(r"[A-Za-z](?:\+\+|#)|\.[A-Za-z]+")
_BEFORE_ELIDED = re.compile(rf"[^\W\d_]*[{APOSTROPHES}]")


class Spelling(NamedTuple):
    """A word as it is written, and otherwise.

    ``parts`` are the forms of its hyphenated parts, the thousands of a number, the letters of an abbreviation: one in
    most words. Each of ``others`` are the forms of another way to write it, in order: "A320neo" may be "A320 neo",
    "#ClimateAction" two words, and "D'Angelo" one. ``within`` are further forms that it is found by.
    """

    parts: tuple[str, ...]
    others: tuple[tuple[str, ...], ...] = ()
    within: tuple[str, ...] = ()

    @property
    def forms(self) -> tuple[str, ...]:
        """Its parts, and for a hyphenated word also the parts run together ("co-operation": cooperation)."""
        return (*self.parts, "".join(self.parts)) if len(self.parts) > 1 else self.parts

    @property
    def found_by(self) -> tuple[str, ...]:
        """All forms that find it: also those of how it may be written otherwise, each once."""
        if not self.others and not self.within:
            return self.parts if len(self.parts) == 1 else self.forms
        return (*self.forms, *dict.fromkeys((*chain.from_iterable(self.others), *self.within)))


NOTHING = Spelling(())


@lru_cache(maxsize=20_000)
def spelling(word: str) -> Spelling:
    """The forms of a word as `feedsrv.text.cutting` cuts it; ``parts`` is empty for what has no letter or digit."""
    if len(word) > LONGEST_WORD:
        return NOTHING
    if word.isalpha() and (word.islower() or word[1:].islower()):  # as most are
        return Spelling((form,) if (form := fold(word)) else ())
    if _SIGNED.fullmatch(word):
        return Spelling((word.casefold(),), within=(fold(word[1:]),) if word[0] == "." else ())
    if _ABBREVIATION.fullmatch(word):
        return Spelling(_folded(_BEFORE_ELIDED.sub("", word).split(".")))
    pieces = _JOINTS.split(word)
    others = tuple(other for piece in pieces for other in _others(piece))
    if len(pieces) == 1:
        return Spelling(_folded(pieces), others)
    return Spelling(_folded(pieces), within=tuple(dict.fromkeys(chain.from_iterable(others))))


def _folded(pieces: Iterable[str]) -> tuple[str, ...]:
    return tuple(form for piece in pieces if (form := fold(piece)))


def _others(piece: str) -> Iterator[tuple[str, ...]]:
    """The forms of each other way to write what has no hyphen."""
    if whole := unelided(piece):
        yield (whole,)
    if _ORDINAL.fullmatch(piece):
        return
    if measure := _MEASURE.fullmatch(piece):
        yield _folded(measure.groups())
    apart = _SEAM.split(piece)
    if 1 < len(apart) <= _MOST_PIECES:
        yield _folded(apart)
        if len(numbered := _OF_NUMBER.split(piece)) not in {1, len(apart)}:  # "PlayStation5", "#ParisAirShow2023"
            yield _folded(numbered)
        if _MODEL.match(apart[0]):  # "B737MAX" is "737 MAX" for short
            yield _folded((apart[0][1:], *apart[1:]))
