"""Whatever happens to a folder while a publisher stays, what is served is what a fresh index of the folder would serve.

A history is a sequence of what officers, clocks and operators do. The publisher that stays is told of it as `watch`
tells it, of some files later than of others, and whenever it has been told of all, it is compared with a fresh index.
"""

from __future__ import annotations

import re
import shutil
import time
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory, mkdtemp
from urllib.parse import urlsplit

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test

from feedsrv.errors import NewsroomInvalid, PublishingFailed
from feedsrv.file_record import FileRecord
from feedsrv.files.kinds import is_worth_noticing
from feedsrv.files.settling import ALL_SETTLED, Unsettled
from feedsrv.newsroom import FILE_NAME
from feedsrv.publishing import Memory, Summary, publish
from feedsrv.publishing.check import check
from feedsrv.publishing.collection import rivals_of
from feedsrv.publishing.rounds import Round
from feedsrv.publishing.standing import Standing
from feedsrv.query import Query
from feedsrv.search import LAG
from feedsrv.search.whoosh.index import WhooshIndex
from tests.conftest import BASE_URL, MakeNewsroom, Newsroom, release
from tests.running import Running, run, running, until
from tests.test_documents import docx
from tests.test_leaks import Look

# --- what may lie in the folder: few names and few words, so that much has to do with each other ---

FOLDERS = ("", "", "one", "one", "one/inner", "two", "n", "n/deep", "drafts", "_posts", "fr", "images")
TEXTS = (
    *("index.md", "index.md", "index.fr.md", "a.md", "a.fr.md", "b.md", "c.d.md", "notes.md", "2026-01-02-f.md"),
    *("c.html", "d.txt"),
)
BESIDE = (
    *("a.pdf", "a.png", "map.png", "plan.pdf", "a.docx", "b.docx", "index.docx", "notes.rtf", "x.rst", "data.csv"),
    *("a.yaml", "index.yaml", "b.json", "one.json", "n.json", "_index.md", "_index.fr.md", "a.11tydata.json"),
    *("readme.md", "_hidden.md", ".hidden.md", "b.md.part", "a.md.yaml", "notes.md.meta"),
)
NAMES = st.builds(
    lambda folder, name: f"{folder}/{name}".lstrip("/"),
    st.sampled_from(FOLDERS),
    st.sampled_from(TEXTS) | st.sampled_from(TEXTS) | st.sampled_from(BESIDE),
)
PLACES = st.sampled_from(sorted({*FOLDERS, "new", "one/new"} - {""}))
ADDRESSES = (
    *("a.pdf", "map.png", "notes.md", "b.docx", "index.docx", "/one/map.png", "../a.png", "inner/plan.pdf", "b.md"),
    *("/images/a.png", "none.pdf", "a.docx", "/n/a.docx", "index.md", "data.csv", "x.rst", "/a.docx", "/one/a.docx"),
    *("a.md", "b.html", "/one/", "../one/b.md", "@/two/a.md", "{filename}/n/index.md", "/old/way", "/releases/quay"),
    *("2026-01-02-f", "../a/", "notes.md#part", "a.fr.md"),
)
DATES = ("2026-01-15", "2026-01-15", "2026-02-01", "2025-12-31T23:30:00Z", "2026-11-03", "")
FIELDS: Mapping[str, tuple[str, ...]] = {
    "slug": ("quay", "Quay", "quay-2026-01-15", "a", "one"),
    "ref": ("PR1-2026", "PR 1/2026", "CP1-2026"),
    "guid": ("urn:quay:1", "urn:quay:2", "no address"),
    "lang": ("fr", "en", "de"),
    "topics": ("[quays]", "[tugs, Quays]", "[-quays]", "[boats]", "[QUAYS, C++]", "[C, Tugs]"),
    "aliases": ("[old]", "[/old/way, quay]", "[a]"),
    "translationKey": ("key",),
    "draft": ("true", "false"),
    "embargo": ("2026-11-03 10:00 UTC", "2026-11-05", "whenever", "2026-10-01"),
    "expires": ("2026-11-04", "2026-11-01"),
    "withdrawn": ("2026-10-20", "2026-11-06", "2026-01-15"),
    "updated": ("2026-10-02", "2026-11-03"),
    "corrections": ("[{date: 2026-10-10, text: It is 3 m deep}]", "[{date: 2026-11-04, text: It is 4 m deep}]"),
    "contacts": ("[{name: Ann Roe, email: ann@example.org}]",),
    "image": ("a.png", "/images/a.png", "map.png"),
    "attachments": ("[a.pdf, /a.docx]", "[plan.pdf]"),
    "link": ("https://example.org/quay",),
}


