"""Attribute lists of Markdown, `{: .x }`, `{#id}`, `{.x key=value}`: given to what they belong to, and never shown."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from markdown_it.rules_core import StateCore
from markdown_it.token import Token

LEFT_OUT = "left_out"
"""Where in the environment of a parser it is kept what is not shown as text, with its line."""

_VALUE = r"""(?:"[^"\n]*"|'[^'\n]*'|[^\s"'{}]+)"""
_NAME = r"""[^\s{}"'<>=.#]+"""
_STATED = rf"(?:(?:[.#]{_NAME})+|[\w-]+={_VALUE})"
_LIST = re.compile(rf"\{{(?::(?P<marked>[^{{}}\n]{{0,500}})|(?P<bare>\s*{_STATED}(?:\s+(?:{_STATED}|[\w:-]+))*\s*))\}}")
_ATTRIBUTE = re.compile(rf"(?P<sign>[.#])(?P<name>{_NAME})|(?P<key>[\w-]+)=(?P<value>{_VALUE})")
_TAKEN = {"id", "class", "width", "height"}
_TAKES = {"image", "link_close", "code_inline", "em_close", "strong_close", "s_close", "html_inline"}


def take_attributes(state: StateCore) -> None:
    """Give attribute lists to what they belong to, and take them out of the text."""
    kept: list[Token] = []
    for token in state.tokens:
        if token.type == "inline" and "{" in token.content:
            block = kept[-1] if kept else token
            _of_spans(token, state)
            if found := _at_an_end(token, is_heading=block.type == "heading_open"):
                _give(block, found, state, token)
        kept.append(token)
    state.tokens = list(_without_empty(list(_without_rows(kept))))


def _of_spans(token: Token, state: StateCore) -> None:
    children = token.children or []
    for before, child in pairwise(children):
        found = _LIST.match(child.content) if child.type == "text" and before.type in _TAKES else None
        if found:
            target = _opening(children, before)
            child.content = child.content[found.end() :]
            _give(target, found, state, token)


def _opening(children: Sequence[Token], closing: Token) -> Token:
    """What a closing token closes; itself if it closes nothing."""
    if closing.nesting >= 0:
        return closing
    opening = closing.type.replace("_close", "_open")
    at = next(number for number, child in enumerate(children) if child is closing)
    return next((child for child in reversed(children[:at]) if child.type == opening), closing)


def _at_an_end(token: Token, *, is_heading: bool) -> re.Match[str] | None:
    """The list at the end of a heading's words or of a paragraph, or alone on the first line of it; gone from there."""
    children = token.children or []
    texts = [child for child in children if child.type == "text"]
    for child in texts if is_heading else [child for child in texts if child in (children[-1], children[0])][::-1]:
        for found in _LIST.finditer(child.content):
            is_last = (is_heading or child is children[-1]) and found.end() == len(child.content.rstrip())
            if is_last or (found.start() == 0 and found.end() == len(child.content)):
                child.content = child.content[: found.start()].rstrip() + child.content[found.end() :].rstrip()
                return found
    return None


def _give(target: Token, found: re.Match[str], state: StateCore, where: Token) -> None:
    line = where.map[0] if where.map else 0
    state.env.setdefault(LEFT_OUT, []).append((line, found["marked"] or found["bare"] or ""))
    if target.type == "html_inline":
        return
    for stated in _ATTRIBUTE.finditer(found["marked"] or found["bare"] or ""):
        key = {".": "class", "#": "id"}.get(stated["sign"] or "", (stated["key"] or "").lower())
        value = stated["name"] or stated["value"].strip("\"'")
        if key == "class":
            target.attrJoin(key, value)
        elif key in _TAKEN:
            target.attrSet(key, value)


def _without_rows(tokens: Sequence[Token]) -> Iterator[Token]:
    """The tokens without rows of tables of which an attribute list was all: it stood below its table."""
    row: list[Token] = []
    for token in tokens:
        row.append(token)
        if token.type == "tr_open":
            yield from row[:-1]
            row = [token]
        elif token.type == "tr_close":
            written = "".join(cell.content for cell in row if cell.type == "inline")
            yield from () if _LIST.fullmatch(written.strip()) else row
            row = []
    yield from row


def _without_empty(tokens: Sequence[Token]) -> Iterator[Token]:
    """The tokens without paragraphs of which an attribute list was all."""
    skipped = 0
    for number, token in enumerate(tokens):
        inline = tokens[number + 1] if number + 1 < len(tokens) else None
        if token.type == "paragraph_open" and inline and inline.content and not _says(inline):
            skipped = 3
        if skipped:
            skipped -= 1
        else:
            yield token


def _says(inline: Token) -> bool:
    return any(child.content.strip() or child.type not in {"text", "softbreak"} for child in inline.children or ())
