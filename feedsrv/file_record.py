"""The ledger: what the publisher remembers of every file it has seen, public or not.

It lets the next run tell what changed without reading everything again. It holds no text of a release, and
no web worker ever reads it. Losing it costs time, never truth.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from feedsrv.problem import Problem, Severity
from feedsrv.reading import Status, Visibility


@dataclass(frozen=True, slots=True)
class FileRecord:
    """What is remembered of one file.

    ``claim`` is the id it claims, ``id`` the one it has been given ("" while it is not public), ``status``
    what it was to the public when the record was written, ``named`` the places of the files that its text names.
    """

    source: str
    fingerprint: str
    claim: str
    published: datetime | None
    visibility: Visibility
    status: Status
    problems: tuple[Problem, ...] = ()
    id: str = ""
    named: tuple[str, ...] = ()

    @property
    def is_known_to_the_public(self) -> bool:
        """Whether all of it, or the notice of its withdrawal, was public when the record was written."""
        return self.status.is_known_to_the_public


def to_json(records: Mapping[str, FileRecord]) -> str:
    """The ledger as JSON."""
    return json.dumps(
        [asdict(record) for record in records.values()],
        ensure_ascii=True,  # sources may hold what UTF-8 cannot
        separators=(",", ":"),
        default=datetime.isoformat,
    )


def from_json(text: str) -> dict[str, FileRecord]:
    """What `to_json` was given. Raises ValueError, KeyError or TypeError for anything else."""
    return {stored["source"]: _record(stored) for stored in json.loads(text)}


def _record(stored: dict[str, Any]) -> FileRecord:
    window = stored["visibility"]
    visibility = Visibility(
        barred=Status(window["barred"]) if window["barred"] else None,
        opens=_moment(window["opens"]),
        closes=_moment(window["closes"]),
        is_withdrawn=window["is_withdrawn"],
        withdrawn=_moment(window["withdrawn"]),
        withdrawal_reason=window["withdrawal_reason"],
    )
    problems = tuple(Problem(**problem | {"severity": Severity(problem["severity"])}) for problem in stored["problems"])
    return FileRecord(
        source=stored["source"],
        fingerprint=stored["fingerprint"],
        claim=stored["claim"],
        published=_moment(stored["published"]),
        visibility=visibility,
        status=Status(stored["status"]),
        problems=problems,
        id=stored["id"],
        named=tuple(stored["named"]),
    )


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
