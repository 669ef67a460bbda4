"""Contacts: who answers the press, from a list in the front matter or the contacts section of a text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby, islice

from feedsrv.readers.document import Document, Line, Place
from feedsrv.readers.front_matter import Value, fold
from feedsrv.readers.markup import one_line, words_of
from feedsrv.release import Contact

_LONGEST_LINE = 200
"""Characters; a longer line is prose, and no longer of the section."""
_MOST_LINES = 60
_MOST_HEADINGS = 5
_HEADING = re.compile(
    r"\W*(?:(?:your|vos|votre|ihre?|the|i|nos|los)\s+)?(?:(?:press|media|news|further)\s+)?(?:enquiries|inquiries"
    r"|contacts?|contactos?|contatt[io]|kontakte?|ansprechpartner(?:in|innen)?|presse-?kontakte?|medien-?kontakte?)"
    r"(?:\s+(?:for\s+)?(?:the\s+)?(?:press|media|presse|m[ée]dias?|de\s+prensa|para\s+(?:la\s+)?prensa|(?:per\s+la\s+)?stampa))?\W*",
    re.IGNORECASE,
)
_EMAIL = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}")
_PHONE = re.compile(r"(?<![\w.])\+?[(0-9][0-9 ()./\u00a0\u202f\u2010-\u2013-]{6,28}[0-9](?!\w)")
_LABEL = re.compile(
    r"(?<![^\W_])(?:tel|t[ée]l[ée]phone|t[ée]l|telefon[oe]?|phone|mobile|mobil|mob|cell|port|fax|e-?mail|mail|courriel|correo|t|m|e|p|f)"
    r"(?![^\W_])\.?\s*:?",
    re.IGNORECASE,
)  # fmt: skip
_ADDRESS = re.compile(r"(?:https?://|www\.)\S+|(?<!\S)[\w-]+(?:\.[\w-]+)*\.[a-z]{2,8}(?:/\S*)?(?!\S)")
_STRONG = re.compile(r"\W*<(strong|b|em)>(?P<name>.{1,100}?)</\1>(?P<role>.*)", re.DOTALL)
_NAME_END = re.compile(r"\s*(?:,|\(|\||\s[–—-]\s)\s*")


@dataclass(frozen=True, slots=True)
class Section:
    """The contacts of a text, the line they begin on, and where they stand."""

    contacts: tuple[Contact, ...]
    line: int
    places: frozenset[Place]


@dataclass(frozen=True, slots=True)
class _Row:
    """What one line of the section says."""

    name: str
    role: str
    phones: tuple[str, ...]
    emails: tuple[str, ...]

    @property
    def has_details(self) -> bool:
        return bool(self.phones or self.emails)


def is_heading(text: str) -> bool:
    """Whether a line says that contacts follow."""
    return len(text) <= 60 and bool(_HEADING.fullmatch(text))


def find(document: Document) -> Section | None:
    """The contacts section: what follows its heading, to the next heading or the next prose."""
    for heading in islice(_headings(document), _MOST_HEADINGS):
        index = heading.place.block
        others = (line for line in document.lines(index, index + 1) if line.place != heading.place)
        lines = [*others, *_section(document, index + 1)]
        if contacts := tuple(_paired([_row(line) for line in lines])):
            return Section(contacts, heading.number, frozenset(line.place for line in (heading, *lines)))
    return None


def _headings(document: Document) -> Iterator[Line]:
    for index, block in enumerate(document.blocks):
        if block.tag and len(block.parts[0]) <= _LONGEST_LINE:
            first = next(document.lines(index, index + 1), None)
            if first and is_heading(first.text):
                yield first


def _section(document: Document, start: int) -> Iterator[Line]:
    for line in islice(document.lines(start), _MOST_LINES):
        if line.level or len(line.text) > _LONGEST_LINE:
            return
        yield line


def stated(value: Value) -> tuple[Contact, ...]:
    """The contacts that an entry of the front matter lists: tables or texts, one or many."""
    items = value if isinstance(value, tuple) else (value,)
    return tuple(contact for item in items if (contact := _stated(item)) != Contact())


def _stated(item: Value) -> Contact:
    if isinstance(item, str):
        row = _row_of(item)
        return Contact(row.name, row.role, next(iter(row.phones), ""), next(iter(row.emails), ""))
    if not isinstance(item, Mapping):
        return Contact()
    values = {fold(key): one_line(value) for key, value in item.items() if isinstance(value, str)}

    def first(*keys: str) -> str:
        return next((values[key] for key in keys if values.get(key)), "")

    return Contact(
        first("name"),
        first("role", "title", "position"),
        first("phone", "tel", "telephone", "mobile"),
        first("email", "mail"),
    )


def _row(line: Line) -> _Row:
    row = _row_of(line.text, line.html)
    strong = _STRONG.match(line.html)
    if row.name and strong and (name := _bare(words_of(strong["name"]))):
        return replace(row, name=name, role=_bare(words_of(strong["role"])))
    return row


def _row_of(text: str, html: str = "") -> _Row:
    emails = tuple(dict.fromkeys(email.rstrip(".") for email in _EMAIL.findall(f"{text} {html}")))
    phones = tuple(one_line(phone) for phone in _PHONE.findall(_EMAIL.sub(" ", text)) if _is_phone(phone))
    name, role = (*_NAME_END.split(_bare(text), maxsplit=1), "")[:2]
    return _Row(name, role.rstrip(") "), phones, emails)


def _is_phone(text: str) -> bool:
    return sum(c.isdigit() for c in text) >= 7


def _bare(text: str) -> str:
    """The text without addresses, numbers and what announces them."""
    for pattern in (_EMAIL, _ADDRESS, _PHONE, _LABEL):
        text = pattern.sub(" ", text)
    return one_line(text).strip(" ,;:|/–—-·•*()")


def _paired(rows: Sequence[_Row]) -> Iterator[Contact]:
    """One contact a person: names that stand together get the details that follow them, in their order."""
    names: list[_Row] = []
    for has_details, group in groupby(rows, key=lambda row: row.has_details):
        run = list(group)
        if not has_details:
            names = [row for row in run if row.name]
            continue
        if any(row.name for row in run):
            yield from _complete(run)
        else:
            yield from _distributed(names, run)
        names = []


def _complete(rows: Iterable[_Row]) -> Iterator[Contact]:
    """Lines that begin with a name; one without goes on about the person before."""
    person: _Row | None = None
    for row in rows:
        if person and not row.name:
            person = replace(person, phones=person.phones + row.phones, emails=person.emails + row.emails)
            continue
        if person:
            yield _contact(person.name, person.role, person.phones, person.emails)
        person = row
    if person:
        yield _contact(person.name, person.role, person.phones, person.emails)


def _distributed(names: Sequence[_Row], details: Sequence[_Row]) -> Iterator[Contact]:
    phones = tuple(phone for row in details for phone in row.phones)
    emails = tuple(email for row in details for email in row.emails)
    people = max(1, min(len(names), max(len(emails), len(phones) if not emails else 0)))
    if people == 1:
        name = names[0].name if names else ""
        role = names[0].role if names else ""
        role = role or ", ".join(row.name for row in names[1:])
        yield _contact(name, role, phones, emails)
        return
    for number, row in enumerate(names):
        yield _contact(row.name, row.role, phones[number : number + 1], emails[number : number + 1])


def _contact(name: str, role: str, phones: Sequence[str], emails: Sequence[str]) -> Contact:
    return Contact(name, role, next(iter(phones), ""), next(iter(emails), ""))
