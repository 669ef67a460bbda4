"""Files that are none of the usual kind, and folders that lead elsewhere: each costs itself only."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from feedsrv.publishing import publish
from feedsrv.query import Query
from feedsrv.query.parser import parse
from feedsrv.readers import LARGEST_FILE
from tests.conftest import NOW, MakeNewsroom, Newsroom, release
from tests.faults.powerless import powerless
from tests.running import environment

ODD_DATES = ("", "2018-02-30", "0001-01-01", "9999-12-31", "0000-00-00", "10000-01-01", "99999999999", "soon", "1e9")


def ids(newsroom: Newsroom) -> set[str]:
    return {hit.release.id for hit in newsroom.snapshot().search(Query(per_page=200)).hits}


def named(newsroom: Newsroom) -> set[str]:
    """The paths that a run has something to say of."""
    return {problem.path for problem in newsroom.publish().problems}


def test_a_file_that_vanishes_after_the_folder_was_listed_is_as_good_as_removed(make_newsroom: MakeNewsroom) -> None:
    newsroom = make_newsroom({"a.md": release("A"), "z.md": release("Z")})
    newsroom.write({"a.md": release("A again"), "y.md": release("Y"), "z.md": release("Z again")})

    def vanishing(items: Iterable[Any]) -> Iterator[Any]:
        newsroom.remove("y.md", "z.md")
        yield from items

    publish(newsroom.catalogue, newsroom.index, NOW, progress=vanishing)
    newsroom.publish()
    assert ids(newsroom) == {"a"}
    assert newsroom.snapshot().get("a").title == "A again"


@pytest.mark.slow
def test_a_file_that_may_not_be_read_is_reported_and_held(tmp_path: Path) -> None:
    newsroom = Newsroom(tmp_path / "newsroom")
    newsroom.publish({"open.md": release("Open"), "shut.md": release("Shut")})
    (newsroom.releases / "shut.md").chmod(0)
    ended = powerless("index", releases=newsroom.releases, index=newsroom.settings.index)
    assert ended.returncode == 0
    assert "shut.md" in ended.stderr
    assert "Traceback" not in ended.stderr
    assert "open" in ids(newsroom)
    (newsroom.releases / "shut.md").chmod(0o600)
    newsroom.publish()
    assert ids(newsroom) == {"open", "shut"}


def test_no_date_makes_a_list_or_a_feed_fail(make_newsroom: MakeNewsroom) -> None:
    files = {f"odd-{number}.md": release(f"Odd {number}", date) for number, date in enumerate(ODD_DATES)}
    newsroom = make_newsroom({**files, "later.md": release("Later", (NOW + timedelta(days=3)).isoformat())})
    client = newsroom.client()
    assert client.get("/releases/later").status_code == 404
    for item in client.get("/releases.json").get_json(force=True)["items"]:
        assert client.get(item["url"]).status_code == 200
    for path in ("/releases.atom", "/releases.rss", "/years/1.atom", "/years/9999.atom", "/feeds.opml", "/sitemap.xml"):
        answer = client.get(path)
        assert answer.status_code in {200, 404}, path
        if answer.status_code == 200:
            etree.fromstring(answer.data)
    for path in ("/", "/years", "/years/1", "/years/9999", "/years/2018", "/search?q=from:1", "/releases?sort=oldest"):
        assert client.get(path).status_code in {200, 404}, path


def test_links_to_folders_are_not_followed(make_newsroom: MakeNewsroom, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret.md").write_text(release("Secret"), "utf8")
    newsroom = make_newsroom({"a.md": release("A"), "deep/b.md": release("B")})
    for name, target in (("root", Path("/")), ("itself", newsroom.releases), ("deep/up", Path("..")), ("out", outside)):
        (newsroom.releases / name).symlink_to(target, target_is_directory=True)
    newsroom.publish()
    assert ids(newsroom) == {"a", "b"}


def test_pipes_sockets_and_devices_hold_nobody_up(make_newsroom: MakeNewsroom) -> None:
    newsroom = make_newsroom({"a.md": release("A")})
    os.mkfifo(newsroom.releases / "pipe.md")
    (newsroom.releases / "link.md").symlink_to("/dev/zero")
    with socket.socket(socket.AF_UNIX) as listener:
        here = Path.cwd()
        os.chdir(newsroom.releases)  # the address of a socket is short
        try:
            listener.bind("socket.md")
        finally:
            os.chdir(here)
        if os.geteuid() == 0:
            os.mknod(newsroom.releases / "device.md", 0o20666, os.makedev(1, 5))
        assert {"pipe.md", "socket.md", "link.md"} <= named(newsroom)
    assert ids(newsroom) == {"a"}


def test_what_editors_and_copying_leave_behind_is_no_release(make_newsroom: MakeNewsroom) -> None:
    leftovers = (".a.md", "a.md~", ".#a.md", "#a.md#", ".a.md.swp", "a.md.part", "a.md.bak", ".git/a.md", "a.md.tmp")
    newsroom = make_newsroom({"a.md": release("A"), **dict.fromkeys(leftovers, release("Left behind"))})
    assert ids(newsroom) == {"a"}
    assert b"Left behind" not in newsroom.client().get("/releases.atom").data


def test_an_id_has_no_letter_that_nobody_sees(make_newsroom: MakeNewsroom) -> None:
    newsroom = make_newsroom({"a\u202eb\u200bc.md": release("A\u202eB"), "d.md": release(slug="d\u2066e\u200ff\ufeff")})
    assert ids(newsroom) == {"abc", "def"}


MEASURED = """
import resource
from feedsrv.cli import main
main(["index"], standalone_mode=False)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
"""


def peak_of_indexing(newsroom: Newsroom) -> int:
    """Publish with the command; the most memory that it took, in MB."""
    ended = subprocess.run(
        [sys.executable, "-c", MEASURED],
        env=environment(newsroom.releases, newsroom.settings.index),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    return int(ended.stdout)


@pytest.mark.slow
def test_a_file_of_a_hundred_megabytes_is_refused_unread(tmp_path: Path) -> None:
    newsroom = Newsroom(tmp_path / "newsroom")
    newsroom.write({"a.md": release("A")})
    usual = peak_of_indexing(newsroom)
    with (newsroom.releases / "huge.md").open("wb") as file:
        file.truncate(100_000_000)
    assert peak_of_indexing(newsroom) - usual < 50
    assert "huge.md" in named(newsroom)
    assert ids(newsroom) == {"a"}


def test_a_word_of_megabytes_is_no_word(make_newsroom: MakeNewsroom) -> None:
    newsroom = make_newsroom({"long.md": release("Long", body="x" * (LARGEST_FILE - 1_000) + " comet")})
    snapshot = newsroom.snapshot()
    assert snapshot.search(Query(parse("x" * 200).tree)).total == 0
    assert snapshot.search(Query(parse("comet").tree)).total == 1
