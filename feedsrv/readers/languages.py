"""The language of a release: stated, told by where its file is or what its reference begins with, or by its words.

Ids end in it, so it must never be told otherwise by a new version.
"""

from __future__ import annotations

import re
from collections import Counter
from pathlib import PurePosixPath

from feedsrv.ids import is_language_in_name
from feedsrv.newsroom import Newsroom
from feedsrv.reading import Origin

_TAG = re.compile(r"([a-z]{2,3})(?:[-_][a-z0-9]{2,8})*(?:\.[a-z0-9-]+)?", re.IGNORECASE)  # also fr_FR.UTF-8
_PREFIX = re.compile(r"[A-Za-z]+")
_STOP_WORDS = {
    "de": "der die das und ist von mit den dem ein eine nicht für auf im zu des auch sich wird wurde werden bei",
    "en": "the of and to is for that with was by from are this which has have be will been at",
    "es": "el los las y del que por una con para se su al como más es fue sus ha este entre",
    "fr": "le les et des du une est dans pour que qui sur par au aux avec cette ce sont ces été",
    "it": "il di che e della per una con del dei nel sono alla delle gli più è anche dal ha questo",
    "nl": "de het een van en voor op met zijn niet aan dat wordt door ook bij naar uit deze worden",
    "pt": "o os as e do da dos das que em um uma para com não por mais no na foi ao são",
}
_VOTERS = 400
"""Words that vote."""
_FEWEST_VOTES = 3

_VOTES: dict[str, list[str]] = {}
for _language, _words in _STOP_WORDS.items():
    for _word in _words.split():
        _VOTES.setdefault(_word, []).append(_language)


def stated(tag: str, newsroom: Newsroom) -> str:
    """The language that a tag or locale states, as the newsroom writes it; "" for what is neither."""
    match = _TAG.fullmatch(tag.strip())
    if not match:
        return ""
    full, primary = tag.strip().partition(".")[0].replace("_", "-"), match[1].lower()
    for language in newsroom.languages:
        if language.lower() == full.lower():
            return language
    return next((language for language in newsroom.languages if language.partition("-")[0] == primary), primary)


def told(source: str, reference: str, text: str, newsroom: Newsroom) -> tuple[str, Origin]:
    """The language where none is stated: by file name, folder, reference, words, else the newsroom's first."""
    path = PurePosixPath(source)
    ending = path.stem.rpartition(".")[2] if "." in path.stem.lstrip(".") else ""
    if ending and is_language_in_name(ending, newsroom):
        return ending, Origin(0, "file name")
    for folder in reversed(path.parts[:-1]):
        if is_language_in_name(folder, newsroom):
            return folder, Origin(0, f"folder {folder}/")
    prefix = _PREFIX.match(reference)
    by_reference = newsroom.reference_languages.get(prefix[0].upper()) if prefix else None
    if by_reference and by_reference in (newsroom.languages or (by_reference,)):
        return by_reference, Origin(0, f"reference {reference}")
    if voted := _vote(text, newsroom):
        return voted, Origin(0, "its words")
    return newsroom.language, Origin(0, "the newsroom's first language")


def _vote(text: str, newsroom: Newsroom) -> str:
    """The language whose small words are at least twice as many as those of any other."""
    electable = {language.partition("-")[0]: language for language in newsroom.languages or _STOP_WORDS}
    votes = Counter(
        language
        for word in re.findall(r"[^\W\d_]+", text[:20_000].lower())[:_VOTERS]
        for language in _VOTES.get(word, ())
        if language in electable
    )
    (first, most), (_, second) = (*votes.most_common(2), ("", 0), ("", 0))[:2]
    return electable[first] if most >= max(_FEWEST_VOTES, 2 * second) else ""
