"""The lines of a contacts section: what each says, and who of those named has which number and address."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from feedsrv.readers.document import Line
from feedsrv.release import Contact
from feedsrv.text.html import one_line, words_of

_EMAIL = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}")
_HIDDEN_EMAIL = re.compile(
    r"(?<!\S)[\w.+-]{1,64}\s?(?:[(\[{]\s?(?:at|arobase|a|@|chiocciola|arroba)\s?[)\]}]|\s(?:AT|ÄT)\s)\s?[\w-]{1,63}"
    r"(?:\s?(?:\.|[(\[{]\s?(?:dot|point|punkt|punto|\.)\s?[)\]}]|\s(?:DOT|PUNKT)\s)\s?[\w-]{1,63}){1,5}",
)
_GAP = r"[ ()./\u00a0\u202f\u2010-\u2013-]{0,3}"
_PHONE = re.compile(
    r"(?<![\w.])(?![0-9]{1,2}([./-])[0-9]{1,2}\1[0-9]{4}(?!\w)|[0-9]{4}-[0-9]{2}-[0-9]{2}(?!\w))"
    rf"(?:\(?\+\(?|\()?[0-9](?:(?!\s[/–-]\s[+(0]){_GAP}[0-9]){{6,17}}(?![^\W_])"
    r"(?:,?\s?(?:ext\.?|x|extension|poste|durchwahl|dw\.?|interno|int\.|extensión)\s?[0-9]{1,5}(?!\w))?",
    re.IGNORECASE,
)
_FAX = re.compile(rf"(?<![^\W_])(?:tele)?fax\W{{0,5}}[0-9](?:{_GAP}[0-9]){{6,17}}", re.IGNORECASE)
_LABEL = re.compile(
    r"(?<![^\W_])(?:tel|t[ée]l[ée]phone|t[ée]l|telefon[oe]?|phone|mobile|mobil|m[óo]vil|mob|handy|portable|cell(?:ulare)?|port"
    r"|fax|e-?mail|mail|courriel|correo(?:\s+electr[óo]nico)?|web|site|t|m|e|p|f)(?![^\W_])\.?\s*:?",
    re.IGNORECASE,
)
_ADDRESS = re.compile(r"(?:https?://|www\.)\S+|(?<!\S)[\w-]+(?:\.[\w-]+)*\.[a-z]{2,8}(?:/\S*)?(?!\S)")
_STRONG = re.compile(r"\W*<(strong|b|em)>(?P<name>.{1,100}?)</\1>(?P<role>.*)", re.DOTALL)
_SEPARATOR = re.compile(r"\s*[,;|·•()]\s*|\s[–—/-](?:\s|$)")
_ROLE_FIRST = re.compile(r"(?P<role>[^:]{3,60}?)\s*:\s*(?P<name>.*[^\W\d_].*)")
_MOST_ROWS = 100
_LONGEST_ROW = 300
_LINKING = re.compile(r"(?:(?:^|\s+)(?:at|or|on|by|via|au|ou|unter|oder|al|o)(?=\s|$))+\W*$")
_ROW = re.compile(r"<(?:tr|li|dt|p|br)\b[^>]*>")
_CELL = re.compile(r"<(?:td|th|dd)\b[^>]*>")


@dataclass(frozen=True, slots=True)
class Row:
    """What one line says; ``hidden`` is an address that is written so that programs do not find it."""

    name: str
    role: str
    phones: tuple[str, ...]
    emails: tuple[str, ...]
    hidden: str = ""

    @property
    def has_details(self) -> bool:
        """Whether it says how to reach somebody."""
        return bool(self.phones or self.emails or self.hidden)


def rows_of(line: Line) -> Iterator[Row]:
    """What a line says; a list or a table says something in each of its rows."""
    if line.is_prose:
        yield row_of(line.text, line.html)
        return
    for html in _ROW.split(line.html)[:_MOST_ROWS]:
        cells = _CELL.sub(" | ", html)
        if text := words_of(cells)[:_LONGEST_ROW]:
            yield row_of(text, cells)


def row_of(text: str, html: str = "") -> Row:
    """What a text says, whose ``html`` may link to an address and set the name in bold."""
    emails = tuple(dict.fromkeys(email.rstrip(".") for email in _EMAIL.findall(f"{text} {html}")))
    hidden = None if emails else _HIDDEN_EMAIL.search(text)
    phones = tuple(one_line(match[0]) for match in _PHONE.finditer(_FAX.sub(" ", _EMAIL.sub(" ", text))))
    row = Row(*_name_and_role(_bare(text)), phones, emails, hidden[0] if hidden else "")
    strong = _STRONG.match(html)
    if row.name and strong and (name := _trimmed(_bare(words_of(strong["name"])))):
        return replace(row, name=name, role=_name_and_role(_bare(words_of(strong["role"])), is_role=True)[1])
    return row


def _bare(text: str) -> str:
    """The text without addresses, numbers and what announces them."""
    for pattern in (_HIDDEN_EMAIL, _EMAIL, _ADDRESS, _FAX, _PHONE, _LABEL):
        text = pattern.sub(" ", text)
    return one_line(text)


def _name_and_role(bare: str, *, is_role: bool = False) -> tuple[str, str]:
    pieces = [piece for part in _SEPARATOR.split(bare) if part and (piece := _trimmed(part))]
    if is_role:
        return "", ", ".join(pieces)
    if pieces and (first := _ROLE_FIRST.fullmatch(pieces[0])):
        return first["name"], ", ".join([first["role"], *pieces[1:]])
    return (pieces[0], ", ".join(pieces[1:])) if pieces else ("", "")


def _trimmed(text: str) -> str:
    return _LINKING.sub("", text).strip(" ,;:|/–—-·•*()<>.")


def contact_of(text: str) -> Contact:
    """Who a text speaks of, and how to reach them."""
    row = row_of(text)
    return _contact(row.name, row.role, row.phones, row.emails)


def paired(rows: Sequence[Row]) -> Iterator[Contact]:
    """One contact a person: names that stand together get the details that follow them, in their order."""
    names: list[Row] = []
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


def _complete(rows: Iterable[Row]) -> Iterator[Contact]:
    """Lines that begin with a name; one without goes on about the person before."""
    person: Row | None = None
    for row in rows:
        if person and not row.name:
            person = replace(person, phones=person.phones + row.phones, emails=person.emails + row.emails)
            continue
        if person:
            yield _contact(person.name, person.role, person.phones, person.emails)
        person = row
    if person:
        yield _contact(person.name, person.role, person.phones, person.emails)


def _distributed(names: Sequence[Row], details: Sequence[Row]) -> Iterator[Contact]:
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
