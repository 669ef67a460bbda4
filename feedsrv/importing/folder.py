"""The folder that posts are written into: a file for each, which nobody else's is ever overwritten for."""

from __future__ import annotations

import re
from collections import Counter
from enum import Enum
from itertools import count
from pathlib import Path, PurePosixPath
from urllib.parse import unquote

import yaml

from feedsrv import ids
from feedsrv.files.kinds import is_release_name, is_release_stem
from feedsrv.files.opening import opened
from feedsrv.importing.content import converted, quoted
from feedsrv.importing.post import Post, Site, split
from feedsrv.text import uris
from feedsrv.text.cleaning import clean
from feedsrv.text.html import as_shown

_GUID = re.compile(rb"""^guid: *["']?([^\s"']+)""", re.MULTILINE)
_HEAD = 1 << 14


class _Dumper(yaml.SafeDumper):
    """Writes a value that stands twice twice."""

    def ignore_aliases(self, _data: object) -> bool:
        return True


class Outcome(Enum):
    """What became of a post."""

    WRITTEN = "written"
    THERE = "there already"
    KEPT = "there and not the same, and left as they are"


class Folder:
    """A folder of releases. A post is known by its guid in it, under whichever name; without one, by its name."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._by_guid: dict[str, Path] = {}
        for path in sorted(root.rglob("*")):
            if is_release_name(path.name) and (guid := _guid_in(path)):
                self._by_guid.setdefault(guid, path)
        self._of_others = set(self._by_guid.values())
        self._given = Counter[Path]()
        self._stated: set[str] = set()

    def put(self, post: Post, site: Site) -> tuple[Path, Outcome]:
        """Write a file for a post, if there is none. Raises OSError."""
        guid = post.guid if uris.is_absolute(post.guid) and post.guid not in self._stated else ""
        if not guid:
            site.left_out["id in feeds, which is no URI or another's: its subscribers see it again"] += 1
        self._stated.add(guid)
        path = self._by_guid.get(guid) or self._name(post)
        depth = len(path.relative_to(self._root).parts) - 1
        content = _release(post, guid, site, "../" * depth).encode()
        if path.exists() or path.is_symlink():
            return path, Outcome.THERE if _holds(path, content) else Outcome.KEPT
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_name(f"{path.name}.part")  # under that name a half written one is no release
        part.write_bytes(content)
        part.rename(path)
        return path, Outcome.WRITTEN

    def _name(self, post: Post) -> Path:
        """A name that no other post has, in this run or by its guid."""
        last = PurePosixPath(split(post.link).path).stem
        stem = next(filter(None, map(ids.slug, (unquote(post.slug), unquote(last), as_shown(post.title)))), "post")
        if stem == "index" or not is_release_stem(stem):
            stem = f"post-{stem}"
        folder = self._root / f"{post.published.year:04}" if post.published else self._root
        first = folder / f"{stem}.html"
        for number in count(self._given[first] + 1):
            path = first if number == 1 else folder / f"{stem}-{number}.html"
            if path not in self._of_others and (path == first or path not in self._given):
                self._given[first] = number
                self._given.setdefault(path, 1)
                return path
        raise AssertionError


def _guid_in(path: Path) -> str:
    try:
        with opened(path) as file:
            found = _GUID.search(file.read(_HEAD))
    except OSError:
        return ""
    return found[1].decode("utf8", "replace") if found else ""


def _holds(path: Path, content: bytes) -> bool:
    try:
        with opened(path) as file:
            return file.read(len(content) + 1) == content
    except OSError:
        return False


def _release(post: Post, guid: str, site: Site, to_root: str) -> str:
    picture = site.file(post.picture)
    image: object = picture and to_root + quoted(picture)
    if picture and post.picture_text:
        image = {"src": image, "alt": post.picture_text}
    files = [to_root + quoted(path) for path in map(site.file, post.attachments) if path]
    site.left_out["pictures and files from elsewhere"] += (
        len(post.attachments) - len(files) + bool(post.picture and not picture)
    )
    stated = {
        "title": as_shown(post.title),
        "date": post.published,
        "draft": bool(post.held),
        "embargo": post.opens,
        "guid": guid,
        "aliases": list(dict.fromkeys(filter(None, (site.path(post.link), *post.former)))),
        "language": post.language.strip(),
        "topics": list(dict.fromkeys(filter(None, (as_shown(topic).lstrip("- ") for topic in post.topics)))),
        "summary": as_shown(post.summary),
        "image": image,
        "attachments": files,
    }
    said = {key: value for key, value in stated.items() if value}
    head = yaml.dump(said, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=10_000)
    return f"---\n{head}---\n\n{clean(converted(post, site, to_root)).strip()}\n"
