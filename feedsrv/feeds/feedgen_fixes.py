"""The repairs of feedgen 1.0.0: what it leaves out of a feed or gets wrong, put right by extensions of it.

While extensions run, the Atom tree has no namespace: its elements are named bare, those of Atom in RSS in full.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from email.utils import format_datetime
from urllib.parse import quote

import feedgen.entry
import feedgen.feed
from lxml import etree

from feedsrv.feeds import Enclosure, Feed, FeedEntry, Link, Tombstone
from feedsrv.feeds.shown import add_shown

_ATOM = "{http://www.w3.org/2005/Atom}"
_NAMESPACES = {
    "at": "http://purl.org/atompub/tombstones/1.0",
    "fh": "http://purl.org/syndication/history/1.0",
    "opensearch": "http://a9.com/-/spec/opensearch/1.1/",
}
_OF_ITEMS = ("content", "dc")
"""The namespaces of what feedgen adds last."""
_LANG = "{http://www.w3.org/XML/1998/namespace}lang"

# feedgen's own calls locale.setlocale for each date: other threads see the change, and it may stay.
feedgen.feed.formatRFC2822 = feedgen.entry.formatRFC2822 = format_datetime


@dataclass(frozen=True, slots=True)
class FeedRepair:
    """Writes the links of a feed, all but the alternate that is the list itself, and what it says as a search.

    feedgen refuses relations it does not know, writes none but "self" in RSS, and there makes the last link
    that it is given the address of the channel, whatever its relation.
    """

    feed: Feed
    links: Sequence[Link]

    def extend_ns(self) -> dict[str, str]:
        """The namespaces that may be used, and stay where they are; feedgen declares that of Atom in RSS by itself."""
        return _NAMESPACES

    def extend_atom(self, feed: etree._Element) -> None:
        """Adds the links to an Atom feed."""
        for link in self.links:
            _add_link(feed, "link", link)
        self._add_history(feed)
        self._add_search(feed)
        add_shown(feed, self.feed)
        for tombstone in self.feed.tombstones:
            _add_tombstone(feed, tombstone)
        etree.cleanup_namespaces(feed)

    def extend_rss(self, rss: etree._Element) -> None:
        """Adds the links to the channel of an RSS document, as the RSS Advisory Board's profile has it."""
        for link in self.links:
            _add_link(rss[0], f"{_ATOM}link", link)
        self._add_history(rss[0])
        self._add_search(rss[0])
        add_shown(rss[0], self.feed)
        etree.cleanup_namespaces(rss, keep_ns_prefixes=_OF_ITEMS if self.feed.entries else ())

    def _add_history(self, parent: etree._Element) -> None:
        if self.feed.history:
            etree.SubElement(parent, f"{{{_NAMESPACES['fh']}}}{self.feed.history}")

    def _add_search(self, parent: etree._Element) -> None:
        """The elements of a search response (OpenSearch 1.1)."""
        if search := self.feed.search:
            counts = {"totalResults": search.total, "startIndex": search.start, "itemsPerPage": search.per_page}
            for name, count in counts.items():
                etree.SubElement(parent, f"{{{_NAMESPACES['opensearch']}}}{name}").text = str(count)
            terms = quote(search.terms)
            etree.SubElement(parent, f"{{{_NAMESPACES['opensearch']}}}Query", role="request", searchTerms=terms)


@dataclass(frozen=True, slots=True)
class EntryRepair:
    """Completes the links, the language and the dates of an entry."""

    entry: FeedEntry
    feed_language: str

    def extend_atom(self, element: etree._Element) -> None:
        """Completes an Atom entry: feedgen writes the address of a link and drops all else, its relation too."""
        self._tell_language(element)
        for bare in element.findall("link"):
            element.remove(bare)
        _add_link(element, "link", Link("alternate", self.entry.url, "text/html", hreflang=self.entry.language))
        for enclosure in self.entry.enclosures:
            link = Link("enclosure", enclosure.url, enclosure.type, enclosure.title)
            _add_link(element, "link", link, length=str(enclosure.length))
        for link in self._elsewhere:
            _add_link(element, "link", link)

    def extend_rss(self, element: etree._Element) -> None:
        """Completes an RSS item: its one enclosure (feedgen writes the last), its translations, its update."""
        self._tell_language(element)
        for first in sorted(self.entry.enclosures, key=_is_read)[:1]:
            etree.SubElement(element, "enclosure", url=first.url, length=str(first.length), type=first.type)
        etree.SubElement(element, f"{_ATOM}updated").text = self.entry.updated.isoformat()
        for link in self._elsewhere:
            _add_link(element, f"{_ATOM}link", link)

    @property
    def _elsewhere(self) -> tuple[Link, ...]:
        """What leads to the same in other languages, and to where it came from (RFC 4287, 4.2.7.2)."""
        source = (Link("via", self.entry.source_url),) if self.entry.source_url else ()
        return (*self.entry.translations, *source)

    def _tell_language(self, element: etree._Element) -> None:
        """feedgen knows the language of the feed alone."""
        if self.entry.language and self.entry.language != self.feed_language:
            element.set(_LANG, self.entry.language)


def _is_read(enclosure: Enclosure) -> bool:
    """Whether it is no sound or film, which readers of RSS play."""
    return not enclosure.type.startswith(("audio/", "video/"))


def _add_tombstone(feed: etree._Element, tombstone: Tombstone) -> None:
    """What is left of an entry (RFC 6721); RSS and JSON Feed have no word for it."""
    at = f"{{{_NAMESPACES['at']}}}"
    element = etree.SubElement(feed, f"{at}deleted-entry", ref=tombstone.id, when=tombstone.when.isoformat())
    if tombstone.comment:
        etree.SubElement(element, f"{at}comment").text = tombstone.comment


def _add_link(parent: etree._Element, name: str, link: Link, length: str = "") -> None:
    attributes = {
        "rel": link.rel,
        "href": link.href,
        "type": link.type,
        "hreflang": link.hreflang,
        "length": length,
        "title": link.title,
    }
    etree.SubElement(parent, name, {key: value for key, value in attributes.items() if value})
