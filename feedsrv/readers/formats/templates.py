"""Templates: the shortcodes, Liquid and Jinja of a text -> what they stand for, in Markdown, on the same lines.

Comments and loops are never shown. Pictures, films, links and words that a tag names are; what is left is left out, and
told. Code is left as it is.
"""

from __future__ import annotations

import re
from collections.abc import Set
from dataclasses import dataclass

from markdown_it import MarkdownIt

from feedsrv.readers.formats.dialects import use_blocks
from feedsrv.readers.formats.tags import Tag

_markdown = MarkdownIt("commonmark", {"html": True})
use_blocks(_markdown)
_BODY = r"(?:(?!\{\{|\{%)(?s:.)){0,2000}?"
_PIECE = re.compile(
    rf"""^[ ]{{0,3}}(?P<fence>`{{3,}}|~{{3,}})(?s:.*?)(?:^[ ]{{0,3}}(?P=fence)[`~]*[ \t]*$|\Z)
    | (?<!`)(?P<ticks>`{{1,3}})(?!`)[^\n]{{1,500}}?(?<!`)(?P=ticks)(?!`)
    | (?P<comment>\{{::comment\}}{_BODY}\{{:/(?:comment)?\}} | \{{::?/?(?:options|nomarkdown)\b[^{{}}\n]*\}} | \{{:/\}}
      | \{{\#(?=[\s-]){_BODY}\#\}}
      | \{{--{_BODY}--\}} | \{{>>{_BODY}<<\}} | \{{/\*{_BODY}\*/\}} | \{{\{{[<%-]?\s*/\*{_BODY}\*/\s*[>%-]?\}}\}})
    | \{{\{{[<%](?P<shortcode>{_BODY})[%>]\}}\}}
    | \{{%[-+]?(?P<tag>{_BODY})[-+]?%\}}
    | \{{\{{-?(?P<output>{_BODY})-?\}}\}}
    | ^[ ]{{0,3}}-+8<-+[ ](?P<snippet>"[^"\n]+")
    | ^[ ]{{0,3}}-+8<-+[ \t]*\n(?P<snippets>(?:[^\n]+\n){{1,50}}?)[ ]{{0,3}}-+8<-+[ \t]*$
    | \{{\+\+(?P<new>{_BODY})\+\+\}} | \{{==(?P<marked>{_BODY})==\}} | \{{~~(?P<old>{_BODY})~>(?P<newer>{_BODY})~~\}}
    | ^(?P<indent>[ ]*)===[!+]?[ ]+(?=")""",
    re.MULTILINE | re.VERBOSE,
)
_INDENTED = re.compile(r"^(?: {4}|\t).*\{[{%#]", re.MULTILINE)
_TAB = re.compile(r"(?<![^\s])===[!+]? (?=\")")
_SIGNS = ("{{", "{%", "{#", "{/*", "{::", "{--", "{>>", "{~~", "{++", "{==", "-8<-", '=== "', '===! "', '===+ "')
"""One of these is in each piece that means something."""
_LITERAL = re.compile(r"""\s*(["'])(?P<text>[^"'\n]*)\1\s*(?:\|.*)?""", re.DOTALL)
_CALL = re.compile(r"([A-Za-z]\w*)\((.*)\)", re.DOTALL)
_BASE = re.compile(r"\s*(?:site\.|page\.)?(?:base_?url|url|root|path_prefix)\s*", re.IGNORECASE)
_IN_ADDRESS = re.compile(r"""(?:\]\(\s*<?|=["']|\]:\s*<?)[^\s()"'<>]*\Z""")
_ABOVE = re.compile(r"(?:\A\s*|\n[ \t]*\n[ \t]*)\Z")
_TEXT_BELOW = re.compile(r"[ \t]*\n[ \t]*[^\s{<#>*-]")
_GAP = re.compile(r"\n[ \t]*\n")
_BELOW = re.compile(r"[ \t]*(?:\n[ \t]*(?:\n|\Z)|\Z)")
_HIDDEN = {"comment", "for", "tablerow", "range", "macro"}
_RAW = {"raw", "verbatim"}


