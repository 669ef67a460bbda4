"""The soak: what it finds wrong, and that it finds nothing where all is right."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from bench.soak import GROWS, SLOWEST, Disk, Soak, judged, soak
from tests.faults.audit import Answer
from tests.faults.gauge import Gauge, Size
from tests.faults.troubles import Processes
from tests.faults.truth import Said, Truth


@pytest.fixture
def audit() -> Soak:
    return Soak(Truth(1.0))


@pytest.fixture
def gauge() -> Gauge:
    gauge = Gauge(Processes(0), lag=[0.1])
    gauge.series["worker"] = [Size(float(second), 100, 60, 50) for second in range(30)]
    return gauge


@pytest.fixture
def disk(tmp_path: Path) -> Disk:
    return Disk(tmp_path, [2] * 30, [1_000] * 30)


def answer(path: str, took: float, body: bytes = b"") -> Answer:
    return Answer(path, 200, {}, body, 100.0, 100.0 + took)


def test_nothing_is_wrong_where_nothing_is(audit: Soak, gauge: Gauge, disk: Disk) -> None:
    audit.check(answer("/releases", 0.2), None)
    assert list(judged(audit, gauge, disk, minutes=60)) == []


def test_a_slow_request_is_wrong_and_its_address_is_told(audit: Soak, gauge: Gauge, disk: Disk) -> None:
    audit.check(answer("/releases", SLOWEST + 0.05), None)
    assert list(judged(audit, gauge, disk, minutes=60)) == []  # the machine itself was as late as that
    audit.check(answer("/releases", SLOWEST + 0.5), None)
    assert list(judged(audit, gauge, disk, minutes=60)) == ["2 requests took more than a second, the slowest 1.50 s"]
    assert audit.slow[1].startswith("1.50 s at ")
    assert audit.slow[1].endswith(" /releases")


def test_a_release_that_is_shown_before_its_file_says_so_is_wrong(audit: Soak, gauge: Gauge, disk: Disk) -> None:
    audit.check(answer("/releases", 0.1, b"Item a1 in edition 1"), None)
    assert list(judged(audit, gauge, disk, minutes=60)) == ["1 answers were wrong, 0 of them late only"]
    assert audit.wrong[0].endswith(f"mentions 1 of a1, which never was so: it is {Said('absent', 0.0, 0.0)}")


def test_what_was_right_longer_ago_than_anybody_has_to_wait_is_late(audit: Soak, gauge: Gauge, disk: Disk) -> None:
    for edition, moment in ((1, 90.0), (2, 98.5)):
        audit.truth.say("a1", Said(edition, moment, moment))
    for edition in (1, 2):
        audit.check(answer("/releases", 0.1, f"Item a1 in edition {edition}".encode()), None)
    assert list(judged(audit, gauge, disk, minutes=60)) == ["1 answers were wrong, 1 of them late only"]
    assert audit.ages == [1.5]


def test_a_file_that_is_changed_again_and_again_stays_what_it_was(audit: Soak) -> None:
    for edition, moment in ((1, 80.0), (2, 92.0), (3, 95.0), (4, 99.5)):
        audit.truth.say("a1", Said(edition, moment, moment))
    for edition in (1, 2, 3):
        audit.check(answer("/releases", 0.1, f"Item a1 in edition {edition}".encode()), None)
    assert audit.wrong == []
    assert audit.truth.age("a1", 1, 110.0, 110.0) == 10.5


def test_a_list_that_counts_others_names_them(audit: Soak) -> None:
    audit.truth.say("a1", Said(1, 90.0, 90.0))
    items = [{"id": each, "url": f"/releases/{each}", "title": "Item a1 in edition 1"} for each in ("a1", "a1-other")]
    body = json.dumps({"_feedsrv": {"total": 2}, "items": items}).encode()
    audit.check(answer(audit.whole_lists[0], 0.1, body), None)
    assert audit.wrong[0].endswith("counts (2, 2, 2) and shows 1, and others: ['/releases/a1-other']")


def test_what_was_never_seen_and_an_embargo_that_is_late_are_wrong(audit: Soak, gauge: Gauge, disk: Disk) -> None:
    audit.expect("a1", Said(1, 0.0, 0.0))
    audit.late["embargo"].append(1.2)
    assert list(judged(audit, gauge, disk, minutes=60)) == [
        "of 1 releases the last change was never seen: ['a1']",
        "an embargo ended 1.20 s late",
    ]


@pytest.mark.parametrize(("opens", "kind"), [(101.0, "change"), (109.0, "embargo")])
def test_an_embargo_that_ends_while_its_file_has_to_rest_is_a_change(audit: Soak, opens: float, kind: str) -> None:
    said = Said(1, 100.0, 100.0, opens)
    audit.truth.say("a1", said)
    found = Answer("/releases/a1", 200, {}, b"Item a1 in edition 1: opening1, closing1", 110.0, 110.1)
    audit.look_for(found, "a1", said, opens)
    assert list(audit.late) == [kind]


def test_what_grows_is_wrong_but_in_a_short_run(audit: Soak, gauge: Gauge, disk: Disk) -> None:
    gauge.series["worker"][20:] = [Size(20.0, int(100 * GROWS) + 1, 70, 50)] * 10
    disk.generations[20:] = [9] * 10
    assert list(judged(audit, gauge, disk, minutes=60)) == [
        "memory of a worker grows: 100, then 111",
        "memory of a worker alone grows: 60, then 70",
        "number of generations grows: 2, then 9",
    ]
    assert list(judged(audit, gauge, disk, minutes=5)) == []


def test_what_a_process_has_in_memory_is_told_and_by_how_much_it_grows() -> None:
    size = Size.of(os.getpid(), 1.0)
    assert 10 < size.own < size.memory
    assert Size.mean([Size(1.0, 100, 60, 50), Size(1.0, 201, 80, 60)]) == Size(1, 150, 70, 55)
    gauge = Gauge(Processes(0))
    gauge.series["worker"] = [Size(float(second), 100, 60 + second // 60, 50) for second in range(3600)]
    assert round(gauge.growth("worker")) == 60
    assert [str(third) for third in gauge.thirds("worker")][1:] == [
        "100 MB (89 its own), 50 descriptors",
        "100 MB (109 its own), 50 descriptors",
    ]


@pytest.mark.bench
def test_half_a_minute_of_publishing_and_searching_has_no_wrong_answer(tmp_path: Path) -> None:
    assert list(soak(tmp_path, 300, 0.5, "1")) == []
