"""Links between releases: an address in a text leads to the release it means, and only while that is public."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from feedsrv.publishing import Memory, publish
from feedsrv.publishing.check import check
from feedsrv.search.whoosh.index import WhooshIndex
from tests.conftest import MakeNewsroom, Newsroom, release

BASE = "http://localhost"


def links(newsroom: Newsroom, name: str) -> list[str]:
    """Where the links in the text of a release lead."""
    body = newsroom.index.snapshot().get(name).body
    return [part.partition('"')[0] for part in body.split('href="')[1:]]


def said(newsroom: Newsroom, kind: str = "link-") -> list[str]:
    found = check(newsroom.catalogue, newsroom.index, newsroom.now, (), iter).problems
    return [f"{problem.kind} {problem}" for problem in found if problem.kind.startswith(kind)]


@pytest.mark.parametrize(
    ("address", "target"),
    [
        ("b.md", "../b"),
        ("./b.md#depth", "../b#depth"),
        ("B.MD", "../b"),
        ("b.mdwn", "../b"),
        ("/2025/c.xhtml", "../c"),
        ("/release.php?id=77", "../c"),
        ("/release.php?id=78#x", "../deep-quay#x"),
        ("b.html", "../b"),
        ("b/", "../b"),
        ("../b/", "../b"),
        ("../2025/c.md", "../c"),
        ("/2025/c.md", "../c"),
        ("/2025/c/", "../c"),
        ("/2025/c/index.html", "../c"),
        ("/site/2025/c.md", "../c"),
        ("/2025/c?page=1#x", "../c#x"),
        ("2025/c.md", "../c"),
        ("{filename}b.md", "../b"),
        ("{filename}/2025/c.md", "../c"),
        ("|filename|b.md", "../b"),
        ("@/2025/c.md", "../c"),
        ("deep-quay.md", "../deep-quay"),
        ("2025-03-04-tug", "../2025-03-04-tug"),
        ("/fr/inner/basin/", "../basin"),
        ("/fr/outer/basin/", "/fr/outer/basin/"),
        ("/old/way.html", "../c"),
        ("/Old/W%61y.html", "../c"),
        ("/releases/c", "../c"),
        ("bundle", "../bundle"),
        ("bundle/index.md", "../bundle"),
        ("/about", "/about"),
        ("#own", "#own"),
        ("https://example.org/b.md", "https://example.org/b.md"),
    ],
)
def test_an_address_leads_to_the_release_that_it_means(make_newsroom: MakeNewsroom, address: str, target: str) -> None:
    newsroom = make_newsroom(
        {
            "2026/a.md": release("A", body=f"See [it]({address})."),
            "2026/b.md": release("B"),
            "2026/bundle/index.md": release("Bundle"),
            "2025/c.md": release("C", aliases="[/old/way.html, '/release.php?id=77']"),
            "2025/inner/deep-quay.md": release("D", aliases="['/release.php?id=78']"),
            "_posts/2025-03-04-tug.md": release("E"),
            "2025/inner/far/basin.md": release("F"),
        }
    )
    assert links(newsroom, "a") == [target]


def test_an_address_that_means_nothing_is_text_and_is_told_with_its_line(make_newsroom: MakeNewsroom) -> None:
    body = "A [quay](gone.md), [tug](b.md), [page](/about)\nand [boat](old/gone.html#x)."
    newsroom = make_newsroom({"a.md": release(body=body), "b.md": release(draft="true")})
    assert links(newsroom, "a") == ["/about"]
    assert "A quay, tug, <a" in newsroom.index.snapshot().get("a").body
    assert said(newsroom) == [
        "link-nowhere a.md:6: a link leads to gone.md, which is no release: its text stands alone; change it",
        "link-waits a.md:6: a link leads to b.md, which is not public (draft): its text stands alone",
        "link-left a.md:6: a link leads to /about, which is none of the releases, and is left as it is",
        "link-nowhere a.md:7: a link leads to old/gone.html, which is no release: its text stands alone; change it",
    ]


def test_an_anchor_that_is_not_there_is_told(make_newsroom: MakeNewsroom) -> None:
    body = "A [quay](b.md#depth), [tug](b.md#nothing), [boat](#own), [mast](#gone), [top](#top).\n\n## Own"
    newsroom = make_newsroom({"a.md": release(body=body), "b.md": release(body="## Depth\n\nIt is deep.")})
    remedy = "name a heading of it, in small letters with hyphens for blanks"
    newsroom.write({"c.md": release(draft="true", body="[quay](a.md#gone)")})
    assert said(newsroom, "anchor-") == [
        f"anchor-missing a.md: a link leads to #gone, and no part of a.md is called so; {remedy}",
        f"anchor-missing a.md:6: a link leads to b.md#nothing, and no part of b.md is called so; {remedy}",
    ]


def test_a_feed_has_the_same_links_in_full(make_newsroom: MakeNewsroom) -> None:
    newsroom = make_newsroom({"a.md": release("A", body="See [it](b.md#depth)."), "b.md": release("B")})
    feed = newsroom.client().get("/releases.json").get_data(as_text=True)
    assert "/releases/b#depth" in feed
    assert "b.md" not in feed


class TestWhileThingsChange:
    """The publisher stays; each time it is compared with a fresh index, and looks for traces of what is held."""

    def run(self, newsroom: Newsroom, memory: Memory, tmp_path: Path, **files: str) -> list[str]:
        names = {name.replace("_", "."): text for name, text in files.items()}
        newsroom.write(names)
        publish(newsroom.catalogue, newsroom.index, newsroom.now, only=frozenset(names), memory=memory, force=True)
        fresh = WhooshIndex(tmp_path / f"fresh-{len(list(tmp_path.iterdir()))}")
        publish(newsroom.catalogue, fresh, newsroom.now)
        digests = {it.snapshot().generation.split("-")[2] for it in (newsroom.index, fresh)}
        assert len(digests) == 1
        return links(newsroom, "a")

    def test_a_page_changes_by_itself(self, make_newsroom: MakeNewsroom, tmp_path: Path) -> None:
        newsroom, memory = make_newsroom({"a.md": release("A", body="See [it](zanzibar.md).")}), Memory()
        publish(newsroom.catalogue, newsroom.index, newsroom.now, memory=memory)
        assert links(newsroom, "a") == []
        assert self.run(newsroom, memory, tmp_path, zanzibar_md=release("Z", embargo="2027-01-01")) == []
        newsroom.now += timedelta(days=500)
        assert self.run(newsroom, memory, tmp_path) == ["../zanzibar"]
        assert self.run(newsroom, memory, tmp_path, zanzibar_md=release("Z", slug="other")) == ["../other"]
        assert self.run(newsroom, memory, tmp_path, zanzibar_md=release("Z", withdrawn="2026-02-01")) == []
        assert self.run(newsroom, memory, tmp_path, zanzibar_md=release("Z")) == ["../zanzibar"]
        (newsroom.releases / "zanzibar.md").unlink()
        publish(newsroom.catalogue, newsroom.index, newsroom.now, only=frozenset({"zanzibar.md"}), memory=memory)
        assert links(newsroom, "a") == []

    @pytest.mark.parametrize("fields", [{"draft": "true"}, {"embargo": "2027-01-01"}, {"embargo": "whenever"}])
    def test_of_what_is_not_public_there_is_no_trace(self, make_newsroom: MakeNewsroom, fields: dict[str, str]) -> None:
        body = "See [it](zanzibar.md), [that](/old/zanzibar/) and [this](../zanzibar.html)."
        newsroom = make_newsroom(
            {"a.md": release("A", body=body), "zanzibar.md": release("Z", aliases="[/old/zanzibar/]", **fields)}
        )
        client = newsroom.client()
        for address in ("/releases/a", "/releases.atom", "/releases.json", "/releases.rss"):
            assert "zanzibar" not in client.get(address).get_data(as_text=True).lower()
        generation = newsroom.settings.index / newsroom.index.snapshot().generation
        kept = [path for path in newsroom.settings.index.rglob("*") if path.is_file() and path.name != "ledger"]
        assert kept
        assert [path for path in kept if b"zanzibar" in path.read_bytes().lower()] == [], generation
