"""A legible feed: one that every format can carry, whatever its texts hold."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from typing import Any, TypeVar, cast

from feedsrv.feeds import Feed, FeedEntry

_ENDS = {**dict.fromkeys("\u202a\u202b\u202d\u202e", "\u202c"), **dict.fromkeys("\u2066\u2067\u2068", "\u2069")}
"""What ends each change of direction (UAX #9)."""
_DIRECTIONS = re.compile("[\u202a-\u202e\u2066-\u2069]")

T = TypeVar("T")

# What is left out of "Char" in XML 1.0 (5th edition, 2.2): most control characters, surrogates, U+FFFE and U+FFFF.
_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def legible(feed: Feed) -> Feed:
    """The feed without characters that XML 1.0 forbids, and with a stand-in for every text that a format demands.

    A title is never blank (the address stands in), nor are the description and the names of authors and topics. No
    title and no summary turns the direction of what follows it.
    """
    feed = replace(cleaned(replace(feed, entries=())), entries=feed.entries)
    title = feed.title.strip() or feed.home
    author = feed.author.strip() or title
    return replace(
        feed,
        title=title,
        description=feed.description.strip() or title,
        author=author,
        entries=tuple(legible_entry(entry, author) for entry in feed.entries),
    )


def legible_entry(entry: FeedEntry, author: str) -> FeedEntry:
    """An entry likewise; who has no author is by this one."""
    entry = cleaned(entry)
    return replace(
        entry,
        title=balanced(entry.title.strip()) or entry.url,
        author=entry.author.strip() or author,
        summary=balanced(entry.summary.strip()),
        translations=tuple(replace(link, title=balanced(link.title)) for link in entry.translations),
        categories=tuple(replace(topic, label=topic.label.strip() or topic.term) for topic in entry.categories),
    )


def balanced(text: str) -> str:
    """The text with the end of each change of direction that it leaves open: what follows it must not be turned."""
    is_open: list[str] = []
    for mark in _DIRECTIONS.findall(text):
        if mark in _ENDS:
            is_open.append(_ENDS[mark])
        elif mark in is_open and (mark == "\u2069" or is_open[-1] == mark):
            while is_open.pop() != mark:
                pass
    return text + "".join(reversed(is_open))


def cleaned(value: T) -> T:
    """The same value, all the way down, without the characters that XML 1.0 forbids; sequences become tuples."""
    return cast("T", _cleaned(value))


def _cleaned(value: Any) -> Any:
    if isinstance(value, str):
        return _FORBIDDEN.sub("", value)
    if isinstance(value, Mapping):
        return {_cleaned(key): _cleaned(item) for key, item in value.items()}
    if isinstance(value, (tuple, list)):
        return tuple(_cleaned(item) for item in value)
    if is_dataclass(value) and not isinstance(value, type):
        return replace(value, **{field.name: _cleaned(getattr(value, field.name)) for field in fields(value)})
    return value
