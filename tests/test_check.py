"""feedsrv check: what an officer is told before anything is published."""

from __future__ import annotations

import json
from typing import Any

import pytest
from click.testing import CliRunner, Result

from feedsrv import readers
from feedsrv.cli import main
from feedsrv.files.kinds import UNREAD
from tests.conftest import BASE_URL, MakeNewsroom, Newsroom, release


def run(newsroom: Newsroom, *arguments: str) -> Result:
    environment = {
        "FEEDSRV_RELEASES": str(newsroom.releases),
        "FEEDSRV_INDEX": str(newsroom.settings.index),
        "FEEDSRV_BASE_URL": BASE_URL,
    }
    return CliRunner().invoke(main, ["check", *arguments], env=environment)


def checked(newsroom: Newsroom, *arguments: str) -> dict[str, Any]:
    report: dict[str, Any] = json.loads(run(newsroom, *arguments, "--format", "json").stdout)
    return report


def problems(newsroom: Newsroom) -> list[str]:
    """The problems, but for the one that a newsroom has that states no authority."""
    found = (problem for problem in checked(newsroom)["problems"] if problem["kind"] != "authority")
    return [f"{problem['path']}:{problem['line']}: {problem['what']}" for problem in found]


AUTHORITY = {"newsroom.toml": 'authority = "press.example.org"\n'}
FERRIES = {f"{number}.md": release(f"Ferry {number}", slug=f"ferry-{number}") for number in range(12)}


def test_an_edit_of_newsroom_toml_says_what_it_would_add_and_take_away(make_newsroom: MakeNewsroom) -> None:
    newsroom = make_newsroom(
        {
            "newsroom.toml": '[topics.ships]\nmatch = ["ferry"]\n',
            "a.md": release("A ferry"),
            "b.md": release("A tram"),
            "c.md": release("A ferry and a tram"),
        }
    )
    assert checked(newsroom)["topics"] == []
    newsroom.write({"newsroom.toml": '[topics.ships]\nmatch = ["tram"]\n'})
    assert checked(newsroom)["topics"] == [{"topic": "ships", "added": ["b.md"], "removed": ["a.md"]}]
    assert "topic ships: +1 −1 (b.md, a.md …)" in run(newsroom).stderr
    newsroom.publish()
    assert checked(newsroom)["topics"] == []


def test_one_headline_of_three_releases_is_named(make_newsroom: MakeNewsroom) -> None:
    newsroom = make_newsroom(AUTHORITY | {f"{name}.md": release("TOPICS OF THE SITE", slug=name) for name in "ab"})
    assert problems(newsroom) == []
    newsroom.write({f"{name}.md": release("Topics of the site", slug=name) for name in "cd"})
    assert problems(newsroom) == ["a.md:0: “TOPICS OF THE SITE” is the headline of this, of b.md and of 2 more"]


def test_topics_that_match_nothing_or_most_are_named_with_their_line(make_newsroom: MakeNewsroom) -> None:
    toml = (
        'title = "T"\n[topics.ships]\nmatch = ["ferry"]\n[topics.trams]\nmatch = ["tram"]\n[topics.old]\nretired = ""\n'
    )
    newsroom = make_newsroom(FERRIES | {"newsroom.toml": toml})
    assert problems(newsroom) == [
        "newsroom.toml:2: 12 of 12 releases are in ships: it tells nothing apart",
        "newsroom.toml:4: no release is in trams",
    ]


def test_rules_that_are_read_otherwise_are_named_with_their_line(make_newsroom: MakeNewsroom) -> None:
    long = " ".join(f"w{number}" for number in range(200))
    toml = f'[topics.a]\nmatch = [\n  "-ferry",\n  "...",\n  "ferry {long}",\n  "lang:en",\n]\n'
    newsroom = make_newsroom({"newsroom.toml": toml, "a.md": release()})
    told = problems(newsroom)
    assert (
        told[0]
        == "newsroom.toml:3: the rule '-ferry' of a: it only says what is not wanted, so it matches nearly everything"
    )
    assert told[1] == "newsroom.toml:4: the rule '...' of a: there is no word in it"
    assert told[2].startswith("newsroom.toml:5: ")
    assert "words were read" in told[2]
    assert len(told) == 3


