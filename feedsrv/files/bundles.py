"""The belongings of releases: which files of the folder belong to which release, by where they lie.

It knows names alone and opens nothing: what a release names is looked for among the files that were listed,
so no name leads out of the folder, to a link's target or to another release.
"""

from __future__ import annotations

import posixpath
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from functools import cached_property
from pathlib import PurePosixPath
from urllib.parse import unquote

from feedsrv.files.names import folders, is_document, is_download, without_ending
from feedsrv.newsroom import Newsroom
from feedsrv.readers import held_names
from feedsrv.text.languages import LANGUAGE_NAMES
from feedsrv.text.links import plain
from feedsrv.text.media_types import media_type

_ELSEWHERE = re.compile(r"[a-z][a-z0-9+.-]*:|[/\\]{2}|[#?]|$", re.IGNORECASE)
_LEFTOVER = re.compile(
    r"[._#].*|~\$.*|.*~|.*\.(?:sw[a-z]|part|filepart|crdownload|tmp|temp|bak|orig|old|rej)|thumbs\.db|desktop\.ini",
    re.IGNORECASE | re.DOTALL,
)


def is_leftover(name: str) -> bool:
    """Whether a file of this name is hidden, or what an editor or a transfer left behind or has not finished."""
    return bool(_LEFTOVER.fullmatch(name))


@dataclass(frozen=True, slots=True)
class Shared:
    """A folder in which other texts lie beside an index file. ``may_be_bundle``: if none of them states a date."""

    indexes: tuple[str, ...]
    texts: tuple[str, ...]
    may_be_bundle: bool


def shared(sources: Sequence[str]) -> Iterator[Shared]:
    """The folders with an index file and other texts, but for the folder of all releases."""
    indexes: dict[str, list[str]] = defaultdict(list)
    texts: dict[str, list[str]] = defaultdict(list)
    above: set[str] = set()
    for source in sources:
        folder, *parents = folders(source)
        (indexes if is_index(source) else texts)[folder].append(source)
        above.update(parents)
    for folder in indexes.keys() & texts.keys() - {"."}:
        yield Shared(tuple(indexes[folder]), tuple(texts[folder]), folder not in above)


class Belongings:
    """Which of the ``files`` belong to which of the ``sources``, all by their paths within the folder.

    Those ``elsewhere`` may be named by a release, and lie where they belong to none of these.

    A file belongs to the release of the same stem beside it, ``x.pdf`` to ``x.md`` and to ``x.fr.md``; else to
    the release whose bundle it lies in. A folder is a bundle if its index files are the only releases in it and
    below it: among others, a file might be of one that is not public yet.
    """

    def __init__(self, sources: Sequence[str], files: Sequence[str], elsewhere: Set[str] = frozenset()) -> None:
        self._files = frozenset(files)
        self._elsewhere = elsewhere
        self._of_stem: dict[str, list[str]] = defaultdict(list)
        self._of_bundle: dict[str, list[str]] = defaultdict(list)
        for source in sources:
            for stem in _stems(source):
                self._of_stem[stem].append(source)
        self._find_bundles(sources)
        self._of: dict[str, list[str]] = defaultdict(list)
        for file in files:
            for source in self.owners(file):
                is_its_own = is_document(file) and without_ending(file) in _stems(source) and file != source
                if (is_download(file) or is_its_own) and not _is_held_by_name(file, source):
                    self._of[source].append(file)

    def __contains__(self, file: str) -> bool:
        return file in self._files or file in self._elsewhere

    def spelled(self, path: str) -> str:
        """A path as the folder spells it: a Mac takes accents off their letters, and who names it does not."""
        if path.isascii() or path in self:
            return path
        return self._by_form.get(unicodedata.normalize("NFC", path), path)

    def but_for_capitals(self, path: str) -> str:
        """The file whose path is this one but for capitals, as many systems do not tell them apart; "" if none is."""
        return self._folded.get(path.casefold(), "")

    @cached_property
    def _folded(self) -> Mapping[str, str]:
        return {file.casefold(): file for file in sorted((*self._files, *self._elsewhere), reverse=True)}

    @cached_property
    def _by_form(self) -> Mapping[str, str]:
        accented = (file for file in (*self._files, *self._elsewhere) if not file.isascii())
        return {unicodedata.normalize("NFC", file): file for file in sorted(accented)}

    def of(self, source: str) -> Sequence[str]:
        """The files that a release has by where they lie, in the order of all files: what readers expect to download.

        A text that is not read here is none of them, and a document only if it bears the stem of the release: what lies
        there may be held. One that is the release itself is none: what was deleted or remarked in it would be served,
        and what its pictures tell of their owner. Whoever names a file in the release means it.
        """
        return self._of.get(source, ())

    def owners(self, file: str) -> Sequence[str]:
        """The releases that a file belongs to by where it lies."""
        if owners := self._of_stem.get(without_ending(file)):
            return owners
        return next((self._of_bundle[folder] for folder in folders(file) if folder in self._of_bundle), ())

    def left_lying(self) -> Iterator[str]:
        """The documents that lie with a release, and are neither its own nor the release itself."""
        for file in filter(is_document, sorted(self._files)):
            owners = self.owners(file)
            if owners and file not in owners and not any(file in self.of(source) for source in owners):
                yield file

    def _find_bundles(self, sources: Sequence[str]) -> None:
        shared = {"."}
        for source in sources:
            folder, *above = folders(source)
            shared.update(above)
            if is_index(source):
                self._of_bundle[folder].append(source)
            else:
                shared.add(folder)
        for folder in shared:
            self._of_bundle.pop(folder, None)


