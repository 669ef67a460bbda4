"""The document ``current``: what is published, and who may publish next."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import msgspec

from feedsrv.errors import IndexLocked, PublishingFailed
from feedsrv.search.opensearch.cluster import Cluster, Conflict, Json

LEASE = timedelta(seconds=60)
"""After which a writer that has not been heard of may be taken for dead. The clocks of writers agree within a part."""
TIMES = 20
"""Times that ``current`` is read and written anew where others write to it, too."""


class Published(msgspec.Struct, frozen=True):
    """A generation: its number and name, how many documents it has, and the sum over their digests."""

    number: int
    name: str
    engine: str
    count: int
    check: int
    at: datetime
    toml: str
    names: Json


class Current(msgspec.Struct, frozen=True):
    """What stands in the document. ``fence`` is the number of whoever wrote last, ``holder`` who writes now, or "".

    ``damaged`` is why what is published is not what it was, "" if it is.
    """

    published: Published | None = None
    true_until: datetime | None = None
    fence: int = 0
    holder: str = ""
    expires: datetime | None = None
    abandoned: tuple[int, ...] = ()
    damaged: str = ""


@dataclass(frozen=True, slots=True)
class State:
    """Reads and writes it."""

    cluster: Cluster

    def read(self) -> Current:
        """What it says. Raises IndexUnavailable."""
        return self._read()[0]

    def take(self, holder: str) -> Current:
        """Become the one who writes, under a number that nobody had; what it says then.

        Raises IndexLocked at once if somebody else writes.
        """

        def taken(current: Current) -> Current:
            now = datetime.now(UTC)
            if current.holder and current.holder != holder and current.expires and now < current.expires:
                raise IndexLocked(f"{current.holder} is writing to {self.cluster.address}; wait for it, or stop it")
            abandoned = (*current.abandoned, current.fence) if current.holder else current.abandoned
            return msgspec.structs.replace(
                current, fence=current.fence + 1, holder=holder, expires=now + LEASE, abandoned=abandoned
            )

        return self.change(taken)

    def renew(self, fence: int) -> None:
        """Be heard of. Raises PublishingFailed if somebody else has taken over."""
        self._ours(fence, lambda current: msgspec.structs.replace(current, expires=datetime.now(UTC) + LEASE))

    def leave(self, fence: int, *, has_written: bool) -> None:
        """Write no more, having published nothing under this number."""

        def left(current: Current) -> Current:
            abandoned = (*current.abandoned, fence) if has_written else current.abandoned
            return msgspec.structs.replace(current, holder="", expires=None, abandoned=abandoned)

        self._ours(fence, left)

    def publish(self, fence: int, published: Published, true_until: datetime | None) -> Current:
        """Let this be published, and write no more. Raises PublishingFailed if somebody else has taken over."""
        return self._ours(fence, lambda current: msgspec.structs.replace(
            current, published=published, true_until=true_until, holder="", expires=None, damaged=""
        ))  # fmt: skip

    def change(self, make: Callable[[Current], Current]) -> Current:
        """Let it say what is made of what it says, whoever else writes to it; a try that nobody answered is read back.

        Raises IndexUnavailable, and what ``make`` raises.
        """
        for _ in range(TIMES):
            current, condition = self._read()
            changed = make(current)
            if changed == current:
                return current
            try:
                self.cluster.ask("PUT", self._path, msgspec.to_builtins(changed), **condition)
            except Conflict:
                continue
            return changed
        raise PublishingFailed(f"too many write to {self.cluster.address} at once")

    def _ours(self, fence: int, make: Callable[[Current], Current]) -> Current:
        def made(current: Current) -> Current:
            if current.published and current.published.number == fence:
                return current  # it was written, though nobody answered
            if current.fence != fence:
                raise PublishingFailed(f"another process has begun to write to {self.cluster.address}")
            return make(current)

        return self.change(made)

    @property
    def _path(self) -> str:
        return f"/{self.cluster.state}/_doc/current"

    def _read(self) -> tuple[Current, Json]:
        """What it says, and what has to hold for it to be written over."""
        found = self.cluster.ask("GET", self._path)
        if not found or not found["found"]:
            return Current(), {"op_type": "create"}
        condition = {"if_seq_no": found["_seq_no"], "if_primary_term": found["_primary_term"]}
        return msgspec.convert(found["_source"], Current), condition
