"""The names of files: under which a file of a release is served, and as what."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import count
from pathlib import PurePosixPath

from feedsrv import ids
from feedsrv.text.media_types import BY_ENDING, ending

_DOCUMENTS = frozenset({"doc", "docx", "odt", "rtf"})  # which releases are written in, too
_DATA = frozenset({"json", "xml"})  # which sites state things in
_DOWNLOADS = BY_ENDING.keys() - _DOCUMENTS - _DATA
_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
_ENDING = re.compile(r"[A-Za-z0-9]{1,10}")


def without_ending(path: str) -> str:
    """A path without the ending of its name."""
    return path[: -len(found)] if (found := ending(path)) else path


def folders(path: str) -> Iterator[str]:
    """The folders that a file lies in, the innermost first; the last is that of all releases, "."."""
    while (end := path.rfind("/")) > 0:
        path = path[:end]
        yield path
    yield "."


def is_document(name: str) -> bool:
    """Whether a file of this name is a document of a kind that releases are written in."""
    return ending(name)[1:] in _DOCUMENTS


def is_download(name: str) -> bool:
    """Whether readers expect to download a file of this name: pictures, sound, film, PDF, tables, slides, archives."""
    return ending(name)[1:] in _DOWNLOADS


def given(paths: Iterable[str]) -> Mapping[str, str]:
    """The name that each of the files of a release is served under: the last part of its path, made safe.

    Where two would have the same, in capitals or not, the one that lies deeper carries the name of its folder.
    """
    names: dict[str, str] = {}
    taken: set[str] = set()
    for path in sorted(paths, key=lambda path: (path.count("/"), path)):
        names[path] = next(name for name in _candidates(path) if name.casefold() not in taken)
        taken.add(names[path].casefold())
    return names


def _candidates(path: str) -> Iterator[str]:
    *_, folder, last = ("", *PurePosixPath(path).parts)
    yield _safe(last)
    whole = PurePosixPath(_safe(f"{folder}-{last}"))
    yield whole.name
    for number in count(2):
        yield f"{whole.stem}-{number}{whole.suffix}"


def _safe(name: str) -> str:
    if _PLAIN.fullmatch(name):
        return name
    stem, _, last = name.rpartition(".")
    if not stem or not _ENDING.fullmatch(last):
        return ids.slug(name) or "file"
    return f"{ids.slug(stem) or 'file'}.{last}"
