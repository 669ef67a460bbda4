"""The inventory: which topics, years and languages the newsroom has, and what a listing finds there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from werkzeug.exceptions import NotFound

from feedsrv.query import Query, Results
from feedsrv.release import Withdrawal
from feedsrv.search import Snapshot
from feedsrv.text.languages import language_name
from feedsrv.web.archives import covers
from feedsrv.web.listing import Listing, ListingKind


@dataclass(frozen=True, slots=True)
class Inventory:
    """What there is, with the number of releases of each: topics by name, years newest first, languages by number.

    Topics that nothing is in yet are there with 0; retired ones are not, unless something is still in them.
    """

    total: int
    topics: Mapping[str, int]
    years: Mapping[int, int]
    languages: Mapping[str, int]


def take_inventory(snapshot: Snapshot) -> Inventory:
    """All that there is."""
    held = snapshot.inventory()
    counts = {topic.value: topic.count for topic in held["topic"]}
    known = counts.keys() | {topic.id for topic in snapshot.newsroom.topics.values() if topic.retired is None}
    label = snapshot.newsroom.topic_label
    return Inventory(
        total=snapshot.search(Query(per_page=0)).total,
        topics={
            topic: counts.get(topic, 0) for topic in sorted(known, key=lambda topic: (label(topic).lower(), topic))
        },
        years={int(year.value): year.count for year in held["year"]},
        languages={language.value: language.count for language in held["lang"]},
    )


def find(snapshot: Snapshot, listing: Listing, *, in_feed: bool, has_excerpts: bool) -> Results:
    """What a listing finds.

    Raises NotFound for a page past the last one, and where the path names a topic or year that there is not.
    A search may filter by what does not exist: it finds nothing.
    """
    query = listing.query(snapshot.newsroom, in_feed=in_feed)
    results = snapshot.search(replace(query, has_excerpts=has_excerpts, has_facets=True))
    if not listing.is_search:
        _require_topics(snapshot, listing, results)
        _require_years(snapshot, listing, results)
    if listing.page > results.pages:
        raise NotFound(f"There is no page {listing.page}: this list ends with page {results.pages}.")
    return results


def withdrawals(snapshot: Snapshot, listing: Listing) -> Iterator[Withdrawal]:
    """The withdrawals that readers of a list are told of; of a search it cannot be said what it would have found."""
    for withdrawal in snapshot.withdrawals() if not listing.is_search else ():
        day = snapshot.newsroom.day(withdrawal.published) if withdrawal.published else None
        if (
            (not listing.topics or not {*listing.topics}.isdisjoint(withdrawal.topics))
            and (not listing.years or (day and day.year in listing.years))
            and (not listing.languages or withdrawal.language in listing.languages)
            and (not listing.archive or covers(listing.archive, day))
        ):
            yield withdrawal


def _require_topics(snapshot: Snapshot, listing: Listing, results: Results) -> None:
    unknown = set(listing.topics) - snapshot.newsroom.topics.keys()
    unknown -= {facet.value for facet in results.facets["topic"]}
    if unknown:
        unknown -= {topic for withdrawal in snapshot.withdrawals() for topic in withdrawal.topics}
    if unknown and (unknown := unknown - take_inventory(snapshot).topics.keys()):
        raise NotFound(f"There is no topic “{min(unknown)}” here.")


def _require_years(snapshot: Snapshot, listing: Listing, results: Results) -> None:
    if results.total or not listing.years:
        return
    years = take_inventory(snapshot).years or {0: 0}
    for year in listing.years:
        if not min(years) <= year <= max(years):
            raise NotFound(f"There is nothing of the year {year} here.")


@dataclass(frozen=True, slots=True)
class Offer:
    """A list that one can subscribe to: how many releases it has, and when the newest was published."""

    title: str
    listing: Listing
    count: int
    newest: datetime | None


@dataclass(frozen=True, slots=True)
class OfferGroup:
    """Offers that belong together."""

    title: str
    offers: tuple[Offer, ...]


def offers(snapshot: Snapshot) -> list[OfferGroup]:
    """The feeds that can be listed: everything, each topic and year, and each language where there are several."""
    held, label = take_inventory(snapshot), snapshot.newsroom.topic_label

    def offer(title: str, listing: Listing, count: int) -> Offer:
        latest = snapshot.search(replace(listing, limit=1).query(snapshot.newsroom, in_feed=True)).hits
        return Offer(title, listing, count, latest[0].release.published if latest else None)

    topics = [
        offer(label(topic), Listing(ListingKind.TOPIC, topics=(topic,)), count) for topic, count in held.topics.items()
    ]
    years = [offer(str(year), Listing(ListingKind.YEAR, years=(year,)), count) for year, count in held.years.items()]
    languages = [
        offer(language_name(tag), Listing(languages=(tag,)), count)
        for tag, count in held.languages.items()
        if len(held.languages) > 1
    ]
    groups = [
        OfferGroup("Everything", (offer("All releases", Listing(), held.total),)),
        OfferGroup("Topics", tuple(topics)),
        OfferGroup("Years", tuple(years)),
        OfferGroup("Languages", tuple(languages)),
    ]
    return [group for group in groups if group.offers]
