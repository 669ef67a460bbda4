"""Pinging: telling the WebSub hub which feeds have changed (https://www.w3.org/TR/websub/#publishing).

What the hub has been told of each feed is kept in a file beside the index, so that a change is told of once, and
none is forgotten when a process ends or the hub is away. Without the file, all feeds are told of again.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable, Iterator, Mapping
from hashlib import sha256
from http.client import HTTPException
from threading import Event
from time import monotonic, sleep
from urllib.parse import urlencode
from urllib.request import HTTPHandler, HTTPSHandler, OpenerDirector, ProxyHandler, Request

from feedsrv import __version__
from feedsrv.errors import IndexUnavailable
from feedsrv.feeds.formats import FORMATS
from feedsrv.search import LAG, SearchIndex, Snapshot
from feedsrv.settings import Settings
from feedsrv.web.addresses import Addresses
from feedsrv.web.inventory import offers

PAUSE = 2.0
"""Seconds between two looks at what is published: a burst of publications ends in one round of pings."""

LONGEST_PAUSE = 900.0
"""Seconds after which a hub that was away is tried again, at the latest."""

AGAIN = 125.0
"""Seconds after which the hub is told once more: it fetched at once, and a cache in front may have given it the feed
as it was, which it keeps for a minute and may use for another (`web/answers.py`)."""

TIMEOUT = 10.0
MEMORY = "pinged.json"

_log = logging.getLogger(__name__)

# A director with these handlers alone follows no redirects, knows no other schemes, and raises for no status.
_director = OpenerDirector()
for _handler in (ProxyHandler(), HTTPHandler(), HTTPSHandler()):
    _director.add_handler(_handler)


class Pinger:
    """Keeps one hub informed about one index."""

    def __init__(self, index: SearchIndex, settings: Settings) -> None:
        self._index = index
        self._hub = settings.hub
        self._addresses = Addresses(settings.base_url)
        self._memory = settings.index / MEMORY
        self._generation = ""  # the hub knows all of it
        self._complaint = ""
        self._again: dict[str, float] = {}  # when each feed is told of once more

    def run(self, stop: Event) -> None:
        """Tell the hub of every change until ``stop`` is set; ask ever less often while it does not take it."""
        pause = PAUSE
        while not stop.wait(pause):
            pause = PAUSE if self.tell() else min(2 * pause, LONGEST_PAUSE)
            self._tell_again()

    def tell(self) -> bool:
        """Tell the hub of each feed that is not as it was when the hub was told; whether it knows them all now."""
        if self._index.status().published == self._generation:
            return True
        sleep(LAG)  # a hub fetches at once, and from any of the servers
        try:
            snapshot = self._index.snapshot()
        except IndexUnavailable:  # whoever publishes or serves has said so
            return True
        states = self._states(snapshot)
        known = self._recall()
        told = {feed: state for feed, state in states.items() if known.get(feed) == state}
        for feed in self._pinged(feed for feed in states if feed not in told):
            told[feed] = states[feed]
            self._again[feed] = monotonic() + AGAIN
        if told != known:
            self._remember(told)
        if told == states:
            self._generation, self._complaint = snapshot.generation, ""
        return told == states

    def _tell_again(self) -> None:
        due = [feed for feed, moment in self._again.items() if moment <= monotonic()]
        for feed in due:
            del self._again[feed]
        list(self._pinged(due))  # this was already told: whether it is taken does not matter

    def _states(self, snapshot: Snapshot) -> dict[str, str]:
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

    def _pinged(self, feeds: Iterable[str]) -> Iterator[str]:
        """Those of the feeds that the hub has taken note of; none after it could not be reached."""
        for feed in feeds:
            try:
                status = self._ping(feed)
            except (OSError, HTTPException) as error:
                self._complain(f"the hub {self._hub} cannot be told of changes: {error}")
                return
            if 200 <= status < 300:
                yield feed
            else:
                self._complain(f"the hub {self._hub} answers {status} when told of {feed}")

    def _ping(self, feed: str) -> int:
        # hub.url is what hubs have always taken; some want hub.topic, the word of the specification elsewhere.
        form = {"hub.mode": "publish", "hub.url": feed, "hub.topic": feed}
        request = Request(self._hub, urlencode(form).encode(), {"User-Agent": f"feedsrv/{__version__}"})  # noqa: S310 - settings.py allows http and https alone
        with _director.open(request, timeout=TIMEOUT) as answer:
            status: int = answer.status
            return status

    def _complain(self, complaint: str) -> None:
        """Log what is wrong, once until all is well again."""
        if not self._complaint:
            _log.error("%s; it is tried again", complaint)
        self._complaint = complaint

    def _recall(self) -> dict[str, str]:
        try:
            return dict(json.loads(self._memory.read_text("utf8")))
        except (OSError, ValueError, TypeError):
            return {}

    def _remember(self, told: Mapping[str, str]) -> None:
        temporary = self._memory.with_suffix(".new")
        try:
            temporary.write_text(json.dumps(told, indent=1), "utf8")
            temporary.replace(self._memory)
        except OSError as error:
            self._complain(f"{self._memory} cannot be written: {error}")
