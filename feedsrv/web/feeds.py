"""Feeds: every list for feed readers and programs, and the lists of all feeds."""

from __future__ import annotations

from dataclasses import replace

from flask import Response

from feedsrv.feeds import Link, Subscription, SubscriptionGroup
from feedsrv.feeds.formats import ATOM, Format
from feedsrv.feeds.opml import OPML_TYPE, opml
from feedsrv.locales import called, voice_of
from feedsrv.query import Hit, Results
from feedsrv.query.subscription import FEED_SIZE
from feedsrv.web.archives import NO_ARCHIVES, ArchiveMissing, Archives, archives, find_archive
from feedsrv.web.cache import Rendering
from feedsrv.web.context import marked, newsroom, site, snapshot
from feedsrv.web.corrections import find_correction
from feedsrv.web.feed_builder import FeedBuilder
from feedsrv.web.inventory import find, offers
from feedsrv.web.listing import Listing, ListingKind
from feedsrv.web.observation import note_search
from feedsrv.web.parameters import language_asked, listing_of
from feedsrv.web.responses import answer, moved_to_canonical
from feedsrv.web.subscription_document import members


def feed(kind: ListingKind, format_: Format, **path: str) -> Response:
    """A list of releases, newest first, for feed readers and programs."""
    listing = listing_of(kind, newsroom(), path, in_feed=True)
    if not format_.has_extension:
        listing = replace(listing, corrects=None)
    address = site().addresses.listing(listing, format_)
    return moved_to_canonical(listing, format_) or answer(address, lambda: _rendering(listing, format_))


def outline() -> Response:
    """Every feed there is, or those of one language, as a file that feed readers import."""
    language = language_asked()
    return answer(site().addresses.keeping(language).opml, lambda: _outline(language))


def _rendering(asked: Listing, format_: Format) -> Rendering:
    listing = _corrected(asked) if asked.corrects else asked
    results, past = _archive(listing) if listing.archive else _newest(listing, format_)
    held = members(snapshot(), listing, results)
    builder = FeedBuilder(
        listing=listing,
        results=results,
        members=held,
        newsroom=newsroom(),
        addresses=site().addresses,
        siblings=snapshot().siblings([member.release for member in held if isinstance(member, Hit)]),
        archives=past,
        hub=site().settings.hub,
        corrected_from=asked.text if listing.text != asked.text else "",
    )
    feed = builder.feed(format_)
    feed = replace(feed, title=marked(feed.title, feed.language))
    links = (Link("self", feed.url, format_.media_type), Link("alternate", feed.home, "text/html"), *feed.links)
    headers = (("Link", ", ".join(map(_header, links))),)
    return Rendering.of(format_.render(feed), format_.content_type, headers, is_polled=True)


def _corrected(asked: Listing) -> Listing:
    """The question that may have been meant, for a program that wants so, where its own finds nothing.

    What it finds is no feed of what was asked for: its addresses are those of the other question.
    """
    results = find(snapshot(), asked, in_feed=True, in_full=False)
    correction = find_correction(snapshot(), asked, results, in_feed=True)
    return correction.listing if correction and not results.complete else replace(asked, corrects=None)


def _archive(listing: Listing) -> tuple[Results, Archives]:
    """What is in an archive of a list, and its other archives."""
    past = archives(snapshot(), listing)
    size = past.sizes.get(listing.archive)
    if size is None:
        raise ArchiveMissing(listing.archive, is_within=past.has_lived(listing.archive))
    return find_archive(snapshot(), listing, size), past


def _newest(listing: Listing, format_: Format) -> tuple[Results, Archives]:
    """What is in a list, and the archives that its feed leads to; whoever asks for pages gets pages."""
    note_search(listing)
    results = find(snapshot(), listing, in_feed=True, in_full=format_.has_extension)
    is_whole = listing.page == 1 and listing.limit is None and not format_.is_paged
    return results, archives(snapshot(), listing) if is_whole and results.total > FEED_SIZE else NO_ARCHIVES


def _header(link: Link) -> str:
    """A link as HTTP states it (RFC 8288)."""
    media_type = f'; type="{link.type}"' if link.type else ""
    return f'<{link.href}>; rel="{link.rel}"{media_type}'


def _outline(language: str) -> Rendering:
    addresses, voice = site().addresses, voice_of(language or newsroom().language)
    groups = [
        SubscriptionGroup(
            voice.say(group.title),
            tuple(
                Subscription(
                    offer.title,
                    addresses.absolute(addresses.listing(offer.listing, ATOM)),
                    addresses.absolute(addresses.listing(offer.listing)),
                )
                for offer in group.offers
            ),
        )
        for group in offers(snapshot(), voice, language)
    ]
    house = called(newsroom(), language)
    document = opml(marked(house.title, language), house.publisher or house.title, groups)
    return Rendering.of(document, f"{OPML_TYPE}; charset=utf-8", is_polled=True)
