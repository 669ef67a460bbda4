"""What a page shows: its words, links, media, headings and topics, and markup that stands in it as text."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import unquote, urldefrag, urljoin

from lxml import html

_ELEMENTS = (
    r"a|abbr|b|blockquote|br|code|div|em|figure|font|h[1-6]|hr|i|iframe|img|li|ol|p|pre|span|strong|su[bp]|t[dhr]"
    r"|table|u|ul"
)
MARKUP = {
    "** or __": re.compile(r"(?<![*\s])\*\*(?!\*)|(?<!\*)\*\*(?![*\s])|(?<![\w/])__(?=[^_\s])[^_\n]+__(?!\w)"),
    "~~": re.compile(r"~~(?=\S)[^~\n]+~~"),
    "](": re.compile(r"\]\((?=[^\s)])|\]\[[\w -]*\]"),
    "{{ or {%": re.compile(r"\{\{|\{%"),
    "a fence": re.compile(r"^\s*(?::{3,}|(?:`{3,}|~{3,})\s*[\w-]*\s*$)", re.MULTILINE),
    "an admonition": re.compile(
        r"^\s*(?:!!!|\?\?\?\+?)\s*\w|\[!(?:NOTE|TIP|IMPORTANT|WARNING|CAUTION)\]", re.MULTILINE
    ),
    "[^1]": re.compile(r"\[\^[\w-]+\]"),
    "{: .x} or {#id}": re.compile(r"\{:[^{}\n]*\}|\{[#.][\w-]+[^{}\n]*\}"),
    "a tag": re.compile(rf"</?(?:{_ELEMENTS})\b[^<>\n]*>|<!--|-->", re.IGNORECASE),
    "an entity": re.compile(r"&(?:[a-z]{2,8}|#\d{2,6}|#x[\da-f]{2,6});", re.IGNORECASE),
    ":emoji:": re.compile(r"(?<![\w:/]):[a-z][a-z0-9_+-]{2,40}:(?![\w:/])"),
    "[TOC]": re.compile(r"\[\[?_?TOC_?\]?\]"),
    "# of a heading": re.compile(r"^\s*#{1,6} +\S", re.MULTILINE),
    "a row of a table": re.compile(r"^\s*\|(?:[^|\n]+\|){2,}\s*$", re.MULTILINE),
    "front matter": re.compile(
        r"^\s*(?:(?:draft|layout|permalink|slug|weight) ?[:=] ?\S+|---|\+{3})\s*$", re.MULTILINE
    ),
}
"""What nobody should see of how a text was written, by what the table calls it."""

_BLOCKS = {
    "address", "article", "blockquote", "br", "caption", "dd", "details", "div", "dl", "dt", "figcaption", "figure",
    "footer", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li", "main", "ol", "p", "pre", "section", "summary",
    "table", "td", "th", "tr", "ul",
}  # fmt: skip
_CODE = {"code", "kbd", "pre", "samp"}
_UNSEEN = {"head", "script", "style", "template"}
_ADDRESSES = ("href", "src", "poster", "data")
_AROUND = 12
_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True)
class Page:
    """A page at an address, as a parser of HTML sees it."""

    address: str
    source: bytes

    @cached_property
    def _root(self) -> html.HtmlElement:
        return html.document_fromstring(self.source or b"<html></html>", parser=html.HTMLParser(encoding="utf8"))

    @cached_property
    def _article(self) -> html.HtmlElement:
        """The release, without what leads to others."""
        found = self._root.xpath("//article")
        return found[0] if found else self._root

    @cached_property
    def body(self) -> html.HtmlElement:
        """What stands in the release below its head."""
        found = self._article.xpath(".//*[@class='text']")
        return found[0] if found else self._article

    @cached_property
    def prose(self) -> str:
        """Its headline and its text, without code."""
        headline = self._article.xpath(".//h1")
        return "\n".join("".join(_texts(part, _UNSEEN | _CODE)) for part in (*headline[:1], self.body))

    def markup(self) -> Iterator[tuple[str, str]]:
        """The markup that stands in it as text: of which kind, and with a few signs around it."""
        for kind, pattern in MARKUP.items():
            for found in pattern.finditer(self.prose):
                before, after = self.prose[: found.start()], self.prose[found.end() :]
                around = before.rpartition("\n")[2][-_AROUND:], found[0], after.partition("\n")[0][:_AROUND]
                yield kind, " ".join("".join(around).split())

    @cached_property
    def words(self) -> Sequence[str]:
        """All that can be read in the release or heard of it, word by word."""
        return words(" ".join((*_texts(self._article, _UNSEEN), *self._article.xpath(".//@alt | .//@title"))))

    @property
    def is_blank(self) -> bool:
        """Whether nothing can be seen in the text."""
        return not words("".join(_texts(self.body, _UNSEEN))) and not self.body.xpath(".//img|.//video|.//audio")

    @cached_property
    def media(self) -> str:
        """All addresses that the release shows or leads to, as `plain` has them."""
        return " ".join(plain(value) for name in _ADDRESSES for value in self._article.xpath(f".//@{name}"))

    @cached_property
    def topics(self) -> set[str]:
        """The topics it stands in, by name and by address, as `plain` has them."""
        links = self._article.xpath(".//a[contains(@href, '/topics/')]")
        return {plain(name) for link in links for name in (link.text_content(), link.get("href").rpartition("/")[2])}

    @cached_property
    def ids(self) -> set[str]:
        """What a fragment can lead to."""
        return {*self._root.xpath("//@id | //a/@name")}

    def links(self) -> Iterator[tuple[str, str]]:
        """Where it leads: addresses in full and fragments, each once."""
        found = (value for name in _ADDRESSES for value in self._root.xpath(f"//body//@{name}"))
        for value in dict.fromkeys(map(str.strip, found)):
            try:
                address, fragment = urldefrag(urljoin(self.address, value))
            except ValueError:
                address, fragment = value, ""
            yield address, unquote(fragment)

    def headings(self) -> Sequence[int]:
        """The levels of its headings, in order."""
        return [int(heading.tag[1]) for heading in self._root.xpath("//h1|//h2|//h3|//h4|//h5|//h6")]


def words(text: str) -> Sequence[str]:
    """The words of a text in small letters, however its signs are composed."""
    return _WORD.findall(unicodedata.normalize("NFKC", text).casefold())


def plain(name: str) -> str:
    """A name or an address with nothing but its letters and digits, without accents."""
    letters = unicodedata.normalize("NFKD", unquote(name)).casefold()
    return "".join(letter for letter in letters if letter.isalnum())


def prose_of(fragment: str) -> str:
    """A piece of HTML as it is read, without code."""
    return "".join(_texts(html.fromstring(f"<div>{fragment}</div>"), _UNSEEN | _CODE))


def _texts(element: html.HtmlElement, left_out: set[str]) -> Iterator[str]:
    name = element.tag if isinstance(element.tag, str) else "script"
    if name in left_out:
        yield " "
    else:
        yield "\n" if name in _BLOCKS else ""
        yield element.text or ""
        for child in element:
            yield from _texts(child, left_out)
            yield child.tail or ""
        yield "\n" if name in _BLOCKS else ""
