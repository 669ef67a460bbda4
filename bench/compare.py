"""Peers: the same work done by SQLite's FTS5, and by a Flask view that builds its feed with feedgen on each request."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from feedgen.feed import FeedGenerator
from flask import Flask, Response

from bench import fts5, requests
from bench.figures import Figure, milliseconds, times
from bench.generate import Generator
from bench.indexing import Site
from bench.measure import Call, timings
from feedsrv.query import Query, Sort, parser
from feedsrv.release import Release
from feedsrv.search.whoosh.index import WhooshIndex


def measure(sites: Sequence[Site], announce: Callable[[str], None]) -> Iterator[Figure]:
    """The figures of feedsrv beside its peers: a page of search results, and the newest 50 releases as Atom."""
    asked = list(_comparisons(sites))
    measured = timings([call for *_, ours, theirs in asked for call in (ours, theirs)], announce)
    for (site, name, peer, *_), ours, theirs in zip(asked, measured[::2], measured[1::2], strict=True):
        for state, our, their in (("first", ours.cold, theirs.cold), ("then", ours.warm, theirs.warm)):
            table = f"Beside peers, {state}"
            yield milliseconds(table, f"{name}: feedsrv", site.count, our)
            yield milliseconds(table, f"{name}: {peer}", site.count, their)
            yield times(table, f"{name}: feedsrv / {peer}", site.count, our, their)


def _comparisons(sites: Sequence[Site]) -> Iterator[tuple[Site, str, str, Call, Call]]:
    questions = Generator().world.questions()
    for site in sites:
        for name, question in questions.items():
            ours, theirs = Call(prepare_search, (site.index, question)), Call(fts5.prepare, (site.database, question))
            yield site, name, "FTS5", ours, theirs
        feed = Call(requests.prepare, (site.index, "/releases.atom"))
        yield site, "50 releases as Atom", "Flask and feedgen", feed, Call(prepare_view, (site.index,))


def prepare_search(index: Path, question: str) -> Callable[[], object]:
    """A function that finds one page of results with feedsrv: hits with excerpts, total, facets."""
    tree = parser.parse(question).tree
    opened = WhooshIndex(index)
    return lambda: opened.snapshot().search(Query(tree, sort=Sort.RELEVANCE, has_excerpts=True))


def prepare_view(index: Path) -> Callable[[], object]:
    """A function that asks the bare view for its feed."""
    client = view(index).test_client()
    return lambda: client.get("/").data


def view(index: Path) -> Flask:
    """A bare Flask view that builds an Atom feed on each request; it has its 50 releases in memory."""
    releases = [hit.release for hit in WhooshIndex(index).snapshot().search(Query(per_page=50)).hits]
    app = Flask(__name__)
    app.add_url_rule("/", view_func=lambda: Response(_atom(releases), content_type="application/atom+xml"))
    return app


def _atom(releases: Sequence[Release]) -> bytes:
    feed = FeedGenerator()
    feed.id("tag:press.example.org,2005:releases")
    feed.title("Nonsense newsroom")
    feed.updated(releases[0].updated)
    for release in releases:
        entry = feed.add_entry(order="append")
        entry.id(f"tag:press.example.org,2005:{release.id}")
        entry.title(release.title)
        entry.link(href=f"https://press.example.org/releases/{release.id}")
        entry.published(release.published)
        entry.updated(release.updated)
        entry.summary(release.summary)
        entry.content(release.body, type="html")
        entry.category([{"term": topic} for topic in release.topic_ids])
    rendered: bytes = feed.atom_str()
    return rendered
