"""Plain text: sanitised HTML as a text that reads well wherever it is put, a paragraph a line.

Lists keep their signs, quotations have ``>`` in front, the cells of a row ``|`` between them, and links their addresses
behind them. Lines are not wrapped: what shows a text does so, and who pastes it need not join them.
"""

from __future__ import annotations

import re
from html.parser import HTMLParser

from feedsrv.text.html import BACK_LINK, INLINE

_BLANKS = re.compile(r"[ \t\n\r\f]+")  # a no-break space is none that may be folded
_LISTS = {"ul", "ol"}
_CLOSE = {"li", "thead", "tbody", "tfoot", "tr", "dt", "dd", "figcaption"}
"""What begins on a line of its own, without an empty one above."""
_CELLS = {"td", "th"}
_NEXT_LINE, _APART = 1, 2  # line ends in front


def plain_text(safe: str, here: str) -> str:
    """Sanitised HTML with absolute addresses as plain text, an empty line between its paragraphs.

    Links to parts of the page itself, which is ``here``, are their words alone.
    """
    writer = _Writer(f"{here}#")
    writer.feed(BACK_LINK.sub("", safe))
    writer.close()
    writer.end_line(_APART)
    return "".join(writer.lines).strip("\n")


class _Writer(HTMLParser):
    """Writes down line after line; ``lines`` are those that are complete, with the line ends in front of them."""

    def __init__(self, within: str) -> None:
        super().__init__()
        self._within = within
        self.lines: list[str] = []
        self._words: list[str] = []
        self._gap = 0  # line ends that the next line has in front
        self._sign = ""  # of the item that begins with the next line
        self._items: list[int | None] = []  # the number of the next item of each open list; None: no numbers
        self._links: list[tuple[str, int]] = []  # where each open link leads, and where its words begin
        self._quotes = 0
        self._is_as_written = False

    def end_line(self, gap: int) -> None:
        """End the line, if anything is on it; the next is so far from it, or as far as was said before."""
        text = "".join(self._words).rstrip(" ")
        if text := text if self._is_as_written else text.lstrip(" "):
            indent = "  " * (len(self._items) - bool(self._sign))
            self.lines.append("\n" * self._gap + "> " * self._quotes + indent + self._sign + text)
            self._gap, self._sign = 0, ""
        self._words.clear()
        if not self._sign:  # what stands in an item begins beside its sign
            self._gap = max(self._gap, gap)

    def handle_data(self, data: str) -> None:
        """A text, or a part of one."""
        if not self._is_as_written:
            is_behind_blank = not self._words or self._words[-1].endswith(" ")
            folded = _BLANKS.sub(" ", data)
            self._words.append(folded.lstrip(" ") if is_behind_blank else folded)
            return
        first, *others = data.split("\n")
        self._words.append(first)
        for line in others:
            self.end_line(_NEXT_LINE)
            self._words.append(line)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """The beginning of an element."""
        if tag == "a":
            self._links.append((dict(attrs).get("href") or "", len(self._words)))
        elif tag == "q":
            self._words.append("“")
        elif tag in _CELLS and self._words:
            self._words.append(" | ")
        elif tag not in INLINE | _CELLS:
            self._begin(tag, dict(attrs).get("start") or "1")

    def _begin(self, tag: str, start: str) -> None:
        self.end_line(_NEXT_LINE if tag in _CLOSE or (tag in _LISTS and self._items) or tag == "br" else _APART)
        if tag in _LISTS:
            self._items.append(int(start) if tag == "ol" and start.isdecimal() else None)
        elif tag == "li":
            self._sign = self._next_sign()
        elif tag == "blockquote":
            self._quotes += 1
        elif tag == "pre":
            self._is_as_written = True

    def _next_sign(self) -> str:
        number = self._items[-1] if self._items else None
        if number is None:
            return "- "
        self._items[-1] = number + 1
        return f"{number}. "

    def handle_endtag(self, tag: str) -> None:
        """The end of an element."""
        if tag == "a" and self._links:
            address, start = self._links.pop()
            shown = address.removeprefix("mailto:").removeprefix("tel:")
            if not address.startswith(self._within) and shown not in "".join(self._words[start:]):
                self._words.append(f" ({shown})")
        elif tag == "q":
            self._words.append("”")
        elif tag not in INLINE | _CELLS:
            self._end(tag)

    def _end(self, tag: str) -> None:
        self.end_line(_NEXT_LINE if tag in _CLOSE or len(self._items) > 1 else _APART)
        if tag in _LISTS and self._items:
            self._items.pop()
        elif tag == "li":
            self._sign = ""
        elif tag == "blockquote":
            self._quotes -= bool(self._quotes)
        elif tag == "pre":
            self._is_as_written = False
