"""Markdown (CommonMark with tables and strikethrough) -> a document."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.token import Token

from feedsrv.readers.document import Block, Document

_SHORTCODE = re.compile(r"\{\{<(?:(?!\{\{[<%]).){0,2000}?>\}\}|\{\{%(?:(?!\{\{[<%]).){0,2000}?%\}\}", re.DOTALL)
_SHORTCODE_AS_TARGET = re.compile(r"(?<=\]\()\s*(?:" + _SHORTCODE.pattern + r")[^\s()]*", re.DOTALL)
_MOST_COPIED = 2_000_000
_MEANS_SOMETHING = re.compile(r"[\\`*_~\[\]<&\n]")
_BREAKS = {"softbreak", "hardbreak"}
_markdown = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
_textual = MarkdownIt("commonmark", {"html": False})


def read(text: str, first_line: int) -> Document:
    """The blocks of a Markdown text."""
    return Document(tuple(_blocks(_markdown.parse(_without_shortcodes(text)), first_line)))


def inline(text: str, *, has_html: bool) -> str:
    """A line of Markdown as HTML; without ``has_html``, what looks like a tag is text."""
    return str((_markdown if has_html else _textual).renderInline(text))


def _bound_copies(state: StateCore) -> None:
    """Drop definitions of links that are so long that a few lines would become gigabytes where they are used."""
    references = state.env.get("references", {})
    longest = _MOST_COPIED // (1 + state.src.count("]"))
    for label, stated in list(references.items()):
        if len(stated["href"]) + len(stated["title"]) > longest:
            del references[label]


def _parse_inline(state: StateCore) -> None:
    """Give each text its tokens: what has no sign that means anything is nothing but text, and needs no parser."""
    for token in state.tokens:
        if token.type != "inline":
            continue
        if _MEANS_SOMETHING.search(token.content):
            token.children = []
            state.md.inline.parse(token.content, state.md, state.env, token.children)
        else:
            token.children = [Token("text", "", 0, content=token.content)]


def _without_shortcodes(text: str) -> str:
    """The text without Hugo's shortcodes, on the same lines; a link to one has an empty target."""
    if "{{" not in text:
        return text
    text = _SHORTCODE_AS_TARGET.sub(lambda match: "<>" + "\n" * match[0].count("\n"), text)
    return _SHORTCODE.sub(lambda match: "\n" * match[0].count("\n"), text)


def _blocks(tokens: Sequence[Token], first_line: int) -> Iterator[Block]:
    start = 0
    for end, token in enumerate(tokens, 1):
        if token.level or token.nesting > 0:
            continue
        group, start = tokens[start:end], end
        line = first_line + (group[0].map[0] if group[0].map else 0)
        if group[0].type in {"paragraph_open", "heading_open"}:
            yield Block(line, tuple(_parts(group[1])), group[0].tag)
        else:
            yield Block(line, (_rendered(group),))


def _parts(inline: Token) -> Iterator[str]:
    part: list[Token] = []
    for child in inline.children or ():
        part.append(child)
        if child.type in _BREAKS:
            yield _rendered(part)
            part = []
    yield _rendered(part)


def _rendered(tokens: Sequence[Token]) -> str:
    return str(_markdown.renderer.render(tokens, _markdown.options, {}))


_markdown.core.ruler.after("block", "copies", _bound_copies)
_markdown.core.ruler.at("inline", _parse_inline)
