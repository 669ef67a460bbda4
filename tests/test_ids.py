"""Ids: who has one that several claim, and where the addresses lead that somebody may know a release by."""

from __future__ import annotations

import pytest

from feedsrv.publishing import Memory, publish
from tests.conftest import Files, MakeNewsroom, release

FRENCH_FIRST = 'languages = ["fr", "en"]\n'


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"ref": "PR1-2026"}, {"ref": "PR 1/2026"}),
        ({"ref": "PR1-2026"}, {"ref": "pr 1–2026"}),
        ({"ref": "IP/18/2231"}, {"slug": "ip-18-2231"}),
        ({"slug": "covid19"}, {"slug": "covid-19"}),
        ({"slug": "Same"}, {"slug": "same"}),
    ],
)
def test_one_id_however_it_is_spelt_belongs_to_one_file(
    make_newsroom: MakeNewsroom, one: dict[str, str], other: dict[str, str]
) -> None:
    first = make_newsroom({"b.md": release(date="2026-01-01", **one)}).ids()
    second = make_newsroom({"a.md": release(date="2026-01-02", **other)}).ids()
    newsroom = make_newsroom({"b.md": release(date="2026-01-01", **one), "a.md": release(date="2026-01-02", **other)})
    assert newsroom.ids() == sorted([*first, f"{second[0]}-2026-01-02"])
    (problem,) = newsroom.publish().problems
    assert (problem.path, problem.kind) == ("a.md", "id-taken")
    assert problem.what == f"b.md has the id {first[0]}, so this is {second[0]}-2026-01-02"


RIVALS: dict[str, tuple[Files, dict[str, str]]] = {
    "one that comes later": (
        {"a.md": release(slug="x"), "b.md": release("B", "2026-02-01", slug="x", embargo="2099-01-01")},
        {"b.md": "this claims the id x, which a.md has"},
    ),
    "one that takes the id": (
        {"a.md": release(slug="x"), "b.md": release("B", "2026-01-01", slug="x", embargo="2099-01-01")},
        {"b.md": "this claims the id x, which a.md has, and takes it when it is public: then a.md is x-2026-01-15"},
    ),
    "two that are to come": (
        {"a.md": release(slug="x", embargo="2099-02-01"), "b.md": release("B", slug="x", embargo="2099-01-01")},
        {"b.md": "this claims the id x, which a.md claims as well"},
    ),
    "one of each": (
        {
            "a.md": release(slug="x"),
            "b.md": release("B", "2026-02-01", slug="x"),
            "c.md": release("C", "2026-03-01", slug="x", draft="true"),
            "d.md": release("D", "2026-03-01", slug="x", expires="2026-03-02"),
        },
        {"b.md": "a.md has the id x, so this is x-2026-02-01", "c.md": "this claims the id x, which a.md has"},
    ),
    "one that waits for another to expire": (
        {
            "a.md": release(slug="x", expires="2099-01-01"),
            "b.md": release("B", "2026-02-01", slug="x"),
            "c.md": release("C", "2026-03-01", slug="x"),
        },
        {
            "b.md": "a.md has the id x, so this is x-2026-02-01, and takes that id when a.md expires",
            "c.md": "a.md has the id x, so this is x-2026-03-01",
        },
    ),
    "without a date": (
        {"a.md": "---\ntitle: A\nslug: x\n---\nText.", "b.md": release("B", slug="x", draft="true")},
        {"b.md": "this claims the id x, which a.md has, and takes it when it is public: then a.md is x-2"},
    ),
}


@pytest.mark.parametrize("case", RIVALS)
def test_rivals_are_named_before_and_when_it_happens(make_newsroom: MakeNewsroom, case: str) -> None:
    files, expected = RIVALS[case]
    newsroom, memory = make_newsroom({"z.md": release("Z")}), Memory()
    publish(newsroom.catalogue, newsroom.index, newsroom.now, memory=memory)
    told: dict[str, str] = {}
    for source in files:
        newsroom.write({source: files[source]})
        summary = publish(newsroom.catalogue, newsroom.index, newsroom.now, only={source}, memory=memory)
        told |= {problem.path: problem.what for problem in summary.news if problem.kind == "id-taken"}
    assert told == expected
    assert {problem.path: problem.what for problem in summary.problems if problem.kind == "id-taken"} == expected
    summary = publish(newsroom.catalogue, newsroom.index, newsroom.now, memory=memory)
    assert [problem for problem in summary.news if problem.kind == "id-taken"] == []


