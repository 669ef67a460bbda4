"""The documents of the Whoosh index: its schema, how a release becomes a document, and what is read back.

A document's terms are given to Whoosh ready-made, as lists, so that `feedsrv.analysis` alone decides about words.
The release itself is kept in a column of its own, and what filters and orders need in another, small one.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from whoosh.columns import VarBytesColumn
from whoosh.fields import COLUMN, ID, KEYWORD, TEXT, Schema
from whoosh.reading import IndexReader

from feedsrv import analysis
from feedsrv.errors import IndexUnavailable
from feedsrv.language import reference_key
from feedsrv.newsroom import Newsroom
from feedsrv.release import Release, Withdrawal, from_json

SCHEMA_VERSION = 4
"""Raise it when documents change: an index of another version is made anew."""

TITLE_BOOST = 1.5
_GAP = "\x1f"  # a term no query has, so that no phrase begins in the title and ends in the body
_ENGINE = "whoosh3"
_RIVALS = ("Whoosh", "Whoosh-Reloaded")


def schema() -> Schema:
    """The fields of a document. Those of forms have positions: phrases are looked up there."""
    return Schema(
        source=ID(unique=True),
        title=TEXT(phrase=False, field_boost=TITLE_BOOST),
        body=TEXT(phrase=False),
        forms=TEXT(phrase=True),
        boilerplate=TEXT(phrase=False),
        boilerplate_forms=TEXT(phrase=True),
        reference=KEYWORD(),
        facts=COLUMN(VarBytesColumn()),
        record=COLUMN(VarBytesColumn()),
    )


def engine_version() -> str:
    """All that the files of an index depend on, as one string.

    Raises IndexUnavailable where another distribution has been installed over the one this is written for:
    three of them share the folder ``whoosh``.
    """
    for rival in _RIVALS:
        try:
            version(rival)
        except PackageNotFoundError:
            continue
        raise IndexUnavailable(
            f"{rival} is installed in the same folder as {_ENGINE}: run pip uninstall {rival} {_ENGINE}, "
            f"then pip install {_ENGINE}"
        )
    stemmer = version("snowballstemmer")
    return f"schema {SCHEMA_VERSION}, {_ENGINE} {version(_ENGINE)}, snowballstemmer {stemmer}"


@dataclass(frozen=True, slots=True)
class Facts:
    """What filters and orders need of a document, without reading its release.

    ``published`` and ``updated`` are in seconds since 1970, None where undated; ``year`` is that of the newsroom's
    time zone.
    """

    source: str
    id: str
    digest: str
    is_withdrawn: bool
    published: float | None
    updated: float | None
    year: int | None
    language: str
    topics: tuple[str, ...]
    aliases: tuple[str, ...]
    translation_keys: tuple[str, ...]


def digest_of(record: Release | Withdrawal, stored: str, newsroom: Newsroom) -> str:
    """What tells one document from another; ``stored`` is the record as JSON."""
    return sha256(f"{_year(record, newsroom)} {stored}".encode()).hexdigest()


def document(record: Release | Withdrawal, stored: str, newsroom: Newsroom) -> dict[str, Any]:
    """The fields of a document; ``stored`` is the record as JSON. A withdrawal has no words."""
    fields: dict[str, Any] = {
        "source": [record.source],
        "facts": _facts_of(record, stored, newsroom),
        "record": stored.encode("utf8"),
    }
    if isinstance(record, Release):
        title = analysis.terms(record.title, record.language)
        body = analysis.terms(record.text, record.language)
        boilerplate = analysis.terms(record.boilerplate, record.language)
        fields |= {
            "title": title.stems,
            "body": body.stems,
            "forms": [*title.forms, _GAP, *body.forms],
            "boilerplate": boilerplate.stems,
            "boilerplate_forms": boilerplate.forms,
            "reference": reference_terms(record.reference),
        }
    return fields


def reference_terms(reference: str) -> list[str]:
    """The keys by which a reference is found: in full, and without the letters in front."""
    key = reference_key(reference)
    head, _, rest = key.partition("-")
    return [key, rest] if head.isalpha() and rest else [key] if key else []


def _facts_of(record: Release | Withdrawal, stored: str, newsroom: Newsroom) -> bytes:
    values = (
        record.source,
        record.id,
        digest_of(record, stored, newsroom),
        isinstance(record, Withdrawal),
        _timestamp(record.published),
        _timestamp(record.updated) if isinstance(record, Release) else None,
        _year(record, newsroom),
        record.language,
        record.topic_ids if isinstance(record, Release) else (),
        record.aliases if isinstance(record, Release) else (),
        record.translation_keys if isinstance(record, Release) else (),
    )
    return json.dumps(values, separators=(",", ":")).encode("ascii")


def _timestamp(moment: datetime | None) -> float | None:
    return moment.timestamp() if moment else None


def _year(record: Release | Withdrawal, newsroom: Newsroom) -> int | None:
    return newsroom.day(record.published).year if record.published else None


class Documents:
    """The live documents of an index, by their numbers; for one thread."""

    def __init__(self, reader: IndexReader) -> None:
        self._leaves = list(reader.leaf_readers())
        self._columns = [
            (base, leaf.column_reader("record")) if leaf.doc_count_all() else (base, None)
            for leaf, base in self._leaves
        ]

    def facts(self) -> Iterator[tuple[int, Facts]]:
        """The number and the facts of each live document."""
        for leaf, base in self._leaves:
            if not leaf.doc_count_all():
                continue
            column = leaf.column_reader("facts")
            for number in leaf.all_doc_ids():
                values = json.loads(column[number])
                values[-3:] = map(tuple, values[-3:])
                yield base + number, Facts(*values)

    def record(self, number: int) -> Release | Withdrawal:
        """The release, or the notice of its withdrawal, in a document."""
        base, column = next((base, column) for base, column in reversed(self._columns) if base <= number)
        return from_json(column[number - base])
