"""The cluster is away: what was rendered is served, all else waits, and nothing is lost."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from threading import Timer

import pytest

from feedsrv.errors import PublishingFailed
from feedsrv.search.opensearch import breaker, cluster
from feedsrv.search.opensearch.cluster import Access
from feedsrv.search.opensearch.index import OpenSearchIndex
from feedsrv.web.health import AWAY
from tests.conftest import Newsroom, release
from tests.engines import clear, stored
from tests.opensearch.cutting import Cut, cutting
from tests.running import until

PREFIX = "test-away"


@pytest.fixture
def cut(monkeypatch: pytest.MonkeyPatch) -> Cut:
    monkeypatch.setattr(cluster, "PAUSE", 0.0)
    monkeypatch.setattr(breaker, "OPEN_FOR", 0.05)
    found = Cut(0, is_answered=True)
    found.mend()
    return found


@pytest.fixture
def office(cut: Cut, tmp_path: Path) -> Iterator[Newsroom]:
    """A newsroom with one release, whose way to the cluster can be cut."""
    office = Newsroom(tmp_path / "office")
    with cutting(cut) as address:
        office.index = OpenSearchIndex(Access([address]), PREFIX, tmp_path / "index")  # type: ignore[assignment]
        office.publish({"a.md": release("A comet")})
        office.index.heartbeat()
        yield office
        cut.mend()
    clear(PREFIX)


def test_what_was_rendered_is_served_and_all_else_is_503_until_there_is_an_answer(office: Newsroom, cut: Cut) -> None:
    client = office.client()
    rendered = {path: client.get(path) for path in ("/", "/releases.atom", "/releases.rss")}
    assert {answer.status_code for answer in rendered.values()} == {200}
    assert b"reason" not in client.get("/health/ready").data
    cut.now()
    for path, answer in rendered.items():
        again = client.get(path)
        assert (again.status_code, again.data, again.headers["ETag"]) == (200, answer.data, answer.headers["ETag"])
    for path in ("/search?q=comet", "/releases/a", "/releases.json"):
        answer = client.get(path)
        assert (answer.status_code, "Retry-After" in answer.headers) == (503, True), path
    ready = client.get("/health/ready")
    assert ready.status_code == 503
    assert json.loads(ready.data)["reason"] == AWAY
    assert client.get("/health/live").status_code == 200
    cut.mend()
    until(lambda: client.get("/search?q=comet").status_code == 200)


def test_what_is_published_meanwhile_is_published_when_there_is_an_answer(office: Newsroom, cut: Cut) -> None:
    cut.now()
    with pytest.raises(PublishingFailed, match="what is public stays whole"):
        office.publish({"b.md": release("A moon")})
    cut.mend()
    until(lambda: _is_published(office))
    assert len(office.ids()) == 2


def test_what_is_refused_for_want_of_room_is_written_when_there_is_some(office: Newsroom) -> None:
    held = stored(PREFIX)
    freed: list[bool] = []

    def set_full(*, is_full: bool) -> None:
        freed.append(not is_full)
        full = {"index.blocks.read_only_allow_delete": is_full or None}  # as a node does whose disk is nearly full
        held.cluster.ask("PUT", f"/{held.name}/_settings", full)

    set_full(is_full=True)
    later = Timer(0.5, set_full, kwargs={"is_full": False})
    later.start()
    try:
        office.publish({"b.md": release("A moon")})
    finally:
        later.join()
    assert (freed, len(office.ids())) == ([False, True], 2)


def test_after_some_that_were_not_answered_no_request_is_made_for_a_while(
    office: Newsroom, cut: Cut, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = office.client()
    client.get("/")
    cut.now()
    monkeypatch.setattr(breaker, "OPEN_FOR", 3600.0)
    for _ in range(50):
        assert client.get("/search?q=comet").status_code == 503
    assert cut.asked - cut.after == breaker.OPEN_AFTER


def _is_published(office: Newsroom) -> bool:
    try:
        office.publish()
    except PublishingFailed:
        return False
    return True
