"""Losses: releases that were public and would no longer be, although nobody asked for it.

A folder may have come empty from a disk that is not mounted; and a new version of the readers may hold what an older
one let pass. An officer who turns a release into a draft loses nothing: the bytes of its file are others.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from feedsrv.errors import RemovalRefused
from feedsrv.file_record import FileRecord
from feedsrv.problem import Problem, Severity
from feedsrv.publishing.examination import Examination
from feedsrv.reading import Status
from feedsrv.search import Update

FEWEST_TO_PROTECT = 10
"""A newsroom of more releases than this does not lose half of them without being told to."""

_NAMED = 5  # in the message of a refusal


@dataclass(frozen=True, slots=True)
class Losses:
    """What a run would lose: sources whose file is gone or cannot be opened, and those that are read differently.

    ``problems`` name the second kind, and what holds each of them now.
    """

    gone: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()

    def insist_on_most(self, before: int) -> None:
        """Raise RemovalRefused if more than half of the ``before`` releases, more than ten, are lost."""
        lost = len(self.gone) + len(self.problems)
        if before <= FEWEST_TO_PROTECT or lost * 2 <= before:
            return
        reasons = []
        if self.gone:
            reasons.append(f"{len(self.gone)} are no longer in the folder, or cannot be opened: is the disk mounted?")
        if self.problems:
            named = ", ".join(problem.path for problem in self.problems[:_NAMED])
            more = f" and {len(self.problems) - _NAMED} more" if len(self.problems) > _NAMED else ""
            reasons.append(
                f"{len(self.problems)} are held by this version of feedsrv: {named}{more}; see feedsrv check"
            )
        raise RemovalRefused(
            f"{lost} of {before} releases would no longer be public, and nothing was changed. "
            f"{' '.join(reasons)} If they are to go, say feedsrv index --force"
        )


def of(examination: Examination, update: Update, records: Mapping[str, FileRecord], now: datetime) -> Losses:
    """What would be lost if these records were published now."""
    gone: list[str] = []
    problems: list[Problem] = []
    known_before = update.remembered()
    new = {record.basis.digest for source, record in records.items() if source not in known_before} - {""}
    for source in sorted(update.sources):
        record, known = records.get(source), known_before.get(source)
        if record and not _is_lost(record, known, now):
            continue
        is_read_differently = known is None or known.basis.readers != examination.version(source)
        if record is None and is_read_differently and source in examination.listing.files:
            what = "it was public, and is no release of its own for this version of feedsrv"
            problems.append(Problem(source, 0, what, _SEE, Severity.ERROR, "upgrade"))
        elif record is None and known and known.basis.digest in new:
            continue  # it has another name now, and whoever gave it that name means it
        elif record is None or not record.basis.digest:
            gone.append(source)
        elif is_read_differently:
            problems.append(_named(record))
    return Losses(tuple(gone), tuple(problems))


def _is_lost(record: FileRecord, known: FileRecord | None, now: datetime) -> bool:
    """Whether a release is no longer public for another reason than its own file, or the time.

    Where that cannot be told, because nothing is remembered of the file or not its bytes, it counts as lost.
    """
    if record.status is Status.PUBLIC:
        return False
    if known is None:
        return not record.is_known_to_the_public
    if known.visibility.status(now) is not Status.PUBLIC:
        return False
    return not known.basis.digest or record.basis.digest in {"", known.basis.digest}


def _named(record: FileRecord) -> Problem:
    errors = (problem for problem in record.problems if problem.severity is Severity.ERROR)
    cause = next(errors, Problem(record.source, 0, "", _SEE))
    what = f"it was public, and is {_IN_WORDS.get(record.status, record.status.value)} for this version of feedsrv"
    said = f"{what}: {cause.what}".removesuffix(": ")
    return Problem(record.source, cause.line, said, cause.remedy, Severity.ERROR, "upgrade")


_IN_WORDS = {Status.DRAFT: "a draft"}
_SEE = "see feedsrv explain, and say in the file what is meant"
