"""The inventory: which topics, years and languages the newsroom has, and what a listing finds there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from werkzeug.exceptions import NotFound

from feedsrv.locales import ENGLISH, Voice
from feedsrv.locales.message import Message
from feedsrv.newsroom import Newsroom
from feedsrv.query import Query, Results
from feedsrv.release import Withdrawal
from feedsrv.search import Held, Snapshot
from feedsrv.text.languages import language_name
from feedsrv.web.archives import covers
from feedsrv.web.listing import Listing, ListingKind

EVERYTHING, TOPICS, YEARS, LANGUAGES = "everything", "topics", "years", "languages"
"""The names of the groups of offers."""

TITLES = {
    EVERYTHING: Message("Everything"),
    TOPICS: Message("Topics"),
    YEARS: Message("Years"),
    LANGUAGES: Message("Languages"),
}


@dataclass(frozen=True, slots=True)
class Inventory:
    """What there is, and of each how much: topics by name, years newest first, languages by number of releases.

    Topics that nothing is in yet are there with 0; retired ones are not, unless something is still in them.
    """

    everything: Held
    topics: Mapping[str, Held]
    years: Mapping[int, Held]
    languages: Mapping[str, Held]


def take_inventory(snapshot: Snapshot, voice: Voice = ENGLISH, language: str = "") -> Inventory:
    """All that there is, or what there is in one language; topics are sorted by what a voice calls them."""
    held = _held_in(snapshot, language) if language else snapshot.inventory()
    topics = {topic.id: Held(topic.id, 0, None) for topic in snapshot.newsroom.topics.values() if topic.retired is None}
    topics |= {topic.value: topic for topic in held["topic"]}
    labels = {topic: snapshot.newsroom.topic_label(topic, voice.asked).lower() for topic in topics}
    newest = max((language.newest for language in held["lang"] if language.newest), default=None)
    return Inventory(
        everything=Held(
            "", snapshot.search(Query(languages=(language,) if language else (), per_page=0)).total, newest
        ),
        topics={topic: topics[topic] for topic in sorted(topics, key=lambda topic: (labels[topic], topic))},
        years={int(year.value): year for year in held["year"]},
        languages={language.value: language for language in held["lang"]},
    )


def _held_in(snapshot: Snapshot, language: str) -> Mapping[str, Sequence[Held]]:
    """What there is in one language; when the newest of it was published is not told."""
    facets = snapshot.search(Query(languages=(language,), per_page=0, has_facets=True)).facets
    return {name: [Held(value.value, value.count, None) for value in values] for name, values in facets.items()}


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
        raise NotFound(no_page(listing.page, results.pages))
    return results


def no_page(page: int, pages: int) -> Message:
    """What is said of a page past the last one."""
    return Message("There is no page %(page)s: this list ends with page %(pages)s.", page=page, pages=pages)


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
        raise NotFound(Message("There is no topic “%(name)s” here.", name=min(unknown)))


def _require_years(snapshot: Snapshot, listing: Listing, results: Results) -> None:
    if results.total or not listing.years or withdrawals(snapshot, listing):
        return
    years = [int(year.value) for year in snapshot.inventory()["year"]] or [0]
    for year in listing.years:
        if not min(years) <= year <= max(years):
            raise NotFound(Message("There is nothing of the year %(year)s here.", year=year))


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

    name: str
    offers: tuple[Offer, ...]

    @property
    def title(self) -> Message:
        """What it is called."""
        return TITLES[self.name]


def offers(snapshot: Snapshot, voice: Voice = ENGLISH, language: str = "") -> list[OfferGroup]:
    """The feeds that can be listed: everything, each topic and year, and each language where there are several.

    They are named by a voice; those of releases in one ``language`` where one is given.
    """
    held, in_one = take_inventory(snapshot, voice, language), (language,) if language else ()

    def offer(title: str, listing: Listing, there: Held) -> Offer:
        return Offer(title, listing, there.count, there.newest)

    topics = [
        offer(
            snapshot.newsroom.topic_label(topic, voice.asked),
            Listing(ListingKind.TOPIC, topics=(topic,), languages=in_one),
            there,
        )
        for topic, there in held.topics.items()
    ]
    years = [
        offer(str(year), Listing(ListingKind.YEAR, years=(year,), languages=in_one), there)
        for year, there in held.years.items()
    ]
    languages = [
        offer(language_name(tag), Listing(languages=(tag,)), there)
        for tag, there in held.languages.items()
        if len(held.languages) > 1 and not language
    ]
    groups = [
        OfferGroup(EVERYTHING, (offer(voice.gettext("All releases"), Listing(languages=in_one), held.everything),)),
        OfferGroup(TOPICS, tuple(topics)),
        OfferGroup(YEARS, tuple(years)),
        OfferGroup(LANGUAGES, tuple(languages)),
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
