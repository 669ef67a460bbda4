"""Whoever goes on after one who was killed does not send again what is there already, and shows nothing held since."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from msgspec import structs

from feedsrv.errors import IndexLocked, PublishingFailed
from feedsrv.release import Release
from feedsrv.search.opensearch import cluster, mapping, state, update
from feedsrv.search.opensearch.cluster import Access, Conflict
from feedsrv.search.opensearch.index import OpenSearchIndex
from feedsrv.search.opensearch.update import OpenSearchUpdate
from tests.engines import access, clear, stored
from tests.opensearch.cutting import Cut, cutting
from tests.opensearch.test_deaths import publish, seen
from tests.running import environment, run, until
from tests.test_search_contract import a_release, ask


class Interrupted(Exception):
    """Whoever was at the keyboard has had enough."""


PREFIX = "test-resuming"
Open = Callable[..., OpenSearchIndex]


@pytest.fixture(autouse=True)
def cleared(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(cluster, "PAUSE", 0.0)
    monkeypatch.setattr(update, "PAGE", 4)  # lines: two documents are sent at once
    yield
    clear(PREFIX)


@pytest.fixture
def dead_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(state, "LEASE", timedelta(0))


@pytest.fixture
def machine(tmp_path: Path) -> Open:
    """Opens the index on a machine, by this way to the cluster."""
    return lambda name, way=None: OpenSearchIndex(way or access(), PREFIX, tmp_path / name)


def releases(names: str, **fields: Any) -> dict[str, Release]:
    return {name: a_release(name, **fields) for name in names}


def cut_short(open_: Open, name: str, cut: Cut, wanted: dict[str, Release]) -> None:
    """Publish these from a machine until it is cut off."""
    with cutting(cut) as address, suppress(PublishingFailed):
        publish(open_(name, Access([address])), *wanted.values())


def completed(open_: Open, name: str, wanted: dict[str, Release], cut: Cut | None = None) -> list[str]:
    """Publish these from a machine; the sources of what had to be sent for it."""
    way = cut or Cut(1_000_000, is_answered=True)
    with cutting(way) as address:
        publish(open_(name, Access([address])), *wanted.values())
    return sorted(way.sent)


def send(it: OpenSearchUpdate, wanted: dict[str, Release]) -> None:
    """Have the cluster hold these."""
    for release in wanted.values():
        it.put(release, {})
    list(it.staged())


def there() -> set[str]:
    """The sources of all documents in the cluster, whoever can see them."""
    held = stored(PREFIX)
    held.refresh()
    return {hit["_source"]["source"] for hit in held.all({"match_all": {}}, ["source"])}


@pytest.mark.usefixtures("dead_at_once")
@pytest.mark.parametrize("is_answered", [True, False], ids=["died", "unanswered"])
def test_wherever_it_was_killed_only_the_rest_is_sent_and_what_is_held_since_is_not_seen(
    is_answered: bool, machine: Open
) -> None:
    reader = machine("reader")
    publish(machine("base"), *releases("ab").values())
    for cut in (Cut(after, is_answered) for after in count(1)):
        intended = {**releases("b"), **releases("acdefgh", title=f"After {cut.after}")}
        cut_short(machine, f"first {cut.after}", cut, intended)
        edited = {name: release for name, release in intended.items() if name != "d"}  # under embargo since
        edited["e"] = a_release("e", title="Edited")
        sent = completed(machine, f"second {cut.after}", edited)
        assert sent == sorted({f"{name}.md" for name in "acefgh"} - ({*cut.sent} - {"e.md"})), cut
        assert seen(reader) == {name: release.title for name, release in edited.items()}, cut
        assert there() == {f"{name}.md" for name in edited}, cut
        next_one = machine(f"third {cut.after}")
        publish(next_one, *releases("ab").values())
        assert next_one.verify(), cut
        if cut.asked < cut.after:
            return


@pytest.mark.usefixtures("dead_at_once")
def test_the_first_publication_is_gone_on_with_also_where_it_is_killed_again_and_again(machine: Open) -> None:
    wanted = releases("abcdefghijkl")
    sent: list[str] = []
    for turn in range(4):
        cut = Cut(1_000_000, is_answered=True)
        with cutting(cut) as address, suppress(PublishingFailed), machine(f"{turn}", Access([address])).update() as it:
            send(it, dict(list(wanted.items())[: 3 * (turn + 1)]))
            cut.now()
            it.finish({}, None)
        sent += cut.sent
    assert sorted(sent) == sorted(release.source for release in wanted.values())
    assert completed(machine, "last", wanted) == []
    assert sorted(ask(machine("other"))) == sorted(wanted)


@pytest.mark.usefixtures("dead_at_once")
def test_an_answer_that_is_lost_while_going_on_is_asked_for_again(machine: Open) -> None:
    class Lost(Cut):
        """One answer alone does not pass."""

        def passes(self) -> tuple[bool, bool]:
            with self.lock:
                self.asked += 1
                return True, self.asked != self.after

    for number in count(1):
        wanted = releases("abcdef", title=f"Without the answer to {number}")
        cut = Cut(1_000_000, is_answered=True)
        with suppress(Interrupted), cutting(cut) as address, machine("first", Access([address])).update() as it:
            send(it, wanted)
            raise Interrupted
        lost = Lost(number, is_answered=True)
        assert completed(machine, "first", wanted, lost) == []
        assert seen(machine("other")) == {name: release.title for name, release in wanted.items()}, number
        if lost.asked < number:
            return


@pytest.mark.usefixtures("dead_at_once")
@pytest.mark.parametrize("why", ["another version", "rebuild", "damage"])
def test_what_may_be_otherwise_than_it_is_meant_is_sent_again(
    why: str, machine: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(machine("base"), a_release("a"))
    wanted = releases("abcdef")
    with suppress(Interrupted), machine("first").update() as it:
        send(it, wanted)
        raise Interrupted
    if why == "another version":
        monkeypatch.setattr(mapping, "SCHEMA_VERSION", 0)
    if why == "damage":
        held = stored(PREFIX)
        state.State(held.cluster, f"{PREFIX}-state").change(lambda now: structs.replace(now, damaged="seen"))
    cut = Cut(1_000_000, is_answered=True)
    with cutting(cut) as address, machine("second", Access([address])).update(rebuild=why == "rebuild") as it:
        for release in wanted.values():
            it.put(release, {})
        it.finish({}, None)
    assert sorted(cut.sent) == [release.source for release in wanted.values()]
    assert sorted(ask(machine("other"))) == sorted(wanted)
    assert len(there()) == len(wanted)


@pytest.mark.usefixtures("dead_at_once")
def test_a_paused_writer_changes_nothing_of_what_another_has_taken_over(machine: Open) -> None:
    publish(machine("base"), a_release("a"))
    with suppress(Interrupted), machine("first").update() as it:
        send(it, releases("ef"))
        raise Interrupted
    paused = machine("paused").update()
    it = paused.__enter__()
    send(it, releases("bcd"))
    assert completed(machine, "other", releases("abcef")) == []
    it.put(a_release("late"), {})
    it.remove("b.md")
    it.remove("a.md")
    list(it.staged())
    it.put(a_release("e"), {})  # which both have found
    with pytest.raises(Conflict):
        list(it.staged())
    it.finish({}, None)
    with pytest.raises(PublishingFailed):
        paused.__exit__(None, None, None)
    assert sorted(ask(machine("reader"))) == sorted(ask(machine("other"))) == [*"abcef"]
    publish(machine("other"), *releases("abc", title="Next").values())
    assert seen(machine("reader")) == dict.fromkeys("abc", "Next")
    assert there() == {"a.md", "b.md", "c.md"}


@dataclass
class Held(Cut):
    """Once something was sent, nothing more passes, and all wait."""

    is_over: Event = field(default_factory=Event)

    def passes(self) -> tuple[bool, bool]:
        if self.sent:
            self.is_over.wait()
            return False, False
        return super().passes()


def test_feedsrv_index_is_killed_while_it_sends_and_run_again_it_sends_the_rest(machine: Open, tmp_path: Path) -> None:
    folder, index, number = tmp_path / "releases", tmp_path / "index", 520  # of which 500 are sent at once

    def settings(address: str) -> dict[str, str]:
        return {"FEEDSRV_SEARCH": address, "FEEDSRV_SEARCH_PREFIX": PREFIX}

    folder.mkdir()
    (folder / "old.md").write_text("---\ndate: 2020-01-01\n---\n# The old one\n\nIt was there before.\n")
    with cutting(Cut(1_000_000, is_answered=True)) as address:
        done = run("index", releases=folder, index=index, **settings(address))
        assert not done.returncode, done.stderr
    reader = machine("reader")
    assert [*seen(reader).values()] == ["The old one"]
    for each in range(number):
        (folder / f"n{each}.md").write_text(f"---\ndate: 2020-01-02\n---\n# Number {each}\n\nIt is new.\n")
    held = Held(1_000_000, is_answered=True)
    with cutting(held) as address:
        command = [sys.executable, "-m", "feedsrv", "index"]
        killed = subprocess.Popen(command, env=environment(folder, index, **settings(address)))
        until(lambda: held.sent or killed.poll() is not None)
        killed.kill()
        assert killed.wait() < 0
        held.is_over.set()
    assert 0 < len(held.sent) < number
    assert [*seen(reader).values()] == ["The old one"]
    rest = Cut(1_000_000, is_answered=True)
    with cutting(rest) as address:
        done = run("index", releases=folder, index=index, **settings(address))
        assert not done.returncode, done.stderr
    assert sorted(rest.sent) == sorted({f"n{each}.md" for each in range(number)} - {*held.sent})
    assert len(ask(reader, per_page=1000)) == number + 1
    assert len(there()) == number + 1


def test_on_its_own_machine_nobody_waits_for_one_who_was_killed(machine: Open) -> None:
    cut = Cut(10, is_answered=True)  # the indices are made, the lease is taken, and something was sent
    cut_short(machine, "first", cut, releases("abcdefgh"))
    with pytest.raises(IndexLocked), machine("other").update():
        pass
    sent = completed(machine, "first", releases("abcdefgh"))
    assert 0 < len(sent) < len("abcdefgh")
    assert sorted(ask(machine("other"))) == [*"abcdefgh"]
