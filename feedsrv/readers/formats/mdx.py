"""MDX (Markdown with programs and components in it) -> a document."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from feedsrv.readers.bare_keys import of_code
from feedsrv.readers.document import Document
from feedsrv.readers.formats import markdown
from feedsrv.readers.formats.tags import Tag

_LONGEST = 5_000
_BRACES = rf"\{{(?![#:.{{%])(?:[^{{}}]|\{{(?:[^{{}}]|\{{[^{{}}]{{0,500}}\}}){{0,500}}+\}}){{0,{_LONGEST}}}+\}}"
_ATTRIBUTES = rf"""(?:\s(?:[^<>{{}}"']|"[^"]*"|'[^']*'|{_BRACES}){{0,{_LONGEST}}}+)?"""
_FOREIGN = re.compile(
    rf"""^[ ]{{0,3}}(?P<fence>`{{3,}}|~{{3,}}).*?(?:^[ ]{{0,3}}(?P=fence)[`~]*[ \t]*$|\Z)
    | (?<![`\\])(?P<ticks>`{{1,3}}|\${{1,2}})(?!`)[^\n]{{1,500}}?(?<!`)(?P=ticks)(?!`)
    | ^(?P<program>import\b(?=[^\n]*['"{{])|export[ ](?:const|let|var|function|class|default|async|[{{*]))
      .*?(?=\n\s*\n|\Z)
    | (?P<comment>\{{/\*.{{0,{_LONGEST}}}?\*/\}})
    | <(?P<end>/?)(?P<name>[A-Z][\w.]*|(?=>))(?P<attributes>{_ATTRIBUTES})>
    | <(?P<element>[a-z][a-z0-9]*)(?P<stated>\s{_ATTRIBUTES})>
    | (?<![\\$])(?P<expression>{_BRACES})""",
    re.DOTALL | re.MULTILINE | re.VERBOSE,
)
_STATED = re.compile(rf"""\s(?P<key>[\w:-]+)=(?P<value>{_BRACES})""", re.DOTALL)
_LITERAL = re.compile(
    r"""\{\s*(?:[\w.]{1,40}\(\s*)?(?P<sign>["'`])(?P<text>[^"'`$]*)(?P=sign)\s*(?:\)[\w.]{0,20}\s*)?\}"""
)
"""A text, or a call with one: ``{require('./x.png').default}``, ``{useBaseUrl('/x')}``."""
_NAME = re.compile(r"\{\s*(\w+)(?:\.(?:src|default))?\s*\}")
_IMPORTED = re.compile(r"""^import\s+(?P<name>\w+)\s+from\s+["'](?P<address>[^"'\n]+)["']""", re.MULTILINE)
_END_OF_LINE = re.compile(r"[ \t]*(?:\n|\Z)")
_TEXT_BELOW = re.compile(r"[ \t]*\n[ \t]*[^\s<{#>*-]")


def read(text: str, first_line: int) -> Document:
    """The blocks of an MDX text: of a program only what it states is read.

    Of a component is shown what it encloses, and what it says of that: its title, its picture, where it leads.
    """
    resolver = _Resolver(text)
    document = markdown.read(_FOREIGN.sub(resolver.shown, text), first_line, has_code_by_indent=False)
    programs = (match for match in _FOREIGN.finditer(text) if match["program"])
    stated = (
        replace(entry, line=entry.line + first_line - 1 + text.count("\n", 0, program.start()))
        for program in programs
        for entry in of_code("program", program[0])
    )
    left_out = tuple((first_line + line, words) for line, words in resolver.left_out)
    return replace(
        document,
        entries=(*document.entries, *stated),
        left_out=tuple(sorted((*document.left_out, *left_out))),
    )


class _Resolver:
    """What stands in the place of what is no Markdown in a text, and what of it is shown nowhere."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._imported: Mapping[str, str] = dict(_IMPORTED.findall(text))
        self._links: list[str] = []  # the names of components that are links around what they enclose
        self.left_out: list[tuple[int, str]] = []

    def shown(self, match: re.Match[str]) -> str:
        """What stands in the place of a piece, on as many lines."""
        if match["fence"] or match["ticks"]:
            return match[0]
        lines = "\n" * match[0].count("\n")
        if match["program"] or match["comment"]:
            return lines
        if match["element"]:
            return f"<{match['element']}{_STATED.sub(self._spelled, match['stated'])}>"
        if match["expression"]:
            return self._expression(match) + lines
        return (self._closing(match) if match["end"] else self._component(match)) + lines

    def _literal(self, expression: str) -> str:
        """The text that an expression stands for, or the address of what it imports; "" where it is worked out."""
        if literal := _LITERAL.fullmatch(expression):
            return " ".join(literal["text"].split()) or " "
        name = _NAME.fullmatch(expression)
        return self._imported.get(name[1], "") if name else ""

    def _spelled(self, stated: re.Match[str]) -> str:
        """An attribute as HTML has it; without its value where that is worked out."""
        value = self._literal(stated["value"])
        lines = "\n" * stated[0].count("\n")
        return f'{lines} {stated["key"]}="{value.strip()}"' if value else lines or " "

    def _expression(self, match: re.Match[str]) -> str:
        if value := self._literal(match[0]):
            return value
        self.left_out.append((self._text.count("\n", 0, match.start()), match[0]))
        return ""

    def _closing(self, match: re.Match[str]) -> str:
        return "</a>" if self._links and self._links[-1] == match["name"] and self._links.pop() else ""

    def _component(self, match: re.Match[str]) -> str:
        name = match["name"]
        if not name:
            return ""
        tag = Tag(name.lower(), _STATED.sub(self._spelled, match["attributes"]).rstrip("/ \n"))
        end = re.compile(rf"</{re.escape(name)}\s*>").search(self._text, match.end(), match.end() + 500)
        between = self._text[match.end() : end.start()] if end else ""
        if between.strip() and "\n\n" not in between and "<" not in between and (opening := tag.as_opening()):
            self._links.append(name)
            return opening
        begins = not self._text[: match.start()].rpartition("\n")[2].strip()
        ends = bool(_END_OF_LINE.match(self._text, match.end()))
        shown = tag.as_markdown(is_alone=begins and ends)
        if not ends and begins and shown:
            return f"{shown} "
        return shown + "<br>" * (shown.endswith("</strong>") and bool(_TEXT_BELOW.match(self._text, match.end())))
