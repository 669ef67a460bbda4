"""The catalogue: the folder of release files as a collection that is listed and read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from feedsrv import readers
from feedsrv.errors import FileUnreadable, NewsroomInvalid
from feedsrv.files import assets, topics
from feedsrv.files.assets import Furnished
from feedsrv.files.attachments import Enclosures
from feedsrv.files.bundles import Belongings
from feedsrv.files.listing import Contents, FolderListing
from feedsrv.files.opening import in_words, opened
from feedsrv.files.settling import ALL_SETTLED, Unsettled
from feedsrv.newsroom import FILE_NAME, Newsroom
from feedsrv.newsroom_toml import parse
from feedsrv.problem import Problem, Severity
from feedsrv.readers.formats.documents import Convert, converted, saying_nothing
from feedsrv.reading import Reading, Visibility

_LARGEST_SETTINGS = 1_000_000  # bytes of newsroom.toml


@dataclass(frozen=True, slots=True)
class Catalogue:
    """A folder of release files. It is only ever read."""

    folder: Path
    convert: Convert = converted
    """What is asked for the text of documents: whoever asks waits, if nothing else is said."""

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

    def furnished(
        self, newsroom: Newsroom, before: Newsroom | None = None, unsettled: Unsettled = ALL_SETTLED
    ) -> Furnished:
        """The newsroom with the files of its appearance; what is wrong with them costs them alone."""
        return assets.furnish(self.folder, newsroom, before, unsettled)

    @property
    def waits(self) -> bool:
        """Whether whoever asks for the text of a document waits for it."""
        return self.convert is converted

    @property
    def without_texts(self) -> Catalogue:
        """The same folder as if the texts of documents said nothing."""
        return replace(self, convert=saying_nothing)

    def contents(self) -> Contents:
        """What is in the folder. Raises PublishingFailed if it cannot be read."""
        return Contents(self.folder)

    def list(self) -> FolderListing:
        """All release files. Links are not followed, leftovers of editors and transfers are passed over.

        Raises PublishingFailed if the folder cannot be read.
        """
        return self.contents().listing()

    def enclosures(self, listing: FolderListing, gate: Callable[[str], Visibility | None]) -> Enclosures:
        """The files that belong to the releases that were listed; ``gate`` as `Enclosures` has it."""
        return Enclosures(self.folder, Belongings(listing.sources, listing.files, listing.elsewhere), gate)

    def data(self, source: str) -> bytes:
        """The bytes of a file; at most one more than the largest file that is read.

        Raises FileUnreadable; FileNotFoundError if it has gone since it was listed.
        """
        try:
            with opened(f"{self.folder.as_posix()}/{source}") as file:
                return file.read(readers.largest(source) + 1)
        except FileNotFoundError:
            raise
        except OSError as error:
            raise FileUnreadable(Problem(source, 0, *in_words(error), Severity.ERROR, "unreadable")) from error

    def readers_version(self, source: str) -> str:
        """The version of what reads a file of this name."""
        return readers.version(source)

    def read(self, source: str, data: bytes, newsroom: Newsroom, beside: Mapping[str, bytes]) -> Reading:
        """What a file says, with what the files ``beside`` it state of it, and its topics.

        Raises FileUnreadable; ConversionPending where `convert` does.
        """
        reading = readers.read(source, data, newsroom, beside, self.convert)
        return replace(reading, release=replace(reading.release, topics=topics.memberships(reading.release, newsroom)))
