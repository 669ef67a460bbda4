"""The terminal: how results, problems and explanations are shown to people at a keyboard, and to pipes."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from shutil import get_terminal_size

import click

from feedsrv.newsroom import Newsroom
from feedsrv.printable import printable, printable_json
from feedsrv.problem import Problem, Severity
from feedsrv.publishing import Summary
from feedsrv.publishing.explain import Explanation, Part
from feedsrv.publishing.schedule import Entry, Schedule
from feedsrv.query import Results
from feedsrv.reading import Status
from feedsrv.subscribers.tally import Feed, Report


def progress(sources: Sequence[str]) -> Iterator[str]:
    """The sources as they are read, with a bar on a terminal and in silence elsewhere."""
    return _with_bar(sources, "Reading")


def handing(sources: Sequence[str]) -> Iterator[str]:
    """The same as they are handed to the index."""
    return _with_bar(sources, "Publishing")


def _with_bar(sources: Sequence[str], label: str) -> Iterator[str]:
    if not sys.stderr.isatty():
        yield from sources
        return
    with click.progressbar(sources, label=label, file=sys.stderr) as bar:
        yield from bar


@contextmanager
def progress_in_bytes(size: int) -> Iterator[Callable[[int], object]]:
    """What is to be told of bytes that were read, of so many; a bar shows it on a terminal, where there are some."""
    if not (size and sys.stderr.isatty()):
        yield lambda _: None
        return
    with click.progressbar(length=size, label="Reading", file=sys.stderr) as bar:
        yield bar.update


def announce(summary: Summary, folder: Path) -> None:
    """What a run did, and the problems that it met in this folder."""
    for problem in summary.problems:
        if problem.severity is not Severity.NOTE:
            click.echo(marked(problem.at((folder / problem.path).as_posix())), err=True)
    click.echo(
        f"{summary.added} added, {summary.changed} changed, {summary.removed} removed, {summary.skipped} skipped",
        err=True,
    )


def marked(problem: Problem) -> str:
    """A problem on one line, with its severity in front."""
    return f"{severity_in_colour(problem.severity)}: {problem}"


def severity_in_colour(severity: Severity) -> str:
    """The word for a severity."""
    colour = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.NOTE: None}[severity]
    return click.style(severity.value, fg=colour)


def statuses(counts: dict[Status, int]) -> str:
    """How many files are what to the public."""
    told = ", ".join(f"{count:,} {status.value}" for status, count in counts.items() if count)
    return f"{counted(sum(counts.values()), 'file')}: {told or 'none'}"


def counted(number: int, noun: str) -> str:
    """A number of things: 1 file, 1,204 files."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def show(results: Results, newsroom: Newsroom) -> None:
    """The hits of a search, a line each; beside the output, what is to be known of them."""
    for place, hit in enumerate(results.hits):
        if results.is_complete_first and hit.is_partial and not (place and results.hits[place - 1].is_partial):
            click.echo("Some of the words:", err=True)
        day = newsroom.day(hit.release.published).isoformat() if hit.release.published else "undated   "
        click.echo(f"{day}  {click.style(hit.release.id, bold=True)}  {printable(hit.release.title)}")
    for note in results.notes:
        click.echo(printable(note), err=True)
    if results.did_you_mean:
        click.echo(f"Did you mean: {printable(results.did_you_mean)}", err=True)
    click.echo(f"{results.total} found", err=True)


def show_explanation(found: Explanation, address: str) -> None:
    """An explanation as a table: field, value, and where it came from."""
    click.echo(f"{click.style(printable(found.source), bold=True)}\n{printable(_status(found, address))}\n")
    rows = [(part.field.replace("_", " "), part.value, _where(part)) for part in found.parts]
    _show_rows(rows)
    _show_section("In these topics", [(item.topic, item.reason, "") for item in found.topics])
    _show_section("Not in these topics", [(item.topic, item.reason, "") for item in found.overruled])
    _show_section("Files", [(item.name, f"{item.media_type}, {item.size:,} bytes", "") for item in found.attachments])
    if found.problems:
        click.echo()
    for problem in found.problems:
        click.echo(marked(problem))


