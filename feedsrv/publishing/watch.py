"""Watching: publishing again whenever the folder changes, and at the moment an embargo ends."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from pathlib import Path
from threading import Event

from watchfiles import watch as watch_files

from feedsrv.errors import FeedsrvError, IndexLocked
from feedsrv.files.catalogue import Catalogue, is_document_name, is_release_name, is_worth_noticing
from feedsrv.problem import Problem, Severity
from feedsrv.publishing import Summary, publish
from feedsrv.search import SearchIndex

SETTLED = timedelta(seconds=0.5)
"""A file is not read before nothing has been written for so long."""

TICK = timedelta(seconds=1)
FULL_PASS = timedelta(minutes=10)
"""How often everything is read again, whatever was told: some file systems tell nothing."""

RETRY = timedelta(seconds=15)
"""How long after a run that failed the next one is tried, if nothing changes before."""

_log = logging.getLogger(__name__)


def watch(catalogue: Catalogue, index: SearchIndex, clock: Callable[[], datetime], stop: Event) -> None:
    """Keep the index in line with the folder until ``stop`` is set. Failures are logged and tried again."""
    publisher = _Publisher(catalogue, index, clock)
    publisher.run(None)
    while not stop.is_set():
        if not catalogue.folder.is_dir():
            stop.wait(TICK.total_seconds())
            publisher.tick()
            continue
        is_first = True
        for changes in watch_files(
            catalogue.folder,
            watch_filter=None,
            step=int(SETTLED.total_seconds() * 1000),
            debounce=10_000,
            rust_timeout=int(TICK.total_seconds() * 1000),
            yield_on_timeout=True,
            stop_event=stop,
            raise_interrupt=False,
        ):
            if is_first:  # what changed between the last look and the beginning of the watch was told to nobody
                publisher.run(None)
            elif (told := _told(catalogue.folder, (path for _, path in changes))) != frozenset():
                publisher.run(told)
            is_first = False
            publisher.tick()
            if not catalogue.folder.is_dir():
                break


def _told(folder: Path, paths: Iterable[str]) -> frozenset[str] | None:
    """The sources that changed; None where that cannot be said: a folder, newsroom.toml, a file that belongs to one."""
    root = folder.resolve()
    sources = set()
    for path in map(Path, paths):
        source = path.relative_to(root if path.is_relative_to(root) else folder)
        if not all(map(is_worth_noticing, source.parts)):
            continue
        if not is_release_name(path.name) or is_document_name(path.name):
            return None
        sources.add(source.as_posix())
    return frozenset(sources)


class _Publisher:
    """Publishes when told or when it is time, and leaves word that it lives."""

    def __init__(self, catalogue: Catalogue, index: SearchIndex, clock: Callable[[], datetime]) -> None:
        self._catalogue = catalogue
        self._index = index
        self._clock = clock
        self._next = clock()
        self._complaint = ""
        self._told: tuple[Problem, ...] = ()

    def tick(self) -> None:
        """Publish if a release appears or goes now, or if it is time to look at everything again."""
        if self._clock() >= self._next:
            self.run(None)
        self._show_life()

    def run(self, only: frozenset[str] | None) -> None:
        """Publish once."""
        now = self._clock()
        try:
            summary = publish(self._catalogue, self._index, now, only=only)
        except IndexLocked:
            self._next = now + TICK
        except FeedsrvError as error:
            self._next = now + RETRY
            if str(error) != self._complaint:
                self._complaint = str(error)
                _log.error("nothing was published: %s", error)
        else:
            self._complaint = ""
            self._next = min(summary.true_until or now + FULL_PASS, now + FULL_PASS)
            self._report(summary)
        self._show_life()

    def _report(self, summary: Summary) -> None:
        """Log what was published, and each problem once: when it is new, or another than before."""
        if summary.added or summary.changed or summary.removed:
            _log.info("published: %d added, %d changed, %d removed", summary.added, summary.changed, summary.removed)
        for problem in summary.news:
            if problem not in self._told:
                level = logging.INFO if problem.severity is Severity.NOTE else logging.WARNING
                _log.log(level, "%s", problem.at((self._catalogue.folder / problem.path).as_posix()))
        self._told = summary.news

    def _show_life(self) -> None:
        try:
            self._index.heartbeat()
        except FeedsrvError as error:
            _log.error("no heartbeat: %s", error)
