"""Releases come, change and go under load, through every proxy of deploy/: nothing older than a minute is served."""

from __future__ import annotations

import os
import random
import re
import signal
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from gzip import decompress
from itertools import count
from pathlib import Path
from threading import Event, Lock, Thread
from time import monotonic, sleep

import pytest

from feedsrv.search.whoosh.index import WhooshIndex
from tests.conftest import release
from tests.faults.test_proxies import Press
from tests.proxies import Answer, Proxy, proxies
from tests.running import PATIENCE, Running, free_port, until

pytestmark = pytest.mark.bench

OLDEST = 62.0
"""Seconds after which nothing that is gone is served, while the application answers."""
ROUNDS = 2
"""How often it is up for eighty seconds, while workers of it are killed, and down for eight."""
NAMES = [f"r{number}" for number in range(8)]
LISTS = ("/", "/releases", "/releases.atom", "/releases.rss", "/releases.json", "/topics/t", "/topics/t.atom")
EDITION = re.compile(rb"edition\d+x")
GONE, THERE = {301, 404, 410}, {200, 206, 304}
WAYS: tuple[dict[str, str], ...] = (
    {}, {"Accept_Encoding": "gzip"}, {"Accept_Encoding": "gzip;q=0, br"}, {"Sec_Fetch_Dest": "document"},
    {"Range": "bytes=0-40"}, {"Cookie": "a=b"}, {"Cache_Control": "max-stale"}, {"If_None_Match": '"other"'},
)  # fmt: skip
ACTS = {
    "correct": {},
    "delete": {},
    "withdraw": {"withdrawn": "2026-02-01"},
    "hold": {"embargo": "2099-01-01"},
    "rename": {"slug": "NAME-moved", "aliases": "[NAME]"},
}


@dataclass
class Office:
    """A press office that never rests. It knows which edition of a release is public, and since when others are not."""

    press: Press
    public: dict[str, str] = field(default_factory=dict)
    ended: dict[bytes, float] = field(default_factory=dict)
    done: Counter[str] = field(default_factory=Counter)
    number: Iterator[int] = field(default_factory=count)

    def work(self, over: Event) -> None:
        """Do something with some release, see it published, and go on."""
        chance = random.Random(1)
        while not over.wait(chance.uniform(0.5, 3)):
            name = chance.choice(NAMES)
            self.do(chance.choice([*ACTS, "correct"]) if name in self.public else "correct", name)

    def do(self, act: str, name: str) -> None:
        before = self.published()
        edition = f"edition{next(self.number)}x"
        if act == "delete":
            (self.press.releases / f"{name}.md").unlink()
        else:
            fields = {key: value.replace("NAME", name) for key, value in ACTS[act].items()}
            self.press.write(f"{name}.csv", f"{edition},1\n" * 3)
            self.press.write(f"{name}.md", release(edition, body=f"{edition} " * 40, topics="[t]", **fields))
        until(lambda: self.published() != before)
        if old := self.public.pop(name, ""):
            self.ended[old.encode()] = monotonic()
        if act in {"correct", "rename"}:
            self.public[name] = edition
        self.done[act] += 1

    def published(self) -> str | None:
        return WhooshIndex(self.press.index).status().published


@dataclass
class Readers:
    """Those who read through the proxies, and what they were given that they should not have been.

    ``state`` is a new list each time that the application is "up" or "down"; "between" nothing is looked at.
    """

    office: Office
    state: list[str] = field(default_factory=lambda: ["between"])
    last: dict[tuple[str, str], int] = field(default_factory=dict)
    seen: Counter[str] = field(default_factory=Counter)
    oldest: dict[str, float] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)
    lock: Lock = field(default_factory=Lock)

    def read(self, proxy: Proxy, seed: int, over: Event) -> None:
        """Ask for this and that, some of it all the time and some of it once in a while."""
        chance = random.Random(seed)
        while not over.is_set():
            name = chance.choice(NAMES)
            own = (f"/releases/{name}", f"/releases/{name}/{name}.csv", f"/releases/{name}-moved")
            path = chance.choice([*own, *LISTS])
            if "." not in path and chance.random() < 0.5:
                path += f"?n={chance.randrange(40)}"
            self.ask(proxy, path, chance.choice(WAYS), "HEAD" if chance.random() < 0.1 else "GET")
            sleep(0.02)

    def ask(self, proxy: Proxy, path: str, way: dict[str, str], method: str) -> None:
        state, start = self.state, monotonic()
        answer = proxy.ask(path, method, **way)
        with self.lock:
            if state is not self.state or state == ["between"]:
                return
            self.seen[f"{proxy.name} {state[0]} {answer.status}"] += 1
            before = self.last.get((proxy.name, path), 0)
            wrong = ""
            if state == ["up"]:
                self.last[proxy.name, path] = answer.status
                wrong = self.too_old(proxy, answer, start)
            elif before in GONE:
                wrong = f"was {before}" if answer.status in THERE else ""
            elif before in THERE:
                wrong = f"was {before}" if answer.status not in THERE else ""
            if wrong:
                self.wrong.append(f"{proxy.name} {state} {method} {path} {way}: {answer.status}, {wrong}")

    def too_old(self, proxy: Proxy, answer: Answer, start: float) -> str:
        is_packed = answer.status == 200 and answer.headers.get("Content-Encoding") == "gzip" and answer.body
        ends = [
            self.office.ended.get(found)
            for found in EDITION.findall(decompress(answer.body) if is_packed else answer.body)
        ]
        age = max((start - end for end in ends if end), default=0.0)
        self.seen[f"{proxy.name} looks at what is gone"] += age > 0
        self.oldest[proxy.name] = max(age, self.oldest.get(proxy.name, 0.0))
        return f"gone for {age:.1f} s" if age > OLDEST else ""


def test_nothing_that_is_gone_is_served_for_longer_than_a_minute(tmp_path: Path) -> None:
    press = Press(tmp_path, free_port())
    for number in range(20):
        press.write(f"stable{number}.md", release(f"Stable {number}"))
    press.publish()
    office = Office(press)
    readers, over = Readers(office), Event()
    with press.publisher(), proxies(tmp_path, press.port) as all_proxies:
        for name in NAMES:
            office.do("correct", name)
        threads = [Thread(target=readers.read, args=[proxy, seed, over]) for proxy in all_proxies for seed in range(4)]
        threads.append(Thread(target=office.work, args=[over]))
        for thread in threads:
            thread.start()
        try:
            for _ in range(ROUNDS):
                with press.web() as web:
                    readers.state = ["up"]
                    for _ in range(4):
                        sleep(20)
                        kill_a_worker(web)
                    readers.state = ["between"]
                readers.state = ["down"]
                sleep(8)
                readers.state = ["between"]
        finally:
            over.set()
            for thread in threads:
                thread.join(PATIENCE)
    print(f"\n{dict(office.done)}\n{dict(readers.seen)}\noldest: {readers.oldest}")
    assert readers.wrong == []
    assert all(readers.seen[f"{proxy.name} looks at what is gone"] for proxy in all_proxies)
    assert sum(office.done.values()) > len(NAMES)


def kill_a_worker(web: Running) -> None:
    """One of two: the other goes on answering."""
    master = web.process.pid
    workers = Path(f"/proc/{master}/task/{master}/children").read_text().split()
    os.kill(int(workers[0]), signal.SIGKILL)
