"""Excerpts (snippets): why a release was found.

The words that were searched for, highlighted with ``<mark>``, where they stand closest together.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from html import escape
from itertools import islice

from feedsrv.search.work import Work
from feedsrv.text import analysis
from feedsrv.text.analysis import join_ordinals

LENGTH = 240
"""Characters of an excerpt, marks not counted."""
MOST_MARKED = 1_000
"""Words of a text that are looked at for the best excerpt: those of a release that says nothing else took seconds."""

_BLANK = re.compile(r"\s")
_USUAL = 40  # characters; what is longer is not remembered
_AROUND = "\"'“”‘’«»()[],.;:!?…*–—-"  # no letters, and within a word only between letters


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
    """Where the words wanted are in what stands between two blanks: no word goes over one.

    Found out once for each distinct chunk, and for most of them by the first two letters of what is in it.
    """

    def __init__(self, wanted: Wanted, language: str) -> None:
        super().__init__()
        self._is_possible = _Possible(wanted, language)
        self._verdicts = _Verdicts(wanted, language)

    def __missing__(self, chunk: str) -> Sequence[tuple[int, int]]:
        word = chunk.strip(_AROUND)
        if word.isalpha() and word.isascii():  # its form is the word in small letters
            is_possible = self._is_possible[word[:2]]
        else:
            begun = _begun if len(word) <= _USUAL else _begun.__wrapped__
            is_possible = any(map(self._is_possible.__getitem__, begun(word)))
        found = self[chunk] = self._spans(chunk) if is_possible else _NOWHERE
        return found

    def _spans(self, chunk: str) -> Sequence[tuple[int, int]]:
        return tuple(islice(analysis.spans(chunk, self._verdicts.__getitem__), MOST_MARKED))


_NOWHERE: Sequence[tuple[int, int]] = ()


@lru_cache(maxsize=2**15)
def _begun(chunk: str) -> Sequence[str]:
    """What the forms of its words begin with, two letters of each."""
    words = (chunk[start:end] for start, end in analysis.spans(chunk, bool))
    return tuple({form[:2] for word in words for token in analysis.tokens(word) for form in token.forms})


class _Possible(dict[str, bool]):
    """Whether a word may be wanted of which the form begins with these letters, two of them, perhaps in capitals."""

    def __init__(self, wanted: Wanted, language: str) -> None:
        super().__init__()
        self._keeps_beginnings = analysis.keeps_beginnings(language)
        self._stems = {analysis.beginning(stem) for stem in wanted.stems}
        self._forms = {form[:2] for form in (*wanted.forms, *wanted.beginnings)}

    def __missing__(self, letters: str) -> bool:
        form = letters.lower() if letters.isascii() else letters
        is_possible = self[letters] = (
            not self._keeps_beginnings
            or analysis.beginning(form) in self._stems
            or not self._forms.isdisjoint((form, form[:1]))
        )
        return is_possible


class _Verdicts(dict[str, bool]):
    """Whether a word is wanted, as it is written."""

    def __init__(self, wanted: Wanted, language: str) -> None:
        super().__init__()
        self._wanted = wanted
        self._language = language
        self._beginnings_of_stems = {analysis.beginning(stem) for stem in wanted.stems}

    def __missing__(self, word: str) -> bool:
        forms = (form for token in analysis.tokens(word) for form in token.forms)
        verdict = self[word] = any(map(self._is_wanted, forms))
        return verdict

    def _is_wanted(self, form: str) -> bool:
        if form in self._wanted.forms or form.startswith(self._wanted.beginnings):
            return True
        return analysis.has_stem_of(form, self._language, self._wanted.stems, self._beginnings_of_stems)


def excerpt(texts: Sequence[str], language: str, wanted: Wanted, work: Work) -> str:
    """HTML of the best part of the first text that has words wanted, with ``<mark>`` around them.

    The beginning of the first if none has any, or if there is no work left to look.
    """
    parts = (work.part(text) for text in texts)
    found = ((text, _spans(text, language, wanted)) for text in map(join_ordinals, parts))
    beginning = join_ordinals(texts[0][: LENGTH * 2])
    text, spans = next(((text, spans) for text, spans in found if spans), (beginning, []))
    start, end = _window(text, spans)
    body = _marked(text, start, end, spans)
    return f"{'… ' if start else ''}{body}{' …' if end < len(text.rstrip()) else ''}"


def marked(text: str, language: str, wanted: Wanted) -> str:
    """HTML of a whole text with ``<mark>`` around the words wanted."""
    return _marked(text, 0, len(text), _spans(text, language, wanted))


def _marked(text: str, start: int, end: int, spans: Sequence[tuple[int, int]]) -> str:
    pieces = []
    position = start
    for left, right in spans:
        if start <= left and right <= end:
            pieces += [escape(text[position:left]), f"<mark>{escape(text[left:right])}</mark>"]
            position = right
    pieces.append(escape(text[position:end]))
    return " ".join("".join(pieces).split())


def _spans(text: str, language: str, wanted: Wanted) -> list[tuple[int, int]]:
    spans: list[tuple[int, int]] = []
    for start, end in islice(_wanted_words(text, wanted.of(language)), MOST_MARKED):
        if spans and start < spans[-1][1]:  # words of Chinese and Japanese overlap
            start = spans.pop()[0]
        spans.append((start, end))
    return spans


def _wanted_words(text: str, found: _Found) -> Iterator[tuple[int, int]]:
    position = 0
    for chunk in filter(found.__getitem__, text.split()):
        position = text.index(chunk, position)
        while not _is_whole(text, position, position + len(chunk)):  # it stands within another one first
            blank = _BLANK.search(text, position)
            position = text.index(chunk, blank.end() if blank else position + 1)
        yield from ((position + start, position + end) for start, end in found[chunk])
        position += len(chunk)


def _is_whole(text: str, start: int, end: int) -> bool:
    """Whether there are blanks on both sides, or the ends of the text."""
    return (not start or text[start - 1].isspace()) and (end == len(text) or text[end].isspace())


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
