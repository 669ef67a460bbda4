"""The lines of a contacts section: what each says, and who of those named has which number and address."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from feedsrv.readers.contact_names import is_house, is_person, is_sentence, people_in
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
    rf"(?:\(?[2-9][0-9]{{2}}[)./ -]\s?[0-9]{{3}}[. -][0-9]{{4}}"
    rf"|(?:\(?\+\(?|\()?[0-9](?:(?!\s[/–-]\s[+(0]){_GAP}[0-9]){{6,17}})(?![^\W_])"
    r"(?:,?\s?(?:ext\.?|x|extension|poste|durchwahl|dw\.?|interno|int\.|extensión)\s?[0-9]{1,5}(?!\w))?",
    re.IGNORECASE,
)
_FAX = re.compile(rf"(?<![^\W_])(?:tele)?fax\W{{0,5}}[0-9](?:{_GAP}[0-9]){{6,17}}", re.IGNORECASE)
_LABEL = re.compile(
    r"(?<![^\W_])(?:tel|t[ée]l[ée]phone|t[ée]l|telefon[oe]?|phone|mobile|mobil|m[óo]vil|mob|handy|portable|cell(?:ulare)?|port"
    r"|fax|e-?mail|mail|courriel|correo(?:\s+electr[óo]nico)?|web|site|t|m|e|p|f)(?![^\W_]|\s+(?-i:[A-ZÀ-Þ][a-zß-ÿ]))"
    r"\.?\s*:?",
    re.IGNORECASE,
)
"""What announces a number or an address; before a word of a name it is one itself: "Port Authority", "Web Team"."""
_REGARDS = re.compile(
    r"\A\W*(?:(?:with\s+)?(?:kind|best|warm)(?:est)?\s+(?:regards|wishes)|regards|(?:yours\s+)?(?:sincerely|faithfully)(?:\s+yours)?"
    r"|(?:bien\s+)?cordialement|(?:mit\s+)?(?:freundlichen|besten|herzlichen)\s+grüßen|(?:un\s+)?(?:cordial\s+)?saludos?"
    r"(?:\s+cordial(?:es)?)?|(?:cordiali|distinti)\s+saluti|atenciosamente|atentamente|met\s+vriendelijke\s+groet(?:en)?"
    r"|med\s+vänlig\s+hälsning)(?![^\W_])\W*",
    re.IGNORECASE,
)
"""How letters end: nobody is called so, and nobody's function."""
_DETAIL = "\ufffc"  # where one was
_ADDRESS = re.compile(r"(?:https?://|www\.)\S+|(?<!\S)[\w-]+(?:\.[\w-]+)*\.[a-z]{2,8}(?:/\S*)?(?!\S)")
_STRONG = re.compile(r"\W*<(strong|b|em)>(?P<name>.{1,100}?)</\1>(?P<role>.*)", re.DOTALL)
_SEPARATOR = re.compile(r"\s*[,;|·•()]\s*|\s[–—/-](?:\s|$)")
_COLUMNS = re.compile(
    r"(?:\W*(?:(?:first|last|full) )?(?:name|nom|nombre|nome|naam|role|rôle|title|titel|position|function|fonction"
    r"|funktion|funzione|cargo|puesto|ruolo|contact|kontakt|contacto|contatto)\W*){1,5}",
    re.IGNORECASE,
)
"""What heads the columns of a table."""
_ROLE_FIRST = re.compile(r"(?P<role>[^:]{3,60}?)\s*:\s*(?P<name>.*[^\W\d_].*)")
_ANOTHER = re.compile(r"[\s,.)]*(?:[;/|]|(?:and|or|et|ou|und|oder|y|o|e|en|of)(?=\s))\s*")
_MOST_ROWS = 100
_LONGEST_ROW = 300
_LINKING = re.compile(r"(?:(?:^|\s+)(?:at|or|on|by|via|au|ou|unter|oder|al|o)(?=\s|$))+\W*$")
_ROW = re.compile(r"<(?:tr|li|dt|p|br)\b[^>]*>")
_CELL = re.compile(r"<(?:td|th|dd)\b[^>]*>")


@dataclass(frozen=True, slots=True)
class Row:
    """What one line says; ``hidden`` is an address that is written so that programs do not find it.

    ``is_sentence``: it says more than who answers, and how to reach them; then it names nobody. ``unclear`` is what
    may be another person, or the house of the one who is named.
    """

    name: str
    role: str
    phones: tuple[str, ...]
    emails: tuple[str, ...]
    hidden: str = ""
    is_sentence: bool = False
    unclear: str = ""

    @property
    def has_details(self) -> bool:
        """Whether it says how to reach somebody."""
        return bool(self.phones or self.emails or self.hidden)


def rows_of(line: Line) -> Iterator[Row]:
    """What a line says of each whom it names; a list or a table says something in each of its rows."""
    if line.is_prose:
        yield from _rows(line.text, line.html)
        return
    for html in _ROW.split(line.html)[:_MOST_ROWS]:
        cells = _CELL.sub(" | ", html)
        if text := words_of(cells)[:_LONGEST_ROW]:
            yield from _rows(text, cells)


