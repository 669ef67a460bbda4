"""Subscribers: feed readers of others, each subscribed to a running newsroom while its releases live their lives."""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.conftest import Files, release
from tests.feed_readers import READERS, ArchiveFollower, FeedReader, Shown
from tests.running import Running, running, until

pytestmark = pytest.mark.slow

TAG = "tag:dunmore.example,2020-05-01:"
Subscription = tuple[str, str]
"""A feed reader, and the format that it reads."""

FOLLOWER = "a follower of archives"
SUBSCRIPTIONS = [(name, format_) for name, (_, formats) in READERS.items() for format_ in formats]


def at(**ago: float) -> str:
    """A moment of the past, as a file states it."""
    return f"{datetime.now(UTC) - timedelta(**ago):%Y-%m-%dT%H:%M:%SZ}"


def on(days: int) -> str:
    """A day of the past."""
    return at(days=days)[:10]


def began() -> Files:
    return {
        "newsroom.toml": 'authority = "dunmore.example"\nsince = 2020-05-01\n',
        **{f"n{number:03}.md": release(f"N {number}", on(30 + 10 * number)) for number in range(130)},
        "today.md": release("Published this morning", at(minutes=5)),
        "wrong.md": release("Wrong", on(2), reference="PR 7/2026"),
        "named.md": release("To be renamed", on(3), reference="PR 8/2026"),
        "elsewhere.md": release("From elsewhere", on(4), guid="https://old.example/?p=41"),
    }


def changed() -> Files:
    """What becomes of old releases, and what is put in under old dates."""
    return {
        "n110.md": release("N 110", on(1130), corrections=f'\n  - {{date: {on(0)}, text: "It was a Monday."}}'),
        "today.md": release("Published this morning", at(minutes=5), withdrawn=on(0), reason="Too early."),
        "wrong.md": release("Wrong", on(2), reference="PR 7/2026", withdrawn=at(minutes=1)),
        "2026/another-name.md": release("To be renamed", on(3), reference="PR 8/2026"),
        "2026/from-elsewhere.md": release(
            "From elsewhere, now here", on(4), "Gone over.", guid="https://old.example/?p=41"
        ),
        "late.md": release("Put in late", "2015-03-05"),
        "told.md": release("Put in late, and said so", "2015-03-06", updated=at(minutes=1)),
    }


def burst() -> Files:
    return {f"b{number:03}.md": release(f"B {number}", at(seconds=60 + number)) for number in range(300)}


@dataclass
class Story:
    """What each subscriber has shown after each chapter, by the names of the releases.

    Of ``missing`` programs it says why they are. ``late`` is what one has who came at the end.
    """

    chapters: dict[Subscription, list[dict[str, Shown]]] = field(default_factory=lambda: defaultdict(list))
    missing: dict[Subscription, str] = field(default_factory=dict)
    late: dict[str, Shown] = field(default_factory=dict)

    def of(self, subscription: Subscription) -> list[dict[str, Shown]]:
        """What this subscriber has shown; skips the test where it is not installed."""
        if subscription in self.missing:
            pytest.skip(self.missing[subscription])
        return self.chapters[subscription]


def shown(reader: FeedReader) -> dict[str, Shown]:
    """What a reader shows, each entry once."""
    entries = reader.entries()
    assert len({entry.id for entry in entries}) == len(entries)
    return {entry.id.removeprefix(TAG): entry for entry in entries}


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Story:
    """The life of a newsroom; all poll once in each chapter, and once more, when there is nothing new."""
    folder = tmp_path_factory.mktemp("story")
    told = Story()
    subscribers: dict[Subscription, FeedReader] = {}
    (folder / "releases").mkdir()
    write(folder / "releases", began())
    with running(folder / "releases", folder / "index", "--workers", "1") as newsroom:
        for name, format_ in SUBSCRIPTIONS:
            home = folder / f"{name} {format_}"
            home.mkdir()
            try:
                subscribers[name, format_] = READERS[name][0](home)
            except pytest.skip.Exception as missing:
                told.missing[name, format_] = str(missing)
        poll(newsroom, subscribers, told)
        write(newsroom.releases, changed())
        for gone in ("named.md", "elsewhere.md"):
            (newsroom.releases / gone).unlink()
        until(lambda: {"told", "n110", "Withdrawn: today", "Withdrawn: PR 7/2026"} <= said(newsroom))
        poll(newsroom, subscribers, told)
        write(newsroom.releases, burst())
        until(lambda: total(newsroom) == 434)
        poll(newsroom, subscribers, told)
        follower = ArchiveFollower(folder)
        follower.poll(f"{newsroom.url}/releases.atom")
        told.late = shown(follower)
    return told


