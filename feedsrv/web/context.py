"""The site: what every request needs, and the snapshot that one request reads."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from flask import current_app, g

from feedsrv.locales import voice_of
from feedsrv.newsroom import Newsroom
from feedsrv.preview import Preview
from feedsrv.search import SearchIndex, Snapshot
from feedsrv.settings import Settings
from feedsrv.web.addresses import Addresses
from feedsrv.web.cache import RenderingCache

EXTENSION = "feedsrv"


@dataclass(frozen=True, slots=True)
class Site:
    """What `create_app` was given, and what is made of it once; ``clock`` tells the moment as an aware datetime.

    ``preview`` is None for the newsroom that the public sees.
    """

    index: SearchIndex
    settings: Settings
    addresses: Addresses
    cache: RenderingCache
    clock: Callable[[], datetime]
    preview: Preview | None = None


def site() -> Site:
    """The site of the application that answers this request."""
    return cast("Site", current_app.extensions[EXTENSION])


def snapshot() -> Snapshot:
    """The snapshot of this request: the newest at its first use, the same to its end. Raises IndexUnavailable."""
    if "snapshot" not in g:
        g.snapshot = site().index.snapshot()
    return cast("Snapshot", g.snapshot)


def let_go(_error: BaseException | None) -> None:
    """Forget the snapshot when the request has ended.

    What a page was made of stays until the garbage collector comes, and with it would stay a whole generation.
    """
    g.pop("snapshot", None)


def newsroom() -> Newsroom:
    """The newsroom as published. Raises IndexUnavailable."""
    return snapshot().newsroom


def marked(title: str, language: str = "") -> str:
    """A title as this site gives it to programs: in a preview, it says that it is one, in its or our first language."""
    return f"{voice_of(language or newsroom().language).gettext('Preview:')} {title}" if site().preview else title
