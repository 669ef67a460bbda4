"""Excerpts (snippets): why a release was found.

The words that were searched for, highlighted with ``<mark>``, where they stand closest together.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence, Set
from dataclasses import dataclass, field
from functools import lru_cache
from html import escape
from itertools import islice, pairwise

from feedsrv.search.work import Work
from feedsrv.text import analysis, stems
from feedsrv.text.cutting import hold_thousands, join_ordinals

LENGTH = 240
"""Characters of an excerpt, marks not counted."""
MOST_MARKED = 1_000
"""Words of a text that are looked at for the best excerpt: those of a release that says nothing else took seconds."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """The terms to mark: stems of unquoted words, forms of quoted ones, and beginnings of forms."""

    stems: frozenset[str]
    forms: frozenset[str]
    beginnings: tuple[str, ...] = ()
    _found: dict[str, _Found] = field(default_factory=dict, compare=False)

    def of(self, language: str) -> _Found:
        """What is wanted in a text in this language, by what stands between its blanks."""
        if language not in self._found:
            self._found[language] = _Found(self, language)
        return self._found[language]


class _Found(dict[str, Sequence[tuple[int, int]]]):
    """Where the words wanted are in what stands between two blanks: no word goes over one. Found out once for each.

    ``possible`` matches where any can be, up to the next blank; ``has_numbers``: some may be written with blanks.
    """

    def __init__(self, wanted: Wanted, language: str) -> None:
        super().__init__()
        self._wanted = wanted
        self._language = language
        begun = (*wanted.stems, *wanted.forms, *wanted.beginnings)
        self.has_numbers = any(term[:1].isdigit() for term in begun)
        self._begun = frozenset(filter(None, map(stems.beginning, begun)))
        is_told_by_beginnings = stems.keeps_beginnings(language) and all(map(str.isascii, self._begun))
        self.possible = _words_begun(self._begun) if is_told_by_beginnings else _ANYTHING

    def __missing__(self, chunk: str) -> Sequence[tuple[int, int]]:
        found = self[chunk] = tuple(islice(analysis.spans(chunk, self._is_wanted), MOST_MARKED))
        return found

    def _is_wanted(self, forms: Sequence[str]) -> bool:
        return self._is_wanted_form(forms[0]) if len(forms) == 1 else any(map(self._is_wanted_form, forms))

    def _is_wanted_form(self, form: str) -> bool:
        return (
            form in self._wanted.forms
            or form.startswith(self._wanted.beginnings)
            or stems.has_stem_of(form, self._language, self._wanted.stems, self._begun)
        )


# Within a word, as "Climate Action" may be written in one. Not all small letters: this is compiled for each question.
_NOT_WITHIN = "(?<![A-Za-z][a-zß-öø-ÿ])(?<![0-9][0-9])(?<![A-Z][A-Z])"  # quicker than as one with alternatives
_ANYTHING = re.compile(r"\S+")
_SPECIAL = re.compile("[&<>\"']")  # what `escape` changes
_NO_LETTERS = "'-_.,"  # of ASCII, what may come before a letter of a form and is no part of it


@lru_cache(maxsize=512)
def _words_begun(beginnings: frozenset[str]) -> re.Pattern[str]:
    """Matches, up to the next blank, where a word may begin of which the form begins so: by its first two letters.

    It looks at single characters, so that most of a text is passed over at once. Those beyond ASCII may be any letter,
    two of them or none, and match too often rather than too seldom.
    """
    seconds: dict[str, set[str]] = {}
    for beginning in beginnings:
        seconds.setdefault(beginning[:1], set()).add(beginning[1:])
    begun = (f"(?<=[{_written(first)}]){_second(letters)}" for first, letters in seconds.items())
    at_first = _class(map(_written, seconds))
    return re.compile(rf"{at_first}{_NOT_WITHIN}(?:{'|'.join(begun)}|(?<=[^\x00-\x7f]))\S*")


def _second(letters: Set[str]) -> str:
    return "" if "" in letters else _class((*map(_written, letters), _NO_LETTERS))


def _written(letter: str) -> str:
    """How a letter of a beginning may be written in ASCII."""
    return letter + letter.upper() + ("yY" if letter == "i" else "")


def _class(characters: Iterable[str]) -> str:
    """A class of these characters of ASCII, and of all others."""
    points = (-1, *sorted({*map(ord, "".join(characters))}), 0x80)
    ends = ((chr(left + 1), chr(right - 1)) for left, right in pairwise(points) if right - left > 1)
    others = (f"{re.escape(first)}-{re.escape(last)}" for first, last in ends)  # compiled sooner than in hexadecimal
    return f"[^{''.join(others)}]"


def excerpt(texts: Sequence[str], language: str, wanted: Wanted, work: Work) -> str:
    """HTML of the best part of the first text that has words wanted, with ``<mark>`` around them.

    The beginning of the first if none has any, or if there is no work left to look.
    """
    parts = (work.part(text) for text in texts)
    found = ((text, _spans(text, language, wanted)) for text in map(join_ordinals, parts))
    text, spans = next((each for each in found if each[1]), None) or (join_ordinals(texts[0][: LENGTH * 2]), [])
    start, end = _window(text, spans)
    body = _marked(text, start, end, spans)
    return f"{'… ' if start else ''}{body}{' …' if end < len(text.rstrip()) else ''}"


def marked(text: str, language: str, wanted: Wanted) -> str:
    """HTML of a whole text with ``<mark>`` around the words wanted."""
    return _marked(text, 0, len(text), _spans(text, language, wanted))


def _marked(text: str, start: int, end: int, spans: Sequence[tuple[int, int]]) -> str:
    written: Callable[[str], str] = escape if _SPECIAL.search(text, start, end) else str
    pieces = []
    position = start
    for left, right in spans:
        if start <= left and right <= end:
            pieces += [written(text[position:left]), f"<mark>{written(text[left:right])}</mark>"]
            position = right
    pieces.append(written(text[position:end]))
    return " ".join("".join(pieces).split())


def _spans(text: str, language: str, wanted: Wanted) -> list[tuple[int, int]]:
    spans: list[tuple[int, int]] = []
    for start, end in islice(_wanted_words(text, wanted.of(language)), MOST_MARKED):
        if spans and start < spans[-1][1]:  # words of Chinese and Japanese overlap
            start = spans.pop()[0]
        spans.append((start, end))
    return spans


def _wanted_words(text: str, found: _Found, passed: int = 0, *, is_held: bool = False) -> Iterator[tuple[int, int]]:
    """Where the words wanted are behind what was passed; ``is_held``: thousands are held together in this text."""
    if found.has_numbers and not is_held:
        text, is_held = hold_thousands(text), True
    for match in found.possible.finditer(text, passed):
        start, end = match.span()
        if start > passed and not text[start - 1].isspace():  # it begins within what stands between the blanks
            start -= len(text[passed:start].rsplit(None, 1)[-1])
        if not is_held and any(map(str.isdigit, text[start:end])):  # as of "2 988km"
            yield from _wanted_words(hold_thousands(text), found, passed, is_held=True)
            return
        for first, last in found[text[start:end]]:
            yield start + first, start + last
        passed = end


def _window(text: str, spans: Sequence[tuple[int, int]]) -> tuple[int, int]:
    """Where the excerpt begins and ends: about the most words in reach, at the edges of words."""
    if not spans:
        return 0, _edge_after(text, LENGTH)
    ends = [end for _, end in spans]
    reach = [bisect_right(ends, start + LENGTH * 3 // 4) - index for index, (start, _) in enumerate(spans)]
    first = spans[reach.index(max(reach))][0]
    start = _edge_before(text, max(0, first - LENGTH // 4))
    return start, _edge_after(text, start + LENGTH)


def _edge_before(text: str, position: int) -> int:
    if position == 0:
        return 0
    space = text.find(" ", position)
    return space + 1 if 0 <= space < position + 40 else position


def _edge_after(text: str, position: int) -> int:
    if position >= len(text):
        return len(text)
    space = text.rfind(" ", 0, position)
    return space if space > position - 40 else position
