"""Narrowing: by what a list can be made smaller, each value a link that switches it on or off."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from feedsrv.newsroom import Newsroom
from feedsrv.query import Facet, Results
from feedsrv.text.languages import language_name
from feedsrv.web.listing import Kind, Listing

FEWEST_BARS, MOST_BARS = 3, 60
"""Years of a chart."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One value: ``listing`` is what the list becomes when it is switched; ``language`` is that of the label."""

    label: str
    count: int
    is_on: bool
    listing: Listing
    language: str = ""


@dataclass(frozen=True, slots=True)
class Bar:
    """A year in a chart: ``height`` is in hundredths of the highest; ``choice`` is None for a year without releases."""

    year: int
    height: int
    choice: Choice | None


@dataclass(frozen=True, slots=True)
class Choices:
    """The values of one kind; ``bars`` are those of a chart, the oldest first."""

    title: str
    values: tuple[Choice, ...]
    bars: tuple[Bar, ...] = ()


def narrowings(listing: Listing, results: Results, newsroom: Newsroom) -> list[Choices]:
    """The choices that this list leaves. A search combines values of one kind, the other lists take one."""
    facets = results.facets
    choices = [_years(listing, facets["year"])]
    if listing.kind not in {Kind.TOPIC, Kind.TOPIC_YEAR}:
        choices.insert(0, _topics(listing, facets["topic"], newsroom))
    if len(facets["lang"]) > 1 or listing.languages:
        choices.append(_languages(listing, facets["lang"]))
    return [group for group in choices if group.values]


def _topics(listing: Listing, facets: Sequence[Facet], newsroom: Newsroom) -> Choices:
    def choice(value: str, count: int) -> Choice:
        topics = _switched(listing.topics, value, is_one=listing.kind is not Kind.SEARCH)
        return Choice(
            newsroom.topic_label(value), count, value in listing.topics, _standing(replace(listing, topics=topics))
        )

    return Choices("Topics", _choices(facets, listing.topics, choice))


def _years(listing: Listing, facets: Sequence[Facet]) -> Choices:
    on = tuple(map(str, listing.years))

    def choice(value: str, count: int) -> Choice:
        years = _switched(on, value, is_one=listing.kind is not Kind.SEARCH)
        return Choice(value, count, value in on, _standing(replace(listing, years=tuple(map(int, years)))))

    values = _choices(facets, on, choice)
    return Choices("Years", values, tuple(_bars(values)))


def _bars(values: Sequence[Choice]) -> Iterator[Bar]:
    """A bar for each year from the first to the last; none where there is nothing to compare."""
    by_year = {int(value.label): value for value in values}
    if not FEWEST_BARS <= len(by_year) <= MOST_BARS or max(by_year) - min(by_year) >= MOST_BARS:
        return
    most = max(1, *(value.count for value in values))
    for year in range(min(by_year), max(by_year) + 1):
        value = by_year.get(year)
        yield Bar(year, -(-100 * value.count // most) if value else 0, value)


def _languages(listing: Listing, facets: Sequence[Facet]) -> Choices:
    def choice(value: str, count: int) -> Choice:
        languages = _switched(listing.languages, value, is_one=False)
        changed = replace(listing, languages=languages, page=1)
        return Choice(language_name(value), count, value in listing.languages, changed, value)

    return Choices("Languages", _choices(facets, listing.languages, choice))


def _choices(facets: Sequence[Facet], on: Sequence[str], choice: Callable[[str, int], Choice]) -> tuple[Choice, ...]:
    """What is switched on stands first, even where it finds nothing: or it could not be switched off."""
    counts = dict.fromkeys(on, 0) | {facet.value: facet.count for facet in facets}
    return tuple(choice(value, count) for value, count in counts.items())


def _switched(on: tuple[str, ...], value: str, *, is_one: bool) -> tuple[str, ...]:
    if is_one:
        return () if value in on else (value,)
    return tuple(sorted({*on} ^ {value}))


def _standing(listing: Listing) -> Listing:
    """The same list from its first page, where a list with such topics and years stands."""
    if listing.kind is Kind.SEARCH:
        return replace(listing, page=1)
    if listing.topics:
        kind = Kind.TOPIC_YEAR if listing.years else Kind.TOPIC
    else:
        kind = Kind.YEAR if listing.years else Kind.EVERYTHING
    return replace(listing, kind=kind, page=1)
