"""What is of the embedded engine alone, beside the contract of all engines (`tests/test_search_contract.py`)."""

from __future__ import annotations

from pathlib import Path

import pytest

from feedsrv.query import Query
from feedsrv.query.parser import parse
from feedsrv.search.whoosh.index import WhooshIndex
from feedsrv.search.whoosh.snapshot import WhooshSnapshot
from tests.test_search_contract import a_release, publish


def test_words_that_no_release_has_take_no_more_room_than_there_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("feedsrv.search.whoosh.postings.ROOM", 5_000)
    index = WhooshIndex(tmp_path / "index")
    publish(index, a_release("comet", text="A comet."))
    for number in range(200):
        assert index.snapshot().search(Query(parse(f"comet OR nothing{number}").tree)).total == 1
    opened = index.snapshot()._opened  # noqa: SLF001 - there is no other way to see what is kept
    assert isinstance(opened, WhooshSnapshot)
    kept = opened._postings._kept  # noqa: SLF001 - the same
    assert 1 < len(kept) <= 50
