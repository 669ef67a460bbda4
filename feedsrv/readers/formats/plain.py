"""Plain text -> a document."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape

from feedsrv.readers.document import Block, Document
from feedsrv.text.html import decoded

_LONGEST_WRAPPED = 120
"""Characters; a line longer than this was not wrapped by hand: it is a paragraph."""
_LONGEST_BROKEN = 60
"""Characters; after a line shorter than this the break was meant, as in an address."""
_MOST_GAPS = 200
_GAP = re.compile(r"[ \t\u00a0]{8,}")


def read(text: str, first_line: int) -> Document:
    """The paragraphs of a text: there are no headings in it."""
    blocks: list[Block] = []
    open_since, lines = 0, list[str]()

    def close() -> None:
        if lines:
            blocks.append(Block(open_since, _parts(lines), "p"))
            lines.clear()

    for number, stripped in _lines(text, first_line):
        if not stripped or len(stripped) > _LONGEST_WRAPPED:
            close()
        if stripped:
            open_since = open_since if lines else number
            lines.append(stripped)
        if len(stripped) > _LONGEST_WRAPPED:
            close()
    close()
    return Document(tuple(blocks))


def _lines(text: str, first_line: int) -> Iterator[tuple[int, str]]:
    """The lines with their numbers; a very long one with wide gaps in it has lost its line breaks there."""
    for number, line in enumerate(text.split("\n"), first_line):
        stripped = line.strip()
        if len(stripped) <= _LONGEST_WRAPPED:
            yield number, stripped
            continue
        for piece in _GAP.split(stripped, maxsplit=_MOST_GAPS):
            yield from ((number, piece), (number, ""))


def _parts(lines: list[str]) -> tuple[str, ...]:
    *others, last = lines
    return (*(_escaped(line) + ("<br>" if len(line) < _LONGEST_BROKEN else "\n") for line in others), _escaped(last))


def _escaped(line: str) -> str:
    return escape(decoded(line), quote=False)