@dataclass(frozen=True, slots=True)
class LeftOut:
    """What is not shown, and on which line of the text, from 0; ``is_told``: whoever wrote it is to know."""

    line: int
    text: str
    is_told: bool


def resolve(text: str) -> tuple[str, tuple[LeftOut, ...]]:
    """The text with what its tags stand for, each line where it was, and what is not shown of it."""
    if not any(map(text.__contains__, _SIGNS)):
        return text, ()
    resolver = _Resolver(text)
    return resolver.resolved(), tuple(resolver.left_out)


class _Resolver:
    """One walk through a text. ``hidden`` are the tags within which nothing is shown."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._shown: list[str] = []
        self._hidden: list[str] = []
        self._raw = ""
        self._links: list[str] = []  # the names of tags that are links around what they enclose
        self._line = 0
        self.left_out: list[LeftOut] = []

    def resolved(self) -> str:
        end = line = counted = 0
        code = _indented_code(self._text)
        for piece in _PIECE.finditer(self._text):
            line, counted = line + self._text.count("\n", counted, piece.start()), piece.start()
            if line in code and not self._hidden:
                continue
            self._pass(self._text[end : piece.start()])
            self._take(piece)
            end = piece.end()
        self._pass(self._text[end:])
        return "".join(self._shown)

    def _pass(self, text: str) -> None:
        """Text between tags."""
        if self._hidden:
            self._leave_out(text, is_told=False)
        else:
            self._show(text, text)

    def _show(self, shown: str, written: str) -> None:
        """What stands in the place of what was written, with as many lines."""
        lines = written.count("\n")
        self._line += lines
        self._shown.append(shown + "\n" * (lines - shown.count("\n")))

    def _leave_out(self, written: str, *, is_told: bool) -> None:
        if written.strip():
            self.left_out.append(LeftOut(self._line, written, is_told))
        self._show("", written)

    def _take(self, piece: re.Match[str]) -> None:
        inner = (piece["shortcode"] or piece["tag"] or piece["output"] or "").strip()
        call = None if piece["shortcode"] else _CALL.fullmatch(inner)  # as Zola has them
        inner = f"{call[1]} {call[2]}" if call else inner
        name, _, rest = inner.partition(" ")
        name = name.strip("/\n").split("\n")[0]
        closes = inner.startswith("/") or name.startswith("end")
        if self._raw:
            is_end = closes and name.removeprefix("end") == self._raw
            self._raw = "" if is_end else self._raw
            self._show("" if is_end else piece[0], piece[0])
        elif self._hidden or (name in _HIDDEN and not closes):
            self._hide(name, piece[0], closes=closes)
        elif name:
            self._named(name, rest, piece, closes=closes, is_value=bool(piece["output"]) and not call)
        else:
            self._unnamed(piece)

    def _unnamed(self, piece: re.Match[str]) -> None:
        """A comment, what was taken out, a text from another file, the heading of a tab, a mark; code."""
        if piece["comment"]:
            self._leave_out(piece[0], is_told=False)
        elif piece["snippet"] or piece["snippets"]:
            self._include(piece)
        elif piece["marked"]:
            self._show(f"=={piece['marked']}==", piece[0])
        elif piece["new"] or piece["old"] is not None:
            self._leave_out(piece["old"] or "", is_told=False)
            self._show(*2 * (piece["new"] or piece["newer"],))
        elif piece["indent"] is not None:
            self._show(f"{piece['indent']}!!! tab ", piece[0])
        else:
            self._show(piece[0], piece[0])

    def _include(self, piece: re.Match[str]) -> None:
        """A link to each of the files from which something is put here, "-" in front of those that are not."""
        files = (piece["snippet"] or piece["snippets"]).split("\n")
        names = (re.sub(r"(?<=\w):.*", "", file.strip().strip('"')) for file in files)
        links = [Tag("include", f'"{name}"').as_markdown(is_alone=True) for name in names if name[:1] not in "-;#"]
        if any(links):
            self._show("\n".join(links), piece[0])
        else:
            self._leave_out(piece[0], is_told=True)

    def _named(self, name: str, rest: str, piece: re.Match[str], *, closes: bool, is_value: bool) -> None:
        """A tag, or what would become a value."""
        if is_value:
            self._output(piece["output"].strip(), piece)
        elif name in _RAW and not closes:
            self._raw = name
            self._show("", piece[0])
        elif name.removeprefix("end") == "highlight":
            self._show("```" if closes else f"```{(rest.split() or [''])[0]}", piece[0])
        elif closes:
            is_of_link = bool(self._links) and self._links[-1] == name.removeprefix("end")
            self._show("</a>" if is_of_link and self._links.pop() else "", piece[0])
        elif name == "link" and piece["tag"]:  # Jekyll's: from the top of the folder
            self._tag(Tag(name, f"/{rest.strip().lstrip('/')}"), name, piece)
        else:
            self._tag(Tag(name, rest.rstrip("/ ")), name, piece)

    def _hide(self, name: str, written: str, *, closes: bool) -> None:
        """Go on within what is not shown; the first tag of a loop is told."""
        self._leave_out(written, is_told=not self._hidden and name != "comment")
        if closes and self._hidden and name.removeprefix("end") in (self._hidden[-1], ""):
            self._hidden.pop()
        elif not closes and name in _HIDDEN:
            self._hidden.append(name)

    def _output(self, inner: str, piece: re.Match[str]) -> None:
        if literal := _LITERAL.fullmatch(inner):
            self._show(literal["text"], piece[0])
        elif _BASE.fullmatch(inner):
            self._show("", piece[0])
        else:
            self._leave_out_at(piece)

    def _leave_out_at(self, piece: re.Match[str]) -> None:
        """Leave a tag out; a link to it needs a target all the same."""
        if self._text.endswith("](", 0, piece.start()) and self._text.startswith((" ", ")"), piece.end()):
            self._shown.append("<>")
        self._leave_out(piece[0], is_told=True)

    def _tag(self, tag: Tag, name: str, piece: re.Match[str]) -> None:
        before = self._text[max(0, piece.start() - 300) : piece.start()]
        if within := _IN_ADDRESS.search("".join(self._shown[-3:])[-300:]):
            has_title = within[0].startswith("](") and self._text.startswith(('"', "'"), piece.end())
            shown = tag.address + " " * has_title
        elif (opening := tag.as_opening()) and self._encloses_words(name, piece.end()):
            self._links.append(name)
            shown = opening
        else:
            is_alone = bool(_ABOVE.search(before) and _BELOW.match(self._text, piece.end()))
            shown = tag.as_markdown(is_alone=is_alone)
            shown += "<br>" * (shown.endswith("</strong>") and bool(_TEXT_BELOW.match(self._text, piece.end())))
        if shown:
            self._show(shown, piece[0])
        else:
            self._leave_out_at(piece)

    def _encloses_words(self, name: str, start: int) -> bool:
        """Whether a tag ends in the paragraph in which it stands, with words before that."""
        end = re.compile(rf"\{{[{{%][<%]?-?\s*(?:/\s*|end){re.escape(name)}\b").search(self._text, start, start + 500)
        between = self._text[start : end.start()] if end else ""
        return bool(between.strip()) and not _GAP.search(between)


def _indented_code(text: str) -> Set[int]:
    """The lines, from 0, that are code because they are indented; none where no sign of a template is among these."""
    if not _INDENTED.search(text):
        return frozenset()
    tokens = _markdown.parse(_TAB.sub("!!! ", text))
    return {line for token in tokens if token.type == "code_block" and token.map for line in range(*token.map)}