@st.composite
def texts(draw: st.DrawFn) -> bytes:
    """What a release may say."""
    chosen = draw(st.sets(st.sampled_from(sorted(FIELDS)), max_size=5))
    fields = {name: draw(st.sampled_from(FIELDS[name])) for name in sorted(chosen)}
    links = (f"{mark}[it]({address})" for mark in ("", "!") for address in ADDRESSES)
    said = draw(st.sampled_from(["en", "en", *sorted(SAID)]))
    body = " ".join([SAID[said], *draw(st.lists(st.sampled_from(sorted(links)), max_size=3))])
    title = draw(st.sampled_from(["A quay", "A tug", "The quay opens", SAID[said][:20]]))
    date = draw(st.sampled_from(DATES))
    return release(title, date, body, **fields).replace("date: \n", "").encode()


SAID = {
    "en": "The quay opens.",
    "el": "Η προβλήτα ανοίγει σήμερα για όλους. Το λιμάνι είναι μεγάλο και όμορφο, και όλοι το ξέρουν.",
    "uk": "Причал відкривається сьогодні для всіх. Його будівництво тривало п'ять років, і всі його чекали.",
    "ja": "新しい桟橋が今日、すべての人のために開かれました。港はとても大きくて、みんながそれを知っています。",
}
"""What texts say, by the language that is told of it where none is stated."""
ODD = st.sampled_from([b"", b"---\ntitle: [\n---\n", b"Some words without a date.", b"# A heading\n\nAnd words."])
SETTINGS = (
    'title = "T"\n',
    'title = "T"\nlanguages = ["fr", "en"]\ntimezone = "Europe/Paris"\n',
    "[topics.quays]\nlabel = 'Quays'\nmatch = ['quay']\naliases = ['boats']\n",
    "[topics.quays]\n[topics.tugs]\nretired = 'quays'\n",
    "title = \n",
)
SECTIONS = ("cascade:\n  draft: true", "title: Section", "draft: true", "cascade: {topics: [tugs]}")
STATED = (b"draft: true\n", b"author: Somebody\n", b"title: Other\n", b"embargo: 2026-11-03\n", b"- [\n")
DATA = (b'{"draft": true}', b'{"layout": "x"}', b'{"title": "Other"}', b"{")
DOCUMENTS = (*[b""] * 6, b"no document", docx(("Title", "A document"), ("Normal", "The quay opens.")))
"""Few that have anything in them, for they are read by a process of their own."""


def contents(name: str) -> st.SearchStrategy[bytes]:
    """What may stand in a file of this name."""
    last = name.rpartition("/")[2]
    if last == FILE_NAME:
        return st.sampled_from(SETTINGS).map(str.encode)
    if last.startswith("_index"):
        return st.sampled_from(SECTIONS).map(lambda stated: f"---\n{stated}\n---\n".encode())
    if last.endswith((".yaml", ".meta")):
        return st.sampled_from(STATED)
    if last.endswith(".json"):
        return st.sampled_from(DATA)
    if last.endswith((".docx", ".pdf")):
        return st.sampled_from(DOCUMENTS)
    if last.endswith((".md", ".txt", ".html", ".part")):
        return texts() | texts() | texts() | ODD
    return st.sampled_from([b"one", b"other", b"a third"])


# --- what may happen to it ---


def found_in_a_round(newsroom: Newsroom, standing: Standing) -> set[str]:
    made = Round(newsroom.catalogue, standing, newsroom.catalogue.contents())
    while made.go_on(standing, newsroom.now):
        pass
    return made.found


