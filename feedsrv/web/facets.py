"""Facets: by what a list can be narrowed (topics, years, languages), each value a link that switches it on or off."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from feedsrv.locales import Voice
from feedsrv.locales.message import Message
from feedsrv.newsroom import Newsroom
from feedsrv.query import Facet, Results
from feedsrv.text.languages import language_name
from feedsrv.web.listing import Listing, ListingKind

FEWEST_BARS, MOST_BARS = 3, 60
"""Years of a chart."""
MOST_TOPICS = 50
"""Beside a list, those that most of its releases have."""


@dataclass(frozen=True, slots=True)
class FacetValue:
    """One value: ``listing`` is what the list becomes when it is switched; ``language`` is that of the label."""

    label: str
    count: int
    is_on: bool
    listing: Listing
    language: str = ""


@dataclass(frozen=True, slots=True)
class Bar:
    """A year in a chart: ``height`` is in hundredths of the highest, 0 for a year without releases."""

    year: int
    height: int
    is_on: bool


@dataclass(frozen=True, slots=True)
class FacetGroup:
    """The values of one kind; ``bars`` are those of a chart, the oldest first. ``is_cut``: there are others."""

    name: str
    title: Message
    values: tuple[FacetValue, ...]
    bars: tuple[Bar, ...] = ()
    is_cut: bool = False

    def narrows(self, total: int) -> bool:
        """Whether a value can be switched on that leaves something else of a list than all of its releases."""
        is_on = any(value.is_on for value in self.values)
        return any(not value.is_on and (is_on or value.count < total) for value in self.values)


def facet_groups(listing: Listing, results: Results, newsroom: Newsroom, voice: Voice) -> list[FacetGroup]:
    """What this list can be narrowed by, in the words of a voice; nothing by which it would stay as it is.

    A search combines values of one kind, the other lists take one.
    """
    facets = results.facets
    groups = [_years(listing, facets["year"])]
    if listing.kind not in {ListingKind.TOPIC, ListingKind.TOPIC_YEAR}:
        groups.insert(0, _topics(listing, facets["topic"], newsroom, voice))
    if len(facets["lang"]) > 1 or listing.languages:
        groups.append(_languages(listing, facets["lang"]))
    return [group for group in groups if group.narrows(results.total)]


def _topics(listing: Listing, facets: Sequence[Facet], newsroom: Newsroom, voice: Voice) -> FacetGroup:
    def facet_value(value: str, count: int) -> FacetValue:
        topics = _switched(listing.topics, value, is_one=not listing.is_search)
        return FacetValue(
            newsroom.topic_label(value, voice.asked),
            count,
            value in listing.topics,
            listing.narrowed(topics, listing.years),
        )

    values = _values(facets, listing.topics, facet_value, MOST_TOPICS)
    return FacetGroup("topics", Message("Topics"), values, is_cut=len(facets) > len(values))


def _years(listing: Listing, facets: Sequence[Facet]) -> FacetGroup:
    on = tuple(map(str, listing.years))

    def facet_value(value: str, count: int) -> FacetValue:
        years = _switched(on, value, is_one=not listing.is_search)
        return FacetValue(value, count, value in on, listing.narrowed(listing.topics, tuple(map(int, years))))

    values = _values(facets, on, facet_value)
    return FacetGroup("years", Message("Years"), values, tuple(_bars(values)))


def _bars(values: Sequence[FacetValue]) -> Iterator[Bar]:
    """A bar for each year from the first to the last; none where there is nothing to compare."""
    by_year = {int(value.label): value for value in values}
    if not FEWEST_BARS <= len(by_year) <= MOST_BARS or max(by_year) - min(by_year) >= MOST_BARS:
        return
    most = max(1, *(value.count for value in values))
    for year in range(min(by_year), max(by_year) + 1):
        value = by_year.get(year)
        yield Bar(year, -(-100 * value.count // most) if value else 0, is_on=bool(value and value.is_on))


def _languages(listing: Listing, facets: Sequence[Facet]) -> FacetGroup:
    def facet_value(value: str, count: int) -> FacetValue:
        languages = _switched(listing.languages, value, is_one=False)
        changed = replace(listing, languages=languages, page=1)
        return FacetValue(language_name(value), count, value in listing.languages, changed, value)

    return FacetGroup("languages", Message("Languages"), _values(facets, listing.languages, facet_value))


def _values(
    facets: Sequence[Facet], on: Sequence[str], build: Callable[[str, int], FacetValue], most: int | None = None
) -> tuple[FacetValue, ...]:
    """What is switched on stands first, even where it finds nothing: or it could not be switched off."""
    counts = dict.fromkeys(on, 0) | {facet.value: facet.count for facet in facets}
    return tuple(build(value, count) for value, count in islice(counts.items(), max(most, len(on)) if most else None))


def _switched(on: tuple[str, ...], value: str, *, is_one: bool) -> tuple[str, ...]:
    if is_one:
        return () if value in on else (value,)
    return tuple(sorted({*on} ^ {value}))
