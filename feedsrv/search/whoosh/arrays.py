"""Arrays in a file, by name: written once, then mapped into memory and used where they lie.

::

    the length of the header, 8 bytes     the header, JSON: facts, and of each array kind, start and count
    the arrays, each at a multiple of 8 bytes

Nothing of it is unpickled.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from feedsrv.search.whoosh.storage import Mapped

_ALIGNED = 8


def write(path: Path, arrays: Mapping[str, NDArray[Any]], facts: Mapping[str, Any] | None = None) -> None:
    """Write arrays, and ``facts`` that JSON can hold, into a new file."""
    places, start = {}, 0
    for name, array in arrays.items():
        places[name] = (array.dtype.str, start, len(array))
        start += -(-array.nbytes // _ALIGNED) * _ALIGNED
    header = msgspec.json.encode({"facts": facts or {}, "arrays": places})
    header += b" " * (-len(header) % _ALIGNED)
    with path.open("xb") as file:
        file.write(len(header).to_bytes(_ALIGNED, "little"))
        file.write(header)
        for array in arrays.values():
            file.write(np.ascontiguousarray(array).data.cast("B") if array.nbytes else b"")
            file.write(bytes(-array.nbytes % _ALIGNED))


class Arrays(Mapping[str, NDArray[Any]]):
    """The arrays of a file. Raises IndexUnavailable wherever one is read that is not what was published."""

    def __init__(self, mapped: Mapped) -> None:
        self.mapped = mapped
        size = int.from_bytes(mapped.read(0, _ALIGNED), "little")
        header = msgspec.json.decode(mapped.read(_ALIGNED, _ALIGNED + size))
        self.facts: Mapping[str, Any] = header["facts"]
        self._places: dict[str, tuple[np.dtype[Any], int, int]] = {
            name: (np.dtype(kind), _ALIGNED + size + start, count)
            for name, (kind, start, count) in header["arrays"].items()
        }

    def __getitem__(self, name: str) -> NDArray[Any]:
        kind, start, count = self._places[name]
        return np.frombuffer(self.mapped.view(start, start + count * kind.itemsize), kind)

    def part(self, name: str, first: int, last: int) -> NDArray[Any]:
        """The items of an array from the first on, and before the last."""
        kind, start, _ = self._places[name]
        return np.frombuffer(self.mapped.view(start + first * kind.itemsize, start + last * kind.itemsize), kind)

    def __contains__(self, name: object) -> bool:
        return name in self._places

    def __iter__(self) -> Iterator[str]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)
