"""The wording of templates: how days, numbers and the addresses of people are written."""

from __future__ import annotations

import re
from urllib.parse import quote


def counted(number: int, noun: str) -> str:
    """A number with its noun: "1 release", "1,024 releases"."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def sized(size: int) -> str:
    """A number of bytes for people: "740 bytes", "12 kB", "3.4 MB"."""
    if size < 1000:
        return counted(size, "byte")
    return f"{round(size / 1000)} kB" if size < 999_500 else f"{size / 1_000_000:.1f} MB"


def kind(name: str) -> str:
    """What a file is, by its ending: "PDF", "JPG"."""
    return name.rpartition(".")[2].upper() if "." in name else "file"


def telephone(number: str) -> str:
    """A telephone number as an address (RFC 3966): the (0) that is only dialled at home is left out."""
    return "tel:" + re.sub(r"[^+\d]", "", number.replace("(0)", ""))


def mail(address: str) -> str:
    """A mail address as an address (RFC 6068)."""
    return "mailto:" + quote(address, safe="@+.-_")
