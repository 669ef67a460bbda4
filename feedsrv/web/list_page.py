"""The page of a list: what it shows of what a listing finds, and what it offers to do next."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from feedsrv.locales import voice_of
from feedsrv.locales.message import Message
from feedsrv.query import Results, Sort
from feedsrv.search import Snapshot
from feedsrv.web.addresses import Addresses, parameters
from feedsrv.web.alternatives import alternatives
from feedsrv.web.corrections import find_correction, meant
from feedsrv.web.examples import examples, headline_words, search_for, topics
from feedsrv.web.facets import facet_groups
from feedsrv.web.filters import switched_on, unfiltered
from feedsrv.web.inventory import find
from feedsrv.web.listing import Listing
from feedsrv.web.versions import versions

_SORTS = {Sort.RELEVANCE: Message("Relevance"), Sort.NEWEST: Message("Newest"), Sort.OLDEST: Message("Oldest")}


def shown(snapshot: Snapshot, asked: Listing) -> dict[str, Any]:
    """What the template of a list is told of the one that is asked for. Raises NotFound like `find`."""
    newsroom = snapshot.newsroom
    listing, results = asked, find(snapshot, asked, in_feed=False, in_full=asked.is_question)
    correction = find_correction(snapshot, asked, results, in_feed=False)
    if correction and not results.complete:
        listing, results = correction.listing, correction.results
    question, voice = listing.question, voice_of(asked.language or newsroom.language)
    filters, all_off = switched_on(listing, newsroom, voice), unfiltered(listing, newsroom)
    values = {
        "versions": _versions(asked, results),
        "listing": listing,
        "results": results,
        "filters": filters,
        "unfiltered": all_off,
        "facet_groups": facet_groups(listing, results, newsroom, voice) if listing.is_question else (),
        "understood": "" if question.is_as_typed else str(question),
        "notes": (*question.notes, *results.notes),
        "typed": replace(asked, corrects=False) if listing is not asked else None,
        "meant": meant(listing, results),
        "beside": correction if listing is asked else None,
        "kept": parameters(replace(listing.as_search, corrects=None, as_list=False)),
        "sorts": _sorts(listing, results.sort),
        "pages": _pages(listing, results),
        "examples": () if listing.is_question else examples(snapshot, asked.language),
    }
    if results.total or not listing.is_search:
        return values
    return values | {
        "alternatives": alternatives(snapshot, listing, filters, all_off),
        "topics_here": topics(snapshot, asked.language),
        "words_here": [search_for(word, asked.language) for word in headline_words(snapshot, asked.language)],
    }


def _versions(asked: Listing, results: Results) -> Mapping[str, str]:
    """The same list in the other languages, from its first page. A search is one in each, whatever it finds there."""

    def address(addresses: Addresses) -> str:
        return addresses.listing(replace(asked, languages=addresses.languages, page=1))

    there = None if asked.is_search else [facet.value for facet in results.facets["lang"]]
    return versions(asked.language, address, there)


def _sorts(asked: Listing, current: Sort) -> list[tuple[Message, Listing, bool]]:
    usual = asked.usual_sort(in_feed=False)
    orders = [Sort.RELEVANCE, Sort.NEWEST, Sort.OLDEST] if asked.text else [Sort.NEWEST, Sort.OLDEST]
    return [
        (_SORTS[sort], replace(asked, page=1, sort=None if sort is usual else sort), sort is current) for sort in orders
    ]


def _pages(asked: Listing, results: Results) -> list[tuple[Message, str, Listing | None]]:
    """What the pager offers: name, relation, and the list from that page on, None where it would lead nowhere."""
    page, last = results.page, results.pages
    steps = [
        (Message("First"), "first", 1),
        (Message("Previous"), "prev", page - 1),
        (Message("Next"), "next", page + 1),
        (Message("Last"), "last", last),
    ]
    return [
        (name, relation, replace(asked, page=number) if 1 <= number <= last and number != page else None)
        for name, relation, number in steps
    ]
