"""The appearance: pictures, colours, links and words of the publisher's house, around what the newsroom shows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

Texts = Mapping[str, str]
"""A text by language; under "" one that is the same in all."""

PICTURES = ("logo", "logo_dark", "icon")
STYLESHEET = "stylesheet"
ASSETS = (*PICTURES, STYLESHEET)
"""The settings that name a file, in the order in which the guide has them."""


def said_in(texts: Texts, language: str) -> str:
    """A text in a language, else in the first that it is stated in; "" where it is stated in none."""
    return texts.get(language) or next(iter(texts.values()), "")


@dataclass(frozen=True, slots=True)
class HouseLink:
    """A link to a page of the publisher's. ``labels`` may be empty: then its ``name`` says what it leads to."""

    name: str
    labels: Texts
    addresses: Texts


@dataclass(frozen=True, slots=True)
class Asset:
    """A file of the publisher's house: where it lies in the folder, and what is served of it.

    ``size`` is in bytes, ``digest`` the SHA-256 of them. ``width`` and ``height`` of a picture are in pixels, 0 where
    they are not known.
    """

    path: str
    media_type: str
    size: int
    digest: str
    width: int = 0
    height: int = 0


@dataclass(frozen=True, slots=True)
class Appearance:
    """The table ``appearance`` of newsroom.toml; the defaults are a plain newsroom.

    ``files`` are the paths of `ASSETS` in the folder of releases. ``accent`` and ``accent_dark`` are colours as
    `feedsrv.colours` has them, "" where none is stated. ``notice`` stands above every page, and leads to
    ``notice_address`` where there is one.
    """

    files: Mapping[str, str] = field(default_factory=dict)
    accent: str = ""
    accent_dark: str = ""
    header: tuple[HouseLink, ...] = ()
    foot: tuple[HouseLink, ...] = ()
    social: tuple[HouseLink, ...] = ()
    notice: Texts = field(default_factory=dict)
    notice_address: Texts = field(default_factory=dict)

    @property
    def addresses(self) -> Iterator[str]:
        """Where its notice and its links lead, in every language."""
        yield from self.notice_address.values()
        for link in (*self.header, *self.foot, *self.social):
            yield from link.addresses.values()