def test_rivals_for_a_former_address_are_named(make_newsroom: MakeNewsroom) -> None:
    newsroom = make_newsroom(
        {
            "a.md": release("A", aliases="[/old/x, b]"),
            "b.md": release("B", aliases="[/old/x]"),
        }
    )
    assert problems(newsroom) == [
        "a.md:0: the alias b is the address of b.md",
        "b.md:0: the alias /old/x is stated by a.md as well, and leads there",
    ]


def test_errors_come_before_warnings_and_all_are_counted(make_newsroom: MakeNewsroom) -> None:
    newsroom = make_newsroom(
        AUTHORITY | {"a.md": "# A title\n\nText.", "b.md": "---\ntitle: [\n---\n", "c.md": release(draft="true")}
    )
    lines = run(newsroom).stdout.splitlines()
    assert [line.partition(":")[0] for line in lines] == ["error", "warning"]
    assert run(newsroom).stderr.splitlines()[-1] == (
        "1 error, 1 warning, 1 note; 3 files: 1 public, 1 draft, 1 unreadable"
    )
    assert run(newsroom).exit_code == 1


def test_that_there_is_no_authority_is_a_warning_of_its_own(make_newsroom: MakeNewsroom) -> None:
    newsroom = make_newsroom({"a.md": release()})
    said = "there is no authority, so permanent ids are made of the host of the public address: press.example.org; "
    remedy = "name one that you hold; once people have subscribed, this one"
    assert run(newsroom).stdout == f"warning: {newsroom.releases}/newsroom.toml: {said}{remedy}\n"
    assert run(newsroom).exit_code == 1
    newsroom.write(AUTHORITY)
    assert run(newsroom).exit_code == 0


def test_each_kind_is_told_once_with_its_count_and_three_examples(make_newsroom: MakeNewsroom) -> None:
    undated = {f"{number:02}.md": f"# Ferry {number}\n\nText." for number in range(11)}
    broken = {f"b{number}.md": release(body=f"[Plan {number}](plan{number}.pdf)") for number in range(2)}
    newsroom = make_newsroom(AUTHORITY | undated | broken)
    folder = newsroom.releases
    assert run(newsroom).stdout.splitlines() == [
        "warning: 11 × there is no date; add a date to the front matter; write it like 2018-03-23 or 2018-03-23 10:00",
        *(f"    {folder}/{name}" for name in ("00.md", "01.md", "02.md")),
        "    and 8 more; --all shows each",
        "note: 2 × a link leads to … and there is no such file; put it there, or change its address",
        *(
            f"    {folder}/b{number}.md:6: a link leads to plan{number}.pdf, and there is no such file; "
            "put it there, or change its address"
            for number in range(2)
        ),
    ]
    assert len(run(newsroom, "--all").stdout.splitlines()) == 13
    assert len(checked(newsroom)["problems"]) == 13


def test_nothing_is_said_of_what_is_right_unless_it_is_asked_about(make_newsroom: MakeNewsroom) -> None:
    files = {"draft.md": release(draft="true"), "gone.md": release(expiryDate="2026-02-01"), "open.md": release("Open")}
    newsroom = make_newsroom(AUTHORITY | files)
    assert run(newsroom).stdout == ""
    assert run(newsroom).stderr == "2 notes; 3 files: 1 public, 1 draft, 1 expired\n"
    assert run(newsroom).exit_code == 0
    about_one = run(newsroom, str(newsroom.releases / "draft.md"))
    assert about_one.stdout == f"note: {newsroom.releases}/draft.md: not public, because it is a draft\n"


def test_until_when_a_release_is_held_is_told_in_the_newsrooms_time_zone(make_newsroom: MakeNewsroom) -> None:
    newsroom = make_newsroom({"newsroom.toml": 'timezone = "Europe/Paris"', "a.md": release(embargo="2099-07-01")})
    assert "a.md: not public before 2099-07-01 00:00 CEST\n" in run(newsroom).stdout


