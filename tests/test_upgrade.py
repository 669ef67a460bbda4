"""An upgrade of the readers may hold more than before: nothing vanishes silently."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from hashlib import sha256
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feedsrv import readers
from feedsrv.errors import RemovalRefused
from feedsrv.publishing import Summary
from tests.conftest import MakeNewsroom, Newsroom, release

PUBLIC = release("Open")
HELD = {
    "draft": release("Draft", draft="true"),
    "held": release("Held", embargo="when the minister says so"),
    "embargoed": release("Later", embargo="2030-01-01"),
    "unreadable": "---\ntitle: [\n---\nText.\n",
}


def change_ledger(newsroom: Newsroom, change: Callable[[dict[str, Any]], object]) -> None:
    path = newsroom.settings.index / "ledger"
    stored: dict[str, dict[str, Any] | None] = {}
    for line in path.read_text("utf8").splitlines():
        _, generation, records = line.split(" ", 2)
        stored |= json.loads(records)
    for record in filter(None, stored.values()):
        change(record)
    content = f"{generation} {json.dumps(stored)}\n".encode()
    path.write_bytes(b"%s %s" % (sha256(content).hexdigest().encode(), content))


def pretend_it_was_read_as_public(newsroom: Newsroom, files: Mapping[str, str]) -> None:
    """Write files, and let the ledger have them as an older version would have read them: public."""
    newsroom.write(files)
    digests = {source: sha256(text.encode()).hexdigest() for source, text in files.items()}

    def change(record: dict[str, Any]) -> None:
        if record["source"] in digests:
            record["basis"]["digest"] = digests[record["source"]]

    change_ledger(newsroom, change)


def as_the_version_before_wrote_it(record: dict[str, Any]) -> None:
    del record["basis"]
    record["fingerprint"] = "0" * 64
    record["published"] = record["published"].replace("Z", "+00:00")


def turned(summary: Summary) -> list[str]:
    return sorted(problem.path for problem in summary.problems if "it was public" in problem.what)


@pytest.mark.parametrize("held", HELD)
def test_what_an_upgrade_holds_is_named_with_the_line_that_holds_it(
    make_newsroom: MakeNewsroom, monkeypatch: pytest.MonkeyPatch, held: str
) -> None:
    newsroom = make_newsroom({"a.md": PUBLIC, "b.md": PUBLIC})
    pretend_it_was_read_as_public(newsroom, {"a.md": HELD[held]})
    monkeypatch.setattr(readers, "READER_VERSION", readers.READER_VERSION + 1)
    summary = newsroom.publish()
    (named,) = [problem for problem in summary.problems if "it was public" in problem.what]
    assert named.path == "a.md"
    if held == "held":
        assert str(named).startswith(
            "a.md:4: it was public, and is held for this version of feedsrv: embargo: when the"
        )
    assert (summary.removed, turned(newsroom.publish())) == (1, [])


def test_what_an_officer_holds_is_obeyed_at_once(make_newsroom: MakeNewsroom, monkeypatch: pytest.MonkeyPatch) -> None:
    newsroom = make_newsroom({f"{number}.md": PUBLIC for number in range(12)})
    monkeypatch.setattr(readers, "READER_VERSION", readers.READER_VERSION + 1)
    summary = newsroom.publish({f"{number}.md": HELD["draft"] for number in range(12)})
    assert (summary.removed, turned(summary)) == (12, [])


@pytest.mark.parametrize("was_written_before", [False, True])
@pytest.mark.parametrize("rebuild", [False, True])
def test_an_upgrade_that_holds_most_is_refused(
    make_newsroom: MakeNewsroom, monkeypatch: pytest.MonkeyPatch, *, was_written_before: bool, rebuild: bool
) -> None:
    newsroom = make_newsroom({f"{number}.md": PUBLIC for number in range(12)})
    newsroom.remove("11.md")
    pretend_it_was_read_as_public(newsroom, {f"{number}.md": HELD["held"] for number in range(6)})
    if was_written_before:
        change_ledger(newsroom, as_the_version_before_wrote_it)
    monkeypatch.setattr(readers, "READER_VERSION", readers.READER_VERSION + 1)
    with pytest.raises(
        RemovalRefused, match=r"7 of 12 .* 1 are no .* 6 are held .*\(0.md, 1.md, 2.md, 3.md, 4.md and 1"
    ):
        newsroom.publish(rebuild=rebuild)
    assert newsroom.snapshot().get("0").title == "Open"
    summary = newsroom.publish(rebuild=rebuild, force=True)
    assert turned(summary) == [f"{number}.md" for number in range(6)]


def test_an_index_that_cannot_be_opened_any_more_is_compared_with_all_the_same(make_newsroom: MakeNewsroom) -> None:
    newsroom = make_newsroom({f"{number}.md": PUBLIC for number in range(12)})
    pretend_it_was_read_as_public(newsroom, {f"{number}.md": HELD["held"] for number in range(7)})
    change_ledger(newsroom, as_the_version_before_wrote_it)
    manifest = newsroom.settings.index / newsroom.snapshot().generation / "manifest.json"
    manifest.write_text(manifest.read_text().replace("schema", "an older schema"))
    newsroom.index = type(newsroom.index)(newsroom.settings.index)
    with pytest.raises(RemovalRefused, match="7 of 12"):
        newsroom.publish()


CASES = st.lists(
    st.tuples(st.sampled_from(["kept", "edited", "turned", "gone"]), st.sampled_from(sorted(HELD))), max_size=14
)


@settings(max_examples=25)
@given(cases=CASES)
def test_whatever_happens_at_once_edits_are_obeyed_and_the_rest_is_counted(
    tmp_path_factory: pytest.TempPathFactory, cases: list[tuple[str, str]]
) -> None:
    newsroom = Newsroom(tmp_path_factory.mktemp("newsroom") / "newsroom")
    newsroom.publish({f"{number}.md": PUBLIC for number in range(len(cases))})
    by_fate: dict[str, dict[str, str]] = {"kept": {}, "edited": {}, "turned": {}, "gone": {}}
    for number, (fate, held) in enumerate(cases):
        by_fate[fate][f"{number}.md"] = HELD[held]
    newsroom.write(by_fate["edited"])
    pretend_it_was_read_as_public(newsroom, by_fate["turned"])
    newsroom.remove(*by_fate["gone"])
    unreadable = [held for held in by_fate["edited"].values() if held is HELD["unreadable"]]
    lost = len(by_fate["turned"]) + len(by_fate["gone"]) + len(unreadable)
    is_emptied = len(cases) == lost > 0
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(readers, "READER_VERSION", readers.READER_VERSION + 1)
        if is_emptied or (len(cases) > 10 and lost * 2 > len(cases)):
            with pytest.raises(RemovalRefused, match=f"{lost} of {len(cases)}"):
                newsroom.publish()
        else:
            summary = newsroom.publish()
            assert turned(summary) == sorted(by_fate["turned"])
            assert summary.removed == len(cases) - len(by_fate["kept"])
