"""Pictures of a document: which of them are shown, under which address, and what is said of the others."""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterable
from contextlib import suppress
from urllib.parse import quote

MOST_PICTURES = 100
"""Of one document; what a release has beside them is bounded as well."""
LARGEST_PICTURE = 20_000_000
"""Bytes, unpacked."""
_LONGEST_DESCRIPTION = 1000
_LONGEST_TOLD = 200

_MEMBER = re.compile(r"(?:[\w][\w .()-]*/){0,5}[\w][\w .()-]*\.(?:png|jpe?g|gif|webp)", re.IGNORECASE | re.ASCII)
_SHOWN = re.compile(rb"\x89PNG\r\n\x1a\n|\xff\xd8\xff|GIF8[79]a|RIFF.{4}WEBP", re.DOTALL)
"""How the pictures begin that every browser shows."""
_BEGINNING = 16


class Pictures:
    """The pictures of an archive, as its text comes upon them.

    ``shown`` are the names of the members that the text shows, each once.
    """

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self._known: dict[str, bool] = {}
        self._left_out: list[str] = []

    @property
    def shown(self) -> tuple[str, ...]:
        """The names of the members that are shown."""
        return tuple(name for name, is_shown in self._known.items() if is_shown)

    @property
    def left_out(self) -> tuple[str, ...]:
        """What is said of those that are not shown: how many, and the first of their descriptions."""
        return told(self._left_out)

    def attributes(self, members: Iterable[str], description: str) -> dict[str, str]:
        """The attributes of the tag of a picture, of which there may be several: without an address where none fits."""
        alt = {"alt": " ".join(description.split())[:_LONGEST_DESCRIPTION]}
        if member := next(filter(self._is_shown, members), None):
            return alt | {"src": quote(member)}
        self._left_out.append(alt["alt"])
        return alt

    def _is_shown(self, member: str) -> bool:
        if member not in self._known:
            self._known[member] = len(self.shown) < MOST_PICTURES and self._can_be_shown(member)
        return self._known[member]

    def _can_be_shown(self, member: str) -> bool:
        if not _MEMBER.fullmatch(member):
            return False
        with suppress(KeyError, zipfile.BadZipFile, zlib.error, EOFError):
            if self._archive.getinfo(member).file_size <= LARGEST_PICTURE:
                with self._archive.open(member) as file:
                    return bool(_SHOWN.match(file.read(_BEGINNING)))
        return False


def told(descriptions: list[str]) -> tuple[str, ...]:
    """What is said of pictures that are left out: how many, and the first of their descriptions."""
    if not descriptions:
        return ()
    named = ", ".join(dict.fromkeys(filter(None, descriptions)))[:_LONGEST_TOLD]
    count = "a picture" if len(descriptions) == 1 else f"{len(descriptions)} pictures"
    return (f"{count} within it{f' ({named})' if named else ''}",)
