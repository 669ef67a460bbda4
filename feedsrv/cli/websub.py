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
from feedsrv.web.inventory import offers


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
        """The feeds that can be subscribed to at the hub, each with what changes when their entries do."""
        newsroom, addresses = snapshot.newsroom, self._addresses
        states = {}
        for group in offers(snapshot):
            for offer in group.offers:
                hits = snapshot.search(offer.listing.query(newsroom, in_feed=True)).hits
                state = sha256(repr((self._hub, newsroom, hits)).encode()).hexdigest()
                for format_ in FORMATS.values():
                    states[addresses.absolute(addresses.listing(offer.listing, format_))] = state
        return states

    def message(self, address: str) -> Request:
        """hub.url is what hubs have always taken; some want hub.topic, the word of the specification elsewhere."""
        form = {"hub.mode": "publish", "hub.url": address, "hub.topic": address}
        return Request(self._hub, urlencode(form).encode())  # noqa: S310 - settings.py allows http and https alone

    def has_taken(self, status: int) -> bool:
        """Any 2xx."""
        return 200 <= status < 300
