"""A publisher that stays looks at what has changed and no more, and finds what a look at all would have found."""

from __future__ import annotations

import gc
import os
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from feedsrv.errors import RemovalRefused
from feedsrv.files.settling import Unsettled
from feedsrv.publishing import Memory, Summary, publish
from feedsrv.publishing.rounds import Round
from feedsrv.reading import Status
from feedsrv.search.whoosh.index import WhooshIndex
from tests.conftest import NOW, MakeNewsroom, release
from tests.test_histories import facts, found_in_a_round, generation


class Looks:
    """The files of a folder that are opened, and the folders that are listed."""

    def __init__(self, folder: Path, patch: pytest.MonkeyPatch) -> None:
        self.opened: list[str] = []
        self.listed: list[str] = []
        self._folder = folder
        for name, kept in (("open", self.opened), ("scandir", self.listed)):
            patch.setattr(os, name, self._counting(getattr(os, name), kept))

    def _counting(self, call: Callable[..., object], kept: list[str]) -> Callable[..., object]:
        def counted(path: str | Path | int, *others: object, **named: object) -> object:
            if not isinstance(path, int) and Path(path).is_relative_to(self._folder):
                kept.append(Path(path).relative_to(self._folder).as_posix())
            return call(path, *others, **named)

        return counted


