"""feedsrv itself: its index is made by ``feedsrv index`` of the files, and changed by the publisher."""

from __future__ import annotations

from pathlib import Path

from bench.peers import PER_PAGE, Asked, Document, Page
from feedsrv.query import Query, Sort
from feedsrv.query.parser import parse
from feedsrv.search.whoosh.index import WhooshIndex


class Opened:
    """Its newest generation."""

    def __init__(self, place: Path) -> None:
        self._index = WhooshIndex(place)
        self._index.snapshot().search(Query(per_page=0))

    def page(self, asked: Asked) -> Page:
        """The first page of what is found."""
        tree = parse(asked.text).tree
        query = Query(tree, sort=Sort.RELEVANCE, per_page=PER_PAGE, has_excerpts=True, has_facets=True)
        found = self._index.snapshot().search(query)
        ids, excerpts = [hit.release.id for hit in found.hits], [hit.excerpt for hit in found.hits]
        return Page(found.total, ids, excerpts, sum(map(len, found.facets.values())))

    def change(self, document: Document) -> None:
        """Nothing: what a changed file costs is measured of the publisher, see `bench.dropping`."""
        raise NotImplementedError
