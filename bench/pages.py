"""Pages: what each kind of page costs over HTTP, the first time and again, and pages of searches beside a peer.

The peer is Datasette, which serves the database of FTS5: a page of its table, searched, with counts by year, language
and topic.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from importlib.util import find_spec
from urllib.parse import quote_plus, urlencode

from bench.figures import Figure, megabytes, milliseconds
from bench.measure import Cost, mean, median, percentile, private_memory, resident_memory
from bench.peers import Asked
from bench.peers.fts5 import DATABASE
from bench.searching import Searches, sample
from bench.servers import Server, datasette, gunicorn
from bench.sites import Site

FIRST, AGAIN, UNCHANGED = "Pages over HTTP, first", "Pages over HTTP, again", "Pages over HTTP, answered 304"
SEARCHED, MEMORY = "Pages of distinct searches over HTTP", "A worker's memory"
_AGAIN, _SEARCHES = 40, 40
_GZIP = {"Accept-Encoding": "gzip"}
_STATUSES = (200, 404)  # that of the archive of a month which is kept by the day


def measure(site: Site, rounds: int, announce: Callable[[str], None]) -> Iterator[Figure]:
    """The figures of pages; each round has a new server."""
    stream = Searches(sample(site.documents)).stream()[:_SEARCHES]
    costs: dict[tuple[str, str, str], list[Cost]] = {}
    sizes: dict[str, list[int]] = {}
    for turn in range(1, rounds + 1):
        announce(f"asking for pages of {site.name} releases, round {turn} of {rounds}")
        with ExitStack() as stack:
            ours = stack.enter_context(gunicorn("wsgi:app", site.environment))
            ours.ask(["/releases", "/search?q=there"], _GZIP)
            for table, name, cost in _pages(ours):
                costs.setdefault((table, name, "feedsrv"), []).append(cost)
            asked = {"feedsrv": (ours, [f"/search?{urlencode({'q': each.text})}" for each in stream])}
            if turn == 1 and find_spec("datasette"):  # it takes minutes where there are very many releases
                theirs = stack.enter_context(datasette(site.place("FTS5") / DATABASE))
                asked["Datasette"] = (theirs, list(map(_in_datasette, stream)))
            for paths in zip(*(paths for _, paths in asked.values()), strict=True):
                for (engine, (server, _)), path in zip(asked.items(), paths, strict=True):
                    costs.setdefault((SEARCHED, "", engine), []).append(server.cost([path], 1, _GZIP))
            sizes.setdefault("of its own", []).append(private_memory(ours.worker))
            sizes.setdefault("what it shares included", []).append(resident_memory(ours.worker))
    for (table, name, engine), each in costs.items():
        if table == SEARCHED:
            yield milliseconds(table, "mean", engine, site.name, mean(each))
            yield milliseconds(table, "95th percentile", engine, site.name, percentile(each, 0.95))
        else:
            yield milliseconds(table, name, engine, site.name, median(each))
    for name, measured in sizes.items():
        yield megabytes(MEMORY, f"when all of this was asked, {name}", "feedsrv", site.name, max(measured))


def _pages(server: Server) -> Iterator[tuple[str, str, Cost]]:
    found = addresses(server)
    for name, path in found.items():
        yield FIRST, name, server.cost([path], 1, _GZIP, *_STATUSES)
    for name, path in found.items():
        yield AGAIN, name, server.cost([path], _AGAIN, _GZIP, *_STATUSES)
    for name, path in found.items():
        if tag := server.ask([path], _GZIP, *_STATUSES).tag:
            headers = {**_GZIP, "If-None-Match": tag}
            if server.ask([path], headers, *_STATUSES, 304).body == b"":
                yield UNCHANGED, name, server.cost([path], _AGAIN, headers, 304)


def addresses(server: Server) -> dict[str, str]:
    """What is asked for, by its name; what there is, is asked of a list that is none of them."""
    items = json.loads(server.ask(["/releases.json?limit=200"], {}).body)["items"]
    release = items[len(items) // 2]["_feedsrv"]["release"]
    year = next(item["date_published"][:4] for item in items if "date_published" in item)
    topics = re.findall(r'xmlUrl="[^"]*/topics/([\w-]+)\.', server.ask(["/feeds.opml"], {}).body.decode())
    topic = f"/topics/{topics[0]}" if topics else "/releases"
    archives = re.findall(r"archive=(\d{4}-\d\d)\b", server.ask(["/releases.atom"], {}).body.decode())
    return {
        "home": "/",
        "all releases": "/releases",
        "all releases, page 50": "/releases?page=50",
        "a release": f"/releases/{release}",
        "a topic": topic,
        "a topic in a year": f"{topic}/{year}",
        "a year": f"/years/{year}",
        "all topics": "/topics",
        "all years": "/years",
        "all feeds": "/feeds",
        "all feeds, OPML": "/feeds.opml",
        "sitemap": "/sitemap.xml",
        "sitemap of a year": f"/sitemap-{year}.xml",
        "all releases, Atom": "/releases.atom",
        "all releases, RSS": "/releases.rss",
        "all releases, JSON": "/releases.json",
        "archive of a month": f"/releases.atom?archive={archives[0] if archives else f'{year}-03'}",
    }


def _in_datasette(asked: Asked) -> str:
    """The same page of Datasette; its search box takes what FTS5 does."""
    words = [f'"{word}"' for word in asked.words]
    text = {"any": " OR ".join(words), "phrase": asked.text, "beginning": f"{words[0]}*"}.get(
        asked.kind, " ".join(words)
    )
    facets: Sequence[str] = ("_facet=year", "_facet=lang", "_facet_array=topic")
    return f"/releases/releases?_search={quote_plus(text)}&_searchmode=raw&_size=20&{'&'.join(facets)}"
