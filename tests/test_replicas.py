"""Machines that have a copy of one folder each: they answer with the same bytes, and none that is behind is ready."""

from __future__ import annotations

import os
import random
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from flask import Flask
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from feedsrv.cli.peers import LEASE, MOST_AHEAD, Peers
from feedsrv.errors import MovesRefused
from feedsrv.files.catalogue import Catalogue
from feedsrv.publishing import publish
from feedsrv.search.whoosh.index import WhooshIndex
from feedsrv.web import create_app
from tests.conftest import NOW, MakeNewsroom, Newsroom, release
from tests.test_histories import ADDED, answers

FILES = {f"r{number}.md": release(f"Release {number}") for number in range(3)}
MANY = {f"r{number}.md": release(f"Release {number}", lang="en") for number in range(12)}
POLL = timedelta(seconds=2)


class _Silent(WSGIRequestHandler):
    def log(self, *_: object) -> None:
        pass


@dataclass
class Machine:
    """A machine with a copy of the folder, an index of its own, and a clock that may be wrong."""

    newsroom: Newsroom
    skew: timedelta = timedelta()
    server: BaseWSGIServer | None = None
    peers: Peers | None = None
    others: Sequence[str] = ()
    address: str = ""

    def start(self) -> None:
        """Serve, at the address that it had before."""
        app = self.application()
        port = int(self.address.rpartition(":")[2]) if self.address else 0
        self.server = make_server("127.0.0.1", port, app, threaded=True, request_handler=_Silent)
        self.address = f"http://127.0.0.1:{self.server.server_port}"
        Thread(target=self.server.serve_forever, args=[0.01], daemon=True).start()

    def clock(self) -> datetime:
        return self.newsroom.now + self.skew

    def begin(self) -> None:
        """Start the publisher: it knows what it left word of, and asks the others first."""
        settings = replace(self.newsroom.settings, peers=tuple(self.others))
        self.newsroom.index = WhooshIndex(settings.index)
        self.peers = Peers(self.newsroom.index, settings, self.clock)
        self.peers.look()

    def die(self) -> None:
        assert self.server
        self.server.shutdown()
        self.server.server_close()
        self.server = self.peers = None

    def come_back(self) -> None:
        self.start()
        self.begin()

    def lose_index(self) -> None:
        """Begin anew, with what lies in the folder."""
        shutil.rmtree(self.newsroom.settings.index)
        self.begin()
        self.copy({})

    def copy(self, files: dict[str, str]) -> None:
        """Have these files, and publish."""
        assert self.peers
        self.newsroom.write(files)
        now = self.clock()
        summary = publish(self.newsroom.catalogue, self.newsroom.index, now, force=True, move_ids=True)
        self.peers.note(summary)

    def is_ready(self) -> bool:
        return bool(self.application().test_client().get("/health/ready").status_code == 200)

    def application(self) -> Flask:
        settings = replace(self.newsroom.settings, peers=tuple(self.others))
        return create_app(self.newsroom.index, settings, clock=self.clock)


@dataclass
class Site:
    """Some machines, which look after each other whenever two seconds pass."""

    machines: list[Machine] = field(default_factory=list)

    def pass_time(self, seconds: float = 2) -> None:
        for machine in self.machines:
            machine.newsroom.now += timedelta(seconds=seconds)
        self.look()

    def look(self) -> None:
        for machine in self.machines:
            if machine.peers:
                machine.peers.look()

    def ready(self) -> list[int]:
        """The numbers of those that are alive and ready."""
        return [number for number, machine in enumerate(self.machines) if machine.server and machine.is_ready()]


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Callable[[int], Site]]:
    """Makes a site of so many machines, which have published the same."""
    made = Site()

    def make(number: int) -> Site:
        made.machines = [Machine(Newsroom(tmp_path / f"machine-{place}", NOW)) for place in range(number)]
        for machine in made.machines:
            machine.start()
        addresses = [machine.address for machine in made.machines]
        for machine in made.machines:
            machine.others = [address for address in addresses if address != machine.address]
            machine.begin()
            machine.copy(dict(FILES))
        made.pass_time()
        assert made.ready() == list(range(number))
        return made

    yield make
    for machine in made.machines:
        if machine.server:
            machine.die()


