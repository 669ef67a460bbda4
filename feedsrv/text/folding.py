"""Folding: a word as written becomes a form: in small letters, without accents, ligatures, apostrophes and elisions."""

from __future__ import annotations

import re
import unicodedata

APOSTROPHES = "'’ʼ＇"
WITHIN = f"{APOSTROPHES}·\u200c\u200d"
"""What stands within words, also of "col·lecció", and of Persian ones, and not in their forms."""

_ELISION = re.compile(r"^(?:[cdjlmnst]|qu|jusqu|lorsqu|puisqu|quoiqu|dell|nell|sull|dall|all|un)'(?=\w{2})")
_POSSESSIVE = re.compile(r"'s$")
_LIGATURES = str.maketrans({"æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i"})
_PLAIN = dict.fromkeys(map(ord, f"_{WITHIN}")) | dict.fromkeys(map(ord, APOSTROPHES), "'")
_NO_ACCENTS = {0, 8, 9}  # the combining classes of letters, of the voicing of kana, of signs that take a vowel away


def fold(word: str) -> str:
    """The form of one unhyphenated word; empty for what has no letter or digit."""
    lowered = unicodedata.normalize("NFKC", word).casefold().translate(_PLAIN)
    return strip_accents(_POSSESSIVE.sub("", _ELISION.sub("", lowered)).replace("'", ""))


def strip_accents(text: str) -> str:
    """The text without accents and ligatures, in small letters: "Zürich" is "Zurich", "œuvre" is "oeuvre"."""
    if text.isascii():
        return text
    decomposed = unicodedata.normalize("NFKD", text).translate(_LIGATURES)
    return unicodedata.normalize("NFC", "".join(c for c in decomposed if unicodedata.combining(c) in _NO_ACCENTS))
