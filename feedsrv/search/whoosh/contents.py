"""Contents: what a table has without being asked a question, as values of a facet and as entries of a sitemap."""

from __future__ import annotations

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


def _moment(timestamp: float) -> datetime | None:
    return None if isnan(timestamp) else datetime.fromtimestamp(timestamp, UTC)
