"""Parameters: the address of a request read as a listing; what cannot be used is told in a sentence."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import TypeVar
from urllib.parse import parse_qsl

from flask import request
from werkzeug.exceptions import BadRequest, NotFound

from feedsrv.locales.message import Message
from feedsrv.newsroom import TOPIC_ID, Newsroom
from feedsrv.query import Sort
from feedsrv.query.parser import parse
from feedsrv.query.subscription import FEED_SIZE
from feedsrv.text.dates import Period
from feedsrv.web import archives
from feedsrv.web.listing import PAGE_SIZE, Listing, ListingKind

MOST_PER_PAGE = 200
LARGEST_PAGE = 10**9

OF_EVERY_LIST = frozenset({"lang", "page", "limit"})
OF_FEEDS = OF_EVERY_LIST | {"archive"}
OF_SEARCHES = OF_EVERY_LIST | {"q", "topic", "year", "from", "to", "sort", "correct"}
OF_PAGES_OF_SEARCHES = OF_SEARCHES | {"list"}

T = TypeVar("T", str, int)
U = TypeVar("U")

_CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\ufffe\uffff]+")


def listing_of(kind: ListingKind, newsroom: Newsroom, path: Mapping[str, str], *, in_feed: bool) -> Listing:
    """The list that this request asks for; ``path`` is what its path says, by the names in the value of the kind.

    The page of a retired topic is that of the one in its place; its feed stays its own. Raises NotFound for a
    path that names what cannot be a topic or a year, BadRequest for parameters that cannot be used.
    """
    reader = _ParameterReader(newsroom, spelling(kind, in_feed=in_feed), in_feed=in_feed)
    if kind is ListingKind.SEARCH:
        return reader.paged(reader.search())
    topics = path["topics"].lower().split("+") if "topics" in path else []
    names = [_topic_of_path(name, newsroom) for name in topics]
    if not in_feed:
        names = [_successor(name, newsroom) for name in names]
    return reader.paged(Listing(kind, topics=_ordered(names), years=_years_of_path(path.get("year", ""))))


def spelling(kind: ListingKind, *, in_feed: bool) -> list[tuple[str, str]]:
    """The parameters that such a list knows, as this request spells them. Raises BadRequest for what is no text."""
    of_searches = OF_SEARCHES if in_feed else OF_PAGES_OF_SEARCHES
    known = of_searches if kind is ListingKind.SEARCH else OF_FEEDS if in_feed else OF_EVERY_LIST
    try:
        pairs = parse_qsl(request.query_string.decode(), keep_blank_values=True, errors="strict")
    except ValueError as error:
        raise BadRequest(Message("What stands behind the question mark of the address is not UTF-8.")) from error
    return [(name, value) for name, value in pairs if name in known]


def language_asked() -> str:
    """The only language that this request asks for, whatever it asks for; "" where none or several are, or no tag."""
    try:
        asked = set(request.args.getlist("lang")) - {""}
        return _language(asked.pop()) if len(asked) == 1 else ""
    except ValueError:
        return ""


def _topic_of_path(name: str, newsroom: Newsroom) -> str:
    if not TOPIC_ID.fullmatch(name):
        raise NotFound(Message("There is no topic “%(name)s” here.", name=name))
    return newsroom.topic_meant(name)


def _successor(topic_id: str, newsroom: Newsroom) -> str:
    return (topic_id, *newsroom.successors(topic_id))[-1]


def _years_of_path(year: str) -> tuple[int, ...]:
    if year and not re.fullmatch(r"\d{4}", year, re.ASCII):
        raise NotFound(Message("There is no year “%(year)s” here.", year=year))
    return (int(year),) if year else ()


class _ParameterReader:
    """Reads one parameter after another; an empty one counts as absent, of several the first counts."""

    def __init__(self, newsroom: Newsroom, pairs: list[tuple[str, str]], *, in_feed: bool) -> None:
        self._newsroom = newsroom
        self._pairs = pairs
        self._in_feed = in_feed

    def search(self) -> Listing:
        """The search that the parameters describe."""
        listing = Listing(
            ListingKind.SEARCH,
            question=parse(self._first("q", str, Message("a question")) or ""),
            topics=_ordered(self._all("topic", self._topic, Message("the id of a topic, such as life-sciences"))),
            years=_ordered(self._all("year", _year, Message("a year, such as 2018"))),
            since=self._first("from", self._period, Message("a date, such as 2018, 2018-03 or 2018-03-23")),
            until=self._first("to", self._period, Message("a date, such as 2018, 2018-03 or 2018-03-23")),
        )
        if listing.since and listing.until and listing.since.first > listing.until.last:
            raise BadRequest(Message("“from” is later than “to”."))
        sort = self._first("sort", Sort, Message("relevance, newest or oldest"))
        is_usual = sort is listing.usual_sort(in_feed=self._in_feed) or (sort is Sort.RELEVANCE and not listing.text)
        corrects = self._first("correct", _flag, Message("1 or 0"))
        is_corrected_as_usual = not listing.text or corrects is not self._in_feed
        return replace(
            listing,
            sort=None if is_usual else sort,
            corrects=None if is_corrected_as_usual else corrects,
            as_list=bool(self._first("list", _flag, Message("1 or 0"))) and listing.question.number is not None,
        )

    def paged(self, listing: Listing) -> Listing:
        """The listing with the parameters that every list takes."""
        languages = _ordered(self._all("lang", _language, Message("the tag of a language, such as en")))
        if archive := self._first("archive", self._archive, Message("a month or a day, such as 2018-03 or 2018-03-23")):
            return replace(listing, languages=languages, archive=archive)
        usual = FEED_SIZE if self._in_feed else PAGE_SIZE
        limit = self._first("limit", _limit, Message("a whole number from 1 to %(most)s", most=MOST_PER_PAGE))
        return replace(
            listing,
            languages=languages,
            page=self._first("page", _page, Message("a whole number from 1 on")) or 1,
            limit=None if limit == usual else limit,
        )

    def _first(self, name: str, read: Callable[[str], U], wanted: str) -> U | None:
        return next(iter(self._all(name, read, wanted)), None)

    def _all(self, name: str, read: Callable[[str], U], wanted: str) -> list[U]:
        cleaned = (" ".join(_CONTROLS.sub(" ", value).split()) for given, value in self._pairs if given == name)
        return [self._one(name, value, read, wanted) for value in cleaned if value]

    @staticmethod
    def _one(name: str, value: str, read: Callable[[str], U], wanted: str) -> U:
        try:
            return read(value)
        except (ValueError, OverflowError) as error:
            raise BadRequest(
                Message("“%(name)s” is “%(value)s”; give %(wanted)s.", name=name, value=value[:100], wanted=wanted)
            ) from error

    def _topic(self, value: str) -> str:
        return self._newsroom.topic_meant(_matching(TOPIC_ID.pattern, value.lower()))

    def _archive(self, value: str) -> str:
        name = _matching(archives.NAME.pattern, value.lower())
        if name != archives.UNDATED:
            self._period(name)
        return name

    def _period(self, value: str) -> Period:
        period = Period.parse(value)
        self._newsroom.midnight(period.first)  # raises OverflowError at the edges of the calendar
        self._newsroom.midnight_after(period.last)
        return period


def _matching(pattern: str, value: str) -> str:
    if not re.fullmatch(pattern, value, re.ASCII):
        raise ValueError(value)
    return value


def _year(value: str) -> int:
    return int(_matching(r"\d{4}", value))


def _page(value: str) -> int:
    digits = _matching(r"0*[1-9]\d*", value).lstrip("0")
    return int(digits) if len(digits) < 10 else LARGEST_PAGE


def _limit(value: str) -> int:
    limit = int(_matching(r"\d{1,9}", value))
    if not 1 <= limit <= MOST_PER_PAGE:
        raise ValueError(value)
    return limit


def _flag(value: str) -> bool:
    return _matching("[01]", value) == "1"


def _language(value: str) -> str:
    primary, hyphen, rest = _matching(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*", value).partition("-")
    return primary.lower() + hyphen + rest


def _ordered(values: Iterable[T]) -> tuple[T, ...]:
    return tuple(sorted(set(values)))
