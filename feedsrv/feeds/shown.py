"""What a browser shows of a feed in XML: a list in HTML, for it follows no links of Atom or RSS.

Feed readers pass over it, and the W3C's validator lets it stand in the feed itself; elsewhere it would be misplaced.
"""

from __future__ import annotations

from lxml import etree

from feedsrv.feeds import Feed, FeedEntry
from feedsrv.locales import Voice, voice_of
from feedsrv.text.languages import direction

HTML = "http://www.w3.org/1999/xhtml"

_LANG = "{http://www.w3.org/XML/1998/namespace}lang"


def add_shown(parent: etree._Element, feed: Feed) -> None:
    """Adds to a feed that has a style what it is, the way to the page of the list, and by day a link to each entry."""
    if not feed.stylesheet:
        return
    # Declared here alone, without a prefix: the validator wants none for HTML.
    voice = voice_of(feed.language)
    shown = etree.SubElement(parent, f"{{{HTML}}}div", {_LANG: voice.language}, nsmap={None: HTML})
    what = _added(shown, "p")
    what.set("class", "what")
    if direction(feed.language) == "rtl":
        shown.set("dir", "rtl")
        what = _added(what, "bdi")
    what.text = voice.gettext(
        "This is a feed. Copy its address from the address bar into your feed reader, "
        "and new releases come to you by themselves."
    )
    _add_link(_added(shown, "p"), feed.home, voice.gettext("See this list as a page"))
    entries = _added(shown, "ol") if feed.entries else shown
    for entry in feed.entries:
        _add_entry(_added(entries, "li"), entry, voice)


def _add_entry(item: etree._Element, entry: FeedEntry, voice: Voice) -> None:
    _added(item, "time").text = voice.day(entry.published.date()) if entry.published else voice.gettext("Undated")
    _add_link(item, entry.url, entry.title, {_LANG: entry.language, "dir": "auto"})


def _add_link(parent: etree._Element, address: str, words: str, attributes: dict[str, str] | None = None) -> None:
    link = _added(parent, "a")
    link.text = words
    link.attrib.update({"href": address, **(attributes or {})})


def _added(parent: etree._Element, name: str) -> etree._Element:
    return etree.SubElement(parent, f"{{{HTML}}}{name}")
