"""The analysis of text: how a text becomes words, and a word becomes the terms it is found by.

As `feedsrv.text.analysis` did it; what languages there are, and the stemmers written in Python, are those of today.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module
from typing import Any

from feedsrv.text.analysis import MARKS, UNDIVIDED
from feedsrv.text.endings import ACCENTED_ENDINGS
from feedsrv.text.stems import STEMMERS
from feedsrv.text.stopwords import STOPWORDS

LONGEST_WORD = 128
"""Characters; what is longer is data, not a word, and is not indexed."""

_APOSTROPHES = "'’ʼ＇"
_WITHIN = f"{_APOSTROPHES}·\u200c\u200d"  # also of "col·lecció", and of Persian words
_LETTERS = rf"[\w{MARKS}]+"
_PART = f"{_LETTERS}(?:[{_WITHIN}]{_LETTERS})*"
_WORD = re.compile(rf"\d+(?:st|nd|rd|th)?(?![\w{MARKS}])|{_PART}(?:[-‐‑]{_PART})*")
_UNDIVIDED = re.compile(f"[{UNDIVIDED}]+")
_UNDIVIDED_CHARACTER = re.compile(f"[{UNDIVIDED}]")
_ELISION = re.compile(r"^(?:[cdjlmnst]|qu|jusqu|lorsqu|puisqu|quoiqu|dell|nell|sull|dall|all|un)'(?=\w{2})")
_POSSESSIVE = re.compile(r"'s$")
_ORDINAL_GAP = re.compile(r"(?<=\d)[\s\u00a0\u202f]+(?=(?:st|nd|rd|th)\b)", re.IGNORECASE)
_HYPHENS = re.compile("[-‐‑]")
_LIGATURES = str.maketrans({"æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i"})
_PLAIN = dict.fromkeys(map(ord, f"_{_WITHIN}")) | dict.fromkeys(map(ord, _APOSTROPHES), "'")
_NO_ACCENTS = {0, 8, 9}  # the combining classes of letters, of the voicing of kana, of signs that take a vowel away


@dataclass(frozen=True, slots=True)
class Token:
    """A word of a text: ``text[start:end]`` is it as written; ``parts`` are the forms of its hyphenated parts."""

    start: int
    end: int
    parts: tuple[str, ...]

    @property
    def forms(self) -> tuple[str, ...]:
        """Its parts, and for a hyphenated word also the parts run together ("co-operation": cooperation)."""
        return (*self.parts, "".join(self.parts)) if len(self.parts) > 1 else self.parts


def tokens(text: str) -> Iterator[Token]:
    """The words of a text, in order; those of Chinese and Japanese are each two characters that stand side by side."""
    for start, end in _words(text):
        if parts := _parts(text[start:end]):
            yield Token(start, end, parts)


def spans(text: str, is_meant: Callable[[str], bool]) -> Iterator[tuple[int, int]]:
    """Where the words of a text begin and end that are meant; it is asked of each as it is written."""
    if _UNDIVIDED_CHARACTER.search(text):
        return ((start, end) for start, end in _words(text) if is_meant(text[start:end]))
    return (match.span() for match in _WORD.finditer(text) if is_meant(match[0]))


def _words(text: str) -> Iterator[tuple[int, int]]:
    for match in _WORD.finditer(text):
        for start, end in [match.span()] if match.group().isascii() else _divided(text, *match.span()):
            if end - start <= LONGEST_WORD:
                yield start, end


def _divided(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Where the words of a run without blanks begin and end."""
    for run in _UNDIVIDED.finditer(text, start, end):
        if start < run.start():
            yield start, run.start()
        yield from ((at, at + 2) for at in range(run.start(), run.end() - 1))
        if run.end() - run.start() == 1:
            yield run.span()
        start = run.end()
    if start < end:
        yield start, end


@lru_cache(maxsize=200_000)
def _parts(word: str) -> tuple[str, ...]:
    return tuple(form for part in _HYPHENS.split(word) if (form := fold(part)))


def fold(word: str) -> str:
    """The form of one unhyphenated word; empty for what has no letter or digit."""
    lowered = unicodedata.normalize("NFKC", word).casefold().translate(_PLAIN)
    return strip_accents(_POSSESSIVE.sub("", _ELISION.sub("", lowered)).replace("'", ""))


