"""The publisher at work: once, or watching the folder, asking its peers, telling others, and answering for metrics."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from socket import socket
from threading import Event, Thread
from typing import TYPE_CHECKING

import click

from feedsrv.cli import output
from feedsrv.cli.peers import peers
from feedsrv.engines import open_index
from feedsrv.errors import NewsroomInvalid, PublishingFailed
from feedsrv.files.catalogue import Catalogue
from feedsrv.files.conversions import Conversions
from feedsrv.files.settling import Settling
from feedsrv.printable import printable
from feedsrv.publishing import Summary, publish
from feedsrv.publishing.watch import watch
from feedsrv.search import SearchIndex
from feedsrv.settings import Settings

if TYPE_CHECKING:
    from feedsrv.cli.telling import Teller


def publish_or_serve_the_last(settings: Settings) -> None:
    """Publish; where that fails, what was published before is served, if there is something.

    No document is waited for: the publisher converts it while all else is served.
    """
    left_to_the_publisher = Conversions(0)
    try:
        output.announce(publish_once(settings, Catalogue(settings.releases, left_to_the_publisher)), settings.releases)
        if pending := left_to_the_publisher.pending:
            click.echo(f"{output.counted(pending, 'document')} to be converted yet", err=True)
    except (PublishingFailed, NewsroomInvalid) as error:
        if open_index(settings).status().published is None:
            raise
        click.echo(f"feedsrv: {printable(str(error))}; what was published before is served", err=True)


def publish_once(
    settings: Settings,
    catalogue: Catalogue,
    *,
    rebuild: bool = False,
    force: bool = False,
    move_ids: bool = False,
) -> Summary:
    """Bring the index in line with the folder, once; see `feedsrv.publishing.publish`."""
    settling = Settling(settings.releases)
    settling.wait()
    return publish(
        catalogue,
        open_index(settings),
        now(),
        rebuild=rebuild,
        force=force,
        move_ids=move_ids,
        host=settings.host,
        unsettled=settling.unsettled,
        progress=output.progress,
        handing=output.handing,
    )


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
    for asked in peers(index, settings, now):
        Thread(target=asked.run, args=[stop], daemon=True).start()
        told.append(asked.note)

    def report(summary: Summary) -> None:
        for note in told:
            note(summary)

    watch(Catalogue(settings.releases), index, now, stop, settings.poll, report, host=settings.host)


def now() -> datetime:
    """The moment as of which something is published or told."""
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
