"""Addresses: where a release stands elsewhere, and where it stood before it came here."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from datetime import date, datetime
from itertools import islice
from urllib.parse import urlsplit

from feedsrv.problem import Problem
from feedsrv.readers import permalinks, taxonomies
from feedsrv.readers.entries import texts
from feedsrv.readers.keys import fold
from feedsrv.readers.parts import NOWHERE, Found, Manuscript, origin
from feedsrv.text import uris


def source_url(manuscript: Manuscript) -> Found[str]:
    """The address elsewhere at which it stands as well, or in full; or nothing."""
    problems: list[Problem] = []
    for entry in manuscript.head.find("source"):
        if uris.is_of_the_web(entry.text):
            return Found(entry.text, origin(entry), problems=tuple(problems))
        if not _is_of_a_site(entry.text):
            what = f"{entry} is no address of the web"
            problems.append(manuscript.problem(entry.line, what, "write one like https://example.org/news/1"))
    return Found("", NOWHERE, problems=tuple(problems))


def aliases(manuscript: Manuscript, published: datetime | None) -> Found[tuple[str, ...]]:
    """The addresses it had elsewhere: paths with a slash in front, or plain slugs; `permalinks` are made addresses.

    ``published`` is the moment that their dates are of.
    """
    given: dict[str, None] = {}
    problems: list[Problem] = []
    find = manuscript.head.find
    permalinks_ = [entry for entry in find("permalink") if entry.truth is None]
    entries = [*(entry for entry in find("aliases") if entry.truth is None), *permalinks_]
    for entry in entries:
        for stated in texts(entry.value):
            is_pattern = entry in permalinks_
            path = _within_its_site(stated)
            address = permalinks.filled(path, *_of_permalinks(manuscript, published)) if is_pattern else path
            if found := list(_of_site(address, manuscript.source, entry.key)):
                given |= dict.fromkeys(found)
            else:
                what = f"{stated!r} is no address of this site"
                problems.append(manuscript.problem(entry.line, what, "write a path like /2018/03/launch.html"))
    if not permalinks_ and permalinks.is_usual(manuscript.source):
        address = permalinks.filled(permalinks.USUAL, *_of_permalinks(manuscript, published))
        given |= {address: None} if _is_of_a_site(address) else {}
    return Found(tuple(given), origin(entries[0]) if entries and given else NOWHERE, problems=tuple(problems))


def _within_its_site(address: str) -> str:
    """The path and the query of an address that is stated in full: the site that had it has moved here."""
    if not uris.is_of_the_web(address):
        return address
    parts = urlsplit(address)
    return f"{parts.path or '/'}{'?' if parts.query else ''}{parts.query}"


def _of_site(address: str, source: str, key: str) -> Iterator[str]:
    """An address from the top of the site; to Hugo one without a slash in front counts from the folder of the file."""
    if _is_of_a_site(address):
        yield address if address.startswith("/") or "/" not in address else f"/{address}"
    if fold(key) == "aliases" and not address.startswith("/"):
        below = posixpath.normpath("/".join(("", *permalinks.folders_of_site(source), address)))
        yield from filter(_is_of_a_site, [below] if permalinks.folders_of_site(source) else [])


def _of_permalinks(manuscript: Manuscript, published: datetime | None) -> tuple[str, date | None, list[str], str]:
    """What a permalink is made of: the path of the file, the day, its categories, and the slug that it states."""
    named = (entry for entry in manuscript.head.find("topics") if fold(entry.key) in {"categories", "category"})
    categories = [name for entry in islice(named, 1) for name in taxonomies.names(entry, manuscript.source)]
    slugs = (entry.text for entry in manuscript.head.find("slug"))
    return manuscript.source, published and manuscript.newsroom.day(published), categories, next(slugs, "")


def _is_of_a_site(address: str) -> bool:
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    is_path = not (parts.scheme or parts.netloc or address.startswith("//"))
    return is_path and not re.search(r"[\s\\:{}<>\"]", address) and ".." not in parts.path.split("/")
