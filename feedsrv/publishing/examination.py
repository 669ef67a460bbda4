"""The examination of files: what each file of the folder is now, found out in one way for all who ask."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from hashlib import sha256
from math import inf

from feedsrv.errors import ConversionPending, FileUnreadable
from feedsrv.file_record import Basis, FileRecord
from feedsrv.files.catalogue import Catalogue
from feedsrv.files.kinds import attached, is_document_name, not_read, unnamed
from feedsrv.files.settling import ALL_SETTLED, Unsettled
from feedsrv.newsroom import Newsroom
from feedsrv.problem import Problem
from feedsrv.publishing.examined import Examined
from feedsrv.publishing.standing import Scope
from feedsrv.publishing.surroundings import Surroundings
from feedsrv.publishing.tasks import Task, Work
from feedsrv.reading import Reading, Status, Visibility

Progress = Callable[[Sequence[str]], Iterable[str]]
"""Shows how far things are: gives the sources that it is given."""

Judge = Callable[[Reading], Visibility]
"""Says when a release may be seen."""


def as_stated(reading: Reading) -> Visibility:
    """The judge of all that is public: what was read of the file holds."""
    return reading.visibility


class Examination:
    """One look at the folder, or at a ``scope`` in it: it is listed once, and each file is examined as of ``now``.

    The word of the ``judge`` is the last one on each file that is read. What is ``unsettled`` is not read, nor what it
    belongs to. Raises PublishingFailed if the folder cannot be read.
    """

    def __init__(
        self,
        catalogue: Catalogue,
        newsroom: Newsroom,
        now: datetime,
        judge: Judge = as_stated,
        unsettled: Unsettled = ALL_SETTLED,
        scope: Scope | None = None,
    ) -> None:
        self._catalogue = catalogue
        self._newsroom = newsroom
        self._now = now
        self._judge = judge
        self._unsettled = unsettled
        listed = scope.listing if scope else catalogue.list()
        self._surroundings = Surroundings(catalogue, newsroom, unsettled, listed)
        self.listing = self._surroundings.listing
        self.attached: set[str] = set(scope.attached if scope else ())
        """The documents that go with the texts met so far: they are no releases."""
        self._named = set[str]()

    def releases(
        self,
        progress: Progress = iter,
        known: Mapping[str, FileRecord] | None = None,
        only: Set[str] | None = None,
        remembered: Mapping[str, FileRecord] | None = None,
    ) -> Iterator[Examined]:
        """Every release of the folder, texts first; what is ``known`` and has not changed is not read again.

        ``only`` names the files that may have changed, come or gone, None all of them. What is ``remembered`` may be of
        another generation: it is compared with, and no more.
        """
        known, remembered = known or {}, remembered or {}
        told = only if known else None
        left_out: list[str] = []
        come: set[str] = set()
        sources = self.listing.sources
        tasks = (self._task(source, known, told, remembered) for source in sources)
        work = Work(self._fulfilled, self._fulfilled_elsewhere, self._catalogue.waits, self._judge is not as_stated)
        for source, found in zip(progress(sources), work.results(tasks, sources), strict=True):
            if source in self.attached:
                continue
            if found:
                self.attached |= attached(found.record.named)
                self._named.update(found.record.named)
                if source not in known:
                    come.add(found.record.basis.digest)
                yield found
            else:
                left_out.append(source)
        for record in self._not_gone(known, told, left_out):
            if record.basis.digest not in come:
                yield self._kept(record)

    def _task(
        self,
        source: str,
        known: Mapping[str, FileRecord],
        told: Set[str] | None,
        remembered: Mapping[str, FileRecord],
    ) -> Task:
        """What is to be done about a source of the folder."""
        is_told = told is None or not told.isdisjoint((source, *self._surroundings.indexes(source)))
        is_awaited = source in known or is_told or is_document_name(source)  # that may have waited for its text
        is_awaited = is_awaited and source not in self.attached
        return Task(source, known.get(source), remembered.get(source), is_told, is_awaited)

    def _fulfilled(self, task: Task) -> Examined | None:
        if not task.is_awaited:
            return None
        return self.examine(task.source, task.known, task.last, is_told=task.is_told)

    def _fulfilled_elsewhere(self, task: Task) -> Examined | Task | None:
        """The same in another process; the task itself where a document has to be converted beside all else here."""
        try:
            return self._examined(task) if task.is_awaited else None
        except ConversionPending:
            return task

    def _not_gone(
        self, known: Mapping[str, FileRecord], told: Set[str] | None, left_out: Sequence[str]
    ) -> Iterator[FileRecord]:
        """Files that are not there, and may be just being replaced or renamed: they stay what they were."""
        there = {*self.listing.sources, *self.listing.files}
        gone = [record for source, record in known.items() if source not in there]
        renamed = self._digests(left_out) if gone else frozenset()
        for record in gone:
            is_told = told is None or record.source in told
            if not is_told or record.source in self._unsettled or record.basis.digest in renamed:
                yield record

    def examine(
        self, source: str, known: FileRecord | None = None, last: FileRecord | None = None, *, is_told: bool = True
    ) -> Examined | None:
        """What a file is now; None for one that is gone, and was not replaced just now.

        One that is ``known`` is looked at only if it may have changed (``is_told``) or shows something new by itself.
        While it is being written it is what it was, and None if it was not, unless it is what was ``last`` remembered
        of it; nor does it show anything new then. Nor does a document while it is converted.
        """
        try:
            return self._examined(Task(source, known, last, is_told))
        except ConversionPending:
            return self._while_converted(source, known)

    def _examined(self, task: Task) -> Examined | None:
        """The same. Raises ConversionPending; where nothing older of what was public is left, it is waited for."""
        source, known, last = task.source, task.known, task.last
        is_due = known is not None and self._is_due(known)
        if self._surroundings.are_unsettled(source, known) and not self._is_as_published(source, known, last):
            return self._as_before(known)
        if known and not task.is_told and not is_due:
            return Examined(known.as_of(self._now))
        try:
            found = self._looked_at(source, None if is_due else known)
        except ConversionPending as pending:
            if known or not (last and last.is_known_to_the_public):
                raise
            pending.wait()
            return self._examined(task)
        is_read = found is not None and (known is None or found.record.basis != known.basis)
        has_changed = found and is_read and self._surroundings.have_changed(source, found.record.named)
        if has_changed and not self._is_as_published(source, known, last):
            return self._as_before(known)
        if found is None and self._unsettled.at < inf:
            return self._as_before(known)
        return found

    def problems_of_the_folder(self, is_wanted: Callable[[str], bool] = lambda _: True) -> Iterator[Problem]:
        """What is wrong with wanted files that are not examined; to be asked when all releases have been met."""
        yield from (problem for problem in self.listing.problems if is_wanted(problem.path))
        yield from self._unsettled.problems()
        unread = (source for source in self.listing.unread if source not in self.attached)
        yield from not_read(filter(is_wanted, unread))

    def unnamed(self, is_wanted: Callable[[str], bool]) -> Iterator[Problem]:
        """What is to be said of wanted documents that lie with a release and are served nowhere; asked as late."""
        belongings = self._surroundings.enclosures.belongings
        yield from unnamed(file for file in belongings.left_lying() if is_wanted(file) and file not in self._named)

    def version(self, source: str) -> str:
        """The version of what reads a file of this name."""
        return self._catalogue.readers_version(source)

    def is_settling(self, source: str) -> bool:
        """Whether a file is being written, and not for so long that it is not waited for."""
        return source in self._unsettled and source not in self._unsettled.growing

    def owners(self, file: str) -> Sequence[str]:
        """The releases that a file which is none itself belongs to by where it lies."""
        return self._surroundings.enclosures.belongings.owners(file)

    def _looked_at(self, source: str, known: FileRecord | None) -> Examined | None:
        """What a file is now; one that is as it was ``known`` is not read again. None for one that is gone."""
        digest = ""
        try:
            data = self._catalogue.data(source)
            digest = sha256(data).hexdigest()
            if known and known.basis == self._basis(source, digest, known.named, known.status):
                return Examined(known.as_of(self._now))
            return self._read(source, data)
        except FileNotFoundError:
            return None
        except FileUnreadable as error:
            return Examined(self._unreadable(source, error.problem, digest))

    def _while_converted(self, source: str, known: FileRecord | None) -> Examined | None:
        """A document whose text is not there yet is what it was, unless what is said beside its text holds it."""
        if known and known.status is Status.PUBLIC and self._is_held_beside(source, known):
            held = Visibility(Status.HELD)
            return Examined(replace(known, visibility=held, status=Status.HELD, edition=0, basis=Basis()))
        return self._as_before(known)

    def _is_held_beside(self, source: str, known: FileRecord) -> bool:
        """Whether the time, the name of a document, a file beside it or what stands above its text says to hold it."""
        try:
            reading = self._surroundings.read(self._catalogue.without_texts, source, self._catalogue.data(source))
        except FileNotFoundError:
            return False
        except FileUnreadable:
            return True
        return not known.as_of(self._now).status is reading.visibility.status(self._now) is Status.PUBLIC

    def _is_as_published(self, source: str, known: FileRecord | None, last: FileRecord | None) -> bool:
        """Whether a file is what it was when it was last public: where nothing older is left, it need not settle."""
        return bool(
            known is None and last and last.is_known_to_the_public and last.basis.digest in self._digests([source])
        )

    def _digests(self, sources: Iterable[str]) -> frozenset[str]:
        """The digests of files as they are, those that can be read."""
        found = set()
        for source in sources:
            with suppress(FileUnreadable, FileNotFoundError):
                found.add(sha256(self._catalogue.data(source)).hexdigest())
        return frozenset(found)

    def _as_before(self, known: FileRecord | None) -> Examined | None:
        return self._kept(known) if known else None

    def _kept(self, known: FileRecord) -> Examined:
        """A file as it was, or gone where its time is over: it shows nothing new."""
        return Examined(known if self._is_due(known) else known.as_of(self._now))

    def _read(self, source: str, data: bytes) -> Examined:
        stated = self._surroundings.read(self._catalogue, source, data)
        enclosed = self._surroundings.enclosures.enclose(stated, data)
        reading = replace(enclosed.reading, visibility=self._judge(enclosed.reading))
        status = reading.visibility.status(self._now)
        record = FileRecord(
            source=source,
            claim=reading.release.id,
            published=reading.release.published,
            visibility=reading.visibility,
            status=status,
            edition=reading.visibility.edition(self._now),
            problems=reading.problems,
            named=enclosed.named,
            basis=self._basis(source, sha256(data).hexdigest(), enclosed.named, status),
            language=reading.release.language,
            id_language=reading.release.id_language or reading.release.language,
            aliases=reading.release.aliases,
            claimed_guid=reading.release.guid,
            topics=tuple(name for name in reading.release.stated_topics if not name.startswith("-")),
            links=enclosed.links,
        )
        return Examined(record, reading, enclosed.files)

    def _basis(self, source: str, digest: str, named: Iterable[str], status: Status) -> Basis:
        is_notice = status is Status.WITHDRAWN
        return Basis(digest, self._surroundings.digest(source, named, is_notice=is_notice), self.version(source))

    def _unreadable(self, source: str, problem: Problem, digest: str) -> FileRecord:
        """A file that cannot be read. It is not tried again until it changes, or what it is read with does.

        To find out costs a minute where it is a document, and would delay whatever else is to be published. A file of
        which nothing but that could be told is tried again on each run: the disk may have been mended.
        """
        basis = Basis(digest)
        if digest:
            with suppress(FileUnreadable):
                basis = self._basis(source, digest, (), Status.UNREADABLE)
        visibility = Visibility(Status.UNREADABLE)
        return FileRecord(source, "", None, visibility, Status.UNREADABLE, (problem,), basis=basis)

    def _is_due(self, known: FileRecord) -> bool:
        """Whether the public is to see something else of a file by now than when it was read."""
        return not known.holds(self._now) and known.as_of(self._now).is_known_to_the_public
