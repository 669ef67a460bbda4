"""The same files at the same moment give the same bytes and validators, whatever the history of the index."""

from __future__ import annotations

import random
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from tests.conftest import BASE_URL, MakeNewsroom, Newsroom, release
from tests.running import Running, run, running

SETTINGS = 'languages = ["en", "fr"]\ntimezone = "Europe/Paris"\n[topics.comets]\nmatch = ["comet"]\n'
FILES = {
    "newsroom.toml": SETTINGS,
    **{
        f"{year}/r{number}.md": release(
            f"Release {number}",
            date=f"{year}-0{1 + number % 3}-11",
            body=f"A comet, number {number}.",
            topics="[space]",
        )
        for number, year in enumerate([2018, 2019, 2019, 2020, 2020, 2020, 2018, 2019])
    },
    "2020/same.md": release("Same", date="2020-01-11", slug="r1"),
    "2020/autre.fr.md": release("Une autre", date="2020-01-12", ref="CP1-2020"),
    "undated.txt": "A headline\n\nSome words about a comet.\n",
    "gone.md": release("Gone", withdrawn="2026-10-01", reason="It was wrong."),
}
LISTS = ["/releases", "/topics/comets", "/topics/comets+space", "/years/2019", "/topics/space/2020", "/search"]
PAGES = [
    "/",
    "/topics",
    "/years",
    "/feeds",
    "/feeds.opml",
    "/opensearch.xml",
    "/robots.txt",
    "/sitemap.xml",
    "/sitemap-lists.xml",
    "/sitemap-2019.xml",
    "/releases/r1",
    "/releases/CP1-2020",
    "/releases/gone",
]
PATHS = [
    *PAGES,
    *LISTS,
    *(f"{path}.{extension}" for path in LISTS for extension in ("atom", "rss", "json")),
    "/search?q=comet&sort=newest",
    "/search.atom?q=comet",
    "/releases.json?limit=2&page=2",
    "/releases.rss?limit=2&page=3",
]  # fmt: skip
MANY = {f"n{number}.md": release(f"N {number}", f"2021-0{1 + number % 9}-02", "A comet.") for number in range(60)}
ARCHIVES = [f"{path}.{ending}?archive=2021-03" for path in LISTS[:2] for ending in ("atom", "rss", "json")]


def answers(newsroom: Newsroom) -> dict[str, tuple[int, str | None, bytes]]:
    client = newsroom.client()
    return {
        path: (answer.status_code, answer.headers.get("ETag"), answer.data)
        for path in PATHS
        for answer in [client.get(path, base_url="https://press.example.org")]
    }


@pytest.fixture
def expected(make_newsroom: MakeNewsroom) -> dict[str, tuple[int, str | None, bytes]]:
    found = answers(make_newsroom(FILES))
    assert {path: status for path, (status, _, _) in found.items() if status != 200} == {"/releases/gone": 410}
    assert all(etag for path, (_, etag, _) in found.items() if path != "/releases/gone")
    return found


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_files_that_came_one_by_one_in_any_order(
    make_newsroom: MakeNewsroom, expected: dict[str, tuple[int, str | None, bytes]], seed: int
) -> None:
    newsroom = make_newsroom({})
    for source in random.Random(seed).sample(sorted(FILES), len(FILES)):
        newsroom.publish({source: FILES[source].replace("Release", "Wrong at first")})
        newsroom.publish({source: FILES[source]})
    assert answers(newsroom) == expected


def test_an_index_that_was_emptied_and_built_again(
    make_newsroom: MakeNewsroom, expected: dict[str, tuple[int, str | None, bytes]]
) -> None:
    newsroom = make_newsroom({**FILES, "2018/too-much.md": release("Too much")})
    newsroom.remove("2018/too-much.md")
    newsroom.publish()
    assert answers(newsroom) == expected
    newsroom.publish(rebuild=True)
    assert answers(newsroom) == expected


def answers_over_http(newsroom: Running) -> dict[str, set[tuple[int, str | None, bytes]]]:
    """What the workers answer; each path is asked for several times, over connections of their own."""
    return {path: {_answer_over_http(newsroom, path) for _ in range(4)} for path in (*PATHS, *ARCHIVES)}


def _answer_over_http(newsroom: Running, path: str) -> tuple[int, str | None, bytes]:
    try:
        with urlopen(Request(newsroom.url + path, headers={"Host": "press.example.org"})) as answer:
            return answer.status, answer.headers["ETag"], answer.read()
    except HTTPError as error:
        with error:
            return error.code, error.headers["ETag"], error.read()


def test_two_machines_with_other_clocks_locales_and_hashes(make_newsroom: MakeNewsroom, tmp_path: Path) -> None:
    releases = make_newsroom(FILES | MANY).releases
    here = {"TZ": "Pacific/Kiritimati", "LC_ALL": "C", "PYTHONHASHSEED": "1"}
    there = {"TZ": "America/St_Johns", "LC_ALL": "C.UTF-8", "LANG": "fr_FR.UTF-8", "PYTHONHASHSEED": "4242"}
    found = []
    for name, surroundings in (("here", here), ("there", there)):
        with running(releases, tmp_path / name, FEEDSRV_BASE_URL=BASE_URL, **surroundings) as newsroom:
            found.append(answers_over_http(newsroom))
    run("index", "--rebuild", releases=releases, index=tmp_path / "here", PYTHONHASHSEED="7")
    with running(releases, tmp_path / "here", FEEDSRV_BASE_URL=BASE_URL) as newsroom:
        found.append(answers_over_http(newsroom))
    assert {len(answers) for answers in found[0].values()} == {1}
    assert found[0] == found[1] == found[2]
    statuses = {path: status for path, answers in found[0].items() for status, _, _ in answers}
    assert {path: status for path, status in statuses.items() if status != 200} == {"/releases/gone": 410}
