"""Discovery: what search engines, browsers and social networks learn of the newsroom beside its pages.

robots.txt, the sitemap, the OpenSearch description and its suggestions, and the metadata of a release.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from html import escape
from typing import Any

from flask import Response, abort, render_template, request

from feedsrv.appearance import said_in
from feedsrv.feeds.clean import cleaned
from feedsrv.feeds.json_feed import as_json
from feedsrv.locales import called
from feedsrv.newsroom import Newsroom
from feedsrv.query import Query
from feedsrv.release import Release
from feedsrv.search import SitemapYear
from feedsrv.web.addresses import Addresses
from feedsrv.web.cache import Rendering
from feedsrv.web.context import marked, newsroom, site, snapshot
from feedsrv.web.inventory import take_inventory
from feedsrv.web.listing import Listing
from feedsrv.web.look import Look
from feedsrv.web.parameters import language_asked
from feedsrv.web.responses import XML, answer, respond
from feedsrv.web.suggestions import suggestions

MOST_ADDRESSES = 50_000
"""Addresses in one part of a sitemap (https://www.sitemaps.org/protocol.html)."""

OPENSEARCH_TYPE = "application/opensearchdescription+xml"
LONGEST_SHORT_NAME = 16
LONGEST_LONG_NAME = 48
"""Characters of the names in an OpenSearch description."""

SUGGESTIONS_TYPE = "application/x-suggestions+json"
LONGEST_TYPED = 200
"""Characters for which there are suggestions."""

LISTS, UNDATED = "lists", "undated"


@dataclass(frozen=True, slots=True)
class _SitemapUrl:
    """An address that crawlers are told of; ``updated`` is None where that is not known."""

    path: str
    updated: datetime | None = None


def robots() -> Response:
    """Everything may be read, but nobody needs to follow each search, or what is suggested for it."""
    addresses = site().addresses
    closed = f"Disallow: {addresses.search}\nDisallow: {addresses.suggest}\n"
    text = f"User-agent: *\n{closed}\nSitemap: {addresses.absolute(addresses.sitemap)}\n"
    return respond(Rendering.of(text.encode(), "text/plain; charset=utf-8"))


def sitemap() -> Response:
    """The index of the sitemap: a part for the pages that are lists, and one for the releases of each year."""
    return answer(site().addresses.sitemap, lambda: _document("sitemapindex", "sitemap", _index()))


def sitemap_part(part: str) -> Response:
    """One part of the sitemap: the pages with lists, or the releases of a year."""
    address = site().addresses.sitemap_part(part)
    return answer(address, lambda: _document("urlset", "url", _part(part)))


def _index() -> Iterator[_SitemapUrl]:
    addresses = site().addresses
    yield _SitemapUrl(addresses.sitemap_part(LISTS))
    for part, (year, start) in _parts().items():
        updated = year.updated if year.count <= MOST_ADDRESSES else _newest(_releases(year, start))
        yield _SitemapUrl(addresses.sitemap_part(part), updated)


def _part(part: str) -> list[_SitemapUrl]:
    if part == LISTS:
        return list(map(_SitemapUrl, _lists()))
    return _releases(*(_parts().get(part) or abort(404)))


def _lists() -> Iterator[str]:
    for language in ("", *newsroom().languages[1:]):
        addresses, held = site().addresses.keeping(language), take_inventory(snapshot(), language=language)
        if language and not held.everything.count:
            continue
        yield from (addresses.home, addresses.listing(Listing(languages=addresses.languages)))
        yield from (addresses.topics, addresses.years, addresses.feeds)
        yield from (addresses.topic(topic) for topic, there in held.topics.items() if there.count)
        yield from (addresses.year(year) for year in held.years)


def _parts() -> dict[str, tuple[SitemapYear, int]]:
    """The parts with releases: years, newest first, in several parts where one would be too long, by its beginning."""
    return {
        f"{year.year or UNDATED}" + (f"-{start // MOST_ADDRESSES + 1}" if start else ""): (year, start)
        for year in snapshot().sitemap_years()
        for start in range(0, year.count, MOST_ADDRESSES)
    }


def _releases(year: SitemapYear, start: int) -> list[_SitemapUrl]:
    address = site().addresses.release
    entries = snapshot().sitemap_entries(year.year)[start : start + MOST_ADDRESSES]
    return [_SitemapUrl(address(entry.id), entry.updated) for entry in entries]


def _newest(urls: Iterable[_SitemapUrl]) -> datetime | None:
    return max((url.updated for url in urls if url.updated), default=None)


def _document(root: str, element: str, urls: Iterable[_SitemapUrl]) -> Rendering:
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', f'<{root} xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">']
    absolute = site().addresses.absolute
    for url in urls:
        updated = f"<lastmod>{newsroom().local(url.updated).isoformat()}</lastmod>" if url.updated else ""
        lines.append(f"<{element}><loc>{escape(absolute(url.path))}</loc>{updated}</{element}>")
    return Rendering.of("\n".join((*lines, f"</{root}>", "")).encode(), XML)


def opensearch() -> Response:
    """The document by which a browser adds the newsroom as a search engine."""
    language = language_asked()
    addresses = site().addresses.keeping(language)
    return answer(addresses.opensearch, lambda: _opensearch(addresses))


def _opensearch(addresses: Addresses) -> Rendering:
    house = called(newsroom(), addresses.language)
    title = marked(house.title, addresses.language)
    newest = snapshot().search(Query(languages=addresses.languages, per_page=1)).hits
    text = render_template(
        "opensearch.xml",
        addresses=addresses,
        newsroom=house,
        suggestions_type=SUGGESTIONS_TYPE,
        example=newest[0].release.title if newest else title,
        short_name=_cut(title, LONGEST_SHORT_NAME),
        long_name=_cut(title, LONGEST_LONG_NAME),
    )
    return Rendering.of(cleaned(text).encode(), f"{OPENSEARCH_TYPE}; charset=utf-8")


def suggest() -> Response:
    """What may be searched for by somebody who types into a browser's search bar (OpenSearch Suggestions 1.1).

    The answer begins with what was typed, so that a browser knows to which keystroke it belongs.
    """
    typed, language = request.args.get("q", ""), language_asked()
    addresses = site().addresses.keeping(language)

    def render() -> Rendering:
        found = suggestions(snapshot(), typed, addresses, language) if len(typed) <= LONGEST_TYPED else []
        columns = ([each.text for each in found], [each.description for each in found])
        document = [typed, *columns, [addresses.absolute(each.path) for each in found]]
        return Rendering.of(as_json(document).encode(), f"{SUGGESTIONS_TYPE}; charset=utf-8")

    return answer(addresses.suggestions(typed), render)


def _cut(name: str, longest: int) -> str:
    """A name of no more characters than that, cut between words where that leaves something."""
    if len(name) <= longest:
        return name
    return name[: longest + 1].rpartition(" ")[0].strip() or name[:longest]


def _picture(release: Release, addresses: Addresses) -> str:
    """The absolute address of the picture that stands for a release; "" where none does."""
    if not release.picture:
        return ""
    return addresses.absolute(addresses.attachment(release.id, release.picture))


def _house(newsroom: Newsroom, addresses: Addresses) -> dict[str, Any]:
    """The publisher's logo, and its addresses elsewhere in the newsroom's language, where it has any."""
    logo = Look(newsroom).name("logo")
    social = [said_in(link.addresses, newsroom.language) for link in newsroom.appearance.social]
    stated = {"logo": logo and addresses.absolute(addresses.static(logo)), "sameAs": social}
    return {name: value for name, value in stated.items() if value}


def news_article(release: Release, newsroom: Newsroom, addresses: Addresses) -> dict[str, Any]:
    """The release as a NewsArticle (https://schema.org/NewsArticle), with the dates and the id that feeds have."""
    url = addresses.absolute(addresses.release(release.id))
    publisher = {
        "@type": "Organization",
        "name": newsroom.publisher or newsroom.title,
        "url": addresses.absolute(addresses.home),
        **_house(newsroom, addresses),
    }
    article = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "identifier": newsroom.permanent_id(release.id, release.guid, addresses.host),
        "url": url,
        "mainEntityOfPage": url,
        "headline": release.title,
        "description": release.summary,
        "inLanguage": release.language,
        "datePublished": release.published and newsroom.local(release.published).isoformat(),
        "dateModified": release.updated and newsroom.local(release.updated).isoformat(),
        "author": publisher,
        "publisher": publisher,
        "image": _picture(release, addresses),
        "keywords": [newsroom.topic_label(topic, release.language) for topic in release.topic_ids],
        "correction": [
            {
                "@type": "CorrectionComment",
                "datePublished": newsroom.local(correction.date).isoformat(),
                "text": correction.text,
            }
            for correction in release.corrections
        ],
    }
    return {name: value for name, value in article.items() if value}
