"""Anchors: the parts of releases that links lead to, and what is said of links to parts that are not there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from feedsrv.file_record import FileRecord
from feedsrv.problem import Problem, Severity
from feedsrv.release import Release
from feedsrv.text import links
from feedsrv.text.places import anchors


@dataclass
class Anchors:
    """What is met of all that is public: the parts that each text has, and those that its links lead to, by source."""

    _there: dict[str, frozenset[str]] = field(default_factory=dict)
    _sought: dict[str, tuple[tuple[str, str], ...]] = field(default_factory=dict)

    def meet(self, item: Release) -> None:
        """Take in a release whose links are not settled yet."""
        self._there[item.source] = frozenset(anchors(item.body))
        if sought := tuple(dict.fromkeys(links.parts(item.body))):
            self._sought[item.source] = sought

    def problems(self, records: Mapping[str, FileRecord]) -> Iterator[Problem]:
        """The links to parts that are not there, once all files are known and their links lead somewhere."""
        sources = {f"../{records[source].id}": source for source in self._there} if self._sought else {}
        for source, sought in self._sought.items():
            led = {link.address: link for link in records[source].links}
            for address, part in sought:
                link = led.get(address)
                meant = sources.get(link.target) if link else source
                if meant and part not in self._there[meant]:
                    what = f"a link leads to {address}#{part}, and no part of {meant} is called so"
                    remedy = "name a heading of it, in small letters with hyphens for blanks"
                    yield Problem(source, link.line if link else 0, what, remedy, Severity.NOTE, "anchor-missing")
