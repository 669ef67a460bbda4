"""How many requests a search takes: each is a way over the network, and those who ask wait for all of them."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest

from feedsrv.query import Query, Sort
from feedsrv.query.parser import parse
from feedsrv.search import SearchIndex
from feedsrv.search.opensearch.index import OpenSearchIndex
from tests.engines import access, clear
from tests.test_search_contract import a_release, publish

PREFIX = "test-requests"


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SearchIndex]:
    made = OpenSearchIndex(access(), PREFIX, tmp_path_factory.mktemp("requests") / "index")
    publish(made, *(a_release(f"r{day}", day, "A pilot sees the harbour and the comet.") for day in range(1, 29)))
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
        ("hrabour pilot", Sort.NEWEST, 12),
    ],
)
def test_a_search_takes_few_requests(
    index: SearchIndex, caplog: pytest.LogCaptureFixture, asked: str, sort: Sort, most: int
) -> None:
    snapshot = index.snapshot()
    with caplog.at_level(logging.INFO, "opensearch"):
        found = snapshot.search(Query(parse(asked).tree, sort=sort, has_facets=True, has_excerpts=True))
    assert found.total == 28 or found.did_you_mean
    requests = [record.getMessage() for record in caplog.records if record.name == "opensearch"]
    assert 0 < len(requests) <= most, "\n".join(requests)
