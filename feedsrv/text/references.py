"""References: the numbers by which press offices know their releases, and the form in which they are compared."""

from __future__ import annotations

import re


def reference_key(reference: str) -> str:
    """A reference in the form in which references are compared: "PR 039/2018" is "pr-039-2018"."""
    return "-".join(re.findall(r"[^\W\d_]+|\d+", reference.lower()))


def reference_keys(reference: str) -> list[str]:
    """The keys by which a reference is found: in full, and without the letters in front."""
    key = reference_key(reference)
    head, _, rest = key.partition("-")
    return [key, rest] if head.isalpha() and rest else [key] if key else []


REFERENCE = r"(?!(?:AND|OR|NOT)\b)(?:[A-Z]{1,5}[ \u00a0]?|[A-Za-z]{1,5}[-/]?)?\d{1,5}[-/‐‑–]\d{2,5}(?:[-/‐‑–]\d{1,5})?"

REFERENCE_ALONE = re.compile(REFERENCE)

TWO_YEARS = re.compile(r"(?:19|20)\d\d\D(?:19|20)?\d\d")
