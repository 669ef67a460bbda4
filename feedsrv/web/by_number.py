"""By number: the one release, or notice, that a question names by its reference number, and by nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TypeVar

from feedsrv.query import Sort
from feedsrv.query.tree import Reference
from feedsrv.release import Release, Withdrawal
from feedsrv.search import Snapshot
from feedsrv.text.references import reference_keys
from feedsrv.web.listing import Listing

T = TypeVar("T", Release, Withdrawal)

MOST_LOOKED_AT = 20
"""Releases of one number that are told apart; those that have it come before those that mention it."""


def named(snapshot: Snapshot, asked: Listing) -> Release | Withdrawal | None:
    """The release whose number a search is for, or its notice where it has been withdrawn.

    None where the search asks for more, or for its list. Where several have the number, one in each language, it is the
    one in the language of the page. A number that a release has is no withdrawn one's.
    """
    number = asked.question.number
    if number is None or asked.as_list or asked.is_filtered or asked.page > 1:
        return None
    query = asked.query(snapshot.newsroom, in_feed=False)
    hits = snapshot.search(replace(query, sort=Sort.RELEVANCE, page=1, per_page=MOST_LOOKED_AT)).hits
    having = [hit.release for hit in hits if number.key in reference_keys(hit.release.reference)]
    spoken = asked.language or snapshot.newsroom.language
    return _meant(having, spoken) if having else _meant(_withdrawn(snapshot, asked, number), spoken)


def _withdrawn(snapshot: Snapshot, asked: Listing, number: Reference) -> list[Withdrawal]:
    """The notices of those that had the number, in the languages that are asked for."""
    notices = snapshot.notices(number.key)
    return [notice for notice in notices if not asked.languages or notice.language in asked.languages]


def _meant(having: Sequence[T], spoken: str) -> T | None:
    """The only one of these, or the one in a language where none are in the same."""
    by_language = {record.language: record for record in having}
    if len(having) > len(by_language):
        return None
    return having[0] if len(having) == 1 else by_language.get(spoken)
