"""The hot path: an answer that was given before, in this generation, to the very same question, is given again.

What a rendering becomes for a client depends on the address and on a few headers alone (see `feedsrv.web.responses`),
so those are the question; all rules on hosts, addresses, validators and encodings stay in the one place that answered
the first time. A new generation is a new beginning.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import closing, nullcontext
from dataclasses import dataclass, field
from threading import Lock
from typing import TYPE_CHECKING, Any

from werkzeug.wsgi import ClosingIterator

from feedsrv.search import SearchIndex

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

REPEATABLE = "feedsrv.repeatable"
"""In the environment of a request whose answer depends on nothing but `QUESTION` and the generation."""
QUESTION = (
    *("REQUEST_METHOD", "SCRIPT_NAME", "PATH_INFO", "QUERY_STRING", "HTTP_HOST"),
    *("HTTP_ACCEPT_ENCODING", "HTTP_IF_NONE_MATCH", "HTTP_SEC_FETCH_DEST"),
)
ROOM = 16 * 1024 * 1024
"""Bytes of answers that one process keeps beside its renderings, which they share their bodies with."""
LONGEST_QUESTION = 2_000
"""Characters."""

_OVERHEAD = 2_000  # bytes of an answer beside its body, about

_Question = tuple[str | None, ...]


@dataclass(frozen=True, slots=True)
class _Answer:
    status: str
    headers: list[tuple[str, str]]
    body: list[bytes]


@dataclass(slots=True)
class _Answers:
    """The answers of one generation."""

    generation: str
    room: int
    kept: dict[_Question, _Answer] = field(default_factory=dict)


class ResponseCache:
    """Answers what it has answered before, and asks the application for all else."""

    def __init__(self, application: WSGIApplication, index: SearchIndex) -> None:
        self._application = application
        self._index = index
        self._answers = _Answers("", ROOM)
        self._lock = Lock()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """The answer (PEP 3333)."""
        try:
            generation = self._index.snapshot().generation
        except Exception:  # noqa: BLE001 - the application meets it, too, and says what is wrong
            return self._application(environ, start_response)
        question = tuple(map(environ.get, QUESTION))
        answers = self._answers
        if answers.generation == generation and (answer := answers.kept.get(question)):
            start_response(answer.status, answer.headers.copy())
            return answer.body
        return self._asked(environ, start_response, question, generation)

    def _asked(
        self, environ: WSGIEnvironment, start_response: StartResponse, question: _Question, generation: str
    ) -> Iterable[bytes]:
        begun: list[tuple[str, list[tuple[str, str]]]] = []

        def begin(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
            begun.append((status, headers.copy()))
            return start_response(status, headers, exc_info) if exc_info else start_response(status, headers)

        chunks = self._application(environ, begin)
        if not environ.get(REPEATABLE):
            return chunks
        with closing(chunks) if isinstance(chunks, ClosingIterator) else nullcontext():
            body = [b"".join(chunks)]
        if self._index.snapshot().generation == generation:
            self._keep(generation, question, _Answer(*begun[-1], body))
        return body

    def _keep(self, generation: str, question: _Question, answer: _Answer) -> None:
        size = len(answer.body[0]) + _OVERHEAD
        if size > ROOM // 4 or sum(len(part or "") for part in question) > LONGEST_QUESTION:
            return
        with self._lock:
            if self._answers.generation != generation or self._answers.room < size:
                self._answers = _Answers(generation, ROOM)
            self._answers.kept[question] = answer
            self._answers.room -= size
