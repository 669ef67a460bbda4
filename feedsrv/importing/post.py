"""A post: what is to become a release, whatever it was exported or saved as; and the site that it comes from."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import SplitResult, unquote, urljoin, urlsplit

from feedsrv.files.names import is_document, is_download


@dataclass(frozen=True, slots=True)
class Post:
    """A post; ``body`` and ``summary`` are HTML, ``held`` says why it is not public, "" for what is.

    ``guid`` is what feeds know it by, to the letter, and ``link`` where it is. ``opens``: it is scheduled for then.
    ``is_raw``: its body is as an editor left it, with shortcodes, and perhaps with empty lines between paragraphs.
    ``base`` is what relative addresses in it count from, ``gallery`` has the address and the description of each of its
    files.
    """

    guid: str
    link: str
    title: str
    body: str
    summary: str = ""
    slug: str = ""
    published: datetime | None = None
    opens: datetime | None = None
    held: str = ""
    language: str = ""
    topics: tuple[str, ...] = ()
    picture: str = ""
    picture_text: str = ""
    attachments: tuple[str, ...] = ()
    former: tuple[str, ...] = ()
    is_raw: bool = False
    base: str = ""
    gallery: tuple[tuple[str, str], ...] = ()


@dataclass
class Site:
    """The site that posts come from, as a first reading of the file finds it.

    ``page`` is its own address. ``media``: the address and the description of each of its files, by its number;
    ``of_posts`` the numbers of those of a post, by its own. ``addresses`` are the paths of the posts that are carried
    over. ``files`` are to be copied: the address of each, by its path in the folder.
    ``left_out`` counts what is not carried over, by what it is called.
    """

    hosts: set[str] = field(default_factory=set)
    root: str = "/"
    page: str = ""
    media: dict[str, tuple[str, str]] = field(default_factory=dict)
    of_posts: defaultdict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    addresses: set[str] = field(default_factory=set)
    files: dict[str, str] = field(default_factory=dict)
    left_out: Counter[str] = field(default_factory=Counter)

    def own(self, addresses: Iterable[str]) -> None:
        """Let the hosts of these addresses be those of the site."""
        self.hosts.update(filter(None, (_host(split(address)) for address in addresses)))

    def path(self, address: str) -> str:
        """The path of an address of the site, with its parameters: its former address here; "" where there is none."""
        parts = split(address)
        path = parts.path + (f"?{parts.query}" if parts.query else "")
        return path if _host(parts) in self.hosts and path not in {"", self.root} and path.startswith("/") else ""

    def file(self, address: str) -> str:
        """The path in the folder to which a file of the site has to be copied; "" for what is elsewhere, or is none."""
        parts = split(address)
        path = unquote(parts.path).lstrip("/")
        is_within = path.isprintable() and {"", ".", ".."}.isdisjoint(path.split("/"))
        if not is_within or _host(parts) not in self.hosts or not (is_download(path) or is_document(path)):
            return ""
        self.files.setdefault(path, address)
        return path


def joined(base: str, address: str) -> str:
    """An address that may be relative in full; as it is where there is no base, or either is none."""
    try:
        return urljoin(base, address.strip()) if base else address.strip()
    except ValueError:
        return address.strip()


def split(address: str) -> SplitResult:
    """The parts of an address; of what is none, empty ones."""
    try:
        return urlsplit(address.strip())
    except ValueError:  # "http://[": a host that cannot be one
        return urlsplit("")


def _host(parts: SplitResult) -> str:
    return parts.netloc.lower().removeprefix("www.")
