"""The sentinel at the way out: what is about to be made current is compared with what the gate said of each file.

It shares nothing with what leads there but the gate's word, so a fault in between, wherever it is, costs a release its
minute and never its embargo, and costs no other release anything.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple
from zlib import crc32

from feedsrv.errors import PublishingFailed
from feedsrv.file_record import Basis, FileRecord
from feedsrv.reading import Status
from feedsrv.search import Update

_PASSES = 3
_NOTICES = frozenset({Status.WITHDRAWN, Status.LONG_WITHDRAWN})

_log = logging.getLogger(__name__)


class Share(NamedTuple):
    """One of ``of`` parts of all sources, which have about as many each."""

    number: int
    of: int

    def among(self, sources: Iterable[str]) -> set[str]:
        """Those of these sources that are in it."""
        return {source for source in sources if crc32(os.fsencode(source)) % self.of == self.number}


def guard(
    update: Update, records: Mapping[str, FileRecord], now: datetime, sources: Set[str] | None
) -> list[FileRecord]:
    """Take out of the next generation what contradicts the gate, of these sources or of all, and log it.

    Returns the records of what was taken out, to be read again. Raises PublishingFailed if something stays in.
    """
    taken_out: dict[str, FileRecord] = {}
    for _ in range(_PASSES):
        found = dict(_contradictions(update, records, now, sources))
        if not found:
            return list(taken_out.values())
        for source, what in found.items():
            _log.error("%s: %s; it was left out", source, what)
            update.remove(source)
            if source in records:
                taken_out[source] = replace(records[source], basis=Basis())
    raise PublishingFailed(f"{', '.join(found)}: what is not public cannot be kept out of the index; report this fault")


def _contradictions(
    update: Update, records: Mapping[str, FileRecord], now: datetime, sources: Set[str] | None
) -> Iterator[tuple[str, str]]:
    for source, is_notice in update.staged(sources):
        said = records[source].visibility.status(now) if source in records else None
        if said not in (_NOTICES if is_notice else {Status.PUBLIC}):
            what = "the notice of its withdrawal" if is_notice else "its text"
            yield source, f"{what} was about to be published, and its file says {said or 'nothing'}"
