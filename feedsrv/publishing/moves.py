"""Moves: releases whose id, in addresses or in feeds, is another than that under which the public last knew them.

Who has kept an address finds nothing there, and feed readers show a release again as a new one. A file is known by its
path here: one that is renamed is another release, as it always was.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from feedsrv import ids
from feedsrv.errors import MovesRefused
from feedsrv.file_record import FileRecord, Names
from feedsrv.newsroom import FILE_NAME, Newsroom
from feedsrv.newsroom_toml import line_of
from feedsrv.printable import printable
from feedsrv.problem import Problem, Severity
from feedsrv.publishing.collection import Collection

MOST = 10
"""More ids than these do not move without being told to, nor do half of all, if it is more than one."""

_NAMED = 5  # in the message of a refusal


@dataclass(frozen=True, slots=True)
class Move:
    """One release as it was last published, and as it is now, with its permanent ids; ``holder`` has its former id."""

    before: Names
    after: FileRecord
    tags: tuple[str, str]
    holder: str

    def __str__(self) -> str:
        names = (self.before.id, self.after.id) if self.before.id != self.after.id else self.tags
        return f"{self.after.source}: {' → '.join(names)}"

    @property
    def is_noticed(self) -> bool:
        """Whether anybody notices: not if its former address leads on, and feeds know it as they did."""
        return self.tags[0] != self.tags[1] or self._leads_nowhere

    def problem(self, line: int) -> Problem:
        """What is to be said of it, and what keeps its addresses and its subscribers."""
        id_before, id_now = self.before.id, self.after.id
        if id_before == id_now:
            what = f"feed readers know it as {self.tags[1]}, and knew it as {self.tags[0]}"
            remedy = f"write guid: {self.tags[0]}" if self.after.claimed_guid != self.tags[0] else ""
            return Problem(self.after.source, line, what, remedy, kind="id-moved")
        what = f"its id is {id_now}, and was {id_before}"
        if self.holder:
            what += f", which {self.holder} has now"
            remedy = "give one of the two a reference or a slug of its own"
        else:
            aliases = f"aliases: [{', '.join((*self.after.aliases, id_before))}]" if self._leads_nowhere else ""
            guid = f"guid: {self.tags[0]}" if self.tags[0] != self.tags[1] else ""
            lines = " and ".join(filter(None, (aliases, guid)))
            remedy = f"put back what it is made of, or write {lines}" if lines else ""
        severity = Severity.WARNING if self.is_noticed else Severity.NOTE
        return Problem(self.after.source, line, what, remedy, severity, "id-moved")

    @property
    def _leads_nowhere(self) -> bool:
        return bool(self.holder) or not leads_on(self.before.id, self.after)


@dataclass(frozen=True, slots=True)
class Moves:
    """All moves of one publication, with ``settings`` of newsroom.toml that move ids, and former addresses ``lost``."""

    moved: tuple[Move, ...] = ()
    settings: tuple[Problem, ...] = ()
    lost: tuple[Problem, ...] = ()

    def are_many(self, before: int) -> bool:
        """Whether so many of ``before`` releases do not move without being told to."""
        count = sum(move.is_noticed for move in self.moved)
        return count > MOST or (count > 1 and 2 * count >= before)

    def refused(self, before: int) -> MovesRefused:
        """What is said where they are too many."""
        named = ", ".join(printable(str(move)) for move in self.moved[:_NAMED])
        more = f" and {len(self.moved) - _NAMED} more" if len(self.moved) > _NAMED else ""
        return MovesRefused(
            f"{len(self.moved)} of {before} releases would have other ids, and nothing was changed: {named}{more}; "
            "see feedsrv check, and put back what moves them, or say feedsrv index --move-ids"
        )

    def problems(self, lines: Mapping[str, int] | None = None) -> Iterator[Problem]:
        """What is to be said of them; ``lines`` tell where the file states what its id is made of."""
        lines = lines or {}
        yield from self.settings
        yield from (
            move.problem(lines.get(move.after.source, 0))
            for move in self.moved
            if (move.before.id, move.before.guid) != (move.after.id, move.after.guid)
        )
        yield from self.lost


def of(
    known: Mapping[str, FileRecord],
    now: Collection,
    sources: Iterable[str],
    newsrooms: tuple[Newsroom, Newsroom],
    host: str,
) -> Moves:
    """The moves among these sources, from what is ``known`` of the last publication; the last newsroom comes first.

    ``host`` is that of the public address, of which permanent ids are made where there is no authority.
    """
    moved: list[Move] = []
    lost: list[Problem] = []
    for source in sources:
        remembered, after = known.get(source), now.records.get(source)
        before = remembered.names if remembered else None
        if before and after and after.id:
            first = newsrooms[0].permanent_id(before.id, before.guid, host)
            second = newsrooms[1].permanent_id(after.id, after.guid, host)
            if first != second or before.id != after.id:
                holder = now.holder(before.id) if before.id != after.id else ""
                moved.append(Move(before, after, (first, second), holder if holder != source else ""))
            if before.aliases != after.aliases:
                lost.extend(_lost(before, after))
    moved.sort(key=lambda move: move.after.source)
    return Moves(tuple(moved), tuple(_settings(*newsrooms, host)), tuple(lost))


def leads_on(former: str, record: FileRecord) -> bool:
    """Whether a former id leads to a release, by what its file states or by what can be computed of it."""
    stated = set(map(ids.former_address, record.aliases))
    if not stated.isdisjoint(map(ids.former_address, (former, f"/releases/{former}"))):
        return True
    key, name = ids.key(record.id), former.removeprefix("/releases/")
    return "/" not in name and any(key == each for each, _ in ids.namesakes(name, [record.id_language]))


def without_authority(newsroom: Newsroom, host: str) -> Iterator[Problem]:
    """That nothing in newsroom.toml says of what permanent ids are made, where that is so."""
    if host and not newsroom.authority:
        what = f"there is no authority, so permanent ids are made of the host of the public address: {host}"
        remedy = "name one that you hold; once people have subscribed, this one"
        yield Problem(FILE_NAME, 0, what, remedy, kind="authority")


def _lost(before: Names, after: FileRecord) -> Iterator[Problem]:
    """The former addresses that a file does not state any more."""
    for alias in before.aliases:
        if alias not in after.aliases and not leads_on(alias, after):
            what = f"the alias {alias} is no longer stated, and leads nowhere"
            remedy = f"write aliases: [{', '.join((*after.aliases, alias))}]"
            yield Problem(after.source, 0, what, remedy, kind="alias-lost")


def _settings(before: Newsroom, after: Newsroom, host: str) -> Iterator[Problem]:
    """What in newsroom.toml gives ids to all, or to all in a language, that they did not have."""
    if (was := before.tag("…", host)) != (is_ := after.tag("…", host)):
        key = "authority" if before.authority != after.authority else "since"
        what = f"permanent ids are {is_}, and were {was}: feed readers will show every release again"
        remedy = f'write authority = "{before.authority or host}" and since = {before.since.isoformat()}'
        yield Problem(FILE_NAME, line_of(key, after.text), what, remedy, Severity.WARNING, "ids-moved")
    if before.language != after.language:
        what = f"the first language is {after.language}, and was {before.language}: ids end in every other"
        remedy = f"let {before.language} stand first in languages"
        yield Problem(FILE_NAME, line_of("languages", after.text), what, remedy, Severity.WARNING, "ids-moved")
