"""Markup: HTML from a file -> HTML that is safe to show, and HTML -> plain text.

What comes out of `sanitise` has one spelling (html5ever writes it): tags in small letters, attributes in
double quotes, "<" in a text always escaped. The regular expressions here rely on that.
"""

from __future__ import annotations

import html
import re

import nh3

from feedsrv.text import media
from feedsrv.text.cleaning import clean
from feedsrv.text.places import ADDRESS, ATTRIBUTE, EMPTY, REFERENCE, TAG

_TAGS = {
    "a", "abbr", "address", "article", "aside", "audio", "b", "blockquote", "br", "caption", "cite", "code", "dd",
    "del", "details", "dfn", "div", "dl", "dt", "em", "figcaption", "figure", "footer", "h1", "h2", "h3", "h4", "h5",
    "h6", "header", "hr", "i", "img", "ins", "kbd", "li", "main", "mark", "ol", "p", "pre", "q", "s", "section",
    "small", "source", "strong", "sub", "summary", "sup", "table", "tbody", "td", "tfoot", "th", "thead", "time", "tr",
    "track", "u", "ul", "video",
}  # fmt: skip
_ATTRIBUTES = {
    "*": {"dir", "id", "lang"},
    "a": {"href", "hreflang", "name", "title"},
    "abbr": {"title"},
    "audio": {"controls", "preload"},
    "details": {"open"},
    "img": {"alt", "height", "src", "title", "width"},
    "ol": {"start"},
    "source": {"src", "type"},
    "td": {"colspan", "headers", "rowspan"},
    "th": {"colspan", "rowspan", "scope"},
    "time": {"datetime"},
    "track": {"kind", "label", "src", "srclang"},
    "video": {"controls", "height", "poster", "preload", "width"},
}
_CLASSES = {
    "a": {"footnote-backref"},
    "details": {"admonition"},
    "div": {"admonition"},
    "p": {"admonition-title"},
    "section": {"footnotes"},
    "summary": {"admonition-title"},
    "sup": {"footnote-ref"},
}
"""The classes that the newsroom has a style for: no text takes that of another part of the page."""
_WITHOUT_CONTENT = {"math", "noscript", "script", "select", "style", "svg", "template", "textarea", "title"}
_ELEMENTS = (
    _TAGS
    | media.ELEMENTS
    | _WITHOUT_CONTENT
    | {
        "area", "base", "basefont", "bgsound", "big", "body", "button", "canvas", "center", "col", "colgroup", "data",
        "datalist", "dialog", "dir", "fieldset", "font", "form", "frame", "frameset", "head", "hgroup", "html", "image",
        "input", "isindex", "label", "legend", "link", "listing", "map", "marquee", "menu", "meta", "meter", "nav",
        "nobr", "noembed", "noframes", "optgroup", "option", "output", "param", "plaintext", "progress", "rb", "rp",
        "rt", "rtc", "ruby", "samp", "search", "slot", "span", "strike", "tt", "var", "wbr", "xmp",
    }
)  # fmt: skip
"""The elements of HTML, those that are out of use among them. What a component is called may be one of another
language, and the parser drops what stands in ``<card>``, for MathML has a tag of that name."""
_SCHEMES = {"http", "https", "mailto", "tel"}
_CLEANER = nh3.Cleaner(
    tags=_TAGS,
    attributes=_ATTRIBUTES,
    allowed_classes=_CLASSES,
    clean_content_tags=_WITHOUT_CONTENT | {"iframe", "object"},
    url_schemes=_SCHEMES,
    link_rel=None,
)
_SPELLER = nh3.Cleaner(
    tags=_TAGS | media.ELEMENTS,
    attributes={
        name: _ATTRIBUTES.get(name, set()) | media.ATTRIBUTES.get(name, set())
        for name in _ATTRIBUTES.keys() | media.ATTRIBUTES.keys()
    },
    allowed_classes=_CLASSES,
    clean_content_tags=_WITHOUT_CONTENT,
    generic_attribute_prefixes={"data-"},
    url_schemes=_SCHEMES,
    link_rel=None,
)
"""Makes one spelling of a text with media in it. What comes out of it is not safe: scripts may stand in a frame."""

