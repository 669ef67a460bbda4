"""In step: what a publisher that asks its peers leaves word of, beside the generations.

It is written every few seconds and not flushed: when it is lost, the machine finds out anew where it stands.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import msgspec

from feedsrv.errors import IndexUnavailable
from feedsrv.search import Edition, trust
from feedsrv.search.checksums import sealed, unsealed

NAME = "in-step"


@dataclass(frozen=True, slots=True)
class Word:
    """An edition, and until when no peer that is ready may be taken to have a newer one."""

    edition: Edition
    until: datetime


def read(folder: Path) -> Word | None:
    """What was last left word of; None where nothing was, or it is damaged."""
    with suppress(IndexUnavailable, ValueError):
        word = msgspec.json.decode(unsealed(trust.read(folder / NAME)), type=Word)
        if word.edition.changed.tzinfo and word.until.tzinfo:
            return word
    return None


def write(folder: Path, word: Word | None) -> None:
    """Leave word, atomically; None: nobody is asked. Raises OSError."""
    if word is None:
        (folder / NAME).unlink(missing_ok=True)
        return
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    temporary = folder / f"{NAME}.new"
    temporary.write_bytes(sealed(msgspec.json.encode(word)))
    temporary.chmod(0o600)
    temporary.replace(folder / NAME)
