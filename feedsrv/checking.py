"""Checking: reading everything and writing nothing, to tell the press officer what is wrong with which file."""

from __future__ import annotations

from collections.abc import Sequence
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
    records: dict[str, FileRecord] = {}
    for source in progress(listing.sources):
        try:
            reading = catalogue.read(source, catalogue.data(source), settings)
        except FileUnreadable as error:
            records[source] = unreadable(source, error.problem)
        except FileNotFoundError:
            continue
        else:
            records[source] = record_of(reading, "", now)
    given = ids.assign(claims(records, settings))
    records = {source: replace(record, id=given.get(source, "")) for source, record in records.items()}
    wanted = [path.resolve() for path in paths]
    problems = [
        problem
        for problem in (*listing.problems, *all_problems(records))
        if not wanted or any((catalogue.folder / problem.path).resolve().is_relative_to(path) for path in wanted)
    ]
    standings = dict.fromkeys(Standing, 0)
    for record in records.values():
        standings[record.standing] += 1
    return Report(tuple(sorted(problems, key=lambda problem: (problem.path, problem.line))), standings)
