"""Entries: releases, and the notices of those that were withdrawn, as feeds and copies carry them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from html import escape
from typing import Any

from feedsrv.feeds import Category, Enclosure, FeedEntry, Link
from feedsrv.locales import voice_of
from feedsrv.locales.message import Message
from feedsrv.newsroom import Newsroom
from feedsrv.query import Hit
from feedsrv.release import Release, Withdrawal
from feedsrv.web.addresses import Addresses


@dataclass(frozen=True, slots=True)
class EntryBuilder:
    """Makes entries; ``language`` is that of a notice which has none of its own.

    ``content`` gives what an entry shows of a release; ``siblings`` are the translations of each by its id.
    ``is_search``: an entry says why it was found. ``has_extension``: it carries what some formats have beside what all
    have.
    """

    newsroom: Newsroom
    addresses: Addresses
    content: Callable[[Release], str]
    siblings: Mapping[str, tuple[Release, ...]]
    language: str
    is_search: bool = False
    has_extension: bool = True

    def entry(self, member: Hit | Withdrawal) -> FeedEntry:
        """The entry of a release or notice; its dates have the newsroom's offset: a day is that day in every reader."""
        made = self._notice(member) if isinstance(member, Withdrawal) else self._entry(member)
        published = made.published and self.newsroom.local(made.published)
        return replace(made, updated=self.newsroom.local(made.updated), published=published)

    @property
    def publisher(self) -> str:
        """Who stands as the author."""
        return self.newsroom.publisher or self.newsroom.title

    def id(self, record: Release | Withdrawal) -> str:
        """The permanent id."""
        return self.newsroom.permanent_id(record.id, record.guid, self.addresses.host)

    def updated(self, release: Release) -> datetime:
        """When a release was last updated, as far as that is known."""
        return release.updated or release.published or self.newsroom.start

    def _entry(self, hit: Hit) -> FeedEntry:
        release = hit.release
        translations = tuple(map(self._translation, self.siblings[release.id]))
        return FeedEntry(
            id=self.id(release),
            url=self._url(release),
            title=release.title,
            updated=self.updated(release),
            published=release.published,
            language=release.language,
            summary=release.summary or release.title,
            content=self.content(release),
            author=self.publisher,
            categories=self._categories(release.topic_ids, release.language),
            image=self._file(release, release.picture) if release.picture else "",
            enclosures=tuple(
                Enclosure(self._file(release, file.name), file.media_type, file.size, file.title or file.name)
                for file in release.attachments
                if not file.is_shown
            ),
            translations=translations,
            source_url=self.addresses.elsewhere(release.source_url),
            extension=self._extension(hit, translations) if self.has_extension else {},
        )

    def _notice(self, withdrawal: Withdrawal) -> FeedEntry:
        """What stands in place of a release that has been withdrawn, for readers that know no tombstones.

        Its headline is not told again.
        """
        voice = voice_of(withdrawal.language or self.language)
        day = voice.day(self.newsroom.day(withdrawal.date)) if withdrawal.date else ""
        withdrawn = Message("This release was withdrawn on %(day)s.", day=day)
        said = voice.say(withdrawn if day else Message("This release was withdrawn."))
        reason = (
            f'<p lang="{withdrawal.language}" dir="auto">{escape(withdrawal.reason)}</p>' if withdrawal.reason else ""
        )
        return FeedEntry(
            id=self.id(withdrawal),
            url=self._url(withdrawal),
            title=voice.say(Message("Withdrawn: %(release)s", release=withdrawal.reference or withdrawal.id)),
            updated=withdrawal.date or withdrawal.published or self.newsroom.start,
            published=withdrawal.published,
            language=voice.language,
            summary=withdrawal.reason or said,
            content=f"<p>{said}</p>{reason}",
            author=self.publisher,
            categories=self._categories(withdrawal.topics, withdrawal.language),
            extension={"release": withdrawal.id, "topics": list(withdrawal.topics)} if self.has_extension else {},
        )

    def _file(self, release: Release, name: str) -> str:
        return self.addresses.absolute(self.addresses.attachment(release.id, name))

    def _url(self, release: Release | Withdrawal) -> str:
        return self.addresses.absolute(self.addresses.release(release.id))

    def _translation(self, sibling: Release) -> Link:
        """Not an "alternate": of several, some feed readers open the first and some the last, whatever its language."""
        return Link("related", self._url(sibling), "text/html", sibling.title, sibling.language)

    def _categories(self, topics: Sequence[str], language: str) -> tuple[Category, ...]:
        return tuple(
            Category(
                topic,
                self.newsroom.topic_label(topic, language),
                self.addresses.absolute(self.addresses.topic(topic)),
            )
            for topic in topics
        )

    def _extension(self, hit: Hit, translations: tuple[Link, ...]) -> Mapping[str, Any]:
        extension: dict[str, Any] = {"release": hit.release.id, "topics": list(hit.release.topic_ids)}
        if translations:
            extension["translations"] = [{"language": link.hreflang, "url": link.href} for link in translations]
        if self.is_search:
            extension["excerpt"] = hit.excerpt
        if hit.is_partial:
            extension["partial"] = True
        return extension
