"""Bringing the index in line with the folder: what is public now, and nothing else, whatever the history."""

from __future__ import annotations

import os
import random
import resource
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from feedsrv.errors import IndexUnavailable, NewsroomInvalid, PublishingFailed, ReleaseMissing, RemovalRefused
from feedsrv.publishing import Memory, publish
from feedsrv.query import Query
from feedsrv.query.parser import parse
from feedsrv.reading import Status
from tests.conftest import NOW, MakeNewsroom, Newsroom, release
from tests.running import run


def public_ids(newsroom: Newsroom, text: str = "") -> list[str]:
    results = newsroom.snapshot().search(Query(parse(text).tree, per_page=200))
    assert results.total == len(results.hits)
    return [hit.release.id for hit in results.hits]


def everything_in(folder: Path) -> bytes:
    """All that lies in the generations of an index: what a web worker could possibly read."""
    return b"".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file() and path.parent != folder)


def test_boilerplate_is_found_and_is_no_reason_for_a_topic(make_newsroom: MakeNewsroom) -> None:
    rules = "[topics.ferries]\nmatch = ['ferry']\n"
    text = "# The {} opens\n\n1 June 2026\n\nSome words.\n\nENDS\n\nWe run every ferry there is.\n"
    files = {"newsroom.toml": rules, "a.md": text.format("harbour"), "b.md": text.format("ferry")}
    newsroom = make_newsroom(files)
    newsroom.publish()
    assert sorted(public_ids(newsroom, "ferry")) == ["a", "b"]
    assert public_ids(newsroom, "topic:ferries") == ["b"]


@pytest.mark.parametrize("rule", ["OF 9-11", "anniversary of 9-11", "HB 7-2020", "HB7-2020", "9-11"])
def test_a_rule_puts_into_a_topic_what_the_search_box_finds_by_a_number_or_its_words(
    make_newsroom: MakeNewsroom, rule: str
) -> None:
    newsroom = make_newsroom(
        {
            "newsroom.toml": f"[topics.t]\nmatch = ['{rule}']\n",
            "numbered.md": release(reference="HB7-2020", body="It has a number."),
            "naming.md": release(body="See HB7-2020."),
            "other.md": release(body="The anniversary of 9-11 was marked."),
            "neither.md": release(body="On the 9th of November."),
        }
    )
    newsroom.publish()
    found = public_ids(newsroom, "topic:t")
    assert found
    assert set(found) == set(public_ids(newsroom, rule))


