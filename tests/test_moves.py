"""Ids never move unnoticed: an edit that moves some says so before, and one that moves many is refused."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from click.testing import CliRunner, Result
from hypothesis import given, settings
from hypothesis import strategies as st

from feedsrv.cli import main
from feedsrv.errors import MovesRefused
from feedsrv.publishing import Memory, publish
from feedsrv.publishing.check import check
from feedsrv.reading import Status
from feedsrv.search.whoosh.index import WhooshIndex
from tests.conftest import BASE_URL, Files, MakeNewsroom, Newsroom, release
from tests.running import run, until
from tests.test_watching import watching

KINDS = {"id-moved", "ids-moved", "alias-lost"}
AGAIN = "put back what it is made of, or write "
URI = "https://example.org/1"
TAG = "tag:press.example.org,2026-01-01:"


def command(newsroom: Newsroom, *arguments: str) -> Result:
    environment = {
        "FEEDSRV_RELEASES": str(newsroom.releases),
        "FEEDSRV_INDEX": str(newsroom.settings.index),
        "FEEDSRV_BASE_URL": BASE_URL,
    }
    return CliRunner().invoke(main, arguments, env=environment)


def named(newsroom: Newsroom) -> dict[str, str]:
    """What check says of ids that would be others: the places, and what is to be done about it."""
    problems = json.loads(command(newsroom, "check", "--format", "json").stdout)["problems"]
    return {
        f"{problem['path']}:{problem['line']}: {problem['what']}": problem["remedy"]
        for problem in problems
        if problem["kind"] in KINDS
    }


TOML = 'authority = "press.example.org"\nsince = 2026-01-01\nlanguages = ["en", "fr"]\n'
BEFORE: Files = {
    "newsroom.toml": TOML,
    "quay.md": release("Quay", slug="quay", lang="en"),
    "PR1.md": release("Numbered", ref="PR 1/2026", lang="en"),
    "fr/quay.md": release("Le quai", slug="quay"),
    "moved.md": release("Moved", slug="moved", aliases="[/old, former]", lang="en"),
    "plain.md": release("Plain", lang="en"),
    "later.md": release("Later", "2026-01-01", slug="quay", draft="true"),
    **{f"n{number}.md": release(f"N {number}", lang="en") for number in range(20)},
}
EDITS: dict[str, tuple[Files, dict[str, str]]] = {
    "nothing": ({}, {}),
    "a text": ({"quay.md": release("The quay", slug="quay", body="Other words.")}, {}),
    "another slug": (
        {"quay.md": release("Quay", slug="docks")},
        {"quay.md:4: its id is docks, and was quay": f"{AGAIN}aliases: [quay] and guid: {TAG}quay"},
    ),
    "another slug, and the former one": ({"quay.md": release("Quay", slug="docks", aliases="[quay]")},
        {"quay.md:4: its id is docks, and was quay": f"{AGAIN}guid: {TAG}quay"},
    ),
    "another slug, and all that was": (
        {"quay.md": release("Quay", slug="docks", aliases="[quay]", guid=f"{TAG}quay")},
        {"quay.md:4: its id is docks, and was quay": ""},
    ),
    "a guid": (
        {"quay.md": release("Quay", slug="quay", guid=URI)},
        {f"quay.md:4: feed readers know it as {URI}, and knew it as {TAG}quay": f"write guid: {TAG}quay"},
    ),
    "a guid that says what was so": ({"quay.md": release("Quay", slug="quay", guid=f"{TAG}quay")}, {}),
    "a slug beside former ones": (
        {"moved.md": release("Moved", slug="again", aliases="[/old, former]")},
        {"moved.md:4: its id is again, and was moved": f"{AGAIN}aliases: [/old, former, moved] and guid: {TAG}moved"},
    ),
    "a former address that is stated no more": (
        {"moved.md": release("Moved", slug="moved", aliases="[/old]")},
        {"moved.md:0: the alias former is no longer stated, and leads nowhere": "write aliases: [/old, former]"},
    ),
    "another spelling of the reference": (
        {"PR1.md": release("Numbered", ref="PR1-2026")},
        {"PR1.md:4: its id is PR1-2026, and was PR-1-2026": f"{AGAIN}guid: {TAG}PR-1-2026"},
    ),
    "no reference any more": (
        {"PR1.md": release("Numbered")},
        {"PR1.md:0: its id is pr1, and was PR-1-2026": f"{AGAIN}aliases: [PR-1-2026] and guid: {TAG}PR-1-2026"},
    ),
    "another language": (
        {"plain.md": release("Plain", lang="fr")},
        {"plain.md:4: its id is plain-fr, and was plain": f"{AGAIN}guid: {TAG}plain"},
    ),
    "a rival that was not public": (
        {"later.md": release("Later", "2026-01-01", slug="quay")},
        {
            "quay.md:4: its id is quay-2026-01-15, and was quay, which later.md has now": (
                "give one of the two a reference or a slug of its own"
            )
        },
    ),
    "a file that is renamed": ({"renamed.md": release("Plain")}, {}),
    "one that is withdrawn under another id": (
        {"quay.md": release("Quay", slug="docks", withdrawn="2026-10-01")},
        {"quay.md:4: its id is docks, and was quay": f"{AGAIN}aliases: [quay] and guid: {TAG}quay"},
    ),
    "one that is held": ({"quay.md": release("Quay", slug="docks", draft="true")}, {}),
}  # fmt: skip


@pytest.mark.parametrize("edit", EDITS)
def test_check_names_what_an_edit_would_move_and_the_log_what_it_moved(make_newsroom: MakeNewsroom, edit: str) -> None:
    files, expected = EDITS[edit]
    newsroom = make_newsroom(BEFORE)
    assert named(newsroom) == {}
    newsroom.write(files)
    assert named(newsroom) == expected
    summary = newsroom.publish()
    assert [p.remedy for p in summary.news if p.kind in KINDS] == list(expected.values())
    assert named(newsroom) == {}
    assert [p for p in newsroom.publish().problems if p.kind in KINDS] == []


@pytest.mark.parametrize("stays", [True, False])
@pytest.mark.parametrize("held", [{"draft": "true"}, {"embargo": "2099-11-02"}], ids=str)
def test_what_moves_while_it_is_held_is_named_when_it_is_public_again(
    make_newsroom: MakeNewsroom, held: dict[str, str], stays: bool
) -> None:
    newsroom = make_newsroom(BEFORE)
    memory = Memory()

    def publish_again(**fields: str) -> list[tuple[str, str]]:
        text = release("Quay", lang="en", **fields)
        newsroom.write({"quay.md": text})
        expected = named(newsroom)
        only = {"quay.md"} if stays else None
        summary = publish(newsroom.catalogue, newsroom.index, newsroom.now, only=only, memory=memory)
        assert [p.remedy for p in summary.news if p.kind in KINDS] == list(expected.values())
        return list(expected.items())

    assert publish_again(slug="quay", **held) == []
    assert publish_again(slug="docks", body="Other words.", **held) == []
    moved = ("quay.md:5: its id is docks, and was quay", f"{AGAIN}aliases: [quay] and guid: {TAG}quay")
    assert publish_again(slug="docks") == [moved]
    assert publish_again(slug="docks", body="More words.") == []


def test_guids_of_many_are_no_others_without_being_told_to(make_newsroom: MakeNewsroom) -> None:
    """Nor are they others because what was remembered of them is lost."""

    def stating(host: str) -> Files:
        return {f"{number}.md": release(str(number), guid=f"https://{host}/{number}") for number in range(12)}

    newsroom = make_newsroom(stating("old.example.org"))
    before = permanent_ids(newsroom)
    for is_lost in (False, True):
        if is_lost:
            (newsroom.settings.index / "ledger").unlink()
        with pytest.raises(MovesRefused):
            newsroom.publish(stating("new.example.org"))
        newsroom.publish(stating("old.example.org"))
        assert permanent_ids(newsroom) == before


@pytest.mark.parametrize(
    "edit", [edit for edit, (_, named) in EDITS.items() if "write" in str(named) and "stated no more" not in edit]
)
def test_what_is_offered_keeps_the_address_and_the_subscribers(make_newsroom: MakeNewsroom, edit: str) -> None:
    files, expected = EDITS[edit]
    ((place, remedy),) = expected.items()
    source, former = place.partition(":")[0], place.rpartition(" was ")[2]
    newsroom = make_newsroom(BEFORE)
    before = permanent_ids(newsroom)
    lines = remedy.partition("write ")[2].replace(" and ", "\n")
    text = str(files[source]).replace("aliases: [/old, former]\n", "").replace(f"guid: {URI}\n", "")
    newsroom.publish({source: text.replace("---\n", f"---\n{lines}\n", 1)})
    assert permanent_ids(newsroom) == before
    if "withdrawn" not in edit and "knew" not in place:
        found = newsroom.client().get(f"/releases/{former}").headers["Location"]
        assert newsroom.snapshot().get(found.removeprefix("/releases/")).source == source


def permanent_ids(newsroom: Newsroom) -> set[str]:
    items = json.loads(newsroom.client().get("/releases.json").data)["items"]
    return {item["id"] for item in items}


SETTINGS: dict[str, tuple[str, str, int]] = {
    "another authority": (
        TOML.replace("press", "news"),
        "newsroom.toml:1: permanent ids are tag:news.example.org,2026-01-01:…, and were tag:press.example.org,",
        25,
    ),
    "another day": (
        TOML.replace("2026-01-01", "2026-01-02"),
        "newsroom.toml:2: permanent ids are tag:press.example.org,2026-01-02:…, and were tag:press.example.org,",
        25,
    ),
    "another first language": (
        TOML.replace('"en", "fr"', '"fr", "en"'),
        "newsroom.toml:3: the first language is fr, and was en",
        24,
    ),
    "no languages": (TOML.replace('"en", "fr"', ""), "", 0),
    "no authority, where the host is the same": (TOML.replace("authority", "#"), "", 0),
    "another title": (f'{TOML}title = "Other"\n', "", 0),
}


@pytest.mark.parametrize("edit", SETTINGS)
def test_settings_that_move_all_ids_are_named_and_refused(make_newsroom: MakeNewsroom, edit: str) -> None:
    toml, expected, count = SETTINGS[edit]
    newsroom = make_newsroom(BEFORE)
    before, ids = newsroom.snapshot().generation, newsroom.ids()
    newsroom.write({"newsroom.toml": toml})
    assert [place for place in named(newsroom) if place.startswith(expected or "newsroom.toml")][:1] == [
        place for place in named(newsroom) if place.startswith("newsroom.toml")
    ]
    if not expected:
        newsroom.publish()
        assert newsroom.ids() == ids
        return
    for arguments in (["index"], ["index", "--force"], ["index", "--rebuild"]):
        result = command(newsroom, *arguments)
        assert result.exit_code == 1
        assert f"{count} of 25 releases would have other ids, and nothing was changed: " in result.stderr
        assert "say feedsrv index --move-ids" in result.stderr
        assert newsroom.snapshot().generation == before
    newsroom.write({"newsroom.toml": TOML})
    assert command(newsroom, "index").exit_code == 0
    assert newsroom.snapshot().generation == before
    newsroom.write({"newsroom.toml": toml})
    assert command(newsroom, "index", "--move-ids").exit_code == 0
    assert newsroom.snapshot().newsroom.text == toml
    assert named(newsroom) == {}
    if "language" in edit:
        for release_id in ids:
            assert newsroom.client().get(f"/releases/{release_id}").status_code in {200, 301}


@pytest.mark.parametrize(
    ("there", "moved", "is_refused"),
    [
        *((1, 1, False), (2, 1, False), (2, 2, True), (3, 2, True), (4, 2, True), (5, 2, False), (12, 5, False)),
        *((12, 6, True), (30, 10, False), (30, 11, True)),
    ],
)
@pytest.mark.parametrize("stays", [True, False])
def test_more_than_ten_or_half_do_not_move_without_being_told_to(
    make_newsroom: MakeNewsroom, there: int, moved: int, is_refused: bool, stays: bool
) -> None:
    newsroom = make_newsroom({f"{number}.md": release(str(number), slug=f"a{number}") for number in range(there)})
    memory = Memory()
    publish(newsroom.catalogue, newsroom.index, newsroom.now, memory=memory)
    edited = {f"{number}.md": release(str(number), slug=f"b{number}") for number in range(moved)}
    newsroom.write(edited)
    told = edited.keys() if stays else None
    if is_refused:
        with pytest.raises(MovesRefused):
            publish(newsroom.catalogue, newsroom.index, newsroom.now, only=told, memory=memory)
        assert newsroom.ids() == sorted(f"a{number}" for number in range(there))
    publish(newsroom.catalogue, newsroom.index, newsroom.now, only=told, memory=memory, move_ids=is_refused)
    assert newsroom.ids() == sorted(f"{'b' if number < moved else 'a'}{number}" for number in range(there))


def test_what_is_not_remembered_any_more_is_compared_with_what_is_published(make_newsroom: MakeNewsroom) -> None:
    newsroom = make_newsroom({f"{number}.md": release(str(number), slug=f"a{number}") for number in range(12)})
    (newsroom.settings.index / "ledger").unlink()
    with pytest.raises(MovesRefused):
        newsroom.publish({f"{number}.md": release(str(number), slug=f"b{number}") for number in range(12)})


def test_an_embargo_ends_on_its_minute_whatever_becomes_of_the_ids_of_rivals(make_newsroom: MakeNewsroom) -> None:
    files = {f"{number}.md": release(str(number), "2026-02-01", slug=f"a{number}") for number in range(12)}
    held = {f"held{number}.md": release("H", slug=f"a{number}", embargo="2026-11-02") for number in range(12)}
    newsroom = make_newsroom({**files, **held})
    newsroom.now = datetime(2026, 11, 2, tzinfo=UTC)
    summary = newsroom.publish()
    assert summary.added == 12
    assert sum(problem.kind == "id-moved" for problem in summary.news) == 12
    assert newsroom.snapshot().get("a3").source == "held3.md"


def test_whoever_watches_goes_on_with_what_was_published_until_somebody_decides(make_newsroom: MakeNewsroom) -> None:
    newsroom = make_newsroom(BEFORE, now=datetime.now(UTC))
    ids, index = newsroom.ids(), newsroom.settings.index
    french = {"newsroom.toml": TOML.replace('"en", "fr"', '"fr", "en"')}
    with watching(newsroom.releases, index) as log:
        newsroom.write(french)
        refused = "ERROR nothing was published: 24 of"
        until(lambda: refused in log)
        assert newsroom.ids() == ids
        newsroom.write({"newsroom.toml": TOML, "new.md": release("New")})
        until(lambda: "new" in newsroom.ids())
        newsroom.write(french)
        until(lambda: log.count(refused) == 2)
        until(lambda: run("index", "--move-ids", releases=newsroom.releases, index=index).returncode == 0)
        assert "plain-en" in newsroom.ids()
        newsroom.write({"newer.md": release("Newer", lang="en")})
        until(lambda: "newer-en" in newsroom.ids())
        assert log.count(refused) == 2


NAMES = ("a.md", "b.md", "x.md", "x.fr.md", "fr/x.md", "n/PR1-2026.md")
TEXTS = st.builds(
    lambda date, fields: release("T", date, **{key: value for key, value in fields.items() if value}),
    st.sampled_from(["2026-01-15", "2026-01-15", "2026-02-01"]),
    st.fixed_dictionaries(
        {
            "ref": st.sampled_from(["", "", "", "PR 1/2026", "PR1-2026", "CP1-2026"]),
            "slug": st.sampled_from(["x", "x", "X", "x-fr", "x1", "x-1", "x-2026-01-15", ""]),
            "lang": st.sampled_from(["en", "en", "fr", "de", ""]),
            "aliases": st.sampled_from(["", "", "[x, /old]"]),
            "guid": st.sampled_from(["", "", "", "https://example.org/1", "tag:press.example.org,2000-01-01:x"]),
            "draft": st.sampled_from(["", "", "", "true"]),
            "embargo": st.sampled_from(["", "", "2026-11-02"]),
        }
    ),
)
TOMLS = st.builds(
    lambda languages, authority: f"languages = {json.dumps(languages)}\n{authority}",
    st.sampled_from([["en", "fr"], ["fr", "en"], []]),
    st.sampled_from(["", 'authority = "press.example.org"', 'authority = "news.example.org"']),
)
EDIT = st.one_of(
    *[st.tuples(st.sampled_from(NAMES), st.one_of(TEXTS, TEXTS, TEXTS, st.none()))] * 5,
    st.tuples(st.just("newsroom.toml"), TOMLS),
)


@settings(max_examples=6)
@given(steps=st.lists(st.tuples(st.lists(EDIT, min_size=1, max_size=3), st.booleans()), min_size=6, max_size=8))
def test_whatever_was_edited_files_alone_decide_and_all_that_moves_is_named(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[list[tuple[str, str | None]], bool]]
) -> None:
    root = tmp_path_factory.mktemp("moves")
    newsroom, memory = Newsroom(root / "newsroom"), Memory()
    newsroom.write({"newsroom.toml": 'languages = ["en"]\n', **dict.fromkeys(NAMES, release(slug="x"))})
    before = publish(newsroom.catalogue, newsroom.index, newsroom.now, memory=memory).records
    now = {record.source: (record.id, record.guid) for record in before.values() if record.id}
    was: dict[str, tuple[str, str]] = {}
    for number, (edits, is_later) in enumerate(steps):
        was = {source: names for source, names in {**was, **now}.items() if source in before}
        for name, text in edits:
            (newsroom.releases / name).unlink(missing_ok=True)
            if text is not None:
                newsroom.write({name: text})
        newsroom.now += timedelta(days=is_later)
        report = check(newsroom.catalogue, newsroom.index, newsroom.now, [], iter)
        expected = {problem.what for problem in report.problems if problem.kind in KINDS}
        told = {name for name, _ in edits}
        published = newsroom.snapshot().generation
        try:
            found = publish(newsroom.catalogue, newsroom.index, newsroom.now, force=True, only=told, memory=memory)
        except MovesRefused:
            assert newsroom.snapshot().generation == published
            found = publish(
                newsroom.catalogue, newsroom.index, newsroom.now, force=True, move_ids=True, only=told, memory=memory
            )
        before = dict(found.records)
        ids = {record.source: record.id for record in before.values() if record.id}
        guids = {record.guid for record in before.values() if record.guid}
        assert len(guids) == sum(bool(record.guid) for record in before.values())
        assert len(permanent_ids(newsroom)) == found.statuses[Status.PUBLIC]
        now = {record.source: (record.id, record.guid) for record in before.values() if record.id}
        moved = {source for source in was.keys() & now.keys() if was[source] != now[source]}
        assert {problem.path for problem in found.news if problem.kind == "id-moved"} == moved
        assert {problem.what for problem in found.news if problem.kind in KINDS} == expected
        assert len({release_id.casefold() for release_id in ids.values()}) == len(ids)
        anew = publish(newsroom.catalogue, WhooshIndex(root / f"anew-{number}"), newsroom.now)
        assert {record.source: (record.id, record.guid) for record in anew.records.values() if record.id} == now
