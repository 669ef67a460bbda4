"""What is of the embedded engine alone, beside the contract of all engines (`tests/test_search_contract.py`)."""

from __future__ import annotations

import gc
import weakref
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from whoosh.index import FileIndex
from whoosh.query import And, Phrase, Term

from feedsrv.query import Query
from feedsrv.query.parser import parse
from feedsrv.release import Release, Withdrawal
from feedsrv.search import Snapshot
from feedsrv.search.whoosh.index import WhooshIndex
from feedsrv.search.whoosh.resemblance import most_alike
from feedsrv.search.whoosh.snapshot import WhooshSnapshot
from feedsrv.search.work import TERM
from tests.test_search_contract import a_release, publish


def test_words_that_no_release_has_take_no_more_room_than_there_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("feedsrv.search.whoosh.postings.ROOM", 50_000)
    index = WhooshIndex(tmp_path / "index")
    publish(index, a_release("comet", text="A comet."))
    for number in range(200):
        assert index.snapshot().search(Query(parse(f"comet OR nothing{number}").tree)).total == 1
    opened = index.snapshot()._opened  # noqa: SLF001 - there is no other way to see what is kept
    assert isinstance(opened, WhooshSnapshot)
    kept = opened._postings._kept  # noqa: SLF001 - the same
    assert 1 < len(kept) <= 50


def releases(count: int) -> list[Release]:
    names = ("harbour", "crane", "ferry", "quay", "pilot", "tide")
    return [
        a_release(f"r{number}", 1 + number % 28, f"The {names[number % 6]} and the {names[number % 5]}, no {number}.")
        for number in range(count)
    ]


def answers(snapshot: Snapshot) -> object:
    questions = ("harbour", "crane OR ferry", '"the quay"', "pil*", "tide -crane", "title:r1", "no 7")
    return [snapshot.search(Query(parse(question).tree, has_excerpts=True, has_facets=True)) for question in questions]


def segments(index: WhooshIndex, folder: Path) -> int:
    return len(list((folder / index.snapshot().generation / "segments").glob("*.inv")))


def test_whooshs_own_searcher_reads_the_segments(tmp_path: Path) -> None:
    index = WhooshIndex(tmp_path / "index")
    publish(index, *releases(12))
    publish(index, replace(releases(12)[0], text="Something else entirely."))
    base = index._base  # noqa: SLF001 - it has the storage
    assert base
    with FileIndex(base.storage).searcher() as searcher:
        assert searcher.doc_count() == 12

        def found(query: object) -> set[str]:
            hits = searcher.search(query, limit=None)
            return {base.segments.record(hit.docnum).id for hit in hits}

        assert found(Term("body", "harbour")) == {
            hit.release.id for hit in index.snapshot().search(Query(parse("harbour").tree)).hits
        }
        assert found(And([Term("body", "crane"), Term("title", "titl")])) == {"r1", "r6", "r7", "r11"} - {"r0"}
        assert found(Phrase("forms", ["the", "quay"])) == {
            hit.release.id for hit in index.snapshot().search(Query(parse('"the quay"').tree)).hits
        }


def test_an_index_is_the_same_however_many_processes_made_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    at_once = WhooshIndex(tmp_path / "one")
    publish(at_once, *releases(40))
    monkeypatch.setattr("feedsrv.search.whoosh.batches.LARGEST", 12)
    monkeypatch.setattr("feedsrv.search.whoosh.draft.MOST", 12)
    in_batches = WhooshIndex(tmp_path / "many")
    publish(in_batches, *releases(40))
    assert segments(in_batches, tmp_path / "many") == 4
    assert in_batches.snapshot().generation == at_once.snapshot().generation
    assert answers(in_batches.snapshot()) == answers(at_once.snapshot())


