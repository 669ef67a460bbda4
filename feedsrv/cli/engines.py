"""Engines: which one keeps the index, by the settings. Nothing of another is imported."""

from __future__ import annotations

from pathlib import Path

from feedsrv.search import SearchIndex

PREFIX = "feedsrv"
"""What the names of all indices in a cluster begin with."""


def open_index(folder: Path, cluster: str = "") -> SearchIndex:
    """The index in a folder, or in the cluster of OpenSearch at an address, beside which the folder then is."""
    if cluster:
        from feedsrv.search.opensearch.index import OpenSearchIndex

        return OpenSearchIndex(cluster, PREFIX, folder)
    from feedsrv.search.whoosh.index import WhooshIndex

    return WhooshIndex(folder)
