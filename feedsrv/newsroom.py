"""The newsroom: the editorial settings that live with the releases, in newsroom.toml."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

from feedsrv.appearance import Appearance, Asset, said_in

FILE_NAME = "newsroom.toml"
TITLE, DESCRIPTION = "Newsroom", "Press releases"
"""What a newsroom is called of which newsroom.toml says nothing else."""
TOPIC_ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


@dataclass(frozen=True, slots=True)
class Topic:
    """A subject that releases are about.

    ``labels`` are keyed by language. ``match`` and ``excluding`` are queries in the language of the search box:
    a release is in the topic if one of the first matches its words and none of the second does.
    ``aliases`` are other names that front matter may use and addresses redirect from. ``retired``
    is the topic that took its place, "" where none did, None for a living topic.
    """

    id: str
    labels: Mapping[str, str] = field(default_factory=dict)
    match: tuple[str, ...] = ()
    excluding: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    retired: str | None = None

    def label(self, language: str) -> str:
        """Its name in a language, else in the first that has one; "" where none is stated."""
        return said_in(self.labels, language)


@dataclass(frozen=True, slots=True)
class TopicNames:
    """What the files call topics.

    ``labels`` are by id. ``former`` are ids that no topic has, each with that of the topic which had it while ids were
    made otherwise.
    """

    labels: Mapping[str, str] = field(default_factory=dict)
    former: Mapping[str, str] = field(default_factory=dict)


NO_NAMES = TopicNames()


@dataclass(frozen=True, slots=True)
class FormerFeed:
    """A feed that was elsewhere: its path, without a slash at the end, its parameters, and the address of ours now."""

    path: str
    parameters: frozenset[tuple[str, str]]
    now: str


@dataclass(frozen=True, slots=True)
class Newsroom:
    """The editorial settings; the defaults are a working newsroom.

    ``authority`` and ``since`` make the permanent ids (RFC 4151): a domain or mail address that the publisher
    held on that day. Without an authority the host of the public address is used. ``languages`` are in
    order of preference; empty means any, English first. ``reference_languages`` says which language a
    reference's prefix tells; ``is_day_first`` how 03/04/2018 is read, None: not at all. ``text`` is that of the
    newsroom.toml it was read from. ``called`` is its title, description and publisher in other languages, by language
    and by setting; ``spoken`` the language that they are in here. ``names`` and ``assets``, the files of its
    ``appearance`` by the settings that name them, are known of a newsroom that is published: they follow from what lies
    in the folder.
    """

    title: str = TITLE
    description: str = DESCRIPTION
    publisher: str = ""
    called: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    spoken: str = ""
    contact: str = ""
    languages: tuple[str, ...] = ()
    timezone: ZoneInfo = field(default_factory=lambda: ZoneInfo("UTC"))
    authority: str = ""
    since: date = date(2000, 1, 1)
    is_day_first: bool | None = None
    reference_languages: Mapping[str, str] = field(default_factory=lambda: {"PR": "en", "CP": "fr"})
    topics: Mapping[str, Topic] = field(default_factory=dict)
    former_feeds: tuple[FormerFeed, ...] = ()
    appearance: Appearance = field(default_factory=Appearance)
    text: str = field(default="", compare=False, repr=False)
    names: TopicNames = field(default=NO_NAMES, compare=False, repr=False)
    assets: Mapping[str, Asset] = field(default_factory=dict, compare=False, repr=False)

    def is_published_as(self, other: Newsroom) -> bool:
        """Whether pages and feeds are the same with the other one: neither settings, names nor assets differ."""
        return (self.text, self.names, self.assets) == (other.text, other.names, other.assets)

    @property
    def language(self) -> str:
        """The first language: that of its pages and of whatever tells no other."""
        return self.languages[0] if self.languages else "en"

    def speaking(self, language: str) -> Newsroom:
        """The newsroom as it is called in a language; as it is, where it has no other name in that."""
        own = self.own_language(language) or language
        if own not in self.called:
            return self
        said = self.called[own].get
        return replace(
            self,
            spoken=own,
            title=said("title", self.title),
            description=said("description", self.description),
            publisher=said("publisher", self.publisher),
        )

    def own_language(self, tag: str) -> str:
        """The one of its languages that a tag means, exactly or but for the region; "" if it has none such."""
        folded = tag.replace("_", "-").lower()
        primary = folded.partition("-")[0]
        exact = (language for language in self.languages if language.lower() == folded)
        return next(exact, "") or next((own for own in self.languages if own.partition("-")[0] == primary), "")

    @property
    def start(self) -> datetime:
        """The start date of its ids as a moment: what an undated release carries where a date must stand."""
        return datetime(self.since.year, self.since.month, self.since.day, tzinfo=ZoneInfo("UTC"))

    def tag(self, name: str, host: str) -> str:
        """A permanent id (RFC 4151); ``host`` is that of the public address, for a newsroom without an authority."""
        return f"tag:{self.authority or host},{self.since.isoformat()}:{name}"

    def permanent_id(self, release_id: str, guid: str, host: str) -> str:
        """The id by which feeds know a release, or its withdrawal: what its file states as such, else its `tag`."""
        return guid or self.tag(release_id, host)

    def name_in(self, uri: str) -> str:
        """The name that this `tag` was made of, whichever the host; "" for another URI."""
        authority, _, named = uri.partition(",")
        since, _, name = named.partition(":")
        is_own = authority == f"tag:{self.authority}" if self.authority else authority.startswith("tag:")
        return name if is_own and since == self.since.isoformat() else ""

    def day(self, moment: datetime) -> date:
        """The calendar day of a moment, in the newsroom's time zone."""
        return moment.astimezone(self.timezone).date()

    def local(self, moment: datetime) -> datetime:
        """A moment with the offset that the newsroom's clocks have then, in whole minutes (RFC 3339, 5.6).

        That of a local mean time is rounded up, so that the first moment of a day stays in it.
        """
        offset = moment.astimezone(self.timezone).utcoffset() or timedelta()
        return moment.astimezone(timezone(timedelta(minutes=-(-offset // timedelta(minutes=1)))))

    def clock_time(self, moment: datetime) -> str:
        """A moment as the newsroom's clocks show it: 2018-03-23 10:00 CET."""
        return f"{moment.astimezone(self.timezone):%Y-%m-%d %H:%M %Z}"

    def midnight(self, day: date) -> datetime:
        """The first moment of a day of the newsroom's time zone, as UTC.

        Raises OverflowError for the edges of the calendar.
        """
        return datetime(day.year, day.month, day.day, tzinfo=self.timezone).astimezone(ZoneInfo("UTC"))

    def midnight_after(self, day: date) -> datetime:
        """The first moment after a day, as UTC. Raises OverflowError for the last day of the calendar."""
        return self.midnight(day + timedelta(days=1))

    def topic_id(self, name: str) -> str:
        """The id of the topic that goes by this id or alias; the name itself where none does."""
        if name in self.topics:
            return name
        return next((topic.id for topic in self.topics.values() if name in topic.aliases), name)

    def topic_meant(self, name: str) -> str:
        """The id of the topic that is looked for by this id, alias or former id; the name itself where none is."""
        topic_id = self.topic_id(name)
        return self.names.former.get(topic_id, topic_id)

    def successors(self, topic_id: str) -> tuple[str, ...]:
        """The topics that took the place of a retired one, one after another; none of a living one."""
        found: dict[str, None] = {}
        topic = self.topics.get(topic_id)
        while topic and topic.retired and topic.retired not in found:
            found[topic.retired] = None
            topic = self.topics.get(topic.retired)
        return tuple(found)

    def feed_formerly_at(self, path: str, parameters: Iterable[tuple[str, str]]) -> str:
        """The address of the feed that was at this one; "" if none was. Parameters that told nothing may be there."""
        path, given = path.rstrip("/") or "/", frozenset(parameters)
        former = [feed for feed in self.former_feeds if feed.path == path and feed.parameters <= given]
        return max(former, key=lambda feed: len(feed.parameters)).now if former else ""

    def topic_label(self, topic_id: str, language: str = "") -> str:
        """The name of a topic, in a language or in the newsroom's first.

        Where newsroom.toml states none it is that which most files write, and made from its id where none does.
        """
        topic = self.topics.get(topic_id)
        stated = topic.label(language or self.language) if topic else ""
        return stated or self.names.labels.get(topic_id) or label_of(topic_id)

    def reading_key(self) -> str:
        """What of these settings the reading of a file depends on: when it changes, files are read again."""
        return repr((self.languages, self.timezone.key, self.is_day_first, sorted(self.reference_languages.items())))


def label_of(topic_id: str) -> str:
    """A name for a topic that has none: "life-sciences" is "Life sciences"."""
    words = topic_id.replace("-", " ")
    return words[:1].upper() + words[1:]
