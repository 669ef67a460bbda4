"""Agents: who fetches a feed, and for how many, as far as a User-Agent says.

There is no standard for that, but a habit: “12 subscribers” somewhere in it, and often an id of the feed, where a
fetcher keeps one feed more than once.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

_NUMBER = r"(\d{1,3}(?:,\d{3}){1,2}|\d{1,9})"
_COUNTS = (
    re.compile(
        rf"(?<![\w.,/-]){_NUMBER}[ _+]*(?:subscriber|reader|follower)(?:s|\(s\))?(?!\w)", re.ASCII | re.IGNORECASE
    ),
    re.compile(rf"(?<!\w)subscribers?(?:[ _+]count)?[ _+:=]+{_NUMBER}(?![\w.,])", re.ASCII | re.IGNORECASE),
)
_FEED_ID = re.compile(r"feed-?id[=: ]{1,2}([\w-]{1,64})|newsblur\.com/site/(\d{1,20})/", re.ASCII | re.IGNORECASE)
_LIKE_A_BROWSER = re.compile(r"Mozilla/\d[\d.]* \((?:compatible|\+)[;,] *")
_NAME = re.compile(
    r"[A-Za-z0-9][\w.&' -]{0,39}?(?=/|:|,|\)|[ _]*[;(+]|[ _]+(?:-|\d|v\d|feed-?id)|$)", re.ASCII | re.IGNORECASE
)
_UNNAMED = "unnamed"


@dataclass(frozen=True, slots=True)
class Agent:
    """A fetcher; ``subscribers`` is None where it does not say for how many it fetches."""

    name: str
    feed_id: str
    subscribers: int | None

    @property
    def key(self) -> str:
        """By what it is the same under another spelling of its name: inoreader.com is Inoreader."""
        return self.name.lower().removesuffix(".com")


@lru_cache(maxsize=4096)
def agent_of(text: str) -> Agent:
    """What a User-Agent says; its name has nothing but printable ASCII in it."""
    name = _NAME.match(_LIKE_A_BROWSER.sub("", text, count=1))
    count = next((match for pattern in _COUNTS if (match := pattern.search(text))), None)
    feed_id = _FEED_ID.search(text)
    return Agent(
        name[0].strip() if name else _UNNAMED,
        (feed_id[1] or feed_id[2]) if feed_id else "",
        int(count[1].replace(",", "")) if count else None,
    )