class History(RuleBasedStateMachine):
    """A folder, a publisher that stays, and what it will be told of."""

    def __init__(self) -> None:
        super().__init__()
        self.root = Path(mkdtemp(prefix="feedsrv-history-"))
        self.newsroom = Newsroom(self.root / "newsroom")
        self.folder = self.newsroom.releases
        self.memory = Memory()
        self.untold: set[str] = set()
        self.is_told_of_all = False  # a run failed: the next one looks at everything
        self.looks_everywhere = False
        self.fresh: WhooshIndex | None = None

    @initialize(data=st.data(), names=st.lists(NAMES, min_size=2, max_size=10), chance=st.integers(0, 7))
    def begin(self, data: st.DataObject, names: list[str], chance: int) -> None:
        for name in names:
            self.put(name, data.draw(contents(name)))
        self.looks_everywhere = chance == 1
        self.restart()

    @rule(data=st.data(), name=NAMES)
    def add(self, data: st.DataObject, name: str) -> None:
        self.put(name, data.draw(contents(name)))

    @rule(data=st.data())
    @precondition(lambda self: self.files())
    def change(self, data: st.DataObject) -> None:
        name = data.draw(st.sampled_from(self.files()))
        self.put(name, data.draw(contents(name)))

    @rule(data=st.data())
    def change_settings(self, data: st.DataObject) -> None:
        self.put(FILE_NAME, data.draw(contents(FILE_NAME)))

    @rule(data=st.data(), other=NAMES)
    @precondition(lambda self: self.files())
    def copy(self, data: st.DataObject, other: str) -> None:
        name = data.draw(st.sampled_from(self.files()))
        self.put(other, (self.folder / name).read_bytes())

    @rule(data=st.data(), other=NAMES)
    @precondition(lambda self: self.files())
    def rename(self, data: st.DataObject, other: str) -> None:
        self.move(data.draw(st.sampled_from(self.files())), other)

    @rule(data=st.data())
    @precondition(lambda self: self.files())
    def remove(self, data: st.DataObject) -> None:
        self.take(data.draw(st.sampled_from(self.files())))

    @rule()
    def remove_settings(self) -> None:
        self.take(FILE_NAME)

    @rule(data=st.data(), to=PLACES, is_each_told=st.booleans())
    @precondition(lambda self: self.folders())
    def rename_folder(self, data: st.DataObject, to: str, is_each_told: bool) -> None:
        name = data.draw(st.sampled_from(self.folders()))
        if not (self.folder / to).exists() and not f"{to}/".startswith(f"{name}/"):
            below = self.below(name) if is_each_told else []
            self.move(name, to)
            self.tell(*below, *(self.below(to) if is_each_told else []))

    @rule(data=st.data(), is_each_told=st.booleans())
    @precondition(lambda self: self.folders())
    def remove_folder(self, data: st.DataObject, is_each_told: bool) -> None:
        name = data.draw(st.sampled_from(self.folders()))
        self.tell(*(self.below(name) if is_each_told else []))
        self.take(name)

    @rule(name=NAMES)
    def link(self, name: str) -> None:
        self.put(name, None)

    @rule(hours=st.sampled_from([-20, 1, 5, 20, 30, 2000]))
    def let_time_pass(self, hours: int) -> None:
        """Or set the clock back."""
        self.newsroom.now += timedelta(hours=hours)
        self.publish(frozenset())

    @rule(data=st.data(), is_written=st.booleans())
    @precondition(lambda self: len(self.untold) > 1)
    def tell_of_some(self, data: st.DataObject, is_written: bool) -> None:
        """The others are being written, or the system tells of them later."""
        later = data.draw(st.sets(st.sampled_from(sorted(self.untold)), min_size=1))
        told, self.untold = frozenset(self.untold - later), later
        self.publish(told, Unsettled(frozenset(later)) if is_written else ALL_SETTLED)

    @rule()
    def tell_of_all(self) -> None:
        told, self.untold = frozenset(self.untold), set()
        self.compare(self.publish(told))

    @rule()
    def look_at_all(self) -> None:
        self.untold.clear()
        self.compare(self.publish(None))

    @rule()
    def restart(self) -> None:
        self.newsroom.index, self.memory = WhooshIndex(self.newsroom.settings.index), Memory()
        self.look_at_all()

    @rule()
    def begin_anew(self) -> None:
        """As `watch` begins: from what is remembered and from names, and a round finds what else nobody told of."""
        self.newsroom.index, self.memory = WhooshIndex(self.newsroom.settings.index), Memory(recalls=True)
        self.publish(frozenset())
        self.go_round()

    @rule()
    def go_round(self) -> None:
        self.untold.clear()
        if self.memory.standing:
            found = found_in_a_round(self.newsroom, self.memory.standing)
            self.compare(self.publish(frozenset(found)))
            if self.memory.standing:
                assert found_in_a_round(self.newsroom, self.memory.standing) == set()

    @rule()
    def index_twice(self) -> None:
        """As by hand, while the one that stays does so."""
        found = [self.index_once() for _ in range(2)]
        assert found[0] == found[1]

    def teardown(self) -> None:
        try:
            if self.fresh:
                if not self.are_settings_right():
                    self.take(FILE_NAME)
                self.tell_of_all()
                if self.looks_everywhere:
                    self.compare_answers()
        finally:
            shutil.rmtree(self.root)

    # --- how it is done ---

    def files(self) -> list[str]:
        found = (path for path in self.folder.rglob("*") if path.is_symlink() or not path.is_dir())
        return sorted(path.relative_to(self.folder).as_posix() for path in found if path.name != FILE_NAME)

    def folders(self) -> list[str]:
        return sorted(path.relative_to(self.folder).as_posix() for path in self.folder.rglob("*") if path.is_dir())

    def below(self, folder: str) -> list[str]:
        return [path for path in self.files() if path.startswith(f"{folder}/")]

    def has_room(self, name: str) -> bool:
        """Whether there may be a file of this name: it is no folder, and none that it lies in is a file."""
        path = self.folder / name
        above = [self.folder / folder for folder in PurePosixPath(name).parents]
        return (path.is_symlink() or not path.is_dir()) and all(it.is_dir() or not it.exists() for it in above)

    def put(self, name: str, data: bytes | None) -> None:
        """Write a file; None: put a link there."""
        if not self.has_room(name):
            return
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.unlink(missing_ok=True)
        if data is None:
            path.symlink_to("/etc/hostname")
        else:
            path.write_bytes(data)
        self.tell(name)

    def take(self, name: str) -> None:
        path = self.folder / name
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
        self.tell(name)

    def move(self, name: str, other: str) -> None:
        if self.has_room(other):
            (self.folder / other).parent.mkdir(parents=True, exist_ok=True)
            (self.folder / name).replace(self.folder / other)
            self.tell(name, other)

    def tell(self, *paths: str) -> None:
        self.untold |= {path for path in paths if all(map(is_worth_noticing, PurePosixPath(path).parts))}

    def publish(self, only: frozenset[str] | None, unsettled: Unsettled = ALL_SETTLED) -> Summary | None:
        """What `watch` does when it is told of these; None where it published nothing."""
        only, self.is_told_of_all = None if self.is_told_of_all else only, False
        newsroom = self.newsroom
        try:
            return publish(
                newsroom.catalogue, newsroom.index, newsroom.now, only=only, unsettled=unsettled, memory=self.memory
            )
        except (PublishingFailed, NewsroomInvalid):
            self.is_told_of_all = True
            return None

    def index_once(self) -> str:
        """What an operator does who means it; returns what the generation holds."""
        index = WhooshIndex(self.newsroom.settings.index)
        try:
            publish(self.newsroom.catalogue, index, self.newsroom.now, force=True, move_ids=True)
        except NewsroomInvalid:
            return ""
        return generation(index)

    def are_settings_right(self) -> bool:
        try:
            self.newsroom.catalogue.newsroom()
        except NewsroomInvalid:
            return False
        return True

    def compare(self, found: Summary | None) -> None:
        """Compare all that is known with what is known to one who has just begun."""
        if not self.are_settings_right():  # then the last ones hold, and who has just begun knows of none
            return
        if found is None:  # it would lose too much, or move too many ids: somebody says that this is meant
            self.index_once()
            found = self.publish(None)
        assert found
        assert self.memory.standing
        assert self.memory.standing.collection.rivals == rivals_of(found.records, found.newsroom, self.newsroom.now)
        shutil.rmtree(self.root / "fresh", ignore_errors=True)
        self.fresh, now = WhooshIndex(self.root / "fresh"), self.newsroom.now
        expected = publish(self.newsroom.catalogue, self.fresh, now)
        assert facts(found) == facts(expected)
        assert generation(self.newsroom.index) == generation(self.fresh)
        checked = check(self.newsroom.catalogue, self.fresh, now, (), iter)
        said = {problem for problem in checked.problems if problem.kind not in OF_CHECK_ALONE}
        assert said == {problem for problem in found.problems if problem.kind not in OF_MOVES}
        assert checked.statuses == found.statuses

    def compare_answers(self) -> None:
        """Compare all answers that can be reached: pages, feeds, archives, attachments, the sitemap and OPML."""
        assert self.fresh
        other = Newsroom(self.root / "other", self.newsroom.now)
        other.index = self.fresh
        expected, found = answers(other), answers(self.newsroom)
        assert [address for address in found if found[address] != expected.get(address)] == []
        assert found.keys() == expected.keys()


