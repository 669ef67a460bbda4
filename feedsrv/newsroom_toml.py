"""newsroom.toml: what stands in it becomes a `Newsroom`, or is named with its line."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit
from zoneinfo import ZoneInfo

from feedsrv import appearance_toml
from feedsrv.appearance import Appearance
from feedsrv.errors import NewsroomInvalid
from feedsrv.newsroom import FILE_NAME, TOPIC_ID, FormerFeed, Newsroom, Topic
from feedsrv.printable import shown
from feedsrv.problem import Problem, Severity


def parse(text: str, path: str = FILE_NAME) -> Newsroom:
    """The newsroom that the text of a newsroom.toml describes.

    Raises NewsroomInvalid, naming every entry that is wrong with its line where one can be told.
    """
    try:
        document = tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # TOMLDecodeError, and what bombs raise
        line = re.search(r"at line (\d+)", str(error))
        problem = Problem(
            path,
            int(line[1]) if line else 0,
            f"this is not TOML: {error}",
            "mend the line; strings stand in quotes, lists in [brackets]",
            Severity.ERROR,
            "newsroom",
        )
        raise NewsroomInvalid([problem]) from error
    reader = _NewsroomReader(path, text)
    newsroom = reader.newsroom(document)
    if reader.problems:
        raise NewsroomInvalid(reader.problems)
    return newsroom


_LANGUAGE_TAG = re.compile(r"[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")
_AUTHORITY = re.compile(r"(?:[a-z0-9._%+-]+@)?[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*")


_ADDRESS = ("/", "http://", "https://")

_LISTS = r"/releases|/topics/[a-z0-9+-]+(?:/\d{4})?|/years/\d{4}|/search"
FEED_ADDRESS = re.compile(rf"(?:{_LISTS})(?:\.(?:atom|rss|json))?(?:\?[!-~]*)?")
"""What names a list of this newsroom or its feed."""
OWN_ADDRESS = re.compile(
    rf"(?:{_LISTS})(?:\.(?:atom|rss|json))?|/topics|/years|/feeds(?:\.opml)?|/favicon\.ico|/robots\.txt"
    r"|/search/help|/suggest|/opensearch\.xml|/sitemap[^/]*\.xml|/health/(?:live|ready)"
)
"""The paths at which this newsroom always has something."""


def line_of(key: str, text: str) -> int:
    """The line of a newsroom.toml in which a setting stands, by the last part of its key; 0 where none does."""
    name = re.escape(key if "/" in key else key.rpartition(".")[2])
    start = re.compile(rf"\s*(?:(?P<quote>[\"']?){name}(?P=quote)\s*=|\[.*\b{name}\s*\])")
    return next((number for number, line in enumerate(text.splitlines(), 1) if start.match(line)), 0)


def _split(address: str) -> SplitResult:
    """The parts of an address; none for what cannot be one."""
    try:
        return urlsplit(address)
    except ValueError:
        return urlsplit("")


class _NewsroomReader:
    """Reads one entry after another and collects what is wrong with them."""

    def __init__(self, path: str, text: str) -> None:
        self._path = path
        self._whole = text
        self._names: dict[str, dict[str, str]] = {}
        self.problems: list[Problem] = []

    def newsroom(self, document: dict[str, Any]) -> Newsroom:
        known: dict[str, Callable[[str, Any], Any]] = {
            "title": self._called,
            "description": self._called,
            "publisher": self._called,
            "contact": self._text,
            "languages": self._languages,
            "timezone": self._timezone,
            "authority": self._authority,
            "since": self._date,
            "day_first": self._flag,
            "reference_languages": self._reference_languages,
            "topics": self._topics,
            "former_feeds": self._former_feeds,
            "appearance": self._appearance,
        }
        values = {}
        for key, value in document.items():
            if key in known:
                values["is_day_first" if key == "day_first" else key] = known[key](key, value)
            else:
                self._complain(key, f"there is no setting {shown(key)}", f"the settings are {', '.join(known)}")
        stated = {key: value for key, value in values.items() if value is not None}
        newsroom = Newsroom(**stated, called=self._names, text=self._whole)
        return newsroom.speaking(newsroom.language)

    def _complain(self, key: str, what: str, remedy: str) -> None:
        problem = Problem(self._path, line_of(key, self._whole), what, remedy, Severity.ERROR, "newsroom")
        self.problems.append(problem)

    def _text(self, key: str, value: Any) -> str | None:
        if isinstance(value, str) and value.isprintable():
            return value.strip() or None
        self._complain(key, f"{key} is {shown(value)}", "write a text in quotes, on one line")
        return None

    def _called(self, key: str, value: Any) -> str | None:
        """What the newsroom is called; where that is said by language it is noted, and the first stands for all."""
        if not isinstance(value, dict):
            return self._text(key, value)
        for language, name in value.items():
            if not _LANGUAGE_TAG.fullmatch(language):
                self._complain(key, f"{shown(language)} is no language tag", f'write {key} = {{ en = "…", fr = "…" }}')
            elif text := self._text(key, name):
                self._names.setdefault(language, {})[key] = text
        return next((names[key] for names in self._names.values() if key in names), None)

    def _flag(self, key: str, value: Any) -> bool | None:
        if isinstance(value, bool):
            return value
        self._complain(key, f"{key} is {shown(value)}", "write true or false")
        return None

    def _texts(self, key: str, value: Any) -> tuple[str, ...]:
        if isinstance(value, list) and all(isinstance(part, str) and part.strip() for part in value):
            return tuple(part.strip() for part in value)
        self._complain(key, f"{key} is {shown(value)}", 'write a list of texts: ["one", "two"]')
        return ()

    def _languages(self, key: str, value: Any) -> tuple[str, ...]:
        languages = self._texts(key, value)
        for language in languages:
            if not _LANGUAGE_TAG.fullmatch(language):
                self._complain(key, f"{shown(language)} is no language tag", 'write tags like "en" or "fr"')
        return tuple(dict.fromkeys(languages))

    def _timezone(self, key: str, value: Any) -> ZoneInfo | None:
        try:
            return ZoneInfo(value)
        except (ValueError, TypeError, AttributeError, OSError, KeyError):  # what ZoneInfo raises for what is no name
            self._complain(key, f"there is no time zone {shown(value)}", 'write a name like "Europe/Paris"')
            return None

    def _authority(self, key: str, value: Any) -> str | None:
        if isinstance(value, str) and _AUTHORITY.fullmatch(value):
            return value
        self._complain(key, f"{shown(value)} is no authority", 'write a domain that you hold, like "press.example.org"')
        return None

    def _date(self, key: str, value: Any) -> date | None:
        if isinstance(value, date) and not isinstance(value, datetime):
            return value
        self._complain(key, f"{key} is {shown(value)}", "write a date without quotes: 2018-03-23")
        return None

    def _reference_languages(self, key: str, value: Any) -> Mapping[str, str] | None:
        if isinstance(value, dict) and all(isinstance(tag, str) for tag in value.values()):
            return {prefix.upper(): tag for prefix, tag in value.items()}
        self._complain(key, f"{key} is {shown(value)}", 'write prefixes with their languages: { PR = "en", CP = "fr" }')
        return None

    def _topics(self, key: str, value: Any) -> Mapping[str, Topic]:
        if not isinstance(value, dict):
            self._complain(key, f"{key} is {shown(value)}", "write a table for each topic: [topics.space]")
            return {}
        topics = {topic_id: self._topic(topic_id, table) for topic_id, table in value.items()}
        taken: dict[str, str] = {}
        for topic in topics.values():
            for alias in topic.aliases:
                if alias in topics or alias in taken:
                    self._complain(
                        topic.id, f"{shown(alias)} names two topics", "let each alias stand with one topic only"
                    )
                taken[alias] = topic.id
            if topic.retired and topic.retired not in topics:
                self._complain(
                    topic.id, f"there is no topic {shown(topic.retired)} to retire to", 'name one, or write ""'
                )
            if topic.id in (ring := Newsroom(topics=topics).successors(topic.id)):
                chain = " → ".join((topic.id, *ring))
                self._complain(topic.id, f"{topic.id} is retired to itself: {chain}", "let one of them live")
        return topics

    def _appearance(self, _key: str, value: Any) -> Appearance:
        return appearance_toml.read(value, self._complain)

    def _former_feeds(self, key: str, value: Any) -> tuple[FormerFeed, ...]:
        if not isinstance(value, dict):
            self._complain(
                key, f"{key} is {shown(value)}", 'write a table: [former_feeds] "/old/rss" = "/releases.rss"'
            )
            return ()
        return tuple(self._former_feed(address, now) for address, now in value.items())

    def _former_feed(self, address: str, now: Any) -> FormerFeed:
        parts = _split(address)
        path = unquote(parts.path).rstrip("/") or "/"
        if not address.startswith(_ADDRESS) or not address.isprintable() or " " in address:
            self._complain(address, f"{shown(address)} is no address", 'write one like "/old/rss.php?id=3"')
        elif OWN_ADDRESS.fullmatch(path) or (path == "/" and not parts.query):
            self._complain(address, f"{shown(address)} is an address of this newsroom", "name one that it has not")
        if not isinstance(now, str) or not FEED_ADDRESS.fullmatch(now):
            remedy = 'name one like "/releases.rss", or a list like "/topics/space"'
            self._complain(address, f"{shown(now)} is no feed of this newsroom", remedy)
            now = ""
        return FormerFeed(path, frozenset(parse_qsl(parts.query, keep_blank_values=True)), now)

    def _topic(self, topic_id: str, table: Any) -> Topic:
        if not TOPIC_ID.fullmatch(topic_id):
            self._complain(topic_id, f"{shown(topic_id)} is no topic id", "write small letters, digits and hyphens")
        if not isinstance(table, dict):
            self._complain(topic_id, f"the topic {topic_id} is {shown(table)}", f"write a table: [topics.{topic_id}]")
            return Topic(topic_id)
        fields = ("label", "match", "not", "aliases", "retired")
        for name in table.keys() - set(fields):
            self._complain(name, f"a topic has no {name!r}", f"it has {', '.join(fields)}")
        texts = {name: self._texts(f"{topic_id}.{name}", table.get(name, [])) for name in ("match", "not", "aliases")}
        for alias in texts["aliases"]:
            if not TOPIC_ID.fullmatch(alias):
                self._complain("aliases", f"{shown(alias)} is no topic id", "write small letters, digits and hyphens")
        retired = table.get("retired")
        return Topic(
            topic_id,
            self._labels(topic_id, table.get("label", {})),
            texts["match"],
            texts["not"],
            texts["aliases"],
            self._retired(topic_id, retired) if retired is not None else None,
        )

    def _retired(self, topic_id: str, value: Any) -> str:
        if isinstance(value, str):
            return value
        self._complain(
            "retired", f"retired is {shown(value)}", f'name the topic that takes the place of {topic_id}, or ""'
        )
        return ""

    def _labels(self, topic_id: str, value: Any) -> Mapping[str, str]:
        if isinstance(value, str):
            return {"": value}
        if isinstance(value, dict) and all(isinstance(label, str) for label in value.values()):
            return value
        self._complain("label", f"the label of {topic_id} is {shown(value)}", 'write label = { en = "Life sciences" }')
        return {}
