"""Damage to the index: every file of it, in every way, found by whoever meets it first, and healed without anyone."""

from __future__ import annotations

import os
import random
import shutil
from collections.abc import Callable, Iterator, Mapping
from itertools import product
from pathlib import Path
from time import sleep

import pytest
from werkzeug.test import Client

from feedsrv.search import LAG
from feedsrv.search.whoosh.index import WhooshIndex
from tests.conftest import Newsroom, release
from tests.running import until

FILES: Mapping[str, str | bytes] = {
    "newsroom.toml": 'title = "Harbour"\n[topics.cranes]\nmatch = ["crane"]\n',
    "crane.md": release("A crane", body="The crane has moved to the north quay. " * 40),
    "crane.pdf": b"%PDF-1.4 " + bytes(range(256)) * 20,
    "ferry.md": release("A ferry", date="2026-02-01", body="The ferry sails again, past the crane. " * 40),
    "kran.md": release("Ein Kran", lang="de", body="Der Kran ist umgezogen, und die Fähre fährt wieder. " * 40),
    "gone.md": release("A barge", withdrawn="2026-10-01"),
    "draft.md": release("A secret", draft="true"),
}
ADDRESSES = (
    *("/", "/releases", "/releases/crane", "/releases/crane/crane.pdf", "/releases/gone", "/releases/none"),
    *("/search?q=crane", "/search.json?q=north+quay", "/search?q=cr*", "/search?q=%22sails+again%22", "/topics/cranes"),
    *("/releases.atom", "/topics/cranes.rss", "/releases.json?lang=de", "/sitemap-1.xml", "/feeds"),
)
Answers = Mapping[str, tuple[int, bytes]]


# --- what is damaged ---


def _files_of(newsroom: Newsroom) -> dict[str, Path]:
    """Every file of the current generation, and of what lies beside it, under a name that is the same each time."""
    index = newsroom.settings.index
    generation = index / (index / "current").readlink()
    kinds = {"manifest.json", "newsroom.toml", "attachments"}
    found = {name: generation / name for name in kinds}
    for path in (generation / "segments").iterdir():
        found[path.name.partition(".")[2] if path.suffix in {".inv", ".col"} else path.name] = path
    (found["attachment"],) = (index / "files").iterdir()
    return found | {name: index / name for name in ("ledger", "true-until")}


SEGMENT = ("_MAIN_1.toc", "table", "inv", "record.col", "_stored.col")
BESIDE = ("ledger", "true-until")
NAMES = ("manifest.json", "newsroom.toml", "attachments", "attachment", *SEGMENT, *BESIDE)

# --- how it is damaged ---


def _flipped(at: float) -> Callable[[Path], None]:
    def flip(path: Path) -> None:
        with path.open("r+b") as file:
            size = path.stat().st_size
            file.seek(min(int(size * at), size - 1))
            byte = file.read(1)[0]
            file.seek(-1, os.SEEK_CUR)
            file.write(bytes([byte ^ 0x10]))

    return flip


def _zeroed(path: Path) -> None:
    held = path.read_bytes()
    start, end = len(held) // 3, len(held) * 2 // 3 + 1
    filled = b"\0" if any(held[start:end]) else b"\xff"  # some files are zeroes there
    with path.open("r+b") as file:
        file.seek(start)
        file.write(filled * (end - start))


def _lengthened(path: Path) -> None:
    with path.open("ab") as file:
        file.write(b"more")


