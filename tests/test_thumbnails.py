"""Thumbnails: pictures that are offered are shown small, made once, when they are published."""

from __future__ import annotations

import re
import struct
import sys
import zlib
from hashlib import sha256
from io import BytesIO

import pytest
from PIL import Image
from werkzeug.test import Client

from feedsrv.publishing.thumbnails import can_be_made
from tests.conftest import MakeNewsroom, Newsroom, release


def picture(width: int, height: int, kind: str = "JPEG", orientation: int = 1, alpha: int = 255) -> bytes:
    """A picture that cannot be packed well: what is small already needs no thumbnail."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010F] = "Secret cameras"
    written = BytesIO()
    drawn = Image.effect_noise((width, height), 90)
    if alpha < 255:
        drawn.putalpha(alpha)
    drawn.save(written, kind, exif=exif)
    return written.getvalue()


def bomb() -> bytes:
    """A PNG of 400 million pixels in 50 kB."""
    rows = zlib.compress(bytes(2501) * 20_000, 9)

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", 20_000, 20_000, 1, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


FILES: dict[str, str | bytes] = {
    "quay/index.md": release("Quay", "2026-01-02", "Text, ![shown](shown.jpg).", images="[lead.jpg]"),
    "quay/lead.jpg": picture(600, 400),
    "quay/shown.jpg": picture(600, 400),
    "quay/wide.jpg": picture(1200, 300),
    "quay/turned.jpg": picture(900, 600, orientation=6),
    "quay/clear.png": picture(500, 500, "PNG", alpha=99),
    "quay/tiny.png": picture(20, 10, "PNG"),
    "quay/bomb.png": bomb() + bytes(40_000),
    "quay/broken.jpg": picture(900, 600)[:40_000],
}
SMALL = {"wide.jpg": (400, 100), "turned.jpg": (267, 400), "clear.png": (400, 400)}


def shown(client: Client, release_id: str = "quay") -> dict[str, str]:
    """The addresses of the pictures in the list of downloads, by what they are of."""
    page = client.get(f"/releases/{release_id}").text
    listed = page[page.index('class="downloads"') :]
    return dict(re.findall(r'<a href="/releases/[^"/]+/([^"]+)"><img src="([^"]+)"', listed))


@pytest.fixture(scope="module")
def newsroom(make_lasting: MakeNewsroom) -> Newsroom:
    return make_lasting(FILES)


@pytest.mark.parametrize("name", SMALL)
def test_a_picture_that_is_offered_is_shown_small_and_upright(newsroom: Newsroom, name: str) -> None:
    client = newsroom.client()
    address = shown(client)[name]
    with client.get(address) as answer:
        assert answer.content_type == "image/webp"
        assert answer.headers["Cache-Control"].startswith("public, max-age=31536000")
        assert address.endswith(f"?v={sha256(answer.data).hexdigest()[:8]}")
        small = Image.open(BytesIO(answer.data))
    assert small.size == SMALL[name]
    assert small.mode == ("RGBA" if name == "clear.png" else "RGB")
    assert (len(small.getexif()), b"Secret" in answer.data) == (0, False)
    width, height = SMALL[name]
    assert (
        f'<img src="{address}" alt="" width="{width}" height="{height}" loading="lazy">'
        in client.get("/releases/quay").text
    )


@pytest.mark.parametrize("version", ["", "?v=", "?v=00000000"])
def test_its_address_without_that_version_is_the_picture_itself(newsroom: Newsroom, version: str) -> None:
    with newsroom.client().get(f"/releases/quay/wide.jpg{version}") as answer:
        assert answer.content_type == "image/jpeg"
        assert Image.open(BytesIO(answer.data)).size == (1200, 300)


def test_what_is_small_is_shown_as_it_is_and_what_is_shown_anyhow_or_cannot_be_read_has_none(
    newsroom: Newsroom,
) -> None:
    assert shown(newsroom.client()).keys() - {"broken.jpg"} == {*SMALL, "tiny.png", "bomb.png"}
    made = {item.name for item in newsroom.index.snapshot().get("quay").attachments if item.thumbnail}
    assert made - {"broken.jpg"} == {*SMALL}


def test_a_picture_that_asks_for_too_much_costs_itself_alone(newsroom: Newsroom) -> None:
    found = {item.name: item for item in newsroom.index.snapshot().get("quay").attachments}
    assert (found["bomb.png"].width, found["bomb.png"].thumbnail) == (20_000, None)
    assert newsroom.client().get("/releases/quay").status_code == 200


def test_a_thumbnail_stays_while_its_release_is_retagged_and_goes_with_it(make_newsroom: MakeNewsroom) -> None:
    newsroom = make_newsroom({"a.md": release("A", "2026-01-02"), "a.jpg": picture(900, 600)})
    address = shown(newsroom.client(), "a")["a.jpg"]
    newsroom.publish({"newsroom.toml": '[topics.x]\nmatch = ["words"]\n'})
    assert newsroom.index.snapshot().get("a").topic_ids == ("x",)
    assert shown(newsroom.client(), "a") == {"a.jpg": address}
    files = newsroom.root / "index" / "files"
    assert len(list(files.iterdir())) == 2
    newsroom.publish({"a.md": release("A", "2026-01-02", draft="true")}, force=True)
    assert newsroom.client().get(address).status_code == 404
    assert not list(files.iterdir())


def test_without_pillow_the_picture_itself_is_shown(
    make_newsroom: MakeNewsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = {"a.md": release("A", "2026-01-02"), "a.jpg": picture(900, 600)}
    monkeypatch.setitem(sys.modules, "PIL", None)
    can_be_made.cache_clear()
    try:
        newsroom = make_newsroom(files)
    finally:
        can_be_made.cache_clear()
    address = shown(newsroom.client(), "a")["a.jpg"]
    with newsroom.client().get(address) as answer:
        assert answer.content_type == "image/jpeg"
