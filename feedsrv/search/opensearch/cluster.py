"""The cluster: requests to it, with limits in time, further tries with ever longer pauses, and a breaker."""

from __future__ import annotations

import logging
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from time import monotonic, sleep
from typing import Any

from opensearchpy import OpenSearch
from opensearchpy.exceptions import ConflictError, NotFoundError, OpenSearchException, RequestError, TransportError
from opensearchpy.exceptions import ConnectionError as NotConnected

from feedsrv.errors import IndexAway, IndexUnavailable
from feedsrv.search.opensearch.breaker import OPEN_FOR, Breaker

LONGEST = 5.0
"""Seconds in which what a reader waits for is answered, whatever number of tries that takes, or given up."""
LONGEST_FOR_WRITERS = 60.0
"""Seconds for what nobody waits for."""
TRIES = 4
"""Times that a request is tried which nothing answered, or that was refused for want of room."""
PAUSE = 0.1
"""Seconds before the second try; before each further one twice as many."""

BUSY = 429
"""The status of what was refused for want of memory or room."""

_AWAY = {502, 503, 504}
_THERE_ALREADY = "resource_already_exists_exception"

Json = dict[str, Any]

logging.getLogger("opensearch").setLevel(logging.CRITICAL)  # it would tell of each try; the breaker tells once


@dataclass(frozen=True, slots=True)
class Access:
    """How a cluster is reached: the addresses of its nodes, or of what stands before them.

    ``login`` is a user and a password, ``authorities`` the certificates that are believed in place of the system's.
    """

    addresses: Sequence[str]
    login: tuple[str, str] | None = None
    authorities: Path | None = None


class Conflict(Exception):
    """Somebody else has written in between, or an unanswered try of ours has."""


class Cluster:
    """Asks a cluster, for all threads."""

    def __init__(self, access: Access) -> None:
        self.address = access.addresses[0]
        self._breaker = Breaker(self.address)
        context = ssl.create_default_context(cafile=access.authorities) if access.authorities else None
        self._client = OpenSearch(
            list(access.addresses), http_auth=access.login, ssl_context=context, pool_maxsize=32, max_retries=0,
            retry_on_timeout=True, dead_timeout=OPEN_FOR, timeout_cutoff=1,
        )  # fmt: skip

    def ask(self, method: str, path: str, body: Any = None, *, within: float = LONGEST, **parameters: Any) -> Any:
        """The answer to a request; None for what there is not.

        Raises IndexAway where there is none in so many seconds, IndexUnavailable where it is no, or Conflict.
        """
        end = monotonic() + within
        for number in count(1):
            self._breaker.admit()
            try:
                answer = self._client.transport.perform_request(
                    method, path, params={**parameters, "request_timeout": max(end - monotonic(), PAUSE)}, body=body
                )
            except OpenSearchException as error:
                is_given_up = self._note(error)
                if isinstance(error, NotFoundError):
                    return None
                pause = PAUSE * 2 ** (number - 1)
                is_given_up = is_given_up or number == TRIES or monotonic() + pause > end
                if is_given_up or not _is_passing(error):
                    raise self._meaning(error) from error
                sleep(pause)
            else:
                self._breaker.answered()
                return answer
        raise AssertionError  # the last try returns or raises

    def _note(self, error: OpenSearchException) -> bool:
        """Whether nothing is to be asked from now on."""
        if _is_away(error):
            return self._breaker.failed(error)
        self._breaker.answered()
        return False

    def _meaning(self, error: OpenSearchException) -> Exception:
        is_there_already = isinstance(error, RequestError) and error.error == _THERE_ALREADY
        if isinstance(error, ConflictError) or is_there_already:
            return Conflict(f"somebody else writes to the cluster at {self.address}")
        if _is_passing(error):
            return IndexAway(f"the cluster at {self.address} does not answer: {error}")
        return IndexUnavailable(f"the cluster at {self.address} cannot be asked: {error}")


def _is_away(error: OpenSearchException) -> bool:
    return isinstance(error, NotConnected) or (isinstance(error, TransportError) and error.status_code in _AWAY)


def _is_passing(error: OpenSearchException) -> bool:
    """Whether a further try may be answered."""
    return _is_away(error) or (isinstance(error, TransportError) and error.status_code == BUSY)