def _shortened(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def _emptied(path: Path) -> None:
    os.truncate(path, 0)


def _replaced(path: Path) -> None:
    """By a file of the same size and other bytes, under the same name."""
    other = path.with_name("other")
    other.write_bytes(random.Random(1).randbytes(path.stat().st_size))
    other.rename(path)


def _linked(path: Path) -> None:
    """By a symbolic link to what it was."""
    elsewhere = path.parent.parent.parent / f"elsewhere-{path.name}"
    path.rename(elsewhere)
    path.symlink_to(elsewhere)


def _piped(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def _made_a_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def _given_away(path: Path) -> None:
    if os.geteuid():
        pytest.skip("only root can give a file away")
    os.chown(path, 65534, 65534)


IN_PLACE: dict[str, Callable[[Path], None]] = {
    **{f"flipped at {at:.0%}": _flipped(at) for at in (0, 0.1, 0.3, 0.5, 0.7, 0.9, 1)},
    "zeroed": _zeroed,
    "lengthened": _lengthened,
}
"""Those by which no byte goes that is mapped: the process that has it mapped would die, and it is that of the tests."""
DAMAGES = IN_PLACE | {
    "shortened": _shortened,
    "emptied": _emptied,
    "deleted": Path.unlink,
    "replaced": _replaced,
    "a link": _linked,
    "a pipe": _piped,
    "a folder": _made_a_folder,
    "writable by all": lambda path: path.chmod(0o666),
    "somebody else's": _given_away,
}
IS_NOTICED_BY_NOBODY = {("writable by all", name) for name in BESIDE} | {("a link", name) for name in BESIDE}


# --- who looks ---


@pytest.fixture(scope="session")
def sound(tmp_path_factory: pytest.TempPathFactory) -> tuple[Newsroom, Answers]:
    """A newsroom that is not damaged, and what it answers."""
    newsroom = Newsroom(tmp_path_factory.mktemp("sound") / "newsroom")
    newsroom.publish(FILES)
    assert set(_files_of(newsroom)) == set(NAMES), "a file has come, or gone: damage it, too"
    answers = _answers(newsroom.client())
    assert {status for status, _ in answers.values()} == {200, 404, 410}
    return newsroom, answers


@pytest.fixture
def newsroom(sound: tuple[Newsroom, Answers], tmp_path: Path) -> Newsroom:
    """A copy of it, opened by nobody."""
    shutil.copytree(sound[0].root, tmp_path / "newsroom", symlinks=True)
    shutil.rmtree(tmp_path / "newsroom" / "releases")
    newsroom = Newsroom(tmp_path / "newsroom")
    newsroom.write(FILES)
    return newsroom


def _answers(client: Client) -> Answers:
    found = {}
    for address in ADDRESSES:
        with client.get(address) as answer:
            if answer.status_code == 503:
                assert answer.headers["Retry-After"]
                assert answer.headers["Cache-Control"] == "no-store"
            found[address] = answer.status_code, answer.data
    return found


def _wrong(found: Answers, true: Answers) -> list[str]:
    """The addresses that are answered neither as they should nor with 503."""
    return [address for address, answer in found.items() if answer[0] != 503 and answer != true[address]]


def _is_ready(newsroom: Newsroom) -> bool:
    return newsroom.client().get("/health/ready").status_code == 200


def _heal(newsroom: Newsroom, publisher: WhooshIndex) -> None:
    """What the publisher does in its idle loop."""
    until(lambda: not publisher.verify())
    newsroom.index, reading = publisher, newsroom.index
    newsroom.publish()
    newsroom.index = reading
    sleep(2 * LAG)


def _publisher(newsroom: Newsroom) -> WhooshIndex:
    """A publisher that has looked at the index before."""
    publisher = WhooshIndex(newsroom.settings.index)
    assert publisher.verify()
    return publisher


@pytest.fixture(autouse=True)
def rounds_without_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("feedsrv.search.verification.ROUND", 0.0)


def met_at_the_opening(newsroom: Newsroom, true: Answers, damage: str, name: str) -> None:
    """A process that opens the index after the damage says what is right, or that it cannot; and so does the next."""
    publisher = _publisher(newsroom)
    DAMAGES[damage](_files_of(newsroom)[name])
    for _ in range(2):
        newsroom.index = WhooshIndex(newsroom.settings.index)
        found = _answers(newsroom.client())
        assert not _wrong(found, true)
    is_met = any(status == 503 for status, _ in found.values())
    assert not is_met or not _is_ready(newsroom)
    _heal(newsroom, publisher)
    assert _answers(newsroom.client()) == true
    assert _is_ready(newsroom)


def met_by_the_publisher(newsroom: Newsroom, true: Answers, damage: str, name: str) -> None:
    """The publisher finds it: what is rendered is answered, nothing else is, until it has made the index anew."""
    publisher = _publisher(newsroom)
    client = newsroom.client()
    rendered = {address: client.get(address).data for address in ("/", "/releases.atom")}
    DAMAGES[damage](_files_of(newsroom)[name])
    until(lambda: not publisher.verify())
    sleep(2 * LAG)
    if name not in BESIDE:
        assert {address: client.get(address).data for address in rendered} == rendered
        assert client.get("/search?q=ferry").status_code == 503
        assert client.get("/health/ready").status_code == 503
        assert client.get("/health/live").status_code == 200
    newsroom.index, reading = publisher, newsroom.index
    newsroom.publish()
    newsroom.index = reading
    sleep(2 * LAG)
    assert _answers(client) == true
    assert _is_ready(newsroom)
    assert publisher.verify()


def met_by_a_request(newsroom: Newsroom, true: Answers, damage: str, name: str) -> None:
    """A process that has the index open, and has read of it, never fails: it answers, or says that it cannot."""
    publisher = _publisher(newsroom)
    client = newsroom.client()
    assert client.get("/").status_code == client.get("/search?q=ferry").status_code == 200
    DAMAGES[damage](_files_of(newsroom)[name])
    assert {status for status, _ in _answers(client).values()} <= {200, 404, 410, 503}
    _heal(newsroom, publisher)
    assert _answers(client) == true
    assert _is_ready(newsroom)


FINDERS = {finder.__name__: finder for finder in (met_at_the_opening, met_by_the_publisher, met_by_a_request)}


def _cases() -> Iterator[tuple[str, str, str]]:
    """Who finds it, what happened, and to which file."""
    for finder, damage, name in product(FINDERS, DAMAGES, NAMES):
        dies = finder != "met_at_the_opening" and damage in {"shortened", "emptied"} and name in SEGMENT
        if not dies and (damage, name) not in IS_NOTICED_BY_NOBODY:
            yield finder, damage, name


CASES = list(_cases())
SAMPLE = [case for number, case in enumerate(CASES) if number % 41 == 0]


@pytest.mark.parametrize(("finder", "damage", "name"), SAMPLE)
def test_damage_is_never_answered_from_and_always_healed(
    newsroom: Newsroom, sound: tuple[Newsroom, Answers], finder: str, damage: str, name: str
) -> None:
    FINDERS[finder](newsroom, sound[1], damage, name)


@pytest.mark.bench
@pytest.mark.parametrize(("finder", "damage", "name"), CASES)
def test_every_damage_to_every_file_is_never_answered_from_and_always_healed(
    newsroom: Newsroom, sound: tuple[Newsroom, Answers], finder: str, damage: str, name: str
) -> None:
    FINDERS[finder](newsroom, sound[1], damage, name)
