"""What a release file says: the cases in readers/cases, dates, embargoes, and files that mean harm."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, date, datetime, timedelta
from itertools import product
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedsrv import readers
from feedsrv.errors import FileUnreadable
from feedsrv.newsroom import Newsroom
from feedsrv.problem import Severity
from feedsrv.readers import bounds, parts
from feedsrv.readers.formats.documents import CONVERTERS
from feedsrv.reading import Reading, Status
from feedsrv.release import Contact

HERE = Path(__file__).parent
CASES = sorted(path for path in (HERE / "readers" / "cases").iterdir() if path.suffix != ".json")
PARIS = Newsroom(timezone=ZoneInfo("Europe/Paris"))


def read(text: str | bytes, source: str = "release.md", newsroom: Newsroom = PARIS) -> Reading:
    return readers.read(source, text.encode() if isinstance(text, str) else text, newsroom)


def stated(front_matter: str, newsroom: Newsroom = PARIS) -> Reading:
    return read(f"---\ntitle: T\ndate: 2018-01-01\n{front_matter}\n---\nText.", newsroom=newsroom)


def whats(reading: Reading, severity: Severity | None = None) -> list[str]:
    return [problem.what for problem in reading.problems if severity in (None, problem.severity)]


def newsroom_of(settings: Mapping[str, Any]) -> Newsroom:
    return Newsroom(
        timezone=ZoneInfo(settings.get("timezone", "UTC")),
        languages=tuple(settings.get("languages", ())),
        is_day_first=settings.get("day_first"),
    )


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.name)
def test_a_file_reads_as_expected(path: Path) -> None:
    case = json.loads(path.with_suffix(".json").read_text("utf-8"))
    reading = readers.read(case.get("source", path.name), path.read_bytes(), newsroom_of(case.get("newsroom", {})))
    understood: dict[str, Any] = json.loads(
        json.dumps(asdict(reading.release) | asdict(reading.visibility), default=datetime.isoformat)
    )
    understood["problems"] = [f"{problem.line}: {problem.what}" for problem in reading.problems]
    expected = case["expected"]
    origins = {name: f"{origin.line} {origin.how}" for name, origin in reading.origins.items()}
    assert {name: understood[name] for name in expected if name != "origins"} | {
        "origins": {name: origins.get(name) for name in expected.get("origins", {})}
    } == {"origins": {}} | expected


def test_the_release_that_this_project_was_made_for_reads_as_designed() -> None:
    file = HERE.parent / "releases" / "2018" / "PR039-2018.md"
    reading = readers.read("2018/PR039-2018.md", file.read_bytes(), PARIS)
    release = reading.release
    assert (release.id, release.reference, release.language) == ("PR039-2018", "PR039-2018", "en")
    assert release.title == (
        "France-Russia space cooperation CNES and Roscosmos celebrate their close entente "
        "at the French Embassy in Moscow"
    )
    assert release.published
    assert PARIS.day(release.published) == date(2018, 3, 23)
    assert release.text.startswith("Friday 23 March, in the presence of")
    assert "23rd session" in release.text
    assert "CONTACTS" not in release.body
    assert "cnes.fr" not in release.body
    assert [(contact.name, contact.role, contact.phone, contact.email) for contact in release.contacts] == [
        ("Pascale Bresson", "Press Officer", "+33 (0)1 44 76 75 39", "pascale.bresson@cnes.fr"),
        ("Raphaël Sart", "Press Officer", "+33 (0)1 44 76 74 51", "raphael.sart@cnes.fr"),
    ]
    assert not reading.problems


DAY = datetime(2018, 3, 22, 23, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2018-03-23", DAY),
        ("2018-3-23", DAY),
        ("20180323", DAY),
        ("2018/03/23", DAY),
        ("2018-03-23T10:00", datetime(2018, 3, 23, 9, tzinfo=UTC)),
        ("2018-03-23 9:00:05 -0400", datetime(2018, 3, 23, 13, 0, 5, tzinfo=UTC)),
        ("2018-03-23T10:00:00.25Z", datetime(2018, 3, 23, 10, tzinfo=UTC)),
        ("2018-03-23T10:00:00+05:30", datetime(2018, 3, 23, 4, 30, tzinfo=UTC)),
        ("Fri, 23 Mar 2018 10:00:00 +0100", datetime(2018, 3, 23, 9, tzinfo=UTC)),
        ("23 March 2018, 10:30 p.m. EST", datetime(2018, 3, 24, 3, 30, tzinfo=UTC)),
        ("23 March 2018 12 am GMT", datetime(2018, 3, 23, 0, tzinfo=UTC)),
        ("23 mars 2018 à 10h30", datetime(2018, 3, 23, 9, 30, tzinfo=UTC)),
        ("23. März 2018, 10 Uhr MEZ", datetime(2018, 3, 23, 9, tzinfo=UTC)),
        ("23rd of March, 2018", DAY),
        ("March 23rd, 2018", DAY),
        ("Mar. 23 2018", DAY),
        ("vendredi 23 MARS 2018", DAY),
        ("Freitag, den 23. Maerz 2018", None),
        ("Freitag, den 23. März 2018", DAY),
        ("viernes, 23 de marzo de 2018", DAY),
        ("venerdì 23 marzo 2018", DAY),
        ("1er mai 2018", datetime(2018, 4, 30, 22, tzinfo=UTC)),
        ("1º de mayo de 2018", datetime(2018, 4, 30, 22, tzinfo=UTC)),
        ("23/03/2018", DAY),
        ("03/23/2018", DAY),
        ("03/04/2018", None),
        ("30 February 2018", None),
        ("23 March 18", None),
        ("23-24 March 2018", None),
        ("23 March 2018 at noon", DAY + timedelta(hours=12)),
        ("23 March 2018 midnight", DAY + timedelta(hours=24)),
        ("23 March 2018 10:00 Moscow time", None),
        ("2018-03-23 25:00", None),
        ("0999-03-23", None),
        ("9001-03-23", None),
        ("0001-01-01", None),
        ("9999-12-31", None),
        ("2018-03-23 10:00 +99:00", None),
        ("soon", None),
    ],
)
def test_a_date_is_read_or_the_release_is_undated(text: str, moment: datetime | None) -> None:
    reading = read(f"---\ntitle: T\ndate: {text}\n---\nText.")
    assert reading.release.published == moment
    told = [what for what in whats(reading) if what.startswith(f"date: {text} ")]
    assert bool(told) is (moment is None)


@pytest.mark.parametrize(("is_day_first", "day"), [(True, date(2018, 4, 3)), (False, date(2018, 3, 4))])
def test_the_newsroom_says_which_number_is_the_day(is_day_first: bool, day: date) -> None:
    newsroom = Newsroom(is_day_first=is_day_first)
    published = read("# Press release\n\n03/04/2018\n\n## T\n\nText.", newsroom=newsroom).release.published
    assert published
    assert newsroom.day(published) == day


def test_a_weekday_that_disagrees_with_its_date_is_reported() -> None:
    reading = read("# T\n\nMonday 23 March 2018\n\nText.")
    assert reading.release.published == DAY
    assert whats(reading) == ["the weekday is not that of the date"]


def test_a_date_deep_in_the_text_is_not_that_of_the_release() -> None:
    reading = read("# T\n\n" + "A long first paragraph. " * 10 + "\n\n23 March 2018\n\nText.")
    assert reading.release.published is None
    assert "23 March 2018" in reading.release.text


def test_a_dateline_tells_the_date_and_stays() -> None:
    reading = read("# T\n\nPARIS, 23 March 2018 – Today " + "we say much. " * 20)
    assert reading.release.published == DAY
    assert reading.release.text.startswith("PARIS, 23 March 2018 – Today")


@pytest.mark.parametrize(
    ("line", "lifts"),
    [
        ("EMBARGOED UNTIL 2018-03-23 10:00", datetime(2018, 3, 23, 9, tzinfo=UTC)),
        ("**EMBARGOED UNTIL 10:00 GMT, 23 March 2018**", datetime(2018, 3, 23, 10, tzinfo=UTC)),
        ("## Embargo: Friday 23 March 2018, 00:01 GMT", datetime(2018, 3, 23, 0, 1, tzinfo=UTC)),
        ("SOUS EMBARGO JUSQU’AU VENDREDI 23 MARS 2018 À 10H00", datetime(2018, 3, 23, 9, tzinfo=UTC)),
        ("Sperrfrist: 23. März 2018", DAY),
        ("EMBARGADO HASTA EL 23 DE MARZO DE 2018 A LAS 10:00", datetime(2018, 3, 23, 9, tzinfo=UTC)),
        ("Sotto embargo fino al 23 marzo 2018, ore 10:00", datetime(2018, 3, 23, 9, tzinfo=UTC)),
        ("Not for release before 23 March 2018", DAY),
        ("PR7-2018 – EMBARGOED UNTIL 23 March 2018", DAY),
        ("EMBARGOED UNTIL\n23 March 2018", DAY),
        ("UNDER EMBARGO", None),
        ("EMBARGOED UNTIL noon on 23 March 2018", datetime(2018, 3, 23, 11, tzinfo=UTC)),
        ("EMBARGOED UNTIL after the launch on 23 March 2018", None),
        ("EMBARGOED UNTIL Monday 23 March 2018", None),
        ("EMBARGOED UNTIL 03/04/2018", None),
        ("23 March 2018 – EMBARGO", DAY),
    ],
)
def test_an_embargo_line_opens_the_release_or_holds_it(line: str, lifts: datetime | None) -> None:
    for text in (f"# T\n\n{line}\n\nText.", f"---\ntitle: T\ndate: 2018-01-01\n---\n{line}\n\nText."):
        reading = read(text)
        assert reading.release.text == "Text."
        if lifts:
            assert (reading.visibility.barred, reading.visibility.opens) == (None, lifts)
        else:
            assert reading.visibility.barred is Status.HELD
            assert len(whats(reading, Severity.ERROR)) == 1


def test_an_embargo_may_be_what_a_release_is_about() -> None:
    reading = read("# Embargo on pearls is lifted\n\nThe embargo on pearls ended. The report was embargoed.")
    assert reading.visibility.barred is None
    assert reading.release.title == "Embargo on pearls is lifted"


@pytest.mark.parametrize(
    ("front_matter", "barred"),
    [
        ("draft: true", Status.DRAFT),
        ("Draft: Yes", Status.DRAFT),
        ("draft: false", None),
        ("draft:", None),
        ("draft: maybe", Status.HELD),
        ("draft: [true]", Status.DRAFT),
        ("draft: true\nDraft: false", Status.DRAFT),
        ("draft: [maybe]", Status.HELD),
        ("published: false", Status.DRAFT),
        ("published: true", None),
        ("published: 2018-01-01", None),
        ("published: perhaps", Status.HELD),
        ("status: Draft", Status.DRAFT),
        ("status: published", None),
        ("status: darft", Status.HELD),
        ("params: {draft: true}", Status.DRAFT),
        ("embargo: until the launch", Status.HELD),
        ("embargoed_until: 30 February 2018", Status.HELD),
        ("publishDate: Monday 23 March 2018", None),
        ("embargo: Monday 23 March 2018", Status.HELD),
        ("embargo: {until: 2018-03-23}", None),
        ("embargo: {until: the launch}", Status.HELD),
        ("embargo: none", None),
        ("expires: never", None),
        ("expiryDate: later", Status.HELD),
        ("withdrawn: perhaps", Status.HELD),
        ("withdrawn: false", None),
    ],
)
def test_front_matter_bars_a_release(front_matter: str, barred: Status | None) -> None:
    reading = stated(front_matter)
    assert reading.visibility.barred is barred
    assert bool(whats(reading, Severity.ERROR)) is (barred is Status.HELD)


def test_a_key_stated_twice_is_reported_where_it_does_not_decide_who_may_see_the_release() -> None:
    reading = stated("ref: A-1\nRef: A-2")
    assert reading.release.reference == "A-2"
    assert [(problem.line, problem.severity) for problem in reading.problems] == [(5, Severity.WARNING)]


def test_a_drafts_folder_bars_a_release() -> None:
    assert read("# T\n\nText.", "2018/_drafts/a.md").visibility.barred is Status.DRAFT


def test_a_release_opens_at_the_last_of_all_moments_stated() -> None:
    reading = stated("publishDate: 2018-03-01\nembargo: 2018-04-01 12:00 UTC\nembargoedUntil: 2018-03-15")
    assert reading.visibility.opens == datetime(2018, 4, 1, 12, tzinfo=UTC)
    assert stated("").visibility.opens == datetime(2017, 12, 31, 23, tzinfo=UTC)


@pytest.mark.parametrize(
    ("expires", "closes"),
    [
        ("2026-10-25", datetime(2026, 10, 25, 23, tzinfo=UTC)),  # a day of 25 hours
        ("20261025", datetime(2026, 10, 25, 23, tzinfo=UTC)),
        ("25 October 2026", datetime(2026, 10, 25, 23, tzinfo=UTC)),
        ("Sonntag, 25. Oktober 2026", datetime(2026, 10, 25, 23, tzinfo=UTC)),
        ("2026-12-31", datetime(2026, 12, 31, 23, tzinfo=UTC)),
        ("11/12/2026", datetime(2026, 11, 12, 23, tzinfo=UTC)),  # the earlier of its two readings
        ("2026-10", datetime(2026, 10, 31, 23, tzinfo=UTC)),
        ("October 2026", datetime(2026, 10, 31, 23, tzinfo=UTC)),
        ("2026", datetime(2026, 12, 31, 23, tzinfo=UTC)),
        ("2026-10-24 00:00", datetime(2026, 10, 23, 22, tzinfo=UTC)),
        ("2026-10-24T00:00:00Z", datetime(2026, 10, 24, tzinfo=UTC)),
        ("25 October 2026, 10 a.m.", datetime(2026, 10, 25, 9, tzinfo=UTC)),
        ("24 October 2026, midnight", datetime(2026, 10, 24, 22, tzinfo=UTC)),
    ],
)
@pytest.mark.parametrize("key", ["expires", "expiryDate", "unpublishAt", "unpublish_post"])
def test_a_release_is_there_until_the_day_on_which_it_expires_is_over(key: str, expires: str, closes: datetime) -> None:
    assert stated(f"{key}: {expires}").visibility.closes == closes


def test_a_publish_date_alone_is_the_date() -> None:
    assert read("---\npublishDate: 2018-03-23\n---\n# T").release.published == DAY


def test_a_release_may_be_withdrawn_without_a_date() -> None:
    reading = stated("withdrawn: true\nreason: It was wrong.")
    assert reading.visibility.is_withdrawn
    assert reading.visibility.withdrawn is None
    assert reading.visibility.withdrawal_reason == "It was wrong."
    assert whats(reading) == ["it is withdrawn, and not said when"]


def test_a_change_is_never_before_publication() -> None:
    assert stated("lastmod: 2001-01-01").release.updated == stated("").release.published


@pytest.mark.parametrize(
    ("source", "text", "languages", "language", "id_"),
    [
        ("a.md", "---\nlang: fr-FR\n---\n# T", (), "fr", "a-fr"),
        ("a.md", "---\nlocale: pt_br.UTF-8\n---\n# T", ("en", "pt-BR"), "pt-BR", "a-pt-br"),
        ("a.md", "---\nlang: en\n---\n# T", ("en-GB",), "en-GB", "a"),
        ("a.md", "---\nlang: '??'\n---\n# T", (), "en", "a"),
        ("a.fr.md", "# The of and to is for", (), "fr", "a-fr"),
        ("fr/a.md", "# The of and to is for", (), "fr", "a-fr"),
        ("fr/a.md", "# The of and to is for", ("en", "de"), "en", "a"),
        ("2018/a-story/index.fr.md", "# T", (), "fr", "a-story-fr"),
        ("a.md", "CP 039/2018\n\n# The of and to is for", (), "fr", "CP-039-2018"),
        ("a.md", "CP 039/2018\n\n# The of and to is for", ("en", "de"), "en", "CP-039-2018"),
        ("a.md", "# Le phare et la mer pour les marins", (), "fr", "a-fr"),
        ("a.md", "# Le phare et la mer pour les marins", ("en", "de"), "en", "a"),
        ("a.md", "# Phare", ("de", "fr"), "de", "a"),
        ("a.md", "# Le phare et les marins, une mer: the sea of the ships and that", ("de", "en", "fr"), "de", "a"),
        ("a.md", "# T\n\nN° 27–2017\n\nText.", (), "en", "27-2017"),
        ("a.md", "---\nslug: Ça va\n---\n# T", (), "en", "ca-va"),
    ],
)
def test_language_and_id(source: str, text: str, languages: tuple[str, ...], language: str, id_: str) -> None:
    release = read(text, source, Newsroom(languages=languages)).release
    assert (release.language, release.id) == (language, id_)


@pytest.mark.parametrize("word", ["Press release", "COMMUNIQUÉ DE PRESSE", "Pressemitteilung", "For immediate release"])
def test_a_generic_heading_is_no_title(word: str) -> None:
    release = read(f"# {word}\n\n## The headline\n\nText.").release
    assert (release.title, release.text) == ("The headline", "Text.")


@pytest.mark.parametrize(
    "line", ["2018-2020", "MARS 2018-2020", "Apollo 11", "COVID-19", "12/2018", "News: PR", "555-010-0199"]
)
def test_what_looks_like_a_reference_may_be_a_headline(line: str) -> None:
    release = read(f"{line}\n\nText.", "a.txt").release
    assert (release.title, release.reference) == (line, "")


def test_a_title_is_one_line_of_plain_text() -> None:
    assert stated("headline: unused").release.title == "T"
    assert read('---\ntitle: "A\\n b &amp;lt; \\t<b>c\\u200b\\x1b"\n---\n').release.title == "A b &lt; <b>c"
    assert read("# A *b*\u00a0&amp; c\n").release.title == "A b\u00a0& c"


def test_a_text_without_a_headline_keeps_its_beginning() -> None:
    reading = read("Many words make a text. " * 20, "a.txt")
    assert reading.release.title.endswith("…")
    assert len(reading.release.title) <= 101
    assert reading.release.text.startswith("Many words")
    assert "there is no headline" in whats(reading)


def test_a_file_name_is_the_last_title() -> None:
    assert read("---\ndate: 2018-01-01\n---\n", "2018/two_words-more.md").release.title == "two words more"


def test_a_summary_is_what_stands_above_the_more_mark_or_whole_sentences() -> None:
    assert read("# T\n\nAbove *it*.\n\n<!--more-->\n\nBelow.").release.summary == "Above it."
    summary = read("# T\n\n" + "One sentence of the text. " * 30).release.summary
    assert len(summary) <= 300
    assert summary.endswith("text.")
    assert read("# T\n\n" + "word " * 200).release.summary.endswith("word…")


def test_a_summary_says_something() -> None:
    shown = '<video src="quay.mp4"></video>\n\nhttps://video.example/watch?v=1\n\nSee https://port.example.'
    reading = read(f"# T\n\nThe quay is lit.\n\n{shown}")
    assert reading.release.summary == "The quay is lit. See https://port.example."
    assert read("# T\n\nhttps://video.example/watch?v=1").release.summary == "https://video.example/watch?v=1"


@pytest.mark.parametrize(
    ("front_matter", "topics"),
    [
        ("topics: [B, a, b]", ("B", "a")),
        ("topics: one topic", ("one topic",)),
        ("keywords: one topic, another", ("one topic", "another")),
        ("tags: two topics", ("two topics",)),
        ("category: Life sciences", ("Life sciences",)),
        ("topics: []\ntags: x", ("x",)),
        ("topics: [-a, '!!']", ("-a",)),
        ("categories: [News]\ntags: [tides, news]", ("News", "tides")),
        ("tag: Tides\nkeywords: Ports; Docks|Quays", ("Tides", "Ports", "Docks", "Quays")),
        ("tags: 健康、安全，港；海|R&D", ("健康", "安全", "港", "海", "R&D")),
        ("tags:\n- {label: My Tag, permalink: /my-tag}\n- {Name: Tides}\n- hello", ("My Tag", "Tides", "hello")),
        ("tags: {label: My Tag}", ("My Tag",)),
        ("tags: [[Tides, [Docks]], {weight: 3}, Quays]", ("Tides", "Docks", "Quays")),
        ("taxonomies:\n  tags: [Tides]\n  categories: [Culture]", ("Culture", "Tides")),
        ("tags: ['#Tides', 'R&amp;D', 'Washington, D.C.']", ("Tides", "R&D", "Washington, D.C.")),
        ("tags: [C, C++, C#, c++]", ("C", "C++", "C#")),
    ],
)
def test_topics_are_lists_of_many_kinds(front_matter: str, topics: tuple[str, ...]) -> None:
    assert stated(front_matter).release.stated_topics == topics


@pytest.mark.parametrize(
    ("section", "contacts"),
    [
        (
            "## Press contact\n\nJane Doe\\\nPress Officer\\\n+1 555 010 0199\\\njane@x.example",
            [Contact("Jane Doe", "Press Officer", "+1 555 010 0199", "jane@x.example")],
        ),
        (
            "## Contacts\n\nJane Doe (Press), +1 555 010 0199\\\njane@x.example\\\nJohn Roe, john@x.example",
            [
                Contact("Jane Doe", "Press", "+1 555 010 0199", "jane@x.example"),
                Contact("John Roe", email="john@x.example"),
            ],
        ),
        ("## Kontakt\n\n- Jane Doe, Presse, Tel. 030 1234567\n", [Contact("Jane Doe", "Presse", "030 1234567")]),
        ("**Contatti stampa**\n\n[Ufficio](mailto:press@x.example)", [Contact("Ufficio", email="press@x.example")]),
        ("## Contact\n\nAsk anybody.", []),
        ("## Contact with the probe is lost\n\njane@x.example", []),
    ],
)
def test_contacts_sections(section: str, contacts: list[Contact]) -> None:
    release = read(f"# T\n\nText.\n\n{section}\n\n## About us\n\nWe are.").release
    assert list(release.contacts) == contacts
    assert release.text.startswith("Text." if contacts else "Text.\nContact")
    assert ("Contact" in release.text) is not bool(contacts)
    assert release.boilerplate == "About us\nWe are."


@pytest.mark.parametrize(
    ("data", "title"),
    [
        ("# Café".encode("cp1252"), "Café"),
        ("# Café — Ünïcode ".encode() + b"\xe9", "Café — Ünïcode é"),
        ("# Café".encode("utf-16"), "Café"),
        ("# Café".encode("utf-8-sig"), "Café"),
        (b"# A\x00B\x1b[0m \x0bC\x07", "AB[0m C"),
        ("# a\ufffeb\uffffc\u200bd".encode(), "abcd"),
        ("# A\ud800B".encode("utf-8", "surrogatepass"), None),
        ("# Cafe\u0301".encode(), "Café"),
        (b"# One\r\rText\r\n", "One"),
        (b"# Caf\xe9\n\n" + b"\xe9\xe8" * 10_000, "Café"),
    ],
)
def test_text_is_decoded_and_cleaned(data: bytes, title: str | None) -> None:
    release = read(data).release
    assert title is None or release.title == title
    assert not any(0xD800 <= ord(c) <= 0xDFFF for c in release.title)


@pytest.mark.parametrize(
    "line", ["Next: the southern quay", "Share what you know.", "Search and rescue", "Home / Away", "All rights", "X"]
)
def test_a_last_line_that_says_something_stays(line: str) -> None:
    assert read(f"# T\n\nText.\n\n{line}\n").release.text == f"Text.\n{line}"


def test_a_text_of_nothing_but_furniture_stays() -> None:
    assert read("Home\n\nNext\n").release.text == "Next"


@pytest.mark.parametrize(
    ("line", "title"),
    [
        ("Press release no. 12/2018 – The crane moves", "The crane moves"),
        ("Communiqué de presse n° 7 : La grue", "La grue"),
        ("Media advisory 12/2018: The crane moves", "Media advisory 12/2018: The crane moves"),
        ("Press release 12/2018: of cranes", "Press release 12/2018: of cranes"),
    ],
)
def test_a_headline_begins_behind_its_number(line: str, title: str) -> None:
    assert read(f"{line}\n\n12 May 2018\n\nText of it.", "a.txt").release.title == title


@pytest.mark.parametrize("line_end", ["\n", "\r"])
def test_what_an_old_mac_saved_is_read_in_its_charset(line_end: str) -> None:
    text = "---\ntitle: L’été du café\ndate: 2018-03-23\n---\n\n« Déjà », dit-elle – l’hôtel a rouvert.\n"
    reading = read(text.replace("\n", line_end).encode("mac_roman"))
    assert reading.release.title == "L’été du café"
    assert reading.release.text == "« Déjà », dit-elle – l’hôtel a rouvert."
    assert whats(reading) == ["this is not UTF-8 and was read as Mac Roman"]


def test_a_wrong_byte_in_utf8_is_no_old_mac() -> None:
    assert read("# L’été au café\n\nDéjà l’hôtel ".encode() + b"\x8e\xe9.\n").release.title == "L’été au café"


@pytest.mark.parametrize("line_end", ["\x85", "\u2028", "\u2029"])
def test_a_draft_whose_lines_end_otherwise_is_a_draft(line_end: str) -> None:
    reading = read("---\ntitle: T\ndraft: true\n---\n\nText.\n".replace("\n", line_end))
    assert (reading.visibility.barred, reading.release.text) == (Status.DRAFT, "Text.")


@pytest.mark.parametrize("text", ["--- title: T draft: true --- Text.", "+++ title = 'T' draft = true +++ Text."])
def test_front_matter_on_the_line_of_its_fence_is_held_back(text: str) -> None:
    with pytest.raises(FileUnreadable, match="looks like front matter"):
        read(text)


def test_a_rule_with_a_remark_is_no_front_matter() -> None:
    assert read("--- Note: the port ---\n\nText.").release.title == "--- Note: the port ---"


@pytest.mark.parametrize("sign", ["\u200c", "\u200e", "\u200f", "\u2066", "\u00ad", "\ufeff"])
def test_signs_that_nobody_sees_hide_no_key_and_no_date(sign: str) -> None:
    assert read(f"---\ntitle: T\ndr{sign}aft: true\n---\nText.").visibility.barred is Status.DRAFT
    assert stated(f"date: {sign}2018-03-23{sign}").release.published == datetime(2018, 3, 22, 23, tzinfo=UTC)


def test_bytes_that_are_no_utf8_are_reported_with_their_line() -> None:
    reading = read(b"---\ndate: 2018-01-01\n---\n# T\n\nCaf\xe9")
    assert [(problem.line, problem.what) for problem in reading.problems] == [
        (6, "this is not UTF-8 and was read as Windows-1252")
    ]


@pytest.mark.parametrize(
    ("data", "line", "what"),
    [
        (b"", 0, "it is empty"),
        (b" \n\t\n\xef\xbb\xbf", 0, "it is empty"),
        (b"a" * (readers.LARGEST_FILE + 1), 0, "it has more than 5,000,000 bytes"),
        (bytes(range(256)) * 20, 0, "this is no text"),
        ("Text without a byte order mark, but".encode("utf-16-le"), 0, "this is no text"),
        (b"<b>" * (bounds.MOST_TAGS + 1), 0, "more lines and markup"),
        (b"a\n" * (bounds.MOST_MARKS + 1), 0, "more lines and markup"),
        (b"\n---\ntitle: T\ntext", 2, "the front matter that begins here does not end"),
        (b"---\ntitle: T\n  a: b: c\n---\n", 3, "the front matter cannot be read"),
        (b"---\njust a text\n---\n", 2, "there are no keys with values"),
        (b"+++\na = 0x" + b"F" * 10_000 + b"\n+++\n", 2, "this is no TOML"),
        (b"+++\na" + b".a" * 30_000 + b" = 1\n+++\n", 2, "nested too deep"),
        ("«".encode() * (bounds.MOST_SIGNS + 1), 0, "more lines and markup"),
        (b"<p " + b"a " * (bounds.MOST_ATTRIBUTES + 1) + b">", 0, "more lines and markup"),
        (b"<p b='<' " + b"a " * (bounds.MOST_ATTRIBUTES + 1) + b">", 0, "more lines and markup"),
        (b"---\na: &x [1]\nb: *x\n---\n", 2, "anchors (&) or aliases (*)"),
        (b"---\na: " + b"[" * 30_000 + b"\n---\n", 2, "nest"),
        (b"---\na: " + b"x" * 70_000 + b"\n---\n", 1, "more than 65,536 characters"),
        (b'---\na: "\\uD800"\n---\n', 2, "the front matter cannot be read"),
        (b"+++\ntitle = T\n+++\n", 2, "this is no TOML"),
        (b"+++\na = " + b"[" * 30_000 + b"\n+++\n", 2, "nested too deep"),
        (b'{"title": "T"', 1, "does not end"),
        (b'{"a": ' + b"[" * 30_000, 1, "does not end"),
    ],
)
def test_what_cannot_be_read_is_reported_and_never_read_around(data: bytes, line: int, what: str) -> None:
    with pytest.raises(FileUnreadable) as caught:
        read(data)
    problem = caught.value.problem
    assert (problem.path, problem.line, problem.severity) == ("release.md", line, Severity.ERROR)
    assert what in problem.what
    assert problem.remedy


@pytest.mark.parametrize(
    ("front_matter", "line", "said"),
    [
        *(("title: The museum: a new wing", 2, 'title: "The museum: a new wing"'), ("title\ndate: x", 3, "its colon")),
        *(("title: @museum", 2, "in quotation marks"), ("title: *The* museum", 2, "in quotation marks")),
        *(("title: A\n\ttopics: x", 3, "write blanks"), ("title: T\ndate 2026", 4, "no key with a colon")),
        *(
            ('title: "A museum\ndate: x', 2, "opened and not closed"),
            ("title: 'It's open'", 2, "behind a quotation mark"),
        ),
        *((" title: T\ndate: x", 3, "indented unlike"), ("topics: [a, b", 2, "does not end with ]")),
    ],
)
def test_what_is_wrong_with_front_matter_is_said_to_those_who_never_heard_of_yaml(
    front_matter: str, line: int, said: str
) -> None:
    with pytest.raises(FileUnreadable) as caught:
        read(f"---\n{front_matter}\n---\nText.")
    assert caught.value.problem.line == line
    assert said in caught.value.problem.what


def of_word(title: str, maker: str = "Microsoft Word 15 (filtered)", text: str = "") -> Reading:
    head = f"<head><meta name=Generator content='{maker}'><title>{title}</title></head>"
    text = text or "<p class=MsoNormal><b><span>A new clinic</span></b></p>"
    return read(f"<html>{head}<body>{text}<p class=MsoNormal>It opens on Monday.</p></body></html>", "a.htm")


@pytest.mark.parametrize(
    ("reading", "title"),
    [
        (of_word("Template 2019"), "A new clinic"),
        (of_word("Template 2019", text="<p class=MsoTitle>A new clinic</p>"), "A new clinic"),
        (of_word("Template 2019", "LibreOffice 24.2.7.2 (Linux)"), "A new clinic"),
        (of_word("A NEW CLINIC"), "A NEW CLINIC"),
        (of_word("The clinic", "Hugo 0.139"), "The clinic"),
    ],
)
def test_the_title_that_word_states_of_a_page_is_believed_only_if_its_text_says_the_same(
    reading: Reading, title: str
) -> None:
    assert reading.release.title == title
    assert reading.release.summary.endswith("It opens on Monday.")


def test_what_the_title_that_is_not_believed_says_of_an_embargo_counts() -> None:
    assert (
        of_word("EMBARGOED UNTIL 1 May 2099").visibility.status(datetime(2026, 1, 1, tzinfo=UTC)) is not Status.PUBLIC
    )


ONE_OF_EACH = sorted({read: ending for ending, read in parts.FORMATS.items()}.values()) + sorted(
    readers.SUFFIXES - parts.FORMATS.keys()
)
"""One ending for each way to read a file."""


PIECES = [
    "[", "![](", "![", "*a **b ", "> ", "- ", "`a", "<div>", "<b><p>", "<!--", "{{<", "](", "&amp;", "a@",
    "|a", "# a\n", "Contact\n\n", "embargo ", "press release ", "1-", "Paris, ", "23 March 2018\n\n",
    "<table><tr><td>", "a\u0301",
    "Contact: a, 1", "About A\n\n", "**About A** ", "###\n\n", "***\n\n", "-30-\n\n",
    "==a ", "{: ", "{% ", "http://a ", "*[a]: b\n", "- [ ] a\n", "::: a\n", "# a {#b}\n", "$$a ", "{% comment %}",
    "Contact\n\n- at ", "Contact\n\n1 (at) 1",
]  # fmt: skip
"""What is read with care where there is much of it."""
CONVERTED = {".docx", ".odt", ".pdf", ".rst"}
"""What is converted in a process of its own, which has limits whatever text it is: a few are enough."""


@pytest.mark.parametrize(
    ("piece", "ending"),
    [pair for pair in product(PIECES, ONE_OF_EACH) if pair[1] not in CONVERTED or pair[0] in PIECES[::10]],
)
def test_a_bomb_costs_no_more_than_its_file(piece: str, ending: str) -> None:
    for text in (piece * 1_000, f"---\ntitle: T\n---\n{piece * 1_000}", piece * 120_000):
        try:
            reading = read(text, f"bomb{ending}")
        except FileUnreadable as error:
            told = error.problem.what
        else:
            told = reading.release.title
        assert told == "it has more lines and markup than a release can have" or len(told) <= 300


def test_accents_do_not_pile_up_and_definitions_are_not_copied_without_end() -> None:
    assert len(read("a" + "\u0301\u0316" * 9_000 + " " + "\u4e00" * 40, "a.txt").release.text) < 80
    assert len(read("# T\n\n[a]: " + "b" * 1_000_000 + "\n\n" + "[a] " * 1_000).release.body) < 10_000
    assert 'href="/b"' in read("# T\n\n[a]: /b\n\n" + "[a] " * 1_000).release.body


def test_an_attribute_may_be_long_and_have_many_words() -> None:
    page = '<p>Text <img alt="' + "word > " * 1_500 + '" src="data:image/png;base64,' + "A/ " * 2_000 + '"> more.</p>'
    assert read(page, "a.html").release.text.endswith("more.")


def test_keys_of_front_matter_are_legible_and_know_their_lines() -> None:
    reading = read('{\n"title": "T", "date": "2018-01-01",\n"\\ud800embargo\\u001b": "soon",\n"ref": "A-1"\n}\n\nText.')
    assert reading.visibility.barred is Status.HELD
    assert whats(reading) == ["embargo: soon is no date, and may hold the release"]
    assert (reading.origins["title"].line, reading.origins["reference"].line) == (2, 4)
    toml = read('+++\n"title" = "T"\n[params]\nref = "A-1"\n+++\nText.')
    assert (toml.origins["title"].line, toml.origins["reference"].line) == (2, 3)


@pytest.mark.parametrize(("text", "meant"), [("L'Ã©tÃ©", "é"), ("Itâ€™s late", "’"), ("20 Â°C", "°")])
def test_garbled_text_is_reported_and_not_repaired(text: str, meant: str) -> None:
    reading = read(f"# T\n\n{text}")
    assert [problem.line for problem in reading.problems if f"“{meant}” was meant" in problem.what] == [3]
    assert reading.release.text == text
    assert not any("was meant" in what for what in whats(read("# AMANHÃ\n\n“NÃO AMANHÔ – SÃO. «AMANHû")))


def head(*metas: str) -> str:
    return f"<html><head>{''.join(f'<meta {meta}>' for meta in metas)}</head><body><h1>T</h1><p>Text.</p></body></html>"


@pytest.mark.parametrize(
    ("meta", "barred"),
    [
        ('name="draft" content="true"', Status.DRAFT),
        ('name="Embargoed-Until" content="after lunch"', Status.HELD),
        ('name="published" content="no"', Status.DRAFT),
        ('name="robots" content="noindex"', None),
        ('name="viewport" content="width=device-width"', None),
    ],
)
def test_the_head_of_a_page_states_what_front_matter_would(meta: str, barred: Status | None) -> None:
    assert read(head('name="date" content="2018-03-23"', meta), "a.html").visibility.barred is barred


def test_a_page_says_when_it_was_published_and_changed_as_sharing_services_read_it() -> None:
    reading = read(
        head(
            'property="article:published_time" content="2018-03-23"',
            'property="article:modified_time" content="2018-03-24"',
            'name="title" content="Somewhere | T"',
        ),
        "a.html",
    )
    assert (reading.release.title, reading.release.published) == ("T", DAY)
    assert reading.origins["published"].how == "meta: date"
    assert reading.release.updated
    assert reading.release.updated > DAY


def test_of_what_a_page_says_twice_the_stricter_counts() -> None:
    reading = read(head('name="embargo" content="2031-03-23"', 'name="embargo" content="2018-03-23"'), "a.html")
    assert reading.visibility.opens == datetime(2031, 3, 22, 23, tzinfo=UTC)
    assert "embargo: 2031-03-23 contradicts embargo: 2018-03-23 on line 1" in "".join(whats(reading))


@pytest.mark.parametrize(
    "harm",
    [
        "<script>harm()</script>",
        "<style>harm</style>",
        '<img src=x onerror="harm()">',
        "[a](javascript:harm())",
        '<a href="JaVaScRiPt&#58;harm()">a</a>',
        '<a href="data:text/html,harm">a</a>',
        "[a](vbscript:harm)",
        "<svg><style><img src=harm onerror=harm></style></svg>",
        "<math><mtext><style>harm</style></mtext></math>",
        '<iframe src="javascript:harm()"></iframe>',
        '<iframe src="https://harm.example" width="1" height="1"></iframe>',
        '<object data="harm"></object>',
        '<form action="harm"><input name="harm"></form>',
        '<base href="harm">',
        '<meta http-equiv="refresh" content="0;url=harm">',
        '<p style="background: url(harm)">a</p>',
        '<img src="https://harm.example/pixel.gif" alt="">',
        '<img src="//harm.example/pixel.gif" alt="">',
        '<img src="/\\harm.example/pixel.gif" alt="">',
        "![](https://harm.example/pixel.gif)",
    ],
)
def test_nothing_that_harms_is_left_in_a_body(harm: str) -> None:
    for ending in (".md", ".html"):
        release = read(f"<h1>T</h1>\n\nBefore.\n\n{harm}\n\nAfter.", f"a{ending}").release
        tags = re.findall(r"<[^>]*>", release.body)
        assert {re.sub(r"\W", "", tag.split(" ")[0]) for tag in tags} <= {"h2", "p", "a", "img", "div"}
        assert not re.search(r"onerror|style|script:|data:|pixel|harm\.example", "".join(tags))
        assert "After." in release.text


def test_a_picture_from_elsewhere_is_a_link() -> None:
    body = read(
        "# T\n\n![Map <b>](https://x.example/a.png?a=1&b=2) [![Icon](http://x.example/i.png)](/a) ![Own](a.png)"
    ).release.body
    assert '<a href="https://x.example/a.png?a=1&amp;b=2">Map &lt;b&gt;</a>' in body
    assert '<a href="/a">Icon</a>' in body
    assert '<img src="a.png" alt="Own">' in body


def test_templates_and_shortcodes_go_and_what_they_enclose_stays() -> None:
    text = read("# T\n\n{{7*7}} {% x %} ${y} {{< a\nb >}}{{% note %}}kept{{% /note %}}").release.text
    assert text == "${y} kept"


def test_references_to_characters_bring_no_forbidden_ones_back() -> None:
    release = read("# A&#27;B\n\n<p>a&#1;b&#xFFFE;c&#x200b;d]]&gt;&xxe;</p>", "a.html").release
    assert not {c for c in release.body + release.text + release.title if ord(c) < 32 and c != "\n"}
    assert "\ufffe" not in release.body


def test_html_loads_and_expands_nothing() -> None:
    page = '<!DOCTYPE html [<!ENTITY x SYSTEM "file:///etc/passwd">]><p>Title</p><p>a &x; b</p>'
    assert "root:" not in read(page, "a.html").release.text


TEXTS = sorted(readers.SUFFIXES - CONVERTERS.keys())  # what is converted takes a process each: see test_documents.py


@given(st.binary(max_size=300), st.sampled_from(TEXTS), st.sampled_from([b"", b"---\n", b"+++\n", b"{"]))
def test_any_bytes_are_read_or_refused_and_twice_the_same(data: bytes, ending: str, start: bytes) -> None:
    def outcome() -> Reading | str:
        try:
            return read(start + data, f"a{ending}")
        except FileUnreadable as error:
            return str(error)

    assert outcome() == outcome()


_PIECES = st.sampled_from(
    ["---\n", "title: ", "date: ", "embargo: ", "draft: true\n", "2018-03-23", "23 March 2018", "\n", "\n\n", "# ",
     "Press release", "EMBARGOED UNTIL ", "PR039-2018", "CONTACTS", "Paris, ", "a@b.example", "+33 1 23 45 67 89",
     "<p>", "<b>", "</p>", "<br>", "![a](b)", "[", "]", "&amp;", "\\", "|", "{{< x >}}", "<!--more-->", "a", "é",
     "\ufeff", "\x00", "- ", "> "]
)  # fmt: skip


@given(st.lists(_PIECES, max_size=30).map("".join), st.sampled_from(TEXTS))
def test_any_text_is_read_or_refused(text: str, ending: str) -> None:
    try:
        reading = read(text, f"2018/a{ending}")
    except FileUnreadable:
        return
    release = reading.release
    assert release.id
    assert release.title
    assert release.title == " ".join(release.title.split())
    assert release.published is None or (release.updated and release.updated >= release.published)
    assert release.published is None or (reading.visibility.opens and reading.visibility.opens >= release.published)
