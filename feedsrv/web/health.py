"""Health: whether this process lives, and whether what it serves is what the publisher means to be public."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from http import HTTPStatus
from time import monotonic
from typing import TYPE_CHECKING

from flask import Response, jsonify

from feedsrv.errors import IndexAway, IndexUnavailable
from feedsrv.query import Query
from feedsrv.search import IndexStatus, SearchIndex, digest_in
from feedsrv.web.context import site, snapshot
from feedsrv.web.responses import NO_STORE

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

AWAY = "the cluster that keeps the index does not answer"
LATEST_HEARTBEAT = timedelta(seconds=120)
EARLIEST_HEARTBEAT = timedelta(seconds=-10)
"""A clock that was ahead and is right again left a heartbeat in the future, which says nothing of the present."""

ONLY_IF_READY = "HTTP_X_ONLY_IF_READY"
"""In the environment of a request that a proxy can put to another machine."""
LOOK_AFTER = 0.1
"""Seconds after which a process looks anew whether it is ready, when it is asked with each request."""


def live() -> Response:
    """200 as long as this process answers at all."""
    return _report(HTTPStatus.OK)


def ready() -> Response:
    """200 if what is served is up to date, 503 if not or if there is nothing to serve.

    It says why where a cluster keeps the index and is away: then what was rendered before is served, and nothing else.
    With 200 it is "degraded" while newsroom.toml cannot be read: its last settings hold.
    """
    now, index_status = site().clock(), site().index.status()
    age = now - index_status.heartbeat if index_status.heartbeat else None
    seconds = round(age.total_seconds()) if age is not None else None
    try:
        current = snapshot()
        releases = current.search(Query(per_page=0)).total
    except IndexUnavailable as error:
        why = {"reason": AWAY} if isinstance(error, IndexAway) else {}
        return _report(
            HTTPStatus.SERVICE_UNAVAILABLE, generation=None, releases=None, heartbeat_age_seconds=seconds, **why
        )
    is_good = _is_up_to_date(index_status, current.generation, now, has_peers=bool(site().settings.peers))
    status = HTTPStatus.OK if is_good else HTTPStatus.SERVICE_UNAVAILABLE
    good = "degraded" if index_status.is_degraded else "ok"
    edition = index_status.edition
    is_known = edition and edition.digest == digest_in(current.generation)
    changed = {"changed": edition.changed.isoformat()} if edition and is_known else {}
    return _report(
        status, good, generation=current.generation, releases=releases, heartbeat_age_seconds=seconds, **changed
    )


class OnlyIfReady:
    """Answers 503 to what is asked of a machine on condition that it is ready, as long as it is not.

    A proxy that does not look after the health of its machines learns of it so, and puts the request to the next one.
    """

    def __init__(
        self, application: WSGIApplication, index: SearchIndex, clock: Callable[[], datetime], *, has_peers: bool
    ) -> None:
        self._application = application
        self._index = index
        self._clock = clock
        self._has_peers = has_peers
        self._is_ready, self._look_again = False, 0.0

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """The answer (PEP 3333)."""
        if not environ.get(ONLY_IF_READY) or self._looked():
            return self._application(environ, start_response)
        headers = [("Cache-Control", NO_STORE), ("Retry-After", "1"), ("Content-Length", "0")]
        start_response("503 Service Unavailable", headers)
        return []

    def _looked(self) -> bool:
        if monotonic() >= self._look_again:
            self._look_again = monotonic() + LOOK_AFTER
            try:
                status, generation = self._index.status(), self._index.snapshot().generation
                self._is_ready = _is_up_to_date(status, generation, self._clock(), has_peers=self._has_peers)
            except IndexUnavailable:
                self._is_ready = False
        return self._is_ready


def _is_up_to_date(status: IndexStatus, generation: str, now: datetime, *, has_peers: bool) -> bool:
    """Whether the generation that is served is what the publisher, and its peers, mean to be public."""
    age = now - status.heartbeat if status.heartbeat else None
    is_overdue = status.true_until is not None and status.true_until <= now
    is_silent = age is not None and not EARLIEST_HEARTBEAT <= age <= LATEST_HEARTBEAT
    is_behind = status.in_step_until <= now if status.in_step_until else has_peers
    return status.published == generation and not (is_overdue or is_silent or is_behind)


def _report(status: HTTPStatus, good: str = "ok", **members: str | int | None) -> Response:
    response = jsonify({"status": good if status is HTTPStatus.OK else "unavailable", **members})
    response.status_code = status
    response.headers["Cache-Control"] = NO_STORE
    return response
