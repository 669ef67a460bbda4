"""What serve and watch find wrong with a file that was just dropped in is seen at once, where everybody looks."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from math import inf
from pathlib import Path
from random import Random
from time import monotonic, sleep

import pytest

from feedsrv.files.conversions import Conversions
from feedsrv.files.settling import SETTLED, STEP
from feedsrv.publishing import Summary
from feedsrv.publishing.watch import LEISURE, PUT_OFF, Leisure, _Publisher
from feedsrv.release import Release
from tests.conftest import NOW, MakeNewsroom, Newsroom, release
from tests.running import environment, run, until

HELD = release(draft="true")
TOML = 'timezone = "Europe/Paris"\n'


@pytest.fixture
def releases(tmp_path: Path) -> Path:
    folder = tmp_path / "releases"
    folder.mkdir()
    (folder / "newsroom.toml").write_text(TOML)
    (folder / "first.md").write_text(release("First"), "utf8")
    (folder / "known.md").write_text(release(embargo="some day"), "utf8")
    return folder


class Log:
    def __init__(self, path: Path) -> None:
        self._path = path

    def __contains__(self, text: str) -> bool:
        return text in self._path.read_text("utf8")

    def count(self, text: str) -> int:
        return self._path.read_text("utf8").count(text)


@contextmanager
def watching(releases: Path, index: Path, **others: str) -> Iterator[Log]:
    path = index.parent / "log"
    with path.open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "feedsrv", "watch"], env=environment(releases, index, **others), stderr=log
        )
    try:
        until((index / "heartbeat").exists)
        yield Log(path)
    finally:
        process.terminate()
        assert process.wait(10) == 0


def test_that_there_is_no_authority_is_logged_once(releases: Path, tmp_path: Path) -> None:
    with watching(releases, tmp_path / "index", FEEDSRV_BASE_URL="https://press.example.org") as log:
        until(lambda: f"WARNING {releases}/newsroom.toml: there is no authority" in log)
        (releases / "second.md").write_text(release("Second"), "utf8")
        (releases / "newsroom.toml").write_text(f'title = "T"\n{TOML}')
        until(lambda: log.count("published: ") >= 2)
        assert log.count("there is no authority") == 1
        assert "public address: press.example.org; name one" in log


def test_each_problem_of_a_new_file_is_logged_once_with_its_line_and_remedy(releases: Path, tmp_path: Path) -> None:
    index = tmp_path / "index"
    run("index", releases=releases, index=index)
    with watching(releases, index) as log:
        (releases / "held.md").write_text(release(embargo="when it is time"), "utf8")
        held = f"WARNING {releases}/held.md:4: embargo: when it is time"
        until(lambda: held in log)
        (releases / "later.md").write_text(release(embargo="2099-07-01 10:00"), "utf8")
        until(lambda: f"INFO {releases}/later.md: not public before 2099-07-01 10:00 CEST" in log)
        (releases / "held.md").write_text("\n" + release(embargo="when it is time"), "utf8")
        until(lambda: f"WARNING {releases}/held.md:5: embargo: when it is time" in log)
        assert log.count("held.md:4:") == 1
        assert "known.md" not in log, "what was known before is not news"


def test_a_newsroom_toml_that_cannot_be_read_shows_in_health_until_it_is_mended(make_newsroom: MakeNewsroom) -> None:
    press = make_newsroom({"newsroom.toml": TOML, "a.md": release("A")}, now=datetime.now(UTC))
    client, index = press.client(), press.settings.index.parent / "index"
    with watching(press.releases, index) as log:
        press.write({"newsroom.toml": 'title = "T"\ntimezone = "Europe/Atlantis"\n'})
        until(lambda: client.get("/health/ready").get_json()["status"] == "degraded")
        assert client.get("/health/ready").status_code == 200
        until(lambda: "newsroom.toml:2: there is no time zone 'Europe/Atlantis'" in log)
        press.write({"newsroom.toml": TOML})
        until(lambda: client.get("/health/ready").get_json()["status"] == "ok")


def test_a_logo_that_changes_is_on_the_page_by_itself(make_newsroom: MakeNewsroom) -> None:
    drawing = '<svg xmlns="http://www.w3.org/2000/svg"><path d="M{} 0v9"/></svg>'
    toml = TOML + '[appearance]\nlogo = "house/logo.svg"\n'
    files = {"newsroom.toml": toml, "a.md": release("A"), "house/logo.svg": drawing.format(1)}
    press = make_newsroom(files, now=datetime.now(UTC))
    client, index = press.client(), press.settings.index.parent / "index"
    before = client.get("/").text
    with watching(press.releases, index) as log:
        press.write({"house/logo.svg": drawing.format(2)})
        until(lambda: client.get("/").text != before)
        assert "/static/logo." in client.get("/").text
        press.write({"house/logo.svg": "<svg/>"})
        until(lambda: f"WARNING {press.releases}/house/logo.svg: this is no SVG" in log)
        assert "/static/logo." not in client.get("/").text
        press.write({"house/logo.svg": drawing.format(1)})
        until(lambda: client.get("/").text == before)


def seen(publisher: _Publisher, press: Newsroom) -> list[str]:
    """The ids of what is public when the publisher has looked again at what is being written."""
    publisher.follow(frozenset())
    return press.ids()


def test_nobody_waits_for_what_takes_long_and_what_was_withdrawn_goes_from_the_disk_at_leisure(
    make_newsroom: MakeNewsroom,
) -> None:
    begun = monotonic()
    soon, late = NOW + timedelta(seconds=LEISURE - 1), NOW + timedelta(days=1)
    texts = {f"{number}.md": release(f"Number {number}") for number in range(6)}
    times = {"soon.md": release(embargo=soon.isoformat()), "late.md": release(embargo=late.isoformat())}
    press = make_newsroom({**texts, **times, "secret.md": release("Xylophonists")}, now=NOW)
    passed = 0.0

    def clock() -> datetime:
        return NOW + timedelta(seconds=monotonic() - begun + passed)

    def holds() -> bool:
        return any(b"ylophonists" in path.read_bytes() for path in press.settings.index.rglob("*") if path.is_file())

    with Conversions() as conversions:
        publisher = _Publisher(press.catalogue, conversions, press.index, clock, lambda _: None, "")
        publisher.begin()
        publisher.tick()
        press.remove("secret.md")
        publisher.follow(frozenset({"secret.md"}))
        until(lambda: "secret" not in seen(publisher, press))
        assert "soon" not in press.ids()
        publisher.tick()
        assert holds()
        passed = LEISURE
        publisher.tick()
        assert "soon" in press.ids()
        until(lambda: bool(seen(publisher, press)) and not holds())


@pytest.mark.parametrize(
    ("is_changing", "turns_in", "begun_after"),
    [
        (False, inf, 0.0),
        (False, LEISURE, 0.0),
        (True, inf, PUT_OFF / 2),
        (False, LEISURE - 0.1, PUT_OFF),
        (True, LEISURE - 0.1, PUT_OFF),
        (False, 0.0, PUT_OFF),
    ],
)
def test_what_takes_long_is_begun_between_what_is_due_and_put_off_for_so_long_at_most(
    is_changing: bool, turns_in: float, begun_after: float
) -> None:
    """The same again each time: it always changes, or always ends in a moment."""
    moment = 0.0
    leisure = Leisure(lambda: moment)
    begun = []
    for tick in range(int(3 * PUT_OFF)):
        moment = float(tick)
        if leisure.is_there(is_changing=is_changing, turns_in=turns_in):
            begun.append(moment)
    assert begun[0] == begun_after
    assert all(second - first == max(begun_after, 1.0) for first, second in pairwise(begun))


def test_where_files_always_change_and_embargoes_end_it_is_begun_where_none_ends_for_a_while() -> None:
    random, moment, ends, begun = Random(1), 0.0, 3.0, []
    leisure = Leisure(lambda: moment)
    while moment < 3_600:
        if leisure.is_there(is_changing=True, turns_in=ends - moment):
            begun.append(ends - moment)
        moment += 0.5
        if ends <= moment:
            ends = moment + random.expovariate(1 / 4.5)
    assert len(begun) > 3_600 / PUT_OFF
    assert sum(rest < LEISURE for rest in begun) < len(begun) / 20


def test_what_is_about_to_end_by_itself_does_not_wait_for_another_publication(make_newsroom: MakeNewsroom) -> None:
    begun, ends = monotonic(), NOW + timedelta(seconds=60)
    press = make_newsroom({"soon.md": release(embargo=ends.isoformat())}, now=NOW)
    passed = 0.0
    told: list[Summary] = []

    def clock() -> datetime:
        return NOW + timedelta(seconds=monotonic() - begun + passed)

    with Conversions() as conversions:
        publisher = _Publisher(press.catalogue, conversions, press.index, clock, told.append, "")
        publisher.begin()
        publisher.tick()
        press.write({"other.md": release("Other")})
        publisher.follow(frozenset({"other.md"}))
        sleep(SETTLED + STEP)
        passed = 60 - 0.2 - (monotonic() - begun)
        assert seen(publisher, press) == ["other", "soon"]
        assert sum(bool(summary.added) for summary in told) == 1


def test_a_round_finds_what_nobody_told_of_and_has_all_reviewed(make_newsroom: MakeNewsroom) -> None:
    press = make_newsroom({f"{number}.md": release(f"Number {number}") for number in range(9)} | {"held.md": HELD})
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    with Conversions() as conversions:
        publisher = _Publisher(press.catalogue, conversions, press.index, lambda: NOW, lambda _: None, "")
        publisher.begin()
        publisher.tick()
        with press.index.update() as update:  # a fault: what is held is in the index
            update.put(Release("leak", "held.md", "Zanzibar", "en", moment, moment), {})
            update.finish({}, None)
        assert "leak" in press.ids()
        press.write({"new.md": release("New")})
        until(lambda: "new" in seen(publisher, press))
        until(lambda: "leak" not in seen(publisher, press))
