"""Languages: how each calls itself, and how its text runs."""

from __future__ import annotations

from functools import lru_cache
from unicodedata import bidirectional

from babel import Locale, UnknownLocaleError

LANGUAGE_NAMES = {
    "ar": "العربية", "ca": "Català", "cs": "Čeština", "da": "Dansk", "de": "Deutsch", "el": "Ελληνικά",
    "en": "English", "eo": "Esperanto", "es": "Español", "et": "Eesti", "eu": "Euskara", "fa": "فارسی", "fi": "Suomi",
    "fr": "Français", "ga": "Gaeilge", "he": "עברית", "hi": "हिन्दी", "hu": "Magyar", "hy": "Հայերեն",
    "id": "Bahasa Indonesia", "it": "Italiano", "ja": "日本語", "ko": "한국어", "lt": "Lietuvių", "nb": "Norsk bokmål",
    "ne": "नेपाली", "nl": "Nederlands", "nn": "Norsk nynorsk", "no": "Norsk", "pl": "Polski", "pt": "Português",
    "ro": "Română", "ru": "Русский", "sr": "Српски", "st": "Sesotho", "sv": "Svenska", "ta": "தமிழ்", "tr": "Türkçe",
    "uk": "Українська", "yi": "ייִדיש", "zh": "中文",
}  # fmt: skip


def primary(tag: str) -> str:
    """The language of a tag without its region and script: "fr" of "fr-CA"."""
    return tag.partition("-")[0].lower()


def language_name(tag: str) -> str:
    """What a language calls itself; its tag where that is not known."""
    language = primary(tag)
    return LANGUAGE_NAMES.get(language) or _own_name(language) or tag


@lru_cache(maxsize=1_000)
def _own_name(language: str) -> str:
    """What CLDR says that a language calls itself, with a capital as it stands by itself; "" where it does not know."""
    try:
        name = Locale(language).get_language_name()
    except (UnknownLocaleError, ValueError):
        return ""
    return f"{name[:1].title()}{name[1:]}" if name else ""


RIGHT_TO_LEFT = frozenset({"ar", "ckb", "dv", "fa", "he", "ps", "sd", "ug", "ur", "yi"})


def direction(language: str) -> str:
    """How a text in this language runs, as HTML's ``dir`` says it; its first letter decides where that is not known."""
    return "rtl" if primary(language) in RIGHT_TO_LEFT else "auto"


def runs_back(text: str, language: str) -> bool:
    """Whether a text runs from the right though its first letter does not: its language does, and other letters.

    So does "CNES" with a colon and Arabic words behind it, and not a name in Latin letters alone.
    """
    if primary(language) not in RIGHT_TO_LEFT:
        return False
    letters = [sort for sort in map(bidirectional, text) if sort in {"L", "R", "AL"}]
    return letters[:1] == ["L"] and letters.count("L") < len(letters)