FILES: dict[str, str | bytes] = {
    **{f"n/{number}.md": release(str(number)) for number in range(60)},
    **{f"bundles/{number}/index.md": release(str(number), body="![m](m.png)") for number in range(20)},
    **{f"bundles/{number}/m.png": bytes([number]) for number in range(20)},
    "n/1.pdf": b"%PDF-",
    "n/3.yaml": "summary: Some of it.\n",
    "later.md": release(embargo="2026-11-01 13:00 UTC"),
}
CHANGES: dict[str, tuple[dict[str, str | bytes], set[str]]] = {
    "a text": ({"n/1.md": release("Other")}, {"n/1.md", "n/1.pdf"}),
    "a new text": ({"n/new.md": release("New")}, {"n/new.md"}),
    "an attachment": ({"n/1.pdf": b"%PDF-2"}, {"n/1.md", "n/1.pdf"}),
    "a side-car file": ({"n/3.yaml": "summary: All of it.\n"}, {"n/3.md", "n/3.yaml"}),
    "a picture in a bundle": ({"bundles/3/m.png": b"other"}, {"bundles/3/index.md", "bundles/3/m.png"}),
    "a new file in a bundle": (
        {"bundles/3/n.pdf": b"new"},
        {f"bundles/3/{name}" for name in ("index.md", "m.png", "n.pdf")},
    ),
    "a new bundle": (
        {"bundles/new/index.md": release("New"), "bundles/new/a.png": b"a"},
        {"bundles/new/index.md", "bundles/new/a.png"},
    ),
    "nothing": ({}, set()),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_costs_what_it_has_to_do_with_and_not_what_there_is(
    make_newsroom: MakeNewsroom, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    newsroom, memory = make_newsroom(FILES), Memory()
    publish(newsroom.catalogue, newsroom.index, newsroom.now, memory=memory)
    files, expected = CHANGES[change]
    newsroom.write(files)
    with monkeypatch.context() as patch:
        looks = Looks(newsroom.releases, patch)
        summary = publish(newsroom.catalogue, newsroom.index, newsroom.now, only=files.keys(), memory=memory)
    assert {*looks.opened} - {"newsroom.toml"} == expected
    assert len(looks.listed) <= 4, "those that it lies in, and a new one"
    assert summary.added + summary.changed == bool(files)


def test_whose_time_has_come_is_read_and_nothing_else(
    make_newsroom: MakeNewsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    newsroom, memory = make_newsroom(FILES), Memory()
    summary = publish(newsroom.catalogue, newsroom.index, newsroom.now, memory=memory)
    assert summary.true_until == NOW + timedelta(hours=1)
    newsroom.now = summary.true_until
    with monkeypatch.context() as patch:
        looks = Looks(newsroom.releases, patch)
        summary = publish(newsroom.catalogue, newsroom.index, newsroom.now, only=frozenset(), memory=memory)
    assert (summary.added, summary.true_until) == (1, None)
    assert {*looks.opened} - {"newsroom.toml"} == {"later.md"}


def test_one_whose_time_comes_while_it_is_written_comes_when_it_has_settled(make_newsroom: MakeNewsroom) -> None:
    newsroom, memory = make_newsroom(FILES), Memory()
    publish(newsroom.catalogue, newsroom.index, newsroom.now, memory=memory)
    newsroom.now += timedelta(hours=1)
    for unsettled, added in ((Unsettled(frozenset({"later.md"})), 0), (Unsettled(), 1), (Unsettled(), 0)):
        found = publish(
            newsroom.catalogue, newsroom.index, newsroom.now, only=frozenset(), unsettled=unsettled, memory=memory
        )
        assert found.added == added


DOUBTS = ("somebody else", "a clock that was set back", "a folder's index", "another newsroom", "nothing is remembered")


@pytest.mark.parametrize("doubt", DOUBTS)
def test_where_it_is_in_doubt_what_changed_everything_is_looked_at(make_newsroom: MakeNewsroom, doubt: str) -> None:
    newsroom, memory = make_newsroom({**FILES, "bundles/3/plan.pdf": b"plan"}), Memory()
    publish(newsroom.catalogue, newsroom.index, newsroom.now, memory=memory)
    standing, told = memory.standing, {"bundles/3/other.md"}
    if doubt == "somebody else":
        newsroom.write({"n/2.md": release("Other")})
        publish(newsroom.catalogue, WhooshIndex(newsroom.settings.index), newsroom.now)
    elif doubt == "a clock that was set back":
        newsroom.now -= timedelta(minutes=1)
    elif doubt == "a folder's index":
        newsroom.write({"n/_index.md": "---\ncascade:\n  draft: true\n---\n"})
        told |= {"n/_index.md"}
    elif doubt == "another newsroom":
        newsroom.write({"newsroom.toml": 'title = "Other"'})
        told |= {"newsroom.toml"}
    else:
        memory = Memory()
    newsroom.write({"bundles/3/other.md": release("Other")})  # so that it is no bundle any more
    summary = publish(newsroom.catalogue, newsroom.index, newsroom.now, force=True, only=told, memory=memory)
    assert memory.standing is not standing
    anew = WhooshIndex(newsroom.root / "anew")
    expected = publish(newsroom.catalogue, anew, newsroom.now, force=True)
    assert facts(summary) == facts(expected)
    assert generation(newsroom.index) == generation(anew)


@pytest.mark.parametrize("told", ["n/1.md", "n", "."])
def test_one_that_was_looked_for_before_somebody_told_that_it_is_gone_goes_when_that_is_told(
    make_newsroom: MakeNewsroom, told: str
) -> None:
    newsroom, memory = make_newsroom({"n/1.md": release(expires="2026-11-02"), "2.md": release()}), Memory()
    publish(newsroom.catalogue, newsroom.index, newsroom.now, memory=memory)
    newsroom.remove("n/1.md")
    newsroom.now += timedelta(days=2)
    for only, sources in ((set[str](), {"n/1.md", "2.md"}), ({told}, {"2.md"})):
        summary = publish(newsroom.catalogue, newsroom.index, newsroom.now, only=only, memory=memory)
        assert summary.records.keys() == sources


def test_a_run_that_failed_is_not_built_on(make_newsroom: MakeNewsroom) -> None:
    newsroom, memory = make_newsroom({f"{number}.md": release() for number in range(3)}), Memory()
    publish(newsroom.catalogue, newsroom.index, newsroom.now, memory=memory)
    newsroom.remove(*(f"{number}.md" for number in range(3)))
    told = frozenset(f"{number}.md" for number in range(3))
    with pytest.raises(RemovalRefused):
        publish(newsroom.catalogue, newsroom.index, newsroom.now, only=told, memory=memory)
    assert memory.standing is None
    summary = publish(newsroom.catalogue, newsroom.index, newsroom.now, only=told, force=True, memory=memory)
    assert summary.removed == 3


@pytest.mark.parametrize("count", [5, 1_100])
@pytest.mark.parametrize(
    ("come", "text"),
    [
        ("n/a.yaml", "draft: true\n"),
        ("n/a.11tydata.json", '{"draft": true}'),
        ("n/_index.md", "---\ndraft: true\n---\n"),
    ],
)
def test_nothing_is_read_without_what_has_just_come_beside_it_and_was_not_told_of(
    make_newsroom: MakeNewsroom, come: str, text: str, count: int
) -> None:
    newsroom, memory = make_newsroom({"n/old.md": release()}), Memory()
    newsroom.write({f"n/{number}.txt.bak": "" for number in range(count)})
    publish(newsroom.catalogue, newsroom.index, newsroom.now, memory=memory)
    newsroom.write({"n/a.md": release("A"), come: text})
    summary = publish(newsroom.catalogue, newsroom.index, newsroom.now, only={"n/a.md"}, force=True, memory=memory)
    assert summary.records["n/a.md"].status is Status.DRAFT


def test_a_file_that_went_while_something_else_was_published_is_gone_once_that_is_told(
    make_newsroom: MakeNewsroom,
) -> None:
    newsroom, memory = make_newsroom(FILES), Memory()

    def run(told: set[str] | None, *writing: str) -> Summary:
        return publish(
            newsroom.catalogue,
            newsroom.index,
            newsroom.now,
            only=told,
            unsettled=Unsettled(frozenset(writing)),
            memory=memory,
        )

    run(None)
    (newsroom.releases / "later.md").rename(newsroom.releases / "other.md")
    (newsroom.releases / "n/2.md").rename(newsroom.releases / "n/new.md")
    newsroom.write({"other.md": release("Written to"), "n/new.md": release("Written to")})
    newsroom.now += timedelta(hours=1)
    names = ("later.md", "other.md", "n/2.md", "n/new.md")
    assert "later.md" in run(set(), *names).records
    summary = run({*names})
    assert {*names} & {*summary.records} == {"other.md", "n/new.md"}
    assert (summary.added, summary.removed) == (2, 1)


def test_a_file_that_went_while_all_was_looked_at_is_gone_once_that_is_told(make_newsroom: MakeNewsroom) -> None:
    newsroom, memory = make_newsroom(FILES), Memory()
    publish(newsroom.catalogue, newsroom.index, newsroom.now)
    newsroom.remove("n/2.md")
    for told, writing, is_there in ((None, {"n/2.md"}, True), ({"n/2.md"}, set[str](), False)):
        unsettled = Unsettled(frozenset(writing))
        summary = publish(
            newsroom.catalogue, newsroom.index, newsroom.now, only=told, unsettled=unsettled, memory=memory
        )
        assert ("n/2.md" in summary.records) == is_there


UNTOLD: dict[str, tuple[dict[str, str | bytes], set[str]]] = {
    "nothing": ({}, set()),
    "a text": ({"n/1.md": release("Other")}, {"n/1.md"}),
    "an attachment": ({"n/1.pdf": b"%PDF-2"}, {"n/1.md"}),
    "a side-car file": ({"n/3.yaml": "summary: All of it.\n"}, {"n/3.md"}),
    "a new side-car file": ({"n/4.yaml": "summary: All of it.\n"}, {"n/4.yaml"}),
    "a picture in a bundle": ({"bundles/3/m.png": b"other"}, {"bundles/3/index.md"}),
    "a new text": ({"new.md": release("New")}, {"new.md"}),
    "a file that has gone": ({"n/5.md": b""}, {"n/5.md"}),
}


@pytest.mark.parametrize("change", UNTOLD)
def test_a_round_finds_what_nobody_told_of(make_newsroom: MakeNewsroom, change: str) -> None:
    newsroom, memory = make_newsroom(FILES), Memory()
    publish(newsroom.catalogue, newsroom.index, newsroom.now, memory=memory)
    files, expected = UNTOLD[change]
    newsroom.write(files)
    newsroom.remove(*(path for path, said in files.items() if said == b""))
    assert memory.standing
    assert found_in_a_round(newsroom, memory.standing) == expected
    publish(newsroom.catalogue, newsroom.index, newsroom.now, only=expected, memory=memory)
    assert found_in_a_round(newsroom, memory.standing) == set()


def test_a_round_is_made_in_portions_and_what_comes_meanwhile_is_published_at_once(make_newsroom: MakeNewsroom) -> None:
    newsroom, memory = make_newsroom(FILES), Memory()
    publish(newsroom.catalogue, newsroom.index, newsroom.now, memory=memory)
    assert memory.standing
    newsroom.write({"n/1.md": release("Other")})
    made, portions = Round(newsroom.catalogue, memory.standing, newsroom.catalogue.contents(), 0.0), 0
    while made.go_on(memory.standing, newsroom.now):
        portions += 1
        newsroom.write({f"come-{portions}.md": release(str(portions))})
        told = {f"come-{portions}.md"}
        summary = publish(newsroom.catalogue, newsroom.index, newsroom.now, only=told, memory=memory)
        assert summary.added == 1
    assert portions
    assert made.found == {"n/1.md"}


def test_who_begins_anew_goes_on_from_what_is_remembered_and_reads_what_has_come(
    make_newsroom: MakeNewsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    newsroom = make_newsroom(FILES)
    publish(newsroom.catalogue, newsroom.index, newsroom.now)
    newsroom.write({"new.md": release("New"), "n/1.md": release("Other")})
    newsroom.remove("n/2.md")
    newsroom.now += timedelta(hours=1)
    memory = Memory(recalls=True)
    with monkeypatch.context() as patch:
        looks = Looks(newsroom.releases, patch)
        summary = publish(newsroom.catalogue, newsroom.index, newsroom.now, only=frozenset(), memory=memory)
    assert {*looks.opened} - {"newsroom.toml"} == {"new.md", "later.md"}
    assert (summary.added, summary.changed, summary.removed) == (2, 0, 1)
    assert memory.standing
    found = found_in_a_round(newsroom, memory.standing)
    assert found == {"n/1.md"}
    summary = publish(newsroom.catalogue, newsroom.index, newsroom.now, only=frozenset(found), memory=memory)
    expected = publish(newsroom.catalogue, WhooshIndex(newsroom.root / "anew"), newsroom.now)
    assert facts(summary) == facts(expected)


def test_who_begins_anew_reads_all_that_other_readers_have_read(
    make_newsroom: MakeNewsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    newsroom, memory = make_newsroom(FILES), Memory(recalls=True)
    publish(newsroom.catalogue, newsroom.index, newsroom.now)
    monkeypatch.setattr("feedsrv.readers.READER_VERSION", "another")
    with monkeypatch.context() as patch:
        looks = Looks(newsroom.releases, patch)
        publish(newsroom.catalogue, newsroom.index, newsroom.now, only=frozenset(), memory=memory)
    assert {path for path in FILES if path.endswith(".md")} <= {*looks.opened}


def test_a_folder_that_lost_most_of_its_files_is_not_believed_by_who_begins_anew(make_newsroom: MakeNewsroom) -> None:
    newsroom, memory = make_newsroom({f"{number}.md": release() for number in range(12)}), Memory(recalls=True)
    publish(newsroom.catalogue, newsroom.index, newsroom.now)
    newsroom.remove(*(f"{number}.md" for number in range(7)))
    with pytest.raises(RemovalRefused):
        publish(newsroom.catalogue, newsroom.index, newsroom.now, only=frozenset(), memory=memory)
    assert memory.standing is None


@pytest.mark.usefixtures("no_garbage")
def test_what_a_publication_has_looked_at_goes_with_it(make_newsroom: MakeNewsroom) -> None:
    """For the garbage collector seldom comes to a process that has very much in memory."""
    newsroom, memory = make_newsroom(FILES), Memory()
    publish(newsroom.catalogue, newsroom.index, newsroom.now, memory=memory)
    for files, _ in CHANGES.values():
        newsroom.write(files)
        publish(newsroom.catalogue, newsroom.index, newsroom.now, only=files.keys(), memory=memory)
        gc.collect()
        assert [each for each in gc.garbage if type(each).__module__.startswith("feedsrv")] == []


@pytest.fixture
def no_garbage() -> Iterator[None]:
    """The garbage collector comes when it is called, and keeps what it finds; what others left is gone before."""
    gc.disable()
    gc.collect()
    gc.set_debug(gc.DEBUG_SAVEALL)
    yield
    gc.set_debug(0)
    gc.enable()
    del gc.garbage[:]