_ENTITY = re.compile(r"&(?:[a-z]{2,8}|#[0-9]{2,6}|#x[0-9a-f]{2,6});", re.IGNORECASE)
_OF_THE_PAGE = re.compile(r' (id="|href="#)(?=(?:main|masthead-search)"|newsroom-)')
"""What would be an id of the page that shows the text, or lead to it."""
BACK_LINK = re.compile(r'<a(?: [a-z]+="[^"]*")* class="footnote-backref"[^>]*>.*?</a>')
"""Matches the arrow that leads from a footnote back to the text."""
_ASIDE = re.compile(
    rf'<sup(?: id="[^"]*")? class="footnote-ref">.*?</sup>|{BACK_LINK.pattern}|<sup class="footnote-ref"[^>]*>.*?</sup>'
)
"""The number of a footnote, and the arrow that leads back: signs to follow, and no words."""
_HEADING = re.compile(r"<(/?)h([1-6])(?=[ >])")
_NO_CLASS = re.compile(r'(<[a-z0-9]+(?: [a-z]+="[^"]*")*?) class=""')
_PLAIN_LINK = re.compile(r'<a href="[^"<>]*">([^<]*[^\s<][^<]*)</a>')
_PLAIN_TAG = re.compile(r"</?(?:code|em|strong)>")
_PLAIN_ENTITY = re.compile(r"&(?:amp|gt|lt|quot|#x27);")
_STROKE = "\u0338"  # NFC makes another sign of it and the end of a tag before it
_NO_BREAK = "\u00a0\u202f"
_BLANKS = re.compile(r"\s+")
INLINE = {
    "a", "abbr", "b", "cite", "code", "del", "dfn", "em", "i", "img", "ins", "kbd", "mark", "q", "s", "small",
    "strong", "sub", "sup", "time", "u",
}  # fmt: skip
"""The elements that stand within a line."""


def sanitise(source: str) -> str:
    """Safe HTML: no script, no style, no form, links to the web, mail, telephones and relative ones only.

    A picture from elsewhere would tell its host who reads the release: a link with its description stands
    for it, and so it is with frames and films, see `feedsrv.text.media`. A link that leads nowhere is its text,
    or an anchor; an id that the page has itself gets another name.
    """
    source = _without_components(source)
    if media.may_be_in(source):
        source = media.settled(_SPELLER.clean(source))
    safe = clean(EMPTY.sub("", _tidy(_CLEANER.clean(source)))).strip()
    if ' class=""' in safe:
        safe = _NO_CLASS.sub(r"\1", safe)
    return _OF_THE_PAGE.sub(r" \1text-", safe) if "#" in safe or ' id="' in safe else safe


def framed(source: str) -> tuple[str, ...]:
    """The hosts of frames, films and players in HTML from a file for which `sanitise` puts links, each once."""
    if not media.may_be_in(source):
        return ()
    return tuple(dict.fromkeys(filter(None, media.framed(_SPELLER.clean(_without_components(source))))))


def _without_components(source: str) -> str:
    """HTML in which what is no element of it has the name of one that says nothing; drawings have their own names."""
    if _DRAWING.search(source):
        return source
    return _ANY_TAG.sub(lambda tag: tag[0] if tag[2].lower() in _ELEMENTS else f"<{tag[1]}span", source)


_ANY_TAG = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9.:-]*)(?=[\s/>])")
_DRAWING = re.compile(r"<(?:svg|math)\b", re.IGNORECASE)


def in_order(safe: str) -> str:
    """Sanitised HTML whose headings begin below that of the page, and skip no level."""
    above: list[str] = []
    shown: list[int] = []

    def replacement(match: re.Match[str]) -> str:
        if match[1]:
            return f"</h{shown.pop() if shown else match[2]}"
        while above and above[-1] >= match[2]:
            above.pop()
        above.append(match[2])
        shown.append(min(len(above) + 1, 6))
        return f"<h{shown[-1]}"

    return _HEADING.sub(replacement, safe)


