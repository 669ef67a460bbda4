"""FTS5: the full-text search of SQLite, given the same files and asked for the same page of results.

``python -m bench.fts5 FOLDER DATABASE`` indexes a folder. It is bare: it knows how the generated files are laid
out, checks nothing, sanitises nothing, and stems French as English.
"""

from __future__ import annotations

import re
import sqlite3
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path

_SCHEMA = """
    CREATE VIRTUAL TABLE releases USING fts5(title, body, tokenize = 'porter unicode61 remove_diacritics 2');
    CREATE TABLE labels(release INTEGER, kind TEXT, value TEXT);
    CREATE INDEX labels_of ON labels(release);
"""
_HITS = """SELECT rowid, title, snippet(releases, 1, '<mark>', '</mark>', '…', 30) FROM releases
           WHERE releases MATCH ? ORDER BY rank LIMIT 20"""
_TOTAL = "SELECT count(*) FROM releases WHERE releases MATCH ?"
_FACETS = """SELECT kind, value, count(*) FROM releases JOIN labels ON labels.release = releases.rowid
             WHERE releases MATCH ? GROUP BY kind, value"""
_TITLE = re.compile(r'^(?:title: "|## )(.+?)"?$', re.MULTILINE)
_TOPICS = re.compile(r"^topics: \[(.*)\]$", re.MULTILINE)


def prepare(database: Path, question: str) -> Callable[[], object]:
    """A function that finds one page of results: hits with excerpts, total, facets."""
    connect = cache(lambda: sqlite3.connect(database))
    return lambda: [connect().execute(statement, (question,)).fetchall() for statement in (_HITS, _TOTAL, _FACETS)]


def build(releases: Path, database: Path) -> None:
    """Index a folder of generated releases with FTS5."""
    with sqlite3.connect(database) as connection:
        connection.executescript(_SCHEMA)
        for row, path in enumerate(sorted(releases.rglob("*.md"))):
            text = path.read_text(encoding="utf8")
            front_matter, body = text.split("---\n", 2)[1:] if text.startswith("---\n") else (text, text)
            title, topics = _TITLE.search(front_matter), _TOPICS.search(front_matter)
            connection.execute(
                "INSERT INTO releases(rowid, title, body) VALUES (?, ?, ?)", (row, title[1] if title else "", body)
            )
            labels = [
                ("year", path.parent.name),
                ("lang", "fr" if path.stem.startswith("CP") or path.stem.endswith(".fr") else "en"),
            ]
            labels += [("topic", topic) for topic in topics[1].split(", ")] if topics else []
            connection.executemany("INSERT INTO labels VALUES (?, ?, ?)", [(row, *label) for label in labels])


if __name__ == "__main__":
    build(*map(Path, sys.argv[1:]))
