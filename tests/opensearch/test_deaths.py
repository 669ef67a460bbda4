"""A writer dies after each request of a publication, then a release is held again, then somebody else publishes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import count
from pathlib import Path

import pytest

from feedsrv.errors import PublishingFailed
from feedsrv.query import Query
from feedsrv.release import Release
from feedsrv.search import SearchIndex
from feedsrv.search.opensearch import cluster, state
from feedsrv.search.opensearch.cluster import Access
from feedsrv.search.opensearch.index import OpenSearchIndex
from tests.engines import access, clear, stored
from tests.opensearch.cutting import Cut, cutting
from tests.test_search_contract import a_release

PREFIX = "test-deaths"


@pytest.fixture(autouse=True)
def cleared(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(state, "LEASE", timedelta(0))  # whoever died is known to be dead
    monkeypatch.setattr(cluster, "PAUSE", 0.0)
    yield
    clear(PREFIX)


@pytest.fixture
def another(tmp_path: Path) -> Callable[[Access], OpenSearchIndex]:
    """Opens the index as a process on one more machine does, by this way to the cluster."""
    numbers = count()
    return lambda way: OpenSearchIndex(way, PREFIX, tmp_path / str(next(numbers)))


def publish(index: SearchIndex, *wanted: Release) -> None:
    """Have these be public, and nothing else."""
    with index.update() as update:
        for source in update.sources - {release.source for release in wanted}:
            update.remove(source)
        for release in wanted:
            update.put(release, {})
        update.finish({}, None)


def seen(index: SearchIndex) -> dict[str, str]:
    """The title of each release by its id, as lists and pages have it."""
    snapshot = index.snapshot()
    found = {hit.release.id: hit.release.title for hit in snapshot.search(Query(per_page=100)).hits}
    assert found == {release_id: snapshot.get(release_id).title for release_id in found}
    return found


@pytest.mark.parametrize("is_answered", [True, False], ids=["died", "unanswered"])
def test_whatever_request_was_the_last_nothing_is_lost_and_nothing_held_is_seen(
    is_answered: bool, another: Callable[[Access], OpenSearchIndex]
) -> None:
    reader = another(access())
    old = {"a": a_release("a"), "b": a_release("b")}
    publish(another(access()), *old.values())
    before = seen(reader)
    for cut in (Cut(after, is_answered) for after in count(1)):
        new = {**old, "a": a_release("a", title=f"After {cut.after}"), "c": a_release("c")}
        with cutting(cut) as address:
            try:
                publish(another(Access([address])), *new.values())
                is_told = True
            except PublishingFailed:
                is_told = False
        now = seen(another(access()))
        after = {name: release.title for name, release in new.items()}
        assert now == after or (now == before and not is_told), cut
        old = {name: release for name, release in new.items() if name != "c"}
        next_one = another(access())
        publish(next_one, *old.values())
        before = {name: release.title for name, release in old.items()}
        assert seen(reader) == seen(another(access())) == before, cut
        there = stored(PREFIX).all({"match_all": {}}, ["source"])
        assert {hit["_source"]["source"] for hit in there} == {"a.md", "b.md"}, cut
        assert next_one.verify(), cut
        if cut.asked < cut.after:
            return
