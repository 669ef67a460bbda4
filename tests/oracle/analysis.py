"""The analysis of text, word by word: nothing is remembered of a text, and stems are those of Snowball in Python.

What words are and how they may be written (`feedsrv.text.cutting`, `feedsrv.text.spellings`) it has in common with the
product, and so the languages that there are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module
from typing import Any

from feedsrv.text import cutting
from feedsrv.text.analysis import apart, count_telling, forms, is_stopword, needed, tokens
from feedsrv.text.endings import ACCENTED_ENDINGS
from feedsrv.text.folding import fold, strip_accents
from feedsrv.text.light_stems import ENDINGS, light_stem
from feedsrv.text.spellings import Spelling, spelling
from feedsrv.text.stems import STEMMERS, is_of_letters

__all__ = [
    "apart",
    "count_telling",
    "forms",
    "is_of_letters",
    "is_stopword",
    "needed",
    "spans",
    "stem",
    "terms",
    "tokens",
]


def spans(text: str, is_meant: Callable[[Spelling], bool]) -> Iterator[tuple[int, int]]:
    """Where the words of a text begin and end that are meant."""
    return ((start, end) for start, end in cutting.cut(text) if is_meant(spelling(text[start:end])))


@dataclass(frozen=True, slots=True)
class TextTerms:
    """The terms of a text: ``forms`` one a position, what a phrase is compared with; ``stems`` for unquoted words."""

    forms: list[str]
    stems: list[str]


def terms(text: str, language: str) -> TextTerms:
    """The terms of a text by the rules of its language."""
    found = list(tokens(cutting.held_together(text)))
    characters = map(fold, cutting.characters(text))
    return TextTerms(
        [form for word in found for form in word.parts],
        [*(stem(form, language) for word in found for form in word.spelling.found_by), *characters],
    )


@lru_cache(maxsize=200_000)
def stem(form: str, language: str) -> str:
    """The stem of a form. Words with digits, and languages without a stemmer, keep the form.

    Where the form may have lost an accent that tells an ending, it is the shortest stem that it has with one or
    without: "arrivee" may be "arrivée", which comes down to "arriv" like "arriver".
    """
    base = language.partition("-")[0].lower()
    if base in ENDINGS:
        return light_stem(form, base) if is_of_letters(form) else form
    if base not in STEMMERS or not is_of_letters(form):
        return form
    stemmer = _stemmer(base)
    return min((strip_accents(stemmer.stem(spelling)) for spelling in stemmer.spellings(form)), key=_by_length)


def _by_length(stem: str) -> tuple[int, str]:
    return len(stem), stem


class _Stemmer:
    def __init__(self, algorithm: str, *, restores_accents: bool) -> None:
        self._is_arabic = algorithm == "arabic"
        module = import_module(f"snowballstemmer.{algorithm}_stemmer")
        self._algorithm: Any = getattr(module, f"{algorithm.capitalize()}Stemmer")()
        self._endings: dict[str, list[str]] = {}
        for ending in _endings(self._algorithm) if restores_accents else ():
            if (plain := strip_accents(ending)) != ending:
                self._endings.setdefault(plain, []).append(ending)

    def stem(self, word: str) -> str:
        return str(self._algorithm.stemWord(word))

    def spellings(self, form: str) -> Iterator[str]:
        """The form, and as it may have been before it lost an accent; an Arabic noun has the article."""
        if self._is_arabic:
            in_front = [("ال", 3), ("لل", 3), ("وال", 3), ("ولل", 3), ("بال", 4), ("كال", 4), ("وبال", 4), ("وكال", 4)]
            in_front += [(f"ف{article}", 4) for article in ("ال", "بال", "كال", "لل")]
            begun = [each for each, left in in_front if form.startswith(each) and len(form) >= len(each) + left]
            is_father = form.removeprefix("والد") in {"ين", "ان", "ها", "هم", "نا", "ته", "تي", "كم"}
            bare = form if is_father else form.removeprefix(next(iter(begun), ""))
            without_and = bare[1:] if bare[:1] in {"و", "ف"} else bare
            is_as_it_is = (
                any(each.startswith(("ال", "لل", "بال", "كال", "يست", "تست", "نست")) for each in (bare, without_and))
                or bare.endswith("ان")
                or (bare.endswith("ت") and not bare.endswith(("ات", "كويت", "انترنت")))
            )
            yield bare if is_as_it_is else f"ال{bare}"
            return
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
