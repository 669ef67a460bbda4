"""The look: what stands around pages and feeds, the publisher's where newsroom.toml states it, else our own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256

from feedsrv.appearance import STYLESHEET, Asset, HouseLink, Texts, said_in
from feedsrv.colours import DARK, LIGHT, legible
from feedsrv.locales import Voice
from feedsrv.locales.message import Message
from feedsrv.newsroom import Newsroom, label_of
from feedsrv.web.addresses import Addresses, version
from feedsrv.web.own_files import TYPES, hashed, own_file

NAMES = {
    "imprint": Message("Imprint"),
    "privacy": Message("Privacy"),
    "accessibility": Message("Accessibility"),
    "terms": Message("Terms of use"),
    "contact": Message("Contact"),
}
"""What links of these names are called where the publisher says nothing else; ``home`` is called by its host."""

_HOME = "home"
_SOCIAL = "social"
_OF_ALL_READERS = {"image/png", "image/jpeg", "image/gif"}  # the pictures that RSS has


@dataclass(frozen=True, slots=True)
class Shown:
    """A text of the publisher's as a page shows it: ``language`` is "" where it is that of the page."""

    text: str
    language: str = ""
    address: str = ""


@dataclass(frozen=True, slots=True)
class Look:
    """The look of a newsroom. Names are those of files below ``/static/``, and change when what they name does."""

    newsroom: Newsroom

    @property
    def stylesheet(self) -> str:
        """The name of the style sheet of pages."""
        return self._dyed("newsroom.css")

    @property
    def feed_stylesheet(self) -> str:
        """The name of that of feeds."""
        return self._dyed("feed.css")

    @property
    def icon(self) -> tuple[str, str]:
        """The name and the media type of the icon."""
        asset = self.asset("icon")
        return (self.name("icon"), asset.media_type) if asset else (hashed("icon.svg"), TYPES["icon.svg"])

    @property
    def feed_icon(self) -> str:
        """The name of the icon of feeds."""
        return self.name("icon") or hashed("icon-512.png")

    @property
    def small_feed_icon(self) -> str:
        """The name of the small one, "" where the publisher's is of a kind that RSS has not."""
        asset = self.asset("icon")
        if not asset:
            return hashed("icon-64.png")
        return self.name("icon") if asset.media_type in _OF_ALL_READERS else ""

    @property
    def feed_logo(self) -> str:
        """The name of the logo of feeds; "" where the publisher has an icon and no logo."""
        return self.name("logo") or ("" if self.asset("icon") else hashed("logo.png"))

    def asset(self, name: str) -> Asset | None:
        """The file of a setting."""
        return self.newsroom.assets.get(name)

    def name(self, name: str) -> str:
        """The name under which the file of a setting is served, "" where there is none."""
        asset = self.asset(name)
        return f"{name}.{version(asset.digest)}{asset.path[asset.path.rindex('.') :].lower()}" if asset else ""

    def links(self, place: str, voice: Voice, addresses: Addresses) -> Iterator[Shown]:
        """The links to the publisher's pages that stand in the ``header``, in the ``foot``, or are ``social``."""
        stated: tuple[HouseLink, ...] = getattr(self.newsroom.appearance, place)
        for link in stated:
            address = _address(link.addresses, voice, addresses)
            yield Shown(*_label(link, voice, address, is_name=place == _SOCIAL), address)

    def notice(self, voice: Voice, addresses: Addresses) -> Shown | None:
        """What stands above every page, where something does."""
        stated = self.newsroom.appearance
        if not stated.notice:
            return None
        return Shown(*_said(stated.notice, voice), _address(stated.notice_address, voice, addresses))

    def dyes(self) -> str:
        """The publisher's colours as a style sheet, the lightest and darkest in which text is read well."""
        stated = self.newsroom.appearance
        light, dark = stated.accent, stated.accent_dark or stated.accent
        in_light = _rule("screen", light, legible(light, LIGHT)) if light else ""
        in_dark = _rule("screen and (prefers-color-scheme:dark)", dark, legible(dark, DARK)) if dark else ""
        return in_light + in_dark

    def _dyed(self, name: str) -> str:
        """The name of one of our style sheets with the publisher's behind it."""
        own, dyes = hashed(name), self.dyes()
        asset = self.asset(STYLESHEET) if name == "newsroom.css" else None
        if not dyes and not asset:
            return own
        stem, _, kind = name.partition(".")
        parts = (own_file(name).etag, dyes, asset.digest if asset else "")
        return f"{stem}.{version(sha256(' '.join(parts).encode()).hexdigest())}.{kind}"


def _rule(media: str, stated: str, used: str) -> str:
    """Colours in place of those of colours.css; not on paper, which is black on white."""
    return f"@media {media}{{:root{{--brand:{stated};--accent:{used};--link:{used}}}}}\n"


def _label(link: HouseLink, voice: Voice, address: str, *, is_name: bool) -> tuple[str, str]:
    """What a link is called, and in which language."""
    if link.labels:
        return _said(link.labels, voice)
    if is_name:
        return link.name, ""
    if link.name == _HOME:
        return address.partition("://")[2].partition("/")[0].removeprefix("www.") or link.name, ""
    if link.name in NAMES:
        return voice.say(NAMES[link.name]), voice.language if voice.is_foreign else ""
    return label_of(link.name), ""


def _said(texts: Texts, voice: Voice) -> tuple[str, str]:
    """A text as well as it is known in the language of a page, and its language where that is another."""
    text = said_in(texts, voice.asked)
    return text, next((tag for tag, one in texts.items() if one == text and tag != voice.asked), "")


def _address(addresses_stated: Texts, voice: Voice, addresses: Addresses) -> str:
    """Where a link leads: a path is one of this newsroom."""
    address = said_in(addresses_stated, voice.asked)
    return addresses.prefix + address if address.startswith("/") else address
