"""What befalls a running newsroom: kills, damage, a full disk, a wrong clock, clients that dawdle or mean harm."""

from __future__ import annotations

import os
import resource
import signal
import socket
import time
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack, closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from threading import Event, Lock
from urllib.parse import quote

from feedsrv.errors import IndexUnavailable
from feedsrv.search.generations import Generations
from tests.faults.audit import Client
from tests.faults.truth import Truth

HOSTILE = (
    "w*", "*", "*omet", "a* b* c* d* e*", " OR ".join(["w*"] * 500), "[a TO z]", " ".join(map(str, range(1000))),
    "(" * 5000, "(-" * 488 + "comet", "NOT " * 3000, '"' * 999, " ".join(['"a comet"'] * 40), "x" * 2000, "comet~9",
    "before:99999999", "year:[", "topic:" * 300, "\u202e\u0301" * 200, "'; DROP TABLE releases; --", "<script>alert(1)",
)  # fmt: skip


def children(process: int) -> list[int]:
    """The processes that a process has started, those of its threads too."""
    found = []
    with suppress(OSError):
        for task in Path(f"/proc/{process}/task").iterdir():
            found += [int(child) for child in (task / "children").read_text().split()]
    return found


def watches(process: int) -> bool:
    """Whether a process is told of changes of files: of ours, that is the publisher alone."""
    try:
        return any("inotify" in str(file.readlink()) for file in Path(f"/proc/{process}/fd").iterdir())
    except OSError:
        return False


@dataclass
class Processes:
    """The processes of a newsroom: its publisher, and the workers of its web server."""

    supervisor: int

    def publishers(self) -> list[int]:
        return [child for child in children(self.supervisor) if watches(child)]

    def workers(self) -> list[int]:
        return [worker for child in children(self.supervisor) if not watches(child) for worker in children(child)]


@dataclass
class Troubles:
    """What goes wrong, one kind a method, each until it is told to stop; ``done`` counts."""

    index: Path
    processes: Processes
    truth: Truth
    seed: str
    pace: float
    done: Counter[str] = field(default_factory=Counter)
    slowest: float = 0.0
    healing: list[float] = field(default_factory=list)
    _clock_or_publisher: Lock = field(default_factory=Lock)
    """Times of files are the kernel's: a publisher that begins while its clock is wrong would misread them."""

    def kill(self, stop: Event) -> None:
        """Kill a worker or the publisher."""
        random = Random(f"{self.seed} kill")
        while not stop.wait(self.pace * random.uniform(3, 12)):
            (kind,) = random.choices(("workers", "publishers"), (6, 1))  # who dies too often is started ever later
            with self._clock_or_publisher, self.truth.hindrance(f"killed {kind}", 5.0), suppress(OSError):
                for process in random.sample(found := getattr(self.processes, kind)(), min(1, len(found))):
                    os.kill(process, signal.SIGKILL)
                    self.done[f"killed {kind}"] += 1
                    wait_for(self.processes.publishers, 60.0)

    def fill_the_disk(self, stop: Event) -> None:
        """Let the publisher write no file of more than a few bytes for some seconds."""
        random = Random(f"{self.seed} disk")
        while not stop.wait(self.pace * random.uniform(15, 40)):
            for process in self.processes.publishers():
                with self.truth.hindrance("disk full", RETRY), suppress(OSError):
                    limits = resource.prlimit(process, resource.RLIMIT_FSIZE, (random.randrange(20_000), -1))
                    self.done["disk full"] += 1
                    stop.wait(random.uniform(2, 6))
                    resource.prlimit(process, resource.RLIMIT_FSIZE, limits)

    def damage(self, stop: Event) -> None:
        """Change bytes of the generation that is served, under it; and wait until there is a sound one again."""
        random = Random(f"{self.seed} damage")
        while not stop.wait(self.pace * random.uniform(15, 30)):
            with self.truth.hindrance("damage", 5.0), suppress(OSError):
                folder = (self.index / "current").resolve()
                victim = random.choice(sorted(path for path in folder.glob("*/*") if path.stat().st_size))
                change(victim, random)
                self.done[f"damaged {victim.suffix or victim.parent.name}"] += 1
                start = time.monotonic()
                is_healed = wait_for(lambda: is_sound(self.index), HEALED)
                self.healing.append(time.monotonic() - start)
                self.done["healed" if is_healed else "not healed"] += 1

    def set_the_clock(self, stop: Event, set_it: Callable[[float], object]) -> None:
        """Let the clock of the newsroom be ahead for some seconds, and right again."""
        random = Random(f"{self.seed} clock")
        while not stop.wait(self.pace * random.uniform(15, 40)):
            offset = random.choice((4, 30, 3600))
            with self._clock_or_publisher, self.truth.hindrance("clock", 15.0):
                self.truth.set_clock(offset)
                set_it(offset)
                self.done["clock ahead"] += 1
                stop.wait(random.uniform(2, 6))
                set_it(0)
                self.truth.set_clock(0)

    def dawdle(self, stop: Event, port: int) -> None:
        """Open connections that send half a request, nothing at all, or take an answer byte by byte."""
        with ExitStack() as stack:
            open_: list[socket.socket] = []
            while not stop.wait(0.5):
                while len(open_) < 40:
                    client = stack.enter_context(socket.socket())
                    client.bind(("127.0.0.2", 0))  # a proxy counts connections by address
                    client.settimeout(5)
                    client.connect(("127.0.0.1", port))
                    client.sendall((b"GET /releases HTTP/1.1\r\nHost: loc", b"", _WHOLE)[len(open_) % 3])
                    open_.append(client)
                    self.done["slow clients"] += 1
                open_ = [client for client in open_ if _dawdles(client)]

    def ask_for_too_much(self, stop: Event, port: int) -> None:
        """Ask what costs most."""
        random = Random(f"{self.seed} hostile")
        with closing(Client(port)) as client:
            while not stop.wait(random.uniform(0.05, 0.6)):
                query = random.choice(HOSTILE)[: random.choice((300, 1300))]
                answer = client.get(f"/search?q={quote(query)}")
                self.done[f"hostile: {answer.status}"] += 1
                if answer.status == 200:
                    self.slowest = max(self.slowest, answer.answered - answer.asked)


RETRY = 16.0
"""Seconds in which the publisher tries again what failed."""

HEALED = 120.0
"""Seconds in which damage to a small index is found and mended."""

_WHOLE = b"GET /releases HTTP/1.1\r\nHost: localhost\r\n\r\n"


def wait_for(condition: Callable[[], object], patience: float) -> bool:
    """Wait until something is so, or patience ends; whether it is."""
    end = time.monotonic() + patience
    while not (is_so := bool(condition())) and time.monotonic() < end:
        time.sleep(0.2)
    return is_so


def change(file: Path, random: Random) -> None:
    """Change some bytes of a file where it is."""
    size = file.stat().st_size
    with file.open("r+b") as stream:
        start = random.randrange(size)
        stream.seek(start)
        bytes_ = stream.read(random.choice((1, 16, 512)))
        stream.seek(start)
        stream.write(bytes(byte ^ random.randrange(1, 256) for byte in bytes_))


def is_sound(index: Path) -> bool:
    """Whether every file of the generation that is current is what was published."""
    generations = Generations(index)
    try:
        generations.verify(str(generations.current()))
    except IndexUnavailable:
        return False
    return True


def _dawdles(client: socket.socket) -> bool:
    """Take a byte, if there is one; whether the connection is still open."""
    try:
        client.setblocking(False)
        return bool(client.recv(1))
    except BlockingIOError:
        return True
    except OSError:
        return False
