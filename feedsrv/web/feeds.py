"""Feeds: every list for feed readers and programs, and the lists of all feeds."""

from __future__ import annotations

from dataclasses import replace

from flask import Response
from werkzeug.exceptions import NotFound

from feedsrv.feeds import Link, Subscription, SubscriptionGroup
from feedsrv.feeds.formats import ATOM, Format
from feedsrv.feeds.opml import OPML_TYPE, opml
from feedsrv.web.archives import archives, find_archive
from feedsrv.web.cache import Rendering
from feedsrv.web.context import marked, newsroom, site, snapshot
from feedsrv.web.feed_builder import FeedBuilder
from feedsrv.web.inventory import find, offers, withdrawals
from feedsrv.web.listing import Listing, ListingKind
from feedsrv.web.observation import note_search
from feedsrv.web.parameters import listing_of
from feedsrv.web.responses import answer, moved_to_canonical


def feed(kind: ListingKind, format_: Format, **path: str) -> Response:
    """A list of releases, newest first, for feed readers and programs."""
    listing = listing_of(kind, newsroom(), path, in_feed=True)
    address = site().addresses.listing(listing, format_)
    return moved_to_canonical(listing, format_) or answer(address, lambda: _rendering(listing, format_))


def outline() -> Response:
    """Every feed there is, as a file that feed readers import."""
    return answer(site().addresses.opml, _outline)


def _rendering(listing: Listing, format_: Format) -> Rendering:
    past = archives(snapshot(), listing)
    if listing.archive:
        results = find_archive(snapshot(), listing)
        if listing.archive not in past.names:
            raise NotFound(f"There is no archive {listing.archive} of this list.")
    else:
        note_search(listing)
        results = find(snapshot(), listing, in_feed=True, has_excerpts=format_.has_extension)
    withdrawn = tuple(withdrawals(snapshot(), listing))
    builder = FeedBuilder(
        listing, results, newsroom(), site().addresses, snapshot().siblings, past, withdrawn, site().settings.hub
    )
    feed = builder.feed(format_)
    feed = replace(feed, title=marked(feed.title))
    links = (Link("self", feed.url, format_.media_type), Link("alternate", feed.home, "text/html"), *feed.links)
    headers = (("Link", ", ".join(map(_header, links))), ("Access-Control-Allow-Origin", "*"))
    return Rendering.of(format_.render(feed), format_.content_type, headers)


def _header(link: Link) -> str:
    """A link as HTTP states it (RFC 8288)."""
    media_type = f'; type="{link.type}"' if link.type else ""
    return f'<{link.href}>; rel="{link.rel}"{media_type}'


def _outline() -> Rendering:
    addresses = site().addresses
    groups = [
        SubscriptionGroup(
            group.title,
            tuple(
                Subscription(
                    offer.title,
                    addresses.absolute(addresses.listing(offer.listing, ATOM)),
                    addresses.absolute(addresses.listing(offer.listing)),
                )
                for offer in group.offers
            ),
        )
        for group in offers(snapshot())
    ]
    document = opml(marked(newsroom().title), newsroom().publisher or newsroom().title, groups)
    return Rendering.of(document, f"{OPML_TYPE}; charset=utf-8")
