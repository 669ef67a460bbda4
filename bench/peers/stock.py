"""Whoosh as it comes: its stemming analyser, its BM25F, its searcher, one file a segment."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice
from pathlib import Path

from whoosh.analysis import StemmingAnalyzer
from whoosh.fields import ID, KEYWORD, TEXT, Schema
from whoosh.highlight import ContextFragmenter
from whoosh.index import create_in, open_dir
from whoosh.qparser import MultifieldParser
from whoosh.sorting import Count, FieldFacet

from bench.peers import FACETS, PER_PAGE, Asked, Document, Page


def build(documents: Iterable[Document], place: Path) -> None:
    """Index documents in a folder that is made."""
    place.mkdir(parents=True)
    schema = Schema(
        id=ID(unique=True, stored=True),
        title=TEXT(StemmingAnalyzer(), stored=True),
        body=TEXT(StemmingAnalyzer(), stored=True),
        topic=KEYWORD(commas=True, sortable=True),
        year=ID(sortable=True),
        lang=ID(sortable=True),
    )
    writer = create_in(place, schema).writer()
    for document in documents:
        writer.add_document(**_fields(document))
    writer.commit()


def _fields(document: Document) -> dict[str, str]:
    topics = ",".join(document.topic)
    return {
        "id": document.id,
        "title": document.title,
        "body": document.body,
        "topic": topics,
        "year": document.year,
        "lang": document.lang,
    }


class Opened:
    """The index with a searcher."""

    def __init__(self, place: Path) -> None:
        self._index = open_dir(place)
        self._searcher = self._index.searcher()
        self._parser = MultifieldParser(["title", "body"], self._index.schema)

    def page(self, asked: Asked) -> Page:
        """The first page of what is found."""
        query = self._parser.parse(asked.text)
        facets = {name: FieldFacet(name, allow_overlap=name == "topic", maptype=Count) for name in FACETS}
        found = self._searcher.search(query, limit=PER_PAGE, groupedby=facets)
        found.fragmenter = ContextFragmenter(maxchars=240)
        hits = list(islice(found, PER_PAGE))
        ids, excerpts = [hit["id"] for hit in hits], [hit.highlights("body", top=1) for hit in hits]
        return Page(len(found), ids, excerpts, sum(len(found.groups(name)) for name in FACETS))

    def change(self, document: Document) -> None:
        """Put a document in the place of the one with its id."""
        writer = self._index.writer()
        writer.update_document(**_fields(document))
        writer.commit()
        self._searcher = self._index.searcher()