def _status(found: Explanation, address: str) -> str:
    if found.status is Status.PUBLIC:
        taken = f"; its id {found.id} has been given to {found.holder}" if found.holder else f": {address}"
        return f"public{taken}"
    return f"not public: {found.status.value}"


def _where(part: Part) -> str:
    line = f"line {part.line}" if part.line else ""
    return ", ".join(text for text in (line, part.how) if text)


def show_schedule(schedule: Schedule, folder: Path) -> None:
    """A schedule as a table: when, what, which file, and the headline or what holds it."""
    clock_time = schedule.newsroom.clock_time
    rows = [
        (clock_time(entry.at) if entry.at else "", entry.event.value, _located(entry, folder), _said(entry))
        for entry in schedule.entries
    ]
    if rows:
        _show_rows(rows, longest=3)
    click.echo(f"{counted(sum(entry.at is not None for entry in schedule.entries), 'moment')} to come", err=True)


def _located(entry: Entry, folder: Path) -> str:
    return f"{folder / entry.path}:{entry.line}" if entry.line else str(folder / entry.path)


def _said(entry: Entry) -> str:
    return "; ".join(text for text in (entry.title, entry.why, entry.remedy) if text)


def as_json(value: object) -> str:
    """A value for programs, with moments in ISO 8601; nothing in it can do anything to a terminal."""
    return printable_json(json.dumps(value, ensure_ascii=False, indent=1, default=datetime.isoformat))


def show_subscribers(report: Report) -> None:
    """How many subscribe to which feed, and through whom; beside the output, what that rests on."""
    rows = [(feed.address, f"{feed.subscribers:,}", _through(feed)) for feed in report.feeds]
    if rows:
        _show_rows(rows, longest=2)
    days = f"{report.first:%Y-%m-%d} to {report.last:%Y-%m-%d}: " if report.first and report.last else ""
    click.echo(f"{days}{counted(report.lines, 'line')}, {report.not_understood:,} of them not understood", err=True)
    if report.is_cut:
        click.echo("There are more fetchers than can be: some were made up, and some were left out", err=True)


def _through(feed: Feed) -> str:
    named = [f"{fetcher.name} {fetcher.subscribers:,}" for fetcher in feed.fetchers]
    silent = [f"{counted(len(feed.others), 'program')} without a number"] if feed.others else []
    return ", ".join(named + silent)


def subscribers_as_json(report: Report) -> str:
    """The same for programs, with moments in ISO 8601."""
    return as_json(asdict(report))


def schedule_as_json(schedule: Schedule) -> str:
    """A schedule for programs: a list of its entries, with moments in the newsroom's time zone."""
    timezone = schedule.newsroom.timezone
    entries = [
        asdict(entry) | {"at": entry.at.astimezone(timezone).isoformat() if entry.at else None}
        for entry in schedule.entries
    ]
    return as_json(entries)


def _show_section(title: str, rows: Sequence[tuple[str, str, str]]) -> None:
    if rows:
        click.echo(f"\n{title}")
        _show_rows(rows)


def _show_rows(rows: Sequence[tuple[str, ...]], longest: int = 1) -> None:
    """Rows of columns, aligned, the ``longest`` cut to the width of a terminal; in a pipe whole, with tabs between."""
    rows = [tuple(map(printable, row)) for row in rows]
    if not sys.stdout.isatty():
        click.echo("\n".join("\t".join(row).rstrip() for row in rows))
        return
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    others = sum(widths) - widths[longest]
    widths[longest] = min(widths[longest], max(10, get_terminal_size().columns - others - 2 * len(widths)))
    for row in rows:
        *cells, last = (_cut(text, width) for text, width in zip(row, widths, strict=True))
        shown = "".join(f"  {text:<{width}}" for text, width in zip(cells, widths, strict=False))
        has_note = last and longest != len(cells)
        click.echo(f"{shown}  {click.style(last, dim=True) if has_note else last}".rstrip())


def _cut(text: str, width: int) -> str:
    return text if len(text) <= width else f"{text[: width - 1]}…"