class TestGate:
    @pytest.mark.parametrize(
        ("content", "status"),
        [
            (release(draft="true"), Status.DRAFT),
            (release(published="false"), Status.DRAFT),
            (release(status="draft"), Status.DRAFT),
            (release(draft="perhaps"), Status.HELD),
            (release(date="2026-11-02"), Status.EMBARGOED),
            (release(publishDate="2027-01-01 10:00"), Status.EMBARGOED),
            (release(embargo="2026-11-01T12:00:01Z"), Status.EMBARGOED),
            (release(embargo="when the minister says so"), Status.HELD),
            ("EMBARGOED UNTIL 3 November 2026, 10:00\n\n# A title\n\n1 June 2026\n\nSome words.\n", Status.EMBARGOED),
            ("EMBARGOED UNTIL further notice\n\n# A title\n\n1 June 2026\n\nSome words.\n", Status.HELD),
            (release(expiryDate="2026-10-31"), Status.EXPIRED),
            (release(expiryDate="some day"), Status.HELD),
            (release(date="2026-10-01", withdrawn="2026-09-01"), Status.HELD),
            ("---\ntitle: [unclosed\n---\nSome words.\n", Status.UNREADABLE),
            ("---\ntitle: Never closed\ndraft: true\n\nSome words.\n", Status.UNREADABLE),
            ("", Status.UNREADABLE),
        ],
    )
    def test_what_is_not_public_now_is_nowhere(self, make_newsroom: MakeNewsroom, content: str, status: Status) -> None:
        secret = content.replace("Some words.", "Zanzibar secret.").replace("A title", "Qwertyuiop")
        newsroom = make_newsroom({"secret.md": secret, "open.md": release("Open")})
        summary = newsroom.publish()
        assert summary.statuses[status] == 1
        assert public_ids(newsroom) == ["open"]
        held = everything_in(newsroom.settings.index).lower()
        assert b"open" in held
        for word in (b"zanzibar", b"qwertyuiop", b"secret"):
            assert word not in held

    def test_a_held_file_that_comes_or_changes_makes_no_generation(self, make_newsroom: MakeNewsroom) -> None:
        newsroom = make_newsroom({"open.md": release("Open")})
        before = newsroom.snapshot().generation
        newsroom.publish({"held.md": release(date="2027-01-01")})
        newsroom.publish({"held.md": release(date="2027-01-02")})
        assert newsroom.snapshot().generation == before
        assert newsroom.index.status().true_until == datetime(2027, 1, 2, tzinfo=UTC)

    def test_an_embargo_ends_at_its_minute_and_an_expiry_too(self, make_newsroom: MakeNewsroom) -> None:
        newsroom = make_newsroom({"a.md": release(embargo="2026-11-01T12:30:00Z", expiryDate="2026-11-01T13:00:00Z")})
        assert public_ids(newsroom) == []
        for minutes, expected in ((29, []), (30, ["a"]), (59, ["a"]), (60, [])):
            newsroom.now = NOW + timedelta(minutes=minutes)
            newsroom.publish()
            assert public_ids(newsroom) == expected

    @pytest.mark.parametrize("change", [release(draft="true"), release(withdrawn="2026-02-01"), None])
    def test_what_is_gone_is_in_no_file_of_the_index(self, make_newsroom: MakeNewsroom, change: str | None) -> None:
        others = {f"{number}.md": release(f"Number {number}") for number in range(5)}
        newsroom = make_newsroom({**others, "a.md": release(body="The zanzibarquay opens.")})

        def holders() -> list[str]:
            generations = newsroom.settings.index.glob("gen-*")
            return [str(path) for folder in generations for path in folder.rglob("*") if holds(path, b"zanzibarquay")]

        assert holders()
        newsroom.remove("a.md")
        newsroom.publish({"a.md": change} if change else None)
        assert not holders()

    def test_a_withdrawn_release_leaves_its_notice_and_not_its_text(self, make_newsroom: MakeNewsroom) -> None:
        newsroom = make_newsroom({"a.md": release("Qwertyuiop", body="Zanzibar.")})
        newsroom.publish(
            {"a.md": release("Qwertyuiop", body="Zanzibar.", withdrawn="2026-10-30", reason="A wrong figure")},
            rebuild=True,
        )
        newsroom.publish({"b.md": release("Another")})
        newsroom.publish({"b.md": release("Another one")})
        assert public_ids(newsroom) == ["b"]
        held = everything_in(newsroom.settings.index)
        assert b"A wrong figure" in held
        assert b"Zanzibar" not in held

    def test_the_year_is_that_of_the_newsrooms_time_zone(self, make_newsroom: MakeNewsroom) -> None:
        files = {"newsroom.toml": 'timezone = "Europe/Paris"', "a.md": release(date="2020-01-01")}
        newsroom = make_newsroom(files)
        assert newsroom.snapshot().get("a").published == datetime(2019, 12, 31, 23, tzinfo=UTC)
        assert public_ids(newsroom, "year:2020") == ["a"]
        newsroom.publish({"newsroom.toml": 'timezone = "America/New_York"'})
        assert newsroom.snapshot().get("a").published == datetime(2020, 1, 1, 5, tzinfo=UTC)


