"""Logs: how what happens is written down, as text or as a JSON object a line."""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime
from typing import Any


class _JsonLines(logging.Formatter):
    """A log record as one line of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        event: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info:
            event["exception"] = self.formatException(record.exc_info)
        return json.dumps(event, ensure_ascii=False)


class Logging:
    """How this program logs; a value, so that the processes that serve start can be told."""

    def __init__(self, form: str) -> None:
        self._form = form

    def __call__(self) -> None:
        """Configure the logging of this process."""
        handler = logging.StreamHandler()
        handler.setFormatter(
            _JsonLines() if self._form == "json" else logging.Formatter("%(asctime)s %(levelname)s %(message)s")
        )
        logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
        logging.getLogger("watchfiles").setLevel(logging.WARNING)
