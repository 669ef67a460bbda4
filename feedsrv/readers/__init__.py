"""Readers: a release file -> what it says, and where each part of it came from.

::

    formats, decoding                    one module a format: text or bytes -> a document; bytes -> text
    bounds                               how much of a text is read
    document, parts, problems            what a file is taken apart into
    effects                              what a key can decide, and what one that nobody knows decides by its words
    keys                                 every key by which a file states something, once
    entries, notations                   what is stated, key by key; in YAML, TOML and JSON
    front_matter, bare_keys, companions  at the top of a file, outside front matter, in other files
    lexicon, phrases, moments            how languages say that a release must wait; that, and when, in a line
    passages, embargo, held_names        which lines there are; which of them, and which names of files, ask for it
    statements, visibility               what one key says of it; the gate: from when to when it may be seen
    clock, dates, publication            hours and zones; days; which moments are stated
    masthead, headlines, boilerplate     what stands above and below the text; which of it is the headline
    furniture                            what a site has around every text
    addresses, permalinks                where it stands elsewhere, or stood before; what a generator gave it
    contacts, contact_lines              who answers the press
    contact_names                        which pieces of these lines are names
    taxonomies                           which topics it states
    language, letters                    its language, as its id may end in it, and as it is read
    translations, fields                 its siblings, and all else that it has
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from html import escape
from typing import TypeVar

from feedsrv import ids
from feedsrv.newsroom import Newsroom
from feedsrv.problem import Problem
from feedsrv.readers import (
    addresses,
    bounds,
    companions,
    decoding,
    fields,
    front_matter,
    parts,
    publication,
    taxonomies,
    translations,
    visibility,
)
from feedsrv.readers.document import Conversion, Document, Place
from feedsrv.readers.formats import documents, html, mail
from feedsrv.readers.formats.documents import Convert
from feedsrv.readers.parts import Found, Manuscript
from feedsrv.readers.problems import Problems
from feedsrv.reading import Origin, Reading, Status, Visibility
from feedsrv.release import Release
from feedsrv.text.cleaning import clean
from feedsrv.text.html import in_order, is_blank, sanitise, to_text
from feedsrv.text.media_types import ending

READER_VERSION = 21
"""Part of what every reading rests on: raise it when files would be read differently, and all are read again."""
_MARKUP = frozenset({".rst"})
"""The endings of texts that are converted as documents are."""
DOCUMENTS = frozenset(documents.CONVERTERS) - _MARKUP
"""The endings of documents that `feedsrv.readers.formats.documents` can read if its libraries are installed."""
SUFFIXES = frozenset(parts.FORMATS) | {".eml"} | DOCUMENTS | _MARKUP
"""The endings of release files, in small letters."""
LARGEST_FILE = 5_000_000
"""Bytes of a text."""
LARGEST_DOCUMENT = 50_000_000
"""Bytes of a document or a mail: there may be pictures in it."""
_HTML = frozenset(ending for ending, read in parts.FORMATS.items() if read is html.read)
T = TypeVar("T")


def read(
    source: str,
    data: bytes,
    newsroom: Newsroom,
    beside: Mapping[str, bytes] | None = None,
    convert: Convert = documents.converted,
) -> Reading:
    """What a file says; the same for the same arguments always.

    ``source`` is its path within the folder, with "/"; ``beside`` the bytes of the files that state something of it,
    by their paths, see `feedsrv.readers.companions`; ``convert`` is asked for the text of a document. Raises
    FileUnreadable for a file that is empty, too large, no text, or whose front matter cannot be read;
    ConversionPending where ``convert`` does.
    """
    problems = Problems(source)
    kind = ending(source)
    if len(data) > largest(source):
        raise problems.unreadable(0, f"it has more than {largest(source):,} bytes", "shorten it")
    if not data.strip():
        raise problems.unreadable(0, "it is empty", bounds.WRITE_IT)
    stated = companions.read(source, beside or {}, problems)
    if kind in parts.FORMATS:
        decoded = decoding.decode(data, problems, is_html=kind in _HTML)
        text = bounds.bounded(decoded, problems, is_html=kind in _HTML)
        return _Reader(parts.take_apart(source, text, newsroom, problems, stated), problems.found).reading()
    converted = _converted(source, data, problems, convert)
    if len(converted.text) > LARGEST_FILE:
        raise problems.unreadable(0, f"its text has more than {LARGEST_FILE:,} characters", "shorten it")
    text = bounds.bounded(clean(converted.text), problems, is_html=converted.ending in _HTML)
    taken_apart = parts.of_conversion(source, replace(converted, text=text), newsroom, stated)
    return _Reader(taken_apart, problems.found).reading()


def _converted(source: str, data: bytes, problems: Problems, convert: Convert) -> Conversion:
    """A file that is no text of ours as one. What is stated above a text is read here, too. Raises as `read` does."""
    kind = ending(source)
    if kind == ".eml":
        return mail.convert(data, problems)
    if kind not in _MARKUP:
        return documents.convert(source, data, problems, convert)
    text = bounds.bounded(decoding.decode(data, problems, is_html=False), problems, is_html=False)
    head = front_matter.read(text, problems)
    below = "\n" * head.length + "\n".join(text.split("\n")[head.length :])
    converted = documents.convert(source, below.encode(), problems, convert)
    return replace(converted, entries=(*head.stated, *converted.entries))


def largest(source: str) -> int:
    """The most bytes that a file of this name may have."""
    return LARGEST_DOCUMENT if ending(source) in {*DOCUMENTS, ".eml"} else LARGEST_FILE


def version(source: str) -> str:
    """What the reading of a file depends on beside its bytes, its path and the newsroom."""
    return f"{READER_VERSION} {documents.converter(ending(source))}" if is_converted(source) else str(READER_VERSION)


def is_converted(source: str) -> bool:
    """Whether a file of this name is a document whose text another process looks for."""
    return ending(source) in documents.CONVERTERS


def can_read(source: str) -> bool:
    """Whether what it takes to read a file of this name is installed."""
    return not is_converted(source) or bool(documents.converter(ending(source)))


class _Reader:
    """Puts the fields of one release together, and notes where each came from."""

    def __init__(self, taken_apart: Manuscript, problems: Sequence[Problem]) -> None:
        self._manuscript = taken_apart
        self._problems = list(problems)
        self._origins: dict[str, Origin] = {}
        self._said: set[Place] = set()  # the lines that have become fields

    def reading(self) -> Reading:
        """The reading; problems are in the order of the file's lines."""
        parts = self._manuscript
        title = self._take("title", fields.title(parts))
        reference = self._take("reference", fields.reference(parts))
        dated = publication.published(parts)
        self._problems += fields.left_out(parts)
        self._problems += [*publication.ambiguous(parts), *publication.problems(parts, dated)]
        published = self._take_moment("published", dated)
        contacts = self._take("contacts", fields.people(parts))
        shown, document, about = self._parted()
        body = in_order(sanitise(shown.html))
        said = to_text(body)
        text = said if document is shown else _text_of(document)
        summary = self._take("summary", fields.summary(parts, document, text))
        if summary and not said:  # it is all that there is to read
            body, text = sanitise(f"<p>{escape(summary)}</p>{body}"), summary
        spoken, told = fields.language(parts, reference, f"{title}\n{text}")
        language = self._take("language", spoken)
        corrections = self._take("corrections", fields.corrections(parts))
        seen, reasons, problems = visibility.read(parts, dated, corrections)
        if not said and is_blank(body) and not seen.is_withdrawn:
            self._problems.append(parts.problem(0, "there is no text", "write it below the headline"))
        release = Release(
            id=self._id(told, reference),
            guid=self._take("guid", fields.guid(parts)),
            source_url=self._take("source_url", addresses.source_url(parts)),
            source=parts.source,
            title=title,
            language=language,
            published=published,
            opened=seen.opens if seen.opens != published else None,
            updated=self._take_moment("updated", publication.updated(parts, published, corrections)),
            reference=reference,
            summary=summary,
            body=body,
            text=text,
            boilerplate=_text_of(about),
            translation_keys=translations.keys(parts, told, reference),
            stated_topics=self._take("stated_topics", taxonomies.topics(parts)),
            contacts=contacts,
            corrections=corrections,
            aliases=self._take("aliases", addresses.aliases(parts, published)),
            is_noindex=self._take("is_noindex", fields.is_noindex(parts)),
            id_language=told if told != language else "",
        )
        if seen.barred is not Status.NO_RELEASE:  # nobody misses the date of such a page
            problems = (*self._problems, *problems)
        return self._with_lines(release, seen, {**self._origins, **reasons}, problems)

    def _with_lines(
        self, release: Release, seen: Visibility, origins: Mapping[str, Origin], problems: Sequence[Problem]
    ) -> Reading:
        """The reading; what was converted has no lines that anybody could look up, but those of a mail's head."""
        parts = self._manuscript
        if parts.is_converted:
            origins = {
                name: origin if origin.how.startswith("mail") else replace(origin, line=0)
                for name, origin in origins.items()
            }
            problems = [replace(problem, line=0) for problem in problems]
        in_order = tuple(sorted(dict.fromkeys(problems), key=lambda problem: problem.line))
        return Reading(release, seen, origins, in_order, fields.files(parts), parts.pictures)

    def _take(self, name: str, found: Found[T]) -> T:
        if found.value:
            self._origins[name] = found.origin
        self._said |= found.places
        self._problems += found.problems
        return found.value

    def _take_moment(self, name: str, found: Found[datetime] | None) -> datetime | None:
        return self._take(name, found) if found else None

    def _id(self, language: str, reference: str) -> str:
        parts = self._manuscript
        slug = fields.slug(parts)
        self._problems += slug.problems
        stem = "file name" if parts.path.stem.lower() != "index" else "folder name"
        sources = (self._origins.get("reference"), slug.origin if slug.value else None, Origin(0, stem))
        self._origins["id"] = next(origin for origin in sources if origin)
        return ids.claim(parts.source, language, parts.newsroom, reference=reference, own_slug=slug.value)

    def _parted(self) -> tuple[Document, Document, Document]:
        """The document as it is shown, and apart its text and its boilerplate.

        What has become a field is in none of them, nor are end marks and the masthead's lines. Whoever writes
        front matter has said there what is to be said: then other lines stay.
        """
        parts = self._manuscript
        facts = (fact for fact in parts.masthead.facts if fact.is_embargo or not parts.has_front_matter)
        gone = self._said | parts.ending.marks | {fact.line.place for fact in facts}
        shown = parts.document.without(gone)
        if not parts.ending.boilerplate:
            return shown, shown, Document(())
        text = parts.document.without(gone | parts.ending.boilerplate)
        about = parts.document.only(parts.ending.boilerplate - gone)
        if about.blocks:
            self._origins["boilerplate"] = Origin(about.blocks[0].line, "below the text")
        return shown, text, about


def _text_of(document: Document) -> str:
    return to_text(sanitise(document.html)) if document.blocks else ""
