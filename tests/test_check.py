"""feedsrv check: what an officer is told before anything is published."""

from __future__ import annotations

import json
from typing import Any

from click.testing import CliRunner, Result

from feedsrv.cli import main
from tests.conftest import MakeNewsroom, Newsroom, release


def run(newsroom: Newsroom, *arguments: str) -> Result:
    environment = {"FEEDSRV_RELEASES": str(newsroom.releases), "FEEDSRV_INDEX": str(newsroom.settings.index)}
    return CliRunner().invoke(main, ["check", *arguments], env=environment)


def checked(newsroom: Newsroom, *arguments: str) -> dict[str, Any]:
    report: dict[str, Any] = json.loads(run(newsroom, *arguments, "--format", "json").stdout)
    return report


def problems(newsroom: Newsroom) -> list[str]:
    found = checked(newsroom)["problems"]
    return [f"{problem['path']}:{problem['line']}: {problem['what']}" for problem in found]


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
    assert "topic ships: +1 −1 (b.md, a.md …)" in run(newsroom).output
    newsroom.publish()
    assert checked(newsroom)["topics"] == []


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
    long = " ".join(f"w{number}" for number in range(100))
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
        {"a.md": "# A title\n\nText.", "b.md": "---\ntitle: [\n---\n", "c.md": release(draft="true")}
    )
    lines = run(newsroom).stdout.splitlines()
    assert [line.partition(":")[0] for line in lines] == ["error", "warning", "note"]
    assert run(newsroom).stderr.splitlines()[-1] == (
        "1 error, 1 warning, 1 note; 3 files: 1 public, 1 draft, 1 unreadable"
    )
    assert run(newsroom).exit_code == 1


def test_what_comes_up_often_is_summed_up(make_newsroom: MakeNewsroom) -> None:
    newsroom = make_newsroom({f"{number}.md": f"# Ferry {number}\n\nText." for number in range(11)})
    assert "     11 × there is no date" in run(newsroom).stderr


def test_paths_outside_the_folder_are_wrong_usage(make_newsroom: MakeNewsroom) -> None:
    newsroom = make_newsroom({"a.md": release()})
    for path in (newsroom.root, newsroom.releases / "nothing.md"):
        result = run(newsroom, str(path))
        assert result.exit_code == 2
        assert "is no file or folder in" in result.output
