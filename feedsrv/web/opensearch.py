"""OpenSearch: how browsers and programs learn to search this newsroom (OpenSearch 1.1, draft 6)."""

from __future__ import annotations

from flask import Response, render_template

from feedsrv.feeds.clean import cleaned
from feedsrv.web.cache import Rendering
from feedsrv.web.context import newsroom, site
from feedsrv.web.responses import answer

OPENSEARCH_TYPE = "application/opensearchdescription+xml"
LONGEST_SHORT_NAME = 16
LONGEST_LONG_NAME = 48


def description() -> Response:
    """The document by which a browser adds the newsroom as a search engine."""
    return answer(site().addresses.opensearch, _description)


def _description() -> Rendering:
    title = newsroom().title
    text = render_template(
        "opensearch.xml",
        newsroom=newsroom(),
        short_name=_cut(title, LONGEST_SHORT_NAME),
        long_name=_cut(title, LONGEST_LONG_NAME),
    )
    return Rendering.of(cleaned(text).encode(), f"{OPENSEARCH_TYPE}; charset=utf-8")


def _cut(name: str, longest: int) -> str:
    """A name of no more characters than that, cut between words where that leaves something."""
    if len(name) <= longest:
        return name
    return name[: longest + 1].rpartition(" ")[0].strip() or name[:longest]