def strip_accents(text: str) -> str:
    """The text without accents and ligatures, in small letters: "Zürich" is "Zurich", "œuvre" is "oeuvre"."""
    if text.isascii():
        return text
    decomposed = unicodedata.normalize("NFKD", text).translate(_LIGATURES)
    return unicodedata.normalize("NFC", "".join(c for c in decomposed if unicodedata.combining(c) in _NO_ACCENTS))


@dataclass(frozen=True, slots=True)
class TextTerms:
    """The terms of a text: ``forms`` one a position, what a phrase is compared with; ``stems`` for unquoted words."""

    forms: list[str]
    stems: list[str]


def terms(text: str, language: str) -> TextTerms:
    """The terms of a text by the rules of its language."""
    found = list(tokens(join_ordinals(text)))
    characters = () if text.isascii() else _UNDIVIDED_CHARACTER.findall(text)  # each may be a word by itself
    return TextTerms(
        [form for word in found for form in word.parts],
        [*(stem(form, language) for word in found for form in word.forms), *characters],
    )


def is_stopword(form: str, languages: Iterable[str]) -> bool:
    """Whether a form says nothing of what a text is about, in one of these languages."""
    return any(form in _stopwords(language.partition("-")[0]) for language in languages)


def count_telling(text: str, language: str) -> int:
    """How many different words of a text are no stopwords; all of them, where it has no others."""
    words = {word.parts for word in tokens(join_ordinals(text))}
    telling = [word for word in words if not all(is_stopword(part, [language]) for part in word)]
    return len(telling or words)


@lru_cache(maxsize=64)
def _stopwords(language: str) -> frozenset[str]:
    return frozenset(fold(word) for word in STOPWORDS.get(language, "").split())


def forms(text: str) -> list[str]:
    """The forms of a text, one a position."""
    return [form for word in tokens(join_ordinals(text)) for form in word.parts]


@lru_cache(maxsize=200_000)
def stem(form: str, language: str) -> str:
    """The stem of a form. Words with digits, and languages without a stemmer, keep the form.

    Where the form may have lost an accent that tells an ending, it is the shortest stem that it has with one or
    without: "arrivee" may be "arrivée", which comes down to "arriv" like "arriver".
    """
    base = language.partition("-")[0].lower()
    if base not in STEMMERS or not is_of_letters(form):
        return form
    stemmer = _stemmer(base)
    return min((strip_accents(stemmer.stem(spelling)) for spelling in stemmer.spellings(form)), key=_by_length)


def is_of_letters(form: str) -> bool:
    """Whether there are no digits in a form."""
    return form.isalpha() or not any(map(str.isnumeric, form))


def _by_length(stem: str) -> tuple[int, str]:
    return len(stem), stem


class _Stemmer:
    def __init__(self, algorithm: str, *, restores_accents: bool) -> None:
        module = import_module(f"snowballstemmer.{algorithm}_stemmer")
        self._algorithm: Any = getattr(module, f"{algorithm.capitalize()}Stemmer")()
        self._endings: dict[str, list[str]] = {}
        for ending in _endings(self._algorithm) if restores_accents else ():
            if (plain := strip_accents(ending)) != ending:
                self._endings.setdefault(plain, []).append(ending)

    def stem(self, word: str) -> str:
        return str(self._algorithm.stemWord(word))

    def spellings(self, form: str) -> Iterator[str]:
        """The form, and as it may have been before it lost the accent of its ending."""
        yield form
        for at in range(2, len(form)) if self._endings else ():
            for ending in self._endings.get(form[at:], ()):
                yield form[:at] + ending


@lru_cache
def _stemmer(language: str) -> _Stemmer:
    return _Stemmer(STEMMERS[language], restores_accents=language in ACCENTED_ENDINGS)


def _endings(algorithm: object) -> Iterator[str]:
    """The endings that a Snowball algorithm knows: those in the tables of the module made of it."""
    for name, table in sorted(vars(type(algorithm)).items()):
        if name.startswith("a_"):
            for entry in table:
                yield entry.s.replace("a~", "ã").replace("o~", "õ")  # as the Portuguese one writes them for itself


def join_ordinals(text: str) -> str:
    """The text with "23 rd", as taken from ``23<sup>rd</sup>`` by many a program, written "23rd"."""
    return _ORDINAL_GAP.sub("", text)
