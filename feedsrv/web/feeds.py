"""Feeds: every list for feed readers, and the list of all feeds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from flask import Response, request

from feedsrv import __version__, language
from feedsrv.errors import IndexUnavailable
from feedsrv.feeds import Category, Entry, Feed, Link, Subscription, SubscriptionGroup
from feedsrv.feeds.formats import ATOM, Format
from feedsrv.feeds.opml import OPML_TYPE, opml
from feedsrv.newsroom import Newsroom, language_name
from feedsrv.query import Facet, Hit, Results
from feedsrv.search import Snapshot
from feedsrv.web import content
from feedsrv.web.addresses import Addresses
from feedsrv.web.answers import answer, moved, moved_to_canonical
from feedsrv.web.holdings import Holdings, find, holdings
from feedsrv.web.listing import Kind, Listing
from feedsrv.web.parameters import listing_of
from feedsrv.web.renderings import Rendering
from feedsrv.web.site import site, snapshot


@dataclass(frozen=True, slots=True)
class Offer:
    """A list that one can subscribe to."""

    title: str
    listing: Listing


@dataclass(frozen=True, slots=True)
class OfferGroup:
    """Offers that belong together."""

    title: str
    offers: tuple[Offer, ...]


def listing(kind: Kind, format_: Format, topics: str = "", year: str = "") -> Response:
    """A list of releases, newest first, for feed readers and programs."""
    asked = listing_of(kind, snapshot().newsroom, topics=topics, year=year, in_feed=True)
    return moved_to_canonical(asked, format_) or answer(
        site().addresses.listing(asked, format_), lambda: _rendering(asked, format_)
    )


def _rendering(listing: Listing, format_: Format) -> Rendering:
    feed = Feeds(site().addresses, snapshot(), site().settings.hub).feed(listing, format_)
    links = (Link("self", feed.url, format_.media_type), Link("alternate", feed.home, "text/html"), *feed.links)
    headers = (("Link", ", ".join(map(_header, links))), ("Access-Control-Allow-Origin", "*"))
    return Rendering.of(format_.render(feed), format_.content_type, headers)
