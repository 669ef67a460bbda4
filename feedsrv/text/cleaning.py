"""Cleaning: a text in the one form that everything after it may rely on: NFC, and nothing that XML 1.0 forbids."""

from __future__ import annotations

import re
import unicodedata

_INVISIBLE = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u200b\u2060\ud800-\udfff\ufeff\ufffe\uffff]")

_ODD_BREAKS = re.compile("[\v\f\x85\u2028\u2029]")  # a space in their place leaves the editor's line numbers true

_MARKS = r"[^\w\x00-\u02ff\u2000-\u20cf\u2100-\u3029\u3030-\u3098\ue000-\uf8ff\ufe30-\uffff\U0001f000-\U0001faff]"

# More accents than UAX #15 allows a letter: NFC takes their square. The first stands apart for the search's sake.
_PILE = re.compile(rf"({_MARKS}{_MARKS}{{29}}){_MARKS}+")


_UNSEEN = re.compile("[\u061c\u200c-\u200f\u202a-\u202e\u2066-\u2069]")


def without_unseen(text: str) -> str:
    """The text without the signs that join letters or turn their direction, which some scripts need to be shown."""
    return text if text.isascii() else _UNSEEN.sub("", text)


def clean(text: str) -> str:
    """The text in NFC, without characters that XML 1.0 forbids, other controls, and zero-width ones."""
    if not text.replace("\n", "").isprintable():  # no character that goes is printable, nor any odd break
        text = _INVISIBLE.sub("", _ODD_BREAKS.sub(" ", text))
    return text if text.isascii() else unicodedata.normalize("NFC", _PILE.sub(r"\1", text))
