"""A snapshot that is guarded: whatever its engine raises over damaged files, who asks is told that it is unavailable.

It is opened when it is first asked: the name and the settings of a generation are known even while it cannot be read.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import TypeVar

from feedsrv.appearance import Asset
from feedsrv.errors import FeedsrvError, IndexUnavailable
from feedsrv.newsroom import Newsroom
from feedsrv.query import Query, Results
from feedsrv.release import Attachment, Release, Withdrawal
from feedsrv.search import Held, Neighbours, SitemapEntry, SitemapYear, Snapshot
from feedsrv.search.verification import Verification

T = TypeVar("T")


class GuardedSnapshot:
    """Implements `feedsrv.search.Snapshot` by another one, which ``open_`` makes."""

    def __init__(
        self, generation: str, newsroom: Newsroom, verification: Verification, open_: Callable[[], Snapshot]
    ) -> None:
        self.generation = generation
        self.newsroom = newsroom
        self._verification = verification
        self._open = open_
        self._opened: Snapshot | None = None

    def search(self, query: Query) -> Results:
        """The answer to a query."""
        return self._ask(lambda snapshot: snapshot.search(query))

    def inventory(self) -> Mapping[str, Sequence[Held]]:
        """Every topic, year and language that there is."""
        return self._ask(lambda snapshot: snapshot.inventory())

    def get(self, release_id: str) -> Release:
        """A release. Raises ReleaseNotFound, or ReleaseWithdrawn with the notice."""
        return self._ask(lambda snapshot: snapshot.get(release_id))

    def file(self, release_id: str, name: str, *, is_small: bool = False) -> tuple[Attachment, Path]:
        """A file of a release, and where it lies. Raises like `get`, or AttachmentNotFound."""
        return self._ask(lambda snapshot: self._whole(*snapshot.file(release_id, name, is_small=is_small)))

    def asset(self, name: str) -> tuple[Asset, Path]:
        """A file of the newsroom's appearance, and where it lies. Raises AttachmentNotFound."""
        return self._ask(lambda snapshot: self._whole(*snapshot.asset(name)))

    def siblings(self, releases: Sequence[Release]) -> Mapping[str, tuple[Release, ...]]:
        """The translations of each of these releases, by its id."""
        return self._ask(lambda snapshot: snapshot.siblings(releases))

    def neighbours(self, release_id: str) -> Neighbours:
        """The releases in its language that appeared just before and just after one."""
        return self._ask(lambda snapshot: snapshot.neighbours(release_id))

    def alias(self, path: str) -> str | None:
        """The id of the release that this address leads to."""
        return self._ask(lambda snapshot: snapshot.alias(path))

    def namesake(self, name: str) -> str | None:
        """The id of the release that is looked for by this name, where it is another."""
        return self._ask(lambda snapshot: snapshot.namesake(name))

    def days(self, query: Query) -> Mapping[date | None, int]:
        """How many releases answer a query on each day; None: those without a date."""
        return self._ask(lambda snapshot: snapshot.days(query))

    def recently_updated(self, query: Query, skip: int, limit: int) -> Sequence[Release]:
        """Those that answer a query and were updated after they appeared, without the newest."""
        return self._ask(lambda snapshot: snapshot.recently_updated(query, skip, limit))

    def withdrawals(self) -> Sequence[Withdrawal]:
        """The withdrawals that feed readers are still told of."""
        return self._ask(lambda snapshot: snapshot.withdrawals())

    def notices(self, number: str) -> Sequence[Withdrawal]:
        """All withdrawals of releases with this number."""
        return self._ask(lambda snapshot: snapshot.notices(number))

    def similar(self, release_id: str, limit: int) -> Sequence[Release]:
        """The releases in the same language that share most with one, the closest first."""
        return self._ask(lambda snapshot: snapshot.similar(release_id, limit))

    def sitemap_years(self) -> Sequence[SitemapYear]:
        """The years that have releases, the newest first, then what is undated."""
        return self._ask(lambda snapshot: snapshot.sitemap_years())

    def sitemap_entries(self, year: int | None) -> Sequence[SitemapEntry]:
        """The releases of a year in few words, in order of their ids; None: the undated."""
        return self._ask(lambda snapshot: snapshot.sitemap_entries(year))

    def _ask(self, question: Callable[[Snapshot], T]) -> T:
        if why := self._verification.damage(self.generation):
            raise IndexUnavailable(why)
        try:
            if self._opened is None:
                self._opened = self._open()
            return question(self._opened)
        except Exception as error:
            if isinstance(error, FeedsrvError) and not isinstance(error, IndexUnavailable):
                raise
            raise self._verification.suspect(self.generation, error) from error

    def _whole(self, attachment: T, path: Path) -> tuple[T, Path]:
        return attachment, self._verification.attachments.insist(path)
