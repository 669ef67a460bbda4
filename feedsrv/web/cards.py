"""Cards: the contacts of a release as address books take them in (vCard 3.0, RFC 2426).

Version 3.0, for every telephone and mail program reads it, and Outlook no other. Which part of a name is that of a
family cannot be told, so the whole of it stands there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from feedsrv.feeds.clean import cleaned
from feedsrv.release import Contact, Release
from feedsrv.text.html import one_line
from feedsrv.text.lines import as_value, content_lines
from feedsrv.web.telephones import dialled

CARD_TYPE = "text/vcard"


def card_files(release: Release) -> Mapping[str, tuple[Contact, ...]]:
    """Who is in each of the files of cards that a release has, by its name: all of them, and each alone."""
    each = {card_file(number): (contact,) for number, contact in enumerate(release.contacts, 1)}
    return {card_file(): release.contacts, **each} if release.contacts else {}


def card_file(number: object = "") -> str:
    """The name of the file of one contact, counted from 1, or of all."""
    return f"contacts-{number}.vcf" if number else "contacts.vcf"


def cards(contacts: Iterable[Contact], organisation: str, home: str) -> bytes:
    """A card of each contact, at an organisation whose newsroom is at an address."""
    return content_lines(line for contact in contacts for line in _card(cleaned(contact), organisation, home))


def _card(contact: Contact, organisation: str, home: str) -> Iterator[str]:
    name = _value(contact.name or contact.role or contact.email or contact.phone)
    number, extension = dialled(contact.phone)
    yield from ("BEGIN:VCARD", "VERSION:3.0", f"N:{name};;;;", f"FN:{name}", f"ORG:{_value(organisation)}")
    if contact.role:
        yield f"TITLE:{_value(contact.role)}"
    if number:
        yield f"TEL;TYPE=WORK,VOICE:{number}{extension and f' x{extension}'}"
    if contact.email:
        yield f"EMAIL;TYPE=INTERNET,WORK:{_value(contact.email)}"
    yield from (f"URL:{home}", "END:VCARD")


def _value(text: str) -> str:
    return as_value(one_line(text))