CORRECTED = {"r0.md": release("Release 0, corrected")}
WITHDRAWN = {"r2.md": release("Release 2", withdrawn="2026-10-30")}
ADDED_ONE = {"new.md": release("New")}


def test_who_is_behind_is_not_ready_until_it_has_what_another_has(site: Callable[[int], Site]) -> None:
    three = site(3)
    first, second, third = three.machines
    first.copy(CORRECTED | WITHDRAWN)
    three.pass_time()
    assert three.ready() == [0]
    second.copy(CORRECTED)  # half of it has come
    three.pass_time()
    assert three.ready() == [0]
    second.copy(WITHDRAWN)
    three.pass_time()
    assert three.ready() == [0, 1]
    first.die()
    three.pass_time()
    assert three.ready() == [1]
    second.copy(ADDED_ONE)
    third.copy(CORRECTED | WITHDRAWN | ADDED_ONE)
    first.come_back()
    three.pass_time()
    assert three.ready() == [1, 2]
    first.copy(ADDED_ONE)
    three.pass_time()
    assert three.ready() == [0, 1, 2]


def test_what_was_before_comes_back_and_is_the_newest(site: Callable[[int], Site]) -> None:
    three = site(3)
    first, second, third = three.machines
    for machine in three.machines:
        machine.copy(CORRECTED)
    three.pass_time()
    third.copy(dict(FILES))  # the correction is taken back
    three.pass_time()
    assert three.ready() == [2]
    first.copy(dict(FILES))
    second.copy(dict(FILES))
    three.pass_time()
    assert three.ready() == [0, 1, 2]


def test_who_begins_with_what_is_old_is_behind_and_with_what_is_not_whole(site: Callable[[int], Site]) -> None:
    three = site(3)
    first, second, third = three.machines
    third.die()
    for machine in (first, second):
        machine.copy(CORRECTED)
    three.pass_time()
    third.come_back()
    third.lose_index()
    three.pass_time()
    assert three.ready() == [0, 1]
    third.copy({"r1.md": release("What nobody else has")})
    three.pass_time()
    assert three.ready() == [0, 1]
    third.copy(FILES | CORRECTED)
    three.pass_time()
    assert three.ready() == [0, 1, 2]


def test_time_alone_puts_nobody_behind_and_frees_nobody(site: Callable[[int], Site]) -> None:
    three = site(3)
    first, second, third = three.machines
    later = {"later.md": release("Later", embargo=(NOW + timedelta(seconds=60)).isoformat())}
    for machine in three.machines:
        machine.copy(later)
    three.pass_time()
    first.copy(CORRECTED)
    second.copy(CORRECTED)
    three.pass_time()
    assert three.ready() == [0, 1]
    three.pass_time(60)
    assert three.ready() == []
    third.copy({})  # its embargo ends, too, and it is the last to publish that
    first.copy({})
    three.look()
    assert three.ready() == [0]  # the second one is overdue
    second.copy({})
    three.pass_time()
    assert three.ready() == [0, 1]


def test_when_nobody_else_is_ready_nobody_is_waited_for(site: Callable[[int], Site]) -> None:
    two = site(2)
    first = two.machines[0]
    first.copy(CORRECTED)
    two.pass_time()
    assert two.ready() == [0]
    first.die()
    two.pass_time()
    assert two.ready() == [1]


def test_a_clock_that_is_wrong_puts_nobody_behind(site: Callable[[int], Site]) -> None:
    two = site(2)
    first, second = two.machines
    second.skew = 2 * MOST_AHEAD
    second.copy({"r5.md": release("By a wrong clock")})
    first.copy(CORRECTED)
    two.pass_time()
    assert 0 in two.ready()


def test_a_publisher_that_is_gone_leaves_its_machine_in_step_for_seconds(site: Callable[[int], Site]) -> None:
    two = site(2)
    two.machines[1].peers = None
    two.pass_time(LEASE.total_seconds())
    assert two.ready() == [0]


def test_what_somebody_else_publishes_on_a_machine_is_noticed(site: Callable[[int], Site]) -> None:
    two = site(2)
    first, second = two.machines
    first.copy(CORRECTED)
    two.pass_time()
    second.newsroom.write(CORRECTED)
    publish(second.newsroom.catalogue, WhooshIndex(second.newsroom.settings.index), second.clock())
    two.pass_time()
    two.pass_time()
    assert two.ready() == [0, 1]