OF_MOVES = {"id-moved", "alias-lost", "ids-moved"}
"""The kinds of problems that follow from what was before, too."""
OF_CHECK_ALONE = {"alias-taken", "document-unnamed", "headlines", "house-link", "topic-wide", "topic-empty"}
STARTS = (
    *("/", "/releases", "/topics", "/years", "/feeds", "/feeds.opml", "/sitemap.xml", "/opensearch.xml"),
    *("/search?q=quay", "/search.json?q=the&limit=200", "/search.atom?q=quay", "/suggest?q=qu", "/releases?lang=fr"),
    *("/topics/quays+tugs.rss", "/releases/quay", "/releases/a", "/releases/old", "/old/way", "/releases/PR1-2026"),
)


def facts(summary: Summary) -> object:
    """What follows from the files alone: which ids are others now does not."""
    return (
        known(summary),
        {status: count for status, count in summary.statuses.items() if count},
        sorted(repr(problem) for problem in summary.problems if problem.kind not in OF_MOVES),
        summary.true_until,
    )


def known(summary: Summary) -> dict[str, FileRecord]:
    """What follows from the files alone of each of them: what the public knew it by before does not."""
    return {source: replace(record, last_names=None) for source, record in summary.records.items()}


def generation(index: WhooshIndex) -> str:
    """The digest of what the present generation holds."""
    return index.snapshot().generation.split("-")[2]