MOVED: dict[str, tuple[Files, dict[str, str | int]]] = {
    "another spelling of the reference": (
        {"a.md": release(ref="PR 1/2026")},
        {"PR1-2026": "PR-1-2026", "pr-1-2026": "PR-1-2026", "PR1-2026/": "PR-1-2026", "PR-1-2027": 404},
    ),
    "both spellings": (
        {"a.md": release(ref="PR 1/2026"), "b.md": release(ref="PR1-2026", date="2026-02-01")},
        {"PR1-2026": "PR-1-2026", "pr1-2026-2026-02-01": "PR1-2026-2026-02-01"},
    ),
    "English was first": (
        {"newsroom.toml": FRENCH_FIRST, "a.en.md": release(slug="a"), "b.fr.md": release(slug="b")},
        {"a": "a-en", "b-fr": "b", "b-en": 404, "a-fr": 404},
    ),
    "where somebody claims it": (
        {"a.md": release(slug="a"), "a.fr.md": release(slug="a"), "c.de.md": release(slug="a-fr", date="2026-02-01")},
        {"a": 200, "a-fr": 200, "a-fr-de": 200, "a-en": "a"},
    ),
    "a reference that tells its language": (
        {"a.md": release(ref="CP2-2026"), "b.md": release(ref="KM3-2026", lang="fr")},
        {"CP2-2026-fr": "CP2-2026", "KM3-2026": "KM3-2026-fr"},
    ),
    "of several languages the newsroom's first": (
        {"newsroom.toml": 'languages = ["en", "fr", "de"]', "a.de.md": release(slug="a"), "a.fr.md": release(slug="a")},
        {"a": "a-fr"},
    ),
    "what is not public is no reason for anything": (
        {"a.md": release(slug="a", draft="true"), "a.fr.md": release(slug="a"), "PR1-2026.md": release(draft="true")},
        {"a": "a-fr", "PR-1-2026": 404},
    ),
    "withdrawn": (
        {"a.md": release(slug="a-1", withdrawn="2026-10-01"), "a.fr.md": release(slug="a-1")},
        {"a-1": 410, "a1": "a-1", "a1-fr": "a-1-fr"},
    ),
    "a stated former address comes first": (
        {"a.md": release(slug="a"), "b.fr.md": release(slug="b", aliases="[A]")},
        {"A": "b-fr", "b": "b-fr"},
    ),
}


@pytest.mark.parametrize("case", MOVED)
def test_an_id_that_can_be_computed_leads_to_the_release(make_newsroom: MakeNewsroom, case: str) -> None:
    files, expected = MOVED[case]
    client = make_newsroom(files).client()
    answers = {name: client.get(f"/releases/{name}") for name in expected}
    found = {
        name: answer.headers["Location"].removeprefix("/releases/") if answer.status_code == 301 else answer.status_code
        for name, answer in answers.items()
    }
    assert found == expected


def test_files_of_a_release_are_led_to_as_well(make_newsroom: MakeNewsroom) -> None:
    files = {"a/index.md": release(ref="PR 1/2026", lang="fr"), "a/plan.pdf": b"%PDF-"}
    newsroom = make_newsroom(files)
    for former in ("PR1-2026-fr", "PR-1-2026"):
        answer = newsroom.client().get(f"/releases/{former}/plan.pdf")
        assert (answer.status_code, answer.headers["Location"]) == (301, "/releases/PR-1-2026-fr/plan.pdf")
        assert newsroom.client().get(f"/releases/{former}/other.pdf").status_code == 404
    newsroom.publish({"a/index.md": release(ref="PR 1/2026", lang="fr", withdrawn="2026-10-01")})
    assert newsroom.client().get("/releases/PR1-2026-fr/plan.pdf").status_code == 404
    assert newsroom.client().get("/releases/PR-1-2026-fr/plan.pdf").status_code == 410
