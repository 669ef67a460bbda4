"""The engines that keep an index, as tests open them: the contract is stated over each."""

from __future__ import annotations

import os
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pytest

from feedsrv.search import SearchIndex
from feedsrv.search.whoosh.index import WhooshIndex

OPENSEARCH = os.environ.get("TEST_OPENSEARCH", "")
"""The address of a cluster in which indices may be made and deleted; without it, nothing is asked of one."""


class Whoosh:
    """The embedded index: all of it is in its folder."""

    def open(self, folder: Path) -> SearchIndex:
        return WhooshIndex(folder)

    def damage(self, folder: Path) -> None:
        """Have a byte of each file be another."""
        for path in (path for path in folder.rglob("*") if path.is_file()):
            held = path.read_bytes()
            path.write_bytes(held[:-1] + bytes(byte ^ 1 for byte in held[-1:]))

    def close(self) -> None:
        """Leave nothing behind."""


class OpenSearch:
    """A cluster: each folder has indices of its own in it."""

    def __init__(self) -> None:
        self._prefixes: set[str] = set()

    def open(self, folder: Path) -> SearchIndex:
        from feedsrv.search.opensearch.index import OpenSearchIndex

        self._prefixes.add(self._prefix(folder))
        return OpenSearchIndex(OPENSEARCH, self._prefix(folder), folder)

    def damage(self, folder: Path) -> None:
        """Have each document say something else than was published."""
        cluster = self._cluster(folder)
        hits = list(cluster.all({"match_all": {}}, ["record"]))
        for hit in hits:
            record = hit["_source"]["record"].replace("Some", "Same")
            cluster.write([{"update": {"_id": hit["_id"]}}, {"doc": {"record": record}}])
        cluster.refresh()

    def close(self) -> None:
        """Leave nothing behind."""
        from feedsrv.search.opensearch.cluster import Cluster

        for prefix in self._prefixes:
            cluster = Cluster(OPENSEARCH, prefix)
            for name in (cluster.releases, cluster.state):
                cluster.ask("DELETE", f"/{name}")

    def _cluster(self, folder: Path):  # type: ignore[no-untyped-def]
        from feedsrv.search.opensearch.cluster import Cluster

        return Cluster(OPENSEARCH, self._prefix(folder))

    def _prefix(self, folder: Path) -> str:
        return f"test-{sha256(str(folder).encode()).hexdigest()[:16]}"


Engine = Whoosh | OpenSearch
OpenIndex = Callable[[Path], SearchIndex]
ENGINES = [
    pytest.param(Whoosh, id="whoosh"),
    *([pytest.param(OpenSearch, id="opensearch")] if OPENSEARCH else []),
]
