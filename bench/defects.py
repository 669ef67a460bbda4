"""Defects: what is wrong with the pages of a folder, found as a stranger would who has its files and a browser.

``python -m bench.defects FOLDER`` publishes the folder into a temporary place, opens the page of each release, follows
its links, and compares it with its file. Prints how many pages have a defect of each kind, and on how many of them the
file itself is to blame: a plain reader of its format would show the same, or what it names is not there. What expired
is looked at with ``--at`` a moment before. Nothing is asked of feedsrv but which file a page was made of.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from urllib.parse import unquote, urlsplit

from werkzeug.test import Client

from bench.progress import announce
from bench.shown import Page, plain, words
from bench.written import TEXTS, Written
from feedsrv.files.catalogue import Catalogue
from feedsrv.publishing import publish
from feedsrv.release import Release
from feedsrv.search.whoosh.index import WhooshIndex
from feedsrv.settings import Settings
from feedsrv.web import create_app

_SETTINGS = Settings()
_EXAMPLES = 3
_LEAST_LOST = 8
"""Words that stand nowhere on the page, in lines that are not there, from which on a text counts as lost."""


@dataclass(frozen=True, slots=True)
class Defect:
    """Something wrong with a page; ``is_inherent``: its file is to blame."""

    kind: str
    source: str
    example: str
    is_inherent: bool = False


@dataclass
class Newsroom:
    """What is served, each address asked for once; ``files`` are the names of all files of the folder."""

    client: Client
    files: frozenset[str]
    _statuses: dict[str, int] = field(default_factory=dict)
    _ids: dict[str, set[str] | None] = field(default_factory=dict)

    def page(self, address: str) -> Page | None:
        """The page at an address of our own, None if there is none."""
        parts = urlsplit(address)
        answer = self.client.get(f"{parts.path}?{parts.query}", base_url=_SETTINGS.base_url, follow_redirects=True)
        self._statuses[address] = answer.status_code
        page = Page(address, answer.data) if answer.status_code == 200 else None
        self._ids[address] = page.ids if page and answer.mimetype == "text/html" else None
        return page

    def is_there(self, address: str) -> bool:
        """Whether something answers."""
        if address not in self._statuses:
            self.page(address)
        return self._statuses[address] == 200

    def has_part(self, address: str, fragment: str) -> bool:
        """Whether a fragment leads to a part of what answers, as far as that is a page."""
        ids = self._ids[address]
        return ids is None or fragment in ids or fragment.lower() == "top"

    def said(self, address: str) -> str:
        """The words of a page, as `plain` has them."""
        page = self.page(address)
        return plain("".join(page.words)) if page else ""

    def has_file(self, address: str) -> bool:
        """Whether the folder has a file that is called like an address, or like the page of it."""
        name = PurePosixPath(unquote(urlsplit(address).path)).name
        return not self.files.isdisjoint(plain(f"{name}{ending}") for ending in ("", *TEXTS))


def find(folder: Path, now: datetime) -> tuple[int, Sequence[Defect]]:
    """How many pages were looked at, and what is wrong with them."""
    with TemporaryDirectory(prefix="feedsrv-defects-") as place:
        index = WhooshIndex(Path(place))
        publish(Catalogue(folder), index, now, progress=_progress("reading file"))
        with index.update() as update:
            pages = {record.source: record.id for record in update.published() if isinstance(record, Release)}
        files = frozenset(plain(path.name) for path in folder.rglob("*") if path.is_file())
        newsroom = Newsroom(create_app(index, _SETTINGS).test_client(), files)
        found: list[Defect] = []
        for source in _progress("looking at page")(sorted(pages)):
            written = Written(source, (folder / source).read_bytes())
            found += _of_page(newsroom, written, f"{_SETTINGS.base_url}/releases/{pages[source]}")
    announce("")
    return len(pages), found


def _progress(what: str) -> Callable[[Sequence[str]], Iterator[str]]:
    def progress(sources: Sequence[str]) -> Iterator[str]:
        for number, source in enumerate(sources, 1):
            announce(f"{what} {number:,} of {len(sources):,}")
            yield source

    return progress


def _of_page(newsroom: Newsroom, written: Written, address: str) -> Iterator[Defect]:
    page = newsroom.page(address)
    if page is None:
        yield Defect("no page", written.source, urlsplit(address).path)
        return
    for kind, passage in page.markup():
        yield Defect(f"{kind} in the text", written.source, passage, written.shows(kind, passage))
    yield from _links(page, written, newsroom)
    yield from headings(page, written)
    if page.is_blank:
        yield Defect("an empty body", written.source, "", written.is_text and not any(map(words, written.lines())))
    elif written.is_text:
        yield from _lost(page, written, newsroom)


def _links(page: Page, written: Written, newsroom: Newsroom) -> Iterator[Defect]:
    for address, fragment in page.links():
        if not address.startswith(f"{_SETTINGS.base_url}/"):
            continue
        if not newsroom.is_there(address):
            path = urlsplit(address).path
            is_inherent = not newsroom.has_file(path)
            yield Defect("a dead link", written.source, path, is_inherent)
        elif fragment and not newsroom.has_part(address, fragment):
            yield Defect(
                "a dead anchor",
                written.source,
                f"{urlsplit(address).path}#{fragment}",
                plain(fragment) not in newsroom.said(address),
            )


def headings(page: Page, written: Written) -> Iterator[Defect]:
    """Whether there is one headline, and no level below it is skipped."""
    levels = page.headings()
    if levels.count(1) != 1:
        yield Defect("headlines", written.source, f"{levels.count(1)} of level 1")
    for above, below in pairwise(levels):
        if below > above + 1:
            yield Defect("a level of headings skipped", written.source, f"{below} below {above}")


def _lost(page: Page, written: Written, newsroom: Newsroom) -> Iterator[Defect]:
    for tag in written.tags():
        if plain(tag) and plain(tag) not in page.topics:
            yield Defect("a lost tag", written.source, tag)
    said = " ".join(page.words)
    for medium in written.media():
        name = plain(PurePosixPath(urlsplit(medium.address).path).stem) or plain(medium.address)
        described = " ".join(words(medium.description))
        if name not in page.media and not (described and described in said):
            is_elsewhere = "//" in medium.address or medium.address.startswith("data:")
            yield Defect(
                "a lost medium",
                written.source,
                medium.address,
                not is_elsewhere and not newsroom.has_file(medium.address),
            )
    lost = list(_lost_lines(page, written))
    if sum(len(words(line)) for line in lost) >= _LEAST_LOST:
        for line in lost:
            yield Defect("lost text", written.source, " ".join(line.split())[:80])


def _lost_lines(page: Page, written: Written) -> Iterator[str]:
    """The lines of which most pairs of words are nowhere on the page."""
    there = set(pairwise(page.words))
    for line in written.lines():
        pairs = set(pairwise(words(line)))
        if pairs and len(pairs - there) > len(pairs) / 2:
            yield line


def table(found: Iterable[Defect]) -> Iterator[str]:
    """The lines of a Markdown table: kind, pages, those of them whose files are to blame, examples."""
    by_kind: dict[str, dict[str, list[Defect]]] = defaultdict(lambda: defaultdict(list))
    for defect in found:
        by_kind[defect.kind][defect.source].append(defect)
    yield "| kind | pages | of them as written | examples |"
    yield "| --- | ---: | ---: | --- |"
    for kind, pages in sorted(by_kind.items(), key=lambda item: -len(item[1])):
        blameless = sorted(pages.values(), key=lambda each: all(defect.is_inherent for defect in each))
        inherent = sum(all(defect.is_inherent for defect in each) for each in blameless)
        examples = "; ".join(f"{each[0].source}: {each[0].example}" for each in blameless[:_EXAMPLES])
        yield f"| {kind} | {len(pages)} | {inherent} | {examples} |"


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(prog="python -m bench.defects", description="Count pages with a visible defect.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--at", type=datetime.fromisoformat, default=datetime.now(UTC), help="what is public then")
    parser.add_argument("--all", action="store_true", help="a line for each defect, before the table")
    wanted = parser.parse_args(arguments)
    count, found = find(wanted.folder, wanted.at.astimezone(UTC))
    if wanted.all:
        for defect in found:
            print(f"{defect.source}: {defect.kind}: {defect.example}{' (as written)' if defect.is_inherent else ''}")
    print(f"{len({defect.source for defect in found})} of {count} pages have a defect, ", end="")
    print(f"{len({defect.source for defect in found if not defect.is_inherent})} that is not in their files\n")
    print(*table(found), sep="\n")


if __name__ == "__main__":
    main()
