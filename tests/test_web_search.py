"""The page of a search: why each result is there, and how to narrow it."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, quote_plus, urlsplit

import pytest
from lxml import html
from lxml.html import HtmlElement
from werkzeug.test import Client

from feedsrv.colours import contrast
from feedsrv.web.own_files import FOLDER
from tests.conftest import MakeNewsroom, release

FILES = {
    "newsroom.toml": 'languages = ["en", "fr"]\n[topics.comets]\nlabel = "Comets"\n[topics.dust]\nlabel = "Dust"\n',
    **{
        f"comet{year}.md": release(f"A comet in {year}", f"{year}-05-01", "The comet came and went.", topics="[comets]")
        for year in (2019, 2020, 2023)
    },
    "both.md": release("Dust", "2020-06-01", "The dust of the comet.", topics="[comets, dust]"),
    "poussiere.md": release("La poussière", "2020-07-01", "De la poussière, sans comet.", lang="fr", topics="[dust]"),
    "budget.md": release("The budget of the observatory", "2024-01-01", "Money for a telescope."),
}


@pytest.fixture(scope="module")
def client(make_lasting: MakeNewsroom) -> Client:
    return make_lasting(FILES).client()


def page(client: Client, address: str) -> HtmlElement:
    answer = client.get(address)
    assert answer.status_code == 200
    return html.document_fromstring(answer.text)


def titles(tree: HtmlElement) -> list[str]:
    return [heading.text_content() for heading in tree.cssselect("ol.releases h2")]


def total(tree: HtmlElement) -> int:
    return int(tree.cssselect(".status strong")[0].text_content().split()[0])


def choices(tree: HtmlElement) -> dict[str, HtmlElement]:
    """The links that switch values on and off, by the label of each."""
    return {link.cssselect("span")[0].text_content(): link for link in tree.cssselect(".choices li a")}


@pytest.mark.parametrize(
    "address", ["/search?q=comet", "/search?lang=en&q=comet&year=2020", "/search?q=comet&topic=dust"]
)
def test_each_value_is_switched_by_itself_and_leads_to_as_many_as_it_says(client: Client, address: str) -> None:
    tree = page(client, address)
    now = parse_qs(urlsplit(address).query)
    assert choices(tree)
    for label, link in choices(tree).items():
        then = parse_qs(urlsplit(link.attrib["href"]).query)
        (changed,) = (name for name in {*now, *then} if now.get(name) != then.get(name))
        assert {*now.get(changed, [])} ^ {*then.get(changed, [])} == {
            {"Comets": "comets", "Dust": "dust", "English": "en", "Français": "fr"}.get(label, label)
        }
        is_on = link.get("aria-current") == "true"
        assert is_on == (len(then.get(changed, [])) < len(now.get(changed, [])))
        back = page(client, link.attrib["href"])
        assert address in {chips(back).get(label), label in choices(back) and choices(back)[label].attrib["href"]}
        if not is_on and changed not in now:
            assert total(back) == int(link.cssselect(".count")[0].text_content())


def test_the_chart_is_a_picture_of_the_years_that_are_listed_below_it(client: Client) -> None:
    (group,) = page(client, "/search?q=comet&year=2019&year=2020").xpath("//*[@aria-labelledby='by-years']")
    (chart,) = group.cssselect(".chart")
    assert chart.get("aria-hidden") == "true"
    assert not chart.xpath(".//a | .//*[@tabindex] | .//title")
    bars = chart.cssselect("rect")
    heights = [float(bar.attrib["height"]) for bar in bars]
    places = [float(bar.attrib["x"]) for bar in bars]
    assert heights[0] == heights[2] < heights[1]
    assert [place - places[0] for place in places] == [0, 10, 40]
    assert [bar.get("class") for bar in bars] == ["on", "on", None]
    listed = [" ".join(link.text_content().split()) for link in group.cssselect("li a")]
    assert listed == ["2019 1 switch off", "2020 3 switch off", "2023 1"]


def test_the_bars_stand_out_from_the_page_in_the_light_and_in_the_dark() -> None:
    style = (FOLDER / "colours.css").read_text("utf8")
    bars, grounds = (re.findall(rf"--{name}: (#\w+)", style) for name in ("bar", "paper"))
    assert [contrast(*colours) >= 3 for colours in zip(bars, grounds, strict=True)] == [True, True]


def chips(tree: HtmlElement) -> dict[str, str]:
    """Where what is on is switched off, by its label."""
    return {(link.findtext("bdi") or link.text_content()): link.attrib["href"] for link in tree.cssselect(".chips a")}


def test_each_filter_that_is_on_is_switched_off_by_its_chip_and_all_of_them_at_once(client: Client) -> None:
    asked = {"q": "comet", "topic": "comets", "year": "2020", "lang": "en", "from": "2019-02", "to": "2023"}
    address = "/search?" + "&".join(f"{name}={value}" for name, value in sorted(asked.items()))
    tree = page(client, address)
    found = chips(tree)
    assert [*found] == ["Comets", "2020", "English", "from 2019-02", "to 2023", "Clear all"]
    assert found.pop("Clear all") == "/search?q=comet"
    for name, without in zip(("topic", "year", "lang", "from", "to"), found.values(), strict=True):
        assert parse_qs(urlsplit(without).query) == {key: [value] for key, value in asked.items() if key != name}
        assert client.get(without).status_code == 200
    assert {link.text_content().split()[0] for link in tree.cssselect(".chips li:not(.all) a")} == {"Switch"}


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("/search?q=comet", {}),
        ("/search?q=comet&year=2020", {"2020": "/search?q=comet"}),
        ("/topics/comets", {}),
        ("/years/2020", {}),
        (
            "/topics/comets/2020?lang=fr",
            {
                "Comets": "/years/2020?lang=fr",
                "2020": "/topics/comets?lang=fr",
                "Français": "/topics/comets/2020",
                "Tout effacer": "/releases?lang=fr",
            },
        ),
    ],
)
def test_a_list_has_chips_for_what_is_not_its_whole_name(
    client: Client, address: str, expected: dict[str, str]
) -> None:
    assert chips(page(client, address)) == expected


def fields(form: HtmlElement) -> list[tuple[str, str]]:
    return [(field.attrib["name"], field.get("value", "")) for field in form.cssselect("input")]


def test_dates_are_asked_for_in_a_form_that_keeps_all_else(client: Client) -> None:
    (form,) = page(client, "/search?from=2019-02&q=comet&sort=oldest&to=2023&topic=comets").cssselect("form.dates")
    assert (form.attrib["action"], form.attrib["method"]) == ("/search", "get")
    assert fields(form) == [
        *(("from", "2019-02-01"), ("to", "2023-12-31"), ("q", "comet"), ("sort", "oldest"), ("topic", "comets"))
    ]
    (form,) = page(client, "/topics/comets/2020").cssselect("form.dates")
    assert fields(form) == [("from", ""), ("to", ""), ("topic", "comets"), ("year", "2020")]
    assert titles(page(client, "/search?from=2020-06-01&to=&topic=comets&year=2020")) == ["Dust"]


def test_years_that_are_not_shown_at_once_are_behind_a_click(make_newsroom: MakeNewsroom) -> None:
    files = {f"{year}.md": release(f"Of {year}", f"{year}-01-01") for year in range(1990, 2020)}
    (group,) = page(make_newsroom(files).client(), "/releases").xpath("//*[@aria-labelledby='by-years']")
    (more,) = group.cssselect("details")
    assert more.findtext("summary") == "20 more"
    assert len(group.cssselect("li a")) == 30
    assert len(more.cssselect("li a")) == 20


@pytest.mark.parametrize("address", ["/search?q=telescope", "/search?q=nowhere", "/search?q=telescope&year=2024"])
def test_what_cannot_be_narrowed_has_no_facets(client: Client, address: str) -> None:
    tree = page(client, address)
    assert total(tree) <= 1
    assert not tree.cssselect(".choices")
    assert bool(tree.cssselect(".filter")) == bool(chips(tree))


def test_the_feed_of_what_is_shown_stands_in_a_field_to_copy_from(client: Client) -> None:
    (box,) = page(client, "/search?q=comet&year=2020&sort=oldest").cssselect(".subscribe input")
    assert box.attrib["value"] == "https://press.example.org/search.atom?q=comet&year=2020"
    assert "readonly" in box.attrib
    assert box.getroottree().xpath(f"//label[@for='{box.attrib['id']}']")[0].text_content() == "Copy this address:"


@pytest.mark.parametrize(
    ("question", "said"),
    [
        *(("comet", ""), ("comet dust", ""), ("Comet, DUST!", ""), ('"comet dust"', ""), ("comet*", ""), ("", "")),
        *(("comet -dust", "comet AND NOT dust"), ("comet dust OR year:2020", "(comet AND dust) OR year:2020")),
        ("after:2020 comet", "after:2020-01-01 AND comet"),
    ],
)
def test_how_a_question_was_read_is_said_where_its_words_do_not_say_it(
    client: Client, question: str, said: str
) -> None:
    tree = page(client, f"/search?q={quote_plus(question)}&topic=comets&year=2020")
    assert [code.text_content() for code in tree.cssselect(".status code")] == [said] * bool(said)


def test_what_has_some_of_the_words_stands_below_a_line(client: Client) -> None:
    tree = page(client, "/search?q=comet+dust")
    assert [note.text_content() for note in tree.cssselect(".note")] == [
        "Only 1 release has all the words. Those with some of them follow, the best first."
    ]
    complete, partial = tree.cssselect("ol.releases")
    assert titles(complete) == ["Dust"]
    assert [line.text_content() for line in tree.cssselect("ol + .divider")] == ["Some of the words"]
    assert len(titles(partial)) == 4
    assert partial.get("start") == "2"
    assert not page(client, "/search?q=comet+dust&sort=newest").cssselect(".divider")


def test_what_has_all_words_of_a_long_question_is_marked_where_it_stands(make_newsroom: MakeNewsroom) -> None:
    said = "The harbour barge Kettle ran aground on a sandbank"
    files = {
        "all.md": release("News", "2020-01-01", f"{said} yesterday. " + "Many other words of the sea. " * 90),
        "best.md": release("Harbour barge Kettle aground", "2020-01-02", f"{said}. " * 3),
    }
    tree = page(make_newsroom(files).client(), f"/search?q={said.replace(' ', '+')}+yesterday")
    assert next(note.text_content() for note in tree.cssselect(".note")) == (
        "Only 1 release has all the words, and is marked. The best stand first."
    )
    assert titles(tree) == ["Harbour barge Kettle aground", "News"]
    marked = [bool(item.cssselect(".complete")) for item in tree.cssselect("ol.releases > li")]
    assert (marked, tree.cssselect(".divider")) == ([False, True], [])


def test_what_was_meant_is_shown_at_once_where_nothing_is_found(client: Client) -> None:
    tree = page(client, "/search?q=telescpoe&year=2024&sort=oldest")
    (said,) = tree.cssselect(".meant")
    assert said.text_content() == "Showing results for telescope; search for telescpoe instead."
    assert titles(tree) == ["The budget of the observatory"]
    assert tree.cssselect("input[type=search]")[0].get("value") == "telescope"
    assert not tree.cssselect("input[name=correct]")
    feeds = {link.attrib["href"] for link in (*tree.cssselect("link[rel=alternate]"), *tree.cssselect(".subscribe a"))}
    assert {feed for feed in feeds if "/search.atom" in feed} == {
        "/search.atom?q=telescope&year=2024",
        "https://press.example.org/search.atom?q=telescope&year=2024",
    }
    assert all("correct=" not in link.attrib["href"] for link in tree.cssselect(".choices a, .sorts a"))


def test_what_was_typed_is_one_click_away_and_asks_what_was_meant(client: Client) -> None:
    (link,) = page(client, "/search?q=telescpoe&year=2024&sort=oldest").cssselect(".meant a")
    assert link.attrib["href"] == "/search?correct=0&q=telescpoe&sort=oldest&year=2024"
    tree = page(client, link.attrib["href"])
    assert titles(tree) == []
    (link,) = tree.cssselect(".meant a")
    assert (link.text_content(), link.attrib["href"]) == ("telescope", "/search?q=telescope&sort=oldest&year=2024")
    assert client.get("/search?q=telescpoe&correct=maybe").status_code == 400


@pytest.mark.parametrize(
    ("question", "shown"),
    [
        ("budget telescpoe", "budget telescope"),
        ("pousière", "poussière"),
        ('"telescope budget"', "telescope budget"),
        ("title:telescope", "telescope"),
        ("obser", "obser*"),
    ],
)
def test_words_in_a_question_phrases_and_fields_are_corrected_or_loosened(
    client: Client, question: str, shown: str
) -> None:
    tree = page(client, f"/search?q={quote_plus(question)}")
    assert tree.cssselect(".meant strong")[0].text_content() == shown
    assert len(titles(tree)) == 1


@pytest.mark.parametrize("question", ["nowhere", "comet", "comet nowhere", "+", "..."])
def test_nothing_is_said_where_nothing_else_can_have_been_meant(client: Client, question: str) -> None:
    assert not page(client, f"/search?q={quote_plus(question)}").cssselect(".meant")


def test_a_question_of_signs_alone_finds_nothing_and_neither_does_its_feed(client: Client) -> None:
    tree = page(client, "/search?q=%2B")
    assert titles(tree) == []
    assert [note.text_content() for note in tree.cssselect(".note")] == [
        "There is no word in this question, so nothing was looked for."
    ]
    assert "<entry>" not in client.get("/search.atom?q=%2B").text


def test_nobody_is_offered_to_subscribe_to_a_question_of_signs_alone(client: Client) -> None:
    def offered(question: str) -> list[str]:
        return [str(each) for each in page(client, f"/search?q={question}").xpath("//@href")]

    assert any(address.startswith("/search.atom") for address in offered("nowhere"))
    assert not any(address.startswith(("/search.", "http://localhost/search.")) for address in offered("%2B"))
    assert not page(client, "/search?q=%2B").cssselect(".subscribe")


def test_beside_next_to_nothing_stands_what_may_have_been_meant(make_newsroom: MakeNewsroom) -> None:
    files = {f"{day}.md": release(f"Nebula {day}", f"2024-01-{day}", "The nebula.") for day in range(10, 22)}
    client = make_newsroom({**files, "a.md": release("Nebulla", "2023-01-01", "A slip.")}).client()
    tree = page(client, "/search?q=nebulla")
    own, others = tree.cssselect("ol.releases")
    assert (titles(own), len(titles(others))) == (["Nebulla"], 12)
    (divider,) = tree.cssselect(".divider")
    assert divider.text_content() == "Results for nebula, 12 releases"
    assert divider.cssselect("a")[0].attrib["href"] == "/search?q=nebula"
    assert {link.get("href") for link in tree.cssselect(".subscribe a")} == {
        f"/search.{extension}?q=nebulla" for extension in ("atom", "rss", "json")
    }
    assert not page(client, "/search?q=nebulla&correct=0").cssselect(".divider")


def test_feeds_hold_what_was_asked_for_and_json_what_was_meant_if_asked_to(client: Client) -> None:
    for extension in ("atom", "rss"):
        asked = client.get(f"/search.{extension}?q=telescpoe")
        assert (asked.status_code, "budget" in asked.text) == (200, False)
        corrected = client.get(f"/search.{extension}?correct=1&q=telescpoe")
        assert (corrected.status_code, corrected.location) == (301, f"/search.{extension}?q=telescpoe")
    asked = client.get("/search.json?q=telescpoe").get_json(force=True)
    assert (asked["items"], asked["_feedsrv"]["did_you_mean"]) == ([], "telescope")
    assert "corrected_from" not in asked["_feedsrv"]
    corrected = client.get("/search.json?q=telescpoe&correct=1").get_json(force=True)
    assert [item["title"] for item in corrected["items"]] == ["The budget of the observatory"]
    assert corrected["_feedsrv"]["corrected_from"] == "telescpoe"
    assert corrected["_feedsrv"]["understood"] == "telescope"
    assert corrected["feed_url"] == "https://press.example.org/search.json?q=telescope"
    right = client.get("/search.json?q=telescope&correct=1").get_json(force=True)
    assert right["feed_url"] == corrected["feed_url"]
    assert "corrected_from" not in right["_feedsrv"]


def test_titles_and_excerpts_are_marked(client: Client) -> None:
    tree = page(client, "/search?q=comets+year:2019")
    assert [mark.text_content() for mark in tree.cssselect("ol.releases mark")] == ["comet", "comet"]


def test_each_order_is_one_click_away_and_the_best_is_usual(client: Client) -> None:
    tree = page(client, "/search?q=comet")
    orders = {link.text_content(): link for link in tree.cssselect(".sorts a")}
    assert [orders[name].get("aria-current") for name in ("Relevance", "Newest", "Oldest")] == ["true", None, None]
    assert titles(page(client, orders["Oldest"].attrib["href"]))[0] == "A comet in 2019"
    assert titles(page(client, orders["Newest"].attrib["href"]))[0] == "A comet in 2023"


@pytest.mark.parametrize(("format_", "extension"), [("Atom", "atom"), ("RSS", "rss"), ("JSON Feed", "json")])
def test_the_feed_of_a_search_has_what_has_all_the_words_newest_first(
    client: Client, format_: str, extension: str
) -> None:
    tree = page(client, "/search?q=comet+dust&lang=en&sort=relevance&page=1")
    (link,) = [link for link in tree.cssselect(".subscribe a") if link.text_content() == format_]
    assert link.attrib["href"] == f"/search.{extension}?lang=en&q=comet+dust"
    feed = client.get(f"/search.{extension}?lang=en&q=comet+dust").text
    assert "/releases/both" in feed
    assert "/releases/comet2019" not in feed


def test_dates_may_be_typed_as_people_type_them(client: Client) -> None:
    for query in ("comet after:2023", "comet after:05/2023", 'comet after:"1 mai 2023"', "comet 2021..2024"):
        assert titles(page(client, f"/search?q={query}")) == ["A comet in 2023"]


def test_a_release_leads_to_those_that_are_like_it(client: Client) -> None:
    listed = page(client, "/releases").cssselect("ol.releases h2 a")
    addresses = {link.text_content(): link.attrib["href"] for link in listed}
    tree = page(client, addresses["A comet in 2019"])
    assert [link.attrib["href"] for link in tree.cssselect(".related a")][:2] == [
        "/releases/comet2023",
        "/releases/comet2020",
    ]
    assert not page(client, addresses["La poussière"]).cssselect(".related")
