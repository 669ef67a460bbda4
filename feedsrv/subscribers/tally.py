"""The tally: of all that fetchers have said, the newest numbers, by feed and fetcher."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby

from feedsrv.subscribers.access_logs import Request, request_of
from feedsrv.subscribers.agents import agent_of

PERIOD = timedelta(days=7)
"""What counts is what was said in this time before the end of the logs: whoever fetches for others asks daily."""

MOST_CLAIMS = 50_000
"""Fetchers of feeds that are remembered; more of them nobody has who is not making them up."""

LONGEST_AGENT = 1_000

_AHEAD = timedelta(days=1)  # a clock may be wrong, a log is not of next year
_ANSWERED = frozenset({200, 301, 304, 308})
_BROWSER = "Mozilla"


@dataclass(frozen=True, slots=True)
class Fetcher:
    """One who fetches a feed for others: how many, and when it last said so."""

    name: str
    subscribers: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed, by its address: its subscribers as far as they are told of, and the programs that tell nothing."""

    address: str
    subscribers: int
    fetchers: tuple[Fetcher, ...]
    others: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """The feeds, those with most subscribers first; the lines that were read, and from when to when they are."""

    feeds: tuple[Feed, ...]
    first: datetime | None
    last: datetime | None
    lines: int
    not_understood: int
    is_cut: bool


@dataclass(slots=True)
class _Claim:
    """The newest of what a fetcher has said of a feed, or of one of several that it keeps of it by an id."""

    name: str
    at: datetime
    subscribers: int | None
    polls: int = 0


_Key = tuple[str, str, str]  # feed, fetcher, id


class Tally:
    """Reads lines in any order. ``feed_of`` knows which feed an address is, None if it is none of ours."""

    def __init__(self, feed_of: Callable[[str], str | None], now: datetime) -> None:
        self._feed_of = feed_of
        self._latest = now + _AHEAD
        self._claims: dict[_Key, _Claim] = {}
        self._first: datetime | None = None
        self._last: datetime | None = None
        self._lines = self._not_understood = 0
        self._is_cut = False

    def add(self, line: bytes) -> None:
        """Take account of one line of a log."""
        if line in {b"\n", b"\r\n"}:
            return
        self._lines += 1
        request = request_of(line)
        if request is None or request.at > self._latest:
            self._not_understood += 1
            return
        self._first = min(self._first or request.at, request.at)
        self._last = max(self._last or request.at, request.at)
        is_poll = request.method in {"GET", "HEAD"} and request.status in _ANSWERED
        if is_poll and (feed := self._feed_of(request.target)):
            self._take(feed, request)

    def _take(self, feed: str, request: Request) -> None:
        agent = agent_of(request.agent[:LONGEST_AGENT])
        key = feed, agent.key, agent.feed_id
        claim = self._claims.get(key)
        if claim is None:
            if len(self._claims) >= MOST_CLAIMS:
                self._is_cut = True
                return
            claim = self._claims[key] = _Claim(agent.name, request.at, agent.subscribers)
        claim.polls += 1
        told, before = (request.at, agent.subscribers), (claim.at, claim.subscribers)
        if _weight(*told) >= _weight(*before):
            claim.name, (claim.at, claim.subscribers) = agent.name, told

    def report(self) -> Report:
        """What has come together."""
        feeds = sorted(self._feeds(), key=lambda feed: (-feed.subscribers, feed.address))
        return Report(tuple(feeds), self._first, self._last, self._lines, self._not_understood, self._is_cut)

    def _feeds(self) -> Iterator[Feed]:
        since = self._last - PERIOD if self._last else None
        current = sorted((key, claim) for key, claim in self._claims.items() if since and claim.at >= since)
        for address, of_feed in groupby(current, lambda item: item[0][0]):
            fetchers, others = [], []
            for _, same in groupby(of_feed, lambda item: item[0][1]):
                claims = [claim for _, claim in same]
                counted = [claim for claim in claims if claim.subscribers is not None]
                newest = max(counted or claims, key=lambda claim: claim.at)
                if counted:
                    number = sum(claim.subscribers or 0 for claim in counted)
                    fetchers.append(Fetcher(newest.name, number, newest.at))
                elif newest.name != _BROWSER and sum(claim.polls for claim in claims) > 1:
                    others.append(newest.name)
            fetchers.sort(key=lambda fetcher: (-fetcher.subscribers, fetcher.name))
            total = sum(fetcher.subscribers for fetcher in fetchers)
            yield Feed(address, total, tuple(fetchers), tuple(others))


def _weight(at: datetime, subscribers: int | None) -> tuple[bool, datetime, int]:
    """By what one claim counts before another: logs tell seconds, in which lines may stand in any order."""
    return subscribers is not None, at, subscribers or 0
