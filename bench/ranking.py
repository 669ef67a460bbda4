"""Ranking: how good are the first results? Ours beside SQLite's FTS5 and tantivy, on collections with judgements.

``make bench-ranking COLLECTIONS="FOLDER..."``: each folder holds ``docs.jsonl`` (id, title, body, lang),
``queries.jsonl`` (id, text) and ``qrels.tsv`` (query_id, doc_id, grade). Ours is asked as any program would ask,
through ``/search.json?sort=relevance``; the others get the words of the question, any of them, and their best stemmer
for the language. Prints nDCG@10 (Järvelin and Kekäläinen 2002) and MAP over the first 200 results.
"""

from __future__ import annotations

import json
import math
import re
import sqlite3
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import mean
from tempfile import TemporaryDirectory
from typing import Any

from feedsrv.files.catalogue import Catalogue
from feedsrv.publishing import publish
from feedsrv.search.whoosh.index import WhooshIndex
from feedsrv.settings import Settings
from feedsrv.web import create_app

DEPTH = 200
MOST_QUERIES = 400
"""Of a collection with more, every so many-th is asked."""

Engine = Callable[[str], Sequence[str]]
"""The ids of documents, the best first."""


@dataclass(frozen=True, slots=True)
class Collection:
    """Documents, questions, and which documents answer which question how well."""

    name: str
    documents: Sequence[Mapping[str, Any]]
    questions: Mapping[str, str]
    grades: Mapping[str, Mapping[str, float]]

    @property
    def language(self) -> str:
        """That of its first document."""
        return self.documents[0].get("lang") or "en"

    @classmethod
    def read(cls, folder: Path) -> Collection:
        """The collection in a folder; questions without an answer are passed over."""
        grades: dict[str, dict[str, float]] = {}
        for line in (folder / "qrels.tsv").read_text("utf8").splitlines()[1:]:
            question, document, grade = line.split("\t")
            if float(grade) > 0:
                grades.setdefault(question, {})[document] = float(grade)
        asked = [item for item in _lines(folder / "queries.jsonl") if item["id"] in grades]
        step = -(-len(asked) // MOST_QUERIES)
        questions = {item["id"]: item["text"] for item in asked[::step]}
        return cls(folder.name, list(_lines(folder / "docs.jsonl")), questions, grades)


def _lines(path: Path) -> Iterable[dict[str, Any]]:
    return map(json.loads, path.read_text("utf8").splitlines())


def ours(collection: Collection, folder: Path) -> Engine:
    """feedsrv, with a file a document."""
    settings = Settings(releases=folder / "releases", index=folder / "index", base_url="http://localhost")
    settings.releases.mkdir()
    (settings.releases / "newsroom.toml").write_text(f'languages = ["{collection.language}"]\n', "utf8")
    names = {}
    for number, document in enumerate(collection.documents):
        names[f"d{number}"] = document["id"]
        head = json.dumps({"title": document["title"] or "-", "slug": f"d{number}", "date": "2020-01-01"})
        path = settings.releases / f"d{number}.txt"
        path.write_text(f"{head}\n{document['body']}\n", "utf8")
    index = WhooshIndex(settings.index)
    publish(Catalogue(settings.releases), index, datetime(2026, 1, 1, tzinfo=UTC))
    client = create_app(index, settings).test_client()

    def ask(question: str) -> list[str]:
        asked = {"q": question, "sort": "relevance", "limit": str(DEPTH)}
        answer = client.get("/search.json", query_string=asked, follow_redirects=True)
        return [names[item["_feedsrv"]["release"]] for item in json.loads(answer.data)["items"]]

    return ask


def fts5(collection: Collection, _: Path) -> Engine:
    """SQLite's FTS5 with its Porter stemmer, bm25 over title and body."""
    database = sqlite3.connect(":memory:")
    database.execute("CREATE VIRTUAL TABLE t USING fts5(id UNINDEXED, title, body, tokenize = 'porter unicode61')")
    rows = [(document["id"], document["title"] or "", document["body"]) for document in collection.documents]
    database.executemany("INSERT INTO t VALUES (?, ?, ?)", rows)

    def ask(question: str) -> list[str]:
        words = " OR ".join(f'"{word}"' for word in _words(question))
        found = database.execute("SELECT id FROM t WHERE t MATCH ? ORDER BY rank LIMIT ?", (words, DEPTH))
        return [identity for (identity,) in found]

    return ask


def tantivy(collection: Collection, _: Path) -> Engine:
    """tantivy with the stemmer of the language, BM25 over title and body."""
    import tantivy as engine

    stemmer = {"en": "english", "fr": "french", "de": "german", "es": "spanish", "it": "italian"}[collection.language]
    filters = engine.TextAnalyzerBuilder(engine.Tokenizer.simple()).filter(engine.Filter.lowercase())
    schema = engine.SchemaBuilder()
    for name in ("title", "body"):
        schema.add_text_field(name, tokenizer_name="stemmed")
    schema.add_text_field("id", stored=True, tokenizer_name="raw")
    index = engine.Index(schema.build())
    index.register_tokenizer("stemmed", filters.filter(engine.Filter.stemmer(stemmer)).build())
    writer = index.writer()
    for document in collection.documents:
        writer.add_document(engine.Document(id=document["id"], title=document["title"] or "", body=document["body"]))
    writer.commit()
    index.reload()
    searcher = index.searcher()

    def ask(question: str) -> list[str]:
        query = index.parse_query(" ".join(_words(question)), ["title", "body"])
        return [searcher.doc(address)["id"][0] for _, address in searcher.search(query, DEPTH).hits]

    return ask


ENGINES: Mapping[str, Callable[[Collection, Path], Engine]] = {"feedsrv": ours, "FTS5": fts5, "tantivy": tantivy}


def _words(question: str) -> list[str]:
    return re.findall(r"\w+", question.lower())


def ndcg(found: Sequence[str], grades: Mapping[str, float], depth: int = 10) -> float:
    """The normalised discounted cumulative gain of the first results."""
    gain = sum(grades.get(item, 0) / math.log2(place + 2) for place, item in enumerate(found[:depth]))
    ideal = sorted(grades.values(), reverse=True)[:depth]
    return gain / sum(grade / math.log2(place + 2) for place, grade in enumerate(ideal))


def average_precision(found: Sequence[str], grades: Mapping[str, float]) -> float:
    """The mean of the precisions at each right result."""
    hits, total = 0, 0.0
    for place, item in enumerate(found, 1):
        if item in grades:
            hits += 1
            total += hits / place
    return total / len(grades)


def judge(collection: Collection, ask: Engine) -> tuple[float, float]:
    """nDCG@10 and MAP over all questions of a collection."""
    found = {name: ask(text) for name, text in collection.questions.items()}
    return (
        mean(ndcg(found[name], collection.grades[name]) for name in found),
        mean(average_precision(found[name], collection.grades[name]) for name in found),
    )


def main(folders: Sequence[Path]) -> None:
    """Print a table of all engines over all collections."""
    rows = []
    for folder in folders:
        collection = Collection.read(folder)
        figures = {}
        for name, make in ENGINES.items():
            with TemporaryDirectory() as temporary:
                figures[name] = judge(collection, make(collection, Path(temporary)))
        best = max(figures["FTS5"][0], figures["tantivy"][0])
        for name, (gain, precision) in figures.items():
            ratio = f"{figures['feedsrv'][0] / best - 1:+.1%}" if name == "feedsrv" else ""
            rows.append([collection.name, name, f"{gain:.3f}", f"{precision:.3f}", ratio])
        _print(rows[-len(figures) :], with_head=folder == folders[0])


def _print(rows: Sequence[Sequence[str]], *, with_head: bool) -> None:
    head = ("collection", "engine", "nDCG@10", "MAP", "above the better of the others")
    lines = [*([head, ["---"] * len(head)] if with_head else []), *rows]
    sys.stdout.write("".join(f"| {' | '.join(line)} |\n" for line in lines))
    sys.stdout.flush()


if __name__ == "__main__":
    if not sys.argv[1:]:
        sys.exit('Name the folders of the collections: make bench-ranking COLLECTIONS="cisi piaf-fr"')
    main([Path(folder) for folder in sys.argv[1:]])
