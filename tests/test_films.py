"""What a film or a sound tells of place, camera and owner is served in no box, and nothing in it changes its place."""

from __future__ import annotations

import io
import struct
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedsrv.files import metadata
from feedsrv.files.metadata.traces import Untreatable
from tests.conftest import MakeNewsroom, release
from tests.test_attachments import get, names, problems

SECRET = b"+48.8577+002.295/Zanzibar-7"
TITLE, RIGHTS = b"The bridge at dawn", b"Harbour Office 2026"
PICTURES = b"compressed " * 1_000


def box(kind: bytes, *content: bytes) -> bytes:
    whole = b"".join(content)
    return struct.pack(">I", 8 + len(whole)) + kind + whole


def text(kind: bytes, said: bytes) -> bytes:
    """A text as QuickTime has it."""
    return box(kind, struct.pack(">HH", len(said), 0) + said)


def item(kind: bytes, said: bytes) -> bytes:
    """A text as iTunes has it."""
    return box(kind, box(b"data", bytes(3) + b"\1" + bytes(4) + said))


def track(handler: bytes, description: bytes, *others: bytes) -> bytes:
    head = box(b"hdlr", bytes(8) + handler + bytes(12) + b"Handler\0")
    table = box(b"stbl", box(b"stsd", bytes(4) + struct.pack(">I", 1) + description))
    return box(
        b"trak", box(b"tkhd", bytes(84)), box(b"mdia", box(b"mdhd", bytes(24)), head, box(b"minf", table)), *others
    )


def keys(*stated: tuple[bytes, bytes]) -> bytes:
    """What Apple's cameras state: names, then values by their numbers."""
    listed = b"".join(box(b"mdta", name) for name, _ in stated)
    values = (item(struct.pack(">I", number), value) for number, (_, value) in enumerate(stated, 1))
    head = box(b"hdlr", bytes(8) + b"mdta" + bytes(12))
    return box(b"meta", head, box(b"keys", bytes(4), struct.pack(">I", len(stated)), listed), box(b"ilst", *values))


VIDEO, SOUND = track(b"vide", box(b"avc1", bytes(78))), track(b"soun", box(b"mp4a", bytes(28)))
ITUNES = box(b"meta", bytes(4), box(b"hdlr", bytes(8) + b"mdir" + bytes(12)), box(
    b"ilst", item(b"\xa9nam", TITLE), item(b"cprt", RIGHTS), item(b"----", SECRET), item(b"xyz ", SECRET),
))  # fmt: skip
PHONE = keys((b"com.apple.quicktime.location.ISO6709", SECRET), (b"com.apple.quicktime.model", SECRET))
USER = box(
    b"udta", text(b"\xa9xyz", SECRET), box(b"loci", bytes(6) + SECRET), box(b"GPS ", SECRET), text(b"\xa9nam", TITLE),
    text(b"\xa9swr", SECRET), box(b"CAME", SECRET), text(b"\xa9cpy", RIGHTS), bytes(4),
)  # fmt: skip
UUID = box(b"uuid", bytes(16) + SECRET)
HEAD, FILM = box(b"ftyp", b"isom" + bytes(4)), box(b"mdat", PICTURES)
LONG = struct.pack(">I", 1) + b"mdat" + struct.pack(">Q", 16 + len(PICTURES)) + PICTURES
MOVIE = (box(b"mvhd", bytes(100)), VIDEO, SOUND)

