"""What a source file says, found out with simple means: its words, media and tags, whatever feedsrv makes of it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from html import unescape
from pathlib import PurePosixPath
from typing import Any

import yaml
from lxml import etree, html
from markdown_it import MarkdownIt

from bench.shown import prose_of

_MATTER = re.compile(
    r"\A\s*(?:---[^\n]*\n(?P<yaml>.*?)\n---\s*$|\+\+\+[^\n]*\n(?P<toml>.*?)\n\+\+\+\s*$)", re.DOTALL | re.MULTILINE
)
_TAGS = ("tags", "tag", "topics", "topic", "categories", "category", "keywords")
_TOML_TAGS = re.compile(rf"^\s*(?:{'|'.join(_TAGS)})\s*=\s*(\[[^\]]*\]|\"[^\"]*\")", re.MULTILINE)
_SEPARATORS = re.compile(r"\s*[,;|、，；]\s*")
_FILE = r"[^\s\"'<>()|]+\.(?:jpe?g|png|gif|webp|svg|avif|mp4|webm|mov|m4v|mp3|ogg|oga|wav|m4a)"
_SHOWING = r"<(?:img|video|audio|source|iframe|embed|object)\b"
_MEDIA = (
    re.compile(r"!\[(?P<alt>[^\]\n]*)\]\(\s*<?(?P<address>[^\s)>]+)"),
    re.compile(rf"{_SHOWING}[^<>]*?\b(?:data-src|src|data)\s*=\s*[\"'](?P<address>[^\"']+)[^<>]*", re.IGNORECASE),
    re.compile(rf"\{{[{{%][^{{}}]*?(?P<address>{_FILE})[^{{}}]*", re.IGNORECASE),
    re.compile(r"\{\{[<%]\s*(?:youtube|vimeo)\s+(?:id=)?[\"']?(?P<address>[\w-]{6,})[^{}]*"),
)
_ALT = re.compile(r"\balt\s*=\s*(?:\"([^\"]*)\"|'([^']*)')")
_CODE = re.compile(r"^ {0,3}(`{3,}|~{3,})[^\n]*\n(?:.*?^ {0,3}\1|.*)|`[^`\n]+`", re.DOTALL | re.MULTILINE)
_NUMBERED = re.compile(r"^[ \t]*\d+[.)]", re.MULTILINE)
_TEMPLATE = re.compile(r"\{%-?\s*comment\b.*?endcomment[^%]*%\}|\{#\s.*?#\}|\{[{%].*?[}%]\}", re.DOTALL)
_UNSEEN = re.compile(
    r"<!--.*?(?:-->|\Z)|\{:?\s*[.#][^{}\n]*\}"
    r"|<(script|style|svg)\b.*?</\1>|<[a-z/!][^<>]*>|\]\([^()\n]*(?:\([^()\n]*\)[^()\n]*)*\)"
    r"|^\s*\[[^\]\n]+\]:\s*\S+.*?$|^\s*\*\[[^\]\n]+\]:.*?$|^\s*(?:`{3,}|~{3,}|:{3,}|!!!|\?\?\?).*?$"
    r"|:[a-z0-9_+-]+:|(?:https?|mailto):[^\s<>]*",
    re.DOTALL | re.MULTILINE | re.IGNORECASE,
)
"""Markup, addresses, and what nobody is to see, in a text in Markdown."""
_TELLS = {"** or __", "](", "an entity", "a tag", "# of a heading", "a row of a table", "~~"}
"""What CommonMark says of it shows what a generator would do; of the rest, it knows nothing."""
_markdown = MarkdownIt("commonmark").enable(["table", "strikethrough"])
MARKDOWN = {".md", ".markdown", ".mdown", ".mkd", ".mdx"}
TEXTS = {*MARKDOWN, ".txt", ".text", ".html", ".htm", ".xhtml"}


@dataclass(frozen=True, slots=True)
class Medium:
    """A picture, film or sound, or a frame: where it lies, and what is said in its place."""

    address: str
    description: str


@dataclass(frozen=True)
class Written:
    """A source file, ``source`` its path."""

    source: str
    data: bytes

    @property
    def is_text(self) -> bool:
        """Whether it can be read without being converted."""
        return self._ending in TEXTS

    @property
    def _ending(self) -> str:
        return PurePosixPath(self.source).suffix.lower()

    @cached_property
    def text(self) -> str:
        """All of it."""
        try:
            return self.data.decode("utf-8-sig").replace("\r\n", "\n")
        except UnicodeDecodeError:
            return self.data.decode("windows-1252", "replace").replace("\r\n", "\n")

    @cached_property
    def body(self) -> str:
        """What stands below its front matter."""
        return _MATTER.sub("", self.text, count=1)

    @cached_property
    def _stated(self) -> dict[str, Any]:
        found = _MATTER.match(self.text)
        with suppress(yaml.YAMLError):
            loaded = yaml.load(found["yaml"], yaml.BaseLoader) if found and found["yaml"] else {}
            return loaded if isinstance(loaded, dict) else {}
        return {}

    def tags(self) -> Iterator[str]:
        """The tags that its front matter states."""
        nested = self._stated.get("taxonomies")
        for table in (self._stated, nested if isinstance(nested, dict) else {}):
            for key, value in table.items():
                if str(key).lower() in _TAGS:
                    yield from _names(value)
        found = _MATTER.match(self.text)
        for stated in _TOML_TAGS.findall(found["toml"] or "" if found else ""):
            yield from re.findall(r"[\"']([^\"']+)[\"']", stated)

    def media(self) -> Iterator[Medium]:
        """What its text shows beside words."""
        text = _CODE.sub("", self.body)
        for pattern in _MEDIA:
            for found in pattern.finditer(text):
                alt = found.groupdict().get("alt") or "".join(next(iter(_ALT.findall(found[0])), ()))
                yield Medium(found["address"], alt)

    def lines(self) -> Sequence[str]:
        """The lines of its text as far as they are words, without markup and what nobody is to see."""
        if self._ending in TEXTS - MARKDOWN:
            text = _prose_of_page(self.text) if "htm" in self._ending else self.text
        else:
            text = _UNSEEN.sub(" ", _TEMPLATE.sub(" ", _NUMBERED.sub("", self.body)))
        return [unescape(line) for line in text.split("\n") if line.strip()]

    def shows(self, kind: str, passage: str) -> bool:
        """Whether a passage with such markup would be shown by the simplest reader of its format, too."""
        if self._ending not in MARKDOWN:
            return any(passage in " ".join(text.split()) for text in (self.text, unescape(self.text)))
        return kind in _TELLS and passage in " ".join(self._by_commonmark.split())

    @cached_property
    def _by_commonmark(self) -> str:
        return prose_of(_markdown.render(self.body))


def _names(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield from (name for name in _SEPARATORS.split(value) if name.strip())
    elif isinstance(value, list):
        for one in value:
            yield from _names(one.get("label") or one.get("name") if isinstance(one, dict) else one)


def _prose_of_page(text: str) -> str:
    try:
        root = html.document_fromstring(text.encode(), parser=html.HTMLParser(encoding="utf8"))
    except (etree.ParserError, ValueError):
        return ""
    found = root.xpath("//article") or root.xpath("//main | //*[@role='main']") or root.xpath("//body")
    return prose_of(html.tostring(found[0], encoding="unicode")) if found else ""
