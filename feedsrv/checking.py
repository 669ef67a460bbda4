"""Checking: reading everything and writing nothing, to tell the press officer what is wrong with which file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from feedsrv import ids, newsroom
from feedsrv.catalogue import Catalogue
from feedsrv.errors import FileUnreadable, NewsroomInvalid
from feedsrv.ledger import FileRecord
from feedsrv.problem import Problem
from feedsrv.publishing import Progress, all_problems, claims, record_of, unreadable
from feedsrv.reading import Standing


@dataclass(frozen=True, slots=True)
class Report:
    """What a check found: problems in order of path and line, and how many files are what to the public."""

    problems: tuple[Problem, ...]
    standings: dict[Standing, int]


def check(catalogue: Catalogue, now: datetime, paths: Sequence[Path], progress: Progress) -> Report:
    """Read all files, and report the problems of those below ``paths``, or of all. Raises PublishingFailed."""
    try:
        settings = newsroom.parse(catalogue.newsroom_text())
    except NewsroomInvalid as error:
        return Report(error.problems, {})
    listing = catalogue.list()
    enclosures = catalogue.enclosures(listing)
    records: dict[str, FileRecord] = {}
    for source in progress(listing.sources):
        try:
            data = catalogue.data(source)
            enclosed = enclosures.enclose(catalogue.read(source, data, settings), data)
        except FileUnreadable as error:
            records[source] = unreadable(source, error.problem)
        except FileNotFoundError:
            continue
        else:
            records[source] = record_of(enclosed.reading, "", now)
    given = ids.assign(claims(records, settings))
    records = {source: replace(record, id=given.get(source, "")) for source, record in records.items()}
    wanted = [path.resolve() for path in paths]
    problems = [
        problem
        for problem in (*listing.problems, *all_problems(records), *_rivals_to_come(records))
        if not wanted or any((catalogue.folder / problem.path).resolve().is_relative_to(path) for path in wanted)
    ]
    standings = dict.fromkeys(Standing, 0)
    for record in records.values():
        standings[record.standing] += 1
    return Report(tuple(sorted(problems, key=lambda problem: (problem.path, problem.line))), standings)


def _rivals_to_come(records: Mapping[str, FileRecord]) -> Iterator[Problem]:
    """Files that are not public and claim what another has: when they become public, an address moves."""
    holders = {record.id.casefold(): record.source for record in records.values() if record.id}
    for record in records.values():
        if not record.id and (holder := holders.get(record.claim.casefold())):
            what = f"this claims the id {record.claim}, which {holder} has"
            yield Problem(record.source, 0, what, "give this one a reference or a slug of its own before it is public")
