"""Dialects of Markdown: what its plugins do not read, as rules that work on the tokens of its parser.

Attribute lists, abbreviations, emoji, and boxes between lines of colons; ids of headings and tables of contents are in
`feedsrv.readers.formats.outline`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from html import escape
from itertools import pairwise

import emoji
from linkify_it import LinkifyIt
from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from mdit_py_plugins.admon import admon_plugin
from mdit_py_plugins.container import container_plugin
from mdit_py_plugins.deflist import deflist_plugin
from mdit_py_plugins.footnote import footnote_plugin
from mdit_py_plugins.subscript import sub_plugin
from mdit_py_plugins.superscript import superscript_plugin

from feedsrv.readers.formats.outline import list_contents, name_headings

LEFT_OUT = "left_out"
"""Where in the environment of a parser it is kept what is not shown as text, with its line."""

_VALUE = r"""(?:"[^"\n]*"|'[^'\n]*'|[^\s"'{}]+)"""
_LIST = re.compile(
    rf"\{{(?::(?P<marked>[^{{}}\n]{{0,500}})|(?P<bare>\s*(?:[.#][\w:-]+|[\w-]+={_VALUE})(?:\s+(?:[.#]?[\w:-]+|[\w-]+={_VALUE}))*\s*))\}}"
)
_ATTRIBUTE = re.compile(rf"""(?P<sign>[.#])(?P<name>[\w:-]+)|(?P<key>[\w-]+)=(?P<value>{_VALUE})""")
_TAKEN = {"id", "class", "width", "height"}
_TAKES = {"image", "link_close", "code_inline", "em_close", "strong_close", "s_close", "html_inline"}
_ABBREVIATION = re.compile(r"\*\[([^\]\n]{1,60})\]:[ \t]*(\S[^\n]{0,300})$")
_MOST_ABBREVIATIONS = 200
_ICON = re.compile(r":(?:material|fontawesome|octicons|simple)-[a-z0-9-]+:")
_MARKED = {"==": "mark", "++": "ins"}
_KEYS = re.compile(r"\+\+([a-z0-9]{1,20}(?:\+[a-z0-9]{1,20}){0,4})\+\+")
_FORMULA = re.compile(r"\$\$\s*([^$]{1,2000}?)\s*\$\$")
_BOX = re.compile(r"\s*\{?\.?(?P<kind>[a-z-]*)\}?(?:\[(?P<title>[^\]]+)\]|\s+(?P<rest>[^{/\s][^{]*))?", re.IGNORECASE)
_LONGEST_LINKIFIED = 20_000
"""Characters of one text in which bare addresses are looked for: the search takes the square of them."""


def use_dialects(parser: MarkdownIt) -> None:
    """Teach a parser of CommonMark all that is written as Markdown elsewhere."""
    parser.enable(["table", "strikethrough"])
    parser.options.update({"tasklists": True, "alerts": True, "linkify": True})
    parser.linkify = _Addresses()
    parser.enable("linkify")
    for plugin in (footnote_plugin, deflist_plugin, admon_plugin, sub_plugin, superscript_plugin):
        plugin(parser)
    parser.add_render_rule("footnote_block_open", lambda *_: '<section class="footnotes">\n<ol>\n')
    container_plugin(parser, "box", validate=lambda *_: True, render=_box)
    parser.block.ruler.before("reference", "abbreviation", _abbreviation, {"alt": ["paragraph", "reference"]})
    parser.inline.ruler.before("emphasis", "marked", _marked)
    for rule in (_box_alerts, _take_attributes, _mark_tasks, _explain, _show_emoji, name_headings, list_contents):
        parser.core.ruler.push(rule.__name__, rule)


class _Addresses(LinkifyIt):  # type: ignore[misc]  # it has no types
    """Bare addresses that say so: with a scheme, with "www.", or of a mailbox; ``readme.md`` is none."""

    def pretest(self, text: str) -> bool:
        """Asked of each paragraph: what the library looks for takes as long as all else of reading Markdown."""
        return "://" in text or "@" in text or "www." in text.lower()

    def test(self, text: str) -> bool:
        return self.pretest(text) and len(text) <= _LONGEST_LINKIFIED and bool(super().test(text))

    def match(self, text: str) -> list[object] | None:
        found = super().match(text) or []
        return [one for one in found if one.schema or one.raw.lower().startswith("www.")] or None


def _box(renderer: object, tokens: Sequence[Token], index: int, *_: object) -> str:
    token = tokens[index]
    if token.nesting < 0:
        return "</div>\n"
    said = _BOX.match(token.info)
    kind = said["kind"].lower() if said else ""
    title = (said["title"] or said["rest"] or "").strip().strip('"') if said else ""
    shown = f'<p class="admonition-title">{escape(title)}</p>\n' if title else ""
    return f'<div class="admonition {escape(kind)}">\n{shown}'


