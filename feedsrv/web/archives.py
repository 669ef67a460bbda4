"""Archives: the past of a list in documents that stay as they are (RFC 5005, section 4).

A document for each month that has releases, for each day of a month that has too many, and one for what has no date.
The feed that readers subscribe to leads to the newest, each leads to the one before.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from werkzeug.exceptions import NotFound

from feedsrv.locales import Voice
from feedsrv.locales.message import Message
from feedsrv.newsroom import Newsroom
from feedsrv.query import Query, Results, Sort
from feedsrv.query.subscription import FEED_SIZE
from feedsrv.search import Snapshot
from feedsrv.web.listing import Listing

LARGEST_MONTH = 200
"""Releases of a month in one document; one that has more is kept by the day."""
UNDATED = "undated"

NAME = re.compile(r"\d{4}-\d{2}(?:-\d{2})?|undated", re.ASCII)


@dataclass(frozen=True, slots=True)
class Archives:
    """The archive documents of a list by name, the newest first, each with the number of its releases.

    There are none where the list fits into its feed.
    """

    sizes: Mapping[str, int] = field(default_factory=dict)

    @property
    def newest(self) -> str:
        """The one that may still grow; "" where there is none."""
        return next(iter(self.sizes), "")

    def before(self, name: str) -> str:
        """The one that is older; "" where there is none."""
        return self._beside(name, 1)

    def after(self, name: str) -> str:
        """The one that is newer; "" where there is none."""
        return self._beside(name, -1)

    def _beside(self, name: str, step: int) -> str:
        names = tuple(self.sizes)
        place = names.index(name) + step
        return names[place] if 0 <= place < len(names) else ""

    def has_lived(self, name: str) -> bool:
        """Whether there are archives of this month or later, and of this month or earlier."""
        months = [other[: len("2018-03")] for other in self.sizes if other != UNDATED]
        return bool(months) and months[-1] <= name[: len("2018-03")] <= months[0]


NO_ARCHIVES = Archives()


class ArchiveMissing(NotFound):
    """There is no archive of this name; ``is_within``: there is of months before and after, or of days of this one.

    Of those a list has few, so that the answer can be kept; of all others there is no end.
    """

    def __init__(self, name: str, *, is_within: bool) -> None:
        super().__init__(Message("There is no archive %(name)s of this list.", name=name))
        self.is_within = is_within


def has_archives(listing: Listing) -> bool:
    """Whether lists of this kind are archived: searches and joined topics are paged instead."""
    return not listing.is_search and len(listing.topics) <= 1


def archives(snapshot: Snapshot, listing: Listing) -> Archives:
    """The archive documents of a list."""
    days = snapshot.days(_query(listing, snapshot.newsroom)) if has_archives(listing) else {}
    if sum(days.values()) <= FEED_SIZE:
        return NO_ARCHIVES
    months: dict[str, dict[str, int]] = defaultdict(dict)
    for day, count in days.items():
        name = day.isoformat() if day else UNDATED
        months[name[: len("2018-03")]][name] = count
    sizes: dict[str, int] = {}
    for month, counts in months.items():
        total = sum(counts.values())
        sizes |= {month: total} if total <= LARGEST_MONTH else counts
    return Archives(dict(sorted(sizes.items(), key=lambda item: (item[0] != UNDATED, item[0]), reverse=True)))


def find_archive(snapshot: Snapshot, listing: Listing, size: int) -> Results:
    """All that is in the archive document that a listing names, which holds so many releases."""
    whole = replace(_query(listing, snapshot.newsroom), sort=Sort.NEWEST, page=1, per_page=size)
    if listing.archive == UNDATED:
        query = replace(whole, is_undated=True)
    else:
        first, after = _days(listing.archive)
        query = replace(whole, since=snapshot.newsroom.midnight(first), before=snapshot.newsroom.midnight(after))
    return snapshot.search(query)


def covers(name: str, day: date | None) -> bool:
    """Whether what was published on a day belongs into the archive document of this name."""
    if day is None or name == UNDATED:
        return day is None and name == UNDATED
    first, after = _days(name)
    return first <= day < after


def title(name: str, voice: Voice) -> str:
    """The name of an archive document for people: "March 2018", "23 March 2018", "undated"."""
    if name == UNDATED:
        return voice.gettext("undated")
    first, _ = _days(name)
    return voice.day(first) if len(name) > len("2018-03") else voice.month(first)


def _query(listing: Listing, newsroom: Newsroom) -> Query:
    return replace(listing, page=1, limit=None, archive="").query(newsroom, in_feed=True)


def _days(name: str) -> tuple[date, date]:
    """The first day of a month or a day, and the first that is later. Raises ValueError or OverflowError."""
    first = date.fromisoformat(name if len(name) > len("2018-03") else f"{name}-01")
    if len(name) > len("2018-03"):
        return first, date.fromordinal(first.toordinal() + 1)
    return first, date(first.year + first.month // 12, first.month % 12 + 1, 1)
