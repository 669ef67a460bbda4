"""Previewing: the folder as the newsroom it would be at a moment, kept in an index of its own.

The publisher publishes as ever: as of another moment, or under a judge who takes away what holds a release. What its
file says in truth is remembered beside.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from threading import Lock
from time import monotonic

from feedsrv.errors import FeedsrvError
from feedsrv.files.catalogue import Catalogue
from feedsrv.files.settling import Signature, signatures
from feedsrv.locales.message import Message, Moment
from feedsrv.newsroom import Newsroom
from feedsrv.preview import Preview, Reason
from feedsrv.problem import Problem, Severity
from feedsrv.publishing import Summary, publish
from feedsrv.publishing.examination import Progress, as_stated
from feedsrv.readers import dates
from feedsrv.reading import Origin, Reading, Status, Visibility
from feedsrv.search import SearchIndex
from feedsrv.text.dates import Period

PAUSE = 1.0
"""Seconds between two looks at the folder, at least."""


def moment_of(text: str, catalogue: Catalogue) -> datetime:
    """The moment that a text names in the newsroom's time zone, the first one of a day, a month or a year.

    Raises ValueError if it names none, NewsroomInvalid or PublishingFailed.
    """
    newsroom = catalogue.newsroom()
    found = dates.read(text, newsroom)
    return found.at if found else newsroom.midnight(Period.parse(text).first)


class Previewer:
    """Keeps an index as the newsroom would be at a moment, or with all that is not withdrawn where ``at`` is None."""

    def __init__(
        self, catalogue: Catalogue, index: SearchIndex, clock: Callable[[], datetime], at: datetime | None
    ) -> None:
        self._catalogue = catalogue
        self._index = index
        self._clock = clock
        self._at = at
        self._truths: dict[str, _Truth] = {}
        self._state: dict[str, Signature] = {}
        self._preview = Preview("")
        self._look_again = 0.0
        self._lock = Lock()

    def publish(self, progress: Progress = iter) -> None:
        """Bring the index in line with the folder. Raises what `feedsrv.publishing.publish` raises."""
        state, moment = dict(signatures(self._catalogue.folder)), self._at or self._clock()
        self._summary = publish(
            self._catalogue, self._index, moment, force=True, move_ids=True, progress=progress, judge=self._judge
        )
        self._state = state

    def current(self) -> Preview:
        """The preview of the folder as it is; an equal one is the same object.

        The folder is looked at once in `PAUSE` at most, and read again when something changed there.
        """
        with self._lock:
            if monotonic() >= self._look_again:
                preview = self._looked()
                self._preview = self._preview if preview == self._preview else preview
                self._look_again = monotonic() + PAUSE
            return self._preview

    def end(self) -> None:
        """Write nothing from now on; what is being written is waited for. Whoever asks for more waits for ever."""
        self._lock.acquire()

    def _looked(self) -> Preview:
        try:
            if dict(signatures(self._catalogue.folder)) != self._state:
                self.publish()
        except FeedsrvError as error:
            return replace(self._preview, trouble=str(error))
        return self._told(self._summary)

    def _judge(self, reading: Reading) -> Visibility:
        """When a release may be seen here: as its file says, or always where only a moment or a bar is in the way."""
        stated = as_stated(reading)
        self._truths[reading.release.source] = _Truth(stated, reading.origins.get("barred", Origin(0, "")))
        opened = replace(stated, barred=None, opens=None, closes=None)
        is_held = stated.barred in {None, Status.DRAFT, Status.HELD}  # whatever else is barred is no release
        is_opened = self._at is None and is_held and opened.status(self._clock()) is Status.PUBLIC
        return opened if is_opened else stated

    def _told(self, summary: Summary) -> Preview:
        now, newsroom = self._clock(), self._index.snapshot().newsroom
        held = {
            record.id: _reason(self._truths[record.source], now, newsroom)
            for record in summary.records.values()
            if record.status is Status.PUBLIC
        }
        return Preview(
            _written(self._at, newsroom) if self._at else "",
            {release_id: reason for release_id, reason in held.items() if reason},
            tuple(sorted(self._missing(summary, newsroom), key=lambda problem: (problem.path, problem.line))),
            "\n".join(map(str, summary.complaints)),
        )

    def _missing(self, summary: Summary, newsroom: Newsroom) -> Iterator[Problem]:
        """The files that the preview does not show: those that are held at its moment, and what cannot be read."""
        for source, truth in self._truths.items():
            record = summary.records.get(source)
            reason = _reason(truth, self._at or self._clock(), newsroom)
            if reason and record and record.status in {Status.DRAFT, Status.EMBARGOED, Status.EXPIRED, Status.HELD}:
                yield Problem(source, truth.barred.line, reason.what, reason.told)
        for problem in summary.problems:
            record = summary.records.get(problem.path)
            is_of_none = record is None and problem.severity is not Severity.NOTE
            if is_of_none or (record and record.status is Status.UNREADABLE):
                yield problem


@dataclass(frozen=True, slots=True)
class _Truth:
    """What a file says of when it may be seen; ``barred`` is what says that no moment makes it public."""

    visibility: Visibility
    barred: Origin


def _reason(truth: _Truth, moment: datetime, newsroom: Newsroom) -> Reason | None:
    """Why a release is not public at a moment; None if it is."""
    visibility = truth.visibility
    match visibility.status(moment):
        case Status.DRAFT:
            return Reason(Message("A draft"))
        case Status.EMBARGOED if visibility.opens:
            return Reason(Message("Held until %(moment)s", moment=_written(visibility.opens, newsroom)))
        case Status.EXPIRED if visibility.closes:
            return Reason(Message("Expired on %(moment)s", moment=_written(visibility.closes, newsroom)))
        case Status.HELD if visibility.is_withdrawn_unseen:
            return Reason(Message("Withdrawn before it was public"))
        case Status.HELD:
            return Reason(Message("It cannot be told whether it is public"), truth.barred.how)
        case Status.WITHDRAWN | Status.LONG_WITHDRAWN:
            return Reason(Message("Withdrawn"))
    return None


def _written(moment: datetime, newsroom: Newsroom) -> Moment:
    """A moment in the newsroom's time zone."""
    return Moment(moment.astimezone(newsroom.timezone))
