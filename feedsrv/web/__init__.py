"""The web: pages for people and feeds for feed readers, all of them answers to queries.

It reads through the seam `feedsrv.search` and writes nowhere; no request reaches the folder of releases.

::

    middleware              what every request passes: cached answers, hosts, the public path, headers
    context                 the snapshot that one request reads
    parameters, listing     an address -> the list it names
    addresses               the list -> its one canonical address
    inventory, facets       what a listing finds, and by what it can be narrowed
    filters, alternatives   by what it has been narrowed, and what else there is where nothing is left
    by_number               the release that a question names
    corrections             what may have been meant by a question that finds next to nothing
    versions                one page in each language
    directory               the topics, years and feeds that there are, page by page
    pages, list_page        what readers see
    templating, examples    in which words, and which of the newsroom's own show how to search
    feeds, feed_builder     what feed readers and programs get
    feed_entries            a release, as a feed or a copy carries it
    handouts                a release to take away, and its contacts
    cards, telephones       contacts as address books and telephones take them
    subscription_document   what a feed holds at the address that is polled
    archives                the past of a list
    files, discovery        attachments and style sheets; what crawlers and browsers are told
    look, own_files         what pages and feeds are dressed in: the publisher's, and our own
    suggestions             what somebody may be about to type
    health                  what whoever watches the service is told, and a proxy that has other machines to ask
    subscriptions           which feed an address is, whichever way it is spelled
    habits                  where other sites have their feeds, and where ours were before
    cache, responses        documents made once, and as this client may have them
    codings                 how they can be packed on their way
    origins                 whose scripts may read an answer
    observation             what each request was, and its id
    request_log, metrics    who is told of it
    error_pages             each error's status and words
    preview                 who may look before it is out
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial

from flask import Flask
from werkzeug.routing import BaseConverter, Map, Rule

from feedsrv.feeds.formats import FORMATS, Format
from feedsrv.preview import Preview
from feedsrv.search import SearchIndex
from feedsrv.settings import Settings
from feedsrv.web import discovery, feeds, files, habits, handouts, health, pages
from feedsrv.web.addresses import Addresses
from feedsrv.web.cache import RenderingCache
from feedsrv.web.context import EXTENSION, Site, let_go
from feedsrv.web.error_pages import handle_errors
from feedsrv.web.listing import ListingKind
from feedsrv.web.middleware import LIVE, PrefixMiddleware, ResponseCache, guard
from feedsrv.web.observation import Observation, Observer
from feedsrv.web.origins import open_feeds
from feedsrv.web.request_log import RequestLog
from feedsrv.web.templating import configure_templates


def _utc_now() -> datetime:
    return datetime.now(UTC)


def create_app(
    index: SearchIndex,
    settings: Settings,
    *,
    clock: Callable[[], datetime] = _utc_now,
    preview: Preview | None = None,
) -> Flask:
    """The application; making it reads its templates alone. ``clock`` is asked for by health: no page knows the time.

    That of a ``preview`` says on every page that it is one, and has one page more: of what is not public.
    """
    app = Flask(__name__, static_folder=None)
    app.url_rule_class = _Rule
    addresses = Addresses(settings.base_url)
    app.extensions[EXTENSION] = Site(index, settings, addresses, RenderingCache(), clock, preview)
    answers = ResponseCache(PrefixMiddleware(app.wsgi_app, addresses.prefix), index)
    observers = list(_observers(settings))
    asked = health.OnlyIfReady(answers, index, clock, has_peers=bool(settings.peers))
    app.wsgi_app = Observation(asked, observers) if observers else asked  # type: ignore[method-assign]  # as Flask documents it
    app.url_map.merge_slashes = False  # its redirect would repeat the Host header
    app.url_map.redirect_defaults = False
    app.url_map.converters["format"] = _FormatConverter
    configure_templates(app, addresses)
    app.jinja_env.globals["preview"] = preview
    app.teardown_appcontext(let_go)
    _add_routes(app)
    if preview:
        app.add_url_rule("/unpublished", view_func=pages.unpublished)
    guard(app)
    open_feeds(app)
    handle_errors(app)
    return app


def prepare() -> None:
    """Compile the templates for all applications of this process, and of those that it forks."""
    configure_templates(Flask(__name__, static_folder=None), Addresses(""))


def _observers(settings: Settings) -> Iterator[Observer]:
    if settings.logs_requests:
        yield RequestLog(partial(os.write, 1))
    if settings.metrics:
        from feedsrv.web.metrics import RequestMetrics  # it needs an extra

        yield RequestMetrics()


def _add_routes(app: Flask) -> None:
    app.add_url_rule("/", view_func=pages.home)
    for kind in ListingKind:
        app.add_url_rule(kind.value, view_func=pages.listing, defaults={"kind": kind})
        app.add_url_rule(f"{kind.value}.<format:format_>", view_func=feeds.feed, defaults={"kind": kind})
    app.add_url_rule("/releases/<release_id>", view_func=pages.release)
    app.add_url_rule("/releases/<release_id>.txt", view_func=handouts.as_text)
    app.add_url_rule("/releases/<release_id>.json", view_func=handouts.as_json)
    app.add_url_rule("/releases/<release_id>/<name>", view_func=files.attachment)
    app.add_url_rule("/releases/<release_id>/contacts.vcf", view_func=handouts.contacts)
    app.add_url_rule("/releases/<release_id>/contacts-<number>.vcf", view_func=handouts.contacts)
    app.add_url_rule("/search/help", view_func=pages.search_help)
    app.add_url_rule("/topics", view_func=pages.topics)
    app.add_url_rule("/years", view_func=pages.years)
    app.add_url_rule("/feeds", view_func=pages.feeds)
    app.add_url_rule("/feeds.opml", view_func=feeds.outline)
    for path, format_ in habits.HABITS.items():
        app.add_url_rule(path, view_func=habits.habit, defaults={"format_": format_}, strict_slashes=False)
    app.add_url_rule("/opensearch.xml", view_func=discovery.opensearch)
    app.add_url_rule("/suggest", view_func=discovery.suggest)
    app.add_url_rule("/robots.txt", view_func=discovery.robots)
    app.add_url_rule("/sitemap.xml", view_func=discovery.sitemap)
    app.add_url_rule("/sitemap-<part>.xml", view_func=discovery.sitemap_part)
    app.add_url_rule("/favicon.ico", view_func=files.favicon)
    app.add_url_rule("/static/<name>", view_func=files.static)
    app.add_url_rule(LIVE, view_func=health.live)
    app.add_url_rule("/health/ready", view_func=health.ready)


class _FormatConverter(BaseConverter):
    """The ending of a feed's address."""

    def __init__(self, url_map: Map) -> None:
        super().__init__(url_map)
        self.regex = "|".join(FORMATS)

    def to_python(self, value: str) -> Format:
        return FORMATS[value]

    def to_url(self, value: Format) -> str:
        return value.extension


class _Rule(Rule):
    """What an address is read by. None is made by it, which is what `Addresses` are for.

    For that Werkzeug compiles two functions for each rule, three quarters of the time that the application takes. Here
    it does when it is first asked, and so never.
    """

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        compiled = super()._compile_builder
        return lambda rule, **values: compiled(append_unknown)(rule, **values)