def write(releases: Path, files: Files) -> None:
    for name, content in files.items():
        (releases / name).parent.mkdir(exist_ok=True)
        (releases / name).write_text(str(content), "utf8")


def said(newsroom: Running) -> set[str]:
    """The names and titles of what the newsroom shows."""
    items = json.loads(newsroom.get("/releases.json")[1])["items"]
    return {item["title"] for item in items} | {item["id"].removeprefix(TAG) for item in items}


def total(newsroom: Running) -> int:
    return int(json.loads(newsroom.get("/releases.json")[1])["_feedsrv"]["total"])


def poll(newsroom: Running, subscribers: dict[Subscription, FeedReader], told: Story) -> None:
    for subscription, reader in subscribers.items():
        address = f"{newsroom.url}/releases.{subscription[1]}"
        assert reader.poll(address), subscription
        told.chapters[subscription].append(shown(reader))
        assert not reader.poll(address), subscription


EACH = pytest.mark.parametrize("subscription", SUBSCRIPTIONS, ids=" ".join)


class TestEachSubscriber:
    """Each entry is told of once, as `shown` has seen to."""

    @EACH
    def test_has_what_there_was_when_it_subscribed(self, story: Story, subscription: Subscription) -> None:
        first, *_ = story.of(subscription)
        assert len(first) == (134 if subscription[0] == FOLLOWER else 50)
        assert {"n000", "today", "PR-7-2026", "PR-8-2026"} <= first.keys()

    @EACH
    def test_sees_a_correction_at_the_110th_place(self, story: Story, subscription: Subscription) -> None:
        for later in story.of(subscription)[1:]:
            assert "It was a Monday." in later["n110"].content

    @EACH
    @pytest.mark.parametrize(
        ("name", "title", "reason"),
        [("PR-7-2026", "Withdrawn: PR 7/2026", "withdrawn on"), ("today", "Withdrawn: today", "Too early.")],
        ids=["later", "on the same day"],
    )
    def test_sees_a_withdrawal(
        self, story: Story, subscription: Subscription, name: str, title: str, reason: str
    ) -> None:
        first, *others = story.of(subscription)
        assert first[name].title in {"Wrong", "Published this morning"}
        for later in others:
            assert later[name].title == title
            assert reason in later[name].content

    @EACH
    def test_takes_a_renamed_file_for_what_it_was(self, story: Story, subscription: Subscription) -> None:
        for chapter in story.of(subscription):
            titles = [shown.title for shown in chapter.values()]
            assert (chapter["PR-8-2026"].title, titles.count("To be renamed")) == ("To be renamed", 1)

    @EACH
    def test_takes_what_has_moved_here_for_what_it_was(self, story: Story, subscription: Subscription) -> None:
        titles = [chapter["https://old.example/?p=41"].title for chapter in story.of(subscription)]
        assert titles == ["From elsewhere", *2 * ["From elsewhere, now here"]]
        assert not any({"elsewhere", "from-elsewhere"} & chapter.keys() for chapter in story.of(subscription))

    @EACH
    def test_sees_what_is_put_in_late_only_where_it_says_so(self, story: Story, subscription: Subscription) -> None:
        for later in story.of(subscription)[1:]:
            assert later["told"].title == "Put in late, and said so"
            assert "late" not in later

    @EACH
    def test_misses_none_of_a_burst_that_fits(self, story: Story, subscription: Subscription) -> None:
        last = story.of(subscription)[-1]
        there = [number for number in range(300) if f"b{number:03}" in last]
        assert there == list(range(300 if subscription[0] == FOLLOWER else 200))


def test_who_subscribes_late_and_follows_the_archives_has_all(story: Story) -> None:
    assert {"late", "n129", "b299", "today"} <= story.late.keys()
    assert len(story.late) == 436
