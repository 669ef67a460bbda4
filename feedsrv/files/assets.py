"""Assets: the files that newsroom.toml names for the appearance, looked at, and refused where they are not fit."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path

from feedsrv.appearance import STYLESHEET, Asset
from feedsrv.colours import DARK, LEAST, LIGHT, contrast, legible
from feedsrv.files import drawings
from feedsrv.files.dimensions import UNKNOWN, Dimensions, of_picture
from feedsrv.files.opening import A_LINK, in_words
from feedsrv.files.original import Original
from feedsrv.files.settling import Unsettled
from feedsrv.newsroom import FILE_NAME, Newsroom
from feedsrv.newsroom_toml import line_of
from feedsrv.problem import Problem, Severity
from feedsrv.text.media_types import ending

LARGEST = 300_000
"""Bytes of an asset: each reader fetches it before anything else."""

SVG, CSS = "image/svg+xml", "text/css"
_BEGINNINGS = {
    ".gif": ("image/gif", re.compile(rb"GIF8")),
    ".ico": ("image/vnd.microsoft.icon", re.compile(rb"\x00\x00\x01\x00")),
    ".jpeg": ("image/jpeg", re.compile(rb"\xff\xd8\xff")),
    ".jpg": ("image/jpeg", re.compile(rb"\xff\xd8\xff")),
    ".png": ("image/png", re.compile(rb"\x89PNG\r\n\x1a\n")),
    ".svg": (SVG, re.compile(rb"")),
    ".webp": ("image/webp", re.compile(rb"RIFF.{4}WEBP", re.DOTALL)),
}
"""What a picture of each ending is, and how it begins."""
_ELSEWHERE = re.compile(r"@import|@font-face|url\(\s*[\"']?\s*(?!#)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Held:
    """The bytes of a file, as they were when it was looked at."""

    data: bytes

    def served(self) -> Iterator[bytes]:
        """The bytes."""
        yield self.data


@dataclass(frozen=True, slots=True)
class Furnished:
    """A newsroom with its assets, their bytes by digest, and what is to be said of its appearance."""

    newsroom: Newsroom
    files: Mapping[str, Held]
    problems: tuple[Problem, ...]


class _Unfit(Exception):
    """A file cannot be used; ``problem`` says why."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(str(problem))
        self.problem = problem


def furnish(folder: Path, newsroom: Newsroom, before: Newsroom | None, unsettled: Unsettled) -> Furnished:
    """The newsroom with the files that its appearance names, without those that are not fit to be served.

    One that is being written stays what it was ``before``.
    """
    assets: dict[str, Asset] = {}
    files: dict[str, Held] = {}
    problems = [*_colours(newsroom)]
    for name, path in newsroom.appearance.files.items():
        if path in unsettled:
            if before and (was := before.assets.get(name)) and was.path == path:
                assets[name] = was
            continue
        try:
            asset, data = _looked(folder, name, path, line_of(name, newsroom.text))
        except _Unfit as error:
            problems.append(error.problem)
            continue
        assets[name] = asset
        files[asset.digest] = Held(data)
        problems.extend(_left_out(path, data) if name == STYLESHEET else ())
    return Furnished(replace(newsroom, assets=assets), files, tuple(problems))


def _looked(folder: Path, name: str, path: str, line: int) -> tuple[Asset, bytes]:
    """One asset and its bytes, as they are served. Raises _Unfit."""
    data = _read(folder, name, path, line)
    if len(data) > LARGEST:
        raise _unfit(path, f"this has more than {LARGEST:,} bytes", "make it smaller")
    media_type, dimensions = _kind(name, path, data)
    return Asset(path, media_type, len(data), sha256(data).hexdigest(), *dimensions), data


def _read(folder: Path, name: str, path: str, line: int) -> bytes:
    """The bytes of a file that are served, as many as are looked at. No link on the way to it is followed."""
    data = b""
    try:
        if (folder / path).parent.resolve() != folder.resolve().joinpath(path).parent:
            raise _unfit(path, *A_LINK)
        for chunk in Original(folder / path).served():
            data += chunk
            if len(data) > LARGEST:
                break
    except FileNotFoundError as error:
        what = f"{name} is {path}, and there is no such file in the folder of releases"
        remedy = "put it there, or change the path"
        raise _Unfit(Problem(FILE_NAME, line, what, remedy, kind="appearance")) from error
    except OSError as error:
        raise _unfit(path, *in_words(error)) from error
    return data


def _kind(name: str, path: str, data: bytes) -> tuple[str, Dimensions]:
    """The media type of an asset, and its dimensions. Raises _Unfit where it is not what it is to be."""
    kind = ending(path)
    if name == STYLESHEET:
        if kind != ".css" or not _is_text(data):
            raise _unfit(path, "this is no style sheet", "save it as CSS, in UTF-8, under a name that ends in .css")
        return CSS, UNKNOWN
    media_type, beginning = _BEGINNINGS.get(kind, ("", None))
    if not beginning or not beginning.match(data):
        what = "this is not what its name says" if beginning else f"the {name} cannot be such a file"
        raise _unfit(path, what, f"save it as one of {', '.join(_BEGINNINGS)}")
    if media_type != SVG:
        return media_type, of_picture(data)
    try:
        return SVG, drawings.examine(data)
    except drawings.NoDrawing as error:
        raise _unfit(path, str(error), "save it as plain SVG, or as PNG", error.line) from error


def _is_text(data: bytes) -> bool:
    try:
        return "\0" not in data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return False


def _unfit(path: str, what: str, remedy: str, line: int = 0) -> _Unfit:
    return _Unfit(Problem(path, line, f"{what}, and the newsroom does without", remedy, kind="appearance"))


def _left_out(path: str, data: bytes) -> Iterator[Problem]:
    """What a style sheet asks for that no browser fetches."""
    for number, line in enumerate(data.decode("utf-8-sig").splitlines(), 1):
        if found := _ELSEWHERE.search(line):
            what = f"a style sheet may fetch nothing, and {found[0].strip()} does: browsers leave it out"
            yield Problem(path, number, what, "take it away", Severity.NOTE, "appearance")


def _colours(newsroom: Newsroom) -> Iterator[Problem]:
    """The colours in which text is not read well, and which are used in their place."""
    look = newsroom.appearance
    for name, stated, ground in (("accent", look.accent, LIGHT), ("accent_dark", look.accent_dark, DARK)):
        if stated and contrast(stated, ground.colour) < LEAST:
            used = legible(stated, ground)
            what = (
                f"{name} {stated} has a contrast of {contrast(stated, ground.colour):.1f}:1 on the {ground.scheme} "
                f"ground, and text needs {LEAST:g}:1: links and buttons are {used} instead"
            )
            remedy = f'to choose yourself, write {name} = "{used}" or another that is read as well'
            yield Problem(FILE_NAME, line_of(name, newsroom.text), what, remedy, Severity.NOTE, "contrast")
