"""What was examined: one file, what it is now, and what of it the public may know."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from feedsrv.file_record import FileRecord
from feedsrv.files.original import Original
from feedsrv.reading import Reading, Status
from feedsrv.release import Release, Withdrawal


@dataclass(frozen=True, slots=True)
class Examined:
    """What one file is: what is to be remembered of it and, where it was read, what it says.

    ``reading`` has topics and attachments; it is None for a file that cannot be read, and for one that was not read
    because it is as it was known. ``files`` are its attachments, by the digest of what is served of each.
    """

    record: FileRecord
    reading: Reading | None = None
    files: Mapping[str, Original] = field(default_factory=dict)

    @property
    def public_part(self) -> Release | Withdrawal | None:
        """What of a file that was read the public may know: all, the notice of its withdrawal, or nothing."""
        if self.reading is None or not self.record.status.is_known_to_the_public:
            return None
        item, window = self.reading.release, self.reading.visibility
        if self.record.status is Status.PUBLIC:
            return _with_updates(item, window.updates[: self.record.edition])
        is_recent = self.record.status is Status.WITHDRAWN
        return Withdrawal(
            item.id,
            item.source,
            item.published,
            window.withdrawal,
            window.withdrawal_reason,
            item.language,
            item.topic_ids if is_recent else (),
            is_recent=is_recent,
            opened=item.opened,
            reference=item.reference,
            guid=item.guid,
            aliases=item.aliases,
            id_language=item.id_language,
        )


def _with_updates(item: Release, known: Sequence[datetime]) -> Release:
    """The release with those of its updates that the public knows: nothing of it tells of any other."""
    corrections = tuple(correction for correction in item.corrections if correction.date in known)
    moments = (*known, item.published) if item.published else known
    return replace(item, corrections=corrections, updated=max(moments, default=None))
