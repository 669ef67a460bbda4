"""The index: on the disk before it counts, never written again, refused where it is another's or of another version."""

from __future__ import annotations

import json
import os
import pickle
import re
import time
from dataclasses import asdict
from hashlib import sha256
from itertools import count
from pathlib import Path
from stat import S_IWUSR

import pytest

from feedsrv.errors import IndexUnavailable
from feedsrv.query import Query
from feedsrv.search.checksums import Checksums, sealed, unsealed
from feedsrv.search.manifest import Manifest
from feedsrv.search.whoosh.index import WhooshIndex
from tests.conftest import MakeNewsroom, Newsroom, release
from tests.faults.powerless import powerless
from tests.faults.publications import Office
from tests.faults.test_stopping import Watch
from tests.faults.tracing import traced
from tests.running import until

FILES = {f"{name}.md": release(name, body="A comet.") for name in "abc"}


def checksums(folder: Path) -> dict[Path, str]:
    return {path: sha256(path.read_bytes()).hexdigest() for path in sorted(folder.rglob("*")) if path.is_file()}


def change_manifest(folder: Path, **members: object) -> None:
    manifest = folder / "manifest.json"
    stored = json.loads(unsealed(manifest.read_bytes()))
    manifest.write_bytes(sealed(json.dumps(stored | members).encode()))


@pytest.mark.slow
def test_whatever_is_renamed_into_place_is_on_the_disk_before_and_its_folder_after(tmp_path: Path) -> None:
    office, trace = Office(tmp_path / "office"), tmp_path / "trace"
    office.write(1)
    calls = "openat,write,pwrite64,ftruncate,fsync,rename,mkdir,link,symlink"
    process = office.start(*traced(f"--trace={calls}", f"--output={trace}"))
    process.communicate(timeout=120)
    assert process.returncode == 0
    unflushed: set[str] = set()
    renamed = 0
    for line in trace.read_text("utf8", "replace").splitlines():
        if str(office.index) not in line or " = -1 " in line:
            continue
        name, paths = re.split(r"[ (]+", line)[1], re.findall(rf'[<"]({re.escape(str(office.index))}[^">]*)[">]', line)
        if name in {"write", "pwrite64", "ftruncate", "mkdir", "symlink"} or "O_CREAT" in line:
            unflushed.add(paths[-1])
        elif name == "fsync":
            unflushed.discard(paths[0])
        elif name == "rename":
            source, target = paths
            within = {path for path in unflushed if f"{path}/".startswith(f"{source}/")}
            if "/building-" in target:  # nobody looks there yet
                unflushed = unflushed - within | {target}
                continue
            kept = {path for path in within if os.path.lexists(path.replace(source, target))} - {
                f"{office.index}/building-link"
            }
            assert kept == set(), f"{source} is renamed to {target}"
            unflushed.add(str(Path(target).parent))
            renamed += target.endswith("/current")
        elif name == "link":
            unflushed.add(str(Path(paths[-1]).parent))
    assert renamed == 1
    assert str(office.index) not in unflushed


@pytest.mark.parametrize("rebuild", [True, False])
def test_a_generation_is_never_written_again(make_newsroom: MakeNewsroom, rebuild: bool) -> None:
    newsroom = make_newsroom(FILES)
    folder = newsroom.settings.index / newsroom.snapshot().generation
    before, numbers = checksums(folder), {path: path.stat().st_ino for path in folder.rglob("*")}
    newsroom.publish({"d.md": release("D")}, rebuild=rebuild)
    assert newsroom.snapshot().generation != folder.name
    assert checksums(folder) == before
    assert {path: path.stat().st_ino for path in folder.rglob("*")} == numbers


@pytest.mark.slow
def test_an_index_that_cannot_be_written_is_served_and_the_publisher_says_why(tmp_path: Path) -> None:
    newsroom = Newsroom(tmp_path / "newsroom")
    newsroom.publish(FILES)
    index = newsroom.settings.index
    newsroom.write({"d.md": release("D")})
    for folder in (path for path in (index, *index.rglob("*")) if path.is_dir()):
        folder.chmod(folder.stat().st_mode & ~S_IWUSR)
    (index / "writer.lock").chmod(0o400)
    try:
        ended = powerless("index", releases=newsroom.releases, index=index)
        assert (ended.returncode, len(ended.stderr.splitlines())) == (1, 1)
        assert str(index) in ended.stderr
        assert "cannot be written" in ended.stderr
        assert newsroom.client().get("/releases.json").get_json(force=True)["_feedsrv"]["total"] == len(FILES)
    finally:
        for folder in (path for path in (index, *index.rglob("*")) if path.is_dir()):
            folder.chmod(0o700)


