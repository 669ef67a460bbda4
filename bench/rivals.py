"""Rivals in ranking: feedsrv, as any program asks it, and others that get the words of the question, any of them.

SQLite's FTS5 with its Porter stemmer and bm25, tantivy with the stemmer of the language; each over title and body,
once as it comes, and once with what its users are told to try: a title that weighs twice, words with one mistake.
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from http import HTTPStatus
from typing import Any

from bench.collections import NOW, Collection, Text
from feedsrv.engines import open_index
from feedsrv.files.catalogue import Catalogue
from feedsrv.publishing import publish
from feedsrv.search.opensearch.cluster import Access, Cluster
from feedsrv.settings import SearchCluster
from feedsrv.web import create_app

Engine = Callable[[str, int], Sequence[str]]
"""The ids of documents, so many of the best, the very best first."""

OURS = "feedsrv"
PREFIX = "bench"
"""What the names of all indices begin with that are made in a cluster."""
_STEMMERS = {"en": "english", "fr": "french", "de": "german", "es": "spanish", "it": "italian"}


def rivals(collection: Collection, cluster: str = "") -> Iterator[tuple[str, Engine]]:
    """All engines by name, ours first, each with the documents of a collection; ``cluster``: ours over it, too."""
    yield OURS, _ours(collection)
    if cluster:
        yield f"{OURS}, OpenSearch", _ours(_in_cluster(collection, cluster))
    database = _database(collection.documents)
    yield "FTS5", _fts5(database, "bm25(t)")
    yield "FTS5, title twice", _fts5(database, "bm25(t, 0, 2, 1)")
    index = _tantivy_index(collection)
    yield "tantivy", _tantivy(index, {})
    yield "tantivy, fuzzy", _tantivy(index, dict.fromkeys(("title", "body"), (False, 1, True)))


def _ours(collection: Collection) -> Engine:
    """What was found, or, where next to nothing was, what readers are shown at once instead."""
    client = create_app(collection.index, collection.settings).test_client()

    def ask(question: str, most: int) -> list[str]:
        asked = {"q": question, "sort": "relevance", "limit": str(most), "correct": "1"}
        answer = client.get("/search.json", query_string=asked, follow_redirects=True)
        while answer.status_code == HTTPStatus.SERVICE_UNAVAILABLE:  # a cluster on a busy machine
            answer = client.get("/search.json", query_string=asked, follow_redirects=True)
        return [collection.names[item["_feedsrv"]["release"]] for item in json.loads(answer.data)["items"]]

    return ask


def _in_cluster(collection: Collection, cluster: str) -> Collection:
    """The same newsroom, with the index in a cluster."""
    there = SearchCluster((cluster,), f"{PREFIX}-{collection.name}")
    settings = replace(collection.settings, index=collection.settings.index.with_name("beside"), search=there)
    index = open_index(settings)
    publish(Catalogue(settings.releases), index, NOW)
    return replace(collection, settings=settings, index=index)


def _database(documents: Sequence[Text]) -> sqlite3.Connection:
    database = sqlite3.connect(":memory:")
    database.execute("CREATE VIRTUAL TABLE t USING fts5(id UNINDEXED, title, body, tokenize = 'porter unicode61')")
    rows = [(document.id, document.title, document.body) for document in documents]
    database.executemany("INSERT INTO t VALUES (?, ?, ?)", rows)
    return database


def _fts5(database: sqlite3.Connection, rank: str) -> Engine:
    def ask(question: str, most: int) -> list[str]:
        words = " OR ".join(f'"{word}"' for word in _words(question))
        found = database.execute(f"SELECT id FROM t WHERE t MATCH ? ORDER BY {rank} LIMIT ?", (words, most))
        return [identity for (identity,) in found]

    return ask


def _tantivy_index(collection: Collection) -> Any:
    import tantivy

    filters = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple()).filter(tantivy.Filter.lowercase())
    schema = tantivy.SchemaBuilder()
    for name in ("title", "body"):
        schema.add_text_field(name, tokenizer_name="stemmed")
    schema.add_text_field("id", stored=True, tokenizer_name="raw")
    index = tantivy.Index(schema.build())
    stemmer = tantivy.Filter.stemmer(_STEMMERS[collection.language])
    index.register_tokenizer("stemmed", filters.filter(stemmer).build())
    writer = index.writer()
    for document in collection.documents:
        writer.add_document(tantivy.Document(id=document.id, title=document.title, body=document.body))
    writer.commit()
    index.reload()
    return index


def _tantivy(index: Any, fuzzy: Mapping[str, tuple[bool, int, bool]]) -> Engine:
    searcher = index.searcher()

    def ask(question: str, most: int) -> list[str]:
        query = index.parse_query(" ".join(_words(question)), ["title", "body"], fuzzy_fields=fuzzy)
        return [searcher.doc(address)["id"][0] for _, address in searcher.search(query, most).hits]

    return ask


def _words(question: str) -> list[str]:
    return re.findall(r"\w+", question.lower())


def clear(addresses: str) -> None:
    """Delete the indices that were made in a cluster."""
    cluster = Cluster(Access(addresses.split(",")))
    for name in cluster.ask("GET", f"/{PREFIX}-*") or ():
        cluster.ask("DELETE", f"/{name}")
