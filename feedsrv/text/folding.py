"""Folding: a word as written becomes a form: in small letters, without accents, ligatures, apostrophes and elisions.

Digits of every script are those of ASCII.
"""

from __future__ import annotations

import re
import unicodedata

APOSTROPHES = "'’ʼ＇"
QUOTES = '"“”'
"""What stands for a gershayim in Hebrew abbreviations, where it is between letters of one word."""
WITHIN = f"{APOSTROPHES}·׳״\u200c\u200d"
"""What stands within words, also of "col·lecció", and of Hebrew and Persian ones, and not in their forms."""

_ELISION = re.compile(r"^(?:[cdjlmnst]|qu|jusqu|lorsqu|puisqu|quoiqu|dell|nell|sull|dall|all|un)'(?=\w{2})")
_POSSESSIVE = re.compile(r"'s$")
_LIGATURES = str.maketrans({"æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i"})
_PLAIN = dict.fromkeys(map(ord, f"_{WITHIN}{QUOTES}\ufe0e\ufe0f")) | dict.fromkeys(map(ord, APOSTROPHES), "'")
_DIGIT = re.compile(r"(?![0-9])\d")
_NAME = re.compile(rf"[^\W\d_]+[{APOSTROPHES}](?=[^\W\d_]{{2}})")
_NO_ACCENTS = {0, 8, 9}  # the combining classes of letters, of the voicing of kana, of signs that take a vowel away


def fold(word: str) -> str:
    """The form of one unhyphenated word; empty for what has no letter or digit."""
    if word.isascii() and word.isalpha():  # as most are
        return word.lower()
    lowered = unicodedata.normalize("NFKC", word).casefold().translate(_PLAIN)
    if not lowered.isascii():
        lowered = _DIGIT.sub(_decimal, lowered)
    return strip_accents(_POSSESSIVE.sub("", _ELISION.sub("", lowered)).replace("'", ""))


def unelided(word: str) -> str:
    """A name with what is taken for an elision: "D'Angelo" is "dangelo"; empty for what has none before a capital."""
    match = _NAME.match(word)
    if not match or not word[match.end()].isupper():
        return ""
    whole = fold(word[: match.end() - 1] + word[match.end() :])
    return "" if whole == fold(word) else whole


def _decimal(digit: re.Match[str]) -> str:
    return str(unicodedata.decimal(digit[0]))


def strip_accents(text: str) -> str:
    """The text without accents and ligatures, in small letters: "Zürich" is "Zurich", "œuvre" is "oeuvre"."""
    if text.isascii():
        return text
    decomposed = unicodedata.normalize("NFKD", text).translate(_LIGATURES)
    return unicodedata.normalize("NFC", "".join(c for c in decomposed if unicodedata.combining(c) in _NO_ACCENTS))
