"""Peers: the search engines that feedsrv is measured beside, each given the same texts and asked for the same page.

::

    ours      feedsrv itself, as its pages ask it
    stock     Whoosh as it comes: its analyser, its BM25F, its searcher
    fts5      SQLite's FTS5 with the Porter stemmer
    tantivy   tantivy with the English stemmer

An engine is a module: ``build`` indexes documents, ``Opened`` is an index that is at hand, whose ``page`` is the first
page of what a search finds, twenty hits by relevance with excerpts, the exact total, the counts by topic, year and
language; ``change`` puts another text in a document's place. The peers read nothing: what feedsrv has understood of the
files is written down for them once, one JSON object a line. They tell no languages, and stem French as English.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from importlib import import_module
from pathlib import Path
from typing import Protocol

from feedsrv.release import Release

ENGINES: Mapping[str, str] = {"feedsrv": "ours", "Whoosh": "stock", "FTS5": "fts5", "tantivy": "tantivy"}
"""The names of engines and of their modules, ours first."""

PER_PAGE = 20
FACETS = ("topic", "year", "lang")


@dataclass(frozen=True, slots=True)
class Document:
    """A release as the peers know it; years and languages are labels like topics."""

    id: str
    title: str
    body: str
    topic: list[str]
    year: str
    lang: str

    @classmethod
    def of(cls, release: Release) -> Document:
        """What the peers are told of a release."""
        year = str(release.published.year) if release.published else ""
        return cls(release.id, release.title, release.text, list(release.topic_ids), year, release.language)


@dataclass(frozen=True, slots=True)
class Asked:
    """A search: ``kind`` is words (all of them), any, phrase or beginning."""

    kind: str
    words: tuple[str, ...]

    @property
    def text(self) -> str:
        """As most search boxes understand it."""
        match self.kind:
            case "any":
                return " OR ".join(self.words)
            case "phrase":
                return f'"{" ".join(self.words)}"'
            case "beginning":
                return f"{self.words[0]}*"
        return " ".join(self.words)


@dataclass(frozen=True, slots=True)
class Page:
    """A page of results: how many there are, the ids and excerpts of the first, how many counts by facet."""

    total: int
    ids: list[str]
    excerpts: list[str]
    counts: int


class Opened(Protocol):
    """An index that is at hand."""

    def __init__(self, place: Path) -> None: ...

    def page(self, asked: Asked) -> Page:
        """The first page of what is found."""

    def change(self, document: Document) -> None:
        """Put a document in the place of the one with its id, for all who ask from now on."""


class Engine(Protocol):
    """The module of an engine."""

    Opened: type[Opened]

    def build(self, documents: Iterable[Document], place: Path) -> None:
        """Index documents in a folder that is made."""


def engine(name: str) -> Engine:
    """An engine by its name."""
    module: Engine = import_module(f"bench.peers.{ENGINES[name]}")
    return module


def write(releases: Iterable[Release], path: Path) -> None:
    """Write down for the peers what there is."""
    with path.open("w", encoding="utf8") as file:
        for release in releases:
            file.write(f"{json.dumps(asdict(Document.of(release)), ensure_ascii=False)}\n")


def read(path: Path) -> Iterator[Document]:
    """What `write` has written."""
    with path.open(encoding="utf8") as file:
        for line in file:
            yield Document(**json.loads(line))
