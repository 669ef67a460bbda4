"""The publisher at work: it watches the folder, asks its peers, tells others, and answers who asks for metrics."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from socket import socket
from threading import Event, Thread
from typing import TYPE_CHECKING

from feedsrv.cli.engines import open_index
from feedsrv.cli.peers import peers
from feedsrv.files.catalogue import Catalogue
from feedsrv.publishing import Summary
from feedsrv.publishing.watch import watch
from feedsrv.search import SearchIndex
from feedsrv.settings import Settings

if TYPE_CHECKING:
    from feedsrv.cli.telling import Teller


def run(settings: Settings, stop: Event, listener: socket | None, folder: str | None = None) -> None:
    """Keep the index in line with the folder until ``stop`` is set.

    ``listener`` is where metrics are asked for, ``folder`` where web workers count, which are then told of, too.
    """
    index = open_index(settings)
    tellers: list[Teller] = []
    if settings.hub or settings.purge:
        from feedsrv.cli.telling import start_telling  # it needs the web, and most have nobody to tell

        tellers = start_telling(index, settings, stop)
    told: list[Callable[[Summary], None]] = []
    if listener:
        told.append(_reporting(index, tellers, listener, folder))
    for asked in peers(index, settings, _now):
        Thread(target=asked.run, args=[stop], daemon=True).start()
        told.append(asked.note)

    def report(summary: Summary) -> None:
        for note in told:
            note(summary)

    watch(Catalogue(settings.releases), index, _now, stop, settings.poll, report, host=settings.host)


def _now() -> datetime:
    return datetime.now(UTC)


def _reporting(
    index: SearchIndex, tellers: Sequence[Teller], listener: socket, folder: str | None
) -> Callable[[Summary], None]:
    """Answer whoever asks for metrics; what is to be told of each run."""
    from feedsrv.cli.metrics import PublisherCollector  # it needs an extra
    from feedsrv.web.metrics import IndexCollector, expose

    collector = PublisherCollector(tellers)
    expose(listener, [IndexCollector(index), collector], folder)
    return collector.note
