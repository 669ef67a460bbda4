"""Pages: what readers see. Each is a function of what is published and of its address alone."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from operator import attrgetter
from typing import Any

from flask import Response, render_template

from feedsrv.locales import called, voice_of
from feedsrv.newsroom import Newsroom
from feedsrv.query import Query
from feedsrv.text.reading_time import reading_minutes
from feedsrv.web import directory, discovery, files, list_page, templating
from feedsrv.web.by_number import named
from feedsrv.web.cache import Rendering
from feedsrv.web.context import newsroom, site, snapshot
from feedsrv.web.examples import examples
from feedsrv.web.habits import former_feed
from feedsrv.web.inventory import TITLES, TOPICS, YEARS, OfferGroup, offers, take_inventory
from feedsrv.web.listing import Listing, ListingKind
from feedsrv.web.observation import note_search
from feedsrv.web.parameters import language_asked, listing_of
from feedsrv.web.responses import answer, former_release_with_query, moved, moved_to_canonical
from feedsrv.web.versions import NO_VERSIONS, of_release, versions

LATEST = 10
"""Releases on the front page."""

RELATED = 5
"""Releases on the page of another that they resemble."""

HTML = "text/html; charset=utf-8"


def home() -> Response:
    """The front page: a search box, the latest releases, the topics and the years."""
    language = language_asked()
    address = site().addresses.keeping(language).home

    def render() -> Rendering:
        latest = snapshot().search(Query(languages=(language,) if language else (), per_page=LATEST))
        held = take_inventory(snapshot(), voice_of(language or newsroom().language), language)
        return _page(
            "home.html", address, language, versions=versions(language, attrgetter("home")), hits=latest.hits, held=held
        )

    if former := former_release_with_query():  # /?p=77, as WordPress has it
        return moved(site().addresses.release(former))
    return former_feed() or answer(address, render)


def listing(kind: ListingKind, **path: str) -> Response:
    """A list of releases, page by page, with what it can be narrowed by; a search is one too."""
    asked = listing_of(kind, newsroom(), path, in_feed=False)
    address = site().addresses.listing(asked)
    return moved_to_canonical(asked) or _moved_to_named(asked) or answer(address, lambda: _list_page(asked, address))


def search_help() -> Response:
    """What can be asked of this newsroom, by examples that find something in it."""
    language = language_asked()
    address = site().addresses.keeping(language).search_help

    def render() -> Rendering:
        in_others = versions(language, attrgetter("search_help"))
        return _page("search_help.html", address, language, versions=in_others, examples=examples(snapshot(), language))

    return answer(address, render)


def release(release_id: str) -> Response:
    """One release, with its files, its contacts, its translations, its neighbours and the feeds of its topics."""
    address = site().addresses.release(release_id)

    def render() -> Rendering:
        found = snapshot().get(release_id)
        siblings = snapshot().siblings([found])[found.id]
        kept = _kept(found.language, newsroom())
        in_kept = (kept,) if kept else ()
        topic_lists = [Listing(ListingKind.TOPIC, topics=(topic,), languages=in_kept) for topic in found.topic_ids]
        body = templating.body_for_page(found, site().addresses)
        return _page(
            "release.html",
            address,
            kept,
            found.language,
            versions=of_release(found, siblings),
            release=found,
            siblings=siblings,
            body=body,
            topic_lists=topic_lists,
            article=discovery.news_article(found, called(newsroom(), found.language), site().addresses),
            lead=files.lead(found),
            downloads=files.downloads(found),
            minutes=reading_minutes(found.text, found.language),
            neighbours=snapshot().neighbours(release_id),
            related=snapshot().similar(release_id, RELATED),
        )

    return answer(address, render)


def topics() -> Response:
    """All topics, in pages where there are many."""
    return _directory("topics", TOPICS)


def years() -> Response:
    """All years."""
    return _directory("years", YEARS)


def feeds() -> Response:
    """Every feed there is, for people; where there are many, those of topics in pages, and the others on the first."""
    asked = _listing_asked()
    address = site().addresses.keeping(asked.language).feeds

    def render() -> Rendering:
        groups, parts = _offered(asked, TOPICS, address)
        shown = directory.part(parts, asked.page)
        is_first = asked.page == 1
        return _page(
            "feeds.html",
            shown.address,
            asked.language,
            versions=versions(asked.language, attrgetter("feeds")),
            groups=groups,
            parts=parts,
            shown=shown,
            is_first=is_first,
        )

    return answer(directory.address_of(address, asked.page), render)


def unpublished() -> Response:
    """In a preview: all that is not public now, and why."""
    address, preview = site().addresses.unpublished, site().preview

    def render() -> Rendering:
        releases = map(snapshot().get, preview.reasons if preview else ())
        return _page("unpublished.html", address, "", releases=list(releases))

    return answer(address, render)


def _directory(name: str, group: str) -> Response:
    asked = _listing_asked()
    address = attrgetter(name)(site().addresses.keeping(asked.language))

    def render() -> Rendering:
        _, parts = _offered(asked, group, address)
        shown = directory.part(parts, asked.page)
        return _page(
            "directory.html",
            shown.address,
            asked.language,
            versions=versions(asked.language, attrgetter(name)),
            title=TITLES[group],
            parts=parts,
            shown=shown,
        )

    return answer(directory.address_of(address, asked.page), render)


def _offered(asked: Listing, name: str, address: str) -> tuple[list[OfferGroup], list[directory.Part]]:
    """All offers, and those of the group of this name in parts."""
    groups = offers(snapshot(), voice_of(asked.language or newsroom().language), asked.language)
    of_name = next((group.offers for group in groups if group.name == name), ())
    return groups, directory.parts(of_name, address)


def _listing_asked() -> Listing:
    """The page and the languages that are asked for of what is no list."""
    return listing_of(ListingKind.EVERYTHING, newsroom(), {}, in_feed=False)


def _kept(language: str, newsroom: Newsroom) -> str:
    """The language that the links of a release's page keep: its own, where the newsroom has it beside its first."""
    own = newsroom.own_language(language)
    return own if own != newsroom.language else ""


def _moved_to_named(asked: Listing) -> Response | None:
    """The redirect to the release, or notice, whose number a search is for, which tomorrow may be that of several."""
    record = named(snapshot(), asked)
    if record is None:
        return None
    note_search(asked)
    return moved(site().addresses.release(record.id), HTTPStatus.SEE_OTHER)


def _list_page(asked: Listing, address: str) -> Rendering:
    note_search(asked)
    return _page("listing.html", address, asked.language, **list_page.shown(snapshot(), asked))


def _page(
    template: str,
    address: str,
    language: str,
    speaks: str = "",
    versions: Mapping[str, str] = NO_VERSIONS,
    **values: Any,
) -> Rendering:
    """A page whose links keep a language, "" for none, and that speaks it unless it ``speaks`` another.

    ``versions`` are the addresses of the same page in the languages of the newsroom.
    """
    spoken = templating.speaking(speaks or language or newsroom().language, language)
    house = called(newsroom(), speaks or language)
    text = render_template(template, newsroom=house, canonical=address, versions=versions, **spoken, **values)
    return Rendering.of(text.encode(), HTML)
