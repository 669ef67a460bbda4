"""Codings: how a document can be packed on its way (RFC 9110, 8.4.1), and how a client would like to have it."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Mapping
from functools import partial

import brotli
from werkzeug.datastructures import Accept

CODINGS: Mapping[str, Callable[[bytes], bytes]] = {
    "br": partial(brotli.compress, quality=6),  # a sixth less than gzip, in two thirds of its time
    "gzip": partial(gzip.compress, compresslevel=6, mtime=0),
}
"""What packs a document, by its name; what packs it closer comes first."""


def preferred(accepted: Accept) -> str:
    """The coding that a client likes best, of several the one that packs closest; "" for none (RFC 9110, 12.5.3)."""
    best = max(CODINGS, key=accepted.quality)
    liked = accepted.quality(best)
    return best if 0 < liked >= accepted.quality("identity") else ""
