"""Arrays in a file, by name: written once, then mapped into memory and used where they lie.

::

    the arrays, each at a multiple of 8 bytes
    the directory, JSON: facts, and of each array kind, start and count
    the length of the directory, 8 bytes

Nothing of it is unpickled.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from feedsrv.search.whoosh.storage import Mapped

_ALIGNED = 8


def write(path: Path, arrays: Iterable[tuple[str, NDArray[Any]]], facts: Mapping[str, Any] | None = None) -> None:
    """Write arrays one after another, and ``facts`` that JSON can hold, into a new file."""
    places = {}
    with path.open("xb") as file:
        for name, array in arrays:
            places[name] = (array.dtype.str, file.tell(), len(array))
            file.write(np.ascontiguousarray(array).data.cast("B") if array.nbytes else b"")
            file.write(bytes(-array.nbytes % _ALIGNED))
        directory = msgspec.json.encode({"facts": facts or {}, "arrays": places})
        file.write(directory)
        file.write(len(directory).to_bytes(_ALIGNED, "little"))


class Arrays(Mapping[str, NDArray[Any]]):
    """The arrays of a file. Raises IndexUnavailable wherever one is read that is not what was published."""

    def __init__(self, mapped: Mapped) -> None:
        self.mapped = mapped
        end = mapped.size - _ALIGNED
        size = int.from_bytes(mapped.read(end, mapped.size), "little")
        directory = msgspec.json.decode(mapped.read(end - size, end))
        self.facts: Mapping[str, Any] = directory["facts"]
        self._places: dict[str, tuple[np.dtype[Any], int, int]] = {
            name: (np.dtype(kind), start, count) for name, (kind, start, count) in directory["arrays"].items()
        }
        self._whole: dict[str, tuple[int, NDArray[Any]]] = {}

    def __getitem__(self, name: str) -> NDArray[Any]:
        compared, array = self._whole.get(name, (-1, None))
        if array is None or compared != self.mapped.version:
            compared = self.mapped.version
            kind, start, count = self._places[name]
            self.mapped.compare(start, start + count * kind.itemsize)
            array = np.frombuffer(self.mapped.memory, kind, count, start)
            self._whole[name] = compared, array
        return array

    def part(self, name: str, first: int, last: int) -> NDArray[Any]:
        """A copy of the items of an array from the first on, and before the last."""
        kind, start, _ = self._places[name]
        return np.frombuffer(self.mapped.read(start + first * kind.itemsize, start + last * kind.itemsize), kind)

    def __contains__(self, name: object) -> bool:
        return name in self._places

    def __iter__(self) -> Iterator[str]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)
