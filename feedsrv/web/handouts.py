"""Handouts: a release to take away, as text and as JSON, and its contacts as cards for an address book.

They are made and kept as its page is: of what is public, at an address, in a generation.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from flask import Response

from feedsrv.errors import AttachmentNotFound
from feedsrv.feeds.clean import balanced, cleaned
from feedsrv.feeds.json_feed import json_item
from feedsrv.ids import slug
from feedsrv.locales import Voice, called, voice_of
from feedsrv.query import Hit
from feedsrv.release import Contact, Release
from feedsrv.text.plain_text import plain_text
from feedsrv.web import files, templating
from feedsrv.web.cache import Rendering
from feedsrv.web.cards import CARD_TYPE, card_file, card_files, cards
from feedsrv.web.context import marked, newsroom, site, snapshot
from feedsrv.web.feed_entries import EntryBuilder
from feedsrv.web.responses import NOINDEX, answer


def as_text(release_id: str) -> Response:
    """One release as plain text: headline, day, text, contacts and address."""
    address = site().addresses.copy(release_id, "txt")
    return answer(address, lambda: _copy(snapshot().get(release_id), _text, "text/plain"))


def as_json(release_id: str) -> Response:
    """One release as the item that it is in a JSON Feed."""
    address = site().addresses.copy(release_id, "json")
    return answer(address, lambda: _copy(snapshot().get(release_id), _item, "application/json"))


def contacts(release_id: str, number: str = "") -> Response:
    """The contacts of a release, or one of them, for an address book; a file of it that is called so comes first."""
    name = card_file(number)
    try:
        return files.attachment(release_id, name)
    except AttachmentNotFound:
        return answer(site().addresses.attachment(release_id, name), lambda: _cards(release_id, name))


def _copy(release: Release, write: Callable[[Release], bytes], media_type: str, *headers: tuple[str, str]) -> Rendering:
    """A copy of a release; search engines are told that its page is the original (RFC 6596), or to leave it out too."""
    page = site().addresses.absolute(site().addresses.release(release.id))
    link = ("Link", f'<{page}>; rel="canonical"')
    asks = (NOINDEX,) if release.is_noindex else ()
    return Rendering.of(write(release), f"{media_type}; charset=utf-8", (link, *asks, *headers))


def _item(release: Release) -> bytes:
    builder = EntryBuilder(
        called(newsroom(), newsroom().language),
        site().addresses,
        templating.content_for_feeds(site().addresses, newsroom()),
        snapshot().siblings([release]),
        newsroom().language,
    )
    return json_item(builder.entry(Hit(release)))


def _cards(release_id: str, name: str) -> Rendering:
    release = snapshot().get(release_id)
    if not (contacts := card_files(release).get(name)):
        raise AttachmentNotFound(f"the release {release_id!r} has no file {name!r}")
    home = site().addresses.absolute(site().addresses.home)
    alone = slug(contacts[0].name) if len(contacts) == 1 else ""
    saved = ("Content-Disposition", f'inline; filename="{alone or "contacts"}.vcf"')
    house = called(newsroom(), release.language)
    organisation = house.publisher or house.title
    return _copy(release, lambda _: cards(contacts, organisation, home), CARD_TYPE, saved)


def _text(release: Release) -> bytes:
    paragraphs = filter(None, _paragraphs(release, voice_of(release.language)))
    return cleaned("\n\n".join(paragraphs) + "\n").encode()


def _paragraphs(release: Release, voice: Voice) -> Iterator[str]:
    page = site().addresses.absolute(site().addresses.release(release.id))
    yield marked(balanced(release.title))
    yield " · ".join(filter(None, (_day(release, voice), release.reference)))
    for correction in release.corrections:
        day = voice.day(newsroom().day(correction.date))
        yield f"{voice.gettext('Correction, %(day)s:') % {'day': day}} {correction.text}"
    yield plain_text(templating.body(release, site().addresses), page)
    if release.contacts:
        yield voice.gettext("Contacts")
        yield from map(_contact, release.contacts)
    yield page


def _day(release: Release, voice: Voice) -> str:
    return voice.day(newsroom().day(release.published)) if release.published else voice.gettext("Undated")


def _contact(contact: Contact) -> str:
    return "\n".join(filter(None, (contact.name, contact.role, contact.phone, contact.email)))
