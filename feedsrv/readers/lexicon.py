"""The lexicon: how the languages say that a release must wait, is a draft, or comes out at some moment.

The words stand in ``lexicon.toml``, a table for each language, so that whoever knows a language can read and mend them.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from feedsrv.text.folding import strip_accents

CATEGORIES = (
    *("sure", "hold", "dated", "immediate", "draft", "alone", "until", "around", "frame", "relative"),
    *("noon", "midnight", "clock", "names"),
)
"""What a table may have. The head of the file says what each means."""


@dataclass(frozen=True, slots=True)
class Lexicon:
    """The entries as they are written, by language and category."""

    languages: Mapping[str, Mapping[str, tuple[str, ...]]]

    def words(self, category: str) -> tuple[str, ...]:
        """The entries of a category in all languages, each once, in small letters, without accents and joiners."""
        found = (entry for table in self.languages.values() for entry in table.get(category, ()))
        return tuple(dict.fromkeys(map(_plain, found)))


def _plain(entry: str) -> str:
    """An entry as lines are compared; "…" stays what it is."""
    return "…".join(map(strip_accents, entry.lower().replace("\u200c", "").split("…")))


def _load() -> Lexicon:
    text = Path(__file__).with_name("lexicon.toml").read_text("utf8")
    # At some depths of its stack CPython takes and gives back memory at every call (gh-142183 in python/cpython), and
    # modules that import each other are deep: it cost each command 0.3 of its 0.85 s. A thread has a stack of its own.
    with ThreadPoolExecutor(1) as apart:
        tables = apart.submit(tomllib.loads, text).result()
    return Lexicon({tag: {name: tuple(entries) for name, entries in table.items()} for tag, table in tables.items()})


LEXICON = _load()
