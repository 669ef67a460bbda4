"""Addresses: every address the newsroom has, in its one canonical spelling.

They are made of the public base address, never of a request. Methods give paths with the base address's own
path in front ("/press/releases"); `Addresses.absolute` makes an absolute address of one.
"""

from __future__ import annotations

from urllib.parse import quote, quote_plus, urlencode, urlsplit

from feedsrv.feeds.formats import FORMATS, Format
from feedsrv.settings import host_of
from feedsrv.web.listing import Listing, ListingKind

COPIES = ("txt", "json")
"""The endings under which a release can be had as a copy."""


class Addresses:
    """The addresses under one base address, such as https://example.org/press.

    Those of pages and lists keep the ``language`` that the page they stand on was asked for in, "" for none; what
    forms ask, ``search``, does not.
    """

    def __init__(self, base_url: str, language: str = "") -> None:
        self._base_url = base_url
        self.language = language
        self.languages = (language,) if language else ()
        kept = f"lang={quote_plus(language)}" if language else ""
        parts = urlsplit(base_url)
        self.origin = f"{parts.scheme}://{parts.netloc}"
        self.prefix = parts.path
        self.host = host_of(base_url)
        self.home = self.path("/", kept)
        self.search = self.path("/search")
        self.search_help = self.path("/search/help", kept)
        self.search_page = self.path("/search", kept)
        self.topics = self.path("/topics", kept)
        self.years = self.path("/years", kept)
        self.feeds = self.path("/feeds", kept)
        self.opml = self.path("/feeds.opml", kept)
        self.opensearch = self.path("/opensearch.xml", kept)
        self.suggest = self.path("/suggest")
        self.sitemap = self.path("/sitemap.xml")
        self.unpublished = self.path("/unpublished")

    def keeping(self, language: str) -> Addresses:
        """The same addresses as a page has them that was asked for in a language; "" for none."""
        return self if language == self.language else Addresses(self._base_url, language)

    def absolute(self, path: str) -> str:
        """The absolute address of a path that another method gave."""
        return self.origin + path

    def elsewhere(self, url: str) -> str:
        """An absolute address that a file states, "" where it is one of this very newsroom."""
        return "" if host_of(url) == self.host else url

    def path(self, path: str, query: str = "") -> str:
        """A path of the application, which begins with one slash, as clients see it."""
        quoted = quote(path, safe="/+@:")
        return f"{self.prefix}{quoted}?{query}" if query else self.prefix + quoted

    def release(self, release_id: str) -> str:
        """The page of a release."""
        return self.path(f"/releases/{release_id}")

    def copy(self, release_id: str, ending: str) -> str:
        """A copy of a release, by one of `COPIES`. No id has a dot in it (`feedsrv.ids`), so that it is no other's."""
        return self.path(f"/releases/{release_id}.{ending}")

    def sitemap_part(self, part: str) -> str:
        """A part of the sitemap."""
        return self.path(f"/sitemap-{part}.xml")

    def suggestions(self, typed: str) -> str:
        """What is suggested to somebody who has typed that."""
        said = [("lang", language) for language in self.languages]
        return self.path("/suggest", urlencode([*said, ("q", typed)]))

    def attachment(self, release_id: str, name: str, digest: str = "") -> str:
        """A file of a release; with a digest the address of these very bytes, see `version`."""
        return self.path(f"/releases/{release_id}/{name}", f"v={version(digest)}" if digest else "")

    def static(self, name: str) -> str:
        """A static file, by the name that carries its hash."""
        return self.path(f"/static/{name}")

    def topic(self, topic: str, year: int | None = None) -> str:
        """The page of a topic, or of a topic in a year."""
        kind = ListingKind.TOPIC_YEAR if year else ListingKind.TOPIC
        return self.listing(Listing(kind, topics=(topic,), years=(year,) if year else (), languages=self.languages))

    def year(self, year: int) -> str:
        """The page of a year."""
        return self.listing(Listing(ListingKind.YEAR, years=(year,), languages=self.languages))

    def listing(self, listing: Listing, format_: Format | None = None) -> str:
        """The page of a list, or its feed in a format."""
        path, query = self._spelled(listing)
        return f"{path}.{format_.extension}{query}" if format_ else path + query

    def in_formats(self, listing: Listing) -> list[tuple[Format, str]]:
        """The feed of a list in each format."""
        path, query = self._spelled(listing)
        return [(format_, f"{path}.{format_.extension}{query}") for format_ in FORMATS.values()]

    def _spelled(self, listing: Listing) -> tuple[str, str]:
        said = parameters(listing)
        query = "&".join(f"{name}={quote_plus(value)}" for name, value in said)
        return self.path(_path(listing)), f"?{query}" if query else ""


def version(digest: str) -> str:
    """What an address says of the content of a file, so that it may be kept for long."""
    return digest[:8]


def parameters(listing: Listing) -> list[tuple[str, str]]:
    """The parameters of a list's address, sorted by name, without what the path says and what is usual."""
    said = [("lang", language) for language in listing.languages]
    if listing.is_search:
        said += [("topic", topic) for topic in listing.topics]
        said += [("year", str(year)) for year in listing.years]
        said += [
            ("q", listing.text),
            ("from", listing.since.text if listing.since else ""),
            ("to", listing.until.text if listing.until else ""),
            ("sort", listing.sort or ""),
            ("correct", "" if listing.corrects is None else str(int(listing.corrects))),
            ("list", "1" if listing.as_list else ""),
        ]
    if listing.archive:
        return sorted([*said, ("archive", listing.archive)])
    said += [("page", str(listing.page) if listing.page > 1 else ""), ("limit", str(listing.limit or ""))]
    return sorted((name, str(value)) for name, value in said if value)


def _path(listing: Listing) -> str:
    topics, year = "+".join(listing.topics), "".join(map(str, listing.years))
    return listing.kind.replace("<topics>", topics).replace("<year>", year)
