"""The analysis of text: how a text becomes words, and a word becomes the terms it is found by.

This is the one place that decides it, for documents, queries, topics and excerpts alike. There are two
kinds of term. A *form* is a word as written, folded: lower case, without accents, apostrophes or the
elision in front ("l'Été" is "ete"). A *stem* is the form's root by the rules of a language (Snowball).
Quoted words are looked up by form, others by stem.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence, Set
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from unicodedata import category

from feedsrv.text.folding import WITHIN, fold
from feedsrv.text.remembered import Remembered
from feedsrv.text.stems import stem
from feedsrv.text.stopwords import STOPWORDS

LONGEST_WORD = 128
"""Characters; what is longer is data, not a word, and is not indexed."""

_CATEGORIES = "".join(category(chr(point))[0] for point in range(0x10000))

MARKS = "".join(f"{chr(run.start())}-{chr(run.end() - 1)}" for run in re.finditer("M+", _CATEGORIES))
"""Ranges for a character class: what belongs to the letter before it and is no ``\\w``, as the vowels of Hindi do."""

UNDIVIDED = "々-〇\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
"""Ranges for a character class: the characters of Chinese and Japanese, which have no blanks between words."""

_LETTER = rf"[\w{MARKS}]"
_REST = f"{_LETTER}*+(?:[{WITHIN}]{_LETTER}++)*+"
# Of a number nothing is left behind, so that 2018-03-23 is three words. That a letter comes first lets the search skip
# what is none.
_WORD = re.compile(rf"{_LETTER}(?:(?<=\d)\d*+(?:st|nd|rd|th)?+(?!{_LETTER})|{_REST}(?:[-‐‑]{_LETTER}{_REST})*+)")
_UNDIVIDED = re.compile(f"[{UNDIVIDED}]+")
_UNDIVIDED_CHARACTER = re.compile(f"[{UNDIVIDED}]")
_ORDINAL_GAP = re.compile(r"(\d)\s+(?=(?:st|nd|rd|th)\b)", re.IGNORECASE)
_HYPHENS = re.compile("[-‐‑]")
_BETWEEN_WORDS = '.,;:!?…()[]"“”„«»–—/'  # some of what is in no word: to cut there changes none


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


@dataclass(frozen=True, slots=True)
class TextTerms:
    """The terms of a text: ``forms`` one a position, what a phrase is compared with; ``stems`` for unquoted words."""

    forms: list[str]
    stems: list[str]


def terms(text: str, language: str) -> TextTerms:
    """The terms of a text by the rules of its language."""
    found = [*map(_vocabulary(language).__getitem__, _pieces(text))]
    return TextTerms([form for forms, _ in found for form in forms], [each for _, stems in found for each in stems])


def stems_among(text: str, language: str, wanted: frozenset[str]) -> Set[str]:
    """Those of the ``wanted`` stems that a text has."""
    return set(chain.from_iterable(map(_wanted(language, wanted).__getitem__, _pieces(text))))


def _pieces(text: str) -> Sequence[str]:
    """A text cut where nothing of a word can be, so that most pieces are words, and few are different."""
    cut = join_ordinals(text)
    for sign in _BETWEEN_WORDS:
        cut = cut.replace(sign, " ")
    return cut.split()


@lru_cache(maxsize=8)
def _vocabulary(language: str) -> Remembered[tuple[Sequence[str], Sequence[str]]]:
    """The forms and the stems of a piece."""

    def ask(written: str) -> tuple[Sequence[str], Sequence[str]]:
        words = list(tokens(written))
        stems = (stem(form, language) for word in words for form in word.forms)
        characters = () if written.isascii() else _UNDIVIDED_CHARACTER.findall(written)  # each may be a word by itself
        return tuple(form for word in words for form in word.parts), (*stems, *characters)

    return Remembered(ask, _MOST_WORDS, lambda written: not _UNDIVIDED_CHARACTER.search(written))


_MOST_WORDS = 65_536
"""What is remembered of one language: some 25 MB."""


@lru_cache(maxsize=8)
def _wanted(language: str, wanted: frozenset[str]) -> Remembered[Sequence[str]]:
    """The wanted ones among the stems of a piece: of most there are none."""
    vocabulary = _vocabulary(language)
    return Remembered(lambda written: tuple(filter(wanted.__contains__, vocabulary[written][1])), _MOST_WORDS)


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


def join_ordinals(text: str) -> str:
    """The text with "23 rd", as taken from ``23<sup>rd</sup>`` by many a program, written "23rd"."""
    return _ORDINAL_GAP.sub(r"\1", text)
