"""What nobody sees any more goes from the cluster, and from the folder of files beside it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

import pytest

from feedsrv.appearance import Asset
from feedsrv.files.original import Original
from feedsrv.newsroom import Newsroom
from feedsrv.release import Attachment
from feedsrv.search.opensearch import index as engine
from feedsrv.search.opensearch import state, sweeping
from feedsrv.search.opensearch.index import OpenSearchIndex
from feedsrv.search.opensearch.state import State
from tests.engines import access, clear, stored
from tests.test_search_contract import a_release, ask, publish

PREFIX = "test-sweeping"


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[OpenSearchIndex]:
    monkeypatch.setattr(sweeping, "COPIED_LATELY", timedelta(0))
    monkeypatch.setattr(state, "LEASE", timedelta(0))
    yield OpenSearchIndex(access(), PREFIX, tmp_path / "index", tmp_path / "files")
    clear(PREFIX)


def content(folder: Path, data: bytes) -> tuple[str, dict[str, Original]]:
    """The digest of a file, and where it lies."""
    digest = sha256(data).hexdigest()
    (folder / digest[:8]).write_bytes(data)
    return digest, {digest: Original(folder / digest[:8])}


def publish_asset(index: OpenSearchIndex, folder: Path, data: bytes) -> str:
    """Let this be the logo; its digest."""
    digest, found = content(folder, data)
    with index.update() as update:
        update.set_newsroom(replace(Newsroom(), assets={"logo": Asset("logo.png", "image/png", 1, digest)}), found)
        update.finish({}, None)
    return digest


def test_a_former_asset_goes_after_those_who_may_still_ask_for_it(index: OpenSearchIndex, tmp_path: Path) -> None:
    first, second = publish_asset(index, tmp_path, b"a logo"), publish_asset(index, tmp_path, b"another")
    assert {path.name for path in (tmp_path / "files").iterdir()} == {first, second}
    third = publish_asset(index, tmp_path, b"a third")
    assert {path.name for path in (tmp_path / "files").iterdir()} == {second, third}
    with index.update() as update:
        update.put(a_release("a"), {})
        update.finish({}, None)
    assert [path.name for path in (tmp_path / "files").iterdir()] == [third]


def test_what_an_attempt_has_copied_that_published_nothing_goes_and_what_is_not_ours_stays(
    index: OpenSearchIndex, tmp_path: Path
) -> None:
    digest, found = content(tmp_path, b"plan")
    attachment = Attachment("plan.pdf", "application/pdf", 4, digest)
    with index.update() as update:
        update.put(a_release("a", attachments=(attachment,)), found)
        update.finish({}, None)
    other, copied = content(tmp_path, b"another plan")
    with index.update() as update:  # without a conclusion
        update.put(a_release("b", attachments=(replace(attachment, digest=other),)), copied)
    beside = tmp_path / "files" / "readme.txt"
    beside.write_text("Files of releases.")
    (tmp_path / "files" / f"{other}.copy").write_text("half")
    assert (tmp_path / "files" / other).exists()
    publish(index, a_release("c"))
    assert {path.name for path in (tmp_path / "files").iterdir()} == {digest, "readme.txt"}


def test_of_numbers_that_published_nothing_only_so_many_are_kept(
    index: OpenSearchIndex, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "MOST_ABANDONED", 2)
    publish(index, a_release("a"), a_release("b"))
    for number in range(5):
        with index.update() as update:  # without a conclusion
            update.put(a_release(f"secret-{number}"), {})
            update.remove("a.md" if number % 2 else "b.md")
            assert len(dict(update.staged())) == 2
    current = State(stored(PREFIX).cluster, f"{PREFIX}-state")
    before = current.read().abandoned
    assert len(before) == 5
    publish(index, a_release("c"))
    assert current.read().abandoned == before[-2:]
    assert sorted(ask(index)) == ["a", "b", "c"]
    another = OpenSearchIndex(access(), PREFIX, tmp_path / "another")
    assert sorted(ask(another)) == ["a", "b", "c"]
    publish(index, removed=("a.md",))
    assert sorted(ask(index)) == sorted(ask(another)) == ["b", "c"]
