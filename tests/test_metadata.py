"""What a picture tells of place, camera and owner is served in no container, and all else of it as it was."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageCms, IptcImagePlugin, PngImagePlugin

from feedsrv.files import metadata
from feedsrv.files.metadata.traces import Untreatable
from tests.conftest import MakeNewsroom, release
from tests.test_attachments import get, names, problems, version

SECRET = b"Zanzibar-7"
"""What is nowhere in what is served: the owner, every number of the camera, the place in words."""
CREDIT, CAPTION, RIGHTS = "Ann Example", "The bridge at dawn", "Harbour Office 2026"
_MADE_NOW = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
PROFILE = (
    _MADE_NOW[:24] + bytes(12) + _MADE_NOW[36:]
)  # without the time, or each process would name the tests otherwise
PIXELS = Image.radial_gradient("L").resize((64, 48)).convert("RGB")


def exif(orientation: int = 6) -> bytes:
    """EXIF with a position, a maker's note, numbers of the camera and its owner, a thumbnail of the kind."""
    found = Image.Exif()
    found.update({0x010F: SECRET.decode(), 0x0112: orientation, 0x013B: CREDIT, 0x010E: CAPTION, 0x8298: RIGHTS})
    found.get_ifd(0x8769).update({0x927C: SECRET * 9, 0xA430: SECRET.decode(), 0xA431: SECRET.decode(), 0xA001: 1})
    found.get_ifd(0x8825).update({1: "N", 2: (48.0, 51.0, 30.0), 3: "E", 4: (2.0, 17.0, 40.0)})
    return found.tobytes()


XMP = f"""<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF
 xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:dc="http://purl.org/dc/elements/1.1/"
 xmlns:exif="http://ns.adobe.com/exif/1.0/" xmlns:aux="http://ns.adobe.com/exif/1.0/aux/"
 xmlns:ext="http://iptc.org/std/Iptc4xmpExt/2008-02-29/" xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/">
 <rdf:Description rdf:about="" exif:GPSLatitude="48,51.5N" aux:SerialNumber="{SECRET.decode()}"
  photoshop:Credit="{CREDIT}"><dc:rights><rdf:Alt><rdf:li xml:lang="x-default">{RIGHTS}</rdf:li></rdf:Alt></dc:rights>
 <aux:OwnerName>{SECRET.decode()}</aux:OwnerName><exif:GPSLongitude>2,17.6E</exif:GPSLongitude>
 <ext:LocationCreated><rdf:Bag><rdf:li rdf:parseType="Resource"><ext:City>Paris</ext:City>
 <exif:GPSLatitude>48,51.5N</exif:GPSLatitude></rdf:li></rdf:Bag></ext:LocationCreated></rdf:Description></rdf:RDF>
 </x:xmpmeta><?xpacket end="w"?>""".encode()


def dataset(number: int, text: bytes) -> bytes:
    return b"\x1c\x02" + struct.pack(">BH", number, len(text)) + text


def resource(kind: int, content: bytes) -> bytes:
    return b"8BIM" + struct.pack(">HHI", kind, 0, len(content)) + content + bytes(len(content) % 2)


IIM = dataset(120, CAPTION.encode()) + dataset(110, CREDIT.encode()) + dataset(116, RIGHTS.encode())
PHOTOSHOP = resource(0x0404, IIM + dataset(202, SECRET)) + resource(0x0422, exif()) + resource(0x040C, SECRET)


def segment(marker: int, content: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(content) + 2) + content


def chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def saved(form: str, **options: object) -> bytes:
    file = io.BytesIO()
    PIXELS.save(file, form, **options)
    return file.getvalue()


def jpeg(*segments: bytes, behind: bytes = b"", **options: object) -> bytes:
    plain = saved("JPEG", icc_profile=PROFILE, **options)
    return plain[:2] + b"".join(segments) + plain[2:] + behind


def png(*chunks: bytes, behind: bytes = b"", **options: object) -> bytes:
    plain = saved("PNG", icc_profile=PROFILE, **options)
    return plain[:33] + b"".join(chunks) + plain[33:] + behind


def digits(content: bytes) -> bytes:
    return b"\niptc\n%8d\n%b\n" % (len(content), content.hex().encode())


