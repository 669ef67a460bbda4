"""The analysis of text: how a text becomes words, and a word becomes the terms it is found by.

This is the one place that decides it, for documents, queries, topics and excerpts alike. There are two
kinds of term. A *form* is a word as written, folded: lower case, without accents, apostrophes or the
elision in front ("l'Été" is "ete"). A *stem* is the form's root by the rules of a language (Snowball).
Quoted words are looked up by form, others by stem.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence, Set
from dataclasses import dataclass
from functools import lru_cache

from feedsrv.text import cutting
from feedsrv.text.cutting import held_together
from feedsrv.text.folding import fold
from feedsrv.text.remembered import LONGEST, Remembered, Telling
from feedsrv.text.spellings import Spelling, spelling
from feedsrv.text.stems import beginning, has_stem_of, stem
from feedsrv.text.stopwords import STOPWORDS


@dataclass(frozen=True, slots=True)
class Token:
    """A word of a text: ``text[start:end]`` is it as written."""

    start: int
    end: int
    spelling: Spelling

    @property
    def parts(self) -> tuple[str, ...]:
        """The forms of its hyphenated parts, one in most words."""
        return self.spelling.parts

    @property
    def forms(self) -> tuple[str, ...]:
        """Its parts, and for a hyphenated word also the parts run together ("co-operation": cooperation)."""
        return self.spelling.forms


def tokens(text: str) -> Iterator[Token]:
    """The words of a text, in order; those of what is unspaced are each two characters that stand side by side."""
    return iter(_few(text)) if len(text) <= LONGEST else _tokens(text)


@lru_cache(maxsize=500)
def _few(text: str) -> Sequence[Token]:
    """Those of a word of a question, of which they are asked some twenty times."""
    return tuple(_tokens(text))


def _tokens(text: str) -> Iterator[Token]:
    for start, end in cutting.cut(text):
        if (spelt := spelling(text[start:end])).parts:
            yield Token(start, end, spelt)


def needed(text: str) -> Sequence[Token]:
    """The words of a text of a question that what answers must have: all, but what Korean particles have a part in."""
    words = tuple(tokens(text))
    if text.isascii():
        return words
    kept = set(cutting.without_particles(text, ((word.start, word.end) for word in words)))
    return [word for word in words if (word.start, word.end) in kept]


def apart(text: str) -> Sequence[str]:
    """What a word of a question has no blanks between, if there may be two words or more in it; none otherwise."""
    words = needed(text) if cutting.is_unspaced(text) else ()
    known = {word.spelling for word in words}  # by itself some may be cut otherwise
    found = dict.fromkeys(cutting.apart(text, [(word.start, word.end) for word in words]))
    whole = [part for part in found if known.issuperset(word.spelling for word in tokens(part))]
    return whole if len(whole) > 1 else []


def spans(text: str, is_meant: Callable[[Sequence[str]], bool]) -> Iterator[tuple[int, int]]:
    """Where the words of a text begin and end that are meant, which is asked of the forms that each is found by."""
    words = _forms_within[text] if len(text) <= LONGEST else _found_by(text)
    return ((start, end) for start, end, forms in words if is_meant(forms))


def _found_by(text: str) -> Iterator[tuple[int, int, Sequence[str]]]:
    return ((start, end, spelling(text[start:end]).found_by) for start, end in cutting.cut(text))


def _forms_of(text: str) -> Sequence[tuple[int, int, Sequence[str]]]:
    word = text.rstrip(_BEHIND_WORDS)
    if word.isascii() and word.isalpha():  # one, as most are
        return ((0, len(word), spelling(word).found_by),)
    return tuple(_found_by(text))


_BEHIND_WORDS = ".,;:!?)"
_forms_within = Remembered(_forms_of, 32_768, lambda text: text.isascii() or not cutting.is_unspaced(text))
"""What is remembered of all languages, of what stands between two blanks: some 10 MB."""


@dataclass(frozen=True, slots=True)
class TextTerms:
    """The terms of a text: ``forms`` one a position, what a phrase is compared with; ``stems`` for unquoted words."""

    forms: list[str]
    stems: list[str]


def terms(text: str, language: str) -> TextTerms:
    """The terms of a text by the rules of its language."""
    found = [*map(_vocabulary(language).__getitem__, cutting.pieces(text))]
    return TextTerms([form for forms, _ in found for form in forms], [each for _, stems in found for each in stems])


def stems_among(text: str, language: str, wanted: frozenset[str]) -> Set[str]:
    """Those of the ``wanted`` stems that a text has."""
    return set(_wanted(language, wanted).of(cutting.pieces(text)))


@lru_cache(maxsize=8)
def _vocabulary(language: str) -> Remembered[tuple[Sequence[str], Sequence[str]]]:
    """The forms and the stems of a piece."""

    def ask(written: str) -> tuple[Sequence[str], Sequence[str]]:
        words = _words(written)
        stems = (stem(form, language) for word in words for form in word.found_by)
        characters = () if written.isascii() else cutting.characters(written)
        return tuple(form for word in words for form in word.parts), (*stems, *map(fold, characters))

    return Remembered(ask, _MOST_WORDS, lambda written: not cutting.is_unspaced(written))


_MOST_WORDS = 65_536
"""What is remembered of one language: some 25 MB."""


@lru_cache(maxsize=8)
def _wanted(language: str, wanted: frozenset[str]) -> Telling[str]:
    """The wanted ones among the stems of pieces: of most there are none, which is told without stemming."""
    begun = frozenset(map(beginning, wanted))

    def ask(written: str) -> Iterator[str]:
        forms = (form for word in _words(written) for form in word.found_by)
        yield from (stem(form, language) for form in forms if has_stem_of(form, language, wanted, begun))
        if not written.isascii():
            yield from filter(wanted.__contains__, map(fold, cutting.characters(written)))

    return Telling(ask, _MOST_WORDS)


def _words(written: str) -> Sequence[Spelling]:
    """The words of a piece."""
    if written.isascii() and written.isalpha():  # one, as most are
        return (spelling(written),)
    return [spelling(written[start:end]) for start, end in cutting.cut(written)]


def is_stopword(form: str, languages: Iterable[str]) -> bool:
    """Whether a form says nothing of what a text is about, in one of these languages."""
    return any(form in _stopwords(language.partition("-")[0]) for language in languages)


def is_small(text: str, languages: Sequence[str]) -> bool:
    """Whether there are words in a text, and all of them are stopwords."""
    said = forms(text)
    return bool(said) and all(is_stopword(form, languages) for form in said)


def count_telling(text: str, language: str) -> int:
    """How many different words of a text are no stopwords; all of them, where it has no others."""
    words = {word.parts for word in tokens(held_together(text))}
    telling = [word for word in words if not all(is_stopword(part, [language]) for part in word)]
    return len(telling or words)


@lru_cache(maxsize=64)
def _stopwords(language: str) -> frozenset[str]:
    return frozenset(fold(word) for word in STOPWORDS.get(language, "").split())


def forms(text: str) -> list[str]:
    """The forms of a text, one a position."""
    return [form for word in tokens(held_together(text)) for form in word.parts]
