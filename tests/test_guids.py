"""Permanent ids that files state: the same in every format, for a release and for its withdrawal."""

from __future__ import annotations

from json import loads

import feedparser
import pytest
from lxml import etree

from feedsrv import readers
from feedsrv.newsroom import Newsroom as Settings
from feedsrv.publishing import Memory, publish
from feedsrv.publishing.check import check
from feedsrv.publishing.collection import rivals_of
from tests.conftest import MakeNewsroom, Newsroom, release

TAG = "tag:press.example.org,2000-01-01:a"
GOOD = [
    *(
        "https://example.org/?p=123",
        "http://example.org/news/1#top",
        "tag:example.org,2018:/x",
        "HTTPS://EXAMPLE.ORG/A",
    ),
    *("urn:uuid:1225c695-cfb8-4ebb-aaaa-80da344efa6a", "https://example.org/häfen", "https://example.org/a%20b"),
    *("urn:newsml:example.org:20180101:1", "doi:10.1000/182"),
]
BAD = [
    *(
        "123",
        "PR 1/2026",
        "/news/1",
        "//example.org/1",
        "example.org/1",
        "https://",
        "https:///1",
        "https://exa mple.org/",
    ),
    *("https://example.org/a%2", "https://example.org/<1>", "https://[", "tag:", "https://example.org/\u202e1", "1:2"),
    f"https://example.org/{1000 * 'a'}",
]
REFERENCES = ["PR 1/2026", "PR:12", "IP:18:2231", "https:/12"]


def ids(newsroom: Newsroom) -> set[str]:
    """The ids of the one entry of a newsroom, in all formats."""
    client = newsroom.client()
    parsed = (feedparser.parse(client.get(f"/releases.{format_}").data).entries for format_ in ("atom", "rss"))
    items = loads(client.get("/releases.json").data)["items"]
    assert len(items) == 1
    return {items[0]["id"], *(entry.id for entries in parsed for entry in entries)}


@pytest.mark.parametrize("key", ["guid", "id", "GUID"])
@pytest.mark.parametrize("guid", GOOD)
def test_a_stated_uri_is_the_id_in_all_formats(make_newsroom: MakeNewsroom, guid: str, key: str) -> None:
    if key == "id" and guid.startswith("doi:"):
        return  # an id that looks like this may be a reference
    newsroom = make_newsroom({"a.md": release(**{key: f"'{guid}'"})})
    assert ids(newsroom) == {guid}
    article = newsroom.client().get("/releases/a").text.partition('"application/ld+json">')[2].partition("</script>")[0]
    assert loads(article)["identifier"] == guid
    assert not check(newsroom.catalogue, newsroom.index, newsroom.now, (), iter).problems


@pytest.mark.parametrize("guid", BAD)
def test_what_is_no_uri_is_reported_and_is_no_id(make_newsroom: MakeNewsroom, guid: str) -> None:
    newsroom = make_newsroom({"a.md": release(guid=f"'{guid}'")})
    assert ids(newsroom) == {TAG}
    report = check(newsroom.catalogue, newsroom.index, newsroom.now, (), iter)
    assert [(problem.line, "is no absolute URI" in problem.what) for problem in report.problems] == [(4, True)]


@pytest.mark.parametrize("reference", REFERENCES)
def test_an_id_that_may_be_a_reference_is_one(reference: str) -> None:
    found = readers.read("a.md", release(id=f"'{reference}'").encode(), Settings())
    assert (found.release.reference, found.release.guid) == (reference, "")


def test_a_reference_stands_beside_an_id_that_is_a_uri() -> None:
    text = release(id="https://example.org/1", number="PR 1/2026").encode()
    found = readers.read("a.md", text, Settings()).release
    assert (found.id, found.reference, found.guid) == ("PR-1-2026", "PR 1/2026", "https://example.org/1")


@pytest.mark.parametrize("key", ["guid", "id"])
def test_a_withdrawal_has_the_id_of_its_release(make_newsroom: MakeNewsroom, key: str) -> None:
    guid = "https://example.org/?p=1&q=2"
    newsroom = make_newsroom({"a.md": release(**{key: guid})})
    before = ids(newsroom)
    newsroom.publish({"a.md": release(**{key: guid}, withdrawn="2026-10-30")})
    assert ids(newsroom) == before == {guid}
    tree = etree.fromstring(newsroom.client().get("/releases.atom").data)
    assert tree.xpath("//*[local-name()='deleted-entry']/@ref") == [guid]


