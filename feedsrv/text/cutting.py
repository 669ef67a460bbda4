"""Cutting: where words begin and end in a text, whatever letters, digits and signs they are made of.

::

    launch, co-operation, O'Neill, press_kit    letters, with what stands within words; hyphens join their parts,
    Node.js, data.example.org                   and so do full stops before small letters
    23rd, 2018, 1,234,567, 1 234 567            numbers, with the gaps between their thousands
    U.S., Ph.D., l'O.N.U.                       abbreviations with full stops
    C++, C#, .NET                               names that a sign tells apart
    🚀                                          pictures
    日本, 서울, กระ                               of what has no blanks, or particles in their place: two characters

Hebrew abbreviations have quotes in them (צה"ל). A mark belongs to the letter before it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from operator import methodcaller
from unicodedata import category

from feedsrv.text.folding import APOSTROPHES, QUOTES, WITHIN

_CATEGORIES = "".join(category(chr(point))[0] for point in range(0x10000))

MARKS = "".join(f"{chr(run.start())}-{chr(run.end() - 1)}" for run in re.finditer("M+", _CATEGORIES))
"""Ranges for a character class: what belongs to the letter before it and is no ``\\w``, as the vowels of Hindi do."""

UNDIVIDED = "々-〇\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff66-\uff9d\U00020000-\U0003ffff"
"""Ranges for a character class: the characters of Chinese and Japanese, which have no blanks between words."""

_HANGUL = "\u1100-\u11ff\u3131-\u318e\uac00-\ud7a3"
UNSPACED = (
    f"{UNDIVIDED}{_HANGUL}"
    "\u0e01-\u0e30\u0e32\u0e33\u0e40-\u0e46\u0e81-\u0eb0\u0eb2\u0eb3\u0ebd-\u0ec6\u0edc-\u0edf"
    "\u1000-\u102a\u103f\u1050-\u1055\u1780-\u17b3\u17d7"
)
"""Also those of Korean, where particles stand behind words without a blank, of Thai, Lao, Burmese and Khmer."""

PICTURES = "\u2600-\u27bf\U0001f000-\U0001faff"
"""Ranges for a character class: signs that say something by themselves."""

BLANKS = " \u00a0\u2009\u202f"
"""For a character class: what may stand between the thousands of a number."""

GAP = f"[.,{APOSTROPHES}{BLANKS}\u2060]"
"""Matches what stands between the thousands of a number."""

DOT = r"\.(?:(?:(?<=[^\W\d_]\.)|(?<=[^\W\d_]\d\.))(?=[a-z]{2})|(?<=[A-Z]\.)(?=[A-Z]{2}))"
"""Matches the full stop within a name, as Node.js has it, before letters like those in front of it or small ones."""

_QUOTE_WITHIN = f"(?<=[א-ת])[{QUOTES}](?=[א-ת])"  # in a Hebrew abbreviation
_FLAGS = "\U0001f1e6-\U0001f1ff"
_LETTER = rf"[\w{MARKS}]"
_ALPHABETIC = r"[^\W\d_]"
_SIGNED = r"(?<=[A-Za-z])(?<![\w.].)(?:\+\+|#)(?![\w+#])"
_REST = f"{_LETTER}*+(?:(?:[{WITHIN}]|{_QUOTE_WITHIN}){_LETTER}++)*+"
_GROUPED = rf"(?:\d{{0,2}}(?P<gap>{GAP})\d{{3}}(?:(?P=gap)\d{{3}})*+|\d?(?:,\d\d)+,\d{{3}})(?!\d)"
_ABBREVIATION = (
    rf"(?:{_ALPHABETIC}*[{APOSTROPHES}]{_ALPHABETIC})?{_ALPHABETIC}?(?:\.{_ALPHABETIC}{{1,2}})+(?!{_LETTER})\.?"
)
# Of a number nothing is left behind, so that 2018-03-23 is three words.
_NUMBER = rf"(?<=\d)(?:{_GROUPED}|\d*+(?:st|nd|rd|th)?+(?!{_LETTER}))"
_JOINED = rf"(?:[-‐‑]|{DOT}){_LETTER}{_REST}"
_WORD = re.compile(
    rf"{_LETTER}(?:{_NUMBER}|(?<=[^\W\d_]){_ABBREVIATION}|{_SIGNED}|{_REST}(?:{_JOINED})*+)"
    rf"|[{PICTURES}](?:(?<=[{_FLAGS}])[{_FLAGS}])?[\ufe0e\ufe0f]?|(?<![\w.])\.(?:[A-Z]{{2,}}|net)(?!\w)"
)
_VOICED = "\uff9e\uff9f"  # which stand behind kana of half width
_UNIT = f"[{UNSPACED}][{MARKS}{_VOICED}]*+"
_UNITS = re.compile(_UNIT)
_MAY_BE_WORDS = re.compile(f"[{UNDIVIDED}{_HANGUL}][{MARKS}{_VOICED}]*+|[{UNSPACED}][{MARKS}]++")
_RUN = re.compile(f"(?:{_UNIT})+")
_OF_ONE_WORD = 2  # words that are cut of three characters, which are seldom more than one
_SOUNDS_OF_A_WORD = 4
_SOUNDS = re.compile(
    f"[\u30a0-\u30ff\uff66-\uff9f]{{2,}}|[\u3041-\u309f]{{{_SOUNDS_OF_A_WORD},}}"
    f"|(?:(?![{UNDIVIDED}{_HANGUL}]){_UNIT}){{2,}}"
)
_IDEOGRAPH = f"(?![\u3040-\u30ff\uff66-\uff9d])[{UNDIVIDED}{_HANGUL}]"
_MAY_STAND_APART = re.compile(
    rf"(?:{_UNIT}{_IDEOGRAPH}|{_IDEOGRAPH}{_UNIT})[{MARKS}{_VOICED}]*+|(?!\d+\Z)[^{UNSPACED}]{{2,}}"
)
_PARTICLE = re.compile(
    "[가-힣]([가-힣])(?P<said>(?P<closed>은|이|을|과|으로)|(?P<open>는|가|를|와|로)|의|에|에서|에게|까지|부터)(?![가-힣])"
)
"""What stands behind Korean words of two characters or more."""
_FINALS = 28  # consonants that a Korean character may end in, none as the first of them
_BETWEEN_WORDS = (". ", ", ", ".\n", *';:!?…()[]"“”„«»–—/')  # some of what is in no word: to cut there changes none
_QUOTED = re.compile(_QUOTE_WITHIN)
_ORDINAL = r"(?=(?:st|nd|rd|th)\b)"
_THOUSANDS = rf"(?<=\d[{BLANKS}])(?<!\d{{4}}.)(?=\d{{3}}(?!\d))"
_ORDINAL_GAP = re.compile(rf"([0-9])\s+{_ORDINAL}", re.IGNORECASE)  # which takes two thirds of the time of \d
_THOUSANDS_GAP = re.compile(rf"[{BLANKS}]{_THOUSANDS}")
_GAP_WITHIN = re.compile(rf"(\d)\s+(?:{_ORDINAL}|(?P<thousands>{_THOUSANDS}))", re.IGNORECASE)


def join_ordinals(text: str) -> str:
    """The text with "23 rd", as taken from ``23<sup>rd</sup>`` by many a program, written "23rd"."""
    return _ORDINAL_GAP.sub(r"\1", text)


def held_together(text: str) -> str:
    """The same, and a word joiner, U+2060, for each blank between the thousands of a number: no blank is in a word."""
    return _GAP_WITHIN.sub(_held, text)


def hold_thousands(text: str) -> str:
    """Only the latter, so that every character stays where it is."""
    return _THOUSANDS_GAP.sub("\u2060", text)


def _held(gap: re.Match[str]) -> str:
    return gap[1] if gap["thousands"] is None else f"{gap[1]}\u2060"


def with_gershayim(text: str) -> str:
    """The text with a gershayim for each quote that stands for one in a Hebrew abbreviation."""
    return text if text.isascii() else _QUOTED.sub("״", text)


def pieces(text: str) -> list[str]:
    """A text cut where nothing of a word can be, so that most pieces are words, and few are different."""
    cut = with_gershayim(held_together(text))
    for sign in _BETWEEN_WORDS:
        cut = cut.replace(sign, " ")
    return cut.split()


def without_particles(text: str, words: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Those of the words of a text that no particle behind a Korean word has a part in: of 다리를 only 다리."""
    behind = [found.span("said") for found in _PARTICLE.finditer(text) if _is_particle(found)]
    return [(start, end) for start, end in words if all(end <= first or last <= start for first, last in behind)]


