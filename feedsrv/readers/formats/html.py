"""HTML -> a document."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape

from lxml import etree
from lxml.html import HtmlElement, HTMLParser, document_fromstring

from feedsrv.readers.document import Block, Document
from feedsrv.readers.entries import Entry
from feedsrv.readers.formats import page_markup
from feedsrv.readers.keys import decides, key_of, of_meta
from feedsrv.text.cleaning import clean
from feedsrv.text.html import as_shown, one_line

_LINES = {"p", "h1", "h2", "h3", "h4", "h5", "h6"}
_WHOLE = {"ul", "ol", "dl", "table", "blockquote", "pre", "figure", "hr", "address", "details"}
_WRAPPERS = {"html", "body", "div", "section", "article", "main", "header", "center", "hgroup", "form"}
_NOT_TEXT = {
    "head", "nav", "aside", "footer", "script", "style", "template", "noscript", "svg", "math",
}  # fmt: skip
_OF_PAGES = {"title", "reference", "id", "guid", "aliases", "permalink", "attachments", "contacts"}
"""Meanings that the names of <meta> do not have, although they are spelled so."""
_TOPICS = "topics"
_ASIDE = {"aside", "footer"}
"""What is no part of the text, and shown all the same."""
_NOT_SHOWN = _NOT_TEXT - _ASIDE
_ROLES = {"navigation", "banner", "search", "complementary", "contentinfo"}
_BESIDE = re.compile(
    r"(?:^|\s)(?:sharedaddy|addtoany\S*|a2a_kit|addthis\S*|breadcrumbs?|skip-link|screen-reader-text"
    r"|(?:jp-|social-|post-)?shar(?:e|ing)(?:-(?:buttons?|links?|bar|this|icons?|tools?))?"
    r"|cookies?(?:-\S+)?|(?:jp-|yarpp-)?related-?(?:posts?|articles?|content|news|links?)?|newsletter-\S+"
    r"|(?:back-)?to-top|pagination\S*|(?:theme-)?edit-this-page|md-content__button)(?:\s|$)",
    re.IGNORECASE,
)
"""Classes of what saved pages have in their text for those who share, subscribe or look around."""
_ANCHOR = re.compile(r"(?:^|\s)(?:headerlink|(?:header|heading)-(?:anchor|link)|anchor(?:-link)?|hash-link)(?:\s|$)")
_BREAK = re.compile(r"(?<=<br>)")


def read(text: str, first_line: int) -> Document:
    """The blocks of the text of an HTML page: of its one article, else its main part, else all of it."""
    try:
        page = document_fromstring(text.encode(), parser=HTMLParser(encoding="utf-8", remove_pis=True))
    except etree.ParserError:  # nothing in it but comments
        return Document(())
    offset = first_line - 1
    for anchor in [link for link in page.iterfind(".//a[@class]") if _is_anchor(link)]:
        anchor.drop_tree()
    main = _text_of(page)
    blocks, of_site = page_markup.own_heading(page, tuple(_blocks(main, offset)))
    title = as_shown(escape(page.findtext(".//title") or ""))
    is_meant = not _is_of_an_office(page) or _is_said(title, blocks)
    of_properties = () if is_meant or not title else (Block(first_line, (escape(title),), "p"),)
    return Document(
        blocks,
        title if is_meant else "",
        (*page_markup.dates(page, main, offset), *_stated(page, offset)),
        (*of_properties, *of_site, *_outside(page, offset)),
    )


def _is_of_an_office(page: HtmlElement) -> bool:
    """Whether Word or its like saved the page: its title is that of its properties then, often a template's."""
    made_by = (
        meta.get("content", "") for meta in page.iterfind(".//meta") if meta.get("name", "").lower() == "generator"
    )
    return any(map(_OFFICE.match, made_by))


def _is_said(title: str, blocks: tuple[Block, ...]) -> bool:
    """Whether a line near the top says the same."""
    return one_line(title).casefold() in {text.casefold() for block in blocks[:_NEAR] for text in block.texts}


_OFFICE = re.compile(r"Microsoft (?:Office )?Word|(?:Libre|Open)Office", re.IGNORECASE)
_NEAR = 10


