"""Languages: which one a release is in, which others it is there in, and what readers are told of both."""

from __future__ import annotations

import pytest

from feedsrv import readers
from feedsrv.newsroom import Newsroom
from feedsrv.reading import Reading
from tests.conftest import release

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