def test_one_at_least_is_ready_whatever_happens(site: Callable[[int], Site]) -> None:
    three, chance, number = site(3), random.Random(16), count()
    for machine in three.machines:
        machine.skew = timedelta(seconds=chance.uniform(-40, 40))
    for _ in range(16):
        machine = chance.choice(three.machines)
        if not machine.server:
            machine.come_back()
        elif chance.random() < 0.2 and sum(bool(it.server) for it in three.machines) > 1:
            machine.die()
        elif chance.random() < 0.1:
            machine.lose_index()
        else:
            machine.copy({f"r{chance.randrange(3)}.md": release(f"Edition {next(number) % 4}")})
        three.pass_time(chance.choice([0, 1, 2]))
        three.look()
        assert three.ready()


@pytest.mark.parametrize(
    "answer", [b"", b"[]", b"[" * 9_000, b'{"generation": 7}', b'{"generation": "gen-9-x", "changed": "2026-12-01"}']
)
def test_a_peer_that_talks_nonsense_is_none(make_newsroom: MakeNewsroom, answer: bytes) -> None:
    class Nonsense(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: Any) -> None:
            pass

    press = make_newsroom(FILES)
    with ThreadingHTTPServer(("127.0.0.1", 0), Nonsense) as server:
        Thread(target=server.serve_forever, args=[0.01], daemon=True).start()
        settings = replace(press.settings, peers=(f"http://127.0.0.1:{server.server_port}",))
        Peers(press.index, settings, lambda: press.now).look()
        assert press.client().get("/health/ready").status_code == 200
        server.shutdown()


def test_who_may_ask_another_is_refused_by_one_that_is_not_ready(make_newsroom: MakeNewsroom) -> None:
    press = make_newsroom({**FILES, "later.md": release("Later", (NOW + POLL).isoformat())})
    client, condition = press.client(), {"X-Only-If-Ready": "1"}
    assert client.get("/releases", headers=condition).status_code == 200
    press.now += POLL
    overdue = press.client()
    assert overdue.get("/releases").status_code == 200
    refused = overdue.get("/releases", headers=condition)
    assert (refused.status_code, refused.data, refused.headers["Cache-Control"]) == (503, b"", "no-store")


# The same bytes


def test_copies_at_other_places_with_other_times_and_modes_answer_alike(tmp_path: Path) -> None:
    first = Newsroom(tmp_path / "first", NOW)
    for name in ADDED:  # one that saw each change
        first.publish({name: ADDED[name]}, force=True)
    second = Newsroom(tmp_path / "elsewhere é" / "a b", NOW)
    for name in reversed(list(ADDED)):
        second.write({name: ADDED[name]})
        os.utime(second.releases / name, (1, 1))
        (second.releases / name).chmod(0o440)
    second.publish()
    expected = answers(first)
    assert len(expected) > 40
    assert answers(second) == expected
    for address, answer in expected.items():
        tag = next((line for line in answer.decode("utf8", "replace").split("\n") if line.startswith("etag: ")), "")
        if tag:
            held = {"If-None-Match": tag.removeprefix("etag: ").strip()}
            with second.client().get(address, headers=held) as again:
                assert again.status_code in {304, 410}, address


def test_a_new_machine_takes_the_index_of_another_and_refuses_what_that_refuses(tmp_path: Path) -> None:
    first = Newsroom(tmp_path / "first", NOW)
    first.publish(MANY)
    first.write({"newsroom.toml": 'languages = ["fr", "en"]\n'})
    with pytest.raises(MovesRefused):
        first.publish()
    copy = tmp_path / "copy"
    shutil.copytree(first.settings.index, copy, symlinks=True, ignore=shutil.ignore_patterns("heartbeat", "*.lock"))
    copy.chmod(0o700)
    index = WhooshIndex(copy)
    with pytest.raises(MovesRefused):
        publish(Catalogue(first.releases), index, NOW)
    assert index.snapshot().generation == first.snapshot().generation
    fresh = WhooshIndex(tmp_path / "fresh")
    publish(Catalogue(first.releases), fresh, NOW)
    assert fresh.snapshot().generation.rpartition("-")[2] != first.snapshot().generation.rpartition("-")[2]
