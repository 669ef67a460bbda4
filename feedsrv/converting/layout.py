"""Layout: what the size and the place of words say of what they are, where no style does."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

LONGEST_HEADLINE = 250
"""Characters; what is longer is text, and what stands below it is no masthead."""
LARGEST_LOGO = 45.0
"""Millimetres from top to bottom of a picture above the headline that belongs to the letterhead."""
_SHORT_SENTENCE = 120
_SENTENCE = re.compile(r"[.!?…][\"'”’»)]*$")
_FEW_WORDS, _FEW_LETTERS = 3, 3
_LARGER = 1.1

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Style:
    """What a style says of letters: their size in points, 0: unknown; and the level of a heading, 0: it is none."""

    size: float = 0
    is_bold: bool = False
    is_italic: bool = False
    is_hidden: bool = False
    level: int = 0


def heading_level(name: str) -> int:
    """The level of the headings of a style of this name, in the languages of office programs, 0 for all other names."""
    match = _HEADING.fullmatch(name.replace("_20_", " ").strip())
    return int(match["level"] or 1) if match else 0


_HEADING = re.compile(
    r"title|titel|titre|t[íi]tulo|titolo|tytuł|(?:press |main )?headline|schlagzeile"
    r"|(?:heading|überschrift|titre|t[íi]tulo|titolo|titel|kop|rubrik|overskrift|nagłówek|otsikko) ?(?P<level>[1-6])",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Sized:
    """A paragraph: its text, the size of most of its letters in points, 0: unknown, and whether all are bold."""

    text: str = ""
    size: float = 0
    is_bold: bool = False

    @property
    def is_text(self) -> bool:
        """Whether it is so long that the text has begun with it, or ends as a sentence does and is no short one."""
        is_sentence = len(self.text) > _SHORT_SENTENCE and _SENTENCE.search(self.text)
        return len(self.text) > LONGEST_HEADLINE or bool(is_sentence)

    @property
    def is_name(self) -> bool:
        """Whether it may be the name of a house: no long word in it begins with a small letter."""
        return not any(word[0].islower() and len(word) > _FEW_LETTERS for word in self.text.split())


def opened(
    blocks: Iterable[T],
    cells: Callable[[T], Sequence[T] | None],
    is_heading: Callable[[T], bool],
    is_text: Callable[[T], bool],
) -> list[T]:
    """The blocks, with those in the cells of a table in its place where it stands above the text: a letterhead.

    ``cells`` are those of a table, None for any other block.
    """
    found: list[T] = []
    is_top = True
    for block in blocks:
        inner = cells(block)
        more = [block] if inner is None or not is_top else opened(inner, cells, is_heading, is_text)
        found += more
        is_top = is_top and not any(is_heading(one) or is_text(one) for one in more)
    return found


def without_bold_letterhead(html: str) -> str:
    """The HTML of a text whose headline is a heading: what is bold above it is the name of the house, and no rival."""
    above, mark, below = html.partition("<h1>")
    if not mark or any(len(_MARKUP.sub("", part)) > LONGEST_HEADLINE for part in above.split("</p>")):
        return html
    return _STRONG.sub("", above) + mark + below


_MARKUP, _STRONG = re.compile(r"<[^<>]*>"), re.compile(r"</?strong>")


def is_headed(levels: Iterable[int]) -> bool:
    """Whether one of these is the level of a heading that may be a headline."""
    return any(0 < level < _SMALL for level in levels)


_SMALL = 3


def larger(paragraphs: Sequence[Sized], called: str = "") -> int | None:
    """Which of the paragraphs is the headline by its size: the largest above the text, else the longest that is bold.

    One that the document is ``called`` by in its properties goes before; what these say and the text does not is the
    template's, as often as not. None where all are alike. The name of the house in a letterhead may be larger; it has
    fewer words than a headline, or none that begins with a small letter, and more than a subtitle stands between them.
    """
    counted = Counter[float]()
    for paragraph in paragraphs:
        counted[paragraph.size] += len(paragraph.text)
    body = max(counted, key=lambda size: (counted[size], size), default=0)
    top = next((index for index, one in enumerate(paragraphs) if one.is_text), len(paragraphs))
    above = [index for index in range(top) if paragraphs[index].text]
    named = [index for index in above if called and paragraphs[index].text.casefold() == called.casefold()]
    if named and len(called.split()) >= _FEW_WORDS and not paragraphs[named[0]].is_name:
        return named[0]
    found = [index for index in above if paragraphs[index].size > body * _LARGER]
    spoken = [index for index in found if len(paragraphs[index].text.split()) >= _FEW_WORDS]
    chosen = max(spoken or found, key=lambda index: paragraphs[index].size, default=None)
    if chosen is None:
        return _bold([index for index in above if paragraphs[index].is_bold], paragraphs)
    if paragraphs[chosen].is_name:
        below = set(above[above.index(chosen) + 2 :])
        return next((index for index in spoken if index in below and not paragraphs[index].is_name), chosen)
    return chosen


def _bold(found: Sequence[int], paragraphs: Sequence[Sized]) -> int | None:
    """The longest of those that are bold and speak of something; one without numbers rather than one with some."""
    spoken = [index for index in found if len(paragraphs[index].text.split()) >= _FEW_WORDS]
    unnumbered = [index for index in spoken if not any(map(str.isdecimal, paragraphs[index].text))]
    return max(unnumbered or spoken, key=lambda index: len(paragraphs[index].text), default=None)
