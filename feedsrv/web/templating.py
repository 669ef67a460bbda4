"""Templating: what templates know and can do.

How days, numbers and the addresses of people are written there; and the content of a release as HTML that stands
anywhere, on its page and in a feed reader.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cache
from html import escape, unescape
from types import CodeType, MappingProxyType
from typing import Any, cast
from urllib.parse import quote, unquote, urljoin, urlsplit

from flask import Flask, current_app
from jinja2 import BytecodeCache, StrictUndefined, pass_context
from jinja2.bccache import Bucket
from jinja2.runtime import Context
from markupsafe import Markup

from feedsrv.feeds.formats import ATOM, FORMATS
from feedsrv.locales import SOURCE, Voice, voice_of
from feedsrv.locales.message import Message, Moment
from feedsrv.newsroom import Newsroom
from feedsrv.release import Release
from feedsrv.text.html import is_blank
from feedsrv.text.languages import direction, language_name, primary, runs_back
from feedsrv.text.places import for_feeds
from feedsrv.web.addresses import Addresses
from feedsrv.web.cards import card_file
from feedsrv.web.context import site
from feedsrv.web.discovery import OPENSEARCH_TYPE
from feedsrv.web.files import downloads, lead, small
from feedsrv.web.listing import Listing
from feedsrv.web.look import Look
from feedsrv.web.telephones import telephone

# Sanitised HTML has one spelling: names in small letters, values in double quotes, "<" in a text always escaped.
_TAG = re.compile(r'<[a-z0-9]+(?: [a-z]+="[^"]*")+>')
_ATTRIBUTE = re.compile(r'([a-z]+)="([^"]*)"')
_MARKED = re.compile(r'<bdi lang="[a-z]+" dir="[a-z]+">(.*)</bdi>', re.DOTALL)
_COLON = re.compile(":</bdi>$")
_SHOWN = {"poster", "src"}
_IN_FULL = {"JPG": "JPEG", "TIF": "TIFF"}
_ADDRESSES = {"href", *_SHOWN}


def configure_templates(app: Flask, addresses: Addresses) -> None:
    """Let the templates of an application know the addresses, the formats, and the filters below.

    They are compiled here, once for a process: it takes a tenth of a second, which nobody who asks is to wait for.
    """
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.add_extension("jinja2.ext.i18n")
    app.jinja_env.install_gettext_callables(_gettext, _ngettext, newstyle=True)  # type: ignore[attr-defined]  # of that extension
    app.jinja_env.globals.update(
        addresses=addresses,
        card_file=card_file,
        atom=ATOM,
        everything=Listing(),
        formats=FORMATS.values(),
        language_name=language_name,
        opensearch_type=OPENSEARCH_TYPE,
        look_of=Look,
    )
    app.jinja_env.filters.update(
        direction=direction,
        plain=plain,
        said=said,
        told=told,
        run=run,
        label=label,
        spoken=spoken,
        telephone=telephone,
        mail=mail,
        host=host,
        kind=kind,
        small=small,
    )
    app.jinja_env.bytecode_cache = _COMPILED
    for name in app.jinja_env.list_templates():
        app.jinja_env.get_template(name)


@pass_context
def _gettext(context: Context, message: str) -> str:
    voice = cast("Voice", context["voice"])
    return _marked(voice, voice.gettext(message))


@pass_context
def _ngettext(context: Context, singular: str, plural: str, number: int) -> str:
    voice = cast("Voice", context["voice"])
    return _marked(voice, voice.ngettext(singular, plural, number))


def _marked(voice: Voice, words: str) -> str:
    """Words with the mark of their language, where that is not the one of the page they stand on."""
    return f'<bdi lang="{voice.language}" dir="{voice.direction}">{words}</bdi>' if voice.is_foreign else words


@pass_context
def spoken(context: Context, words: str) -> Markup:
    """Words of the page's voice, marked as those of a message are."""
    return Markup(_marked(context["voice"], Markup.escape(words)))  # noqa: S704 - escaped


@pass_context
def said(context: Context, text: str) -> str:
    """A message as it is said on the page; any other text as it is."""
    voice = cast("Voice", context["voice"])
    return spoken(context, voice.say(text)) if isinstance(text, Message | Moment) else text


@pass_context
def told(context: Context, text: str) -> Markup:
    """A message as it is said on the page; any other text is one of checks and commands: English, and marked."""
    if isinstance(text, Message):
        return Markup.escape(said(context, text))
    is_own = primary(cast("Voice", context["voice"]).asked) == SOURCE
    marked = "" if is_own else f' lang="{SOURCE}" dir="ltr"'
    return Markup("<bdi{}>{}</bdi>").format(Markup(marked), text)  # noqa: S704 - of ours


