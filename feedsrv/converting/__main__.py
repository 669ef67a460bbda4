"""The converter: ``python -m feedsrv.converting .docx`` turns the document on standard input into its text.

As ``python -m feedsrv.converting thumbnail`` it makes a small picture of the one on standard input.

It runs as a child of its own with limits that it sets itself before it looks at anything. It answers with a line of
JSON, or with the picture.
What it cannot read it says in one line on standard error, with exit code 1; whatever else ends it is a document or a
picture that asks for too much.
"""

from __future__ import annotations

import json
import os
import resource
import sys
from dataclasses import asdict
from importlib import import_module

from feedsrv.converting import Converted
from feedsrv.converting.layout import without_bold_letterhead

SECONDS = 20
"""Of CPU."""
MEMORY = 1024**3
"""Bytes of address space."""
LONGEST_TEXT = 5_000_000
"""Characters."""

THUMBNAIL = "thumbnail"

_MODULES = {".docx": "word", ".odt": "open_document", ".pdf": "portable", ".rst": "restructured"}


def main(wanted: str) -> int:
    """Convert standard input, a document with this ending or for a `THUMBNAIL`, to standard output; the exit code."""
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    data = sys.stdin.buffer.read()
    try:
        answer = _thumbnail(data) if wanted == THUMBNAIL else _text(wanted, data)
    except (MemoryError, RecursionError):
        return 2
    except Exception as error:  # noqa: BLE001 - a child of its own, which foreign libraries may end as they like
        print(f"{error or type(error).__name__}", file=sys.stderr)  # noqa: T201 - how it answers
        return 1
    sys.stdout.buffer.write(answer)
    return 0


def _text(ending: str, data: bytes) -> bytes:
    found: Converted = import_module(f"feedsrv.converting.{_MODULES[ending]}").convert(data)
    html = without_bold_letterhead(found.html)[:LONGEST_TEXT]
    return json.dumps(asdict(found) | {"html": html}).encode()


def _thumbnail(data: bytes) -> bytes:
    made: bytes = import_module("feedsrv.converting.thumbnail").thumbnail(data)
    return made


if __name__ == "__main__":
    code = main(sys.argv[1])
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)  # at once: what anybody would do at the exit could only spoil the answer
