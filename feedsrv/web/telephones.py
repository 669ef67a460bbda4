"""Telephone numbers: as people write them -> as telephones dial them."""

from __future__ import annotations

import re

_EXTENSION = re.compile(r"(?<=\d)\D*[a-z]\D*(\d{1,5})\s*$", re.IGNORECASE)  # "ext. 12", "poste 12", "-DW 12"


def dialled(number: str) -> tuple[str, str]:
    """The digits to dial, and those of an extension, "" for none. The (0) that is only dialled at home is left out."""
    extension = _EXTENSION.search(number)
    before = number[: extension.start()] if extension else number
    return re.sub(r"[^+\d]", "", before.replace("(0)", "")), extension[1] if extension else ""


def telephone(number: str) -> str:
    """A telephone number as an address (RFC 3966)."""
    digits, extension = dialled(number)
    return f"tel:{digits}" + (f";ext={extension}" if extension else "")