TREATED = {
    "a phone's": HEAD + FILM + box(b"moov", *MOVIE, USER, PHONE),
    "iTunes'": HEAD + box(b"moov", *MOVIE, box(b"udta", ITUNES)) + LONG,
    "without a beginning": box(b"wide") + FILM + box(b"moov", *MOVIE, USER, UUID),
    "in a track": HEAD + box(b"moov", MOVIE[0], track(b"vide", box(b"avc1"), USER, PHONE, UUID)) + FILM,
    "in pieces": HEAD + box(b"moov", *MOVIE) + box(b"moof", box(b"mfhd"), box(b"traf", UUID), UUID) + FILM + UUID,
    "beside all": HEAD + box(b"free", SECRET) + UUID + box(b"thma", SECRET) + box(b"moov", *MOVIE) + FILM,
    "with Apple's own track": HEAD + FILM + box(b"moov", *MOVIE, track(b"meta", box(b"mebx", b"orientation")), USER),
    "cut off": HEAD + box(b"moov", *MOVIE, USER) + FILM[:100],
    "to the end": HEAD + box(b"moov", *MOVIE, USER) + bytes(4) + b"mdat" + PICTURES,
    "with subtitles": HEAD + box(b"moov", *MOVIE, track(b"text", box(b"tx3g")), USER) + box(b"mdat", b"at latitude 48"),
}
REFUSED = {
    "positions beside the film": HEAD + box(b"moov", *MOVIE, track(b"meta", box(b"gpmd"))) + FILM,
    "places in Apple's own track": HEAD + box(b"moov", track(b"meta", box(b"mebx", b"location.ISO6709"))) + FILM,
    "positions in subtitles": HEAD + box(b"moov", track(b"sbtl", box(b"tx3g"))) + box(b"mdat", b"GPS (2.2950, 48.85)"),
    "packed": HEAD + box(b"moov", box(b"cmov", SECRET)) + FILM,
    "something behind it": HEAD + box(b"moov", *MOVIE) + FILM + SECRET,
    "boxes that are none": HEAD + box(b"moov", *MOVIE, box(b"udta", SECRET)) + FILM,
    "a box that does not end": HEAD + FILM + box(b"moov", *MOVIE, USER)[:-20],
}  # fmt: skip


def served(data: bytes) -> bytes:
    return b"".join(metadata.served(io.BytesIO(data)))


def kinds(data: bytes) -> Sequence[tuple[int, bytes]]:
    """The outermost boxes and where they are."""
    found, at = [], 0
    while at < len(data):
        size, kind = struct.unpack_from(">I4s", data, at)
        found.append((at, kind))
        at += {0: len(data), 1: len(LONG)}.get(size, size)
    return found


@pytest.mark.parametrize("name", TREATED)
def test_nothing_private_is_left_and_all_else_is_where_it_was(name: str) -> None:
    original, treated = TREATED[name], served(TREATED[name])
    assert SECRET not in treated
    assert len(treated) == len(original)
    assert [(at, kind) for at, kind in kinds(treated) if kind != b"free"] == [
        (at, kind) for at, kind in kinds(original) if kind not in {b"free", b"uuid", b"thma"}
    ]
    for kept in (VIDEO, SOUND, PICTURES, TITLE, RIGHTS):
        assert treated.count(kept) == original.count(kept)
    assert served(treated) == treated


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_taken_out_is_refused(name: str, tmp_path: Path) -> None:
    path = tmp_path / "film.mp4"
    path.write_bytes(REFUSED[name])
    with path.open("rb") as file, pytest.raises(Untreatable):
        list(metadata.served(file))


def test_it_is_held_back_and_reported_and_the_release_is_public(make_newsroom: MakeNewsroom) -> None:
    body = '<video src="bridge.mp4"></video>\n\n<video src="flight.mp4"></video>'
    films = {"quay/bridge.mp4": TREATED["a phone's"], "quay/flight.mp4": REFUSED["positions beside the film"]}
    newsroom = make_newsroom({"quay/index.md": release("A new quay", body=body), **films})
    assert names(newsroom, "quay") == ["bridge.mp4"]
    assert get(newsroom, "/releases/quay/bridge.mp4").data == served(TREATED["a phone's"])
    assert [one for one in problems(newsroom) if "quay/flight.mp4: this tells where it was taken" in one]


@given(data=st.binary(max_size=200), place=st.integers(0, 2_000), name=st.sampled_from([*TREATED]))
def test_any_bytes_are_a_film_or_a_report(data: bytes, place: int, name: str) -> None:
    film = TREATED[name]
    with suppress(Untreatable):
        assert len(served(film[:place] + data + film[place + len(data) :])) >= min(place, len(film))


def test_a_text_is_no_film() -> None:
    for said in (b"1234moov", b"The free port", b"12 \nftyp", b""):
        assert served(said) == said
