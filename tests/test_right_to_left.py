"""Right to left: a page in Arabic runs from the right, and what is English on it, and no more, is marked so."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from lxml import html
from werkzeug.test import Client

from feedsrv import web
from tests.conftest import MakeNewsroom, release

NEWSROOM = {
    "newsroom.toml": 'title = "مرصد الميناء"\ndescription = "كل البيانات"\nlanguages = ["ar", "en"]\n'
    'contact = "+00 11 22"\n\n[topics.t1]\nlabel = { ar = "الأرصفة", en = "Quays" }\nmatch = ["رصيف"]\n',
    "1.md": release(
        *("رصيف جديد (1)", "2018-03-23", "افتتح رصيف اليوم."),
        lang="ar",
        updated="2018-03-25",
        corrections="[{date: 2018-03-24, text: خطأ}]",
        reference="م-7/2018",
        source="https://example.net/a",
    )
    + "\n## Contacts\n\nليلى، +00 11 22 33 44, l@example.org\n",
    "2.md": release("رصيف آخر", "2019-03-23", "نص عن الرصيف.", lang="ar", topics="[t1]"),
    "3.md": release("سفن", "2020-04-01", "كلمات.", lang="ar", withdrawn="2020-05-01", slug="n3"),
    "4.md": release("Quay", "2020-05-01", "Words on a quay.", lang="en"),
}
PAGES = (
    *("/", "/releases", "/topics", "/topics/t1", "/years", "/years/2018", "/feeds", "/search", "/search/help"),
    *("/releases/1", "/releases/3", "/releases/nothing", "/nothing", "/releases?page=9", "/search?q=سمك"),
    *(
        "/search?q=رصيف&topic=t1&sort=newest",
        "/releases?lang=ar",
        "/search?lang=ar&q=رصيف+سمك",
        "/search?from=2019&to=2018",
    ),
)
LATIN, ARABIC = re.compile(r"[A-Za-z]{2,}"), re.compile(r"[\u0621-\u064a]{2,}")
STYLES = Path(web.__file__).parent / "static"
NAMES = {"Atom", "RSS", "JSON", "Feed", "PDF"}
"""What is called so in every language."""


@pytest.fixture(scope="module")
def harbour(make_lasting: MakeNewsroom) -> Client:
    return make_lasting(NEWSROOM).client()


def language(element: html.HtmlElement) -> str:
    return str(element.xpath("(ancestor-or-self::*[@lang])[last()]/@lang")[0])


def direction(element: html.HtmlElement) -> str:
    return str(element.xpath("(ancestor-or-self::*[@dir or self::bdi])[last()]")[0].get("dir", "auto"))


def texts(tree: html.HtmlElement) -> Iterator[tuple[html.HtmlElement, str]]:
    """Each text that is shown, with the element that it is in."""
    for text in tree.xpath("//text()"):
        parent = text.getparent()
        element = parent if text.is_text else parent.getparent()
        if not element.xpath("ancestor-or-self::*[self::code or self::kbd or self::script or self::title]"):
            yield element, str(text)


@pytest.mark.parametrize("path", PAGES)
def test_a_page_runs_from_the_right_and_only_what_is_english_is_marked_as_english(harbour: Client, path: str) -> None:
    tree = html.fromstring(harbour.get(path).data)
    assert (tree.get("lang"), tree.get("dir")) == ("ar", "rtl")
    for element, text in texts(tree):
        if [word for word in LATIN.findall(text) if word not in NAMES]:
            assert language(element) == "en", text
            assert direction(element) in {"ltr", "auto"}, text
        elif ARABIC.search(text):
            assert language(element) == "ar" or direction(element) == "auto", text
    assert [value for value in tree.xpath("//@*") if "<" in value] == []
    assert "&lt;" not in harbour.get(path).text


def words(text: str) -> str:
    """A text in Arabic that begins with a Latin name; by its first letter it would run from the left."""
    return f"CNES {text}"


MIXED = {
    "newsroom.toml": f"""title = "{words("الميناء")}"
description = "{words("كل البيانات")}"
publisher = "{words("المركز")}"
contact = "{words("ليلى")}"
languages = ["ar", "en"]
[topics.t1]
label = {{ ar = "{words("أرصفة")}" }}
match = ["رصيف"]
[appearance]
notice = "{words("تنبيه")}"
[appearance.header]
a = {{ label = {{ ar = "{words("رابط")}" }}, address = "https://example.net/" }}
""",
    "1/index.md": release(
        *(words("رصيف جديد (1)"), "2018-03-23", f"{words('افتتح رصيف اليوم.')} مرة أخرى."),
        lang="ar",
        updated="2018-03-25",
        corrections=f"[{{date: 2018-03-24, text: {words('خطأ')}}}]",
        contacts=f"[{{name: '{words('ليلى')}', role: '{words('مسؤولة')}', phone: 01 02 03}}]",
        slug="one",
    ),
    "2.md": release(words("رصيف آخر"), "2019-03-23", words("نص عن الرصيف."), lang="ar", slug="two"),
    "3.md": release("سفن", "2020-04-01", "نص.", lang="ar", withdrawn="2020-05-01", reason=words("خطأ"), slug="three"),
}
OF_MIXED = (
    *("/", "/releases", "/topics", "/topics/t1", "/years/2018", "/feeds", "/search?q=رصيف&topic=t1", "/search?q=سمك"),
    *("/releases/one", "/releases/two", "/releases/three", "/nothing", "/search/help", "/releases?lang=ar"),
)


@pytest.fixture(scope="module")
def mixed(make_lasting: MakeNewsroom) -> Client:
    return make_lasting(MIXED).client()


@pytest.mark.parametrize("path", OF_MIXED)
def test_arabic_that_begins_with_a_latin_name_runs_from_the_right(mixed: Client, path: str) -> None:
    tree = html.fromstring(mixed.get(path).data)
    shown = [(element, text) for element, text in texts(tree) if "CNES" in text and ARABIC.search(text)]
    assert len(shown) >= 3
    assert [text for element, text in shown if direction(element) != "rtl" and language(element) != "en"] == []
    assert tree.xpath("//h1[@dir='auto']") == []


def test_a_colon_that_leads_to_something_stands_on_its_side(mixed: Client) -> None:
    tree = html.fromstring(mixed.get("/releases/one").data)
    led = {mark.text_content(): str(mark.tail)[:1] for mark in tree.xpath("//bdi[@lang='en']")}
    leads = ("Correction, 24 March 2018", "Permanent address", "Copy as", "Contact")
    assert [led.get(lead) for lead in leads] == [":"] * len(leads)


def test_no_style_tells_left_from_right() -> None:
    """What does is not turned round with the page: CSS has logical names for all of it."""
    style = "".join(path.read_text("utf8") for path in STYLES.rglob("*.css"))
    words = r"-(?:left|right)\b|(?<![-\w])(?:left|right)\s*:|:\s*(?:left|right)\b|border-radius:[^;]*\d\S*\s+\S*\d"
    four = r"(?:margin|padding|inset): [^\s;]+ ([^\s;]+) [^\s;]+ (?!\1;)[^\s;]+;"
    assert ":root" in style
    assert [said[0] for said in re.finditer(f"{words}|{four}", re.sub(r"/\*.*?\*/", "", style, flags=re.DOTALL))] == []
