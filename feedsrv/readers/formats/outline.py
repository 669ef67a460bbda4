"""The outline of a Markdown text: ids of its headings, and the table of contents where its author asks for one."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape
from itertools import pairwise
from unicodedata import normalize
from urllib.parse import unquote

from markdown_it.rules_core import StateCore
from markdown_it.token import Token

_TOC = re.compile(r"\[\[?_?TOC_?\]?\]|\$\{toc\}", re.IGNORECASE)
_LISTED_TOC = re.compile(r"[^\n]{1,40}\n\{:\s*toc\b[^{}\n]*\}", re.IGNORECASE)
_NO_LETTER = re.compile(r"[^\w\- ]")


def name_headings(state: StateCore) -> None:
    """Give headings ids, by GitHub's rule where the author gives none."""
    used: dict[str, int] = {}
    for token, inline in pairwise(state.tokens):
        if token.type != "heading_open":
            continue
        name = str(token.attrGet("id") or _NO_LETTER.sub("", _words(inline).lower().strip()).replace(" ", "-"))
        times = used.get(name, 0)
        used[name] = times + 1
        if name:
            token.attrSet("id", f"{name}-{times}" if times else name)


def _words(inline: Token) -> str:
    return "".join(
        " " if child.type.endswith("break") else child.content
        for child in inline.children or ()
        if child.type in {"text", "code_inline", "softbreak", "hardbreak"}
    )


def lead_to_headings(state: StateCore) -> None:
    """Have links within the text lead to its headings by whatever rule a generator made ids of these.

    MkDocs leaves accents out of them, and Hugo has hyphens for apostrophes.
    """
    if "](#" not in state.src:
        return
    ids = [str(token.attrGet("id")) for token in state.tokens if token.type == "heading_open" and token.attrGet("id")]
    named = {_plain(name): name for name in reversed(ids)}
    for link in (child for token in state.tokens for child in token.children or () if child.type == "link_open"):
        mark, part = str(link.attrGet("href"))[:1], unquote(str(link.attrGet("href"))[1:])
        is_there = part in ids or bool(re.search(rf"""(?:id|name)=["']?{re.escape(part)}\b""", state.src))
        if mark == "#" and not is_there and (found := named.get(_plain(part))):
            link.attrSet("href", f"#{found}")


def _plain(name: str) -> str:
    return "".join(filter(str.isalnum, normalize("NFKD", name).casefold()))


def list_contents(state: StateCore) -> None:
    """Put links to the headings where the author asks for a table of contents."""
    tokens = state.tokens
    for number, token in enumerate(tokens):
        if token.type != "inline" or number == 0:
            continue
        if tokens[number - 1].type == "paragraph_open" and _TOC.fullmatch(token.content.strip()):
            first, last = number - 1, number + 2
        elif _LISTED_TOC.fullmatch(token.content) and number > 2 and tokens[number - 3].type.endswith("list_open"):
            first, last = number - 3, number + 4
        else:
            continue
        contents = Token("html_block", "", 0, content=_contents(tokens), map=token.map, block=True)
        state.tokens = [*tokens[:first], contents, *tokens[last:]]
        return


def _contents(tokens: Sequence[Token]) -> str:
    found = [(token, inline) for token, inline in pairwise(tokens) if token.type == "heading_open"]
    top = min((token.tag for token, _ in found), default="")
    if sum(token.tag == top for token, _ in found) == 1 and top == "h1":  # the headline
        found = [(token, inline) for token, inline in found if token.tag != top]
    items = (
        f'<li><a href="#{escape(str(token.attrGet("id")))}">{escape(_words(inline).strip())}</a></li>'
        for token, inline in found
        if token.attrGet("id")
    )
    shown = "".join(items)
    return f"<ul>{shown}</ul>\n" if shown else ""
