"""FTS5: the full-text search of SQLite with its Porter stemmer; the same database is served by Datasette."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator
from pathlib import Path

from bench.peers import FACETS, PER_PAGE, Asked, Document, Page

DATABASE = "releases.db"

_SCHEMA = """
    CREATE TABLE releases(
        number INTEGER PRIMARY KEY, id TEXT UNIQUE, title TEXT, body TEXT, topic TEXT, year TEXT, lang TEXT
    );
    CREATE VIRTUAL TABLE releases_fts USING fts5(
        title, body, content = 'releases', content_rowid = 'number', tokenize = 'porter unicode61 remove_diacritics 2'
    );
    CREATE TABLE labels(release INTEGER, kind TEXT, value TEXT);
    CREATE INDEX labels_of ON labels(release);
"""
_HITS = f"""SELECT id, snippet(releases_fts, 1, '<mark>', '</mark>', '…', 30)
            FROM releases_fts JOIN releases ON number = releases_fts.rowid
            WHERE releases_fts MATCH ? ORDER BY rank LIMIT {PER_PAGE}"""
_TOTAL = "SELECT count(*) FROM releases_fts WHERE releases_fts MATCH ?"
_COUNTS = """SELECT kind, value, count(*) FROM releases_fts JOIN labels ON release = releases_fts.rowid
             WHERE releases_fts MATCH ? GROUP BY kind, value"""


def build(documents: Iterable[Document], place: Path) -> None:
    """Index documents in a folder that is made."""
    place.mkdir(parents=True)
    with sqlite3.connect(place / DATABASE) as connection:
        connection.executescript(_SCHEMA)
        for number, document in enumerate(documents, 1):
            _insert(connection, number, document)


def _insert(connection: sqlite3.Connection, number: int, document: Document) -> None:
    title, body = document.title, document.body
    stored = (number, document.id, title, body, json.dumps(document.topic), document.year, document.lang)
    connection.execute("INSERT INTO releases VALUES (?, ?, ?, ?, ?, ?, ?)", stored)
    connection.execute("INSERT INTO releases_fts(rowid, title, body) VALUES (?, ?, ?)", (number, title, body))
    connection.executemany("INSERT INTO labels VALUES (?, ?, ?)", [(number, *label) for label in _labels(document)])


def _labels(document: Document) -> Iterator[tuple[str, str]]:
    for kind in FACETS:
        value = getattr(document, kind)
        yield from ((kind, each) for each in ([value] if isinstance(value, str) else value))


class Opened:
    """A connection to the database."""

    def __init__(self, place: Path) -> None:
        self._connection = sqlite3.connect(place / DATABASE)
        self._connection.execute("SELECT max(number) FROM releases").fetchall()

    def page(self, asked: Asked) -> Page:
        """The first page of what is found."""
        words = [f'"{word}"' for word in asked.words]
        match asked.kind:
            case "any":
                text = " OR ".join(words)
            case "beginning":
                text = f"{words[0]}*"
            case "phrase":
                text = asked.text
            case _:
                text = " ".join(words)
        hits, total, counts = (
            self._connection.execute(statement, (text,)).fetchall() for statement in (_HITS, _TOTAL, _COUNTS)
        )
        return Page(total[0][0], [hit[0] for hit in hits], [hit[1] for hit in hits], len(counts))

    def change(self, document: Document) -> None:
        """Put a document in the place of the one with its id."""
        with self._connection as connection:
            found = connection.execute("SELECT number, title, body FROM releases WHERE id = ?", (document.id,))
            number, title, body = found.fetchone()
            gone = "INSERT INTO releases_fts(releases_fts, rowid, title, body) VALUES ('delete', ?, ?, ?)"
            connection.execute(gone, (number, title, body))
            connection.execute("DELETE FROM releases WHERE number = ?", (number,))
            connection.execute("DELETE FROM labels WHERE release = ?", (number,))
            _insert(connection, number, document)
