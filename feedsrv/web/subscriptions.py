"""Subscriptions: which feed an address is, whichever way it is spelled."""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, urlsplit

from flask import Flask, request
from werkzeug.exceptions import HTTPException

from feedsrv.errors import IndexUnavailable
from feedsrv.feeds.formats import FORMATS
from feedsrv.newsroom import Newsroom
from feedsrv.web.context import EXTENSION, newsroom, site
from feedsrv.web.habits import as_feed, meant, now_at
from feedsrv.web.parameters import listing_of

LONGEST = 2_000
MOST_REMEMBERED = 10_000

_LIKELY = re.compile(rf"feed|atom|rss|xml|{'|'.join(FORMATS)}")
"""What stands in the address of every feed, and in few others."""


class Subscriptions:
    """Knows the feeds of an application by their addresses, and those that lead to them."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._known: dict[str, str | None] = {}

    def feed(self, target: str) -> str | None:
        """The canonical path of the feed that is at an address, or that it leads to: the newest page of it.

        None if it is none. It is not looked whether anything is in it, nor which host is asked.
        """
        if len(target) > LONGEST:
            return None
        if target not in self._known:
            if len(self._known) >= MOST_REMEMBERED:
                self._known.clear()
            self._known[target] = self._found(target)
        return self._known[target]

    def _found(self, target: str) -> str | None:
        try:
            parts = urlsplit(target)
        except ValueError:
            return None
        return self._canonical(parts.path, parts.query) if _LIKELY.search(target) else None

    def _canonical(self, path: str, query: str) -> str | None:
        prefix = self._app.extensions[EXTENSION].addresses.prefix
        if path.startswith(f"{prefix}/"):
            path = path.removeprefix(prefix)
        with self._app.app_context():
            path, query = _now(path, query)
        with self._app.test_request_context(path, query_string=query):
            arguments = dict(request.view_args or {})
            format_ = arguments.pop("format_", None)
            if format_ is None:
                return None
            kind = arguments.pop("kind", None)
            try:
                listing = (
                    listing_of(kind, _settings(), arguments, in_feed=True) if kind else meant(arguments, _settings())
                )
            except (HTTPException, OverflowError):
                return None
            return site().addresses.listing(listing.subscription, format_)


def _now(path: str, query: str) -> tuple[str, str]:
    """The path and the parameters of the feed that was at an address; that address itself where none was."""
    now = now_at(path, parse_qsl(query, keep_blank_values=True), _settings())
    return as_feed(now) if now else (path, query)


def _settings() -> Newsroom:
    """Those of the newsroom, by which topics have other names; the usual ones where nothing is published here."""
    try:
        return newsroom()
    except IndexUnavailable:
        return Newsroom()