def answers(newsroom: Newsroom) -> dict[str, bytes]:
    """Every answer that can be reached, with its headers, by its address; they are dated by the clock of the moment."""
    look = Look(newsroom.client())
    look.walk(STARTS)
    return {address: re.sub(rb"\ndate: .*", b"", answer) for address, answer in look.seen.items()}


def live(histories: int, steps: int, *, is_random: bool) -> None:
    """See that so many histories of so many steps end in what a fresh index has. To have the shortest, add shrink."""
    run_state_machine_as_test(
        History,
        settings=settings(
            max_examples=histories,
            stateful_step_count=steps,
            derandomize=not is_random,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
            print_blob=True,
        ),
    )


@pytest.mark.parametrize("language", SAID)
def test_the_language_of_what_texts_say_is_told(make_newsroom: MakeNewsroom, language: str) -> None:
    newsroom = make_newsroom({"a.md": release("A quay", body=SAID[language])})
    assert [hit.release.language for hit in newsroom.snapshot().search(Query()).hits] == [language]


@pytest.mark.slow
def test_any_history_ends_in_what_a_fresh_index_has() -> None:
    live(15, 30, is_random=False)


@pytest.mark.bench
def test_many_histories_end_in_what_a_fresh_index_has() -> None:
    live(2_000, 40, is_random=True)


ADDED: Mapping[str, str | bytes] = {
    "one/index.md": release("One", topics="[quays]"),
    "one/map.png": b"map",
    "one/plan.pdf": b"plan",
    "b.md": release("B", "2026-02-01", "![it](one/map.png)"),
    "gone.md": release("Gone", withdrawn="2026-01-20"),
    FILE_NAME: "[topics.quays]\nlabel = 'Quays'\n",
}


@pytest.mark.slow
def test_a_service_that_is_restarted_serves_what_a_fresh_index_has(tmp_path: Path) -> None:
    newsroom = Newsroom(tmp_path / "newsroom", datetime.now(UTC))
    newsroom.write(ADDED)
    folder, index = newsroom.releases, newsroom.settings.index
    with running(folder, index, FEEDSRV_BASE_URL=BASE_URL) as service:
        assert_all_is_served(service, newsroom)
        newsroom.write({"one/other.md": release("Other", "2026-03-01")})  # so that it is no bundle any more
        assert_all_is_served(service, newsroom)
    (folder / "one/other.md").rename(folder / "other.md")
    (folder / "b.md").rename(folder / "a.md")
    newsroom.write({"a.yaml": "title: A\n", "one/plan.pdf": b"another", "one/notes.md": "Some notes."})
    with running(folder, index, FEEDSRV_BASE_URL=BASE_URL) as service:
        assert_all_is_served(service, newsroom)
        newsroom.write({FILE_NAME: "[topics.quays]\nretired = 'tugs'\n[topics.tugs]\nmatch = ['words']\n"})
        assert_all_is_served(service, newsroom)
    before = generation(newsroom.index)
    for _ in range(2):
        assert run("index", releases=folder, index=index, FEEDSRV_BASE_URL=BASE_URL).returncode == 0
        assert generation(newsroom.index) == before


def assert_all_is_served(service: Running, newsroom: Newsroom) -> None:
    with TemporaryDirectory() as folder:
        fresh = Newsroom(Path(folder) / "fresh", newsroom.now)
        publish(newsroom.catalogue, fresh.index, newsroom.now)
        until(lambda: generation(newsroom.index) == generation(fresh.index))
        time.sleep(2 * LAG)
        client = fresh.client()
        for address in answers(fresh):
            with client.get(address) as answer:
                expected = (answer.status_code, answer.data)
            if not answer.location:  # which would be followed
                assert service.get(address, {"Host": urlsplit(BASE_URL).netloc}) == expected, address
