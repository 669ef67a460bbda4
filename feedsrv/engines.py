"""Engines: which one keeps the index, by the settings. Nothing of another is imported."""

from __future__ import annotations

from feedsrv.search import SearchIndex
from feedsrv.settings import Settings


def open_index(settings: Settings) -> SearchIndex:
    """The index in a folder, or in a cluster of OpenSearch, beside which the folder then is. Raises SettingsInvalid."""
    if cluster := settings.search:
        from feedsrv.search.opensearch.cluster import Access
        from feedsrv.search.opensearch.index import OpenSearchIndex

        access = Access(cluster.addresses, cluster.login, cluster.authorities)
        return OpenSearchIndex(access, cluster.prefix, settings.index, settings.files)
    from feedsrv.search.whoosh.index import WhooshIndex

    return WhooshIndex(settings.index)
