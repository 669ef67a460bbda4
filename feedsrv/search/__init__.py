"""The seam: what the newsroom asks of a search engine, whichever it is.

An implementation keeps generations. A generation never changes once published; readers hold a `Snapshot` of
one, a writer makes the next through an `Update`. Nothing lazy and nothing of the engine passes through here.
The whole contract is mandatory; ``tests/test_search_contract.py`` states it over every implementation.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from contextlib import AbstractContextManager
from datetime import date, datetime
from pathlib import Path
from types import MappingProxyType
from typing import Protocol

from feedsrv.appearance import Asset
from feedsrv.file_record import FileRecord
from feedsrv.newsroom import NO_NAMES, Newsroom, TopicNames
from feedsrv.query import Query, Results
from feedsrv.release import Attachment, Release, Withdrawal
from feedsrv.search.answers import Edition, Held, IndexStatus, Neighbours, SitemapEntry, SitemapYear, digest_in

__all__ = [
    "LAG", "NO_FILES", "Content", "Edition", "Held", "IndexStatus", "Neighbours", "SearchIndex", "SitemapEntry",
    "SitemapYear", "Snapshot", "Update", "digest_in",
]  # fmt: skip


class Content(Protocol):
    """The bytes of a file that are to be served."""

    def served(self) -> Iterator[bytes]:
        """The bytes, in pieces. Raises OSError where there are none."""
        ...


NO_FILES: Mapping[str, Content] = MappingProxyType({})

LAG = 0.005
"""Seconds after a publication in which a snapshot may still be of the generation before: to look for a newer one at
every request would be a twentieth of what a poll costs."""


class Snapshot(Protocol):
    """One generation, as a reader sees it: immutable, safe for the life of a request, for any number of threads.

    Every method raises IndexUnavailable once the files of the generation are known to be damaged, or an error shows
    that they may be. Its name and its settings can be asked for all the same.
    """

    @property
    def generation(self) -> str:
        """The name of the generation; two of the same name hold the same."""

    @property
    def newsroom(self) -> Newsroom:
        """The editorial settings as published."""

    def search(self, query: Query) -> Results:
        """The answer to a query; total and facets are exact, a page past the last one is empty."""

    def inventory(self) -> Mapping[str, Sequence[Held]]:
        """Every topic, year and language that there is, under the keys and in the order of the facets of all."""

    def get(self, release_id: str) -> Release:
        """A release. Raises ReleaseNotFound, or ReleaseWithdrawn with the notice."""

    def file(self, release_id: str, name: str, *, is_small: bool = False) -> tuple[Attachment, Path]:
        """A file of a release, and where it lies, to be opened at once; ``is_small``: its thumbnail, if it has one.

        Raises like `get`, or AttachmentNotFound.
        """

    def asset(self, name: str) -> tuple[Asset, Path]:
        """A file of the newsroom's appearance by its setting, and where it lies, to be opened at once.

        Raises AttachmentNotFound.
        """

    def siblings(self, releases: Sequence[Release]) -> Mapping[str, tuple[Release, ...]]:
        """The translations of each of these releases, by its id: those that share one of its `translation_keys`.

        They are in order of their languages. Of several in one language it is the first published, then the first by
        id; none is in its own language.
        """

    def neighbours(self, release_id: str) -> Neighbours:
        """Those that stand beside a release in the list of all in its language; what is undated is beside nothing.

        None of either for what is no release.
        """

    def alias(self, path: str) -> str | None:
        """The id of the release, else of the notice, that this address (a path in full, or a former id) leads to.

        However it is spelled: addresses are compared by `feedsrv.ids.former_address`.
        """

    def namesake(self, name: str) -> str | None:
        """The id of the release or notice that is looked for by this name, where it is another and can be computed.

        That is another spelling, or the id while another language was the newsroom's first (`feedsrv.ids.namesakes`):
        of several languages the first of the newsroom.
        """

    def days(self, query: Query) -> Mapping[date | None, int]:
        """How many releases answer a query on each day of the newsroom's calendar; None: those without a date."""

    def recently_updated(self, query: Query, skip: int, limit: int) -> Sequence[Release]:
        """Those that answer a query and were updated after they appeared, the last updated first, then in date order.

        The ``skip`` newest of all that answer it are left out.
        """

    def withdrawals(self) -> Sequence[Withdrawal]:
        """The withdrawals that feed readers are still told of, the newest first, then by id."""

    def notices(self, number: str) -> Sequence[Withdrawal]:
        """All withdrawals of releases with this number (one of `feedsrv.text.references.reference_keys`), by id."""

    def similar(self, release_id: str, limit: int) -> Sequence[Release]:
        """The releases in the same language that share most with one, the closest first. Raises like `get`."""

    def sitemap_years(self) -> Sequence[SitemapYear]:
        """The years that have releases, the newest first, then what is undated.

        Withdrawn ones count for nothing, nor do those that ask search engines to leave them out.
        """

    def sitemap_entries(self, year: int | None) -> Sequence[SitemapEntry]:
        """The releases of a year in few words, in order of their ids; None: the undated. The same are none."""