@pytest.mark.slow
@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
def test_whose_the_index_is_and_who_cannot_write_it_is_said(tmp_path: Path) -> None:
    newsroom = Newsroom(tmp_path / "newsroom")
    newsroom.publish(FILES)
    (newsroom.settings.index / "writer.lock").chmod(0o600)
    os.chown(newsroom.settings.index / "writer.lock", 12345, 12345)
    ended = powerless("index", releases=newsroom.releases, index=newsroom.settings.index)
    assert ended.returncode == 1
    assert f"{newsroom.settings.index}/writer.lock cannot be written by root; it belongs to user 12345" in ended.stderr


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
def test_an_index_of_somebody_else_is_not_opened(make_newsroom: MakeNewsroom) -> None:
    newsroom = make_newsroom(FILES)
    folder = newsroom.settings.index / newsroom.snapshot().generation
    os.chown(folder, 12345, 12345)
    with pytest.raises(IndexUnavailable, match="belongs to user 12345"):
        WhooshIndex(newsroom.settings.index).snapshot()


def test_an_index_of_another_version_is_refused_by_who_comes_and_made_anew(make_newsroom: MakeNewsroom) -> None:
    newsroom = make_newsroom(FILES)
    running_since, client = newsroom.index, newsroom.client()
    page = client.get("/releases").data
    change_manifest(newsroom.settings.index / newsroom.snapshot().generation, engine="whoosh 99, schema 99")
    newsroom.index = WhooshIndex(newsroom.settings.index)
    answer = newsroom.client().get("/releases")
    assert (answer.status_code, "Retry-After" in answer.headers) == (503, True)
    assert client.get("/releases").data == page
    newsroom.publish()
    assert newsroom.snapshot().generation.startswith("gen-2-")
    assert newsroom.client().get("/releases").data == client.get("/releases").data == page
    assert running_since.snapshot().generation == newsroom.snapshot().generation


class Moved:
    """Pickles as a class of a module that is no longer there."""

    def __reduce__(self) -> str | tuple[object, ...]:
        return (eval, ("__import__('whoosh.module_that_has_moved')",))


def test_what_a_newer_library_cannot_unpickle_is_no_error_but_made_anew(make_newsroom: MakeNewsroom) -> None:
    newsroom = make_newsroom(FILES)
    folder = newsroom.settings.index / newsroom.snapshot().generation
    (toc,) = (folder / "segments").glob("*.toc")
    content = toc.read_bytes()
    start = content.index(b"\x80")  # where the pickle of the schema begins
    toc.unlink()
    toc.write_bytes(content[:start] + pickle.dumps(Moved()) + content[start:])
    files = Manifest.of(folder).files | {f"segments/{toc.name}": Checksums.of(toc)}
    change_manifest(folder, files={name: asdict(known) for name, known in files.items()})
    newsroom.index = WhooshIndex(newsroom.settings.index)
    assert newsroom.client().get("/releases").status_code == 503
    newsroom.publish()
    assert newsroom.client().get("/releases").status_code == 200


@pytest.mark.slow
def test_damage_is_healed_although_somebody_writes_all_the_time(make_newsroom: MakeNewsroom) -> None:
    """What is just being written is missing for a while, which is less than everything."""
    newsroom = make_newsroom({f"{number}.md": release(f"Release {number}") for number in range(40)})
    damaged = newsroom.snapshot().generation
    manifest = newsroom.settings.index / damaged / "manifest.json"
    manifest.unlink()
    manifest.write_text("{}", "utf8")
    newsroom.index = WhooshIndex(newsroom.settings.index)
    numbers = count()

    def is_healed_after_a_change() -> bool:
        number = next(numbers)
        newsroom.write({f"{number % 40}.md": release(f"Release {number} again")})
        time.sleep(0.3)
        return (newsroom.settings.index / "current").readlink().name != damaged

    with Watch(newsroom, newsroom.now):
        until(is_healed_after_a_change)
        until(lambda: WhooshIndex(newsroom.settings.index).snapshot().search(Query()).total == 40)
