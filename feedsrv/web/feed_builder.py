"""The feed builder: makes a `Feed` of a list of releases, with everything decided that its renderings write down."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from html import escape
from typing import Any

from feedsrv import __version__
from feedsrv.feeds import Feed, FeedEntry, History, Link, Search, Tombstone
from feedsrv.feeds.formats import Format
from feedsrv.locales import Voice, called, voice_of
from feedsrv.locales.message import Message
from feedsrv.newsroom import Newsroom, Topic
from feedsrv.query import Facet, Hit, Results
from feedsrv.release import Release, Withdrawal
from feedsrv.text.languages import language_name
from feedsrv.web import archives, templating
from feedsrv.web.addresses import Addresses
from feedsrv.web.archives import NO_ARCHIVES, Archives
from feedsrv.web.discovery import OPENSEARCH_TYPE
from feedsrv.web.feed_entries import EntryBuilder
from feedsrv.web.listing import Listing, ListingKind
from feedsrv.web.look import Look


@dataclass(frozen=True, slots=True)
class FeedBuilder:
    """One page of a list, found and about to be rendered in a format; ``hub`` is the WebSub hub's address or "".

    ``members`` are what it holds, which may be more than the ``results`` of the page. ``siblings`` are the
    translations of each release by its id. ``archives`` are those that it leads to, none where it leads to pages.
    ``corrected_from`` is what was asked in place of the question of the list, "" where nothing was.
    """

    listing: Listing
    results: Results
    members: Sequence[Hit | Withdrawal]
    newsroom: Newsroom
    addresses: Addresses
    siblings: Mapping[str, tuple[Release, ...]]
    archives: Archives = NO_ARCHIVES
    hub: str = ""
    corrected_from: str = ""

    def feed(self, format_: Format) -> Feed:
        """It as a feed. Its id is that of the list: every format and every page of it has the same."""
        look = Look(self.newsroom)
        builder = self._entry_builder(format_)
        entries = (*self._farewell(builder), *map(builder.entry, self.members))
        whole = self.addresses.listing(self.listing.subscription)
        tombstones = tuple(self._tombstones(builder))
        return Feed(
            id=self._tag(whole.removeprefix(self.addresses.prefix)),
            url=self._absolute(self.listing, format_),
            home=self._absolute(self.listing.subscription),
            title=self._title(),
            description=self._called.description,
            language=self._language,
            updated=self._newest(entries, tombstones),
            author=builder.publisher,
            author_url=self.addresses.absolute(self.addresses.home),
            generator_version=__version__,
            links=tuple(self._links(format_)),
            entries=entries,
            search=self._search(),
            history=self._history(),
            tombstones=tombstones,
            stylesheet=self.addresses.static(look.feed_stylesheet),
            icon=self._static(look.feed_icon),
            small_icon=self._static(look.small_feed_icon),
            logo=self._static(look.feed_logo),
            is_over=self._retired is not None,
            extension=self._extension() if format_.has_extension else {},
        )

    def _entry_builder(self, format_: Format) -> EntryBuilder:
        return EntryBuilder(
            self._called,
            self.addresses,
            templating.content_for_feeds(self.addresses, self.newsroom),
            self.siblings,
            self._language,
            is_search=self.listing.is_search,
            has_extension=format_.has_extension,
        )

    def _newest(self, entries: Sequence[FeedEntry], tombstones: Sequence[Tombstone]) -> datetime:
        moments = (*(entry.updated for entry in entries), *(tombstone.when for tombstone in tombstones))
        return max(moments, default=self.newsroom.local(self.newsroom.start))

    @property
    def _language(self) -> str:
        """The language of the feed: the only one that is asked for, else the newsroom's first."""
        return self.listing.language or self.newsroom.language

    @property
    def _called(self) -> Newsroom:
        """The newsroom as it is called in the language of the feed."""
        return called(self.newsroom, self._language)

    @property
    def _voice(self) -> Voice:
        """What says the words of the feed itself; those of an entry are in the language of the entry."""
        return voice_of(self._language)

    def _title(self) -> str:
        words = self.listing.in_words(self.newsroom, self._voice)
        if self.listing.is_search:
            return words
        is_everything = self.listing.subscription == Listing()
        of_part = Message("%(name)s: %(part)s", name=self._called.title, part=words)
        whole = self._called.title if is_everything else self._voice.say(of_part)
        return f"{whole}, {archives.title(self.listing.archive, self._voice)}" if self.listing.archive else whole

    def _absolute(self, listing: Listing, format_: Format | None = None) -> str:
        return self.addresses.absolute(self.addresses.listing(listing, format_))

    def _static(self, name: str) -> str:
        """The address of a file that feeds are dressed in; "" where there is none."""
        return self.addresses.absolute(self.addresses.static(name)) if name else ""

    def _tag(self, name: str) -> str:
        """A permanent id (RFC 4151)."""
        return self.newsroom.tag(name, self.addresses.host)

    def _links(self, format_: Format) -> list[Link]:
        """Where the rest of the list is, the hub for feeds that it can be told of, and how to search."""
        links = [
            Link(relation, self._absolute(listing, format_), format_.media_type)
            for relation, listing in (self._history_links() if self.archives.sizes else self._paging())
        ]
        if self.hub and self.listing.is_listed:
            links.append(Link("hub", self.hub))
        if self.listing.is_search:
            links.append(Link("search", self.addresses.absolute(self.addresses.opensearch), OPENSEARCH_TYPE))
        return links

    def _history_links(self) -> Iterator[tuple[str, Listing]]:
        """The way back to the first release (RFC 5005, section 4)."""
        name, whole = self.listing.archive, self.listing.subscription
        if name:
            yield "current", whole
            if after := self.archives.after(name):
                yield "next-archive", replace(whole, archive=after)
        if before := self.archives.before(name) if name else self.archives.newest:
            yield "prev-archive", replace(whole, archive=before)

    def _paging(self) -> Iterator[tuple[str, Listing]]:
        """The other pages (RFC 5005, section 3)."""
        page, pages = self.results.page, self.results.pages
        paging = {"first": 1, "previous": page - 1, "next": page + 1, "last": pages} if pages > 1 else {}
        for relation, number in paging.items():
            if 1 <= number <= pages:
                yield relation, replace(self.listing, page=number)

    def _history(self) -> History | None:
        if self.listing.archive:
            return History.ARCHIVE
        is_all = self.results.pages == 1 and archives.has_archives(self.listing)
        return History.COMPLETE if is_all else None

    def _tombstones(self, builder: EntryBuilder) -> Iterator[Tombstone]:
        """For readers that heed them: beside the entry of what has been withdrawn."""
        for member in self.members:
            if isinstance(member, Withdrawal) and member.date:
                yield Tombstone(builder.id(member), self.newsroom.local(member.date), member.reason)

    def _search(self) -> Search | None:
        results = self.results
        if not self.listing.is_search:
            return None
        return Search(self.listing.text, results.total, (results.page - 1) * results.per_page + 1, results.per_page)

    def _label(self, topic: str) -> str:
        return self.newsroom.topic_label(topic, self._language)

    @property
    def _retired(self) -> Topic | None:
        """The topic of this list, where it is retired."""
        topic = self.newsroom.topics.get(self.listing.topics[0]) if self.listing.kind is ListingKind.TOPIC else None
        return topic if topic and topic.retired is not None else None

    def _farewell(self, builder: EntryBuilder) -> list[FeedEntry]:
        """The entry with which the feed of a retired topic ends: it says where to go."""
        topic = self._retired
        if topic is None or self.listing.page > 1 or self.listing.archive:
            return []
        successor = next(reversed(self.newsroom.successors(topic.id)), "")
        url = self.addresses.absolute(self.addresses.topic(successor) if successor else self.addresses.feeds)
        voice = self._voice
        where = self._label(successor) if successor else Message("the feeds of this newsroom")
        here = self._label(topic.id)
        moments = (builder.updated(hit.release) for hit in self.results.hits)
        sentence = voice.say(
            Message("Nothing more will appear under %(topic)s. Please go on with %(where)s.", topic=here, where=where)
        )
        return [
            FeedEntry(
                id=self._tag(f"/topics/{topic.id}/retired"),
                url=url,
                title=voice.say(Message("This feed has ended")),
                updated=self.newsroom.local(max(moments, default=self.newsroom.start)),
                published=None,
                language=voice.language,
                summary=sentence,
                content=f'<p>{escape(sentence)} <a href="{escape(url)}">{escape(url)}</a></p>',
                author=builder.publisher,
            )
        ]

    def _extension(self) -> Mapping[str, Any]:
        """What a program wants to know of a search beside its hits; see docs of the API."""
        results = self.results
        notes = (*self.listing.question.notes, *results.notes)
        return {
            "about": f"{self.addresses.absolute(self.addresses.feeds)}#programs",
            "total": results.total,
            **({"complete": results.complete} if results.complete < results.total else {}),
            "page": results.page,
            "pages": results.pages,
            "per_page": results.per_page,
            "sort": results.sort.value,
            "understood": self.listing.understood(),
            "did_you_mean": results.did_you_mean,
            **({"corrected_from": self.corrected_from} if self.corrected_from else {}),
            **({"notes": list(map(self._voice.say, notes))} if notes else {}),
            "facets": {name: [self._facet(name, facet) for facet in facets] for name, facets in results.facets.items()},
        }

    def _facet(self, name: str, facet: Facet) -> Mapping[str, Any]:
        match name:
            case "topic":
                label = self._label(facet.value)
            case "lang":
                label = language_name(facet.value)
            case _:
                label = facet.value
        return {"value": facet.value, "label": label, "count": facet.count}
