"""Posts in JSON: those of a JSON Feed (https://www.jsonfeed.org/version/1.1/)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from html import escape
from typing import Any, BinaryIO

from feedsrv.errors import ImportFailed
from feedsrv.importing.holding import of_table
from feedsrv.importing.post import Post, Site, joined, split

LARGEST_FILE = 100_000_000
"""Bytes: it can only be read as a whole."""


def items(file: BinaryIO, site: Site) -> list[Mapping[str, Any]]:
    """The items of a feed, of whose site this tells. Raises ImportFailed for what is none, or too large."""
    data = file.read(LARGEST_FILE + 1)
    if len(data) > LARGEST_FILE:
        raise ImportFailed(f"it has more than {LARGEST_FILE:,} bytes, and JSON can only be read as a whole")
    try:
        feed = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise ImportFailed(f"it is no JSON: {error}") from error
    if not isinstance(feed, dict) or not isinstance(feed.get("items"), list):
        raise ImportFailed("it is no JSON feed: there are no items in it")
    found: list[Mapping[str, Any]] = [item for item in feed["items"] if isinstance(item, dict)]
    page = _text(feed, "home_page_url")
    site.page = page or _text(feed, "feed_url")
    site.own([page, _text(feed, "feed_url")])
    site.root = split(page).path.rstrip("/") + "/"
    site.addresses.update(filter(None, (site.path(joined(site.page, _text(item, "url"))) for item in found)))
    return found


def posts(found: list[Mapping[str, Any]], site: Site) -> Iterator[Post]:
    """A post for each item; one that has an extension which may hold it is held."""
    for item in found:
        link = joined(site.page, _text(item, "url"))
        base = link or site.page
        plain = "".join(f"<p>{escape(part, quote=False)}</p>\n" for part in _text(item, "content_text").split("\n\n"))
        yield Post(
            guid=_text(item, "id") or link,
            link=link,
            title=escape(_text(item, "title"), quote=False),
            body=_text(item, "content_html") or plain,
            summary=escape(_text(item, "summary"), quote=False),
            published=_moment(_text(item, "date_published")),
            language=_text(item, "language"),
            topics=tuple(topic for topic in _list(item, "tags") if isinstance(topic, str)),
            picture=joined(base, _text(item, "image")),
            attachments=tuple(
                joined(base, _text(file, "url")) for file in _list(item, "attachments") if isinstance(file, dict)
            ),
            base=base,
            held=next(of_table(item), ""),
        )


def _text(table: Mapping[str, Any], key: str) -> str:
    value = table.get(key)
    return str(value) if isinstance(value, str | int) else ""


def _list(table: Mapping[str, Any], key: str) -> list[Any]:
    value = table.get(key)
    return value if isinstance(value, list) else []


def _moment(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
