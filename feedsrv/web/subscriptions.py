"""Subscriptions: which feed an address is, whichever way it is spelled."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Flask, request
from werkzeug.exceptions import HTTPException

from feedsrv.errors import IndexUnavailable
from feedsrv.feeds.formats import FORMATS
from feedsrv.newsroom import Newsroom
from feedsrv.web.context import EXTENSION, newsroom, site
from feedsrv.web.listing import Listing
from feedsrv.web.parameters import listing_of
from feedsrv.web.responses import HABITS

LONGEST = 2_000
MOST_REMEMBERED = 10_000


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
        is_likely = parts.path.rpartition(".")[2] in FORMATS or parts.path.endswith(tuple(HABITS))
        return self._canonical(parts.path, parts.query) if is_likely else None

    def _canonical(self, path: str, query: str) -> str | None:
        prefix = self._app.extensions[EXTENSION].addresses.prefix
        if path.startswith(f"{prefix}/"):
            path = path.removeprefix(prefix)
        with self._app.test_request_context(path, query_string=query):
            arguments = dict(request.view_args or {})
            format_ = arguments.pop("format_", None)
            if format_ is None:
                return None
            kind = arguments.pop("kind", None)
            try:
                listing = listing_of(kind, _settings(), arguments, in_feed=True) if kind else Listing()
            except (HTTPException, OverflowError):
                return None
            return site().addresses.listing(listing.subscription, format_)


def _settings() -> Newsroom:
    """Those of the newsroom, by which topics have other names; the usual ones where nothing is published here."""
    try:
        return newsroom()
    except IndexUnavailable:
        return Newsroom()
