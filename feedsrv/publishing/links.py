"""The links of releases to each other: which release an address in a text means, and who has to know when that changes.

People write such an address as their generator has it: as the path of a file, beside this one or from the top of the
folder, as the page that is made of it, or as the address that it states for itself. Each file is known by a few names
in one form, and an address is looked for under a few; so what a file is now concerns those alone that look for it.
"""

from __future__ import annotations

import posixpath
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import islice
from urllib.parse import unquote

from feedsrv import ids, readers
from feedsrv.file_record import FileRecord
from feedsrv.files.bundles import place
from feedsrv.files.names import folders, without_ending
from feedsrv.newsroom import Newsroom
from feedsrv.problem import Problem, Severity
from feedsrv.reading import Link, Status
from feedsrv.text.links import plain
from feedsrv.text.media_types import ending, media_type

_OF_TEXTS = readers.SUFFIXES - readers.DOCUMENTS
"""The endings of files that stand for the page which is made of them; who links to a document means the file."""
_INDEX = re.compile(r"(?:^|/)_?index$")
_DATED = re.compile(r"\d{4}-\d{1,2}-\d{1,2}-(?=.)")
_ANYWHERE = "*/"
"""In front of the name of a file that is looked for in all folders."""
_MOST = 12  # folders of an address, or above a file, that are looked at

_Names = Mapping[str, int]  # names by which a file is linked to, and how far each is from its own path


class Links:
    """Who links where: kept while single files change, at the cost of those that link. ``records`` are those of all."""

    def __init__(self, newsroom: Newsroom, records: Mapping[str, FileRecord]) -> None:
        self._newsroom = newsroom
        self._records = records
        self._names: dict[str, _Names] = {}  # by source; of none, as long as no file links to any
        self._known_as = defaultdict[str, dict[str, int]](dict)
        self._sought: dict[str, frozenset[str]] = {}
        self._seeking = defaultdict[str, set[str]](set)

    def change(self, sources: Iterable[str]) -> dict[str, FileRecord]:
        """Take in that these files have come, changed or gone; returns the records of all whose links are others."""
        sources = set(sources)
        there = [self._records[source] for source in sources if source in self._records]
        had_any = bool(self._sought)
        for source in sources & self._sought.keys():
            for name in self._sought.pop(source):
                self._seeking[name].discard(source)
        for record in there:
            if record.links:
                self._seek(record)
        if not self._sought:
            return {}
        touched = self._name(sources if had_any else {*sources, *self._records})
        concerned = {source for name in touched for source in self._seeking.get(name, ())} | (
            sources & self._sought.keys()
        )
        led = ((record, self._led(record)) for record in map(self._records.__getitem__, concerned))
        return {record.source: replace(record, links=links) for record, links in led if links != record.links}

    def _seek(self, record: FileRecord) -> None:
        sought = frozenset(name for link in record.links for name in _sought(record.source, link.address))
        self._sought[record.source] = sought
        for name in sought:
            self._seeking[name].add(record.source)

    def _name(self, sources: Iterable[str]) -> set[str]:
        """Know these files by their names; returns all that they have or had."""
        touched: set[str] = set()
        for source in sources:
            for name in (before := self._names.pop(source, {})):
                del self._known_as[name][source]
            touched.update(before)
            if record := self._records.get(source):
                self._names[source] = names = _names(record, self._newsroom)
                for name, distance in names.items():
                    self._known_as[name][source] = distance
                touched.update(names)
        return touched

    def _led(self, record: FileRecord) -> tuple[Link, ...]:
        return tuple(self._lead(record, link) for link in record.links)

    def _lead(self, record: FileRecord, link: Link) -> Link:
        """The link with where it leads now: to what is public, or as it stands if it is not into the folder."""
        for name in _sought(record.source, link.address):
            known = self._known_as.get(name, {})
            if name.startswith(_ANYWHERE):
                known = {source: known[source] for source in known if _may_be_meant(source, link.address)}
            if known:
                meant = self._records[min(known, key=lambda source: self._order(source, known[source], record))]
                target = f"../{meant.id}" if meant.id and meant.status is Status.PUBLIC else ""
                return replace(link, target=target, status=meant.status)
        return replace(link, target=link.address if link.address.startswith("/") else "", status=None)

    def _order(self, source: str, distance: int, linking: FileRecord) -> tuple[int, bool, bool, str]:
        meant = self._records[source]
        return distance, meant.language != linking.language, meant.status is not Status.PUBLIC, source


