"""Thumbnails: pictures that a release offers to download, small, made once when it is published.

Pillow makes them, where it is installed (``feedsrv[pictures]``), in a child process with limits. What it cannot read
has none.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from hashlib import sha256
from importlib.util import find_spec

from feedsrv.files.dimensions import of_picture
from feedsrv.readers.formats.documents import answered
from feedsrv.release import Attachment, Release, Withdrawal
from feedsrv.search import Content

MOST = 50
"""Of one release."""
LARGEST = 40_000_000
"""Bytes of a picture of which there is one."""
SECONDS = 10
"""How long one may take, however little is computed."""
SMALL = 30_000
"""Bytes of a picture that is its own thumbnail."""

MEDIA_TYPE = "image/webp"
_KINDS = {"image/gif", "image/jpeg", "image/png", "image/webp"}


@dataclass(frozen=True, slots=True)
class _Made:
    """The bytes of a thumbnail."""

    data: bytes

    def served(self) -> Iterator[bytes]:
        yield self.data


@cache
def can_be_made() -> bool:
    """Whether what makes thumbnails is installed."""
    return find_spec("PIL") is not None


def with_thumbnails(
    release: Release | Withdrawal, files: Mapping[str, Content]
) -> tuple[Release | Withdrawal, Mapping[str, Content]]:
    """A release whose ``files`` are at hand, by digest, with the thumbnails of its pictures; and these among its files.

    What its text shows, or stands above it, needs none. It is the same release where nothing can be made.
    """
    if isinstance(release, Withdrawal):
        return release, files
    offered = [item for item in release.attachments if _is_offered(item, release) and item.digest in files][:MOST]
    made = {item.digest: data for item in offered if (data := _made(files[item.digest]))} if can_be_made() else {}
    if not made:
        return release, files
    small = {item: _attachment(item, made[item.digest]) for item in offered if item.digest in made}
    attachments = tuple(replace(item, thumbnail=small.get(item)) for item in release.attachments)
    found = {sha256(data).hexdigest(): _Made(data) for data in made.values()}
    return replace(release, attachments=attachments), {**files, **found}


def _is_offered(item: Attachment, release: Release) -> bool:
    is_seen_anyhow = item.is_shown or item.name == release.picture
    return item.media_type in _KINDS and SMALL < item.size <= LARGEST and not is_seen_anyhow


def _made(content: Content) -> bytes:
    """The bytes of the thumbnail of a picture; none where it has none, or has gone meanwhile."""
    try:
        code, output, _ = answered("thumbnail", b"".join(content.served()), SECONDS)
    except InterruptedError:
        raise
    except OSError:
        return b""
    return output if code == 0 else b""


def _attachment(of: Attachment, small: bytes) -> Attachment:
    width, height = of_picture(small)
    digest = sha256(small).hexdigest()
    return Attachment(of.name, MEDIA_TYPE, len(small), digest, width=width, height=height)
