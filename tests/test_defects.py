"""What is looked for on the pages of a folder: a defect of each kind that is planted in a small one is found."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from bench import defects
from bench.shown import MARKUP, Page
from bench.written import Written
from tests.conftest import release

NOW = datetime(2026, 11, 1, 12, 0, tzinfo=UTC)

SHOWN = {
    "** or __": "Opened **on Sunday**.",
    "~~": "Opened ~~on Sunday~~.",
    "](": "Opened [on Sunday](there).",
    "{{ or {%": "Opened {{ on }}.",
    "a fence": ":::note",
    "an admonition": "!!! note",
    "[^1]": "Opened on Sunday[^1].",
    "{: .x} or {#id}": "Opened on Sunday {: .lead}",
    "a tag": "Opened <b>on Sunday</b>.",
    "an entity": "Opened &amp;amp; on Sunday.",
    ":emoji:": "Opened :smile: on Sunday.",
    "[TOC]": "[TOC]",
    "# of a heading": "## Opened on Sunday",
    "a row of a table": "| on | Sunday |",
    "front matter": "draft = false",
}
"""A line of plain text, in which markup is nothing but text, for each kind of it."""

PLANTED = {
    "a dead link": release(body="The tide is high, [see](/about)."),
    "a dead anchor": release(body="The tide is high, [see](quay.md#nothing)."),
    "an empty body": "---\ntitle: The tide\ndate: 2026-01-02\n---\n",
    "lost text": release(
        body="The tide is high.\n\n{% for x in y %}\nThe tug lies in the harbour since Monday.\n{% endfor %}"
    ),
    "a lost medium": release(body="The tide is high. ![](https://example.org/counter.gif)"),
    "a lost tag": release(body="The tide is high.", topics="[tides, -tides]"),
}


def kinds(folder: Path, source: str) -> set[str]:
    return {defect.kind for defect in defects.find(folder, NOW)[1] if defect.source == source}


def write(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        (folder / name).write_text(text, "utf8")


def test_markup_that_is_shown_is_found(tmp_path: Path) -> None:
    assert SHOWN.keys() == MARKUP.keys()
    write(
        tmp_path,
        {
            f"{number}.txt": f"A headline\n\n2 January 2026\n\n{line}\n\nMore.\n"
            for number, line in enumerate(SHOWN.values())
        },
    )
    found = defects.find(tmp_path, NOW)[1]
    for number, kind in enumerate(SHOWN):
        assert {defect.kind for defect in found if defect.source == f"{number}.txt"} == {f"{kind} in the text"}
    assert all(defect.is_inherent for defect in found)


def test_what_is_dead_or_lost_is_found(tmp_path: Path) -> None:
    names = {kind: f"{kind.replace(' ', '-')}.md" for kind in PLANTED}
    write(tmp_path, {"quay.md": release("Quay", body="The quay is wet.")})
    write(tmp_path, {names[kind]: text for kind, text in PLANTED.items()})
    count, found = defects.find(tmp_path, NOW)
    assert count == 1 + len(PLANTED)
    assert {(defect.source, defect.kind) for defect in found} == {(names[kind], kind) for kind in PLANTED}


def test_headings_out_of_order_are_found() -> None:
    page = Page("", b"<h1>The tide</h1><h3>The tug</h3><h1>The quay</h1>")
    assert [defect.kind for defect in defects.headings(page, Written("a.md", b""))] == [
        "headlines",
        "a level of headings skipped",
    ]


def test_a_table_says_on_how_many_pages_and_whose_fault_it_is(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(tmp_path, {"a.md": release(body="The **tide **is high, [see](/about)."), "b.md": release(body="It is low.")})
    defects.main([str(tmp_path)])
    said, errors = capsys.readouterr()
    assert said.splitlines()[0] == "1 of 2 pages have a defect, 0 that is not in their files"
    assert "| a dead link | 1 | 1 | a.md: /about |" in said.splitlines()
    assert errors == ""