def test_segments_are_merged_until_they_are_large_and_no_further(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("feedsrv.search.whoosh.batches.LARGEST", 4)
    monkeypatch.setattr("feedsrv.search.whoosh.draft.MOST", 16)
    index = WhooshIndex(tmp_path / "index")
    publish(index, *releases(40))
    base = index._base  # noqa: SLF001 - it has the segments
    assert base
    assert sorted(leaf.size for leaf in base.segments.leaves) == [4, 4, 16, 16]


def test_many_small_publications_are_merged_and_answer_like_one(tmp_path: Path) -> None:
    at_once, one_by_one = WhooshIndex(tmp_path / "one"), WhooshIndex(tmp_path / "many")
    publish(at_once, *releases(40))
    for item in releases(40):
        publish(one_by_one, replace(item, title="First thoughts"))
        publish(one_by_one, item)
    assert segments(one_by_one, tmp_path / "many") < 12
    assert (
        one_by_one.snapshot().generation.partition("-")[2].partition("-")[2]
        == at_once.snapshot().generation.partition("-")[2].partition("-")[2]
    )
    assert answers(one_by_one.snapshot()) == answers(at_once.snapshot())


def test_nobody_waits_for_large_segments_to_be_merged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("feedsrv.search.whoosh.update.QUICK", 12)
    index, all_of_them = WhooshIndex(tmp_path / "index"), releases(60)
    for part in range(0, 60, 4):
        publish(index, *all_of_them[part : part + 4])
    assert segments(index, tmp_path / "index") == 15
    told = answers(index.snapshot())
    index.purge()
    assert segments(index, tmp_path / "index") == 6  # three of sixteen, and three of four
    assert answers(index.snapshot()) == told
    current = index.snapshot().generation
    index.purge()
    assert index.snapshot().generation == current, "nothing is left to do"


def test_what_was_withdrawn_leaves_no_byte_and_what_a_killed_publisher_left_of_it_goes_with_the_next(
    tmp_path: Path,
) -> None:
    folder = tmp_path / "index"
    index = WhooshIndex(folder)
    publish(index, *releases(6), a_release("secret", text="Xylophonists unite."))

    def holds() -> bool:
        return any(b"ylophonists" in path.read_bytes() for path in folder.rglob("*") if path.is_file())

    assert holds()
    moment = datetime(2020, 1, 1, tzinfo=UTC)
    publish(index, Withdrawal("secret", "secret.md", moment, moment))
    told = index.snapshot().generation.rpartition("-")[2]
    assert holds(), "for that nobody waits"
    index.purge()
    assert not holds()
    assert index.snapshot().generation.rpartition("-")[2] == told
    current = index.snapshot().generation
    index.purge()
    assert index.snapshot().generation == current, "nothing is left to do"
    publish(index, a_release("other", text="Xylophonists again."))
    publish(index, a_release("other", text="Nothing of the kind."))
    index.purge()
    assert holds(), "what was only corrected may stay until segments are merged"
    (folder / "unpurged").write_bytes(b"")
    index.purge()
    assert holds(), "a mark that is not whole is none"
    index._generations.write_beside("unpurged", "gone")  # noqa: SLF001 - as where another process merged it meanwhile
    WhooshIndex(folder).purge()
    assert not holds()
    assert index.snapshot().get("other").text == "Nothing of the kind."


def test_nobody_waits_while_a_generation_is_opened(tmp_path: Path) -> None:
    index, other = WhooshIndex(tmp_path / "index"), WhooshIndex(tmp_path / "index")
    publish(index, a_release("a"))
    before = other.snapshot().generation
    publish(index, a_release("b"))
    other._look_again = 0.0  # noqa: SLF001 - at once
    with other._opening, ThreadPoolExecutor(1) as pool:  # noqa: SLF001 - as if another thread were opening it
        assert pool.submit(lambda: other.snapshot().generation).result(5) == before
    other._look_again = 0.0  # noqa: SLF001
    assert other.snapshot().generation != before


def test_what_two_generations_share_is_mapped_once(tmp_path: Path) -> None:
    index = WhooshIndex(tmp_path / "index")
    publish(index, *releases(20))
    first = index._base  # noqa: SLF001 - what is open
    publish(index, a_release("one more"))
    second = index._base  # noqa: SLF001
    assert first
    assert second
    assert first.segments.leaves[0] is second.segments.leaves[0]


def test_a_generation_that_nobody_reads_any_more_goes_at_once(tmp_path: Path) -> None:
    index, other = WhooshIndex(tmp_path / "index"), WhooshIndex(tmp_path / "index")
    publish(other, a_release("a"))
    gc.disable()
    try:
        answers(index.snapshot())
        before = weakref.ref(index.snapshot()._opened._postings)  # type: ignore[union-attr]  # noqa: SLF001 - what is large
        publish(other, a_release("b"))
        index._look_again = 0.0  # noqa: SLF001 - at once
        answers(index.snapshot())
        assert before() is None
    finally:
        gc.enable()


def test_only_the_words_that_may_tell_most_are_counted_to_find_what_is_alike(tmp_path: Path) -> None:
    def letters(number: int) -> str:
        return "".join("bcdfghklmn"[int(digit)] + "a" for digit in str(number))

    common = " ".join(f"shared{letters(number)}" for number in range(40))
    index = WhooshIndex(tmp_path / "index")
    publish(
        index,
        *(
            a_release(
                f"r{number}", text=common + "".join(f" rare{letters(number // 2 * 20 + own)}" for own in range(20))
            )
            for number in range(100)
        ),
    )
    index.snapshot().get("r0")
    opened = index.snapshot()._opened  # noqa: SLF001 - to see the work of it
    assert isinstance(opened, WhooshSnapshot)
    terms, release = opened._matcher().terms, opened.get("r42")  # noqa: SLF001 - the same
    everything = opened._table.everything()  # noqa: SLF001
    steps = terms.work.steps
    alike = [opened._table.id(rank) for rank in most_alike(terms, release, everything, 2).tolist()]  # noqa: SLF001
    assert sorted(alike) == ["r42", "r43"]
    assert steps - terms.work.steps <= 20 * (TERM + 2)