class TestIds:
    def test_the_one_published_first_keeps_the_id_and_the_others_carry_their_date(
        self, make_newsroom: MakeNewsroom
    ) -> None:
        newsroom = make_newsroom({
            "x/a.md": release(date="2026-01-03", slug="same"),
            "x/b.md": release(date="2026-01-01", slug="same"),
            "x/c.md": release(date="2026-01-03", slug="Same"),
        })  # fmt: skip
        sources = {name: newsroom.snapshot().get(name).source for name in public_ids(newsroom)}
        assert sources == {"same": "x/b.md", "same-2026-01-03": "x/a.md", "same-2026-01-03-2": "x/c.md"}

    def test_when_a_rival_goes_the_other_has_the_id(self, make_newsroom: MakeNewsroom) -> None:
        newsroom = make_newsroom({"b.md": release(slug="same"), "c.md": release(date="2026-02-01", slug="same")})
        assert sorted(public_ids(newsroom)) == ["same", "same-2026-02-01"]
        newsroom.remove("b.md")
        newsroom.publish()
        assert public_ids(newsroom) == ["same"]

    def test_a_rival_that_is_not_public_cannot_be_guessed(self, make_newsroom: MakeNewsroom) -> None:
        newsroom = make_newsroom({"a.md": release(slug="same", draft="true"), "b.md": release(slug="same")})
        assert public_ids(newsroom) == ["same"]

    def test_both_rivals_are_named(self, make_newsroom: MakeNewsroom) -> None:
        newsroom = make_newsroom({"a.md": release(slug="same"), "b.md": release(slug="same")})
        (problem,) = newsroom.publish().problems
        assert problem.path == "b.md"
        assert "a.md has the id same" in problem.what

    def test_renaming_a_file_with_a_reference_keeps_its_id(self, make_newsroom: MakeNewsroom) -> None:
        newsroom = make_newsroom({"a.md": release(ref="PR1-2026")})
        before = newsroom.snapshot().get("PR1-2026")
        newsroom.remove("a.md")
        newsroom.publish({"elsewhere/b.md": release(ref="PR1-2026")})
        after = newsroom.snapshot().get("PR1-2026")
        assert (after.title, after.published) == (before.title, before.published)
        assert public_ids(newsroom) == ["PR1-2026"]


