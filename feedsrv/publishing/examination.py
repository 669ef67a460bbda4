"""The examination of files: what each file of the folder is now, found out in one way for all who ask."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from feedsrv.errors import FileUnreadable
from feedsrv.file_record import FileRecord
from feedsrv.files.catalogue import Catalogue, attached
from feedsrv.newsroom import Newsroom
from feedsrv.problem import Problem
from feedsrv.reading import Reading, Status, Visibility
from feedsrv.release import Release, Withdrawal

Progress = Callable[[Sequence[str]], Iterable[str]]
"""Shows how far things are: gives the sources that it is given."""


@dataclass(frozen=True, slots=True)
class Examined:
    """What one file is: what is to be remembered of it and, where it was read, what it says.

    ``reading`` has topics and attachments; it is None for a file that cannot be read, and for one that was not read
    because it is as it was known. ``files`` tells where its attachments lie, by digest.
    """

    record: FileRecord
    reading: Reading | None = None
    files: Mapping[str, Path] = field(default_factory=dict)

    @property
    def public_part(self) -> Release | Withdrawal | None:
        """What of a file that was read the public may know: all, the notice of its withdrawal, or nothing."""
        if self.reading is None or not self.record.status.is_known_to_the_public:
            return None
        item, window = self.reading.release, self.reading.visibility
        if self.record.status is Status.PUBLIC:
            return item
        return Withdrawal(
            item.id,
            item.source,
            item.published,
            window.withdrawn,
            window.withdrawal_reason,
            item.language,
            item.topic_ids,
            is_recent=self.record.status is Status.WITHDRAWN,
        )


class Examination:
    """One look at the folder: it is listed once, and each file in it is examined as of ``now``.

    Raises PublishingFailed if the folder cannot be read.
    """

    def __init__(self, catalogue: Catalogue, newsroom: Newsroom, now: datetime) -> None:
        self._catalogue = catalogue
        self._newsroom = newsroom
        self._now = now
        self.listing = catalogue.list()
        self._enclosures = catalogue.enclosures(self.listing)
        self.attached: set[str] = set()
        """The documents that go with the texts met so far: they are no releases."""

    def releases(
        self,
        progress: Progress = iter,
        known: Mapping[str, FileRecord] | None = None,
        only: Collection[str] | None = None,
    ) -> Iterator[Examined]:
        """Every release of the folder, texts first; what is ``known`` and has not changed is not read again.

        ``only`` names the files that may have changed, None all of them.
        """
        for source in progress(self.listing.sources):
            if source in self.attached:
                continue
            is_told = only is None or source in only
            if found := self.examine(source, known.get(source) if known else None, is_told=is_told):
                self.attached |= attached(found.record.named)
                yield found

    def examine(self, source: str, known: FileRecord | None = None, *, is_told: bool = True) -> Examined | None:
        """What a file is now; None for one that is gone.

        One that is ``known`` is looked at only if it may have changed (``is_told``) or turns public by itself.
        """
        turns_public = known is not None and self._turns_public(known)
        if known and not is_told and not turns_public:
            return Examined(self._aged(known))
        try:
            data = self._catalogue.data(source)
            if known and not turns_public and known.fingerprint == self._fingerprint(source, data, known.named):
                return Examined(self._aged(known))
            return self._read(source, data)
        except FileNotFoundError:
            return None
        except FileUnreadable as error:
            visibility = Visibility(Status.UNREADABLE)  # no fingerprint: it is tried again, it may have been mended
            return Examined(FileRecord(source, "", "", None, visibility, Status.UNREADABLE, (error.problem,)))

    def problems_of_the_folder(self) -> Iterator[Problem]:
        """What is wrong with files that are not examined; to be asked when all releases have been met."""
        return (problem for problem in self.listing.problems if problem.path not in self.attached)

    def owners(self, file: str) -> Sequence[str]:
        """The releases that a file which is none itself belongs to by where it lies."""
        return self._enclosures.belongings.owners(file)

    def _read(self, source: str, data: bytes) -> Examined:
        enclosed = self._enclosures.enclose(self._catalogue.read(source, data, self._newsroom), data)
        reading = enclosed.reading
        record = FileRecord(
            source=source,
            fingerprint=self._fingerprint(source, data, enclosed.named),
            claim=reading.release.id,
            published=reading.release.published,
            visibility=reading.visibility,
            status=reading.visibility.status(self._now),
            problems=reading.problems,
            named=enclosed.named,
        )
        return Examined(record, reading, enclosed.files)

    def _fingerprint(self, source: str, data: bytes, named: Iterable[str]) -> str:
        return self._catalogue.fingerprint(source, data, self._newsroom, self._enclosures.state(source, named))

    def _turns_public(self, known: FileRecord) -> bool:
        status = known.visibility.status(self._now)
        return status is not known.status and status.is_known_to_the_public

    def _aged(self, known: FileRecord) -> FileRecord:
        return replace(known, status=known.visibility.status(self._now))
