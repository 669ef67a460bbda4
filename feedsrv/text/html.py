"""Markup: HTML from a file -> HTML that is safe to show, and HTML -> plain text.

What comes out of `sanitise` has one spelling (html5ever writes it): tags in small letters, attributes in
double quotes, "<" in a text always escaped. The regular expressions here rely on that.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping

import nh3

from feedsrv.text.cleaning import clean

_TAGS = {
    "a", "abbr", "address", "article", "aside", "b", "blockquote", "br", "caption", "cite", "code", "dd", "del",
    "details", "dfn", "div", "dl", "dt", "em", "figcaption", "figure", "footer", "h1", "h2", "h3", "h4", "h5", "h6",
    "header", "hr", "i", "img", "ins", "kbd", "li", "main", "mark", "ol", "p", "pre", "q", "s", "section", "small",
    "strong", "sub", "summary", "sup", "table", "tbody", "td", "tfoot", "th", "thead", "time", "tr", "u", "ul",
}  # fmt: skip
_ATTRIBUTES = {
    "*": {"dir", "lang"},
    "a": {"href", "hreflang", "title"},
    "abbr": {"title"},
    "img": {"alt", "height", "src", "title", "width"},
    "ol": {"start"},
    "td": {"colspan", "headers", "rowspan"},
    "th": {"colspan", "rowspan", "scope"},
    "time": {"datetime"},
}
_CLEANER = nh3.Cleaner(
    tags=_TAGS,
    attributes=_ATTRIBUTES,
    clean_content_tags={
        "iframe", "math", "noscript", "object", "script", "select", "style", "svg", "template", "textarea", "title",
    },
    url_schemes={"http", "https", "mailto", "tel"},
    link_rel=None,
)  # fmt: skip

_ATTRIBUTE = re.compile(r' ([a-z]+)="([^"]*)"')
_LINK_OR_IMAGE = re.compile(r'<(?P<name>/?a|img)(?P<attributes>(?: [a-z]+="[^"]*")*)>')
_EMPTY = re.compile(r'<a(?: [a-z]+="[^"]*")*>\s*</a>|<(p|h[1-6])(?: [a-z]+="[^"]*")*>\s*</\1>')
_ELSEWHERE = re.compile(r"[a-z][a-z0-9+.-]*:|[/\\]{2}", re.IGNORECASE)
_TAG = re.compile(r'</?([a-z0-9]+)(?: [a-z]+="[^"]*")*>')
_NO_BREAK = "\u00a0\u202f"
_BLANKS = re.compile(r"\s+")
_INLINE = {
    "a", "abbr", "b", "cite", "code", "del", "dfn", "em", "i", "img", "ins", "kbd", "mark", "q", "s", "small",
    "strong", "sub", "sup", "time", "u",
}  # fmt: skip


def sanitise(source: str) -> str:
    """Safe HTML: no script, no style, no form, links to the web, mail, telephones and relative ones only.

    A picture from elsewhere would tell its host who reads the release: a link with its description stands
    for it. A link that leads nowhere is its text.
    """
    return clean(_EMPTY.sub("", _tidy(_CLEANER.clean(source)))).strip()


def _tidy(safe: str) -> str:
    if "<a" not in safe and "<img" not in safe:
        return safe
    links: list[bool] = []  # for each open <a>, whether it leads anywhere

    def replacement(match: re.Match[str]) -> str:
        if match["name"] == "/a":
            return "</a>" if links and links.pop() else ""
        attributes = dict(_ATTRIBUTE.findall(match["attributes"]))
        if match["name"] == "img":
            return _image(match[0], attributes, is_in_link=any(links))
        links.append(bool(attributes.get("href")))
        return match[0] if links[-1] else ""

    return _LINK_OR_IMAGE.sub(replacement, safe)


def _image(tag: str, attributes: dict[str, str], *, is_in_link: bool) -> str:
    source = html.unescape(attributes.get("src", "")).strip()
    if source and not _ELSEWHERE.match(re.sub(r"[\t\n\r]", "", source)):
        return tag
    description = html.escape(html.unescape(attributes.get("alt", "")), quote=False)
    if not source or not description.strip() or is_in_link:
        return description
    return f'<a href="{attributes["src"]}">{description}</a>'


def addresses(safe: str) -> Iterator[tuple[str, bool]]:
    """Where the links and pictures of sanitised HTML lead, each with whether it is a picture."""
    for tag in _LINK_OR_IMAGE.finditer(safe):
        attributes = dict(_ATTRIBUTE.findall(tag["attributes"] or ""))
        if address := attributes.get("src" if tag["name"] == "img" else "href"):
            yield html.unescape(address).strip(), tag["name"] == "img"


def relocate(safe: str, places: Mapping[str, str], pictures: Mapping[str, str]) -> str:
    """Sanitised HTML whose links and pictures lead to other places.

    A link that has no new place is left as it is, a picture that has none is its description.
    """

    def replacement(match: re.Match[str]) -> str:
        attributes = dict(_ATTRIBUTE.findall(match["attributes"] or ""))
        is_image = match["name"] == "img"
        old = attributes.get("src" if is_image else "href", "")
        new = (pictures if is_image else places).get(html.unescape(old).strip())
        if new is None:
            return attributes.get("alt", "") if is_image else match[0]
        name = "src" if is_image else "href"
        return match[0].replace(f' {name}="{old}"', f' {name}="{html.escape(new)}"')

    return _EMPTY.sub("", _LINK_OR_IMAGE.sub(replacement, safe)).strip()


def is_blank(safe: str) -> bool:
    """Whether sanitised HTML shows nothing: neither a word nor a picture."""
    return "<img" not in safe and not to_text(safe)


def to_text(safe: str) -> str:
    """Sanitised HTML as plain text: a paragraph, a heading, a row of a table a line, no space that was not there."""
    return "\n".join(filter(None, map(one_line, _lines(safe))))


def _lines(safe: str) -> list[str]:
    """The lines of a text whose white space is still to be folded."""
    marked = _TAG.sub(_boundary, safe.replace("\n", " "))
    return clean(html.unescape(marked)).split("\n")


def _boundary(tag: re.Match[str]) -> str:
    name = tag[1]
    if name in _INLINE:
        return ""
    return " " if name in {"br", "td", "th"} else "\n"


def one_line(text: str) -> str:
    """The text on one line: its white space, no-break spaces too, folded."""
    return " ".join(text.split())


def as_shown(source: str) -> str:
    """A piece of HTML from a file as plain text on one line, with the no-break spaces that French typography needs.

    Where they are more than one, or stand beside others, they are there for no such reason.
    """
    has_markup = "<" in source or "&" in source
    text = " ".join(_lines(sanitise(source))) if has_markup else clean(source)
    if _NO_BREAK[0] not in text and _NO_BREAK[1] not in text:
        return one_line(text)
    return _BLANKS.sub(lambda run: run[0] if run[0] in _NO_BREAK else " ", text).strip()


def words_of(source: str) -> str:
    """A piece of HTML from a file as plain text on one line, its white space folded: to be understood, not shown."""
    return one_line(as_shown(source))


def shorten(text: str, longest: int) -> str:
    """The text, if too long cut at a word, with an ellipsis."""
    if len(text) <= longest:
        return text
    return (text[:longest].rpartition(" ")[0] or text[: longest - 1]).rstrip(" ,;:–—-") + "…"