class TestChange:
    def test_a_summary_counts_what_happened(self, make_newsroom: MakeNewsroom) -> None:
        newsroom = make_newsroom({"a.md": release("A"), "b.md": release("B"), "c.md": release("C")})
        newsroom.remove("c.md")
        summary = newsroom.publish({"b.md": release("B again"), "d.md": release("D"), "e.md": release(draft="true")})
        assert (summary.added, summary.changed, summary.removed, summary.skipped) == (1, 1, 1, 1)

    def test_the_same_bytes_saved_again_change_nothing(self, make_newsroom: MakeNewsroom) -> None:
        newsroom = make_newsroom({"a.md": release("A")})
        before = newsroom.snapshot().generation
        summary = newsroom.publish({"a.md": release("A")})
        assert (summary.added, summary.changed, summary.removed) == (0, 0, 0)
        assert newsroom.snapshot().generation == before

    @pytest.mark.parametrize("line_end", ["\n", "\r\n"])
    def test_the_same_newsroom_toml_changes_nothing(self, make_newsroom: MakeNewsroom, line_end: str) -> None:
        newsroom = make_newsroom({"newsroom.toml": f"title = 'T'{line_end}", "a.md": release("A")})
        before = newsroom.snapshot().generation
        newsroom.publish()
        assert newsroom.snapshot().generation == before

    def test_other_bytes_of_the_same_size_and_time_are_noticed(self, make_newsroom: MakeNewsroom) -> None:
        newsroom = make_newsroom({"a.md": release("Apple")})
        path = newsroom.releases / "a.md"
        times = path.stat().st_atime_ns, path.stat().st_mtime_ns
        newsroom.write({"a.md": release("Lemon")})
        os.utime(path, ns=times)
        newsroom.publish()
        assert newsroom.snapshot().get("a").title == "Lemon"

    def test_a_changed_newsroom_tags_everything_again(self, make_newsroom: MakeNewsroom) -> None:
        newsroom = make_newsroom({"a.md": release(body="Bion flies.")})
        assert newsroom.snapshot().get("a").topic_ids == ()
        newsroom.publish({"newsroom.toml": "[topics.life]\nmatch = ['bion']"})
        (membership,) = newsroom.snapshot().get("a").topics
        assert (membership.topic, membership.reason) == ("life", "the text says “bion”")

    @pytest.mark.parametrize("settings", ["[topics.quays]\nmatch = ['quay']\n", "[topics.q]\naliases = ['harbour']\n"])
    def test_a_changed_newsroom_tags_what_was_withdrawn_again(self, make_newsroom: MakeNewsroom, settings: str) -> None:
        files = {"a.md": release("A", body="The quay.", topics="[harbour]", withdrawn="2026-10-01"), "b.md": release()}
        newsroom = make_newsroom(files)
        newsroom.publish({"newsroom.toml": settings})
        expected = make_newsroom({**files, "newsroom.toml": settings}).snapshot().withdrawals()
        assert newsroom.snapshot().withdrawals() == expected
        assert expected[0].topics != ("harbour",)

    def test_any_history_gives_the_same_newsroom_as_a_rebuild(self, make_newsroom: MakeNewsroom) -> None:
        names = [f"{number}.md" for number in range(12)]
        final = {
            name: release(f"Title {name}", date=f"2026-01-{1 + len(name) % 3}", slug=f"s{int(name[:-3]) % 5}")
            for name in names
        }
        grown = make_newsroom({"newsroom.toml": "[topics.t]\nmatch = ['title']"})
        shuffled = random.Random(7).sample(names, len(names))
        for name in shuffled:
            grown.publish({name: release("Something else first", slug="s1")}, move_ids=True)
            grown.publish({name: final[name]}, move_ids=True)
        at_once = make_newsroom({"newsroom.toml": "[topics.t]\nmatch = ['title']", **final})
        grown_hits = grown.snapshot().search(Query(per_page=200)).hits
        assert grown_hits == at_once.snapshot().search(Query(per_page=200)).hits
        assert len(grown_hits) == len(names)
        assert grown.snapshot().generation.split("-")[2] == at_once.snapshot().generation.split("-")[2]

    def test_only_what_was_told_of_is_read_again(self, make_newsroom: MakeNewsroom) -> None:
        newsroom, memory = make_newsroom({"a.md": release("A"), "b.md": release("B")}), Memory()
        publish(newsroom.catalogue, newsroom.index, NOW, memory=memory)
        newsroom.write({"a.md": release("A2"), "b.md": release("B2")})
        publish(newsroom.catalogue, newsroom.index, NOW, only={"a.md"}, memory=memory)
        assert [newsroom.snapshot().get(name).title for name in "ab"] == ["A2", "B"]
        newsroom.remove("b.md")
        publish(newsroom.catalogue, newsroom.index, NOW, only={"a.md"}, memory=memory)
        assert public_ids(newsroom) == ["a", "b"]
        publish(newsroom.catalogue, newsroom.index, NOW, only={"b.md"}, memory=memory)
        assert public_ids(newsroom) == ["a"]

    def test_a_changed_newsroom_is_a_reason_to_read_everything(self, make_newsroom: MakeNewsroom) -> None:
        newsroom, memory = make_newsroom({"a.md": release("A", date="2026-01-15")}), Memory()
        publish(newsroom.catalogue, newsroom.index, NOW, memory=memory)
        newsroom.write({"newsroom.toml": 'timezone = "Europe/Paris"'})
        publish(newsroom.catalogue, newsroom.index, NOW, only=set(), memory=memory)
        assert newsroom.snapshot().get("a").published == datetime(2026, 1, 14, 23, tzinfo=UTC)


