"""The newsroom as real programs meet it: a browser and feed readers, over HTTP. They run where they are found."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
from base64 import b64decode
from collections.abc import Iterator
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from pathlib import Path
from threading import Thread
from typing import Any
from zlib import compress, crc32

import feedparser
import pytest
from pypdf import PdfReader
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from tests.browsing import chromium
from tests.conftest import release
from tests.running import Running, running, until

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parent.parent
LONG = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft" * 2
"""A word that fits on no telephone."""
WIDE = release(
    f"Words {LONG}",
    "2020-02-03",
    f"""A {LONG}, `{LONG}` and https://{"very-" * 12}long.example/{"path/" * 30}{LONG}

![{LONG}](wide.png)

| {" | ".join(f"column{number}" for number in range(20))} |
|{"---|" * 20}
| {" | ".join([LONG] + ["cell"] * 19)} |

## {LONG}

    {LONG * 3}

> {LONG}

* {LONG}
""",
    summary=LONG,
    topics=f"[{LONG}]",
    lang="de",
    contacts=f"\n  - {{name: {LONG}, role: {LONG}, phone: {'+49 30 ' * 9}1, email: {LONG[:60]}@{'x' * 60}.example}}",
    corrections=f"\n  - {{date: 2020-03-01, text: {LONG}}}",
)


def png(width: int, height: int) -> bytes:
    """A black picture."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return len(data).to_bytes(4, "big") + name + data + crc32(name + data).to_bytes(4, "big")

    head = width.to_bytes(4, "big") + height.to_bytes(4, "big") + bytes((8, 0, 0, 0, 0))
    rows = compress(bytes((width + 1) * height))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


@pytest.fixture(scope="module")
def newsroom(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """The project's own newsroom, with a hostile release beside the seed."""
    folder = tmp_path_factory.mktemp("programs")
    shutil.copytree(ROOT / "releases", folder / "releases")
    hostile = release(
        "'<script>alert(1)</script> & \"co\"'",
        date="2020-02-02",
        body='<script>alert(1)</script> A <img src="https://elsewhere.example/x.png" onerror="alert(2)"> comet.',
    )
    (folder / "releases" / "hostile.md").write_text(hostile, "utf8")
    (folder / "releases" / "wide").mkdir()
    (folder / "releases" / "wide" / "index.md").write_text(WIDE, "utf8")
    (folder / "releases" / "wide" / "wide.png").write_bytes(png(3000, 40))
    with running(folder / "releases", folder / "index") as found:
        yield found


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chrome]:
    yield from chromium(tmp_path_factory.mktemp("profile"))


class _Elsewhere(BaseHTTPRequestHandler):
    """A page of a site that is not ours."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b"<!DOCTYPE html><title>Elsewhere</title>")

    def log_message(self, *_arguments: Any) -> None:
        pass


@pytest.fixture(scope="module")
def elsewhere() -> Iterator[str]:
    """The address of a page of another origin."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Elsewhere) as server:
        Thread(target=server.serve_forever).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


_SHOWN = """
return [...document.querySelectorAll("body, body *")].filter(each => each.checkVisibility()).map(each => {
  const style = getComputedStyle(each);
  return [each.localName, style.color, style.backgroundColor];
});
"""
_FETCH = """
const [address, headers, tell] = arguments;
fetch(address, {headers}).then(async answer => tell({
  status: answer.status, url: answer.url, etag: answer.headers.get("ETag"), link: answer.headers.get("Link"),
  date: answer.headers.get("Last-Modified"), text: await answer.text(),
})).catch(error => tell({error: error.message}));
"""


def addresses(browser: Chrome, selector: str) -> list[str]:
    return [str(link.get_attribute("href")) for link in browser.find_elements(By.CSS_SELECTOR, selector)]


