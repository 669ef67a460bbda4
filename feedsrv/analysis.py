"""The analysis of text: how a text becomes words, and a word becomes the terms it is found by.

This is the one place that decides it, for documents, queries, topics and excerpts alike. There are two
kinds of term. A *form* is a word as written, folded: lower case, without accents, apostrophes or the
elision in front ("l'Été" is "ete"). A *stem* is the form's root by the rules of a language (Snowball).
Quoted words are looked up by form, others by stem.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from threading import Lock

import snowballstemmer

from feedsrv.function_words import FUNCTION_WORDS
from feedsrv.language import join_ordinals

STEMMERS = {
    "da": "danish",
    "de": "german",
    "en": "english",
    "es": "spanish",
    "fi": "finnish",
    "fr": "french",
    "hu": "hungarian",
    "it": "italian",
    "nl": "dutch",
    "no": "norwegian",
    "pt": "portuguese",
    "ro": "romanian",
    "ru": "russian",
    "sv": "swedish",
}
"""The Snowball algorithm of each language that has one, by its two-letter tag."""

STEMMED_TWICE = {"fr", "pt"}
"""Languages whose stemmers take some endings for what they are by their accents alone, which forms have lost: without
them, "arrivee" comes down to "arrive" first, and then to "arriv" like all the others."""

LONGEST_WORD = 128
"""Characters; what is longer is data, not a word, and is not indexed."""

_APOSTROPHES = "'’ʼ＇"
_WORD = re.compile(rf"\d+(?:st|nd|rd|th)?(?!\w)|\w+(?:[{_APOSTROPHES}]\w+)*(?:[-‐‑]\w+(?:[{_APOSTROPHES}]\w+)*)*")
_ELISION = re.compile(r"^(?:[cdjlmnst]|qu|jusqu|lorsqu|puisqu|quoiqu|dell|nell|sull|dall|all|un)'(?=\w{2})")
_POSSESSIVE = re.compile(r"'s$")
_HYPHENS = re.compile("[-‐‑]")


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a text: ``text[start:end]`` is it as written; ``parts`` are the forms of its hyphenated parts."""

    start: int
    end: int
    parts: tuple[str, ...]

    @property
    def forms(self) -> tuple[str, ...]:
        """Its parts, and for a hyphenated word also the parts run together ("co-operation": cooperation)."""
        return (*self.parts, "".join(self.parts)) if len(self.parts) > 1 else self.parts


def words(text: str) -> Iterator[Word]:
    """The words of a text, in order."""
    for match in _WORD.finditer(text):
        if match.end() - match.start() <= LONGEST_WORD and (parts := _parts(match.group())):
            yield Word(match.start(), match.end(), parts)


@lru_cache(maxsize=200_000)
def _parts(word: str) -> tuple[str, ...]:
    return tuple(form for part in _HYPHENS.split(word) if (form := fold(part)))


def fold(word: str) -> str:
    """The form of one unhyphenated word; empty for what has no letter or digit."""
    lowered = unicodedata.normalize("NFKC", word).casefold().replace("_", "")
    for apostrophe in _APOSTROPHES:
        lowered = lowered.replace(apostrophe, "'")
    lowered = _POSSESSIVE.sub("", _ELISION.sub("", lowered)).replace("'", "")
    return strip_accents(lowered)


def strip_accents(text: str) -> str:
    """The text without accents: "Zürich" is "Zurich"."""
    if text.isascii():
        return text
    decomposed = unicodedata.normalize("NFKD", text)
    return unicodedata.normalize("NFC", "".join(c for c in decomposed if not unicodedata.combining(c)))


@dataclass(frozen=True, slots=True)
class Terms:
    """The terms of a text: ``forms`` one a position, what a phrase is compared with; ``stems`` for unquoted words."""

    forms: list[str]
    stems: list[str]


def terms(text: str, language: str) -> Terms:
    """The terms of a text by the rules of its language."""
    found = list(words(join_ordinals(text)))
    return Terms(
        [form for word in found for form in word.parts],
        [stem(form, language) for word in found for form in word.forms],
    )


def is_function_word(form: str, languages: Iterable[str]) -> bool:
    """Whether a form says nothing of what a text is about, in one of these languages."""
    return any(form in _function_words(language.partition("-")[0]) for language in languages)


@lru_cache(maxsize=64)
def _function_words(language: str) -> frozenset[str]:
    return frozenset(fold(word) for word in FUNCTION_WORDS.get(language, "").split())


def forms(text: str) -> list[str]:
    """The forms of a text, one a position."""
    return [form for word in words(join_ordinals(text)) for form in word.parts]


_stemmers: dict[str, tuple[snowballstemmer.SnowballStemmer, Lock]] = {}


@lru_cache(maxsize=200_000)
def stem(form: str, language: str) -> str:
    """The stem of a form. Words with digits, and languages without a stemmer, keep the form."""
    base = language.partition("-")[0].lower()
    if base not in STEMMERS or not form.isalpha():
        return form
    if base not in _stemmers:
        _stemmers.setdefault(base, (snowballstemmer.stemmer(STEMMERS[base]), Lock()))
    stemmer, lock = _stemmers[base]
    with lock:  # a stemmer keeps the word it works on in itself
        found = strip_accents(stemmer.stemWord(form))
        return strip_accents(stemmer.stemWord(found)) if base in STEMMED_TWICE else found
