"""Machines behind the nginx of deploy/: files reach each in their own time, and no reader goes back to what was."""

from __future__ import annotations

import os
import random
import re
import shutil
from collections import Counter
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from threading import Event
from time import monotonic, sleep

import pytest

from tests.conftest import release
from tests.faults.hosts import Host, hosts, networks
from tests.faults.service import Together
from tests.proxies import Proxy, nginx, program
from tests.running import until

READERS = [f"127.0.1.{number}" for number in range(1, 13)]
"""Addresses of readers, each of which nginx sends to a machine of its own."""
NUMBERS = count()
"""Of questions: no cache has an answer to one that nobody has asked."""


@pytest.mark.slow
def test_readers_are_sent_to_who_is_ready_and_to_the_others_when_none_is(tmp_path: Path) -> None:
    if not program("nginx"):
        pytest.skip("nginx is not installed")
    origin = tmp_path / "origin"
    origin.mkdir()
    (origin / "a.md").write_text(release("Before"))
    (origin / "b.md").write_text(release("Withdrawn later"))
    with hosts(tmp_path, origin, 2) as (first, second):
        asked = [first.address, second.address, second.address]
        with nginx(tmp_path / "nginx", asked) as proxy:
            assert read(proxy) == {(200, True, 200)}
            (origin / "a.md").write_text(release("After"))
            (origin / "b.md").write_text(release("Withdrawn", withdrawn="2026-02-01"))
            first.copy(origin)
            until(lambda: not second.is_ready())
            assert read(proxy) == {(200, False, 410)}, "none is given what the second one has"
            first.kill()
            until(second.is_ready)
            assert read(proxy) == {(200, True, 200)}, "that is all there is now"
            second.copy(origin)
            until(lambda: read(proxy) == {(200, False, 410)})


def read(proxy: Proxy) -> set[tuple[int, bool, int]]:
    """What all readers are given: the status of a release, whether it is as it was before, the status of another."""
    given = set()
    for reader in READERS:
        query = f"?n={next(NUMBERS)}"
        answer = proxy.ask(f"/releases/a{query}", reader=reader, Accept_Encoding="identity")
        given.add((answer.status, b"Before" in answer.body, proxy.ask(f"/releases/b{query}", reader=reader).status))
    return given


# For minutes

MINUTES = 3.0
LONGEST = 8.0
"""Seconds: a poll of the peers, while a busy machine takes its time."""


@dataclass
class Office:
    """Where one release is corrected again and again, and another is withdrawn and comes back."""

    folder: Path
    edition: int = 0

    def write(self) -> None:
        """The next edition of both."""
        self.edition += 1
        body = f"edition{self.edition}x. " * 30
        (self.folder / "a.md").write_text(release(f"edition{self.edition}x", body=body))
        withdrawn = {"withdrawn": "2026-02-01"} if self.edition % 2 else {}
        (self.folder / "b.md").write_text(release("It comes and goes", body=body, **withdrawn))


@dataclass
class Reader:
    """One who asks again and again, and what was given after something newer."""

    proxy: Proxy
    address: str
    newest: int = 0
    seen: dict[int, float] = field(default_factory=dict)  # when an edition was first given that was the newest then
    backs: list[tuple[float, int]] = field(default_factory=list)  # for how long there was a newer one; by how many
    statuses: Counter[int] = field(default_factory=Counter)

    def read(self, stop: Event) -> None:
        """Ask about three times a second until it is told to stop."""
        while not stop.wait(0.3):
            for path in ("/releases/a", "/releases.atom"):
                self.ask(f"{path}?n={next(NUMBERS)}")

    def ask(self, path: str) -> None:
        answer = self.proxy.ask(path, reader=self.address, Accept_Encoding="identity")
        self.statuses[answer.status] += 1
        edition, now = edition_in(answer.body), monotonic()
        if edition > self.newest:
            self.newest = edition
            self.seen[edition] = now
        elif 0 < edition < self.newest:
            since = min(moment for number, moment in self.seen.items() if number > edition)
            self.backs.append((round(now - since, 1), self.newest - edition))


def edition_in(body: bytes) -> int:
    found = re.search(rb"edition(\d+)x", body)
    return int(found[1]) if found else 0


@dataclass
class Chance:
    """What befalls the machines: files reach them late or not for a while, they die and come back."""

    office: Office
    hosts: Sequence[Host]
    random: random.Random
    busy_until: dict[int, float] = field(default_factory=dict)
    done: Counter[str] = field(default_factory=Counter)

    def strike(self) -> None:
        """A new edition, which reaches some; then perhaps one lags, or dies."""
        self.office.write()
        self.done["editions"] += 1
        for number, host in enumerate(self.hosts):
            if monotonic() < self.busy_until.get(number, 0.0):
                continue
            if host.running is None:
                host.start()
                self.done["returns"] += 1
            elif self.random.random() < 0.7:
                host.copy(self.office.folder)
        number, act = self.random.randrange(len(self.hosts)), self.random.random()
        if act < 0.15:
            self.busy_until[number] = monotonic() + self.random.uniform(5, 20)
            self.done["lags"] += 1
        elif act < 0.3 and self.is_spare(number):
            self.hosts[number].kill()
            self.busy_until[number] = monotonic() + self.random.uniform(3, 15)
            self.done["deaths"] += 1

    def is_spare(self, number: int) -> bool:
        """Whether another machine has what this one has: else readers would go back to what there is."""
        others = [host for other, host in enumerate(self.hosts) if other != number and host.is_ready()]
        editions = [edition_in(host.ask("/releases/a").body) for host in (self.hosts[number], *others)]
        return bool(others) and max(editions[1:]) >= editions[0]


@pytest.mark.bench
def test_for_minutes_machines_lag_die_and_return_and_no_reader_goes_back(tmp_path: Path) -> None:
    office = Office(tmp_path / "origin")
    office.folder.mkdir()
    office.write()
    with ExitStack() as stack:
        names = stack.enter_context(networks(3)) if os.geteuid() == 0 and shutil.which("ip") else []
        machines = stack.enter_context(hosts(tmp_path, office.folder, 3, names))
        proxy = stack.enter_context(nginx(tmp_path / "nginx", [host.address for host in machines]))
        readers = [Reader(proxy, address) for address in READERS]
        with Together() as together:
            for reader in readers:
                together.start(reader.read)
            chance, end = Chance(office, machines, random.Random(16)), monotonic() + 60 * MINUTES
            while monotonic() < end:
                sleep(chance.random.uniform(1, 3))
                chance.strike()
    backs = sorted(back for reader in readers for back in reader.backs)
    statuses = sum((reader.statuses for reader in readers), Counter[int]())
    print(f"\n{'networks' if names else 'loopback'}: {dict(chance.done)}; answers {dict(statuses)}")
    print(f"answers older than one before: {len(backs)}; the seconds since, and by how many editions: {backs[-10:]}")
    assert set(statuses) == {200}
    assert all(seconds <= LONGEST for seconds, _ in backs)
