"""Bounds: whatever is asked, what it costs has a limit, and what was cut is said."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import combinations_with_replacement

import pytest

from feedsrv.query import Query, Sort
from feedsrv.query.parser import DEEPEST_NESTING, LONGEST_QUERY, parse, typed
from tests.conftest import Newsroom, release

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
def press(tmp_path_factory: pytest.TempPathFactory) -> Newsroom:
    newsroom = Newsroom(tmp_path_factory.mktemp("bounds") / "newsroom")
    newsroom.publish({f"{name}.md": release(f"{name} a b", body=f"a b {name}") for name in ("x", "y")})
    return newsroom


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
