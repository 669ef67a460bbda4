"""Taxonomies: the topics that a file states, under whichever keys, in whichever form its generator has them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from html import unescape

from feedsrv.problem import Problem
from feedsrv.readers.entries import Entry, Value
from feedsrv.readers.keys import fold
from feedsrv.readers.parts import NOWHERE, Found, Manuscript, origin
from feedsrv.readers.permalinks import is_of_jekyll
from feedsrv.text.cleaning import clean
from feedsrv.text.html import one_line, shorten
from feedsrv.topic_names import topic_id

LONGEST_NAME = 100
"""Characters of the name of a topic."""

_SEPARATORS = re.compile("[,;|，、；｜]")
_LABELS = ("label", "name", "title", "slug")
_UNNAMED = "{…}"
_WITH_BLANKS = {"categories", "tags"}
"""The keys under which blanks part names to Jekyll, where nothing else does."""


def topics(manuscript: Manuscript) -> Found[tuple[str, ...]]:
    """The names of the topics it states under all keys, each topic once, "-" in front of those it refuses."""
    stated: dict[str, str] = {}
    problems: list[Problem] = []
    entries = list(manuscript.head.find("topics"))
    for entry in entries:
        for text in names(entry, manuscript.source):
            name = _name(text)
            if topic := topic_id(name):
                stated.setdefault("-" * name.startswith("-") + topic, name)
            else:
                what = f"{text!r} is no topic"
                problems.append(manuscript.problem(entry.line, what, "write a name with a letter or a digit"))
    return Found(tuple(stated.values()), origin(entries[0]) if stated else NOWHERE, problems=tuple(problems))


def _name(text: str) -> str:
    """A name on one line as it is shown, without the sign of a hashtag."""
    return shorten(one_line(clean(unescape(text))).lstrip("#＃"), LONGEST_NAME)


def names(entry: Entry, source: str) -> Iterator[str]:
    """What stands for a topic: the items of a list, or of a text that lists them.

    In a text blanks part names where the file lies as Jekyll's do, and nowhere else.
    """
    if not isinstance(entry.value, str):
        yield from _of_list(entry.value)
        return
    has_blanks = fold(entry.key) in _WITH_BLANKS and entry.where == "front matter" and is_of_jekyll(source)
    parted = _SEPARATORS.split(entry.text)
    yield from filter(None, map(str.strip, entry.text.split() if has_blanks and len(parted) == 1 else parted))


def _of_list(value: Value) -> Iterator[str]:
    """The texts in lists within each other; a table stands for its label."""
    if isinstance(value, str):
        yield from filter(None, [value.strip()])
    elif isinstance(value, Mapping):
        folded = {fold(key): inner for key, inner in value.items()}
        yield from _of_list(next((folded[key] for key in _LABELS if folded.get(key)), _UNNAMED))
    else:
        for item in value:
            yield from _of_list(item)
