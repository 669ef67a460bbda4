"""feedsrv explain: where each part of a release came from, and why it has its topics."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from typing import Any

import pytest
from click.testing import CliRunner, Result

from feedsrv.cli import main
from tests.conftest import MakeNewsroom, Newsroom, release

TOML = """
title = "Harbour"
timezone = "Europe/Paris"
[topics.ships]
match = ["ferry OR ship"]
not = ["recruitment"]
[topics.people]
match = ["recruitment"]
"""
MASTHEAD = """# Press release

PR012-2026

23 March 2026

## The ferry sails

A new ferry sails from today.
"""


@pytest.fixture
def harbour(make_newsroom: MakeNewsroom) -> Newsroom:
    return make_newsroom(
        {
            "newsroom.toml": TOML,
            "2026/ferry.md": MASTHEAD,
            "2026/jobs.md": release("Recruitment on the ferry", topics="[-people]", aliases="[/old/jobs]"),
            "2026/held.md": "EMBARGOED UNTIL some day soon\n\n# A secret ship\n\n1 March 2026\n\nText.",
            "2026/broken.md": "---\ntitle: [\n---\n",
            "quay/index.md": release("Quay", slug="the-quay"),
            "quay/plan.csv": "a,b",
        }
    )


def environment(newsroom: Newsroom) -> dict[str, str]:
    return {
        "FEEDSRV_RELEASES": str(newsroom.releases),
        "FEEDSRV_INDEX": str(newsroom.settings.index),
        "FEEDSRV_BASE_URL": "https://press.example.org",
    }


def run(newsroom: Newsroom, *arguments: str) -> Result:
    return CliRunner().invoke(main, ["explain", *arguments], env=environment(newsroom))


def explained(newsroom: Newsroom, wanted: str) -> dict[str, Any]:
    result = run(newsroom, wanted, "--format", "json")
    assert result.exit_code == 0, result.output
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def parts(found: dict[str, Any]) -> dict[str, tuple[str, int, str]]:
    return {part["field"]: (part["value"], part["line"], part["how"]) for part in found["parts"]}


def test_each_part_names_its_line(harbour: Newsroom) -> None:
    found = parts(explained(harbour, "2026/ferry.md"))
    assert found["title"] == ("The ferry sails", 7, "heading")
    assert found["reference"] == ("PR012-2026", 3, "reference line")
    assert found["published"] == ("2026-03-23 00:00 CET", 5, "date line")
    assert found["language"] == ("en", 0, "reference PR012-2026")
    assert found["text"][0] == "A new ferry sails from today."


@pytest.mark.parametrize(
    ("wanted", "source"),
    [
        ("PR012-2026", "2026/ferry.md"),
        ("pr012-2026", "2026/ferry.md"),
        ("PR 012/2026", "2026/ferry.md"),
        ("the-quay", "quay/index.md"),
        ("quay/index.md", "quay/index.md"),
        ("/old/jobs", "2026/jobs.md"),
        ("held", "2026/held.md"),
    ],
)
def test_a_release_is_found_by_path_id_address_or_reference(harbour: Newsroom, wanted: str, source: str) -> None:
    assert explained(harbour, wanted)["source"] == source


def test_a_path_counts_from_where_the_command_is_called(harbour: Newsroom, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(harbour.releases / "2026")
    assert explained(harbour, "ferry.md")["source"] == "2026/ferry.md"
    assert explained(harbour, str(harbour.releases / "2026" / "jobs.md"))["source"] == "2026/jobs.md"


def test_nothing_has_to_be_published_before(harbour: Newsroom, make_newsroom: MakeNewsroom) -> None:
    harbour.settings.index.rename(harbour.root / "elsewhere")
    assert explained(harbour, "PR012-2026")["id"] == "PR012-2026"


def test_topics_say_why_and_why_not(harbour: Newsroom) -> None:
    assert [(topic["topic"], topic["reason"]) for topic in explained(harbour, "PR012-2026")["topics"]] == [
        ("ships", "the text says “ferry”")
    ]
    jobs = explained(harbour, "jobs")
    assert jobs["topics"] == []
    assert {topic["topic"]: topic["reason"] for topic in jobs["overruled"]} == {
        "people": "the file refuses it",
        "ships": "the text says “ferry”, but also: the text says “recruitment”",
    }


def test_what_is_held_back_says_which_line_holds_it(harbour: Newsroom) -> None:
    found = explained(harbour, "2026/held.md")
    assert found["status"] == "held"
    assert parts(found)["barred"][1] == 1
    assert "not public: held" in run(harbour, "2026/held.md").output


def test_files_and_problems_are_shown(harbour: Newsroom) -> None:
    assert [file["name"] for file in explained(harbour, "the-quay")["attachments"]] == ["plan.csv"]
    assert "error: 2026/held.md:1: “EMBARGO" in run(harbour, "2026/held.md").output


def test_a_rival_for_an_id_is_named(harbour: Newsroom) -> None:
    harbour.publish({"2026/second.md": release("Second", date="2026-05-01", reference="PR012-2026")})
    found = explained(harbour, "2026/second.md")
    assert found["holder"] == "2026/ferry.md"


@pytest.mark.parametrize(
    ("wanted", "says"),
    [("nowhere", "there is no file and no release 'nowhere'"), ("2026/broken.md", "2026/broken.md:")],
)
def test_what_cannot_be_explained_is_said_with_exit_code_1(harbour: Newsroom, wanted: str, says: str) -> None:
    result = run(harbour, wanted)
    assert result.exit_code == 1
    assert says in result.output


def test_a_file_that_goes_with_a_release_leads_to_it(harbour: Newsroom) -> None:
    harbour.write({"2026/ferry.pdf": "%PDF", "plans/plan.pdf": "%PDF", "z.md": release(body="[Plan](plans/plan.pdf)")})
    for wanted, owner in [
        ("2026/ferry.pdf", "2026/ferry.md"),
        ("plans/plan.pdf", "z.md"),
        ("quay/plan.csv", "quay/index.md"),
    ]:
        result = run(harbour, wanted)
        assert (result.exit_code, result.stderr) == (
            1,
            f"feedsrv: {wanted} is no release of its own: it goes with {owner}; explain that\n",
        )


def test_a_file_that_is_no_release_is_none(harbour: Newsroom) -> None:
    harbour.write({"alone.csv": "a,b"})
    result = run(harbour, "alone.csv")
    assert (result.exit_code, result.stderr) == (1, "feedsrv: alone.csv is no release, and goes with none\n")


def test_a_file_outside_the_folder_is_none_of_ours(harbour: Newsroom) -> None:
    outside = harbour.root / "outside.md"
    outside.write_text("# Outside")
    assert run(harbour, str(outside)).exit_code == 1


def test_on_a_terminal_rows_are_aligned_and_fit(harbour: Newsroom) -> None:
    leader, follower = pty.openpty()
    subprocess.run(
        [sys.executable, "-m", "feedsrv", "explain", "PR012-2026"],
        stdout=follower,
        env=os.environ | environment(harbour) | {"COLUMNS": "70", "TERM": "xterm"},
        check=True,
    )
    os.close(follower)
    shown = os.read(leader, 65_536).decode().replace("\x1b[2m", "").replace("\x1b[0m", "").splitlines()
    os.close(leader)
    assert max(map(len, shown)) <= 70 + len("\x1b[1m")
    assert any(line.startswith("  title ") and line.endswith("line 7, heading") for line in shown)
    assert any("\t" in line for line in run(harbour, "PR012-2026").output.splitlines())
