"""Purging: the cache that is told what to forget, so that what is gone need not live out its minute there."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from hashlib import sha256
from itertools import chain
from urllib.parse import urlsplit
from urllib.request import Request

from feedsrv.feeds.formats import FORMATS
from feedsrv.query import Query
from feedsrv.release import Release
from feedsrv.search import Snapshot
from feedsrv.settings import Settings
from feedsrv.web import directory
from feedsrv.web.addresses import COPIES, Addresses
from feedsrv.web.cards import card_files
from feedsrv.web.inventory import TOPICS, Offer, offers
from feedsrv.web.subscription_document import members
from feedsrv.web.subscription_document import topics as topics_of

NOT_HELD = {404, 412}
"""How some caches say that they have nothing to forget."""


class Cache:
    """A cache that takes the method PURGE, as Varnish, Squid and Fastly do, and nginx with a module for it."""

    memory = "purged.json"
    again = 0.0

    def __init__(self, settings: Settings) -> None:
        parts = urlsplit(settings.purge)
        self.name = f"the cache at {parts.scheme}://{parts.netloc}"  # what follows may be a secret
        self._purge = settings.purge
        self._host = urlsplit(settings.base_url).netloc
        self._addresses = Addresses(settings.base_url)

    def states(self, snapshot: Snapshot, known: Iterable[str]) -> Mapping[str, str]:
        """What each release has, the lists and feeds that are offered, and the pages that name them all."""
        states = dict.fromkeys(known, "")
        of_all = sha256(repr((self._purge, snapshot.newsroom)).encode())
        for path, content in chain(self._releases(snapshot), self._lists(snapshot)):
            digest = of_all.copy()
            digest.update(repr(content).encode())
            states[path] = digest.hexdigest()[:24]
        return states

    def message(self, address: str) -> Request:
        """PURGE, for a path at the public host."""
        return Request(self._purge + address, headers={"Host": self._host}, method="PURGE")  # noqa: S310 - settings.py allows http and https alone

    def has_taken(self, status: int) -> bool:
        """Any 2xx, or that there was nothing."""
        return 200 <= status < 300 or status in NOT_HELD

    def _releases(self, snapshot: Snapshot) -> Iterator[tuple[str, object]]:
        total = snapshot.search(Query(per_page=0)).total
        releases = [hit.release for hit in snapshot.search(Query(per_page=max(1, total))).hits]
        for release, neighbours in _beside(releases):
            labels = [snapshot.newsroom.topic_label(topic) for topic in release.topic_ids]
            yield self._addresses.release(release.id), (release, labels, neighbours)
            files = (self._addresses.attachment(release.id, name) for name in card_files(release))
            for path in (*(self._addresses.copy(release.id, ending) for ending in COPIES), *files):
                yield path, (release, labels)
            for file in release.attachments:
                for version in ("", file.digest, *([file.thumbnail.digest] if file.thumbnail else ())):
                    yield self._addresses.attachment(release.id, file.name, version), file.digest

    def _lists(self, snapshot: Snapshot) -> Iterator[tuple[str, object]]:
        addresses = self._addresses
        yield addresses.sitemap, snapshot.generation
        for language in ("", *snapshot.newsroom.languages):
            spoken = addresses.keeping(language)
            groups = offers(snapshot, language=language)
            topics = next((group.offers for group in groups if group.name == TOPICS), ())
            for path in (spoken.home, spoken.years, spoken.opml):
                yield path, snapshot.generation
            for path in (spoken.topics, spoken.feeds):
                yield from ((part.address, snapshot.generation) for part in directory.parts(topics, path))
            yield from chain.from_iterable(self._offered(snapshot, offer) for group in groups for offer in group.offers)

    def _offered(self, snapshot: Snapshot, offer: Offer) -> Iterator[tuple[str, object]]:
        results = snapshot.search(offer.listing.query(snapshot.newsroom, in_feed=True))
        held = members(snapshot, offer.listing, results)
        labels = [snapshot.newsroom.topic_label(topic) for topic in topics_of(held)]
        for format_ in (None, *FORMATS.values()):
            yield self._addresses.listing(offer.listing, format_), (offer.title, results.total, held, labels)


def _beside(releases: Iterable[Release]) -> Iterator[tuple[Release, list[tuple[str, str, datetime | None]]]]:
    """Each of all releases, the newest first, with what its page says of those that stand beside it in its language."""
    by_language = defaultdict[str, list[Release]](list)
    for release in releases:
        by_language[release.language].append(release)
    for those in by_language.values():
        for at, release in enumerate(those):
            beside = (*those[max(0, at - 1) : at], *those[at + 1 : at + 2])
            yield release, [(other.id, other.title, other.published) for other in beside]
