"""The engine of a cluster where there is none: tests that need one are in ``tests/opensearch``."""

from __future__ import annotations

from pathlib import Path

import pytest

from feedsrv.engines import open_index
from feedsrv.errors import IndexUnavailable
from feedsrv.search.opensearch.breaker import OPEN_AFTER
from feedsrv.search.opensearch.cluster import Access, Cluster
from feedsrv.search.opensearch.index import OpenSearchIndex
from feedsrv.search.whoosh.index import WhooshIndex
from feedsrv.settings import SearchCluster, Settings

NOWHERE = "http://127.0.0.1:9"
"""An address at which nothing answers."""


def test_a_cluster_that_does_not_answer_is_left_alone_for_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("feedsrv.search.opensearch.cluster.PAUSE", 0)
    cluster = Cluster(Access([NOWHERE]))
    for _ in range(OPEN_AFTER):
        with pytest.raises(IndexUnavailable):
            cluster.ask("GET", "/")
    with pytest.raises(IndexUnavailable, match="does not answer"):
        cluster.ask("GET", "/")


def test_the_embedded_index_is_what_there_is_without_a_cluster(tmp_path: Path) -> None:
    assert isinstance(open_index(Settings(index=tmp_path)), WhooshIndex)
    assert isinstance(open_index(Settings(index=tmp_path, search=SearchCluster((NOWHERE,), "test"))), OpenSearchIndex)