class TestTrouble:
    def test_one_bad_file_costs_itself_only(self, make_newsroom: MakeNewsroom) -> None:
        newsroom = make_newsroom({"good.md": release("Good")})
        (newsroom.releases / "link.md").symlink_to("/etc/passwd")
        summary = newsroom.publish(
            {"empty.md": "", "broken.md": b"\x00\xff\xfe" * 10, "latin.md": "Caf\xe9".encode("cp1252")}
        )
        assert "good" in public_ids(newsroom)
        assert {problem.path for problem in summary.problems} >= {"empty.md", "link.md", "latin.md"}
        assert b"root:" not in everything_in(newsroom.settings.index)

    def test_names_and_words_that_are_no_unicode_cost_their_file_only(self, make_newsroom: MakeNewsroom) -> None:
        newsroom = make_newsroom({"good.md": release("Good")})
        lone = '{{"title": "Lone \\ud800", "date": "{}", "aliases": ["\\ud800"]}}\n\n[A file](a%FF.pdf)\n'
        for name, date in ((b"caf\xe9.md", "2026-01-01"), (b"lone.md", "2026-01-01"), (b"held.md", "\\ud800")):
            (newsroom.releases / os.fsdecode(name)).write_bytes(lone.format(date).encode())
        summary = newsroom.publish()
        assert "caf\\udce9.md" in {problem.path for problem in summary.problems}
        assert {"good", "lone"} <= set(public_ids(newsroom))
        assert newsroom.publish().added == 0

    def test_a_folder_that_lost_most_of_its_files_is_not_believed(self, make_newsroom: MakeNewsroom) -> None:
        newsroom = make_newsroom({f"{number}.md": release(str(number)) for number in range(12)})
        newsroom.remove(*(f"{number}.md" for number in range(7)))
        with pytest.raises(RemovalRefused, match="7 of 12"):
            newsroom.publish()
        with pytest.raises(RemovalRefused):
            newsroom.publish(rebuild=True)
        assert len(public_ids(newsroom)) == 12
        newsroom.publish(force=True)
        assert len(public_ids(newsroom)) == 5

    def test_a_folder_that_is_not_there_changes_nothing(self, make_newsroom: MakeNewsroom) -> None:
        newsroom = make_newsroom({"a.md": release()})
        newsroom.releases.rename(newsroom.root / "away")
        with pytest.raises(PublishingFailed, match="FEEDSRV_RELEASES"):
            newsroom.publish()
        assert public_ids(newsroom) == ["a"]

    def test_while_newsroom_toml_is_broken_its_last_settings_hold(self, make_newsroom: MakeNewsroom) -> None:
        newsroom = make_newsroom({"newsroom.toml": "title = 'Port'", "a.md": release(), "b.md": release()})
        summary = newsroom.publish({"newsroom.toml": "\ntitel = 'x'", "b.md": release(draft="true"), "c.md": release()})
        assert [(problem.path, problem.line) for problem in summary.complaints] == [("newsroom.toml", 2)]
        assert summary.complaints[0] in summary.news
        assert (newsroom.snapshot().newsroom.title, public_ids(newsroom)) == ("Port", ["a", "c"])

    def test_a_newsroom_toml_that_was_never_right_publishes_nothing(self, make_newsroom: MakeNewsroom) -> None:
        with pytest.raises(NewsroomInvalid, match=r"newsroom.toml:2: .*\btitel\b"):
            make_newsroom({"newsroom.toml": "\ntitel = 'x'", "a.md": release()})

    def test_a_damaged_file_of_the_index_is_noticed_and_the_index_made_anew(self, make_newsroom: MakeNewsroom) -> None:
        newsroom = make_newsroom({"a.md": release("A"), "b.md": release("B")})
        (victim,) = (newsroom.settings.index / newsroom.snapshot().generation / "segments").glob("*.inv")
        data = bytearray(victim.read_bytes())
        data[len(data) // 2] ^= 0xFF
        victim.unlink()
        victim.write_bytes(data)
        other = Newsroom.__new__(Newsroom)
        other.__dict__.update(newsroom.__dict__)
        other.index = type(newsroom.index)(newsroom.settings.index)
        other.publish()
        assert other.snapshot().generation.startswith("gen-2-")
        assert public_ids(other, "title OR words") == ["a", "b"]

    @pytest.mark.parametrize("damage", ["toc", "manifest", "newsroom", "everything"])
    def test_an_index_that_cannot_be_opened_says_so_and_is_made_anew(
        self, make_newsroom: MakeNewsroom, damage: str
    ) -> None:
        newsroom = make_newsroom({"a.md": release("A")})
        folder = newsroom.settings.index / newsroom.snapshot().generation
        pattern = {
            "toc": "segments/*.toc",
            "manifest": "manifest.json",
            "newsroom": "newsroom.toml",
            "everything": "**/*",
        }
        for path in folder.glob(pattern[damage]):
            if path.is_file():
                path.unlink()  # not truncated in place: this process has it mapped
                path.write_bytes(b"")
        fresh = type(newsroom.index)(newsroom.settings.index)
        if damage != "newsroom":  # an empty newsroom.toml is a valid one; its checksum tells
            with pytest.raises(IndexUnavailable):
                fresh.snapshot()
        assert newsroom.snapshot().get("a").title == "A"
        newsroom.index = fresh
        newsroom.publish()
        assert public_ids(newsroom) == ["a"]

    def test_an_index_that_others_may_write_is_not_opened(self, make_newsroom: MakeNewsroom) -> None:
        newsroom = make_newsroom({"a.md": release("A")})
        (newsroom.settings.index / newsroom.snapshot().generation / "segments").chmod(0o777)
        with pytest.raises(IndexUnavailable, match="chmod go-w"):
            type(newsroom.index)(newsroom.settings.index).snapshot()

    def test_the_index_may_be_deleted_while_it_serves(self, make_newsroom: MakeNewsroom) -> None:
        newsroom = make_newsroom({"a.md": release("A"), "b.md": release("B")})
        held = newsroom.snapshot()
        shutil.rmtree(newsroom.settings.index)
        assert len(held.search(Query(parse("words").tree)).hits) == 2
        assert public_ids(newsroom) == ["a", "b"]
        newsroom.publish({"c.md": release("C")})
        assert public_ids(newsroom) == ["a", "b", "c"]

    def test_leftovers_of_a_killed_writer_are_no_obstacle(self, make_newsroom: MakeNewsroom) -> None:
        newsroom = make_newsroom({"a.md": release("A")})
        leftover = newsroom.settings.index / "building-99999"
        (leftover / "segments").mkdir(parents=True)
        newsroom.publish({"b.md": release("B")})
        assert not leftover.exists()
        assert len(list(newsroom.settings.index.glob("gen-*"))) == 2
        newsroom.publish({"c.md": release("C")})
        assert len(list(newsroom.settings.index.glob("gen-*"))) == 2

    def test_a_release_is_missing_as_if_it_had_never_been(self, make_newsroom: MakeNewsroom) -> None:
        newsroom = make_newsroom({"a.md": release(draft="true")})
        with pytest.raises(ReleaseMissing):
            newsroom.snapshot().get("a")


def test_what_is_filed_under_a_retired_topic_is_in_the_one_that_took_its_place(make_newsroom: MakeNewsroom) -> None:
    toml = (
        '[topics.probes]\nretired = "science"\naliases = ["rovers"]\n[topics.science]\nretired = "space"\n'
        '[topics.space]\n[topics.old]\nretired = ""\n'
    )
    newsroom = make_newsroom(
        {
            "newsroom.toml": toml,
            "a.md": release("A", topics="[rovers]"),
            "probes/b.md": release("B", topics="[-space]"),
            "c.md": release("C", topics="[old]"),
        }
    )
    found = {name: newsroom.snapshot().get(name).topic_ids for name in "abc"}
    assert found == {"a": ("probes", "science", "space"), "b": ("probes", "science"), "c": ("old",)}


def holds(path: Path, word: bytes) -> bool:
    """Whether the bytes of a file hold a word, stems and forms among them."""
    return path.is_file() and word in path.read_bytes()


@pytest.mark.embedded
def test_where_what_was_withdrawn_cannot_go_from_the_disk_all_else_is_published_and_that_is_said(
    make_newsroom: MakeNewsroom,
) -> None:
    newsroom = make_newsroom({f"{name}.md": release(name, body=f"Comet{name} " * 30_000) for name in "abcd"})
    newsroom.publish()
    newsroom.write({"a.md": release("a", withdrawn="2026-01-01")})
    limits = resource.prlimit(0, resource.RLIMIT_FSIZE, (300_000, -1))
    try:
        failed = run("index", releases=newsroom.releases, index=newsroom.settings.index)
    finally:
        resource.prlimit(0, resource.RLIMIT_FSIZE, limits)
    assert "all was published, but what was withdrawn has not gone from the disk yet: " in failed.stderr
    assert failed.returncode == 1
    assert newsroom.ids() == ["b", "c", "d"]
    assert b"Cometa" in everything_in(newsroom.settings.index)
    newsroom.publish()
    assert b"Cometa" not in everything_in(newsroom.settings.index)
