"""Markdown as people write it (CommonMark, and what is usual beside it) -> a document."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from html import escape
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.rules_core import StateCore
from markdown_it.token import Token

from feedsrv.readers.document import Block, Document
from feedsrv.readers.formats.attributes import LEFT_OUT
from feedsrv.readers.formats.dialects import use_dialects
from feedsrv.readers.formats.templates import LeftOut, resolve

_MOST_COPIED = 2_000_000
_MEANS_SOMETHING = re.compile(r"[\\`*_~\[\]<&\n=+$^]|://")
_BREAKS = {"softbreak", "hardbreak"}
_PLAIN_ADDRESS = re.compile(
    r"(?:https?://[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){1,3})?/(?:[A-Za-z0-9_.~-][A-Za-z0-9_.~/?&=#+,;:!-]*)?"
)
"""One in which nothing has to be encoded."""


class _Parser(MarkdownIt):
    def normalizeLink(self, url: str) -> str:  # noqa: N802
        """The address encoded; most are as they should be, and to look at each character takes long."""
        return url if _PLAIN_ADDRESS.fullmatch(url) else super().normalizeLink(url)


_markdown = _Parser("commonmark", {"html": True})
_without_indented_code = _Parser("commonmark", {"html": True})
_textual = MarkdownIt("commonmark", {"html": False})


def read(text: str, first_line: int, *, has_code_by_indent: bool = True) -> Document:
    """The blocks of a Markdown text; what of it is not shown stands outside of it, for a notice may be there."""
    parser = _markdown if has_code_by_indent else _without_indented_code
    environment: dict[str, Any] = {}
    resolved, left_out = resolve(text)
    blocks = tuple(_blocks(parser.parse(resolved, environment), first_line, environment))
    unshown = (*((one.line, one.text) for one in left_out), *environment.get(LEFT_OUT, ()))
    return Document(
        blocks,
        outside=tuple(_unshown(line + first_line, words) for line, words in unshown),
        left_out=tuple(_told(left_out, first_line)),
    )


def inline(text: str, *, has_html: bool) -> str:
    """A line of Markdown as HTML; without ``has_html``, what looks like a tag is text."""
    return str((_markdown if has_html else _textual).renderInline(text))


def _unshown(line: int, words: str) -> Block:
    return Block(line, tuple(f"{escape(part)}\n" for part in words.strip("\n{}%<>").split("\n")), "p")


def _told(left_out: Sequence[LeftOut], first_line: int) -> Iterator[tuple[int, str]]:
    return ((one.line + first_line, one.text) for one in left_out if one.is_told)


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


def _blocks(tokens: Sequence[Token], first_line: int, environment: dict[str, Any]) -> Iterator[Block]:
    start = depth = 0
    for end, token in enumerate(tokens, 1):
        depth += token.nesting
        if depth:
            continue
        group, start = tokens[start:end], end
        line = first_line + next((token.map[0] for token in group if token.map), 0)
        if group[0].type in {"paragraph_open", "heading_open"}:
            attributes = RendererHTML.renderAttrs(group[0])
            yield Block(line, tuple(_parts(group[1], environment)), group[0].tag, attributes)
        else:
            yield Block(line, (_rendered(group, environment),))


def _parts(inline: Token, environment: dict[str, Any]) -> Iterator[str]:
    part: list[Token] = []
    for child in inline.children or ():
        part.append(child)
        if child.type in _BREAKS:
            yield _rendered(part, environment)
            part = []
    yield _rendered(part, environment)


def _rendered(tokens: Sequence[Token], environment: dict[str, Any]) -> str:
    return str(_markdown.renderer.render(tokens, _markdown.options, environment))


for _parser in (_markdown, _without_indented_code):
    use_dialects(_parser)
    _parser.core.ruler.after("block", "copies", _bound_copies)
    _parser.core.ruler.at("inline", _parse_inline)
_without_indented_code.disable("code")
