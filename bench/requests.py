"""Requests: what a page or a feed costs in the process that serves it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from urllib.parse import quote_plus

from werkzeug.test import create_environ, run_wsgi_app

from bench.figures import Figure, milliseconds
from bench.generate import Generator
from bench.indexing import Site
from bench.measure import Call, timings
from feedsrv.search.whoosh_index import WhooshIndex
from feedsrv.settings import Settings
from feedsrv.web import create_app

_BASE = "http://localhost:8000"


def measure(sites: Sequence[Site], announce: Callable[[str], None]) -> Iterator[Figure]:
    """The figures of requests: first in a new process, again, and again with the validator of the first answer."""
    asked = [(site, name, path) for name, path in addresses().items() for site in sites]
    calls = [
        Call(prepare, (site.index, path, is_conditional)) for site, _, path in asked for is_conditional in (False, True)
    ]
    measured = timings(calls, announce)
    for (site, name, _), whole, conditional in zip(asked, measured[::2], measured[1::2], strict=True):
        yield milliseconds("Requests, first in a new process", name, site.count, whole.cold)
        yield milliseconds("Requests, from then on", name, site.count, whole.warm)
        yield milliseconds("Requests, answered 304", name, site.count, conditional.warm)


def prepare(index: Path, path: str, is_conditional: bool) -> Callable[[], object]:
    """A function that asks for a path and takes the whole answer; raises RuntimeError if that is not 200, or 304."""
    settings = Settings(index=index, base_url=_BASE, has_base_url=True)
    app = create_app(WhooshIndex(index), settings)
    environ = create_environ(path, _BASE, headers={"Accept-Encoding": "gzip"})
    wanted = "304" if is_conditional else "200"
    if is_conditional:
        environ["HTTP_IF_NONE_MATCH"] = run_wsgi_app(app, environ, buffered=True)[2]["ETag"]

    def ask() -> None:
        _, status, _ = run_wsgi_app(app, environ, buffered=True)
        if not status.startswith(wanted):
            raise RuntimeError(f"{path} answered {status}, not {wanted}")

    return ask


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