PICTURES = {
    "JPEG with EXIF": jpeg(exif=exif()),
    "JPEG with XMP": jpeg(segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + XMP)),
    "JPEG with more XMP": jpeg(segment(0xE1, b"http://ns.adobe.com/xmp/extension/\0" + SECRET)),
    "JPEG with resources": jpeg(segment(0xED, b"Photoshop 3.0\0" + PHOTOSHOP)),
    "JPEG with resources in two": jpeg(
        segment(0xED, b"Photoshop 3.0\0" + PHOTOSHOP[:99]), segment(0xED, b"Photoshop 3.0\0" + PHOTOSHOP[99:])
    ),
    "JPEG with a comment": jpeg(segment(0xFE, SECRET)),
    "JPEG with a maker's segment": jpeg(*(segment(number, SECRET) for number in range(0xE1, 0xF0))),
    "JPEG with a thumbnail": jpeg(segment(0xE0, b"JFXX\0\x10" + jpeg(exif=exif()))),
    "JPEG with another behind it": jpeg(behind=jpeg(exif=exif())),
    "JPEG in several scans": jpeg(exif=exif(), progressive=True),
    "PNG with EXIF": png(exif=exif()[6:]),
    "PNG with EXIF as text": png(chunk(b"zTXt", b"Raw profile type exif\0\0" + zlib.compress(digits(exif())))),
    "PNG with XMP": png(chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + XMP)),
    "PNG with packed XMP": png(chunk(b"iTXt", b"XML:com.adobe.xmp\0\1\0\0\0" + zlib.compress(XMP))),
    "PNG with IPTC": png(chunk(b"zTXt", b"Raw profile type iptc\0\0" + zlib.compress(digits(PHOTOSHOP)))),
    "PNG with texts": png(chunk(b"tEXt", b"Comment\0" + SECRET), chunk(b"tEXt", b"Author\0" + CREDIT.encode())),
    "PNG with an unknown chunk": png(chunk(b"caMe", SECRET), behind=SECRET),
    "WebP with both": saved("WEBP", lossless=True, icc_profile=PROFILE, exif=exif(), xmp=XMP),
    "WebP that moves": saved(
        "WEBP", lossless=True, icc_profile=PROFILE, exif=exif(), save_all=True, append_images=[PIXELS.rotate(180)]
    ),
}
HELD = {
    "TIFF": saved("TIFF", exif=exif()),
    "AVIF": saved("AVIF", exif=exif()),
    "GIF": saved("GIF") + b"\x21\xff\x0bXMP DataXMP" + XMP,
    "JPEG that is cut off": jpeg(exif=exif())[:500],
    "PNG that is cut off": png(exif=exif()[6:])[:-20],
    "JPEG with resources in disorder": jpeg(segment(0xED, b"Photoshop 3.0\0" + PHOTOSHOP[5:])),
    "JPEG with XMP in disorder": jpeg(segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + XMP[:-60])),
    "JPEG with entities": jpeg(
        segment(0xE1, b'http://ns.adobe.com/xap/1.0/\0<!DOCTYPE x [<!ENTITY a "b">]>' + XMP[60:])
    ),
}


def everything(data: bytes) -> bytes:
    """The bytes, and what is packed in them."""
    picture = Image.open(io.BytesIO(data))
    picture.load()
    texts = [repr(picture.info).encode(), *map(str.encode, getattr(picture, "text", {}).values())]
    return b"\n".join((data, *texts))


@pytest.mark.parametrize("name", PICTURES)
def test_no_trace_is_served_and_all_else_stays(name: str) -> None:
    original, served = PICTURES[name], metadata.treated(PICTURES[name])
    assert SECRET in everything(original) or b"zTXt" in original or b"\0\1\0\0\0" in original
    found = everything(served)
    assert SECRET not in found
    assert SECRET.hex().encode() not in found
    assert not [word for word in (b"GPS", b"Serial", b"OwnerName") if word in found]
    before, after = Image.open(io.BytesIO(original)), Image.open(io.BytesIO(served))
    assert after.getexif().get_ifd(0x8825) == {}
    assert [after.getexif().get(tag) for tag in (0x0112, 0x010E, 0x013B, 0x8298)] == [
        before.getexif().get(tag) for tag in (0x0112, 0x010E, 0x013B, 0x8298)
    ]
    assert after.info["icc_profile"] == PROFILE
    assert getattr(after, "n_frames", 1) == (2 if "moves" in name else 1)
    assert after.tobytes() == before.tobytes()
    assert metadata.treated(served) == served


