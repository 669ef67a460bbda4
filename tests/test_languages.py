"""Languages: which one a release is in, which others it is there in, and what readers are told of both."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta

import feedparser
import pytest
from babel import Locale
from lxml import etree
from werkzeug.test import Client

from feedsrv import readers
from feedsrv.newsroom import Newsroom
from feedsrv.reading import Reading
from feedsrv.text import analysis, stems
from feedsrv.text.stopwords import STOPWORDS
from tests.conftest import BASE_URL, NOW, MakeNewsroom, release

Make = Callable[..., Client]

BOTH = Newsroom(languages=("en", "fr"))

TEXTS = {
    "da": "Broen åbner på fredag, og det er ikke kun for biler. Stien mellem de to sider bruges nu også af gående, "
    "efter at den blev gjort meget bredere, og der har været et stort ønske om mere plads.",
    "de": "Die Brücke wird am Freitag eröffnet, und das nicht nur für Autos. Der Weg ist auch für Fußgänger gedacht, "
    "die von dem anderen Ufer in die Stadt kommen.",
    "en": "The bridge opens on Friday, and it is not for cars alone: this was the wish of those who have to walk to "
    "the town from the other bank of the river.",
    "es": "El puente se abre el viernes y no es para los coches: las personas de la otra orilla del río lo han pedido "
    "para ir al centro como antes, entre otras cosas.",
    "fi": "Silta avataan perjantaina, ja se ei ole vain autoille. Joen toisella puolella asuvat ovat toivoneet, että "
    "myös kävelijä voi käyttää sitä, kun hän tulee kaupunkiin.",
    "fr": "Le pont ouvre vendredi, et ce n'est pas pour les voitures : les habitants de l'autre rive, qui vont au "
    "centre à pied, sont les premiers servis par cette voie.",
    "hu": "A híd pénteken nyílik meg, és nem csak az autóké. Már régen kérték, hogy gyalog is át lehessen menni, "
    "mint más városban, és ez most egy ok az ünnepre.",
    "it": "Il ponte apre venerdì e non è solo per le auto: gli abitanti della riva opposta sono i primi che lo usano "
    "per arrivare nel centro, anche a piedi, con una passerella.",
    "nl": "De brug gaat vrijdag open, en niet alleen voor auto's. Het pad wordt ook door voetgangers gebruikt die van "
    "de andere oever naar het centrum lopen, zijn de plannen.",
    "no": "Broen åpner på fredag, og det er ikke bare for biler. Stien mellom de to sidene brukes nå også av gående, "
    "etter at den ble gjort mye bredere, og folk gleder seg til mer plass.",
    "pl": "Most otwiera się w piątek i nie jest to droga tylko dla aut. Kładka, która za rzeką prowadzi do centrum, "
    "jest dla pieszych oraz rowerów, jak od dawna chcieli, na co dzień.",
    "pt": "A ponte abre na sexta e não é apenas para os carros: as pessoas da outra margem são as primeiras que a usam "
    "para ir ao centro, por uma via feita no ano passado.",
    "ro": "Podul se deschide vineri și nu este numai pentru mașini: cei care vin din cealaltă parte au cerut o cale "
    "pentru biciclete, iar drumul a fost gata la timp, cu bani din fonduri.",
    "ru": "Мост откроют в пятницу, и не только для машин. Он был нужен тем, кто живёт на другом берегу, и это путь "
    "для пешеходов, как и для велосипедов из города.",
    "sv": "Bron öppnar på fredag, och den är inte bara för bilar. Det har länge varit ett önskemål att man också ska "
    "kunna gå eller cykla från andra sidan av ån.",
}


def read(source: str = "a.md", text: str = "", newsroom: Newsroom = BOTH) -> Reading:
    return readers.read(source, (text or release()).encode(), newsroom)


@pytest.mark.parametrize("language", TEXTS)
def test_two_sentences_tell_their_language_among_all(language: str) -> None:
    text = f"# 2026\n\n{TEXTS[language]}\n"
    assert read(text=text, newsroom=Newsroom()).release.language == language


@pytest.mark.parametrize("language", TEXTS)
def test_two_sentences_tell_their_language_where_it_is_one_of_two(language: str) -> None:
    text = f"# 2026\n\n{TEXTS[language]}\n"
    newsroom = Newsroom(languages=("fr" if language == "en" else "en", language))
    assert read(text=text, newsroom=newsroom).release.language == language


@pytest.mark.parametrize(
    ("stated", "language"),
    [
        ("fr", "fr"),
        ("FR", "fr"),
        ("fr-CA", "fr"),
        ("fr_FR.UTF-8", "fr"),
        ("Français", "fr"),
        ("francais", "fr"),
        ("French", "fr"),
        ("fra", "fr"),
        ("Deutsch", "de"),
        ("english", "en"),
        ("中文", "zh"),
        ("Čeština", "cs"),
        ("Turkish", "tr"),
        ("pt-BR", "pt"),
        ("nb", "nb"),
    ],
)
def test_a_language_is_stated_as_a_tag_a_locale_or_a_name(stated: str, language: str) -> None:
    reading = read(text=release(lang=stated))
    assert (reading.release.language, reading.problems) == (language, ())


def test_what_is_stated_goes_by_the_name_that_the_newsroom_has_for_it() -> None:
    newsroom = Newsroom(languages=("en", "pt-BR", "pt"))
    spoken = {tag: read(text=release(lang=tag), newsroom=newsroom).release.language for tag in ("pt", "pt-br", "pt-AO")}
    assert spoken == {"pt": "pt", "pt-br": "pt-BR", "pt-AO": "pt-BR"}


@pytest.mark.parametrize(
    ("source", "language"),
    [
        ("launch.fr.md", "fr"),
        ("launch.fr-ca.md", "fr"),
        ("FR/launch.md", "fr"),
        ("fr_CA/launch.md", "fr"),
        ("press/fr/2018/launch.md", "fr"),
        ("en/launch.fr.md", "fr"),
        ("fr-news/launch.md", "en"),
        ("de/launch.md", "en"),
    ],
)
def test_names_and_folders_tell_the_languages_of_the_newsroom(source: str, language: str) -> None:
    assert read(source).release.language == language


@pytest.mark.parametrize(("source", "language"), [("fr/a.md", "fr"), ("a.pt-BR.md", "pt"), ("ca/a.md", "en")])
def test_where_the_newsroom_states_none_names_tell_well_known_languages(source: str, language: str) -> None:
    assert read(source, newsroom=Newsroom()).release.language == language


def are_siblings(*files: tuple[str, str]) -> bool:
    one, other = (set(read(source, text).release.translation_keys) for source, text in files)
    return not one.isdisjoint(other)


def with_number(reference: str, language: str) -> str:
    return release(ref=reference, lang=language)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("launch.en.md", ""), ("launch.fr.md", "")),
        (("launch.md", ""), ("launch.fr.md", "")),
        (("2018/launch/index.md", ""), ("2018/launch/index.fr.md", "")),
        (("launch/index.md", ""), ("launch.fr.html", "<p>Le pont</p>")),
        (("en/2018/launch.md", ""), ("fr/2018/launch.md", "")),
        (("news/en-gb/launch.md", ""), ("news/FR/Launch.md", "")),
        (("launch/en/index.md", ""), ("launch/fr/index.md", "")),
        (("en/2018/launch.md", release(slug="mars")), ("fr/2018/lancement.md", release(slug="mars"))),
        (("a.md", release(slug="mars")), ("a.fr.md", "")),
        (("2017/a.md", release(translationKey="Mars")), ("2018/b.md", release(translation_key="Mars", lang="fr"))),
        (("a.md", with_number("PR039-2018", "en")), ("b.md", with_number("CP 39/2018", "fr"))),
        (("x/a.md", with_number("IP/18/2231", "en")), ("y/b.md", with_number("IP-18-2231", "fr"))),
        (("en/a.md", with_number("12/2018", "en")), ("fr/b.md", with_number("12/2018", "fr"))),
    ],
)
def test_translations_have_a_key_in_common(one: tuple[str, str], other: tuple[str, str]) -> None:
    assert are_siblings(one, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("2017/update.md", ""), ("2018/update.fr.md", "")),
        (("2017/en/index.md", ""), ("2018/fr/index.md", "")),
        (("2017/a/index.md", ""), ("2018/b/index.fr.md", "")),
        (("en/index.md", ""), ("fr/index.md", "")),
        (("2017/a.md", release(slug="mars")), ("2018/b.fr.md", release(slug="mars"))),
        (("a.md", release(translationKey="x")), ("a.fr.md", release(translationKey="y"))),
        (("a.md", release(translationKey="x")), ("a.fr.md", "")),
        (("a.md", with_number("PR039-2017", "en")), ("b.md", with_number("CP039-2018", "fr"))),
        (("lyon/a.md", with_number("12/2018", "en")), ("metz/b.md", with_number("12/2018", "fr"))),
        (("a.md", with_number("PR7", "en")), ("b.md", with_number("CP7", "fr"))),
        (("a.md", with_number("PR039-2018", "fr")), ("b.md", with_number("CP039-2018", "fr"))),
    ],
)
def test_what_only_looks_like_a_translation_has_not(one: tuple[str, str], other: tuple[str, str]) -> None:
    assert not are_siblings(one, other)


BRIDGE = {
    "newsroom.toml": 'languages = ["en", "fr", "ar"]',
    "bridge.md": release("The bridge opens"),
    "bridge.fr.md": release("Le pont ouvre"),
    "bridge.ar.md": release("CNES الجسر", body="CNES يفتح الجسر"),
    "alone.md": release("Something else"),
}


def heads(page: str) -> list[tuple[str, str]]:
    """The versions in other languages that the head of a page names."""
    links = etree.fromstring(page.encode(), etree.HTMLParser(encoding="utf-8")).iterfind("head/link[@hreflang]")
    return [(link.get("hreflang", ""), link.get("href", "")) for link in links]


def choices(page: str) -> list[tuple[str, str]]:
    """The versions in other languages that readers of a page are offered."""
    links = etree.fromstring(page.encode(), etree.HTMLParser(encoding="utf-8")).iterfind(".//main//a[@hreflang]")
    return [("".join(link.itertext()), link.get("href", "")) for link in links]


def test_the_page_of_a_release_leads_to_its_translations(newsroom: Make) -> None:
    client = newsroom(BRIDGE)
    page = client.get("/releases/bridge").text
    assert choices(page) == [("العربية", "/releases/bridge-ar"), ("Français", "/releases/bridge-fr")]
    assert heads(page) == [
        ("en", f"{BASE_URL}/releases/bridge"),
        ("ar", f"{BASE_URL}/releases/bridge-ar"),
        ("fr", f"{BASE_URL}/releases/bridge-fr"),
    ]
    assert choices(client.get("/releases/bridge-fr").text)[1] == ("English", "/releases/bridge")


def test_a_release_without_translations_speaks_of_none(newsroom: Make) -> None:
    page = newsroom(BRIDGE).get("/releases/alone").text
    assert (choices(page), heads(page)) == ([], [])
    assert "Also in" not in page


def test_a_translation_is_told_of_when_it_is_public_and_never_before(make_newsroom: MakeNewsroom) -> None:
    def answers() -> list[bytes]:
        client = newsroom.client()
        return [client.get(path).data for path in ("/releases/bridge", "/releases.atom", "/releases.json")]

    opens = (NOW + timedelta(hours=1)).isoformat()
    newsroom = make_newsroom({"newsroom.toml": 'languages = ["en", "fr"]', "bridge.md": BRIDGE["bridge.md"]})
    before = answers()
    newsroom.publish({"bridge.fr.md": release("Le pont ouvre", embargo=opens)})
    assert answers() == before
    newsroom.now = datetime.fromisoformat(opens)
    newsroom.publish()
    assert choices(newsroom.client().get("/releases/bridge").text) == [("Français", "/releases/bridge-fr")]
    newsroom.publish({"bridge.fr.md": release("Le pont ouvre", withdrawn="2026-01-20")})
    assert answers() == before


@pytest.mark.parametrize(("extension", "path"), [("atom", "a:entry"), ("rss", "channel/item")])
def test_feeds_lead_to_translations_and_every_reader_opens_the_release_itself(
    newsroom: Make, extension: str, path: str
) -> None:
    document = newsroom(BRIDGE).get(f"/releases.{extension}?lang=en").data
    names = {"a": "http://www.w3.org/2005/Atom"}
    entries = etree.fromstring(document).findall(path, names)
    related = [[dict(link.attrib) for link in entry.findall("a:link[@rel='related']", names)] for entry in entries]
    assert sorted(related, key=len) == [
        [],
        [
            {
                "rel": "related",
                "href": f"{BASE_URL}/releases/bridge-{language}",
                "type": "text/html",
                "hreflang": language,
                "title": title,
            }
            for language, title in (("ar", "CNES الجسر"), ("fr", "Le pont ouvre"))
        ],
    ]
    opened = {entry.link for entry in feedparser.parse(document).entries}
    assert opened == {f"{BASE_URL}/releases/bridge", f"{BASE_URL}/releases/alone"}


def test_programs_learn_the_translations_of_each_item(newsroom: Make) -> None:
    items = json.loads(newsroom(BRIDGE).get("/releases.json").data)["items"]
    told = {item["_feedsrv"]["release"]: item["_feedsrv"].get("translations") for item in items}
    assert told["alone"] is None
    assert told["bridge-fr"] == [
        {"language": "ar", "url": f"{BASE_URL}/releases/bridge-ar"},
        {"language": "en", "url": f"{BASE_URL}/releases/bridge"},
    ]


@pytest.mark.parametrize(
    ("address", "language", "of_entries"),
    [
        ("/releases", "en", {None, "fr", "ar"}),
        ("/releases?lang=fr", "fr", {None}),
        ("/releases?lang=ar&lang=fr", "en", {"fr", "ar"}),
        ("/search?lang=fr&q=pont", "fr", {None}),
    ],
)
def test_a_feed_in_one_language_says_so_and_an_entry_where_it_differs(
    newsroom: Make, address: str, language: str, of_entries: set[str | None]
) -> None:
    client = newsroom(BRIDGE)
    path, _, query = address.partition("?")
    atom, rss, item = (client.get(f"{path}.{format_}?{query}").data for format_ in ("atom", "rss", "json"))
    lang = "{http://www.w3.org/XML/1998/namespace}lang"
    feed, channel = etree.fromstring(atom), etree.fromstring(rss)[0]
    assert (feed.get(lang), channel.findtext("language"), json.loads(item)["language"]) == (language,) * 3
    assert {entry.get(lang) for entry in feed.iterfind("{*}entry")} == of_entries
    assert {entry.get(lang) for entry in channel.iterfind("item")} == of_entries


def test_arabic_runs_from_the_right_whatever_letter_it_begins_with(newsroom: Make) -> None:
    client = newsroom(BRIDGE)
    page = client.get("/releases/bridge-ar").text
    assert '<h1 lang="ar" dir="rtl">' in page
    assert '<div class="text" lang="ar" dir="rtl">' in page
    assert '<h1 lang="fr" dir="auto">' in client.get("/releases/bridge-fr").text
    contents = {
        item["language"]: item["content_html"] for item in json.loads(client.get("/releases.json").data)["items"]
    }
    assert contents["ar"].startswith('<div dir="rtl">')
    assert contents["ar"].endswith("</div>")
    assert contents["fr"].startswith("<p>")


@pytest.mark.parametrize("extension", ["atom", "rss", "json"])
@pytest.mark.parametrize(
    ("title", "ends"),
    [
        ("Turned \u202eround", "\u202c"),
        ("Isolated \u2067twice \u202b", "\u202c\u2069"),
        ("Closed \u2067\u202bat once\u2069", ""),
        ("Closed \u202btoo\u202c", ""),
        ("Never opened\u202c\u2069", ""),
        ("Marked\u200f only", ""),
    ],
)
def test_a_title_turns_the_direction_of_nothing_after_it(newsroom: Make, title: str, ends: str, extension: str) -> None:
    client = newsroom({"a.md": release(title)})
    assert feedparser_title(client.get(f"/releases.{extension}").data) == title + ends
    assert f"<bdi>{title}</bdi></h1>" in client.get("/releases/a").text


def feedparser_title(document: bytes) -> str:
    if document.startswith(b"{"):
        return str(json.loads(document)["items"][0]["title"])
    return str(feedparser.parse(document).entries[0].title)


@pytest.mark.parametrize("language", sorted(stems.KEEP_BEGINNINGS))
def test_words_begin_like_their_stems_where_that_is_relied_on(language: str) -> None:
    locale = Locale.parse({"no": "nb"}.get(language, language))
    names = [*locale.territories.values(), *locale.languages.values(), *locale.currencies.values()]
    words = {form for name in (*names, STOPWORDS.get(language, "")) for form in analysis.forms(str(name))}
    assert len(words) > 500
    for form in {*words, "dying", "lying", "tying"}:
        stem = stems.stem(form, language)
        assert stems.has_stem_of(form, language, {stem}, {stems.beginning(stem)})