def test_check_names_a_guid_that_moves(make_newsroom: MakeNewsroom) -> None:
    newsroom = make_newsroom({"a.md": release(guid="https://example.org/1"), "b.md": release("B")})
    newsroom.write({"a.md": release(guid="https://example.org/2")})
    report = check(newsroom.catalogue, newsroom.index, newsroom.now, (), iter)
    what = "feed readers know it as https://example.org/2, and knew it as https://example.org/1"
    assert [(problem.path, problem.what) for problem in report.problems if problem.kind == "id-moved"] == [
        ("a.md", what)
    ]


URI = "https://example.org/1"
RIVALS: dict[str, tuple[dict[str, str], dict[str, str]]] = {
    "the one published first": (
        {"a.md": release(guid=URI), "b.md": release(date="2026-01-01", guid=URI), "c.md": release(guid=URI)},
        {"b.md": URI},
    ),
    "then the first by path": ({"b.md": release(guid=URI), "a.md": release(guid=URI)}, {"a.md": URI}),
    "what is not public has none": (
        {"a.md": release(guid=URI, draft="true"), "b.md": release(guid=URI)},
        {"b.md": URI},
    ),
    "one withdrawn has it still": (
        {"a.md": release(guid=URI, withdrawn="2026-10-30"), "b.md": release(guid=URI)},
        {"a.md": URI},
    ),
    "the tag of another": ({"a.md": release(), "b.md": release(date="2026-01-01", guid=TAG)}, {}),
    "the tag of another that carries its date": (
        {"a.md": release(), "b/a.md": release(), "c.md": release(guid=f"{TAG}-2026-01-15")},
        {},
    ),
    "its own tag": ({"a.md": release(guid=TAG), "b.md": release(date="2026-01-01", guid=TAG)}, {"a.md": TAG}),
    "the tag of nobody": ({"b.md": release(guid=TAG)}, {"b.md": TAG}),
    "a tag of others": (
        {"a.md": release(), "b.md": release(guid="tag:example.org,1999:a")},
        {"b.md": "tag:example.org,1999:a"},
    ),
}


@pytest.mark.parametrize("case", RIVALS)
def test_a_guid_is_of_one_release_only(make_newsroom: MakeNewsroom, case: str) -> None:
    files, kept = RIVALS[case]
    at_once, one_by_one, memory = make_newsroom(files), make_newsroom(), Memory()
    for source in sorted(files, reverse=True):
        one_by_one.write({source: files[source]})
        summary = publish(
            one_by_one.catalogue, one_by_one.index, one_by_one.now, move_ids=True, only={source}, memory=memory
        )
    for found in (at_once.publish(), summary):
        public = [record for record in found.records.values() if record.id]
        assert {record.source: record.guid for record in public if record.guid} == kept
        yielding = {record.source for record in public if record.claimed_guid != record.guid}
        assert {problem.path for problem in found.problems if problem.kind == "guid-taken"} == yielding
    assert memory.standing
    assert memory.standing.collection.rivals == rivals_of(summary.records, summary.newsroom, one_by_one.now)
    items = loads(one_by_one.client().get("/releases.json").data)["items"]
    assert len({item["id"] for item in items}) == len(items) == sum(record.id != "" for record in public)


def test_a_guid_goes_to_the_next_when_it_is_free(make_newsroom: MakeNewsroom) -> None:
    newsroom = make_newsroom({"a.md": release(guid=URI), "b.md": release("B", "2026-02-01", guid=URI)})
    (problem,) = newsroom.publish().problems
    assert str(problem) == (
        f"b.md: feed readers know a.md by the guid {URI}, so this has its tag URI; give one of the two another guid"
    )
    newsroom.remove("a.md")
    summary = newsroom.publish()
    assert [p.what for p in summary.news if p.kind == "id-moved"] == [
        f"feed readers know it as {URI}, and knew it as tag:press.example.org,2000-01-01:b"
    ]
    assert ids(newsroom) == {URI}
