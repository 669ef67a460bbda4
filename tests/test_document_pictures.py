"""Pictures within documents: shown where they stand, served like any other, and out of nobody else's reach."""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest

from feedsrv.readers.formats import documents
from tests.conftest import MakeNewsroom, release
from tests.test_documents import odt, read
from tests.test_metadata import PICTURES, SECRET, jpeg

CASES = Path(__file__).parent / "readers" / "cases"
LATER = datetime(2026, 12, 1, 12, 0, tzinfo=UTC)
ENDINGS = pytest.mark.parametrize("ending", [".docx", ".odt"])
SEEN = "A field of colours that turns from blue to red"


def document(ending: str, picture: bytes | None = None, *, name: str = "") -> bytes:
    """The document of a case, with another picture, under another name."""
    copied = io.BytesIO()
    with (
        zipfile.ZipFile(CASES / f"pictures-in-a-document{ending}") as archive,
        zipfile.ZipFile(copied, "w", zipfile.ZIP_DEFLATED) as copy,
    ):
        pictures = [member for member in archive.namelist() if member.endswith(".png")]
        for member in archive.namelist():
            data = archive.read(member)
            if name and pictures and not member.endswith(".png"):
                data = data.replace(pictures[0].rpartition("/")[2].encode(), name.encode())
            is_picture = member in pictures
            target = f"{member.rpartition('/')[0]}/{name}" if is_picture and name else member
            copy.writestr(target, picture if is_picture and picture is not None else data)
    return copied.getvalue()


@ENDINGS
def test_a_picture_is_shown_where_it_stands_and_goes_with_the_release(make_newsroom: MakeNewsroom, ending: str) -> None:
    newsroom = make_newsroom({f"2026/pictures{ending}": document(ending)}, now=LATER)
    (found,) = newsroom.ids()
    item = newsroom.snapshot().get(found)
    (picture,) = item.attachments
    assert (picture.is_shown, picture.media_type, item.picture) == (True, "image/png", picture.name)
    shown = f'alt="{SEEN}" src="{picture.name}" width="{picture.width}" height="{picture.height}" loading="lazy"'
    assert f"<img {shown}>" in item.body
    assert item.body.index("<img") < item.body.index("The colours of the test picture")
    page = newsroom.client().get(f"/releases/{found}", buffered=True).text
    assert SEEN in page
    answer = newsroom.client().get(f"/releases/{found}/{picture.name}", buffered=True)
    assert answer.data.startswith(b"\x89PNG")
    assert newsroom.client().get(f"/releases/{found}/pictures{ending}", buffered=True).status_code == 404
    assert newsroom.publish().problems == newsroom.publish(rebuild=True).problems == ()


@ENDINGS
@pytest.mark.parametrize("name", ["jpeg", "png"])
def test_what_a_picture_tells_of_its_owner_is_taken_out(make_newsroom: MakeNewsroom, ending: str, name: str) -> None:
    data = next(data for kind, data in PICTURES.items() if kind.lower().startswith(name) and SECRET in data)
    newsroom = make_newsroom({f"a{ending}": document(ending, data)}, now=LATER)
    (picture,) = newsroom.snapshot().get(newsroom.ids()[0]).attachments
    served = newsroom.client().get(f"/releases/{newsroom.ids()[0]}/{picture.name}", buffered=True)
    assert served.status_code == 200
    assert SECRET not in served.data


@ENDINGS
def test_another_picture_is_another_release_and_the_old_one_goes(make_newsroom: MakeNewsroom, ending: str) -> None:
    newsroom = make_newsroom({f"a{ending}": document(ending)}, now=LATER)
    (before,) = newsroom.snapshot().get(newsroom.ids()[0]).attachments
    documents.CONVERTED.clear()
    newsroom.publish({f"a{ending}": document(ending, jpeg())})
    (after,) = newsroom.snapshot().get(newsroom.ids()[0]).attachments
    assert before.digest != after.digest
    newsroom.remove(f"a{ending}")
    newsroom.publish({"b.md": release("B")}, force=True)
    newsroom.publish({"c.md": release("C")})
    assert not list((newsroom.settings.index / "files").iterdir())


@ENDINGS
def test_no_other_release_and_no_link_leads_into_a_document(make_newsroom: MakeNewsroom, ending: str) -> None:
    member = "word/media/image1.png" if ending == ".docx" else "Pictures/a.png"
    held = document(ending, name="a.png" if ending == ".odt" else "")
    body = f"![It](held{ending}/{member}) and [it](held{ending}/{member})"
    newsroom = make_newsroom({f"held{ending}": held, "a.md": release("A", body=body)})
    assert newsroom.ids() == ["a"]
    item = newsroom.snapshot().get("a")
    assert (item.attachments, "<img" in item.body) == ((), False)


@ENDINGS
@pytest.mark.parametrize(
    ("picture", "name"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", ""),
        (b"<html><script>alert(1)</script></html>", ""),
        (b"", ""),
        (b"\x89PNG\r\n\x1a\n" + bytes(20_000_001), ""),
        (b"\xd7\xcd\xc6\x9a", "a.emf"),
        (b"\x89PNG\r\n\x1a\n", "a.html"),
    ],
    ids=["svg", "html", "empty", "large", "emf", "named otherwise"],
)
def test_what_no_browser_shows_or_is_too_large_is_its_description(ending: str, picture: bytes, name: str) -> None:
    reading = read(document(ending, picture, name=name), f"a{ending}")
    assert (reading.pictures, "<img" in reading.release.body) == ((), False)
    assert SEEN in reading.release.text
    assert [problem.what for problem in reading.problems] == [f"not all of it is shown: a picture within it ({SEEN})"]


@pytest.mark.parametrize("address", ["https://elsewhere.example/a.png", "../a.png", "/etc/a.png", "content.xml"])
def test_a_picture_that_lies_elsewhere_is_not_fetched(address: str) -> None:
    frame = f'<draw:frame><draw:image xlink:href="{address}"/></draw:frame>'
    reading = read(odt(f"<text:p>Ships come and go.</text:p><text:p>See{frame}.</text:p>"), "a.odt")
    assert (reading.pictures, reading.release.body) == ((), "<p>See.</p>")


def test_no_more_pictures_are_shown_than_a_release_may_have() -> None:
    body = "".join(
        f'<text:p><draw:frame><draw:image xlink:href="Pictures/{n}.png"/></draw:frame></text:p>' for n in range(150)
    )
    data = io.BytesIO(odt(f"<text:p>Ships come and go.</text:p><text:p>Text.</text:p>{body}"))
    with zipfile.ZipFile(data, "a") as archive:
        for number in range(150):
            archive.writestr(f"Pictures/{number}.png", b"\x89PNG\r\n\x1a\n")
    reading = read(data.getvalue(), "a.odt")
    assert len(reading.pictures) == 100
    assert [problem.what for problem in reading.problems if "shown" in problem.what] == [
        "not all of it is shown: 50 pictures within it"
    ]
