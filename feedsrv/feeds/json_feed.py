"""A feed as JSON: JSON Feed 1.1 (https://www.jsonfeed.org/version/1.1/)."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from feedsrv.feeds import Enclosure, Feed, FeedEntry
from feedsrv.feeds.clean import legible, legible_entry

JSON_TYPE = "application/feed+json"


def json_feed(feed: Feed) -> bytes:
    """The feed as a JSON Feed 1.1 document in UTF-8, the same bytes for the same feed always.

    Keys without which a feed is complete (`date_published`, `next_url`, `_feedsrv` ...) are left out where
    there is nothing to say.
    """
    return as_json(_document(legible(feed))).encode()


def json_item(entry: FeedEntry) -> bytes:
    """One item of such a document by itself."""
    return as_json(_item(legible_entry(entry, entry.url))).encode()


def as_json(document: Mapping[str, Any] | Sequence[Any]) -> str:
    """A document as JSON that ends no script which it is put into: no `</script` and no `<!--` stand in it."""
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).replace("<", r"\u003c")


def _document(feed: Feed) -> dict[str, Any]:
    next_url = next((link.href for link in feed.links if link.rel in {"next", "prev-archive"}), "")
    hubs = [{"type": "WebSub", "url": link.href} for link in feed.links if link.rel == "hub"]
    return {
        "version": "https://jsonfeed.org/version/1.1",
        "title": feed.title,
        "home_page_url": feed.home,
        "feed_url": feed.url,
        "description": feed.description,
        **_where_said(icon=feed.icon, favicon=feed.small_icon, language=feed.language),
        "authors": [{"name": feed.author} | _where_said(url=feed.author_url)],
        **_where_said(next_url=next_url, expired=feed.is_over, hubs=hubs, _feedsrv=feed.extension),
        "items": [_item(entry) for entry in feed.entries],
    }


def _item(entry: FeedEntry) -> dict[str, Any]:
    published = entry.published.isoformat() if entry.published else ""
    return {
        "id": entry.id,
        "url": entry.url,
        **_where_said(external_url=entry.source_url),
        "title": entry.title,
        **_where_said(summary=entry.summary),
        "content_html": entry.content,
        **_where_said(image=entry.image, date_published=published),
        "date_modified": entry.updated.isoformat(),
        **_where_said(language=entry.language),
        "authors": [{"name": entry.author}],
        "tags": [topic.label for topic in entry.categories],
        "attachments": [_attachment(enclosure) for enclosure in entry.enclosures],
        **_where_said(_feedsrv=entry.extension),
    }


def _attachment(enclosure: Enclosure) -> dict[str, Any]:
    return {
        "url": enclosure.url,
        "mime_type": enclosure.type,
        "size_in_bytes": enclosure.length,
        **_where_said(title=enclosure.title),
    }


def _where_said(**members: Any) -> dict[str, Any]:
    """Those members of an object that hold anything."""
    return {key: value for key, value in members.items() if value}
