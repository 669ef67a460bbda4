"""The catalogue: the folder of release files as a collection that is listed and read."""

from __future__ import annotations

import os
import stat
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from feedsrv import readers
from feedsrv.errors import FileUnreadable, NewsroomInvalid, PublishingFailed
from feedsrv.files import topics
from feedsrv.files.attachments import Enclosures
from feedsrv.files.bundles import Belongings, is_leftover
from feedsrv.files.names import is_document
from feedsrv.files.opening import A_LINK, NOT_A_FILE, in_words, opened
from feedsrv.newsroom import FILE_NAME, Newsroom
from feedsrv.newsroom_toml import parse
from feedsrv.problem import Problem, Severity
from feedsrv.readers.companions import is_companion
from feedsrv.reading import Reading, Visibility

MOST_ATTACHED = 10
"""Documents that a text may name before it is taken for a list of releases."""

_LARGEST_SETTINGS = 1_000_000  # bytes of newsroom.toml

_UNDERSCORED_FOLDERS = {"_posts", "_drafts"}  # Jekyll's; whatever else begins with _ is machinery


@dataclass(frozen=True, slots=True)
class FolderListing:
    """The release files of a folder, the files that may belong to them, and what could have been one.

    ``sources`` are sorted, texts before documents: one that is `attached` to a text is no release. ``unread`` are
    those of the ``files`` that may be releases and cannot be read here; see `not_read`. ``companions`` are
    the files that may state something of releases, see `feedsrv.readers.companions`, by their folders.
    """

    sources: tuple[str, ...]
    files: tuple[str, ...]
    problems: tuple[Problem, ...]
    unread: tuple[str, ...]
    companions: Mapping[str, tuple[str, ...]]

    def without(self, belonging: Collection[str]) -> FolderListing:
        """The listing where some of the sources are no releases, but files that belong to one."""
        sources = tuple(source for source in self.sources if source not in belonging)
        return replace(self, sources=sources, files=tuple(sorted({*self.files, *belonging})))


@dataclass(frozen=True, slots=True)
class Catalogue:
    """A folder of release files. It is only ever read."""

    folder: Path

    def newsroom(self) -> Newsroom:
        """What newsroom.toml says; the defaults where there is none. Raises NewsroomInvalid."""
        path = self.folder / FILE_NAME
        try:
            with opened(path, follows_links=True) as file:
                data = file.read(_LARGEST_SETTINGS + 1)
            if len(data) <= _LARGEST_SETTINGS:
                return parse(data.decode("utf-8-sig"))
            what, remedy = f"this has more than {_LARGEST_SETTINGS:,} bytes", "make it smaller"
        except FileNotFoundError:
            return Newsroom()
        except UnicodeDecodeError:
            what, remedy = "this is not UTF-8", "save the file as UTF-8"
        except OSError as error:
            what, remedy = in_words(error)
        raise NewsroomInvalid([Problem(path.name, 0, what, remedy, Severity.ERROR, "newsroom")])

    def list(self) -> FolderListing:
        """All release files. Links are not followed, leftovers of editors and transfers are passed over.

        Raises PublishingFailed if the folder cannot be read.
        """
        if not self.folder.is_dir():
            raise PublishingFailed(f"there is no folder {self.folder}; make it, or set FEEDSRV_RELEASES")
        sources: list[str] = []
        files: list[str] = []
        problems: list[Problem] = []
        companions: dict[str, list[str]] = defaultdict(list)
        for parent, folders, names in os.walk(self.folder, onerror=_refuse):
            folders[:] = sorted(name for name in folders if is_worth_entering(name))
            relative = PurePosixPath(Path(parent).relative_to(self.folder).as_posix())
            for name in sorted(names):
                if is_companion(name):
                    companions[relative.as_posix()].append((relative / name).as_posix())
                if is_release_name(name):
                    source = (relative / name).as_posix()
                    if problem := _obstacle(source, Path(parent, name)):
                        problems.append(problem)
                    else:
                        sources.append(source)
                elif is_worth_noticing(name) and name != FILE_NAME:
                    source = (relative / name).as_posix()
                    if problem := _unspeakable(source):
                        problems.append(problem)
                    else:
                        files.append(source)
        found = {folder: tuple(paths) for folder, paths in companions.items()}
        return _sorted_out(sources, files, problems, found)

    def enclosures(self, listing: FolderListing, gate: Callable[[str], Visibility | None]) -> Enclosures:
        """The files that belong to the releases that were listed; ``gate`` as `Enclosures` has it."""
        return Enclosures(self.folder, Belongings(listing.sources, listing.files), gate)

    def data(self, source: str) -> bytes:
        """The bytes of a file; at most one more than the largest file that is read.

        Raises FileUnreadable; FileNotFoundError if it has gone since it was listed.
        """
        try:
            with opened(self.folder / source) as file:
                return file.read(readers.largest(source) + 1)
        except FileNotFoundError:
            raise
        except OSError as error:
            raise FileUnreadable(Problem(source, 0, *in_words(error), Severity.ERROR, "unreadable")) from error

    def readers_version(self, source: str) -> str:
        """The version of what reads a file of this name."""
        return readers.version(source)

    def read(self, source: str, data: bytes, newsroom: Newsroom, beside: Mapping[str, bytes]) -> Reading:
        """What a file says, with what the files ``beside`` it state of it, and its topics. Raises FileUnreadable."""
        reading = readers.read(source, data, newsroom, beside)
        return replace(reading, release=replace(reading.release, topics=topics.memberships(reading.release, newsroom)))


