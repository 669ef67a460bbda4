"""The document ``current``: what is published, and who may publish next."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from threading import Event, Thread

import msgspec

from feedsrv.errors import IndexLocked, IndexUnavailable, PublishingFailed
from feedsrv.search.opensearch.cluster import LONGEST, Cluster, Conflict, Json

LEASE = timedelta(seconds=60)
"""After which a writer that has not been heard of may be taken for dead. The clocks of writers agree within a part."""
RENEWALS = 4
"""Times in which a writer is heard of while a lease lasts."""
MOST_ABANDONED = 1_000
"""Numbers that are held to be abandoned although no document has them: whoever had one of those before is long gone."""
TIMES = 20
"""Times that ``current`` is read and written anew where others write to it, too."""


class Published(msgspec.Struct, frozen=True):
    """A generation: its number and name, in which index it is, how many documents it has, and their digests' sum."""

    number: int
    name: str
    index: str
    engine: str
    count: int
    check: int
    at: datetime
    toml: str
    names: Json
    assets: Json


class Current(msgspec.Struct, frozen=True):
    """What stands in the document. ``fence`` is the number of whoever wrote last, ``holder`` who writes now, or "".

    ``damaged`` is why what is published is not what it was, "" if it is. ``engine`` is what the documents of whoever
    wrote last depend on; ``resumable`` are the numbers that were abandoned since the last publication and have
    documents of that kind.
    """

    published: Published | None = None
    true_until: datetime | None = None
    fence: int = 0
    holder: str = ""
    expires: datetime | None = None
    abandoned: tuple[int, ...] = ()
    damaged: str = ""
    engine: str = ""
    resumable: tuple[int, ...] = ()

    def without_end(self) -> Current:
        """What it says once whoever writes, or has died over it, has published nothing."""
        ended = (self.fence,)
        return msgspec.structs.replace(
            self,
            holder="",
            expires=None,
            abandoned=(*self.abandoned, *ended),
            resumable=(*self.resumable, *ended),
        )


@dataclass(frozen=True, slots=True)
class State:
    """Reads and writes it, in the index of this name."""

    cluster: Cluster
    name: str

    def read(self, *, within: float = LONGEST) -> Current:
        """What it says. Raises IndexUnavailable."""
        return self._read(within)[0]

    def word(self) -> Json:
        """What the publisher left word of. Raises IndexUnavailable."""
        found = self.cluster.ask("GET", f"/{self.name}/_doc/publisher")
        return found["_source"] if found and found["found"] else {}

    def leave_word(self, **word: object) -> None:
        """Add to it. Raises IndexUnavailable, or Conflict."""
        self.cluster.ask("POST", f"/{self.name}/_update/publisher", {"doc": word, "doc_as_upsert": True})

    def take(self, holder: str, engine: str) -> Current:
        """Become the one who writes such documents, under a number that nobody had; what it says then.

        Raises IndexLocked at once if somebody else writes.
        """

        def taken(current: Current) -> Current:
            now = datetime.now(UTC)
            if current.holder and current.holder != holder and current.expires and now < current.expires:
                raise IndexLocked(f"{current.holder} is writing to {self.cluster.address}; wait for it, or stop it")
            if current.holder:
                current = current.without_end()
            # After a loss readers are to take what is new for newer, and no document that is left may have this number:
            # nobody begins to write more than a thousand times a second.
            fence = current.fence + 1 if current.fence else int(now.timestamp() * 1000)
            resumable = current.resumable if current.engine == engine else ()
            return msgspec.structs.replace(
                current, fence=fence, holder=holder, expires=now + LEASE, engine=engine, resumable=resumable
            )

        return self.change(taken)

    def renew(self, fence: int) -> None:
        """Be heard of, if still writing. Raises PublishingFailed if somebody else has taken over."""

        def renewed(current: Current) -> Current:
            expires = datetime.now(UTC) + LEASE if current.holder else None
            return msgspec.structs.replace(current, expires=expires)

        self._ours(fence, renewed)

    @contextmanager
    def renewing(self, fence: int) -> Iterator[None]:
        """Be heard of for as long as this lasts, whatever takes long: reading all files, or a cluster that is away."""
        is_over = Event()

        def renew() -> None:
            while not is_over.wait(max(LEASE.total_seconds() / RENEWALS, 1.0)):
                with suppress(IndexUnavailable):
                    try:
                        self.renew(fence)
                    except PublishingFailed:  # whoever publishes is told
                        return

        thread = Thread(target=renew, name="lease", daemon=True)
        thread.start()
        try:
            yield
        finally:
            is_over.set()
            thread.join()

    def leave(self, fence: int, *, has_written: bool) -> None:
        """Write no more, having published nothing under this number."""

        def left(current: Current) -> Current:
            return current.without_end() if has_written else msgspec.structs.replace(current, holder="", expires=None)

        self._ours(fence, left)

    def publish(self, fence: int, published: Published, true_until: datetime | None) -> Current:
        """Let this be published, and write no more. Raises PublishingFailed if somebody else has taken over."""
        return self._ours(fence, lambda current: msgspec.structs.replace(
            current, published=published, true_until=true_until, holder="", expires=None, damaged="", resumable=()
        ))  # fmt: skip

    def forget(self, numbers: Collection[int]) -> None:
        """Let these no longer be known as abandoned: no document has them, and nobody writes any more that did."""
        self.change(lambda current: msgspec.structs.replace(
            current, abandoned=tuple(number for number in current.abandoned if number not in numbers)
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
        return f"/{self.name}/_doc/current"

    def _read(self, within: float = LONGEST) -> tuple[Current, Json]:
        """What it says, and what has to hold for it to be written over."""
        found = self.cluster.ask("GET", self._path, within=within)
        if not found or not found["found"]:
            return Current(), {"op_type": "create"}
        condition = {"if_seq_no": found["_seq_no"], "if_primary_term": found["_primary_term"]}
        return msgspec.convert(found["_source"], Current), condition


def valid_in(number: int, abandoned: Sequence[int]) -> Json:
    """What is in a generation; what a number that was abandoned began is not, and what it ended is."""
    ends: list[Json] = [{"range": {"to": {"gt": number}}}, {"terms": {"to": list(abandoned)}}]
    return {
        "bool": {
            "filter": [{"range": {"from": {"lte": number}}}, {"bool": {"should": ends, "minimum_should_match": 1}}],
            "must_not": [{"terms": {"from": list(abandoned)}}],
        }
    }
