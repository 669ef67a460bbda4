"""The report of a check, as a colleague would give it: what is wrong, how often, and where to look."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import takewhile
from pathlib import Path

import click

from feedsrv.cli.output import counted, marked, severity_in_colour, statuses
from feedsrv.printable import printable
from feedsrv.problem import Problem, Severity
from feedsrv.publishing.check import Report
from feedsrv.reading import Status

_EXAMPLES = 3
_AS_MEANT = {Status.DRAFT.value, Status.EXPIRED.value}
"""Kinds of notes on files that are just what they say."""


def as_typed(problem: Problem, folder: Path, paths: Sequence[Path]) -> Problem:
    """The problem with a path that begins as whoever asked has typed it."""
    whole = (folder / problem.path).resolve()
    for path in paths:
        if whole == path.resolve():
            return problem.at(path.as_posix())
        if whole.is_relative_to(path.resolve()):
            return problem.at((path / whole.relative_to(path.resolve())).as_posix())
    return problem.at((folder / problem.path).as_posix())


def show(report: Report, problems: Sequence[Problem], *, is_whole: bool, is_about_some: bool) -> None:
    """Problems, errors first: each kind once with its count and examples, or each one where that is wanted.

    Beside the output stand changes of topics, and the counts. Nothing is said of files that are as they are meant,
    unless somebody asked about some of them.
    """
    in_order = sorted(problems, key=lambda problem: list(Severity).index(problem.severity))
    if is_whole:
        for problem in in_order:
            click.echo(marked(problem))
    else:
        told = [problem for problem in in_order if is_about_some or problem.kind not in _AS_MEANT]
        for group in _grouped(told):
            click.echo("\n".join(_summed_up(group)))
    for change in report.changes:
        examples = ", ".join((*change.added[:3], *change.removed[:3]))
        topic = f"topic {change.topic}: +{len(change.added)} −{len(change.removed)} ({examples} …)"
        click.echo(printable(topic), err=True)
    counts = Counter(problem.severity for problem in in_order)
    told_counts = ", ".join(counted(counts[severity], severity.value) for severity in Severity if counts[severity])
    click.echo(f"{told_counts or 'no problems'}; {statuses(report.statuses)}", err=True)


def _grouped(problems: Sequence[Problem]) -> Iterator[list[Problem]]:
    """Problems of one kind together, those kinds first that come up most, errors before all others."""
    groups: dict[tuple[Severity, str], list[Problem]] = {}
    for problem in problems:
        groups.setdefault((problem.severity, problem.kind or _without_particulars(problem.what)), []).append(problem)
    order = list(Severity)
    yield from sorted(groups.values(), key=lambda group: (order.index(group[0].severity), -len(group)))


def _summed_up(group: Sequence[Problem]) -> Iterator[str]:
    first, *others = group
    if not others:
        yield marked(first)
        return
    what = _common([problem.what for problem in group])
    remedies = {problem.remedy for problem in group}
    remedy = f"; {first.remedy}" if first.remedy and len(remedies) == 1 else ""
    yield f"{severity_in_colour(first.severity)}: {len(group):,} × {printable(what + remedy)}"
    for problem in group[:_EXAMPLES]:
        yield f"    {problem.place}" if problem.what == what and len(remedies) == 1 else f"    {problem}"
    if len(group) > _EXAMPLES:
        yield f"    and {len(group) - _EXAMPLES:,} more; --all shows each"


def _common(texts: Sequence[str]) -> str:
    """What these texts say alike, with … where they differ: “there is no file … in the folder of releases”."""
    words = [text.split() for text in texts]
    shortest = min(map(len, words))
    if shortest == max(map(len, words)):
        said = [column[0] if len(set(column)) == 1 else "…" for column in zip(*words, strict=True)]
        return " ".join(word for word, before in zip(said, ("", *said), strict=False) if word != "…" or before != "…")
    head = _alike(zip(*words, strict=False))
    tail = _alike(zip(*map(reversed, words), strict=False))[: shortest - len(head)]
    return " ".join((*head, "…", *reversed(tail)))


def _alike(columns: Iterable[tuple[str, ...]]) -> list[str]:
    return [column[0] for column in takewhile(lambda column: len(set(column)) == 1, columns)]


def _without_particulars(what: str) -> str:
    """What a problem says, without what is said of this file alone."""
    return re.sub(r"“[^”]*”|'[^']*'|\S*\d\S*", "…", what)
