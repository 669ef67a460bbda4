"""Counting subscribers: logs are read, with a bar on a terminal, and one that cannot be read to its end is named."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import click

from feedsrv.cli import output
from feedsrv.engines import open_index
from feedsrv.printable import printable
from feedsrv.settings import Settings
from feedsrv.subscribers.access_logs import LogCutShort, read_lines
from feedsrv.subscribers.tally import Report, Tally
from feedsrv.web import create_app
from feedsrv.web.subscriptions import Subscriptions


def count(settings: Settings, logs: Sequence[str], now: datetime) -> Report:
    """What is said in these logs, - being standard input; of one that cannot be read what could be counts."""
    app = create_app(open_index(settings), settings)
    tally = Tally(Subscriptions(app).feed, now)
    with _progress(logs) as progress:
        for log in logs:
            try:
                with click.open_file(log, "rb") as stream:
                    for line in read_lines(stream, progress):
                        tally.add(line)
            except (OSError, LogCutShort) as error:
                click.echo(f"{printable(log)} is not read to its end: {printable(str(error))}", err=True)
    return tally.report()


@contextmanager
def _progress(logs: Sequence[str]) -> Iterator[Callable[[int], object]]:
    """What is to be told of bytes that were read."""
    with output.progress_in_bytes(0 if "-" in logs else sum(Path(log).stat().st_size for log in logs)) as told:
        yield told
