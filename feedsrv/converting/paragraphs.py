"""Paragraphs: the lines of a PDF put together, by their distances, their lengths and their sizes."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise

from feedsrv.converting.page import WIDTH, Line

Block = Sequence[Line]

BULLET = re.compile(r"(?:[•▪●◦‣■►\ue000-\uf8ff]|–(?!.*–$))\s+")
_SENTENCE = re.compile(r"[.!?…:][\"'”’»)\]\d]*$")
_NUMBER = re.compile(r"(\d{1,3})[\s.)]")
_ALONE = re.compile(
    r"\S+@\S+|[–—-]\s?\w.{0,20}[–—-]|\W+|\+?[\d(][\d ()/.-]{6,}|(?:tel|phone|mobile|e-?mail|fax)\b.*", re.IGNORECASE
)
"""A line that goes on with nothing: an address, a number, an end mark."""
_FULL = 0.86
"""Of the longest line near: a line that is shorter, with the next word, has ended where its author meant."""
_APART = 1.25
"""Of the usual distance between lines: what is more parts paragraphs."""
_FARTHEST = 4.0
"""From line to line, in sizes of letters; what is more, or upwards, is the next column or page."""
_NEAR = 6
_INDENT = 30.0
_FEW = 3
_NARROWEST = 45
"""Letters of a line in a column."""


def most(text: Sequence[Line]) -> float:
    """The size of most letters."""
    counted = Counter[float]()
    for line in text:
        counted[line.size] += len(line.text)
    return max(counted, key=lambda size: counted[size], default=0.0)


class Paragraphs:
    """The blocks of a text: paragraphs, headings, items of lists, and tables."""

    def __init__(self, text: Sequence[Line]) -> None:
        steps = (round(_step(above, line), 1) for above, line in pairwise(text) if above.size == line.size)
        counted = Counter(step for step in steps if 0 < step < _FARTHEST)
        self._usual = max(counted, key=lambda step: counted[step], default=_FARTHEST)
        self._room = {id(line): _room(text, index) for index, line in enumerate(text)}
        self.blocks = list(self._parted(text))

    def listed(self, block: Block) -> str:
        """The lines of a block as HTML, each as it stands."""
        return "<br>".join(" ".join(line.html.split()) for line in block)

    def joined(self, block: Block) -> str:
        """The lines of a block as HTML on one: where a line ended before it was full, it breaks."""
        html = block[0].html
        for above, line in pairwise(block):
            if html.rstrip().endswith("-") and above.text[-2:-1].isalpha() and line.text[:1].islower():
                html = html.rstrip()[:-1] + line.html
            else:
                html += (" " if self._is_full(above, line) or _goes_on(above, line) else "<br>") + line.html
        return " ".join(html.split())

    def _parted(self, text: Sequence[Line]) -> Iterator[Block]:
        block: list[Line] = []
        for line in text:
            if block and self._begins(block, line):
                yield block
                block = []
            block.append(line)
        if block:
            yield block

    def _begins(self, block: Block, line: Line) -> bool:
        """Whether a line begins something new, below what stands above it."""
        above = block[-1]
        if _is_next_row(block, line):
            return False
        if above.size != line.size or above.is_bold != line.is_bold or is_table(block):
            return True
        if BULLET.match(line.text) or _number(line) == _number(block[0]) + 1:
            return True
        if BULLET.match(block[0].text) and line.x < block[0].x - line.size / 2:
            return True
        is_full, has_ended = self._is_full(above, line), bool(_SENTENCE.search(above.text))
        step = _step(above, line)
        if not 0 < step < _FARTHEST:
            return has_ended or not is_full
        return step > self._usual * _APART or (has_ended and not is_full)

    def _is_full(self, line: Line, following: Line) -> bool:
        """Whether a line had no room for the word that the next one begins with."""
        if _ALONE.fullmatch(line.text) or _ALONE.fullmatch(following.text):
            return False
        letters = len(line.text) + 1 + len(following.text.partition(" ")[0])
        return letters * line.size > self._room[id(line)] * _FULL


def _goes_on(above: Line, line: Line) -> bool:
    """Whether a line goes on with a sentence, beside a picture perhaps that leaves it less room."""
    return above.text[-1:].islower() and line.text[:1].islower() and not _ALONE.fullmatch(line.text)


def _room(text: Sequence[Line], index: int) -> float:
    """How long a line can be, in letters times their size: as long as the longest of those near it that begin alike."""
    line = text[index]
    near = text[max(index - _NEAR, 0) : index + _NEAR + 1]
    alike = [one for one in near if one.size == line.size and abs(one.x - line.x) < _INDENT]
    return max(line.size * _NARROWEST, *(len(one.text) * one.size for one in (alike if len(alike) >= _FEW else near)))


def _step(above: Line, line: Line) -> float:
    """The distance down to a line, in sizes of its letters."""
    return (above.y - line.y) / line.size if line.size else 0.0


def _number(line: Line) -> int:
    match = _NUMBER.match(line.text)
    return int(match[1]) if match else -1


def _is_next_row(block: Block, line: Line) -> bool:
    """Whether a line is the next row of the table that a block is or begins: its cells are in the columns above."""
    return (len(block) == 1 or is_table(block[:2])) and is_table((block[0], line))


def is_table(block: Block) -> bool:
    """Whether the lines are rows of a table: each has several cells, in the columns of the first."""
    return len(block) > 1 and all(len(line.cells) > 1 and row(line, block[0]) for line in block)


def row(line: Line, first: Line) -> list[str]:
    """The cells of a line by the columns of the first, "" where it has none; nothing where they are in no columns."""
    places = [_column(cell, first) for cell in line.cells]
    if -1 in places or places != sorted(set(places)):
        return []
    texts = dict(zip(places, (text for _, text in line.cells), strict=True))
    return [texts.get(column, "") for column in range(len(first.cells))]


def _column(cell: tuple[float, str], first: Line) -> int:
    """The column in which a cell begins, or ends, as numbers do; -1 for none."""
    near = first.size
    width = near * WIDTH
    return next(
        (
            number
            for number, (x, text) in enumerate(first.cells)
            if abs(x - cell[0]) < near or abs(x + len(text) * width - cell[0] - len(cell[1]) * width) < near
        ),
        -1,
    )
