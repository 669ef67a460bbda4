"""Losses: releases that were public and would no longer be, although nobody asked for it.

A folder may have come empty from a disk that is not mounted, files may have been cut short, a clock may stand at 1970,
and a new version of the readers may hold what an older one let pass. An officer who turns a release into a draft loses
nothing: the bytes of its file are others.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, auto

from feedsrv.errors import FilesUnsettled, RemovalRefused
from feedsrv.file_record import FileRecord
from feedsrv.printable import printable
from feedsrv.problem import Problem, Severity
from feedsrv.publishing.examination import Examination
from feedsrv.reading import Status
from feedsrv.search import Update

SMALL = 10
"""A newsroom of more releases does not lose half of them without being told to, a smaller one not all."""

_NAMED = 5  # in the message of a refusal
_SET_BACK = timedelta(days=1)  # no clock that was merely corrected makes a release wait for longer


@dataclass(frozen=True, slots=True)
class Losses:
    """What a run would lose: sources whose file is gone or cannot be read, and those held though nobody edited them.

    ``too_early`` are those that a clock at ``now`` holds, ``problems`` name those that another version of the readers
    does, and say what holds each of them. ``settling`` are being written, and nothing older of them is left.
    ``unknown`` is how many were published of which nothing is remembered.
    """

    now: datetime
    gone: tuple[str, ...] = ()
    too_early: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()
    settling: tuple[str, ...] = ()
    unknown: int = 0

    def insist_on_most(self, before: int, after: int) -> None:
        """Raise RemovalRefused if of ``before`` releases most are lost, or all of a few and none is public after.

        Raises FilesUnsettled if that is so only while files are being written.
        """
        lost = len(self.gone) + len(self.too_early) + len(self.problems) + max(0, self.unknown - after)
        if _is_most(lost, before, after):
            raise RemovalRefused(
                f"{lost} of {before} releases would no longer be public, and nothing was changed: "
                f"{', '.join(self._reasons())}; if they are to go, say feedsrv index --force"
            )
        if _is_most(lost + len(self.settling), before, after):
            raise FilesUnsettled("most releases are being written, and the index is to be made anew: try again")

    def _reasons(self) -> Iterator[str]:
        if self.unknown:
            yield "the index is damaged, and so many are not in the folder (is the disk mounted?)"
        if self.gone:
            yield f"{len(self.gone)} are no longer in the folder, or cannot be read (is the disk mounted?)"
        if self.too_early:
            yield f"{len(self.too_early)} are not public yet by the clock, which says {self.now:%Y-%m-%d %H:%M} UTC"
        if self.problems:
            named = ", ".join(printable(problem.path) for problem in self.problems[:_NAMED])
            more = f" and {len(self.problems) - _NAMED} more" if len(self.problems) > _NAMED else ""
            yield f"{len(self.problems)} are held by this version of feedsrv ({named}{more}; see feedsrv check)"


def _is_most(lost: int, before: int, after: int) -> bool:
    if before <= SMALL:
        return lost > 0 and lost >= before and not after
    return lost * 2 > before


def of(
    examination: Examination,
    update: Update,
    records: Mapping[str, FileRecord],
    now: datetime,
    among: Set[str] | None = None,
) -> Losses:
    """What would be lost if these records were published now, ``among`` these sources, or all."""
    known_before = update.remembered()
    new = {record.basis.digest for source, record in records.items() if source not in known_before} - {""}
    by_kind: dict[_Loss, list[str]] = {kind: [] for kind in _Loss}
    public = update.sources if among is None else {source for source in among if source in update.sources}
    for source in sorted(public or (() if update.published_before else examination.listing.sources)):
        known = known_before.get(source)
        if record := records.get(source):
            kind = _of_record(record, known, examination.version(source), now)
        elif examination.is_settling(source):
            kind = _Loss.SETTLING
        elif known and known.basis.digest in new:
            kind = None  # it has another name now, and whoever gave it that name means it
        else:
            is_unknown = known is None or known.basis.readers != examination.version(source)
            kind = _Loss.HELD if is_unknown and source in examination.listing.files else _Loss.GONE
        if kind and (update.sources or kind is _Loss.SETTLING):  # where nothing was published, nothing else is lost
            by_kind[kind].append(source)
    return Losses(
        now,
        tuple(by_kind[_Loss.GONE]),
        tuple(by_kind[_Loss.TOO_EARLY]),
        tuple(_named(source, records.get(source)) for source in by_kind[_Loss.HELD]),
        tuple(by_kind[_Loss.SETTLING]),
        0 if update.sources else update.published_before,
    )


class _Loss(Enum):
    GONE = auto()
    TOO_EARLY = auto()
    HELD = auto()
    SETTLING = auto()


def _of_record(record: FileRecord, known: FileRecord | None, version: str, now: datetime) -> _Loss | None:
    """Which loss it is that a file is what its record says, if it is one."""
    if record.is_known_to_the_public:
        return None
    if known and _is_too_early(record, known, now):
        return _Loss.TOO_EARLY
    if (known is None or known.basis.readers != version) and _is_unedited(record, known, now):
        return _Loss.HELD
    return _Loss.GONE if record.status is Status.UNREADABLE else None


def _is_too_early(record: FileRecord, known: FileRecord, now: datetime) -> bool:
    """Whether it was public, and would be now by all that its file says, had the clock not been set back far."""
    opens = record.visibility.opens
    is_as_it_was = record.visibility == known.visibility and record.status is Status.EMBARGOED
    return bool(is_as_it_was and opens and opens - now > _SET_BACK)


def _is_unedited(record: FileRecord, known: FileRecord | None, now: datetime) -> bool:
    """Whether a release is no longer public for another reason than its own file, or the time.

    Where that cannot be told, because nothing is remembered of the file or not its bytes, it counts as unedited.
    """
    if known is None:
        return True
    is_over = known.visibility.status(now) is not Status.PUBLIC
    return not is_over and (not known.basis.digest or record.basis.digest in {"", known.basis.digest})


def _named(source: str, record: FileRecord | None) -> Problem:
    if record is None:
        what = "it was public, and is no release of its own for this version of feedsrv"
        return Problem(source, 0, what, _SEE, Severity.ERROR, "upgrade")
    errors = (problem for problem in record.problems if problem.severity is Severity.ERROR)
    cause = next(errors, Problem(source, 0, "", _SEE))
    what = f"it was public, and is {_IN_WORDS.get(record.status, record.status.value)} for this version of feedsrv"
    said = f"{what}: {cause.what}".removesuffix(": ")
    return Problem(source, cause.line, said, cause.remedy, Severity.ERROR, "upgrade")


_IN_WORDS = {Status.DRAFT: "a draft"}
_SEE = "see feedsrv explain, and say in the file what is meant"
