"""Phrases: a line cut into words as people mean them, and the entries of the lexicon that stand in it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from functools import cache, cached_property, lru_cache
from html import unescape
from typing import NamedTuple

from feedsrv.readers.lexicon import CATEGORIES, LEXICON
from feedsrv.readers.moments import PARTS, begins_like_a_moment
from feedsrv.text.analysis import is_stopword
from feedsrv.text.cutting import MARKS, UNDIVIDED
from feedsrv.text.dates import ALL, names
from feedsrv.text.folding import strip_accents
from feedsrv.text.remembered import Telling
from feedsrv.text.stopwords import STOPWORDS

LONGEST_LINE = 150
"""Characters; what is longer is the text of the release."""
_LONGEST_GAP = 14  # words between the two halves of an entry, as in "nicht vor … veröffentlichen"
_LONGEST_READ = 400  # characters of a passage that are looked at


class _Token(NamedTuple):
    word: str
    start: int
    end: int


class Match(NamedTuple):
    """An entry that was found: its category, its words, where it ends, and where the place of its moment is."""

    category: str
    words: tuple[str, ...]
    end: int
    gap: tuple[int, int] | None = None

    @property
    def is_of_embargo(self) -> bool:
        """Whether the words name an embargo, so that a moment beside them is its end."""
        named = _entries()["names"] - _entries()["draft"] - _entries()["alone"]
        return any((word,) in named for word in self.words)

    @property
    def is_of_draft(self) -> bool:
        """Whether the words say "not yet" rather than "later"."""
        return self.words in _entries()["draft"] or self.words in _entries()["alone"]


_UNSEEN = re.compile(
    "[\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff\U000e0000-\U000e01ef]"
)
_OTHER_DIGIT = re.compile(r"[^\D0-9]")
_LONGEST_WORD = 40
_CUT = re.compile(rf"[{UNDIVIDED}]|(?<=[0-9])[년월일시분]|[0-9]+|(?:(?![{UNDIVIDED}0-9_])[\w{MARKS}])+")
_CUT_LATIN = re.compile(r"[^\W0-9_]+|[0-9]+")  # the same where there is nothing but Latin letters, and twice as fast
_BEYOND_LATIN = re.compile(r"[^\x00-\u02ff\u2010-\u2027]")
_SPACED = re.compile(r"(?<![^\W_])[^\W\d_](?:([ .\-_·*])[^\W\d_])(?:\1[^\W\d_]){2,}(?![^\W_])")
_MAY_BE_SPACED = re.compile(r"[ .\-_·*][^\W\d_][ .\-_·*][^\W\d_][ .\-_·*]")  # a quick look, at separators only
_LOOK_ALIKES = str.maketrans(
    "АВЕЗКМНОРСТУХаеорсухіјѕԁԛԝΑΒΕΖΗΙΚΜΝΟΡΤΥΧοανι", "ABE3KMHOPCTYXaeopcyxijsdqwABEZHIKMNOPTYXoavi"
)

_LATIN, _ALIKE = re.compile(r"[A-Za-z]"), re.compile(r"[\u0370-\u03ff\u0400-\u052f]")


def _shown(text: str) -> str:
    """The text as it is seen: entities read, full-width letters narrow, nothing invisible, spaced letters joined."""
    text = text[:_LONGEST_READ]
    if not text.isascii() or "&" in text:
        text = _UNSEEN.sub("", unicodedata.normalize("NFKC", unescape(unescape(text))))
        text = _OTHER_DIGIT.sub(lambda digit: str(int(digit[0])), text)
    return _SPACED.sub(lambda letters: re.sub(r"[\W_]", "", letters[0]), text) if _MAY_BE_SPACED.search(text) else text


def may_begin_with_an_entry(text: str) -> bool:
    """Whether the first word of a text begins an entry; most lines of a text do not, and need not be cut further."""
    shown = _shown(text[:_LONGEST_WORD])
    first = _cut(shown).search(shown)
    word = _fold(first[0]) if first else ""
    return word in _by_first_word() or f"{word[:3]}*" in _by_first_word()


def _cut(text: str) -> re.Pattern[str]:
    """What finds the words of a text."""
    return _CUT_LATIN if text.isascii() or not _BEYOND_LATIN.search(text) else _CUT


@lru_cache(maxsize=50_000)
def _fold(word: str) -> str:
    if _ALIKE.search(word) and _LATIN.search(word):
        word = word.translate(_LOOK_ALIKES)
    return strip_accents(word.casefold())


def _words(text: str) -> tuple[str, ...]:
    return tuple(_fold(match[0]) for match in _CUT.finditer(unicodedata.normalize("NFC", text)))


@cache
def _entries() -> Mapping[str, frozenset[tuple[str, ...]]]:
    """The entries of each category in all languages, as their words; "…" is the place of a moment."""
    return {
        category: frozenset(tuple(_with_gap(entry)) for entry in LEXICON.words(category)) for category in CATEGORIES
    }


def _with_gap(entry: str) -> Iterator[str]:
    for number, half in enumerate(entry.split("…")):
        yield from (("…",) if number else ())
        yield from (word + "*" * (half[at : at + 1] == "*") for word, at in _words_and_ends(half))


def _words_and_ends(text: str) -> Iterator[tuple[str, int]]:
    return ((_fold(match[0]), match.end()) for match in _CUT.finditer(unicodedata.normalize("NFC", text)))


@cache
def _by_first_word() -> Mapping[str, Sequence[tuple[str, tuple[str, ...]]]]:
    """The entries by their first word, the longest first; if that may end in any way, by three letters of it."""
    found: dict[str, list[tuple[str, tuple[str, ...]]]] = {}
    for category, entries in _entries().items():
        for words in entries:
            first = "".join(words[:2]) if words[0] == "…" else words[0]
            found.setdefault(first[:3] + "*" if first.endswith("*") else first, []).append((category, words))
    return {first: sorted(entries, key=lambda entry: -len(entry[1])) for first, entries in found.items()}


@cache
def _told_of(categories: Sequence[str]) -> Telling[frozenset[str]]:
    """For a word of a line the entries of some categories that it may tell of, each as all its words.

    An entry is told of by its longest word that is no stopword. One whose words may all end in any way is told of by
    three letters of one, and has no words.
    """
    by_word: dict[str, list[frozenset[str]]] = {}
    beginnings = set[str]()
    for words in {words for category in categories for words in _entries()[category]}:
        whole = frozenset(word for word in words if word != "…" and not word.endswith("*"))
        if whole:
            by_word.setdefault(max(sorted(whole), key=_tells_most), []).append(whole)
        else:
            beginnings.add(max(words)[:3])

    def ask(written: str) -> Sequence[frozenset[str]]:
        word = _fold(written)
        return (*by_word.get(word, ()), *([frozenset[str]()] if word[:3] in beginnings else ()))

    return Telling(ask, 32_768)


def _tells_most(word: str) -> tuple[bool, int]:
    return not is_stopword(word, STOPWORDS), len(word)


def asks_to_wait(text: str) -> bool:
    """Whether words of an embargo or a draft stand anywhere in a text that is no more than a value."""
    line = Line(text)
    return any(line.entry(number, ("sure", "hold", "dated", "draft", "names")) for number in range(len(line.tokens)))


def begins_with_hold(text: str) -> bool:
    """Whether a value begins with the words of an embargo: "embargoed until Friday", "hold for release"."""
    return Line(text).entry(0, ("sure", "hold")) is not None


def is_shouted(text: str) -> bool:
    """Whether all letters of a text, one at least, are capitals."""
    return text.upper() == text != text.lower()


class Line:
    """A passage cut into words."""

    def __init__(self, text: str) -> None:
        self.text = _shown(text)

    @cached_property
    def tokens(self) -> Sequence[_Token]:
        """Its words and where they stand."""
        return [_Token(_fold(match[0]), *match.span()) for match in _cut(self.text).finditer(self.text)]

    def may_have(self, categories: Sequence[str]) -> bool:
        """Whether all words of an entry of these categories stand in the line, wherever; in most there are none."""
        text = self.text.lower() if self.text.isascii() else self.text  # as most words are, and remembered once
        there = _cut(text).findall(text)
        if told := _told_of(categories).of(there):
            words = set(map(_fold, there))
            return any(entry <= words for entry in told)
        return False

    def entry(self, start: int, categories: Sequence[str]) -> Match | None:
        """The longest entry of these categories that begins with a word."""
        if start >= len(self.tokens):
            return None
        first = self.tokens[start].word
        listed = _by_first_word()
        for category, words in (*listed.get(first, ()), *listed.get(f"{first[:3]}*", ())):
            if category in categories and (found := self._follows(category, words, start)):
                return found
        return None

    def entry_behind_moment(self, start: int, categories: Sequence[str]) -> Match | None:
        """The entry behind the moment that begins with a word, where people say the moment first ("… まで公開禁止")."""
        for second in range(start + 1, min(start + _LONGEST_GAP, len(self.tokens))):
            for category, words in _by_first_word().get(f"…{self.tokens[second].word}", ()):
                if category in categories and (end := self._end_of(words[1:], second)) is not None:
                    is_moment = begins_like_a_moment(self.behind(start))
                    return Match(category, words, end, (start, second)) if is_moment else None
        return None

    def _follows(self, category: str, words: tuple[str, ...], start: int) -> Match | None:
        if "…" in words:
            at = words.index("…")
            first = self._end_of(words[:at], start)
            ends = range(first + 1, min(first + _LONGEST_GAP, len(self.tokens))) if first is not None else ()
            for second in ends:
                if first is not None and (end := self._end_of(words[at + 1 :], second)) is not None:
                    return Match(category, words, end, (first, second))
            return None
        found = self._end_of(words, start)
        return Match(category, words, found) if found is not None else None

    def _end_of(self, words: tuple[str, ...], start: int) -> int | None:
        there = self.tokens[start : start + len(words)]
        if len(there) < len(words):
            return None
        is_there = all(
            token.word.startswith(word[:-1]) if word.endswith("*") else token.word == word
            for word, token in zip(words, there, strict=True)
        )
        return start + len(words) if is_there else None

    def skip(self, start: int, categories: Sequence[str]) -> int:
        """The first word behind entries of these categories."""
        while found := self.entry(start, categories):
            start = found.end
        return start

    def framed(self, start: int) -> Iterator[int]:
        """The words that nothing stands before but words of a frame."""
        yield start
        while found := self.entry(start, ("frame",)):
            start = found.end
            yield start

    def ends_at(self, number: int) -> bool:
        """Whether a segment ends before a word: with the line, or with a mark that parts what is said."""
        if number >= len(self.tokens):
            return True
        return bool(number and PARTS.search(self.text[self.tokens[number - 1].end : self.tokens[number].start]))

    def next_segment(self, start: int) -> int:
        """The first word of the next segment; of a line that is text there is one only."""
        if len(self.text) > LONGEST_LINE:
            return len(self.tokens)
        return next((number for number in range(start + 1, len(self.tokens)) if self.ends_at(number)), len(self.tokens))

    def is_label(self, number: int) -> bool:
        """Whether a colon stands before a word."""
        return (
            0 < number < len(self.tokens) and ":" in self.text[self.tokens[number - 1].end : self.tokens[number].start]
        )

    def behind(self, number: int) -> str:
        """The text from a word on."""
        return self.text[self.tokens[number].start :] if number < len(self.tokens) else ""

    def between(self, first: int, second: int) -> str:
        """The text from one word to the one before another."""
        return self.text[self.tokens[first].start : self.tokens[second - 1].end]

    def before(self, number: int) -> str:
        """The text before a word."""
        return self.text[: self.tokens[number].start]

    def is_of_moment(self, number: int) -> bool:
        """Whether a word is a number, or one of those that moments are made of."""
        word = self.tokens[number].word
        return word.isdecimal() or word in _parts_of_moments()


@cache
def _parts_of_moments() -> frozenset[str]:
    known = names(ALL)
    words = (
        word
        for category in ("clock", "noon", "midnight")
        for entry in LEXICON.words(category)
        for word in _words(entry)
    )
    return frozenset({*known.months, *known.weekdays, *words})
