"""Excerpts (snippets): why a release was found.

The words that were searched for, highlighted with ``<mark>``, where they stand closest together.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from html import escape
from itertools import islice

from feedsrv.text.cutting import hold_thousands, join_ordinals
from feedsrv.text.spellings import Spelling
from tests.oracle import analysis
from tests.oracle.work import Work

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
    verdicts: dict[str, _Verdicts] = field(default_factory=dict, compare=False)

    def of(self, language: str) -> _Verdicts:
        """Whether a word of a text in this language is wanted, by the word as it is written."""
        if language not in self.verdicts:
            self.verdicts[language] = _Verdicts(self, language)
        return self.verdicts[language]


class _Verdicts(dict[Spelling, bool]):
    """Found out once for each word."""

    def __init__(self, wanted: Wanted, language: str) -> None:
        super().__init__()
        self._wanted = wanted
        self._language = language

    def __missing__(self, word: Spelling) -> bool:
        verdict = self[word] = any(map(self._is_wanted, word.found_by))
        return verdict

    def _is_wanted(self, form: str) -> bool:
        if form in self._wanted.forms or form.startswith(self._wanted.beginnings):
            return True
        return analysis.stem(form, self._language) in self._wanted.stems


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
    found = analysis.spans(hold_thousands(text), wanted.of(language).__getitem__)
    spans: list[tuple[int, int]] = []
    for start, end in islice(found, MOST_MARKED):
        if spans and start < spans[-1][1]:  # words of Chinese and Japanese overlap
            start = spans.pop()[0]
        spans.append((start, end))
    return spans


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