@pytest.mark.parametrize(
    ("folder", "typed", "shown"),
    [
        ("releases", [], "releases/2026/a.md"),
        ("{root}/releases", [], "{root}/releases/2026/a.md"),
        ("{root}/releases", ["releases/2026"], "releases/2026/a.md"),
        ("releases", ["releases/2026/a.md"], "releases/2026/a.md"),
        ("releases", ["./releases"], "releases/2026/a.md"),
        ("releases", ["{root}/releases"], "{root}/releases/2026/a.md"),
    ],
)
def test_paths_are_shown_as_they_are_typed(
    make_newsroom: MakeNewsroom, monkeypatch: pytest.MonkeyPatch, folder: str, typed: list[str], shown: str
) -> None:
    newsroom = make_newsroom({"2026/a.md": ""})
    root = newsroom.root
    monkeypatch.chdir(root)
    environment = {"FEEDSRV_RELEASES": folder.format(root=root), "FEEDSRV_INDEX": "index"}
    arguments = ["check", *(path.format(root=root) for path in typed)]
    result = CliRunner().invoke(main, arguments, env=environment)
    assert result.stdout.startswith(f"error: {shown.format(root=root)}: it is empty")


class TestUnreadTexts:
    def test_they_are_none_of_those_that_are_read(self) -> None:
        assert UNREAD.keys().isdisjoint(readers.SUFFIXES)

    def test_they_are_named_once_for_each_ending_with_what_would_read_them(self, make_newsroom: MakeNewsroom) -> None:
        texts = {f"{number}.creole": "= A headline" for number in range(5)}
        newsroom = make_newsroom({"a.md": release(), "notes/x.tex": "Text", "README.creole": "About", **texts})
        assert problems(newsroom) == [
            "0.creole:0: 5 files end in .creole, which is not read here: 0.creole, 1.creole, 2.creole …",
            "notes/x.tex:0: one file ends in .tex, which is not read here: notes/x.tex",
        ]
        assert "make Markdown of it, with pandoc" in run(newsroom).stdout
        assert run(newsroom, str(newsroom.releases / "notes")).stdout.count("warning") == 1

    @pytest.mark.parametrize(
        ("name", "remedy"),
        [
            ("a.org", "pandoc"), ("a.adoc", "downdoc"), ("a.ipynb", "nbconvert"), ("a.DOC", ".docx"),
            ("a.rtf", ".docx"), ("a.pages", ".docx"), ("a.msg", ".eml"), ("a.mht", ".html"), ("a.njk", "rename"),
            ("a.textile", "pandoc"), ("2026/harbour", "give it the ending"), ("LICENSE", ""), ("Makefile", ""),
            ("_redirects", ""), ("a.css", ""),
        ],
    )  # fmt: skip
    def test_each_kind_has_its_remedy(self, make_newsroom: MakeNewsroom, name: str, remedy: str) -> None:
        newsroom = make_newsroom({"b.md": release(), name: "Words of a release"})
        told = [problem["remedy"] for problem in checked(newsroom)["problems"] if problem["kind"] == "not-read"]
        assert [remedy in said for said in told] == [True] * bool(remedy)

    def test_they_are_not_served_because_they_lie_there(self, make_newsroom: MakeNewsroom) -> None:
        newsroom = make_newsroom(
            {
                "x/index.md": release("Bundle"),
                "x/secret.creole": "= Secret",
                "x/plan.csv": "a,b",
                "y.md": release("Stem", body="[Paper](papers/named.tex)"),
                "y.tex": "Secret",
                "papers/named.tex": "Named",
            }
        )
        names = {name: [file.name for file in newsroom.snapshot().get(name).attachments] for name in ("x", "y")}
        assert names == {"x": ["plan.csv"], "y": ["named.tex"]}


def test_paths_outside_the_folder_are_wrong_usage(make_newsroom: MakeNewsroom) -> None:
    newsroom = make_newsroom({"a.md": release()})
    for path in (newsroom.root, newsroom.releases / "nothing.md"):
        result = run(newsroom, str(path))
        assert result.exit_code == 2
        assert "is no file or folder in" in result.output
        assert "set FEEDSRV_RELEASES" in result.output
