"""Errors: each mapped to its status in this one place, a page for people, problem details for programs."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from functools import partial
from html import escape
from http import HTTPStatus
from traceback import format_exception

from flask import Flask, Response, render_template, request
from werkzeug.exceptions import HTTPException, NotFound

from feedsrv.errors import AttachmentNotFound, IndexUnavailable, ReleaseMissing, ReleaseNotFound, ReleaseWithdrawn
from feedsrv.feeds.formats import FORMATS
from feedsrv.feeds.json_feed import as_json
from feedsrv.locales import Voice, called
from feedsrv.locales.message import Message
from feedsrv.newsroom import Newsroom
from feedsrv.release import Withdrawal
from feedsrv.web.archives import ArchiveMissing
from feedsrv.web.cache import TooBusy
from feedsrv.web.context import newsroom, site
from feedsrv.web.habits import former_feed
from feedsrv.web.middleware import REPEATABLE
from feedsrv.web.observation import request_id
from feedsrv.web.parameters import language_asked
from feedsrv.web.responses import GONE, NO_STORE, from_missing
from feedsrv.web.templating import speaking
from feedsrv.web.versions import NO_VERSIONS

RETRY_AFTER = 10
"""Seconds after which a client may ask again for what could not be read."""
SOON = 2
"""Seconds after which a client may ask again when too many have asked."""

_GONE = {HTTPStatus.NOT_FOUND, HTTPStatus.GONE}

_PHRASES = {
    HTTPStatus.BAD_REQUEST: Message("Bad Request"),
    HTTPStatus.NOT_FOUND: Message("Not Found"),
    HTTPStatus.METHOD_NOT_ALLOWED: Message("Method Not Allowed"),
    HTTPStatus.GONE: Message("Gone"),
    HTTPStatus.INTERNAL_SERVER_ERROR: Message("Internal Server Error"),
    HTTPStatus.SERVICE_UNAVAILABLE: Message("Service Unavailable"),
}
"""What each status is called (RFC 9110); of others nobody who reads gets a page."""
_HEADLINES = {
    HTTPStatus.BAD_REQUEST: Message("This cannot be understood"),
    HTTPStatus.NOT_FOUND: Message("This page is not there"),
    HTTPStatus.INTERNAL_SERVER_ERROR: Message("Something went wrong here"),
    HTTPStatus.SERVICE_UNAVAILABLE: Message("Not just now"),
}
"""What is said to people in place of that."""
_DETAILS = {
    HTTPStatus.BAD_REQUEST: Message("This request cannot be understood."),
    HTTPStatus.METHOD_NOT_ALLOWED: Message("The method is not allowed for the requested URL."),
}
"""What is said where werkzeug found the error."""

_WORD = re.compile(r"[^\W_]+")
_LONGEST_WORDS = 100

_log = logging.getLogger(__name__)


def handle_errors(app: Flask) -> None:
    """Let every error of this application end in an answer."""
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(NotFound, _missing)
    app.register_error_handler(ReleaseNotFound, _missing)
    app.register_error_handler(AttachmentNotFound, _missing)
    app.register_error_handler(ReleaseWithdrawn, _withdrawn)
    app.register_error_handler(IndexUnavailable, _unavailable)
    app.register_error_handler(TooBusy, _busy)
    app.register_error_handler(Exception, _unexpected)


def _http(error: HTTPException) -> Response:
    status = HTTPStatus(error.code or 500)
    told = error.description if isinstance(error.description, Message) else _DETAILS.get(status, error.description)
    response = _answer(status, told or "")
    for name, value in error.get_headers():
        if name != "Content-Type":
            response.headers[name] = value  # Allow, with 405
    return response


def _missing(error: NotFound | ReleaseMissing) -> Response:
    try:
        if response := former_feed() or from_missing():
            return response
    except IndexUnavailable as unavailable:
        return _unavailable(unavailable)
    told = error.description if isinstance(error, NotFound) else None
    is_file = isinstance(error, AttachmentNotFound)
    detail = Message("There is nothing at this address.") if told == NotFound.description else told
    missing = Message("There is no such file in this release.") if is_file else Message("There is no such release.")
    request.environ[REPEATABLE] = isinstance(error, ArchiveMissing) and error.is_within
    return _answer(HTTPStatus.NOT_FOUND, detail or missing)


def _withdrawn(error: ReleaseWithdrawn) -> Response:
    return _answer(HTTPStatus.GONE, Message("This release has been withdrawn."), withdrawal=error.withdrawal)


def _unavailable(_error: IndexUnavailable) -> Response:
    """The index has logged why, once; a line for every request would tell nothing more."""
    unread = Message("The releases cannot be read just now. Please try again soon.")
    response = _answer(HTTPStatus.SERVICE_UNAVAILABLE, unread)
    response.headers["Retry-After"] = str(RETRY_AFTER)
    return response


def _busy(_error: TooBusy) -> Response:
    busy = Message("Too much is asked at this moment. Please try again soon.")
    response = _answer(HTTPStatus.SERVICE_UNAVAILABLE, busy)
    response.headers["Retry-After"] = str(SOON)
    return response


def _unexpected(error: Exception) -> Response:
    incident = request_id(request.environ)
    trace = "".join(format_exception(error))
    _log.error("incident %s: %s %r failed: %r", incident, request.method, request.full_path, trace)  # one line
    told = Message("Something went wrong here. The log tells more of %(incident)s.", incident=incident)
    return _answer(HTTPStatus.INTERNAL_SERVER_ERROR, told)


def _answer(status: HTTPStatus, detail: str, withdrawal: Withdrawal | None = None) -> Response:
    format_ = FORMATS.get(request.path.rpartition(".")[2])
    masthead = _masthead()
    kept = language_asked()
    language = (withdrawal and withdrawal.language) or kept or masthead.language
    spoken = speaking(language, kept)
    voice: Voice = spoken["voice"]
    phrase, detail = voice.say(_PHRASES.get(status, status.phrase)), voice.say(detail)
    if format_ and format_.is_json:
        problem = {"type": "about:blank", "title": phrase, "status": status.value, "detail": detail}
        response = Response(as_json(problem), status, content_type="application/problem+json")
    else:
        headline = voice.say(_HEADLINES.get(status, phrase))
        page = partial(
            render_template,
            "error.html",
            newsroom=called(masthead, language),
            canonical=None,
            versions=NO_VERSIONS,
            status=status,
            headline=headline,
            words=_words() if status == HTTPStatus.NOT_FOUND else "",
            detail=detail,
            withdrawal=withdrawal,
            **spoken,
        )
        response = Response(_whole_or_bare(page, voice, headline, detail), status)
    response.headers["Cache-Control"] = GONE if status in _GONE else NO_STORE
    return response


def _words() -> str:
    """What to search for in place of what is not there: the words at the end of its address."""
    last = request.path.rstrip("/").rpartition("/")[2]
    return " ".join(_WORD.findall(last.partition(".")[0]))[:_LONGEST_WORDS]


def _whole_or_bare(page: Callable[[], str], voice: Voice, headline: str, detail: str) -> str:
    """A page, or what it has to say and nothing around it, where that is the trouble."""
    try:
        return page()
    except Exception as error:  # noqa: BLE001 - whatever it is, nobody is left without an answer
        _log.error("the page of an error failed: %r", "".join(format_exception(error)))  # one line
    said = f"<title>{escape(headline)}</title><h1>{escape(headline)}</h1><p>{escape(detail)}</p>"
    return f'<!doctype html><html lang="{voice.language}" dir="{voice.direction}"><meta charset="utf-8">{said}'


def _masthead() -> Newsroom:
    """The newsroom whose name stands above; one that is known by its languages alone where none can be opened."""
    try:
        return newsroom()
    except Exception:  # noqa: BLE001 - what is wrong with it is told already, or is told by the page of this error
        return Newsroom(languages=site().index.languages())
