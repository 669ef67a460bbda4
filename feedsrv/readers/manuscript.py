"""A manuscript: a release file taken apart, before its fields are told from its parts."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from feedsrv.newsroom import Newsroom
from feedsrv.readers import boilerplate, caution, contacts, front_matter, html, markdown, masthead, plain
from feedsrv.readers.complaints import Complaints
from feedsrv.readers.document import Document
from feedsrv.readers.front_matter import FrontMatter

MARKDOWN = frozenset({".md", ".markdown"})
HTML = frozenset({".html", ".htm"})
PLAIN = frozenset({".txt"})


@dataclass(frozen=True, slots=True)
class Manuscript:
    """The parts of a file. ``head`` holds what it states of itself, ``has_front_matter`` if in front matter.

    ``cautions`` are the numbers and texts of lines that ask for it to be held back.
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

    @property
    def path(self) -> PurePosixPath:
        """The path of the file in the folder."""
        return PurePosixPath(self.source)


def take_apart(source: str, text: str, newsroom: Newsroom, complaints: Complaints) -> Manuscript:
    """The parts of a text. Raises FileUnreadable for front matter that cannot be read."""
    head = front_matter.read(text, complaints)
    document = _document(source, "\n".join(text.split("\n")[head.length :]), head.length + 1)
    ending = boilerplate.find(document)
    people = contacts.find(document, ending.boilerplate)
    return Manuscript(
        source,
        replace(head, entries={**document.entries, **head.entries}),
        head.length > 0,
        document,
        masthead.read(document, people.places if people else (), newsroom),
        tuple(caution.lines(text, head.length)),
        people,
        ending,
        newsroom,
        complaints,
    )


def _document(source: str, body: str, first_line: int) -> Document:
    ending = PurePosixPath(source).suffix.lower()
    if ending in MARKDOWN:
        return markdown.read(body, first_line)
    if ending in HTML:
        return html.read(body, first_line)
    return plain.read(body, first_line)
