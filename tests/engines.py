"""The engines that keep an index, as tests open them: the contract is stated over each."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from datetime import datetime
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from feedsrv.search import SearchIndex
from feedsrv.search.whoosh.index import WhooshIndex

if TYPE_CHECKING:
    from feedsrv.search.opensearch.cluster import Access
    from feedsrv.search.opensearch.releases import Releases

OPENSEARCH = os.environ.get("TEST_OPENSEARCH", "")
"""The address of a cluster in which indices may be made and deleted; without it, nothing is asked of one."""


OF_THIS_PROCESS = f"test-{os.getpid()}"
"""What the names of all indices begin with that this process makes."""


class Whoosh:
    """The embedded index: all of it is in its folder."""

    is_shared = False

    def open(self, folder: Path) -> SearchIndex:
        return WhooshIndex(folder)

    def damage(self, folder: Path) -> None:
        """Have a byte of each file be another."""
        for path in (path for path in folder.rglob("*") if path.is_file()):
            held = path.read_bytes()
            path.write_bytes(held[:-1] + bytes(byte ^ 1 for byte in held[-1:]))

    def beat(self, folder: Path, moment: datetime) -> None:
        """Have a publisher have shown then that it lives."""
        (folder / "heartbeat").touch()
        os.utime(folder / "heartbeat", (moment.timestamp(), moment.timestamp()))

    def close(self) -> None:
        """Leave nothing behind."""


class OpenSearch:
    """A cluster: each folder has indices of its own in it, which are emptied and given to another when it is done."""

    is_shared = True
    """Whether machines have one index, and not one each."""
    _free: ClassVar[list[str]] = []
    _numbers: ClassVar[Iterator[int]] = count()

    def __init__(self) -> None:
        self._prefixes: dict[Path, str] = {}

    def open(self, folder: Path) -> SearchIndex:
        from feedsrv.search.opensearch.index import OpenSearchIndex

        return OpenSearchIndex(access(), self._prefix(folder), folder)

    def damage(self, folder: Path) -> None:
        """Have each document say something else than was published."""
        releases = stored(self._prefix(folder))
        hits = list(releases.all({"match_all": {}}, ["record"]))
        for hit in hits:
            record = hit["_source"]["record"].replace("Some", "Same")
            releases.write([{"update": {"_id": hit["_id"]}}, {"doc": {"record": record}}])
        releases.refresh()

    def beat(self, folder: Path, moment: datetime) -> None:
        """Have a publisher have shown then that it lives."""
        from feedsrv.search.opensearch.state import State

        prefix = self._prefix(folder)
        State(stored(prefix).cluster, f"{prefix}-state").leave_word(heartbeat=moment.isoformat())

    def close(self) -> None:
        """Leave nothing behind: to make indices takes ten times as long as to empty them."""
        for prefix in self._prefixes.values():
            releases = stored(prefix)
            releases.refresh()
            releases.expunge([hit["_id"] for hit in releases.all({"match_all": {}}, ())], for_good=False)
            releases.refresh()
            for name in ("current", "publisher"):
                releases.cluster.ask("DELETE", f"/{prefix}-state/_doc/{name}")
            self._free.append(prefix)
        self._prefixes.clear()

    def _prefix(self, folder: Path) -> str:
        if folder not in self._prefixes:
            self._prefixes[folder] = self._free.pop() if self._free else f"{OF_THIS_PROCESS}-{next(self._numbers)}"
        return self._prefixes[folder]


def access() -> Access:
    """The cluster that there is."""
    from feedsrv.search.opensearch.cluster import Access

    return Access(OPENSEARCH.split(","))


def stored(prefix: str) -> Releases:
    """The documents of an index whose name begins so."""
    from feedsrv.search.opensearch.cluster import Cluster
    from feedsrv.search.opensearch.mapping import make

    return make(Cluster(access()), prefix)


def clear(prefix: str) -> None:
    """Delete all indices whose names begin so."""
    from feedsrv.search.opensearch.cluster import LONGEST_FOR_WRITERS

    cluster = stored(prefix).cluster
    for name in cluster.ask("GET", f"/{prefix}-*", within=LONGEST_FOR_WRITERS):
        cluster.ask("DELETE", f"/{name}", within=LONGEST_FOR_WRITERS)


Engine = Whoosh | OpenSearch
OpenIndex = Callable[[Path], SearchIndex]
ENGINE: type[Engine] = OpenSearch if OPENSEARCH else Whoosh
"""What keeps the newsrooms of tests."""
ENGINES = list({Whoosh: None, ENGINE: None})
"""What the contract is stated over."""
EXAMPLES = 25 if OPENSEARCH else 150
"""Questions that are made up for a promise of the contract: fewer over a cluster, where each takes several requests."""
