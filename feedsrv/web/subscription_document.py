"""The subscription document: what a feed holds at the address that is polled, the same in every format (RFC 5005, 4).

Beside the newest releases it holds what changed of others, so that whoever reads it alone misses nothing. All of it
follows from what is public; no clock is asked.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from feedsrv.query import Hit, Results
from feedsrv.query.subscription import MOST, REACH, UPDATED, reached
from feedsrv.release import Withdrawal
from feedsrv.search import Snapshot
from feedsrv.web.inventory import withdrawals
from feedsrv.web.listing import Listing


def is_subscription_document(listing: Listing) -> bool:
    """Whether this is what readers poll: a list from its beginning, and as it is; a search for words is another."""
    return listing == listing.subscription and not listing.text


def members(snapshot: Snapshot, listing: Listing, results: Results) -> tuple[Hit | Withdrawal, ...]:
    """What the feed of a listing holds, in order; ``results`` are what the listing finds, which is what pages count.

    In a subscription document that is all that appeared within `REACH` of the newest, the `UPDATED` that were last
    updated of the others, and what has been withdrawn of late; in an archive what has been withdrawn of it as well.
    """
    if listing.archive:
        return _in_order(results.hits, withdrawals(snapshot, listing))
    if not is_subscription_document(listing):
        return results.hits
    newest = _reaching_back(snapshot, listing, results)
    query = listing.query(snapshot.newsroom, in_feed=True)
    updated = snapshot.recently_updated(query, len(newest), UPDATED)
    return _in_order((*newest, *map(Hit, updated)), withdrawals(snapshot, listing))


def topics(members: Iterable[Hit | Withdrawal]) -> list[str]:
    """The ids of the topics of these members, in order: what these are called is a part of what a feed says."""
    return sorted({topic for member in members for topic in _topics(member)})


def _topics(member: Hit | Withdrawal) -> tuple[str, ...]:
    return member.topics if isinstance(member, Withdrawal) else member.release.topic_ids


def _reaching_back(snapshot: Snapshot, listing: Listing, results: Results) -> tuple[Hit, ...]:
    """The newest, and those before them that appeared within `REACH` of the first, as long as there is room."""
    hits = results.hits
    first, last = (hit.release.appeared for hit in (hits[0], hits[-1])) if hits else (None, None)
    if results.pages == 1 or not first or not last or last < first - REACH:
        return hits
    query = listing.query(snapshot.newsroom, in_feed=True)
    more = snapshot.search(replace(query, per_page=MOST)).hits
    return more[: reached([hit.release for hit in more])]


def _in_order(hits: tuple[Hit, ...], withdrawn: tuple[Withdrawal, ...]) -> tuple[Hit | Withdrawal, ...]:
    """All of them, the newest first, of equals the first by id, then those without a date."""
    return tuple(sorted((*hits, *withdrawn), key=_place))


def _place(member: Hit | Withdrawal) -> tuple[bool, float, str]:
    record = member.release if isinstance(member, Hit) else member
    return record.appeared is None, -record.appeared.timestamp() if record.appeared else 0.0, record.id
