"""No way to an empty newsroom: most of what was last published does not go unless somebody says so."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from feedsrv.errors import FilesUnsettled, RemovalRefused
from feedsrv.files.settling import Unsettled
from feedsrv.publishing import publish
from feedsrv.search.whoosh.index import WhooshIndex
from tests.conftest import MakeNewsroom, Newsroom, release

Fault = Callable[[Newsroom], object]


def vanish(newsroom: Newsroom) -> None:
    for path in newsroom.releases.glob("*.md"):
        path.unlink()


def cut_short(newsroom: Newsroom) -> None:
    for path in newsroom.releases.glob("*.md"):
        path.write_bytes(b"")


def cut_in_the_front_matter(newsroom: Newsroom) -> None:
    for path in newsroom.releases.glob("*.md"):
        path.write_bytes(path.read_bytes()[:10])


def zeroed(newsroom: Newsroom) -> None:
    for path in newsroom.releases.glob("*.md"):
        path.write_bytes(bytes(path.stat().st_size))


def clock_at_1970(newsroom: Newsroom) -> None:
    newsroom.now = datetime(1970, 1, 1, tzinfo=UTC)


FAULTS: dict[str, Fault] = {
    "vanished": vanish,
    "cut short": cut_short,
    "cut in the front matter": cut_in_the_front_matter,
    "zeroed": zeroed,
    "clock at 1970": clock_at_1970,
}


def nothing_else(newsroom: Newsroom) -> None:
    pass


def another_engine(newsroom: Newsroom) -> None:
    edit(generation(newsroom) / "manifest.json", lambda text: text.replace(b"schema", b"older schema"))


def damaged_segments(newsroom: Newsroom) -> None:
    for path in (generation(newsroom) / "segments").iterdir():
        edit(path, lambda data: data[: len(data) // 2])


def no_generations(newsroom: Newsroom) -> None:
    shutil.rmtree(generation(newsroom))
    (newsroom.settings.index / "current").unlink()


def ledger_lost(newsroom: Newsroom) -> None:
    (newsroom.settings.index / "ledger").write_bytes(b"\0\0")


def all_lost_but_the_count(newsroom: Newsroom) -> None:
    no_generations(newsroom)
    ledger_lost(newsroom)


STATES: dict[str, Fault] = {
    "sound": nothing_else,
    "of another version": another_engine,
    "damaged": damaged_segments,
    "generations lost": no_generations,
    "ledger lost": ledger_lost,
    "all lost but the count": all_lost_but_the_count,
}


def generation(newsroom: Newsroom) -> Path:
    return newsroom.settings.index / (newsroom.settings.index / "current").readlink()


def edit(path: Path, change: Callable[[bytes], bytes]) -> None:
    """Into another inode: open generations stay as they are."""
    data = change(path.read_bytes())
    path.unlink()
    path.write_bytes(data)


def ids(newsroom: Newsroom) -> int:
    return len(newsroom.ids())


@pytest.mark.parametrize("count", [1, 14])
@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("fault", FAULTS)
def test_whatever_became_of_the_index_most_does_not_go(
    make_newsroom: MakeNewsroom, fault: str, state: str, count: int
) -> None:
    newsroom = make_newsroom({f"{number}.md": release(f"Title {number}") for number in range(count)})
    STATES[state](newsroom)
    FAULTS[fault](newsroom)
    newsroom.index = WhooshIndex(newsroom.settings.index)
    for rebuild in (False, True):
        with pytest.raises(RemovalRefused, match=f"^{count} of {count} .* nothing was changed: .* --force$") as refusal:
            newsroom.publish(rebuild=rebuild)
        assert "\n" not in str(refusal.value)
    newsroom.publish(force=True)
    assert ids(newsroom) == 0


@pytest.mark.parametrize("count", [1, 10, 14])
@pytest.mark.parametrize("holding", [{"draft": "true"}, {"embargo": "2099-01-01"}, {"expires": "2026-02-01"}])
def test_whoever_edits_files_to_hold_them_is_obeyed_however_many(
    make_newsroom: MakeNewsroom, holding: dict[str, str], count: int
) -> None:
    newsroom = make_newsroom({f"{number}.md": release() for number in range(count)})
    newsroom.publish({f"{number}.md": release(**holding) for number in range(count)})
    assert ids(newsroom) == 0


@pytest.mark.parametrize("count", [1, 14])
def test_settings_and_the_hour_hold_as_many_as_they_say(make_newsroom: MakeNewsroom, count: int) -> None:
    newsroom = make_newsroom({f"d/{number}.md": release() for number in range(count)})
    newsroom.publish({"d/_index.md": "---\ncascade:\n  draft: true\n---\n"})
    assert ids(newsroom) == 0
    newsroom = make_newsroom({f"{number}.md": release(expires="2026-12-01") for number in range(count)})
    newsroom.now += timedelta(days=60)
    newsroom.publish()
    assert ids(newsroom) == 0


@pytest.mark.parametrize("count", [1, 14])
def test_what_a_clock_released_too_early_is_held_again(make_newsroom: MakeNewsroom, count: int) -> None:
    at = datetime(2026, 11, 1, 12, 30, tzinfo=UTC)
    files = {f"{number}.md": release(embargo="2026-11-01 12:30 UTC") for number in range(count)}
    newsroom = make_newsroom(files, now=at + timedelta(minutes=30))
    assert ids(newsroom) == count
    newsroom.now = at - timedelta(minutes=30)
    newsroom.publish()
    assert ids(newsroom) == 0


@pytest.mark.parametrize("count", [1, 2, 10, 11, 14])
def test_less_than_most_goes_without_a_word(make_newsroom: MakeNewsroom, count: int) -> None:
    files = {f"{number}.md": release(f"Title {number}") for number in range(count)}
    newsroom = make_newsroom(files)
    going = count - 1 if count <= 10 else count // 2
    newsroom.remove(*list(files)[:going])
    newsroom.publish()
    assert ids(newsroom) == count - going


def test_a_few_may_be_replaced_by_others_and_renamed(make_newsroom: MakeNewsroom) -> None:
    newsroom = make_newsroom({"sample.md": release("A sample")})
    newsroom.remove("sample.md")
    newsroom.publish({"ours.md": release("Ours")})
    newsroom.remove("ours.md")
    newsroom.publish({"renamed.md": release("Ours")})
    assert ids(newsroom) == 1


def test_an_emptied_index_has_forgotten(make_newsroom: MakeNewsroom) -> None:
    newsroom = make_newsroom({f"{number}.md": release() for number in range(14)})
    shutil.rmtree(newsroom.settings.index)
    vanish(newsroom)
    newsroom.index = WhooshIndex(newsroom.settings.index)
    newsroom.publish()
    assert ids(newsroom) == 0


class TestAnIndexThatIsToBeMadeAnewWhileFilesAreWritten:
    """What is being written costs itself only, and most of the newsroom does not go for a second."""

    def newsroom(self, make_newsroom: MakeNewsroom, count: int) -> Newsroom:
        newsroom = make_newsroom({f"{number}.md": release(f"Title {number}") for number in range(count)})
        damaged_segments(newsroom)
        newsroom.index = WhooshIndex(newsroom.settings.index)
        return newsroom

    def publish(self, newsroom: Newsroom, *unsettled: str, growing: frozenset[str] = frozenset()) -> None:
        paths = frozenset(unsettled) | growing
        publish(newsroom.catalogue, newsroom.index, newsroom.now, unsettled=Unsettled(paths, growing))

    @pytest.mark.parametrize("count", [1, 12])
    def test_what_is_as_it_was_published_is_not_waited_for(self, make_newsroom: MakeNewsroom, count: int) -> None:
        newsroom = self.newsroom(make_newsroom, count)
        self.publish(newsroom, *(f"{number}.md" for number in range(count)))
        assert ids(newsroom) == count

    def test_what_is_another_is_left_out_until_it_has_settled(self, make_newsroom: MakeNewsroom) -> None:
        newsroom = self.newsroom(make_newsroom, 12)
        newsroom.write({"1.md": release("Half")[:30], "2.md": "grows"})
        self.publish(newsroom, "1.md", growing=frozenset({"2.md"}))
        assert ids(newsroom) == 10
        newsroom.publish({"1.md": release("Whole")})
        assert newsroom.snapshot().get("1").title == "Whole"

    @pytest.mark.parametrize("count", [1, 12])
    def test_where_that_is_most_it_is_waited_for(self, make_newsroom: MakeNewsroom, count: int) -> None:
        newsroom = self.newsroom(make_newsroom, count)
        newsroom.write({f"{number}.md": "half" for number in range(count)})
        with pytest.raises(FilesUnsettled):
            self.publish(newsroom, *(f"{number}.md" for number in range(count)))
