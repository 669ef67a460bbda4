"""Checksums: what a file of the index held when it was written, block by block, and seals on the small ones."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from itertools import takewhile
from pathlib import Path

BLOCK = 1 << 16
"""Bytes that have a checksum of their own, so that what is read of a large file can be compared by itself."""

_DIGITS = 64


@dataclass(frozen=True, slots=True)
class Checksums:
    """The size of a file, and the SHA-256 of each of its blocks in hexadecimal, one after the other."""

    size: int
    blocks: str

    @classmethod
    def of(cls, path: Path) -> Checksums:
        """Those of a file as it is. Raises OSError."""
        with path.open("rb") as file:
            return cls._of(takewhile(len, iter(lambda: file.read(BLOCK), None)))

    @classmethod
    def of_bytes(cls, content: bytes) -> Checksums:
        """Those of a file that holds this."""
        return cls._of(content[start : start + BLOCK] for start in range(0, len(content), BLOCK))

    @classmethod
    def _of(cls, blocks: Iterable[bytes]) -> Checksums:
        size, found = 0, []
        for block in blocks:
            size += len(block)
            found.append(sha256(block).hexdigest())
        return cls(size, "".join(found))

    def is_block(self, number: int, block: bytes | memoryview) -> bool:
        """Whether the block of this number is what it was."""
        return sha256(block).hexdigest() == self.blocks[number * _DIGITS : (number + 1) * _DIGITS]

    def starts(self) -> Iterator[int]:
        """Where each block starts."""
        return iter(range(0, self.size, BLOCK))


def sealed(content: bytes) -> bytes:
    """A small file that holds this, with its own checksum on the first line."""
    return b"%s\n%s" % (sha256(content).hexdigest().encode("ascii"), content)


def unsealed(stored: bytes) -> bytes:
    """What `sealed` was given. Raises ValueError for anything else."""
    seal, _, content = stored.partition(b"\n")
    if seal != sha256(content).hexdigest().encode("ascii"):
        raise ValueError("its seal is broken")
    return content
