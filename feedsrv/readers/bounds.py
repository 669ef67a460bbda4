"""Bounds: how much of a text is read, for parsers take the square of some of it, and strangers write bombs."""

from __future__ import annotations

import re
from collections.abc import Iterator

from feedsrv.readers.problems import Problems

MOST_MARKS = 100_000
"""Lines, and characters that mean something in Markdown or HTML: parsers spend 10 to 50 µs on each, a bomb is made of
millions, and the longest release known has 4,000."""
MOST_TAGS = 20_000
"""Of HTML: sanitising tags within each other takes the square of their number, a second for these."""

MOST_SIGNS = 10_000
"""Ampersands and U+0080 to U+00BF («, °, no-break spaces): sanitising takes the square of their number, too."""
MOST_ATTRIBUTES = 1_000
"""Of one tag: both parsers of HTML compare each with each."""

WRITE_IT = "write the release, or delete the file"
"""What is to be done with a file that says nothing."""

_MARKS = '\n!"#$%&*+-:<=>@[\\]^_`{|}~'


def bounded(text: str, problems: Problems, *, is_html: bool) -> str:
    """The text, if there is some and no parser will be at it for ever. Raises FileUnreadable."""
    if not text.strip():
        raise problems.unreadable(0, "it is empty", WRITE_IT)
    if _has_much(text) or max(_attributes(text, is_html=is_html), default=0) > MOST_ATTRIBUTES:
        raise problems.unreadable(0, "it has more lines and markup than a release can have", "shorten it")
    return text


def _has_much(text: str) -> bool:
    """Whether there is more of something in a text than parsers can bear; a short one need not be counted."""
    if len(text) <= min(MOST_TAGS, MOST_MARKS, MOST_SIGNS):
        return False
    has_signs = text.count("&") + text.encode().count(b"\xc2") > MOST_SIGNS
    return has_signs or text.count("<") > MOST_TAGS or sum(map(text.count, _MARKS)) > MOST_MARKS


_QUOTED = re.compile(r"""([\s/"'][^\s/="'<>]+=\s*+)(?:"[^"<]*+"|'[^'<]*+')""")
_OPEN_QUOTE = re.compile(r"""=\s*(?:"[^"]*|'[^']*)\Z""")
_WORD = re.compile(r"[^\s/]+")


_NO_TAG = re.compile(r"[,;!?(){}]|\n\s*\n")


def _attributes(text: str, *, is_html: bool) -> Iterator[int]:
    """How many attributes each tag has at most; a tag goes on after a "<" within quotes.

    Outside HTML a tag ends with its paragraph and has no other signs: ``psql <dump`` is text.
    """
    if max(map(len, text.split("<")[1:]), default=0) <= 2 * MOST_ATTRIBUTES:  # so many words have more characters
        return
    is_open = False
    for piece in _QUOTED.sub(r"\1", text).split("<")[1:]:
        head, is_closed, _ = piece.partition(">")
        if not is_html and not is_open and (not is_closed or _NO_TAG.search(head)):
            is_open = bool(_OPEN_QUOTE.search(piece))
            continue
        if is_open or piece[:1].isalpha():
            yield len(_WORD.findall(piece if is_open else piece.partition(">")[0]))
        is_open = bool(_OPEN_QUOTE.search(piece)) or (is_open and not {'"', "'"}.intersection(piece))
