"""Crawlers: what search engines are told."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from html import escape

from flask import Response, abort

from feedsrv.search import SitemapEntry
from feedsrv.web.cache import Rendering
from feedsrv.web.context import site, snapshot
from feedsrv.web.inventory import holdings
from feedsrv.web.listing import Listing
from feedsrv.web.responses import XML, answer, respond

MOST_ADDRESSES = 50_000
"""Addresses in one part of a sitemap (https://www.sitemaps.org/protocol.html)."""

LISTS, UNDATED = "lists", "undated"


@dataclass(frozen=True, slots=True)
class _Place:
    """An address that crawlers are told of; ``updated`` is None where that is not known."""

    path: str
    updated: datetime | None = None


def robots() -> Response:
    """Everything may be read, but nobody needs to follow each search."""
    addresses = site().addresses
    text = f"User-agent: *\nDisallow: {addresses.search}\n\nSitemap: {addresses.absolute(addresses.sitemap)}\n"
    return respond(Rendering.of(text.encode(), "text/plain; charset=utf-8"))


def sitemap() -> Response:
    """The index of the sitemap: a part for the pages that are lists, and one for the releases of each year."""
    return answer(site().addresses.sitemap, lambda: _document("sitemapindex", "sitemap", _index()))


def sitemap_part(part: str) -> Response:
    """One part of the sitemap: the pages with lists, or the releases of a year."""
    address = site().addresses.sitemap_part(part)
    return answer(address, lambda: _document("urlset", "url", _part(part)))


def _index() -> Iterator[_Place]:
    addresses = site().addresses
    yield _Place(addresses.sitemap_part(LISTS))
    for part, stamps in _releases().items():
        dates = [stamp.updated for stamp in stamps if stamp.updated]
        yield _Place(addresses.sitemap_part(part), max(dates, default=None))


def _part(part: str) -> list[_Place]:
    if part == LISTS:
        return list(map(_Place, _lists()))
    stamps = _releases().get(part) or abort(404)
    return [_Place(site().addresses.release(stamp.id), stamp.updated) for stamp in stamps]


def _lists() -> Iterator[str]:
    addresses, held = site().addresses, holdings(snapshot())
    yield from (addresses.home, addresses.listing(Listing()), addresses.topics, addresses.years, addresses.feeds)
    yield from (addresses.topic(topic) for topic, count in held.topics.items() if count)
    yield from (addresses.year(year) for year in held.years)


def _releases() -> dict[str, list[SitemapEntry]]:
    """The releases by part: years, newest first, in several parts where one would be too long."""
    by_year: dict[int, list[SitemapEntry]] = defaultdict(list)
    for stamp in snapshot().sitemap_entries():
        by_year[stamp.year or 0].append(stamp)
    return {
        f"{year or UNDATED}" + (f"-{start // MOST_ADDRESSES + 1}" if start else ""): stamps[
            start : start + MOST_ADDRESSES
        ]
        for year, stamps in sorted(by_year.items(), reverse=True)
        for start in range(0, len(stamps), MOST_ADDRESSES)
    }


def _document(root: str, element: str, places: Iterable[_Place]) -> Rendering:
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', f'<{root} xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">']
    for place in places:
        updated = f"<lastmod>{place.updated.isoformat()}</lastmod>" if place.updated else ""
        lines.append(f"<{element}><loc>{escape(site().addresses.absolute(place.path))}</loc>{updated}</{element}>")
    return Rendering.of("\n".join((*lines, f"</{root}>", "")).encode(), XML)
