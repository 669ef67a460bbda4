"""The documents of the Whoosh index: its schema, how a release becomes a document, and what is read back.

A document's terms are given to Whoosh ready-made, as lists, so that `feedsrv.text.analysis` alone decides about words.
The release itself is kept in a column of its own, and what filters and orders need in another, small one.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import msgspec
from whoosh.columns import VarBytesColumn
from whoosh.fields import COLUMN, ID, KEYWORD, TEXT, Schema
from whoosh.reading import IndexReader

from feedsrv.errors import IndexUnavailable
from feedsrv.newsroom import Newsroom
from feedsrv.release import Release, Withdrawal, from_json
from feedsrv.text import analysis
from feedsrv.text.references import reference_key

SCHEMA_VERSION = 10
"""Raise it when documents change: an index of another version is made anew."""

_GAP = "\x1f"  # a term no query has, so that no phrase begins in the title and ends in the body
_ENGINE = "whoosh3"
_RIVALS = ("Whoosh", "Whoosh-Reloaded")


def schema() -> Schema:
    """The fields of a document: stems by part, and all words as written, where phrases are looked up."""
    return Schema(
        source=ID(unique=True),
        title=TEXT(phrase=False),
        body=TEXT(phrase=False),
        boilerplate=TEXT(phrase=False),
        forms=TEXT(phrase=True),
        boilerplate_forms=TEXT(phrase=True),
        title_forms=TEXT(phrase=True),
        contacts=TEXT(phrase=True),
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


class Facts(msgspec.Struct, array_like=True, frozen=True):
    """What filters and orders need of a document, without reading its release.

    ``published`` and ``updated`` are in seconds since 1970, None where undated; ``day`` is that of publication by the
    newsroom's calendar, as an ordinal, 0 where undated; ``length`` is the number of words of its text.
    """

    source: str
    id: str
    digest: str
    is_withdrawn: bool
    published: float | None
    updated: float | None
    day: int
    language: str
    length: int
    topics: tuple[str, ...]
    aliases: tuple[str, ...]
    translation_keys: tuple[str, ...]
    files: tuple[str, ...] = ()

    @property
    def year(self) -> int | None:
        """The year of publication by the newsroom's calendar; None where undated."""
        return date.fromordinal(self.day).year if self.day else None


_read_facts = msgspec.json.Decoder(Facts).decode


def digest_of(record: Release | Withdrawal, stored: bytes, newsroom: Newsroom) -> str:
    """What tells one document from another; ``stored`` is the record as JSON."""
    return sha256(b"%d %s" % (_day(record, newsroom), stored)).hexdigest()


def document(record: Release | Withdrawal, stored: bytes, newsroom: Newsroom) -> dict[str, Any]:
    """The fields of a document; ``stored`` is the record as JSON. A withdrawal has no words."""
    if isinstance(record, Release):
        words, length = _words(record)
    else:
        words, length = {}, 0
    return {
        "source": [record.source],
        "facts": _facts_of(record, stored, newsroom, length),
        "record": stored,
        **words,
    }


def _words(release: Release) -> tuple[dict[str, list[str]], int]:
    title, body, boilerplate = (
        analysis.terms(text, release.language) for text in (release.title, release.text, release.boilerplate)
    )
    contacts = [f"{contact.name} {contact.role} {contact.email}" for contact in release.contacts]
    words = {
        "title": title.stems,
        "body": body.stems,
        "boilerplate": boilerplate.stems,
        "forms": [*title.forms, _GAP, *body.forms],
        "boilerplate_forms": boilerplate.forms,
        "title_forms": title.forms,
        "contacts": [form for contact in contacts for form in (*analysis.forms(contact), _GAP)],
        "reference": reference_terms(release.reference),
    }
    return words, len(body.stems)


def reference_terms(reference: str) -> list[str]:
    """The keys by which a reference is found: in full, and without the letters in front."""
    key = reference_key(reference)
    head, _, rest = key.partition("-")
    return [key, rest] if head.isalpha() and rest else [key] if key else []


def _facts_of(record: Release | Withdrawal, stored: bytes, newsroom: Newsroom, length: int) -> bytes:
    facts = Facts(
        record.source,
        record.id,
        digest_of(record, stored, newsroom),
        isinstance(record, Withdrawal),
        _timestamp(record.published),
        _timestamp(record.updated) if isinstance(record, Release) else None,
        _day(record, newsroom),
        record.language,
        length,
        record.topic_ids if isinstance(record, Release) else (),
        record.aliases if isinstance(record, Release) else (),
        record.translation_keys if isinstance(record, Release) else (),
    )
    return msgspec.json.encode(facts)


def _timestamp(moment: datetime | None) -> float | None:
    return moment.timestamp() if moment else None


def _day(record: Release | Withdrawal, newsroom: Newsroom) -> int:
    return newsroom.day(record.published).toordinal() if record.published else 0


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
                yield base + number, _read_facts(column[number])

    def record(self, number: int) -> Release | Withdrawal:
        """The release, or the notice of its withdrawal, in a document."""
        base, column = next((base, column) for base, column in reversed(self._columns) if base <= number)
        return from_json(column[number - base])
