"""Stems: the root of a form by the rules of a language, so that "launches" is found by "launched".

They are those of Snowball, and light ones for some languages that it does not have or does not do well.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Set
from functools import lru_cache
from threading import Lock

import Stemmer

from feedsrv.text.endings import ACCENTED_ENDINGS
from feedsrv.text.folding import strip_accents
from feedsrv.text.light_stems import ENDINGS, light_stem

STEMMERS = {
    "ar": "arabic",
    "ca": "catalan",
    "da": "danish",
    "de": "german",
    "el": "greek",
    "en": "english",
    "eo": "esperanto",
    "es": "spanish",
    "eu": "basque",
    "fa": "persian",
    "fi": "finnish",
    "fr": "french",
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
    "pt": "portuguese",
    "ro": "romanian",
    "ru": "russian",
    "st": "sesotho",
    "sv": "swedish",
    "ta": "tamil",
    "tr": "turkish",
    "yi": "yiddish",
}
"""The Snowball algorithm of each language that is stemmed by one, by its two-letter tag."""

_ARABIC_FATHER = "والد(?:ين|ان|ها|هم|نا|ته|تي|كم)$"  # which begins like "and the"
_ARABIC_ARTICLE = re.compile(
    f"^(?!{_ARABIC_FATHER})(?:و?(?:ال|لل)(?=.{{3}})|(?:و?(?:بال|كال)|ف(?:ال|بال|كال|لل))(?=.{{4}}))"
)
"""What is written together with an Arabic word in front of it: the article, and with it a preposition, "and", "so"."""

_ARABIC_AS_IT_IS = re.compile("^(?:[وف]?(?:ال|لل|بال|كال)|[وف]?[يتن]ست)|ان$|(?<!ا)(?<!كوي)(?<!انترن)ت$")
"""An Arabic word of which no ending of a noun is taken: a verb, or a noun that it is a part of, as it is of لبنان.

Or it begins like the article, and is too short to have one.
"""

KEEP_BEGINNINGS = {
    "ca", "cs", "da", "de", "en", "eo", "es", "et", "eu", "fr", "hu", "it", "lt", "nb", "nn", "no", "pl", "pt", "ro",
    "ru", "sv",
}  # fmt: skip
"""Languages whose stemmers leave the first two letters as they are, but for a y that becomes an i ("dying": die), and
for the second one where it is the last ("es": e)."""


@lru_cache(maxsize=32_768)
def stem(form: str, language: str) -> str:
    """The stem of a form. Words with digits, and languages without a stemmer, keep the form.

    Where the form may have lost an accent that tells an ending, it is the shortest stem that it has with one or
    without: "arrivee" may be "arrivée", which comes down to "arriv" like "arriver". An Arabic noun is stemmed with the
    article.
    """
    base = _base(language)
    if (base not in STEMMERS and base not in ENDINGS) or not is_of_letters(form):
        return form
    if base in ENDINGS:
        return light_stem(form, base)
    stemmer = _stemmer(base)
    if not stemmer.is_any_spelled_otherwise:
        return strip_accents(stemmer.stem(form))
    return min((strip_accents(stemmer.stem(spelling)) for spelling in stemmer.spellings(form)), key=_by_length)


def has_stem_of(form: str, language: str, stems: Set[str], beginnings: Set[str]) -> bool:
    """Whether the stem of a form is one of these, with these beginnings: most need no stemming to tell."""
    if keeps_beginnings(language) and beginnings.isdisjoint((begun := beginning(form), begun[:1])):
        return False
    return stem(form, language) in stems


@lru_cache(maxsize=64)
def keeps_beginnings(language: str) -> bool:
    """Whether a language is one of `KEEP_BEGINNINGS`."""
    return _base(language) in KEEP_BEGINNINGS


def beginning(form: str) -> str:
    """What a form and its stem have in common, in `KEEP_BEGINNINGS`; a stem may have but the first of it."""
    return form[:2].replace("y", "i")


def is_of_letters(form: str) -> bool:
    """Whether there are no digits in a form."""
    return form.isalpha() or not any(map(str.isnumeric, form))


def _base(language: str) -> str:
    return language.partition("-")[0].lower()


def _by_length(stem: str) -> tuple[int, str]:
    return len(stem), stem


class _Stemmer:
    """The Snowball algorithm of a language, and how forms may be spelled otherwise, which are stemmed alike."""

    def __init__(self, language: str) -> None:
        self._algorithm = Stemmer.Stemmer(STEMMERS[language], 0)
        self._lock = Lock()
        self._has_article = language == "ar"
        self._endings: dict[str, list[str]] = {}
        for ending in ACCENTED_ENDINGS.get(language, "").split():
            self._endings.setdefault(strip_accents(ending), []).append(ending)

    @property
    def is_any_spelled_otherwise(self) -> bool:
        """Whether any form is."""
        return self._has_article or bool(self._endings)

    def stem(self, word: str) -> str:
        with self._lock:  # an algorithm keeps the word it works on in itself
            found: str = self._algorithm.stemWord(word)
            return found

    def spellings(self, form: str) -> Iterator[str]:
        """The form, and as it may have been before it lost the accent of its ending.

        An Arabic noun always has the article: Snowball takes endings then that it leaves where there is none.
        """
        if self._has_article:
            bare = _ARABIC_ARTICLE.sub("", form)
            yield bare if _ARABIC_AS_IT_IS.search(bare) else f"ال{bare}"
            return
        yield form
        for at in range(2, len(form)):
            for ending in self._endings.get(form[at:], ()):
                yield form[:at] + ending


@lru_cache
def _stemmer(language: str) -> _Stemmer:
    return _Stemmer(language)
