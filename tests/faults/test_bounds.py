"""Bounds: whatever is asked, what it costs has a limit, and what was cut is said."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import combinations_with_replacement, pairwise
from pathlib import Path
from typing import Any

import pytest
from markupsafe import escape

from feedsrv import gunicorn_conf
from feedsrv.query import Query, Results, Sort
from feedsrv.query.parser import DEEPEST_NESTING, LONGEST_QUERY, parse, typed
from feedsrv.search import work
from feedsrv.search.whoosh.segments import Segments
from feedsrv.search.whoosh.snapshot import WhooshSnapshot
from feedsrv.search.work import Work
from feedsrv.web.cache import AT_ONCE, WAITING
from tests.conftest import MakeNewsroom, Newsroom, release
from tests.running import Running, environment, free_port, until

NESTED = [
    *("(", "-(", "--(", "NOT (", "a OR (", "a (b OR ", "a b OR (", "-(a OR -(b ", "(NOT ", "( -", "(AND ", "(OR ("),
    *(")", "a)(-(", '"', "“", "«", "-", "NOT ", "x* ", "_", "'", "1 st "),
    *(".ref:", "ref:", "title:", ".title:.", ".before:", "topic:", "-title:", 'title:"', "lang:(", "-(ref:."),
    *("..", "2018..", "..PR1-20", "ref:-"),
]
"""What may stand inside one another, or in a row that is read from its inside."""


@contextmanager
def frames(most: int) -> Iterator[None]:
    """No more calls than these inside one another."""
    frame, here = sys._getframe(), 0  # noqa: SLF001 - there is no other way to know
    while frame.f_back:
        frame, here = frame.f_back, here + 1
    usual = sys.getrecursionlimit()
    sys.setrecursionlimit(here + most)
    try:
        yield
    finally:
        sys.setrecursionlimit(usual)


def nested(unit: str) -> Iterator[str]:
    """Questions of the greatest length in which this stands inside itself, and is closed or not."""
    yield unit * (LONGEST_QUERY // len(unit)) + "a"
    half = unit * (LONGEST_QUERY // len(unit) // 2)
    yield f"{half}a".ljust(LONGEST_QUERY, ")")


@pytest.fixture(scope="module")
def press(make_lasting: MakeNewsroom) -> Newsroom:
    return make_lasting({f"{name}.md": release(f"{name} a b", body=f"a b {name}") for name in ("x", "y")})


def test_no_nesting_of_operators_and_brackets_is_read_by_a_deep_recursion() -> None:
    for pair in combinations_with_replacement(NESTED, 2):
        _, text = nested("".join(pair))
        with frames(160):
            parsed = parse(text)
            assert parse(str(parsed)).tree == parsed.tree, text


@pytest.mark.parametrize("unit", NESTED)
def test_nor_is_it_answered_by_one(press: Newsroom, unit: str) -> None:
    for text in (*nested(unit), *nested(f"a (b OR {unit}")):
        tree = parse(text).tree
        with frames(160):
            press.snapshot().search(Query(tree, sort=Sort.RELEVANCE, has_excerpts=True))
            assert tree is None or parse(typed(tree)).tree == tree


@pytest.mark.parametrize("path", ["/search", "/search.atom", "/search.json"])
@pytest.mark.parametrize(
    "text", ["(-" * 488, "(-" * 488 + "a", "-(" * 480 + "a", *nested("a (b OR -("), *nested(".ref:")]
)
def test_deep_nesting_is_answered(press: Newsroom, path: str, text: str) -> None:
    answer = press.client().get(path, query_string={"q": text}, follow_redirects=True)
    assert answer.status_code == 200


@pytest.mark.parametrize("unit", ["(-", "-(", "a (b OR ", "a OR -("])
def test_what_is_nested_too_deep_is_said(press: Newsroom, unit: str) -> None:
    page = press.client().get("/search", query_string={"q": unit * 100 + "a"}).text
    assert f"Parentheses more than {DEEPEST_NESTING} deep were ignored." in page


# The work of a search


WORDS = [f"{first}{second}" for first in ("alpha", "beta", "gamma", "delta", "kappa") for second in "abcdefghijkl"]
COMMON = [*(f"{word}s" for word in WORDS[:8]), *WORDS[8:]]
MANY = 60


@pytest.fixture(scope="module")
def busy(tmp_path_factory: pytest.TempPathFactory) -> Newsroom:
    """A newsroom in which every release has all of sixty words, some more than once, and one of its own."""
    newsroom = Newsroom(tmp_path_factory.mktemp("busy") / "newsroom")
    body = " ".join([*COMMON, *reversed(COMMON), "of the of and in the"])
    newsroom.publish(
        {f"r{number}.md": release(f"Title {number}", body=f"{body} own{number}") for number in range(MANY)}
    )
    return newsroom


@pytest.fixture
def little_work(monkeypatch: pytest.MonkeyPatch) -> None:
    """As much for each release as in a large newsroom."""
    monkeypatch.setattr("feedsrv.search.work.LEAST", 0)
    monkeypatch.setattr("feedsrv.search.work.TERM", 1)
    monkeypatch.setattr("feedsrv.search.whoosh.terms.TERM", 1)


def forget(newsroom: Newsroom) -> None:
    """Let the next search be the first of its generation."""
    newsroom.snapshot().search(Query(per_page=0))
    opened = newsroom.index.snapshot()._opened  # noqa: SLF001 - there is no other way to what is kept
    assert isinstance(opened, WhooshSnapshot)
    opened._postings._kept.clear()  # noqa: SLF001 - the same


def steps(newsroom: Newsroom, text: str) -> tuple[int, Results]:
    """What a search costs where there is no limit, and its results where there is one."""
    made: list[Work] = []

    class Counted(Work):
        def __init__(self, releases: int) -> None:
            super().__init__(releases)
            self.steps = self.all = 10**9
            made.append(self)

    query = Query(parse(text).tree, sort=Sort.RELEVANCE, has_excerpts=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("feedsrv.search.whoosh.snapshot.Work", Counted)
        newsroom.snapshot().search(query)
    return sum(10**9 - work.steps for work in made), newsroom.snapshot().search(query)


HOSTILE = {
    "commonest words": " ".join(COMMON[:40]),
    "alternatives": " OR ".join(COMMON[:40]),
    "without all": "-" + " -".join(COMMON[:40]),
    "phrases": " ".join(f'"{first} {second}"' for first, second in pairwise(COMMON[:41])),
    "phrases of small words": " OR ".join(
        ['"of the of and in the"', '"the of and in"', '"of the"', '"and in the"'] * 9
    ),
    "not phrases": " ".join(f'-"{first} {second}"' for first, second in pairwise(COMMON[:41])),
    "beginnings": "alp* bet* " + " ".join(COMMON[20:50]),
    "compounds": " OR ".join("-".join(COMMON[at : at + 8]) for at in range(0, 56, 8)),
    "nested": " ".join(f"({a} OR -({b} {c}))" for a, b, c in zip(COMMON[::3], COMMON[1::3], COMMON[2::3], strict=True)),
    "titles": " OR ".join(f"title:{word}" for word in COMMON[:40]),
    "mistyped": " ".join(f"{word[:3]}x{word[4:]}zz" for word in COMMON[:40]),
}


@pytest.mark.usefixtures("little_work")
@pytest.mark.parametrize("name", HOSTILE)
def test_no_search_does_more_than_its_work_and_says_what_it_left_out(
    busy: Newsroom, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked_up: list[int] = []
    decode = Segments.postings

    def counted(segments: Segments, field: str, term: str) -> Any:
        numbers, occurrences = decode(segments, field, term)
        looked_up.extend(numbers.tolist())
        return numbers, occurrences

    monkeypatch.setattr(Segments, "postings", counted)
    forget(busy)
    wanted, results = steps(busy, HOSTILE[name])
    allowed = work.FOR_EACH_RELEASE * MANY
    looked_up.clear()
    forget(busy)
    busy.snapshot().search(Query(parse(HOSTILE[name]).tree, sort=Sort.RELEVANCE))
    assert len(looked_up) <= 2 * allowed  # a release may have a word in its text and in its title
    assert (wanted > allowed) == any("more work than one search" in note for note in results.notes), results.notes


@pytest.mark.usefixtures("little_work")
@pytest.mark.parametrize("name", HOSTILE)
def test_what_is_left_out_does_not_depend_on_what_was_asked_before(busy: Newsroom, name: str) -> None:
    query = Query(parse(HOSTILE[name]).tree, sort=Sort.RELEVANCE, has_excerpts=True)
    forget(busy)
    first = busy.snapshot().search(query)
    assert busy.snapshot().search(query) == first
    for other in HOSTILE.values():
        busy.snapshot().search(Query(parse(other).tree, sort=Sort.RELEVANCE))
    assert busy.snapshot().search(query) == first


def test_forty_phrases_cost_ten_usual_searches_at_most(busy: Newsroom) -> None:
    usual, _ = steps(busy, f"{COMMON[0]} {COMMON[30]}")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("feedsrv.search.work.LEAST", 0)
        most = Work(MANY).steps
    assert most <= 10 * usual


@pytest.mark.usefixtures("little_work")
def test_what_was_left_out_is_as_if_it_had_not_been_asked(busy: Newsroom) -> None:
    asked = f'own7 "{COMMON[1]} {COMMON[2]}" ' + " ".join(f'"{COMMON[n]} {COMMON[n + 2]}"' for n in range(30))
    results = busy.snapshot().search(Query(parse(asked).tree, sort=Sort.RELEVANCE))
    assert [hit.release.id for hit in results.hits if not hit.is_partial] == ["r7"]
    page = busy.client().get("/search", query_string={"q": asked}).text
    told = busy.client().get("/search.json", query_string={"q": asked, "sort": "relevance"}, follow_redirects=True)
    assert told.json
    (note,) = told.json["_feedsrv"]["notes"]
    assert note.startswith("This question is more work than one search may be. Left out: ")
    assert escape(note) in page


@pytest.mark.usefixtures("little_work")
def test_where_all_is_left_out_nothing_is_found(busy: Newsroom, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("feedsrv.search.work.FOR_EACH_RELEASE", 0)
    results = busy.snapshot().search(Query(parse(COMMON[0]).tree))
    assert (results.total, results.hits) == (0, ())
    assert COMMON[0] in results.notes[0]


def test_texts_are_looked_through_for_excerpts_as_far_as_there_is_work(
    busy: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("feedsrv.search.work.TEXTS", 2_000)
    results = busy.snapshot().search(Query(parse(COMMON[0]).tree, has_excerpts=True))
    marked = ["<mark>" in hit.excerpt for hit in results.hits]
    assert marked[0]
    assert not marked[-1]
    assert all(hit.excerpt for hit in results.hits)
    assert results.notes[0].endswith("Left out: the words asked for in some of the texts.")


# Threads for health and for what is kept


@contextmanager
def stuck(press: Newsroom, until_gone: Path) -> Iterator[Running]:
    """A worker of gunicorn, run as ours are, in which every search for words lasts until a file is gone."""
    port = free_port()
    others = {"STUCK": str(until_gone), "FEEDSRV_BASE_URL": f"http://localhost:{port}"}
    command = [sys.executable, "-m", "gunicorn", "-c", "python:feedsrv.gunicorn_conf", "--workers", "1"]
    process = subprocess.Popen(
        [*command, "--bind", f"127.0.0.1:{port}", "tests.faults.stuck:app"],
        env=environment(press.releases, press.settings.index, **others),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    served = Running(process, port, press.releases, press.settings.index)
    try:
        until(lambda: served.get("/health/live")[0] == 200)
        yield served
    finally:
        until_gone.unlink(missing_ok=True)
        served.stop()


def test_health_and_what_is_kept_are_answered_while_all_that_search_are_stuck(press: Newsroom, tmp_path: Path) -> None:
    until_gone = tmp_path / "stuck"
    asked = [f"/search?q=x+OR+nothing{number}" for number in range(3 * gunicorn_conf.threads)]
    with stuck(press, until_gone) as served, ThreadPoolExecutor(len(asked)) as pool:
        kept = ["/releases.atom", "/releases", "/", "/search.json"]
        assert [served.get(path)[0] for path in kept] == [200] * 4
        until_gone.touch()
        answers = [pool.submit(served.get, path) for path in asked]
        until(lambda: sum(answer.done() for answer in answers) >= len(asked) - AT_ONCE - WAITING)
        for path in ["/health/live", "/health/ready", *kept] * 10:
            assert served.get(path)[0] == 200, path
        assert {answer.result()[0] for answer in answers if answer.done()} == {503}
        until_gone.unlink()
        statuses = [answer.result()[0] for answer in answers]
        assert statuses.count(200) >= AT_ONCE
        assert set(statuses) == {200, 503}
        assert [served.get(path)[0] for path in asked] == [200] * len(asked)


def test_who_comes_when_too_many_wait_may_come_again_soon(press: Newsroom, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("feedsrv.web.cache.AT_ONCE", 1)
    monkeypatch.setattr("feedsrv.web.cache.WAITING", -1)
    client = press.client()
    for path in ("/search?q=x", "/releases.atom", "/search.json?q=x"):
        answer = client.get(path, follow_redirects=True)
        assert answer.status_code == 503
        assert (answer.headers["Retry-After"], answer.headers["Cache-Control"]) == ("2", "no-store")
    assert client.get("/health/ready").status_code == 200
