"""A withdrawal in every relation to the date, the embargo and the day: what is told, from when, and that no text is."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from itertools import product
from json import loads
from pathlib import Path
from zoneinfo import ZoneInfo

from feedsrv.publishing.check import check
from feedsrv.publishing.schedule import Event, schedule
from tests.conftest import MakeNewsroom, Newsroom, release

PARIS = ZoneInfo("Europe/Paris")
DATES = {"day": "2026-11-24", "hour": "2026-11-24 10:00"}
EMBARGOES = {
    "none": "",
    "later that day": "2026-11-24 18:00",
    "another day": "2026-11-26",
    "another hour": "2026-11-26 07:30",
}
WITHDRAWALS = [
    *("2026-11-23", "2026-11-24", "2026-11-25", "2026-11-26", "2026-11-27"),
    *(f"2026-11-24 {hour}" for hour in ("00:00", "10:00", "18:00")),
    *(f"2026-11-26 {hour}" for hour in ("00:00", "07:30", "18:00")),
]
REASON = "The quay was flooded."

Case = tuple[str, str, str]
CASES: dict[str, Case] = {
    f"r{number:03}": case for number, case in enumerate(product(DATES.values(), EMBARGOES.values(), WITHDRAWALS))
}


def moment(text: str) -> datetime:
    day, _, hour = text.partition(" ")
    return datetime.fromisoformat(f"{day}T{hour or '00:00'}").replace(tzinfo=PARIS)


def opening(case: Case) -> datetime:
    stated, embargo, _ = case
    return max(moment(stated), moment(embargo)) if embargo else moment(stated)


def day_of(when: datetime) -> date:
    return when.astimezone(PARIS).date()


def gone_from(case: Case) -> datetime | None:
    """From when the notice stands there; None: never, for it was never public before."""
    opens, withdrawn = opening(case), moment(case[2])
    is_day = " " not in case[2]
    if is_day and day_of(withdrawn) == day_of(opens):
        return opens
    return withdrawn if withdrawn >= opens else None


def expected(case: Case, now: datetime) -> int:
    gone = gone_from(case)
    if gone is None or now < opening(case):
        return 404
    return 200 if now < gone else 410


def word(name: str) -> str:
    return f"zanzibar{name}"


def file(name: str, case: Case) -> str:
    stated, embargo, withdrawn = case
    fields = {"withdrawn": withdrawn, "reason": REASON} | ({"embargo": embargo} if embargo else {})
    return release(f"Headline {name}", stated, f"It is about {word(name)}.", **fields)


FILES = {"newsroom.toml": 'timezone = "Europe/Paris"\n', **{f"{name}.md": file(name, CASES[name]) for name in CASES}}
MOMENTS = sorted({
    *(when.astimezone(UTC) for case in CASES.values() for when in (opening(case), moment(case[2]))),
    datetime(2026, 12, 24, tzinfo=UTC),
})  # fmt: skip


def held(index: Path) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(index.glob("gen-*/**/*")) if path.is_file())


def tombstones(newsroom: Newsroom) -> dict[str, str]:
    """When each release was withdrawn, by name, as Atom says it."""
    document = newsroom.client().get("/releases.atom").text
    found = [part.partition("/>")[0].partition(">")[0] for part in document.split("<at:deleted-entry ")[1:]]
    parts = [dict(item.split("=", 1) for item in part.split()) for part in found]
    return {part["ref"].strip('"').rpartition(":")[2]: part["when"].strip('"') for part in parts}


def test_at_each_moment_a_release_its_notice_or_nothing_is_there(make_newsroom: MakeNewsroom) -> None:
    newsroom = make_newsroom(FILES, now=MOMENTS[0] - timedelta(days=1))
    for now in (now for at in MOMENTS for now in (at - timedelta(seconds=1), at)):
        newsroom.now = now
        newsroom.publish(force=True)
        client = newsroom.client()
        answers = {name: client.get(f"/releases/{name}") for name in CASES}
        assert {name: answer.status_code for name, answer in answers.items()} == {
            name: expected(case, now) for name, case in CASES.items()
        }, now
        gone = {name for name in CASES if answers[name].status_code == 410}
        assert all(REASON in answers[name].text for name in gone)
        told = {name: when for name in gone if (when := gone_from(CASES[name]))}
        assert {name: datetime.fromisoformat(when) for name, when in tombstones(newsroom).items()} == told
        items = loads(client.get("/releases.json").data)["items"]
        assert gone == {item["_feedsrv"]["release"] for item in items if item["title"].startswith("Withdrawn: ")}
        there = {name for name in CASES if answers[name].status_code == 200}
        words = re.findall(rb"zanzibar(r\d{3})", held(newsroom.settings.index))
        assert {name.decode() for name in words} == there, now


def test_nothing_happens_between_the_moments_that_are_foretold(make_newsroom: MakeNewsroom) -> None:
    newsroom = make_newsroom(FILES, now=MOMENTS[0] - timedelta(days=1))
    foretold = []
    while (until := newsroom.index.status().true_until) and until < MOMENTS[-1]:
        foretold.append(until)
        newsroom.now = until
        newsroom.publish(force=True)
    changes = (when for case in CASES.values() if (gone := gone_from(case)) for when in (opening(case), gone))
    assert foretold == sorted({when.astimezone(UTC) for when in changes})


def test_check_says_what_is_made_of_a_withdrawal_on_or_before_the_day_of_its_opening(
    make_newsroom: MakeNewsroom,
) -> None:
    newsroom = make_newsroom(FILES)
    report = check(newsroom.catalogue, newsroom.index, newsroom.now, (), iter)
    notes = {problem.path.removesuffix(".md"): problem.what for problem in report.problems if problem.line}
    for name, case in CASES.items():
        withdrawn, what = case[2], notes.get(name, "")
        if gone_from(case) is None:
            assert f"withdrawn: {withdrawn} is before" in what, case
        elif " " not in withdrawn and gone_from(case) == opening(case):
            assert f"withdrawn: {withdrawn} names no hour: withdrawn from" in what, case
        else:
            assert not what, case


def test_what_expires_before_it_opens_leaves_no_notice_of_its_withdrawal(make_newsroom: MakeNewsroom) -> None:
    fields = {"expires": "2026-10-20 09:00", "withdrawn": "2026-10-21", "reason": REASON}
    newsroom = make_newsroom({"a.md": release("Never seen", "2026-10-20 10:00", **fields)})
    assert newsroom.client().get("/releases/a").status_code == 404
    assert REASON.encode() not in held(newsroom.settings.index)


def test_every_former_address_leads_to_the_notice(make_newsroom: MakeNewsroom) -> None:
    fields = {"aliases": "[/2018/old.html, old-slug]", "reference": "PR 1/2026"}
    newsroom = make_newsroom({"a.md": release("A", **fields)})
    former = ("/2018/old.html", "/releases/old-slug", "/releases/pr1-2026", "/releases/PR-1-2026-en")
    for withdrawn in ({}, {"withdrawn": "2026-10-20"}, {"withdrawn": "2026-01-20"}):
        newsroom.publish({"a.md": release("A", **fields, **withdrawn)})
        answers = [newsroom.client().get(path, follow_redirects=True) for path in former]
        assert [answer.status_code for answer in answers] == [410 if withdrawn else 200] * len(former)


def test_check_says_where_no_feed_will_tell_of_a_withdrawal(make_newsroom: MakeNewsroom) -> None:
    days = {"true": "true", "old": "2026-01-20", "today": "2026-10-30", "again": "true"}
    files = {f"{name}.md": release(name, withdrawn=withdrawn) for name, withdrawn in days.items()}
    newsroom = make_newsroom({name: release(name) for name in files} | {"again.md": files["again.md"]})

    def named() -> list[tuple[str, int, str]]:
        report = check(newsroom.catalogue, newsroom.index, newsroom.now, (), iter)
        found = [problem for problem in report.problems if problem.kind == "withdrawn-untold"]
        return [(problem.path, problem.line, problem.remedy) for problem in found]

    assert named() == []
    newsroom.write(files | {"new.md": release("New", withdrawn="true")})
    remedy = "write the day on which you withdraw it, and feeds tell of it for 90 days"
    assert named() == [("old.md", 4, remedy), ("true.md", 4, remedy)]
    newsroom.publish()
    assert named() == []


def test_the_schedule_tells_of_it(make_newsroom: MakeNewsroom) -> None:
    newsroom = make_newsroom(
        {
            "same.md": release("Same", "2026-11-24 10:00", withdrawn="2026-11-24"),
            "before.md": release("Before", "2026-11-24 10:00", withdrawn="2026-11-23"),
        }
    )
    found = schedule(newsroom.catalogue, newsroom.now, iter).entries
    assert [(entry.path, entry.event, entry.why, entry.line) for entry in found] == [
        ("same.md", Event.IS_WITHDRAWN, "", 0),
        ("before.md", Event.HELD, "withdrawn: 2026-11-23 is before it opens", 4),
    ]
