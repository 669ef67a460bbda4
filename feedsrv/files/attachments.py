"""The enclosures of a release: the files that belong to it, looked at, named, and put into their places in its body."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from hashlib import sha256
from itertools import islice
from pathlib import Path
from urllib.parse import unquote

from feedsrv.files import names as file_names
from feedsrv.files.bundles import Belongings, place, places
from feedsrv.files.dimensions import UNKNOWN, Dimensions, of_picture
from feedsrv.files.opening import in_words, opened
from feedsrv.files.original import LARGEST_FILE, Original
from feedsrv.problem import Problem, Severity
from feedsrv.reading import Link, Mention, Reading, Visibility
from feedsrv.release import Attachment
from feedsrv.text.links import unsettled
from feedsrv.text.media_types import media_type
from feedsrv.text.places import addresses, relocate, undescribed

MOST_FILES = 200
"""Of one release, and addresses that are looked at in one."""
MOST_LINKS = 1_000
"""To other releases, of one: of more, the text alone is shown."""

_NAMED = 3
_REMEDY = "put it there, or change its address"


@dataclass(frozen=True, slots=True)
class Enclosed:
    """A reading with its files.

    ``named`` are the places that its text names, also where nothing is; ``files`` each file, by the digest of what is
    served of it; ``links`` those of its text to what is none of its files, and may be another release.
    """

    reading: Reading
    named: tuple[str, ...]
    files: Mapping[str, Original]
    links: tuple[Link, ...] = ()


@dataclass(frozen=True, slots=True)
class _Look:
    """What a look at a file told: size, digest and dimensions, or why it is left out and what to do."""

    size: int = 0
    digest: str = ""
    dimensions: Dimensions = UNKNOWN
    obstacle: str = ""
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class Enclosures:
    """The files in a folder of releases, each looked at once.

    ``gate`` says of a file that is a text when it may be seen by what it says itself, None for any other.
    """

    folder: Path
    belongings: Belongings
    gate: Callable[[str], Visibility | None]
    _looks: dict[str, _Look] = field(default_factory=dict)

    def state(self, source: str, named: Iterable[str]) -> str:
        """A text that changes when a file does that belongs to a release, or that it names."""
        looks = {path: self.look(path) for path in sorted({*self.belongings.of(source), *named})}
        return "".join(f"{path}\0{look.digest or look.obstacle}\0" for path, look in looks.items())

    def enclose(self, reading: Reading, data: bytes) -> Enclosed:
        """The reading with attachments and picture, and with a body that leads to them by their names.

        A picture in the body that is not there is its description. ``data`` is the file, to tell lines from.
        """
        enclosing = _Enclosing(self, reading, data)
        problems = tuple(sorted((*reading.problems, *enclosing.problems()), key=lambda problem: problem.line))
        attachments = enclosing.attachments()
        files = {self.look(path).digest: enclosing.original(path) for path in enclosing.names}
        release = replace(reading.release, body=enclosing.body(), attachments=attachments, picture=enclosing.picture())
        return Enclosed(replace(reading, release=release, problems=problems), enclosing.named, files, enclosing.links())

    def look(self, path: str, within: Original | None = None) -> _Look:
        """What a file is now, or was when it was first looked at; ``within``: it lies in a document of its release."""
        if path not in self._looks:
            file = within or (Original(self.folder / path) if path in self.belongings else None)
            self._looks[path] = _look(file) if file else _Look()
        return self._looks[path]


class _Enclosing:
    """The files of one release."""

    def __init__(self, enclosures: Enclosures, reading: Reading, data: bytes) -> None:
        self._enclosures = enclosures
        self._reading = reading
        self._data = data
        self._in_body = dict.fromkeys(Mention(address, 0, shown) for address, shown in addresses(self._safe))
        self._source = reading.release.source
        document = enclosures.folder / self._source
        self._within = {f"{self._source}/{name}": Original(document, name) for name in reading.pictures}
        mentions = [*reading.mentions, *self._in_body][:MOST_FILES]
        sought = {mention.address: tuple(self._sought(mention.address)) for mention in mentions}
        self._places = {address: self._found(paths) for address, paths in sought.items() if paths}
        named = tuple(dict.fromkeys(path for paths in sought.values() for path in paths))
        self.named = tuple(path for path in named if path not in self._within)
        stated = [self._places[mention.address] for mention in reading.mentions if mention.address in self._places]
        paths = dict.fromkeys((*stated, *enclosures.belongings.of(self._source), *self._places.values()))
        self._present = list(filter(self._is_there, paths))
        opens = reading.visibility.opens
        self._held = {
            path for path in self._present if path not in self._within and _is_held(enclosures.gate(path), opens)
        }
        looked = (path for path in self._present[:MOST_FILES] if path not in self._held)
        kept = [path for path in looked if not self._look(path).obstacle]
        names = file_names.given(kept)
        self.names = {path: names[path] for path in kept}

    def original(self, path: str) -> Original:
        """One of its files."""
        return self._within.get(path) or Original(self._enclosures.folder / path)

    def _look(self, path: str) -> _Look:
        return self._enclosures.look(path, self._within.get(path))

    def _sought(self, address: str) -> Iterator[str]:
        """Where a file may lie that the release names by this address, to the first place where there is one.

        One within a document lies below that.
        """
        if (within := f"{self._source}/{unquote(address)}") in self._within:
            yield within
            return
        for path in map(self._enclosures.belongings.spelled, places(self._source, address)):
            yield path
            if self._is_there(path):
                return

    def _found(self, sought: Sequence[str]) -> str:
        """The last of these places if there is a file, else the first."""
        return sought[-1] if self._is_there(sought[-1]) else sought[0]

    def _is_there(self, path: str) -> bool:
        return path in self._enclosures.belongings or path in self._within

    @property
    def _safe(self) -> str:
        return self._reading.release.body

    @property
    def _pictures(self) -> Mapping[str, str]:
        """The names of the pictures that can be shown, by the addresses by which the release names them."""
        return {address: name for address, name in self._at_hand.items() if _is_picture(name)}

    @property
    def _at_hand(self) -> Mapping[str, str]:
        return {address: self.names[path] for address, path in self._places.items() if path in self.names}

    @property
    def _shown(self) -> list[str]:
        """The names of the pictures in the body."""
        pictures = self._pictures
        return [pictures[at.address] for at in self._in_body if at.is_picture and at.address in pictures]

    def attachments(self) -> tuple[Attachment, ...]:
        """The files that belong to it: first those it states, then those that lie with it, then those in its text."""
        shown = set(self._shown)
        return tuple(
            Attachment(
                name, media_type(name), look.size, look.digest, name in shown, *self._told(path), *look.dimensions
            )
            for path, name in self.names.items()
            if (look := self._look(path))
        )

    def _told(self, path: str) -> tuple[str, str, str, str]:
        """What the release says of a file: where it names it twice, the first that says anything."""
        named = (at for at in self._reading.mentions if self._places.get(at.address) == path)
        told = ((at.title, at.description, at.caption, at.credit) for at in named)
        return next(filter(any, told), ("", "", "", ""))

    def picture(self) -> str:
        """The name of the picture that stands for it: the first it states, else the first in its body, else ""."""
        pictures = self._pictures
        stated = [pictures[at.address] for at in self._reading.mentions if at.is_picture and at.address in pictures]
        return next(iter([*stated, *self._shown]), "")

    def body(self) -> str:
        """The body with the names of its files in place of where they lie; other links within are unsettled."""
        in_links = {address: unsettled(address) for address in self._to_others} | {
            address: name + address[len(address.partition("#")[0]) :] for address, name in self._at_hand.items()
        }
        sizes = {name: self._look(path).dimensions for path, name in self.names.items()}
        return relocate(self._safe, in_links, self._pictures, sizes)

    def links(self) -> tuple[Link, ...]:
        """The links to what is none of its files, each address once, and no more than `MOST_LINKS`."""
        whole = dict.fromkeys(address.partition("#")[0] for address in self._to_others)
        return tuple(Link(address, self._line(address)) for address in islice(whole, MOST_LINKS))

    @property
    def _to_others(self) -> list[str]:
        """The addresses of the links in the body that lead into the folder, and to none of its files."""
        links = (at.address for at in self._in_body if not at.is_picture and at.address not in self._at_hand)
        return [address for address in links if place(self._source, address)]

    def problems(self) -> Iterator[Problem]:
        """What is wrong with files that it has or names."""
        for path in self._present[:MOST_FILES]:
            if obstacle := self._look(path).obstacle:
                yield Problem(path, 0, obstacle, self._look(path).remedy, kind="attachment")
        for path in sorted(self._held):
            what = f"it names {path}, which says that it is not public, or not yet, and is left out"
            yield Problem(self._source, 0, what, "change what that file says, or take the link away", kind="attachment")
        if surplus := self._present[MOST_FILES:]:
            what = f"it has more than {MOST_FILES} files, and {len(surplus)} of them are left out"
            yield Problem(self._source, 0, what, "put them into one archive", kind="attachments")
        yield from self._missing()
        yield from self._undescribed()

    def _undescribed(self) -> Iterator[Problem]:
        """The pictures of which nobody says what is to be seen on them, to those who cannot see them."""
        bare = [self._pictures.get(address, "") for address in undescribed(self._safe)]
        lead = next((item for item in self.attachments() if item.name == self.picture() and not item.is_shown), None)
        if found := [*filter(None, bare), *([lead.name] if lead and not lead.description else [])]:
            what = f"{len(found)} of its pictures have no description: {', '.join(found[:_NAMED])}"
            remedy = "say what is to be seen: alt: in front matter, ![What](address), an alternative text in Word"
            yield Problem(self._source, 0, what, remedy, Severity.NOTE, "picture-undescribed")

    def _missing(self) -> Iterator[Problem]:
        absent = {address: path for address, path in self._places.items() if path not in self._present}
        for at in self._reading.mentions:
            if at.address in absent:
                what = f"there is no file {absent[at.address]} in the folder of releases"
                yield Problem(self._source, at.line, what, self._remedy(at), Severity.NOTE, "file-missing")
        for at in islice(self._in_body, MOST_FILES):
            if at.is_picture and at.address not in self._pictures:
                what = f"the picture {unquote(at.address)} is not there, and its description is shown instead"
                yield Problem(self._source, self._line(at.address), what, self._remedy(at), kind="picture-missing")
            elif at.address in absent and _is_known(absent[at.address]):
                what = f"a link leads to {unquote(at.address)}, and there is no such file"
                yield Problem(
                    self._source, self._line(at.address), what, self._remedy(at), Severity.NOTE, "link-broken"
                )

    def _remedy(self, at: Mention) -> str:
        belongings = self._enclosures.belongings
        alike = belongings.but_for_capitals(self._places.get(at.address, ""))
        return f"there is {alike}: write its capitals as they are" if alike else _REMEDY

    def _line(self, address: str) -> int:
        """The line on which an address stands, 0 if it is spelled otherwise there."""
        found = (self._data.find(spelling.encode()) for spelling in (address, unquote(address)))
        return next((self._data.count(b"\n", 0, at) + 1 for at in found if at >= 0), 0)


def _is_held(window: Visibility | None, opens: datetime | None) -> bool:
    """Whether a file is not to be seen, or not as early as the release that it goes with."""
    if window is None:
        return False
    return window.barred is not None or bool(window.opens and (opens is None or window.opens > opens))


def _is_picture(name: str) -> bool:
    return media_type(name).startswith("image/")


def _is_known(name: str) -> bool:
    return media_type(name) != media_type("")


def _look(file: Original) -> _Look:
    """Size and SHA-256 of what is served of a file. Nothing is waited for, and no link is followed."""
    try:
        with opened(file.path) as whole:
            if os.fstat(whole.fileno()).st_size > LARGEST_FILE:
                what = f"this has more than {LARGEST_FILE:,} bytes, and is left out"
                return _Look(obstacle=what, remedy="make it smaller, or link to it elsewhere")
        digest, size, dimensions = sha256(), 0, UNKNOWN
        for chunk in file.served():
            dimensions = dimensions if size else of_picture(chunk)
            digest.update(chunk)
            size += len(chunk)
        return _Look(size, digest.hexdigest(), dimensions)
    except OSError as error:
        what, remedy = in_words(error)
        return _Look(obstacle=what, remedy=remedy)
