"""How many requests a search takes: each is a way over the network, and those who ask wait for all of them."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from feedsrv.query import Query, Sort
from feedsrv.query.parser import parse
from feedsrv.search import SearchIndex, Snapshot
from feedsrv.search.opensearch import update
from feedsrv.search.opensearch.cluster import Access
from feedsrv.search.opensearch.index import OpenSearchIndex
from tests.engines import access, clear
from tests.opensearch.cutting import Cut, cutting
from tests.test_search_contract import a_release, publish

PREFIX = "test-requests"


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SearchIndex]:
    made = OpenSearchIndex(access(), PREFIX, tmp_path_factory.mktemp("requests") / "index")
    said = "A pilot sees the harbour and the comet."
    publish(made, *(a_release(f"r{day}", day, said, translation_keys=(f"k{day}",)) for day in range(1, 29)))
    made.snapshot().search(Query())  # it knows from now on which languages there are
    yield made
    clear(PREFIX)


@pytest.mark.parametrize(
    ("asked", "sort", "most"),
    [
        ("", Sort.NEWEST, 1),
        ("harbour pilot", Sort.NEWEST, 1),
        ("harbour", Sort.RELEVANCE, 3),
        ("harbour pilot comet", Sort.RELEVANCE, 4),
        ('"harbour and the comet" lang:en', Sort.RELEVANCE, 3),
        ("harb* pil*", Sort.RELEVANCE, 4),
        ("a pilot that sees the comet and the harbour", Sort.RELEVANCE, 4),
        ("hrabour pilot", Sort.NEWEST, 15),
    ],
)
def test_a_search_takes_few_requests(
    index: SearchIndex, caplog: pytest.LogCaptureFixture, asked: str, sort: Sort, most: int
) -> None:
    snapshot = index.snapshot()
    with caplog.at_level(logging.INFO, "opensearch"):
        found = snapshot.search(Query(parse(asked).tree, sort=sort, has_facets=True, has_excerpts=True))
    assert found.total == 28 or found.did_you_mean
    requests = requests_in(caplog)
    assert 0 < len(requests) <= most, "\n".join(requests)


@pytest.mark.parametrize(
    ("ask", "most"),
    [
        (lambda snapshot: snapshot.neighbours("r7"), 2),
        (lambda snapshot: snapshot.similar("r7", 3), 4),
        (lambda snapshot: snapshot.siblings([a_release("x", translation_keys=(f"k{day}",)) for day in range(29)]), 1),
    ],
    ids=["neighbours", "similar", "siblings"],
)
def test_what_stands_beside_a_release_takes_few_requests(
    index: SearchIndex, caplog: pytest.LogCaptureFixture, ask: Callable[[Snapshot], object], most: int
) -> None:
    snapshot = index.snapshot()
    with caplog.at_level(logging.INFO, "opensearch"):
        assert ask(snapshot)
    requests = requests_in(caplog)
    assert 0 < len(requests) <= most, "\n".join(requests)


def test_words_that_begin_so_are_looked_up_and_no_release_is_gone_through(
    index: SearchIndex, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG, "opensearch"):
        assert index.snapshot().search(Query(parse("harb* pil*").tree)).total == 28
    answers = [json.loads(told[2:]) for told in requests_in(caplog) if told.startswith("< {")]
    each = [answer for told in answers for answer in told.get("responses", [told])]
    looked_up = [answer for answer in each if answer.get("aggregations", {}).get("words", {}).get("buckets")]
    assert len(looked_up) == 2
    assert [answer["hits"]["total"]["value"] for answer in looked_up] == [0, 0]


def test_what_is_sent_at_once_is_bounded_in_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(update, "LARGEST", 200_000)
    way = Cut(1_000_000, is_answered=True)
    with cutting(way) as address:
        publish(
            OpenSearchIndex(Access([address]), f"{PREFIX}-bytes", tmp_path),
            *(a_release(f"r{number}", text="港口与彗星" * 500) for number in range(20)),
        )
    clear(f"{PREFIX}-bytes")
    assert 0 < way.largest <= 200_000


def requests_in(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.name == "opensearch"]
