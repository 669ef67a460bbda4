"""The formats of feeds: by what ending each is asked for, what it is called, and what renders it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from feedsrv.feeds import Feed
from feedsrv.feeds.atom_rss import ATOM_TYPE, RSS_TYPE, atom, rss
from feedsrv.feeds.json_feed import JSON_TYPE, json_feed


@dataclass(frozen=True, slots=True)
class Format:
    """A format; ``extension`` is without its dot, ``name`` for people, ``render`` gives the document in UTF-8.

    ``is_paged``: it leads to the rest of a list by pages alone, others lead to the archives of the list (RFC 5005).
    ``has_extension``: it carries what `Feed` and `FeedEntry` hold as ``extension``, excerpts of a search among it.
    """

    extension: str
    name: str
    media_type: str
    render: Callable[[Feed], bytes]
    is_paged: bool = False
    has_extension: bool = False

    @property
    def content_type(self) -> str:
        """The media type as HTTP states it."""
        return f"{self.media_type}; charset=utf-8"

    @property
    def is_json(self) -> bool:
        """Whether it is for programs that read JSON (RFC 6839, 3.1), errors too."""
        return self.media_type.endswith("json")


ATOM = Format("atom", "Atom", ATOM_TYPE, atom)
RSS = Format("rss", "RSS", RSS_TYPE, rss)
JSON = Format("json", "JSON Feed", JSON_TYPE, json_feed, is_paged=True, has_extension=True)

FORMATS = {format_.extension: format_ for format_ in (ATOM, RSS, JSON)}
