"""Verification: whether the cluster still holds what was published; a page of documents at a step."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from time import monotonic

from feedsrv.errors import IndexUnavailable
from feedsrv.newsroom import Newsroom
from feedsrv.release import Release, from_json
from feedsrv.search.ledger import Ledger
from feedsrv.search.manifest import named
from feedsrv.search.opensearch.mapping import check_of, digest_of
from feedsrv.search.opensearch.releases import Releases
from feedsrv.search.opensearch.state import Current, Published, valid_in

ROUND = 60.0
"""Seconds after which everything is compared again with what was published; at once, if somebody has written."""
SHARE = 20
"""One part of so many is what comparing takes of the time."""
_DOCUMENTS = 50  # between two looks at the clock


class Verification:
    """Compares one generation after another, and what lies beside it: the ledger, and the files of releases."""

    def __init__(self, ledger: Ledger, files: Path) -> None:
        self._ledger = ledger
        self._files = files
        self._stamp: tuple[object, ...] = ()
        self._began, self._go_on, self._is_over = 0.0, 0.0, True
        self._rest: Iterator[None] = iter(())

    def damage(self, releases: Releases, current: Current, published: Published, newsroom: Newsroom) -> str | None:
        """Go on comparing, if it is time to; why what is published is not what it was, None as far as it is.

        It is "" where that is so of what lies beside it alone: then all else can be asked, and all files are to be
        read anew. Raises IndexUnavailable where nobody can tell.
        """
        if not (written := releases.written()):
            return f"of {published.name} all releases are gone"
        stamp = (published.name, *written, self._ledger.stamp())
        if stamp != self._stamp or (self._is_over and monotonic() >= self._began + ROUND):
            self._stamp, self._began, self._is_over = stamp, monotonic(), False
            self._rest = self._compared(releases, current, published, newsroom)
        elif monotonic() < self._go_on:
            return None
        try:
            self._step()
        except _Damaged as damaged:
            return str(damaged)
        return None

    def _step(self) -> None:
        """Compare for a moment."""
        begun = monotonic()
        for _ in self._rest:
            if monotonic() > begun + 1.0 / SHARE:
                break
        else:
            self._is_over = True
        self._go_on = monotonic() + (monotonic() - begun) * (SHARE - 1)

    def _compared(
        self, releases: Releases, current: Current, published: Published, newsroom: Newsroom
    ) -> Iterator[None]:
        count = check = 0
        valid = valid_in(published.number, current.abandoned)
        files = {asset.digest for asset in newsroom.assets.values()}
        for hit in releases.all(valid, ["source", "digest", "record"]):
            stored = hit["_source"]
            record = from_json(stored["record"].encode("utf8"))
            if digest_of(record, newsroom) != stored["digest"]:
                raise _Damaged(f"{published.name} is not what was published: {stored['source']}")
            count, check = count + 1, check + check_of(stored["digest"])
            files |= record.digests if isinstance(record, Release) else set()
            if count % _DOCUMENTS == 0:
                yield
        if (count, check) != (published.count, published.check):
            raise _Damaged(f"of {published.name} something is gone")
        with suppress(IndexUnavailable):
            yield from self._ledger.compared()
            for digest in sorted(files):
                yield from named(self._files / digest)
            return
        raise _Damaged


class _Damaged(Exception):
    """What was published is not what it was; without a message, what lies beside it is not."""
