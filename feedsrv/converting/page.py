"""A page of a PDF: the lines of its text with their places, sizes and cells."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from html import escape
from typing import Any

WIDTH = 0.5
"""Of a letter, in its size: fonts tell, and pypdf does not pass it on."""
_GAP = 1.5
"""Between cells, in sizes of letters."""
_RAISED = 0.75
_LEADING = 1.2


@dataclass(frozen=True, slots=True)
class Piece:
    """Some letters of one size, in points, and where they begin, in points from the left and from below."""

    text: str
    x: float
    y: float
    size: float
    is_bold: bool = False

    @property
    def end(self) -> float:
        """Where it ends, about."""
        return self.x + len(self.text) * self.size * WIDTH


@dataclass(frozen=True)
class Line:
    """The pieces of one line, from left to right as the page has them, and the blanks between them."""

    pieces: tuple[Piece, ...]

    @cached_property
    def size(self) -> float:
        """The size of most of its letters, in half points."""
        counted = Counter[float]()
        for piece in self.pieces:
            counted[round(piece.size * 2) / 2] += len(piece.text.strip())
        return max(counted, key=lambda size: counted[size])

    @cached_property
    def text(self) -> str:
        """Its words, each blank once."""
        return " ".join("".join(piece.text for piece in self.pieces).split())

    @property
    def x(self) -> float:
        """Where it begins, in points from the left."""
        return self.pieces[0].x

    @cached_property
    def y(self) -> float:
        """Where most of it stands, in points from below."""
        return max(self.pieces, key=lambda piece: len(piece.text)).y

    @property
    def is_bold(self) -> bool:
        """Whether all of it is bold."""
        return all(piece.is_bold or not piece.text.strip() for piece in self.pieces)

    @cached_property
    def cells(self) -> tuple[tuple[float, str], ...]:
        """Where what stands apart in it begins, and its words."""
        found: list[tuple[float, str]] = []
        end = 0.0
        for piece in self.pieces:
            if not piece.text.strip():
                continue
            if found and piece.x - end < _GAP * self.size:
                found[-1] = (found[-1][0], f"{found[-1][1]}{'' if piece.x - end < self.size / 5 else ' '}{piece.text}")
            else:
                found.append((piece.x, piece.text))
            end = piece.end
        return tuple((x, " ".join(text.split())) for x, text in found)

    @cached_property
    def raised(self) -> frozenset[str]:
        """The signs of notes in it."""
        return frozenset(piece.text.strip() for piece in self.pieces if self._is_raised(piece))

    @property
    def html(self) -> str:
        """Its words as HTML, with the signs of notes raised."""
        return "".join(
            f"<sup>{escape(piece.text.strip())}</sup>" if self._is_raised(piece) else escape(piece.text)
            for piece in self.pieces
        )

    def _is_raised(self, piece: Piece) -> bool:
        return piece.size < self.size * _RAISED and piece.y > self.y and piece.text.strip().isalnum()


def lines(page: Any) -> list[Line]:
    """The lines of a page of pypdf, in the order in which the page has them."""
    pieces: list[Piece | None] = []  # None ends a line

    def take(text: str, outer: list[float], inner: list[float], font: Any, size: float) -> None:
        x = inner[4] * outer[0] + inner[5] * outer[2] + outer[4]
        y = inner[4] * outer[1] + inner[5] * outer[3] + outer[5]
        scale = abs(inner[3] * outer[3]) or abs(inner[1] * outer[1]) or 1.0
        is_bold = "bold" in str((font or {}).get("/BaseFont", "")).lower()
        for number, part in enumerate(text.split("\n")):
            if number:
                pieces.append(None)
                y -= size * scale * _LEADING
            if part:
                pieces.append(Piece(part, x, y, size * scale, is_bold))

    page.extract_text(visitor_text=take)
    return list(_lines([*pieces, None]))


def _lines(pieces: Iterable[Piece | None]) -> Iterator[Line]:
    found: list[Piece] = []
    for piece in pieces:
        if piece is not None and (found or piece.text.strip()):
            found.append(piece)
        elif piece is None and found:
            yield Line(tuple(found))
            found = []
