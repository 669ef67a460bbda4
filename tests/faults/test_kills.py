"""The publisher, killed at any moment and failed by the disk at any system call: the old state or the new, whole."""

from __future__ import annotations

import os
import random
import re
import time
from collections import Counter
from itertools import product
from pathlib import Path
from signal import Signals

import pytest

from tests.faults.publications import Office
from tests.faults.tracing import traced

pytestmark = pytest.mark.slow

WRITING = ("openat", "mkdir", "write", "link", "rename", "symlink", "unlink", "fsync", "flock", "chmod", "rmdir")
"""The system calls by which an index changes; what is opened only to be read is left out."""


@pytest.fixture
def office(tmp_path: Path) -> Office:
    office = Office(tmp_path / "office")
    office.write(0)
    office.publish()
    return office


def writes(office: Office, trace: Path) -> list[tuple[str, int]]:
    """The calls by which a publication changes the index, each as the how-manieth of its name it is."""
    process = office.start(*traced(f"--trace={','.join(WRITING)}", f"--output={trace}"))
    process.communicate(timeout=120)
    assert process.returncode == 0
    counted: Counter[str] = Counter()
    found = []
    for line in trace.read_text("utf8", "replace").splitlines():
        if match := re.match(r"\d+ +(\w+)\(", line):
            counted[match[1]] += 1
            reads_only = match[1] == "openat" and "O_CREAT" not in line
            if str(office.index) in line and not reads_only:
                found.append((match[1], counted[match[1]]))
    return found


def calls_of_a_change(office: Office, tmp_path: Path) -> list[tuple[str, int]]:
    office.write(1)
    calls = writes(office, tmp_path / "trace")
    office.write(0)
    office.publish()
    return calls


def inject(office: Office, calls: list[tuple[str, int]], *ways: str) -> Counter[int]:
    """Disturb a publication at each of these calls in each of these ways; how often each exit code came of it."""
    codes: Counter[int] = Counter()
    old = number = 0
    for how, (call, when) in product(ways, calls):
        number += 1
        office.write(number)
        command = traced("--output=/dev/null", f"--trace={call}", f"--inject={call}:{how}:when={when}")
        code, found = office.disturbed(command, old, number)
        print(f"{number}: {how} at {call} {when}: exit {code}, the {'new' if found == number else 'old'} state")
        codes[code] += 1
        old = found
        if number % 10 == 0:
            office.publish()
            old = office.published(number)
    office.publish()
    assert office.published(number) == number
    print(f"{number} disturbed publications, exit codes {dict(codes)}")
    return codes


def kill(office: Office, count: int, seed: int, *signals: Signals) -> Counter[str]:
    """End publications at random moments; how often readers then found the old state and the new one."""
    print(f"seed {seed}")
    moments = random.Random(seed)
    start = time.monotonic()
    office.write(1)
    office.publish()
    usual, old = time.monotonic() - start, 1
    states: Counter[str] = Counter()
    for number in range(2, count + 2):
        office.write(number)
        process = office.start(rebuild=number % 3 == 0)
        if number % 2:
            time.sleep(usual * moments.uniform(0.3, 1.1))
        else:  # from the moment at which it begins to write
            while process.poll() is None and not list(office.index.glob("building-*")):
                time.sleep(0.001)
            time.sleep(usual * moments.uniform(0.0, 0.5))
        process.send_signal(moments.choice(signals))
        process.communicate()
        found = office.published(old, number)
        states["new" if found == number else "old"] += 1
        old = found
        if number % 10 == 0:
            office.publish()
            old = office.published(number)
            print(f"{number} kills so far")
    office.publish()
    assert office.published(number) == number
    print(f"{count} kills: {dict(states)}")
    return states


def test_whatever_call_fails_readers_find_one_state_and_the_operator_a_sentence(office: Office, tmp_path: Path) -> None:
    calls = random.Random(10).sample(calls_of_a_change(office, tmp_path), 3)
    assert inject(office, calls, "error=ENOSPC")[1]


def test_a_publisher_killed_at_a_random_moment_leaves_one_state(office: Office) -> None:
    assert kill(office, 8, 5, Signals.SIGKILL).total() == 8


def test_a_publisher_told_to_end_leaves_one_state(office: Office) -> None:
    assert kill(office, 2, 7, Signals.SIGTERM, Signals.SIGINT).total() == 2


def test_a_publisher_without_memory_leaves_one_state(office: Office) -> None:
    """As one that the kernel kills; where it can say so, it does."""
    for number, megabytes in enumerate((400,), 1):
        office.write(number)
        process = office.start("sh", "-c", f'ulimit -v {megabytes * 1024}; exec "$@"', "sh")
        process.communicate(timeout=120)
        assert office.published(number - 1, number) in {number - 1, number}
        office.publish()


@pytest.mark.bench
def test_each_call_that_writes_fails_in_each_way(office: Office, tmp_path: Path) -> None:
    calls = calls_of_a_change(office, tmp_path)
    codes = inject(office, calls, "error=ENOSPC", "error=EIO", "error=EDQUOT", "error=EROFS")
    assert codes.total() >= 500
    assert codes[1]


@pytest.mark.bench
def test_a_publisher_is_killed_at_each_call_that_writes(office: Office, tmp_path: Path) -> None:
    codes = inject(office, calls_of_a_change(office, tmp_path), "signal=KILL")
    assert codes[1] == 0


@pytest.mark.bench
def test_a_publisher_is_killed_at_three_hundred_random_moments(office: Office) -> None:
    states = kill(office, 300, int(os.environ.get("FAULTS_SEED", "300")), Signals.SIGKILL)
    assert min(states["old"], states["new"]) > 0
