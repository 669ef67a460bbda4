"""The documents of the Whoosh index: its schema, and how a release becomes a document.

A document's terms are given to Whoosh ready-made, as lists, so that `feedsrv.text.analysis` alone decides about words.
The release itself is kept in a column; what filters and orders need of it goes into the table of the generation.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from datetime import date, datetime
from functools import cache
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, version

import msgspec
from whoosh.columns import VarBytesColumn
from whoosh.fields import COLUMN, KEYWORD, TEXT, Schema

from feedsrv.errors import IndexUnavailable
from feedsrv.newsroom import Newsroom
from feedsrv.release import Release, Withdrawal
from feedsrv.text import analysis
from feedsrv.text.references import reference_keys

SCHEMA_VERSION = 19
"""Raise it when documents change: an index of another version is made anew."""

_GAP = "\x1f"  # a term no query has, so that no phrase begins in the title and ends in the body
_ENGINE = "whoosh3"
_RELATIVES = ("Whoosh", "Whoosh-Reloaded")
"""Distributions of the same library that this runs with as well; see the session ``whooshes`` in noxfile.py."""


def schema() -> Schema:
    """The fields of a document: stems by part, and all words as written, where phrases are looked up."""
    return Schema(
        title=TEXT(phrase=False),
        body=TEXT(phrase=False),
        boilerplate=TEXT(phrase=False),
        forms=TEXT(phrase=True),
        boilerplate_forms=TEXT(phrase=True),
        title_forms=TEXT(phrase=True),
        contacts=TEXT(phrase=True),
        reference=KEYWORD(),
        record=COLUMN(VarBytesColumn()),
    )


@cache
def engine_version() -> str:
    """All that the files of an index depend on, as one string: what was installed when it was first asked for.

    Raises IndexUnavailable where one distribution of Whoosh has been installed over another: they share a folder.
    """
    found = dict(_installed())
    if len(found) > 1:
        names = " and ".join(found)
        raise IndexUnavailable(
            f"{names} are installed in the same folder: run pip uninstall {' '.join(found)}, then pip install {_ENGINE}"
        )
    ((name, number),) = found.items()
    return f"schema {SCHEMA_VERSION}, {name} {number}, pystemmer {version('pystemmer')}"


def _installed() -> Iterator[tuple[str, str]]:
    for name in (_ENGINE, *_RELATIVES):
        with suppress(PackageNotFoundError):
            yield name, version(name)


class Facts(msgspec.Struct, array_like=True, frozen=True):
    """What filters and orders need of a document, without reading its release.

    ``digest`` and ``files`` (those of its attachments) are SHA-256 in hexadecimal. ``appeared``, ``published`` and
    ``updated`` are in seconds since 1970, None where undated; ``day`` is that of publication by the newsroom's
    calendar, as an ordinal, 0 where undated; ``length`` is the number of words of its text, ``title_length`` that of
    the different words of its title without stopwords.
    """

    source: str
    id: str
    digest: str
    is_withdrawn: bool
    appeared: float | None
    published: float | None
    updated: float | None
    day: int
    language: str
    length: int
    title_length: int
    topics: tuple[str, ...]
    aliases: tuple[str, ...]
    translation_keys: tuple[str, ...]
    files: tuple[str, ...]

    @property
    def year(self) -> int | None:
        """The year of publication by the newsroom's calendar; None where undated."""
        return date.fromordinal(self.day).year if self.day else None


def digest_of(record: Release | Withdrawal, stored: bytes, newsroom: Newsroom) -> str:
    """What tells one document from another; ``stored`` is the record as JSON."""
    return sha256(b"%d %s" % (_day(record, newsroom), stored)).hexdigest()


def document(record: Release | Withdrawal, stored: bytes, newsroom: Newsroom) -> tuple[Facts, dict[str, list[str]]]:
    """What is known of a document, and the terms of its fields; ``stored`` is the record as JSON.

    A withdrawal has no words.
    """
    words, length = _words(record) if isinstance(record, Release) else ({}, 0)
    return _facts_of(record, digest_of(record, stored, newsroom), newsroom, length), words


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
        "reference": reference_keys(release.reference),
    }
    return words, len(body.stems)


def _facts_of(record: Release | Withdrawal, digest: str, newsroom: Newsroom, length: int) -> Facts:
    release = record if isinstance(record, Release) else None
    return Facts(
        record.source,
        record.id,
        digest,
        release is None,
        _timestamp(record.appeared),
        _timestamp(record.published),
        _timestamp(release.updated) if release else None,
        _day(record, newsroom),
        record.language,
        length,
        analysis.count_telling(release.title, release.language) if release else 0,
        release.topic_ids if release else (),
        record.aliases,
        release.translation_keys if release else (),
        tuple(sorted({attachment.digest for attachment in release.attachments})) if release else (),
    )


def _timestamp(moment: datetime | None) -> float | None:
    return moment.timestamp() if moment else None


def _day(record: Release | Withdrawal, newsroom: Newsroom) -> int:
    return newsroom.day(record.published).toordinal() if record.published else 0