def _tidy(safe: str) -> str:
    if "<a" not in safe and "<img" not in safe and "<source" not in safe:
        return safe
    links: list[bool] = []  # for each open <a>, whether it leads anywhere

    def replacement(match: re.Match[str]) -> str:
        if match["name"] == "/a":
            return "</a>" if links and links.pop() else ""
        attributes = dict(ATTRIBUTE.findall(match["attributes"]))
        if match["name"] == "img":
            return _image(match[0], attributes, is_in_link=any(links))
        if match["name"] != "a":
            address = html.unescape(attributes.get(ADDRESS[match["name"]], ""))
            return "" if media.is_elsewhere(address) else match[0]
        leads = bool(attributes.get("href"))
        anchor = attributes.get("id") or attributes.get("name")
        links.append(leads or bool(anchor))
        if anchor and not leads:
            return f'<a id="{anchor}">'
        return match[0].replace(' name="', ' id="') if leads and anchor else match[0] if leads else ""

    return REFERENCE.sub(replacement, safe)


def _image(tag: str, attributes: dict[str, str], *, is_in_link: bool) -> str:
    source = html.unescape(attributes.get("src", "")).strip()
    if source and not media.is_elsewhere(source):
        return tag
    stated = html.unescape(attributes.get("alt", "")).strip()
    if not source or not (stated or media.is_worth_seeing(source, attributes)):
        return html.escape(stated, quote=False)
    description = html.escape(stated or media.in_words(source), quote=False)
    return description if is_in_link else f'<a href="{attributes["src"]}">{description}</a>'


def is_blank(safe: str) -> bool:
    """Whether sanitised HTML shows nothing: neither a word nor a picture."""
    return "<img" not in safe and not to_text(safe)


def to_text(safe: str) -> str:
    """Sanitised HTML as plain text: a paragraph, a heading, a row of a table a line, no space that was not there."""
    return "\n".join(filter(None, map(one_line, _lines(safe))))


def _lines(safe: str) -> list[str]:
    """The lines of a text whose white space is still to be folded."""
    told = _ASIDE.sub("", safe) if "footnote-" in safe else safe
    marked = TAG.sub(_boundary, told.replace("\n", " "))
    return clean(html.unescape(marked)).split("\n")


def _boundary(tag: re.Match[str]) -> str:
    name = tag[1]
    if name == "q":
        return "”" if tag[0].startswith("</") else "“"
    if name in INLINE:
        return ""
    return " " if name in {"br", "td", "th"} else "\n"


def decoded(text: str) -> str:
    """A text that is no HTML with the signs that its entities stand for, each decoded once."""
    return _ENTITY.sub(lambda entity: html.unescape(entity[0]), text)


def one_line(text: str) -> str:
    """The text on one line: its white space, no-break spaces too, folded."""
    return " ".join(text.split())


def as_shown(source: str) -> str:
    """A piece of HTML from a file as plain text on one line, with the no-break spaces that French typography needs.

    Where they are more than one, or stand beside others, they are there for no such reason.
    """
    text = _unmarked(source)
    text = clean(text) if text is not None else " ".join(_lines(sanitise(source)))
    if _NO_BREAK[0] not in text and _NO_BREAK[1] not in text:
        return one_line(text)
    return _BLANKS.sub(lambda run: run[0] if run[0] in _NO_BREAK else " ", text).strip()


def _unmarked(source: str) -> str | None:
    """What is shown of a piece of HTML with such markup alone as Markdown has most; None for any other."""
    has_entities = "&" in source
    if (has_entities and "&" in _PLAIN_ENTITY.sub("", source)) or _STROKE in source:
        return None
    text = _PLAIN_TAG.sub("", _PLAIN_LINK.sub(r"\1", source)) if "<" in source else source
    if "<" in text:
        return None
    return html.unescape(text) if has_entities else text


def words_of(source: str) -> str:
    """A piece of HTML from a file as plain text on one line, its white space folded: to be understood, not shown."""
    return one_line(as_shown(source))


def shorten(text: str, longest: int) -> str:
    """The text, if too long cut at a word, with an ellipsis."""
    if len(text) <= longest:
        return text
    return (text[:longest].rpartition(" ")[0] or text[: longest - 1]).rstrip(" ,;:–—-") + "…"
