"""Leniency: what CommonMark takes for text although its author meant markup, and other readers of Markdown see it.

Strong text beside punctuation (``**Note:**text``), links with blanks in their address or quotes in their title,
and Markdown behind the end of HTML, below a line break of HTML, or in ``<div markdown>``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import groupby
from unicodedata import category

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline, emphasis
from markdown_it.rules_inline.state_inline import Delimiter
from markdown_it.token import Token

_OPENS, _CLOSES = {"Ps", "Pi"}, {"Pe", "Pf"}
_ONLY_OPENS, _ONLY_CLOSES = "<@#¿¡", ">.,:;!?%)…"
_LONGEST_STRONG = 300
_BLOCKS = (
    "address|article|aside|blockquote|div|dl|figure|footer|form|h[1-6]|header|li|main|nav|ol|p|pre|section|table|ul"
)
_BEHIND = re.compile(
    rf"(?P<html>.*(?:</(?:{_BLOCKS})>|^[ ]{{0,3}}<(?:br|hr|img)\b[^<>]*>))[ \t]*\n?"
    rf"(?P<text>[^<\n](?:(?!</?(?:{_BLOCKS})\b).)*)",
    re.DOTALL | re.IGNORECASE | re.MULTILINE,
)
_IS_MARKDOWN = re.compile(r"\]\(|[*_`]")
_WITH_MARKDOWN = re.compile(
    r"<[a-z][\w-]*\b(?:\s[^<>]*)?\smarkdown(?:\s*=\s*[\"']?(?:1|block|span)[\"']?)?(?:\s[^<>]*)?>"
)
_PARENTHESIS = re.compile(
    r"""\(\s*<?(?P<address>
            (?:https?://|mailto:|tel:|\.{0,2}/|\#)(?:[^()<>\n"“]|\([^()<>\n"“]{0,200}\)){0,1000}+
            | \w[^()<>\n":]{0,200}\.[a-z]\w{1,4}
        )>?\s*(?:(?<=\s)["“](?P<title>[^\n]{0,500}?)["”]\s*)?\)""",
    re.IGNORECASE | re.VERBOSE,
)


def be_lenient(parser: MarkdownIt) -> None:
    """Have a parser of CommonMark read what was meant."""
    parser.inline.ruler.at("emphasis", _emphasis)
    parser.inline.ruler2.after("emphasis", "strong_left_over", _pair_what_is_left)
    parser.inline.ruler.after("image", "meant_link", _meant_link)
    parser.block.ruler.before("html_block", "html_with_markdown", _html_with_markdown, {"alt": ["paragraph"]})
    parser.core.ruler.after("block", "behind_html", _parse_behind_html)


def _emphasis(state: StateInline, silent: bool) -> bool:
    """The rule of CommonMark; where a run of stars stands between punctuation and a word, it may open or close."""
    before, known = state.src[state.pos - 1 : state.pos], len(state.delimiters)
    if not emphasis.tokenize(state, silent):
        return False
    after = state.src[state.pos : min(state.pos + 1, state.posMax)]
    for delimiter in state.delimiters[known:]:
        if delimiter.marker == ord("*"):
            delimiter.open |= before.isalnum() and _is_punctuation(after, _CLOSES, _ONLY_CLOSES)
            delimiter.close |= after.isalnum() and _is_punctuation(before, _OPENS, _ONLY_OPENS)
    return True


def _is_punctuation(sign: str, other: set[str], others: str) -> bool:
    """Whether a sign is punctuation, and not of another kind."""
    return bool(sign) and category(sign)[0] in "PS" and category(sign) not in other and sign not in others


def _pair_what_is_left(state: StateInline) -> None:
    """``**Note **text`` is strong, and so is nothing where two stars enclose no word."""
    of_links = (meta["delimiters"] for meta in state.tokens_meta if meta and "delimiters" in meta)
    for delimiters in (state.delimiters, *of_links):
        runs = list(_left(state.tokens, delimiters))
        while len(runs) > 1:
            first, second = runs.pop(0), runs[0]
            if _pair(state.tokens, first, second):
                runs.pop(0)


def _left(tokens: Sequence[Token], delimiters: Sequence[Delimiter]) -> Iterator[Delimiter]:
    """The first signs of the runs of two stars that are nothing but text."""
    stars = [one for one in delimiters if one.marker == ord("*") and tokens[one.token].content == "*"]
    for _, numbered in groupby(enumerate(stars), key=lambda item: item[1].token - item[0]):
        run = [one for _, one in numbered]
        if len(run) == run[0].length == 2:
            yield run[0]


def _pair(tokens: list[Token], first: Delimiter, second: Delimiter) -> bool:
    between = tokens[first.token + 2 : second.token]
    text = "".join(token.content or " " for token in between)
    is_of_words = any(map(str.isalnum, text))
    if sum(token.nesting for token in between) or len(text) > _LONGEST_STRONG:
        return False
    if is_of_words and (not first.open or "break" in between[-1].type or text.endswith(("(", "[", "{"))):
        return False
    for number in (first.token, first.token + 1, second.token, second.token + 1):
        tokens[number].content = ""
    if is_of_words:
        tokens[first.token] = Token("strong_open", "strong", 1, markup="**")
        tokens[second.token] = Token("strong_close", "strong", -1, markup="**")
    return True


def _meant_link(state: StateInline, silent: bool) -> bool:
    """A link or a picture whose address has blanks or no end, or whose title has quotes in it."""
    start = state.pos + (is_picture := state.src.startswith("![", state.pos))
    if state.src[start] != "[" or (end := state.md.helpers.parseLinkLabel(state, start, not is_picture)) < 0:
        return False
    found = _PARENTHESIS.match(state.src, end + 1, state.posMax)
    address = state.md.normalizeLink(re.sub(r"(?<=:)\s+", "", found["address"].strip())) if found else ""
    if not found or not state.md.validateLink(address):
        return False
    if not silent:
        _push(state, state.src[start + 1 : end], address, found["title"] or "", is_picture=is_picture)
    state.pos = found.end()
    return True


def _push(state: StateInline, label: str, address: str, title: str, *, is_picture: bool) -> None:
    children: list[Token] = []
    state.md.inline.parse(label, state.md, state.env, children)
    attributes: dict[str, str | int | float] = {"title": title} if title else {}
    if is_picture:
        token = state.push("image", "img", 0)
        token.attrs, token.children, token.content = {"src": address, "alt": "", **attributes}, children, label
        return
    state.push("link_open", "a", 1).attrs = {"href": address, **attributes}
    state.tokens.extend(children)
    state.tokens_meta.extend([None] * len(children))
    state.push("link_close", "a", -1)


def _html_with_markdown(state: StateBlock, line: int, end: int, silent: bool) -> bool:
    """``<div markdown>``: the tag alone is HTML, and what follows is read (Python-Markdown's ``md_in_html``)."""
    start, last = state.bMarks[line] + state.tShift[line], state.eMarks[line]
    found = _WITH_MARKDOWN.match(state.src, start, last) if state.src.startswith("<", start) else None
    if not found or state.is_code_block(line) or state.src[found.end() : last].strip():
        return False
    if not silent:
        state.line = line + 1
        token = state.push("html_block", "", 0)
        token.map, token.content = [line, state.line], f"{found[0]}\n"
    return True


def _parse_behind_html(state: StateCore) -> None:
    """Read what stands behind the last tag of a block of HTML, or below a line break in it, if it is Markdown."""
    tokens: list[Token] = []
    for token in state.tokens:
        found = _BEHIND.fullmatch(token.content.rstrip()) if token.type == "html_block" else None
        tokens.append(token)
        if found and _IS_MARKDOWN.search(found["text"]):
            token.content = found["html"]
            tokens.extend(_paragraph(found["text"].strip(), token, found["html"].count("\n")))
    state.tokens = tokens


def _paragraph(text: str, html: Token, lines: int) -> Iterator[Token]:
    at = [line + lines for line in html.map] if html.map else None
    yield Token("paragraph_open", "p", 1, map=at, block=True)
    yield Token("inline", "", 0, content=text, map=at, children=[], level=1)
    yield Token("paragraph_close", "p", -1, block=True)
