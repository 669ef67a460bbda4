"""The collection: what only all files together show, who has which id and what is wrong between them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from feedsrv import ids
from feedsrv.file_record import FileRecord
from feedsrv.newsroom import Newsroom
from feedsrv.problem import Problem, Severity
from feedsrv.reading import Status


def with_ids(records: Iterable[FileRecord], newsroom: Newsroom) -> dict[str, FileRecord]:
    """The records by source, with the ids that all that may be known to the public is given."""
    by_source = {record.source: record for record in records}
    given = ids.assign(_claim(record, newsroom) for record in by_source.values() if record.is_known_to_the_public)
    return {source: replace(record, id=given.get(source, "")) for source, record in by_source.items()}


def _claim(record: FileRecord, newsroom: Newsroom) -> ids.Claim:
    published = record.published
    day, moment = (newsroom.day(published), published.timestamp()) if published else (None, float("inf"))
    return ids.Claim(record.source, record.claim, day, (moment, record.source))


def count_statuses(records: Iterable[FileRecord]) -> dict[Status, int]:
    """How many files are what to the public; every status has its count."""
    counts = dict.fromkeys(Status, 0)
    for record in records:
        counts[record.status] += 1
    return counts


def problems(records: Mapping[str, FileRecord], newsroom: Newsroom) -> Iterator[Problem]:
    """The problems of all files, in order of their paths, with why each is not public and who had to yield its id."""
    holders = _holders(records)
    for record in records.values():
        yield from record.problems
        if record.id and record.id != record.claim:
            holder = holders.get(record.claim.casefold(), "another file")
            what = f"{holder} has the id {record.claim}, so this is {record.id}"
            yield Problem(
                record.source, 0, what, "give one of the two a reference or a slug of its own", kind="id-taken"
            )
        elif why := _why_not_public(record, newsroom):
            yield Problem(record.source, 0, why, severity=Severity.NOTE, kind=record.status.value)


def rivals_to_come(records: Mapping[str, FileRecord]) -> Iterator[Problem]:
    """Files that are not public and claim what another has: when they become public, an address moves."""
    holders = _holders(records)
    for record in records.values():
        if not record.id and (holder := holders.get(record.claim.casefold())):
            what = f"this claims the id {record.claim}, which {holder} has"
            remedy = "give this one a reference or a slug of its own before it is public"
            yield Problem(record.source, 0, what, remedy, kind="id-taken")


def _holders(records: Mapping[str, FileRecord]) -> dict[str, str]:
    """The sources of what is known to the public, by their ids in small letters."""
    return {record.id.casefold(): record.source for record in records.values() if record.id}


def _why_not_public(record: FileRecord, newsroom: Newsroom) -> str:
    window = record.visibility
    if record.status is Status.EMBARGOED and window.opens:
        return f"not public before {newsroom.clock_time(window.opens)}"
    if record.status is Status.EXPIRED and window.closes:
        return f"not public since {newsroom.clock_time(window.closes)}, when it expired"
    return "not public, because it is a draft" if record.status is Status.DRAFT else ""


def rivals_for_addresses(
    records: Mapping[str, FileRecord], aliases: Mapping[str, tuple[str, ...]]
) -> Iterator[Problem]:
    """Releases that state one former address, or one that is the address of another; ``aliases`` by source."""
    holders = {f"/releases/{record.id}": source for source, record in records.items() if record.id}
    stated: dict[str, str] = {}
    for source in sorted(aliases, key=lambda source: records[source].id):
        for alias in aliases[source]:
            address = alias if alias.startswith("/") else f"/releases/{alias}"
            if (other := holders.get(address, source)) != source:
                what = f"the alias {alias} is the address of {other}"
                yield Problem(source, 0, what, "take the alias away", kind="alias-taken")
            elif (first := stated.setdefault(address, source)) != source:
                what = f"the alias {alias} is stated by {first} as well, and leads there"
                yield Problem(source, 0, what, "take one of the two away", kind="alias-taken")
