"""Pages for everybody: axe-core, html-validate and the W3C's checker (vnu) find nothing to mend on any kind of page.

In a real browser, light and dark, wide and narrow, and in forced colours; with scripts of ours switched off, for there
are none. The programs are locked in ``tests/pages``, and what is not here is named where it did not run.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from lxml import html
from selenium.webdriver import Chrome
from werkzeug.serving import make_server

from feedsrv.settings import Settings
from feedsrv.web import create_app
from tests.browsing import chromium
from tests.conftest import Newsroom, release
from tests.running import free_port, install_packages
from tests.test_appearance import BRANDED, HOUSE

pytestmark = pytest.mark.slow

PROGRAMS = Path(__file__).parent / "pages"
BODY = """The **harbour museum** opens on Sundays, says its [director](https://www.museum.example/director).

## What is on show

* a ferry of 1911
* a dredger

| day | hours |
|---|---|
| Sunday | 10 to 18 |

> Everybody is welcome.

![The ferry in the dock](ferry.png)

Press contact: Ada Lovelace, ada@museum.example, +44 20 7946 0999
"""
FILES: dict[str, str | bytes] = {
    **HOUSE,
    "newsroom.toml": BRANDED.replace('["en", "fr"]', '["en", "fr", "ar"]')
    + '[topics.museum]\nlabel = "Museum"\nmatch = ["museum"]\n[topics.ferries]\nmatch = ["ferry"]\n',
    "opening/index.md": release(
        "The museum opens on Sundays",
        body=BODY,
        reference="PR012-2026",
        updated="2026-02-01",
        key="opening",
        corrections="[{date: 2026-02-01, text: It opens at ten}]",
    ),
    "opening/ferry.png": HOUSE["house/icon.png"],
    "opening/plan.pdf": b"%PDF-1.4 a plan",
    "musee.md": release("Le musée ouvre le dimanche", body="Le musée du port ouvre le dimanche.", lang="fr"),
    "arabic.md": release("المتحف يفتح أيام الأحد", body="يفتح متحف الميناء أبوابه أيام الأحد.", lang="ar"),
    "gone.md": release("The ferry race", withdrawn="2026-10-20", reason="It does not take place."),
    **{
        f"more-{year}-{month}.md": release(f"The museum in {year}, {month}", date=f"{year}-{month:02}-03")
        for year in range(2012, 2027)
        for month in (3, 9)
    },
}
PATHS = (
    *("/", "/?lang=fr", "/?lang=ar", "/releases", "/releases?page=2&limit=10", "/releases/PR012-2026"),
    *("/releases/musee-fr", "/releases/arabic-ar", "/releases/gone", "/topics", "/topics/museum", "/years"),
    *(
        "/years/2026",
        "/search?q=museum",
        "/search?q=museum&topic=museum&year=2026",
        "/search?q=zeppelin",
        "/search",
        "/search/help",
    ),
    *("/feeds", "/nowhere"),
)
"""A page of each kind."""
ALL, OF_COLOUR_AND_SIZE = (
    ("wcag2a", "wcag2aa", "wcag2aaa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"),
    ("color-contrast", "color-contrast-enhanced", "link-in-text-block", "scrollable-region-focusable", "target-size"),
)
"""What axe looks at: the tags of rules, and the rules whose answer depends on colours and on the width alone."""
LIGHT, DARK = {"prefers-color-scheme": "light"}, {"prefers-color-scheme": "dark"}
CONDITIONS = {
    "light, 1280": (LIGHT, 1280, ALL),
    "light, 360": (LIGHT, 360, OF_COLOUR_AND_SIZE),
    "dark, 1280": (DARK, 1280, OF_COLOUR_AND_SIZE),
    "dark, 360": (DARK, 360, ALL),
    "forced colours, 360": ({**DARK, "forced-colors": "active"}, 360, OF_COLOUR_AND_SIZE),
}
_AXE = """
const [looked, tell] = arguments;
axe.run(document, {
  runOnly: looked,
  rules: {"color-contrast-enhanced": {enabled: true}},
  resultTypes: ["violations"],
}).then(found => tell(found.violations.flatMap(
  rule => rule.nodes.map(node => `${rule.id}: ${node.target} ${node.html}`)
)));
"""


@dataclass
class Site:
    """A newsroom that is served by a thread."""

    url: str
    pages: dict[str, bytes]
    missing: bytes


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    newsroom = Newsroom(tmp_path_factory.mktemp("everybody") / "newsroom")
    newsroom.publish(FILES)
    port = free_port()
    url = f"http://localhost:{port}"
    app = create_app(newsroom.index, Settings(index=newsroom.settings.index, base_url=url, has_base_url=True))
    server = make_server("127.0.0.1", port, app, threaded=True)
    Thread(target=server.serve_forever).start()
    client = app.test_client()
    yield Site(
        url,
        {path: client.get(path, base_url=url).data for path in PATHS},
        client.get("/news/ferry-race_1911.html", base_url=url).data,
    )
    server.shutdown()


@pytest.fixture(scope="module")
def programs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder in which the locked packages are installed."""
    folder = tmp_path_factory.mktemp("programs")
    install_packages(PROGRAMS, folder)
    return folder


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chrome]:
    yield from chromium(tmp_path_factory.mktemp("profile"))