def problems(record: FileRecord) -> Iterator[Problem]:
    """What is to be said of the links of a file that lead nowhere, or nowhere yet."""
    if record.status in {Status.NO_RELEASE, Status.EXPIRED, Status.WITHDRAWN, Status.LONG_WITHDRAWN}:
        return
    for link in record.links:
        if not link.target and link.status is None and not _is_of_a_file(link.address):
            what, remedy = f"a link leads to {link.address}, which is no release: its text stands alone", "change it"
            yield Problem(record.source, link.line, what, remedy, Severity.NOTE, "link-nowhere")
        elif link.status is None and link.target:
            what = f"a link leads to {link.address}, which is none of the releases, and is left as it is"
            yield Problem(record.source, link.line, what, severity=Severity.NOTE, kind="link-left")
        elif not link.target and link.status:
            what = f"a link leads to {link.address}, which is not public ({link.status}): its text stands alone"
            yield Problem(record.source, link.line, what, severity=Severity.NOTE, kind="link-waits")


def _is_of_a_file(address: str) -> bool:
    """Whether an address is of what is no text, and said to be missing where files are."""
    return media_type(re.split("[?#]", address, maxsplit=1)[0]) != media_type("")


def _names(record: FileRecord, newsroom: Newsroom) -> _Names:
    """The names by which a file is linked to, and how far each is from its own path."""
    own = _folded(record.source)
    names = {_name_of_page(record.id or record.claim): 0, **dict.fromkeys(map(_asked, record.aliases), 1), own: 0}
    stem, _, tag = own.rpartition(".")
    if stem and "/" not in tag and ids.language_in_name(tag, newsroom):
        untagged = _INDEX.sub("", stem)
        names |= {untagged: 2, f"{tag}/{untagged}": 2, own: 0}
        own = untagged
    last = own.rpartition("/")[2]
    names |= {f"{_ANYWHERE}{last}": 3, f"{_ANYWHERE}{_DATED.sub('', last)}": 4}
    names[record.source] = 0
    return names


def _name_of_page(release_id: str) -> str:
    return f"releases/{release_id.casefold()}"


def _sought(source: str, address: str) -> Iterator[str]:
    """The names under which an address in a file is looked for, the likeliest first.

    A name without a folder is too little to go by, unless it is that of a file or has several words; see
    `_may_be_meant`.
    """
    if (path := place(source, address)) is None:
        return
    if "?" in address:
        yield _asked(f"{path}?{address.partition('?')[2]}")
    yield path
    yield (folded := _folded(path))
    written = plain(unquote(re.split("[?#]", address, maxsplit=1)[0]))
    is_telling = _is_telling(path)
    if written.startswith("/"):
        yield from _below_other_folders(folded, is_telling=is_telling)
    else:  # from the page that is made of the file, as if that were a folder, or from one above
        yield _folded(place(f"{without_ending(source)}/page", written) or "")
        yield from (_folded(posixpath.normpath(f"{folder}/{written}")) for folder in islice(folders(source), _MOST))
    if name := folded.rpartition("/")[2]:
        yield f"{_ANYWHERE}{name}"


def _is_telling(path: str) -> bool:
    """Whether the last part of a path is enough to go by."""
    return ending(path) in _OF_TEXTS or "-" in _folded(path).rpartition("/")[2]


def _may_be_meant(source: str, address: str) -> bool:
    """Whether an address may mean a file of its name anywhere: else the two have a folder in common."""
    path = re.split("[?#]", address, maxsplit=1)[0]
    return _is_telling(path.rstrip("/")) or not {*_folded(source).split("/")[:-1]}.isdisjoint(
        _folded(path).split("/")[:-1]
    )


def _below_other_folders(path: str, *, is_telling: bool) -> Iterator[str]:
    """A path without its first folders, for the folder of releases may be one of a site."""
    parts = path.split("/")[-_MOST:]
    yield from ("/".join(parts[start:]) for start in range(1, len(parts) if is_telling else len(parts) - 1))


def _folded(path: str) -> str:
    """A path or an address in the form in which they are compared: small letters, without ending, index and slashes."""
    whole = unquote(re.split("[?#]", path, maxsplit=1)[0]).strip("/").casefold()
    return _INDEX.sub("", without_ending(whole) if ending(whole) in _OF_TEXTS else whole)


def _asked(address: str) -> str:
    """An address in the form in which addresses are compared, with its query, which may be all that tells two apart."""
    _, mark, query = address.partition("#")[0].partition("?")
    return f"{_folded(address)}{mark}{query}"
