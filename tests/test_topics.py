"""Topics: what they are called, which addresses they have, and how many there may be."""

from __future__ import annotations

import json
import re

import pytest

from feedsrv.publishing import Memory, publish
from feedsrv.topic_names import topic_id
from tests.conftest import MakeNewsroom, Newsroom, release


def labels(newsroom: Newsroom) -> dict[str, str]:
    """What the topics are called that releases are in."""
    snapshot = newsroom.snapshot()
    return {topic.value: snapshot.newsroom.topic_label(topic.value) for topic in snapshot.inventory()["topic"]}


def tagged(*topics: str, **fields: str) -> dict[str, str]:
    """A file for each of these lists of topics."""
    return {f"{number}.md": release(f"Release {number}", topics=each, **fields) for number, each in enumerate(topics)}


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        *[
            ("C", "c"),
            ("C++", "c-plus-plus"),
            ("C#", "c-sharp"),
            ("F♯", "f-sharp"),
            (".NET", "dot-net"),
            ("net", "net"),
        ],
        *[("Node.js", "node-js"), ("R&D", "r-d"), ("Santé publique", "sante-publique"), ("LGBT+", "lgbt-plus")],
        *[("#1", "1"), ("a + b", "a-b"), ("++", ""), ("", "")],
    ],
)
def test_signs_that_tell_names_apart_go_into_ids(name: str, expected: str) -> None:
    assert topic_id(name) == expected


def test_a_topic_is_called_as_most_files_write_it(make_newsroom: MakeNewsroom) -> None:
    newsroom = make_newsroom(
        tagged(
            "[nasa, R&D, Santé publique, C++, open-data, covid-19, e-learning]",
            "[NASA, Sante publique, c++, open-data, docks]",
            "[NASA, Santé publique, Docks]",
        )
    )
    assert labels(newsroom) == {
        "nasa": "NASA",
        "r-d": "R&D",
        "sante-publique": "Santé publique",
        "c-plus-plus": "C++",
        "open-data": "open data",
        "covid-19": "covid-19",
        "e-learning": "e-learning",
        "docks": "Docks",
    }
    client = newsroom.client()
    assert "<bdi>R&amp;D</bdi>" in client.get("/topics").text
    assert json.loads(client.get("/topics/docks.json").text)["items"][-1]["tags"] == ["NASA", "Santé publique", "Docks"]
    assert client.get("/search?q=topic:%22santé publique%22").text.count("<article>") == 3
    for asked, count in {"C%2B%2B": 2, "%22c%2B%2B%22": 2, "R%26D": 1, "%22R%26D%22": 1}.items():
        assert client.get(f"/search?q=topic:{asked}").text.count("<article>") == count, asked


def test_what_newsroom_toml_calls_a_topic_goes_before(make_newsroom: MakeNewsroom) -> None:
    settings = "[topics.nasa]\nlabel = 'The agency'\n[topics.docks]\naliases = ['quays']\n[topics.sea-bed]\n"
    newsroom = make_newsroom({"newsroom.toml": settings, **tagged("[NASA, Quays, DOCKS]", "[Quays]")})
    assert labels(newsroom) == {"nasa": "The agency", "docks": "DOCKS"}
    assert newsroom.snapshot().newsroom.topic_label("sea-bed") == "Sea bed"


def test_nothing_that_is_not_public_names_a_topic(make_newsroom: MakeNewsroom) -> None:
    newsroom = make_newsroom(
        {
            "public.md": release("Public", topics="[tides]"),
            "draft.md": release("Draft", topics="[TIDES, Secret]", draft="true"),
            "later.md": release("Later", topics="[TIDES]", embargo="2030-01-01"),
            "gone.md": release("Gone", topics="[TIDES, Bygone]", withdrawn="2026-10-20"),
            "refusing.md": release("Refusing", topics="[-TIDES]"),
        }
    )
    assert labels(newsroom) == {"tides": "tides"}
    held = (newsroom.settings.index / "current" / "topics").read_text()
    assert "TIDES" not in held
    assert "Secret" not in held
    assert "Bygone" not in held


