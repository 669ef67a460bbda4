"""Watching: publishing again whenever the folder changes, and at the moment an embargo ends."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence, Set
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime
from math import inf
from threading import Event
from time import monotonic, sleep

from feedsrv.errors import FeedsrvError, FilesUnsettled, IndexLocked
from feedsrv.files.catalogue import Catalogue
from feedsrv.files.changes import changes
from feedsrv.files.conversions import Conversions
from feedsrv.files.listing import Contents
from feedsrv.files.settling import Settling
from feedsrv.problem import Problem, Severity
from feedsrv.publishing import Memory, Summary, moves, publish
from feedsrv.publishing.rounds import Round
from feedsrv.publishing.sentinel import Share
from feedsrv.publishing.standing import Standing
from feedsrv.search import SearchIndex

TICK = 1.0
"""Seconds between two signs of life."""

ROUND = 600.0
"""Seconds after which everything is read again, whatever was told; see `feedsrv.publishing.rounds`."""

RETRY = 15.0
"""Seconds after a run that failed in which the next one is tried, if nothing changes before."""

SHARES = 20
"""Parts in which the sentinel looks at all that is public, after a round: of 100,000 each takes a tenth of a second."""

SOON = 0.3
"""Seconds before the end of an embargo in which nothing else is begun: it would be late by that."""

LEISURE = 5.0
"""Seconds in which no embargo may end when work is begun that takes a second or two, and for which nobody waits."""

PUT_OFF = 60.0
"""Seconds for which such work is put off at most, where one always does; where files always change, half of them."""

_DRIFT = 2.0  # seconds that a clock may gain or lose between two looks without having been set

_log = logging.getLogger(__name__)


def watch(
    catalogue: Catalogue,
    index: SearchIndex,
    clock: Callable[[], datetime],
    stop: Event,
    poll: float | None = None,
    report: Callable[[Summary], None] = lambda _: None,
    host: str = "",
) -> None:
    """Keep the index in line with the folder until ``stop`` is set. Failures are logged and tried again.

    ``poll`` is for folders of which the system tells nothing, see `feedsrv.files.changes`. Each run that did not fail
    is reported. ``host`` is that of the public address.
    """
    with Conversions() as conversions:
        publisher = _Publisher(catalogue, conversions, index, clock, report, host)
        while not stop.is_set():
            publisher.begin()
            for paths in changes(catalogue.folder, stop, poll):
                publisher.follow(paths)
            publisher.tick()
            stop.wait(TICK)


class _Publisher:
    """Publishes when told or when it is time, and leaves word that it lives."""

    def __init__(
        self,
        catalogue: Catalogue,
        conversions: Conversions,
        index: SearchIndex,
        clock: Callable[[], datetime],
        report: Callable[[Summary], None],
        host: str,
    ) -> None:
        self._catalogue = replace(catalogue, convert=conversions)
        self._conversions = conversions
        self._index = index
        self._clock = clock
        self._tell = report
        self._host = host
        self._settling = Settling(catalogue.folder)
        self._watched = _Watched(clock)
        self._memory = Memory(recalls=True)
        self._turns: datetime | None = None  # when a release appears or goes by itself
        self._is_begun = False
        self._look_at_all = inf  # when that is to be done
        self._beside = ThreadPoolExecutor(1)
        self._listing: Future[Contents] | None = None
        self._round: Round | None = None
        self._next_round = 0.0
        self._unreviewed = 0  # shares that the sentinel has not looked at since the last round
        self._leisure = Leisure(monotonic)
        self._next_purge = 0.0
        self._sign_of_life = 0.0
        self._complaint = ""
        self._told: tuple[Problem, ...] | None = None  # None: nothing was published yet

    def begin(self) -> None:
        """Find out what is there as soon as changes are told of: what changed before that was told to nobody."""
        self._settling = Settling(self._catalogue.folder)
        self._is_begun = False

    def follow(self, paths: frozenset[str] | None) -> None:
        """Publish what has come to rest, and what has been converted; these paths may have changed, None: any."""
        if paths is None:
            self._look_at_all = 0.0
        else:
            self._settling.notice(paths)
        if ready := self._settling.look() | self._conversions.ended():
            self._run(ready)
        self.tick()

    def tick(self) -> None:
        """Publish if a release appears or goes now, or if everything is to be looked at; else go on with the round.

        At the start it goes on from what is remembered, and the round follows: nobody waits for all files to be read.
        """
        now, is_set = self._clock(), self._watched.is_set()
        if not self._is_begun:
            self._is_begun = True
            self._settling.survey()
            self._run(None if self._memory.standing else frozenset())
        elif monotonic() >= self._look_at_all:
            self._settling.survey()
            self._run(None)
        elif not self._index.verify():
            self._run(None)  # no survey: what has come to rest must not be missing until it has done so again
        elif is_set or (self._turns and now >= self._turns):
            self._run(frozenset())
        elif self._memory.standing:
            self._go_on(self._memory.standing, now)
        self._show_life()

    def _go_on(self, standing: Standing, now: datetime) -> None:
        """Go on with the round, then with the review; else, at leisure, do what takes long and nobody waits for."""
        try:
            if self._round and self._round.go_on(standing, now):
                return
            if self._round is None and monotonic() >= self._next_round:
                self._begin_round(standing)
                return
        except FeedsrvError:  # a look at all says what is wrong
            self._look_at_all = 0.0
            return
        if self._round:  # what it has found is taken for just told of
            self._settling.notice(self._round.found)
            self._end_round()
            self._unreviewed = SHARES
        elif self._unreviewed:
            self._unreviewed -= 1
            self._run(frozenset(), review=Share(self._unreviewed, SHARES))
        elif self._leisure.is_there(
            is_changing=bool(self._settling.unsettled.paths),
            turns_in=(self._turns - now).total_seconds() if self._turns else inf,
        ):
            self._purge()

    def _begin_round(self, standing: Standing) -> None:
        """Begin a round once the folder is listed, beside all else. Raises PublishingFailed if it cannot be."""
        if self._listing is None:
            self._listing = self._beside.submit(self._catalogue.contents)
        elif self._listing.done():
            listing, self._listing = self._listing, None
            self._round = Round(self._catalogue, standing, listing.result())

    def _purge(self) -> None:
        """Purge the index; where that fails, it is still to be done."""
        if monotonic() < self._next_purge:
            return
        try:
            self._index.purge()
        except FeedsrvError as error:
            self._next_purge = monotonic() + RETRY
            _log.error("what was withdrawn has not gone from the disk yet: %s", error)

    def _end_round(self) -> None:
        """Let the next round begin in good time, with what is in the folder then."""
        self._round, self._listing, self._next_round = None, None, monotonic() + ROUND

    def _run(self, only: Set[str] | None, *, review: Share | None = None) -> None:
        """Publish once; with it what appears or goes by itself in a moment, which would have to wait for it."""
        if self._turns and 0 < (rest := (self._turns - self._clock()).total_seconds()) < SOON:
            sleep(rest)
        now, unsettled = self._clock(), self._settling.unsettled
        try:
            summary = publish(
                self._catalogue,
                self._index,
                now,
                host=self._host,
                only=only,
                unsettled=unsettled,
                progress=self._showing_life,
                handing=self._showing_life,
                memory=self._memory,
                review=review,
            )
        except (IndexLocked, FilesUnsettled):
            self._look_at_all, self._turns = monotonic() + TICK, None
        except FeedsrvError as error:
            self._look_at_all, self._turns = monotonic() + RETRY, None
            if str(error) != self._complaint:
                self._complaint = str(error)
                _log.error("nothing was published: %s", error)
        else:
            self._complaint = ""
            self._turns = summary.true_until
            if only is None:
                self._look_at_all = inf
                self._end_round()
            self._report(summary)
            self._tell(summary)

    def _report(self, summary: Summary) -> None:
        """Log what was published, and each problem once: when it is new, or another than before."""
        if summary.added or summary.changed or summary.removed:
            _log.info("published: %d added, %d changed, %d removed", summary.added, summary.changed, summary.removed)
        at_start = moves.without_authority(summary.newsroom, self._host) if self._told is None else ()
        for problem in (*at_start, *summary.news):
            if problem not in (self._told or ()):
                level = logging.INFO if problem.severity is Severity.NOTE else logging.WARNING
                _log.log(level, "%s", problem.at((self._catalogue.folder / problem.path).as_posix()))
        self._told = summary.news

    def _showing_life(self, sources: Sequence[str]) -> Iterator[str]:
        """The sources; while they are read, or handed to the index, which may take minutes, the publisher lives."""
        for source in sources:
            self._show_life()
            yield source

    def _show_life(self) -> None:
        if monotonic() < self._sign_of_life:
            return
        self._sign_of_life = monotonic() + TICK
        try:
            self._index.heartbeat()
        except FeedsrvError as error:
            _log.error("no heartbeat: %s", error)


class Leisure:
    """Whether there is time for work that takes long and for which nobody waits; ``clock`` tells seconds."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._put_off_until = clock() + PUT_OFF

    def is_there(self, *, is_changing: bool, turns_in: float) -> bool:
        """Whether it may be begun now, while files change or not, and a release appears or goes in so many seconds."""
        now = self._clock()
        left = self._put_off_until - now
        if left > 0 and (turns_in < LEISURE or (is_changing and left > PUT_OFF / 2)):
            return False
        self._put_off_until = now + PUT_OFF
        return True


class _Watched:
    """A clock that is watched: whoever sets it moves embargoes."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._offset = self._ahead()

    def is_set(self) -> bool:
        """Whether it has been set since it was last asked."""
        before, self._offset = self._offset, self._ahead()
        return abs(self._offset - before) > _DRIFT

    def _ahead(self) -> float:
        return self._clock().timestamp() - monotonic()