def _is_anchor(link: HtmlElement) -> bool:
    """Whether a link is the sign beside a heading that leads to it."""
    is_target = link.get("id") or link.get("name") or len(link)
    return not is_target and bool(_ANCHOR.search(link.get("class", ""))) and not re.search(r"\w", link.text or "")


def _is_aside(element: HtmlElement) -> bool:
    """Whether a part is no part of the text, and shown all the same: for those who share, or look around."""
    if not isinstance(element.tag, str) or element.tag in _NOT_SHOWN:
        return False
    is_marked = element.get("role", "").lower() in _ROLES or _BESIDE.search(element.get("class", ""))
    return element.tag in _ASIDE or bool(is_marked)


def _text_of(page: HtmlElement) -> HtmlElement:
    for name in ("article", "main", "*[@role='main']", "body"):
        found = page.findall(f".//{name}")
        if len(found) == 1:
            return found[0]
    return page


def _stated(page: HtmlElement, offset: int) -> Iterator[Entry]:
    """What its language and its <meta> say, by the table of keys; of its tags each has one."""
    tags: list[str] = []
    if language := clean(page.get("lang", "")).strip():
        yield Entry("lang", language, offset + (page.sourceline or 1), "html")
    for meta in page.iterfind(".//meta[@content]"):
        name = of_meta(clean(meta.get("name") or meta.get("property") or "").strip())
        content = clean(meta.get("content", "")).strip()
        key = key_of(name)
        if content and name == _TOPICS:
            tags.append(content)
        elif content and (decides(name) if key is None else key.name not in _OF_PAGES):
            yield Entry(name, content, offset + (meta.sourceline or 1), "meta")
    if tags:
        yield Entry(_TOPICS, tuple(tags), offset + 1, "meta")


def _outside(page: HtmlElement, offset: int) -> Iterator[Block]:
    """What the page shows beside its text, menus apart: a notice may stand there."""
    yield from (block for part in page.iterfind(".//*") if _is_aside(part) for block in _blocks(part, offset))
    text = _text_of(page)
    if text.tag in {"html", "body"}:
        return
    above = set(text.iterancestors())
    for element in above:
        for child in element:
            if child is not text and child not in above and child.tag not in _NOT_SHOWN and not _is_aside(child):
                yield from _blocks(child, offset)


def _blocks(element: HtmlElement, offset: int) -> Iterator[Block]:
    """Its blocks; text between them is a paragraph. libxml2 cuts trees at a depth that recursion can follow."""
    line = offset + (element.sourceline or 1)
    loose = [escape(element.text or "", quote=False)]
    for child in element:
        name = child.tag if isinstance(child.tag, str) else "comment"
        is_aside = _is_aside(child)
        if not is_aside and (name in _LINES or name in _WHOLE or name in _WRAPPERS):
            yield from _paragraph(loose, line)
            loose = []
            line = offset + (child.sourceline or 1)
            if name in _WRAPPERS:
                yield from _blocks(child, offset)
            else:
                yield (
                    Block(line, _parts(_inner(child)), _of_word(child) or name, _id(child))
                    if name in _LINES
                    else Block(line, (_outer(child),))
                )
        elif name not in _NOT_TEXT and not is_aside:
            loose.append(_outer(child))
        loose.append(escape(child.tail or "", quote=False))
    yield from _paragraph(loose, line)


def _of_word(element: HtmlElement) -> str:
    """The tag of a headline that Word wrote as a paragraph of a style; "" for any other element."""
    return "h1" if element.tag == "p" and element.get("class") == "MsoTitle" else ""


def _paragraph(loose: list[str], line: int) -> Iterator[Block]:
    content = "".join(loose)
    if content.strip():
        yield Block(line, _parts(content), "p")


def _parts(content: str) -> tuple[str, ...]:
    return tuple(_BREAK.split(content))


def _id(element: HtmlElement) -> str:
    identity = element.get("id")
    return f' id="{escape(identity)}"' if identity else ""


def _inner(element: HtmlElement) -> str:
    return escape(element.text or "", quote=False) + "".join(
        _outer(child) + escape(child.tail or "", quote=False) for child in element
    )


def _outer(element: HtmlElement) -> str:
    return etree.tostring(element, method="html", encoding="unicode", with_tail=False)
