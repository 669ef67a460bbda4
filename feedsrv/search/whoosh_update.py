"""The next generation of the Whoosh index in the making."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from hashlib import sha256
from pathlib import Path

from whoosh.filedb.filestore import FileStorage
from whoosh.writing import SegmentWriter

from feedsrv import ledger, newsroom
from feedsrv.ledger import FileRecord
from feedsrv.newsroom import Newsroom
from feedsrv.release import Release, Withdrawal, to_json
from feedsrv.search.generations import SEGMENTS, Generations
from feedsrv.search.whoosh_documents import Documents, digest_of, document, engine_version, schema

MEMORY = 256
"""MB of postings that are gathered before they are written to the disk."""


class WhooshUpdate:
    """The changes to one generation; implements `feedsrv.search.Update`.

    Nothing is written before the first real change: a run that finds everything as it was costs no generation.
    """

    def __init__(
        self,
        generations: Generations,
        base: str | None,
        documents: Documents | None,
        newsroom_text: str,
        known: Mapping[str, FileRecord],
    ) -> None:
        self._generations = generations
        self._base = base
        self._documents = documents
        self._numbers: dict[str, int] = {}
        self._digests: dict[str, str] = {}
        for number, facts in documents.facts() if documents else ():
            self._numbers[facts.source] = number
            self._digests[facts.source] = facts.digest
        self._withdrawn = 0
        self.newsroom_text = newsroom_text
        self._known = known
        self._newsroom = newsroom.parse(newsroom_text)
        self._building: Path | None = None
        self._writer: SegmentWriter | None = None
        self._conclusion: tuple[str, Mapping[str, FileRecord], datetime | None] | None = None

    @property
    def is_fresh(self) -> bool:
        """Whether this one starts from nothing."""
        return self._base is None

    def known(self) -> Mapping[str, FileRecord]:
        """What is remembered of every file, by source."""
        return self._known

    def published(self) -> Iterator[Release | Withdrawal]:
        """Everything in the generation it starts from."""
        if self._documents:
            for number in self._numbers.values():
                yield self._documents.record(number)
