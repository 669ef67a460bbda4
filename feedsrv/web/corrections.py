"""Corrections: what may have been meant by a question, and is shown at once where that finds next to nothing."""

from __future__ import annotations

from dataclasses import dataclass, replace

from feedsrv.query import Results
from feedsrv.query.parser import parse
from feedsrv.search import Snapshot
from feedsrv.web.inventory import find
from feedsrv.web.listing import Listing


@dataclass(frozen=True, slots=True)
class Correction:
    """The question that may have been meant, and what it finds."""

    listing: Listing
    results: Results


def meant(asked: Listing, results: Results) -> Listing | None:
    """The question that may have been meant by one which has these results; None where it is none but itself."""
    if results.did_you_mean is None:
        return None
    return replace(asked, question=parse(results.did_you_mean), page=1, corrects=None)


def find_correction(snapshot: Snapshot, asked: Listing, results: Results, *, in_feed: bool) -> Correction | None:
    """What is to be shown in place of these results, or beside them where any release has all that was asked for.

    None where nothing else can have been meant than was asked for.
    """
    listing = meant(asked, results)
    if listing is None or asked.corrects is False or results.page > 1:
        return None
    found = find(snapshot, listing, in_feed=in_feed, in_full=True)
    return Correction(listing, found) if found.complete or not results.total else None