def _rows(text: str, html: str = "") -> Iterator[Row]:
    """``A, 1; B, 2`` and ``A and B, 1`` are two: of one number both have it, of several each their own."""
    pieces = list(_pieces(text))
    for piece in pieces:
        row = _row(piece, html if len(pieces) == 1 else "")
        names = people_in(row.name)
        for number, name in enumerate(names):
            yield (
                row
                if len(names) == 1
                else replace(row, name=name, phones=_share(row.phones, number), emails=_share(row.emails, number))
            )


def _share(details: tuple[str, ...], number: int) -> tuple[str, ...]:
    return details if len(details) == 1 else details[number : number + 1]


def _pieces(text: str) -> Iterator[str]:
    """What a text says of one person after the other: a name begins another where the one before has such a detail."""
    start = end = 0
    seen = set[bool]()  # of mail addresses and of numbers
    for detail in sorted((*_EMAIL.finditer(text), *_PHONE.finditer(text)), key=lambda match: match.start()):
        is_email = detail.re is _EMAIL
        if seen and _begins(text[end : detail.start()], is_email in seen):
            yield text[start:end]
            start, seen = end, set()
        seen.add(is_email)
        end = detail.end()
    if seen and _begins(text[end:], has_detail=False):
        yield text[start:end]
        start = end
    yield text[start:]


def _begins(text: str, has_detail: bool) -> bool:
    joint = _ANOTHER.match(text)
    bare = _bare(text[joint.end() :] if joint else text)
    return bool(joint or has_detail) and is_person(_name_and_role(bare)[0])


def _row(text: str, html: str) -> Row:
    """What a text says of one, whose ``html`` may link to an address and set the name in bold."""
    emails = tuple(dict.fromkeys(email.rstrip(".") for email in _EMAIL.findall(f"{text} {html}")))
    hidden = None if emails else _HIDDEN_EMAIL.search(text)
    phones = tuple(_balanced(match[0]) for match in _PHONE.finditer(_FAX.sub(" ", _EMAIL.sub(" ", text))))
    row = Row("", "", phones, emails, hidden[0] if hidden else "")
    bare = _bare(text)
    strong = _STRONG.match(html)
    if strong and (name := _trimmed(_bare(words_of(strong["name"])))) and not is_sentence(name):
        return replace(row, name=name, role=_name_and_role(_bare(words_of(strong["role"])), is_role=True)[1])
    if _COLUMNS.fullmatch(bare):
        return row
    if any(map(is_sentence, _SEPARATOR.split(bare))):
        return replace(row, is_sentence=True)
    name, role = _name_and_role(bare)
    second, _, rest = role.partition(", ")
    if is_person(name) and is_person(second) and not is_house(second):
        return replace(row, name=name, role=rest, unclear=second)
    return replace(row, name=name, role=role)


def _balanced(number: str) -> str:
    return one_line(number if number.count("(") == number.count(")") else number.strip("()"))


def _bare(text: str) -> str:
    """The text without addresses, numbers and what announces them."""
    for pattern in (_HIDDEN_EMAIL, _EMAIL, _ADDRESS, _FAX, _PHONE):
        text = pattern.sub(f" {_DETAIL} ", text)
    return one_line(_LABEL.sub(" ", _REGARDS.sub(" ", text)).replace(_DETAIL, " "))


def _name_and_role(bare: str, *, is_role: bool = False) -> tuple[str, str]:
    pieces = [piece for part in _SEPARATOR.split(bare) if part and (piece := _trimmed(part))]
    if is_role:
        return "", ", ".join(pieces)
    if pieces and (first := _ROLE_FIRST.fullmatch(pieces[0])):
        return first["name"], ", ".join([first["role"], *pieces[1:]])
    return (pieces[0], ", ".join(pieces[1:])) if pieces else ("", "")


def _trimmed(text: str) -> str:
    return _LINKING.sub("", text).strip(" ,;:|/–—-·•*()<>.")


def contacts_of(text: str) -> Iterator[Contact]:
    """Whom a text speaks of, and how to reach them."""
    for row in _rows(text):
        yield _contact(row.name, row.role, row.phones, row.emails)


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
    for number, (name, role) in enumerate(_people(names, max(len(phones), len(emails)))):
        yield _contact(name, role, _share(phones, number), _share(emails, number))


def _people(rows: Sequence[Row], details: int) -> Iterator[tuple[str, str]]:
    """Who is named, and what they are: lines above or below the name of a person may say it.

    Where no person is named, each is somebody as far as there are ``details`` for them.
    """
    if not any(is_person(row.name) for row in rows):
        is_one = min(len(rows), details) < 2
        first, others = (rows[0], rows[1:]) if rows else (_NOBODY, ())
        yield first.name, _joined(first.role, *(row.name for row in others if is_one))
        yield from ((row.name, row.role) for row in others if not is_one)
        return
    name, roles = "", list[str]()
    for number, row in enumerate(rows, 1):
        is_house = number == len(rows) > 2 and details < 2 and not (row.role or is_person(rows[-2].name))
        if not is_person(row.name) or is_house:
            roles += [row.name, row.role]
            continue
        if name:
            yield name, _joined(*roles)
            roles = []
        name, roles = row.name, [*roles, row.role]
    yield name, _joined(*roles)


_NOBODY = Row("", "", (), ())


def _joined(*roles: str) -> str:
    return ", ".join(filter(None, roles))


def _contact(name: str, role: str, phones: Sequence[str], emails: Sequence[str]) -> Contact:
    return Contact(name, role, next(iter(phones), ""), next(iter(emails), ""))
