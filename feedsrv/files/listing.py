"""The listing of the folder: which files may be releases, or belong to one, found by names alone.

It is made of parts that have nothing to do with each other: a folder with an index file and all below it, elsewhere the
files of one folder whose names are the same up to the first dot. So it can be told anew for what has changed.
"""

from __future__ import annotations

import os
import stat
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Set
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

from feedsrv import readers
from feedsrv.errors import PublishingFailed
from feedsrv.files.beside import Companions, is_of_folder, up_to_the_dot
from feedsrv.files.bundles import Belongings, is_index
from feedsrv.files.kinds import (
    could_be_a_release,
    is_document_name,
    is_release_name,
    is_worth_entering,
    is_worth_noticing,
)
from feedsrv.files.names import folders, is_document
from feedsrv.files.obstacles import mode, obstacle, refusal
from feedsrv.newsroom import FILE_NAME
from feedsrv.problem import Problem
from feedsrv.readers import companions
from feedsrv.readers.companions import is_companion

_MANY = 1_000  # files in a folder that are not gone through to find one that has come


@dataclass(frozen=True, slots=True)
class FolderListing:
    """The release files of a folder, the files that may belong to them, and what could have been one.

    ``sources`` are sorted, texts before documents: one that is `attached` to a text is no release. ``unread`` are
    those of the ``files`` that may be releases and cannot be read here; see `feedsrv.files.kinds.not_read`.
    ``elsewhere`` are files in parts of the folder that are not listed here.
    """

    sources: tuple[str, ...]
    files: tuple[str, ...]
    problems: tuple[Problem, ...]
    unread: tuple[str, ...]
    companions: Companions
    elsewhere: Set[str] = frozenset()

    def without(self, belonging: Collection[str]) -> FolderListing:
        """The listing where some of the sources are no releases, but files that belong to one."""
        if not belonging:
            return self
        sources = tuple(source for source in self.sources if source not in belonging)
        return replace(self, sources=sources, files=tuple(sorted({*self.files, *belonging})))