class TestBrowser:
    def test_a_release_is_printed_on_two_pages_at_most_black_on_white(self, browser: Chrome, newsroom: Running) -> None:
        """Also from a dark screen, and nothing that can only be clicked."""
        browser.get(f"{newsroom.url}/releases/PR039-2018")
        dark = {"name": "prefers-color-scheme", "value": "dark"}
        browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print", "features": [dark]})
        try:
            shown = browser.execute_script(_SHOWN)
        finally:
            browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "", "features": []})
        tags, colours, backgrounds = (set(each) for each in zip(*shown, strict=True))
        assert not tags & {"nav", "form", "input", "button"}
        assert colours <= {"rgb(0, 0, 0)", "rgb(51, 51, 51)"}
        assert backgrounds <= {"rgb(255, 255, 255)", "rgba(0, 0, 0, 0)"}
        printed = PdfReader(BytesIO(b64decode(browser.execute_cdp_cmd("Page.printToPDF", {})["data"])))
        assert len(printed.pages) <= 2
        assert printed.pages[-1].extract_text().rstrip().endswith("/releases/PR039-2018")

    def test_a_person_searches_reads_and_finds_the_feed(self, browser: Chrome, newsroom: Running) -> None:
        browser.get(newsroom.url)
        box = browser.find_element(By.NAME, "q")
        box.send_keys("bion", Keys.ENTER)
        until(lambda: browser.current_url == f"{newsroom.url}/search?q=bion")
        assert browser.find_element(By.TAG_NAME, "mark").text.startswith("Bion")
        assert f"{newsroom.url}/search.atom?q=bion" in addresses(browser, "link[rel=alternate]")
        assert f"{newsroom.url}/search.atom?q=bion" in addresses(browser, "main a")
        browser.find_element(By.PARTIAL_LINK_TEXT, "France-Russia").click()
        until(lambda: browser.current_url == f"{newsroom.url}/releases/PR039-2018")
        text = browser.find_element(By.TAG_NAME, "main").text
        assert "Pascale Bresson" in text
        assert "23 March 2018" in text
        browser.find_element(By.LINK_TEXT, "Life sciences").click()
        until(lambda: browser.current_url == f"{newsroom.url}/topics/life-sciences")
        assert f"{newsroom.url}/topics/life-sciences.rss" in addresses(browser, "main a")

    @pytest.mark.parametrize(
        "path",
        [
            "/",
            "/releases",
            "/releases/PR039-2018",
            "/releases/hostile",
            "/releases/wide-de",
            "/topics",
            "/years",
            "/years/2018",
            "/search?q=space",
            "/search?from=2018&lang=de&q=Wide&year=2020",
            "/search?q=WideWideNowhere",
            "/search/help?lang=de",
            "/feeds",
            "/nowhereWide",
        ],
    )
    @pytest.mark.parametrize("width", [320, 1200])
    def test_no_page_breaks_its_own_policy_or_is_wider_than_the_window(
        self, browser: Chrome, newsroom: Running, path: str, width: int
    ) -> None:
        browser.set_window_size(max(width, 500), 900)
        browser.execute_cdp_cmd(
            "Emulation.setDeviceMetricsOverride",
            {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False},
        )
        browser.get(newsroom.url + path.replace("Wide", LONG))
        complaints = [entry["message"] for entry in browser.get_log("browser")]  # type: ignore[no-untyped-call]
        assert [text for text in complaints if "404" not in text] == []
        browser.execute_script("document.querySelectorAll('details').forEach(part => part.open = true)")
        size = browser.execute_cdp_cmd("Page.getLayoutMetrics", {})
        assert size["cssContentSize"]["width"] <= width
        assert browser.find_elements(By.CSS_SELECTOR, "main h1")
        assert browser.find_element(By.TAG_NAME, "html").get_attribute("lang")

    @pytest.mark.parametrize("path", ["/releases.atom", "/releases.rss", "/search.atom?q=bion"])
    def test_a_feed_that_is_opened_shows_what_it_is_and_what_is_in_it(
        self, browser: Chrome, newsroom: Running, path: str
    ) -> None:
        browser.get(newsroom.url + path)
        complaints = [entry["message"] for entry in browser.get_log("browser")]  # type: ignore[no-untyped-call]
        assert complaints == []
        shown = browser.execute_script(
            "const root = document.documentElement;"
            "const is_shown = name => getComputedStyle(root.querySelector(name)).display != 'none';"
            "return [root.querySelector('.what').textContent,"
            "  is_shown('feed > title, channel > title'), is_shown('entry, item'), is_shown('id, generator')]"
        )
        assert shown[0].startswith("This is a feed.")
        assert shown[1:] == [True, False, False]
        assert "23 March 2018" in [day.text for day in browser.find_elements(By.CSS_SELECTOR, "li time")]
        browser.find_element(By.PARTIAL_LINK_TEXT, "France-Russia").click()
        until(lambda: browser.current_url == f"{newsroom.url}/releases/PR039-2018")
        browser.back()
        browser.find_element(By.LINK_TEXT, "See this list as a page").click()
        page = path.replace(".atom", "").replace(".rss", "")
        until(lambda: browser.current_url == newsroom.url + page)
        assert browser.find_element(By.CSS_SELECTOR, ".subscribe .address").get_attribute("value") == (
            newsroom.url + path.replace(".rss", ".atom")
        )

    def test_a_page_of_another_origin_reads_whatever_is_answered(
        self, browser: Chrome, newsroom: Running, elsewhere: str
    ) -> None:
        browser.get(elsewhere)

        def read(path: str, **headers: str) -> dict[str, Any]:
            named = {name.replace("_", "-"): value for name, value in headers.items()}
            answer: dict[str, Any] = browser.execute_async_script(_FETCH, newsroom.url + path, named)
            return answer

        json = read("/releases.json")
        assert (json["status"], json["url"]) == (200, f"{newsroom.url}/releases.json")
        assert "France-Russia" in json["text"]
        assert f'<{newsroom.url}/releases.json>; rel="self"' in json["link"]
        assert read("/releases.atom")["text"].startswith("<?xml")
        assert "<opml" in read("/feeds.opml")["text"]
        assert read("/search.json?year=2018&q=bion&limit=50")["url"] == (
            f"{newsroom.url}/search.json?year=2018&q=bion&limit=50"
        )
        assert read("/topics/nowhere.json")["status"] == 404
        assert "nowhere" in read("/topics/nowhere.json")["text"]
        assert "limit" in read("/releases.json?limit=0")["text"]
        assert read("/feed.json") == json
        assert read("/releases.json?page=1") == json
        for path in ("/releases.json", "/feed.json"):
            held = read(path, If_None_Match=json["etag"])
            assert (held["status"], held["text"], held["etag"]) == (304, "", json["etag"])
            assert read(path, If_None_Match='"other"') == json
            assert read(path, If_Modified_Since=json["date"])["status"] == 304
        assert read("/releases") == {"error": "Failed to fetch"}, "what is for people is closed"

    def test_the_keyboard_reaches_the_content_first(self, browser: Chrome, newsroom: Running) -> None:
        browser.get(newsroom.url)
        browser.find_element(By.TAG_NAME, "body").send_keys(Keys.TAB)
        focused = browser.switch_to.active_element
        assert str(focused.get_attribute("href")).endswith("/#main")

    def walked(self, browser: Chrome, wanted: str, most: int = 40) -> int:
        """How often the Tab key is pressed until what a selector selects has the focus."""
        for stops in range(1, most + 1):
            browser.switch_to.active_element.send_keys(Keys.TAB)
            if browser.execute_script("return document.activeElement.matches(arguments[0])", wanted):
                return stops
        raise AssertionError(wanted)

    def is_seen(self, browser: Chrome, selector: str) -> bool:
        return bool(browser.execute_script("return document.querySelector(arguments[0]).checkVisibility()", selector))

    def see(self, browser: Chrome, address: str, width: int) -> None:
        browser.set_window_size(max(width, 500), 900)
        metrics = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
        browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
        browser.get(address)

    def test_the_keyboard_reaches_the_filters_of_a_search_and_its_results(
        self, browser: Chrome, newsroom: Running
    ) -> None:
        address = f"{newsroom.url}/search?from=2018&lang=de&lang=en&lang=fr&q=feedsrv+OR+space&sort=newest"
        self.see(browser, address, 1200)
        assert not self.is_seen(browser, ".filter > summary")
        assert self.walked(browser, ".filter .choices a") <= 24
        assert self.is_seen(browser, ".filter .choices a")
        self.see(browser, address, 360)
        assert not self.is_seen(browser, ".filter .choices a")
        assert self.walked(browser, ".filter > summary") < 24
        browser.switch_to.active_element.send_keys(Keys.ENTER)
        assert self.walked(browser, ".filter .choices a") == 1
        browser.get(address)
        assert self.walked(browser, "a.skip[href='#results']") == 2
        browser.switch_to.active_element.send_keys(Keys.ENTER)
        assert self.walked(browser, ".chips a") == 1


