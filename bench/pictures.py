"""The pictures of the guides: real pages of real newsrooms, as a browser shows them. `make pictures` makes them anew.

Each newsroom is published into an index of its own and served by the application itself; Chromium looks at it. The
pictures have few colours, so that they are small, and the same size each time.
"""

from __future__ import annotations

import base64
import logging
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread

from PIL import Image
from selenium.webdriver import Chrome, ChromeOptions
from selenium.webdriver.chrome.service import Service
from werkzeug.serving import make_server

from feedsrv.files.catalogue import Catalogue
from feedsrv.publishing import publish
from feedsrv.search.whoosh.index import WhooshIndex
from feedsrv.settings import Settings
from feedsrv.web import create_app

ROOT = Path(__file__).parent.parent
HOUSES = Path(__file__).parent / "houses"
TARGET = ROOT / "docs/pictures"
NOW = datetime(2026, 12, 1, tzinfo=UTC)
WIDE, NARROW = (1120, 760), (360, 740)
COLOURS = 96


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture: its name, whose newsroom it is of, the page, the size, and whether the reader's screen is dark."""

    name: str
    house: str
    path: str
    size: tuple[int, int] = WIDE
    is_dark: bool = False


PLAIN = "plain"
"""The releases of this project as they are. The branded ones are the same, with settings of their own."""
PICTURES = (
    Picture("plain", PLAIN, "/"),
    Picture("plain-release", PLAIN, "/releases/PR039-2018"),
    Picture("plain-search", PLAIN, "/search?q=space", NARROW),
    Picture("branded", "branded", "/"),
    Picture("branded-dark", "branded", "/releases", is_dark=True),
    Picture("branded-narrow", "branded", "/releases/PR039-2018", NARROW),
    Picture("french", "french", "/"),
    Picture("french-search", "french", "/search?q=embargo", NARROW),
    Picture("arabic", "arabic", "/"),
    Picture("arabic-release", "arabic", "/releases/PR003-2026", NARROW),
)


def main(names: list[str]) -> None:
    """Make the pictures of these names, or all."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    TARGET.mkdir(exist_ok=True)
    wanted = [picture for picture in PICTURES if not names or picture.name in names]
    with TemporaryDirectory() as folder, browser(Path(folder) / "profile") as chrome:
        for house in dict.fromkeys(picture.house for picture in wanted):
            with served(house, Path(folder) / house) as url:
                for picture in wanted:
                    if picture.house == house:
                        take(chrome, url, picture)


@contextmanager
def browser(profile: Path) -> Iterator[Chrome]:
    """Chromium, with its profile in a folder of its own."""
    options = ChromeOptions()
    options.binary_location = shutil.which("chromium") or ""
    for argument in ("--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars"):
        options.add_argument(argument)
    options.add_argument(f"--user-data-dir={profile}")
    chrome = Chrome(options=options, service=Service(shutil.which("chromedriver")))
    yield chrome
    chrome.quit()


@contextmanager
def served(house: str, folder: Path) -> Iterator[str]:
    """The address of a newsroom that is published and served as long as the block lasts."""
    releases = folder / "releases"
    shutil.copytree(ROOT / "releases" if house in {PLAIN, "branded"} else HOUSES / house, releases)
    if house == "branded":
        shutil.copytree(HOUSES / house, releases, dirs_exist_ok=True)
    index = WhooshIndex(folder / "index")
    publish(Catalogue(releases), index, NOW)
    url = "https://press.example.org"
    app = create_app(index, Settings(index=folder / "index", base_url=url, has_base_url=True, hosts=("localhost",)))
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield f"http://localhost:{server.port}"
    server.shutdown()
    thread.join()


def take(chrome: Chrome, url: str, picture: Picture) -> None:
    """Take one picture."""
    width, height = picture.size
    metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": picture.size == NARROW}
    scheme = {"name": "prefers-color-scheme", "value": "dark" if picture.is_dark else "light"}
    chrome.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    chrome.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [scheme]})
    chrome.get(url + picture.path)
    shot = base64.b64decode(chrome.execute_cdp_cmd("Page.captureScreenshot", {"format": "png"})["data"])
    with Image.open(BytesIO(shot)) as image:
        image.convert("RGB").quantize(COLOURS).save(TARGET / f"{picture.name}.png", optimize=True)
    print(f"{picture.name}.png", (TARGET / f"{picture.name}.png").stat().st_size)


if __name__ == "__main__":
    main(sys.argv[1:])
