"""Habits: where other sites have their feeds, and where the newsroom had its own before. Each leads to one of ours."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from urllib.parse import urlsplit

from flask import Response, request

from feedsrv.feeds.formats import ATOM, FORMATS, JSON, RSS, Format
from feedsrv.newsroom import Newsroom
from feedsrv.web.context import newsroom, site
from feedsrv.web.listing import Listing, ListingKind
from feedsrv.web.origins import open_to_all
from feedsrv.web.parameters import listing_of
from feedsrv.web.responses import moved

HABITS = {
    **dict.fromkeys(("/feed", "/feed.xml", "/feed.atom", "/atom", "/atom.xml"), ATOM),
    **dict.fromkeys(("/feed.rss", "/rss", "/rss.xml"), RSS),
    "/feed.json": JSON,
    # Hugo, and its usual sections beside ours
    "/index.xml": RSS,
    **{f"/{section}/<topics>/index.xml": RSS for section in ("topics", "categories", "tags")},
    # Pelican
    **{f"/feeds/{name}.atom.xml": ATOM for name in ("all", "all-<lang>", "<topics>")},
    **{f"/feeds/{name}.rss.xml": RSS for name in ("all", "all-<lang>", "<topics>")},
    # WordPress
    **{f"/feed/{name}": format_ for name, format_ in (("atom", ATOM), ("rss", RSS), ("rss2", RSS), ("rdf", RSS))},
    **{f"/{section}/<topics>/feed": ATOM for section in ("topics", "category", "tag")},
    **{f"/{section}/<topics>/feed/atom": ATOM for section in ("topics", "category", "tag")},
    **{f"/{section}/<topics>/feed/rss2": RSS for section in ("topics", "category", "tag")},
}
"""Where other sites have the feed of everything, of a topic or of a language, with and without a slash at the end."""

OF_WORDPRESS = {"feed": ATOM, "atom": ATOM, "rss": RSS, "rss2": RSS, "rdf": RSS}
"""What it calls its feeds where they are parameters of the front page: `/?feed=rss2`."""


def habit(format_: Format, **path: str) -> Response:
    """The feed that is looked for where other sites have it; where ours was before, what is there now."""
    return former_feed() or _moved(site().addresses.listing(meant(path), format_))


def meant(path: Mapping[str, str], settings: Newsroom | None = None) -> Listing:
    """The list that an address by habit means, by what its path says. Raises NotFound for what can be no topic."""
    if "topics" in path:
        return listing_of(ListingKind.TOPIC, settings or newsroom(), path, in_feed=True).subscription
    return Listing(languages=(path["lang"],) if "lang" in path else ())


def former_feed() -> Response | None:
    """Where the feed is now that was at this address before, or that WordPress would have here.

    Raises IndexUnavailable.
    """
    if request.method not in {"GET", "HEAD"}:
        return None
    now = now_at(request.path, [*request.args.items(multi=True)], newsroom())
    return _moved(site().addresses.path(*as_feed(now))) if now else None


def now_at(path: str, parameters: Sequence[tuple[str, str]], settings: Newsroom) -> str:
    """The feed or list of ours that another address means, by newsroom.toml or as WordPress has it; "" for none."""
    format_ = OF_WORDPRESS.get(dict(parameters).get("feed", "")) if path == "/" else None
    of_front_page = f"{ListingKind.EVERYTHING}.{format_.extension}" if format_ else ""
    return settings.feed_formerly_at(path, parameters) or of_front_page


def as_feed(address: str) -> tuple[str, str]:
    """The path and the parameters of a feed of ours; of what is a list, those of its Atom feed."""
    parts = urlsplit(address)
    is_feed = parts.path.rpartition(".")[2] in FORMATS
    return parts.path if is_feed else f"{parts.path}.{ATOM.extension}", parts.query


def _moved(location: str) -> Response:
    return open_to_all(moved(location))