class Contents:
    """The files in a folder that are worth noticing, as they were when they were looked at, by parts.

    Raises PublishingFailed if the folder cannot be read.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder.as_posix()
        if not folder.is_dir():
            raise PublishingFailed(f"there is no folder {folder}; make it, or set FEEDSRV_RELEASES")
        self._parts = defaultdict[str, dict[str, Problem | None]](dict)  # with what is in the way of reading each file
        self._obstacles: dict[str, Problem] = {}
        self._within = Counter[str]()  # how many files lie in a folder, and below it
        self._companions = Companions()
        found = dict(self._below(""))
        self._indexed = {next(folders(path)) for path in found if _is_index(path)} - {"."}
        for path, problem in found.items():
            self._add(path, problem)

    def part(self, path: str) -> str:
        """The part of the folder that a file is of, or would be; that of an index file ends in a slash."""
        if self._indexed:
            for folder in reversed(list(folders(path))):
                if folder in self._indexed:
                    return f"{folder}/"
        return up_to_the_dot(path)

    def listing(self, parts: Iterable[str] | None = None, elsewhere: Set[str] = frozenset()) -> FolderListing:
        """The listing of these parts, or of all. A document that belongs to a text is no release of its own."""
        wanted = self._parts.values() if parts is None else [self._parts[part] for part in parts if part in self._parts]
        problems = [problem for part in wanted for problem in part.values() if problem]
        paths = [path for part in wanted for path, problem in part.items() if not problem]
        sources = [path for path in paths if is_release_name(path)]
        unread = {source for source in sources if not readers.can_read(source)}
        texts = [source for source in sources if not is_document_name(source) and source not in unread]
        documents = sorted(filter(is_document_name, sources))
        files = [path for path in paths if not is_release_name(path)]
        belongings = Belongings(texts, documents)
        lone = {document for document in documents if not belongings.owners(document)}
        readable = sorted(texts) + sorted(lone - unread)
        unread -= {document for document in documents if document not in lone}
        may_be = filter(could_be_a_release, files)
        unread.update(file for file in may_be if not (is_document(file) and belongings.owners(file)))
        return FolderListing(
            tuple(readable),
            tuple(sorted({*files, *documents, *unread})),
            tuple(sorted(problems, key=lambda problem: problem.path)),
            tuple(sorted(unread)),
            self._companions,
            elsewhere,
        )

    def parts(self) -> list[str]:
        """All parts of the folder."""
        return list(self._parts)

    def unlike(self, other: Contents) -> set[str]:
        """The files that are only in one of the two, or cannot be read in one of them."""
        here, there = self._parts, other._parts
        parts = [part for part, files in here.items() if there.get(part) != files]
        parts += there.keys() - here.keys()
        return {path for part in parts for path, _ in here.get(part, {}).items() ^ there.get(part, {}).items()}

    def paths(self, parts: Iterable[str]) -> set[str]:
        """The files in these parts."""
        return {path for part in parts for path in self._parts.get(part, ())}

    @property
    def problems(self) -> list[Problem]:
        """What is in the way of reading files, by their paths."""
        return [self._obstacles[path] for path in sorted(self._obstacles)]

    def look(self, paths: Collection[str]) -> frozenset[str] | None:
        """Look again at these paths, and at what is below them; returns the files among them that may have changed.

        What states something of them is among them, even if nobody has told of it yet: it may hold a release.
        None where more than their parts may be otherwise than it was: then nothing here can be relied on any more.
        """
        before: set[str] = set()
        now: dict[str, Problem | None] = {}
        for path in {*paths, *self._come_beside(paths)}:
            if all(map(is_worth_entering, path.split("/")[:-1])):
                before.update([path] if path in self._parts.get(self.part(path), ()) else self._paths_below(path))
                now |= self._at(path)
        touched = frozenset((*before, *now))
        if any(path.rpartition("/")[2] == FILE_NAME or is_of_folder(path) for path in touched):
            return None
        if any(map(_is_index, before - now.keys())) or not self._takes_indexes(now.keys() - before):
            return None
        for path in before:
            self._discard(path)
        for path, problem in now.items():
            self._add(path, problem)
        return touched

    def _come_beside(self, paths: Iterable[str]) -> Iterator[str]:
        """The files that have come beside or above these paths and may decide about them."""
        beside = defaultdict[str, list[str]](list)
        for path in paths:
            here, *above = folders(path)
            beside[here].append(path.rpartition("/")[2])
            for folder in above:
                beside[folder].extend(())
        for folder, names in beside.items():
            within = "" if folder == "." else f"{folder}/"
            for name in self._names(within, names):
                path = within + name
                decides = name != FILE_NAME and (is_companion(name) or _is_index(name))
                if decides and path not in self._parts.get(self.part(path), ()):
                    yield path

    def _names(self, within: str, beside: Iterable[str]) -> list[str]:
        """The names of the files in a folder; if these are many, those that companions of some would usually have."""
        try:
            with os.scandir(f"{self._folder}/{within}") as entries:
                found = [entry.name for entry in islice(entries, _MANY + 1)]
        except OSError:  # who tells of it finds out why
            return []
        if len(found) <= _MANY:
            return found
        usual = companions.usual_names(beside, within.rstrip("/").rpartition("/")[2])
        return [name for name in usual if os.path.lexists(f"{self._folder}/{within}{name}")]

    def _takes_indexes(self, come: Set[str]) -> bool:
        """Take note of the folders that have an index now; whether there was nothing in any of them before."""
        indexed = {next(folders(path)) for path in come if _is_index(path)} - {"."}
        self._indexed |= indexed
        return not any(self._within[folder] for folder in indexed)

    def _paths_below(self, path: str) -> list[str]:
        if not self._within[path]:
            return []
        within = f"{path}/"
        return [file for part in self._parts.values() for file in part if file.startswith(within)]

    def _at(self, path: str) -> dict[str, Problem | None]:
        """The file that is at a path now, or those that are below it."""
        whole, name = f"{self._folder}/{path}", path.rpartition("/")[2]
        try:
            mode = os.lstat(whole).st_mode
        except (FileNotFoundError, NotADirectoryError):
            return {}
        except OSError as error:
            raise refusal(error) from error
        if stat.S_ISDIR(mode):
            return dict(self._below(f"{path}/")) if is_worth_entering(name) else {}
        is_left_out = stat.S_ISLNK(mode) and os.path.isdir(whole)  # noqa: PTH112 - as the names of files are everywhere
        return {} if is_left_out or not _is_listed(name) else {path: obstacle(path, mode)}

    def _below(self, within: str) -> Iterator[tuple[str, Problem | None]]:
        """The files in a folder, given with a slash behind it, and below it. Links are not followed."""
        entered = []
        try:
            with os.scandir(f"{self._folder}/{within}") as entries:
                for entry in entries:
                    if _is_folder(entry):
                        if is_worth_entering(entry.name) and not entry.is_symlink():
                            entered.append(f"{within}{entry.name}/")
                    elif _is_listed(entry.name):
                        yield within + entry.name, obstacle(within + entry.name, mode(entry))
        except OSError as error:
            raise refusal(error) from error
        for folder in entered:
            yield from self._below(folder)

    def _add(self, path: str, problem: Problem | None) -> None:
        name = path.rpartition("/")[2]
        if is_companion(name):
            self._companions.add(path)
        if name != FILE_NAME:
            self._parts[self.part(path)][path] = problem
            if problem:
                self._obstacles[path] = problem
            self._within.update(folders(path))

    def _discard(self, path: str) -> None:
        self._companions.discard(path)
        self._obstacles.pop(path, None)
        self._within.subtract(folders(path))
        part = self.part(path)
        del self._parts[part][path]
        if not self._parts[part]:
            del self._parts[part]


def _is_index(path: str) -> bool:
    return is_release_name(path) and is_index(path)


def _is_listed(name: str) -> bool:
    return is_release_name(name) or is_worth_noticing(name)


def _is_folder(entry: os.DirEntry[str]) -> bool:
    """Whether an entry is a folder, or a link to one."""
    try:
        return entry.is_dir()
    except OSError:
        return False
