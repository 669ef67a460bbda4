"""URIs: which texts name the same thing wherever they stand (RFC 3986, RFC 3987)."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

LONGEST = 1000
"""Characters of one that is believed."""

_ABSOLUTE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:(?:[^\s%<>\"{}|\\^`]|%[0-9A-Fa-f]{2})+")
_OF_THE_WEB = ("http", "https")


def is_absolute(text: str) -> bool:
    """Whether a text is an absolute URI or IRI: ``https://example.org/1``, ``tag:example.org,2018:1``, ``urn:…``."""
    if len(text) > LONGEST or not text.isprintable() or not _ABSOLUTE.fullmatch(text):
        return False
    try:
        parts = urlsplit(text)
        return bool(parts.hostname) if parts.scheme in _OF_THE_WEB else True
    except ValueError:  # "http://[": a host that cannot be one
        return False


def is_no_reference(text: str) -> bool:
    """Whether an absolute URI is one without doubt: ``IP:18`` would be one, and is a number of a press office."""
    return is_absolute(text) and ("://" in text or text.lower().startswith(("tag:", "urn:")))


def is_of_the_web(text: str) -> bool:
    """Whether a text is an address that a browser opens: of ``http`` or ``https``, with a host."""
    return is_absolute(text) and urlsplit(text).scheme in _OF_THE_WEB
