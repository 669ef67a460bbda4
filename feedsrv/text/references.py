"""References: the numbers by which press offices know their releases, and the form in which they are compared."""

from __future__ import annotations

import re


def reference_key(reference: str) -> str:
    """A reference in the form in which references are compared: "PR 039/2018" is "pr-039-2018"."""
    return "-".join(re.findall(r"[^\W\d_]+|\d+", reference.lower()))


REFERENCE = r"(?!(?:AND|OR|NOT)\b)(?:[A-Z]{1,5}[ \u00a0]?|[A-Za-z]{1,5}[-/]?)?\d{1,5}[-/‐‑–]\d{2,5}(?:[-/‐‑–]\d{1,5})?"

REFERENCE_ALONE = re.compile(REFERENCE)

TWO_YEARS = re.compile(r"(?:19|20)\d\d\D(?:19|20)?\d\d")
