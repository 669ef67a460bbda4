"""A manuscript: a release file taken apart, before its fields are told from its parts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from typing import Generic, TypeVar

from feedsrv.newsroom import Newsroom
from feedsrv.readers import boilerplate, caution, contacts, front_matter, masthead
from feedsrv.readers.document import Conversion, Document, Place
from feedsrv.readers.formats import html, markdown, plain
from feedsrv.readers.front_matter import Entry, FrontMatter
from feedsrv.readers.problems import Complaints
from feedsrv.reading import Origin

Format = Callable[[str, int], Document]
T = TypeVar("T")

FORMATS: Mapping[str, Format] = {
    ".md": markdown.read,
    ".markdown": markdown.read,
    ".html": html.read,
    ".htm": html.read,
    ".txt": plain.read,
}
"""What reads the text of a file, by its ending in small letters."""


@dataclass(frozen=True, slots=True)
class Manuscript:
    """The parts of a file. ``head`` holds what it states of itself, ``has_front_matter`` if in front matter.

    ``cautions`` are the numbers and texts of lines that ask for it to be held back. ``is_converted``: the numbers
    of its lines are not those of the file.
    """

    source: str
    head: FrontMatter
    has_front_matter: bool
    document: Document
    masthead: masthead.Masthead
    cautions: tuple[tuple[int, str], ...]
    contacts: contacts.Section | None
    ending: boilerplate.Ending
    newsroom: Newsroom
    complaints: Complaints
    is_converted: bool = False

    @property
    def path(self) -> PurePosixPath:
        """The path of the file in the folder."""
        return PurePosixPath(self.source)


def take_apart(source: str, text: str, newsroom: Newsroom, complaints: Complaints) -> Manuscript:
    """The parts of a text. Raises FileUnreadable for front matter that cannot be read."""
    head = front_matter.read(text, complaints)
    ending = PurePosixPath(source).suffix.lower()
    document = FORMATS[ending]("\n".join(text.split("\n")[head.length :]), head.length + 1)
    return _assembled(source, text, head, document, newsroom, complaints)


def of_conversion(source: str, converted: Conversion, newsroom: Newsroom, complaints: Complaints) -> Manuscript:
    """The parts of a file that was converted; there is no front matter in it."""
    document = FORMATS[converted.ending](converted.text, 1)
    head = FrontMatter(converted.entries)
    manuscript = _assembled(source, converted.text, head, document, newsroom, complaints)
    return replace(manuscript, is_converted=True)


def _assembled(
    source: str, text: str, head: FrontMatter, document: Document, newsroom: Newsroom, complaints: Complaints
) -> Manuscript:
    ending = boilerplate.find(document)
    people = contacts.find(document, ending.boilerplate)
    return Manuscript(
        source,
        replace(head, entries={**front_matter.merged(document.entries, complaints), **head.entries}),
        head.length > 0,
        document,
        masthead.read(document, people.places if people else (), newsroom),
        tuple(caution.lines(text, head.length)),
        people,
        ending,
        newsroom,
        complaints,
    )


@dataclass(frozen=True, slots=True)
class Found(Generic[T]):
    """A value, where it came from, and the lines that said it and need not be said again in the body."""

    value: T
    origin: Origin
    places: frozenset[Place] = frozenset()


def origin(entry: Entry) -> Origin:
    """The origin of what an entry says."""
    return Origin(entry.line, f"{entry.where}: {entry.key}")
