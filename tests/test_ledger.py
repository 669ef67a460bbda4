"""The ledger: what the publisher remembers of files is written as it changes, and believed only if it is whole."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feedsrv.errors import IndexUnavailable
from feedsrv.file_record import Basis, FileRecord
from feedsrv.reading import Status, Visibility
from feedsrv.search.generations import Generations
from feedsrv.search.ledger import Ledger
from tests.conftest import MakeNewsroom, release
from tests.running import until


def record(source: str, digest: str = "1", status: Status = Status.PUBLIC) -> FileRecord:
    return FileRecord(source, source, None, Visibility(), status, basis=Basis(digest))


RECORDS = {f"{number}.md": record(f"{number}.md") for number in range(20)}


def opened(folder: Path) -> Ledger:
    ledger = Ledger(Generations(folder))
    ledger.read()
    return ledger


def state(ledger: Ledger) -> tuple[str, Mapping[str, FileRecord]]:
    return ledger.generation, ledger.records


CHANGES = st.dictionaries(st.sampled_from("abcd"), st.none() | st.sampled_from("123"), max_size=3)


@settings(max_examples=40)
@given(history=st.lists(st.tuples(st.sampled_from(["gen-1", "gen-2"]), CHANGES, st.booleans()), max_size=8))
def test_whoever_opens_it_remembers_what_was_written(
    tmp_path_factory: pytest.TempPathFactory, history: list[tuple[str, dict[str, str | None], bool]]
) -> None:
    folder = tmp_path_factory.mktemp("index")
    ledger, other = opened(folder), opened(folder)
    expected: dict[str, FileRecord] = {}
    for generation, changed, is_all in history:
        changes = {source: (digest and record(source, digest)) or None for source, digest in changed.items()}
        merged = changes if is_all else {**expected, **changes}
        expected = {source: found for source, found in merged.items() if found}
        ledger.write(generation, changes, is_all=is_all)
        other.read()
        assert state(ledger) == state(other) == state(opened(folder)) == (generation, expected)
        assert list(ledger.compared())


def test_one_change_is_one_line_however_many_files_there_are(tmp_path: Path) -> None:
    ledger = opened(tmp_path)
    ledger.write("gen-1", {f"{number}.md": record(f"{number}.md") for number in range(2_500)}, is_all=True)
    before = (tmp_path / "ledger").read_bytes()
    ledger.write("gen-2", {"1.md": record("1.md", "2")}, is_all=False)
    ledger.write("gen-2", {}, is_all=False)
    after = (tmp_path / "ledger").read_bytes()
    assert after.startswith(before)
    assert after[len(before) :].count(b"\n") == 1
    assert len(after) - len(before) < 600


def test_what_no_longer_holds_is_left_out_when_it_is_most(tmp_path: Path) -> None:
    ledger = opened(tmp_path)
    ledger.write("gen-1", RECORDS, is_all=True)
    size = (tmp_path / "ledger").stat().st_size
    for number in range(5_000):
        ledger.write("gen-1", {"1.md": record("1.md", str(number))}, is_all=False)
        assert (tmp_path / "ledger").stat().st_size < size + 1_100 * 400
    assert opened(tmp_path).records == RECORDS | {"1.md": record("1.md", "4999")}


@pytest.mark.parametrize("end", [1, 50, -1])
def test_a_line_that_was_not_finished_was_not_written(tmp_path: Path, end: int) -> None:
    opened(tmp_path).write("gen-1", RECORDS, is_all=True)
    before = (tmp_path / "ledger").stat().st_size
    opened(tmp_path).write("gen-2", {"1.md": None}, is_all=False)
    after = (tmp_path / "ledger").stat().st_size
    os.truncate(tmp_path / "ledger", before + end if end > 0 else after + end)
    ledger = opened(tmp_path)
    assert state(ledger) == ("gen-1", RECORDS)
    with pytest.raises(IndexUnavailable):
        list(ledger.compared())
    ledger.write("gen-1", {}, is_all=False)
    assert state(opened(tmp_path)) == ("gen-1", RECORDS)
    assert list(ledger.compared())


@pytest.mark.parametrize("at", [0.0, 0.2, 0.5, 0.8, 0.99])
def test_no_line_is_believed_behind_one_that_was_changed_or_lost(tmp_path: Path, at: float) -> None:
    ledger, path = opened(tmp_path), tmp_path / "ledger"
    for generation in ("gen-1", "gen-2", "gen-3"):
        ledger.write(generation, RECORDS | {"new": record(generation)}, is_all=generation == "gen-1")
    content = bytearray(path.read_bytes())
    content[int(at * len(content))] ^= 4
    path.write_bytes(content)
    believed = opened(tmp_path)
    assert believed.generation == {0: "", 1: "gen-1", 2: "gen-2"}[int(at * 3)]
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(lines[0] + lines[2])
    assert opened(tmp_path).generation in {"", "gen-1"}


def test_what_cannot_be_added_leaves_what_there_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ledger = opened(tmp_path)
    ledger.write("gen-1", RECORDS, is_all=True)

    def refuse(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", refuse)
        with pytest.raises(OSError, match="No space"):
            ledger.write("gen-2", {"1.md": None}, is_all=False)
    ledger.read()
    assert state(ledger) == state(opened(tmp_path)) == ("gen-1", RECORDS)


def test_a_ledger_that_others_may_write_is_not_believed(tmp_path: Path) -> None:
    opened(tmp_path).write("gen-1", RECORDS, is_all=True)
    assert (tmp_path / "ledger").stat().st_mode & 0o777 == 0o600
    (tmp_path / "ledger").chmod(0o666)
    assert opened(tmp_path).records == {}


def test_a_ledger_that_rots_beneath_a_publisher_is_written_anew_from_what_it_remembers(
    make_newsroom: MakeNewsroom,
) -> None:
    newsroom = make_newsroom({"a.md": release(), "later.md": release(embargo="2030-01-01")})
    path = newsroom.settings.index / "ledger"
    whole, status = path.read_bytes(), path.stat()
    path.write_bytes(whole.replace(b"embargoed", b"xmbargoed"))
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    until(lambda: not newsroom.index.verify())
    newsroom.publish()
    assert opened(newsroom.settings.index).records.keys() == {"a.md", "later.md"}
