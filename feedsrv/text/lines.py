"""Content lines: how iCalendar (RFC 5545, 3.1) and vCard (RFC 2426, 2.6) write what they say, a line each."""

from __future__ import annotations

from collections.abc import Iterable

_LONGEST = 75  # octets, without the line end


def content_lines(lines: Iterable[str]) -> bytes:
    """The lines in UTF-8, each with its end; long ones are folded between characters."""
    return b"".join(b"%s\r\n" % _folded(line) for line in lines)


def as_value(text: str) -> str:
    """A text as a value (RFC 5545, 3.3.11; RFC 2426, 4)."""
    return text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n")


def _folded(line: str) -> bytes:
    pieces, length = [], 0
    for character in line:
        size = len(character.encode())
        if length + size > _LONGEST:
            pieces.append("\r\n ")
            length = 1
        pieces.append(character)
        length += size
    return "".join(pieces).encode()
