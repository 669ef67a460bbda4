"""What the newsroom is promised by a search index, whichever it is (`feedsrv.search`)."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256
from html import unescape
from pathlib import Path
from shutil import rmtree
from threading import Barrier
from time import sleep
from typing import Any
from unicodedata import normalize

import pytest
import Stemmer
from hypothesis import given, settings
from hypothesis import strategies as st

from feedsrv import newsroom_toml
from feedsrv.appearance import Asset
from feedsrv.errors import (
    AttachmentNotFound,
    FileUnreadable,
    IndexLocked,
    IndexUnavailable,
    ReleaseNotFound,
    ReleaseWithdrawn,
)
from feedsrv.file_record import FileRecord
from feedsrv.files import topics
from feedsrv.files.original import Original
from feedsrv.newsroom import Newsroom
from feedsrv.query import Query, Results, Sort
from feedsrv.query.parser import LONGEST_QUERY, MOST_CLAUSES, parse
from feedsrv.query.tree import Not, Word
from feedsrv.reading import Status, Visibility
from feedsrv.release import Attachment, Contact, Membership, Release, Withdrawal
from feedsrv.search import LAG, Edition, Held, SearchIndex, SitemapEntry, SitemapYear, Snapshot
from feedsrv.text.languages import LANGUAGE_NAMES
from feedsrv.text.light_stems import ENDINGS
from feedsrv.text.stems import STEMMERS
from tests.engines import ENGINES, EXAMPLES, Engine
from tests.running import until

MakeIndex = Callable[[], SearchIndex]


@pytest.fixture(params=ENGINES, ids=lambda engine: engine.__name__.lower())
def engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    made: Engine = request.param()
    yield made
    made.close()


@pytest.fixture
def make_index(engine: Engine, tmp_path: Path) -> MakeIndex:
    """Opens the same index again and again, as different processes would."""
    return lambda: engine.open(tmp_path / "index")


@pytest.fixture
def index(make_index: MakeIndex) -> SearchIndex:
    return make_index()


def a_release(name: str, day: int | None = 1, text: str = "Some words.", **fields: Any) -> Release:
    published = datetime(2020, 1, day, tzinfo=UTC) if day else None
    topics = tuple(Membership(topic, "") for topic in fields.pop("topics", ()))
    values = {"title": f"Title of {name}", "language": "en", "topics": topics, **fields}
    return Release(id=name, source=f"{name}.md", published=published, updated=published, text=text, **values)


def a_record(item: Release | Withdrawal) -> FileRecord:
    status = Status.PUBLIC if isinstance(item, Release) else Status.WITHDRAWN
    return FileRecord(item.source, item.id, item.published, Visibility(), status, id=item.id)


def publish(index: SearchIndex, *items: Release | Withdrawal, removed: tuple[str, ...] = (), toml: str = "") -> None:
    """Add these to what there is."""
    with index.update() as update:
        update.set_newsroom(newsroom_toml.parse(toml))
        for source in removed:
            update.remove(source)
        for item in items:
            update.put(item, {})
        update.finish(dict.fromkeys(removed) | {item.source: a_record(item) for item in items}, None)


def ids(results: Results) -> list[str]:
    return [hit.release.id for hit in results.hits]


def ask(index: SearchIndex, text: str = "", **fields: Any) -> list[str]:
    return ids(index.snapshot().search(Query(parse(text).tree, **fields)))


class TestPublishing:
    def test_before_the_first_generation_there_is_no_snapshot(self, index: SearchIndex) -> None:
        with pytest.raises(IndexUnavailable):
            index.snapshot()
        assert index.status().published is None

    def test_what_was_put_comes_back_as_it_was(self, index: SearchIndex) -> None:
        item = a_release("a", text="Ünïcode — “quotes” 🧢", topics=("space",), reference="PR1-2020", aliases=("/old",))
        publish(index, item)
        assert index.snapshot().get("a") == item

    def test_an_empty_newsroom_is_a_generation(self, index: SearchIndex) -> None:
        publish(index)
        assert index.snapshot().search(Query()).total == 0
        assert ask(index, "anything") == ask(index, "any thing", sort=Sort.RELEVANCE) == []

    def test_putting_the_same_again_makes_no_generation(self, index: SearchIndex) -> None:
        publish(index, a_release("a"))
        before = index.snapshot().generation
        publish(index, a_release("a"))
        assert index.snapshot().generation == before

    def test_putting_something_else_takes_the_place_of_what_the_source_had(self, index: SearchIndex) -> None:
        publish(index, a_release("a", text="old words"), a_release("b", text="old words"))
        publish(index, a_release("a", text="new words"))
        assert ask(index, "old") == ["b"]
        assert ask(index, "new") == ["a"]
        assert index.snapshot().search(Query()).total == 2

    def test_what_is_taken_out_again_after_it_was_put_is_in_no_generation(self, index: SearchIndex) -> None:
        publish(index, a_release("a"), a_release("b"))
        with index.update() as update:
            for item in (a_release("a", title="Changed"), a_release("c")):
                update.put(item, {})
                assert item.source in dict(update.staged())
                update.remove(item.source)
            assert dict(update.staged()) == {"b.md": False}
            update.finish({}, None)
        assert ask(index) == ["b"]

    def test_what_is_removed_is_found_by_nothing(self, index: SearchIndex) -> None:
        publish(index, a_release("a", topics=("t",)), a_release("b"))
        publish(index, removed=("a.md",))
        results = index.snapshot().search(Query(has_facets=True))
        assert ids(results) == ["b"]
        assert results.facets["topic"] == ()
        assert ask(index, "-nonexistent") == ["b"]
        with pytest.raises(ReleaseNotFound):
            index.snapshot().get("a")

    def test_a_stamp_tells_of_each_release_in_few_words(self, index: SearchIndex) -> None:
        moment = datetime(1970, 1, 1, tzinfo=UTC)
        new = a_release("b", 2)
        publish(index, new, a_release("c", None), replace(a_release("a"), updated=moment))
        publish(index, *(replace(a_release(name, day), is_noindex=True) for name, day in (("e", 3), ("f", None))))
        publish(index, a_release("d"), Withdrawal("w", "w.md", moment, moment))
        publish(index, removed=("d.md",))
        snapshot = index.snapshot()
        assert list(snapshot.sitemap_years()) == [SitemapYear(2020, 2, new.updated), SitemapYear(None, 1, None)]
        assert list(snapshot.sitemap_entries(2020)) == [SitemapEntry("a", moment), SitemapEntry("b", new.updated)]
        assert list(snapshot.sitemap_entries(None)) == [SitemapEntry("c", None)]
        assert list(snapshot.sitemap_entries(2021)) == []

    def test_the_inventory_tells_how_many_there_are_and_when_the_newest_was_published(self, index: SearchIndex) -> None:
        publish(index, a_release("a", topics=("x",)), a_release("b", 3, topics=("x", "y")))
        publish(index, a_release("c", None, topics=("z",), language="fr"))
        inventory = index.snapshot().inventory()
        first, third = (datetime(2020, 1, day, tzinfo=UTC) for day in (1, 3))
        assert inventory["topic"] == (Held("x", 2, third), Held("y", 1, third), Held("z", 1, None))
        assert inventory["year"] == (Held("2020", 2, third),)
        assert inventory["lang"] == (Held("en", 2, third), Held("fr", 1, None))
        publish(index, removed=("b.md",))
        assert index.snapshot().inventory()["topic"] == (Held("x", 1, first), Held("z", 1, None))

    def test_facets_are_counted_only_where_they_are_asked_for(self, index: SearchIndex) -> None:
        publish(index, a_release("a", topics=("x",)))
        assert index.snapshot().search(Query()).facets == {}
        assert index.snapshot().search(Query(has_facets=True)).facets.keys() == {"topic", "year", "lang"}

    def test_an_exception_discards_the_update_and_frees_the_lock(self, index: SearchIndex) -> None:
        publish(index, a_release("a"))

        def fail_midway() -> None:
            with index.update() as update:
                update.put(a_release("b"), {})
                update.finish({}, None)
                raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            fail_midway()
        assert ask(index) == ["a"]
        publish(index, a_release("c"))
        assert sorted(ask(index)) == ["a", "c"]

    def test_without_a_conclusion_nothing_is_published(self, index: SearchIndex) -> None:
        with index.update() as update:
            update.put(a_release("a"), {})
        with pytest.raises(IndexUnavailable):
            index.snapshot()

    def test_a_second_writer_is_turned_away_at_once(self, index: SearchIndex, make_index: MakeIndex) -> None:
        with index.update(), pytest.raises(IndexLocked), make_index().update():
            pass

    def test_a_rebuild_starts_from_nothing_and_knows_what_was_public(self, index: SearchIndex) -> None:
        publish(index, a_release("a"), a_release("b"))
        with index.update(rebuild=True) as update:
            assert update.sources == {"a.md", "b.md"}
            assert list(update.published()) == []
            assert update.known() == {}
            update.put(a_release("b"), {})
            update.finish({}, None)
        assert ask(index) == ["b"]

    def test_the_records_of_files_are_remembered(self, index: SearchIndex, make_index: MakeIndex) -> None:
        publish(index, a_release("a"))
        with make_index().update() as update:
            assert update.known() == {"a.md": a_record(a_release("a"))}

    def test_what_is_remembered_is_the_same_mapping_until_somebody_else_has_written(
        self, index: SearchIndex, make_index: MakeIndex
    ) -> None:
        def remembered(*names: str) -> object:
            publish(index, *map(a_release, names))
            with index.update() as update:
                assert update.known() is update.remembered()
                return update.known()

        first = remembered("a")
        assert remembered("b", "c") is first
        publish(make_index(), a_release("d"))
        assert remembered("e") is not first

    def test_what_some_sources_have_is_told(self, index: SearchIndex) -> None:
        publish(index, a_release("a"), a_release("b"), a_release("c"))
        with index.update() as update:
            assert {item.id for item in update.published({"a.md", "c.md", "none.md"})} == {"a", "c"}
            assert {item.id for item in update.published()} == {"a", "b", "c"}

    def test_editorial_settings_are_published_with_the_releases(self, index: SearchIndex) -> None:
        publish(index, a_release("a"), toml='title = "Our newsroom"')
        assert index.snapshot().newsroom.title == "Our newsroom"

    def test_a_snapshot_stays_as_it_was_while_others_are_published(self, index: SearchIndex) -> None:
        publish(index, a_release("a"))
        held = index.snapshot()
        for number in range(5):
            publish(index, a_release(f"b{number}"))
        assert ids(held.search(Query())) == ["a"]
        assert len(ask(index)) == 6

    def test_another_process_sees_what_was_published(self, index: SearchIndex, make_index: MakeIndex) -> None:
        publish(index, a_release("a"))
        other = make_index()
        assert ask(other) == ["a"]
        publish(index, a_release("b"))
        assert sorted(ask(other)) == ["a", "b"]

    def test_once_a_thread_has_seen_a_publication_no_other_sees_the_generation_before(
        self, index: SearchIndex, make_index: MakeIndex
    ) -> None:
        publish(index, a_release("0"))
        other = make_index()
        threads = 8
        together = Barrier(threads)

        def look(_: int) -> str:
            together.wait()
            return other.snapshot().generation

        with ThreadPoolExecutor(threads) as pool:
            for number in range(1, 16):
                list(pool.map(look, range(threads)))
                publish(index, a_release(str(number)))
                sleep(LAG)
                other.snapshot()
                assert set(pool.map(look, range(threads))) == {index.status().published}

    def test_until_when_it_is_true_and_whether_the_publisher_lives_is_told(self, index: SearchIndex) -> None:
        moment = datetime(2030, 1, 1, tzinfo=UTC)
        with index.update() as update:
            update.finish({}, moment)
        index.heartbeat()
        condition = index.status()
        assert condition.published == index.snapshot().generation
        assert condition.true_until == moment
        assert condition.heartbeat is not None

    def test_in_which_languages_to_speak_is_known_before_anything_is_published(
        self, index: SearchIndex, make_index: MakeIndex
    ) -> None:
        assert index.languages() == ()
        for languages in (("fr", "pt-BR"), (), ("ar",)):
            with index.update():
                index.set_languages(languages)
            assert make_index().languages() == languages

    def test_whether_its_settings_can_be_read_is_told(self, index: SearchIndex) -> None:
        publish(index)
        for is_degraded in (False, True, True, False):
            index.set_degraded(is_degraded=is_degraded)
            assert index.status().is_degraded == is_degraded

    def test_what_a_machine_publishes_beside_others_is_told_where_each_has_an_index_of_its_own(
        self, index: SearchIndex, engine: Engine
    ) -> None:
        word = (Edition("0123abcd", datetime(2030, 1, 1, tzinfo=UTC)), datetime(2030, 1, 1, 12, tzinfo=UTC))
        for left, told in ((word, (None, None) if engine.is_shared else word), ((None, word[1]), (None, None))):
            index.set_in_step(*left)
            status = index.status()
            assert (status.edition, status.in_step_until) == told


QUESTIONS: dict[str, Callable[[Snapshot], object]] = {
    "search": lambda snapshot: snapshot.search(Query()),
    "inventory": lambda snapshot: snapshot.inventory(),
    "get": lambda snapshot: snapshot.get("a"),
    "file": lambda snapshot: snapshot.file("a", "a.pdf"),
    "asset": lambda snapshot: snapshot.asset("logo"),
    "siblings": lambda snapshot: snapshot.siblings([a_release("a", translation_keys=("k",))]),
    "neighbours": lambda snapshot: snapshot.neighbours("a"),
    "alias": lambda snapshot: snapshot.alias("/a"),
    "namesake": lambda snapshot: snapshot.namesake("A"),
    "days": lambda snapshot: snapshot.days(Query()),
    "recently_updated": lambda snapshot: snapshot.recently_updated(Query(), 0, 1),
    "withdrawals": lambda snapshot: snapshot.withdrawals(),
    "notices": lambda snapshot: snapshot.notices("pr-1"),
    "similar": lambda snapshot: snapshot.similar("a", 3),
    "sitemap_years": lambda snapshot: snapshot.sitemap_years(),
    "sitemap_entries": lambda snapshot: snapshot.sitemap_entries(2020),
}


class TestDamage:
    @pytest.fixture
    def damaged(self, index: SearchIndex, engine: Engine, tmp_path: Path) -> SearchIndex:
        """An index whose publisher has just found that it is not what was published."""
        publish(index, a_release("a"), toml='title = "Harbour"')
        assert ask(index) == ["a"]
        assert index.verify()
        engine.damage(tmp_path / "index")
        until(lambda: not index.verify())
        sleep(2 * LAG)
        return index

    @pytest.mark.parametrize("asked", QUESTIONS)
    def test_nobody_reads_from_it(self, damaged: SearchIndex, make_index: MakeIndex, asked: str) -> None:
        with pytest.raises(IndexUnavailable):
            QUESTIONS[asked](damaged.snapshot())
        with pytest.raises(IndexUnavailable):
            QUESTIONS[asked](make_index().snapshot())

    def test_every_question_is_tried(self) -> None:
        methods = {name for name, member in vars(Snapshot).items() if callable(member) and not name.startswith("_")}
        assert methods == QUESTIONS.keys()

    def test_its_name_and_its_settings_are_told_all_the_same(self, damaged: SearchIndex) -> None:
        assert damaged.snapshot().generation == damaged.status().published
        assert damaged.snapshot().newsroom.title == "Harbour"

    def test_it_is_told_once_and_healed_by_the_next_update(self, damaged: SearchIndex, make_index: MakeIndex) -> None:
        assert damaged.verify()
        with damaged.update() as update:
            assert update.known() == {}
            update.put(a_release("a"), {})
            update.finish({}, None)
        assert ask(damaged) == ask(make_index()) == ["a"]
        assert damaged.verify()

    def test_an_index_that_has_gone_is_made_anew(self, index: SearchIndex, tmp_path: Path) -> None:
        assert index.verify(), "where nothing is published, nothing is damaged"
        publish(index, a_release("a"))
        assert ask(index) == ["a"]
        assert index.verify()
        rmtree(tmp_path / "index")
        assert not index.verify()
        assert index.verify(), "it is told once"
        assert ask(index) == ["a"], "what is open is sound"
        publish(index, a_release("a"))
        assert index.verify()


class TestWithdrawal:
    @pytest.fixture
    def notice(self) -> Withdrawal:
        return Withdrawal(
            "w", "w.md", datetime(2020, 1, 1, tzinfo=UTC), datetime(2020, 2, 1, tzinfo=UTC), "A mistake", "en"
        )

    def test_a_withdrawal_is_found_by_its_id_alone(self, index: SearchIndex, notice: Withdrawal) -> None:
        publish(index, notice, a_release("a"))
        with pytest.raises(ReleaseWithdrawn) as caught:
            index.snapshot().get("w")
        assert caught.value.withdrawal == notice
        assert ask(index) == ["a"]
        assert ask(index, "-words") == []
        assert ask(index, "mistake") == []


class TestOrder:
    @pytest.fixture(autouse=True)
    def _publish(self, index: SearchIndex) -> Iterator[None]:
        items = [a_release("c", 3), a_release("b2", 2), a_release("b1", 2), a_release("a", 1), a_release("z", None)]
        publish(index, *items)
        return iter(())

    def test_newest_first_with_ties_by_id_and_the_undated_last(self, index: SearchIndex) -> None:
        assert ask(index) == ["c", "b1", "b2", "a", "z"]

    def test_oldest_first_is_the_other_way_round_with_the_undated_last_too(self, index: SearchIndex) -> None:
        assert ask(index, sort=Sort.OLDEST) == ["a", "b2", "b1", "c", "z"]

    def test_pages_hold_everything_once(self, index: SearchIndex) -> None:
        pages = [index.snapshot().search(Query(page=page, per_page=2)) for page in (1, 2, 3, 4)]
        assert [ids(page) for page in pages] == [["c", "b1"], ["b2", "a"], ["z"], []]
        assert {(page.total, page.pages) for page in pages} == {(5, 3)}

    @pytest.mark.parametrize("page", [2, 10**9])
    @pytest.mark.parametrize("sort", Sort)
    def test_past_the_last_page_there_is_nothing(self, index: SearchIndex, sort: Sort, page: int) -> None:
        results = index.snapshot().search(Query(parse("words").tree, sort=sort, page=page, per_page=100))
        assert (results.hits, results.total) == ((), 5)

    def test_dates_bound_the_dated_ones(self, index: SearchIndex) -> None:
        since, before = datetime(2020, 1, 2, tzinfo=UTC), datetime(2020, 1, 3, tzinfo=UTC)
        assert ask(index, since=since) == ["c", "b1", "b2"]
        assert ask(index, before=before) == ["b1", "b2", "a"]
        assert ask(index, since=since, before=before) == ["b1", "b2"]
        assert ask(index, since=before, before=since) == []

    def test_what_was_held_back_stands_where_it_appeared_and_is_of_its_date(self, index: SearchIndex) -> None:
        later = datetime(2020, 1, 2, 12, tzinfo=UTC)
        publish(index, a_release("old", 1, opened=later), a_release("none", None, opened=later))
        assert ask(index) == ["c", "none", "old", "b1", "b2", "a", "z"]
        assert ask(index, sort=Sort.OLDEST) == ["a", "b2", "b1", "old", "none", "c", "z"]
        assert ask(index, before=datetime(2020, 1, 2, tzinfo=UTC)) == ["old", "a"]
        assert ask(index, is_undated=True) == ["none", "z"]

    def test_those_that_were_updated_after_they_appeared_the_last_updated_first(self, index: SearchIndex) -> None:
        def on(day: int) -> datetime:
            return datetime(2020, 2, day, tzinfo=UTC)

        publish(
            index,
            replace(a_release("a", 1, topics=("t",)), updated=on(2)),
            replace(a_release("b1", 2), updated=on(3)),
            replace(a_release("c", 3), updated=on(4)),
            replace(a_release("z", None), updated=on(5)),
            replace(a_release("held", 1), opened=on(6)),
        )

        def updated(query: Query, skip: int = 0, limit: int = 9) -> list[str]:
            return [release.id for release in index.snapshot().recently_updated(query, skip, limit)]

        assert updated(Query()) == ["z", "c", "b1", "a"]
        assert updated(Query(), skip=2) == ["z", "b1", "a"]  # the newest are "held" and "c"
        assert updated(Query(), skip=2, limit=2) == ["z", "b1"]
        assert updated(Query(topics=("t",))) == ["a"]
        assert updated(Query(parse("nothing").tree)) == []

    def test_the_most_relevant_stands_first_and_equals_by_date(self, index: SearchIndex) -> None:
        publish(
            index, a_release("d", 1, text="comet comet comet dust"), a_release("e", 1, text="comet " + "word " * 50)
        )
        assert ask(index, "comet", sort=Sort.RELEVANCE) == ["d", "e"]
        assert ask(index, "title", sort=Sort.RELEVANCE)[-1] != "c"

    @pytest.mark.parametrize("before", [0, 1, 5])
    def test_what_has_the_words_in_its_title_stands_before_what_has_them_often(
        self, index: SearchIndex, before: int
    ) -> None:
        """However many versions there were ``before``: how rare a word is, and how long a text, they no longer say."""
        days = range(2, 9)
        for number in range(before):
            publish(index, *(a_release(f"often{day}", day, f"Draft {number}.", title="News") for day in days))
        often = [a_release(f"often{day}", day, "A lander for Phobos. " * 9, title="News") for day in days]
        publish(index, a_release("of-it", 1, "A lander. " + "Words. " * 300, title="The Phobos lander"), *often)
        assert ask(index, "phobos lander", sort=Sort.RELEVANCE)[0] == "of-it"

    def test_the_liker_a_title_is_to_a_question_the_better_it_answers(self, index: SearchIndex) -> None:
        publish(
            index,
            a_release("more", 2, "Words.", title="The Phobos lander is built, tested and shipped to the coast"),
            a_release("just", 1, "Words.", title="The Phobos lander"),
        )
        assert ask(index, "phobos lander", sort=Sort.RELEVANCE) == ["just", "more"]

    def test_a_hyphenated_word_counts_once(self, index: SearchIndex) -> None:
        """And not for each of its parts and all of them in one; small words among its parts say nothing."""
        publish(
            index,
            *(a_release(f"day{day}", day, "Rain and wind, rain and wind.", title="Weather") for day in range(3, 9)),
            a_release("dish", 1, "A dish for the laboratory. A dish for all of the sky.", title="Optics"),
            a_release("ray", 2, "An x-ray, as many hospitals have one today, near the sea.", title="Health"),
        )
        assert ask(index, "x-ray dish dish", sort=Sort.RELEVANCE)[0] == "dish"

    def test_a_word_is_as_rare_as_it_is_in_all_languages_together(self, index: SearchIndex) -> None:
        """Else what is rare in the language of few releases would stand before all that is in that of most."""
        many = [a_release(f"en{day}", day, "Data, data, data and more data.", title="News") for day in range(2, 12)]
        few = [a_release("fr", 1, "Une date.", title="Note", language="fr")]
        publish(index, *many, *few, toml='languages = ["en", "fr"]')
        assert ask(index, "data", sort=Sort.RELEVANCE)[-1] == "fr"


def test_one_word_of_many_in_a_title_of_many_says_little(index: SearchIndex) -> None:
    """What says more of the question in its text stands before it."""
    publish(
        index,
        *(a_release(f"other{number}", 3, "Rain and wind. " * 9, title="Weather") for number in range(20)),
        a_release("titled", 2, "Words. " * 20, title="The ferry, the mills and other stories of the western valley"),
        a_release("telling", 1, "Whoever steers the boats over the harbour is called a pilot. " * 4, title="Work"),
    )
    asked = "who was the first pilot of that ferry over there in the old days"
    assert ask(index, asked, sort=Sort.RELEVANCE)[0] == "telling"


def test_where_words_of_the_question_are_near_each_other_it_is_answered_better(index: SearchIndex) -> None:
    """In whichever order, and with small words between them."""
    filler = "And then it rained. " * 9
    publish(
        index,
        a_release("far", 2, f"The pilot sleeps. {filler}At last the old harbour.", title="Monday"),
        a_release("near", 1, f"The pilot of the old harbour. {filler}At last sleeps.", title="Monday"),
    )
    for question in ("harbour pilot", "where is the harbour of that pilot today"):
        assert ask(index, question, sort=Sort.RELEVANCE)[0] == "near"


@pytest.mark.parametrize(
    ("question", "first"), [("collections", "many"), ("collection", "one"), ("the collections of a museum", "many")]
)
def test_what_has_a_word_just_as_it_is_asked_for_answers_better(index: SearchIndex, question: str, first: str) -> None:
    publish(
        index,
        a_release("many", 1, "The collections of the museum grow.", title="Monday"),
        a_release("one", 1, "The collection of the museum grows.", title="Monday"),
    )
    assert ask(index, question, sort=Sort.RELEVANCE) == [first, *({"many", "one"} - {first})]


def test_of_what_lacks_a_word_that_answers_better_which_has_another_that_begins_like_it(index: SearchIndex) -> None:
    """But in its text, and less than what has the word itself; numbers begin alike by chance."""
    said = {"a": "far and wide", "b": "for all professionals", "c": "by profession", "d": "10000 0 0"}
    publish(
        index,
        *(a_release(f"other{day}", day, "It rains.", title="Weather") for day in range(2, 20)),
        *(a_release(name, 1, f"A pilot of the harbour, {text}.", title="Work") for name, text in said.items()),
        a_release("e", 1, "A pilot of the harbour, far and wide.", title="Work", boilerplate="Professionals."),
    )
    asked = "what is the profession of whoever is a pilot over there in the harbour 100007"
    assert ask(index, asked, sort=Sort.RELEVANCE) == ["c", "b", "a", "d", "e"]


@pytest.mark.parametrize("question", ["harbour pilot", "harbour pilot kettle", "what a harbour pilot has to do today"])
def test_pages_show_each_once_in_one_order_however_many_are_looked_at_again(index: SearchIndex, question: str) -> None:
    """Those that score best are looked at for words that stand together, be they on one page or on several."""
    texts = ("The harbour has a pilot.", "A pilot, and rain. " + "Words. " * 9 + "The harbour.", "A harbour pilot.")
    publish(index, *(a_release(f"r{each:02}", each % 28 + 1, texts[each % 3], title="Work") for each in range(70)))
    whole = ask(index, question, sort=Sort.RELEVANCE, per_page=100)
    assert len({*whole}) == 70
    for per_page in (7, 20, 31):
        pages = range(1, 70 // per_page + 2)
        shown = [ask(index, question, sort=Sort.RELEVANCE, per_page=per_page, page=page) for page in pages]
        assert [each for page in shown for each in page] == whole


class TestFilters:
    @pytest.fixture(autouse=True)
    def _publish(self, index: SearchIndex) -> None:
        publish(
            index,
            a_release("a", 1, text="launch", topics=("space", "climate")),
            a_release("b", 2, text="launch", topics=("space",), language="fr"),
            a_release("c", 3, text="rain", topics=("climate",)),
            a_release("d", None, text="launch"),
            toml='[topics.space]\naliases = ["cosmos"]',
        )

    def test_values_of_one_kind_are_alternatives_and_kinds_must_all_hold(self, index: SearchIndex) -> None:
        assert ask(index, topics=("space", "climate")) == ["c", "b", "a"]
        assert ask(index, topics=("space", "climate"), languages=("en",)) == ["c", "a"]
        assert ask(index, years=(2020,)) == ["c", "b", "a"]
        assert ask(index, years=(1999,)) == []

    def test_aliases_of_topics_and_filters_in_the_text_work_alike(self, index: SearchIndex) -> None:
        assert ask(index, topics=("cosmos",)) == ["b", "a"]
        assert ask(index, "topic:cosmos") == ["b", "a"]
        assert ask(index, "launch -topic:space") == ["d"]
        assert ask(index, "lang:fr OR year:1999") == ["b"]

    def test_counts_are_those_of_the_query_with_the_value_in_place_of_its_own_kind(self, index: SearchIndex) -> None:
        facets = index.snapshot().search(Query(topics=("space",), languages=("en",), has_facets=True)).facets
        assert {facet.value: facet.count for facet in facets["topic"]} == {"climate": 2, "space": 1}
        assert {facet.value: facet.count for facet in facets["lang"]} == {"en": 1, "fr": 1}
        for kind, field in (("topic", "topics"), ("lang", "languages")):
            for facet in facets[kind]:
                narrowed = {"topics": ("space",), "languages": ("en",), field: (facet.value,)}
                assert index.snapshot().search(Query(**narrowed)).total == facet.count  # type: ignore[arg-type]


# A language, a word of a text in it, and another word of the same family, with or without its accents.
FAMILIES = [
    ("ar", "المكتبات", "مكتبة"),
    ("be", "праграмамі", "праграма"),
    ("bg", "Министерството", "министерства"),
    ("bg", "ракетите", "ракета"),
    ("bs", "programima", "program"),
    ("ca", "notícies", "noticia"),
    ("ca", "col·leccions", "colleccio"),
    ("cs", "zprávy", "zprava"),
    ("cs", "výzkumů", "VYZKUM"),
    ("da", "nyhederne", "nyhed"),
    ("da", "Ærø", "aero"),
    ("de", "Häuser", "haus"),
    ("el", "ανακοινώσεις", "ανακοίνωση"),
    ("en", "announcements", "announced"),
    ("eo", "komunikoj", "komuniko"),
    ("es", "organizaciones", "organizacion"),
    ("et", "raamatuid", "raamat"),
    ("et", "ülikoolides", "ulikool"),
    ("eu", "albisteak", "albistea"),
    ("fa", "کتاب‌ها", "کتاب"),
    ("fi", "satamassa", "satama"),
    ("fr", "arrivées", "arriver"),
    ("fr", "arriver", "arrivee"),
    ("fr", "chefs-d’œuvre", "oeuvre"),
    ("fr", "étudiant·e·s", "etudiantes"),
    ("ga", "bhád", "bad"),
    ("ga", "gcathair", "chathair"),
    ("he", "המשרד", "משרד"),
    ("he", "ממשלות", "הממשלה"),
    ("he", "בתוכניות", "תוכנית"),
    ("hi", "पुस्तकें", "पुस्तक"),
    ("hr", "Zagrebu", "Zagreb"),
    ("hr", "raketama", "raketa"),
    ("hu", "híreket", "hir"),
    ("hy", "քաղաքների", "քաղաք"),
    ("id", "memberitakan", "berita"),
    ("is", "Háskólanum", "haskoli"),
    ("it", "università", "universita"),
    ("it", "notizie", "notizia"),
    ("lt", "naujienos", "naujiena"),
    ("lv", "raķetēm", "rakete"),
    ("lv", "ministrijas", "ministrija"),
    ("mk", "програмата", "програми"),
    ("mt", "ministeru", "ministeri"),
    ("nb", "havnene", "havn"),
    ("ne", "समाचारहरू", "समाचार"),
    ("nl", "berichten", "bericht"),
    ("nn", "hamnene", "hamn"),
    ("no", "fiskene", "fisk"),
    ("pl", "komunikaty", "komunikat"),
    ("pl", "ministrów", "minister"),
    ("pl", "Łodzi", "lodz"),
    ("pt", "organizações", "organizacao"),
    ("pt-BR", "organizacao", "organizações"),
    ("ro", "organizații", "organizatie"),
    ("ru", "новый", "новая"),
    ("sk", "rakiet", "raketa"),
    ("sk", "programu", "program"),
    ("sl", "raketah", "raketa"),
    ("sl", "ministrstva", "ministrstvo"),
    ("sr", "библиотеке", "biblioteka"),
    ("sr", "градови", "GRAD"),
    ("sr", "љубимац", "ljubimci"),
    ("st", "sebakeng", "sebaka"),
    ("sv", "nyheterna", "nyhet"),
    ("ta", "செய்திகள்", "செய்தி"),
    ("tr", "haberleri", "HABER"),
    ("uk", "міністерство", "міністерства"),
    ("uk", "ракет", "ракета"),
    ("uk", "Києві", "Київ"),
    ("uk", "програмами", "програма"),
    ("yi", "ביבליאָטעקן", "ביבליאטעק"),
]


@pytest.mark.parametrize(("language", "word", "query"), FAMILIES)
def test_words_of_a_family_find_each_other_in_every_language_that_has_a_stemmer(
    index: SearchIndex, language: str, word: str, query: str
) -> None:
    publish(
        index,
        a_release("a", 1, f"{word}.", title="1", language=language),
        a_release("b", 1, "Other words.", title="2", language=language),
        toml=f'languages = ["{language}"]',
    )
    assert ask(index, query) == ask(index, word) == ask(index, f'"{word}"') == ["a"]
    (hit,) = index.snapshot().search(Query(parse(query).tree, has_excerpts=True)).hits
    assert hit.excerpt == f"<mark>{word}</mark>."


SUPERSEDED = {"porter", "dutch_porter", "czech", "estonian", "irish", "polish", "serbian"}
"""Algorithms of Snowball that part more forms of a word than another one, or than `ENDINGS`, do."""


def test_every_other_stemmer_of_the_library_is_used_and_tried() -> None:
    assert set(STEMMERS.values()) == set(Stemmer.algorithms()) - SUPERSEDED
    assert {language.partition("-")[0] for language, _, _ in FAMILIES} == STEMMERS.keys() | ENDINGS
    assert STEMMERS.keys() <= LANGUAGE_NAMES.keys()


@pytest.mark.parametrize(
    ("query", "found", "marked"),
    [
        ("望遠鏡", "ja", "新しい<mark>望遠鏡</mark>がNASAと<mark>2026</mark>年1月に"),
        ("電波望遠鏡", "", ""),
        ("望遠鏡*", "ja", ""),
        ('"望遠鏡が"', "ja", ""),
        ('"望遠が"', "", ""),
        ("nasa", "ja", ""),
        ("2026 年", "ja", ""),
        ("天文 title:台", "zh", ""),
        ("title:天文台", "zh", ""),
        ("天文臺", "", ""),
        ("新しい OR 星", "ja zh", ""),
    ],
)
def test_what_is_written_without_blanks_is_found_by_any_two_characters(
    index: SearchIndex, query: str, found: str, marked: str
) -> None:
    publish(
        index,
        a_release("ja", 2, "新しい望遠鏡がNASAと2026年1月に完成しました。", title="発表", language="ja"),
        a_release("zh", 1, "星、光。", title="国家天文台", language="zh"),
        toml='languages = ["ja", "zh"]',
    )
    assert ask(index, query) == found.split()
    if marked:
        (hit,) = index.snapshot().search(Query(parse(f"{query} 2026").tree, has_excerpts=True)).hits
        assert hit.excerpt.startswith(marked)


# What a text says, what is asked that finds it, and what is marked; "" for what does not find it.
SPELLINGS = [
    # letters and digits, capitals within words, and what joins the words of a name
    ("The A320neo flew.", "A320", "A320neo"),
    ("The A320neo flew.", "a320 neo", "A320neo"),
    ("The A320neo flew.", "A320neo", "A320neo"),
    ("The A320 neo flew.", "A320neo", "A320 neo"),
    ("The A320 flew past a neo sign.", "A320neo", ""),
    ("Falcon9 stands ready.", "Falcon 9", "Falcon9"),
    ("Falcon9 stands ready.", "falcon-9", "Falcon9"),
    ("Falcon 9 stands ready.", "Falcon9", "Falcon 9"),
    ("Falcons stand at dock 9.", "Falcon9", ""),
    ("The B737MAX returned.", "737 MAX", "B737MAX"),
    ("The B737MAX returned.", "B737", "B737MAX"),
    ("A 5GHz link over 100km.", "5 GHz", "5GHz"),
    ("A 5GHz link over 100km.", "100 km", "100km"),
    ("A 5 GHz link.", "5ghz", "5 GHz"),
    ("An H5N1 virus, SARS-CoV-2 too.", "sars cov 2", "SARS-CoV-2"),
    ("An H5N1 virus.", "5", ""),
    ("On the 23rd of May.", "rd", ""),
    ("A 12V battery.", "12 V", "12V"),
    ("A battery of 12 V.", "12V", "12 V"),
    ("The F-16C landed.", "F-16", "F-16C"),
    ("The F-16C landed.", "F-15", ""),
    ("A PlayStation5 was sold.", "playstation", "PlayStation5"),
    ("A PlayStation5 was sold.", "PlayStation 5", "PlayStation5"),
    ("A PlayStation 5 was sold.", "PlayStation5", "PlayStation 5"),
    ("See #ParisAirShow2023 now.", "ParisAirShow", "ParisAirShow2023"),
    ("Join #ClimateAction today.", "climate action", "ClimateAction"),
    ("Join #ClimateAction today.", "#climateaction", "ClimateAction"),
    ("For climate action, now.", "#ClimateAction", "climate action"),
    ("Le mot-clé #ÉgalitéFemmes.", "egalite", "ÉgalitéFemmes"),
    ("See press_kit_2024.zip for it.", "press kit", "press_kit_2024"),
    ("See press_kit_2024.zip for it.", '"press kit 2024"', "press_kit_2024"),
    # abbreviations
    ("The U.S. delegation arrived.", "US", "U.S."),
    ("The U.S. delegation arrived.", '"U.S. delegation"', "U.S. delegation"),
    ("The US delegation arrived.", "U.S.", "US"),
    ("The U.S.-led mission.", "us-led", "U.S.-led"),
    ("L'U.E. et l'O.N.U. signent.", "ONU", "l'O.N.U."),
    ("L'ONU signe.", "O.N.U.", "L'ONU"),
    ("She holds a Ph.D. in it.", "PhD", "Ph.D."),
    ("She holds a PhD in it.", "ph.d", "PhD"),
    # names with a full stop in them
    ("It runs on Node.js now.", "nodejs", "Node.js"),
    ("It runs on Node.js now.", "node.js", "Node.js"),
    ("It runs on Node.js now.", "node", "Node.js"),
    ("It runs on nodejs now.", "Node.js", "nodejs"),
    ("It runs on NODE.JS now.", "nodejs", "NODE.JS"),
    ("It runs on D3.js now.", "d3js", "D3.js"),
    ("See data.example.org for it.", "example.org", "data.example.org"),
    ("See data.example.org for it.", '"example org"', "data.example.org"),
    ("So it ends.Next it began.", "endsnext", ""),
    # names that are taken for elided ones
    ("L'Oréal opened a plant.", "loreal", "L'Oréal"),
    ("Ms D’Angelo spoke.", "dangelo", "D’Angelo"),
    ("Ms D’Angelo spoke.", "d'angelo", "D’Angelo"),
    ("Ms Dangelo spoke.", "D'Angelo", "Dangelo"),
    ("Mayor N'Golo came.", "ngolo", "N'Golo"),
    ("A Dell'Orto part.", "dellorto", "Dell'Orto"),
    ("À l'aube.", "laube", ""),
    # Hebrew abbreviations, with either quote
    ('צה"ל הודיע.', "צהל", 'צה"ל'),
    ("צה״ל הודיע.", 'צה"ל', "צה״ל"),
    ('צה"ל הודיע.', '"צה״ל הודיע"', 'צה"ל הודיע'),
    ('צה"ל הודיע.', '"צה"ל הודיע"', 'צה"ל הודיע'),
    ("צה אמר ל כולם.", 'צה"ל', ""),
    # numbers, however grouped, in digits of any script
    ("It has 1,234,567 homes.", "1234567", "1,234,567"),
    ("It has 1.234.567 homes.", "1 234 567", "1.234.567"),
    ("It has 1 234 567 homes.", "1,234,567", "1 234 567"),
    ("It has 1\u00a0234\u00a0567 homes.", "1234567", "1 234 567"),
    ("It has 1\u202f234\u202f567 homes.", "1.234.567", "1 234 567"),
    ("It has 12,34,567 homes.", "1234567", "12,34,567"),
    ("It has 1’234’567 homes.", "1234567", "1’234’567"),
    ("It has 1234567 homes.", "1\u202f234\u202f567", "1234567"),
    ("It has 12 500 homes.", "12500", "12 500"),
    ("In 2018 500 homes.", "2018500", ""),
    ("On 12 300 homes.", "300", "12 300"),
    ("Im Jahr ٢٠٢٤, und १२३.", "2024", "٢٠٢٤"),
    ("In 2024.", "२०२४", "2024"),
    # names that a sign tells apart, and pictures
    ("Written in C++.", "c++", "C++"),
    ("Written in C++.", "C#", ""),
    ("Written in C.", "C++", ""),
    ("Written in C# (for .NET).", "C#", "C#"),
    ("Written in C# (for .NET).", ".net", ".NET"),
    ("Written for the net.", ".NET", ""),
    ("Launch 🚀 today.", "🚀", "🚀"),
    ("Launch ☀️ today.", "☀", "☀️"),
    ("Launch 🚀 today.", "🛰", ""),
    # what nobody sees, and letters taken apart
    ("On seaweed it says.", "sea\u00adweed", "seaweed"),
    ("On seaweed it says.", "sea\u200bweed", "seaweed"),
    ("On seaweed it says.", '"\ufeffon sea\u2060weed"', "On seaweed"),
    ("박물관 개관.", normalize("NFD", "박물관 개관"), "박물관 개관"),
    ("Café ouvert.", "cafe\u0301", "Café"),
    # what Persian joins without joining, and kana of half width
    ("دانشگاه‌ها باز شد.", "دانشگاه ها", "دانشگاه‌ها"),
    ("کتابخانه‌ی تازه.", "کتابخانه", "کتابخانه‌ی"),
    ("او می‌کند.", "میکند", "می‌کند"),
    ("スーパーが開く。", "ｽｰﾊﾟｰ", "スーパー"),
    # particles, and words without blanks
    ("과학부는 누리호를 발사했다.", "과학부", "과학부"),
    ("과학부는 서울에서 밝혔다.", "서울", "서울"),
    ("과학을 지원한다.", "과학은", "과학"),
    ("과학 지원.", "과학이", "과학"),
    ("다리가 열렸다.", "다리를", "다리"),
    ("다리 개통.", "다리는", "다리"),
    ("정부 발표.", "정부의", "정부"),
    ("학교까지 갔다.", "학교에서", "학교"),
    ("전문 지식.", "전문가", ""),
    ("물 공급.", "물은", ""),
    ("กระทรวงประกาศโครงการดาวเทียมใหม่", "ดาวเทียม", "ดาวเทียม"),
    ("กระทรวงประกาศโครงการดาวเทียมใหม่", "กระทรวง", "กระทรวง"),
    ("ក្រសួងប្រកាសគម្រោងផ្កាយរណប", "គម្រោង", "គម្រោង"),
    ("ກະຊວງປະກາດໂຄງການດາວທຽມ", "ດາວທຽມ", "ດາວທຽມ"),
    ("ဝန်ကြီးဌာနက ဂြိုဟ်တုအစီအစဉ်", "ဂြိုဟ်တု", "ဂြိုဟ်တု"),
]


@pytest.mark.parametrize(("said", "query", "marked"), SPELLINGS)
def test_a_word_is_found_however_it_is_written(index: SearchIndex, said: str, query: str, marked: str) -> None:
    publish(index, a_release("a", 1, said, title="!"), a_release("b", 1, "Other words.", title="!"))
    assert ask(index, query) == ["a"] * bool(marked)
    for hit in index.snapshot().search(Query(parse(query).tree, has_excerpts=True)).hits:
        assert re.sub("</mark>([ -]?)<mark>", r"\1", unescape(hit.excerpt)).count(f"<mark>{marked}</mark>") == 1


@pytest.mark.parametrize(("said", "query"), [(said, query) for said, query, marked in SPELLINGS[:16] if marked])
def test_so_it_is_in_a_title_and_in_the_rule_of_a_topic(index: SearchIndex, said: str, query: str) -> None:
    publish(index, a_release("a", 1, "Words.", title=said), a_release("b", 1, "Other words.", title="!"))
    assert ask(index, " ".join(f"title:{word}" for word in query.split())) == ["a"]
    newsroom = newsroom_toml.parse(f"[topics.t]\nmatch = [{json.dumps(query)}]")
    assert topics.memberships(a_release("a", 1, said), newsroom)


@pytest.mark.parametrize(
    ("language", "one", "other"),
    [
        ("es", "bandera", "banda"),
        ("hi", "कल", "काल"),
        ("ja", "ガス", "カス"),
        ("fr", "cœur", "cour"),
    ],
)
def test_words_that_have_only_letters_in_common_do_not_find_each_other(
    index: SearchIndex, language: str, one: str, other: str
) -> None:
    publish(index, a_release("a", 1, f"{one}.", title="1", language=language), toml=f'languages = ["{language}"]')
    assert (ask(index, one), ask(index, other)) == (["a"], [])


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("launch", "english"),
        ("LAUNCHES", "english"),
        ("launching rocket", "english"),
        ("rocket -launch", ""),
        ("rocket NOT fusée", "english"),
        ("rocket OR fusée", "english french"),
        ('"rocket launched"', "english"),
        ('"launched rocket"', ""),
        ('"rockets launched"', ""),
        ('"launched"', "english"),
        ('"launch"', ""),
        ("lancement", "french"),
        ("lancements fusees", "french"),
        ("Zurich", "english french"),
        ("Zürich", "english french"),
        ("oneill", "english"),
        ("O’Neill", "english"),
        ("cooperation", "english"),
        ("co-operation", "english"),
        ("operation", "english"),
        ("23rd", "english"),
        ("23 rd", "english"),
        ("espace", "french"),
        ("l'espace", "french"),
        ("PR039-2020", "english"),
        ("pr039-2020", "english"),
        ("PR 039/2020", "english"),
        ("039-2020", "english french"),
        ("CP039-2020 -rocket", "french"),
        ("title of english", "english"),
        ("...", "english french"),
        ("nowhere", ""),
    ],
)
def test_words_phrases_and_references_find(index: SearchIndex, query: str, found: str) -> None:
    publish(
        index,
        a_release(
            "english", 2, "A rocket launched from Zürich, says O'Neill.\nThe 23rd co-operation.", reference="PR039-2020"
        ),
        a_release("french", 1, "Lancement de la fusée dans l’espace à Zurich.", language="fr", reference="CP039-2020"),
        toml='languages = ["en", "fr"]',
    )
    assert ask(index, query) == found.split()


def test_the_release_of_a_reference_stands_before_those_that_mention_it(index: SearchIndex) -> None:
    mention = "See PR039-2020 and PR039-2020 and PR039-2020."
    publish(index, a_release("mention", 2, mention), a_release("itself", 1, "Words.", reference="PR039-2020"))
    assert ask(index, "PR039-2020", sort=Sort.RELEVANCE) == ["itself", "mention"]


@pytest.fixture
def observatory(index: SearchIndex) -> SearchIndex:
    """Releases that differ in what the traps of searching are about."""
    publish(
        index,
        a_release("comet", 5, "The comet’s dust was\ncaught in 2019.", title="A new comet", reference="OB-12-2020"),
        a_release("launch", 4, "The launcher flew: launching took 12 s.", title="Launch day", topics=("rockets",)),
        a_release(
            "launches", 3, "No comet. Mr Bresson spoke of O\u2019Neill.", title="Two launches", topics=("rockets",)
        ),
        a_release(
            "mars",
            2,
            "Words on the way.",
            title="Mars and\u00a0Phobos",
            contacts=(Contact("Ann Bresson", "Press officer"),),
        ),
        a_release(
            "mars-fr", 1, "L’arrivée d’une sonde près de Mars, prévue le 3\u00a0mars.", title="Arrivée", language="fr"
        ),
        a_release("undated", None, "Launched once.", title="Without a date"),
        toml='languages = ["en", "fr"]',
    )
    return index


@pytest.mark.parametrize(
    ("query", "found"),
    [
        # beginnings: any word that begins so, as it is written
        ("launch*", "launch launches undated"),
        ("launche*", "launch launches undated"),
        ("launcher*", "launch"),
        ("LAUNCHE*", "launch launches undated"),
        ("arrivee*", "mars-fr"),
        ("o'nei*", "launches"),
        ("xyz*", ""),
        # in one field
        ("title:launch", "launch launches"),
        ("title:launches", "launch launches"),
        ('title:"two launches"', "launches"),
        ('title:"launches two"', ""),
        ('title:"mars and phobos"', "mars"),
        ("title:phob*", "mars"),
        ("title:dust", ""),
        ("comet -title:comet", "launches"),
        ("contact:bresson", "mars"),
        ('contact:"ann bresson"', "mars"),
        ("contact:bres*", "mars"),
        ("contact:officer", "mars"),
        ("bresson", "launches"),
        ("topic:rockets", "launch launches"),
        ("topic:rockets OR lang:fr", "launch launches mars-fr"),
        ("lang:fr", "mars-fr"),
        ("lang:en mars", "mars"),
        ("year:2020 once", ""),
        ("year:1999", ""),
        # dates; what has none is between no two
        ("2020-01-03..2020-01-04", "launch launches"),
        ("before:2020-01-02", "mars-fr"),
        ("after:2020-01-05", "comet"),
        ("-after:2020-01-05 launch", "launch launches undated"),
        ("-2020..2020", "undated"),
        # references
        ("ref:OB-12-2020", "comet"),
        ("ob 12/2020", ""),
        ('ref:"ob 12/2020"', "comet"),
        ("ref:OB-12-2021", ""),
        # accents, apostrophes, blanks, digits
        ("arrivee", "mars-fr"),
        ("ARRIVÉE", "mars-fr"),
        ("arrive", "mars-fr"),
        ("l'arrivée", "mars-fr"),
        ("sonde", "mars-fr"),
        ("sondes", "mars-fr"),
        ("comets", "comet launches"),
        ("comet's", "comet launches"),
        ('"comet’s dust"', "comet"),
        ('"mars and phobos"', "mars"),
        ("3 mars", "mars-fr"),
        ("12", "launch"),
        ("1", ""),
        ("201", ""),
        # phrases run over the end of a line, and not from the title into the text
        ('"dust was caught"', "comet"),
        ('"day the launcher"', ""),
        # NOT alone is everything else
        ("NOT launch", "comet mars mars-fr"),
        ("-mars -launch", "comet"),
        ("NOT nowhere", "comet launch launches mars mars-fr undated"),
        ("launch OR NOT launch", "comet launch launches mars mars-fr undated"),
        # small words are passed over, unless there are only such, or in quotes
        ("the comet", "comet launches"),
        ('"the way"', "mars"),
        ("on the", "mars"),
        ("une sonde", "mars-fr"),
        ("y a-t-il une sonde", "mars-fr"),
        ("a t il une sonde", "mars-fr"),
    ],
)
def test_each_row_of_the_language_finds(observatory: SearchIndex, query: str, found: str) -> None:
    assert ask(observatory, query) == found.split()


class TestPartialHits:
    """By relevance, where fewer than ten have all the words, those with some of them follow."""

    @pytest.fixture(autouse=True)
    def _publish(self, index: SearchIndex) -> None:
        publish(
            index,
            a_release("both", 1, "A comet and its dust. " + "Words. " * 200),
            a_release("comets", 2, "Comet, comet, comet."),
            a_release("dusty", 3, "Dust.", topics=("x",)),
            a_release("neither", 4),
        )

    def test_what_has_all_the_words_stands_first_and_the_others_are_marked(self, index: SearchIndex) -> None:
        results = index.snapshot().search(Query(parse("comet dust").tree, sort=Sort.RELEVANCE))
        assert (ids(results)[0], {*ids(results)}) == ("both", {"both", "comets", "dusty"})
        assert [hit.is_partial for hit in results.hits] == [False, True, True]
        assert (results.complete, results.total) == (1, 3)

    def test_what_answers_a_long_question_best_stands_first_though_ten_others_have_all_the_words(
        self, index: SearchIndex
    ) -> None:
        """However many versions there were before."""
        said = "how is the harbour barge Kettle getting on"
        for number in range(3):
            publish(index, *(a_release(f"all{day}", day, f"Draft {number}.") for day in range(1, 12)))
        others = (a_release(f"all{day}", day, f"{said}. " + "Many other words. " * 90) for day in range(1, 12))
        publish(index, a_release("best", 20, "It floats.", title="The harbour barge Kettle"), *others)
        assert ask(index, said, sort=Sort.RELEVANCE)[0] == "best"

    def test_of_a_long_question_the_best_stand_first_and_those_with_all_words_are_marked(
        self, index: SearchIndex
    ) -> None:
        """Six words, one of them next to nowhere."""
        summary = "The harbour barge Kettle ran aground on a sandbank"
        publish(index, a_release("best", 5, f"{summary}. " * 3, title="Harbour barge Kettle aground"))
        publish(index, a_release("all", 6, f"{summary} yesterday. " + "Many other words of the sea. " * 90))
        short, long = (
            index.snapshot().search(Query(parse(text).tree, sort=Sort.RELEVANCE))
            for text in ("harbour barge aground yesterday", f"{summary} yesterday")
        )
        assert (ids(short)[0], short.is_complete_first, short.hits[0].is_partial) == ("all", True, False)
        assert (ids(long), long.is_complete_first) == (["best", "all"], False)
        assert [hit.is_partial for hit in long.hits] == [True, False]

    @pytest.mark.parametrize(
        ("said", "query", "is_found"),
        [
            ("北京新机场开通高速铁路", "北京机场", True),
            ("北京新机场开通高速铁路", "北京新机厂开通", True),
            ("東京で新しい展覧会が始まる", "展覧会東京", True),
            ("서울시가 박물관을 연다", "서울박물관", True),
            ("กรุงเทพเปิดพิพิธภัณฑ์ใหม่", "กรุงเทพพิพิธภัณฑ์", True),
            ("北京新机场开通高速铁路", "lang:en 北京机场", True),
            ("北京新机场开通高速铁路", "lang:fr 北京机场", False),
            ("京都の秋", "東京都", False),
            ("北京新机场开通高速铁路", "北京机场 nowhere", True),
            ("新型コロナの対策", "コロナ予防", True),
            ("コンピュータの展示", "コンピューター", True),
            ("インド料理とアンケート", "アンドロイド", False),
            ("美しい庭園", "新しい", False),
            ("ไข้เลือดออกในกรุงเทพ", "ไข้หวัดใหญ่", False),
            ("ກະຊວງສຶກສາທິການ", "ບານເຕະ", False),
            ("3月のニュース", "3月11日", False),
        ],
    )
    def test_so_it_is_with_words_that_have_no_blanks_between_them(
        self, index: SearchIndex, said: str, query: str, is_found: bool
    ) -> None:
        publish(index, a_release("unspaced", 5, said))
        results = index.snapshot().search(Query(parse(query).tree, sort=Sort.RELEVANCE))
        assert ([hit.is_partial for hit in results.hits], results.did_you_mean) == ([True] * is_found, None)
        assert ask(index, query) == []

    def test_a_number_is_a_word_like_others_unless_it_is_said_to_be_one(self, index: SearchIndex) -> None:
        publish(index, a_release("numbered", 5, "A report.", reference="PR045-2020"))
        assert ask(index, "045-2020 dust", sort=Sort.RELEVANCE) == ["numbered", "dusty", "both"]
        assert ask(index, "ref:045-2020 dust", sort=Sort.RELEVANCE) == []
        assert ask(index, "045-2020 dust") == []

    @pytest.mark.parametrize(
        ("query", "first"),
        [
            ("Comets with tails of 9-11 miles seen above the harbour", "headline"),
            ("Comets with tails of 9-11 miles seen above the harbuor", "headline"),
            ("What is said in PR 9-11 of comets with tails of miles above the harbour", "numbered"),
            ("9-11 nowhere", "numbered"),
        ],
    )
    def test_a_number_in_a_headline_is_no_more_than_a_word(self, index: SearchIndex, query: str, first: str) -> None:
        title = "Comets with tails of 9-11 miles seen above the harbour"
        publish(index, a_release("numbered", 5, reference="PR9-11"), a_release("headline", 6, title=title))
        assert ask(index, query, sort=Sort.RELEVANCE)[0] == first

    @pytest.mark.parametrize("sort", [Sort.NEWEST, Sort.OLDEST])
    def test_by_date_there_is_only_what_has_all_the_words(self, index: SearchIndex, sort: Sort) -> None:
        results = index.snapshot().search(Query(parse("comet dust").tree, sort=sort))
        assert (ids(results), results.complete, results.total) == (["both"], 1, 1)

    @pytest.mark.parametrize(
        ("query", "found"),
        [
            ("comet dust -comet", ["dusty"]),
            ('comet "dust nowhere"', []),
            ("comet nowhere topic:x", []),
            ("dust nowhere topic:x", ["dusty"]),
            ("comet nowhere OR neither", ["neither", "comets", "both"]),
            ("title:comet dust", []),
        ],
    )
    def test_what_is_no_mere_word_is_required_all_the_same(
        self, index: SearchIndex, query: str, found: list[str]
    ) -> None:
        assert ask(index, query, sort=Sort.RELEVANCE) == found

    def test_filters_hold_for_them_too(self, index: SearchIndex) -> None:
        assert ask(index, "comet dust", sort=Sort.RELEVANCE, topics=("x",)) == ["dusty"]

    def test_where_ten_have_all_the_words_no_others_follow(self, index: SearchIndex) -> None:
        publish(index, *(a_release(f"more{day}", day, "Comet dust.") for day in range(1, 10)))
        results = index.snapshot().search(Query(parse("comet dust").tree, sort=Sort.RELEVANCE))
        assert (results.complete, results.total) == (10, 10)


class TestDidYouMean:
    @pytest.fixture(autouse=True)
    def _publish(self, index: SearchIndex) -> None:
        publish(
            index,
            a_release(
                "a",
                1,
                "The observatory saw a comet in COVID19 times, with Zürich’s telescope X1000000.",
                contacts=(Contact("Anne Bresson"),),
            ),
            a_release("b", 2, "An observation of the comet."),
        )

    @pytest.mark.parametrize(
        ("query", "meant"),
        [
            ("observatry", "observatory"),
            ("obsevratory", "observatory"),
            ("comit observatory", "comet observatory"),
            ("telescoep -comet", None),
            ("telescoep OR nowhere", "telescope OR nowhere"),
            ("telescoep topic:none", None),
            ("comet", None),
            ("comet nowhere", None),
            ("observatry OR comet", None),
            ("comte -lang:fr", "comet NOT lang:fr"),
            ("saww", "saw"),
            ("sww", None),
            ("swa", "saw"),
            ("tms", None),
            ("tims", "times"),
            ("wth", "with"),
            ("comet wiht zürich", "comet with zürich"),
            ("covered wiht", None),
            ("a comet x observatry", None),
            ("of obsevratory", "of observatory"),
            ("which where when these those observatry", "which where when these those observatory"),
            ("covid18", None),
            ("x1000001", None),
            ('"observatry"', '"observatory"'),
            ('"comet observatory"', "comet observatory"),
            ('"comit an saw"', "comet an saw"),
            ("bservatory", "observatory"),
            ("vbservatory", "observatory"),
            ("obssevatory", "observatory"),
            ("title:tilte", "title:title"),
            ("title:telescope", "telescope"),
            ("title:telescpoe", "telescope"),
            ("contact:bression", "contact:bresson"),
            ("obser", "obser*"),
            ("observat comet", "observat* comet"),
            ("NOT NOT COMET", None),
            ("OBSERVATORY NOT COMET", "OBSERVATORY COMET"),
            ("it saw NOT a comet", "it saw not a comet"),
            ("saw NOT comet", "saw not comet"),
            ("saw NOT lang:en", None),
            ("saw NOT (comet OR dust)", None),
            ("obser vatory", "observatory"),
            ("tele scope comet", "telescope comet"),
            ("zurichtelescope", '"zürich telescope"'),
            ("title:zurichtelescope", '"zürich telescope"'),
            ("comet -saw -an", None),
            ("zurrich", "zürich"),
            ("ZURRICH", "zürich"),
        ],
    )
    def test_it_is_the_question_without_what_may_be_mistyped_where_that_finds_something(
        self, index: SearchIndex, query: str, meant: str | None
    ) -> None:
        results = index.snapshot().search(Query(parse(query).tree))
        assert results.did_you_mean == meant
        if meant:
            assert results.complete == 0
            assert ask(index, meant)

    def test_it_finds_more_within_the_same_filters(self, index: SearchIndex) -> None:
        query = Query(parse("observatry").tree, languages=("fr",))
        assert index.snapshot().search(query).did_you_mean is None
        publish(index, a_release("c", 3, "L’observatory", language="fr"))
        assert index.snapshot().search(query).did_you_mean == "observatory"

    def test_a_name_is_found_with_a_blank_too_many_or_too_few(self, index: SearchIndex) -> None:
        publish(index, a_release("apart", 3, "Un pont à Hà Nội."), a_release("whole", 4, "A website of the port."))
        for typed, meant in (
            ("hanoi", '"hà nội"'),
            ("pont hanoi", 'pont "hà nội"'),
            ("web site", "website"),
            ("the web site of the port", "the website of the port"),
        ):
            assert index.snapshot().search(Query(parse(typed).tree)).did_you_mean == meant

    def test_accents_are_those_of_the_texts(self, index: SearchIndex) -> None:
        text = "La Journée des côtes, la journée d’été, l’œuvre, manœuvre, un marché en marche, ce marché"
        publish(index, a_release("c", 3, text, language="fr"))
        for typed, meant in (
            ("jourrnée", "journée"),
            ("jounree", "journée"),
            ("oeuvrre", "œuvre"),
            ("manœvre", "manœuvre"),
            ("cotess", "côtes"),
            ("amrche", "marche"),
            ("amrché", "marché"),
        ):
            assert index.snapshot().search(Query(parse(typed).tree)).did_you_mean == meant

    def test_no_small_word_is_meant(self, index: SearchIndex) -> None:
        publish(
            index, *(a_release(f"t{day}", day, "Their day.") for day in range(3, 9)), a_release("t", 9, "The third.")
        )
        assert index.snapshot().search(Query(parse("thir").tree)).did_you_mean == "third"

    def test_a_word_is_likelier_that_stands_beside_the_others(self, index: SearchIndex) -> None:
        publish(
            index,
            *(a_release(f"p{day}", day, "A planet of rock.") for day in range(3, 9)),
            a_release("q", 9, "Plane crew."),
        )
        snapshot = index.snapshot()
        assert snapshot.search(Query(parse("plant").tree)).did_you_mean == "planet"
        assert snapshot.search(Query(parse("plant crew").tree)).did_you_mean == "plane crew"

    def test_where_many_words_are_unknown_none_is_taken_for_another(self, index: SearchIndex) -> None:
        four = "comit telescpoe observatry zurrich"
        assert index.snapshot().search(Query(parse(four).tree)).did_you_mean
        assert index.snapshot().search(Query(parse(f"{four} nowhere").tree)).did_you_mean is None

    @pytest.mark.parametrize("field", ["", "title:"])
    def test_of_many_that_are_in_quotes_the_words_alone_are_looked_for(self, index: SearchIndex, field: str) -> None:
        words = "comet wuxoria blixten grompfen zindlars vostocks"
        results = index.snapshot().search(Query(parse(f'{field}"{words}"').tree, sort=Sort.RELEVANCE))
        assert (results.did_you_mean, results.notes) == (words, ())

    def test_where_far_more_cannot_have_another_a_word_that_is_seldom_is_meant(self, index: SearchIndex) -> None:
        said = "observatory saw times zürich covid19"
        assert index.snapshot().search(Query(parse(f"{said} telescpoe").tree)).did_you_mean == f"{said} telescope"

    def test_many_words_that_stand_there_in_other_forms_are_not_looked_for(self, index: SearchIndex) -> None:
        said = "Bridges opened, museums warned, letters landed, farmers planted, boats sailed, clouds formed."
        publish(index, a_release("c", 3, said))
        other = "bridge opening museum warning letter landing farmer planting boat sailing cloud forming xyzzy"
        results = index.snapshot().search(Query(parse(other).tree, sort=Sort.RELEVANCE))
        assert (ids(results), results.did_you_mean, results.notes) == (["c"], None, ())

    def test_what_some_have_all_of_is_likelier_than_what_is_found_in_part(self, index: SearchIndex) -> None:
        publish(index, a_release("c", 3, "Nobody saw it."))
        results = index.snapshot().search(Query(parse("saw NOT comet telescpoe").tree, sort=Sort.RELEVANCE))
        assert (ids(results), results.did_you_mean) == (["c"], "saw not comet telescope")

    def test_what_next_to_none_have_may_be_mistyped_where_far_more_have_another(self, index: SearchIndex) -> None:
        publish(
            index,
            a_release("mistyped", 3, "A nebulla."),
            *(a_release(f"n{day}", day, "A nebula.") for day in range(4, 13)),
        )
        assert index.snapshot().search(Query(parse("nebulla").tree)).did_you_mean is None
        publish(index, *(a_release(f"m{day}", day, "A nebula.") for day in range(13, 16)))
        results = index.snapshot().search(Query(parse("nebulla").tree))
        assert (ids(results), results.did_you_mean) == (["mistyped"], "nebula")

    def test_another_form_of_a_word_is_no_mistake(self, index: SearchIndex) -> None:
        publish(
            index, a_release("c", 3, "A grant."), *(a_release(f"g{day}", day, "A grand day.") for day in range(4, 20))
        )
        assert index.snapshot().search(Query(parse("grants").tree)).did_you_mean is None

    def test_those_with_some_of_the_words_do_not_hide_it(self, index: SearchIndex) -> None:
        results = index.snapshot().search(Query(parse("comet telescoep").tree, sort=Sort.RELEVANCE))
        assert (results.total, results.complete, results.did_you_mean) == (2, 0, "comet telescope")
        results = index.snapshot().search(Query(parse("observation telescoep").tree, sort=Sort.RELEVANCE))
        assert (results.total, results.complete, results.did_you_mean) == (1, 0, "observation telescope")


class TestSimilar:
    def test_those_that_share_most_stand_first_and_another_language_never(self, index: SearchIndex) -> None:
        comet = "The comet and its tail of dust, seen by the telescope."
        publish(
            index,
            a_release("itself", 1, comet),
            a_release("close", 2, "A telescope saw the dust of a comet, and its tail."),
            a_release("closer", 3, f"{comet} {comet}"),
            a_release("far", 4, "The telescope was repaired, and painted.", title="Paint"),
            a_release("none", 5, "A budget.", title="Money"),
            a_release("french", 6, comet, language="fr"),
        )
        snapshot = index.snapshot()
        assert [release.id for release in snapshot.similar("itself", 9)] == ["closer", "close", "far"]
        assert [release.id for release in snapshot.similar("itself", 1)] == ["closer"]
        assert snapshot.similar("french", 9) == ()

    def test_what_there_is_not_has_none(self, index: SearchIndex) -> None:
        publish(index, a_release("a"))
        with pytest.raises(ReleaseNotFound):
            index.snapshot().similar("b", 3)


MORE_THAN_A_BEGINNING_STANDS_FOR = " ".join(f"word{chr(97 + n // 26)}{chr(97 + n % 26)}" for n in range(300))


@pytest.mark.parametrize(
    ("query", "notes"),
    [
        ("comet", []),
        ("the comet", ["Small words were passed over: the. In quotes they count."]),
        ("the comet of the", ["Small words were passed over: the, of. In quotes they count."]),
        ("the", []),
        ('"the comet"', []),
        ("word*", ["Only the first 256 words that begin with “word” were looked for."]),
    ],
)
def test_what_was_cut_or_passed_over_is_said(index: SearchIndex, query: str, notes: list[str]) -> None:
    publish(index, a_release("a", text=MORE_THAN_A_BEGINNING_STANDS_FOR))
    assert list(index.snapshot().search(Query(parse(query).tree)).notes) == notes


def test_words_that_are_gone_take_no_place_among_those_that_a_beginning_stands_for(index: SearchIndex) -> None:
    last = a_release("b", text="wordzz")
    publish(index, a_release("a", text=MORE_THAN_A_BEGINNING_STANDS_FOR), last)
    for said in ("Nothing.", "Nothing else."):
        publish(index, a_release("a", text=said), last)
        results = index.snapshot().search(Query(parse("word*").tree))
        assert (ids(results), results.notes) == (["b"], ())


@pytest.mark.parametrize("query", ["+", "&", "#", "...", "-", '""', "()", "OR", "NOT", "%", "==", ":-)"])
def test_a_question_of_signs_alone_finds_nothing_and_says_so(index: SearchIndex, query: str) -> None:
    publish(index, a_release("a", text="At 50 % of & above."))
    results = index.snapshot().search(Query(parse(query).wanted))
    assert (results.total, results.did_you_mean) == (0, None)
    assert results.notes == ("There is no word in this question, so nothing was looked for.",)
    assert ask(index, " ") == ["a"]


class TestLettersBeforeANumber:
    @pytest.fixture(autouse=True)
    def _publish(self, index: SearchIndex) -> None:
        publish(
            index,
            a_release("numbered", 1, "Words.", reference="PR9-11"),
            a_release("said", 2, "The anniversary of what happened on 9-11."),
        )

    @pytest.mark.parametrize(
        ("query", "found"),
        [
            ("ANNIVERSARY OF 9-11", "said"),
            ("THE ANNIVERSARY -(OF 9-11)", ""),
            ("PR 9-11", "numbered"),
            ("PR 9-12", ""),
            ("ref:OF9-11", ""),
        ],
    )
    def test_are_a_reference_only_where_some_begin_so(self, index: SearchIndex, query: str, found: str) -> None:
        results = index.snapshot().search(Query(parse(query).tree))
        assert ids(results) == found.split()
        said = "No number here begins like “OF 9-11”, so it was taken as words."
        assert (said in results.notes) == ("OF 9-11" in query)

    def test_which_end_with_the_last_of_them(self, index: SearchIndex) -> None:
        publish(index, a_release("again", 3, "PR 9-11"), removed=("numbered.md",))
        assert ask(index, "PR 9-11") == ["again"]


def test_a_title_is_marked_and_escaped(index: SearchIndex) -> None:
    publish(index, a_release("a", title="<i>Comets</i> & dust"))
    (hit,) = index.snapshot().search(Query(parse("comet").tree, has_excerpts=True)).hits
    assert hit.title == "&lt;i&gt;<mark>Comets</mark>&lt;/i&gt; &amp; dust"


def test_nothing_is_marked_where_nothing_is_searched_for_or_no_excerpts_are_asked_for(index: SearchIndex) -> None:
    publish(index, a_release("a", text="A comet.", title="Comets"))
    for query in (Query(has_excerpts=True), Query(parse("comet").tree)):
        (hit,) = index.snapshot().search(query).hits
        assert (hit.title, hit.excerpt) == ("", "")


@pytest.mark.parametrize(
    ("query", "marked"),
    [
        ("comets", ["comet"]),
        ("the comet", ["comet"]),
        ('"the comet"', ["The", "comet"]),
        ("com*", ["comet", "company"]),
        ("comet -tail", ["comet"]),
        ("title:comet", ["comet"]),
        ("oneill", ["O’Neill"]),
        ("cooperation", ["co-operation"]),
        ("zurich", ["Zürich"]),
    ],
)
def test_what_was_asked_for_is_marked(index: SearchIndex, query: str, marked: list[str]) -> None:
    text = "The comet. A company. O’Neill in Zürich, in co-operation."
    publish(index, a_release("a", text=text, title="On a comet"))
    (hit,) = index.snapshot().search(Query(parse(query).tree, has_excerpts=True)).hits
    assert re.findall("<mark>(.*?)</mark>", hit.excerpt) == marked


@pytest.fixture(scope="module", params=ENGINES, ids=lambda engine: engine.__name__.lower())
def various(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Snapshot]:
    """Releases that differ in all that can be filtered by."""
    engine: Engine = request.param()
    index = engine.open(tmp_path_factory.mktemp("various") / "index")
    texts = ["A comet.", "Comet dust.", "The dust of a comet.", "Budget PR1-2020.", "Company x-y."]
    items = [
        a_release(
            f"r{number}",
            number % 9 + 1 if number % 6 else None,
            texts[number % 5],
            topics=("x", "y")[: number % 3],
            language=("en", "fr")[number % 4 == 0],
            reference=f"PR{number}-2020",
        )
        for number in range(24)
    ]
    publish(index, *items)
    yield index.snapshot()
    engine.close()


class TestAnyQuestion:
    """Whatever is asked, the figures of an answer agree with each other."""

    ASKED = st.builds(
        Query,
        text=st.lists(
            st.sampled_from(
                [
                    "comet",
                    "dust",
                    "the",
                    "nowhere",
                    '"comet dust"',
                    "com*",
                    "-dust",
                    "OR",
                    "(",
                    ")",
                    "NOT",
                    "title:comet",
                    "topic:x",
                    "lang:fr",
                    "year:2020",
                    "after:2020-01-05",
                    "2019..",
                    "PR1-2020",
                    "x-y",
                    "contact:ann",
                    "*",
                ]
            ),
            max_size=6,
        ).map(lambda words: parse(" ".join(words)).tree),
        topics=st.lists(st.sampled_from(["x", "y", "none"]), max_size=2, unique=True).map(tuple),
        years=st.lists(st.sampled_from([2019, 2020, 1999]), max_size=2, unique=True).map(tuple),
        languages=st.lists(st.sampled_from(["en", "fr", "de"]), max_size=2, unique=True).map(tuple),
        sort=st.sampled_from(Sort),
        per_page=st.integers(1, 5),
        has_facets=st.just(value=True),
    )

    @settings(max_examples=EXAMPLES)
    @given(query=ASKED)
    def test_totals_are_those_of_paging_and_counts_those_of_filtering(self, various: Snapshot, query: Query) -> None:
        first = various.search(query)
        pages = [various.search(replace(query, page=page)) for page in range(1, first.pages + 1)]
        found = [hit.release.id for page in pages for hit in page.hits]
        assert len(found) == len({*found}) == first.total
        assert sum(not hit.is_partial for page in pages for hit in page.hits) == first.complete <= first.total
        assert various.search(replace(query, page=first.pages + 1)).hits == ()
        kinds: dict[str, Callable[[str], Any]] = {
            "topic": lambda value: replace(query, topics=(value,)),
            "year": lambda value: replace(query, years=(int(value),)),
            "lang": lambda value: replace(query, languages=(value,)),
        }
        for kind, narrowed in kinds.items():
            counts = {facet.value: facet.count for facet in first.facets[kind]}
            for value in {"topic": "xy", "year": ("2019", "2020"), "lang": ("en", "fr")}[kind]:
                assert various.search(narrowed(value)).total == counts.get(value, 0)

    @settings(max_examples=EXAMPLES)
    @given(query=ASKED)
    def test_what_is_excluded_is_all_the_rest(self, various: Snapshot, query: Query) -> None:
        every = replace(query, text=None, sort=Sort.NEWEST, per_page=100)
        tree = query.text or Word("comet")
        asked = {*ids(various.search(replace(every, text=tree)))}
        rest = {*ids(various.search(replace(every, text=Not(tree))))}
        assert asked | rest == {*ids(various.search(every))}
        assert asked.isdisjoint(rest)

    @settings(max_examples=EXAMPLES)
    @given(text=st.text(max_size=60), sort=st.sampled_from(Sort))
    def test_any_text_is_answered(self, various: Snapshot, text: str, sort: Sort) -> None:
        results = various.search(Query(parse(text).tree, sort=sort))
        assert len(results.hits) == min(results.total, 20)


@pytest.mark.parametrize("sort", Sort)
@pytest.mark.parametrize(("word", "most"), [("b{}", MOST_CLAUSES), ("harbour{}", 70), ("a-x{}-y", 80)])
def test_a_question_of_as_many_words_as_are_read_is_answered(
    index: SearchIndex, sort: Sort, word: str, most: int
) -> None:
    """Whatever an engine takes for too many at once."""
    words = [word.format(number) for number in range(100, 100 + most)]
    publish(index, a_release("all", 2, " ".join(words)), a_release("half", 1, " ".join(words[::2])))
    for joined in (" ", " OR "):
        answer = ask(index, joined.join(words)[:LONGEST_QUERY].rpartition(joined)[0], sort=sort)
        assert answer[-1 if sort is Sort.OLDEST else 0] == "all"
        assert ("half" in answer) == (sort is Sort.RELEVANCE or joined != " ")


@pytest.mark.parametrize("title", ["Who?", "To be or not to be", "WHO IS WHO", "Why not?"])
def test_a_title_of_small_words_alone_stands_first(index: SearchIndex, title: str) -> None:
    publish(
        index,
        a_release("title", 1, "A play in the park.", title=title),
        a_release("text", 9, "Who was to be who, who is not to be, and why not? " * 3, title="Which it is"),
    )
    assert ask(index, title, sort=Sort.RELEVANCE)[0] == "title"


@pytest.mark.parametrize("query", ["ferries", '"coastal ferries"', "ferries OR nowhere", "coastal ferries"])
def test_a_word_in_the_boilerplate_finds_the_release_after_all_that_have_it_in_the_text(
    index: SearchIndex, query: str
) -> None:
    long = "Words of other things. " * 500 + "The coastal ferries."
    about = "We run coastal ferries, ferries and coastal ferries."
    publish(
        index,
        *(a_release(f"text{day}", day, long) for day in range(1, 9)),
        a_release("below", 20, "Some words.", boilerplate=about),
        a_release("neither", 21),
    )
    assert ask(index, query, sort=Sort.RELEVANCE) == [*(f"text{day}" for day in range(8, 0, -1)), "below"]
    hit = index.snapshot().search(Query(parse(query).tree, has_excerpts=True)).hits[0]
    assert hit.release.id == "below"
    assert "<mark>ferries</mark>" in hit.excerpt


def test_no_phrase_begins_in_the_text_and_ends_in_the_boilerplate(index: SearchIndex) -> None:
    publish(index, a_release("a", text="The coastal", boilerplate="ferries"))
    assert ask(index, '"coastal ferries"') == []
    assert ask(index, "coastal ferries") == ["a"]


def test_an_excerpt_marks_the_words_and_escapes_the_rest(index: SearchIndex) -> None:
    publish(index, a_release("a", text="word " * 200 + "<b>the comet</b> & its tail " + "word " * 200))
    (hit,) = index.snapshot().search(Query(parse("comets tail").tree, has_excerpts=True)).hits
    assert "&lt;b&gt;the <mark>comet</mark>&lt;/b&gt; &amp; its <mark>tail</mark>" in hit.excerpt
    assert hit.excerpt.startswith("… ")
    assert len(hit.excerpt) < 400


class TestFiles:
    def test_a_file_of_a_release_is_kept_until_no_release_has_it(self, index: SearchIndex, tmp_path: Path) -> None:
        put(index, tmp_path, "a", b"plan")
        put(index, tmp_path, "b", b"plan")
        (tmp_path / "original").unlink()
        publish(index, a_release("c"), removed=("a.md",))
        attachment, path = index.snapshot().file("b", "plan.pdf")
        assert attachment == index.snapshot().get("b").attachments[0]
        assert path.read_bytes() == b"plan"
        publish(index, removed=("b.md",))
        current = [path for path in (tmp_path / "index" / "current").rglob("*") if path.is_file()]
        assert b"plan" not in [path.read_bytes() for path in current]

    def test_a_file_that_there_is_not_is_not_found(self, index: SearchIndex, tmp_path: Path) -> None:
        put(index, tmp_path, "a", b"plan")
        for name in ("other.pdf", "../newsroom.toml", ""):
            with pytest.raises(AttachmentNotFound):
                index.snapshot().file("a", name)
        with pytest.raises(ReleaseNotFound):
            index.snapshot().file("b", "plan.pdf")

    def test_an_asset_of_the_newsroom_is_there_until_it_has_another(self, index: SearchIndex, tmp_path: Path) -> None:
        original = tmp_path / "original"
        for content in (b"a logo", b"another"):
            original.write_bytes(content)
            asset = Asset("logo.png", "image/png", len(content), sha256(content).hexdigest())
            with index.update() as update:
                update.set_newsroom(replace(Newsroom(), assets={"logo": asset}), {asset.digest: Original(original)})
                update.finish({}, None)
            snapshot = index.snapshot()
            assert snapshot.newsroom.assets == {"logo": asset}
            assert snapshot.asset("logo")[0] == asset
            assert snapshot.asset("logo")[1].read_bytes() == content
        with pytest.raises(AttachmentNotFound):
            snapshot.asset("icon")

    @pytest.mark.parametrize("later", [b"half a pl", None])
    def test_a_file_that_is_no_longer_what_it_was_leaves_everything_as_it_was(
        self, index: SearchIndex, tmp_path: Path, later: bytes | None
    ) -> None:
        put(index, tmp_path, "a", b"plan")
        before = index.snapshot().generation
        with pytest.raises(FileUnreadable):
            put(index, tmp_path, "a", b"a new plan", later)
        assert index.snapshot().generation == before
        assert index.snapshot().file("a", "plan.pdf")[1].read_bytes() == b"plan"

    @pytest.mark.parametrize("later", [b"plum", b"half a pl", None])
    def test_what_is_no_longer_what_was_published_is_not_given_and_comes_back(
        self, index: SearchIndex, tmp_path: Path, later: bytes | None
    ) -> None:
        put(index, tmp_path, "a", b"plan")
        path = index.snapshot().file("a", "plan.pdf")[1]
        path.unlink() if later is None else path.write_bytes(later)
        with pytest.raises(IndexUnavailable):
            index.snapshot().file("a", "plan.pdf")
        until(lambda: not index.verify())
        put(index, tmp_path, "a", b"plan")
        assert index.snapshot().file("a", "plan.pdf")[1].read_bytes() == b"plan"
        assert index.verify()

    def test_a_thumbnail_is_a_file_like_its_picture(self, index: SearchIndex, tmp_path: Path) -> None:
        small, large = b"small", b"a large one"
        files = {}
        for content in (small, large):
            (tmp_path / content.decode()).write_bytes(content)
            files[sha256(content).hexdigest()] = Original(tmp_path / content.decode())
        thumbnail, whole = (Attachment("a.jpg", "image/webp", 5, sha256(data).hexdigest()) for data in (small, large))
        picture = replace(whole, media_type="image/jpeg", thumbnail=thumbnail)
        with index.update() as update:
            update.put(a_release("a", attachments=(picture,)), files)
            update.finish({}, None)
        snapshot = index.snapshot()
        assert snapshot.get("a").attachments == (picture,)
        assert snapshot.file("a", "a.jpg")[1].read_bytes() == large
        found, path = snapshot.file("a", "a.jpg", is_small=True)
        assert (found, path.read_bytes()) == (thumbnail, small)
        put(index, tmp_path, "a", b"plan")
        assert index.snapshot().file("a", "plan.pdf", is_small=True)[1].read_bytes() == b"plan"

    def test_one_release_that_cannot_be_put_does_not_keep_others_back(self, index: SearchIndex, tmp_path: Path) -> None:
        (tmp_path / "plan").write_bytes(b"plan")
        found = {
            "f" * 64: Original(tmp_path / "nothing"),
            sha256(b"plan").hexdigest(): Original(tmp_path / "plan"),
        }
        item = a_release("a", attachments=tuple(Attachment(digest[:4], "", 4, digest) for digest in found))
        with index.update() as update:
            with pytest.raises(FileUnreadable):
                update.put(item, found)
            update.put(a_release("b"), {})
            update.finish({}, None)
        assert ask(index) == ["b"]
        current = [path for path in (tmp_path / "index" / "current").rglob("*") if path.is_file()]
        assert b"plan" not in [path.read_bytes() for path in current]


def put(index: SearchIndex, folder: Path, name: str, content: bytes, later: bytes | None = b"") -> None:
    """Put a release with one file, that holds something else by the time it is copied if ``later`` says so."""
    original = folder / "original"
    original.unlink(missing_ok=True)
    if later is not None:
        original.write_bytes(later or content)
    digest = sha256(content).hexdigest()
    item = a_release(name, attachments=(Attachment("plan.pdf", "application/pdf", len(content), digest),))
    with index.update() as update:
        update.put(item, {digest: Original(original)})
        update.finish({}, None)


class TestSiblings:
    def siblings(self, index: SearchIndex, release_id: str) -> list[str]:
        snapshot = index.snapshot()
        return [release.id for release in snapshot.siblings([snapshot.get(release_id)])[release_id]]

    def test_those_with_a_key_in_common_are_siblings_by_language(self, index: SearchIndex) -> None:
        publish(
            index,
            a_release("e", translation_keys=("k", "l")),
            a_release("i", language="it", translation_keys=("k",)),
            a_release("f", language="fr", translation_keys=("l",)),
            a_release("d", language="de", translation_keys=("m",)),
        )
        assert {name: self.siblings(index, name) for name in "eifd"} == {
            "e": ["f", "i"],
            "i": ["e"],
            "f": ["e"],
            "d": [],
        }
        snapshot = index.snapshot()
        every = {name: snapshot.get(name) for name in "eifd"}
        assert snapshot.siblings([every["f"], every["d"], every["i"]]) == {
            "f": (every["e"],), "d": (), "i": (every["e"],),
        }  # fmt: skip
        assert snapshot.siblings([]) == {}

    def test_none_is_in_its_own_language(self, index: SearchIndex) -> None:
        publish(index, a_release("a", translation_keys=("k",)), a_release("b", translation_keys=("k",)))
        assert self.siblings(index, "a") == []

    def test_of_several_in_one_language_it_is_the_first_published_whatever_the_key(self, index: SearchIndex) -> None:
        publish(
            index,
            a_release("e", translation_keys=("k", "l")),
            a_release("f0", None, language="fr", translation_keys=("k",)),
            a_release("f3", 3, language="fr", translation_keys=("k",)),
            a_release("f2b", 2, language="fr", translation_keys=("k",)),
            a_release("f2a", 2, language="fr", translation_keys=("l",)),
        )
        assert self.siblings(index, "e") == ["f2a"]
        assert self.siblings(index, "f3") == ["e"]

    def test_what_is_withdrawn_or_removed_is_no_sibling(self, index: SearchIndex) -> None:
        publish(
            index,
            a_release("e", translation_keys=("k",)),
            a_release("f", language="fr", translation_keys=("k",)),
            a_release("g", language="de", translation_keys=("k",)),
        )
        publish(index, Withdrawal("f", "f.md", None, None, "", "fr"), removed=("g.md",))
        assert self.siblings(index, "e") == []


class TestNeighbours:
    def neighbours(self, index: SearchIndex, release_id: str) -> tuple[str, str]:
        found = index.snapshot().neighbours(release_id)
        return tuple(other.id if other else "" for other in (found.earlier, found.later))  # type: ignore[return-value]

    def test_they_stand_beside_it_in_the_list_of_all_in_its_language(self, index: SearchIndex) -> None:
        publish(
            index,
            *(a_release(name, day) for name, day in (("a", 2), ("b", 2), ("c", 5), ("d", 9))),
            a_release("f", 3, language="fr"),
            replace(a_release("late", 1), opened=datetime(2020, 1, 7, tzinfo=UTC)),
        )
        listed = ["", *ask(index, languages=("en",)), ""]
        assert listed == ["", "d", "late", "c", "a", "b", ""]
        for later, name, earlier in zip(listed, listed[1:], listed[2:], strict=False):
            assert self.neighbours(index, name) == (earlier, later)
        assert self.neighbours(index, "f") == ("", "")
        assert index.snapshot().neighbours("late").later == index.snapshot().get("d")

    def test_what_is_undated_is_beside_nothing(self, index: SearchIndex) -> None:
        publish(index, a_release("a", 2), a_release("b", None), a_release("c", None))
        assert {name: self.neighbours(index, name) for name in "abc"} == dict.fromkeys("abc", ("", ""))

    def test_what_is_withdrawn_or_removed_is_beside_nothing(self, index: SearchIndex) -> None:
        publish(index, *(a_release(name, day) for day, name in enumerate("abcd", 1)))
        moment = datetime(2020, 1, 2, tzinfo=UTC)
        publish(index, Withdrawal("b", "b.md", moment, moment, "", "en"), removed=("c.md",))
        assert self.neighbours(index, "a") == ("", "d")
        assert self.neighbours(index, "d") == ("a", "")
        assert {name: self.neighbours(index, name) for name in "bcx"} == dict.fromkeys("bcx", ("", ""))


def test_aliases_lead_to_their_release(index: SearchIndex) -> None:
    publish(index, a_release("a", aliases=("/2018/old.html", "old-slug")))
    assert index.snapshot().alias("/2018/old.html") == "a"
    assert index.snapshot().alias("/nowhere") is None


def test_an_alias_that_is_too_long_to_be_asked_for_stops_nothing(index: SearchIndex) -> None:
    publish(index, a_release("a", aliases=("/old", f"/{'long' * 10_000}")), a_release("b"))
    assert index.snapshot().alias("/old") == "a"
    assert sorted(ask(index)) == ["a", "b"]


def test_aliases_lead_to_what_is_withdrawn_where_no_release_states_them(index: SearchIndex) -> None:
    gone = Withdrawal("a", "a.md", None, None, aliases=("/old", "/both"))
    publish(index, gone, a_release("b", aliases=("/both",)))
    assert [index.snapshot().alias(path) for path in ("/old", "/both", "/nowhere")] == ["a", "b", None]


def test_whoever_looks_for_an_id_by_another_name_is_led_to_it(index: SearchIndex) -> None:
    publish(
        index,
        a_release("PR-1-2020"),
        a_release("quay-fr", language="fr"),
        a_release("quay-de", language="de"),
        a_release("to-fr", language="de"),
        a_release("span-ru", language="uk", id_language="ru"),
        a_release("ford", language="be", id_language="ru"),
        Withdrawal("gone", "gone.md", None, None, "", "fr"),
        Withdrawal("past-ru", "past.md", None, None, "", "uk", id_language="ru"),
        toml='languages = ["en", "de", "fr"]',
    )
    found = {
        "PR-1-2020": ("PR1-2020", "pr-1-2020", "pr1/2020", "PR-1-2020-en"),
        "quay-de": ("quay",),
        "quay-fr": ("Quay-FR",),
        "gone": ("GONE", "gone-fr"),
        "to-fr": ("to-fr-de",),
        "span-ru": ("span",),
        "ford": ("ford-ru",),
        "past-ru": ("past",),
        None: ("PR-1-2020", "to", "gone-en", "quay-en", "span-uk", "PR-12020", "-fr", "-", "", "é"),
    }
    for release_id, names in found.items():
        assert {index.snapshot().namesake(name) for name in names} == {release_id}
