"""The command: `feedsrv` and its subcommands."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import click

from feedsrv import __version__, listening, settings
from feedsrv.cli import icalendar, output, publisher
from feedsrv.cli import report as reporting
from feedsrv.cli.exits import PROBLEMS, configured, exit_codes
from feedsrv.cli.publisher import now
from feedsrv.cli.stopping import stop_event
from feedsrv.engines import open_index
from feedsrv.files.catalogue import Catalogue
from feedsrv.logs import Logging
from feedsrv.printable import printable
from feedsrv.problem import Severity
from feedsrv.publishing import check as checking
from feedsrv.publishing import explain as explaining
from feedsrv.publishing.preview import moment_of
from feedsrv.publishing.schedule import schedule
from feedsrv.query import Query, Sort
from feedsrv.query.parser import parse
from feedsrv.workers import REMEDY, remove_folder, take_metrics


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="feedsrv")
def main() -> None:
    """A folder of press releases becomes a newsroom that people search and subscribe to."""


@main.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", type=click.IntRange(1, 65_535), help="Port to listen on; else $PORT, else 8000.")
@click.option("--workers", type=click.IntRange(1, 256), help="gunicorn workers; else $WEB_CONCURRENCY, else 2.")
def serve(host: str, port: int | None, workers: int | None) -> None:
    """Index the folder, then serve the newsroom and keep watching the folder."""
    from feedsrv.cli import supervisor  # gunicorn and flask are not needed by the other commands

    with exit_codes():
        environment = dict(os.environ)
        if port:
            environment["PORT"] = str(port)
        if workers:
            environment["WEB_CONCURRENCY"] = str(workers)
        chosen = settings.from_environment(environment)
        configure = Logging(chosen.log_format)
        configure()
        listener = listening.take(host, chosen.port, "end what listens there, or give another --port")
        metrics = take_metrics(*chosen.metrics) if chosen.metrics else None
        try:
            publisher.publish_or_serve_the_last(chosen)
            if not chosen.has_base_url:
                click.echo(f"FEEDSRV_BASE_URL is not set: feeds will say {chosen.base_url}", err=True)
            click.echo(f"Serving {chosen.releases} on {chosen.base_url}/ (Ctrl-C ends it)", err=True)
            sys.exit(supervisor.serve(chosen, listener, metrics, configure))
        finally:
            if metrics:
                remove_folder()


@main.command()
@click.option("--rebuild", is_flag=True, help="Make the index anew from the files.")
@click.option("--force", is_flag=True, help="Let most of the newsroom go.")
@click.option("--move-ids", is_flag=True, help="Let many releases have other ids than they were published under.")
@click.option("--strict", is_flag=True, help="Exit with 1 if there are errors or warnings.")
def index(rebuild: bool, force: bool, move_ids: bool, strict: bool) -> None:
    """Bring the index in line with the folder, once."""
    with configured() as chosen:
        Logging(chosen.log_format)()
        catalogue = Catalogue(chosen.releases)
        summary = publisher.publish_once(chosen, catalogue, rebuild=rebuild, force=force, move_ids=move_ids)
        output.announce(summary, chosen.releases)
        if chosen.hub or chosen.purge:
            from feedsrv.cli.telling import tellers  # it needs the web, and most tell nobody

            for teller in tellers(open_index(chosen), chosen):
                teller.tell()
        is_clean = all(problem.severity is Severity.NOTE for problem in summary.problems)
        if summary.complaints or (strict and not is_clean):
            sys.exit(PROBLEMS)


@main.command(name="watch")
def watch_folder() -> None:
    """Keep the index in line with the folder until stopped, and lift embargoes on the minute."""
    with configured() as chosen:
        Logging(chosen.log_format)()
        metrics = listening.take(*chosen.metrics, REMEDY) if chosen.metrics else None
        publisher.run(chosen, stop_event(), metrics)


@main.command()
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@click.option("--all", "is_whole", is_flag=True, help="Report each problem on a line of its own.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
def check(paths: Sequence[Path], *, is_whole: bool, form: str) -> None:
    """Read everything, write nothing, and report every problem, those of one kind together.

    PATHS are files and folders whose problems alone are reported. Exits with 1 if there are errors or warnings:

    \b
        feedsrv check
        feedsrv check releases/2026 --format json
    """
    with configured() as chosen:
        for path in paths:
            if not path.exists() or not path.resolve().is_relative_to(chosen.releases.resolve()):
                what = f"{printable(str(path))} is no file or folder in {chosen.releases}, the folder of releases"
                raise click.UsageError(f"{what}; for another folder set FEEDSRV_RELEASES, and FEEDSRV_INDEX with it")
        report = checking.check(
            Catalogue(chosen.releases),
            open_index(chosen),
            now(),
            paths,
            output.progress,
            chosen.host,
        )
        if form == "json":
            told = asdict(report)
            shown = {"problems": told["problems"], "files": report.statuses, "topics": told["changes"]}
            click.echo(output.as_json(shown))
        else:
            problems = [reporting.as_typed(problem, chosen.releases, paths) for problem in report.problems]
            reporting.show(report, problems, is_whole=is_whole, is_about_some=bool(paths))
        if any(problem.severity is not Severity.NOTE for problem in report.problems):
            sys.exit(PROBLEMS)


@main.command()
@click.argument("release")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
def explain(release: str, form: str) -> None:
    """Say of one release where each part came from, and why it has its topics.

    RELEASE is the path of its file, its id, or its reference number:

    \b
        feedsrv explain releases/2018/PR039-2018.md
        feedsrv explain PR039-2018
    """
    with configured() as chosen:
        found = explaining.explain(Catalogue(chosen.releases), open_index(chosen), release, now(), output.progress)
        if form == "json":
            click.echo(output.as_json(asdict(found)))
        else:
            output.show_explanation(found, f"{chosen.base_url}/releases/{found.id}")


@main.command(name="schedule")
@click.option("--format", "form", type=click.Choice(["text", "json", "ics"]), default="text", show_default=True)
def show_schedule(form: str) -> None:
    """Say what comes and goes at which moment, and what is a draft, is held, or cannot be read.

    Moments are in the newsroom's time zone. --format ics is a calendar to subscribe to; keep it to yourselves:

    \b
        feedsrv schedule
        feedsrv schedule --format ics > schedule.ics
    """
    with configured() as chosen:
        moment = now()
        found = schedule(Catalogue(chosen.releases), moment, output.progress)
        if form == "ics":
            click.echo(icalendar.calendar(found, chosen.base_url, moment), nl=False)
        elif form == "json":
            click.echo(output.schedule_as_json(found))
        else:
            output.show_schedule(found, chosen.releases)


@main.command(name="preview")
@click.option("--at", metavar="MOMENT", help="As of this moment; else all that is not withdrawn.")
@click.option("--port", type=click.IntRange(1024, 65_535), default=None, help="Port to listen on; else a free one.")
def preview_newsroom(at: str | None, port: int | None) -> None:
    """Look at the newsroom before it is public: on this machine alone, with what holds each release.

    MOMENT is a date as in front matter, in the newsroom's time zone:

    \b
        feedsrv preview
        feedsrv preview --at "1 December 2026, 10:00"
    """
    from feedsrv.cli import preview  # flask is not needed by the other commands

    with configured() as chosen:
        Logging(chosen.log_format)()
        try:
            moment = moment_of(at, Catalogue(chosen.releases)) if at else None
        except ValueError as error:
            raise click.UsageError(f"--at {at}: write a moment like 2026-12-01 10:00") from error
        preview.serve(chosen.releases, port or 0, moment)


@main.command()
@click.argument("query")
@click.option("--topic", "topics", multiple=True, help="Only this topic (repeatable: any of them).")
@click.option("--year", "years", multiple=True, type=int, help="Only this year (repeatable).")
@click.option("--lang", "languages", multiple=True, help="Only this language (repeatable).")
@click.option(
    "--sort", type=click.Choice([sort.value for sort in Sort]), default=Sort.RELEVANCE.value, show_default=True
)
@click.option("--limit", type=click.IntRange(1, 200), default=20, show_default=True)
def search(
    query: str, topics: Sequence[str], years: Sequence[int], languages: Sequence[str], sort: str, limit: int
) -> None:
    """Search the newsroom, in the language of its search box."""
    with configured() as chosen:
        parsed = parse(query)
        snapshot = open_index(chosen).snapshot()
        question = Query(parsed.wanted, tuple(topics), tuple(years), tuple(languages), sort=Sort(sort), per_page=limit)
        for note in parsed.notes:
            click.echo(printable(note), err=True)
        output.show(snapshot.search(question), snapshot.newsroom)


@main.command()
@click.argument("logs", nargs=-1, type=click.Path(exists=True, dir_okay=False, readable=True, allow_dash=True))
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
def subscribers(logs: Sequence[str], form: str) -> None:
    """Say how many subscribe to each feed, as far as those who fetch feeds for others tell.

    LOGS are access logs of a proxy or request logs of feedsrv, compressed with gzip or not; else standard input:

    \b
        feedsrv subscribers /var/log/nginx/feedsrv.log*
        journalctl -u feedsrv-web -o cat | feedsrv subscribers
    """
    from feedsrv.cli import counting  # flask is not needed by the other commands

    with configured() as chosen:
        if not logs and sys.stdin.isatty():
            raise click.UsageError("name the logs, or send one to standard input")
        report = counting.count(chosen, logs or ("-",), now())
        if form == "json":
            click.echo(output.subscribers_as_json(report))
        else:
            output.show_subscribers(report)


@main.command(name="import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.option("--type", "kinds", multiple=True, default=["post"], show_default=True, help="Of posts (repeatable).")
def import_posts(file: Path, folder: Path, kinds: Sequence[str]) -> None:
    """Write a release into FOLDER for each post in FILE: a WordPress export, or a feed in RSS, Atom or JSON.

    A file that is there is left as it is. The output names the files to copy, with their addresses:

    \b
        feedsrv import export.xml releases
        feedsrv import export.xml releases --type post --type press_release > files.tsv
    """
    from feedsrv.cli import importing  # no other command needs it

    with exit_codes():
        if not importing.run(file, folder, frozenset(kinds), now()):
            sys.exit(PROBLEMS)
