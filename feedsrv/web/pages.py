"""Pages: what readers see. Each is a function of what is published and of its address alone."""

from __future__ import annotations

from typing import Any

from flask import Response, render_template

from feedsrv import language
from feedsrv.query import Query
from feedsrv.web import content
from feedsrv.web.answers import answer, moved_to_canonical
from feedsrv.web.feeds import offers
from feedsrv.web.holdings import find, holdings
from feedsrv.web.listing import Kind, Listing
from feedsrv.web.narrowing import narrowings
from feedsrv.web.parameters import listing_of
from feedsrv.web.renderings import Rendering
from feedsrv.web.site import newsroom, site, snapshot

LATEST = 10
"""Releases on the front page."""

HTML = "text/html; charset=utf-8"


def home() -> Response:
    """The front page: a search box, the latest releases, the topics and the years."""

    def render() -> Rendering:
        latest = snapshot().search(Query(per_page=LATEST))
        return _page("home.html", site().addresses.home, hits=latest.hits, held=holdings(snapshot()))

    return answer(site().addresses.home, render)


def listing(kind: Kind, topics: str = "", year: str = "") -> Response:
    """A list of releases, page by page, with what it can be narrowed by; a search is one too."""
    asked = listing_of(kind, newsroom(), topics=topics, year=year, in_feed=False)
    address = site().addresses.listing(asked)
    return moved_to_canonical(asked) or answer(address, lambda: _listing(asked, address))


def release(release_id: str) -> Response:
    """One release, with its contacts and the feeds of its topics."""
    address = site().addresses.release(release_id)

    def render() -> Rendering:
        found = snapshot().get(release_id)
        return _page("release.html", address, release=found, body=content.body(found, site().addresses))

    return answer(address, render)


def topics() -> Response:
    """All topics."""
    address = site().addresses.topics
    return answer(address, lambda: _page("topics.html", address, held=holdings(snapshot())))


def years() -> Response:
    """All years."""
    address = site().addresses.years
    return answer(address, lambda: _page("years.html", address, held=holdings(snapshot())))


def feeds() -> Response:
    """Every feed there is, for people."""
    address = site().addresses.feeds
    return answer(address, lambda: _page("feeds.html", address, groups=offers(newsroom(), holdings(snapshot()))))


def _listing(asked: Listing, address: str) -> Rendering:
    results = find(snapshot(), asked, in_feed=False)
    return _page(
        "listing.html",
        address,
        listing=asked,
        results=results,
        narrowings=narrowings(asked, results, newsroom()),
        notes=language.parse(asked.text).notes,
    )


def _page(template: str, address: str, **values: Any) -> Rendering:
    text = render_template(template, newsroom=newsroom(), canonical=address, **values)
    return Rendering.of(text.encode(), HTML)