def test_a_former_address_leads_to_the_topic_that_had_it_unless_another_claims_or_has_it(
    make_newsroom: MakeNewsroom,
) -> None:
    newsroom = make_newsroom(tagged("[C++, F#]"))
    client = newsroom.client()
    for address in ("/topics/c", "/topics/c.atom", "/topics/f/2026.rss", "/tags/c/index.xml"):
        answer = client.get(address)
        assert answer.status_code in {301, 308}, address
        assert {"c-plus-plus", "f-sharp"}.intersection(re.findall(r"[^/.]+", answer.headers["Location"]))
    assert client.get("/topics/c+f").headers["Location"].endswith("/topics/c-plus-plus+f-sharp")
    assert client.get("/search.atom?topic=c").headers["Location"].endswith("?topic=c-plus-plus")
    assert client.get("/search?topic=c").text.count("<article>") == 1

    newsroom.publish({"draft.md": release("Draft", topics="[C, C#]", draft="true")})
    assert client.get("/topics/c").status_code in {301, 308}
    newsroom.publish({"sharp.md": release("Sharp", topics="[C#]")})
    assert client.get("/topics/c").status_code == 404
    newsroom.publish({"f.md": release("F", topics="[F]")})
    assert client.get("/topics/f").status_code == 200
    assert client.get("/topics/f").text.count("<article>") == 1


def test_where_one_spelling_overtakes_another_no_release_is_written_again(make_newsroom: MakeNewsroom) -> None:
    newsroom, memory = make_newsroom(tagged("[Tides]", "[tides]", "[tides]")), Memory()
    assert labels(newsroom) == {"tides": "tides"}
    for number in range(3, 5):
        newsroom.write({f"{number}.md": release(f"Release {number}", topics="[Tides]")})
        only = {f"{number}.md"} if memory.standing else None
        summary = publish(newsroom.catalogue, newsroom.index, newsroom.now, only=only, memory=memory)
        assert (summary.added, summary.changed) == (1, 0)
    assert labels(newsroom) == {"tides": "Tides"}
    assert ">Tides<" in newsroom.client().get("/releases/1").text
    generation = newsroom.snapshot().generation.split("-")[2]
    newsroom.publish(rebuild=True)
    assert newsroom.snapshot().generation.split("-")[2] == generation


def test_a_thousand_topics_are_in_pages_and_each_of_them_is_found(make_newsroom: MakeNewsroom) -> None:
    names = [f"Topic {number:04}" for number in range(1000)]
    newsroom = make_newsroom(tagged(*(f"[{', '.join(names[start : start + 20])}]" for start in range(0, 1000, 20))))
    client = newsroom.client()
    for address in ("/topics", "/feeds"):
        pages = [client.get(f"{address}?page={page}").text for page in range(1, 6)]
        assert all(page.count(' href="/topics/topic-') == 200 * 4 for page in pages)
        assert all(f'href="/topics/{topic_id(name)}.atom"' in "".join(pages) for name in names)
        assert "<bdi>Topic 0200 – Topic 0399</bdi>" in pages[4]
        assert client.get(f"{address}?page=1").data == client.get(address).data
        assert client.get(f"{address}?page=6").status_code == 404
        assert client.get(f"{address}?page=x").status_code == 400
    assert 'href="/years/2026.atom"' in client.get("/feeds").text
    assert client.get("/feeds.opml").text.count("/topics/topic-") == 2 * 1000
    beside = client.get("/releases").text.partition('id="by-topics"')[2].partition("</section>")[0]
    assert beside.count(' href="/topics/topic-') == 50
    assert '<a href="/topics">All topics</a>' in beside
    assert client.get("/topics").text.count("<bdi>Topic 0000") == 2
