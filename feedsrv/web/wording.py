"""The wording of templates: how days, numbers and the addresses of people are written."""

from __future__ import annotations

import re
from datetime import date
from urllib.parse import quote

MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
RIGHT_TO_LEFT = frozenset({"ar", "ckb", "dv", "fa", "he", "ps", "sd", "ug", "ur", "yi"})


def in_words(day: date) -> str:
    """A day as 23 March 2018, whatever the locale of the process is."""
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


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


def direction(language: str) -> str:
    """How a text in this language runs, as HTML's ``dir`` says it; its first letter decides where that is not known."""
    return "rtl" if language.partition("-")[0] in RIGHT_TO_LEFT else "auto"


def telephone(number: str) -> str:
    """A telephone number as an address (RFC 3966): the (0) that is only dialled at home is left out."""
    return "tel:" + re.sub(r"[^+\d]", "", number.replace("(0)", ""))


def mail(address: str) -> str:
    """A mail address as an address (RFC 6068)."""
    return "mailto:" + quote(address, safe="@+.-_")
