"""Importing: what was carried over from another system, and what was not, for whoever leaves it."""

from __future__ import annotations

import sys
from collections import Counter
from datetime import datetime
from pathlib import Path

import click

from feedsrv.cli import output
from feedsrv.importing import Report, carry_over
from feedsrv.importing.folder import Outcome
from feedsrv.printable import printable

_EXAMPLES = 3


def run(file: Path, folder: Path, kinds: frozenset[str], now: datetime) -> bool:
    """Carry over, and tell of it; whether the file was read to its end. Raises ImportFailed.

    To the output go the files that have to be copied, with their addresses: on a terminal three, in a pipe all.
    """
    with output.progress_in_bytes(2 * file.stat().st_size) as told:
        report = carry_over(file, folder, kinds, now, told)
    _show_files(report)
    counts = [f"{report.outcomes[outcome]:,} {outcome.value}" for outcome in Outcome if report.outcomes[outcome]]
    click.echo(", ".join(counts) or "no posts", err=True)
    for path in report.kept[:_EXAMPLES]:
        click.echo(f"    {printable(path.as_posix())}", err=True)
    _show_counts("Not public", report.held)
    _show_counts("Not carried over", report.left_out)
    if report.failure:
        click.echo(f"feedsrv: {printable(f'{file}: {report.failure}')}", err=True)
    return not report.failure


def _show_files(report: Report) -> None:
    rows = [f"{printable(path)}\t{printable(address)}" for path, address in report.files.items()]
    if not sys.stdout.isatty():
        click.echo("".join(f"{row}\n" for row in rows), nl=False)
    elif rows:
        click.echo("\n".join(row.expandtabs(4) for row in rows[:_EXAMPLES]))
        click.echo(f"{output.counted(len(rows), 'file')} to copy into the folder; in a pipe each has a line", err=True)


def _show_counts(title: str, counts: Counter[str]) -> None:
    if told := [f"{number:,} × {printable(name)}" for name, number in counts.most_common() if number]:
        click.echo(f"{title}: {', '.join(told)}", err=True)
