"""Everything at once, for as long as it is told: whatever befalls the newsroom, no answer is wrong."""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Collection, Sequence
from pathlib import Path
from random import Random

import pytest

from feedsrv.search.whoosh.index import WhooshIndex
from feedsrv.settings import Settings
from feedsrv.web import create_app
from tests.conftest import BASE_URL
from tests.faults.audit import WHOLE_LISTS, Audit
from tests.faults.clock import Clock
from tests.faults.gauge import Gauge, percentiles
from tests.faults.newsdesk import Officer
from tests.faults.service import Together, proxied, serving
from tests.faults.troubles import Processes, Troubles, wait_for
from tests.faults.truth import Truth
from tests.running import Running, run

pytestmark = pytest.mark.slow

PATIENT = 20.0
"""Seconds in which a change has to be everywhere, on a machine that does much else, if nothing is in the way."""

CACHED = 62.0
"""Seconds for which a cache may give what is no longer so."""


def live(root: Path, seconds: float, seed: str, without: Collection[str] = ()) -> tuple[Audit, Gauge]:
    """Let everything happen at once for some seconds; then, when all is quiet, everything is as the files say."""
    print(f"\nseed {seed}, {seconds:.0f} s, without {sorted(without) or 'nothing'}")
    truth = Truth(PATIENT)
    audit = Audit(truth)
    officers = [Officer(name, root / "releases", truth, audit.expect, Random(f"{seed} {name}")) for name in "ab"]
    for officer in officers:
        officer.begin(15)
    clock = Clock(root)
    with serving(root, clock) as newsroom, proxied(newsroom, root / "proxy") as proxy:
        audit.forget()
        processes = Processes(newsroom.process.pid)
        troubles, gauge = Troubles(newsroom.index, processes, truth, seed, min(1.0, seconds / 100)), Gauge(processes)
        with Together() as quiet:
            for number in range(3):
                quiet.start(audit.read, newsroom.port, f"{seed} reader {number}")
            if proxy:
                quiet.start(audit.read, proxy, f"{seed} reader behind the proxy", CACHED)
            quiet.start(audit.compare_workers, newsroom.port, f"{seed} comparer")
            quiet.start(audit.look_out, newsroom.port)
            quiet.start(gauge.measure)
            with Together() as trouble:
                for officer in officers:
                    trouble.start(officer.work)
                for each in (troubles.kill, troubles.fill_the_disk, troubles.damage):
                    if each.__name__ not in without:
                        trouble.start(each)
                if clock.can_be_wrong and "set_the_clock" not in without:
                    trouble.start(troubles.set_the_clock, clock.set)
                if proxy:
                    trouble.start(troubles.dawdle, proxy)
                trouble.start(troubles.ask_for_too_much, newsroom.port)
                watch_over(seconds, audit, troubles, gauge)
            wait_for(lambda: not audit.pending, 3 * PATIENT)
            time.sleep(2)
        summarise(audit, troubles, gauge, officers)
        assert not audit.pending
        assert_all_is_as_the_files_say(newsroom, root)
    log = (root / "log").read_text()
    assert "Traceback" not in log
    assert "incident" not in log
    assert audit.wrong == []
    assert audit.busy <= audit.statuses.total() // 50
    return audit, gauge


def watch_over(seconds: float, audit: Audit, troubles: Troubles, gauge: Gauge) -> None:
    """Wait, and tell every ten seconds how it goes."""
    start, shown = time.monotonic(), 0
    while (passed := time.monotonic() - start) < seconds:
        time.sleep(min(10.0, seconds - passed))
        now = {kind: str(series[-1]) for kind, series in gauge.series.items()}
        print(
            f"{time.monotonic() - start:4.0f} s: {audit.statuses.total()} answers, {len(audit.wrong)} wrong, "
            f"{len(audit.doubtful)} doubtful, {now}, {dict(troubles.done)}",
            flush=True,
        )
        for complaint in audit.wrong[shown : shown + 3]:
            print("   ", complaint, flush=True)
        shown = len(audit.wrong)


def summarise(audit: Audit, troubles: Troubles, gauge: Gauge, officers: Sequence[Officer]) -> None:
    """Print what happened."""
    print("answers", dict(sorted(audit.statuses.items())), "workers agreed", audit.agreed, "were busy", audit.busy)
    print("changes", dict(sum((officer.done for officer in officers), Counter[str]())))
    print("troubles", dict(troubles.done), f"slowest hostile answer {troubles.slowest:.2f} s")
    for kind, values in sorted(audit.late.items()):
        print(f"late, {kind}: {percentiles(values)}")
    print("damage was there for", percentiles(troubles.healing))
    print("this machine itself was late:", percentiles(gauge.lag))
    for kind in sorted(gauge.series):
        print(f"{kind}: in each third {[*map(str, gauge.thirds(kind))]}")
    for complaint in (*audit.wrong[:30], *(f"doubtful: {each}" for each in audit.doubtful[:5])):
        print(complaint)


def assert_flat(gauge: Gauge) -> None:
    """Memory and descriptors in the last third of the time are what they were in the second, when all was warm."""
    for kind in gauge.series:
        _, warm, then = gauge.thirds(kind)
        assert then.memory <= warm.memory * 1.1, kind
        assert then.descriptors <= warm.descriptors + 40, kind


def assert_all_is_as_the_files_say(newsroom: Running, root: Path) -> None:
    """Every list is that of an index which is made of the same files from nothing, to the byte."""
    made = run("index", releases=newsroom.releases, index=root / "anew")
    assert made.returncode == 0, made.stderr
    settings = Settings(releases=newsroom.releases, index=root / "anew", base_url=BASE_URL, has_base_url=True)
    anew = create_app(WhooshIndex(settings.index), settings).test_client()
    for path in WHOLE_LISTS:
        assert newsroom.get(path)[1] == anew.get(path, base_url=BASE_URL).data, path


SEED = os.environ.get("FAULTS_SEED", str(time.time_ns()))


def test_twenty_seconds_of_everything_at_once(tmp_path: Path) -> None:
    live(tmp_path, 20, "20")


@pytest.mark.bench
def test_ten_minutes_of_everything_at_once(tmp_path: Path) -> None:
    audit, gauge = live(tmp_path, 600, SEED)
    assert audit.late["embargo"]
    assert_flat(gauge)


@pytest.mark.bench
def test_an_embargo_is_at_most_a_second_late_however_much_is_asked(tmp_path: Path) -> None:
    audit, gauge = live(tmp_path, 120, SEED, without=("kill", "fill_the_disk", "damage", "set_the_clock"))
    assert max(audit.late["embargo"]) <= 1 + max(gauge.lag)
