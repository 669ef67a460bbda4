"""Beside: the files that may state something of releases, as the listing of the folder finds them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from pathlib import PurePosixPath

from feedsrv.files.names import folders
from feedsrv.readers import companions
from feedsrv.readers.companions import is_companion


class Companions:
    """The files that may state something of releases, see `feedsrv.readers.companions`, where they are looked for."""

    def __init__(self) -> None:
        self._beside = defaultdict[str, list[str]](list)  # by their paths up to the first dot
        self._of_folder = defaultdict[str, list[str]](list)

    def add(self, path: str) -> None:
        """Let a file be one of them."""
        self._place(path).append(path)

    def discard(self, path: str) -> None:
        """Let a file be none of them."""
        if path in (place := self._place(path)):
            place.remove(path)

    def of(self, source: str) -> Iterator[str]:
        """The paths of those that state something of a release."""
        here, *above = folders(source)
        among = {folder: self._of_folder[folder] for folder in (here, *above) if folder in self._of_folder}
        if beside := self._beside.get(up_to_the_dot(source)):
            among[here] = [*beside, *among.get(here, ())]
        if among:  # most have none
            yield from companions.of(source, {folder: sorted(paths) for folder, paths in among.items()})

    def _place(self, path: str) -> list[str]:
        folder = next(folders(path))
        return self._of_folder[folder] if is_of_folder(path) else self._beside[up_to_the_dot(path)]


def is_of_folder(path: str) -> bool:
    """Whether a file states something of all that lies in its folder and below it."""
    place = PurePosixPath(path)
    return is_companion(place.name) and companions.is_of_folder(place, place.parent.name)


def up_to_the_dot(path: str) -> str:
    """A path up to the first dot of its name, or behind that of a hidden one."""
    start = path.rfind("/") + 2
    dot = path.find(".", start)
    return path if dot < 0 else path[:dot]