def run(text: str, language: str, *, is_marked: object = False) -> Markup:
    """A text in a language, running in itself as that does, whatever it begins with and whatever stands around it.

    ``is_marked``: its language is told, where the element that it stands in does not tell it.
    """
    marks = Markup(' lang="{}"').format(language) if is_marked else ""
    back = Markup(' dir="rtl"') if runs_back(text, language) else ""
    return Markup("<bdi{}{}>{}</bdi>").format(marks, back, text)


def label(words: Markup) -> Markup:
    """A message that leads with a colon to what stands behind it: the colon belongs to both, and runs as the page."""
    return Markup(_COLON.sub("</bdi>:", words))  # noqa: S704 - it was markup before


def plain(words: Markup) -> Markup:
    """A message without the mark of its language, for where no element can stand: an attribute, a title."""
    marked = _MARKED.fullmatch(words)
    return Markup(marked[1]) if marked else words  # noqa: S704 - it was markup before


def speaking(language: str, kept: str = "") -> dict[str, Any]:
    """What a template needs to speak a language; the links of the page keep the language ``kept``, "" for none."""
    return {
        "voice": voice_of(language),
        "addresses": site().addresses.keeping(kept),
        "all_releases": Listing(languages=(kept,) if kept else ()),
    }


class _Compiled(BytecodeCache):
    """What templates have been compiled to, in memory."""

    def __init__(self) -> None:
        self._kept: dict[str, CodeType | None] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self._kept.get(bucket.key)

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._kept[bucket.key] = bucket.code


_COMPILED = _Compiled()


def kind(name: str) -> str:
    """What a file is, by its ending: "PDF", "JPEG"; "" where it has none."""
    ending = name.rpartition(".")[2].upper() if "." in name else ""
    return _IN_FULL.get(ending, ending)


def host(address: str) -> str:
    """The host of an address, as people call it: "example.org"."""
    return (urlsplit(address).hostname or "").removeprefix("www.")


def mail(address: str) -> str:
    """A mail address as an address (RFC 6068)."""
    return "mailto:" + quote(address, safe="@+.-_")


def body_for_page(release: Release, addresses: Addresses) -> str:
    """The body as its page shows it: there pictures, films and sounds have addresses that name their content."""
    return body(release, addresses, {item.name: item.digest for item in release.attachments})


def body(release: Release, addresses: Addresses, digests: Mapping[str, str] = MappingProxyType({})) -> str:
    """The body with its relative addresses made absolute, as if it were a folder at the release's address.

    What is shown of the files by these names has addresses that name its content, by their ``digests``.
    """
    base = addresses.absolute(addresses.release(release.id))

    def absolute(attribute: re.Match[str]) -> str:
        name, value = attribute.groups()
        if name not in _ADDRESSES:
            return attribute[0]
        address = unescape(value)
        if name in _SHOWN and (digest := digests.get(unquote(address))):
            return f'{name}="{addresses.absolute(addresses.attachment(release.id, unquote(address), digest))}"'
        return f'{name}="{escape(_absolute(address, base))}"'

    return _TAG.sub(lambda tag: _ATTRIBUTE.sub(absolute, tag[0]), release.body)


def content_for_feeds(addresses: Addresses, newsroom: Newsroom) -> Callable[[Release], str]:
    """What writes all that a feed reader shows of a release: corrections, picture, body, source, files, contacts.

    It is never blank: the title stands for a body that says nothing.
    """
    template = current_app.jinja_env.get_template("entry.html")

    @cache
    def written_in(language: str) -> Callable[..., str]:
        """In the words of the entry's language."""
        module = template.make_module({"newsroom": newsroom, "voice": voice_of(language)})
        return cast("Callable[..., str]", module.__dict__["entry"])

    def content(release: Release) -> str:
        is_empty = not release.text and is_blank(release.body)
        shown = f"<p>{escape(release.title)}</p>" if is_empty else for_feeds(body(release, addresses))
        return str(written_in(release.language)(release, shown, lead(release), downloads(release))).strip()

    return content


def _absolute(address: str, base: str) -> str:
    if address.startswith("#"):
        return base + address
    try:
        return urljoin(base + "/", address)
    except ValueError:  # "http://[": an address that cannot be one
        return base
