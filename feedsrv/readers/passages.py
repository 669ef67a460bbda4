"""Passages: every text of a file that may ask for the release to wait, wherever it stands and in whatever format.

Above and below the headline, at the end, in a list or a table, outside the article of a page, in comments, titles,
summaries and subjects. `feedsrv.readers.embargo` reads them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from feedsrv.readers.bare_keys import comments, is_idle_comment, is_idle_field, is_spelled_as_a_key
from feedsrv.readers.document import Block, Document, Place
from feedsrv.readers.embargo import FULL_LINE, NEAR_END, NEAR_TOP, Passage
from feedsrv.readers.entries import FrontMatter
from feedsrv.text.html import words_of

_PIECES = re.compile(
    r"<(?:/?(?:li|p|h[1-6]|tr|td|th|dt|dd|div|blockquote|caption|figcaption|summary|ul|ol)|br|hr)\b[^>]*>|\n"
)
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)  # read apart, wherever it stands
_BREAK = re.compile(r"<br\s*/?>\s*$")
_LONGEST = 2_000  # characters of one line that are looked at: its words come first
_MOST = 2_000  # lines of one text


def of_text(text: str, head: FrontMatter, document: Document) -> tuple[Passage, ...]:
    """The passages of a file, in the order of its lines, those of the document last."""
    return (
        *_of_head(text, head),
        *_near([replace(passage, place=None) for passage in _of_blocks(document.outside, "outside the text")]),
        *_near([passage for passage in _of_blocks(document.blocks, "line") if not is_idle_field(passage.text)]),
    )


def _of_head(text: str, head: FrontMatter) -> Iterator[Passage]:
    for name in ("title", "summary"):
        yield from (Passage(entry.text, entry.line, name) for entry in head.find(name))
    lines, spoken = text.split("\n"), dict(comments(text))
    for number, line in enumerate(lines[: head.length], 1):
        if line.startswith("#") and not is_spelled_as_a_key(line.strip("# ")):
            yield Passage(line.strip("# "), number, "comment")
    for number, line in spoken.items():
        is_last = number + 1 not in spoken or not lines[number - 1].rstrip().endswith(line)
        if not is_idle_comment(line, is_last=is_last):
            yield Passage(words_of(line[:_LONGEST]), number, "comment")


def _near(passages: Sequence[Passage]) -> Iterator[Passage]:
    last = len(passages) - NEAR_END
    for number, passage in enumerate(passages):
        yield passage if number < NEAR_TOP or number >= last else replace(passage, is_near=False)


def _of_blocks(blocks: Sequence[Block], how: str) -> Iterator[Passage]:
    for index, block in enumerate(blocks[:_MOST]):
        if not block.tag:
            shown = _COMMENT.sub("", block.html)
            pieces = (words_of(piece[:_LONGEST]) for piece in _PIECES.split(shown))
            yield from (Passage(piece, block.line, how) for piece in pieces if piece)
            continue
        is_short = max(map(len, block.parts)) <= _LONGEST
        lines = block.texts if is_short else [words_of(html[:_LONGEST]) for html in block.parts]
        spoken = [(part, text) for part, text in enumerate(lines) if text]
        before = ""
        for part, text in spoken:
            is_own = not before or len(before) < FULL_LINE or bool(_BREAK.search(block.parts[part - 1]))
            place = Place(index, part)
            yield Passage(text, block.line + part, how, place, is_own=is_own, is_block=len(spoken) == 1)
            before = text
