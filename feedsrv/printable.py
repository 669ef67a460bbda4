"""The printable: a text of others, such as the name of a file, as it may be shown on a terminal or in a log.

What could move the cursor, colour what follows, begin a line, turn the order of letters round, or be no text at all is
shown as Python would write it: ``\\x1b``, ``\\n``, ``\\u202e``, ``\\udc80``.
"""

from __future__ import annotations

from unicodedata import category

_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
_LONGEST_SHOWN = 60
_JOINERS = "\u200c\u200d"  # they join the letters of Persian and the parts of emoji, and can do nothing else


def printable(text: str) -> str:
    """The text on one line, without anything that is not seen; a printable one is as it was."""
    if text.isprintable():
        return text
    return "".join(ascii(character)[1:-1] if _is_hidden(character) else character for character in text)


def shown(value: object) -> str:
    """A value as a message shows it: as Python would write it, short, and on one line."""
    try:
        text = repr(value)
    except ValueError:  # Python writes no number of more than 4,300 digits
        return "a number of thousands of digits"
    return text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}…"


def printable_json(document: str) -> str:
    """A JSON document with the same in it, in which nothing is hidden but its own line ends."""
    return "".join(
        _as_units(character) if character != "\n" and _is_hidden(character) else character for character in document
    )


def _is_hidden(character: str) -> bool:
    return not character.isprintable() and category(character) in _HIDDEN and character not in _JOINERS


def _as_units(character: str) -> str:
    """A character as JSON escapes it: by its units of UTF-16."""
    units = character.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[at] << 8 | units[at + 1]:04x}" for at in range(0, len(units), 2))
