"""An edition: a list of releases as a feed, with everything decided that its renderings write down."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from html import escape
from typing import Any

from feedsrv import __version__, language
from feedsrv.feeds import Category, Entry, Feed, Link, Search
from feedsrv.feeds.formats import Format
from feedsrv.newsroom import Newsroom, language_name
from feedsrv.query import Facet, Hit, Results
from feedsrv.release import Release
from feedsrv.web import content
from feedsrv.web.addresses import Addresses
from feedsrv.web.listing import Kind, Listing
from feedsrv.web.opensearch import OPENSEARCH_TYPE
from feedsrv.web.static_files import hashed


@dataclass(frozen=True, slots=True)
class Edition:
    """One page of a list, found and about to be rendered in a format.

    ``siblings`` gives the translations of a release by its id; ``hub`` is the WebSub hub's address or "".
    """

    listing: Listing
    results: Results
    newsroom: Newsroom
    addresses: Addresses
    siblings: Callable[[str], tuple[Release, ...]]
    hub: str = ""

    def feed(self, format_: Format) -> Feed:
        """The edition as a feed. Its id is that of the list: every format and every page of it has the same."""
        entries = (*self._farewell(), *map(self._entry, self.results.hits))
        whole = self.addresses.listing(replace(self.listing, page=1, limit=None))
        return Feed(
            id=self._tag(whole.removeprefix(self.addresses.prefix)),
            url=self._absolute(self.listing, format_),
            home=self._absolute(self.listing.subscription),
            title=self._title(),
            description=self.newsroom.description,
            language=self._language,
            updated=max((entry.updated for entry in entries), default=self.newsroom.start),
            author=self._publisher,
            author_url=self.addresses.absolute(self.addresses.home),
            generator_version=__version__,
            links=tuple(self._links(format_)),
            entries=entries,
            search=self._search(),
            stylesheet=self.addresses.static(hashed("feed.css")),
            extension=self._extension(),
        )

    @property
    def _language(self) -> str:
        """The language of the feed: the only one that is asked for, else the newsroom's first."""
        return self.listing.languages[0] if len(self.listing.languages) == 1 else self.newsroom.language

    @property
    def _publisher(self) -> str:
        return self.newsroom.publisher or self.newsroom.title

    def _updated(self, release: Release) -> datetime:
        return release.updated or release.published or self.newsroom.start

    def _title(self) -> str:
        words = self.listing.in_words(self.newsroom)
        if self.listing.kind is Kind.SEARCH:
            return words
        is_everything = self.listing == replace(Listing(), page=self.listing.page, limit=self.listing.limit)
        return self.newsroom.title if is_everything else f"{self.newsroom.title}: {words}"

    def _absolute(self, listing: Listing, format_: Format | None = None) -> str:
        return self.addresses.absolute(self.addresses.listing(listing, format_))

    def _tag(self, name: str) -> str:
        """A permanent id (RFC 4151)."""
        return self.newsroom.tag(name, self.addresses.host)

    def _links(self, format_: Format) -> list[Link]:
        """Paging (RFC 5005, section 3), and the hub for feeds that it can be told of."""
        page, pages = self.results.page, self.results.pages
        paging = {"first": 1, "previous": page - 1, "next": page + 1, "last": pages} if pages > 1 else {}
        links = [
            Link(rel, self._absolute(replace(self.listing, page=number), format_), format_.media_type)
            for rel, number in paging.items()
            if 1 <= number <= pages
        ]
        if self.hub and self.listing.is_listed:
            links.append(Link("hub", self.hub))
        if self.listing.kind is Kind.SEARCH:
            links.append(Link("search", self.addresses.absolute(self.addresses.opensearch), OPENSEARCH_TYPE))
        return links

    def _search(self) -> Search | None:
        results = self.results
        if self.listing.kind is not Kind.SEARCH:
            return None
        return Search(self.listing.text, results.total, (results.page - 1) * results.per_page + 1, results.per_page)

    def _entry(self, hit: Hit) -> Entry:
        release = hit.release
        translations = tuple(map(self._translation, self.siblings(release.id)))
        return Entry(
            id=self._tag(release.id),
            url=self._url(release),
            title=release.title,
            updated=self._updated(release),
            published=release.published,
            language=release.language,
            summary=release.summary,
            content=content.for_feeds(release, self.addresses, self.newsroom),
            author=self._publisher,
            categories=self._categories(release),
            translations=translations,
            extension=self._entry_extension(hit, translations),
        )

    def _url(self, release: Release) -> str:
        return self.addresses.absolute(self.addresses.release(release.id))

    def _translation(self, sibling: Release) -> Link:
        """Not an "alternate": of several, some feed readers open the first and some the last, whatever its language."""
        return Link("related", self._url(sibling), "text/html", sibling.title, sibling.language)

    def _categories(self, release: Release) -> tuple[Category, ...]:
        return tuple(
            Category(
                topic,
                self.newsroom.topic_label(topic, release.language),
                self.addresses.absolute(self.addresses.topic(topic)),
            )
            for topic in release.topic_ids
        )

    def _entry_extension(self, hit: Hit, translations: tuple[Link, ...]) -> Mapping[str, Any]:
        extension: dict[str, Any] = {"release": hit.release.id, "topics": list(hit.release.topic_ids)}
        if translations:
            extension["translations"] = [{"language": link.hreflang, "url": link.href} for link in translations]
        if self.listing.kind is Kind.SEARCH:
            extension["excerpt"] = hit.excerpt
        return extension

    def _farewell(self) -> list[Entry]:
        """The entry with which the feed of a retired topic ends: it says where to go."""
        topic = self.newsroom.topics.get(self.listing.topics[0]) if self.listing.kind is Kind.TOPIC else None
        if topic is None or topic.retired is None or self.listing.page > 1:
            return []
        successor = topic.retired
        url = self.addresses.absolute(self.addresses.topic(successor) if successor else self.addresses.feeds)
        where = self.newsroom.topic_label(successor) if successor else "the feeds of this newsroom"
        sentence = f"Nothing more will appear under {self.newsroom.topic_label(topic.id)}. Please go on with {where}."
        return [
            Entry(
                id=self._tag(f"/topics/{topic.id}/retired"),
                url=url,
                title="This feed has ended",
                updated=max((self._updated(hit.release) for hit in self.results.hits), default=self.newsroom.start),
                published=None,
                language="en",
                summary=sentence,
                content=f'<p>{escape(sentence)} <a href="{escape(url)}">{escape(url)}</a></p>',
                author=self._publisher,
            )
        ]

    def _extension(self) -> Mapping[str, Any]:
        """What a program wants to know of a search beside its hits; see docs of the API."""
        results = self.results
        notes = language.parse(self.listing.text).notes
        return {
            "total": results.total,
            "page": results.page,
            "pages": results.pages,
            "per_page": results.per_page,
            "sort": results.sort.value,
            "understood": self.listing.understood(),
            "did_you_mean": None,
            **({"notes": list(notes)} if notes else {}),
            "facets": {name: [self._facet(name, facet) for facet in facets] for name, facets in results.facets.items()},
        }

    def _facet(self, name: str, facet: Facet) -> Mapping[str, Any]:
        match name:
            case "topic":
                label = self.newsroom.topic_label(facet.value)
            case "lang":
                label = language_name(facet.value)
            case _:
                label = facet.value
        return {"value": facet.value, "label": label, "count": facet.count}
