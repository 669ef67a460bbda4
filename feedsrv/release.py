"""A press release: what was announced, when, in which language, with which files, and who answers questions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

import msgspec


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
    """That a release is in a topic, and why: the reason is shown to readers and to the press officer.

    Where readers may get it in another language, ``message`` is that of the catalogues which it was made of, filled
    with these ``values``.
    """

    topic: str
    reason: str
    message: str = field(default="", compare=False)
    values: Mapping[str, str] = field(default_factory=dict, compare=False)


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that belongs to a release.

    ``name`` is the last part of its address, ``size`` is in bytes, ``digest`` the SHA-256 of its bytes.
    ``is_shown``: the body shows it, so it is not offered a second time. What the release says of it in front matter is
    plain text: how it is called, what is to be seen on it, what is written below it, and whose work it is. ``width``
    and ``height`` of a picture are in pixels, 0 where they are not known. ``thumbnail`` is it under the same name,
    small; None where there is none.
    """

    name: str
    media_type: str
    size: int
    digest: str
    is_shown: bool = False
    title: str = ""
    description: str = ""
    caption: str = ""
    credit: str = ""
    width: int = 0
    height: int = 0
    thumbnail: Attachment | None = None


@dataclass(frozen=True, slots=True)
class Release:
    """One press release.

    Every datetime is aware and UTC. ``published`` is None for an undated release; ``opened`` is the end of its
    embargo, where that is later; ``updated`` equals ``published`` until somebody states a change, and is never the time
    of a file. ``body`` is sanitised HTML whose relative addresses are those of the file; ``text`` is the same as plain
    text, a paragraph a line, without the ``boilerplate``: what is said about the organisation in each of its releases.
    ``guid`` is the permanent id that the file states for feeds, an absolute URI, or ""; ``source_url`` where it stands
    elsewhere, as a whole where this is but a summary, or "". ``picture`` names the attachment that stands for the
    release. Releases in different languages that have one of their ``translation_keys`` in common are translations of
    each other. ``stated_topics`` are the names of topics as the file writes them, ``-`` in front of one it refuses;
    ``topics`` those it is in, by statement, folder or rule, with the reason. ``is_noindex``: its file asks search
    engines elsewhere to leave it out. ``id_language`` is the language that its id ends in, unless it is the newsroom's
    first, where that is another than ``language``, which letters told; else "".
    """

    id: str
    source: str
    title: str
    language: str
    published: datetime | None = None
    opened: datetime | None = None
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
    guid: str = ""
    source_url: str = ""
    is_noindex: bool = False
    id_language: str = ""

    @property
    def topic_ids(self) -> tuple[str, ...]:
        """The ids of its topics, in the order they were found."""
        return tuple(membership.topic for membership in self.topics)

    @property
    def digests(self) -> frozenset[str]:
        """The digests of its files, thumbnails among them."""
        return frozenset(each.digest for item in self.attachments for each in (item, item.thumbnail) if each)

    @property
    def appeared(self) -> datetime | None:
        """When it could first be seen: lists are in this order, the newest first. None: undated."""
        return self.opened or self.published


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """What is left of a release that was public and is no longer: its notice, never its text.

    ``published``, ``opened``, ``guid``, ``aliases`` and ``id_language`` are those of the release. ``date`` is
    None where the file says that, but not when. ``is_recent``: feed readers are still told of it, in the feeds of its
    ``topics`` among others; where they are told no more, it has none.
    """

    id: str
    source: str
    published: datetime | None
    date: datetime | None
    reason: str = ""
    language: str = ""
    topics: tuple[str, ...] = ()
    is_recent: bool = False
    opened: datetime | None = None
    reference: str = ""
    guid: str = ""
    aliases: tuple[str, ...] = ()
    id_language: str = ""

    @property
    def appeared(self) -> datetime | None:
        """When the release could first be seen; None: undated."""
        return self.opened or self.published


class _Stored(msgspec.Struct, omit_defaults=True, frozen=True):
    """The one of the two that a record is, under its name."""

    release: Release | None = None
    withdrawal: Withdrawal | None = None


class _Source(msgspec.Struct, frozen=True):
    source: str


class _StoredSource(msgspec.Struct, frozen=True):
    """The same, of which nothing else is read."""

    release: _Source | None = None
    withdrawal: _Source | None = None


_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(_Stored)
_source_decoder = msgspec.json.Decoder(_StoredSource)


def to_json(record: Release | Withdrawal) -> bytes:
    """A release or a withdrawal as JSON on one line, the same bytes for the same value always."""
    return _encoder.encode(_Stored(release=record) if isinstance(record, Release) else _Stored(withdrawal=record))


def from_json(stored: bytes) -> Release | Withdrawal:
    """What `to_json` was given. Raises ValueError for anything else."""
    record = _decoder.decode(stored)
    if found := record.release or record.withdrawal:
        return found
    raise ValueError("this is neither a release nor a withdrawal")


def source_of(stored: bytes) -> tuple[str, bool]:
    """The source of what `to_json` was given, and whether it is a withdrawal. Raises ValueError for anything else."""
    record = _source_decoder.decode(stored)
    if found := record.release or record.withdrawal:
        return found.source, record.withdrawal is not None
    raise ValueError("this is neither a release nor a withdrawal")
