"""Purging: a cache is told what has changed and what is gone, once, and again while it does not take it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from werkzeug.wrappers import Request, Response

from feedsrv.cli.purging import Cache
from feedsrv.cli.telling import Teller, tellers
from tests.conftest import MakeNewsroom, Newsroom, release
from tests.proxies import program, varnish
from tests.running import free_port, run, running, until
from tests.test_websub import served

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

FILES = {
    "newsroom.toml": "[topics.quays]\n",
    "quay.md": release("A quay", "2026-01-02", topics="[quays]"),
    "quay.pdf": "%PDF-1.4 a plan",
    "pilot.md": release("A pilot", "2025-01-02"),
}
ALWAYS = {"/", "/topics", "/years", "/feeds", "/feeds.opml", "/sitemap.xml"}


@dataclass
class ListeningCache:
    """A cache that notes what it is to forget, and answers ``status``."""

    url: str = ""
    status: int = 200
    told: list[str] = field(default_factory=list)

    def application(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        request = Request(environ)
        self.told.append(f"{request.method} {request.host} {request.full_path.rstrip('?')}")
        return Response(status=self.status)(environ, start_response)

    def purged(self) -> set[str]:
        """The paths that it has been told of since it was asked last."""
        told, self.told = self.told, []
        assert len({*told}) == len(told)
        assert all(line.startswith("PURGE press.example.org /") for line in told), told
        return {line.split()[2] for line in told}


@pytest.fixture
def cache() -> Iterator[ListeningCache]:
    cache = ListeningCache()
    with served(cache.application) as cache.url:
        yield cache


def teller(newsroom: Newsroom, purge: str) -> Teller:
    (found,) = tellers(newsroom.index, replace(newsroom.settings, purge=purge))
    return found


def lists(*paths: str) -> set[str]:
    """Their pages and their feeds."""
    return {f"{path}{ending}" for path in paths for ending in ("", ".atom", ".rss", ".json")}


def versions(*plans: str) -> set[str]:
    """The addresses of a file, with and without what tells its content."""
    plan = "/releases/quay/quay.pdf"
    return {plan, *(f"{plan}?v={sha256(content.encode()).hexdigest()[:8]}" for content in plans)}


def pages(*names: str) -> set[str]:
    """The pages of releases, and their copies."""
    return {f"/releases/{name}{ending}" for name in names for ending in ("", ".txt", ".json")}


def test_a_cache_is_told_of_all_once_and_then_of_what_changes(
    make_newsroom: MakeNewsroom, cache: ListeningCache
) -> None:
    newsroom = make_newsroom(FILES)
    telling = teller(newsroom, cache.url)
    assert telling.tell()
    releases = pages("quay", "pilot") | versions(FILES["quay.pdf"])
    assert cache.purged() == ALWAYS | releases | lists("/releases", "/topics/quays", "/years/2026", "/years/2025")
    newsroom.publish({"pilot.md": release("A pilot, corrected", "2025-01-02")})
    assert telling.tell()
    named = pages("pilot") | {"/releases/quay"}  # whose page names it
    assert cache.purged() == ALWAYS | named | lists("/releases", "/years/2025")
    another = "%PDF-1.4 another plan"
    newsroom.publish({"quay.pdf": another})
    assert teller(newsroom, cache.url).tell(), "another process knows what was told"
    changed = pages("quay") | versions(FILES["quay.pdf"], another)
    assert cache.purged() == ALWAYS | changed | lists("/releases", "/topics/quays", "/years/2026")
    newsroom.publish()
    assert telling.tell()
    assert cache.purged() <= ALWAYS


def test_a_page_that_names_what_changes_beside_it_is_to_be_forgotten_too(
    make_newsroom: MakeNewsroom, cache: ListeningCache
) -> None:
    days = enumerate(("a", "b", "c", "d"), 1)
    newsroom = make_newsroom({f"{name}.md": release(name, f"2026-01-0{day}") for day, name in days})
    telling = teller(newsroom, cache.url)
    telling.tell()
    cache.purged()
    newsroom.publish({"d.md": release("d", "2026-01-04", withdrawn="2026-02-01")}, force=True)
    assert telling.tell()
    assert {path for path in cache.purged() if path.startswith("/releases/")} == pages("d") | {"/releases/c"}


@pytest.mark.parametrize("fields", [{"withdrawn": "2026-03-01"}, {"embargo": "2099-01-01"}, {"slug": "moved"}, None])
def test_a_cache_is_told_of_what_is_gone(
    make_newsroom: MakeNewsroom, cache: ListeningCache, fields: dict[str, str] | None
) -> None:
    newsroom = make_newsroom(FILES)
    telling = teller(newsroom, cache.url)
    telling.tell()
    cache.purged()
    if fields:
        newsroom.write({"quay.md": release("A quay", "2026-01-02", topics="[quays]", **fields)})
    else:
        newsroom.remove("quay.md", "quay.pdf")
    newsroom.publish(force=True)
    cache.status = 503
    assert not telling.tell()
    assert pages("quay") | versions(FILES["quay.pdf"]) <= cache.purged()
    cache.status = 404
    assert telling.tell(), "it has nothing to forget"
    assert pages("quay") | versions(FILES["quay.pdf"]) <= cache.purged()
    assert telling.tell()
    assert cache.purged() == set()


def test_nothing_secret_of_the_address_is_logged(make_newsroom: MakeNewsroom, caplog: pytest.LogCaptureFixture) -> None:
    newsroom, port = make_newsroom(FILES), free_port()
    assert not teller(newsroom, f"http://127.0.0.1:{port}/s3cret").tell()
    with served(ListeningCache(status=500).application, port):
        assert not teller(newsroom, f"http://127.0.0.1:{port}/s3cret").tell()
    first, second = (record.getMessage() for record in caplog.records if record.name == "feedsrv.cli.telling")
    assert first.startswith(f"the cache at http://127.0.0.1:{port} cannot be told of changes: ")
    assert second.startswith(f"the cache at http://127.0.0.1:{port} answers 500 when told of /")
    assert "s3cret" not in first + second
    wrong = run("index", releases=newsroom.releases, index=newsroom.root, FEEDSRV_PURGE="http://me:s3cret@cache")
    assert (wrong.returncode, "FEEDSRV_PURGE is 'http://…@cache'" in wrong.stderr) == (2, True)
    assert "s3cret" not in wrong.stderr


def test_a_cache_needs_to_know_whose_pages_it_is_to_forget(tmp_path: Path) -> None:
    wrong = run("index", releases=tmp_path, index=tmp_path / "index", FEEDSRV_PURGE="http://cache.example")
    assert wrong.returncode == 2
    assert "FEEDSRV_BASE_URL" in wrong.stderr


@pytest.mark.slow
def test_varnish_forgets_in_seconds_what_is_gone(tmp_path: Path) -> None:
    if not program("varnishd"):
        pytest.skip("varnishd is not installed")
    (tmp_path / "releases").mkdir()
    (tmp_path / "releases" / "quay.md").write_text(release("A quay"), "utf8")
    (tmp_path / "releases" / "pilot.md").write_text(release("Un pilote", lang="fr"), "utf8")  # no neighbour
    port, web = free_port(), free_port()
    with varnish(tmp_path / "varnish", web, port) as proxy:
        purge = {"FEEDSRV_PURGE": f"http://127.0.0.1:{port}", "FEEDSRV_BASE_URL": "http://localhost"}
        with running(tmp_path / "releases", tmp_path / "index", PORT=str(web), **purge):
            until(lambda: (tmp_path / "index" / Cache.memory).exists())
            assert [proxy.status(path) for path in ("/releases/quay", "/releases/pilot-fr")] == [200, 200]
            (tmp_path / "releases" / "quay.md").unlink()
            until(lambda: proxy.status("/releases/quay") == 404)
        assert proxy.status("/releases/quay") == 404
        assert proxy.status("/releases/pilot-fr") == 200, "what has not changed is still there"
        assert proxy.ask("/releases/pilot-fr", "PURGE").status == 200
        assert proxy.status("/releases/pilot-fr") >= 500