def _box_alerts(state: StateCore) -> None:
    """GitHub's alerts are boxes like all others."""
    for token in state.tokens:
        if token.type in {"alert_open", "alert_title_open"}:
            token.attrs["class"] = "admonition" if token.type == "alert_open" else "admonition-title"


def _abbreviation(state: StateBlock, line: int, _last: int, silent: bool) -> bool:
    start, end = state.bMarks[line] + state.tShift[line], state.eMarks[line]
    if not state.src.startswith("*[", start) or not (found := _ABBREVIATION.match(state.src[start:end])):
        return False
    if not silent:
        state.env.setdefault("abbreviations", {}).setdefault(found[1].strip(), found[2].strip())
        state.env.setdefault(LEFT_OUT, []).append((line, f"{found[1]}: {found[2]}"))
        state.line = line + 1
    return True


def _marked(state: StateInline, silent: bool) -> bool:
    """``==marked==``, ``++inserted++``, ``++ctrl+k++`` and ``$$formulas$$``."""
    signs = state.src[state.pos : state.pos + 2]
    if signs == "$$":
        return _verbatim(state, _FORMULA, "code", silent=silent)
    if signs not in _MARKED:
        return False
    if signs == "++" and _verbatim(state, _KEYS, "kbd", silent=silent):
        return True
    start = state.pos + 2
    end = state.src.find(signs, start + 1, min(state.posMax, start + 1_000))
    if silent or end < 0 or state.src[start].isspace() or state.src[end - 1].isspace() or state.src[start] == signs[0]:
        return False
    last = state.posMax
    state.push("marked_open", _MARKED[signs], 1)
    state.pos, state.posMax = start, end
    state.md.inline.tokenize(state)
    state.push("marked_close", _MARKED[signs], -1)
    state.pos, state.posMax = end + 2, last
    return True


def _verbatim(state: StateInline, pattern: re.Pattern[str], tag: str, *, silent: bool) -> bool:
    found = pattern.match(state.src, state.pos, state.posMax)
    if not found:
        return False
    if not silent:
        state.push("html_inline", "", 0).content = f"<{tag}>{escape(found[1], quote=False)}</{tag}>"
    state.pos = found.end()
    return True


def _take_attributes(state: StateCore) -> None:
    """Give attribute lists to what they belong to, and take them out of the text."""
    kept: list[Token] = []
    for token in state.tokens:
        if token.type == "inline" and "{" in token.content:
            block = kept[-1] if kept else token
            _of_spans(token, state)
            if found := _at_an_end(token):
                _give(block, found, state, token)
        kept.append(token)
    state.tokens = list(_without_empty(kept))


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


def _at_an_end(token: Token) -> re.Match[str] | None:
    """The list at the end of a heading or a paragraph, or alone on the first line of it; gone from there."""
    children = token.children or []
    for at in filter(None, (len(children), 1)):
        child = children[at - 1] if children else None
        if child is None or child.type != "text":
            continue
        for found in _LIST.finditer(child.content):
            is_last = at == len(children) and found.end() == len(child.content.rstrip())
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


def _mark_tasks(state: StateCore) -> None:
    """A task has a box that is empty or ticked, as a sign: nothing can be typed into a release."""
    item: Token | None = None
    for token in state.tokens:
        if token.type == "list_item_open" and "checked" in token.meta:
            item = token
        elif token.type == "inline" and item:
            sign = "☑ " if item.meta.pop("checked") else "☐ "
            token.children = [Token("text", "", 0, content=sign), *(token.children or ())]
            item = None


def _explain(state: StateCore) -> None:
    """Give abbreviations their meaning, each where it first stands."""
    meanings = dict(list(state.env.get("abbreviations", {}).items())[:_MOST_ABBREVIATIONS])
    for token in state.tokens if meanings else ():
        children: list[Token] = []
        for child in token.children or ():
            children.extend(_explained(child, meanings) if child.type == "text" else [child])
        if token.children:
            token.children = children


def _explained(text: Token, meanings: dict[str, str]) -> Iterator[Token]:
    rest = text.content
    while meanings:
        found = re.search(rf"(?<!\w)(?:{'|'.join(map(re.escape, meanings))})(?!\w)", rest)
        if not found:
            break
        yield Token("text", "", 0, content=rest[: found.start()])
        meaning = escape(meanings.pop(found[0]))
        yield Token("html_inline", "", 0, content=f'<abbr title="{meaning}">{escape(found[0])}</abbr>')
        rest = rest[found.end() :]
    yield Token("text", "", 0, content=rest)


def _show_emoji(state: StateCore) -> None:
    """``:smile:`` is a sign; an icon that only a theme has is left out."""
    for token in state.tokens:
        for child in token.children or ():
            if child.type == "text" and child.content.count(":") > 1:
                child.content = emoji.emojize(_ICON.sub("", child.content), language="alias")