def _sorted_out(
    sources: list[str], files: list[str], problems: list[Problem], companions: Mapping[str, tuple[str, ...]]
) -> FolderListing:
    """The listing; a document that belongs to a text is no release of its own."""
    texts = [source for source in sources if not is_document_name(source)]
    documents = sorted({*sources} - {*texts})
    belongings = Belongings(texts, documents)
    lone = {document for document in documents if not belongings.owners(document)}
    readable = sorted(filter(readers.can_read, texts)) + sorted(filter(readers.can_read, lone))
    unread = {source for source in (*texts, *lone) if not readers.can_read(source)}
    alone = (file for file in files if not (is_document(file) and belongings.owners(file)))
    unread.update(file for file in alone if _ending(file) in UNREAD and is_release_stem(file))
    enclosable = {*files, *documents, *unread}
    return FolderListing(tuple(readable), tuple(sorted(enclosable)), tuple(problems), tuple(sorted(unread)), companions)


def _ending(source: str) -> str:
    return PurePosixPath(source).suffix.lower()


def not_read(sources: Iterable[str]) -> Iterator[Problem]:
    """What is to be said of files that are not read here, once for each ending."""
    by_ending: dict[str, list[str]] = defaultdict(list)
    for source in sources:
        by_ending[_ending(source)].append(source)
    for ending, (first, *others) in sorted(by_ending.items()):
        named = ", ".join((first, *others[: _NAMED - 1])) + (" …" if len(others) >= _NAMED else "")
        count = "one file ends" if not others else f"{len(others) + 1} files end"
        what = f"{count} in {ending}, which is not read here: {named}"
        yield Problem(first, 0, what, UNREAD.get(ending, _INSTALL), kind="not-read")


_NAMED = 3
_INSTALL = "pip install feedsrv[documents], or save the text beside it as .md"
_PANDOC = "make Markdown of it, with pandoc for instance"
UNREAD = {
    **dict.fromkeys((".org", ".rest", ".rst", ".tex", ".textile", ".typ", ".wiki", ".mediawiki", ".creole"), _PANDOC),
    **dict.fromkeys((".adoc", ".asciidoc"), "make Markdown of it, with downdoc for instance"),
    **dict.fromkeys((".ipynb", ".qmd", ".rmd"), "make Markdown of it, with nbconvert or Quarto for instance"),
    **dict.fromkeys(
        (".mdown", ".mdwn", ".mdx", ".mkd", ".njk"), "rename it to .md, if there is nothing but text in it"
    ),
    **dict.fromkeys((".text",), "rename it to .txt"),
    **dict.fromkeys((".mht", ".mhtml", ".xhtml"), "save it as .html"),
    **dict.fromkeys((".doc", ".odt", ".pages", ".rtf"), "save it as .docx, or the text as .md"),
    **dict.fromkeys((".msg",), "save it as .eml"),
}
"""The endings of texts that could be releases and are not read, and what would read them.

Such a file is never served because it lies beside a release, for nothing knows whether it may be public.
"""


def is_worth_entering(name: str) -> bool:
    """Whether a folder of this name may hold releases, or what belongs to one."""
    return not name.startswith((".", "_")) or name in _UNDERSCORED_FOLDERS


def is_document_name(name: str) -> bool:
    """Whether a file of this name belongs to a release if there is one for it, else may be one."""
    return _ending(name) in readers.DOCUMENTS


def attached(named: Iterable[str]) -> set[str]:
    """The documents that go with a text that names these files, also where it is not public yet.

    None where it names so many that it is a list of releases.
    """
    documents = set(filter(is_document_name, named))
    return documents if len(documents) <= MOST_ATTACHED else set()


def is_worth_noticing(name: str) -> bool:
    """Whether a change to a file or folder of this name can change what is published."""
    return name in _UNDERSCORED_FOLDERS or is_companion(name) or not is_leftover(name)


def is_release_name(name: str) -> bool:
    """Whether a file of this name is taken for a release."""
    lowered = name.lower()
    return is_release_stem(name) and lowered[lowered.rfind(".") :] in readers.SUFFIXES and "." in lowered


def is_release_stem(path: str) -> bool:
    """Whether a file is not one of those whose names say that they are no releases."""
    return not PurePosixPath(path).name.lower().startswith((".", "_", "~$", "readme"))


def _obstacle(source: str, path: Path) -> Problem | None:
    """Why a file is not read, although its name is that of a release."""
    if problem := _unspeakable(source):
        return problem
    try:
        mode = path.lstat().st_mode
    except OSError:
        return None  # gone, or unreadable: whoever opens it will say so
    if stat.S_ISLNK(mode):
        return Problem(source, 0, *A_LINK, Severity.ERROR, "link")
    if not stat.S_ISREG(mode):
        return Problem(source, 0, *NOT_A_FILE, Severity.ERROR, "not-a-file")
    return None


def _unspeakable(source: str) -> Problem | None:
    """What is to be said of a file whose name no text can hold."""
    try:
        source.encode("utf8")
    except UnicodeEncodeError:
        shown = source.encode("utf8", "backslashreplace").decode("utf8")
        return Problem(shown, 0, "the name of this file is not UTF-8", "rename it", Severity.ERROR, "name")
    return None


def _refuse(error: OSError) -> None:
    raise PublishingFailed(f"{error.filename} cannot be read: {error.strerror}; nothing was published") from error
