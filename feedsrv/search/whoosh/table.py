"""The table of a generation: its releases in order of date, and sets of them by topic, year and language.

A set of releases is an integer whose bit n stands for the release of rank n; rank 0 is the newest. Filters are
then bit operations, counts are bit counts, and the newest of a set are its lowest bits.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from feedsrv.search.whoosh.documents import Facts

FACETS = ("topic", "year", "lang")


@dataclass(frozen=True, slots=True)
class Table:
    """What is known of all the releases of a generation without asking Whoosh; shared between threads.

    ``numbers`` are Whoosh's document numbers by rank, ``ranks`` the other way round; ``ages`` is minus
    the time of publication by rank, of the dated ones, so that it ascends; ``lengths`` are the words of each
    text, ``days`` those of publication as ordinals, 0 where undated. ``withdrawn`` are the numbers of the withdrawals,
    ``siblings`` the ranks of the translations of each release that has any.
    """

    everything: int
    numbers: tuple[int, ...]
    ranks: Mapping[int, int]
    ages: tuple[float, ...]
    lengths: tuple[int, ...]
    days: tuple[int, ...]
    withdrawn: tuple[int, ...]
    facets: Mapping[str, Mapping[str, int]]
    by_id: Mapping[str, int]
    by_alias: Mapping[str, str]
    siblings: Mapping[int, tuple[int, ...]]

    def between(self, since: float | None, before: float | None) -> int:
        """The releases published at ``since`` or later and earlier than ``before``; dated ones only."""
        first = bisect_right(self.ages, -before) if before is not None else 0
        last = bisect_right(self.ages, -since) if since is not None else len(self.ages)
        return (1 << max(first, last)) - (1 << first)

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


def build(documents: Iterable[tuple[int, Facts]]) -> Table:
    """The table of these documents."""
    releases, by_id, withdrawn = [], {}, []
    aliases: dict[str, str] = {}
    for number, facts in documents:
        by_id[facts.id] = number
        for alias in facts.aliases:
            aliases[alias] = min(aliases.get(alias, facts.id), facts.id)
        if facts.is_withdrawn:
            withdrawn.append(number)
        else:
            releases.append((facts.published is None, -(facts.published or 0), facts.id, number, facts))
    releases.sort(key=lambda release: release[:3])
    size = len(releases) // 8 + 1
    facets: dict[str, dict[str, bytearray]] = {name: defaultdict(lambda: bytearray(size)) for name in FACETS}
    for rank, (*_, facts) in enumerate(releases):
        for name, values in zip(FACETS, (facts.topics, _year(facts), (facts.language,)), strict=True):
            for value in values:
                facets[name][value][rank >> 3] |= 1 << (rank & 7)
    return Table(
        everything=(1 << len(releases)) - 1,
        numbers=tuple(number for *_, number, _ in releases),
        ranks={number: rank for rank, (*_, number, _) in enumerate(releases)},
        lengths=tuple(facts.length for *_, facts in releases),
        days=tuple(facts.day for *_, facts in releases),
        withdrawn=tuple(withdrawn),
        ages=tuple(age for is_undated, age, *_ in releases if not is_undated),
        facets={
            name: {value: int.from_bytes(flags, "little") for value, flags in sets.items()}
            for name, sets in facets.items()
        },
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
        return facts.published is None, facts.published or 0, facts.id

    language = ranked[rank].language
    by_language[language] = min(by_language.get(language, rank), rank, key=lambda each: seniority(ranked[each]))


def _year(facts: Facts) -> tuple[str, ...]:
    return () if facts.year is None else (str(facts.year),)


def members(releases: int) -> Iterator[int]:
    """The ranks in a set, newest first."""
    bits = bin(releases)[:1:-1]
    rank = bits.find("1")
    while rank >= 0:
        yield rank
        rank = bits.find("1", rank + 1)
