"""Documents: what an engine keeps of a release to find it by, whichever it is.

A document's terms are given to the engine ready-made, as lists, so that `feedsrv.text.analysis` alone decides about
words. What filters and orders need of it is stated apart, as `Facts`.
"""

from __future__ import annotations

from datetime import date, datetime
from hashlib import sha256

import msgspec

from feedsrv.newsroom import Newsroom
from feedsrv.release import Release, Withdrawal
from feedsrv.text import analysis
from feedsrv.text.references import reference_keys

SCHEMA_VERSION = 22
"""Raise it when documents change: an index of another version is made anew."""

_GAP = "\x1f"  # a term no query has, so that no phrase begins in the title and ends in the body


class Facts(msgspec.Struct, array_like=True, frozen=True):
    """What filters and orders need of a document, without reading its release.

    ``digest`` and ``files`` (those of its attachments) are SHA-256 in hexadecimal. ``appeared``, ``published`` and
    ``updated`` are in seconds since 1970, None where undated; ``day`` is that of publication by the newsroom's
    calendar, as an ordinal, 0 where undated; ``length`` is the number of words of its text, ``title_length`` that of
    the different words of its title without stopwords; ``id_language`` the one its id may end in, "" where that is
    ``language``.
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
    is_noindex: bool = False
    id_language: str = ""

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
        tuple(sorted(release.digests)) if release else (),
        bool(release and release.is_noindex),
        record.id_language,
    )


def _timestamp(moment: datetime | None) -> float | None:
    return moment.timestamp() if moment else None


def _day(record: Release | Withdrawal, newsroom: Newsroom) -> int:
    return newsroom.day(record.published).toordinal() if record.published else 0
