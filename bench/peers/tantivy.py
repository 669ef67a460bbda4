"""tantivy, the engine in Rust after Lucene's model, through its Python binding, with its English stemmer."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

import tantivy

from bench.peers import FACETS, PER_PAGE, Asked, Document, Page

_TEXTS = ["title", "body"]
_COUNTS = {name: {"terms": {"field": name, "size": 1_000}} for name in FACETS}


def build(documents: Iterable[Document], place: Path) -> None:
    """Index documents in a folder that is made."""
    place.mkdir(parents=True)
    writer = _index(place).writer()
    for document in documents:
        writer.add_document(_fields(document))
    writer.commit()
    writer.wait_merging_threads()


def _index(place: Path) -> tantivy.Index:
    schema = tantivy.SchemaBuilder().add_text_field("id", stored=True, tokenizer_name="raw")
    for name in _TEXTS:
        schema.add_text_field(name, stored=True, tokenizer_name="stemmed")
    for name in FACETS:
        schema.add_text_field(name, tokenizer_name="raw", fast=True)
    index = tantivy.Index(schema.build(), str(place))
    words = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple()).filter(tantivy.Filter.lowercase())
    stemmed = words.filter(tantivy.Filter.ascii_fold()).filter(tantivy.Filter.stemmer("english"))
    index.register_tokenizer("stemmed", stemmed.build())
    return index


def _fields(document: Document) -> tantivy.Document:
    return tantivy.Document(
        id=document.id,
        title=document.title,
        body=document.body,
        topic=document.topic,
        year=document.year,
        lang=document.lang,
    )


class Opened:
    """The index with a searcher."""

    def __init__(self, place: Path) -> None:
        self._index = _index(place)
        self._index.reload()
        self._searcher = self._index.searcher()

    def page(self, asked: Asked) -> Page:
        """The first page of what is found."""
        query, searcher = self._query(asked), self._searcher
        found = searcher.search(query, PER_PAGE)
        excerpts = tantivy.SnippetGenerator.create(searcher, query, self._index.schema, "body")
        documents = [searcher.doc(address) for _, address in found.hits]
        counts = searcher.aggregate(query, _COUNTS)
        return Page(
            int(found.count),  # type: ignore[attr-defined]  # the stubs do not know it
            [document["id"][0] for document in documents],
            [excerpts.snippet_from_doc(document).to_html() for document in documents],
            sum(len(count["buckets"]) for count in counts.values()),
        )

    def change(self, document: Document) -> None:
        """Put a document in the place of the one with its id."""
        writer = self._index.writer()
        writer.delete_documents_by_term("id", document.id)
        writer.add_document(_fields(document))
        writer.commit()
        self._index.reload()
        self._searcher = self._index.searcher()

    def _query(self, asked: Asked) -> tantivy.Query:
        if asked.kind != "beginning":
            return self._index.parse_query(asked.text, _TEXTS, conjunction_by_default=True)
        begun = f"{re.escape(asked.words[0].lower())}.*"
        either = [(tantivy.Occur.Should, tantivy.Query.regex_query(self._index.schema, name, begun)) for name in _TEXTS]
        return tantivy.Query.boolean_query(either)
