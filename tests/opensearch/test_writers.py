"""Of several writers to a cluster only one publishes, whatever the others did."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from random import Random

import pytest

from feedsrv.errors import IndexLocked, IndexUnavailable, PublishingFailed
from feedsrv.search.opensearch import mapping, state
from feedsrv.search.opensearch.cluster import Access
from feedsrv.search.opensearch.index import OpenSearchIndex
from feedsrv.search.opensearch.mapping import others
from tests.engines import access, clear, stored
from tests.opensearch.cutting import Cut, cutting
from tests.running import until
from tests.test_search_contract import a_release, ask, publish

PREFIX = "test-writers"


class Machines:
    """Several machines with one index in a cluster, each with a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.one, self.other = (OpenSearchIndex(access(), PREFIX, folder / name) for name in ("one", "other"))


@pytest.fixture
def machines(tmp_path: Path) -> Iterator[Machines]:
    yield Machines(tmp_path)
    clear(PREFIX)


class TestWriters:
    def test_a_second_machine_is_turned_away_while_the_first_is_heard_of(self, machines: Machines) -> None:
        with machines.one.update(), pytest.raises(IndexLocked), machines.other.update():
            pass

    def test_a_paused_writer_publishes_nothing_after_another_has_begun(
        self, machines: Machines, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        publish(machines.one, a_release("a"))
        monkeypatch.setattr(state, "LEASE", timedelta(0))
        paused = machines.one.update()
        update = paused.__enter__()
        update.put(a_release("secret"), {})
        update.remove("a.md")
        assert dict(update.staged()) == {"secret.md": False}
        publish(machines.other, a_release("b"))
        assert sorted(ask(machines.other)) == ["a", "b"]
        update.finish({}, None)
        with pytest.raises(PublishingFailed):
            paused.__exit__(None, None, None)
        publish(machines.other, a_release("c"))
        assert sorted(ask(machines.one)) == sorted(ask(machines.other)) == ["a", "b", "c"]
        publish(machines.other, removed=("a.md",))
        assert sorted(ask(machines.one)) == ["b", "c"]

    def test_what_a_dead_writer_has_under_way_is_never_seen(
        self, machines: Machines, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        publish(machines.one, a_release("a"))
        monkeypatch.setattr(state, "LEASE", timedelta(0))
        dead = machines.one.update()  # which nobody leaves
        update = dead.__enter__()
        publish(machines.other, a_release("b"))
        update.put(a_release("late"), {})
        assert dict(update.staged()) == {"a.md": False, "late.md": False}
        publish(machines.other, a_release("c"))
        assert sorted(ask(machines.other)) == ["a", "b", "c"]

    def test_of_what_was_withdrawn_no_version_stays(self, machines: Machines) -> None:
        publish(machines.one, a_release("a"), a_release("b"))
        publish(machines.one, removed=("a.md",))
        releases = stored(PREFIX)
        releases.refresh()
        assert [hit["_source"]["id"] for hit in releases.all({"match_all": {}}, ["id"])] == ["b"]


def test_an_index_of_another_form_is_made_beside_the_old_one_which_is_read_from_meanwhile(
    machines: Machines, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(machines.one, a_release("a"), a_release("b"))
    reader = machines.other.snapshot()
    before = stored(PREFIX)
    monkeypatch.setattr(mapping, "VERSION", "0" * 8)
    with pytest.raises(IndexUnavailable, match="another version"):
        OpenSearchIndex(access(), PREFIX, machines.folder / "new").snapshot()
    publish(machines.one, a_release("a"), a_release("b"))
    assert sorted(ask(machines.one)) == ["a", "b"]
    assert reader.get("a").title == "Title of a"
    assert others(stored(PREFIX)) == [before.name]
    publish(machines.one, a_release("c"))
    assert others(stored(PREFIX)) == []
    assert sorted(ask(machines.one)) == ["a", "b", "c"]


@pytest.mark.parametrize("lost", ["state", "releases-*", "*"])
def test_indices_that_somebody_has_deleted_are_made_anew_and_readers_follow(machines: Machines, lost: str) -> None:
    publish(machines.one, a_release("a"), a_release("b"))
    assert sorted(ask(machines.other)) == ["a", "b"]
    cluster = stored(PREFIX).cluster
    for name in cluster.ask("GET", f"/{PREFIX}-{lost}"):
        cluster.ask("DELETE", f"/{name}")
    until(lambda: not machines.one.verify())
    publish(machines.one, a_release("b"), a_release("c"))
    assert sorted(ask(machines.one)) == ["b", "c"]
    until(lambda: sorted(ask(machines.other)) == ["b", "c"])


def test_releases_that_somebody_deletes_while_they_are_written_are_made_anew(machines: Machines) -> None:
    wanted = a_release("a"), a_release("b")
    with suppress(PublishingFailed), machines.one.update() as update:
        releases = stored(PREFIX)
        for release in wanted:
            update.put(release, {})
            list(update.staged())
            releases.cluster.ask("DELETE", f"/{releases.name}")
        update.put(a_release("c"), {})
        update.finish({}, None)
    publish(machines.one, *wanted)
    assert sorted(ask(machines.other)) == ["a", "b"]


def test_what_word_is_left_in_before_anything_is_published_is_made_as_it_is_meant(machines: Machines) -> None:
    machines.one.heartbeat()
    name = f"{PREFIX}-state"
    made = stored(PREFIX).cluster.ask("GET", f"/{name}")[name]
    assert made["mappings"]["dynamic"] == "false"
    assert made["settings"]["index"]["auto_expand_replicas"] == "0-2"


def test_a_publication_asks_for_no_more_documents_than_it_changes(tmp_path: Path) -> None:
    way = Cut(1_000_000, is_answered=True)
    with cutting(way) as address:
        index = OpenSearchIndex(Access([address]), PREFIX, tmp_path)
        publish(index, *(a_release(f"r{number}") for number in range(50)))
        for number in range(3):
            publish(index, a_release("r7", title=f"Again {number}"))
            found, way.found = way.found, 0
        assert found < 10
    clear(PREFIX)


def test_whoever_publishes_in_turns_and_whatever_fails_nothing_is_lost(machines: Machines) -> None:
    random, wanted = Random(1), dict[str, str]()
    for step in range(16):
        index = random.choice([machines.one, machines.one, machines.other])
        name, title, is_gone, fails = (
            random.choice("abcde"),
            f"Step {step}",
            random.random() < 0.3,
            random.random() < 0.3,
        )
        with suppress(ZeroDivisionError), index.update() as update:
            if is_gone:
                update.remove(f"{name}.md")
            else:
                update.put(a_release(name, title=title), {})
            list(update.staged())
            if fails:
                raise ZeroDivisionError
            update.finish({}, None)
        if not fails:
            wanted = {key: value for key, value in wanted.items() if key != name} | ({} if is_gone else {name: title})
        if wanted:
            found = {name: index.snapshot().get(name).title for name in ask(index)}
            assert found == wanted, step
