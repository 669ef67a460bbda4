"""What a saved page says of itself in its markup: the dates that it marks as such, and which heading is its own."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice, takewhile
from typing import Any

from lxml.html import HtmlElement

from feedsrv.readers.document import Block
from feedsrv.readers.entries import Entry
from feedsrv.readers.phrases import LONGEST_LINE
from feedsrv.text.cleaning import clean
from feedsrv.text.html import as_shown, one_line

_LARGEST = 200_000  # characters of JSON
_MOST_ITEMS = 50
_PROPERTIES = ("datePublished", "dateModified")
"""Those of https://schema.org/CreativeWork, which the table of keys has too."""
_OF_PUBLICATION = re.compile(r"(?:^|\s)(?:(?:dt-|entry-)?published|(?:entry|post)-date|published-date)(?:\s|$)")
"""Classes of hAtom, h-entry and WordPress."""
_OF_CHANGE = re.compile(r"(?:^|\s)(?:dt-)?updated(?:\s|$)|modified", re.IGNORECASE)
_YEAR = re.compile(r"(?<![0-9])[0-9]{4}(?![0-9])")
_BETWEEN = re.compile(r"\s+(?:[|·•–—»-]|::)\s+")


def dates(page: HtmlElement, text: HtmlElement, offset: int) -> Iterator[Entry]:
    """The dates that a page marks: in JSON-LD and microdata, in ``<time>`` and ``<abbr>``; the first of each kind."""
    for name in _PROPERTIES:
        stated = ((item.get(name), "JSON-LD", 1) for item in _items(page))
        marked = ((_value(one), "microdata", one.sourceline) for one in page.iterfind(f".//*[@itemprop='{name}']"))
        for value, where, line in (*stated, *marked):
            if isinstance(value, str) and value.strip():
                yield Entry(name, clean(value).strip(), offset + (line or 1), where)
                break
    for element in islice(filter(_is_of_publication, text.iter("time", "abbr")), 1):
        yield Entry("datePublished", clean(_value(element)).strip(), offset + (element.sourceline or 1), "time")


def _items(page: HtmlElement) -> Iterator[dict[str, Any]]:
    """The things that its JSON-LD describes, but for those within others."""
    for script in islice(page.iterfind(".//script[@type='application/ld+json']"), _MOST_ITEMS):
        source = script.text or ""
        try:
            found = json.loads(source) if len(source) <= _LARGEST else None
        except (ValueError, RecursionError):  # it is for search engines, and says nothing that can be read
            continue
        for item in islice(found if isinstance(found, list) else [found], _MOST_ITEMS):
            graph = item.get("@graph") if isinstance(item, dict) else None
            inner = graph if isinstance(graph, list) else [item]
            yield from (one for one in inner[:_MOST_ITEMS] if isinstance(one, dict))


def _value(element: HtmlElement) -> str:
    stated = (element.get(name) for name in ("content", "datetime", "title"))
    return next(filter(None, stated), None) or str(element.text_content())


def _is_of_publication(element: HtmlElement) -> bool:
    """Whether an element with a date in it is marked as that of publication, or stands in the head of the text."""
    marks = f"{element.get('class', '')} {element.get('itemprop', '')}"
    if not _YEAR.search(_value(element)) or (_OF_CHANGE.search(marks) and not _OF_PUBLICATION.search(marks)):
        return False
    is_marked = bool(_OF_PUBLICATION.search(marks)) or element.get("pubdate") is not None
    return is_marked or (element.tag == "time" and any(above.tag == "header" for above in element.iterancestors()))


def own_heading(page: HtmlElement, blocks: tuple[Block, ...]) -> tuple[tuple[Block, ...], tuple[Block, ...]]:
    """The blocks, and the headings of the site above the one that the page is called by, which is its first then."""
    top = tuple(takewhile(lambda block: block.level or len(block.html) <= LONGEST_LINE, blocks))
    headings = [(number, _folded(block.texts[0])) for number, block in enumerate(top) if block.level]
    shared = {_folded(meta.get("content", "")) for meta in page.iterfind(".//meta[@property='og:title']")}
    shared |= {_folded(item["headline"]) for item in _items(page) if isinstance(item.get("headline"), str)}
    called = {_folded(part) for part in _BETWEEN.split(one_line(page.findtext(".//title") or ""))}
    found = [number for names in (shared, called) for number, text in reversed(headings) if text and text in names]
    if not found or len(headings) < 2 or found[0] == headings[0][0]:
        return blocks, ()
    own = found[0]
    above = {number for number, _ in headings if number < own}
    kept = (replace(block, tag="h1") if number == own else block for number, block in enumerate(blocks))
    return (
        tuple(block for number, block in enumerate(kept) if number not in above),
        tuple(blocks[number] for number in sorted(above)),
    )


def _folded(text: str) -> str:
    return one_line(as_shown(text)).casefold()
