"""Rivals: what is to be said of releases that claim an id, a guid or an address which another has, or will."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from feedsrv import ids
from feedsrv.file_record import FileRecord
from feedsrv.newsroom import Newsroom
from feedsrv.problem import Problem


def guid_key(guid: str, newsroom: Newsroom) -> str:
    """What rivals for a guid have in common: the id that it is made of, behind a colon, or else the guid."""
    name = newsroom.name_in(guid)
    return f":{name}" if name else guid


def guid_taken(source: str, guid: str, keeper: str) -> Problem:
    """What is to be said of one that states a guid by which feed readers know another."""
    what = f"feed readers know {keeper} by the guid {guid}, so this has its tag URI"
    return Problem(source, 0, what, "give one of the two another guid", kind="guid-taken")


def for_id(
    public: Sequence[ids.Claim], waiting: Sequence[ids.Claim], given: Mapping[str, str], *, expires: bool
) -> Iterator[Problem]:
    """What is to be said of those who claim one id, and are not the first, which may go by itself when it ``expires``.

    ``given`` are the ids of the public.
    """
    first, *others = (*public, *waiting)
    for claimed in others:
        if has := given.get(claimed.source):
            what = f"{first.source} has the id {first.id}, so this is {has}"
            if expires and claimed is public[1]:
                what = f"{what}, and takes that id when {first.source} expires"
            remedy = "give one of the two a reference or a slug of its own"
        else:
            what = f"this claims the id {claimed.id}, which {first.source} {'has' if public else 'claims as well'}"
            if public and claimed.order < first.order:
                what = f"{what}, and takes it when it is public: then {first.source} is {first.dated}"
            remedy = "give this one a reference or a slug of its own before it is public"
        yield Problem(claimed.source, 0, what, remedy, kind="id-taken")


def for_addresses(records: Mapping[str, FileRecord]) -> Iterator[Problem]:
    """Releases that state one former address, or one that is the address of another."""
    holders = {f"/releases/{record.id}": source for source, record in records.items() if record.id}
    stated: dict[str, str] = {}
    stating = (record for record in records.values() if record.aliases and record.id)
    for record in sorted(stating, key=lambda record: record.id):
        source = record.source
        for alias in record.aliases:
            address = alias if alias.startswith("/") else f"/releases/{alias}"
            if (other := holders.get(address, source)) != source:
                what = f"the alias {alias} is the address of {other}"
                yield Problem(source, 0, what, "take the alias away", kind="alias-taken")
            elif (first := stated.setdefault(ids.former_address(address), source)) != source:
                what = f"the alias {alias} is stated by {first} as well, and leads there"
                yield Problem(source, 0, what, "take one of the two away", kind="alias-taken")
