"""The table of a generation made of the one before is the table made of everything, after any history."""

from __future__ import annotations

from datetime import date
from hashlib import sha256
from random import Random

import numpy as np
import pytest

from feedsrv.search.documents import Facts
from feedsrv.search.whoosh.contents import translations
from feedsrv.search.whoosh.splicing import changed
from feedsrv.search.whoosh.table import FACETS, Mask, Table

NOTHING = np.zeros(0, np.int64)
UNIX = date(1970, 1, 1).toordinal()


class History:
    """Documents that come and go at random, and their table."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.documents: dict[int, Facts] = {}
        self.next = 0
        self.table: Table | None = None

    def facts(self, number: int) -> Facts:
        choose = self.random.choice
        day = choose([None, *range(0, 10_000, 250)])
        appeared = choose([None if day is None else day * 86_400.0, 7e8])
        is_withdrawn = self.random.random() < 0.1
        topics = () if is_withdrawn else tuple(self.random.sample("abcde", self.random.randrange(4)))
        aliases = () if is_withdrawn else choose([(), (f"/old/{number % 7}",)])
        keys, files = choose([(), (f"key {number % 9}",)]), choose([(), (sha256(b"%d" % (number % 3)).hexdigest(),)])
        return Facts(
            f"é{number}.md",
            f"id-{number}",
            sha256(b"%d" % self.random.randrange(9)).hexdigest(),
            is_withdrawn,
            appeared,
            None if day is None else day * 86_400.0,
            choose([None, 5.0]),
            0 if day is None else UNIX + day,
            choose(["en", "fr", "de"]),
            self.random.randrange(1_000),
            self.random.randrange(20),
            topics,
            aliases,
            keys,
            files,
        )

    def step(self, most_added: int, share_removed: float) -> None:
        numbers = np.arange(self.next, dtype=np.int64)
        for number in [number for number in self.documents if self.random.random() < share_removed]:
            del self.documents[number]
            numbers[number] = -1
        ids = {facts.id for facts in self.documents.values()}
        come = [self.facts(self.random.randrange(300)) for _ in range(self.random.randint(0, most_added))]
        added = list({facts.id: facts for facts in come if facts.id not in ids}.values())
        numbered = list(enumerate(added, self.next))
        self.next += len(added)
        self.documents.update(numbered)
        self.table = changed(self.table, numbers, numbered)


def of(table: Table, releases: Mask) -> set[str]:
    return {table.id(rank) for rank in np.flatnonzero(releases).tolist()}


@pytest.mark.parametrize("seed", range(4))
def test_a_table_made_step_by_step_is_that_made_at_once(seed: int) -> None:
    history = History(seed)
    for step in range(40):
        history.step(60 if step == 0 else 3, 0.0 if step == 0 else 0.06)
        table, at_once = history.table, changed(None, NOTHING, list(history.documents.items()))
        assert table is not None
        assert table.size == at_once.size
        assert table.content() == at_once.content()
        assert table.documents().tolist() == at_once.documents().tolist()
        assert (table.ids(), table.sources) == (at_once.ids(), at_once.sources)
        for facet in FACETS:
            everything = table.everything()
            counted, wanted = (
                {v: c for v, c in zip(t.values[facet], t.counts(facet, everything).tolist(), strict=True) if c}
                for t in (table, at_once)
            )
            assert counted == wanted
            assert all(
                of(table, table.any_of(facet, [value])) == of(at_once, at_once.any_of(facet, [value]))
                for value in wanted
            )
        keys = [f"key {number}" for number in range(10)]
        assert table.sharing(keys) == at_once.sharing(keys)


def test_the_table_says_what_is_true_of_the_documents() -> None:
    history = History(7)
    for step in range(25):
        history.step(60 if step == 0 else 3, 0.0 if step == 0 else 0.06)
    table = history.table
    assert table is not None
    releases = sorted(
        (facts for facts in history.documents.values() if not facts.is_withdrawn),
        key=lambda facts: (facts.appeared is None, -(facts.appeared or 0), facts.id),
    )
    assert table.ids() == [facts.id for facts in releases]
    assert table.ages.tolist() == [-facts.appeared for facts in releases if facts.appeared is not None]
    assert table.lengths.tolist() == [facts.length for facts in releases]
    assert table.days.tolist() == [facts.day for facts in releases]
    years = ("", *table.values["year"])
    assert [years[code] for code in table.years().tolist()] == [str(facts.year or "") for facts in releases]
    assert table.ranks(table.numbers[table.numbers.argsort()]).tolist() == table.numbers.argsort().tolist()
    for number, facts in history.documents.items():
        assert table.number(facts.id) == number
        assert table.document(facts.source) == (number, facts.digest[:32])
        assert table.rank(facts.id) == (None if facts.is_withdrawn else table.ids().index(facts.id))
    assert sorted(table.withdrawn()) == sorted(n for n, facts in history.documents.items() if facts.is_withdrawn)
    for alias in {alias for facts in releases for alias in facts.aliases}:
        assert table.alias(alias) == min(facts.id for facts in releases if alias in facts.aliases)
    assert {bytes(file).hex() for file in table.columns["file"]} == {
        f for facts in history.documents.values() for f in facts.files
    }
    since, before = 1_000 * 86_400.0, 5_000 * 86_400.0
    dated = [facts for facts in releases if facts.published is not None]
    assert of(table, table.between(since, before)) == {f.id for f in dated if since <= (f.published or 0) < before}
    assert [table.alias("/nowhere"), table.rank("nobody"), table.document("nothing.md")] == [None, None, None]


def test_siblings_are_the_first_published_of_each_other_language() -> None:
    def one(name: str, language: str, published: float | None, keys: tuple[str, ...]) -> Facts:
        return Facts(
            f"{name}.md",
            name,
            sha256(name.encode()).hexdigest(),
            False,
            published,
            published,
            None,
            1,
            language,
            1,
            1,
            (),
            (),
            keys,
            (),
        )

    given = [
        one("a", "en", 5.0, ("k", "l")),
        one("b", "fr", 9.0, ("k",)),
        one("c", "fr", 4.0, ("l",)),
        one("d", "de", None, ("k",)),
        one("e", "en", 1.0, ("k",)),
    ]
    table = changed(None, NOTHING, list(enumerate(given)))
    sharing = table.sharing(["k", "l", "m"])
    assert {key: [*map(table.id, ranks)] for key, ranks in sharing.items()} == {"k": [*"baed"], "l": [*"ac"], "m": []}
    assert [*map(table.id, translations(table, "en", sharing["k"] + sharing["l"]))] == ["d", "c"]
