"""Contacts: who answers the press, from a list in the front matter or the contacts section of a text."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby, islice, takewhile

from feedsrv.readers import dates
from feedsrv.readers.contact_lines import Row, contacts_of, paired, rows_of
from feedsrv.readers.contact_names import is_person
from feedsrv.readers.document import Block, Document, Line, Place
from feedsrv.readers.entries import Value
from feedsrv.readers.furniture import is_addressing
from feedsrv.readers.keys import fold
from feedsrv.release import Contact
from feedsrv.text.html import one_line, words_of

_LONGEST_LINE = 200
"""Characters; a longer line is prose, and no longer of the section."""
_MOST_LINES = 60
_MOST_HEADINGS = 5
_HEADING = re.compile(
    r"""\W*+(?:
      (?:(?:your|vos|votre|ihre?|the|i|nos|los)\s+)?(?:(?:press|media|news|further|public)\s+)?
        (?:enquiries|inquiries|contacts?|contactos?|contatt[io]|kontakte?|ansprechpartner(?:in|innen)?|presse-?kontakte?
          |medien-?kontakte?)
        (?:\s+(?:for\s+)?(?:the\s+)?(?:press|media|presse|m[ée]dias?|de\s+prensa|(?:para\s+(?:la\s+)?)?prensa
          |dla\s+(?:mediów|prasy)|pro\s+m[ée]dia|voor\s+(?:de\s+)?pers|(?:de\s+)?pres[ăa]
          |(?:per\s+la\s+)?stampa)(?:\s+(?-i:[A-ZÀ-Þ])\S*){0,3})?
    | (?:press|media)\s+(?:office|officer|relations) | service\s+(?:de\s+)?presse | relations\s+presse | pressestelle
    | ufficio\s+stampa | (?:gabinete|oficina)\s+de\s+(?:prensa|comunicación)
    | (?:for\s+)?(?:more|further|additional|media)\s+information,?\s+(?:please\s+)?contact
    | pour\s+(?:plus|tout\s+complément)\s+d['’]informations?,?\s+(?:veuillez\s+)?contacte[rz]
    | (?:(?:bei|für)\s+)?rückfragen(?:\s+(?:an|bitte\s+an|richten\s+sie\s+bitte\s+an))?
    | weitere\s+auskünfte(?:\s+erteilt)?
    | perscontact(?:en)? | persvoorlichting | press?e?kontakt(?:er)? | kontaktpersoner? | contacte\s+de\s+premsa
    | (?:yhteystiedot|lisätietoja|lisätiedot) | sajtókapcsolat | basın\s+iletişim | iletişim
    | контакты?(?:\s+для\s+(?:прессы|сми))? | пресс-служба | контакти(?:\s+для\s+(?:преси|змі))?
    | επικοινωνία | (?:報道(?:関係者)?)?お問い?合わせ先? | (?:媒体)?联系(?:人|方式) | (?:언론\s?)?문의(?:처)?
    )(?![^\W_])""",
    re.IGNORECASE | re.VERBOSE,
)


_MARKUP_BEFORE = re.compile(r"(?:<[^<>]*>|[^\w<])*")


@dataclass(frozen=True, slots=True)
class Section:
    """The contacts of a text, the line they begin on, and where they stand.

    ``is_whole``: they have all that the lines say; else these are to stay in the text. ``hidden`` are the numbers of
    lines with an address that is written so that programs do not find it, and that address.
    """

    contacts: tuple[Contact, ...]
    line: int
    places: frozenset[Place]
    is_whole: bool
    hidden: tuple[tuple[int, str], ...] = ()


@dataclass(frozen=True, slots=True)
class _Entry:
    """A line of the section and what it says."""

    line: Line
    rows: tuple[Row, ...]

    @classmethod
    def of(cls, line: Line) -> _Entry:
        return cls(line, tuple(rows_of(line)))

    @property
    def has_details(self) -> bool:
        return any(row.has_details for row in self.rows)

    @property
    def has_names(self) -> bool:
        return any(row.name for row in self.rows)

    @property
    def is_about_people(self) -> bool:
        """Whether the line may be one of a section: it says how to reach somebody, or names them, and no date."""
        if is_addressing(self.line.text):
            return False
        if self.has_details or not self.has_names:
            return self.has_details or not any(row.is_sentence for row in self.rows)
        return self.line.is_prose and not dates.looks_like_one(self.line.text)


def is_heading(text: str) -> bool:
    """Whether a line says that contacts follow."""
    heading = _HEADING.match(text) if len(text) <= 60 else None
    return bool(heading and not re.search(r"\w", text[heading.end() :]))


def with_columns_apart(document: Document) -> Document:
    """The document in which contacts that stand beside a masthead, behind a wide gap, are a paragraph below it."""
    top = [column for block in document.blocks[:_MOST_HEADINGS] for column in _columns(block)]
    blocks = (*top, *document.blocks[_MOST_HEADINGS:])
    return document if blocks == document.blocks else replace(document, blocks=blocks)


_IN_COLUMNS = re.compile(r"(?P<left>.*?\S)(?:[ \u00a0]{4,}|[ \u00a0]*\t\s*)(?P<right>\S.*)", re.DOTALL)


def _columns(block: Block) -> Iterator[Block]:
    """A paragraph, or its two columns one below the other, if the second or both are contacts."""
    rows = [_IN_COLUMNS.fullmatch(html) if block.tag == "p" else None for html in block.parts]
    first = next((number for number, row in enumerate(rows) if row), None)
    if first is None:
        yield block
        return
    is_beside = any(row and _HEADING.match(words_of(row["right"])) for row in rows)
    if not is_beside and not (first == 1 and all(rows[1:]) and is_heading(block.texts[0])):
        yield block
        return
    left = [*block.parts[:first]]
    right: list[str] = []
    for row, html in zip(rows[first:], block.parts[first:], strict=True):
        is_of_right = not row and bool(_DETAILS.fullmatch(words_of(html)))
        left += [f"{row['left']}<br>"] if row else [] if is_of_right else [html]
        right += [row["right"]] if row else [html] if is_of_right else []
    yield replace(block, parts=tuple(left))
    yield Block(block.line + first, tuple(right), "p")


_DETAILS = re.compile(r"\S+@\S+|[-+()./0-9 \u00a0]{7,}")


def find(document: Document, boilerplate: Collection[Place]) -> Section | None:
    """The contacts section: what follows its heading, to the next heading or the next prose.

    A line with text above and below it, which is no ``boilerplate``, is about one item of several.
    """
    first, last = _text(document, boilerplate)
    for heading in islice(_headings(document), _MOST_HEADINGS):
        is_alone = is_heading(heading.text)
        if first < heading.place.block < last and not is_alone:
            continue
        entries = list(takewhile(lambda entry: entry.is_about_people, map(_Entry.of, _section(document, heading))))
        entries = _without_what_follows(entries) if is_alone else _beside(entries, heading.place.block)
        rows = [row for entry in entries for row in entry.rows if row.name or row.has_details]
        contacts = tuple(contact for contact in paired(rows) if contact != Contact())
        hidden = tuple((entry.line.number, row.hidden) for entry in entries for row in entry.rows if row.hidden)
        if contacts or hidden:
            places = frozenset({heading.place, *(entry.line.place for entry in entries)})
            return Section(contacts, heading.number, places, _is_whole(entries, contacts), hidden)
    return None


def at_a_head(document: Document) -> Section | None:
    """The contacts at the head or the foot of the pages of a document; nothing of them stands in its text."""
    found = find(Document(document.outside), ()) if document.is_letter and document.outside else None
    return found and replace(found, places=frozenset())


def _is_whole(entries: Sequence[_Entry], contacts: Sequence[Contact]) -> bool:
    """Whether contacts have all that lines say; what heads a table says nothing."""
    held = {text for one in contacts for text in (one.name, one.phone, one.email, *one.role.split(", "))}
    for entry in entries:
        for row in entry.rows:
            names = {row.name} if entry.line.is_prose and row.name else set()
            if row.is_sentence or row.hidden or row.unclear or not held.issuperset(names.union(row.phones, row.emails)):
                return False
    return True


def _text(document: Document, boilerplate: Collection[Place]) -> tuple[int, int]:
    """The first and the last block of text."""
    text = [
        index
        for index, block in enumerate(document.blocks)
        if not block.level and Place(index, 0) not in boilerplate and max(map(len, block.parts)) > _LONGEST_LINE
    ]
    return (text[0], text[-1]) if text else (len(document.blocks), 0)


def _headings(document: Document) -> Iterator[Line]:
    """The lines that say that contacts follow: below them, or, after a colon, beside them."""
    for index, block in enumerate(document.blocks):
        if block.tag and any(map(_may_be_heading, block.parts)):
            for line in document.lines(index, index + 1):
                heading = _HEADING.match(line.text) if len(line.text) <= _LONGEST_LINE else None
                if heading and re.match(r"\W*$|\s*:|\W*[–—-]\s", line.text[heading.end() :]):
                    yield line


def _may_be_heading(html: str) -> bool:
    """A quick look, before the text is made of it."""
    before = _MARKUP_BEFORE.match(html) if len(html) <= 2 * _LONGEST_LINE else None
    return before is not None and bool(_HEADING.match(html, before.end()))


def _section(document: Document, heading: Line) -> Iterator[Line]:
    """What the line of the heading itself says, and the lines that follow it."""
    beside = _HEADING.sub("", heading.text, count=1).lstrip(" :–—-*_")
    if beside:
        yield replace(heading, text=beside, html=_HEADING.sub("", heading.html, count=1))
    place = heading.place
    for line in islice(document.lines(place.block), _MOST_LINES):
        if line.place.block == place.block and line.place.part <= place.part:
            continue
        if line.level or len(line.text) > (_LONGEST_LINE if line.is_prose else _MOST_LINES * _LONGEST_LINE):
            return
        yield line


def _beside(entries: Sequence[_Entry], block: int) -> list[_Entry]:
    """What stands beside a colon, to the last line of the paragraph that says how to reach somebody.

    Where none does, the lines below do that say nothing else.
    """
    paragraph = [entry for entry in entries if entry.line.place.block == block]
    if any(entry.has_details for entry in paragraph):
        return _to_last_details(paragraph)
    below = takewhile(lambda entry: entry.has_details and not entry.has_names, entries[len(paragraph) :])
    return _to_last_details([*paragraph, *below])


def _to_last_details(entries: Sequence[_Entry]) -> list[_Entry]:
    return list(entries[: max((number for number, entry in enumerate(entries, 1) if entry.has_details), default=0)])


def _without_what_follows(entries: Sequence[_Entry]) -> list[_Entry]:
    """The paragraphs up to the last line that says how to reach somebody: names and details take turns."""
    kept: list[_Entry] = []
    waiting: list[_Entry] = []
    for _, group in groupby(entries, key=lambda entry: entry.line.place.block):
        paragraph = list(group)
        if any(entry.has_details for entry in paragraph) or not any(entry.has_names for entry in paragraph):
            kept += waiting + paragraph
            waiting = []
        elif waiting and kept and not (len(waiting) == 1 and is_person(waiting[0].line.text)):
            break
        else:
            waiting += paragraph
    while kept and kept[-1].has_names and not kept[-1].has_details:
        kept.pop()
    return kept


def stated(value: Value) -> tuple[Contact, ...]:
    """The contacts that an entry of the front matter lists: tables or texts, one or many."""
    items = value if isinstance(value, tuple) else (value,)
    return tuple(contact for item in items for contact in _stated(item) if contact != Contact())


def _stated(item: Value) -> Iterator[Contact]:
    if isinstance(item, str):
        yield from contacts_of(item)
    if not isinstance(item, Mapping):
        return
    values = {fold(key): one_line(value) for key, value in item.items() if isinstance(value, str)}

    def first(*keys: str) -> str:
        return next((values[key] for key in keys if values.get(key)), "")

    yield Contact(
        first("name", "nom", "nombre", "nome"),
        first("role", "title", "position", "fonction", "funktion", "cargo", "ruolo"),
        first("phone", "tel", "telephone", "mobile", "telefon", "telefono"),
        first("email", "mail", "courriel"),
    )
