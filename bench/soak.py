"""Soak: a newsroom of many releases in which much happens for long, and every answer is compared with the truth.

``python -m bench.soak --releases 100000 --minutes 60``: officers write, correct, hold, embargo, withdraw, delete and
rename releases with attachments, among so many generated ones that stay as they are; readers poll feeds, open pages and
search all the time. What an officer did is to be seen in time and nothing before it is so; what is found among the
others is always the same. ``--leisure 3``: everybody rests three times as long between two things, for a machine that
has other work. Prints a report, and ends with 1 for a wrong answer, a request of more than a second, an
embargo more than a second late, or what grows: the memory of a process, the descriptors, the index on the disk. No
wrong answer ends it: each is named, with how long before it would have been right, for a machine that is busy with
other things makes a newsroom late.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, field
from itertools import islice
from math import inf
from pathlib import Path, PurePosixPath
from random import Random
from statistics import mean
from tempfile import TemporaryDirectory
from threading import Event
from urllib.parse import urlencode

from bench import generate
from bench.measure import command_cost
from bench.peers import Document
from bench.searching import SAMPLE, Searches
from feedsrv.query import Query
from feedsrv.query.parser import parse
from feedsrv.release import Release
from feedsrv.search.whoosh.index import WhooshIndex
from tests.faults.audit import Answer, Audit, Client
from tests.faults.clock import Clock
from tests.faults.gauge import Gauge, percentiles
from tests.faults.newsdesk import Officer
from tests.faults.service import Together, serving
from tests.faults.troubles import Processes, wait_for
from tests.faults.truth import Said, Truth
from tests.running import environment

OFFICERS, OF_EACH, MOST_OF_EACH = 3, 30, 60
READERS, SEARCHERS = 3, 2
PATIENCE = 5.0
"""Seconds in which a change is to be seen by everybody: one in which the file has to rest, and what a busy machine
adds. How long it took is told."""
SLOWEST, LATEST = 1.0, 1.0
"""Seconds a request may take, and by which an embargo may be late; and what this machine itself is late by."""
GROWS = 1.1
"""How much more of something in the last third of the time than in the second is growth."""
SHORT = 10
"""Minutes of a run that is too short to tell growth from warming up."""

WHOLE_LISTS = (
    "/search.json?limit=200&q=comet", "/search.atom?limit=200&q=comet", "/search.rss?limit=200&q=comet",
    "/topics/comets.json?limit=200", "/years/2026.atom?limit=200",
)  # fmt: skip
PARTS = (
    "/", "/releases", "/releases.atom", "/releases.json", "/search?q=comet", "/topics/comets", "/topics", "/years",
    "/feeds", "/feeds.opml", "/sitemap.xml", "/releases?page=2",
)  # fmt: skip
_TOPIC = '\n[topics.comets]\nlabel = "Comets"\nmatch = ["comet"]\n'


@dataclass
class Soak(Audit):
    """What was asked and what was wrong; which requests took longest, of each kind of address; and what came late."""

    took: dict[str, list[float]] = field(default_factory=dict)
    slow: list[str] = field(default_factory=list)
    overdue: list[str] = field(default_factory=list)

    def check(self, answer: Answer, release: str | None, more: float = 0.0) -> None:
        """Compare an answer with the truth, and note how long it took."""
        self.note(answer)
        super().check(answer, release, more)

    def note(self, answer: Answer) -> None:
        """Note how long an answer took."""
        took = answer.answered - answer.asked
        self.took.setdefault(_kind(answer.path), []).append(took)
        if took > SLOWEST:
            self.slow.append(f"{took:.2f} s at {time.strftime('%H:%M:%S', time.localtime(answer.asked))} {answer.path}")

    def look_for(self, answer: Answer, release: str, said: Said, due: float) -> None:
        """Note how late a release is seen as it was last said to be, and which ones when an embargo ended."""
        was_pending = self.pending.get(release) is said and due == said.opens
        super().look_for(answer, release, said, due)
        if was_pending and release not in self.pending and (late := answer.answered - due) > LATEST:
            took, at = answer.answered - answer.asked, time.strftime("%H:%M:%S", time.localtime(due))
            self.overdue.append(f"{late:.2f} s after {at} {answer.path} was right, by an answer that took {took:.2f} s")

    def search(self, stop: Event, port: int, found: Sequence[tuple[str, int]], pages: Sequence[str], seed: str) -> None:
        """Ask what has its answer in what stays as it is, and open pages of that."""
        random = Random(seed)
        with closing(Client(port)) as client:
            while not stop.wait(random.uniform(0.0, 0.2)):
                text, total = random.choice(found)
                answer = client.get(f"/search.json?{urlencode({'limit': 1, 'q': text})}")
                self.note(answer)
                if answer.status != 200 or json.loads(answer.body)["_feedsrv"]["total"] != total:
                    self.wrong.append(f"{answer.path} is {answer.status} {answer.body[:300]!r}, and not {total} in all")
                page = random.choice(pages) if random.random() < 0.5 else f"/search?{urlencode({'q': text})}"
                answer = client.get(page)
                self.note(answer)
                if answer.status != 200:
                    self.wrong.append(f"{page} is {answer.status}")


def _kind(path: str) -> str:
    """What is asked for at an address."""
    plain = PurePosixPath(path.partition("?")[0])
    return str(plain) if len(plain.parts) <= 2 else f"/{plain.parts[1]}/…{plain.suffix}"


@dataclass
class Disk:
    """The generations of an index and its size."""

    index: Path
    generations: list[int] = field(default_factory=list)
    sizes: list[int] = field(default_factory=list)

    def measure(self, stop: Event) -> None:
        """Look every ten seconds."""
        while not stop.wait(10):
            self.generations.append(len(list(self.index.glob("gen-*"))))
            found: dict[int, int] = {}
            for folder, _, names in os.walk(self.index):  # passes over what has just gone
                for name in names:
                    with suppress(OSError):
                        status = Path(folder, name).lstat()
                        found[status.st_ino] = status.st_size
            self.sizes.append(sum(found.values()))


@dataclass(frozen=True, slots=True)
class Still:
    """What stays as it is: what is found by which search, and addresses of pages."""

    found: Sequence[tuple[str, int]]
    pages: Sequence[str]

    @classmethod
    def of(cls, index: Path, releases: int) -> Still:
        """Of an index of so many, without those of the officers; searches pass over these."""
        opened = WhooshIndex(index)
        with opened.update() as update:
            some = islice(update.published(), 0, None, releases // SAMPLE + 1)
            known = [record for record in some if isinstance(record, Release)]
        asked = [f"({each.text}) -comet" for each in Searches([Document.of(release) for release in known]).stream()]
        pages = [f"/releases/{release.id}" for release in known]
        inventory = opened.snapshot().inventory()
        pages += [f"/years/{held.value}{ending}" for held in inventory["year"] for ending in ("", ".atom", ".rss")]
        topics = [held.value for held in inventory["topic"] if held.count > 50]
        pages += [f"/topics/{topic}{ending}" for topic in topics for ending in ("", ".json", ".atom")]
        snapshot = opened.snapshot()
        everything = ("-comet", snapshot.search(Query(per_page=0)).total)
        return cls([everything, *((text, _total(opened, text)) for text in asked)], pages)


def _total(index: WhooshIndex, text: str) -> int:
    return index.snapshot().search(Query(parse(text).tree, per_page=0)).total


def soak(root: Path, releases: int, minutes: float, seed: str, leisure: float = 1.0) -> Iterator[str]:
    """Let it all go on for so long; what is wrong with it, in sentences."""
    folder, index = root / "releases", root / "index"
    generate.write(releases, folder)
    for path in folder.rglob("*.md"):  # nonsense hits upon the officers' word once in very many releases
        if "comet" in path.read_text("utf8").casefold():
            path.unlink()
    with (folder / "newsroom.toml").open("a", encoding="utf8") as toml:
        toml.write(_TOPIC)
    made = command_cost("feedsrv", "index", environment=environment(folder, index))
    print(f"{releases:,} releases indexed in {made.wall:.0f} s, seed {seed}", flush=True)
    still = Still.of(index, releases)
    truth = Truth(PATIENCE)
    audit = Soak(truth, WHOLE_LISTS, PARTS)
    officers = [
        Officer(name, folder / name, truth, audit.expect, Random(f"{seed} {name}"), MOST_OF_EACH)
        for name in "abc"[:OFFICERS]
    ]
    for officer in officers:
        officer.begin(OF_EACH)
    with serving(root, Clock(root), 300) as newsroom:
        officers[0].begin(1)  # which is seen once the publisher goes by the folder
        wait_for(lambda: f"/releases/a{OF_EACH + 1}" in newsroom.get("/releases.json?limit=200")[1].decode(), 600)
        audit.forget()
        gauge, disk = Gauge(Processes(newsroom.process.pid)), Disk(index)
        with Together(leisure) as quiet:
            for number in range(READERS):
                quiet.start(audit.read, newsroom.port, f"{seed} reader {number}")
            for number in range(SEARCHERS):
                quiet.start(audit.search, newsroom.port, still.found, still.pages, f"{seed} searcher {number}")
            quiet.start(audit.compare_workers, newsroom.port, f"{seed} comparer")
            quiet.start(audit.look_out, newsroom.port)
            quiet.start(gauge.measure)
            quiet.start(disk.measure)
            with Together(leisure) as work:
                for officer in officers:
                    work.start(officer.work)
                _wait(minutes * 60, audit, gauge, disk)
            wait_for(lambda: not audit.pending, 60)
            time.sleep(2)
    yield from judged(audit, gauge, disk, minutes)
    _report(audit, gauge, disk, officers)
    log = (root / "log").read_text()
    if "Traceback" in log or "incident" in log:
        yield f"the log tells of a failure: {log[max(0, log.find('Traceback')) :][:2000]}"


def _wait(seconds: float, audit: Soak, gauge: Gauge, disk: Disk) -> None:
    """Wait, and tell every minute how it goes."""
    start, shown = time.monotonic(), 0
    while (passed := time.monotonic() - start) < seconds:
        time.sleep(min(60.0, seconds - passed))
        memory, passed = {kind: str(series[-1]) for kind, series in gauge.series.items()}, time.monotonic() - start
        print(
            f"{passed / 60:4.0f} min: {audit.statuses.total():,} answers, {len(audit.wrong)} wrong, "
            f"{len(audit.slow)} slow, slowest {_slowest(audit):.2f} s, {memory}, "
            f"index {disk.sizes[-1] / 1e6 if disk.sizes else 0:,.0f} MB in {disk.generations[-1:]} generations, "
            f"load {os.getloadavg()[0]:.1f}",
            flush=True,
        )
        for complaint in audit.wrong[shown : shown + 3]:
            print("   ", complaint, flush=True)
        shown = len(audit.wrong)


def _slowest(audit: Soak) -> float:
    return max((max(took) for took in audit.took.values()), default=0.0)


def judged(audit: Soak, gauge: Gauge, disk: Disk, minutes: float) -> Iterator[str]:
    """What is wrong with what was seen in so many minutes, in sentences."""
    lag = max(gauge.lag, default=0.0)
    if audit.wrong:
        late = len([age for age in audit.ages if age < inf])
        yield f"{len(audit.wrong)} answers were wrong, {late} of them late only"
    if audit.pending:
        yield f"of {len(audit.pending)} releases the last change was never seen: {sorted(audit.pending)[:5]}"
    if _slowest(audit) > SLOWEST + lag:
        yield f"{len(audit.slow)} requests took more than a second, the slowest {_slowest(audit):.2f} s"
    if (embargo := max(audit.late["embargo"], default=0.0)) > LATEST + lag:
        yield f"an embargo ended {embargo:.2f} s late"
    for name, values in _grown(gauge, disk) if minutes >= SHORT else ():
        if values[2] > values[1] * GROWS:
            yield f"{name} grows: {values[1]:,.0f}, then {values[2]:,.0f}"


def _grown(gauge: Gauge, disk: Disk) -> Iterator[tuple[str, Sequence[float]]]:
    """What may grow, by thirds of the time."""
    for kind in gauge.series:
        thirds = gauge.thirds(kind)
        yield f"memory of a {kind}", [size.memory for size in thirds]
        yield f"memory of a {kind} alone", [size.own for size in thirds]
        yield f"descriptors of a {kind}", [size.descriptors + 40 for size in thirds]
    size = len(disk.sizes) // 3
    yield "index", [max(disk.sizes[start : start + size]) / 1e6 for start in (0, size, 2 * size)]
    yield "number of generations", [mean(disk.generations[start : start + size]) for start in (0, size, 2 * size)]


def _report(audit: Soak, gauge: Gauge, disk: Disk, officers: Sequence[Officer]) -> None:
    print("answers", dict(sorted(audit.statuses.items())), "workers agreed", audit.agreed, "were busy", audit.busy)
    print("changes", dict(sum((officer.done for officer in officers), Counter[str]())))
    for kind, values in sorted(audit.late.items()):
        print(f"seen after, {kind}: {percentiles(values)}")
    for kind, took in sorted(audit.took.items(), key=lambda item: -max(item[1])):
        print(f"  {kind}: {percentiles(took)}")
    print("this machine itself was late:", percentiles(gauge.lag))
    for kind in sorted(gauge.series):
        thirds = ", then ".join(map(str, gauge.thirds(kind)))
        print(f"{kind}: in each third {thirds}; at most {gauge.most[kind]} MB in one;", end=" ")
        print(f"what is its own grows by {gauge.growth(kind):+.1f} MB an hour")
    print(f"index: MB {[round(size / 1e6) for size in disk.sizes[:: len(disk.sizes) // 6 + 1]]}", end=", ")
    print(f"generations at most {max(disk.generations, default=0)}")
    print("wrongly shown, and right before:", percentiles([age for age in audit.ages if age < inf]))
    for complaint in (*audit.wrong[:30], *audit.slow[:20], *sorted(audit.overdue)[-20:]):
        print(complaint)


def main() -> int:
    """Run it, print what is wrong; the code to end with."""
    parser = argparse.ArgumentParser(prog="python -m bench.soak", description="Publish and search for long.")
    parser.add_argument("--releases", type=int, default=2_000)
    parser.add_argument("--minutes", type=float, default=5)
    parser.add_argument("--seed", default=str(time.time_ns()))
    parser.add_argument("--leisure", type=float, default=1.0, help="how many times as long everybody rests")
    wanted = parser.parse_args()
    with TemporaryDirectory(prefix="feedsrv-soak-") as temporary:
        faults = list(soak(Path(temporary), wanted.releases, wanted.minutes, wanted.seed, wanted.leisure))
    print(*(f"WRONG: {fault}" for fault in faults), "" if faults else "nothing was wrong", sep="\n")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
