"""Readers: a release file -> what it says, and where each part of it came from."""

from __future__ import annotations

from datetime import datetime
from typing import TypeVar

from feedsrv import ids
from feedsrv.newsroom import Newsroom
from feedsrv.readers import decoding, fields, manuscript, moments, visibility
from feedsrv.readers.complaints import Complaints
from feedsrv.readers.document import Document, Place
from feedsrv.readers.fields import Found
from feedsrv.readers.manuscript import Manuscript
from feedsrv.readers.markup import sanitise, to_text
from feedsrv.reading import Origin, Reading
from feedsrv.release import Release

READER_VERSION = 3
"""Part of every fingerprint: raise it when files would be read differently, and all are read again."""
SUFFIXES = manuscript.MARKDOWN | manuscript.HTML | manuscript.PLAIN
"""The endings of release files, in small letters."""
LARGEST_FILE = 5_000_000
"""Bytes."""
MOST_MARKS = 100_000
"""Lines, and characters that mean something in Markdown or HTML: parsers spend 10 to 50 µs on each, a bomb is made of
millions, and the longest release known has 4,000."""
MOST_TAGS = 20_000
"""Of HTML: sanitising tags within each other takes the square of their number, a second for these."""

_MARKS = "\n!#$%&*+-:<=>@[\\]^_`{|}~"

T = TypeVar("T")


def read(source: str, data: bytes, newsroom: Newsroom) -> Reading:
    """What a file says; the same for the same arguments always.

    ``source`` is its path within the folder, with "/". Raises FileUnreadable for a file that is empty, too
    large, no text, or whose front matter cannot be read.
    """
    complaints = Complaints(source)
    if len(data) > LARGEST_FILE:
        raise complaints.unreadable(0, f"it has more than {LARGEST_FILE:,} bytes", "shorten it")
    text = decoding.decode(data, complaints)
    if not text.strip():
        raise complaints.unreadable(0, "it is empty", "write the release, or delete the file")
    if text.count("<") > MOST_TAGS or sum(map(text.count, _MARKS)) > MOST_MARKS:
        raise complaints.unreadable(0, "it has more lines and markup than a release can have", "shorten it")
    return _Reader(manuscript.take_apart(source, text, newsroom, complaints)).reading()


class _Reader:
    """Puts the fields of one release together, and notes where each came from."""

    def __init__(self, taken_apart: Manuscript) -> None:
        self._manuscript = taken_apart
        self._origins: dict[str, Origin] = {}
        self._said: set[Place] = set()  # the lines that have become fields

    def reading(self) -> Reading:
        """The reading; complaints are in the order of the file's lines."""
        parts = self._manuscript
        title = self._take("title", fields.title(parts))
        reference = self._take("reference", fields.reference(parts))
        published = self._take_moment("published", moments.published(parts))
        contacts = self._take("contacts", fields.people(parts))
        document = self._rest()
        body = sanitise(document.html)
        text = to_text(body)
        language = self._take("language", fields.language(parts, reference, f"{title}\n{text}"))
        corrections = self._take("corrections", fields.corrections(parts))
        release = Release(
            id=self._id(language, reference),
            source=parts.source,
            title=title,
            language=language,
            published=published,
            updated=self._take_moment("updated", moments.updated(parts, published, corrections)),
            reference=reference,
            summary=self._take("summary", fields.summary(parts, document, text)),
            body=body,
            text=text,
            stated_topics=self._take("stated_topics", fields.topics(parts)),
            contacts=contacts,
            corrections=corrections,
            aliases=self._take("aliases", fields.aliases(parts)),
        )
        seen = visibility.read(parts, published)
        problems = tuple(sorted(dict.fromkeys(parts.complaints.problems), key=lambda problem: problem.line))
        return Reading(release, seen, self._origins, problems, fields.files(parts))

    def _take(self, name: str, found: Found[T]) -> T:
        if found.value:
            self._origins[name] = found.origin
        self._said |= found.places
        return found.value

    def _take_moment(self, name: str, found: Found[datetime] | None) -> datetime | None:
        return self._take(name, found) if found else None

    def _id(self, language: str, reference: str) -> str:
        parts = self._manuscript
        slug = fields.slug(parts)
        stem = "file name" if parts.path.stem.lower() != "index" else "folder name"
        sources = (self._origins.get("reference"), slug.origin if slug.value else None, Origin(0, stem))
        self._origins["id"] = next(origin for origin in sources if origin)
        return ids.claim(parts.source, language, parts.newsroom, reference=reference, own_slug=slug.value)

    def _rest(self) -> Document:
        """The document without what has become a field, and without the masthead's lines.

        Whoever writes front matter has said there what is to be said: then other lines stay.
        """
        parts = self._manuscript
        facts = (fact for fact in parts.masthead.facts if fact.is_embargo or not parts.has_front_matter)
        return parts.document.without(self._said | {fact.line.place for fact in facts})
