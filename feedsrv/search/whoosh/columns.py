"""Columns: what a table knows of each document, in which kind of numbers, and how a text becomes one."""

from __future__ import annotations

from hashlib import blake2b

import numpy as np

from feedsrv.search.documents import Facts

UNDATED = np.inf
"""The age of what has no date."""
FIXED = {
    "number": "u4", "age": "f8", "published": "f8", "updated": "f8", "day": "u4", "year": "u2", "lang": "u2",
    "id_lang": "u2", "length": "u4", "title_length": "u4", "digest": "V16", "id_key": "u8", "source_key": "u8",
    "noindex": "?",
}  # fmt: skip
"""The columns that have one value a row, with their kinds."""
RAGGED = {"id": "u1", "source": "u1", "alias": "u8", "translation": "u8", "file": "V32"}
"""Those that have any number of values a row; where each row ends, tells ``<name>.ends``."""


def age_of(facts: Facts) -> float:
    """Minus the time at which a document appeared, so that the newest come first."""
    return UNDATED if facts.appeared is None else -facts.appeared


def short(digest: str) -> str:
    """As much of a digest in hexadecimal as a table keeps: half of it."""
    return digest[: len(digest) // 2]


def key_of(text: str) -> np.uint64:
    """A text as a number: what is looked up is compared with all there are at once."""
    return np.uint64(int.from_bytes(blake2b(text.encode("utf8"), digest_size=8).digest(), "little"))
