"""Locales: the interface speaks the language that an address asks for, and every word of it is in the catalogues."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po, write_po
from jinja2 import Environment
from lxml import etree, html
from werkzeug.test import Client, TestResponse

from feedsrv import locales
from feedsrv.feeds.formats import FORMATS
from tests.conftest import NOW, MakeNewsroom, Newsroom, release

ROOT = Path(locales.__file__).parent.parent
TEMPLATES = ROOT / "web" / "templates"
PLACEHOLDER = re.compile(r"%\(\w+\)s")
TAG = re.compile(r"<[^>]*>")
PSEUDO = "eo"
"""A language that Babel knows, whose catalogue is made here: each of its words is one that no page has otherwise."""

BOTH = {
    "newsroom.toml": 'title = "ПРЕССА"\ndescription = "О нас"\nlanguages = ["eo", "fr"]\n\n'
    '[topics.t0]\nlabel = { eo = "Было" }\nretired = "t1"\n\n'
    '[topics.t1]\nlabel = { eo = "Тема", fr = "Thème fictif" }\nmatch = ["тема"]\n',
    "1/index.md": release(
        *("Первая", "2018-03-23", "Тема дня."),
        lang="eo",
        updated="2018-03-25",
        corrections="['2018-03-24 Нет']",
        contacts="[{name: Анна, phone: 01 02 03}]",
        source="https://1.2",
        slug="n1",
    ),
    "1/0.pdf": "%PDF-1.4 ",
    "2.md": release("Une page", "2019-03-23", "Un texte.", lang="fr", topics="[t1]"),
    "3.md": release("Третья", "2019-04-01", "Слова.", lang="eo", withdrawn="2019-05-01", slug="n3"),
}


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Catalog:
    """All messages that there are in the code, as `make locales` finds them."""
    found = tmp_path_factory.mktemp("locales") / "messages.pot"
    command = [sys.executable, "-m", "babel.messages.frontend", "--quiet", "extract", "--keywords", "Message"]
    mapping = ROOT.parent / "babel.cfg"
    subprocess.run([*command, "--mapping", mapping, "--output", found, ROOT], check=True)
    with found.open("rb") as file:
        return read_po(file)


def texts(message: Message) -> list[str]:
    said = message.string
    return [said] if isinstance(said, str) else list(said or ())


def identities(catalogue: Catalog) -> set[str | tuple[str, ...]]:
    return {message.id if isinstance(message.id, str) else tuple(message.id) for message in catalogue if message.id}


@pytest.mark.parametrize("language", [tag for tag in locales.LANGUAGES if tag != locales.SOURCE])
def test_a_catalogue_is_complete_and_its_placeholders_are_those_of_the_source(source: Catalog, language: str) -> None:
    with (locales.FOLDER / f"{language}.po").open("rb") as file:
        catalogue = read_po(file, locale=language)
    assert identities(catalogue) == identities(source)
    for message in catalogue:
        if message.id:
            asked = message.id if isinstance(message.id, str) else message.id[-1]
            assert not message.fuzzy, message.id
            for said in texts(message):
                assert said.strip(), message.id
                for part in (PLACEHOLDER, TAG):
                    assert sorted(part.findall(said)) == sorted(part.findall(asked)), said


UNTYPOGRAPHIC = {
    "fr": r"[^\u00a0\u202f][:;!?»](?=\s|$)|«[^\u00a0\u202f]|“",
    "de": r"(?<!\S)[“”]|”",
    "es": r"\s[:;!?»]|«\s",
    "it": r"\s[:;!?»]|«\s",
}
"""How a press office of each language does not write: spaces before its signs, or none, and quotes of another."""


@pytest.mark.parametrize("language", UNTYPOGRAPHIC)
def test_a_catalogue_is_written_as_its_language_is(language: str) -> None:
    with (locales.FOLDER / f"{language}.po").open("rb") as file:
        said = [text for message in read_po(file, locale=language) if message.id for text in texts(message)]
    bare = [TAG.sub("", PLACEHOLDER.sub("1", text)) for text in said]
    assert [text for text in bare if re.search(rf"{UNTYPOGRAPHIC[language]}|[\"']| \.", text)] == []


@pytest.mark.parametrize("path", sorted(TEMPLATES.glob("*.html")), ids=lambda path: path.name)
def test_a_template_has_no_word_beside_its_messages(path: Path) -> None:
    tokens = Environment(autoescape=True).lex(path.read_text("utf8"))
    data = "".join(value if kind == "data" else "%" for _, kind, value in tokens)
    shown = [*TAG.split(data), *re.findall(r'(?:aria-label|placeholder|title|alt)="([^"]*)"', data)]
    shown = [re.sub(r"<(kbd|code)\b.*", "", text) for text in shown]
    advice = set(re.findall(r"<kbd[^>]*>(.*?)</kbd>", data))  # the language of the search box is one for all
    assert [text for text in shown if re.search(r"[^\W\d_]", text) and text not in advice] == []


@pytest.mark.parametrize("path", sorted(TEMPLATES.glob("*.html")), ids=lambda path: path.name)
def test_a_message_in_an_attribute_is_plain(path: Path) -> None:
    """There no element can mark its language."""
    assert re.findall(r'="\{\{ _\("[^"]*"(?:, [^")]*)?\) \}\}"', path.read_text("utf8")) == []


def pseudo(message: str) -> str:
    """A message whose letters, but for tags and placeholders, are of a script that no English word is written in."""
    parts = re.split(r"(<code>[^<]*</code>|<[^>]*>|%\(\w+\)s)", message)
    return "".join(part if number % 2 else re.sub(r"[A-Za-z]+", "слово", part) for number, part in enumerate(parts))


@pytest.fixture(scope="module")
def pseudo_published(source: Catalog, tmp_path_factory: pytest.TempPathFactory) -> Newsroom:
    catalogue = Catalog(locale=PSEUDO)
    for message in source:
        if message.id:
            ids = [message.id] if isinstance(message.id, str) else message.id
            said = [pseudo(text) for text in ids]
            catalogue.add(message.id, said[0] if isinstance(message.id, str) else tuple(said), flags=message.flags)
    newsroom = Newsroom(tmp_path_factory.mktemp("pseudo"), NOW)
    with (newsroom.root / f"{PSEUDO}.po").open("wb") as file:
        write_po(file, catalogue)
    newsroom.publish(BOTH)
    return newsroom


@pytest.fixture
def pseudo_newsroom(pseudo_published: Newsroom, monkeypatch: pytest.MonkeyPatch) -> Iterator[Client]:
    monkeypatch.setattr(locales, "FOLDER", pseudo_published.root)
    monkeypatch.setattr(locales, "LANGUAGES", (locales.SOURCE, PSEUDO))
    locales.voice_of.cache_clear()
    yield pseudo_published.client()
    locales.voice_of.cache_clear()


NAMES = {
    *("atom", "rss", "json", "feed", "opml", "utf", "get", "pdf", "kb", "esperanto", "français", "none"),
    *("marto", "aprilo", "majo", "la", "de"),
}
"""What is called so in every language, and the months in the one of the pseudo-locale."""

PAGES = (
    *("/", "/releases", "/topics", "/topics/t1", "/years", "/years/2018", "/feeds", "/search", "/search/help"),
    *(
        "/releases/n1",
        "/releases/n3",
        "/releases/nothing",
        "/nothing",
        "/years/1800",
        "/topics/none",
        "/releases?page=9",
    ),
    *(
        "/search?q=тема",
        "/search?q=слава",
        "/search?sort=up",
        "/search?from=2019&to=2018",
        "/search?q=the+the",
        "/releases?limit=0",
    ),
)


FEEDS = (
    *("/releases.{}?lang=eo", "/topics/t1.{}?lang=eo", "/years/2018.{}?lang=eo", "/search.{}?lang=eo&q=тема"),
    *(
        "/search.{}?lang=eo&q=тема+the&topic=t1&from=2018&to=2019",
        "/topics/t0.{}",
    ),
)
OTHERS = (
    *("/feeds.opml", "/feeds.opml?lang=eo", "/opensearch.xml", "/robots.txt", "/suggest?q=тем"),
    *("/nothing.json", "/releases.json?limit=0", "/releases.json?page=9", "/search.json?from=2019&to=2018"),
    *("/releases/n1.txt", "/releases/n1.json"),
)
NO_WORDS = {
    *("id", "guid", "uri", "docs", "generator", "updated", "published", "pubDate", "lastBuildDate", "language", "url"),
    *(
        "link",
        "image",
        "icon",
        "logo",
        "category",
        "encoded",
        "version",
        "home_page_url",
        "feed_url",
        "favicon",
        "type",
    ),
    *(
        "sort",
        "value",
        "release",
        "topics",
        "mime_type",
        "date_published",
        "date_modified",
        "understood",
        "about",
        "hubs",
    ),
    *("Url", "Image", "Language", "InputEncoding", "OutputEncoding", "ownerName"),
}
"""The elements and keys of feeds that hold what is for programs."""


def words_left(text: str, path: str) -> list[str]:
    return [word for word in re.findall(r"[A-Za-zÀ-ÿ]{2,}", text) if word.lower() not in NAMES and word not in path]


def test_no_word_of_a_page_is_beside_the_catalogues(pseudo_newsroom: Client) -> None:
    assert {path: left for path in PAGES if (left := left_in_english(pseudo_newsroom, path))} == {}


@pytest.mark.parametrize("path", [*(path.format(ending) for path in FEEDS for ending in FORMATS), *OTHERS])
def test_no_word_of_a_feed_or_a_file_is_beside_the_catalogues(pseudo_newsroom: Client, path: str) -> None:
    answer = pseudo_newsroom.get(path, follow_redirects=True)
    assert [
        left for text in words_of(answer) if (left := words_left(re.sub(r"<[^>]*>|\S+://\S+", " ", text), path))
    ] == []


def words_of(answer: TestResponse) -> Iterator[str]:
    """The texts for people in an answer."""
    if (answer.mimetype or "").endswith("json"):
        yield from words_of_json(answer.get_json(force=True))
    elif answer.mimetype == "text/plain":
        yield re.sub(r"^(?:User-agent|Disallow|Sitemap):.*", "", answer.text, flags=re.MULTILINE)
    else:
        for element in etree.fromstring(answer.data).iter(etree.Element):
            named = [element.get(name, "") for name in ("title", "label", "text")]
            yield from [element.text or "", *named] if etree.QName(element).localname not in NO_WORDS else named


def words_of_json(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        for name, part in value.items():
            yield from words_of_json(part) if name not in NO_WORDS else ()
    elif isinstance(value, list):
        for part in value:
            yield from words_of_json(part)
    elif isinstance(value, str):
        yield value


def left_in_english(client: Client, path: str) -> list[list[str]]:
    tree = html.fromstring(client.get(path).data)
    assert tree.get("lang") == PSEUDO, path
    for verbatim in tree.xpath("//code | //kbd | //script | //style | //*[@lang='fr'] | //time"):
        verbatim.drop_tree()
    said = [tree.text_content(), *tree.xpath("//@aria-label | //@placeholder | //@title | //@alt")]
    return [left for text in said if (left := words_left(text, path))]


def shown(client: Client, path: str) -> html.HtmlElement:
    return html.fromstring(client.get(path).data)


@pytest.fixture
def harbour(make_newsroom: MakeNewsroom) -> Client:
    return make_newsroom(
        {
            "newsroom.toml": 'title = "Port"\nlanguages = ["en", "fr", "ar"]\n',
            "a.md": release("Quay", "2026-01-15", lang="en", topics="[quays]"),
            "b.md": release("Quai", "2026-01-16", lang="fr", topics="[quays]"),
            "c.md": release("رصيف", "2026-01-17", lang="ar", topics="[quays]"),
        }
    ).client()


@pytest.mark.parametrize(
    ("path", "language"),
    [
        *(("/", "en"), ("/?lang=fr", "fr"), ("/?lang=fr&lang=en", "en"), ("/?lang=ar", "ar"), ("/?lang=%00", "en")),
        *(("/topics?lang=fr", "fr"), ("/feeds?lang=fr", "fr"), ("/search?lang=fr&q=quai", "fr"), ("/nothing", "en")),
        *(("/nothing?lang=fr", "fr"), ("/releases/a", "en"), ("/releases/b-fr", "fr"), ("/releases/a?lang=fr", "en")),
    ],
)
def test_a_page_speaks_the_language_of_its_address(harbour: Client, path: str, language: str) -> None:
    answers = [harbour.get(path, headers={"Accept-Language": tag}).data for tag in ("de", "fr")]
    assert answers[0] == answers[1]
    assert html.fromstring(answers[0]).get("lang") == language


def test_the_links_of_a_page_keep_its_language(harbour: Client) -> None:
    (french,) = shown(harbour, "/").xpath("//header//a[@hreflang='fr']/@href")
    assert french == "/?lang=fr"
    home = shown(harbour, french)
    assert home.xpath("//article//h3//text()") == ["Quai"]
    for page in (home, shown(harbour, "/releases/b-fr")):
        links = page.xpath("//header//nav//a[not(@hreflang)]/@href")
        assert links == ["/releases?lang=fr", "/topics?lang=fr", "/years?lang=fr", "/feeds?lang=fr"]
    assert "/topics/quays?lang=fr" in home.xpath("//a/@href")
    assert home.xpath("//form//input[@name='lang']/@value") == ["fr"]


@pytest.mark.parametrize(
    ("path", "named"),
    [
        *(("/releases", ["العربية", "Français"]), ("/releases?lang=fr", []), ("/releases?lang=ar", [])),
        *(("/search?q=quai+OR+quay&lang=fr&lang=en", ["Français"]), ("/releases/b-fr", [])),
    ],
)
def test_the_language_of_a_release_is_named_where_it_is_not_that_of_the_page(
    harbour: Client, path: str, named: list[str]
) -> None:
    assert shown(harbour, path).xpath("//p[@class='meta']/bdi[@class='language']/text()") == named


def test_where_a_language_has_no_catalogue_english_is_marked(harbour: Client) -> None:
    page = shown(harbour, "/releases/c-ar")
    assert (page.get("lang"), page.get("dir")) == ("ar", "rtl")
    (words,) = page.xpath("//p[@class='permanent']/bdi")
    assert (words.get("lang"), words.get("dir"), words.text) == ("en", "ltr", "Permanent address")


def test_days_numbers_and_plurals_are_those_of_the_language(harbour: Client) -> None:
    text = shown(harbour, "/releases?lang=fr").text_content()
    assert "16 janvier 2026" in text
    assert "1 communiqué" in text


def test_the_words_of_a_feed_are_in_its_language_and_its_ids_in_none(harbour: Client) -> None:
    french, all_of_it = (harbour.get(f"/search.json?q=quai{lang}").get_json(force=True) for lang in ("&lang=fr", ""))
    assert french["title"].startswith("Communiqués sur")
    assert [item["id"] for item in french["items"]] == [
        item["id"] for item in all_of_it["items"] if item["language"] == "fr"
    ]
