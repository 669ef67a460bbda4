"""An embargo or draft that is not understood holds, in whatever words people write it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from feedsrv import readers
from feedsrv.errors import FileUnreadable, NewsroomInvalid
from feedsrv.newsroom import Newsroom
from feedsrv.newsroom_toml import parse as parse_newsroom
from feedsrv.problem import Severity
from feedsrv.reading import Status
from tests.conftest import NOW, MakeNewsroom, release


def status(text: str, source: str = "a.md") -> Status:
    try:
        return readers.read(source, text.encode(), Newsroom()).visibility.status(NOW)
    except FileUnreadable:
        return Status.UNREADABLE


LINES = """
Communiqué sous embargo strict jusqu'au jeudi 24 décembre, 6h
Information sous embargo
L'embargo sera levé le 24 décembre 2026
Levée de l'embargo : 24 décembre 2026
Embargo au 24 décembre 2026
À ne pas diffuser avant le 24 décembre 2026
Diffusion interdite avant le 24 décembre 2026
À paraître le 24 décembre 2026
PROJET – ne pas diffuser
BROUILLON
HOLD FOR RELEASE
Hold until 24 December 2026
Do not publish before 24 December 2026
NOT FOR PUBLICATION
TO BE RELEASED ON 24 December 2026
Lifting of embargo: 24 December 2026
E M B A R G O
DRAFT
[DRAFT]
Gesperrt bis 24. Dezember 2026
Press release (embargo: 24 December 2026)
24 December 2026 EMBARGO
EMBAR‍GOED UNTIL 24 December 2026
EMBARGOED
FOR RELEASE ON 24 December 2026
""".strip().splitlines()


@pytest.mark.parametrize("line", LINES)
def test_a_line_that_asks_for_it_holds_the_release_wherever_it_stands(line: str) -> None:
    body = f"{line}\n\n1 October 2026\n\nA headline of the release\n\nSome words of it, which are many.\n"
    assert status(body, "a.txt") is not Status.PUBLIC
    beside_contact = f"Contact: Jane Doe\n{line}\n+1 555 010 0199\n\nA headline of the release\n\nSome words of it.\n"
    assert status(beside_contact, "a.txt") is not Status.PUBLIC
    assert status(f"---\ntitle: T\ndate: 2026-10-01\n---\n\n{line}\n\nSome words.\n") is not Status.PUBLIC
    html = f"<html><body><aside>{line}</aside><article><h1>A headline</h1><p>1 October 2026</p><p>Some words.</p></article>"
    if not line.startswith("FOR RELEASE"):  # a date outside the article is none of the article's
        assert status(html.replace("><", ">\n<"), "a.html") is not Status.PUBLIC


@pytest.mark.parametrize(
    "line",
    [
        "The arms embargo on nobody at all was discussed at length in the meeting.",
        "À ne pas manquer",
        "A draft of air",
        "Non-embargoed news",
    ],
)
def test_prose_that_only_sounds_like_it_does_not(line: str) -> None:
    assert status(f"# A headline\n\n1 October 2026\n\n{line}\n\nSome words.\n") is Status.PUBLIC


def test_front_matter_has_the_last_word() -> None:
    text = "---\ntitle: T\ndate: 2026-10-01\nembargo: {}\n---\n\nINFORMATION: UNDER EMBARGO\n"
    assert status(text.replace("embargo: {}\n", "")) is Status.HELD
    assert status(text.format("none")) is Status.PUBLIC
    assert status(text.format("2026-10-02 10:00")) is Status.PUBLIC
    assert status(text.format("2026-12-02 10:00")) is Status.EMBARGOED


@pytest.mark.parametrize(
    "field",
    ["embargo_date: 2026-12-24", "embargo_lift: soon", "sous_embargo: oui", "release_date: 2026-12-24", "publish_on: 2026-12-24",
     "published: 2026-12-24", "pubdate: 2026-12-24", "publish: false", "public: false", "private: true", "hidden: true",
     "isDraft: true", "brouillon: oui", "date: 05/12/2026", "title: 'EMBARGOED UNTIL 24 December: News'",
     "params:\n  draft: true\ndraft: false"],
)  # fmt: skip
def test_a_key_that_asks_for_it_holds_the_release(field: str) -> None:
    lines = ["title: T", "date: 2026-10-01"]
    kept = [line for line in lines if line.split(":")[0] != field.split(":")[0]]
    assert status("\n".join(["---", *kept, field, "---", "", "Some words."])) is not Status.PUBLIC


@pytest.mark.parametrize(
    "text",
    [" ---\ndraft: true\n---\nText", "----\ndraft: true\n----\nText", "———\ntitle: x\n———\nText", "```yaml\ndraft: true\n```\nText",
     "Title: A title\nStatus: draft\n\nText", ";;;\n\"draft\": true\n;;;\nText", '{"title": "T", "draft": true} x\nText',
     "+++\na = " + "9" * 5000 + "\n+++\nText"],
)  # fmt: skip
def test_front_matter_that_is_not_written_as_such_holds_the_file(text: str) -> None:
    assert status(text) is not Status.PUBLIC


@pytest.mark.parametrize("text", ["a = " + "[" * 5000, "a = " + "9" * 5000])
def test_a_bomb_in_newsroom_toml_is_a_wrong_newsroom(text: str) -> None:
    with pytest.raises(NewsroomInvalid):
        parse_newsroom(text)


@pytest.mark.parametrize("folder", ["_drafts", "drafts", "brouillons"])
def test_a_folder_of_drafts_is_one(folder: str) -> None:
    assert status(release(), f"{folder}/a.md") is Status.DRAFT


@pytest.mark.parametrize(
    "name",
    ["DRAFT pearls", "pearls - DRAFT", "pearls.draft", "pearls (draft)", "2026/BROUILLON perles", "DRAFT_pearls/index"],
)
def test_a_name_that_marks_a_draft_holds_it_unless_the_file_says_otherwise(name: str) -> None:
    assert status(release(), f"{name}.md") is Status.DRAFT
    assert status(release(draft="false"), f"{name}.md") is Status.PUBLIC


@pytest.mark.parametrize("name", ["nfl-draft-2026", "draft-law-adopted", "Draft law adopted", "REDRAFTED"])
def test_a_name_may_speak_of_drafts(name: str) -> None:
    assert status(release(), f"{name}.md") is Status.PUBLIC


@pytest.mark.parametrize("name", ["pearls", "pearls.draft"])
def test_an_empty_draft_key_states_nothing(name: str) -> None:
    expected = Status.DRAFT if name.endswith("draft") else Status.PUBLIC
    assert status(release(draft=""), f"{name}.md") is expected


def test_an_empty_embargo_is_none_and_is_noted() -> None:
    text = "---\ntitle: T\ndate: 2026-10-01\nembargo:\n---\n\n{}Some words.\n"
    reading = readers.read("a.md", text.format("").encode(), Newsroom())
    assert reading.visibility.status(NOW) is Status.PUBLIC
    assert [(problem.line, problem.severity) for problem in reading.problems] == [(4, Severity.NOTE)]
    assert status(text.format("UNDER EMBARGO\n\n")) is Status.HELD


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("EMBARGOED UNTIL 24 December 2026, 10:00", Status.EMBARGOED),
        ("**EMBARGOED UNTIL 1 November 2026**", Status.PUBLIC),
        ("EMBARGOED UNTIL Monday 24 December 2026", Status.HELD),
        ("EMBARGOED UNTIL the launch", Status.HELD),
    ],
)
def test_an_embargo_line_far_down_is_taken_at_its_word(line: str, expected: Status) -> None:
    text = "# A headline\n\n1 October 2026\n\n" + "Some words.\n\n" * 20 + line + "\n"
    assert status(text) is expected


@pytest.mark.parametrize(
    ("text", "origins"),
    [
        ("---\ndate: 2026-10-01\nembargo: 2026-12-24\n---\n# T", {"opens": "3 front matter: embargo"}),
        ("---\ndate: 2026-10-01\nexpires: 2026-12-24\n---\n# T", {"closes": "3 front matter: expires"}),
        ("---\ndate: 2026-10-01\nstatus: draft\n---\n# T", {"barred": "3 front matter: status"}),
        ("---\ndate: 2026-10-01\nwithdrawn: true\n---\n# T", {"withdrawn": "3 front matter: withdrawn"}),
        ("# T\n\nEMBARGOED UNTIL 24 December 2026\n\n1 October 2026\n\nText.", {"opens": "3 embargo line"}),
        ("# T\n\n1 October 2026\n\nHOLD FOR RELEASE", {"opens": "3 date line", "barred": "5 “HOLD FOR RELEASE” may be an embargo, and it is not clear until when"}),
    ],
)  # fmt: skip
def test_what_holds_a_release_is_known_by_its_line(text: str, origins: dict[str, str]) -> None:
    found = readers.read("a.md", text.encode(), Newsroom()).origins
    names = [name for name in ("opens", "closes", "barred", "withdrawn") if name in found]
    assert {name: f"{found[name].line} {found[name].how}" for name in names} == {
        "opens": "2 front matter: date"
    } | origins


def test_an_ambiguous_date_is_public_after_the_later_of_its_readings() -> None:
    found = readers.read("a.md", release(date="03/04/2018").encode(), Newsroom())
    assert found.visibility.opens == datetime(2018, 4, 3, tzinfo=UTC)


def test_an_alias_that_two_releases_state_leads_to_the_same_one_after_any_history(make_newsroom: MakeNewsroom) -> None:
    newsroom = make_newsroom({"a.md": release(aliases="[/old]"), "b.md": release(aliases="[/old]")})
    newsroom.publish({"a.md": release("Another title", aliases="[/old]")})
    before = newsroom.snapshot().alias("/old")
    newsroom.publish(rebuild=True)
    assert newsroom.snapshot().alias("/old") == before == "a"