def _is_particle(found: re.Match[str]) -> bool:
    """Whether it is one that stands behind what ends as the word before it does, in a vowel or in a consonant."""
    ends_in_vowel = (ord(found[1]) - ord("가")) % _FINALS == 0
    return not found["closed" if ends_in_vowel else "open"]


def without_edges(text: str) -> str:
    """A text from its first word to its last, without what surrounds them; empty where there is none."""
    words = [span for span in cut(text) if text[slice(*span)].strip("_")]
    return text[words[0][0] : words[-1][1]].strip("_") if words else ""


def cut(text: str) -> Iterator[tuple[int, int]]:
    """Where the words of a text begin and end; those of what is unspaced are each two characters side by side."""
    words = map(methodcaller("span"), _WORD.finditer(text))
    return words if text.isascii() else chain.from_iterable(_cut_unspaced(text, *word) for word in words)


def is_unspaced(text: str) -> bool:
    """Whether there are words in a text that have no blanks between them."""
    return _UNITS.search(text) is not None


def apart(text: str, words: Sequence[tuple[int, int]]) -> Iterator[str]:
    """What may be words of what has no blanks between its words, which are cut as these; nothing of what is one word.

    Each two characters may be one, but where a script writes sounds, of which two are in many words, each four. Neither
    is what stands alone, nor a number.
    """
    if len(words) <= _OF_ONE_WORD and all(_RUN.fullmatch(text, *word) for word in words):
        return
    for sounds in _SOUNDS.finditer(text):
        units = [unit.span() for unit in _UNITS.finditer(text, *sounds.span())]
        last = max(len(units) - _SOUNDS_OF_A_WORD, 0)
        yield from (
            text[start : units[at : at + _SOUNDS_OF_A_WORD][-1][1]] for at, (start, _) in enumerate(units[: last + 1])
        )
    yield from (text[start:end] for start, end in words if _MAY_STAND_APART.fullmatch(text, start, end))


def characters(text: str) -> list[str]:
    """Those characters of what is unspaced, with their marks, that may be words by themselves."""
    return _MAY_BE_WORDS.findall(text)


def _cut_unspaced(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    for run in _RUN.finditer(text, start, end):
        if start < run.start():
            yield start, run.start()
        units = [unit.span() for unit in _UNITS.finditer(text, *run.span())]
        yield from ((units[at][0], units[at + 1][1]) for at in range(len(units) - 1)) if len(units) > 1 else units
        start = run.end()
    if start < end:
        yield start, end
