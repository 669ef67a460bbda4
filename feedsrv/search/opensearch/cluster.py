"""The cluster: requests to it, with limits in time, further tries with ever longer pauses, and a breaker."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from threading import Lock
from time import monotonic, sleep
from typing import Any

from msgspec import json
from opensearchpy import OpenSearch
from opensearchpy.exceptions import ConflictError, NotFoundError, OpenSearchException, RequestError, TransportError
from opensearchpy.exceptions import ConnectionError as NotConnected

from feedsrv.errors import IndexUnavailable

LONGEST = 10.0
"""Seconds that a request may take."""
TRIES = 3
"""Times that a request is tried which nothing answered, or that was refused for want of room."""
PAUSE = 0.1
"""Seconds before the second try; before each further one twice as many."""
OPEN_AFTER = 3
"""Requests one after another that nothing answered, after which none is made for a while."""
OPEN_FOR = 1.0
"""Seconds without requests then, so that readers are told at once, and do not wait in a row."""
PAGE = 1_000
"""Documents that are asked for, or written, at once."""

_CHANGED = "somebody else has written to what was to be written"
_THERE_ALREADY = "resource_already_exists_exception"
_BUSY = {429, 502, 503, 504}

Json = dict[str, Any]


def _is_passing(error: OpenSearchException) -> bool:
    """Whether a further try may be answered."""
    return isinstance(error, NotConnected) or (isinstance(error, TransportError) and error.status_code in _BUSY)


class Conflict(Exception):
    """Somebody else has written to a document in between."""


class Cluster:
    """The indices of one newsroom in a cluster, all of which begin with a ``prefix``."""

    def __init__(self, address: str, prefix: str) -> None:
        self.address = address
        self.state, self.releases = f"{prefix}-state", f"{prefix}-releases"
        self._client = OpenSearch([address], timeout=LONGEST, max_retries=0, http_compress=False, maxsize=32)
        self._lock = Lock()
        self._failed, self._closed_until = 0, 0.0

    def ask(self, method: str, path: str, body: Any = None, **parameters: Any) -> Any:
        """The answer to a request; None for what there is not. Raises IndexUnavailable, or Conflict."""
        for number in range(TRIES):
            if monotonic() < self._closed_until:
                raise IndexUnavailable(f"the cluster at {self.address} does not answer")
            try:
                answer = self._client.transport.perform_request(method, path, params=parameters, body=body)
            except NotFoundError:
                return None
            except OpenSearchException as error:
                self._note(is_answer=not isinstance(error, NotConnected))
                if number + 1 == TRIES or not _is_passing(error):
                    raise self._meaning(error) from error
                sleep(PAUSE * 2**number)
            else:
                self._note(is_answer=True)
                return answer
        raise AssertionError  # the last try returns or raises

    def _meaning(self, error: OpenSearchException) -> Exception:
        is_there_already = isinstance(error, RequestError) and error.error == _THERE_ALREADY
        if isinstance(error, ConflictError) or is_there_already:  # by somebody else, or by an unanswered try of ours
            return Conflict(_CHANGED)
        return IndexUnavailable(f"the cluster at {self.address} cannot be asked: {error}")

    def search(self, body: Json) -> Json:
        """The answer to a search among the releases, from all of them. Raises IndexUnavailable."""
        path = f"/{self.releases}/_search"
        found: Json | None = self.ask("POST", path, body, preference="feedsrv", allow_partial_search_results="false")
        if found is None or found["timed_out"] or found["_shards"]["failed"]:
            raise IndexUnavailable(f"the releases in the cluster at {self.address} cannot be asked")
        return found

    def all(self, query: Json, fields: Sequence[str], **more: Any) -> Iterator[Json]:
        """Everything that matches, by source; of each these fields."""
        after: Json = {}
        while True:
            body = {"query": query, "size": PAGE, "_source": list(fields), "sort": ["source", "from"], **more, **after}
            hits = self.search(body)["hits"]["hits"]
            yield from hits
            if len(hits) < PAGE:
                return
            after = {"search_after": hits[-1]["sort"]}

    def write(self, lines: Iterable[Mapping[str, Any]]) -> list[Json]:
        """Write to several releases at once, and return what became of each. Raises Conflict, or IndexUnavailable."""
        answer = self.ask(
            "POST", f"/{self.releases}/_bulk", "".join(f"{json.encode(line).decode()}\n" for line in lines)
        )
        if answer is None:
            raise IndexUnavailable(f"the releases in the cluster at {self.address} are gone")
        items = [next(iter(item.values())) for item in answer["items"]]
        for item in items:
            if item["status"] == 409:
                raise Conflict(_CHANGED)
            if item["status"] >= 300:
                raise IndexUnavailable(f"the cluster at {self.address} cannot be written: {item.get('error')}")
        return items

    def writes(self) -> tuple[int, int]:
        """How many releases were written and deleted, ever: another when somebody has. Raises IndexUnavailable."""
        answer = self.ask("GET", f"/{self.releases}/_stats/indexing")
        told = answer["_all"]["primaries"]["indexing"] if answer else {"index_total": -1, "delete_total": -1}
        return told["index_total"], told["delete_total"]

    def refresh(self) -> None:
        """Let all that was written be found. Raises IndexUnavailable where a shard has not done so."""
        answer = self.ask("POST", f"/{self.releases}/_refresh")
        if answer is None or answer["_shards"]["failed"]:
            raise IndexUnavailable(f"the releases in the cluster at {self.address} could not be refreshed")

    def _note(self, *, is_answer: bool) -> None:
        with self._lock:
            self._failed = 0 if is_answer else self._failed + 1
            if self._failed >= OPEN_AFTER:
                self._closed_until = monotonic() + OPEN_FOR
