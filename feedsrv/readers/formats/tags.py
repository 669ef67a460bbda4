"""Tags of templates: what one stands for, by its name and by what its arguments name, in Markdown."""

from __future__ import annotations

import re
from html import escape
from pathlib import PurePosixPath

from markdown_it import MarkdownIt

from feedsrv.text.media_types import ending, media_type

_markdown = MarkdownIt("commonmark", {"html": True})
_ARGUMENT = re.compile(r"""(?:([\w:.-]+)\s*[=:]\s*)?("(?:[^"\\]|\\.)*"|'[^']*'|`[^`]*`|[^\s,|=]+)""")
_NAMED_PICTURE = re.compile(r"img|image|figure|picture|photo", re.IGNORECASE)
_ID = re.compile(r"[\w-]{1,64}")
_NAMING = ("href", "url", "src", "file", "path", "link", "image", "to", "relref")
"""The arguments that name an address; a tag that names a picture stands for it, whatever the tag is called."""
_TITLES = ("title", "heading", "header", "summary", "question")
_FURTHER = ("description", "subtitle", "content", "answer")
_TITLED = re.compile(
    r"(?P<tab>tab(?:-?item|-?panel)?)|(?:accordion|collaps|expand|spoiler|toggle|panel|box|step)[\w-]*|details?|faq"
    r"|notice|admonition|callout|hint|alert|note|tip|info|warning|caution|danger|important",
    re.IGNORECASE,
)
"""The names of tags whose text in quotes stands above what they enclose; ``notice note "Mind the gap"``."""
_LIKE_A_TITLE = re.compile(r"[\sA-ZÀ-Þ]")
_DEFINITIONS = re.compile(r"(?:abbr|abréviation|acronym|glossa|definition|links|refs|references)", re.IGNORECASE)
"""Files of this name have nothing in them that is shown where they are included."""
_NUMBER = re.compile(r"\[?\d")
_REFERENCES = {"ref", "relref", "link", "post_url"}
_FOREIGN = {
    "youtube": "https://www.youtube.com/watch?v={id}",
    "vimeo": "https://vimeo.com/{id}",
    "tweet": "https://twitter.com/{user}/status/{id}",
    "x": "https://x.com/{user}/status/{id}",
    "instagram": "https://www.instagram.com/p/{id}/",
    "gist": "https://gist.github.com/{user}/{id}",
}
"""Where the films and posts stand of which generators show the frame."""


class Tag:
    """A tag with what it names: by a key, or in its place."""

    def __init__(self, name: str, arguments: str) -> None:
        written = _ARGUMENT.findall(arguments)
        found = [(key.lower(), " ".join(value.strip("\"'`").split())) for key, value in written]
        self._named = {key: value for key, value in found if key}
        self._placed = [value for key, value in found if not key]
        quoted = [value.strip("\"'`") for key, value in written if not key and value[0] in "\"'`"]
        self._quoted = quoted[-1] if quoted else ""
        if name == "include" and not _is_text(self._first):
            name, self._placed = PurePosixPath(self._first).stem, self._placed[1:]
        self._name = name

    @property
    def _first(self) -> str:
        return self._placed[0] if self._placed else ""

    def _of(self, *keys: str) -> str:
        return next((self._named[key] for key in keys if self._named.get(key)), "")

    @property
    def address(self) -> str:
        """Where it leads, as a target of a link in Markdown; "" if nowhere."""
        if place := self._foreign():
            return place
        found = self._of(*_NAMING) or next(filter(_is_medium, self._named.values()), self._first)
        return re.sub(r"[\s()<>\"']", lambda sign: f"%{ord(sign[0]):02X}", found)

    @property
    def _is_named(self) -> bool:
        """Whether it says which of its arguments is an address."""
        return bool(self._of(*_NAMING))

    def _foreign(self) -> str:
        if self._name not in _FOREIGN:
            return ""
        user, _, identity = " ".join(self._placed).rpartition(" ")
        names = {"id": self._of("id", "video", "videoid") or identity, "user": self._of("user") or user or "i"}
        is_one = all(map(_ID.fullmatch, filter(None, names.values()))) and names["id"]
        return _FOREIGN[self._name].format_map(names) if is_one else ""

    def as_markdown(self, *, is_alone: bool) -> str:
        """What it stands for, "" for nothing; ``is_alone``: it is a paragraph of its own."""
        address = self.address
        if place := self._foreign():
            host = place.split("/")[2].removeprefix("www.")
            title = self._of("title", "caption")
            return _link(f"{title} ({host})" if title else host, place)
        if self._name == "include" and _is_text(self._first):
            words = PurePosixPath(self._first).stem
            return "" if _DEFINITIONS.match(words) else _link(words, address)
        if self._name in _REFERENCES:
            words = self._of("text", *_TITLES) or self._first or self._of(*_NAMING)
            return _link(words, address) if address else ""
        if media_type(address).startswith(("audio/", "video/")):
            name = media_type(address).partition("/")[0]
            title = escape(self._of("caption", *_TITLES))
            return f'<{name} src="{escape(address)}" title="{title}"></{name}>'
        if address and (
            media_type(address).startswith("image/")
            or (_NAMED_PICTURE.search(self._name) and self._of("src", "file", "image"))
        ):
            return self._picture(address if self._is_named else self._first, is_alone=is_alone)
        return self._said(address)

    def _picture(self, source: str, *, is_alone: bool) -> str:
        """A figure of its own, or a picture in a text: in an element, else it would begin a block of HTML."""
        description = self._of("alt") or next((words for words in self._placed[1:] if not _NUMBER.match(words)), "")
        below = " — ".join(filter(None, (self._of("caption", "title"), self._of("attr", "credit"))))
        image = f'<img src="{escape(source)}" alt="{escape(description)}">'
        if is_alone:
            caption = f"<figcaption>{_markdown.renderInline(below)}</figcaption>" if below else ""
            return f"<figure>{image}{caption}</figure>"
        return f"<span>{image}</span> {below}".rstrip()

    def _said(self, address: str) -> str:
        """The words that it says, as a link if it names an address."""
        words = self._of("text")
        title = self._title
        if words or title:
            shown = words or title
            by = self._of("cite", "author")
            if self._is_named:
                shown = _link(shown, address)
            else:
                shown = f"{shown} — {by}" if by else shown if words else f"<strong>{shown}</strong>"
            return " ".join(filter(None, (shown, self._of(*_FURTHER))))
        return self._of("caption", *_FURTHER)

    @property
    def _title(self) -> str:
        """What stands above what it encloses, or is what it leads to."""
        if stated := self._of("label", *_TITLES):
            return stated
        titled = _TITLED.fullmatch(self._name)
        if not titled:
            return ""
        is_title = titled["tab"] or _LIKE_A_TITLE.search(self._quoted)
        return self._of("name") or (self._quoted if is_title else "")

    def as_opening(self) -> str:
        """The beginning of a link around what it encloses; "" where it does not say where to, or has words itself."""
        has_words = self._of("text") or self._title or _is_medium(self.address)
        return "" if has_words or not self._is_named else f'<a href="{escape(self.address)}">'


def _is_medium(address: str) -> bool:
    return media_type(address).startswith(("audio/", "image/", "video/"))


def _is_text(path: str) -> bool:
    return ending(path) in {".md", ".markdown", ".mdx", ".txt"}


def _link(words: str, address: str) -> str:
    """As HTML, for the tag may stand within such, where Markdown is text."""
    return f'<a href="{escape(address)}">{_markdown.renderInline(words)}</a>'
