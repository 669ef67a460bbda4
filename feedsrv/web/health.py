"""Health: whether this process lives, and whether what it serves is what the publisher means to be public."""

from __future__ import annotations

from datetime import timedelta
from http import HTTPStatus

from flask import Response, jsonify

from feedsrv.errors import IndexUnavailable
from feedsrv.query import Query
from feedsrv.web.context import site, snapshot
from feedsrv.web.responses import NO_STORE

LATEST_HEARTBEAT = timedelta(seconds=120)
EARLIEST_HEARTBEAT = timedelta(seconds=-10)
"""A clock that was ahead and is right again left a heartbeat in the future, which says nothing of the present."""


def live() -> Response:
    """200 as long as this process answers at all."""
    return _report(HTTPStatus.OK)


def ready() -> Response:
    """200 if what is served is up to date, 503 if not or if there is nothing to serve.

    With 200 it is "degraded" while newsroom.toml cannot be read: its last settings hold.
    """
    now, index_status = site().clock(), site().index.status()
    age = now - index_status.heartbeat if index_status.heartbeat else None
    seconds = round(age.total_seconds()) if age is not None else None
    try:
        current = snapshot()
        releases = current.search(Query(per_page=0)).total
    except IndexUnavailable:
        return _report(HTTPStatus.SERVICE_UNAVAILABLE, generation=None, releases=None, heartbeat_age_seconds=seconds)
    is_overdue = index_status.true_until is not None and index_status.true_until <= now
    is_silent = age is not None and not EARLIEST_HEARTBEAT <= age <= LATEST_HEARTBEAT
    is_behind = index_status.published != current.generation
    status = HTTPStatus.SERVICE_UNAVAILABLE if is_overdue or is_silent or is_behind else HTTPStatus.OK
    good = "degraded" if index_status.is_degraded else "ok"
    return _report(status, good, generation=current.generation, releases=releases, heartbeat_age_seconds=seconds)


def _report(status: HTTPStatus, good: str = "ok", **members: str | int | None) -> Response:
    response = jsonify({"status": good if status is HTTPStatus.OK else "unavailable", **members})
    response.status_code = status
    response.headers["Cache-Control"] = NO_STORE
    return response
