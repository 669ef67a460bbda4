"""WebSub: the hub that is told which feeds have changed (https://www.w3.org/TR/websub/#publishing)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from hashlib import sha256
from urllib.parse import urlencode
from urllib.request import Request

from feedsrv.feeds.formats import FORMATS
from feedsrv.search import Snapshot
from feedsrv.settings import Settings
from feedsrv.web.addresses import Addresses
from feedsrv.web.inventory import subscribed
from feedsrv.web.listing import Listing
from feedsrv.web.subscription_document import members, topics


class Hub:
    """A hub, which fetches each feed that it is told of.

    It is told once more when no cache can have the feed as it was: it fetched at once, perhaps through one.
    """

    memory = "pinged.json"
    again = 65.0

    def __init__(self, settings: Settings) -> None:
        self.name = f"the hub {settings.hub}"
        self._hub = settings.hub
        self._addresses = Addresses(settings.base_url)

    def states(self, snapshot: Snapshot, _known: Iterable[str]) -> Mapping[str, str]:
        """The feeds that can be subscribed to at the hub, each with what changes when entries, notices or titles do."""
        addresses, states = self._addresses, {}
        for listing in subscribed(snapshot):
            said = repr((self._hub, _said(snapshot, listing)))
            for format_ in FORMATS.values():
                address = addresses.absolute(addresses.listing(listing, format_))
                states[address] = sha256(said.encode()).hexdigest()
        return states

    def message(self, address: str) -> Request:
        """hub.url is what hubs have always taken; some want hub.topic, the word of the specification elsewhere."""
        form = {"hub.mode": "publish", "hub.url": address, "hub.topic": address}
        return Request(self._hub, urlencode(form).encode())  # noqa: S310 - settings.py allows http and https alone

    def has_taken(self, status: int) -> bool:
        """Any 2xx."""
        return 200 <= status < 300


def _said(snapshot: Snapshot, listing: Listing) -> tuple[object, ...]:
    """What the subscription document of a list says to people, whichever version of feedsrv writes it."""
    newsroom = snapshot.newsroom
    held = members(snapshot, listing, snapshot.search(listing.query(newsroom, in_feed=True)))
    used = sorted({*topics(held), *listing.topics})
    stated = [(topic.labels, topic.retired) for topic in map(newsroom.topics.get, used) if topic]
    labels = [newsroom.topic_label(topic) for topic in used]
    called = newsroom.speaking(listing.language)
    names = (called.title, called.description, called.publisher, newsroom.language, newsroom.timezone.key)
    return (*names, newsroom.tag("", ""), stated, labels, held)
