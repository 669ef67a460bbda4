"""Former addresses: whatever a generator called a release, and however somebody spells that, it leads there."""

from __future__ import annotations

import pytest

from feedsrv.publishing.check import check
from tests.conftest import MakeNewsroom, release


@pytest.mark.parametrize(
    ("fields", "asked"),
    [
        ({"aliases": "[/old/Café.html]"}, "/old/caf%C3%A9.html"),
        ({"aliases": "[/old/caf%C3%A9.html]"}, "/old/café.html"),
        ({"aliases": "[/Old/Way]"}, "/old/way"),
        ({"aliases": "[/old/way]"}, "/OLD/Way/"),
        ({"aliases": "[/old/way/]"}, "/old/way/index.html"),
        ({"aliases": "[/old/way/index.html]"}, "/old/way"),
        ({"aliases": "['/release.php?id=77']"}, "/release.php?id=77"),
        ({"aliases": "['/?p=77']"}, "/?p=77"),
        ({"aliases": "[/old/way]"}, "/old/way?utm_source=x"),
        ({"permalink": "/:categories/:year/:month/:day/:title.html", "categories": "[Port, News]"},
         "/port/news/2026/01/05/quay.html"),
        ({"permalink": "/news/:year/:title/"}, "/news/2026/quay/"),
        ({"permalink": "pretty"}, "/2026/01/05/quay/"),
        ({"permalink": "https://old.example/news/:title/"}, "/news/quay/"),
        ({"permalink": "/%year%/%monthnum%/%postname%/"}, "/2026/01/quay/"),
        ({"permalink": "/:sections/:contentbasename/"}, "/_posts/2026-01-05-quay/"),
        ({"aliases": "['https://old.example/release.php?id=77']"}, "/release.php?id=77"),
        ({"aliases": "[older, ../oldest]"}, "/_posts/older/"),
        ({"aliases": "[older, ../oldest]"}, "/oldest/"),
        ({}, "/2026/01/05/quay.html"),
        ({"categories": "port"}, "/port/2026/01/05/quay.html"),
    ],
)  # fmt: skip
def test_a_former_address_leads_there(make_newsroom: MakeNewsroom, fields: dict[str, str], asked: str) -> None:
    newsroom = make_newsroom({"_posts/2026-01-05-quay.md": release("Quay", "2026-01-05", **fields)})
    response = newsroom.client().get(asked)
    assert response.status_code == 301
    assert response.headers["Location"].endswith("/releases/2026-01-05-quay")


def test_a_pattern_that_can_never_answer_is_told(make_newsroom: MakeNewsroom) -> None:
    newsroom = make_newsroom({"a.md": release(permalink="/:nothing/:title/")})
    found = check(newsroom.catalogue, newsroom.index, newsroom.now, (), iter).problems
    assert [f"{problem}" for problem in found] == [
        "a.md:4: '/:nothing/:title/' is no address of this site; write a path like /2018/03/launch.html"
    ]


def test_a_query_that_nobody_states_is_no_former_address(make_newsroom: MakeNewsroom) -> None:
    newsroom = make_newsroom({"a.md": release(aliases="['/release.php?id=77']")})
    client = newsroom.client()
    assert client.get("/release.php?id=78").status_code == 404
    assert client.get("/?p=77").status_code == 200
