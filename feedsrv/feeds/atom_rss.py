"""A feed as XML: Atom 1.0 (RFC 4287), and RSS 2.0 with the RSS Advisory Board's profile."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from html import escape

from feedgen.feed import FeedGenerator

from feedsrv.feeds import SMALL, Feed, FeedEntry, Link
from feedsrv.feeds.clean import legible
from feedsrv.feeds.feedgen_fixes import EntryRepair, FeedRepair

ATOM_TYPE = "application/atom+xml"
RSS_TYPE = "application/rss+xml"


def atom(feed: Feed) -> bytes:
    """The feed as an Atom 1.0 document in UTF-8, the same bytes for the same feed always."""
    feed = legible(feed)
    generator = _generator(feed, ATOM_TYPE)
    if feed.icon:
        generator.icon(feed.icon)
    if feed.logo:
        generator.logo(feed.logo)
    return _styled(generator.atom_str(), feed.stylesheet)


def rss(feed: Feed) -> bytes:
    """The feed as an RSS 2.0 document in UTF-8, the same bytes for the same feed always.

    RSS allows an item one enclosure: sound or film where there is any, else the first. What RSS has no word for is said
    in that of Atom.
    """
    feed = legible(feed)
    feed = replace(feed, description=_as_html(feed.description))
    generator = _generator(feed, RSS_TYPE)
    if feed.small_icon:
        generator.image(feed.small_icon, feed.title, feed.home, str(SMALL), str(SMALL))
    return _styled(generator.rss_str(), feed.stylesheet)


def _styled(document: bytes, stylesheet: str) -> bytes:
    """The document with the instruction by which a browser finds its style (Associating Style Sheets with XML, 1.0)."""
    if not stylesheet:
        return document
    instruction = f'<?xml-stylesheet type="text/css" href="{escape(stylesheet)}"?>\n'
    declaration, newline, root = document.partition(b"\n")
    return declaration + newline + instruction.encode() + root


def _as_html(text: str) -> str:
    """A plain text as the HTML that a description in RSS is, of a channel or an item; lxml escapes it once more."""
    return escape(text, quote=False)


def _generator(feed: Feed, media_type: str) -> FeedGenerator:
    generator = FeedGenerator()
    generator.load_extension("dc", atom=False)
    links = (Link("self", feed.url, media_type), *feed.links)
    generator.register_extension("repairs", partial(FeedRepair, feed, links))
    generator.id(feed.id)
    generator.title(feed.title)
    generator.subtitle(feed.description)
    generator.language(feed.language)
    generator.updated(feed.updated)  # unset, it would be the clock's
    generator.author(name=feed.author, uri=feed.author_url)
    generator.generator("feedsrv", version=feed.generator_version)
    generator.link(href=feed.home, rel="alternate", type="text/html", hreflang=feed.language)
    for entry in feed.entries:
        _add(generator, entry, feed.language)
    return generator


def _add(generator: FeedGenerator, entry: FeedEntry, feed_language: str) -> None:
    item = generator.add_entry(order="append")  # the default puts each in front of the others
    item.register_extension("repairs", partial(EntryRepair, entry, feed_language))
    item.id(entry.id)
    item.title(entry.title)
    item.updated(entry.updated)
    item.published(entry.published)
    item.link(href=entry.url, rel="alternate")
    item.author(name=entry.author)
    item.dc.dc_creator(entry.author)  # an author of RSS needs a mail address
    item.category([{"term": topic.term, "label": topic.label, "scheme": topic.scheme} for topic in entry.categories])
    # In this order, for each also sets what the next one states.
    item.description(_as_html(entry.summary))
    item.content(entry.content, type="html")
    if entry.summary:
        item.summary(entry.summary)
