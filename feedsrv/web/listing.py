"""A listing: a list of releases as an address names it, whichever page of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

from feedsrv.locales import Voice
from feedsrv.locales.message import Message
from feedsrv.newsroom import Newsroom
from feedsrv.query import Query, Sort
from feedsrv.query.parser import NOTHING_ASKED, Parsed
from feedsrv.query.subscription import FEED_SIZE
from feedsrv.query.tree import And, Filter, Node, Or
from feedsrv.text.dates import Period
from feedsrv.text.languages import language_name

PAGE_SIZE = 20

_OR = Message("or")


class ListingKind(StrEnum):
    """What a list is a list of; the value is where it stands, as Flask writes a rule."""

    EVERYTHING = "/releases"
    TOPIC = "/topics/<topics>"
    TOPIC_YEAR = "/topics/<topics>/<year>"
    YEAR = "/years/<year>"
    SEARCH = "/search"


@dataclass(frozen=True, slots=True)
class Listing:
    """A list of releases, cut into pages.

    ``question`` is what the search box holds, read once. ``sort``, ``limit`` and ``corrects`` are None where nothing
    but the usual is asked for, which is another on pages than in feeds. Topics, years and languages are sorted, so that
    one list has one value. ``corrects``: what may have been meant by a question that finds nothing is shown in its
    place, as is usual on pages. ``archive`` names the part of the past that an archive document of its feed holds, see
    `feedsrv.web.archives`. ``as_list``: a search for the number of a release shows what it finds, in place of that one.
    """

    kind: ListingKind = ListingKind.EVERYTHING
    question: Parsed = NOTHING_ASKED
    topics: tuple[str, ...] = ()
    years: tuple[int, ...] = ()
    languages: tuple[str, ...] = ()
    since: Period | None = None
    until: Period | None = None
    sort: Sort | None = None
    page: int = 1
    limit: int | None = None
    archive: str = ""
    corrects: bool | None = None
    as_list: bool = False

    @property
    def text(self) -> str:
        """What the search box holds, as it was typed."""
        return self.question.text

    @property
    def is_search(self) -> bool:
        """Whether it is what a search finds; any other list is named by its path."""
        return self.kind is ListingKind.SEARCH

    @property
    def is_question(self) -> bool:
        """Whether anything is asked for; a search for nothing is an empty form, in whichever language."""
        return not self.is_search or bool(self.text or self.is_filtered or len(self.languages) > 1)

    @property
    def is_filtered(self) -> bool:
        """Whether topics, years or dates narrow it."""
        return bool(self.topics or self.years or self.since or self.until)

    @property
    def language(self) -> str:
        """The only language that is asked for, which its page and its feed speak; "" where none or several are."""
        return self.languages[0] if len(self.languages) == 1 else ""

    @property
    def is_listed(self) -> bool:
        """Whether /feeds may list its feed: searches and joined topics are too many to list."""
        return not self.is_search and len(self.topics) <= 1 and self.limit is None

    @property
    def subscription(self) -> Listing:
        """What a reader of this page subscribes to: the same list from its beginning, in the usual order."""
        return replace(self, page=1, limit=None, sort=None, archive="", corrects=None, as_list=False)

    @property
    def as_search(self) -> Listing:
        """The same list as a search, which can be narrowed by whatever there is."""
        return replace(self, kind=ListingKind.SEARCH, page=1)

    def narrowed(self, topics: tuple[str, ...], years: tuple[int, ...]) -> Listing:
        """The list with these topics and years, from its first page, where such a list stands."""
        kind = self.kind
        if not self.is_search and topics:
            kind = ListingKind.TOPIC_YEAR if years else ListingKind.TOPIC
        elif not self.is_search:
            kind = ListingKind.YEAR if years else ListingKind.EVERYTHING
        return replace(self, kind=kind, topics=topics, years=years, page=1)

    def usual_sort(self, *, in_feed: bool) -> Sort:
        """The order where none is asked for."""
        return Sort.RELEVANCE if self.text and not in_feed else Sort.NEWEST

    def query(self, newsroom: Newsroom, *, in_feed: bool) -> Query:
        """The question to the index. Raises OverflowError for periods at the edges of the calendar."""
        return Query(
            text=self.question.wanted,
            topics=self.topics,
            years=self.years,
            languages=self.languages,
            since=newsroom.midnight(self.since.first) if self.since else None,
            before=newsroom.midnight_after(self.until.last) if self.until else None,
            sort=self.sort or self.usual_sort(in_feed=in_feed),
            page=self.page,
            per_page=self.limit or (FEED_SIZE if in_feed else PAGE_SIZE),
        )

    def understood(self) -> str:
        """The words and the filters in the language of the search box."""
        tree = self.question.tree
        filters = [
            _either([Filter(name, str(value)) for value in values])
            for name, values in (("topic", self.topics), ("year", self.years), ("lang", self.languages))
            if values
        ]
        words = tree.parts if isinstance(tree, And) else (tree,) if tree else ()
        parts = (*words, *filters)
        return str(parts[0] if len(parts) == 1 else And(parts)) if parts else ""

    def in_words(self, newsroom: Newsroom, voice: Voice, kept: str = "") -> str:
        """What the list is, for people: "Life sciences, 2018", "Releases about “mars”, in Science".

        On a page that keeps a language it need not be told, unless it is the newsroom's first, which other pages speak.
        """
        topics = _or((newsroom.topic_label(topic, voice.asked) for topic in self.topics), voice)
        years = _or(map(str, self.years), voice)
        told = () if kept and kept != newsroom.language and self.languages == (kept,) else self.languages
        languages = _or(map(language_name, told), voice)
        if not self.is_search:
            return ", ".join(part for part in (topics, years, languages) if part) or voice.gettext("All releases")
        parts = (
            voice.say(Message("Releases about “%(text)s”", text=self.text) if self.text else Message("Releases")),
            topics and voice.say(Message("in %(topics)s", topics=topics)),
            years,
            self.since and voice.say(Message("from %(date)s", date=self.since.text)),
            self.until and voice.say(Message("to %(date)s", date=self.until.text)),
            languages,
        )
        return ", ".join(part for part in parts if part)


def _either(alternatives: list[Node]) -> Node:
    return alternatives[0] if len(alternatives) == 1 else Or(tuple(alternatives))


def _or(names: Iterable[str], voice: Voice) -> str:
    return f" {voice.say(_OR)} ".join(names)
