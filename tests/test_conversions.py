"""A document is converted while all else goes on: it delays itself, and nothing else."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from feedsrv.files.conversions import Conversions
from feedsrv.publishing import Summary, publish, tasks
from feedsrv.readers.formats import documents
from tests.conftest import MakeNewsroom, Newsroom, release
from tests.running import Running, running, until
from tests.test_documents import pdf

NEVER = Conversions(0)


@pytest.fixture
def conversions() -> Iterator[Conversions]:
    with Conversions(2) as conversions:
        yield conversions


@pytest.fixture(autouse=True)
def _nothing_is_converted_yet() -> None:
    documents.CONVERTED.clear()


def letter(title: str, text: str = "Some words.") -> bytes:
    return pdf((title, "", "January 15, 2026", "", text))


def put(newsroom: Newsroom, conversions: Conversions, *told: str) -> Summary:
    catalogue = replace(newsroom.catalogue, convert=conversions)
    return publish(catalogue, newsroom.index, newsroom.now, only=frozenset(told) if told else None)


def put_all(newsroom: Newsroom, conversions: Conversions) -> None:
    """Publish until nothing is converted any more."""
    until(lambda: (told := conversions.ended()) and put(newsroom, conversions, *told) and not conversions.pending)


class TestWhoIsConverted:
    def test_a_new_one_is_not_there_yet_and_all_else_is(
        self, make_newsroom: MakeNewsroom, conversions: Conversions
    ) -> None:
        newsroom = make_newsroom({"first.md": release("First")})
        newsroom.write({"letter.pdf": letter("A letter"), "second.md": release("Second")})
        put(newsroom, conversions)
        assert newsroom.ids() == ["first", "second"]
        put_all(newsroom, conversions)
        assert newsroom.ids() == ["first", "letter", "second"]

    def test_a_public_one_stays_what_it_was_until_its_correction_is_read(
        self, make_newsroom: MakeNewsroom, conversions: Conversions
    ) -> None:
        newsroom = make_newsroom({"letter.pdf": letter("A letter")})
        newsroom.write({"letter.pdf": letter("A correction"), "letter.yaml": "topics: ports\n"})
        put(newsroom, conversions)
        assert newsroom.snapshot().get("letter").title == "A letter"
        put_all(newsroom, conversions)
        assert newsroom.snapshot().get("letter").title == "A correction"

    @pytest.mark.parametrize(
        "beside",
        ["draft: true", "embargo: 2099-01-01", "embargo: soon", "withdrawn: 2026-01-20", "expires: 2026-01-16"],
    )
    def test_a_public_one_goes_at_once_if_a_file_beside_it_says_so(
        self, make_newsroom: MakeNewsroom, beside: str
    ) -> None:
        newsroom = make_newsroom({"letter.pdf": letter("A letter"), "other.md": release("Other")})
        documents.CONVERTED.clear()
        newsroom.write({"letter.pdf": letter("A correction"), "letter.yaml": f"{beside}\n"})
        put(newsroom, NEVER)
        assert newsroom.ids() == ["other"]

    @pytest.mark.parametrize("end", ["expires", "withdrawn"])
    def test_a_public_one_goes_on_its_minute(self, make_newsroom: MakeNewsroom, end: str) -> None:
        stated = {"letter.yaml": f"{end}: 2026-03-01 10:00\n", "other.md": release("Other")}
        newsroom = make_newsroom({"letter.pdf": letter("A letter"), **stated}, now=datetime(2026, 2, 1, tzinfo=UTC))
        assert newsroom.ids() == ["letter", "other"]
        documents.CONVERTED.clear()
        newsroom.now = datetime(2026, 3, 1, 10, 0, tzinfo=UTC)
        put(newsroom, NEVER, "other.md")
        assert newsroom.ids() == ["other"]

    def test_what_stands_above_its_text_counts(self, make_newsroom: MakeNewsroom) -> None:
        newsroom = make_newsroom({"a.rst": release("A"), "other.md": release("Other")})
        documents.CONVERTED.clear()
        newsroom.write({"a.rst": release("A", draft="true")})
        put(newsroom, NEVER)
        assert newsroom.ids() == ["other"]

    def test_an_embargo_that_ends_meanwhile_waits_for_the_correction(
        self, make_newsroom: MakeNewsroom, conversions: Conversions
    ) -> None:
        newsroom = make_newsroom({"letter.pdf": letter("A letter"), "letter.yaml": "embargo: 2026-12-01 10:00\n"})
        newsroom.write({"letter.pdf": letter("A correction", "Embargoed until 2 December 2026, 10:00")})
        newsroom.now = datetime(2026, 12, 1, 12, tzinfo=UTC)
        put(newsroom, conversions)
        assert newsroom.ids() == []
        put_all(newsroom, conversions)
        assert newsroom.ids() == []

    def test_one_of_which_nothing_older_is_left_is_waited_for(self, make_newsroom: MakeNewsroom) -> None:
        newsroom = make_newsroom({"letter.pdf": letter("A letter"), "other.md": release("Other")})
        documents.CONVERTED.clear()
        newsroom.write({"new.pdf": letter("Another letter")})
        publish(replace(newsroom.catalogue, convert=NEVER), newsroom.index, newsroom.now, rebuild=True)
        assert newsroom.ids() == ["letter", "other"]

    def test_all_of_a_folder_waits_whose_kind_depends_on_it(
        self, make_newsroom: MakeNewsroom, conversions: Conversions
    ) -> None:
        newsroom = make_newsroom({"a/index.md": release("A"), "a/b.md": "# B\n\nSome words.\n"})
        assert newsroom.ids() == ["a"]
        newsroom.write({"a/letter.pdf": letter("A letter"), "a/index.md": release("C", body="[b](b.md)")})
        put(newsroom, conversions)
        assert newsroom.ids() == ["a"]
        assert newsroom.snapshot().get("a").title == "A"
        put_all(newsroom, conversions)
        assert newsroom.ids() == ["a", "b", "letter"]

    def test_one_that_is_renamed_stays_under_its_old_name_until_then(
        self, make_newsroom: MakeNewsroom, conversions: Conversions
    ) -> None:
        newsroom = make_newsroom({"letter.pdf": letter("A letter"), "other.md": release("Other")})
        documents.CONVERTED.clear()
        (newsroom.releases / "letter.pdf").rename(newsroom.releases / "invitation.pdf")
        put(newsroom, conversions)
        assert newsroom.ids() == ["letter", "other"]
        put_all(newsroom, conversions)
        assert newsroom.ids() == ["invitation", "other"]

    def test_each_has_its_turn_and_is_converted_once(
        self, make_newsroom: MakeNewsroom, conversions: Conversions, converted: list[bytes]
    ) -> None:
        letters = {f"l{number}.pdf": letter(f"Letter {number}") for number in range(5)}
        newsroom = make_newsroom({"other.md": release("Other")})
        newsroom.write({**letters, "broken.docx": b"no document"})
        put(newsroom, conversions)
        put_all(newsroom, conversions)
        assert newsroom.ids() == ["l0", "l1", "l2", "l3", "l4", "other"]
        assert sorted(converted) == sorted([*letters.values(), b"no document"])

    def test_other_processes_that_read_leave_it_to_this_one(
        self, make_newsroom: MakeNewsroom, conversions: Conversions, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(tasks, "FEW", 2)
        newsroom = make_newsroom()
        newsroom.write({f"t{number}.rst": release(f"T {number}") for number in range(3)})
        newsroom.write({f"s{number}.md": release(f"S {number}") for number in range(5)})
        put(newsroom, conversions)
        assert newsroom.ids() == [f"s{number}" for number in range(5)]
        put_all(newsroom, conversions)
        assert len(newsroom.ids()) == 8


def children(newsroom: Running) -> list[int]:
    """The processes of a running newsroom that convert a document."""
    found = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                is_converting = b"feedsrv.converting" in folder.joinpath("cmdline").read_bytes()
                if is_converting and os.getsid(int(folder.name)) == newsroom.process.pid:
                    found.append(int(folder.name))
            except OSError:
                continue
    return found


def test_while_a_document_is_converted_embargoes_end_and_releases_come_and_go(tmp_path: Path) -> None:
    releases = tmp_path / "releases"
    releases.mkdir()
    letters = releases / "letters"
    letters.mkdir()
    opens = datetime.now(UTC) + timedelta(seconds=12)
    (releases / "embargoed.md").write_text(release("Embargoed", embargo=f"{opens:%Y-%m-%d %H:%M:%S} UTC"))
    (releases / "public.md").write_text(release("Public"))
    slow = pdf(*[tuple(f"Line {line} of page {page}." for line in range(50)) for page in range(100)])
    (letters / "slow.pdf").write_bytes(slow)
    with running(releases, tmp_path / "index") as newsroom:

        def status(name: str) -> int:
            return newsroom.get(f"/releases/{name}")[0]

        until(lambda: children(newsroom))
        for child in children(newsroom):
            os.kill(child, signal.SIGSTOP)  # so it is as slow as this test wants it to be
        assert status("public") == 200
        (releases / "public.md").write_text(release("Public", withdrawn="2026-01-16"))
        (releases / "new.md").write_text(release("New"))
        until(lambda: (status("public"), status("new"), status("embargoed"), status("slow")) == (410, 200, 200, 404))
        for child in children(newsroom):
            os.kill(child, signal.SIGCONT)
        until(lambda: status("slow") == 200)