@pytest.fixture(scope="module")
def saved(site: Site, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the pages as files."""
    folder = tmp_path_factory.mktemp("saved")
    for number, (path, page) in enumerate(site.pages.items()):
        name = "".join(letter if letter.isalnum() else "-" for letter in path)
        (folder / f"{number:02}{name}.html").write_bytes(page)
    return folder


@pytest.mark.parametrize("path", PATHS)
def test_axe_finds_no_violation(site: Site, browser: Chrome, programs: Path, path: str) -> None:
    axe = (programs / "node_modules/axe-core/axe.min.js").read_text("utf8")
    found = {}
    browser.get(site.url + path)
    browser.execute_script(axe)
    for name, (features, width, looked) in CONDITIONS.items():
        named = [{"name": feature, "value": value} for feature, value in features.items()]
        browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": named})
        metrics = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
        browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
        if violations := browser.execute_async_script(_AXE, looked):
            found[name] = violations
    assert found == {}


_SMALL = """
return [...document.querySelectorAll("a, button, input:not([type=hidden]), summary")].flatMap(target => {
  const isInSentence = [...target.parentNode.childNodes].some(node => node.nodeType === 3 && node.textContent.trim());
  const {width, height} = target.getBoundingClientRect();
  return !isInSentence && !target.matches(".skip, .text a, h2 a, h3 a") && width && height && height < 43.5
    ? [`${height} ${target.outerHTML}`] : [];
});
"""


@pytest.mark.parametrize("path", ["/", "/releases/PR012-2026", "/search?q=museum&topic=museum&year=2026", "/feeds"])
def test_what_is_tapped_is_large_enough_for_a_thumb(site: Site, browser: Chrome, path: str) -> None:
    metrics = {"width": 360, "height": 800, "deviceScaleFactor": 2, "mobile": True}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    browser.execute_cdp_cmd("Emulation.setTouchEmulationEnabled", {"enabled": True})
    browser.get(site.url + path)
    found = browser.execute_script(_SMALL)
    browser.execute_cdp_cmd("Emulation.setTouchEmulationEnabled", {"enabled": False})
    assert found == []


def test_every_page_that_is_indexed_has_a_description_of_its_own(site: Site) -> None:
    described: dict[str, str] = {}
    for path, page in site.pages.items():
        shown = html.document_fromstring(page)
        (described[path],) = shown.xpath("//meta[@name='description' or @name='robots']/@content")
    indexed = [text for text in described.values() if "noindex" not in text]
    assert len(indexed) > len(PATHS) / 2
    assert all(len(text) >= len("Press releases") for text in indexed)


def test_a_page_is_three_requests_and_no_script(site: Site) -> None:
    for page in site.pages.values():
        shown = html.document_fromstring(page)
        assert shown.xpath("//script[not(@type='application/ld+json')]") == []
        assert len(shown.xpath("//link[@rel='stylesheet' or @rel='icon']")) == 2


def test_what_is_not_there_is_looked_for(site: Site) -> None:
    shown = html.document_fromstring(site.missing)
    assert shown.xpath("string(//h1)") == "This page is not there"
    assert shown.xpath("//form[@role='search']//input[@type='search']/@value") == ["ferry race 1911"]


def test_html_validate_finds_no_error(saved: Path, programs: Path) -> None:
    command = ["node", "node_modules/html-validate/bin/html-validate.mjs", "--formatter", "json=found.json"]
    command += ["--config", "htmlvalidate.json", *map(str, sorted(saved.iterdir()))]
    ran = subprocess.run(command, cwd=programs, capture_output=True, text=True, timeout=60, check=False)
    assert (programs / "found.json").exists(), ran.stderr
    reports: list[dict[str, Any]] = json.loads((programs / "found.json").read_text("utf8"))
    assert [
        f"{Path(report['filePath']).name}:{told['line']}: {told['message']} ({told['ruleId']})"
        for report in reports
        for told in report["messages"]
    ] == []


def test_vnu_finds_no_error(saved: Path, programs: Path) -> None:
    java = shutil.which("java")
    if not java:
        pytest.skip("vnu did not run: java is not installed")
    command = [java, "-Xss4m", "-jar", "node_modules/vnu-jar/build/dist/vnu.jar", "--format", "json"]
    command += ["--stdout", *map(str, sorted(saved.iterdir()))]
    ran = subprocess.run(command, cwd=programs, capture_output=True, text=True, timeout=60, check=False)
    assert ran.stdout, ran.stderr
    assert [
        f"{Path(told.get('url', '')).name}:{told.get('lastLine')}: {told['message']}"
        for told in json.loads(ran.stdout)["messages"]
    ] == []
