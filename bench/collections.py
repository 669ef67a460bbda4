"""Collections: documents that are searched, questions, and which documents answer them; each is a newsroom as well.

A collection is a folder with ``docs.jsonl`` (id, title, body, lang), ``queries.jsonl`` (id, text) and ``qrels.tsv``
(query_id, doc_id, grade). Any other folder is one of releases, which has no questions of its own.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench import generate
from feedsrv.files.catalogue import Catalogue
from feedsrv.publishing import publish
from feedsrv.release import Release
from feedsrv.search import SearchIndex
from feedsrv.search.whoosh.index import WhooshIndex
from feedsrv.settings import Settings

GENERATED = "generated"
"""Not a folder, but so many releases of `bench.generate`."""
_GENERATED = 1_000
_MOST_QUESTIONS = 400  # of a collection with more, every so many-th is asked
NOW = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Text:
    """A document as every engine knows it."""

    id: str
    title: str
    body: str
    language: str


@dataclass(frozen=True, slots=True)
class Collection:
    """What is searched, and the newsroom of it; ``names`` are the ids of documents by those of their releases."""

    name: str
    documents: Sequence[Text]
    settings: Settings
    index: SearchIndex
    names: Mapping[str, str]
    questions: Mapping[str, str] = field(default_factory=dict)
    grades: Mapping[str, Mapping[str, float]] = field(default_factory=dict)

    @property
    def language(self) -> str:
        """That of most of its documents."""
        return Counter(document.language for document in self.documents).most_common(1)[0][0]

    @classmethod
    def of(cls, folder: Path, work: Path) -> Collection:
        """The collection in a folder, with its newsroom below ``work``; `GENERATED` makes one."""
        if (folder / "docs.jsonl").exists():
            return cls._judged(folder, work)
        if folder.name == GENERATED and not folder.exists():
            folder = work / GENERATED
            generate.write(_GENERATED, folder)
        settings, index = _published(folder, work)
        with index.update() as update:
            documents = [
                Text(record.id, record.title, record.text, record.language)
                for record in update.published()
                if isinstance(record, Release)
            ]
        return cls(folder.name, documents, settings, index, {document.id: document.id for document in documents})

    @classmethod
    def _judged(cls, folder: Path, work: Path) -> Collection:
        """With the questions that have an answer."""
        documents = [
            Text(item["id"], item["title"] or "", item["body"], item.get("lang") or "en")
            for item in _lines(folder / "docs.jsonl")
        ]
        grades: dict[str, dict[str, float]] = {}
        for line in (folder / "qrels.tsv").read_text("utf8").splitlines()[1:]:
            question, document, grade = line.split("\t")
            if float(grade) > 0:
                grades.setdefault(question, {})[document] = float(grade)
        asked = [item for item in _lines(folder / "queries.jsonl") if item["id"] in grades]
        step = -(-len(asked) // _MOST_QUESTIONS)
        settings, index = _published(_written(documents, work / "releases"), work)
        return cls(
            folder.name,
            documents,
            settings,
            index,
            {f"d{number}": document.id for number, document in enumerate(documents)},
            {item["id"]: item["text"] for item in asked[::step]},
            grades,
        )


def _lines(path: Path) -> Iterable[dict[str, Any]]:
    return map(json.loads, path.read_text("utf8").splitlines())


def _written(documents: Sequence[Text], folder: Path) -> Path:
    """A folder with a file a document."""
    folder.mkdir()
    (folder / "newsroom.toml").write_text(f'languages = ["{documents[0].language}"]\n', "utf8")
    for number, document in enumerate(documents):
        head = json.dumps({"title": document.title or "-", "slug": f"d{number}", "date": "2020-01-01"})
        (folder / f"d{number}.txt").write_text(f"{head}\n{document.body}\n", "utf8")
    return folder


def _published(releases: Path, work: Path) -> tuple[Settings, WhooshIndex]:
    settings = Settings(releases=releases, index=work / "index", base_url="http://localhost")
    index = WhooshIndex(settings.index)
    publish(Catalogue(releases), index, NOW)
    return settings, index
