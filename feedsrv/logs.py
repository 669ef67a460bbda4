"""Logs: how what happens is written down, as text or as a JSON object a line."""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime
from typing import Any

from feedsrv.printable import printable, printable_json

LONGEST = 8_000
"""Characters of a message, and of an exception; of what is longer, the middle is cut out and counted."""


class TextLines(logging.Formatter):
    """A log record as one line of text, its exception, too, whatever stands in them."""

    def format(self, record: logging.LogRecord) -> str:
        """The line: when, how bad, what, and what was raised."""
        told = map(printable, (_told(record), _exception(self, record)))
        return " ".join((self.formatTime(record), record.levelname, *filter(None, told)))


class JsonLines(logging.Formatter):
    """A log record as one line of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        """The line: an object."""
        event: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": _told(record),
        }
        if exception := _exception(self, record):
            event["exception"] = exception
        return printable_json(json.dumps(event, ensure_ascii=False))


def _told(record: logging.LogRecord) -> str:
    return _cut(record.getMessage())


def _exception(formatter: logging.Formatter, record: logging.LogRecord) -> str:
    return _cut(formatter.formatException(record.exc_info)) if record.exc_info else ""


def _cut(text: str) -> str:
    """The beginning and the end of a text that is too long: a traceback ends with what is wrong."""
    if len(text) <= LONGEST:
        return text
    half = LONGEST // 2
    return f"{text[:half]} … ({len(text) - 2 * half:,} characters left out) … {text[-half:]}"


class Logging:
    """How this program logs; a value, so that the processes that serve start can be told."""

    def __init__(self, form: str) -> None:
        self._form = form

    def __call__(self) -> None:
        """Configure the logging of this process."""
        handler = logging.StreamHandler()
        handler.setFormatter(self._formatter())
        logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
        logging.getLogger("watchfiles").setLevel(logging.WARNING)

    def of_gunicorn(self, server: Any) -> None:
        """Let gunicorn, which has handlers of its own, write as we do."""
        for handler in server.log.error_log.handlers:
            handler.setFormatter(self._formatter())

    def _formatter(self) -> logging.Formatter:
        return JsonLines() if self._form == "json" else TextLines()