FEEDS = [
    f"{path}.{extension}"
    for path in ("/releases", "/topics/life-sciences", "/years/2018", "/topics/climate/2018")
    for extension in ("atom", "rss")
] + ["/search.atom?q=bion", "/search.rss?q=bion"]


class TestFeedReaders:
    @pytest.mark.parametrize("path", FEEDS)
    def test_feedparser_reads_each_feed_without_complaint(self, newsroom: Running, path: str) -> None:
        feed = feedparser.parse(newsroom.url + path)
        assert (feed.status, feed.bozo) == (200, False), feed.get("bozo_exception")
        entry = next(entry for entry in feed.entries if entry.link.endswith("/releases/PR039-2018"))
        assert entry.id == "tag:feedsrv.example,2018-01-01:PR039-2018"
        assert "+33 (0)1 44 76 75 39" in entry.content[0].value
        again = feedparser.parse(newsroom.url + path, etag=feed.etag)
        assert (again.status, again.entries) == (304, [])

    def test_newsboat_imports_the_outline(self, newsroom: Running, tmp_path: Path) -> None:
        newsboat = shutil.which("newsboat")
        if not newsboat:
            pytest.skip("newsboat is not installed")
        (tmp_path / "feeds.opml").write_bytes(newsroom.get("/feeds.opml")[1])
        (tmp_path / "urls").touch()
        subprocess.run(
            [newsboat, "-u", "urls", "-c", "cache.db", "-i", "feeds.opml"],
            cwd=tmp_path,
            check=True,
            capture_output=True,
            timeout=60,
        )
        imported = (tmp_path / "urls").read_text("utf8")
        for path in ("/releases.atom", "/topics/life-sciences.atom", "/years/2018.atom", "/releases.atom?lang=fr"):
            assert f"{newsroom.url}{path}" in imported

    @pytest.mark.parametrize("path", FEEDS)
    def test_newsboat_shows_each_release_once(self, newsroom: Running, tmp_path: Path, path: str) -> None:
        newsboat = shutil.which("newsboat")
        if not newsboat:
            pytest.skip("newsboat is not installed")
        (tmp_path / "urls").write_text(f"{newsroom.url}{path}\n", "utf8")
        (tmp_path / "config").touch()
        for _ in range(2):
            subprocess.run(
                [newsboat, "-u", "urls", "-c", "cache.db", "-C", "config", "-x", "reload"],
                cwd=tmp_path,
                check=True,
                capture_output=True,
                timeout=60,
            )
        with closing(sqlite3.connect(tmp_path / "cache.db")) as cache:
            titles = dict(cache.execute("SELECT guid, title FROM rss_item").fetchall())
            assert cache.execute("SELECT count(*) FROM rss_item").fetchone() == (len(titles),)
        assert titles["tag:feedsrv.example,2018-01-01:PR039-2018"].startswith("France-Russia space cooperation")
        if path.startswith("/releases."):
            assert "alert(1)" in titles["tag:feedsrv.example,2018-01-01:hostile"]
