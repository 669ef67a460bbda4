"""The publisher's house around the newsroom: what newsroom.toml states of it, and what becomes of odd files."""

from __future__ import annotations

import re
from hashlib import sha256
from pathlib import Path

import pytest
from lxml import html
from werkzeug.test import Client

from feedsrv import newsroom_toml
from feedsrv.colours import DARK, LEAST, LIGHT, Ground, contrast, legible
from feedsrv.errors import NewsroomInvalid
from feedsrv.files.assets import LARGEST
from feedsrv.publishing.check import check
from feedsrv.web.look import Look
from feedsrv.web.middleware import HEADERS
from feedsrv.web.own_files import own_file
from tests.conftest import BASE_URL, NOW, MakeNewsroom, Newsroom, release

STATIC = Path(__file__).parent.parent / "feedsrv/web/static"
SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 120 40"><style>rect {fill: teal}</style><rect/></svg>'
PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x40\0\0\0\x20\x08\x02\0\0\0-\xff\xe9\xd3\0\0\0\0IEND\xaeB`\x82"
BRANDED = """
title = "Harbour museum"
languages = ["en", "fr"]

[appearance]
logo = "house/logo.svg"
logo_dark = "house/logo-dark.svg"
icon = "house/icon.png"
stylesheet = "house/house.css"
accent = "#005c5c"
accent_dark = "#5fd3d3"
notice = { en = "The ferry does not run today", fr = "Le bac ne circule pas aujourd’hui" }
notice_address = "/releases/ferry"

[appearance.header]
home = "https://www.museum.example/"

[appearance.foot]
imprint = "https://www.museum.example/imprint"
privacy = { address = { en = "https://www.museum.example/privacy", fr = "https://www.museum.example/fr/donnees" } }
tickets = { label = { en = "Buy tickets", fr = "Billetterie" }, address = "/releases/tickets" }

[appearance.social]
Mastodon = "https://social.example/@museum"
"""
NEWSROOM = newsroom_toml.parse(BRANDED)
CSS = ".masthead { letter-spacing: 0.01em; }"
HOUSE: dict[str, str | bytes] = {
    "house/logo.svg": SVG,
    "house/logo-dark.svg": SVG.replace("teal", "aqua"),
    "house/icon.png": PNG,
    "house/house.css": CSS,
}
FILES = {"newsroom.toml": BRANDED, "ferry.md": release("The ferry"), "bac.md": release("Le bac", lang="fr"), **HOUSE}


def page(client: Client, path: str = "/") -> html.HtmlElement:
    return html.document_fromstring(client.get(path).text, parser=html.HTMLParser(encoding="utf8"))


def link(page_: html.HtmlElement, text: str) -> str:
    return next(str(found.get("href")) for found in page_.iter("a") if found.text_content().strip() == text)


@pytest.fixture(scope="module")
def branded(tmp_path_factory: pytest.TempPathFactory) -> Client:

    newsroom = Newsroom(tmp_path_factory.mktemp("branded") / "newsroom")
    assert newsroom.publish(FILES).problems == ()
    return newsroom.client()


class TestPages:
    @pytest.mark.parametrize("path", ["/", "/releases", "/releases/ferry", "/topics", "/feeds", "/nowhere"])
    def test_every_page_is_in_the_publishers_house(self, branded: Client, path: str) -> None:
        shown = page(branded, path)
        assert "The ferry does not run today" in shown.find_class("announcement")[0].text_content()
        assert link(shown, "The ferry does not run today") == "/releases/ferry"
        assert link(shown, "museum.example") == "https://www.museum.example/"
        assert link(shown, "Imprint") == "https://www.museum.example/imprint"
        assert link(shown, "Privacy") == "https://www.museum.example/privacy"
        assert link(shown, "Buy tickets") == "/releases/tickets"
        assert [found.get("href") for found in shown.xpath("//a[@rel='me']")] == ["https://social.example/@museum"]
        assert shown.xpath("//header//picture//img/@alt") == ["Harbour museum" if path == "/" else ""]

    def test_it_speaks_the_language_of_the_page(self, branded: Client) -> None:
        shown = page(branded, "/?lang=fr")
        assert "Le bac ne circule pas" in shown.find_class("announcement")[0].text_content()
        assert link(shown, "Mentions légales") == "https://www.museum.example/imprint"
        assert link(shown, "Confidentialité") == "https://www.museum.example/fr/donnees"
        assert link(shown, "Billetterie") == "/releases/tickets"

    def test_paths_are_below_that_of_the_public_address(self, make_newsroom: MakeNewsroom) -> None:
        newsroom = make_newsroom(FILES)
        newsroom.settings = type(newsroom.settings)(
            releases=newsroom.releases, index=newsroom.root / "index", base_url=f"{BASE_URL}/press", has_base_url=True
        )
        assert link(page(newsroom.client(), "/press/"), "Buy tickets") == "/press/releases/tickets"

    @pytest.mark.parametrize(
        ("place", "media_type", "content"),
        [
            ("//header//img/@src", "image/svg+xml", SVG.encode()),
            ("//header//source/@srcset", "image/svg+xml", SVG.replace("teal", "aqua").encode()),
            ("//link[@rel='icon']/@href", "image/png", PNG),
        ],
    )
    def test_its_pictures_are_served_as_they_are_and_can_do_nothing(
        self, branded: Client, place: str, media_type: str, content: bytes
    ) -> None:
        (address,) = page(branded).xpath(place)
        answer = branded.get(address)
        assert (answer.status_code, answer.content_type, answer.data) == (200, media_type, content)
        assert answer.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
        assert "immutable" in answer.headers["Cache-Control"]
        assert sha256(content).hexdigest()[:8] in address
        older = re.sub(r"\.[0-9a-f]{8}\.", ".01234567.", address)
        assert "immutable" not in branded.get(older).headers["Cache-Control"]
        assert branded.get(older).data == content

    def test_the_style_sheet_is_one_with_its_colours_and_rules_last(
        self, branded: Client, make_newsroom: MakeNewsroom
    ) -> None:
        shown = page(branded)
        (address,) = shown.xpath("//link[@rel='stylesheet']/@href")
        style = branded.get(address).text
        assert style.startswith(make_newsroom({}).client().get("/static/newsroom.css").text)
        assert style.endswith(CSS)
        assert "--brand:#005c5c" in style
        assert f"--link:{legible('#005c5c', LIGHT)}" in style
        assert "--link:#5fd3d3" in style
        assert re.findall(r"@media ([a-z ]+)\S*\{:root", Look(NEWSROOM).dyes()) == ["screen", "screen and "]
        (of_feeds,) = re.findall(r'href="(/static/feed[^"]*)"', branded.get("/releases.atom").text)
        assert branded.get(of_feeds).text == own_file("feed.css").body.decode() + Look(NEWSROOM).dyes()

    def test_no_setting_changes_the_policy(self, branded: Client) -> None:
        for path in ("/", "/releases/ferry", *page(branded).xpath("//link[@rel='stylesheet']/@href")):
            assert branded.get(path).headers["Content-Security-Policy"] == HEADERS["Content-Security-Policy"]

    def test_feeds_and_programs_get_its_pictures(self, branded: Client) -> None:
        icon = BASE_URL + page(branded).xpath("//link[@rel='icon']/@href")[0]
        logo = BASE_URL + page(branded).xpath("//header//img/@src")[0]
        atom, rss = branded.get("/releases.atom").text, branded.get("/releases.rss").text
        assert f"<icon>{icon}</icon>" in atom
        assert f"<logo>{logo}</logo>" in atom
        assert f"<url>{icon}</url>" in rss
        json = branded.get("/releases.json").get_json()
        assert (json["icon"], json["favicon"]) == (icon, icon)
        assert icon in branded.get("/opensearch.xml").text
        assert branded.get("/favicon.ico").data == PNG
        article = page(branded, "/releases/ferry").xpath("string(//script)")
        assert f'"logo": "{logo}"' in article
        assert '"sameAs": ["https://social.example/@museum"]' in article


class TestPublishing:
    def test_a_change_of_any_file_is_another_page_with_another_tag(self, make_newsroom: MakeNewsroom) -> None:
        newsroom = make_newsroom(FILES)
        client = newsroom.client()
        for path, content in HOUSE.items():
            before = client.get("/").headers["ETag"]
            newsroom.publish({path: content})
            assert client.get("/").headers["ETag"] == before
            other = content.replace(b"\x40", b"\x41") if isinstance(content, bytes) else content + "\n"
            newsroom.publish({path: other})
            assert client.get("/").headers["ETag"] != before
            newsroom.publish({path: content})
            assert client.get("/").headers["ETag"] == before

    def test_what_nobody_has_any_more_goes(self, make_newsroom: MakeNewsroom) -> None:
        newsroom = make_newsroom(FILES)
        kept = newsroom.settings.index / "files"
        assert {path.name for path in kept.iterdir()} >= {sha256(SVG.encode()).hexdigest()}
        for number in range(2):
            newsroom.publish({"newsroom.toml": f'title = "Plain {number}"'})
        assert list(kept.iterdir()) == []
        assert "house" not in newsroom.client().get("/").text

    def test_an_index_made_anew_has_them_too(self, make_newsroom: MakeNewsroom) -> None:
        newsroom = make_newsroom(FILES)
        before = newsroom.client().get("/").data
        newsroom.publish(rebuild=True)
        assert newsroom.client().get("/").data == before

    def test_a_file_that_is_damaged_in_the_index_is_made_anew(self, make_newsroom: MakeNewsroom) -> None:
        newsroom = make_newsroom(FILES)
        kept = newsroom.settings.index / "files" / sha256(SVG.encode()).hexdigest()
        kept.chmod(0o600)
        kept.write_text("damaged", "utf8")
        newsroom.publish(rebuild=True)
        assert kept.read_text("utf8") == SVG


UNFIT = {
    "it is missing": (None, "newsroom.toml:6: logo is house/logo.svg, and there is no such file"),
    "it is too large": (b"<svg" + b" " * LARGEST, "house/logo.svg: this has more than 300,000 bytes"),
    "it is something else": (b"GIF89a", "house/logo.svg:1: this is no SVG"),
    "it is other XML": ("<p>No</p>", "house/logo.svg: this is no SVG"),
    "it has a script": (SVG.replace("<rect/>", "\n<script>alert(1)</script>"), "house/logo.svg:2: this has a <script>"),
    "it listens": (SVG.replace("<rect/>", '<rect onclick="alert(1)"/>'), "this has an onclick"),
    "it holds a page": (SVG.replace("<rect/>", "<foreignObject/>"), "this has a <foreignObject>"),
    "it leads elsewhere": (SVG.replace("<rect/>", '<a href="javascript:alert(1)"/>'), "this leads to 'javascript:"),
    "it draws elsewhere": (SVG.replace("teal", "url(https://elsewhere.example/x)"), "something from elsewhere"),
    "it has a style of its own": ('<?xml-stylesheet href="x.css"?>' + SVG, "this has an instruction"),
    "it declares entities": ('<!DOCTYPE svg [<!ENTITY a "b">]>' + SVG, "this declares entities"),
    "it animates a link": (
        SVG.replace("<rect/>", '<a href="#a"><set attributeName="href" to="javascript:alert(1)"/></a>'),
        "this changes where a link leads",
    ),
}


@pytest.mark.parametrize("name", UNFIT)
def test_a_file_that_is_not_fit_costs_itself_alone_and_is_named(make_newsroom: MakeNewsroom, name: str) -> None:
    content, complaint = UNFIT[name]
    files = {path: text for path, text in FILES.items() if path != "house/logo.svg"}
    newsroom = make_newsroom(files if content is None else {**files, "house/logo.svg": content})
    (told,) = newsroom.publish().problems
    assert complaint in str(told)
    checked = check(newsroom.catalogue, newsroom.index, newsroom.now, [], iter, "press.example.org").problems
    assert str(told) in map(str, checked)
    shown = page(newsroom.client())
    assert not shown.xpath("//header//img")
    assert shown.find_class("announcement")
    assert newsroom.client().get("/static/logo.01234567.svg").status_code == 404


@pytest.mark.parametrize(
    ("setting", "files", "complaint"),
    [
        ('stylesheet = "a.less"', {"a.less": "a {}"}, "a.less: this is no style sheet"),
        ('stylesheet = "a.css"', {"a.css": b"a \xff"}, "a.css: this is no style sheet"),
        ('stylesheet = "a.css"', {"a.css": "\n@import 'b.css';"}, "a.css:2: a style sheet may fetch nothing, and @imp"),
        ('stylesheet = "a.css"', {"a.css": "a { background: url( //b.example/c.png) }"}, "a.css:1: a style sheet may"),
        ('icon = "a.png"', {"a.png": SVG}, "a.png: this is not what its name says"),
        ('icon = "a.tiff"', {"a.tiff": b"II*\0"}, "a.tiff: the icon cannot be such a file"),
        ('accent = "#9ad"', {}, "newsroom.toml:2: accent #9ad has a contrast of 2.1:1 on the light ground, and text"),
        ('accent_dark = "#003366"', {}, "newsroom.toml:2: accent_dark #003366 has a contrast of 1.3:1 on the dark"),
    ],
)
def test_what_is_not_as_it_was_meant_is_told(
    make_newsroom: MakeNewsroom, setting: str, files: dict[str, str | bytes], complaint: str
) -> None:
    newsroom = make_newsroom({"newsroom.toml": f"[appearance]\n{setting}\n", "a.md": release(), **files})
    (told,) = newsroom.publish().problems
    assert complaint in str(told)
    assert newsroom.client().get("/").status_code == 200


def test_where_the_house_leads_nobody_is_told(make_newsroom: MakeNewsroom) -> None:
    newsroom = make_newsroom(
        {
            "newsroom.toml": 'languages = ["en", "fr"]\n[appearance]\nnotice = "Closed"\n'
            'notice_address = { en = "/releases/closed", fr = "/releases/ferme" }\n[appearance.foot]\n'
            'a = "/releases/A-Quay"\nb = "/releases/old"\nc = "/releases/soon#part"\nd = "/topics/none"\n',
            "a.md": release(slug="a-quay", aliases="[/releases/old]"),
            "ferme.md": release(lang="fr"),
            "soon.md": release(draft="true"),
        }
    )
    report = check(newsroom.catalogue, newsroom.index, NOW, [], iter)
    assert [(problem.line, problem.what) for problem in report.problems if problem.kind == "house-link"] == [
        (4, "/releases/closed leads to no release that is public"),
        (8, "/releases/soon#part leads to no release that is public"),
    ]


def test_nothing_outside_the_folder_is_served(make_newsroom: MakeNewsroom, tmp_path: Path) -> None:
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside/logo.svg").write_text(SVG, "utf8")
    newsroom = make_newsroom({"newsroom.toml": '[appearance]\nlogo = "house/logo.svg"\n', "a.md": release()})
    (newsroom.releases / "house").symlink_to(tmp_path / "outside")
    assert any(str(told).startswith("house/logo.svg: this is a link") for told in newsroom.publish().problems)
    (newsroom.releases / "house").unlink()
    newsroom.write({"house/other": ""})
    (newsroom.releases / "house/logo.svg").symlink_to(tmp_path / "outside/logo.svg")
    assert any(str(told).startswith("house/logo.svg: this is a link") for told in newsroom.publish().problems)


@pytest.mark.parametrize(
    ("setting", "complaint"),
    [
        ('logo = "../secret.svg"', "newsroom.toml:2: logo is '../secret.svg', which is no path within the folder"),
        ('logo = "/etc/logo.svg"', "newsroom.toml:2: logo is '/etc/logo.svg', which is no path within the folder"),
        ("logo = 3", "newsroom.toml:2: logo is 3"),
        ('accent = "red"', "newsroom.toml:2: accent is 'red'; write a colour like"),
        ('font = "Charter"', "newsroom.toml:2: appearance has no 'font'; it has logo, logo_dark, icon, stylesheet"),
        ('notice = "a\\nb"', "newsroom.toml:2: notice is 'a\\nb'; write a text on one line"),
        ("notice = { en = 3 }", "newsroom.toml:2: notice is {'en': 3}"),
        ('notice_address = "javascript:alert(1)"', "newsroom.toml:2: 'javascript:alert(1)' is no address"),
        ('foot = "https://a.example"', "newsroom.toml:2: foot is 'https://a.example'; write a table"),
        ('foot = { imprint = "//a.example" }', "newsroom.toml:0: '//a.example' is no address"),
        ('[appearance.foot]\nimprint = "a b"', "newsroom.toml:3: 'a b' is no address"),
        ("[appearance.foot]\nimprint = { label = 'a' }", "newsroom.toml:3: 'imprint' is {'label': 'a'}; write an"),
    ],
)
def test_a_setting_that_is_wrong_is_named_with_its_line(setting: str, complaint: str) -> None:
    with pytest.raises(NewsroomInvalid) as found:
        newsroom_toml.parse(f"[appearance]\n{setting}\n")
    (problem,) = found.value.problems
    assert complaint.replace("newsroom.toml:0", "newsroom.toml") in str(problem)


@pytest.mark.parametrize("ground", [LIGHT, DARK], ids=lambda ground: ground.scheme)
def test_any_colour_becomes_one_that_is_read_well(ground: Ground) -> None:
    style = (STATIC / "colours.css").read_text("utf8")
    assert f"--wash: {ground.colour};" in style
    for red in range(0, 256, 51):
        for green in range(0, 256, 51):
            for blue in range(0, 256, 51):
                stated = f"#{red:02x}{green:02x}{blue:02x}"
                used = legible(stated, ground)
                assert contrast(used, ground.colour) >= LEAST
                assert used == stated or contrast(stated, ground.colour) < LEAST


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [("#000", "#ffffff", 21), ("#fff", "#fff", 1), ("#777777", "#ffffff", 4.48), ("#0000ff", "#ffffff", 8.59)],
)
def test_contrast_is_that_of_wcag(one: str, other: str, expected: float) -> None:
    assert contrast(one, other) == contrast(other, one) == pytest.approx(expected, abs=0.01)
