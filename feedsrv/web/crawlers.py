"""Crawlers: what search engines are told."""

from __future__ import annotations

from flask import Response

from feedsrv.web.answers import respond
from feedsrv.web.renderings import Rendering
from feedsrv.web.site import site


def robots() -> Response:
    """Everything may be read, but nobody needs to follow each search."""
    text = f"User-agent: *\nDisallow: {site().addresses.search}\n"
    return respond(Rendering.of(text.encode(), "text/plain; charset=utf-8"))
