"""The table: the releases in order of date, and sets of them by topic, year and language; and the Whoosh index of them.

A set of releases is an integer whose bit n stands for the release of rank n; rank 0 is the newest.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from math import inf
from pathlib import Path

from whoosh.columns import VarBytesColumn
from whoosh.fields import COLUMN, KEYWORD, TEXT, Schema
from whoosh.index import create_in
from whoosh.reading import IndexReader

from feedsrv.newsroom import Newsroom
from feedsrv.release import Release, Withdrawal, to_json
from feedsrv.text.references import reference_key
from tests.oracle import analysis

FACETS = ("topic", "year", "lang")

_GAP = "\x1f"  # a term no query has, so that no phrase begins in the title and ends in the body
_SCHEMA = Schema(
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


@dataclass(frozen=True, slots=True)
class Facts:
    """What filters and orders need of a release; ``day`` is that of publication as an ordinal, 0 where undated."""

    id: str
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

    @property
    def year(self) -> int | None:
        """The year of publication by the newsroom's calendar; None where undated."""
        return date.fromordinal(self.day).year if self.day else None


def write(records: Iterable[Release | Withdrawal], newsroom: Newsroom, folder: Path) -> tuple[IndexReader, list[Facts]]:
    """A plain Whoosh index of these records: its reader, and the facts of each by the number of its document."""
    folder.mkdir(parents=True)
    index = create_in(folder, _SCHEMA)
    writer = index.writer(limitmb=128)
    facts = []
    for record in records:
        words, length = _words(record) if isinstance(record, Release) else ({}, 0)
        writer.add_document(record=to_json(record), **words)
        facts.append(_facts(record, newsroom, length))
    writer.commit()
    return index.reader(), facts


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
        "reference": _reference_terms(release.reference),
    }
    return words, len(body.stems)


def _reference_terms(reference: str) -> list[str]:
    """The keys by which a reference is found: in full, and without the letters in front."""
    key = reference_key(reference)
    head, _, rest = key.partition("-")
    return [key, rest] if head.isalpha() and rest else [key] if key else []


def _facts(record: Release | Withdrawal, newsroom: Newsroom, length: int) -> Facts:
    release = record if isinstance(record, Release) else None
    return Facts(
        record.id,
        release is None,
        record.appeared.timestamp() if record.appeared else None,
        record.published.timestamp() if record.published else None,
        release.updated.timestamp() if release and release.updated else None,
        newsroom.day(record.published).toordinal() if record.published else 0,
        record.language,
        length,
        analysis.count_telling(release.title, release.language) if release else 0,
        release.topic_ids if release else (),
        release.aliases if release else (),
        release.translation_keys if release else (),
    )


@dataclass(frozen=True, slots=True)
class Table:
    """What is known of all the releases without asking Whoosh.

    ``numbers`` are Whoosh's document numbers by rank, ``ranks`` the other way round; ``ages`` is minus
    the time of appearance by rank, of the dated ones, so that it ascends; ``published`` that of publication, None where
    undated; ``lengths`` are the words of each
    text, ``title_lengths`` those of each title that tell anything, ``days`` those of publication as ordinals, 0 where
    undated; ``siblings`` the ranks of the translations of each release that has any.
    """

    everything: int
    numbers: tuple[int, ...]
    ranks: Mapping[int, int]
    ages: tuple[float, ...]
    published: tuple[float | None, ...]
    lengths: tuple[int, ...]
    title_lengths: tuple[int, ...]
    days: tuple[int, ...]
    facets: Mapping[str, Mapping[str, int]]
    by_id: Mapping[str, int]
    by_alias: Mapping[str, str]
    siblings: Mapping[int, tuple[int, ...]]

    def between(self, since: float | None, before: float | None) -> int:
        """The releases published at ``since`` or later and earlier than ``before``; without both, all of them."""
        if since is None and before is None:
            return self.everything
        least, limit = -inf if since is None else since, inf if before is None else before
        return sum(1 << rank for rank, at in enumerate(self.published) if at is not None and least <= at < limit)

    def any_of(self, facet: str, values: Iterable[str]) -> int:
        """The releases that have one of these values in a facet."""
        found = 0
        for value in values:
            found |= self.facets[facet].get(value, 0)
        return found

    def ranked(self, ranks: Iterable[int]) -> int:
        """The set of the releases of these ranks."""
        flags = bytearray(len(self.numbers) // 8 + 1)
        for rank in ranks:
            flags[rank >> 3] |= 1 << (rank & 7)
        return int.from_bytes(flags, "little")


def build(documents: Sequence[Facts]) -> Table:
    """The table of these documents, which are in order of their numbers."""
    releases, by_id = [], {}
    aliases: dict[str, str] = {}
    for number, facts in enumerate(documents):
        by_id[facts.id] = number
        for alias in facts.aliases:
            aliases[alias] = min(aliases.get(alias, facts.id), facts.id)
        if not facts.is_withdrawn:
            releases.append((facts.appeared is None, -(facts.appeared or 0), facts.id, number, facts))
    releases.sort(key=lambda release: release[:3])
    facets: dict[str, dict[str, int]] = {name: defaultdict(int) for name in FACETS}
    for rank, (*_, facts) in enumerate(releases):
        years = () if facts.year is None else (str(facts.year),)
        for name, values in zip(FACETS, (facts.topics, years, (facts.language,)), strict=True):
            for value in values:
                facets[name][value] |= 1 << rank
    return Table(
        everything=(1 << len(releases)) - 1,
        numbers=tuple(number for *_, number, _ in releases),
        ranks={number: rank for rank, (*_, number, _) in enumerate(releases)},
        ages=tuple(age for is_undated, age, *_ in releases if not is_undated),
        published=tuple(facts.published for *_, facts in releases),
        lengths=tuple(facts.length for *_, facts in releases),
        title_lengths=tuple(facts.title_length for *_, facts in releases),
        days=tuple(facts.day for *_, facts in releases),
        facets={name: dict(sets) for name, sets in facets.items()},
        by_id=by_id,
        by_alias=aliases,
        siblings=_siblings([facts for *_, facts in releases]),
    )


def _siblings(ranked: Sequence[Facts]) -> dict[int, tuple[int, ...]]:
    by_key: dict[str, dict[str, int]] = defaultdict(dict)
    for rank, facts in enumerate(ranked):
        for key in facts.translation_keys:
            _add_first(by_key[key], rank, ranked)
    siblings = {}
    for rank, facts in enumerate(ranked):
        found: dict[str, int] = {}
        for other in (other for key in facts.translation_keys for other in by_key[key].values()):
            if ranked[other].language != facts.language:
                _add_first(found, other, ranked)
        if found:
            siblings[rank] = tuple(found[language] for language in sorted(found))
    return siblings


def _add_first(by_language: dict[str, int], rank: int, ranked: Sequence[Facts]) -> None:
    """Adds a release, unless one in its language was published earlier; the undated count as the last."""

    def seniority(facts: Facts) -> tuple[bool, float, str]:
        return facts.appeared is None, facts.appeared or 0, facts.id

    language = ranked[rank].language
    by_language[language] = min(by_language.get(language, rank), rank, key=lambda each: seniority(ranked[each]))


def members(releases: int) -> Iterator[int]:
    """The ranks in a set, newest first."""
    bits = bin(releases)[:1:-1]
    rank = bits.find("1")
    while rank >= 0:
        yield rank
        rank = bits.find("1", rank + 1)
