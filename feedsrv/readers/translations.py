"""Translations: the keys by which a release and its siblings in other languages know each other.

A key says wrongly that two releases belong together sooner than a reader can see: what is weak (a name, a number
without letters) counts only between files that lie in the same folder but for the languages.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from feedsrv import ids
from feedsrv.newsroom import Newsroom
from feedsrv.readers import fields
from feedsrv.readers.parts import Manuscript
from feedsrv.text.html import one_line, shorten
from feedsrv.text.references import reference_key

LONGEST_KEY = 200

_NUMBER_AND_YEAR = re.compile(r"\d\D+\d|\d{5}")  # "7" alone comes again each year
_LEADING_ZEROS = re.compile(r"\b0+(?=\d)")


def keys(manuscript: Manuscript, language: str, reference: str) -> tuple[str, ...]:
    """The keys that its translations have too, each once: the one it states alone, else its names and its number."""
    for entry in manuscript.head.find("translations"):
        if stated := one_line(entry.text):
            return (f"stated {shorten(stated, LONGEST_KEY)}",)
    folder, *names = _names(manuscript, language)
    found = [f"name {folder}/{name}" for name in names]
    return tuple(dict.fromkeys([*found, *_number(reference, language, folder, manuscript.newsroom)]))


def _names(manuscript: Manuscript, language: str) -> Iterator[str]:
    """Its folder and its names there, all without what tells its language; the file of a bundle is its folder."""
    newsroom = manuscript.newsroom
    stem, _, tag = manuscript.path.stem.rpartition(".")
    if not stem or ids.language_in_name(tag, newsroom) != language:
        stem = manuscript.path.stem
    parts = [part for part in manuscript.path.parts[:-1] if ids.language_in_name(part, newsroom) != language]
    if stem.lower() != "index":
        parts.append(stem)
    path = PurePosixPath(*parts)
    yield str(path.parent).casefold()
    yield from filter(None, (path.name.casefold(), ids.slug(fields.slug(manuscript).value)))


def _number(reference: str, language: str, folder: str, newsroom: Newsroom) -> Iterator[str]:
    """PR039-2018 and CP039-2018 have the same number, as their letters tell nothing but the language."""
    if not _NUMBER_AND_YEAR.search(reference):
        return
    key = _LEADING_ZEROS.sub("", reference_key(reference))
    letters, _, number = key.partition("-")
    if newsroom.reference_languages.get(letters.upper()) == language:
        yield f"number {number}"
    else:
        yield f"reference {key}" if re.search(r"[^\W\d_]", key) else f"reference {folder}/{key}"