def test_credit_caption_and_copyright_stay_as_agencies_write_them() -> None:
    said = IptcImagePlugin.getiptcinfo(Image.open(io.BytesIO(metadata.treated(PICTURES["JPEG with resources in two"]))))
    assert said == {(2, 120): CAPTION.encode(), (2, 110): CREDIT.encode(), (2, 116): RIGHTS.encode()}
    for name in ("JPEG with XMP", "PNG with XMP", "WebP with both"):
        served = metadata.treated(PICTURES[name])
        assert all(word in served for word in (CREDIT.encode(), RIGHTS.encode(), b"<ext:City>Paris"))
    assert CREDIT in PngImagePlugin.PngImageFile(io.BytesIO(metadata.treated(PICTURES["PNG with texts"]))).text.values()


@pytest.mark.parametrize("name", HELD)
def test_a_picture_whose_traces_cannot_be_taken_out_is_held_back(name: str) -> None:
    assert metadata.is_picture(HELD[name][:12])
    with pytest.raises(Untreatable):
        metadata.treated(HELD[name])


@pytest.mark.parametrize(
    "data", [jpeg(), png(), saved("WEBP"), saved("TIFF"), saved("GIF"), saved("AVIF"), saved("BMP")]
)
def test_a_picture_without_traces_is_served_to_the_byte(data: bytes) -> None:
    assert metadata.treated(data) == data


@given(st.sampled_from(sorted(PICTURES)), st.data())
def test_damage_lets_no_trace_out(name: str, data: st.DataObject) -> None:
    original = PICTURES[name]
    at = data.draw(st.integers(2, len(original)))
    damaged = original[:at] + data.draw(st.binary(max_size=4)) + original[data.draw(st.integers(at, len(original))) :]
    treat: Callable[[bytes], bytes] = metadata.treated
    try:
        served = treat(damaged)
    except Untreatable:
        return
    assert b"GPSL" not in served
    assert not metadata.traces.are_in(served)


@pytest.mark.parametrize(
    ("data", "size"),
    [
        (jpeg(), (64, 48)),
        (jpeg(exif=exif(orientation=3)), (64, 48)),
        (jpeg(exif=exif(orientation=6)), (48, 64)),
        (jpeg(exif=exif(), progressive=True), (48, 64)),
        (png(), (64, 48)),
        (saved("GIF"), (64, 48)),
        (saved("WEBP", exif=exif()), (64, 48)),
        (jpeg()[:100], (0, 0)),
        (b"\x89PNG\r\n\x1a\n", (0, 0)),
    ],
)
def test_a_page_keeps_room_for_a_picture(make_newsroom: MakeNewsroom, data: bytes, size: tuple[int, int]) -> None:
    newsroom = make_newsroom({"x.md": release(body="![Quay](a.png)"), "a.png": data, "y.md": release(image="a.png")})
    room = f' width="{size[0]}" height="{size[1]}"' if all(size) else ""
    assert f'{version(metadata.treated(data))}" alt="Quay"{room} loading="lazy">' in get(newsroom, "/releases/x").text
    assert f'{version(metadata.treated(data))}" alt=""{room} loading="lazy">' in get(newsroom, "/releases/y").text


def test_what_is_served_of_a_release_goes_by_its_bytes(make_newsroom: MakeNewsroom) -> None:
    files = {
        "quay/photo.jpg": PICTURES["JPEG with EXIF"],
        "quay/plan.tif": HELD["TIFF"],
        "quay/fake.jpg": b"\xff\xd8\xff\xe0" + b"0" * 50,
    }
    newsroom = make_newsroom({"quay/index.md": release("A quay", body="![The quay](photo.jpg)"), **files})
    answer = get(newsroom, "/releases/quay/photo.jpg")
    assert answer.data == metadata.treated(files["quay/photo.jpg"])
    assert answer.headers["Content-Length"] == str(len(answer.data))
    assert names(newsroom, "quay") == ["fake.jpg", "photo.jpg"]
    assert [problem for problem in problems(newsroom) if "quay/plan.tif: this tells where it was taken" in problem]
    assert not [path for path in newsroom.settings.index.rglob("*") if path.is_file() and SECRET in path.read_bytes()]
