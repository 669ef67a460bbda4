"""Contents: what a table has without being asked a question: values of a facet, entries of a sitemap, translations."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from math import isnan

import numpy as np

from feedsrv.search import Held, SitemapEntry, SitemapYear
from feedsrv.search.whoosh.table import Table


def held(table: Table, facet: str) -> list[Held]:
    """The values of a facet that releases have, those first that the newest have."""
    firsts, counts = table.firsts(facet), table.counts(facet, table.everything())
    return [
        Held(
            table.values[facet][at],
            int(counts[at]),
            _moment(-table.ages[firsts[at]]) if firsts[at] < len(table.ages) else None,
        )
        for at in np.argsort(firsts, kind="stable").tolist()
        if counts[at]
    ]


def years(table: Table) -> list[SitemapYear]:
    """The years that have releases, the newest first, then what is undated."""
    listed = table.for_search_engines()
    codes, updated = table.years()[listed], table.updated()[listed]
    found = {}
    for code in np.unique(codes).tolist():
        updates = updated[codes == code]
        year = int(table.values["year"][code - 1]) if code else None
        found[year] = len(updates), _moment(np.fmax.reduce(updates))
    return [SitemapYear(year, *found[year]) for year in sorted(found, key=lambda year: -(year or 0))]


def entries(table: Table, year: int | None) -> list[SitemapEntry]:
    """The releases of a year in few words, in order of their ids; None: the undated."""
    of_year = table.any_of("year", [str(year)]) if year else table.years() == 0
    ranks = np.flatnonzero(of_year & table.for_search_engines())
    updates = table.updated()[ranks].tolist()
    found = (
        SitemapEntry(table.id(rank), _moment(updated)) for rank, updated in zip(ranks.tolist(), updates, strict=True)
    )
    return sorted(found, key=lambda entry: entry.id)


def translations(table: Table, language: str, ranks: Iterable[int]) -> list[int]:
    """Of these, by language, the one that was published first in each language but this one."""
    found: dict[str, int] = {}
    for rank in ranks:
        other = table.values["lang"][int(table.columns["lang"][rank]) - 1]
        if other != language:
            found[other] = min(found.get(other, rank), rank, key=table.seniority)
    return [found[other] for other in sorted(found)]


def _moment(timestamp: float) -> datetime | None:
    return None if isnan(timestamp) else datetime.fromtimestamp(timestamp, UTC)
