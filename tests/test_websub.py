"""WebSub: a hub is told of each feed that has changed, and subscribers get what is new (https://www.w3.org/TR/websub/)."""

from __future__ import annotations

import json
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import feedparser
import pytest
from flask import Flask
from flask_websub.hub import Hub, SQLite3HubStorage
from flask_websub.subscriber import SQLite3SubscriberStorage, SQLite3TempSubscriberStorage, Subscriber, discover
from werkzeug.serving import make_server
from werkzeug.wrappers import Request, Response

from feedsrv.cli import telling
from feedsrv.cli.telling import Teller
from feedsrv.cli.websub import Hub as OurHub
from feedsrv.feeds.formats import FORMATS
from feedsrv.search import LAG
from tests.conftest import BASE_URL, MakeNewsroom, Newsroom, release
from tests.running import free_port, run, running, until

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment


@dataclass
class ListeningHub:
    """A hub that notes what it is told, and answers ``status``."""

    url: str = ""
    status: int = 202
    told: list[dict[str, str]] = field(default_factory=list)

    def application(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        request = Request(environ)
        self.told.append({"content-type": request.mimetype, **request.form})
        return Response(status=self.status, headers={"Location": "/elsewhere"})(environ, start_response)

    def topics(self) -> list[str]:
        """The paths of the feeds that it has been told of since it was asked last."""
        told, self.told = self.told, []
        return sorted(ping["hub.url"].removeprefix(BASE_URL) for ping in told)


@contextmanager
def served(application: Any, port: int = 0) -> Iterator[str]:
    """Serve a WSGI application for as long as the block lasts, at the address that it gets."""
    server = make_server("127.0.0.1", port, application, threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def complaints(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.name == "feedsrv.cli.telling"]


@pytest.fixture
def hub() -> Iterator[ListeningHub]:
    hub = ListeningHub()
    with served(hub.application) as hub.url:
        yield hub


SETTINGS = "[topics.quays]\n[topics.pilots]\n"
FILES = {
    "newsroom.toml": SETTINGS,
    "quay.md": release("A quay", "2026-01-02", topics="[quays]"),
    "pilot.md": release("A pilot", "2025-01-02", topics="[pilots]"),
}

FEEDS = ("/releases", "/topics/quays", "/topics/pilots", "/years/2026", "/years/2025")


def pinger(newsroom: Newsroom, hub: ListeningHub) -> Teller:
    settings = replace(newsroom.settings, hub=hub.url)
    return Teller(newsroom.index, settings, OurHub(settings))


def in_each_format(*paths: str) -> list[str]:
    return sorted(f"{path}.{format_}" for path in paths for format_ in FORMATS)


class TestPings:
    def test_the_first_time_the_hub_is_told_of_every_feed_that_can_be_listed(
        self, make_newsroom: MakeNewsroom, hub: ListeningHub
    ) -> None:
        assert pinger(make_newsroom(FILES), hub).tell()
        form = hub.told[0]
        assert form["content-type"] == "application/x-www-form-urlencoded"
        assert form["hub.mode"] == "publish"
        assert form["hub.topic"] == form["hub.url"]
        assert hub.topics() == in_each_format(*FEEDS)

    def test_then_it_is_told_of_the_feeds_that_have_changed_once(
        self, make_newsroom: MakeNewsroom, hub: ListeningHub
    ) -> None:
        newsroom = make_newsroom(FILES)
        teller = pinger(newsroom, hub)
        teller.tell()
        hub.topics()
        newsroom.publish({"new.md": release("New", "2025-05-05")})
        newsroom.publish({"newer.md": release("Newer", "2025-05-06")})
        assert teller.tell()
        assert hub.topics() == in_each_format("/releases", "/years/2025")
        newsroom.publish({"quay.md": release("A quay", "2026-01-02", topics="[pilots]")})
        assert teller.tell()
        assert hub.topics() == in_each_format("/releases", "/topics/quays", "/topics/pilots", "/years/2026")
        newsroom.remove("pilot.md")
        newsroom.publish()
        assert teller.tell()
        assert hub.topics() == in_each_format("/releases", "/topics/pilots", "/years/2025")
        assert teller.tell()
        newsroom.publish({"draft.md": release(draft="true")})
        assert teller.tell()
        assert hub.topics() == []

    def test_it_is_told_of_what_changes_of_old_releases_and_of_what_a_feed_is_called(
        self, make_newsroom: MakeNewsroom, hub: ListeningHub
    ) -> None:
        old = {
            f"n{number}.md": release(f"N {number}", f"2025-{1 + number // 28:02}-{1 + number % 28:02}")
            for number in range(60)
        }
        newsroom = make_newsroom(FILES | old)
        teller = pinger(newsroom, hub)
        teller.tell()
        hub.topics()
        newsroom.publish({"n0.md": release("N 0", "2025-01-01", updated="2025-12-24")})
        assert teller.tell()
        assert hub.topics() == in_each_format("/releases", "/years/2025")
        newsroom.publish({"n1.md": release("N 1", "2025-01-02", withdrawn="2026-10-30")})
        assert teller.tell()
        assert hub.topics() == in_each_format("/releases", "/years/2025")
        newsroom.publish({"newsroom.toml": f'{SETTINGS}match = ["nothing"]\n'})
        assert teller.tell()
        assert hub.topics() == []
        newsroom.publish({"newsroom.toml": f'{SETTINGS}label = "All pilots"\n'})
        assert teller.tell()
        assert hub.topics() == in_each_format("/topics/pilots")

    def test_it_is_told_of_a_list_from_which_the_last_release_is_withdrawn_or_goes_as_its_topic_is_retired(
        self, make_newsroom: MakeNewsroom, hub: ListeningHub
    ) -> None:
        french = release("Un quai", "2024-01-02", topics="[quais]", lang="fr")
        newsroom = make_newsroom(FILES | {"quai.md": french})
        teller = pinger(newsroom, hub)
        teller.tell()
        french_feeds = [f"/releases.{format_}?lang=fr" for format_ in FORMATS]
        assert {*french_feeds} < {*hub.topics()}
        newsroom.publish({"quai.md": french.replace("lang:", "withdrawn: 2026-10-30\nlang:")})
        assert teller.tell()
        assert hub.topics() == sorted(in_each_format("/releases", "/topics/quais", "/years/2024") + french_feeds)
        moved = {"newsroom.toml": f'{SETTINGS}retired = "quays"\n', "pilot.md": release("A pilot", "2025-01-02")}
        newsroom.publish(moved)
        assert teller.tell()
        assert {*in_each_format("/topics/pilots")} < {*hub.topics()}

    def test_another_process_knows_what_the_hub_was_told(self, make_newsroom: MakeNewsroom, hub: ListeningHub) -> None:
        newsroom = make_newsroom(FILES)
        pinger(newsroom, hub).tell()
        hub.topics()
        assert pinger(newsroom, hub).tell()
        assert hub.topics() == []
        (newsroom.settings.index / OurHub.memory).write_text("[broken", "utf8")
        assert pinger(newsroom, hub).tell()
        assert hub.topics() == in_each_format(*FEEDS)

    def test_another_hub_is_told_of_everything(self, make_newsroom: MakeNewsroom, hub: ListeningHub) -> None:
        newsroom, other = make_newsroom(FILES), ListeningHub()
        pinger(newsroom, hub).tell()
        with served(other.application) as other.url:
            pinger(newsroom, other).tell()
        assert other.topics() == hub.topics()

    def test_what_a_hub_that_was_away_missed_it_is_told_later(
        self, make_newsroom: MakeNewsroom, caplog: pytest.LogCaptureFixture
    ) -> None:
        newsroom, hub = make_newsroom(FILES), ListeningHub()
        port = free_port()
        hub.url = f"http://127.0.0.1:{port}"
        teller = pinger(newsroom, hub)
        assert not teller.tell()
        assert not teller.tell()
        (complaint,) = complaints(caplog)
        assert complaint.startswith(f"the hub {hub.url} cannot be told of changes: ")
        with served(hub.application, port):
            assert teller.tell()
        assert hub.topics() == in_each_format(*FEEDS)

    @pytest.mark.parametrize("status", [302, 400, 503])
    def test_what_a_hub_refuses_it_is_told_again_and_it_leads_nowhere_else(
        self, make_newsroom: MakeNewsroom, hub: ListeningHub, caplog: pytest.LogCaptureFixture, status: int
    ) -> None:
        teller = pinger(make_newsroom(FILES), hub)
        hub.status = status
        assert not teller.tell()
        assert hub.topics() == in_each_format(*FEEDS)
        assert not teller.tell()
        (complaint,) = complaints(caplog)
        assert complaint.startswith(f"the hub {hub.url} answers {status} when told of {BASE_URL}/releases.atom")
        hub.topics()
        hub.status = 204
        assert teller.tell()
        assert hub.topics() == in_each_format(*FEEDS)

    def test_a_while_later_the_hub_is_told_once_more_for_it_may_have_fetched_from_a_cache(
        self, make_newsroom: MakeNewsroom, hub: ListeningHub, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(telling, "PAUSE", 0.05)
        monkeypatch.setattr(OurHub, "again", 0.5)
        stop = threading.Event()
        thread = threading.Thread(target=pinger(make_newsroom(FILES), hub).run, args=[stop])
        thread.start()
        until(lambda: len(hub.told) >= 2 * len(in_each_format(*FEEDS)))
        time.sleep(0.7)
        stop.set()
        thread.join()
        assert hub.topics() == sorted(2 * in_each_format(*FEEDS))

    def test_an_index_without_a_generation_has_nothing_to_tell(self, tmp_path: Path, hub: ListeningHub) -> None:
        assert pinger(Newsroom(tmp_path / "empty"), hub).tell()
        assert hub.told == []


@pytest.mark.slow
class TestCommands:
    def test_index_tells_the_hub_before_it_ends(self, make_newsroom: MakeNewsroom, hub: ListeningHub) -> None:
        settings = make_newsroom(FILES).settings
        public = {"FEEDSRV_HUB": hub.url, "FEEDSRV_BASE_URL": BASE_URL}
        told = run("index", releases=settings.releases, index=settings.index, **public)
        assert (told.returncode, hub.topics()) == (0, in_each_format(*FEEDS))
        (settings.releases / "new.md").write_text(release("New", "2025-05-05"), "utf8")
        hub.status = 500
        refused = run("index", releases=settings.releases, index=settings.index, **public)
        assert refused.returncode == 0
        assert "answers 500" in refused.stderr
        assert hub.topics() == in_each_format("/releases", "/years/2025")

    def test_a_hub_without_a_public_address_is_a_wrong_setting(self, tmp_path: Path) -> None:
        wrong = run("index", releases=tmp_path, index=tmp_path / "index", FEEDSRV_HUB="https://hub.example")
        assert wrong.returncode == 2
        assert "FEEDSRV_BASE_URL" in wrong.stderr

    def test_a_subscriber_at_a_real_hub_gets_each_new_release(self, tmp_path: Path) -> None:
        releases = tmp_path / "releases"
        releases.mkdir()
        (releases / "first.md").write_text(release("The first"), "utf8")
        with (
            served(a_hub(tmp_path)) as origin,
            running(releases, tmp_path / "index", FEEDSRV_HUB=f"{origin}/hub") as newsroom,
            a_subscriber(tmp_path) as (subscribe, received),
        ):
            for path in ("/releases.atom", "/releases.json"):
                found = discover(newsroom.url + path)
                assert found == {"hub_url": f"{origin}/hub", "topic_url": newsroom.url + path}
                subscribe(found)
            (releases / "second.md").write_text(release("The second", "2026-02-01"), "utf8")
            until(lambda: any(b"The second" in body for body in received["/releases.atom"]))
            until(lambda: any(b"The second" in body for body in received["/releases.json"]))
        atom = feedparser.parse(received["/releases.atom"][-1])
        document = json.loads(received["/releases.json"][-1])
        assert [entry.title for entry in atom.entries] == ["The second", "The first"]
        assert [item["title"] for item in document["items"]] == ["The second", "The first"]

    def test_what_appeared_while_a_real_hub_was_away_its_subscribers_get_when_it_is_back(self, tmp_path: Path) -> None:
        releases, port = tmp_path / "releases", free_port()
        releases.mkdir()
        (releases / "first.md").write_text(release("The first"), "utf8")
        hub = a_hub(tmp_path)
        with (
            running(releases, tmp_path / "index", FEEDSRV_HUB=f"http://127.0.0.1:{port}/hub") as newsroom,
            a_subscriber(tmp_path) as (subscribe, received),
        ):
            with served(hub, port):
                subscribe(discover(f"{newsroom.url}/releases.rss"))
            (releases / "second.md").write_text(release("The second", "2026-02-01"), "utf8")
            until(lambda: b"The second" in newsroom.get("/releases.rss")[1])
            time.sleep(telling.PAUSE + LAG)
            assert received == {}
            with served(hub, port):
                until(lambda: any(b"The second" in body for body in received["/releases.rss"]))


class _Threads:
    """What the hub asks of its queue: a task is done in a thread instead of by a worker behind a broker."""

    def task(self, *, bind: bool = False, **_: Any) -> Callable[[Callable[..., object]], _Threads]:
        def decorate(function: Callable[..., object]) -> _Threads:
            task = _Threads()
            task.do = (lambda *arguments: function(None, *arguments)) if bind else function
            return task

        return decorate

    do: Callable[..., object]

    def delay(self, *arguments: Any) -> None:
        threading.Thread(target=self.do, args=arguments, daemon=True).start()


def a_hub(folder: Path) -> Flask:
    """The hub of Flask-WebSub, verifying intent and fetching for itself."""
    app = Flask("hub")
    app.config["PUBLISH_SUPPORTED"] = True
    hub = Hub(SQLite3HubStorage(str(folder / "hub.sqlite3")), _Threads(), **app.config)
    app.register_blueprint(hub.build_blueprint("/hub"))
    return app


@contextmanager
def a_subscriber(folder: Path) -> Iterator[tuple[Callable[[dict[str, str]], None], dict[str, list[bytes]]]]:
    """The subscriber of Flask-WebSub: a way to subscribe, and the bodies it has received, by the path of the topic."""
    received: dict[str, list[bytes]] = defaultdict(list)
    confirmed: list[str] = []
    subscriber = Subscriber(
        SQLite3SubscriberStorage(str(folder / "subscriptions.sqlite3")),
        SQLite3TempSubscriberStorage(str(folder / "requests.sqlite3")),
    )
    subscriber.add_listener(lambda topic, _, body: received[urlsplit(topic).path].append(body))
    subscriber.add_success_handler(lambda topic, *_: confirmed.append(topic))
    app = Flask("subscriber")
    app.register_blueprint(subscriber.build_blueprint("/callbacks"))
    with served(app) as url:

        def subscribe(found: dict[str, str]) -> None:
            with app.test_request_context(base_url=url):
                subscriber.subscribe(**found)
            until(lambda: found["topic_url"] in confirmed)

        yield subscribe, received
