"""A manuscript: a release file taken apart, before its fields are told from its parts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import PurePosixPath
from typing import Generic, TypeVar

from feedsrv.newsroom import Newsroom
from feedsrv.problem import Problem, Severity
from feedsrv.readers import bare_keys, boilerplate, contacts, embargo, front_matter, masthead, passages
from feedsrv.readers.document import Conversion, Document, Place
from feedsrv.readers.embargo import Caution
from feedsrv.readers.entries import Entry, FrontMatter
from feedsrv.readers.formats import html, markdown, mdx, plain
from feedsrv.readers.problems import Problems
from feedsrv.reading import Origin

Format = Callable[[str, int], Document]
T = TypeVar("T")

FORMATS: Mapping[str, Format] = {
    **dict.fromkeys((".md", ".markdown", ".mdown", ".mdwn", ".mkd", ".mkdn"), markdown.read),
    ".mdx": mdx.read,
    **dict.fromkeys((".html", ".htm", ".xhtml"), html.read),
    **dict.fromkeys((".txt", ".text"), plain.read),
}
"""What reads the text of a file, by its ending in small letters."""


@dataclass(frozen=True)
class Manuscript:
    """The parts of a file. ``head`` holds what it states of itself, ``has_front_matter`` if in front matter.

    ``cautions`` are the lines that ask for it to be held back. ``is_converted``: the numbers of its lines are not
    those of the file, in which its ``pictures`` lie, and which was ``created`` then, by its own word.
    """

    source: str
    head: FrontMatter
    has_front_matter: bool
    document: Document
    masthead: masthead.Masthead
    cautions: tuple[Caution, ...]
    contacts: contacts.Section | None
    ending: boilerplate.Ending
    newsroom: Newsroom
    is_converted: bool = False
    pictures: tuple[str, ...] = ()
    created: str = ""

    def problem(self, line: int, what: str, remedy: str = "", severity: Severity = Severity.WARNING) -> Problem:
        """Something that is wrong with this file."""
        return Problem(self.source, line, what, remedy, severity)

    @cached_property
    def path(self) -> PurePosixPath:
        """The path of the file in the folder."""
        return PurePosixPath(self.source)


def take_apart(
    source: str, text: str, newsroom: Newsroom, problems: Problems, beside: tuple[Entry, ...] = ()
) -> Manuscript:
    """The parts of a text, with what is stated ``beside`` it. Raises FileUnreadable for front matter in disorder."""
    head = front_matter.read(text, problems)
    ending = PurePosixPath(source).suffix.lower()
    document = FORMATS[ending]("\n".join(text.split("\n")[head.length :]), head.length + 1)
    return _assembled(source, text, head.with_entries(*beside, *document.entries), document, newsroom)


def of_conversion(source: str, converted: Conversion, newsroom: Newsroom, beside: tuple[Entry, ...] = ()) -> Manuscript:
    """The parts of a file that was converted; there is no front matter in it."""
    document = replace(FORMATS[converted.ending](converted.text, 1), is_letter=True)
    head = FrontMatter((*document.entries, *beside, *converted.entries))
    assembled = _assembled(source, converted.text, head, document, newsroom)
    return replace(assembled, is_converted=True, pictures=converted.pictures, created=converted.created)


def _assembled(source: str, text: str, head: FrontMatter, document: Document, newsroom: Newsroom) -> Manuscript:
    document = boilerplate.with_signs_apart(contacts.with_columns_apart(document))
    ending = boilerplate.find(document)
    people = contacts.find(document, ending.boilerplate) or contacts.at_a_head(document)
    spoken = passages.of_text(text, head, document)
    cautions = embargo.cautions(spoken, newsroom)
    labels = (bare_keys.of_line(one.text, one.number) for one in spoken if one.is_near and one.how == "line")
    head = head.with_entries(*(entry for entry in labels if entry))
    return Manuscript(
        source,
        head,
        head.length > 0,
        document,
        masthead.read(document, people.places if people else (), cautions, newsroom),
        cautions,
        people,
        ending,
        newsroom,
    )


@dataclass(frozen=True, slots=True)
class Found(Generic[T]):
    """A value, where it came from, the lines that said it and need not be said again, and what is wrong with it."""

    value: T
    origin: Origin
    places: frozenset[Place] = frozenset()
    problems: tuple[Problem, ...] = ()


def origin(entry: Entry) -> Origin:
    """The origin of what an entry says."""
    return Origin(entry.line, entry.where if ": " in entry.where else f"{entry.where}: {entry.key}")


NOWHERE = Origin(0, "none")
"""The origin of what is stated nowhere."""
