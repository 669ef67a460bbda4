"""Requests: what a page or a feed costs in the process that serves it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote_plus

from flask import Flask
from werkzeug.datastructures import Headers
from werkzeug.test import create_environ, run_wsgi_app

from bench.figures import Figure, milliseconds
from bench.generate import Generator
from bench.indexing import Site
from bench.measure import Call, timings
from feedsrv.search.whoosh.index import WhooshIndex
from feedsrv.settings import Settings
from feedsrv.web import create_app

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

_BASE = "http://localhost:8000"
_EARLIER = (
    *("/years/2019", "/years/2019.atom", "/years/2019.rss", "/years/2019.json"),
    *("/search?q=there", "/search.json?q=there"),
)


def measure(sites: Sequence[Site], announce: Callable[[str], None]) -> Iterator[Figure]:
    """The figures of requests, for a process that is new, at work, has answered this before, and for a client that has.

    They come from three calls an address: to a new process, to one at work, and with a validator.
    """
    asked = [(site, name, path) for name, path in addresses().items() for site in sites]
    kinds: tuple[Callable[..., Callable[[], object]], ...] = (prepare, prepare_at_work, prepare_conditional)
    measured = timings([Call(kind, (site.index, path)) for site, _, path in asked for kind in kinds], announce)
    for number, (site, name, _) in enumerate(asked):
        new, at_work, conditional = measured[number * len(kinds) : (number + 1) * len(kinds)]
        yield milliseconds("Requests, first in a new process", name, site.count, new.cold)
        yield milliseconds("Requests, first of this address in a process at work", name, site.count, at_work.cold)
        yield milliseconds("Requests, from then on", name, site.count, new.warm)
        yield milliseconds("Requests, answered 304", name, site.count, conditional.warm)


def prepare(index: Path, path: str) -> Callable[[], object]:
    """A function that asks a new application for a path and takes the whole answer."""
    return partial(_ask, _application(index), _environ(path), "200")


def prepare_at_work(index: Path, path: str) -> Callable[[], object]:
    """The same, but the application has opened the index and answered others: its templates and terms are known."""
    app = _application(index)
    for earlier in _EARLIER:
        _ask(app, _environ(earlier), "200")
    return partial(_ask, app, _environ(path), "200")


def prepare_conditional(index: Path, path: str) -> Callable[[], object]:
    """The same, by someone who holds the current answer."""
    app, environ = _application(index), _environ(path)
    environ["HTTP_IF_NONE_MATCH"] = _ask(app, environ, "200")["ETag"]
    return partial(_ask, app, environ, "304")


def _application(index: Path) -> Flask:
    return create_app(WhooshIndex(index), Settings(index=index, base_url=_BASE, has_base_url=True))


def _environ(path: str) -> WSGIEnvironment:
    return create_environ(path, _BASE, headers={"Accept-Encoding": "gzip"})


def _ask(app: Flask, environ: WSGIEnvironment, wanted: str) -> Headers:
    _, status, headers = run_wsgi_app(app, environ, buffered=True)
    if not status.startswith(wanted):
        raise RuntimeError(f"{environ['PATH_INFO']} answered {status}, not {wanted}")
    return headers


def addresses() -> dict[str, str]:
    """What is asked for, by its name."""
    generator = Generator()
    questions = generator.world.questions()
    release = next(stem for path, _ in generator.releases() if (stem := Path(path).stem).startswith("PR"))
    fixed = {
        "home": "/",
        "all releases": "/releases",
        "a release": f"/releases/{release}",
        "a topic": f"/topics/{generator.world.subjects[0].id}",
        "a year": "/years/2018",
        "all releases, Atom": "/releases.atom",
        "all releases, RSS": "/releases.rss",
        "all releases, JSON": "/releases.json",
    }
    searches = {f"search, {name}": f"/search?q={quote_plus(question)}" for name, question in questions.items()}
    return fixed | searches | {"search, common word, JSON": f"/search.json?q={questions['common word']}"}
