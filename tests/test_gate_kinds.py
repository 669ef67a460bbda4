"""Kinds of ways in which a release once got out, or was held although nothing speaks of it: a line for each."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from feedsrv import readers
from feedsrv.errors import FileUnreadable
from feedsrv.newsroom import Newsroom
from feedsrv.reading import Status
from tests.conftest import NOW, MakeNewsroom, release

TEXT = "The harbour museum opens on Sundays from April. Admission stays free for all who come.\n"


def status(text: str, source: str = "a.md") -> Status:
    try:
        return readers.read(source, text.encode(), Newsroom()).visibility.status(NOW)
    except FileUnreadable:
        return Status.UNREADABLE


@pytest.mark.parametrize(
    "lines",
    [
        "DRAFT – 24 October 2026", "Draft, 24 October 2026", "NOT FOR PUBLICATION – 24 October 2026",
        "STRICTLY CONFIDENTIAL, 24 October 2026", "Do not publish – 24 October 2026",
        "Draft dated 24 October 2026", "Draft from 24 October 2026", "Entwurf vom 24.10.2026",
        "Borrador de 24 de octubre de 2026", "Kladde fra 24. oktober 2026", "Utkast från 24 oktober 2026",
    ],
)  # fmt: skip
def test_the_day_on_which_a_draft_was_written_is_not_its_end(lines: str) -> None:
    assert status(f"---\ndate: 2026-10-01\n---\n\n# The museum opens\n\n{lines}\n\n{TEXT}") in {
        Status.DRAFT,
        Status.HELD,
    }


@pytest.mark.parametrize(
    "lines",
    [
        "EMBARGOED UNTIL 1 October 2026\n\nON HOLD", "EMBARGOED UNTIL 1 October 2026\n\nDo not publish",
        "EMBARGOED UNTIL 1 October 2026 – CONFIDENTIAL", "DRAFT – EMBARGOED UNTIL 1 October 2026",
        "EMBARGOED UNTIL 1 October 2026\n\nEMBARGOED UNTIL further notice",
    ],
)  # fmt: skip
def test_an_embargo_that_is_over_speaks_for_nothing_else(lines: str) -> None:
    assert status(f"# The museum opens\n\n1 October 2026\n\n{lines}\n\n{TEXT}") in {Status.DRAFT, Status.HELD}
    assert status(f"# The museum opens\n\nEMBARGOED UNTIL 1 October 2026\n\nUNDER EMBARGO\n\n{TEXT}") is Status.PUBLIC


@pytest.mark.parametrize(
    "line",
    [
        "The information in this release is embargoed until 1 December 2026, 10:00.",
        "Les informations de ce communiqué sont sous embargo jusqu'au 1er décembre 2026.",
        "DRAFT 2", "Draft v2", "Entwurf 2", "**Status:** Draft", "- Status: draft (v2)", "⚠️ DRAFT",
        "State: needs review", "Stage: Pending review", "Status: work in progress", "Published: no", "Publié : non",
        "Released: not yet", "Issued: pending", "Status: awaiting sign-off", "Version: Draft 3", "Versión: borrador",
        "Approval: pending", "Classification: Confidential",
        "Approved for release: no", "Ready to publish: no", "Release status: on hold", "Go live: TBC",
    ],
)  # fmt: skip
def test_what_people_write_around_the_words_hides_them_not(line: str) -> None:
    assert status(f"# The museum opens\n\n1 October 2026\n\n{line}\n\n{TEXT}") is not Status.PUBLIC


@pytest.mark.parametrize(
    "line",
    [
        "Date: TBC",
        "Date: tbd",
        "DATE: to be confirmed",
        "Date : à préciser",
        "Datum: noch offen",
        "Fecha: por confirmar",
    ],
)
def test_a_date_that_is_still_to_be_told_holds_what_has_no_other(line: str) -> None:
    assert status(f"Press release\n{line}\n\n# The museum opens\n\n{TEXT}") is Status.HELD
    assert status(f"# The museum opens\n\n{line}\n\n{TEXT}") is Status.HELD
    assert (
        status(f"---\ndate: 2026-10-01\n---\n# The museum opens\n\n{line}\nVenue: town hall\n\n{TEXT}") is Status.PUBLIC
    )
    assert status(f"# The museum opens\n\n1 October 2026\n\n{line}\nVenue: town hall\n\n{TEXT}") is Status.PUBLIC
    assert status(f"# The museum opens\n\n{line}\nVenue: town hall\n\n{TEXT}", "2026-10-01-museum.md") is Status.PUBLIC


@pytest.mark.parametrize(
    "headline", ["DRAFT The museum opens", "EMBARGOED The museum opens", "The museum opens – DRAFT"]
)
def test_capitals_before_or_behind_a_headline_are_no_part_of_it(headline: str) -> None:
    assert status(f"# {headline}\n\n1 October 2026\n\n{TEXT}") is not Status.PUBLIC
    assert status(release(headline)) is not Status.PUBLIC


@pytest.mark.parametrize(
    "source",
    [
        "2026-10-01_DRAFT_x.md", "PR012 DRAFT x.md", "x_EMBARGO_2026-12-01.md", "embargo-2026-12-01-x.md",
        "SOUS EMBARGO - x.md", "DO NOT PUBLISH x.md", "drafts 2026/x.md", "01 Drafts/x.md", "Under Embargo/x.md",
        "Embargoed until 2026-12-01/x.md", "on hold/x.md",
    ],
)  # fmt: skip
def test_names_say_it_behind_numbers_and_in_several_words(source: str) -> None:
    assert status(release(date="2026-10-01"), source) is not Status.PUBLIC


@pytest.mark.parametrize(
    "keys",
    [
        "veröffentlicht: nein", "publié: non", "черновик: да", "press:\n  embargo: 2099-01-01", "Statut: brouillon",
        "post_date: 2099-01-01", "approved: false",
    ],
)  # fmt: skip
def test_keys_of_other_languages_and_tables_decide(keys: str) -> None:
    assert status(f"---\ntitle: T\ndate: 2026-10-01\n{keys}\n---\n\n{TEXT}") is not Status.PUBLIC


@pytest.mark.parametrize(
    "keys",
    [
        "embargo: n/a", "embargo: none", "comment_status: closed", "ping_status: closed", "searchHidden: true",
        "hiddenInHomeList: true", "render: always", "build: {list: local}", "album_release_date: 2099-01-01",
        "event_status: ongoing", "nfl_draft: yes", "draft_beer: true", "status: approved for release",
    ],
)  # fmt: skip
def test_keys_about_something_else_hold_nothing(keys: str) -> None:
    assert status(f"---\ntitle: T\ndate: 2026-10-01\n{keys}\n---\n\n{TEXT}") is Status.PUBLIC


@pytest.mark.parametrize("line", ["Embargo: none", "No embargo", "Sperrfrist: keine", "Embargo : aucun"])
def test_whoever_says_that_there_is_none_is_believed(line: str) -> None:
    assert status(f"# The museum opens\n\n1 October 2026\n\n{line}\n\n{TEXT}") is Status.PUBLIC


def test_a_clock_of_another_place_is_not_taken_for_that_of_the_newsroom() -> None:
    text = f"# The museum opens\n\nEmbargo até 1 de outubro de 2026, 10:00 hora de Brasília\n\n{TEXT}"
    found = readers.read("a.md", text.encode(), Newsroom()).visibility
    assert found.opens != datetime(2026, 10, 1, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    "said", ["---\ntitle: Q\ndraft: true\n---\n\nWords.\n", "EMBARGOED UNTIL 1 December 2099\n\n# Quotes\n\nWords.\n"]
)
def test_a_text_of_a_bundle_passes_its_own_gate_before_it_is_served(make_newsroom: MakeNewsroom, said: str) -> None:
    launch = release(body="See [the quotes](quotes.md) and [the notes](notes.md).")
    newsroom = make_newsroom(
        {"launch/index.md": launch, "launch/quotes.md": said, "launch/notes.md": "# Notes\n\nWords."}
    )
    client, names = newsroom.client(), ("quotes", "notes")
    found = {name: client.get(f"/releases/launch/{name}.md", buffered=True).status_code for name in names}
    assert found == {"quotes": 404, "notes": 200}


def test_files_whose_names_say_it_are_not_offered(make_newsroom: MakeNewsroom) -> None:
    files = {"kit/index.md": release(), "kit/drafts/secret.pdf": b"x", "kit/plan DRAFT.pdf": b"x", "kit/plan.pdf": b"x"}
    found = make_newsroom(files).snapshot().get("kit").attachments
    assert [attachment.name for attachment in found] == ["plan.pdf"]


def test_a_folder_of_releases_that_is_renamed_to_drafts_is_obeyed(make_newsroom: MakeNewsroom) -> None:
    newsroom = make_newsroom({f"{number}.md": release(f"Number {number}") for number in range(12)})
    (newsroom.releases / "drafts").mkdir()
    for path in newsroom.releases.glob("*.md"):
        path.rename(newsroom.releases / "drafts" / path.name)
    assert newsroom.publish().removed == 12


@pytest.mark.parametrize("line", ["5/12/2026", "Date: 01/02/2027", "January 2027"])
def test_a_line_at_the_top_that_is_no_one_day_waits_for_the_latest_it_can_mean(line: str) -> None:
    assert status(f"{line}\n\n# The museum opens\n\n{TEXT}") is Status.EMBARGOED
    assert (
        status(f"{line.replace('2026', '2019').replace('2027', '2019')}\n\n# The museum opens\n\n{TEXT}")
        is Status.PUBLIC
    )


@pytest.mark.parametrize(
    "value",
    [
        "2024-03-20 EMBARGO until Friday",
        "2024-03-20 (not before the minister agrees)",
        "2020 brouillon",
        "Sperrfrist 2020",
    ],
)
def test_a_date_key_whose_years_are_over_hides_no_words_of_an_embargo(value: str) -> None:
    assert status(f"---\ntitle: The museum opens\npublished: {value}\n---\n\n{TEXT}") is not Status.PUBLIC


@pytest.mark.parametrize("value", ["autumn of 2019", "30 February 2018", "sometime in 2020", "2019?"])
def test_a_date_key_whose_years_are_over_and_that_says_no_more_is_public(value: str) -> None:
    assert status(f"---\ntitle: The museum opens\npublished: {value}\n---\n\n{TEXT}") is Status.PUBLIC


@pytest.mark.parametrize(
    ("index", "is_seen"),
    [
        ({"date": "2026-11-20"}, True),
        ({"date": "2026-11-28"}, True),
        ({"date": "2026-12-20"}, False),
        ({"date": "2026-12-01", "withdrawn": "2026-11-20"}, False),
        ({"date": "2026-12-01", "expiryDate": "2026-11-20"}, False),
        ({"date": "2026-11-20", "expiryDate": "2026-11-25"}, False),
        ({"date": "2026-11-20", "expiryDate": "2026-12-25"}, True),
        ({"date": "2026-11-20", "withdrawn": "2026-11-25"}, False),
        ({"date": "2026-11-20", "withdrawn": "2026-12-25"}, True),
        ({"date": "2026-11-20", "withdrawn": "true"}, False),
        ({"date": "2026-11-20", "draft": "true"}, False),
    ],
)
def test_a_text_without_a_date_is_seen_while_the_index_beside_it_is(
    make_newsroom: MakeNewsroom, index: dict[str, str], is_seen: bool
) -> None:
    files = {
        "f/index.md": release("Index", **index),
        "f/annex.md": "---\ntitle: Annex\n---\nText.",
        "f/dated.md": release("Dated", "2026-11-21"),
        "g.md": release("Else", "2026-11-21"),
    }
    newsroom = make_newsroom(files, now=datetime(2026, 11, 21, 12, tzinfo=UTC))
    newsroom.now = datetime(2026, 12, 2, 12, tzinfo=UTC)
    newsroom.publish(force=True)
    assert ("annex" in newsroom.ids()) == is_seen
    assert {"dated", "g"} <= {*newsroom.ids()}


@pytest.mark.parametrize(
    "headers",
    [
        ("Embargo: none", "Embargo: 2099-05-02"), ("Embargo: 2099-05-02", "Embargo: none"),
        ("X-Draft: 0", "X-Draft: 1"),
        ("X-Embargo-Until: 2099-05-02",), ("Embargo-Lifts: 2 May 2099",), ("Date: Sat, 2 May 2099 10:00:00 +0000",),
        ("Embargo: none",) * 21,
    ],
)  # fmt: skip
def test_every_header_of_a_mail_is_heard(headers: tuple[str, ...]) -> None:
    head = ("Subject: The museum opens", "Date: Thu, 1 Oct 2026 10:00:00 +0000", "Content-Type: text/plain")
    harmless = ("Status: RO", "X-Virus-Status: hold", "Embargo: none")
    assert status("\n".join((*head, *headers, "", TEXT)), "a.eml") is not Status.PUBLIC
    assert status("\n".join((*head, *harmless, "", TEXT)), "a.eml") is Status.PUBLIC
