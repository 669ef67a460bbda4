"""Dialects of Markdown: what its plugins do not read, as rules that work on the tokens of its parser.

Abbreviations, emoji, marks and boxes. Attribute lists are in `feedsrv.readers.formats.attributes`, ids of headings and
tables of contents in `feedsrv.readers.formats.outline`, and in `feedsrv.readers.formats.leniency` what CommonMark takes
for text although it was meant otherwise.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from html import escape
from typing import Any

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

from feedsrv.readers.formats.attributes import LEFT_OUT, take_attributes
from feedsrv.readers.formats.leniency import be_lenient
from feedsrv.readers.formats.outline import lead_to_headings, list_contents, name_headings

_ABBREVIATION = re.compile(r"\*\[([^\]\n]{1,60})\]:[ \t]*(\S[^\n]{0,300})$")
_MOST_ABBREVIATIONS = 200
_ICON = re.compile(r":(?:material|fontawesome|octicons|simple)-[a-z0-9-]+:(?:\{[^{}\n]{0,200}\})?")
_MARKED = {"==": "mark", "++": "ins", "^^": "ins"}
_BOXES = {f"{name}_{end}" for name in ("admonition", "admonition_title", "container_box") for end in ("open", "close")}
_FOLDED = re.compile(r"\s*\{?\.?details\b", re.IGNORECASE)
_KEYS = re.compile(r"\+\+([a-z0-9]{1,20}(?:\+[a-z0-9]{1,20}){0,4})\+\+")
_FORMULA = re.compile(r"\$\$\s*([^$]{1,2000}?)\s*\$\$")
_BOX = re.compile(
    r"\s*\{?\.?(?P<kind>[a-z-]*)\}?(?:\[(?P<title>[^\]]+)\]|\s+(?:\|\s*)?(?P<rest>[^{/|\s][^{]*))?", re.IGNORECASE
)
_BLOCK = re.compile(r" ?[a-z][\w-]*[ \t]*(?:\||$)")  # `/// note | Title`, as MkDocs has it
_ENTITY_BEHIND = re.compile(r"&#?\w{2,8};[.,:;!?]*.?$")
_LONGEST_LINKIFIED = 20_000
"""Characters of one text in which bare addresses are looked for: the search takes the square of them."""


def use_dialects(parser: MarkdownIt) -> None:
    """Teach a parser of CommonMark all that is written as Markdown elsewhere."""
    parser.enable(["table", "strikethrough"])
    parser.options.update({"tasklists": True, "alerts": True, "linkify": True})
    parser.linkify = _Addresses()
    parser.enable("linkify")
    use_blocks(parser)
    for plugin in (sub_plugin, superscript_plugin):
        plugin(parser)
    parser.add_render_rule("footnote_block_open", lambda *_: '<section class="footnotes">\n<ol>\n')

    def box(_renderer: object, tokens: Sequence[Token], index: int, *_: object) -> str:
        return _box(parser, tokens[index])

    container_plugin(parser, "box", validate=lambda *_: True, render=box)
    container_plugin(parser, "box", "/", validate=lambda words, *_: _BLOCK.match(words) is not None, render=box)
    parser.block.ruler.before("reference", "abbreviation", _abbreviation, {"alt": ["paragraph", "reference"]})
    parser.inline.ruler.before("emphasis", "marked", _marked)
    be_lenient(parser)
    of_tokens = (
        _without_languages,
        _box_alerts,
        _leave_out_places,
        _fold_boxes,
        take_attributes,
        _mark_tasks,
        _explain,
        _show_emoji,
    )
    for rule in (*of_tokens, name_headings, lead_to_headings, list_contents):
        parser.core.ruler.push(rule.__name__, rule)


def use_blocks(parser: MarkdownIt) -> None:
    """Teach a parser those of the dialects in which what is indented is no code."""
    for plugin in (footnote_plugin, deflist_plugin, admon_plugin):
        plugin(parser)


class _Addresses(LinkifyIt):  # type: ignore[misc]  # it has no types
    """Bare addresses that say so: with a scheme, with "www.", or of a mailbox; ``readme.md`` is none."""

    def pretest(self, text: str) -> bool:
        """Asked of each paragraph: what the library looks for takes as long as all else of reading Markdown."""
        return "://" in text or "@" in text or "www." in text.lower()

    def test(self, text: str) -> bool:
        return self.pretest(text) and len(text) <= _LONGEST_LINKIFIED and bool(super().test(text))

    def match_at_start(self, text: str) -> Any:
        """An entity behind an address is none of it (GitHub's rule for autolinks), nor are the stars of strong text."""
        found: Any = super().match_at_start(text)
        if found:
            found.url = found.url.partition("**")[0]
        if found and (entity := _ENTITY_BEHIND.search(text[: len(found.url) + 1])):
            found.url = text[: entity.start()]
        return found

    def match(self, text: str) -> list[object] | None:
        found = super().match(text) or []
        return [one for one in found if one.schema or one.raw.lower().startswith("www.")] or None


def _box(parser: MarkdownIt, token: Token) -> str:
    if token.nesting < 0:
        return f"</{token.tag}>\n"
    said = _BOX.match(token.info)
    kind = said["kind"].lower() if said else ""
    title = (said["title"] or said["rest"] or "").strip().strip('"') if said else ""
    name = "summary" if token.tag == "details" else "p"
    shown = f'<{name} class="admonition-title">{parser.renderInline(title)}</{name}>\n' if title else ""
    return f'<{token.tag} class="admonition {escape(kind)}">\n{shown}'


def _fold_boxes(state: StateCore) -> None:
    """Boxes that begin with ``???``, or are called "details", can be folded; those with ``???+`` are open at first."""
    are_folded: list[bool] = []
    for token in state.tokens:
        if token.type in {"admonition_open", "container_box_open"}:
            are_folded.append(token.markup.startswith("?") or bool(_FOLDED.match(token.info)))
            if token.markup == "???+":
                token.attrSet("open", "")
        is_folded = bool(are_folded) and are_folded[-1]
        if is_folded and token.type in _BOXES:
            token.tag = "summary" if "title" in token.type else "details"
        if token.type in {"admonition_close", "container_box_close"}:
            are_folded.pop()


def _without_languages(state: StateCore) -> None:
    """The first line of code may say to Python-Markdown in which language it is: ``:::python``."""
    for token in state.tokens:
        if token.type == "code_block":
            token.content = _LANGUAGE.sub("", token.content, count=1)


_LANGUAGE = re.compile(r"\A(?:::+|#!)[a-zA-Z][\w+-]*(?:[ \t][^\n]*)?\n(?=.)", re.DOTALL)


def _leave_out_places(state: StateCore) -> None:
    """Where a box stands on the page of a theme (``!!! note inline end``) is no title of it."""
    for opening, title in zip(state.tokens, state.tokens[1:], strict=False):
        if opening.type == "admonition_title_open" and _PLACES.issuperset(title.content.split()):
            opening.hidden, title.children, title.content = True, [], ""


_PLACES = frozenset({"annotate", "inline", "end"})


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
    """``==marked==``, ``++inserted++``, ``^^inserted^^``, ``++ctrl+k++`` and ``$$formulas$$``."""
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
                import emoji  # its table takes a twentieth of what a command takes to start

                child.content = emoji.emojize(_ICON.sub("", child.content), language="alias")
