"""A press release: what was announced, when, in which language, with which files, and who answers questions."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Contact:
    """A person or desk that answers the press; what is not known is empty."""

    name: str = ""
    role: str = ""
    phone: str = ""
    email: str = ""


@dataclass(frozen=True, slots=True)
class Correction:
    """A correction that readers are told of."""

    date: datetime
    text: str


@dataclass(frozen=True, slots=True)
class Membership:
    """That a release is in a topic, and why: the reason is shown to readers and to the press officer."""

    topic: str
    reason: str


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that belongs to a release.

    ``name`` is the last part of its address, ``size`` is in bytes, ``digest`` the SHA-256 of its bytes.
    ``is_shown``: the body shows it, so it is not offered a second time.
    """

    name: str
    media_type: str
    size: int
    digest: str
    is_shown: bool = False


@dataclass(frozen=True, slots=True)
class Release:
    """One press release.

    Every datetime is aware and UTC. ``published`` is None for an undated release; ``updated`` equals
    ``published`` until somebody states a change, and is never the time of a file. ``body`` is sanitised
    HTML whose relative addresses are those of the file; ``text`` is the same as plain text, a paragraph
    a line, without the ``boilerplate``: what is said about the organisation in each of its releases.
    ``picture`` names the attachment that stands for the release. Releases in different languages that have
    one of their ``translation_keys`` in common are translations of each other. ``stated_topics`` are the
    topics that the file itself names, ``-`` in front of one it refuses; ``topics`` those it is in, by
    statement, folder or rule, with the reason.
    """

    id: str
    source: str
    title: str
    language: str
    published: datetime | None = None
    updated: datetime | None = None
    reference: str = ""
    summary: str = ""
    body: str = ""
    text: str = ""
    boilerplate: str = ""
    picture: str = ""
    attachments: tuple[Attachment, ...] = ()
    translation_keys: tuple[str, ...] = ()
    stated_topics: tuple[str, ...] = ()
    topics: tuple[Membership, ...] = ()
    contacts: tuple[Contact, ...] = ()
    corrections: tuple[Correction, ...] = ()
    aliases: tuple[str, ...] = ()

    @property
    def topic_ids(self) -> tuple[str, ...]:
        """The ids of its topics, in the order they were found."""
        return tuple(membership.topic for membership in self.topics)


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """What is left of a release that was public and is no longer: its notice, never its text.

    ``date`` is None where the file says that, but not when. ``is_recent``: feed readers are still told of it, in the
    feeds of its ``topics`` among others.
    """

    id: str
    source: str
    published: datetime | None
    date: datetime | None
    reason: str = ""
    language: str = ""
    topics: tuple[str, ...] = ()
    is_recent: bool = False


def to_json(record: Release | Withdrawal) -> str:
    """A release or a withdrawal as JSON, the same text for the same value always."""
    kind = "release" if isinstance(record, Release) else "withdrawal"
    return json.dumps({kind: asdict(record)}, ensure_ascii=False, separators=(",", ":"), default=datetime.isoformat)


def from_json(text: str | bytes) -> Release | Withdrawal:
    """What `to_json` was given."""
    stored: dict[str, dict[str, Any]] = json.loads(text)
    if withdrawal := stored.get("withdrawal"):
        moments = _moments(withdrawal, "published", "date")
        return Withdrawal(**withdrawal | moments | {"topics": tuple(withdrawal["topics"])})
    release = stored["release"]
    return Release(
        **release
        | _moments(release, "published", "updated")
        | {
            "attachments": tuple(Attachment(**attachment) for attachment in release["attachments"]),
            "translation_keys": tuple(release["translation_keys"]),
            "stated_topics": tuple(release["stated_topics"]),
            "topics": tuple(Membership(**topic) for topic in release["topics"]),
            "contacts": tuple(Contact(**contact) for contact in release["contacts"]),
            "corrections": tuple(
                Correction(datetime.fromisoformat(correction["date"]), correction["text"])
                for correction in release["corrections"]
            ),
            "aliases": tuple(release["aliases"]),
        }
    )


def _moments(stored: Mapping[str, Any], *names: str) -> dict[str, datetime | None]:
    return {name: datetime.fromisoformat(stored[name]) if stored[name] else None for name in names}
