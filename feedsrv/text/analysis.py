"""The analysis of text: how a text becomes words, and a word becomes the terms it is found by.

This is the one place that decides it, for documents, queries, topics and excerpts alike. There are two
kinds of term. A *form* is a word as written, folded: lower case, without accents, apostrophes or the
elision in front ("l'Été" is "ete"). A *stem* is the form's root by the rules of a language (Snowball).
Quoted words are looked up by form, others by stem.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Set
from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module
from threading import Lock
from typing import Any
from unicodedata import category

from feedsrv.text.stopwords import STOPWORDS

STEMMERS = {
    "ar": "arabic",
    "ca": "catalan",
    "cs": "czech",
    "da": "danish",
    "de": "german",
    "el": "greek",
    "en": "english",
    "eo": "esperanto",
    "es": "spanish",
    "et": "estonian",
    "eu": "basque",
    "fa": "persian",
    "fi": "finnish",
    "fr": "french",
    "ga": "irish",
    "hi": "hindi",
    "hu": "hungarian",
    "hy": "armenian",
    "id": "indonesian",
    "it": "italian",
    "lt": "lithuanian",
    "nb": "norwegian",
    "ne": "nepali",
    "nl": "dutch",
    "nn": "norwegian",
    "no": "norwegian",
    "pl": "polish",
    "pt": "portuguese",
    "ro": "romanian",
    "ru": "russian",
    "sr": "serbian",
    "st": "sesotho",
    "sv": "swedish",
    "ta": "tamil",
    "tr": "turkish",
    "yi": "yiddish",
}
"""The Snowball algorithm of each language that has one, by its two-letter tag."""

ACCENTED_ENDINGS = {"ca", "cs", "fr", "ga", "it", "lt", "pl", "pt", "ro", "ru", "tr"}
"""Languages whose stemmers know some endings by their accents, which forms have lost. (Spanish does without: its
stemmer knows most endings both ways, and would take "bandera" for a verb to come.)"""

KEEP_BEGINNINGS = {
    "ca", "cs", "da", "de", "en", "eo", "es", "et", "eu", "fr", "hu", "it", "lt", "nb", "nn", "no", "pl", "pt", "ro",
    "ru", "sv",
}  # fmt: skip
"""Languages whose stemmers leave the first two letters as they are, but for a y that becomes an i ("dying": die), and
for the second one where it is the last ("es": e)."""

LONGEST_WORD = 128
"""Characters; what is longer is data, not a word, and is not indexed."""

_CATEGORIES = "".join(category(chr(point))[0] for point in range(0x10000))

MARKS = "".join(f"{chr(run.start())}-{chr(run.end() - 1)}" for run in re.finditer("M+", _CATEGORIES))
"""Ranges for a character class: what belongs to the letter before it and is no ``\\w``, as the vowels of Hindi do."""

UNDIVIDED = "々-〇\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
"""Ranges for a character class: the characters of Chinese and Japanese, which have no blanks between words."""

_APOSTROPHES = "'’ʼ＇"
_WITHIN = f"{_APOSTROPHES}·\u200c\u200d"  # also of "col·lecció", and of Persian words
_LETTER = rf"[\w{MARKS}]"
_REST = f"{_LETTER}*+(?:[{_WITHIN}]{_LETTER}++)*+"
# Of a number nothing is left behind, so that 2018-03-23 is three words. That a letter comes first lets the search skip
# what is none.
_WORD = re.compile(rf"{_LETTER}(?:(?<=\d)\d*+(?:st|nd|rd|th)?+(?!{_LETTER})|{_REST}(?:[-‐‑]{_LETTER}{_REST})*+)")
_UNDIVIDED = re.compile(f"[{UNDIVIDED}]+")
_UNDIVIDED_CHARACTER = re.compile(f"[{UNDIVIDED}]")
_ELISION = re.compile(r"^(?:[cdjlmnst]|qu|jusqu|lorsqu|puisqu|quoiqu|dell|nell|sull|dall|all|un)'(?=\w{2})")
_POSSESSIVE = re.compile(r"'s$")
_ORDINAL_GAP = re.compile(r"(\d)\s+(?=(?:st|nd|rd|th)\b)", re.IGNORECASE)
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


@lru_cache(maxsize=20_000)
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
    joined = join_ordinals(text)
    characters = () if text.isascii() else _UNDIVIDED_CHARACTER.findall(text)  # each may be a word by itself
    words = [joined[start:end] for start, end in _words(joined)] if characters else _WORD.findall(joined)
    found = list(map(_vocabulary(language).__getitem__, words))
    return TextTerms(
        [form for forms, _ in found for form in forms],
        [*(stem for _, stems in found for stem in stems), *characters],
    )


class _Vocabulary(dict[str, tuple[tuple[str, ...], tuple[str, ...]]]):
    """The forms and the stems of each word of a language as it is written: a text has most of its words from others."""

    def __init__(self, language: str) -> None:
        self._language = language

    def __missing__(self, word: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
        if len(word) > LONGEST_WORD:
            return (), ()
        if len(self) >= _MOST_WORDS:
            self.clear()
        token = Token(0, len(word), _parts(word))
        found = self[word] = token.parts, tuple(stem(form, self._language) for form in token.forms)
        return found


_MOST_WORDS = 65_536
"""Words of one language that are remembered, some 25 MB."""


@lru_cache(maxsize=8)
def _vocabulary(language: str) -> _Vocabulary:
    return _Vocabulary(language)


def is_stopword(form: str, languages: Iterable[str]) -> bool:
    """Whether a form says nothing of what a text is about, in one of these languages."""
    return any(form in _stopwords(language.partition("-")[0]) for language in languages)


@lru_cache(maxsize=64)
def _stopwords(language: str) -> frozenset[str]:
    return frozenset(fold(word) for word in STOPWORDS.get(language, "").split())


def forms(text: str) -> list[str]:
    """The forms of a text, one a position."""
    return [form for word in tokens(join_ordinals(text)) for form in word.parts]


@lru_cache(maxsize=32_768)
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


def has_stem_of(form: str, language: str, stems: Set[str], beginnings: Set[str]) -> bool:
    """Whether the stem of a form is one of these, with these beginnings: most need no stemming to tell."""
    if keeps_beginnings(language) and beginnings.isdisjoint((begun := beginning(form), begun[:1])):
        return False
    return stem(form, language) in stems


def keeps_beginnings(language: str) -> bool:
    """Whether a language is one of `KEEP_BEGINNINGS`."""
    return language.partition("-")[0].lower() in KEEP_BEGINNINGS


def beginning(form: str) -> str:
    """What a form and its stem have in common, in `KEEP_BEGINNINGS`; a stem may have but the first of it."""
    return form[:2].replace("y", "i")


def is_of_letters(form: str) -> bool:
    """Whether there are no digits in a form."""
    return form.isalpha() or not any(map(str.isnumeric, form))


def _by_length(stem: str) -> tuple[int, str]:
    return len(stem), stem


class _Stemmer:
    def __init__(self, algorithm: str, *, restores_accents: bool) -> None:
        module = import_module(f"snowballstemmer.{algorithm}_stemmer")  # the package itself gives PyStemmer, if there
        self._algorithm: Any = getattr(module, f"{algorithm.capitalize()}Stemmer")()
        self._lock = Lock()
        self._endings: dict[str, list[str]] = {}
        for ending in _endings(self._algorithm) if restores_accents else ():
            if (plain := strip_accents(ending)) != ending:
                self._endings.setdefault(plain, []).append(ending)

    def stem(self, word: str) -> str:
        with self._lock:  # an algorithm keeps the word it works on in itself
            found: str = self._algorithm.stemWord(word)
            return found

    def spellings(self, form: str) -> Iterator[str]:
        """The form, and as it may have been before it lost the accent of its ending."""
        yield form
        for at in range(2, len(form)) if self._endings else ():
            for ending in self._endings.get(form[at:], ()):
                yield form[:at] + ending


@lru_cache
def _stemmer(language: str) -> _Stemmer:
    return _Stemmer(STEMMERS[language], restores_accents=language in ACCENTED_ENDINGS)


def _endings(algorithm: Any) -> Iterator[str]:
    """The endings that a Snowball algorithm knows: those in the tables of the module made of it."""
    for name, table in sorted(vars(type(algorithm)).items()):
        if name.startswith("a_"):
            for entry in table:
                yield entry.s.replace("a~", "ã").replace("o~", "õ")  # as the Portuguese one writes them for itself


def join_ordinals(text: str) -> str:
    """The text with "23 rd", as taken from ``23<sup>rd</sup>`` by many a program, written "23rd"."""
    return _ORDINAL_GAP.sub(r"\1", text)
