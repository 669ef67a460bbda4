"""By number: the one release that a question names by its reference number, and by nothing else."""

from __future__ import annotations

from dataclasses import replace

from feedsrv.query import Sort
from feedsrv.release import Release
from feedsrv.search import Snapshot
from feedsrv.text.references import reference_keys
from feedsrv.web.listing import Listing

MOST_LOOKED_AT = 20
"""Releases of one number that are told apart; those that have it come before those that mention it."""


def named(snapshot: Snapshot, asked: Listing) -> Release | None:
    """The release whose number a search is for; None where it asks for more, or for its list.

    Where several have the number, one in each language, it is the one in the language of the page.
    """
    number = asked.question.number
    if number is None or asked.as_list or asked.is_filtered or asked.page > 1:
        return None
    query = asked.query(snapshot.newsroom, in_feed=False)
    hits = snapshot.search(replace(query, sort=Sort.RELEVANCE, page=1, per_page=MOST_LOOKED_AT)).hits
    having = [hit.release for hit in hits if number.key in reference_keys(hit.release.reference)]
    by_language = {release.language: release for release in having}
    if len(having) > len(by_language):
        return None
    spoken = asked.language or snapshot.newsroom.language
    return having[0] if len(having) == 1 else by_language.get(spoken)
