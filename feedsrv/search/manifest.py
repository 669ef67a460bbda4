"""The manifest of a generation: what its folder held when it was published, and whether it still does.

Nothing of it is believed before it is compared: the manifest by its seal and by the name of the folder, a small file as
a whole, one of the engine block by block (see `feedsrv.search.whoosh.storage`), an attachment by its name.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import msgspec

from feedsrv.errors import IndexUnavailable
from feedsrv.search import trust
from feedsrv.search.checksums import BLOCK, Checksums, sealed, unsealed

SEGMENTS, ATTACHMENTS, LISTED = "segments", "files", "attachments"
"""The folder of the engine's files; that of attachments, beside the generations; the list of those of a generation."""
TOPICS = "topics"
"""What the files of a generation call topics."""
ASSETS = "assets"
"""The files of the appearance of a generation, by the settings that name them."""
DIGITS = 12
"""Of the digest of its content, in the name of a generation."""

_FILE = "manifest.json"
_DIGEST = 32  # bytes of a SHA-256


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a generation says of itself.

    ``engine`` is the version of all that its files depend on. ``files`` are those there are by relative path.
    """

    engine: str
    digest: str
    counts: dict[str, int]
    files: dict[str, Checksums]

    @classmethod
    def of(cls, folder: Path) -> Manifest:
        """That of a generation, after making sure that nobody else could have written it. Raises IndexUnavailable."""
        for within in (folder, folder / SEGMENTS):
            trust.insist_on_folder(within)
        path = folder / _FILE
        try:
            manifest = msgspec.json.decode(unsealed(trust.read(path)), type=cls)
        except ValueError as error:
            raise _other(path) from error
        if not folder.name.endswith(manifest.digest[:DIGITS]):
            raise _other(path)
        return manifest

    @property
    def segments(self) -> dict[str, Checksums]:
        """The engine's files by name."""
        within = f"{SEGMENTS}/"
        return {path.removeprefix(within): known for path, known in self.files.items() if path.startswith(within)}

    def write(self, folder: Path) -> Path:
        """Put it into the folder of a generation in the making, and return its path."""
        (folder / _FILE).write_bytes(sealed(msgspec.json.encode(self)))
        return folder / _FILE


def read(folder: Path, relative: str) -> bytes:
    """A small file of a generation. Raises IndexUnavailable if it is not what was published."""
    content = trust.read(folder / relative)
    if Checksums.of_bytes(content) != Manifest.of(folder).files.get(relative):
        raise _other(folder / relative)
    return content


def attachments(folder: Path) -> set[str]:
    """The digests of the attachments of a generation. Raises IndexUnavailable."""
    listed = read(folder, LISTED)
    return {listed[start : start + _DIGEST].hex() for start in range(0, len(listed), _DIGEST)}


def compared(folder: Path) -> Iterator[None]:
    """Compare all of a generation, a block at a step. Raises IndexUnavailable at what is not what was published."""
    for relative, known in Manifest.of(folder).files.items():
        yield from _same(folder / relative, known)
    for digest in sorted(attachments(folder)):
        yield from named(folder.parent / ATTACHMENTS / digest)


def named(path: Path) -> Iterator[None]:
    """Compare an attachment with its name, which is its checksum, a block at a step. Raises like `compared`."""
    whole = sha256()
    with trust.opened(path) as descriptor:
        for block in _blocks(path, descriptor):
            whole.update(block)
            yield
    if whole.hexdigest() != path.name:
        raise _other(path)


def _same(path: Path, known: Checksums) -> Iterator[None]:
    """Compare a file with its checksums."""
    with trust.opened(path) as descriptor:
        if os.fstat(descriptor).st_size != known.size:
            raise _other(path)
        for number, block in enumerate(_blocks(path, descriptor)):
            if not known.is_block(number, block):
                raise _other(path)
            yield


def _blocks(path: Path, descriptor: int) -> Iterator[bytes]:
    with trust.translating_errors(path):
        while block := os.read(descriptor, BLOCK):
            yield block


def _other(path: Path) -> IndexUnavailable:
    return IndexUnavailable(f"{path} is not what was published")