def place(source: str, address: str) -> str | None:
    """Where within the folder an address in a release leads; None if that is no place within it.

    It counts from the folder of the release, one with a slash in front from the folder of all releases, above
    which ``..`` does not lead.
    """
    if _ELSEWHERE.match(address):
        return None
    path = plain(unquote(re.split(r"[?#]", address, maxsplit=1)[0]))
    whole = path if path.startswith("/") else f"/{posixpath.dirname(source)}/{path}"
    return posixpath.normpath(whole).lstrip("/") or None


def places(source: str, address: str) -> Iterator[str]:
    """Where within the folder an address may lead, first the place that it says.

    The folder of releases may be all of a site, whose addresses count from the folder of its texts (Pelican) or from
    one that is served as it is (Hugo, Eleventy). A file that is called so by its name alone is only looked for there.
    """
    if (first := place(source, address)) is None:
        return
    yield first
    if not plain(unquote(address)).startswith("/") or media_type(first) == media_type(""):
        return
    for root in tuple(folders(source))[: -_MOST_ROOTS - 1 : -1]:
        within = "" if root == "." else f"{root}/"
        if within and "/" in first and not first.startswith(within):
            yield within + first
        yield from (f"{within}{served}/{first}" for served in _SERVED)


_SERVED = ("static", "public")
"""The folders of generators whose files are served as they are."""
_MOST_ROOTS = 4


def _stems(source: str) -> Iterator[str]:
    """The paths without ending of the files beside a release that belong to it: its own, and that of all languages."""
    yield (own := without_ending(source))
    stem, _, tag = own.rpartition(".")
    if tag in LANGUAGE_NAMES and stem and not stem.endswith("/"):
        yield stem


def _is_held_by_name(file: str, source: str) -> bool:
    """Whether the name of a file, or of a folder that it lies in below its release, says that it is not public yet."""
    path, newsroom = PurePosixPath(file), Newsroom()
    below = [part for part in path.parts[:-1] if part not in PurePosixPath(source).parts]
    said = [held_names.of_folder(folder, newsroom) for folder in below]
    return any(said) or held_names.of_file(path.stem, newsroom) is not None


def is_index(source: str) -> bool:
    """Whether a release is the index file of its folder, in whichever language."""
    is_named_so = source.rpartition("/")[2].lower().startswith("index")  # few are, and this is asked of each file
    return is_named_so and any(stem.rpartition("/")[2].lower() == "index" for stem in _stems(source))
