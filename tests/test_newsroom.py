"""newsroom.toml: whatever stands in it, it is read or its faults are named with their lines."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedsrv import newsroom_toml
from feedsrv.errors import NewsroomInvalid
from tests.conftest import MakeNewsroom, release

SETTINGS = (
    *("title", "description", "publisher", "contact", "languages", "timezone", "authority", "since", "day_first"),
    *("reference_languages", "topics", "topics.space", "topics.space.label", "topics.space.match"),
    *("topics.space.not", "topics.space.aliases", "topics.space.retired", "former_feeds", 'former_feeds."/old?a=b"'),
)
SCALARS = st.one_of(
    st.sampled_from(
        ["true", "1.5", "nan", "2018-03-23", "0001-01-01", "9999-12-31", "10:00:00", "2018-03-23T10:00:00Z"]
    ),
    st.sampled_from(
        [f"0x{'f' * 5000}", '"../../etc/passwd"', '"/etc/passwd"', '"Europe/"', '"Europe"', '"UTC\\u0000"']
    ),
    st.integers().map(str),
    st.text(st.characters(codec="ascii", exclude_characters='"\\', exclude_categories=["C"]), max_size=200).map(
        '"{}"'.format
    ),
    st.sampled_from(["\\u0000", "a\\nb", "\\uffff", "é", "x" * 5000]).map('"{}"'.format),
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda parts: f"[{', '.join(parts)}]"),
        st.dictionaries(st.sampled_from(["a", "en", "PR", "label"]), inner, max_size=2).map(
            lambda parts: f"{{{', '.join(f'{key} = {value}' for key, value in parts.items())}}}"
        ),
    ),
    max_leaves=4,
)


@given(key=st.sampled_from(SETTINGS), value=VALUES)
def test_an_odd_value_is_read_or_named_with_its_line(key: str, value: str) -> None:
    try:
        newsroom_toml.parse(f"# settings\n{key} = {value}\n")
    except NewsroomInvalid as error:
        for problem in error.problems:
            assert len(str(problem)) < 400
            assert str(problem).isprintable()


@pytest.mark.parametrize("name", ["Europe/Atlantis", "Paris", "Europe", "", " ", "../UTC", "UTC\\u0000", "é"])
def test_an_unknown_time_zone_is_a_problem_with_its_line(name: str) -> None:
    with pytest.raises(NewsroomInvalid, match=r"newsroom\.toml:2: there is no time zone .*; write a name like"):
        newsroom_toml.parse(f'title = "T"\ntimezone = "{name}"\n')


@pytest.mark.parametrize(
    ("retired", "named"),
    [
        ({"a": "b", "b": "a"}, {2: "a is retired to itself: a → b → a", 5: "b is retired to itself: b → a → b"}),
        ({"a": "a"}, {2: "a is retired to itself: a → a"}),
        (
            {"a": "b", "b": "c", "c": "b"},
            {5: "b is retired to itself: b → c → b", 8: "c is retired to itself: c → b → c"},
        ),
    ],
)
def test_topics_that_are_retired_in_a_ring_are_named_with_their_lines(
    retired: dict[str, str], named: dict[int, str]
) -> None:
    tables = (f'\n[topics.{topic}]\nretired = "{other}"\n' for topic, other in retired.items())
    with pytest.raises(NewsroomInvalid) as found:
        newsroom_toml.parse("".join(tables))
    assert {problem.line: problem.what for problem in found.value.problems} == named


def test_a_number_that_python_does_not_write_is_named() -> None:
    with pytest.raises(NewsroomInvalid, match=r"newsroom\.toml:1: title is a number of thousands of digits"):
        newsroom_toml.parse(f"title = 0x{'f' * 5000}")


def test_a_newsroom_may_be_called_otherwise_in_each_language(make_newsroom: MakeNewsroom) -> None:
    toml = """
        title = { en = "The quay", fr = "Le quai" }
        description = { fr = "Des nouvelles du quai" }
        publisher = "Harbours"
        languages = ["en", "fr"]
    """
    client = make_newsroom({"newsroom.toml": toml, "a.md": release("Un quai", lang="fr")}).client()
    called = {"/": "The quay", "/?lang=fr": "Le quai", "/releases/a-fr": "Le quai", "/nowhere?lang=fr": "Le quai"}
    for path, name in called.items():
        assert f"· {name}</title>" in client.get(path).text
    assert '<h1><bdi lang="fr">Le quai</bdi></h1>' in client.get("/?lang=fr").text
    assert client.get("/releases.json?lang=fr").get_json()["title"].startswith("Le quai")
    feed = client.get("/releases.json").get_json()
    assert (feed["title"], feed["description"]) == ("The quay", "Des nouvelles du quai")
    assert "<ownerName>Harbours</ownerName>" in client.get("/feeds.opml?lang=fr").text
    assert "<Description>Des nouvelles du quai</Description>" in client.get("/opensearch.xml?lang=fr").text


@pytest.mark.parametrize("title", ["{ fr = 1 }", "{ French = 'Le quai' }", "['Le quai']"])
def test_what_is_no_name_in_a_language_is_named_with_its_line(title: str) -> None:
    with pytest.raises(NewsroomInvalid) as caught:
        newsroom_toml.parse(f"publisher = 'x'\ntitle = {title}\n")
    assert [problem.line for problem in caught.value.problems] == [2]
