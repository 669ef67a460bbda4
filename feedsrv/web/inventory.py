"""The inventory: which topics, years and languages the newsroom has, and what a listing finds there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from werkzeug.exceptions import NotFound

from feedsrv.newsroom import Newsroom
from feedsrv.query import Query, Results
from feedsrv.release import Withdrawal
from feedsrv.search import Held, Snapshot
from feedsrv.text.languages import language_name
from feedsrv.web.archives import covers
from feedsrv.web.listing import Listing, ListingKind

TOPICS, YEARS = "Topics", "Years"
"""The titles of the groups of offers that have a page of their own."""


@dataclass(frozen=True, slots=True)
class Inventory:
    """What there is, and of each how much: topics by name, years newest first, languages by number of releases.

    Topics that nothing is in yet are there with 0; retired ones are not, unless something is still in them.
    """

    everything: Held
    topics: Mapping[str, Held]
    years: Mapping[int, Held]
    languages: Mapping[str, Held]


def take_inventory(snapshot: Snapshot) -> Inventory:
    """All that there is."""
    held = snapshot.inventory()
    topics = {topic.id: Held(topic.id, 0, None) for topic in snapshot.newsroom.topics.values() if topic.retired is None}
    topics |= {topic.value: topic for topic in held["topic"]}
    label = snapshot.newsroom.topic_label
    newest = max((language.newest for language in held["lang"] if language.newest), default=None)
    return Inventory(
        everything=Held("", snapshot.search(Query(per_page=0)).total, newest),
        topics={topic: topics[topic] for topic in sorted(topics, key=lambda topic: (label(topic).lower(), topic))},
        years={int(year.value): year for year in held["year"]},
        languages={language.value: language for language in held["lang"]},
    )


def find(snapshot: Snapshot, listing: Listing, *, in_feed: bool, in_full: bool) -> Results:
    """What a listing finds; ``in_full``: with excerpts and facets.

    Raises NotFound for a page past the last one, and where the path names a topic or year that there is not.
    A search may filter by what does not exist: it finds nothing.
    """
    query = listing.query(snapshot.newsroom, in_feed=in_feed)
    results = snapshot.search(replace(query, has_excerpts=in_full, has_facets=in_full))
    if not listing.is_search:
        _require_topics(snapshot, listing, results)
        _require_years(snapshot, listing, results)
    if listing.page > results.pages:
        raise NotFound(f"There is no page {listing.page}: this list ends with page {results.pages}.")
    return results


def withdrawals(snapshot: Snapshot, listing: Listing) -> tuple[Withdrawal, ...]:
    """The withdrawals that readers of a list are told of; where words are asked for, nothing is left that has them."""
    told = () if listing.text else snapshot.withdrawals()
    return tuple(withdrawal for withdrawal in told if _is_of(listing, withdrawal, snapshot.newsroom))


def _is_of(listing: Listing, withdrawal: Withdrawal, newsroom: Newsroom) -> bool:
    """Whether a list would hold what has been withdrawn."""
    day = newsroom.day(withdrawal.published) if withdrawal.published else None
    return (
        (not listing.topics or not {*listing.topics}.isdisjoint(withdrawal.topics))
        and (not listing.years or (day is not None and day.year in listing.years))
        and (not listing.languages or withdrawal.language in listing.languages)
        and (not listing.since or (day is not None and listing.since.first <= day))
        and (not listing.until or (day is not None and day <= listing.until.last))
        and (not listing.archive or covers(listing.archive, day))
    )


def _require_topics(snapshot: Snapshot, listing: Listing, results: Results) -> None:
    unknown = set(listing.topics) - snapshot.newsroom.topics.keys()
    if not unknown or (results.total and len(listing.topics) == 1):
        return
    unknown -= {topic.value for topic in snapshot.inventory()["topic"]}
    if unknown:
        unknown -= {topic for withdrawal in snapshot.withdrawals() for topic in withdrawal.topics}
    if unknown:
        raise NotFound(f"There is no topic “{min(unknown)}” here.")


def _require_years(snapshot: Snapshot, listing: Listing, results: Results) -> None:
    if results.total or not listing.years or withdrawals(snapshot, listing):
        return
    years = [int(year.value) for year in snapshot.inventory()["year"]] or [0]
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

    def offer(title: str, listing: Listing, there: Held) -> Offer:
        return Offer(title, listing, there.count, there.newest)

    topics = [
        offer(label(topic), Listing(ListingKind.TOPIC, topics=(topic,)), there) for topic, there in held.topics.items()
    ]
    years = [offer(str(year), Listing(ListingKind.YEAR, years=(year,)), there) for year, there in held.years.items()]
    languages = [
        offer(language_name(tag), Listing(languages=(tag,)), there)
        for tag, there in held.languages.items()
        if len(held.languages) > 1
    ]
    groups = [
        OfferGroup("Everything", (offer("All releases", Listing(), held.everything),)),
        OfferGroup(TOPICS, tuple(topics)),
        OfferGroup(YEARS, tuple(years)),
        OfferGroup("Languages", tuple(languages)),
    ]
    return [group for group in groups if group.offers]


def subscribed(snapshot: Snapshot) -> list[Listing]:
    """The lists that people may have subscribed to: those that are offered, and those that have but an end to tell.

    That is so where all that they held has been withdrawn, or their topic is retired.
    """
    newsroom, told = snapshot.newsroom, snapshot.withdrawals()
    topics = {*newsroom.topics, *(topic for withdrawal in told for topic in withdrawal.topics)}
    years = {newsroom.day(withdrawal.published).year for withdrawal in told if withdrawal.published}
    languages = {held.value for held in snapshot.inventory()["lang"]}.union(withdrawal.language for withdrawal in told)
    offered = [offer.listing for group in offers(snapshot) for offer in group.offers]
    ended = [
        *(Listing(ListingKind.TOPIC, topics=(topic,)) for topic in sorted(topics)),
        *(Listing(ListingKind.YEAR, years=(year,)) for year in sorted(years)),
        *(Listing(languages=(tag,)) for tag in sorted(languages) if len(languages) > 1),
    ]
    return list(dict.fromkeys((*offered, *ended)))
