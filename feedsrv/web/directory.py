"""Directories: the topics, years and feeds that there are, in parts that are named by what they begin and end with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from werkzeug.exceptions import NotFound

from feedsrv.text.html import shorten
from feedsrv.web.inventory import Offer, no_page

MOST = 200
"""Offers on a page."""
_LONGEST_NAME = 30


@dataclass(frozen=True, slots=True)
class Part:
    """One page of a directory: its address, what it is called, and what it offers."""

    address: str
    title: str
    offers: Sequence[Offer]


def parts(offers: Sequence[Offer], address: str) -> list[Part]:
    """The pages of a directory, of which the first has the ``address``; one where nothing is offered."""
    pieces = [offers[start : start + MOST] for start in range(0, len(offers), MOST)] or [()]
    return [Part(address_of(address, number), _title(piece), piece) for number, piece in enumerate(pieces, 1)]


def address_of(address: str, page: int) -> str:
    """The address of a page, by its number from 1, of the directory that has this address."""
    return f"{address}{'&' if '?' in address else '?'}page={page}" if page > 1 else address


def part(offered: Sequence[Part], page: int) -> Part:
    """One of them, by its number from 1. Raises NotFound."""
    if page > len(offered):
        raise NotFound(no_page(page, len(offered)))
    return offered[page - 1]


def _title(offers: Sequence[Offer]) -> str:
    ends = dict.fromkeys(shorten(offer.title, _LONGEST_NAME) for offer in (*offers[:1], *offers[-1:]))
    return " – ".join(ends)