class Update(Protocol):
    """The next generation in the making."""

    @property
    def newsroom(self) -> Newsroom | None:
        """The editorial settings of the newest generation; None where there is none that can be opened."""

    @property
    def sources(self) -> Set[str]:
        """The sources of all that is public in the newest generation, also where the next starts from nothing."""

    @property
    def published_before(self) -> int:
        """How many releases and notices were last published, also where nothing else is known of them any more."""

    def known(self) -> Mapping[str, FileRecord]:
        """What is remembered of every file, by source; empty when that was lost, or belongs to another generation.

        It is what was remembered before as long as the update lasts, and what it remembers then after.
        """

    def remembered(self) -> Mapping[str, FileRecord]:
        """What was last remembered of every file, whichever generation that was: to compare with, not to build on.

        It is the same mapping in each update of one index until somebody else has written, and `known` is this one if
        it can be built on: what was derived from it holds as long.
        """

    def published(self, sources: Set[str] | None = None) -> Iterator[Release | Withdrawal]:
        """What these sources, or all, have in the generation it starts from and have kept, in no particular order."""

    def set_newsroom(self, newsroom: Newsroom, files: Mapping[str, Content] = NO_FILES) -> None:
        """Let the next generation have these editorial settings and assets; before anything is put.

        ``files`` tells of the assets by digest, as `put` has it, and what is raised is the same.
        """

    def put(self, record: Release | Withdrawal, files: Mapping[str, Content]) -> bool:
        """Let it be in the next generation, in place of what its source had; once for a source.

        ``files`` tells where its attachments lie, by digest; those that the generation it starts from has may be
        left out. They are copied. Returns whether that makes a difference. Raises FileUnreadable, and leaves
        everything as it was, for a file that is not, or no longer, what its digest says.
        """

    def remove(self, source: str) -> None:
        """Let what this source has not be in the next generation; nothing happens if it has nothing."""

    def staged(self, sources: Set[str] | None = None) -> Iterable[tuple[str, bool]]:
        """What the next generation holds by now, read back from it: of these sources, or of all.

        The source of each document, and whether that is the notice of a withdrawal and nothing else.
        """

    def finish(
        self, changes: Mapping[str, FileRecord | None], true_until: datetime | None, names: TopicNames = NO_NAMES
    ) -> None:
        """State the rest of what makes the next generation. Without it, nothing is published.

        ``changes`` are what is to be remembered of files otherwise than it is `known`, by source; None: nothing.
        ``names`` are what its newsroom calls topics.
        """


class SearchIndex(Protocol):
    """Where generations are kept."""

    def snapshot(self) -> Snapshot:
        """The newest generation that can be opened, for all threads; another process's after `LAG`.

        Raises IndexUnavailable.
        """

    def status(self) -> IndexStatus:
        """What the publisher left word of; never raises, whatever state the index is in."""

    def heartbeat(self) -> None:
        """Leave word that the publisher lives. Raises PublishingFailed."""

    def set_degraded(self, *, is_degraded: bool) -> None:
        """Leave word whether newsroom.toml can be read. Raises PublishingFailed."""

    def languages(self) -> tuple[str, ...]:
        """The languages of newsroom.toml as they were last left word of on this machine; never raises.

        They are known before anything is published, and while nothing that is can be opened; empty where none are.
        """

    def set_languages(self, languages: tuple[str, ...]) -> None:
        """Leave word of them. Raises PublishingFailed."""

    def set_in_step(self, edition: Edition | None, until: datetime) -> None:
        """Leave word of what this machine publishes, and until when no peer has anything newer; None: nobody asks.

        Nothing is left where machines share one index. Raises PublishingFailed.
        """

    def remembered(self) -> Mapping[str, FileRecord]:
        """What was last remembered of every file, by source: to compare with. Empty where that was lost."""

    def verify(self) -> bool:
        """Compare the next part of the newest generation with what was published; for the publisher, each second.

        Takes at most a twentieth of the time, and looks at everything once a minute where that is enough. False,
        once, if it or what lies beside it is damaged or gone: then an `update` makes it anew, from nothing where
        that is needed. Until then no process reads from it.
        """

    def purge(self) -> None:
        """Let no byte be left of what was withdrawn, held again or deleted, and do what else nobody has to wait for.

        Raises IndexLocked and PublishingFailed: then it is still to be done.
        """

    def update(self, *, rebuild: bool = False) -> AbstractContextManager[Update]:
        """Make the next generation: published when the block ends, unless nothing is different or it raises.

        ``rebuild`` starts from nothing. Raises IndexLocked at once if somebody else is writing, and
        PublishingFailed if it cannot be written; whatever happens, the newest generation stays whole.
        """
